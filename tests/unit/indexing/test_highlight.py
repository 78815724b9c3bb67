"""Marks on a page: across line ends, however written, never beside what was asked."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.analysis import fold
from indexing.contract import Query
from indexing.highlight import find, share, snippet, spans
from tests.support import court_text

LINES = ("云川县人民法院", "（2026）豫99", "24执118号", "被执行人：张 某", "甲，欠款50,", "000元。")
SMALL = st.text(alphabet=st.sampled_from("裁定1a，, \n（。"), max_size=16)


@pytest.mark.parametrize(
    ("asked", "marked"),
    [
        ("人民法院", [(0, 3, 7)]),
        ("豫9924执118", [(1, 6, 9), (2, 0, 6)]),
        ("2026豫", [(1, 1, 7)]),
        ("张某甲", [(3, 5, 8), (4, 0, 1)]),
        ("50000元", [(4, 4, 7), (5, 0, 4)]),
        ("人", [(0, 3, 4), (3, 3, 4)]),
        ("李测试", []),
    ],
)
def test_a_phrase_is_marked_on_every_line_it_runs_over(asked: str, marked: list[tuple[int, int, int]]) -> None:
    assert spans(LINES, Query((asked,))) == marked


def test_several_phrases_and_overlaps_are_joined_and_fields_mark_nothing() -> None:
    assert spans(["终结本次执行程序"], Query(("终结本次", "本次执行", "程序"))) == [(0, 0, 8)]
    assert spans(["1111"], Query(("11",))) == [(0, 0, 4)]
    assert spans(["裁定书"], Query((), ("裁定",), case_no="118")) == []
    assert spans([], Query(("裁定",))) == spans(["", ""], Query(("裁定",))) == []


@given(text=SMALL, phrase=SMALL)
def test_marks_are_there_exactly_when_the_phrase_is(text: str, phrase: str) -> None:
    found = find(text, Query((phrase,)))
    assert bool(found) == (fold(phrase) != "" and fold(phrase) in fold(text))
    assert all(fold(phrase) in fold(text[start:end]) for start, end in found)


def test_every_cutting_of_a_page_is_marked_where_it_was_cut() -> None:
    rng = random.Random(5)
    docs = court_text.pages(rng, 10)
    for cutting, page_id in court_text.cuttings(rng, docs, 200):
        lines = docs[page_id - 1].text.split("\n")
        marked = "".join(lines[index][start:end] for index, start, end in spans(lines, Query((cutting,))))
        assert fold(cutting) in fold(marked)


def test_the_share_of_a_line_counts_chinese_characters_double() -> None:
    assert share("裁定书", 1, 2) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert share("执118号", 1, 4) == (pytest.approx(2 / 7), pytest.approx(5 / 7))
    assert share("", 0, 0) == (0.0, 0.0)


def test_a_snippet_is_one_line_around_the_hits() -> None:
    text = "甲" * 100 + "被执行\n人张 某甲未履行 ABC\nDEF 义务" + "乙" * 100
    shown = snippet(text, Query(("被执行人",)), 60)
    assert [part.text for part in shown.parts if part.marked] == ["被执行人"]
    assert shown.text.startswith("…甲")
    assert shown.text.endswith("乙…")
    assert "张某甲未履行ABC DEF义务" in shown.text


def test_a_snippet_shows_the_place_with_the_most_hits() -> None:
    text = "裁定" + "。" * 100 + "裁定和裁定及扣划" + "。" * 100
    parts = snippet(text, Query(("裁定", "扣划")), 20).parts
    assert [part.text for part in parts if part.marked] == ["裁定", "裁定", "扣划"]


@pytest.mark.parametrize(("text", "shown"), [("短文", "短文"), ("", ""), ("长" * 20, "长" * 10 + "…")])
def test_without_a_phrase_the_page_begins(text: str, shown: str) -> None:
    found = snippet(text, Query((), case_no="118"), 10)
    assert found.text == shown
    assert not any(part.marked for part in found.parts)


@given(text=SMALL, phrase=SMALL, width=st.integers(0, 20))
def test_a_snippet_of_a_found_page_always_marks_something(text: str, phrase: str, width: int) -> None:
    shown = snippet(text, Query((phrase,)), width)
    assert any(part.marked for part in shown.parts) == bool(find(text, Query((phrase,))))
    assert "\n" not in shown.text
