"""Looking first 先看识别结果: papers that a team sent to be recognised come in; handed over as they are, or dropped, they go out."""

from __future__ import annotations

from sqlalchemy.orm import Session

from dossier import access
from dossier.access import Actor, Resource
from dossier.desks.present import require_seen
from dossier.desks.receiving import CHECK_PRIORITY, load
from dossier.errors import DossierError
from dossier.lifecycle import SUBMISSION
from dossier.office import Office
from dossier.records import jobs, ledger
from dossier.records.tables import Submission


def hand_over(office: Office, actor: Actor, receipt_no: str, *, seen: str | None = None) -> None:
    """From now on it is handed over, by this person; it is judged once more by what the case holds today, and decided on as any other.

    Raises not_allowed, submission_unknown, changed_meanwhile, move_refused, case_archived.
    """
    with office.db.write() as session:
        submission = _of(session, actor, receipt_no, seen)
        if submission.case.state == "archived":
            raise DossierError("case_archived", case_no=submission.case.case_no)
        now = office.clock.now()
        submission.state, submission.preview = SUBMISSION.move(submission.state, "hand_over"), False
        submission.handed_by_id, submission.handed_for_id, submission.received_at = actor.id, actor.stands_for, now
        submission.addendum = submission.case.state == "frozen"
        jobs.again(session, "check", submission.id, priority=CHECK_PRIORITY, at=now)
        _note(office, session, actor, submission, "hand_over")


def drop(office: Office, actor: Actor, receipt_no: str, *, seen: str | None = None) -> None:
    """The team does not hand it over: nobody decides on it, its bytes stay, and the same files may be handed over anew.

    Raises not_allowed, submission_unknown, changed_meanwhile, move_refused.
    """
    with office.db.write() as session:
        submission = _of(session, actor, receipt_no, seen)
        submission.state = SUBMISSION.move(submission.state, "drop")
        _note(office, session, actor, submission, "drop")


def _of(session: Session, actor: Actor, receipt_no: str, seen: str | None) -> Submission:
    submission = load(session, receipt_no)
    access.demand(actor, "submission.make", Resource(team=submission.case.team_id))
    require_seen(session, submission, seen)
    return submission


def _note(office: Office, session: Session, actor: Actor, submission: Submission, act: str) -> None:
    ledger.append(
        session,
        at=office.clock.now(),
        actor=actor.login,
        action=f"submission.{act}",
        subject=f"submission:{submission.id}",
        case_id=submission.case_id,
        detail={"receipt_no": submission.receipt_no},
    )
