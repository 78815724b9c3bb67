"""What is missing in a document: found, blank, not there, not checked; each severity with its reason and place."""

from dataclasses import replace
from datetime import date

import pytest

from review.completeness import check_document, ink_labels
from review.facts import CaseFact, DocumentFact, PageFacts, PartyFact, SealFact
from review.findings import Finding
from tests.support.papers import lexicon, page, paper

TODAY = date(2026, 11, 21)
CASE = CaseFact(
    "（2026）豫9924执118号",
    "执",
    "云川县人民法院",
    date(2026, 3, 16),
    "yanling",
    (PartyFact("李测试", "申请执行人"), PartyFact("张某甲", "被执行人")),
    amount="186500",
)
SIGNED = [("受送达人签名或者盖章", True), ("送达人", True), ("送达文书名称和件数", True), ("送达人签名", True)]


def findings(type_id: str | None, *pages: PageFacts, case: CaseFact = CASE) -> list[Finding]:
    return list(check_document(DocumentFact("1", type_id, tuple(pages)), case, lexicon(), TODAY))


def by_rule(found: list[Finding]) -> dict[str, Finding]:
    return {finding.rule: finding for finding in found}


def receipt(*, zones: list[tuple[str, bool | None]] | None, text: str = "") -> PageFacts:
    return page(text or paper("service_receipt"), zones=zones, seals=())


def test_signed_receipt_is_complete() -> None:
    assert not [one for one in findings("service_receipt", receipt(zones=SIGNED)) if one.severity == "blocking"]


def test_unsigned_receipt_is_refused_with_its_place() -> None:
    zones = [("受送达人签名或者盖章", False), *SIGNED[1:]]
    found = by_rule(findings("service_receipt", receipt(zones=zones)))["element.receiver_sign"]
    assert (found.severity, found.file, found.page, found.element, found.who) == ("blocking", "扫描.pdf", 1, "receiver_sign", "team")
    assert "空白" in found.message
    assert "补签" in found.remedy
    assert found.cite


def test_signature_that_nobody_measured_is_unchecked() -> None:
    blank = paper("service_receipt").replace(" 张某甲 2026年3月21日", "").replace("周执行、吴记录", "")
    found = by_rule(findings("service_receipt", receipt(zones=None, text=blank)))["element.receiver_sign"]
    assert found.severity == "unchecked"
    assert found.who == "dossier"
    unknown = by_rule(findings("service_receipt", receipt(zones=[("受送达人签名或者盖章", None)], text=blank)))
    assert unknown["element.receiver_sign"].severity == "unchecked"


def test_label_that_asks_for_a_signature_beats_a_column_head() -> None:
    zones = [("记录人", True), ("记录人签名", False), ("被谈话人签名", True), ("谈话人签名", True)]
    found = by_rule(findings("inquiry_record", page(paper("inquiry_record"), zones=zones)))
    assert found["element.recorder_sign"].severity == "blocking"
    assert "element.interviewee_sign" not in found


@pytest.mark.parametrize(
    ("seals", "severity"),
    [
        ((SealFact((900, 1900, 1230, 2230), "round", 0.4),), None),
        ((SealFact((900, 1900, 980, 1990), "other", 0.6),), "blocking"),
        ((), "blocking"),
        (None, "unchecked"),
    ],
    ids=["court seal", "fingerprint", "none", "not looked for"],
)
def test_court_seal(seals: tuple[SealFact, ...] | None, severity: str | None) -> None:
    found = by_rule(findings("enforcement_notice", page(paper("enforcement_notice"), seals=seals)))
    assert (found["element.court_seal"].severity if "element.court_seal" in found else None) == severity


def test_complete_notice_has_no_finding() -> None:
    assert findings("enforcement_notice", page(paper("enforcement_notice"))) == []


@pytest.mark.parametrize("blank", ["二〇二六年  月  日", "年  月  日", ""])
def test_date_left_blank(blank: str) -> None:
    text = paper("enforcement_notice").replace("二〇二六年三月十八日", blank)
    assert by_rule(findings("enforcement_notice", page(text)))["element.date"].severity == "blocking"


def test_impossible_and_future_dates_are_warnings() -> None:
    impossible = page(paper("enforcement_notice").replace("三月十八日", "二月三十日"))
    assert by_rule(findings("enforcement_notice", impossible))["date.implausible"].severity == "warning"
    future = page(paper("enforcement_notice").replace("二〇二六年三月十八日", "二〇二七年三月十八日"))
    assert by_rule(findings("enforcement_notice", future))["date.future"].severity == "warning"


def test_other_case_is_refused() -> None:
    stray = page(paper("enforcement_notice").replace("执118号", "执87号"))
    found = by_rule(findings("enforcement_notice", stray))["case_no.other"]
    assert found.severity == "blocking"
    assert "（2026）豫9924执87号" in found.message
    assert by_rule(findings(None, stray))["case_no.other"].severity == "blocking"


def test_papers_that_may_bear_another_number() -> None:
    objection = page(paper("objection_ruling"))
    assert by_rule(findings("objection_ruling", objection))["case_no.other"].severity == "warning"
    assert "case_no.other" not in by_rule(findings("title_document", page(paper("title_document"))))


def test_sub_number_is_the_same_case() -> None:
    assert "case_no.other" not in by_rule(findings("seizure_ruling", page(paper("seizure_ruling"))))


