"""A clock and the day it starts to the day it ends: amount, unit and the court's switches in, days and the steps of the count out."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta

from review.rulebook import Catalogue, DeadlineRule
from review.workdays import Calendar, Counted


@dataclass
class Count:
    """A count under way: the day reached, whether it is provisional, and its steps in Chinese."""

    day: date
    provisional: bool = False
    steps: list[str] = field(default_factory=list)

    def to(self, counted: Counted, step: str) -> None:
        """Moves to a counted day; the step is told only when the day changes."""
        if counted.date != self.day:
            self.steps.append(f"{step}：{counted.date}")
        self.day, self.provisional = counted.date, self.provisional or counted.provisional


def months_after(day: date, months: int) -> date:
    """The corresponding day so many months later (earlier when negative), or the last day of that month when it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day(catalogue: Catalogue, calendar: Calendar, rule: DeadlineRule, start: date) -> Count:
    """The last day of the period that begins on `start`. The first day is not counted unless the court says so."""
    count = Count(start)
    # A court that counts the first day is one day ahead throughout.
    base = start - timedelta(days=1) if catalogue.switch("count_first_day") else start
    n, unit = rule.amount, rule.unit
    if unit == "wday":
        count.to(calendar.add(base, n), f"{n}个工作日")
    elif unit == "next_day" and catalogue.switch("next_day_means") == "next_workday":
        count.to(calendar.add(start, n), "次一工作日")
    elif unit == "hour" and not catalogue.switch("hours_run_on_nonworkdays"):
        count.to(calendar.add(start, -(-n // 24)), f"{n}小时（休息日不计）")
    else:
        said = f"{n}小时（休息日照计）" if unit == "hour" else f"{n}{'个月' if unit == 'month' else '日'}"
        _plain(calendar, count, _plain_end(rule, start, base), said)
        if catalogue.switch("calendar_day_roll") == "next_workday":
            count.to(calendar.next_workday(count.day), "末日为休息日，顺延")
    return count


def first_allowed(calendar: Calendar, rule: DeadlineRule, start: date) -> Count:
    """The first day on which something may be done that must wait for the whole period: the day after it is full."""
    count = Count(start)
    end = months_after(start, rule.amount) if rule.unit == "month" else start + timedelta(days=rule.amount)
    _plain(calendar, count, end + timedelta(days=1), f"满{rule.amount}{'个月' if rule.unit == 'month' else '日'}之次日")
    return count


def round_of(calendar: Calendar, unit: str, today: date) -> Count:
    """The end of the running round of a recurring duty: today, this week or this month, on its last working day."""
    if unit == "weekly":
        end = today + timedelta(days=6 - today.weekday())
    elif unit == "monthly":
        end = today.replace(day=monthrange(today.year, today.month)[1])
    else:
        end = today
    count = Count(today)
    day = end
    while day > today and not calendar.is_workday(day):
        day -= timedelta(days=1)
    count.to(calendar.next_workday(day), "本期最后一个工作日")
    return count


def _plain_end(rule: DeadlineRule, start: date, base: date) -> date:
    if rule.unit == "month":
        return months_after(base, rule.amount)
    if rule.unit == "hour":
        return start + timedelta(days=-(-rule.amount // 24))
    if rule.unit == "next_day":
        return start + timedelta(days=rule.amount)
    return base + timedelta(days=rule.amount) if rule.amount else start


def _plain(calendar: Calendar, count: Count, end: date, step: str) -> None:
    count.to(Counted(end, calendar.provisional(*sorted((count.day, end)))), step)
