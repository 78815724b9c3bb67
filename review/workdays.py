"""Days to working days: announced years in; is it one, the n-th after, how many between, and is that provisional, out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from review.holidays import HolidayYear, years


class Counted(NamedTuple):
    """A day reached by counting; provisional when the start or a counted day lies in a year that has not been announced."""

    date: date
    provisional: bool


class Calendar:
    """Working days by prefix sums: weekdays by arithmetic, corrected by the sorted exceptions of the announced years.

    A year that has not been announced is estimated as Monday to Friday, and results that touch it are marked provisional.
    Nothing is stored per ordinary day, so a question costs microseconds in any century.
    """

    def __init__(self, announced: Iterable[HolidayYear]) -> None:
        """announced: years as `review.holidays.years` gives them; a later notice overrules an earlier one about the same day."""
        table: dict[date, bool] = {}
        self._names: dict[date, str] = {}
        self._years: set[int] = set()
        for year in sorted(announced, key=lambda one: one.year):
            self._years.add(year.year)
            table.update(year.work)
            self._names.update(year.names)
        self._work = table
        exceptions = sorted((day.toordinal(), 1 if works else -1) for day, works in table.items() if works != (day.weekday() < 5))
        self._days = [ordinal for ordinal, _ in exceptions]
        self._sums = [0, *accumulate(change for _, change in exceptions)]
        # Cases filed on one day share their deadlines: most questions of a night's round over all cases were asked before.
        self._added = lru_cache(maxsize=8192)(self._add)

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Calendar:
        """The calendar of the rule files (path from the rules folder → content). RulesError when a holiday file is wrong."""
        return cls(years(texts))

    @property
    def announced(self) -> tuple[int, ...]:
        """The announced years, oldest first."""
        return tuple(sorted(self._years))

    def is_workday(self, day: date) -> bool:
        """True when people work on this day, as announced or as estimated."""
        return self._work.get(day, day.weekday() < 5)

    def name_of(self, day: date) -> str:
        """What the notice calls a day off or a make-up day (春节); '' for every other day."""
        return self._names.get(day, "")

    def provisional(self, first: date, last: date) -> bool:
        """True when a day from first to last lies in a year that has not been announced."""
        return any(year not in self._years for year in range(first.year, last.year + 1))

    def next_workday(self, day: date) -> Counted:
        """The day itself when it is a working day, else the first one after it."""
        return self._added(day, 0)

    def add(self, day: date, n: int) -> Counted:
        """The n-th working day after `day` (which is not counted); n = 0 gives next_workday. ValueError when n < 0 or beyond year 9999."""
        if n < 0:
            raise ValueError(f"n must not be negative: {n}")
        return self._added(day, n)

    def _add(self, day: date, n: int) -> Counted:
        found = self._nth(self._upto(day.toordinal()) + n, day) if n else self._nth(self._upto(day.toordinal() - 1) + 1, day)
        return Counted(found, self.provisional(day, found))

    def between(self, first: date, last: date) -> int:
        """Working days after `first` up to and including `last`; negative when last is before first."""
        return self._upto(last.toordinal()) - self._upto(first.toordinal())

    def _upto(self, ordinal: int) -> int:
        weeks, rest = divmod(ordinal, 7)  # ordinal 1 was a Monday
        return weeks * 5 + min(rest, 5) + self._sums[bisect_right(self._days, ordinal)]

    def _nth(self, count: int, after: date) -> date:
        low = after.toordinal()
        # Exceptions shift a count by far less than their number: this many days always hold enough working days.
        high = low + (count - self._upto(low)) * 7 // 5 + len(self._days) + 14
        if high > date.max.toordinal():
            raise ValueError(f"beyond the calendar: {count} working days from {after}")
        return date.fromordinal(bisect_left(range(high + 1), count, low, high + 1, key=self._upto))
