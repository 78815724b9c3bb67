"""The gate: what is asked for when, what blocks and what only warns, and the timeline of steps behind it."""

from __future__ import annotations

from datetime import date

import pytest

from review.catalogue import load
from review.facts import CaseFact, DocumentFact, EventFact, PartyFact
from review.gate import check_case, closing_pack
from review.nodestates import node_states
from review.normalise import page_of_text
from tests.support.rules import calendar, catalogue, rule_texts

FILED = date(2026, 3, 2)
TODAY = date(2026, 9, 1)


def case(kind: str = "执", profile: str = "yanling", **told) -> CaseFact:
    told.setdefault("parties", (PartyFact("张某甲", "申请执行人"), PartyFact("李测试", "被执行人"), PartyFact("甲公司", "被执行人")))
    return CaseFact("（2026）豫9924执118号", kind, "云川县人民法院", told.pop("filed_on", FILED), profile, **told)


def paper(type_id: str, text: str = "", **told) -> DocumentFact:
    ref = told.pop("ref", type_id)
    return DocumentFact(ref, type_id, pages=(page_of_text(text, ref=ref),) if text else (), **told)


def check(facts: CaseFact, papers=(), gate=None, today: date = TODAY):
    return check_case(catalogue(facts.profile), calendar(), facts, papers, gate, today)


def lacking(findings, severity: str = "blocking") -> set[str]:
    return {one.document for one in findings if one.severity == severity and one.rule.startswith("node.") and one.document}


def state(node: str, facts: CaseFact, papers=(), today: date = TODAY):
    return next(one for one in node_states(catalogue(facts.profile), calendar(), facts, papers, today) if one.node.id == node)


def test_a_step_moves_from_not_yet_over_overdue_to_present():
    early, late = date(2026, 3, 3), date(2026, 4, 20)
    assert state("traditional_survey", case(), today=early).state == "not_yet"
    assert state("traditional_survey", case(), today=late).state == "overdue"
    survey = state("traditional_survey", case(), [paper("investigation_record")], today=late)
    assert survey.state == "present"
    assert [document.ref for document in survey.documents] == ["investigation_record"]
    assert survey.due == date(2026, 4, 16)
    assert state("traditional_survey", case(), [paper("bounty_announcement")], today=late).state == "present"


def test_a_step_that_was_begun_must_be_finished():
    papers = [paper("seizure_record")]
    seizure = state("offline_control", case(), papers, today=date(2026, 3, 10))
    assert (seizure.state, seizure.why) == ("not_yet", "卷内有《查封/扣押/冻结笔录》")  # within the 15 days
    assert state("offline_control", case(), papers, today=date(2026, 3, 18)).state == "overdue"
    assert state("dishonest_list", case(), [paper("dishonest_decision")]).state == "missing"


def test_steps_that_no_paper_proves_are_untracked_and_registers_are_never_asked_for():
    assert state("dossier_scan", case()).state == "untracked"
    transfer = state("dossier_transfer", case(events=(EventFact("returned", date(2026, 3, 4)),)))
    assert (transfer.state, transfer.due) == ("untracked", date(2026, 3, 6))
    for gate in (None, "handover", "closing", "archiving"):
        asked = {one.document for one in check(case(closed_on=TODAY, closing_mode="和解"), gate=gate)}
        types = [catalogue().types[id] for id in asked if id in catalogue().types]
        assert all(type.volume in ("main", "sub", "pouch", "av") and not type.generated for type in types)


def test_filing_has_happened_once_the_case_is_filed():
    findings = check(case(), today=FILED)
    assert {"enforcement_application", "title_document", "identity_proof"} <= lacking(findings)
    assert "property_clue_form" not in lacking(findings)  # this court's rules do not ask for it
    assert "property_clue_form" in lacking(check(case(profile="keyouqianqi"), today=FILED))


