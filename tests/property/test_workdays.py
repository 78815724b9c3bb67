"""Properties of counting days that hold for every start, every number and every set of holidays."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from review.holidays import HolidayYear
from review.workdays import Calendar
from tests.support.rules import calendar

DAYS = st.dates(date(2000, 1, 1), date(2035, 12, 31))
COUNTS = st.integers(1, 600)


@given(DAYS, st.integers(0, 600))
def test_a_deadline_is_never_on_a_day_off_and_never_before_its_start(day, n):
    found = calendar().add(day, n)
    assert calendar().is_workday(found.date)
    assert found.date >= day + timedelta(days=n)


@given(DAYS, COUNTS)
def test_between_undoes_add(day, n):
    assert calendar().between(day, calendar().add(day, n).date) == n


@given(DAYS, DAYS, st.integers(0, 600))
def test_later_starts_never_end_earlier(one, two, n):
    first, second = sorted((one, two))
    assert calendar().add(first, n).date <= calendar().add(second, n).date


@given(DAYS, st.integers(0, 300), st.integers(1, 300))
def test_more_days_end_later_and_counts_add_up(day, n, more):
    if n:
        middle = calendar().add(day, n).date
        assert calendar().add(middle, more).date == calendar().add(day, n + more).date
    assert calendar().add(day, n).date <= calendar().add(day, n + more).date


@given(DAYS, st.integers(0, 40))
def test_counting_on_fingers_gives_the_same(day, n):
    left, here = n, day
    while left or not calendar().is_workday(here):
        here += timedelta(days=1)
        left -= calendar().is_workday(here) if left else 0
    assert calendar().add(day, n).date == here


@given(DAYS, DAYS)
def test_between_is_antisymmetric(one, two):
    assert calendar().between(one, two) == -calendar().between(two, one)


@given(DAYS, COUNTS)
def test_provisional_exactly_when_an_unannounced_year_is_touched(day, n):
    found = calendar().add(day, n)
    assert found.provisional == any(year not in calendar().announced for year in range(day.year, found.date.year + 1))


@given(
    st.dictionaries(st.dates(date(2030, 1, 1), date(2030, 12, 31)), st.booleans(), max_size=80),
    st.dates(date(2030, 1, 1), date(2030, 12, 1)),
    COUNTS,
)
def test_any_notice_at_all_is_counted_right(work, day, n):
    made = Calendar([HolidayYear(2030, ("通知",), work, {})])
    found = made.add(day, n).date
    assert made.is_workday(found)
    assert made.between(day, found) == n
    assert sum(made.is_workday(day + timedelta(days=i)) for i in range(1, (found - day).days + 1)) == n
