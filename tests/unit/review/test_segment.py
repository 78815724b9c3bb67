"""Stacks of paper to documents: titles, page marks, continuations, blanks, repeats, strays, papers without a title."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.segment import Stack, segment
from tests.support.papers import lexicon, page, paper, papers, stack

NOTICE, RECEIPT, ORDER = paper("enforcement_notice"), paper("service_receipt"), paper("property_report_order")
CARD = paper("identity_proof")


def record(k: int, n: int, case_no: str = "（2026）豫9924执118号") -> str:
    """Page k of n of a record of talk."""
    head = f"云川县人民法院\n谈 话 笔 录\n{case_no}\n" if k == 1 else ""
    talk = "\n".join(f"问：第{k}页的第{number}个问题是什么？\n答：这是回答，没有别的要说。" for number in range(5))
    end = "被谈话人（签名）：张某甲\n2026年5月20日\n" if k == n else ""
    return f"{head}{talk}\n{end}第{k}页 共{n}页"


def shape(found: Stack) -> list[tuple[str | None, tuple[str, ...]]]:
    return [(piece.guess.type_id, piece.pages) for piece in found.pieces]


def test_mixed_stack() -> None:
    found = segment(stack(NOTICE, ORDER, "", record(1, 3), record(2, 3), record(3, 3), "", RECEIPT, CARD), lexicon())
    assert shape(found) == [
        ("enforcement_notice", ("p0",)),
        ("property_report_order", ("p1",)),
        ("inquiry_record", ("p3", "p4", "p5")),
        ("service_receipt", ("p7",)),
        ("identity_proof", ("p8",)),
    ]
    assert found.blank == ("p2", "p6")
    assert found.duplicates == {}
    assert all(piece.missing == () for piece in found.pieces)
    assert found.pieces[0].case_no == "（2026）豫9924执118号"
    assert found.pieces[0].addressee == "张某甲"
    assert found.pieces[0].title == "执行通知书"


def test_continuation_without_title_or_mark_joins() -> None:
    tail = "二、负担案件受理费四千元，并加倍支付迟延履行期间的债务利息。\n逾期不履行的，本院将依法强制执行。\n二〇二六年三月十八日"
    head = "\n".join(NOTICE.splitlines()[:5])
    assert shape(segment(stack(head, tail, ORDER), lexicon()))[0] == ("enforcement_notice", ("p0", "p1"))


def test_title_in_body_starts_nothing() -> None:
    body = "执行裁定书已经发生法律效力，现将送达回证、执行通知书一并送达你院，\n请予协助。\n附：\n1.执行裁定书一份\n执行通知书\n二〇二六年四月二日"
    unsigned = paper("assist_notice").rpartition("\n")[0]
    assert len(segment(stack(unsigned, body), lexicon()).pieces) == 1


def test_page_behind_a_signed_paper_is_another_document() -> None:
    letter = "亲爱的朋友：\n你好，很久没有见面了，最近工作还顺利吗？我这里一切都好。\n祝身体健康"
    found = segment(stack(NOTICE, letter), lexicon())
    assert shape(found) == [("enforcement_notice", ("p0",)), (None, ("p1",))]
    assert found.pieces[1].why == "前一份材料已经落款"


def test_blank_back_does_not_break_a_document() -> None:
    found = segment(stack(record(1, 2), "", record(2, 2)), lexicon())
    assert shape(found) == [("inquiry_record", ("p0", "p2"))]


def test_missing_page_is_noticed() -> None:
    found = segment(stack(record(1, 3), record(3, 3), NOTICE), lexicon())
    assert found.pieces[0].pages == ("p0", "p1")
    assert found.pieces[0].missing == (2,)
    first_lost = segment(stack(NOTICE, record(2, 3), record(3, 3)), lexicon())
    assert first_lost.pieces[1].pages == ("p1", "p2")
    assert first_lost.pieces[1].missing == (1,)
    assert not first_lost.pieces[1].guess.confident


def test_page_of_another_case_stands_alone() -> None:
    stray = "（2026）豫9924执87号\n" + record(2, 3)
    found = segment(stack(record(1, 3), stray, record(3, 3)), lexicon())
    assert [piece.pages for piece in found.pieces] == [("p0", "p2"), ("p1",)]
    assert found.pieces[0].missing == (2,)
    assert found.pieces[1].case_no == "（2026）豫9924执87号"


def test_page_out_of_order_goes_back() -> None:
    found = segment(stack(record(1, 3), record(3, 3), NOTICE, record(2, 3)), lexicon())
    assert shape(found) == [("inquiry_record", ("p0", "p3", "p1")), ("enforcement_notice", ("p2",))]


@pytest.mark.parametrize("change", [("张某甲", "甲公司"), ("执118号", "执恢12号"), ("执行通知书一份", "限制消费令一份")])
def test_same_title_other_paper(change: tuple[str, str]) -> None:
    found = segment(stack(RECEIPT, RECEIPT.replace(*change)), lexicon())
    assert [piece.guess.type_id for piece in found.pieces] == ["service_receipt", "service_receipt"]
    assert found.duplicates == {}


def test_repeats_are_told_and_kept_out() -> None:
    same_text = segment(stack(NOTICE, ORDER, NOTICE), lexicon())
    assert same_text.duplicates == {"p2": "p0"}
    assert len(same_text.pieces) == 2
    pages = (page(NOTICE, digest="a"), page(NOTICE[:-4], index=1, digest="a"), page(ORDER, index=2, digest="b"))
    assert segment(pages, lexicon()).duplicates == {"p1": "p0"}


def test_empty_and_filled_form_are_two_papers() -> None:
    form = paper("property_declaration_form")
    pages = (page(form, zones=[("申报人签名", False)]), page(form, index=1, zones=[("申报人签名", True)]))
    found = segment(pages, lexicon())
    assert len(found.pieces) == 2
    assert found.duplicates == {}


def test_garbled_title_still_starts_a_document() -> None:
    found = segment(stack(NOTICE, RECEIPT.replace("送 达 回 证", "运 达 凹 征")), lexicon())
    assert [piece.pages for piece in found.pieces] == [("p0",), ("p1",)]
    assert not found.pieces[1].guess.confident


def test_unread_mark_on_the_first_page() -> None:
    head = record(1, 2).replace("第1页 共2页", "")
    assert shape(segment(stack(head, record(2, 2)), lexicon())) == [("inquiry_record", ("p0", "p1"))]


def test_running_title_with_marks() -> None:
    second = "谈 话 笔 录\n" + record(2, 2)
    assert shape(segment(stack(record(1, 2), second), lexicon())) == [("inquiry_record", ("p0", "p1"))]


def test_both_sides_of_a_card_are_one_paper() -> None:
    back = "中华人民共和国\n居民身份证\n签发机关 云川县公安局\n有效期限 2016.05.10-2036.05.10"
    assert len(segment(stack(NOTICE, CARD, back), lexicon()).pieces) <= 3


def test_nothing_in_nothing_out() -> None:
    assert segment((), lexicon()) == Stack((), {}, ())
    assert segment(stack("", ""), lexicon()).pieces == ()


SAMPLES = [text for id, _, text in papers() if id not in (None, "identity_proof", "payment_arrival")]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(SAMPLES), min_size=1, max_size=8, unique=True), st.data())
def test_every_page_is_somewhere_once(texts: list[str], data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(0, 3))):
        texts.insert(data.draw(st.integers(0, len(texts))), "")
    pages = stack(*texts)
    found = segment(pages, lexicon())
    placed = [ref for piece in found.pieces for ref in piece.pages]
    assert sorted([*placed, *found.duplicates, *found.blank]) == sorted(one.ref for one in pages)
    assert len(found.pieces) == sum(1 for text in texts if text)
