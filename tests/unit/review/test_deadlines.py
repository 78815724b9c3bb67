"""Clocks: every unit and kind, the court's switches, stand-in days, rules that replace others, and the steps of the count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from review.conditions import holding
from review.counting import months_after
from review.deadlines import anchor_days, due, shown
from review.facts import CaseFact, DocumentFact, EventFact
from review.rulebook import Catalogue, DeadlineRule, UnknownRuleError
from tests.support.rules import calendar, catalogue

FILED = date(2026, 9, 24)  # a Thursday; Mid-Autumn 25–27 September and National Day 1–7 October follow, 20 September is worked


def case(**told) -> CaseFact:
    return CaseFact("（2026）豫9924执118号", told.pop("kind", "执"), "云川县人民法院", told.pop("filed_on", FILED), "yanling", **told)


def with_clock(rules: Catalogue, switches: dict[str, object] | None = None, **told) -> Catalogue:
    rule = DeadlineRule(**{"id": "t", "node": "service", "action": "办理", "anchor": "filing", "kind": "max", "cite": ("立卷办法",)} | told)
    changed = {id: replace(rules.switches[id], value=value) for id, value in (switches or {}).items()}
    return replace(rules, deadlines={"t": rule}, switches={**rules.switches, **changed})


@pytest.mark.parametrize(
    ("unit", "amount", "expected"),
    [
        ("wday", 5, date(2026, 10, 9)),  # 28, 29, 30 September, 8, 9 October
        ("day", 2, date(2026, 9, 28)),  # the 26th is a day off
        ("day", 10, date(2026, 10, 8)),
        ("day", 15, date(2026, 10, 9)),
        ("hour", 24, date(2026, 9, 28)),  # hours run through the holiday; what ends on a day off ends on the first working day after it
        ("hour", 48, date(2026, 9, 28)),
        ("hour", 96, date(2026, 9, 28)),
        ("same_day", 0, FILED),
        ("next_day", 1, date(2026, 9, 28)),
        ("month", 1, date(2026, 10, 26)),  # the 24th is a Saturday
        ("month", 5, date(2027, 2, 24)),
    ],
)
def test_units(unit, amount, expected):
    (clock,) = due(with_clock(catalogue(), unit=unit, amount=amount), calendar(), case(), FILED)
    assert clock.due == expected, clock.steps
    assert clock.provisional == (expected.year > 2026)
    assert clock.steps[0] == "立案日 2026-09-24（案件登记）"


@pytest.mark.parametrize(
    ("switches", "unit", "amount", "expected"),
    [
        ({"count_first_day": True}, "wday", 5, date(2026, 10, 8)),
        ({"count_first_day": True}, "day", 2, date(2026, 9, 28)),
        ({"calendar_day_roll": "none"}, "day", 2, date(2026, 9, 26)),
        ({"next_day_means": "next_day"}, "next_day", 1, date(2026, 9, 28)),
        ({"next_day_means": "next_day", "calendar_day_roll": "none"}, "next_day", 1, date(2026, 9, 25)),
        ({"hours_run_on_nonworkdays": False}, "hour", 24, date(2026, 9, 28)),
        ({"hours_run_on_nonworkdays": False}, "hour", 48, date(2026, 9, 29)),
        ({"calendar_day_roll": "none"}, "hour", 24, date(2026, 9, 25)),
    ],
)
def test_switches(switches, unit, amount, expected):
    (clock,) = due(with_clock(catalogue(), switches, unit=unit, amount=amount), calendar(), case(), FILED)
    assert clock.due == expected, clock.steps


def test_a_period_that_must_be_full_opens_the_day_after():
    (months,) = due(with_clock(catalogue(), unit="month", amount=3, kind="min"), calendar(), case(), FILED)
    assert (months.opens, months.due, months.firm) == (date(2026, 12, 25), None, False)
    (days,) = due(with_clock(catalogue(), unit="minday", amount=90, kind="min"), calendar(), case(), FILED)
    assert days.opens == date(2026, 12, 24)


def test_a_window_before_the_anchor():
    rules = with_clock(catalogue(), unit="month", amount=3, kind="within_before", anchor="closed")
    assert due(rules, calendar(), case(), FILED) == []
    (clock,) = due(rules, calendar(), case(closed_on=date(2026, 12, 31)), FILED)
    assert (clock.opens, clock.due) == (date(2026, 9, 30), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("unit", "anchor", "today", "expected", "at"),
    [
        ("clock", "each_workday", date(2026, 9, 24), date(2026, 9, 24), "15:00"),
        ("clock", "each_workday", date(2026, 9, 26), date(2026, 9, 28), "15:00"),
        ("daily", "each_workday", date(2026, 10, 3), date(2026, 10, 8), ""),
        ("weekly", "each_week", date(2026, 9, 22), date(2026, 9, 24), ""),  # Friday to Sunday are off
        ("weekly", "each_week", date(2026, 9, 26), date(2026, 9, 28), ""),
        ("monthly", "each_month", date(2026, 2, 1), date(2026, 2, 28), ""),  # a worked Saturday
    ],
)
def test_recurring_rounds(unit, anchor, today, expected, at):
    rules = with_clock(catalogue(), unit=unit, amount=15, kind="cutoff", anchor=anchor)
    (clock,) = due(rules, calendar(), case(), today)
    assert (clock.due, clock.at) == (expected, at)


def test_a_rule_without_a_number_or_a_known_day_gives_no_deadline():
    assert due(with_clock(catalogue(), unit="none", amount=0), calendar(), case(), FILED) == []
    assert due(with_clock(catalogue(), unit="day", amount=2, anchor="returned"), calendar(), case(), FILED) == []


def test_every_event_of_an_anchor_runs_its_own_clock_and_the_earliest_is_shown():
    events = (EventFact("returned", date(2026, 9, 28)), EventFact("returned", date(2026, 9, 21), "csv"))
    clocks = due(catalogue(), calendar(), case(events=events), FILED, node="dossier_transfer")
    assert [(clock.anchor_on, clock.due) for clock in clocks] == [
        (date(2026, 9, 21), date(2026, 9, 23)),
        (date(2026, 9, 28), date(2026, 9, 30)),
    ]
    first = shown(clocks)
    assert first is not None
    assert first.due == date(2026, 9, 23)
    assert "导入" in first.steps[0]


def test_days_come_from_events_then_papers_then_stand_ins():
    paper = DocumentFact("1", "net_query_total", dated=date(2026, 9, 26))
    days = anchor_days(catalogue(), case(), [paper])
    assert (days["feedback"][0].on, days["feedback"][0].source) == (date(2026, 9, 26), "document")
    later = replace(paper, ref="2", dated=date(2026, 10, 30))
    assert anchor_days(catalogue(), case(), [later, paper])["feedback"] == days["feedback"], "the first of several papers begins the clock"
    assert (days["file_received"][0].on, days["file_received"][0].source) == (FILED, "fallback")
    told = anchor_days(catalogue(), case(events=(EventFact("feedback", date(2026, 9, 25)),)), [paper])
    assert (told["feedback"][0].on, told["feedback"][0].source) == (date(2026, 9, 25), "feed")
    strict = replace(
        catalogue(), switches={**catalogue().switches, "fallback_anchors": replace(catalogue().switches["fallback_anchors"], value=False)}
    )
    assert "file_received" not in anchor_days(strict, case())


def test_a_recorded_filing_day_corrects_the_imported_one_and_the_closing_day_stays_the_reviews():
    told = case(closed_on=date(2026, 12, 1), events=(EventFact("filing", date(2026, 9, 22)), EventFact("closed", date(2026, 12, 3))))
    days = anchor_days(catalogue(), told)
    assert (days["filing"][0].on, days["filing"][0].source) == (date(2026, 9, 22), "feed")
    assert (days["closed"][0].on, days["closed"][0].source) == (date(2026, 12, 1), "case")


def test_a_stand_in_day_is_never_firm():
    (clock,) = due(catalogue(), calendar(), case(), FILED, node="site_survey")
    assert clock.anchor_source == "fallback"
    assert not clock.firm
    assert clock.late(date(2027, 1, 1))


def test_the_specific_rule_replaces_the_general_one():
    def ends(**told):
        return [clock.rule.id for clock in due(catalogue(), calendar(), case(**told), FILED, node="closing_report")]

    assert ends() == ["yanling.closing_report.2"]
    assert ends(conditions={"if_fast_track": True}) == ["yanling.closing_report.1"]
    assert ends(conditions={"if_property_needs_disposal": True}) == ["yanling.closing_report.3"]
    assert ends(kind="执保") == []


def test_only_steps_that_apply_run():
    ids = {clock.rule.node for clock in due(catalogue(), calendar(), case(kind="执保"), FILED)}
    assert "net_query_start" in ids
    assert not ids & {"first_reception", "traditional_survey", "final_ruling"}
    with pytest.raises(UnknownRuleError):
        due(catalogue(), calendar(), case(), FILED, node="nothing")


def test_months_end_on_the_corresponding_day_or_the_month_end():
    assert months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert months_after(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert months_after(date(2026, 1, 31), -2) == date(2025, 11, 30)


def test_conditions_follow_from_papers_events_kind_and_mode():
    letter = DocumentFact("1", "law_firm_letter")
    holds = holding(catalogue(), case(closing_mode="执行完毕"), [letter])
    assert holds["if_lawyer_agent"] == "卷内有《律师事务所函》"
    assert holds["if_agent"] == "律师代理（卷内有《律师事务所函》）"
    assert "if_payment_received" in holds
    assert "if_payment_received" not in holding(catalogue(), case(closing_mode="执行完毕", conditions={"if_act_enforcement": True}))
    assert "if_resume_case" in holding(catalogue(), case(kind="执恢"))
    assert "if_new_property" in holding(catalogue(), case(events=(EventFact("found_property", FILED),)))


def test_what_the_case_states_overrules_what_the_papers_suggest():
    letter = DocumentFact("1", "law_firm_letter")
    holds = holding(catalogue(), case(conditions={"if_agent": False, "if_urgent": True}), [letter])
    assert "if_agent" not in holds
    assert holds["if_urgent"] == "案件登记时指定"
