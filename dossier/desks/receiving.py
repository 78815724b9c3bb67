"""The receiving desk: a hand-over that was read comes in; signed for, partly signed for, refused with corrections, disputed or ruled it goes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from dossier import access, people
from dossier.access import Actor, Resource
from dossier.clock import local
from dossier.desks import cases, outgoing
from dossier.desks.present import require_seen
from dossier.errors import DossierError
from dossier.lifecycle import DOCUMENT, SUBMISSION
from dossier.office import Office
from dossier.records import jobs, ledger
from dossier.records.tables import Case, Correction, Dispute, Document, Submission
from review.overdue import ruling_due, working_days_left

PLACE_PRIORITY, CHECK_PRIORITY, RULING_PRIORITY = 10, 12, 45


def load(session: Session, receipt_no: str) -> Submission:
    """Raises DossierError submission_unknown."""
    found = session.execute(select(Submission).where(Submission.receipt_no == receipt_no)).scalar_one_or_none()
    if found is None:
        raise DossierError("submission_unknown", receipt=receipt_no)
    return found


def resource_of(submission: Submission) -> Resource:
    """What access decides on."""
    return Resource(team=submission.case.team_id, brought_by=submission.team_id, handed_by=submission.handed_by_id)


def brought() -> ColumnElement[bool]:
    """The hand-overs that somebody handed over: without the papers that the system made of rulings, and without those whose team only looked."""
    return and_(Submission.id.not_in(select(Dispute.paper_id).where(Dispute.paper_id.is_not(None))), Submission.preview.is_(False))


def of_team(team: int | None) -> ColumnElement[bool]:
    """The hand-overs that a team may see: of its cases, and those that it brought itself before a case went to another team. None: no team, none."""
    if team is None:
        return false()
    return or_(Submission.team_id == team, Submission.case_id.in_(select(Case.id).where(Case.team_id == team)))


def due_from(team: int | None) -> ColumnElement[bool]:
    """The hand-overs with which a team has to go on: those of its cases, and of cases without a team those that it brought."""
    brought = select(Case.id).where(Case.team_id.is_(None))
    return or_(
        Submission.case_id.in_(select(Case.id).where(Case.team_id == team)), (Submission.team_id == team) & Submission.case_id.in_(brought)
    )


def term(office: Office, submission: Submission, raised: datetime) -> dict[str, Any]:
    """{"due","left"} of a dispute that was raised then: the day, and the working days to it, negative when it is past; None where there is no term."""
    due = ruling_due(office.rules.for_case(submission.case), office.rules.calendar, local(raised).date())
    left = working_days_left(office.rules.calendar, due, office.today()) if due else None
    return {"due": due.isoformat() if due else None, "left": left}


def _note(office: Office, session: Session, who: str, action: str, submission: Submission, **detail: Any) -> None:
    ledger.append(
        session,
        at=office.clock.now(),
        actor=who,
        action=f"submission.{action}",
        subject=f"submission:{submission.id}",
        case_id=submission.case_id,
        detail={"receipt_no": submission.receipt_no, **detail},
    )


def _decided(office: Office, submission: Submission, act: str, who: int, stands_for: int | None, reason: str | None) -> None:
    submission.state = SUBMISSION.move(submission.state, act)
    submission.decided_at, submission.reason = office.clock.now(), reason
    submission.decided_by_id, submission.decided_for_id = who, stands_for


def _require_undecided(submission: Submission) -> None:
    """Tells the second of two people who decide at once that the first one won."""
    if submission.decided_at is not None and submission.decided_by is not None and submission.state not in ("waiting", "reading"):
        raise DossierError("raced", who=submission.decided_by.display)


def _blocked(submission: Submission) -> set[int | None]:
    """Ids of documents with blocking findings; None stands for findings about the hand-over as a whole."""
    return {finding.document_id for finding in submission.findings if finding.severity == "blocking"}


def _accept(office: Office, session: Session, submission: Submission, documents: Iterable[Document], act: str = "accept") -> None:
    now = office.clock.now()
    for document in documents:
        document.state = DOCUMENT.move(document.state, act)
        document.signed_at = now
    jobs.again(session, "place", submission.id, priority=PLACE_PRIORITY, at=now)


def verdict(office: Office, session: Session, submission: Submission, policy: str) -> str:
    """What the system does with a checked hand-over (profile switch `verdict`); returns the act. Runs inside the check step's transaction.

    automatic: blocking findings refuse it, a clean and confident one is signed for, everything else waits for a clerk. propose: all wait.
    """
    blocking = bool(_blocked(submission))
    sure = all(document.confident and document.type_id for document in submission.documents)
    unread = any(page.state == "unreadable" for page in submission.pages)
    act = "hold"
    if policy == "automatic" and not unread:
        act = "refuse" if blocking else ("sign" if sure and submission.documents else "hold")
    with session.no_autoflush:
        system = people.find(session, people.SYSTEM)
    if act == "hold":
        submission.state = SUBMISSION.move(submission.state, "hold")
        _note(office, session, system.login, "hold", submission, proposal="refuse" if blocking else "sign" if sure else "look")
    elif act == "refuse":
        _refuse(office, session, submission, (system.id, None), system.login, "有须改正的问题，见修改意见。", None)
    else:
        _decided(office, submission, "sign", system.id, None, None)
        _accept(office, session, submission, submission.documents)
        _note(office, session, system.login, "sign", submission, documents=[d.number for d in submission.documents])
        outgoing.handed(office, session, "signed_for", submission, submission.documents)
    return act


def sign(
    office: Office, actor: Actor, receipt_no: str, only: Sequence[int] | None = None, reason: str | None = None, *, seen: str | None = None
) -> None:
    """Signs for all documents, or for those numbered in `only`; the others are refused with their corrections and `reason`.

    Raises not_allowed, own_submission, nothing_to_sign, nothing_chosen, type_missing, blocking_findings, document_unknown, move_refused, raced, changed_meanwhile.
    """
    with office.db.write() as session:
        submission = load(session, receipt_no)
        access.demand(actor, "submission.decide", resource_of(submission))
        if not actor.persons.isdisjoint({submission.handed_by_id, submission.handed_for_id}) and "operator" not in actor.roles:
            raise DossierError("own_submission")
        _require_undecided(submission)
        require_seen(session, submission, seen)
        if any(page.state in ("expected", "decoded") for page in submission.pages):
            raise DossierError("still_working")
        found = [d for d in submission.documents if d.state == "found"]
        if not found:
            raise DossierError("nothing_to_sign")
        chosen = found if only is None else [_document(submission, number) for number in dict.fromkeys(only)]
        if not chosen:
            raise DossierError("nothing_chosen")
        blocked = _blocked(submission)
        for document in chosen:
            if document.type_id is None:
                raise DossierError("type_missing", number=document.number)
            if document.id in blocked:
                raise DossierError("blocking_findings", number=document.number)
            if not document.confident:
                # Signing for it is the person's word that the doubtful type is right.
                document.confident, document.typed_by_id = True, actor.id
        rest = [d for d in found if d not in chosen]
        if rest and not (reason or "").strip():
            raise DossierError("reason_missing")
        _decided(office, submission, "sign_part" if rest else "sign", actor.id, actor.stands_for, reason if rest else None)
        _accept(office, session, submission, chosen)
        for document in rest:
            document.state = DOCUMENT.move(document.state, "refuse")
        _correct(session, submission, {d.id for d in rest}, None)
        _note(
            office,
            session,
            actor.login,
            "sign",
            submission,
            documents=[d.number for d in chosen],
            refused=[d.number for d in rest],
            reason=reason,
        )
        outgoing.handed(office, session, submission.state, submission, found)


def refuse(
    office: Office, actor: Actor, receipt_no: str, reason: str, corrections: Sequence[str] | None = None, *, seen: str | None = None
) -> None:
    """不予签收 with 修改意见: the clerk's own items, or those of the blocking findings. Raises reason_missing, not_allowed, move_refused, raced, changed_meanwhile."""
    if not reason.strip():
        raise DossierError("reason_missing")
    with office.db.write() as session:
        submission = load(session, receipt_no)
        access.demand(actor, "submission.decide", resource_of(submission))
        _require_undecided(submission)
        require_seen(session, submission, seen)
        _refuse(office, session, submission, (actor.id, actor.stands_for), actor.login, reason.strip(), corrections)


