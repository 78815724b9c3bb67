"""The figures desk: cases come in; the overdue-node table 超期节点统计表, by team, person, node and period, goes out as plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from dossier import access
from dossier.access import Actor, Resource
from dossier.desks import figurestore
from dossier.desks.figurestore import NOBODY
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import CURRENT, Case, FigureRow, FigureStep, Team
from review.overdue import GROUPINGS, Row, Standing, Tally, month_of, near_days_of, tallies, week_of, working_days_left

# A step may fall due this long after the closing: the longest limit that runs from it is 90 days.
_AFTER_CLOSING = timedelta(days=120)


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


def prepare(office: Office, actor: Actor, asked: Asked, limit: int | None = None) -> tuple[int, int]:
    """Counts what has changed since the last time, at most `limit` cases: (cases in the scope, cases still to count).

    Raises not_allowed, team_unknown, date_bad.
    """
    team = require(office, actor, asked)
    return figurestore.fill(office, _scope(asked, team, _day(office, asked)), _kept_day(office, asked), limit)


def overdue(office: Office, actor: Actor, asked: Asked, shown: Collection[str] | None = None, most: int | None = None) -> dict[str, Any]:
    """{"court","from","until","as_of","near_days","count","total","by_team",…,"rows"}: the table as it stands today, or stood when the period ended.

    Without a period every step of the cases in hand is counted; with one, what fell due in it, and what is carried into it. shown, most:
    only rows of these standings are listed, and so many; the counts are of all. Raises not_allowed, team_unknown, date_bad.
    """
    team, day = require(office, actor, asked), _day(office, asked)
    prepare(office, actor, asked)
    with office.db.read() as session:
        query = _Query(office, session, asked, team, day)
        groups = query.groups()
        rows = query.rows(shown, most)
    count = sum(sum(one.values()) for one in groups["month"].values())
    note(office, actor, "overdue", asked, count)
    whole = tallies({(): sum(groups["month"].values(), Counter())})
    return {
        "court": office.settings.court,
        "from": _iso(asked.first),
        "until": _iso(asked.last),
        "as_of": day.isoformat(),
        "near_days": near_days_of(office.rules.of(office.settings.default_profile)),
        "count": count,
        "total": _tally_json(whole[0]),
        **{f"by_{name}": [_tally_json(one) for one in tallies(groups[name])] for name in GROUPINGS},
        "rows": [row_json(row) for row in rows],
    }


def pressing(office: Office, actor: Actor, most: int) -> dict[str, Any]:
    """{"as_of","total","by_team","rows"}: what is overdue or near today, as it is kept (prepare() first); at most so many rows. Raises not_allowed."""
    asked = Asked()
    team, day = require(office, actor, asked), office.today()
    with office.db.read() as session:
        names = tuple((one.id, one.name) for one in session.execute(select(Team.id, Team.name).order_by(Team.id)))
        facts = ("pressing", figurestore.kept(session), day, team, most, names)

        def add_up() -> tuple[dict[str, Counter[str]], list[Row]]:
            query = _Query(office, session, asked, team, day)
            return query.pressing(), query.rows(("overdue", "near"), most)

        counts, rows = office.memory.recall(facts, add_up)
    note(office, actor, "overdue", asked, sum(sum(one.values()) for one in counts.values()))
    by_team = [{"key": [name], **{kind: found[kind] for kind in ("overdue", "near")}} for name, found in counts.items()]
    total = {kind: sum(found[kind] for found in counts.values()) for kind in ("overdue", "near")}
    return {"as_of": day.isoformat(), "total": total, "by_team": by_team, "rows": [row_json(row) for row in rows]}


def lacking(office: Office, actor: Actor, asked: Asked) -> list[Row]:
    """The rows of overdue steps, with the materials that they lack. Raises not_allowed, team_unknown, date_bad."""
    team, day = require(office, actor, asked), _day(office, asked)
    prepare(office, actor, asked)
    with office.db.read() as session:
        return _Query(office, session, asked, team, day, whole=True).rows(("overdue",), None)


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


def _day(office: Office, asked: Asked) -> date:
    """The day on which the cases are looked at: today, or the end of a period that is over. Raises date_bad."""
    today = office.today()
    day = min(asked.last, today) if asked.last else today
    if asked.first is not None and asked.first > day:
        raise DossierError("date_bad", value=f"{asked.first}（统计期间尚未开始或起止颠倒）")
    return day


def _kept_day(office: Office, asked: Asked) -> date:
    day = _day(office, asked)
    return CURRENT if day == office.today() else day


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


def _scope(asked: Asked, team: int | None, day: date) -> figurestore.Scope:
    """Cases in hand, and for a period also those that were archived since it began."""
    in_hand = Case.state != "archived"
    since = asked.first - _AFTER_CLOSING if asked.first else None
    scope = [Case.filed_on <= day, in_hand if since is None else or_(in_hand, Case.closed_on >= since)]
    if team is not None:
        scope.append(Case.team_id == team)
    if asked.handler is not None:
        scope.append(Case.handler == asked.handler)
    return scope


class _Query:
    """The kept rows of a scope, period and node, as they stand on a day; whole: of any period. The database counts them."""

    def __init__(self, office: Office, session: Session, asked: Asked, team: int | None, day: date, *, whole: bool = False) -> None:
        self._calendar, self._session, self._day = office.rules.calendar, session, day
        self._standing = self._standing_now()
        where = [FigureRow.as_of == _kept_day(office, asked), *_scope(asked, team, day)]
        if asked.node is not None:
            where.append(or_(FigureStep.node == asked.node, FigureStep.name == asked.node))
        if asked.last is not None and not whole:
            where.append(FigureRow.due <= asked.last)
        if asked.first is not None and not whole:
            where.append(or_(FigureRow.due >= asked.first, self._standing == "overdue"))
        self._where = where
        self._bucket = self._standing if asked.first is None else case((FigureRow.due < asked.first, "carried"), else_=self._standing)

    def _standing_now(self) -> ColumnElement[str]:
        """review.overdue.standing_of in the database: a limit is near until the day before the next working day but `near_days`."""
        every = self._session.execute(select(FigureStep.near_days).distinct()).scalars()
        near = {days: self._calendar.add(self._day, days + 1).date - timedelta(days=1) for days in every}
        self._near_until = max(near.values(), default=self._day)
        done, late = FigureRow.done_on.is_not(None), case((FigureRow.firm, "late"), else_="unsure")
        return case(
            (and_(done, FigureRow.done_on <= FigureRow.due), "on_time"),
            (done, late),
            (FigureRow.due < self._day, case((FigureRow.firm, "overdue"), else_="unsure")),
            *((and_(FigureStep.near_days == days, FigureRow.due <= last), "near") for days, last in near.items()),
            else_="running",
        )

    def _of(self, *columns: Any) -> Select[Any]:
        joined = select(*columns).select_from(FigureRow).join(FigureStep).join(Case, Case.id == FigureRow.case_id)
        return joined.where(*self._where)

    def groups(self) -> dict[str, dict[tuple[str, ...], Counter[str]]]:
        """The counts by standing of each group of each grouping."""
        found: dict[str, dict[tuple[str, ...], Counter[str]]] = {name: {} for name in GROUPINGS}

        def add(grouping: str, key: tuple[str, ...], bucket: str, count: int) -> None:
            counts = found[grouping].get(key)
            if counts is None:
                counts = found[grouping][key] = Counter()
            counts[bucket] += count

        bucket = self._bucket.label("bucket")
        teams = {one.id: one.name for one in self._session.execute(select(Team.id, Team.name))}
        steps = {step.id: step for step in self._session.execute(select(FigureStep)).scalars()}
        keys = (Case.team_id, Case.handler, FigureRow.step_id)
        people = self._of(*keys, bucket, func.count()).group_by(*keys, "bucket")
        for team_id, handler, step_id, standing, count in self._session.execute(people):
            team, step = teams.get(team_id, NOBODY), steps[step_id]
            add("team", (team,), standing, count)
            add("handler", (team, handler or NOBODY), standing, count)
            add("role", (step.role,), standing, count)
            add("node", (step.phase, step.name), standing, count)
        days = self._of(FigureRow.due, bucket, func.count()).group_by(FigureRow.due, "bucket")
        for due, standing, count in self._session.execute(days):
            add("week", week_of(due), standing, count)
            add("month", month_of(due), standing, count)
        return found

    def pressing(self) -> dict[str, Counter[str]]:
        """How many steps of each team are overdue or near."""
        query = self._of(Case.team_id, self._standing.label("standing"), func.count()).where(*self._soon())
        counts: dict[int | None, Counter[str]] = {}
        for team_id, standing, count in self._session.execute(query.group_by(Case.team_id, "standing")):
            counts.setdefault(team_id, Counter())[standing] += count
        teams = {one.id: one.name for one in self._session.execute(select(Team.id, Team.name).where(Team.id.in_(counts)))}
        return {teams.get(id, NOBODY): found for id, found in counts.items()}

    def _soon(self) -> tuple[ColumnElement[bool], ...]:
        """Only these can be overdue or near: the index finds them without looking at all the others."""
        return FigureRow.done_on.is_(None), FigureRow.due <= self._near_until

    def rows(self, shown: Collection[str] | None, most: int | None) -> list[Row]:
        """The rows, those that fell due first in front."""
        query = self._of(Case.case_no, Team.name, Case.handler, FigureStep, FigureRow, self._standing).outerjoin(
            Team, Team.id == Case.team_id
        )
        if shown is not None:
            query = query.where(self._standing.in_(shown), *(self._soon() if {"overdue", "near"}.issuperset(shown) else ()))
        query = query.order_by(FigureRow.due, Case.case_no, FigureStep.node).limit(most)
        return [self._row(*one) for one in self._session.execute(query)]

    def _row(self, case_no: str, team: str | None, handler: str | None, step: FigureStep, row: FigureRow, standing: Standing) -> Row:
        return Row(
            case_no=case_no,
            team=team or NOBODY,
            handler=handler or NOBODY,
            node=step.node,
            name=step.name,
            phase=step.phase,
            role=step.role,
            rule=step.rule,
            action=step.action,
            opened=row.opened,
            source=row.source,
            due=row.due,
            standing=standing,
            left=working_days_left(self._calendar, row.due, self._day),
            done_on=row.done_on,
            provisional=row.provisional,
            lacking=tuple(row.lacking),
            cite=step.cite,
            firm=row.firm,
        )
