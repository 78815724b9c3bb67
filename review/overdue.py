"""The states of many cases' steps to the overdue-node table 超期节点统计表: a row for each running clock, and counts by team, person, node, period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from review.deadlines import Deadline
from review.facts import CaseFact, DocumentFact
from review.nodestates import NodeState
from review.rulebook import Catalogue
from review.workdays import Calendar

# on_time, late: done. overdue: past its day and not done. near: due within `near_days` working days. running: due later.
# unsure: past its day, but counted from a stand-in day, so that nobody may be blamed before the day is known.
Standing = Literal["on_time", "late", "overdue", "near", "running", "unsure"]
STANDINGS: dict[Standing, str] = {
    "on_time": "按期办结",
    "late": "超期办结",
    "overdue": "超期未办",
    "near": "临期",
    "running": "未到期",
    "unsure": "起算日待核",
}
Acts = Mapping[str, Sequence[date]]


@dataclass(frozen=True)
class Matter:
    """One case and whose it is. acts: node id → days on which the system itself recorded that the step was done (no paper proves it)."""

    case: CaseFact
    documents: Sequence[DocumentFact] = ()
    team: str = ""
    handler: str = ""
    acts: Acts = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One step of one case with the limit that governs it.

    left: working days from the day of the table to the due day, negative when it is past. lacking: names of the materials that are missing.
    opened: the day from which the limit was counted, and source where that day is known from. firm: that day is known, not stood in for.
    """

    case_no: str
    team: str
    handler: str
    node: str
    name: str
    phase: str
    role: str
    rule: str
    action: str
    opened: date
    source: str
    due: date
    standing: Standing
    left: int
    done_on: date | None
    provisional: bool
    lacking: tuple[str, ...]
    cite: str | None
    firm: bool = True


def as_of(matter: Matter, day: date) -> Matter:
    """The case as it stood at the end of a day: what was signed for, happened or was done later is left out."""
    case = matter.case
    closed = case.closed_on if case.closed_on is not None and case.closed_on <= day else None
    return replace(
        matter,
        case=replace(
            case,
            events=tuple(event for event in case.events if event.on <= day),
            closed_on=closed,
            closing_mode=case.closing_mode if closed else None,
        ),
        documents=[one for one in matter.documents if one.signed_for is None or one.signed_for <= day],
        acts={node: [act for act in acts if act <= day] for node, acts in matter.acts.items()},
    )


def unread(states: Iterable[NodeState]) -> frozenset[str]:
    """Refs of documents whose text decides whether a step is complete: fewer of them than parties, so that one may name several.

    Loading the pages of every case would cost more than all the judging; these few are loaded and judged again.
    """
    lines = (line for state in states for line in state.lines if line.lacking and line.evidence.per)
    return frozenset(document.ref for line in lines for document in line.documents if not document.pages)


def rows(catalogue: Catalogue, calendar: Calendar, matter: Matter, states: Iterable[NodeState], day: date) -> tuple[Row, ...]:
    """The rows of one case on a day, in the order of the timeline.

    states: those of `node_states` for the same case, documents and day. One row for each step that this court's rules ask for and that has
    a limit: its earliest one. A step that only the system's own acts prove has a row for each time that its clock was started.
    """
    return tuple(row for state in states if state.asked for row in _of_step(catalogue, calendar, matter, state, day))


def _of_step(catalogue: Catalogue, calendar: Calendar, matter: Matter, state: NodeState, day: date) -> Iterable[Row]:
    limits = [one for one in state.deadlines if one.rule.kind == "max" and one.due is not None]
    acts = matter.acts.get(state.node.id)
    if state.state == "untracked":
        if acts is not None:
            for one in limits:
                yield _row(catalogue, calendar, matter, state, one, min((act for act in acts if act >= one.anchor_on), default=None), day)
        return
    limit = next((one for one in limits if one.firm), limits[0] if limits else None)
    if limit is not None and (state.state != "present" or state.done_on is not None):
        yield _row(catalogue, calendar, matter, state, limit, state.done_on if state.state == "present" else None, day)