def test_one_notice_for_each_party_unless_one_names_them_all():
    def without(*papers):
        found = [one for one in check(case(), papers) if one.document == "enforcement_notice"]
        return [one.message.rpartition("（")[2] for one in found]

    first = paper("enforcement_notice", "被执行人：李测试", ref="1")
    assert without(first) == ["被执行人甲公司）"]
    assert without(paper("enforcement_notice", "被执行人：李 测 试、甲公司", ref="1")) == []
    assert without(first, paper("enforcement_notice", "读不清的名字", ref="2")) == []
    assert without(paper("enforcement_notice", ref="1")) == ["被执行人每人一份）"]


def test_lateness_warns_and_never_blocks():
    done = [paper("investigation_record", signed_for=date(2026, 5, 6))]
    (late,) = [one for one in check(case(), done) if one.node == "traditional_survey"]
    assert (late.severity, late.due) == ("warning", date(2026, 4, 16))
    assert "于2026-05-06办理完毕，超过期限" in late.message
    in_time = [paper("investigation_record", signed_for=date(2026, 4, 16))]
    assert not [one for one in check(case(), in_time) if one.node == "traditional_survey"]
    assert all(one.severity == "warning" for one in check(case(), done) if one.rule.startswith("late."))


def test_a_stand_in_day_only_warns():
    found = [one for one in check(case(), [paper("investigation_record")]) if one.node == "site_survey"]
    assert found == []
    (late,) = [one for one in check(case(), today=date(2026, 4, 10)) if one.node == "site_survey"]
    assert late.severity == "warning"
    assert "替代日期" in late.message


def test_what_a_step_never_taken_would_need_is_not_asked_for():
    findings = check(case(), gate="closing")
    assert not {"search_order", "auction_notice", "lawyer_investigation_order", "supervise_order", "relief_materials"} & (
        lacking(findings) | lacking(findings, "warning")
    )


def test_optional_papers_are_no_finding():
    assert not [one for one in check(case(), gate="closing") if one.document in ("risk_notice", "summons", "payment_notice")]


@pytest.mark.parametrize(
    ("mode", "asked", "not_asked"),
    [
        ("执行完毕", "payout_voucher", "final_interview_record"),
        ("终结本次执行程序", "final_interview_record", "payout_voucher"),
        ("终结执行", "end_ruling", "final_interview_record"),
        ("和解", "settlement_agreement", "end_ruling"),
        ("驳回申请", "reject_ruling", "settlement_agreement"),
        ("不予执行", "non_enforcement_ruling", "reject_ruling"),
        ("销案", "withdrawal_application", "reject_ruling"),
    ],
)
def test_each_closing_mode_asks_for_its_own_papers(mode, asked, not_asked):
    found = lacking(check(case(closing_mode=mode), gate="closing"))
    assert asked in found
    assert not_asked not in found
    assert {"closing_report", "closing_review_form"} <= found


def test_closing_papers_are_asked_for_at_closing_only():
    open_case = check(case(filed_on=date(2026, 1, 5)), gate="handover")
    assert "closing_report" not in lacking(open_case) | lacking(open_case, "warning")
    assert any(one.rule == "late.yanling.closing_report.2" for one in open_case)


def test_other_kinds_of_case_have_their_own_pack():
    rules = catalogue()
    assert "preservation_do" in closing_pack(rules, case("执保"), "closing")
    assert "objection_handle" in closing_pack(rules, case("执异"), "closing")
    assert closing_pack(rules, case("执保"), "handover") == frozenset()
    assert {"preservation_ruling", "assist_notice"} <= lacking(check(case("执保"), gate="closing"))
    frozen = [paper("net_freeze_receipt")]
    assert "assist_notice" not in lacking(check(case("执保"), frozen, gate="closing"))


def test_closing_without_a_known_mode_and_archiving_an_open_case_are_blocked():
    assert [one.rule for one in check(case(), gate="closing") if one.rule.startswith("closing.")] == ["closing.mode"]
    strange = check(case(closing_mode="调解"), gate="closing")
    assert any("“调解”不在目录规则中" in one.message for one in strange)
    rules = [one.rule for one in check(case(closing_mode="和解"), gate="archiving") if one.rule.startswith("closing.")]
    assert rules == ["closing.date"]
    assert not [one for one in check(case("执保"), gate="closing") if one.rule == "closing.mode"]


