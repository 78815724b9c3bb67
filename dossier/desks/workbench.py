"""The workbench 工作台: a person comes in; what waits for them, the longest or most urgent first, today's intake and the overdue steps go out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from dossier import access
from dossier.access import Actor
from dossier.clock import local
from dossier.desks import announcing, figures, loanwatch, receiving, reviewing
from dossier.desks.figures import Asked
from dossier.desks.receiving import brought, due_from, of_team
from dossier.lifecycle import SUBMISSION
from dossier.office import Office
from dossier.records.tables import Case, ClosingReview, Dispute, Page, Submission

SHOWN = 8  # rows of a box; the box leads to the whole list
STEPS_SHOWN = 12
COUNTED_AT_ONCE = 3  # cases that one look at the page counts; the worker and the next look count the others


def workbench(office: Office, actor: Actor) -> dict[str, Any]:
    """{"today","boxes","intake","steps"}: each box is {"id","title","count","rows","more"}; a row tells what, of whom, since when, working days."""
    with office.db.read() as session:
        boxes = [box for box in _boxes(office, session, actor) if box is not None]
        intake = _intake(office, session, actor) if access.could(actor, "submission.list") else None
    return {"today": office.today().isoformat(), "boxes": boxes, "intake": intake, "steps": _steps(office, actor)}


def _boxes(office: Office, session: Session, actor: Actor) -> Iterator[dict[str, Any] | None]:
    everywhere = bool(actor.roles & access.ACTIONS["submission.list"].everywhere & access.ACTIONS["submission.read"].everywhere)
    if access.could(actor, "submission.rule"):
        yield _handed(office, session, "disputed", "争议待决定", _in_state("disputed"))
    if access.could(actor, "submission.decide"):
        yield _handed(office, session, "waiting", "待审核的移送", _in_state("waiting"))
    if actor.team is not None and access.could(actor, "submission.dispute"):
        own = due_from(actor.team)
        yield _handed(office, session, "ready", "识别完毕、待移送", _in_state("ready").where(own))
        yield _handed(office, session, "refused", "被退回、待改正的移送", _unanswered().where(own))
        yield _handed(office, session, "disputed", "已报局长的争议", _in_state("disputed").where(own))
    elif everywhere and not access.could(actor, "submission.rule"):
        yield _handed(office, session, "disputed", "已报局长的争议", _in_state("disputed"))
    if access.could(actor, "announcement.arrive") or (actor.team is not None and access.could(actor, "announcement.make")):
        yield _announced(office, session, actor)
    keys = [key for key in reviewing.KEYS if access.could(actor, f"review.{key}")]
    if keys:
        yield _reviews(office, session, actor, keys)
    if actor.team is not None and access.could(actor, "review.submit"):
        yield _returned(office, session, actor)
    yield from loanwatch.boxes(office, actor, SHOWN)
    if everywhere or actor.team is not None:
        yield _ruled(office, session, None if everywhere else actor.team)


def _in_state(state: str) -> Select[Submission]:
    return select(Submission).where(Submission.state == state)


def _unanswered() -> Select[Submission]:
    """Refused, in whole or in part, and not handed over again."""
    again = aliased(Submission)
    answered = select(again.id).where(again.again_of_id == Submission.id, again.state != "withdrawn").exists()
    return select(Submission).where(Submission.state.in_(("refused", "partly_signed_for")), ~answered)


def _count(session: Session, query: Select[*tuple[Any, ...]]) -> int:
    return session.execute(select(func.count()).select_from(query.order_by(None).subquery())).scalar_one()


def _handed(office: Office, session: Session, state: str, title: str, query: Select[Submission]) -> dict[str, Any]:
    raised = select(func.max(Dispute.raised_at)).where(Dispute.submission_id == Submission.id).scalar_subquery()
    since = {"waiting": Submission.received_at, "disputed": raised}.get(state, Submission.decided_at)
    whole = query.options(joinedload(Submission.case), joinedload(Submission.team)).order_by(since, Submission.id).limit(SHOWN)
    rows = []
    for one in session.execute(whole).scalars():
        moment = _since(session, one)
        rows.append(
            {
                "what": one.receipt_no,
                "of": one.case.case_no,
                "note": " ".join(filter(None, (one.team.name if one.team else "", _told(one, state)))),
                "since": local(moment).isoformat(timespec="seconds"),
                "waited": _workdays(office, moment),
                "receipt_no": one.receipt_no,
                "state": one.state,
                **(receiving.term(office, one, moment) if state == "disputed" else {}),
            }
        )
    return {"id": state, "title": title, "count": _count(session, query), "rows": rows}


def _told(one: Submission, state: str) -> str | None:
    """What was said last: why it was refused, or why the team does not agree."""
    if state == "disputed":
        return one.disputes[-1].reason if one.disputes else None
    return one.reason if state == "refused" else None


def _since(session: Session, one: Submission) -> datetime:
    """Since when it waits in this state."""
    if one.state == "disputed":
        raised = session.execute(select(func.max(Dispute.raised_at)).where(Dispute.submission_id == one.id)).scalar_one()
        return raised or one.received_at
    return (one.decided_at or one.received_at) if one.state in ("refused", "partly_signed_for", "ruled") else one.received_at


def _workdays(office: Office, since: datetime) -> int:
    return office.rules.calendar.between(local(since).date(), office.today())


def _announced(office: Office, session: Session, actor: Actor) -> dict[str, Any]:
    """Paper that was announced and has not arrived, what is expected first comes first."""
    query = announcing.awaited(office, actor)
    rows = [
        {
            "what": one.number,
            "of": one.case.case_no,
            "note": one.what,
            "since": local(one.made_at).isoformat(timespec="seconds"),
            "waited": _workdays(office, one.made_at),
            "announcement": one.number,
            "overdue": one.expected_on < office.today(),
            "state": one.state,
        }
        for one in session.execute(query.limit(SHOWN)).scalars()
    ]
    return {"id": "announced", "title": "待送达的纸质材料", "count": _count(session, query), "rows": rows}


def _reviews(office: Office, session: Session, actor: Actor, keys: list[str]) -> dict[str, Any]:
    """Reviews that wait for a key that this person holds and has not turned, and that they did not submit."""
    states = [state for state, awaited in reviewing.AWAITED.items() if set(awaited) & set(keys)]
    mine = reviewing.turned_by(actor)
    query = select(ClosingReview).where(
        ClosingReview.state.in_(states),
        ClosingReview.submitted_by_id.not_in(actor.persons),
        func.coalesce(ClosingReview.submitted_for_id, 0).not_in(actor.persons),
        ~mine,
        reviewing.awaits(keys),
    )
    whole = query.options(joinedload(ClosingReview.case)).order_by(ClosingReview.submitted_at, ClosingReview.id).limit(SHOWN)
    rows = [_review(office, one, one.submitted_at) for one in session.execute(whole).scalars()]
    return {"id": "reviews", "title": "待我审核的结案", "count": _count(session, query), "rows": rows}


def _returned(office: Office, session: Session, actor: Actor) -> dict[str, Any]:
    """Closings of the team that were returned and not submitted again."""
    later = aliased(ClosingReview)
    again = select(later.id).where(later.case_id == ClosingReview.case_id, later.id > ClosingReview.id).exists()
    query = select(ClosingReview).join(Case, Case.id == ClosingReview.case_id)
    query = query.where(Case.team_id == actor.team, ClosingReview.state == "returned", Case.state == "open", ~again)
    whole = query.options(joinedload(ClosingReview.case)).order_by(ClosingReview.decided_at, ClosingReview.id).limit(SHOWN)
    rows = [_review(office, one, one.decided_at or one.submitted_at) for one in session.execute(whole).scalars()]
    return {"id": "returned", "title": "被退回的结案", "count": _count(session, query), "rows": rows}


def _review(office: Office, one: ClosingReview, since: datetime) -> dict[str, Any]:
    return {
        "what": one.case.case_no,
        "of": one.mode,
        "note": one.case.handler,
        "since": local(since).isoformat(timespec="seconds"),
        "waited": _workdays(office, since),
        "case_no": one.case.case_no,
        "state": one.state,
    }


def _ruled(office: Office, session: Session, team: int | None) -> dict[str, Any] | None:
    """The latest rulings of the last thirty days, for everybody whom they bind."""
    begin = office.clock.now() - timedelta(days=30)
    query = select(Dispute, Submission).join(Submission, Submission.id == Dispute.submission_id).where(Dispute.ruled_at >= begin)
    if team is not None:
        query = query.where(of_team(team))
    rows = []
    for dispute, one in session.execute(query.order_by(Dispute.ruled_at.desc()).limit(SHOWN)):
        moment = dispute.ruled_at or one.received_at
        rows.append(
            {
                "what": one.receipt_no,
                "of": "按现状签收" if dispute.outcome == "sign_as_is" else "应予改正",
                "note": dispute.ruling_reason or "",
                "since": local(moment).isoformat(timespec="seconds"),
                "waited": None,
                "receipt_no": one.receipt_no,
                "state": one.state,
            }
        )
    return {"id": "ruled", "title": "近期的局长决定", "count": _count(session, query), "rows": rows} if rows else None


def _intake(office: Office, session: Session, actor: Actor) -> dict[str, Any]:
    """{"handovers","pages","states"}: what was handed over today, by what became of it."""
    begin = datetime.combine(office.today(), time(), tzinfo=local(office.clock.now()).tzinfo)
    query = select(Submission.id, Submission.state).where(Submission.received_at >= begin, brought())
    if not actor.roles & access.ACTIONS["submission.read"].everywhere:
        query = query.where(of_team(actor.team))
    found = query.subquery()
    states = {row[0]: row[1] for row in session.execute(select(found.c.state, func.count()).group_by(found.c.state))}
    pages = session.execute(select(func.count()).select_from(Page).where(Page.submission_id.in_(select(found.c.id)))).scalar_one()
    told = [{"state": state, "name": SUBMISSION.names[state], "count": states[state]} for state in SUBMISSION.states if state in states]
    return {"handovers": sum(states.values()), "pages": pages, "states": told}


def _steps(office: Office, actor: Actor) -> dict[str, Any] | None:
    """Overdue and near steps from the kept figures: {"left"} while they are being counted, else {"total","by_team","rows"}; None: not theirs to see."""
    if not access.could(actor, "figures.read") or not (actor.team or actor.roles & access.ACTIONS["figures.read"].everywhere):
        return None
    size, left = figures.prepare(office, actor, Asked(), COUNTED_AT_ONCE)
    if left:
        return {"left": left, "size": size}
    return {"left": 0, **figures.pressing(office, actor, STEPS_SHOWN)}
