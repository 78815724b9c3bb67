"""The rules about a whole case: each form at its edges, and the mistakes of a published checker that must not be ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from review.closing import FORMS, Matter, faults, yuan
from review.deadlines import due
from review.explain import explain
from review.facts import CaseFact, DocumentFact, EventFact, PartyFact, WaiverFact
from review.findings import Finding
from review.normalise import page_of_text
from review.rulebook import CheckRule, UnknownRuleError
from review.rules_schema import NEEDED_BY_FORM
from review.waivers import settle, waivable
from tests.support.goldencases import ROOT, read
from tests.support.rules import calendar, catalogue

FILED = date(2026, 3, 2)
CASE = CaseFact(
    "（2026）豫9924执118号", "执", "云川县人民法院", FILED, "yanling", (PartyFact("李测试", "被执行人"),), closed_on=date(2026, 9, 1)
)


def rule(form: str, **told) -> CheckRule:
    told.setdefault("documents", ("net_query_total",))
    return CheckRule("x", "核查", form, "warning", "team", "补正", ("终本规定 第一条",), **told)


def paper(type_id: str, text: str = "", **told) -> DocumentFact:
    return DocumentFact(told.pop("ref", type_id), type_id, pages=(page_of_text(text),) if text else (), **told)


def found(one: CheckRule, *papers: DocumentFact, case: CaseFact = CASE, holds: dict[str, str] | None = None):
    dossier: dict[str, list[DocumentFact]] = {}
    for document in papers:
        dossier.setdefault(document.type_id or "", []).append(document)
    return faults(Matter(catalogue(), case, dossier, holds or {}), one)


def test_every_form_of_the_schema_is_made():
    assert set(FORMS) == set(NEEDED_BY_FORM)


@pytest.mark.parametrize(
    ("text", "value"),
    [("204650.00", 204650), ("20.465万元", 204650), ("204,650元", 204650), ("0", 0), ("", None), (None, None), ("若干", None)],
)
def test_stated_sums(text, value):
    assert yuan(text) == value


@pytest.mark.parametrize(
    ("dated", "asked"),
    [(date(2026, 6, 1), False), (date(2026, 9, 1), False), (date(2026, 5, 31), True), (date(2026, 9, 2), True)],
)
def test_the_ends_of_a_period_belong_to_it(dated, asked):
    one = rule("within", amount=3, unit="month", anchor="closed")
    assert bool(found(one, paper("net_query_total", dated=dated))) is asked


def test_a_period_of_days_and_a_paper_that_is_not_there():
    one = rule("within", amount=10, unit="day", anchor="closed")
    assert not found(one, paper("net_query_total", dated=date(2026, 8, 22)))
    assert found(one, paper("net_query_total", dated=date(2026, 8, 21)))
    assert not found(one)  # the step asks for it
    assert not found(one, paper("net_query_total", dated=date(2026, 1, 1)), case=replace(CASE, closed_on=None))


def test_one_paper_may_name_everybody_and_an_unread_one_is_not_blamed():
    one = rule("any_of", documents=("consumption_restriction_order",), per="被执行人")
    two = replace(CASE, parties=(*CASE.parties, PartyFact("甲公司", "被执行人")))
    assert [fault.party for fault in found(one, case=two)] == ["李测试", "甲公司"]
    assert [fault.party for fault in found(one, paper("consumption_restriction_order", "李测试"), case=two)] == ["甲公司"]
    assert not found(one, paper("consumption_restriction_order", "李测试、甲公司"), case=two)
    assert not found(one, paper("consumption_restriction_order"), case=two)


def test_sums_need_every_part_and_keep_fen():
    one = rule("sum", fields=("closing_amount",), less=("paid_amount", "waived_amount"), relation="not_positive")
    stated = replace(CASE, closing_amount="100.00", paid_amount="99.99", waived_amount="0")
    assert "相差0.01元" in found(one, case=stated)[0].message
    assert not found(one, case=replace(stated, paid_amount="100"))
    assert not found(one, case=replace(stated, waived_amount=None))


def test_days_in_order_skip_what_nobody_knows():
    one = rule("order", chain=("filing", "enforcement_notice", "final_interview_record", "closed"))
    assert not found(one)
    assert not found(one, paper("enforcement_notice"), paper("final_interview_record", dated=FILED))
    early = found(one, paper("final_interview_record", dated=date(2026, 2, 27)))
    assert [fault.message for fault in early] == ["核查：《终本约谈笔录》（2026-02-27）早于立案日（2026-03-02）"]


def test_sums_written_in_parts_or_in_characters_agree():
    one = rule("stated_amount", documents=("enforcement_application",), fields=("amount",))
    case = replace(CASE, amount="186500")
    for text in ("借款186500元", "本金180000元、利息6500元", "人民币壹拾捌万陆仟伍佰元整", "没有写金额"):
        assert not found(one, paper("enforcement_application", text), case=case), text
    assert found(one, paper("enforcement_application", "借款168500元"), case=case)


def test_periods_of_days_are_days_and_not_hours():
    """A published checker wrote three days as three times 3600 seconds."""
    day = next(one for one in catalogue().deadlines.values() if one.unit == "day" and one.kind == "max" and one.anchor == "filing")
    rules = replace(catalogue(), deadlines={"x": replace(day, id="x", amount=3, when="always", instead_of=())})
    (clock,) = [one for one in due(rules, calendar(), CASE, FILED, node=day.node) if one.rule.id == "x"]
    assert clock.due == date(2026, 3, 5)


@pytest.mark.parametrize(
    "name", ["约谈笔录", "终本裁定书", "情况表", "限制消费令", "执行通知书", "报告财产令", "送达回证", "点对点查询", "预审核", "结案审批"]
)
def test_each_paper_of_a_final_closing_is_missed_by_itself(name):
    """The same checker looked for four of them under the key of one, so that three could lack unseen."""
    assert len(read(ROOT / "defect" / f"终本_缺{name}.yaml").told["发现"]) == 1


@pytest.mark.parametrize(
    "type_id",
    ["enforcement_notice", "property_report_order", "search_order", "bounty_announcement", "consumption_restriction_order", "dishonest_decision", "termination_ruling"],
)  # fmt: skip
def test_what_the_court_issues_must_bear_its_seal(type_id):
    assert "court_seal" in catalogue().types[type_id].required


@pytest.mark.parametrize(
    ("type_id", "elements"),
    [
        ("service_receipt", {"receiver_sign", "server_sign"}),
        ("investigation_record", {"interviewee_sign", "officer_sign"}),
        ("final_interview_record", {"interviewee_sign", "interviewer_sign"}),
        ("collegial_record", {"officer_sign", "recorder_sign"}),
    ],
)
def test_what_people_sign_must_be_signed(type_id, elements):
    assert elements <= set(catalogue().types[type_id].required)


def test_after_a_final_closing_the_next_query_is_due():
    case = replace(CASE, closing_mode="终结本次执行程序", closed_on=date(2026, 3, 31))
    (clock,) = list(due(catalogue(), calendar(), case, date(2026, 4, 1), node="final_tail"))
    assert clock.due == date(2026, 9, 30)


def test_a_trip_without_a_known_return_is_dated_by_its_papers_and_marked():
    papers = (paper("seizure_record", dated=date(2026, 3, 10)), paper("investigation_record", dated=date(2026, 3, 12)))
    clocks = due(catalogue(), calendar(), CASE, date(2026, 3, 20), node="dossier_transfer", documents=papers)
    trips = [one for one in clocks if one.rule.anchor == "returned"]
    assert [(one.anchor_on.day, one.anchor_source, one.firm) for one in trips] == [(10, "fallback", False), (12, "fallback", False)]
    told = replace(CASE, events=(EventFact("returned", date(2026, 3, 13)),))
    clocks = due(catalogue(), calendar(), told, date(2026, 3, 20), node="dossier_transfer", documents=papers)
    assert [one.anchor_on.day for one in clocks if one.rule.anchor == "returned"] == [13]


def test_what_may_be_waived_and_what_not():
    rules = catalogue()
    for target in (
        "final.survey",
        "final_interview",
        "final_interview_record",
        "node.final_interview.final_interview_record",
        "early.base.final_ruling",
    ):
        assert waivable(rules, target), target
    for target in ("same.case_no", "closing.mode", "closing.date", "document.unknown", "node.nothing.at_all", "late.nothing", "x"):
        assert not waivable(rules, target), target


def test_what_may_not_be_waived_stands_whatever_is_on_record():
    waivers = tuple(WaiverFact(target, "", "", FILED) for target in ("closing.mode", "same.case_no"))
    findings = [Finding(one.target, "blocking", "", "") for one in waivers]
    assert settle(catalogue(), findings, waivers) == (tuple(findings), ())


def test_explaining_a_rule_that_does_not_apply_says_so():
    told = explain(catalogue(), calendar(), CASE, (), "final.survey", "closing", FILED)
    assert told.verdict == "本案不适用这项核查，没有发现"
    assert "结案方式须为终结本次执行程序，本案为未登记" in told.facts
    wrong_gate = replace(CASE, closing_mode="终结本次执行程序")
    assert "只在结案、归档前时进行" in explain(catalogue(), calendar(), wrong_gate, (), "final.recent_query", None, FILED).verdict
    with pytest.raises(UnknownRuleError):
        explain(catalogue(), calendar(), CASE, (), "nonsense", None, FILED)
