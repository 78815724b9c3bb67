"""One clock to the days it counted: every day between its start and its end comes out, with its number or why it does not count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from review.counting import months_after
from review.deadlines import ROUNDS, Deadline
from review.rulebook import Catalogue, DeadlineRule
from review.workdays import Calendar

_WEEK = "一二三四五六日"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DayCounted:
    """One day of a count: its number when it counts (None when it does not), what it is, and whether days or months are counted."""

    on: date
    number: int | None
    note: str
    unit: str = "日"

    def __str__(self) -> str:
        said = f"第{self.number}{self.unit}" if self.number is not None else "不计"
        return f"{self.on} 星期{_WEEK[self.on.weekday()]} {said}{'，' + self.note if self.note else ''}"


@dataclass(frozen=True)
class ClockTold:
    """One clock with its steps in words and every day of it (counted in months: the day on which each month is full)."""

    deadline: Deadline
    steps: tuple[str, ...]
    days: tuple[DayCounted, ...]


def told(catalogue: Catalogue, calendar: Calendar, clock: Deadline) -> ClockTold:
    """A clock with everything that was counted."""
    return ClockTold(clock, clock.steps, tuple(days_of(catalogue, calendar, clock)))


def days_of(catalogue: Catalogue, calendar: Calendar, clock: Deadline) -> Iterable[DayCounted]:
    """Every day from the start of a clock to its end, and whether it counts."""
    if clock.rule.kind == "within_before" and clock.opens and clock.due:
        yield DayCounted(clock.opens, None, "期间首日")
        yield DayCounted(clock.due, None, "期间末日，即起算事件之日")
    elif clock.rule.anchor in ROUNDS:
        yield from _round(calendar, clock)
    elif clock.rule.unit == "month":
        yield from _months(catalogue, calendar, clock)
    else:
        yield from _days(catalogue, calendar, clock)
    if clock.rule.kind == "min" and clock.opens:
        yield DayCounted(clock.opens, None, "期间已满，自此可以办理")


def _days(catalogue: Catalogue, calendar: Calendar, clock: Deadline) -> Iterable[DayCounted]:
    first_counts = bool(catalogue.switch("count_first_day")) and clock.rule.kind != "min"
    skip = _skips(catalogue, clock.rule)
    wanted = -(-clock.rule.amount // 24) if clock.rule.unit == "hour" else clock.rule.amount
    number = 0
    for day in _span(clock.anchor_on, _end(clock)):
        if day == clock.anchor_on and not first_counts:
            yield DayCounted(day, None, "起算日" if wanted else "起算日，期限当日届满")
        elif skip and not calendar.is_workday(day):
            yield DayCounted(day, None, _off(calendar, day))
        elif number >= wanted:
            yield DayCounted(day, None, _rolled(calendar, day))
        else:
            number += 1
            yield DayCounted(day, number, _kind_of(calendar, day))


def _months(catalogue: Catalogue, calendar: Calendar, clock: Deadline) -> Iterable[DayCounted]:
    """The day on which each month is full, and the days by which the last of them was put off."""
    first_counts = bool(catalogue.switch("count_first_day")) and clock.rule.kind != "min"
    base = clock.anchor_on - _DAY if first_counts else clock.anchor_on
    yield DayCounted(clock.anchor_on, None, "起算日")
    last = base
    for number in range(1, clock.rule.amount + 1):
        last = months_after(base, number)
        short = "，该月没有对应日，取月末" if last.day != base.day else ""
        yield DayCounted(last, number, f"满{number}个月{short}", "个月")
    for day in _span(last + _DAY, _end(clock)):
        yield DayCounted(day, None, _rolled(calendar, day))


def _round(calendar: Calendar, clock: Deadline) -> Iterable[DayCounted]:
    """The days of the running round of a recurring duty: nothing is counted, the last working day decides."""
    end = _end(clock)
    for day in _span(clock.anchor_on, end):
        what = "工作日" if calendar.is_workday(day) else _off(calendar, day)
        yield DayCounted(day, None, f"{what}，本期最后一个工作日" if day == end else what)


def _span(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=count) for count in range((last - first).days + 1))


def _end(clock: Deadline) -> date:
    return clock.due or (clock.opens - _DAY if clock.opens else clock.anchor_on)


def _skips(catalogue: Catalogue, rule: DeadlineRule) -> bool:
    """True when days off are not counted in this unit."""
    if rule.unit == "hour":
        return not catalogue.switch("hours_run_on_nonworkdays")
    return rule.unit == "wday" or (rule.unit == "next_day" and catalogue.switch("next_day_means") == "next_workday")


def _off(calendar: Calendar, day: date) -> str:
    name = calendar.name_of(day)
    return f"{name}放假" if name else "休息日" if day.weekday() >= 5 else "放假"


def _rolled(calendar: Calendar, day: date) -> str:
    return "末日为休息日，顺延至此" if calendar.is_workday(day) else f"{_off(calendar, day)}，末日顺延"


def _kind_of(calendar: Calendar, day: date) -> str:
    if calendar.is_workday(day):
        return f"{calendar.name_of(day)}调休上班" if day.weekday() >= 5 else ""
    return f"{_off(calendar, day)}，照计"
