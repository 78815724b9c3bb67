"""The closing desk: a case comes in; the list of missing node evidence, and every node with its evidence and due day, go out."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier import access
from dossier.access import Actor, Resource
from dossier.desks.cases import case_json, load
from dossier.desks.placing import contents_json, fact_by_id
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case, Document, Volume
from dossier.translate import case_fact, finding_json
from review.explain import ClockTold, explain
from review.gate import Gate, check_case
from review.nodestates import EvidenceState, NodeState, node_states
from review.rulebook import Catalogue, UnknownRuleError
from review.waivers import Waived, settle

GATES = {"handover": "移送", "closing": "结案", "archiving": "归档前"}


def _documents(session: Session, case: Case) -> tuple[Any, ...]:
    """What the case has: placed or signed for; refused papers and those still in review prove nothing."""
    rows = session.execute(
        select(Document).where(Document.case_id == case.id, Document.state.in_(("accepted", "placed", "kept"))).order_by(Document.id)
    ).scalars()
    return tuple(fact_by_id(document) for document in rows)


def check(office: Office, actor: Actor, case_no: str, gate: Gate | None, today: date | None = None) -> dict[str, Any]:
    """{"case_no","gate","rules","today","findings":[…]}: what is still missing, sorted by who must act. Writes nothing but the reading of it."""
    day = today or office.today()
    with office.db.write() as session:
        case = load(session, case_no)
        access.demand(actor, "case.check", Resource(team=case.team_id))
        catalogue = office.rules.for_case(case)
        facts = case_fact(case)
        every = check_case(catalogue, office.rules.calendar, facts, _documents(session, case), gate, day)
        findings, waived = settle(catalogue, every, facts.waivers)
        blocking = sum(finding.severity == "blocking" for finding in findings)
        ledger.append(
            session,
            at=office.clock.now(),
            actor=actor.login,
            action="case.check",
            subject=f"case:{case.id}",
            case_id=case.id,
            detail={
                "gate": gate,
                "today": day.isoformat(),
                "findings": len(findings),
                "blocking": blocking,
                "waived": len(waived),
                "rules": catalogue.version,
            },
        )
    return {
        "case_no": case_no,
        "gate": gate,
        "gate_name": GATES.get(gate or ""),
        "rules": f"{catalogue.profile} {catalogue.version}",
        "today": day.isoformat(),
        "blocking": blocking,
        "findings": [finding_json(finding, catalogue.roles) for finding in findings],
        "waived": [_waived(one, catalogue) for one in waived],
    }


def _waived(one: Waived, catalogue: Catalogue) -> dict[str, Any]:
    waiver = {"reason": one.waiver.reason, "approver": one.waiver.approver, "on": one.waiver.on.isoformat()}
    return {**finding_json(one.finding, catalogue.roles), "waiver": waiver}


def explain_rule(office: Office, actor: Actor, case_no: str, rule: str, gate: Gate | None, today: date | None = None) -> dict[str, Any]:
    """Why a rule finds something in a case, or why not: citation, place in the rule files, facts used, days counted. Raises rule_unknown."""
    day = today or office.today()
    with office.db.write() as session:
        case = load(session, case_no)
        access.demand(actor, "case.check", Resource(team=case.team_id))
        catalogue = office.rules.for_case(case)
        try:
            told = explain(catalogue, office.rules.calendar, case_fact(case), _documents(session, case), rule, gate, day)
        except UnknownRuleError:
            raise DossierError("rule_unknown", rule=rule) from None
        ledger.append(
            session,
            at=office.clock.now(),
            actor=actor.login,
            action="case.explain",
            subject=f"case:{case.id}",
            case_id=case.id,
            detail={"rule": rule, "gate": gate, "today": day.isoformat(), "rules": catalogue.version},
        )
    return {
        "case_no": case_no,
        "rule": told.rule,
        "kind": told.kind,
        "name": told.name,
        "cite": told.cite,
        "file": told.file,
        "line": told.line,
        "facts": list(told.facts),
        "clocks": [_clock(one) for one in told.clocks],
        "findings": [finding_json(finding, catalogue.roles) for finding in told.findings],
        "waived": [_waived(one, catalogue) for one in told.waived],
        "verdict": told.verdict,
    }


def _clock(told: ClockTold) -> dict[str, Any]:
    clock = told.deadline
    return {
        "rule": clock.rule.id,
        "action": clock.rule.action,
        "due": clock.due.isoformat() if clock.due else None,
        "opens": clock.opens.isoformat() if clock.opens else None,
        "provisional": clock.provisional,
        "steps": list(told.steps),
        "days": [{"date": day.on.isoformat(), "number": day.number, "note": day.note, "text": str(day)} for day in told.days],
    }


def case_page(office: Office, actor: Actor, case_no: str) -> dict[str, Any]:
    """Everything the case page shows: the case, its volumes' contents lists, and its nodes with evidence, gaps and due days."""
    with office.db.read() as session:
        case = load(session, case_no)
        access.demand(actor, "case.read", Resource(team=case.team_id))
        catalogue = office.rules.for_case(case)
        states = node_states(catalogue, office.rules.calendar, case_fact(case), _documents(session, case), office.today())
        kinds = list(session.execute(select(Volume.kind).where(Volume.case_id == case.id)).scalars())
        page = {"case": case_json(case), "nodes": [_node(office, catalogue, state) for state in states]}
    readable = [kind for kind in kinds if kind != "sub" or "sub_reader" in actor.roles]
    page["volumes"] = [{"kind": kind, "entries": contents_json(office, actor, case_no, kind)} for kind in readable]
    with office.db.write() as session:
        ledger.append(session, at=office.clock.now(), actor=actor.login, action="case.read", subject=f"case:{case.id}", case_id=case.id)
    return page


def _node(office: Office, catalogue: Catalogue, state: NodeState) -> dict[str, Any]:
    return {
        "node": state.node.id,
        "name": state.node.name,
        "phase": state.node.phase,
        "key": state.node.key_node,
        "state": state.state,
        "why": state.why,
        "evidence": [_evidence(catalogue, line) for line in state.lines],
        "due": state.due.isoformat() if state.due else None,
        "left": workdays_left(office, state.due) if state.due else None,
        "provisional": any(clock.provisional for clock in state.deadlines if clock.due == state.due),
        "cite": catalogue.cited(state.node.cite),
    }


def _evidence(catalogue: Catalogue, line: EvidenceState) -> dict[str, Any]:
    return {
        "type": line.evidence.material,
        "name": " / ".join(catalogue.type(type_id).name for type_id in line.evidence.accepted),
        "documents": [{"id": int(document.ref), "title": document.title} for document in line.documents],
        "demanded": line.demanded,
        "lacking": line.lacking,
        "parties": [party for party in line.parties if party],
    }


def workdays_left(office: Office, due: date) -> int:
    """Working days from today to `due`: 0 today, negative when it is past."""
    today = office.today()
    if due >= today:
        return office.rules.calendar.between(today, due)
    return -office.rules.calendar.between(due, today)
