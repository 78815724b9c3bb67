"""The calendar against its oracle, and against what people would count on their fingers."""

from __future__ import annotations

import json
from datetime import date, timedelta

import chinese_calendar
import pytest

from review.holidays import NoticeError, from_notice, years
from review.rulebook import RulesError
from review.workdays import Calendar
from tests.support.rules import rule_texts


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return Calendar.of(rule_texts())


def test_every_day_of_the_announced_years_agrees_with_the_oracle(calendar):
    assert calendar.announced == tuple(range(2007, 2027))
    day, wrong = date(2007, 1, 1), []
    while day.year < 2027:
        if calendar.is_workday(day) != chinese_calendar.is_workday(day):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


def test_counts_of_whole_years_agree_with_the_oracle(calendar):
    for year in range(2007, 2027):
        ours = calendar.between(date(year - 1, 12, 31), date(year, 12, 31))
        assert ours == len(chinese_calendar.get_workdays(date(year, 1, 1), date(year, 12, 31)))


@pytest.mark.parametrize(
    ("start", "n", "end", "provisional"),
    [
        (date(2026, 2, 13), 2, date(2026, 2, 24), False),  # the make-up Saturday 14th counts, then Spring Festival
        (date(2026, 2, 13), 0, date(2026, 2, 13), False),
        (date(2026, 2, 15), 0, date(2026, 2, 24), False),
        (date(2026, 2, 28), 0, date(2026, 2, 28), False),  # a make-up Saturday is a working day
        (date(2026, 12, 31), 0, date(2026, 12, 31), False),
        (date(2026, 12, 31), 1, date(2027, 1, 1), True),  # 2027 is estimated: nobody has announced New Year's Day
        (date(2027, 3, 6), 0, date(2027, 3, 8), True),
        (date(2006, 12, 29), 1, date(2007, 1, 4), True),
    ],
)
def test_adding_working_days(calendar, start, n, end, provisional):
    assert calendar.add(start, n) == (end, provisional)


def test_negative_and_endless_counts_are_refused(calendar):
    with pytest.raises(ValueError):
        calendar.add(date(2026, 1, 5), -1)
    with pytest.raises(ValueError):
        calendar.add(date(9999, 12, 1), 400)


def test_a_year_read_from_an_official_notice_is_announced(calendar):
    notice = {
        "year": 2027,
        "days": [
            {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
            {"name": "元旦", "date": "2026-12-27", "isOffDay": False},
        ],
    }
    year, text = from_notice(json.loads(json.dumps(notice)))
    assert year == 2027
    later = Calendar.of(rule_texts() | {"holidays/2027.yaml": text})
    assert later.add(date(2026, 12, 31), 1) == (date(2027, 1, 4), False)
    assert later.is_workday(date(2026, 12, 27))
    assert not calendar.is_workday(date(2026, 12, 27))


@pytest.mark.parametrize(
    "payload",
    [
        [],
        {"year": "2027", "days": []},
        {"year": 2027, "days": []},
        {"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01"}]},
        {"year": 2027, "days": [{"name": "元旦", "date": "1 January", "isOffDay": True}]},
        {"year": 2027, "days": [{"name": "元旦", "date": "2021-01-01", "isOffDay": True}]},
        {"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": True}] * 2},
    ],
)
def test_a_notice_of_another_shape_is_refused(payload):
    with pytest.raises(NoticeError):
        from_notice(payload)


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("year: 2027\ndays:\n- {date: 2027-01-01, name: 元旦, work: false}\n", 1, "依据"),
        (
            "year: 2027\ncite: [通知]\ndays:\n- {date: 2027-01-01, name: 元旦, work: false}\n- {date: 2027-01-01, name: 元旦, work: true}\n",
            5,
            "重复",
        ),
        ("year: 2027\ncite: [通知]\ndays:\n- {date: 2021-01-01, name: 元旦, work: false}\n", 4, "不属于"),
        ("year: 2027\ncite: [通知]\ndays:\n- {date: 2027-01-01, work: false}\n", 4, "每天应写"),
        ("year: 2027\ncite: [通知]\ndays: []\nsource: 网上\n", 4, "不认识"),
        ("cite: [通知]\ndays:\n- {date: 2027-01-01, name: 元旦, work: false}\n", 1, "年份"),
        ("year: [\n", 2, "YAML"),
    ],
)
def test_a_broken_table_names_file_and_line(text, line, word):
    with pytest.raises(RulesError) as caught:
        years({"holidays/2027.yaml": text})
    assert any(p.file == "holidays/2027.yaml" and p.line == line and word in p.message for p in caught.value.problems), (
        caught.value.problems
    )


def test_the_same_year_twice_is_refused():
    text = "year: 2027\ncite: [通知]\ndays:\n- {date: 2027-01-01, name: 元旦, work: false}\n"
    with pytest.raises(RulesError):
        years({"holidays/a.yaml": text, "holidays/b.yaml": text})
