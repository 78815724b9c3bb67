"""Figures that are kept from one look to the next: whatever changes a case, the rules or the day is seen, and nothing else is counted again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from dossier import people
from dossier.clock import Clock
from dossier.desks import cases, closing, figures, figurestore, waiving
from dossier.desks.figures import Asked
from dossier.memory import Memory
from dossier.office import Office
from dossier.records.tables import CURRENT, FigureCase, FigureRow
from dossier.web.site import create_app
from dossier.worker import Worker
from review.overdue import GROUPINGS, Row, tally, within
from tests.support.office import CASE_NO, open_test_office, operator_of
from tests.support.webclient import Person

START = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
KINDS = ("执", "执恢", "执保", "执异")


class Hands:
    """A clock whose hands the test sets."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def office(tmp_path: Path, hands: Hands, database_url: str) -> Iterator[Office]:
    opened = open_test_office(tmp_path / "home", clock=Clock(hands), database_url=database_url)
    more = [
        {
            "case_no": f"（2026）豫9924{KINDS[number % 4]}{200 + number}号",
            "kind": KINDS[number % 4],
            "court": "云川县人民法院",
            "filed_on": f"2026-0{6 + number % 3}-{10 + number}",
            "team": f"执行实施{'一二'[number % 2]}团队",
            "handler": f"{'郑王赵'[number % 3]}执行",
            "respondents": "赵某丙",
        }
        for number in range(12)
    ]
    cases.import_cases(opened, operator_of(opened), json.dumps(more, ensure_ascii=False).encode())
    yield opened
    opened.close()


def look(office: Office, asked: Asked | None = None) -> dict[str, Any]:
    return figures.overdue(office, operator_of(office), asked or Asked())


def anew(office: Office, asked: Asked | None = None) -> dict[str, Any]:
    """The same table when nothing was kept."""
    with office.db.write() as session:
        session.execute(delete(FigureRow))
        session.execute(delete(FigureCase))
    return look(office, asked)


def left_to_count(office: Office) -> int:
    return figures.prepare(office, operator_of(office), Asked(), 0)[1]


def row_of(told: dict[str, Any]) -> Row:
    days = {name: date.fromisoformat(told[name]) if told[name] else None for name in ("opened", "due", "done_on")}
    return Row(**(told | days))


def test_only_what_changed_is_counted_again(office: Office) -> None:
    assert left_to_count(office) == 13
    first = look(office)
    assert left_to_count(office) == 0
    closing.check(office, operator_of(office), CASE_NO, "closing")
    closing.case_page(office, operator_of(office), CASE_NO)
    assert left_to_count(office) == 0, "looking at a case changes nothing"
    cases.record_event(office, operator_of(office), CASE_NO, "case_assigned", date(2026, 8, 18), source="form")
    assert left_to_count(office) == 1
    second = look(office)
    assert second == anew(office)
    assert second["rows"] != first["rows"]
    cases.record_event(office, operator_of(office), CASE_NO, "case_assigned", date(2026, 8, 24), source="form")
    third = look(office)
    assert third == anew(office), "a corrected event moves what was counted from it"
    assert third["rows"] != second["rows"]


def test_what_presses_is_added_up_once_and_anew_after_every_change(office: Office, hands: Hands) -> None:
    asked: list[object] = []

    class Counting(Memory):
        def recall(self, key: Any, work_out: Any) -> Any:
            return super().recall(key, lambda: asked.append(key) or work_out())  # type: ignore[func-returns-value]

    watched = replace(office, memory=Counting())

    def press() -> dict[str, Any]:
        figures.prepare(watched, operator_of(office), Asked())
        told = figures.pressing(watched, operator_of(office), 5)
        assert told == figures.pressing(replace(office, memory=Memory()), operator_of(office), 5)
        return told

    first = press()
    closing.case_page(office, operator_of(office), CASE_NO)
    assert press() == first
    assert len(asked) == 1
    cases.record_event(office, operator_of(office), CASE_NO, "case_assigned", date(2026, 8, 18), source="form")
    press()
    hands.now = START + timedelta(days=9)
    assert press()["total"] != first["total"]
    assert len(asked) == 3