def test_the_archive_chain_of_the_court_counts_when_archiving():
    closed = {"closed_on": date(2026, 8, 1), "closing_mode": "和解"}
    assert "dossier_review_form" in lacking(check(case(profile="keyouqianqi", **closed), gate="archiving"))
    assert "dossier_review_form" not in lacking(check(case(profile="keyouqianqi", **closed), gate="closing"))
    assert "dossier_review_form" not in lacking(check(case(**closed), gate="archiving"))
    late = [one.rule for one in check(case(**closed), gate="archiving") if one.rule.startswith("late.") and one.node == "image_dossier"]
    assert late == ["late.yanling.image_dossier"]


def test_papers_of_unknown_type_are_unchecked_never_passed():
    strange = DocumentFact("17", None, title="一页手写材料")
    (found,) = [one for one in check(case(closing_mode="和解"), [strange], gate="closing") if one.rule == "document.unknown"]
    assert (found.severity, found.document) == ("unchecked", "17")
    assert not [one for one in check(case(), [strange]) if one.rule == "document.unknown"]


def test_ending_before_three_months_is_a_warning():
    facts = case(closing_mode="终结本次执行程序", closed_on=date(2026, 5, 30))
    early = [one for one in check(facts, gate="closing") if one.rule.startswith("early.")]
    assert [(one.severity, one.due) for one in early] == [("warning", date(2026, 6, 3))]
    later = case(closing_mode="终结本次执行程序", closed_on=date(2026, 6, 3))
    assert not [one for one in check(later, gate="closing") if one.rule.startswith("early.")]
    court = case(profile="keyouqianqi", closing_mode="终结本次执行程序", closed_on=date(2026, 5, 30))
    assert len([one for one in check(court, gate="closing") if one.rule.startswith("early.")]) == 2


@pytest.mark.parametrize(
    ("dated", "severity"),
    [(date(2026, 8, 1), None), (date(2026, 3, 3), "blocking"), (None, "unchecked")],
)
def test_the_last_query_must_be_recent_at_a_court_that_says_so(dated, severity):
    facts = case(profile="sanya", closing_mode="终结本次执行程序", closed_on=TODAY)
    found = [one for one in check(facts, [paper("net_query_total", dated=dated)], gate="closing") if one.rule.startswith("stale.")]
    assert [one.severity for one in found] == ([severity] if severity else [])


def test_each_missing_paper_is_named_once_sorted_by_who_must_act():
    findings = check(case(closing_mode="终结本次执行程序"), gate="closing")
    papers = [one.document for one in findings if one.rule.startswith("node.")]
    assert len(papers) == len(set(papers))
    places = [list(catalogue().roles).index(one.who) for one in findings if one.who]
    assert places == sorted(places)
    assert all(one.cite and one.remedy and one.message for one in findings)


def test_every_court_and_kind_can_be_checked_at_every_gate():
    for profile in ("yanling", "sanya", "keyouqianqi", "wuzhi", "luoyang"):
        for kind in catalogue(profile).case_kinds:
            for mode in (None, *catalogue(profile).closing_modes):
                facts = case(kind, profile, closing_mode=mode, closed_on=TODAY if mode else None)
                for gate in ("handover", "archiving"):
                    assert check(facts, gate=gate) is not None


def test_a_court_may_not_want_to_be_told_of_clashing_limits():
    facts = case(conditions={"if_prior_termination": True}, closing_mode="终结本次执行程序")
    found = [one for one in check(facts, gate="handover", today=date(2026, 4, 2)) if one.rule.startswith("clash.")]
    assert [(one.severity, one.node) for one in found] == [("warning", "final_ruling")]
    silent = load(rule_texts() | {"yanling/more.yaml": "switches:\n- {id: on_conflict, override: true, value: none}\n"}, "yanling")
    quiet = check_case(silent, calendar(), facts, (), "handover", date(2026, 4, 2))
    assert [one for one in quiet if one.rule.startswith("clash.")] == []
