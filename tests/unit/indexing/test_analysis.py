"""Folding and tokens: the cases a clerk would name, and the rule itself on any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.analysis import MAX_NUMBER, anchored, day_number, fold, index_tokens, normalise, numbers, query_tokens

ODD = st.text(
    alphabet=st.sampled_from("裁定书张1290aA，,。、.;（)《》“” \n\t\u3000○〇㈱①½㎡⻚ﬁİß…—\u200b\u0301\ufe00\ue000𠮷"), max_size=24
)
ANY = st.one_of(ODD, st.text(max_size=24))


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("（2026）豫9924执118号", "2026豫9924执118号"),
        ("〔２０２６〕豫9924执118号", "2026豫9924执118号"),
        ("执 行 裁 定 书", "执行裁定书"),
        ("被执行\n人张某甲", "被执行人张某甲"),
        ("被执行人：张某甲，男。", "被执行人 张某甲 男"),
        ("《民事诉讼法》第二百条", "民事诉讼法第二百条"),
        ("50，000.00元", "50000 00元"),
        ("1，2，3", "123"),
        ("一，2", "一 2"),
        ("二○二六年◯月", "二〇二六年〇月"),
        ("第⻚⾏", "第页行"),
        ("ABC Company", "abccompany"),
        ("⒈甲", "1 甲"),
        ("……——，", ""),
        ("", ""),
    ],
)
def test_what_is_written_differently_folds_alike(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_each_folded_character_knows_where_it_came_from() -> None:
    text = "（2026）豫 9924，㈱"
    folded, places = normalise(text)
    assert folded == "2026豫9924 株"
    assert [text[place] for place in places] == ["2", "0", "2", "6", "豫", "9", "9", "2", "4", "，", "㈱"]


def test_tokens_are_pairs_with_a_single_character_at_both_ends_of_a_run() -> None:
    assert index_tokens("裁定书，甲，2号") == ["裁", "裁定", "定书", "书", "甲", "2", "2号", "号"]
    assert query_tokens("裁定书") == ["裁定", "定书"]
    assert query_tokens("定书，甲，2") == ["定书", "书", "甲", "2"]
    assert query_tokens("书") == ["书"]
    assert query_tokens("，") == []


def test_half_the_pairs_pin_down_the_others() -> None:
    assert anchored(query_tokens("云川县人民法院")) == [(0, "云川"), (2, "县人"), (4, "民法"), (5, "法院")]
    assert anchored(query_tokens("定书，甲，2号")) == [(0, "定书"), (1, "书"), (2, "甲"), (3, "2"), (4, "2号")]


def test_numbers_are_whole_and_each_once() -> None:
    assert numbers("（2026）豫9924执118号，118元，豫A·9X2") == ["118", "2026", "9924", "9x2"]
    assert numbers("裁定 abc") == []
    assert numbers("9" * 100) == ["9" * MAX_NUMBER]


def test_days_compare_as_numbers() -> None:
    assert (day_number("2026-03-01"), day_number("")) == (20260301, 0)
    with pytest.raises(ValueError):
        day_number("三月一日")


@given(text=ANY, cut=st.tuples(st.integers(0, 24), st.integers(0, 24)))
def test_every_substring_folds_to_a_substring_and_its_tokens_stand_side_by_side(text: str, cut: tuple[int, int]) -> None:
    piece = text[min(cut) : max(cut)]
    assert fold(piece) in fold(text)
    wanted, tokens = query_tokens(piece), index_tokens(text)
    if len(wanted) == 1 and len(wanted[0]) == 1:
        assert any(token.startswith(wanted[0]) for token in tokens)
    else:
        assert any(tokens[start : start + len(wanted)] == wanted for start in range(len(tokens) + 1))


@given(text=ODD, phrase=ODD)
def test_tokens_stand_side_by_side_only_where_the_phrase_is(text: str, phrase: str) -> None:
    wanted, tokens = query_tokens(phrase), index_tokens(text)
    if len(wanted) > 1 or any(len(token) > 1 for token in wanted):
        there = fold(phrase) in fold(text)
        assert any(tokens[start : start + len(wanted)] == wanted for start in range(len(tokens))) == there
        # Those that pin down the others are enough.
        pins = anchored(wanted)
        assert any(all(tokens[start + at : start + at + 1] == [token] for at, token in pins) for start in range(len(tokens))) == there


@given(text=ANY)
def test_folding_keeps_places_in_order_and_is_done_once(text: str) -> None:
    folded, places = normalise(text)
    assert len(folded) == len(places)
    assert list(places) == sorted(places)
    assert all(0 <= place < len(text) for place in places)
    assert fold(folded) == folded.replace(" ", "")
    assert folded == folded.strip()
    assert "  " not in folded