def test_a_new_case_a_changed_party_and_a_closing_are_seen(office: Office) -> None:
    look(office)
    row = {
        "case_no": CASE_NO,
        "kind": "执",
        "court": "云川县人民法院",
        "filed_on": "2026-08-17",
        "handler": "新承办",
        "respondents": "甲；乙",
    }
    cases.import_cases(office, operator_of(office), json.dumps([row | {"case_no": "（2026）豫9924执300号"}, row]).encode())
    table = look(office)
    assert "（2026）豫9924执300号" in {one["case_no"] for one in table["rows"]}
    assert {one["handler"] for one in table["rows"] if one["case_no"] == CASE_NO} == {"新承办"}
    assert table == anew(office)
    cases.import_cases(office, operator_of(office), json.dumps([row | {"closed_on": "2026-08-31", "closing_mode": "终结执行"}]).encode())
    assert look(office) == anew(office)


def test_the_day_passes_without_counting_and_what_was_told_ahead_comes_true(office: Office, hands: Hands) -> None:
    cases.record_event(office, operator_of(office), CASE_NO, "case_assigned", date(2026, 9, 10), source="feed")
    look(office)
    hands.now = START + timedelta(days=5)
    assert left_to_count(office) == 0
    assert look(office) == anew(office)
    hands.now = datetime(2026, 9, 10, 2, 0, tzinfo=UTC)
    assert left_to_count(office) == 1, "the event of that day has come"
    assert look(office) == anew(office)


@pytest.mark.parametrize(
    "asked",
    [
        Asked(),
        Asked(first=date(2026, 8, 1), last=date(2026, 8, 20)),
        Asked(first=date(2026, 8, 31), last=date(2026, 9, 6)),
        Asked(team="执行实施二团队", node="送达"),
    ],
    ids=["all", "past", "week", "team"],
)
def test_the_database_counts_as_the_rules_of_counting_say(office: Office, asked: Asked) -> None:
    cases.record_event(office, operator_of(office), CASE_NO, "case_assigned", date(2026, 8, 18), source="form")
    table = look(office, asked)
    found = [row_of(one) for one in table["rows"]]
    assert list(within(found, asked.first, asked.last)) == found
    for name, by in GROUPINGS.items():
        expected = [{**vars(one), "key": list(one.key), "rate": one.rate} for one in tally(found, by, asked.first)]
        assert table[f"by_{name}"] == expected
    assert table["count"] == len(found)


def test_new_rules_and_new_holidays_count_everything_again(office: Office) -> None:
    look(office)
    texts = dict(office.rules.texts) | {"holidays/2027.yaml": "x"}
    assert left_to_count(replace(office, rules=replace(office.rules, texts=texts))) == 13
    assert left_to_count(office) == 0


def test_a_past_day_is_kept_beside_today_and_a_late_event_reaches_both(office: Office) -> None:
    past = Asked(first=date(2026, 8, 10), last=date(2026, 8, 23))
    look(office), look(office, past)
    with office.db.read() as session:
        days = set(session.execute(select(FigureCase.as_of).distinct()).scalars())
    assert days == {CURRENT, date(2026, 8, 23)}
    cases.record_event(office, operator_of(office), CASE_NO, "case_assigned", date(2026, 8, 18), source="csv")
    assert look(office, past) == anew(office, past)


def test_what_changes_between_the_look_and_the_writing_is_not_lost(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = figurestore._counted

    def then_an_event(*given: Any) -> Any:
        found = counted(*given)
        monkeypatch.undo()
        cases.record_event(office, operator_of(office), CASE_NO, "case_assigned", date(2026, 8, 18), source="feed")
        return found

    monkeypatch.setattr(figurestore, "_counted", then_an_event)
    figurestore.refresh(office, 100)
    assert left_to_count(office) == 1
    assert look(office) == anew(office)


def test_the_worker_counts_in_its_idle_time_and_a_page_shows_nothing_by_halves(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dossier.web.figures._AT_ONCE", 5)
    clerk = Person(create_app(office), "clerk")
    page = clerk.get("/figures/overdue").text
    assert "已完成 5 / 13 件" in page
    assert "按团队" not in page
    worker = Worker(office)
    assert not worker._count()
    with office.db.read() as session:
        assert session.execute(select(func.count()).select_from(FigureCase)).scalar_one() == 13
    assert "按团队" in clerk.get("/figures/overdue").text
    waiving.waive(office, people.acting_as(office, "director"), CASE_NO, "title_document", "理由")
    assert left_to_count(office) == 1
