"""The closing desk: a case comes in; the list of missing node evidence, and every node with its evidence and due day, go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from dossier import access
from dossier.access import Actor, Resource
from dossier.desks import figurestore, loans
from dossier.desks.cases import case_json, load
from dossier.desks.placing import contents_json, fact_by_id
from dossier.desks.waiving import waiver_json
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case, Document, Page, Volume
from dossier.translate import case_fact, document_fact, finding_json
from review.facts import CaseFact, DocumentFact
from review.findings import Finding
from review.gate import Gate, check_case
from review.nodestates import EvidenceState, NodeState, node_states
from review.overdue import unread
from review.rulebook import Catalogue
from review.waivers import Waived, named, settle

GATES = {"handover": "移送", "closing": "结案", "archiving": "归档前"}


def sealed(actor: Actor, document: Document) -> bool:
    """Whether this paper lies in the 副卷 and the actor may not see what it says."""
    return document.volume is not None and document.volume.kind == "sub" and not access.decide(actor, "page.read", _of(document))


def _of(document: Document) -> Resource:
    return Resource(team=document.submission.case.team_id, brought_by=document.submission.team_id, sub=True)


def documents_of(session: Session, case: Case, actor: Actor) -> tuple[DocumentFact, ...]:
    """What the case has: placed or signed for; refused papers and those still in review prove nothing. A sealed one has its type for a title."""
    rows = session.execute(
        _proving(case).options(joinedload(Document.volume), selectinload(Document.pages).joinedload(Page.file))
    ).scalars()
    return tuple(_told(one, actor, fact_by_id(one)) for one in rows)


def _proving(case: Case) -> Select[Document]:
    return select(Document).where(Document.case_id == case.id, Document.state.in_(("accepted", "placed", "kept"))).order_by(Document.id)


def _told(document: Document, actor: Actor, fact: DocumentFact) -> DocumentFact:
    return replace(fact, title=document.name) if sealed(actor, document) else fact


def case_facts(office: Office, session: Session, case: Case) -> CaseFact:
    """The case as its gates see it, with its paper that is out."""
    return replace(case_fact(case), loans=loans.facts(office, session, case))


def judged(
    office: Office, session: Session, case: Case, actor: Actor, gate: Gate | None, day: date
) -> tuple[Catalogue, tuple[Finding, ...], tuple[Waived, ...]]:
    """The case's rules, what they find on a day and nobody waived, and what was waived, as the actor may be told it; in the caller's transaction."""
    catalogue = office.rules.for_case(case)
    facts = case_facts(office, session, case)
    every = check_case(catalogue, office.rules.calendar, facts, documents_of(session, case, actor), gate, day)
    return catalogue, *settle(catalogue, every, facts.waivers)


def check(office: Office, actor: Actor, case_no: str, gate: Gate | None, today: date | None = None) -> dict[str, Any]:
    """{"case_no","gate","rules","today","findings":[…],"waived":[…],"waivers":[…],"parties":[…]}: what is still missing, sorted by who must act.

    waived: findings that were lifted; waivers: every waiver of the case, whether or not it lifts something today. Writes only that it was read.
    """
    day = today or office.today()
    with office.db.read() as session:
        case = load(session, case_no)
        access.demand(actor, "case.check", Resource(team=case.team_id))
        catalogue, findings, waived = judged(office, session, case, actor, gate, day)
        blocking = sum(finding.severity == "blocking" for finding in findings)
        waivers = [{**waiver_json(one), "name": named(catalogue, one.target)} for one in case.waivers]
        parties = list(dict.fromkeys(one.name for one in case.parties))
    # Told before anything is shown; judged beforehand, for while one transaction writes all others wait.
    with office.db.write() as session:
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
        "waived": [waived_json(one, catalogue) for one in waived],
        "waivers": waivers,
        "parties": parties,
    }


def waived_json(one: Waived, catalogue: Catalogue) -> dict[str, Any]:
    """The finding as JSON with the waiver that lifted it."""
    waiver = {"target": one.waiver.target, "party": one.waiver.party, "reason": one.waiver.reason}
    waiver |= {"approver": one.waiver.approver, "on": one.waiver.on.isoformat()}
    return {**finding_json(one.finding, catalogue.roles), "waiver": waiver}


def states_of(office: Office, session: Session, case: Case, actor: Actor, catalogue: Catalogue) -> tuple[NodeState, ...]:
    """Where every step stands today: judged without the pages, and once more with the words of those few papers whose words decide."""
    rows = session.execute(_proving(case).options(joinedload(Document.volume))).scalars()
    documents: Sequence[DocumentFact] = [_told(one, actor, replace(document_fact(one, with_pages=False), ref=str(one.id))) for one in rows]

    def judge() -> tuple[NodeState, ...]:
        return node_states(catalogue, office.rules.calendar, case_fact(case), documents, office.today())

    states = judge()
    texts = figurestore.texts_of(session, [int(ref) for ref in unread(states)])
    if not texts:
        return states
    documents = figurestore.with_texts(documents, texts)
    return judge()


def case_page(office: Office, actor: Actor, case_no: str) -> dict[str, Any]:
    """Everything the case page shows: the case, its volumes' contents lists, and its nodes with evidence, gaps and due days."""
    with office.db.read() as session:
        case = load(session, case_no)
        access.demand(actor, "case.read", Resource(team=case.team_id))
        catalogue = office.rules.for_case(case)
        states = states_of(office, session, case, actor, catalogue)
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
