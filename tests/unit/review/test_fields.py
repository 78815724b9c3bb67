"""What a document says of itself: its number as against cited ones, its day, its page marks, parties, signers, addressee."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review import casenumbers
from review.fields import PageMark, extract, missing_pages, own_number, page_mark
from review.identity import identity_numbers
from tests.support.papers import page, paper

KINDS = st.sampled_from(casenumbers.ENFORCEMENT)


@given(st.integers(2000, 2059), st.integers(1, 9999), KINDS, st.integers(1, 99_999), st.sampled_from(["", "之一", "之十二", "-2"]))
def test_case_numbers_come_back(year: int, code: int, kind: str, number: int, sub: str) -> None:
    want = casenumbers.CaseNumber(year, f"豫{code}", kind, number, sub)
    plain = want.text
    for text in (plain, plain.replace("（", "(").replace("）", ")"), plain.replace("（", "〔").replace("）", "〕"), " ".join(plain)):
        assert casenumbers.parse(f"案号：{text}") == want, text


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("（2026）豫9924执l18号", "（2026）豫9924执118号"),
        ("（2O26）豫9924执1O8号", "（2026）豫9924执108号"),
        ("（２０２６）豫９９２４执１１８号", "（2026）豫9924执118号"),
        ("(2026豫9924执118号", "（2026）豫9924执118号"),
        ("（2015）云川执字第12号", None),
        ("（2021）最高法执监12号", "（2021）最高法执监12号"),
        ("云法〔2026〕12号", None),
    ],
)
def test_case_numbers_as_read(text: str, base: str | None) -> None:
    found = casenumbers.parse(text)
    assert (found.base if found else None) == base or (base is None and found is not None and found.court == "云川")


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("（2026）豫9924执118号之一", "（2026）豫9924执118号", True),
        ("（2026）豫9924执118号", "（2026）豫9924执119号", False),
        ("（2026）豫9924执118号", "（2025）豫9924执118号", False),
        ("（2026）豫9924执118号", "（2026）豫9924执恢118号", False),
        ("（2026）豫9924执118号", "（2026）豫9924民初118号", False),
        ("（2026）像9924执118号", "（2026）豫9924执118号", True),
        ("（2026）鲁9924执118号", "（2026）豫9924执118号", False),
        ("（2026）豫9924抉118号", "（2026）豫9924执118号", True),
    ],
)
def test_same_case(one: str, two: str, same: bool) -> None:
    first, second = casenumbers.parse(one), casenumbers.parse(two)
    assert first is not None
    assert second is not None
    assert casenumbers.same_case(first, second) is same


def test_own_number_is_not_the_cited_one() -> None:
    fields = extract(paper("enforcement_notice"))
    assert fields.own is not None
    assert fields.own.base == "（2026）豫9924执118号"
    assert [number.kind for number in fields.cited] == ["执", "民初"]
    prose = "本院作出的（2025）豫9924民初2176号民事判决书已发生法律效力，现立案执行，案件正在办理之中。"
    assert own_number(page(prose)) is None


def test_number_of_the_title_document_is_not_the_form_s_own() -> None:
    form = page("云川县人民法院\n执行案件立案审批表\n案号 （2026）豫9924执118号\n执行依据案号 （2025）豫9924民初2176号")
    found = own_number(form)
    assert found is not None
    assert found.kind == "执"


@pytest.mark.parametrize(
    ("text", "day", "by"),
    [
        ("正文于2026年1月1日立案。\n云川县人民法院\n二〇二六年三月十八日\n书记员 吴记录", date(2026, 3, 18), "signature"),
        ("时间：2026年5月12日9时10分\n问：是否属实？\n答：属实。", date(2026, 5, 12), "label"),
        ("被告于2026年1月1日前偿还借款，利息另计，并负担案件受理费。", date(2026, 1, 1), "text"),
        ("有效期限 2016.05.10-2036.05.10", date(2036, 5, 10), "text"),
        ("没有日期的正文。", None, ""),
    ],
)
def test_day_of_the_document(text: str, day: date | None, by: str) -> None:
    fields = extract(text)
    assert (fields.dated, fields.dated_by) == (day, by)


def test_impossible_days_are_told() -> None:
    assert extract("二〇二六年二月三十日").implausible == ("二〇二六年二月三十日",)


@pytest.mark.parametrize(
    ("foot", "mark"),
    [
        ("第1页 共3页", PageMark(1, 3)),
        ("第 ２ 页 共 ３ 页", PageMark(2, 3)),
        ("共三页 第二页", PageMark(2, 3)),
        ("- 3 -", PageMark(3, None)),
        ("— 12 —", PageMark(12, None)),
        ("3/5", PageMark(3, 5)),
        ("第4页", PageMark(4, None)),
        ("第l页共3贞", PageMark(1, 3)),
        ("第5页共3页", None),
        ("完", None),
    ],
)
def test_page_marks(foot: str, mark: PageMark | None) -> None:
    assert page_mark(page(f"正文一\n正文二\n正文三\n{foot}")) == mark


def test_page_mark_in_running_text_is_none() -> None:
    assert page_mark(page("见卷宗第3页。\n一\n二\n三\n四\n五\n六")) is None


def test_missing_pages() -> None:
    assert missing_pages([PageMark(1, 3), PageMark(3, 3)]) == (2,)
    assert missing_pages([PageMark(2, 2)]) == (1,)
    assert missing_pages([PageMark(1, 3), None, PageMark(3, 3)]) == ()
    assert missing_pages([PageMark(1, None), PageMark(3, None)]) == (2,)
    assert missing_pages([None]) == ()


def test_parties_signers_addressee() -> None:
    ruling = extract(paper("general_ruling"))
    assert [(party.role, party.name) for party in ruling.parties] == [("申请执行人", "李测试"), ("被执行人", "张某甲")]
    assert [(signer.role, signer.name) for signer in ruling.signers] == [("执行员", "周执行")]
    assert extract(paper("enforcement_notice")).addressee == "张某甲"
    assert extract([page(paper("summons"))]).parties == ()


def test_identity_numbers() -> None:
    assert identity_numbers("990101198503150025") == (("990101198503150025", True),)
    assert identity_numbers("990101198503150024") == (("990101198503150024", False),)
    assert identity_numbers("账号6200990000000000015") == ()