def _refuse(
    office: Office,
    session: Session,
    submission: Submission,
    who: tuple[int, int | None],
    login: str,
    reason: str,
    corrections: Sequence[str] | None,
) -> None:
    _decided(office, submission, "refuse", *who, reason)
    for document in submission.documents:
        if document.state == "found":
            document.state = DOCUMENT.move(document.state, "refuse")
    _correct(session, submission, None, corrections)
    _note(office, session, login, "refuse", submission, reason=reason)
    outgoing.handed(office, session, "refused", submission, submission.documents)


def _correct(session: Session, submission: Submission, documents: set[int] | None, texts: Sequence[str] | None) -> None:
    """Writes the itemised corrections: the given texts, or one for each blocking finding (of the given documents)."""
    blocking = [one for one in submission.findings if one.severity == "blocking" and (documents is None or one.document_id in documents)]
    if texts is not None:
        for text in texts:
            # A text that begins as a finding does is about its page and its article, however the rest was put.
            about = next((one for one in blocking if text.startswith(one.message)), None)
            if about is not None:
                blocking.remove(about)
            of = (about.document_id, about.id) if about is not None else (None, None)
            session.add(Correction(submission_id=submission.id, document_id=of[0], finding_id=of[1], text=text))
        return
    for finding in blocking:
        text = f"{finding.message}。{finding.remedy}。"
        session.add(Correction(submission_id=submission.id, document_id=finding.document_id, finding_id=finding.id, text=text))


