"""Why: a case and the id of a rule come in; where the rule is written, the facts it used, its days one by one and its verdict go out."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier import access
from dossier.access import Actor, Resource
from dossier.desks import receiving
from dossier.desks.announcing import slips_in
from dossier.desks.cases import load
from dossier.desks.closing import case_facts, documents_of, sealed, waived_json
from dossier.desks.judging import facts_of, held_before
from dossier.desks.rulenames import rule_of
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case, FindingRow, Submission
from dossier.translate import document_fact, finding_json
from review.daycounts import ClockTold
from review.explain import Explanation, explain
from review.explainpapers import Papers, about_papers, explain_papers
from review.gate import Gate
from review.rulebook import Catalogue, UnknownRuleError


def explain_rule(
    office: Office, actor: Actor, case_no: str, rule: str, gate: Gate | None, today: date | None = None, receipt_no: str | None = None
) -> dict[str, Any]:
    """Why a rule finds something in a case, or why not: citation, place in the rule files, facts used, days counted.

    receipt_no: the hand-over whose papers are looked at by rules about papers; without one, the latest in which the rule found something,
    else the dossier as it stands. Raises case_unknown, submission_unknown, rule_unknown, not_allowed.
    """
    day = today or office.today()
    with office.db.write() as session:
        case = load(session, case_no)
        access.demand(actor, "case.check", Resource(team=case.team_id))
        catalogue = office.rules.for_case(case)
        rule = rule_of(catalogue, rule)
        submission = _submission(session, actor, case, rule, receipt_no)
        told = _explained(office, actor, session, case, rule, gate, day, submission)
        ledger.append(
            session,
            at=office.clock.now(),
            actor=actor.login,
            action="case.explain",
            subject=f"case:{case.id}",
            case_id=case.id,
            detail={"rule": rule, "gate": gate, "today": day.isoformat(), "rules": catalogue.version},
        )
        receipt = submission.receipt_no if submission is not None and told.kind in ("element", "papers") else None
    return {"case_no": case_no, "receipt_no": receipt, **_told_json(told, catalogue)}


def _submission(session: Session, actor: Actor, case: Case, rule: str, receipt_no: str | None) -> Submission | None:
    if receipt_no:
        found: Submission | None = receiving.load(session, receipt_no)
        if found is not None and found.case_id != case.id:
            raise DossierError("submission_unknown", receipt=receipt_no)
    else:
        query = select(Submission).join(FindingRow).where(Submission.case_id == case.id, FindingRow.rule == rule)
        found = session.execute(query.order_by(Submission.id.desc()).limit(1)).scalar_one_or_none()
    if found is not None:
        access.demand(actor, "submission.read", receiving.resource_of(found))
    return found


def _explained(
    office: Office, actor: Actor, session: Session, case: Case, rule: str, gate: Gate | None, day: date, submission: Submission | None
) -> Explanation:
    lexicon, facts = office.rules.lexicon_for(case), case_facts(office, session, case)
    try:
        if about_papers(lexicon, rule):
            return explain_papers(lexicon, facts, _papers(session, actor, case, submission), rule, day)
        return explain(office.rules.for_case(case), office.rules.calendar, facts, documents_of(session, case, actor), rule, gate, day)
    except UnknownRuleError:
        raise DossierError("rule_unknown", rule=rule) from None


def _papers(session: Session, actor: Actor, case: Case, submission: Submission | None) -> Papers:
    if submission is None:
        documents = documents_of(session, case, actor)
        return Papers(documents, [page for document in documents for page in document.pages])
    declared = [(row["name"], row["pages"]) for row in submission.declared] if submission.declared else None
    hidden = [one for one in submission.documents if sealed(actor, one)]
    unseen = {(page.file.name, page.number) for one in hidden for page in one.pages}
    documents = tuple(document_fact(document) for document in submission.documents if document not in hidden)
    pages = [page for page in facts_of(submission) if (page.file, page.page) not in unseen]
    return Papers(documents, pages, declared, held_before(session, submission), slips_in(session, submission))


def _told_json(told: Explanation, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "rule": told.rule,
        "kind": told.kind,
        "name": told.name,
        "cite": told.cite,
        "file": told.file,
        "line": told.line,
        "facts": list(told.facts),
        "clocks": [_clock(one) for one in told.clocks],
        "findings": [finding_json(finding, catalogue.roles) for finding in told.findings],
        "waived": [waived_json(one, catalogue) for one in told.waived],
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
