"""The sorting desk: a hand-over that waits and what a person does to its pages come in; documents in their new order go out, each act undoable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier import access
from dossier.access import Actor
from dossier.clock import local
from dossier.desks import layouts, outgoing, receiving
from dossier.desks.arranging import write_layout
from dossier.desks.layouts import VERBS as VERBS
from dossier.desks.layouts import Layout
from dossier.desks.present import last_act, layout_of, require_seen
from dossier.errors import DossierError
from dossier.lifecycle import SUBMISSION
from dossier.office import Office
from dossier.records import jobs, ledger
from dossier.records.tables import Case, Page, ReplacedPage, SortAct, Submission

Change = Callable[[Session, Submission, Layout], Layout]


def note(office: Office, session: Session, actor: Actor, action: str, submission: Submission, **detail: Any) -> None:
    """The ledger event of something done to a hand-over."""
    ledger.append(
        session,
        at=office.clock.now(),
        actor=actor.login,
        action=f"submission.{action}",
        subject=f"submission:{submission.id}",
        case_id=submission.case_id,
        detail={"receipt_no": submission.receipt_no, **detail},
    )


def record(
    office: Office, session: Session, actor: Actor, submission: Submission, verb: str, before: Layout, after: Layout, detail: dict[str, Any]
) -> SortAct:
    """Writes a changed layout, its act on the stack and its event."""
    written = write_layout(office, session, submission, before, after)
    act = SortAct(
        submission_id=submission.id,
        at=office.clock.now(),
        actor_id=actor.id,
        verb=verb,
        detail=detail,
        before=before.as_json(),
        after=written.digest(),
    )
    session.add(act)
    session.flush()
    note(office, session, actor, verb, submission, act=act.id, **detail)
    return act


def waiting(session: Session, actor: Actor, receipt_no: str, seen: str | None = None) -> Submission:
    """The hand-over, when this actor may sort it now. Raises submission_unknown, not_allowed, changed_meanwhile, move_refused."""
    submission = receiving.load(session, receipt_no)
    access.demand(actor, "submission.sort", receiving.resource_of(submission))
    require_seen(session, submission, seen)
    if submission.state != "waiting":
        SUBMISSION.move(submission.state, "hold")
    return submission


def _sort(office: Office, actor: Actor, receipt_no: str, verb: str, change: Change, seen: str | None, **detail: Any) -> None:
    """seen: how the person saw the hand-over who acts on it (seen_of()), None when they do not say. Raises changed_meanwhile."""
    with office.db.write() as session:
        submission = waiting(session, actor, receipt_no, seen)
        before = layout_of(session, submission)
        after = change(session, submission, before)
        if after != before:
            record(office, session, actor, submission, verb, before, after, detail)


def _of(session: Session, submission: Submission, page_id: int) -> Page:
    page = session.get(Page, page_id)
    if page is None or page.submission_id != submission.id:
        raise DossierError("page_unknown")
    return page


def split(office: Office, actor: Actor, receipt_no: str, number: int, at: int, *, seen: str | None = None) -> None:
    """A new document begins with the at-th page (2..). Raises sort_impossible, document_unknown, move_refused, not_allowed."""
    _sort(office, actor, receipt_no, "split", lambda _s, _h, now: layouts.split(now, number, at), seen, document=number, at=at)


def merge(office: Office, actor: Actor, receipt_no: str, number: int, into: int, *, seen: str | None = None) -> None:
    """The pages of a document come behind those of another. Raises as split()."""
    _sort(office, actor, receipt_no, "merge", lambda _s, _h, now: layouts.merge(now, number, into), seen, document=number, into=into)


def move(
    office: Office, actor: Actor, receipt_no: str, page_id: int, to: int | None, at: int | None = None, *, seen: str | None = None
) -> None:
    """A page, also a loose one, comes to the at-th place of document `to`, or becomes one of its own (None). Raises as split(), page_unknown."""

    def change(session: Session, submission: Submission, now: Layout) -> Layout:
        _of(session, submission, page_id)
        return layouts.move(now, page_id, to, at)

    _sort(office, actor, receipt_no, "move", change, seen, page=page_id, to=to, at=at)


def order(office: Office, actor: Actor, receipt_no: str, number: int, pages: Sequence[int], *, seen: str | None = None) -> None:
    """The pages (ids) of a document in another order. Raises as split()."""
    _sort(
        office, actor, receipt_no, "order", lambda _s, _h, now: layouts.order(now, number, pages), seen, document=number, pages=list(pages)
    )


def turn(office: Office, actor: Actor, receipt_no: str, page_id: int, by: int, *, seen: str | None = None) -> None:
    """Turns the view of a page by 90, 180 or 270 degrees clockwise; the bytes stay as they are. Raises as split(), page_unknown."""

    def change(session: Session, submission: Submission, now: Layout) -> Layout:
        _of(session, submission, page_id)
        return layouts.turn(now, page_id, by)

    _sort(office, actor, receipt_no, "turn", change, seen, page=page_id, by=by)


def retype(office: Office, actor: Actor, receipt_no: str, number: int, type_id: str, *, seen: str | None = None) -> None:
    """A person says what a document is; it is judged again with that. Raises type_unknown, document_unknown, move_refused, not_allowed."""

    def change(_session: Session, submission: Submission, now: Layout) -> Layout:
        catalogue = office.rules.for_case(submission.case)
        if type_id not in catalogue.types:
            raise DossierError("type_unknown", type=type_id)
        return layouts.retype(now, number, type_id, catalogue.types[type_id].name, actor.id, f"由{actor.display}确定")

    _sort(office, actor, receipt_no, "retype", change, seen, document=number, type=type_id)


def set_aside(office: Office, actor: Actor, receipt_no: str, number: int, reason: str, *, seen: str | None = None) -> None:
    """A document that is kept and listed but not filed. Raises reason_missing, document_unknown, move_refused, not_allowed."""
    reason = reason.strip()
    if not reason:
        raise DossierError("reason_missing")
    _sort(
        office,
        actor,
        receipt_no,
        "set_aside",
        lambda _s, _h, now: layouts.set_aside(now, number, reason),
        seen,
        document=number,
        reason=reason,
    )


def take_up(office: Office, actor: Actor, receipt_no: str, number: int, *, seen: str | None = None) -> None:
    """A document that was set aside is to be filed after all. Raises document_unknown, move_refused, not_allowed."""
    _sort(office, actor, receipt_no, "take_up", lambda _s, _h, now: layouts.take_up(now, number), seen, document=number)


def undo(office: Office, actor: Actor, receipt_no: str, *, seen: str | None = None) -> str:
    """Takes the last act back; its verb. Raises nothing_to_undo, undo_stale (something else happened since), volume_frozen, not_allowed, changed_meanwhile."""
    with office.db.write() as session:
        submission = receiving.load(session, receipt_no)
        access.demand(actor, "submission.sort", receiving.resource_of(submission))
        require_seen(session, submission, seen)
        act = last_act(session, submission)
        if act is None:
            raise DossierError("nothing_to_undo")
        now, before = layout_of(session, submission), Layout.from_json(act.before)
        if now.digest() != act.after or busy(session, submission.id):
            raise DossierError("undo_stale")
        if act.moved_to is not None:
            # Who may not move a paper to another case may not sign for it again either, and neither case may be closed for good meanwhile.
            access.demand(actor, "submission.transfer", receiving.resource_of(submission))
            require_open(submission.case)
            require_open(act.moved_to.case)
            _empty(office, session, act.moved_to)
        if act.verb == "rescan":
            old, new = act.detail["page"], act.detail["by"]
            before = replace(before, behind={**before.behind, new: old})
        _restore(office, session, submission, now, before)
        if act.moved_to is not None:
            back = [one for one in submission.documents if one.number == act.detail["document"]]
            outgoing.handed(office, session, "transfer_undone", submission, back, from_case=act.moved_to.case.case_no)
        act.undone_at, act.undone_by_id = office.clock.now(), actor.id
        note(office, session, actor, "undo", submission, act=act.id, verb=act.verb)
        return act.verb


def require_open(case: Case) -> None:
    """Raises volume_frozen when nothing leaves or enters the volumes of a case any more."""
    if case.state in ("frozen", "archived"):
        raise DossierError("volume_frozen", case_no=case.case_no)


def busy(session: Session, submission_id: int) -> bool:
    """True while the system still judges or places something of this hand-over."""
    return jobs.busy(session, [f"{step}:{submission_id}" for step in ("classify", "check", "place")])


def _restore(office: Office, session: Session, submission: Submission, now: Layout, before: Layout) -> None:
    """Writes the earlier order; a document that comes back to a hand-over which was signed for is signed for and placed again."""
    if now.state == "waiting":
        write_layout(office, session, submission, now, before)
        return
    known = {paper.number: paper for paper in now.papers}
    papers = tuple(known.get(one.number) or replace(one, state="accepted") for one in before.papers)
    write_layout(office, session, submission, now, replace(before, papers=papers))
    for document in submission.documents:
        if document.number not in known:
            document.signed_at = office.clock.now()
    jobs.again(session, "place", submission.id, priority=receiving.PLACE_PRIORITY, at=office.clock.now())


def _empty(office: Office, session: Session, target: Submission) -> None:
    """Withdraws a hand-over that a transfer made, unless somebody has worked on it."""
    layout = layout_of(session, target)
    if target.state != "waiting" or last_act(session, target) is not None:
        raise DossierError("undo_stale")
    write_layout(office, session, target, layout, Layout(layout.state))
    target.state = SUBMISSION.move(target.state, "withdraw")


def acts(session: Session, submission: Submission) -> list[dict[str, Any]]:
    """What people did to the order of a hand-over, oldest first: {"id","verb","name","who","at","detail","moved_to","undone"}."""
    rows = session.execute(select(SortAct).where(SortAct.submission_id == submission.id).order_by(SortAct.id)).scalars()
    return [
        {
            "id": row.id,
            "verb": row.verb,
            "name": VERBS[row.verb],
            "who": row.actor.display,
            "at": local(row.at).isoformat(timespec="seconds"),
            "detail": row.detail,
            "moved_to": row.moved_to.receipt_no if row.moved_to else None,
            "undone": row.undone_at is not None,
        }
        for row in rows
    ]


def moved_from(session: Session, submission: Submission) -> dict[str, Any] | None:
    """{"receipt_no","case_no","reason"}: where a hand-over came from that a transfer made."""
    act = session.execute(select(SortAct).where(SortAct.moved_to_id == submission.id)).scalar_one_or_none()
    if act is None:
        return None
    source = act.submission
    return {"receipt_no": source.receipt_no, "case_no": source.case.case_no, "reason": act.detail["reason"]}


def behind(session: Session, submission: Submission) -> dict[int, int]:
    """Page → the better scan that stands for it."""
    rows = session.execute(select(ReplacedPage).where(ReplacedPage.submission_id == submission.id)).scalars()
    return {row.page_id: row.by_id for row in rows}
