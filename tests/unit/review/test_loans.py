"""The due day of paper that is out: by each switch, each kind, and in courts that wrote no limit."""

from __future__ import annotations

from datetime import date

import pytest

from review.catalogue import load
from review.facts import CaseFact, LoanFact
from review.loans import LoanDue, check_loans, due_of, needs_approval
from review.rulebook import Catalogue
from tests.support.rules import calendar, catalogue, rule_texts

FRIDAY, SATURDAY, MONDAY, TUESDAY = (date(2026, 9, day) for day in (4, 5, 7, 8))


def court(**switches: str) -> Catalogue:
    texts = rule_texts()
    lines = "".join(f"    {key}: {value}\n" for key, value in switches.items())
    texts["yanling/profile.yaml"] = texts["yanling/profile.yaml"].rstrip("\n") + f"\n  switches:\n{lines}"
    return load(texts, "yanling")


@pytest.mark.parametrize(
    ("until", "ended_on", "due"),
    [
        (FRIDAY, None, MONDAY),
        (SATURDAY, None, MONDAY),
        (TUESDAY, FRIDAY, MONDAY),  # the reason ended before the agreed day
        (FRIDAY, TUESDAY, MONDAY),  # nobody said so in time: the agreed day stands
    ],
)
def test_one_working_day_after_the_reason_ended(until: date, ended_on: date | None, due: date) -> None:
    assert due_of(catalogue(), calendar(), "out", until, ended_on).due == due


def test_a_court_may_wait_for_the_word_that_the_reason_ended() -> None:
    waits = court(loan_return_from="reason_ended")
    assert due_of(waits, calendar(), "out", FRIDAY, None) == LoanDue(None)
    assert due_of(waits, calendar(), "out", FRIDAY, TUESDAY).due == date(2026, 9, 9)


def test_what_is_read_in_the_house_is_back_by_the_agreed_day() -> None:
    told = due_of(catalogue(), calendar(), "reading", FRIDAY, None)
    assert (told.due, told.cite) == (FRIDAY, None)
    assert due_of(catalogue(), calendar(), "reading", SATURDAY, None).due == MONDAY


def test_a_court_that_wrote_no_limit_keeps_the_agreed_day() -> None:
    assert due_of(catalogue("sanya"), calendar(), "out", SATURDAY, None).due == MONDAY
    assert "鄢陵细则" in str(due_of(catalogue(), calendar(), "out", FRIDAY, None).cite)


def test_a_year_that_is_not_announced_makes_the_day_provisional() -> None:
    assert due_of(catalogue(), calendar(), "out", date(2099, 1, 5), None).provisional


@pytest.mark.parametrize(("value", "asked"), [("out", ["out"]), ("all", ["out", "reading", "copying"]), ("none", [])])
def test_who_must_approve_is_a_switch(value: str, asked: list[str]) -> None:
    rules = court(loan_approval=value)
    assert [kind for kind in ("out", "reading", "copying") if needs_approval(rules, kind)] == asked


def test_only_paper_that_is_out_is_found_and_only_archiving_is_stopped() -> None:
    case = CaseFact("（2026）豫9924执118号", "执", "云川县人民法院", date(2026, 8, 17), "yanling")
    assert list(check_loans(catalogue(), case, "archiving", MONDAY)) == []
    away = CaseFact(**{**vars(case), "loans": (LoanFact("JY1", "李测试", 2, "《裁定书》第 1-2 页", FRIDAY),)})
    told = {
        gate: [one.severity for one in check_loans(catalogue(), away, gate, MONDAY)] for gate in (None, "handover", "closing", "archiving")
    }
    assert told == {None: ["warning"], "handover": ["warning"], "closing": ["warning"], "archiving": ["blocking"]}
    assert list(check_loans(catalogue(), away, "closing", FRIDAY)) == []
    assert [one.severity for one in check_loans(catalogue(), away, "archiving", FRIDAY)] == ["blocking"]