def _document(submission: Submission, number: int) -> Document:
    for document in submission.documents:
        if document.number == number:
            return document
    raise DossierError("document_unknown", number=number)


def types_of(office: Office, case_no: str) -> list[tuple[str, str]]:
    """(id, name) of every document type that a paper of this case may be, in the order of the contents list. Raises case_unknown."""
    with office.db.read() as session:
        catalogue = office.rules.for_case(cases.load(session, case_no))
    return [(kind.id, kind.name) for kind in sorted(catalogue.types.values(), key=lambda kind: (kind.order is None, kind.order or 0))]


def dispute(office: Office, actor: Actor, receipt_no: str, reason: str, *, seen: str | None = None) -> None:
    """The handler does not agree with the refusal; it goes to the bureau director, where the court's rules provide for that."""
    if not reason.strip():
        raise DossierError("reason_missing")
    with office.db.write() as session:
        submission = load(session, receipt_no)
        access.demand(actor, "submission.dispute", resource_of(submission))
        require_seen(session, submission, seen)
        if not office.rules.for_case(submission.case).switch("dispute_path"):
            raise DossierError("dispute_not_provided")
        submission.state = SUBMISSION.move(submission.state, "dispute")
        session.add(
            Dispute(
                submission_id=submission.id,
                raised_by_id=actor.id,
                raised_for_id=actor.stands_for,
                raised_at=office.clock.now(),
                reason=reason.strip(),
            )
        )
        _note(office, session, actor.login, "dispute", submission, reason=reason.strip())


def rule(office: Office, actor: Actor, receipt_no: str, outcome: str, reason: str, *, seen: str | None = None) -> None:
    """The director decides: sign_as_is takes the refused documents as they are, fix upholds the refusal.

    Nobody rules who raised it, handed the papers over or refused them, nor who stands in for one of these, nor for whom one of these stood in:
    own_dispute. Raises also not_allowed, reason_missing, move_refused, type_missing, changed_meanwhile.
    """
    if not reason.strip():
        raise DossierError("reason_missing")
    with office.db.write() as session:
        submission = load(session, receipt_no)
        access.demand(actor, "submission.rule", resource_of(submission))
        require_seen(session, submission, seen)
        open_dispute = next((d for d in submission.disputes if d.outcome is None), None)
        submission.state = SUBMISSION.move(submission.state, "rule")
        if open_dispute is None or outcome not in ("sign_as_is", "fix"):
            raise DossierError("bad_request", what="outcome")
        sides: set[int | None] = {open_dispute.raised_by_id, open_dispute.raised_for_id}
        if "operator" not in actor.roles:
            sides |= {submission.handed_by_id, submission.handed_for_id, submission.decided_by_id, submission.decided_for_id}
        if not sides.isdisjoint(actor.persons):
            raise DossierError("own_dispute")
        open_dispute.outcome, open_dispute.ruled_by_id = outcome, actor.id
        open_dispute.ruled_at, open_dispute.ruling_reason = office.clock.now(), reason.strip()
        if outcome == "sign_as_is":
            refused = [d for d in submission.documents if d.state == "refused"]
            for document in refused:
                if document.type_id is None:
                    raise DossierError("type_missing", number=document.number)
            _accept(office, session, submission, refused, "overrule")
        jobs.add(session, "file_ruling", open_dispute.id, priority=RULING_PRIORITY, at=office.clock.now())
        _note(office, session, actor.login, "rule", submission, outcome=outcome, reason=reason.strip())
        outgoing.handed(office, session, "ruled", submission, submission.documents, outcome=outcome)
