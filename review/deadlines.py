"""A case and its court's rules to deadlines: which clocks run, from which day, until when, and how that was counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from review.conditions import holding
from review.counting import Count, first_allowed, last_day, months_after, round_of
from review.facts import CaseFact, DocumentFact
from review.rulebook import Catalogue, DeadlineRule
from review.workdays import Calendar

ROUNDS = ("each_workday", "each_week", "each_month")
SOURCES = {"case": "案件登记", "feed": "流程系统", "csv": "导入", "form": "人工登记", "document": "材料日期", "fallback": "替代日期"}


@dataclass(frozen=True)
class AnchorDay:
    """A day on which a clock starts; source: case | feed | csv | form | document | fallback (the last two are not firm knowledge)."""

    anchor: str
    on: date
    source: str


@dataclass(frozen=True)
class Deadline:
    """One running clock. due: the last day (None when the rule only forbids being early); opens: the first allowed day, if there is one.

    at: an hour of the last day ('15:00') or ''. steps: how it was counted, in Chinese.
    """

    rule: DeadlineRule
    anchor_on: date
    anchor_source: str
    opens: date | None
    due: date | None
    provisional: bool
    steps: tuple[str, ...]
    at: str = ""

    @property
    def firm(self) -> bool:
        """True when passing it means that the step should have happened: a limit, counted from a day that is known."""
        return self.rule.kind == "max" and self.anchor_source != "fallback"

    def late(self, on: date) -> bool:
        """True when the last day has passed."""
        return self.due is not None and self.due < on


def due(
    catalogue: Catalogue,
    calendar: Calendar,
    case: CaseFact,
    today: date,
    *,
    node: str | None = None,
    documents: Sequence[DocumentFact] = (),
    conditions: Mapping[str, str] | None = None,
) -> list[Deadline]:
    """The clocks that run in a case (of one node, or of all that apply), the earliest first; every rule that bears on a matter is kept.

    documents: give those of the dossier, they reveal conditions and days; conditions: those of `holding`, when the caller has them.
    A rule whose starting day is unknown, or that sets no number, gives no deadline. UnknownRuleError when there is no such node.
    """
    holds = holding(catalogue, case, documents) if conditions is None else conditions
    nodes = [catalogue.node(node)] if node else [one for one in catalogue.nodes.values() if case.kind in one.applies_to]
    running = {one.id for one in nodes if one.condition in holds}
    rules = [rule for rule in catalogue.deadlines.values() if rule.node in running and rule.when in holds and rule.unit != "none"]
    replaced = {id for rule in rules for id in rule.instead_of}
    days = anchor_days(catalogue, case, documents)
    found = [
        _deadline(catalogue, calendar, rule, day, today)
        for rule in rules
        if rule.id not in replaced
        for day in (_today(rule, today) if rule.anchor in ROUNDS else days.get(rule.anchor, ()))
    ]
    return sorted(found, key=lambda one: (one.due or one.opens or date.max, one.rule.id, one.anchor_on))


def shown(deadlines: Iterable[Deadline]) -> Deadline | None:
    """The one to show as due: the earliest limit; without a limit the earliest aim or daily cut-off; None when nothing is due."""
    listed = sorted((one for one in deadlines if one.due is not None), key=lambda one: (one.due, one.rule.id))
    return next((one for one in listed if one.rule.kind == "max"), next((one for one in listed if one.rule.kind != "min"), None))


def anchor_days(catalogue: Catalogue, case: CaseFact, documents: Sequence[DocumentFact] = ()) -> dict[str, tuple[AnchorDay, ...]]:
    """Every starting day that is known or can be stood in for: the case, its events, dated documents, then the fallback anchor."""
    known: dict[str, tuple[AnchorDay, ...]] = {"filing": (AnchorDay("filing", case.filed_on, "case"),)}
    if case.closed_on is not None:
        known["closed"] = (AnchorDay("closed", case.closed_on, "case"),)
    told: dict[str, set[AnchorDay]] = {}
    for event in case.events:
        told.setdefault(event.anchor, set()).add(AnchorDay(event.anchor, event.on, event.source))
    for id, days in told.items():
        # A filing day that somebody recorded corrects the imported one; the closing day is the closing review's alone.
        if id in catalogue.anchors and (id == "filing" or id not in known):
            known[id] = tuple(sorted(days, key=lambda day: (day.on, day.source)))
    dated: dict[str | None, set[date]] = {}
    for document in documents:
        if document.dated is not None:
            dated.setdefault(document.type_id, set()).add(document.dated)
    for id, anchor in catalogue.anchors.items():
        formed = _dates(dated, anchor.documents)
        if formed and id not in known:
            known[id] = (AnchorDay(id, formed[0], "document"),)
    if catalogue.switch("fallback_anchors"):
        for id, anchor in catalogue.anchors.items():
            formed = _dates(dated, anchor.stand_in)
            if formed and id not in known:
                known[id] = tuple(AnchorDay(id, day, "fallback") for day in formed)
        for id in [id for id in catalogue.anchors if id not in known]:
            if (stand_in := _fallback(catalogue, id, known)) is not None:
                known[id] = (AnchorDay(id, stand_in, "fallback"),)
    return known


def _dates(dated: Mapping[str | None, set[date]], types: Sequence[str]) -> list[date]:
    return sorted({day for id in types for day in dated.get(id, ())}) if types else []


def _fallback(catalogue: Catalogue, id: str, known: Mapping[str, tuple[AnchorDay, ...]]) -> date | None:
    here = catalogue.anchors[id].fallback
    while here is not None and here not in known:
        here = catalogue.anchors[here].fallback
    return known[here][0].on if here is not None else None


def _today(rule: DeadlineRule, today: date) -> tuple[AnchorDay, ...]:
    return (AnchorDay(rule.anchor, today, "case"),)


def _deadline(catalogue: Catalogue, calendar: Calendar, rule: DeadlineRule, day: AnchorDay, today: date) -> Deadline:
    opens: date | None = None
    end: date | None = None
    if rule.kind == "min":
        count = first_allowed(calendar, rule, day.on)
        opens = count.day
    elif rule.kind == "within_before":
        count = Count(day.on)
        opens, end = months_after(day.on, -rule.amount), day.on
        count.steps.append(f"此前{rule.amount}个月内：{opens} 至 {end}")
    elif day.anchor in ROUNDS:
        count = round_of(calendar, rule.unit, today)
        end = count.day
    else:
        count = last_day(catalogue, calendar, rule, day.on)
        end = count.day
    start = f"{catalogue.anchors[day.anchor].name} {day.on}（{SOURCES.get(day.source, day.source)}）"
    at = f"{rule.amount:02d}:00" if rule.unit == "clock" else ""
    steps = (start, *count.steps, *(("所涉年份的放假安排尚未公布，暂按周一至周五上班估算",) if count.provisional else ()))
    return Deadline(rule, day.on, day.source, opens, end, count.provisional, steps, at)
