"""Why: every rule that a finding can name tells where it stands, what it saw and how it counted; nothing that can be found is unexplained."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

import review
from review.completeness import check_document
from review.daycounts import days_of
from review.deadlines import due
from review.explain import explain
from review.explainpapers import FIXED, Papers, about_papers, explain_papers
from review.facts import CaseFact
from review.gate import check_case
from review.handover import check_submission
from review.rulebook import UnknownRuleError
from tests.support.goldencases import files, read
from tests.support.papers import lexicon
from tests.support.rules import calendar, catalogue


def _papers(golden):
    declared = golden.told.get("移送清单")
    listed = [(line.rsplit(" ", 1)[0], int(line.rsplit(" ", 1)[1])) for line in declared] if declared is not None else None
    pages = sorted([page for one in golden.papers for page in one.pages] + list(golden.blanks), key=lambda page: page.index)
    return Papers(golden.papers, pages, listed, golden.held)


@pytest.mark.parametrize("path", [*files("document"), *files("handover")], ids=lambda path: path.stem)
def test_every_finding_about_papers_is_explained_by_the_same_findings(path):
    golden = read(path)
    words, papers = lexicon(golden.rules.profile), _papers(golden)
    found = [one for document in golden.papers for one in check_document(document, golden.case, words, golden.day)]
    found += check_submission(papers.documents, papers.pages, golden.case, papers.declared, words, golden.day, papers.held)
    for rule in {one.rule for one in found}:
        assert about_papers(words, rule), rule
        told = explain_papers(words, golden.case, papers, rule, golden.day)
        assert [one.message for one in told.findings] == [one.message for one in found if one.rule == rule]
        assert told.name
        assert told.facts
        assert told.verdict.startswith(f"有{len(told.findings)}项发现")


@pytest.mark.parametrize("path", [*files("defect"), *files("gate")], ids=lambda path: path.stem)
def test_every_finding_about_a_case_is_explained_by_the_same_findings(path):
    golden = read(path)
    words = lexicon(golden.rules.profile)
    every = check_case(golden.rules, calendar(), golden.case, golden.papers, golden.gate, golden.day)
    for rule in {one.rule for one in every}:
        if about_papers(words, rule):
            told = explain_papers(words, golden.case, Papers(golden.papers), rule, golden.day)
        else:
            told = explain(golden.rules, calendar(), golden.case, golden.papers, rule, golden.gate, golden.day)
            assert told.file, rule
        assert told.findings or told.waived, rule
        assert told.facts, rule


def test_every_fixed_rule_that_the_code_can_name_is_explained():
    code = "".join(path.read_text(encoding="utf-8") for path in Path(review.__file__).parent.glob("*.py") if path.stem != "explainpapers")
    named = set(re.findall(r'"((?:case_no|pages|page|date|id_no|type|document|declared|submission|sheet)\.[a-z_]+)"', code))
    assert named - {"document.unknown"} <= set(FIXED)
    assert set(FIXED) - named <= {"page.unreadable"}


def test_an_element_tells_what_was_looked_for_and_what_was_seen():
    golden = read(next(path for path in files("document") if path.stem == "通知书_没有院印"))
    told = explain_papers(lexicon("yanling"), golden.case, _papers(golden), "element.court_seal", golden.day)
    assert told.name == "院印"
    assert told.file == "base/elements.yaml"
    assert told.line > 1
    assert "按颜色和形状找红色印章" in told.facts[0]
    assert any("《执行通知书》" in fact and "缺少" in fact for fact in told.facts)


def test_a_rule_that_nobody_has_is_refused():
    with pytest.raises(UnknownRuleError):
        explain_papers(lexicon("yanling"), read(files("document")[0]).case, Papers(()), "element.nonsense", date(2026, 9, 1))


def _days(profile, kind, unit, start, events=()):
    rules = catalogue(profile)
    case = CaseFact("（2026）豫9924执118号", "执", "云川县人民法院", start, profile, events=tuple(events), closed_on=date(2026, 9, 30))
    found = (one for one in due(rules, calendar(), case, start) if one.rule.kind == kind and one.rule.unit == unit)
    clock = next(found)
    return clock, [str(day) for day in days_of(rules, calendar(), clock)]


def test_a_holiday_is_named_where_it_does_not_count():
    clock, days = _days("sanya", "max", "wday", date(2026, 2, 12))
    assert days[0] == "2026-02-12 星期四 不计，起算日"
    assert "2026-02-14 星期六 第2日，春节调休上班" in days
    assert "2026-02-17 星期二 不计，春节放假" in days
    assert days[-1].startswith(f"{clock.due} ")


def test_a_limit_of_the_same_day_ends_where_it_begins():
    clock, days = _days("yanling", "max", "same_day", date(2026, 2, 12))
    assert days == [f"{clock.due} 星期四 不计，起算日，期限当日届满"]


def test_months_are_told_one_by_one_and_a_period_that_must_be_full_says_when_it_is():
    rules = catalogue("luoyang")
    case = CaseFact("（2026）豫9924执118号", "执", "云川县人民法院", date(2025, 11, 30), "luoyang", closing_mode="终结本次执行程序")
    clock = next(one for one in due(rules, calendar(), case, case.filed_on) if one.rule.id == "base.final_ruling")
    days = [str(day) for day in days_of(rules, calendar(), clock)]
    assert days == [
        "2025-11-30 星期日 不计，起算日",
        "2025-12-30 星期二 第1个月，满1个月",
        "2026-01-30 星期五 第2个月，满2个月",
        "2026-02-28 星期六 第3个月，满3个月，该月没有对应日，取月末",
        "2026-03-01 星期日 不计，期间已满，自此可以办理",
    ]


def test_a_closing_pack_tells_the_state_of_each_of_its_steps():
    golden = read(next(path for path in files("defect") if path.stem == "终本_缺约谈笔录"))
    told = explain(golden.rules, calendar(), golden.case, golden.papers, "pack.terminated", "closing", golden.day)
    assert told.kind == "pack"
    assert any("终本约谈" in fact and "还缺《终本约谈笔录》" in fact for fact in told.facts)
    assert any(one.rule == "node.final_interview.final_interview_record" for one in told.findings)