def test_number_that_is_misread_once_is_left_to_a_person() -> None:
    text = (
        paper("enforcement_notice").replace("（2026）豫9924执118号", "（2026）豫9924执18号")
        + "\n本院（2026）豫9924执118号一案的联系人周执行，地址云川县。"
    )
    assert by_rule(findings("enforcement_notice", page(text)))["case_no.other"].severity == "unchecked"


def test_missing_case_number() -> None:
    text = paper("enforcement_notice").replace("（2026）豫9924执118号\n", "")
    assert by_rule(findings("enforcement_notice", page(text)))["element.case_no"].severity == "blocking"


def test_missing_page_is_named() -> None:
    first = page("云川县人民法院\n谈 话 笔 录\n问：一？\n答：二。\n问：三？\n答：四。\n第1页 共3页", zones=[])
    last = page("问：五？\n答：六。\n问：七？\n答：八。\n2026年5月20日\n第3页 共3页", index=1, zones=[])
    found = by_rule(findings("inquiry_record", first, last))["pages.missing"]
    assert (found.severity, found.page) == ("blocking", 1)
    assert "缺第2页" in found.message


def test_names_of_others_are_noticed() -> None:
    case = replace(CASE, parties=(PartyFact("王不同", "申请执行人"),))
    assert (
        by_rule(findings("enforcement_notice", page(paper("enforcement_notice")), case=case))["element.party_names"].severity == "warning"
    )
    nobody = replace(CASE, parties=())
    assert (
        by_rule(findings("enforcement_notice", page(paper("enforcement_notice")), case=nobody))["element.party_names"].severity
        == "unchecked"
    )


def test_regulation_asks_the_application_to_say_more() -> None:
    text = paper("enforcement_application").replace("二、申请限制高消费；三、申请列入失信被执行人名单。", "")
    found = by_rule(findings("enforcement_application", page(text, zones=[("申请执行人签名或盖章", True)])))
    for element in ("states_restrict_consumption", "states_dishonest"):
        assert found[f"element.{element}"].severity == "blocking"
        assert "鄢陵细则" in (found[f"element.{element}"].cite or "")


def test_claim_is_compared_with_the_amount_of_the_case() -> None:
    application = page(paper("enforcement_application"), zones=[("申请执行人签名或盖章", True)])
    assert "element.claim_matches" not in by_rule(findings("enforcement_application", application))
    other = replace(CASE, amount="99999")
    assert by_rule(findings("enforcement_application", application, case=other))["element.claim_matches"].severity == "unchecked"


def test_blank_field_of_a_receipt_blocks() -> None:
    zones = [("办理结果", False), ("经办人", True)]
    text = "协助执行通知书（回执）\n你院（2026）豫9924执118号协助执行通知书收悉。\n办理结果\n经办人\n二〇二六年四月三日"
    found = by_rule(findings("assist_receipt", page(text, zones=zones)))["element.feedback_result"]
    assert found.severity == "blocking"
    assert "空白" in found.message


def test_what_only_a_person_can_see_is_never_passed() -> None:
    found = by_rule(findings("title_document", page(paper("title_document"))))
    assert found["element.original"].severity == "unchecked"
    assert not [one for one in found.values() if one.element == "original" and one.severity == "blocking"]


def test_identity_number_is_proved() -> None:
    good = page("姓名 李测试\n公民身份号码 990101198503150025\n住址 云川县测试镇样例村三组26号")
    assert "element.id_no" not in by_rule(findings("identity_proof", good))
    wrong = page("姓名 李测试\n公民身份号码 990101198503150024\n住址 云川县测试镇样例村三组26号")
    doubtful = by_rule(findings("identity_proof", wrong))
    assert "element.id_no" not in doubtful
    assert doubtful["id_no.check"].severity == "warning"
    assert "990101198503150024" in doubtful["id_no.check"].message
    none = page("姓名 李测试\n住址 云川县测试镇样例村三组26号\n性别女 民族汉 出生1985年3月15日 签发机关云川县公安局")
    assert by_rule(findings("identity_proof", none))["element.id_no"].severity == "blocking"


def test_consent_needs_a_tick() -> None:
    text = paper("address_confirmation").replace("是否同意电子送达 同意", "是否同意电子送达 □ □")
    assert by_rule(findings("address_confirmation", page(text, zones=[])))["element.e_service_consent"].severity == "unchecked"
    nothing = paper("address_confirmation").replace("是否同意电子送达 同意\n", "")
    assert by_rule(findings("address_confirmation", page(nothing, zones=[])))["element.e_service_consent"].severity == "blocking"


def test_unknown_paper_is_left_to_the_clerk() -> None:
    found = findings(None, page("产品使用说明书\n请在使用前仔细阅读本说明书。"))
    assert [(one.rule, one.severity) for one in found] == [("type.unknown", "unchecked")]


def test_every_element_of_every_type_has_a_way() -> None:
    """No type of the catalogue breaks the checks, on a full page, on an empty one, with and without marks."""
    for type_id in lexicon().catalogue.types:
        for one in (page(paper("service_receipt"), zones=SIGNED), page("空", seals=None), page("", seals=())):
            for finding in findings(type_id, one):
                assert finding.severity in ("blocking", "warning", "unchecked")
                assert finding.message
                assert finding.remedy


def test_ink_labels_are_told_once() -> None:
    labels = ink_labels(lexicon())
    assert len(labels) == len(set(labels))
    for label in ("受送达人签名或盖章", "被调查人签名", "记录人签名", "申请执行人签名", "审批意见", "委托人签名"):
        assert label in labels
    assert "原因" not in labels
