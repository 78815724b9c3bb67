"""The figures desk: cases come in; the overdue-node table 超期节点统计表, by team, person, node and period, goes out as plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from dossier import access
from dossier.access import Actor, Resource
from dossier.clock import local
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case, Document, Page, Submission, Team
from dossier.translate import case_fact, text_lines
from review.facts import DocumentFact, PageFacts
from review.nodestates import NodeState, node_states
from review.overdue import GROUPINGS, Matter, Row, Tally, as_of, rows, tally, total, unread, within
from review.workdays import Calendar

NOBODY = "未登记"
_TOGETHER = 500  # cases that are loaded at once
# A step may fall due this long after the closing: the longest limit that runs from it is 90 days.
_AFTER_CLOSING = timedelta(days=120)
_TRANSFER = "dossier_transfer"


@dataclass(frozen=True)
class Asked:
    """Which figures: of one team, handler or node (id or name), and of a period, both ends included; None: all."""

    team: str | None = None
    handler: str | None = None
    node: str | None = None
    first: date | None = None
    last: date | None = None


def period_of(kind: str, day: date) -> tuple[date, date]:
    """First and last day of the day, week (Monday to Sunday) or month that holds `day`."""
    if kind == "day":
        return day, day
    if kind == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def overdue(office: Office, actor: Actor, asked: Asked) -> dict[str, Any]:
    """{"court","from","until","as_of","near_days","total","by_team",…,"rows"}: the table as it stands today, or stood when the period ended.

    Without a period every step of the cases in hand is counted; with one, what fell due in it, and what is carried into it.
    Raises not_allowed, team_unknown, date_bad.
    """
    found, day = collect(office, actor, asked)
    kept = within(found, asked.first, asked.last)
    note(office, actor, "overdue", asked, len(kept))
    return {
        "court": office.settings.court,
        "from": _iso(asked.first),
        "until": _iso(asked.last),
        "as_of": day.isoformat(),
        "near_days": int(str(office.rules.of(office.settings.default_profile).switch("near_days"))),
        "total": _tally_json(total(kept, asked.first)),
        **{f"by_{name}": [_tally_json(one) for one in tally(kept, by, asked.first)] for name, by in GROUPINGS.items()},
        "rows": [row_json(row) for row in sorted(kept, key=lambda row: (row.due, row.case_no, row.node))],
    }


def row_json(row: Row) -> dict[str, Any]:
    """A row as plain values; days are ISO texts."""
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in vars(row).items()}


def _tally_json(one: Tally) -> dict[str, Any]:
    return {**asdict(one), "key": list(one.key), "rate": one.rate}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def note(office: Office, actor: Actor, what: str, asked: Asked, count: int) -> None:
    """Writes the event that somebody looked at the figures."""
    with office.db.write() as session:
        detail = {key: _iso(value) if isinstance(value, date) else value for key, value in asdict(asked).items()}
        ledger.append(
            session, at=office.clock.now(), actor=actor.login, action=f"figures.{what}", subject="figures", detail={**detail, "rows": count}
        )


def collect(office: Office, actor: Actor, asked: Asked) -> tuple[list[Row], date]:
    """Every row that the actor may see, of any day, and the day on which the cases were looked at. Raises not_allowed, team_unknown, date_bad."""
    team = require(office, actor, asked)
    today = office.today()
    day = min(asked.last, today) if asked.last else today
    if asked.first is not None and asked.first > day:
        raise DossierError("date_bad", value=f"{asked.first}（统计期间尚未开始或起止颠倒）")
    found: list[Row] = []
    with office.db.read() as session:
        for ids in batches(_case_ids(session, asked, team, day)):
            found += _rows(office, session, ids, day)
    return [row for row in found if asked.node is None or asked.node in (row.node, row.name)], day


def require(office: Office, actor: Actor, asked: Asked) -> int | None:
    """The id of the only team whose figures are wanted or may be seen; None: all. Raises not_allowed, team_unknown."""
    access.demand(actor, "figures.read", Resource(team=actor.team))
    own = None if actor.roles & access.ACTIONS["figures.read"].everywhere else actor.team
    if asked.team is None:
        return own
    with office.db.read() as session:
        wanted = session.execute(select(Team.id).where(Team.name == asked.team)).scalar_one_or_none()
    if wanted is None:
        raise DossierError("team_unknown", name=asked.team)
    if own is not None and wanted != own:
        raise DossierError("not_allowed")
    return wanted


def _case_ids(session: Session, asked: Asked, team: int | None, day: date) -> Sequence[int]:
    """Cases in hand, and for a period also those that were archived since it began."""
    in_hand = Case.state != "archived"
    since = asked.first - _AFTER_CLOSING if asked.first else None
    query = select(Case.id).where(Case.filed_on <= day, in_hand if since is None else or_(in_hand, Case.closed_on >= since))
    if team is not None:
        query = query.where(Case.team_id == team)
    if asked.handler is not None:
        query = query.where(Case.handler == asked.handler)
    return session.execute(query.order_by(Case.id)).scalars().all()


def _rows(office: Office, session: Session, ids: Sequence[int], day: date) -> Iterator[Row]:
    """The rows of some cases; the few papers whose words decide are read in a second look."""
    found = [(case, as_of(matter, day)) for case, matter in _matters(office, session, ids)]
    states = [_states(office, case, matter, day) for case, matter in found]
    wanted = [ref for one in states for ref in unread(one)]
    texts = _texts(session, [int(ref) for ref in wanted])
    for (case, matter), first_look in zip(found, states, strict=True):
        again = any(document.ref in texts for document in matter.documents)
        known = _with_texts(matter, texts) if again else matter
        judged = _states(office, case, known, day) if again else first_look
        yield from rows(office.rules.for_case(case), office.rules.calendar, known, judged, day)


def _states(office: Office, case: Case, matter: Matter, day: date) -> tuple[NodeState, ...]:
    return node_states(office.rules.for_case(case), office.rules.calendar, matter.case, matter.documents, day)


def _matters(office: Office, session: Session, ids: Sequence[int]) -> Iterator[tuple[Case, Matter]]:
    papers, transfers = _papers(session, ids), _transfers(office, session, ids)
    query = select(Case).where(Case.id.in_(ids)).order_by(Case.id)
    whole = query.options(joinedload(Case.team), selectinload(Case.parties), selectinload(Case.events), selectinload(Case.waivers))
    for case in session.execute(whole).scalars():
        yield (
            case,
            Matter(
                case=case_fact(case),
                documents=papers.get(case.id, []),
                team=case.team.name if case.team else NOBODY,
                handler=case.handler or NOBODY,
                acts={_TRANSFER: transfers.get(case.id, [])},
            ),
        )


def _papers(session: Session, ids: Sequence[int]) -> Mapping[int, list[DocumentFact]]:
    """The papers that prove something, without their pages, by case."""
    query = (
        select(Document.case_id, Document.id, Document.type_id, Document.dated, Document.signed_at)
        .where(Document.case_id.in_(ids), Document.state.in_(("accepted", "placed", "kept")))
        .order_by(Document.id)
    )
    found: dict[int, list[DocumentFact]] = defaultdict(list)
    for case_id, id, type_id, dated, signed_at in session.execute(query):
        signed = local(signed_at).date() if signed_at else None
        found[case_id].append(DocumentFact(str(id), type_id, dated=dated, signed_for=signed))
    return found


def _transfers(office: Office, session: Session, ids: Sequence[int]) -> Mapping[int, list[date]]:
    """The days on which papers were handed over, by case.

    A refused hand-over is none; the clock stood still while the desk had it, so the corrected one counts as made that much earlier.
    """
    query = (
        select(Submission.id, Submission.case_id, Submission.again_of_id, Submission.state, Submission.received_at, Submission.decided_at)
        .where(Submission.case_id.in_(ids))
        .order_by(Submission.id)
    )
    found: dict[int, list[date]] = defaultdict(list)
    held: dict[int, int] = {}
    for id, case_id, again_of, state, received_at, decided_at in session.execute(query):
        handed = local(received_at).date()
        before = held.get(again_of or 0, 0)
        if decided_at is not None:
            held[id] = before + office.rules.calendar.between(handed, local(decided_at).date())
        if state not in ("refused", "disputed"):
            found[case_id].append(_days_before(office.rules.calendar, handed, before))
    return found


def _days_before(calendar: Calendar, day: date, count: int) -> date:
    """The day from which `count` working days lead to `day`."""
    while count > 0:
        count -= calendar.is_workday(day)
        day -= timedelta(days=1)
    return day


def _texts(session: Session, ids: Sequence[int]) -> Mapping[str, tuple[PageFacts, ...]]:
    """The words of some documents' pages, by the document's ref."""
    found: dict[str, list[PageFacts]] = defaultdict(list)
    for some in batches(ids):
        query = select(Page.document_id, Page.id, Page.position, Page.lines).where(Page.document_id.in_(some)).order_by(Page.position)
        for document_id, id, position, lines in session.execute(query):
            found[str(document_id)].append(PageFacts(str(id), position, text_lines(lines)))
    return {ref: tuple(pages) for ref, pages in found.items()}


def batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The ids in lots that one query can take."""
    return (ids[start : start + _TOGETHER] for start in range(0, len(ids), _TOGETHER))


def _with_texts(matter: Matter, texts: Mapping[str, tuple[PageFacts, ...]]) -> Matter:
    return replace(matter, documents=[replace(one, pages=texts.get(one.ref, ())) for one in matter.documents])