def _row(
    catalogue: Catalogue, calendar: Calendar, matter: Matter, state: NodeState, limit: Deadline, done_on: date | None, day: date
) -> Row:
    due = limit.due or day
    left = working_days_left(calendar, due, day)
    return Row(
        case_no=matter.case.case_no,
        team=matter.team,
        handler=matter.handler,
        node=state.node.id,
        name=state.node.name,
        phase=state.node.phase,
        role=catalogue.roles[state.node.roles[0]],
        rule=limit.rule.id,
        action=limit.rule.action,
        opened=limit.anchor_on,
        source=limit.anchor_source,
        due=due,
        standing=standing_of(due, done_on, day, left, near_days=near_days_of(catalogue), firm=limit.firm),
        left=left,
        done_on=done_on,
        provisional=limit.provisional,
        lacking=tuple(catalogue.types[line.evidence.material].name for line in state.lines if line.lacking),
        cite=catalogue.cited(limit.rule.cite),
        firm=limit.firm,
    )


def working_days_left(calendar: Calendar, due: date, day: date) -> int:
    """Working days from a day to the due day, negative when it is past."""
    return calendar.between(day, due) if due >= day else -calendar.between(due, day)


def near_days_of(catalogue: Catalogue) -> int:
    """From how many working days on a limit counts as near in this court."""
    return int(str(catalogue.switch("near_days")))


def ruling_due(catalogue: Catalogue, calendar: Calendar, raised: date) -> date | None:
    """The day by which a dispute that was raised on a day is to be ruled on; None where the court sets no term (switch ruling_days)."""
    days = int(str(catalogue.switch("ruling_days")))
    return calendar.add(raised, days).date if days else None


def standing_of(due: date, done_on: date | None, day: date, left: int, *, near_days: int, firm: bool) -> Standing:
    """How a step stands on a day; left: working days from that day to the due day."""
    if done_on is not None:
        return "on_time" if done_on <= due else "late" if firm else "unsure"
    if due < day:
        return "overdue" if firm else "unsure"
    return "near" if left <= near_days else "running"


@dataclass(frozen=True)
class Tally:
    """The counts of one group. due: rows whose day lies in the period; carried: still not done though due before it began."""

    key: tuple[str, ...]
    due: int
    on_time: int
    late: int
    overdue: int
    near: int
    running: int
    unsure: int
    carried: int

    @property
    def rate(self) -> float | None:
        """Share of what was due by now and was late or is not done; None when nothing was due yet."""
        ended = self.on_time + self.late + self.overdue
        return (self.late + self.overdue) / ended if ended else None


Grouping = Callable[[Row], tuple[str, ...]]


def week_of(due: date) -> tuple[str, ...]:
    """Monday to Sunday."""
    monday = due - timedelta(days=due.weekday())
    return (f"{monday} 至 {monday + timedelta(days=6)}",)


def month_of(due: date) -> tuple[str, ...]:
    """2026-09"""
    return (f"{due:%Y-%m}",)


GROUPINGS: dict[str, Grouping] = {
    "team": lambda row: (row.team,),
    "handler": lambda row: (row.team, row.handler),
    "role": lambda row: (row.role,),
    "node": lambda row: (row.phase, row.name),
    "week": lambda row: week_of(row.due),
    "month": lambda row: month_of(row.due),
}


def within(found: Iterable[Row], first: date | None, last: date | None) -> tuple[Row, ...]:
    """The rows of a period: due in it, or carried into it: due before and still overdue."""
    return tuple(
        row for row in found if (last is None or row.due <= last) and (first is None or row.due >= first or row.standing == "overdue")
    )


def tally(found: Iterable[Row], grouping: Grouping, first: date | None = None) -> tuple[Tally, ...]:
    """The counts of each group, the worst first. first: the first day of the period; what was due before counts as carried only."""
    groups: dict[tuple[str, ...], Counter[str]] = {}
    for row in found:
        counts = groups.setdefault(grouping(row), Counter())
        counts["carried" if first is not None and row.due < first else row.standing] += 1
    return tallies(groups)


def tallies(groups: Mapping[tuple[str, ...], Counter[str]]) -> tuple[Tally, ...]:
    """Counts by standing ('carried' for what was due before the period) of each group, the worst group first."""
    found = [_tally(key, counts) for key, counts in groups.items()]
    return tuple(sorted(found, key=lambda one: (-one.overdue - one.carried, -one.late, -one.near, one.key)))


def total(found: Iterable[Row], first: date | None = None) -> Tally:
    """The counts of all rows together."""
    return next(iter(tally(found, lambda _: (), first)), _tally((), Counter()))


def _tally(key: tuple[str, ...], counts: Counter[str]) -> Tally:
    named = {standing: counts[standing] for standing in STANDINGS}
    return Tally(key=key, due=sum(named.values()), carried=counts["carried"], **named)
