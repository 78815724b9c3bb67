"""Papers in the wrong place: a signing that is taken back, or a document of the wrong case, comes in with a reason; waiting hand-overs go out."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier import access
from dossier.access import Actor, Resource
from dossier.clock import local
from dossier.desks import cases, outgoing, receiving
from dossier.desks.arranging import write_layout
from dossier.desks.handover import next_number
from dossier.desks.layouts import Layout, Paper, without
from dossier.desks.present import layout_of, require_seen
from dossier.desks.sorting import busy, note, record, require_open
from dossier.errors import DossierError
from dossier.lifecycle import DOCUMENT, SUBMISSION
from dossier.office import Office
from dossier.records import jobs
from dossier.records.tables import Case, Document, Loan, LoanSheet, Outbox, Submission

_MOVABLE = ("found", "accepted", "placed", "kept")


def _why(reason: str) -> str:
    if not reason.strip():
        raise DossierError("reason_missing")
    return reason.strip()


def _out_of_sub(actor: Actor, action: str, document: Document) -> None:
    """What leaves the 副卷 waits where the desk and the team see it: only its readers may do that."""
    if document.volume is not None and document.volume.kind == "sub":
        access.demand(actor, action, replace(receiving.resource_of(document.submission), sub=True))


def _not_out(session: Session, document: Document) -> None:
    """Paper that is out is counted by the numbers of its volume; it is had back before the document leaves the volume."""
    loan = session.execute(
        select(Loan)
        .join(LoanSheet, LoanSheet.loan_id == Loan.id)
        .where(LoanSheet.document_id == document.id, LoanSheet.returned_at.is_(None))
        .limit(1)
    ).scalar_one_or_none()
    if loan is not None:
        what = f"第 {document.number} 件的纸质材料已由{loan.borrower}借出（{loan.loan_no}），请先催还"
        raise DossierError("sort_impossible", what=what, what_en=f"the paper of document {document.number} is out on {loan.loan_no}")


def _load(session: Session, actor: Actor, receipt_no: str, action: str, seen: str | None) -> Submission:
    submission = receiving.load(session, receipt_no)
    access.demand(actor, action, receiving.resource_of(submission))
    require_seen(session, submission, seen)
    require_open(submission.case)
    if busy(session, submission.id):
        raise DossierError("still_working")
    return submission


def _place_anew(office: Office, session: Session, submission: Submission) -> None:
    jobs.again(session, "place", submission.id, priority=receiving.PLACE_PRIORITY, at=office.clock.now())


def take_back(office: Office, actor: Actor, receipt_no: str, reason: str, *, seen: str | None = None) -> None:
    """Takes a signing back until the case is frozen: the hand-over waits again, what was placed leaves the volume with its next version.

    Raises reason_missing, volume_frozen, still_working, sort_impossible (its paper is out), move_refused, changed_meanwhile, not_allowed: also
    to who may not read the 副卷, when a paper of it leaves its volume.
    """
    reason = _why(reason)
    with office.db.write() as session:
        submission = _load(session, actor, receipt_no, "submission.take_back", seen)
        was = submission.decided_by.login if submission.decided_by else None
        submission.state = SUBMISSION.move(submission.state, "take_back")
        submission.decided_at = submission.decided_by = submission.decided_by_id = submission.decided_for_id = submission.reason = None
        outgoing.handed(office, session, "taken_back", submission, submission.documents)
        for correction in submission.corrections:
            session.delete(correction)
        for document in submission.documents:
            if document.state in ("accepted", "placed", "kept", "refused"):
                _out_of_sub(actor, "submission.take_back", document)
                _not_out(session, document)
                _loosen(session, document)
        _place_anew(office, session, submission)
        note(office, session, actor, "take_back", submission, reason=reason, signed_by=was)


def _loosen(session: Session, document: Document) -> None:
    document.state = DOCUMENT.move(document.state, "take_back")
    document.volume_id = document.serial = document.first_page = document.last_page = document.signed_at = None
    for page in document.pages:
        page.page_no = None
        session.add(Outbox(page_id=page.id))


def transfer(office: Office, actor: Actor, receipt_no: str, number: int, to_case: str, reason: str, *, seen: str | None = None) -> str:
    """Moves a document, also one that was signed for, to the case that it belongs to; the receipt of the hand-over that waits there.

    The reason stands on both sides. Raises reason_missing, case_unknown, volume_frozen, still_working, sort_impossible, move_refused, not_allowed,
    changed_meanwhile.
    """
    reason = _why(reason)
    with office.db.write() as session:
        submission = _load(session, actor, receipt_no, "submission.transfer", seen)
        case = cases.load(session, to_case)
        access.demand(actor, "submission.transfer", Resource(team=case.team_id))
        require_open(case)
        if case.id == submission.case_id:
            raise DossierError("sort_impossible", what="材料已在该案", what_en="the document is in that case already")
        if submission.state not in ("waiting", "signed_for", "partly_signed_for"):
            SUBMISSION.move(submission.state, "take_back")
        before = layout_of(session, submission)
        paper = before.paper(number)
        if paper.state not in _MOVABLE:
            DOCUMENT.move(paper.state, "take_back")
        target = _target(office, session, submission, case)
        detail = {"document": number, "to_case": case.case_no, "to": target.receipt_no, "reason": reason}
        moved = [one for one in submission.documents if one.number == number]
        outgoing.handed(office, session, "transferred", submission, moved, to_case=case.case_no)
        _clear(session, actor, submission, number)
        act = record(office, session, actor, submission, "transfer", before, without(before, number), detail)
        act.moved_to_id = target.id
        _arrive(office, session, target, paper, before)
        said = {"from_case": submission.case.case_no, "from": submission.receipt_no, "document": paper.name, "reason": reason}
        note(office, session, actor, "transferred", target, **said)
        if submission.state != "waiting":
            _place_anew(office, session, submission)
        return target.receipt_no


def _clear(session: Session, actor: Actor, submission: Submission, number: int) -> None:
    """What no document has outside its volume."""
    for document in submission.documents:
        if document.number == number and document.state != "found":
            _out_of_sub(actor, "submission.transfer", document)
            _not_out(session, document)
            _loosen(session, document)


def _target(office: Office, session: Session, source: Submission, case: Case) -> Submission:
    now = office.clock.now()
    day = local(now).strftime("%Y%m%d")
    target = Submission(
        receipt_no=f"HZ{day}-{next_number(session, f'receipt:{day}'):04d}",
        case_id=case.id,
        team_id=case.team_id,
        handed_by_id=source.handed_by_id,
        handed_for_id=source.handed_for_id,
        state=SUBMISSION.replay(("read", "hold")),
        received_at=source.received_at,
        rejects=[],
    )
    session.add(target)
    session.flush()
    return target


def _arrive(office: Office, session: Session, target: Submission, paper: Paper, before: Layout) -> None:
    known = paper.type_id in office.rules.for_case(target.case).types
    typed_by = paper.typed_by if known else None
    arrived = replace(paper, number=1, state=DOCUMENT.start, typed_by=typed_by, fresh=True)
    turns = {page: turn for page, turn in before.turns.items() if page in paper.pages}
    catalogue = office.rules.for_case(target.case)
    target.rules_version = f"{catalogue.profile} {catalogue.version}"
    write_layout(office, session, target, Layout(target.state), Layout(target.state, (arrived,), turns))
