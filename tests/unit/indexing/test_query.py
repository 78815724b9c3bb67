"""The search box: what a clerk may type, and what is said when it cannot be asked."""

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.contract import Query
from indexing.query import MAX_CHARS, QueryError, parse

TYPES = {"执行裁定书": ("ruling_freeze", "ruling_end"), "裁定书送达笔录": ("served",), "执行笔录": ("record",)}


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("执行裁定书", Query(("执行裁定书",))),
        ("  张某甲　借款 张某甲", Query(("张某甲", "借款"))),
        ('"张某甲 借款"', Query(("张某甲 借款",))),
        ("“张某甲 借款”「终本 裁定」", Query(("张某甲 借款", "终本 裁定"))),
        ("“没有收尾", Query(("没有收尾",))),
        ("裁定书 -终本 －“财产 线索”", Query(("裁定书",), ("终本", "财产 线索"))),
        ("裁定书 ， - －", Query(("裁定书",))),
        ("案号：（2026）豫9924执118号", Query((), case_no="（2026）豫9924执118号")),
        ("案号： “（2026）豫 9924 执 118 号”", Query((), case_no="（2026）豫 9924 执 118 号")),
        ("当事人:张某甲 案号:118", Query((), case_no="118", party="张某甲")),
        ("case:118 PARTY:甲公司", Query((), case_no="118", party="甲公司")),
        ("时间:10点", Query(("时间:10点",))),
        ("118-1", Query(("118-1",))),
    ],
)
def test_words_quotes_exclusions_and_fields(typed: str, query: Query) -> None:
    assert parse(typed) == query


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("2026-01-01..2026-03-01", "2026-01-01", "2026-03-01"),
        ("2026-1-5", "2026-01-05", "2026-01-05"),
        ("2026/1/5", "2026-01-05", "2026-01-05"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026年2月", "2026-02-01", "2026-02-28"),
        ("2026年2月3日", "2026-02-03", "2026-02-03"),
        ("２０２６年", "2026-01-01", "2026-12-31"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2025-12..2026-02", "2025-12-01", "2026-02-28"),
        ("2026-03-01..", "2026-03-01", ""),
        ("..2026-03", "", "2026-03-31"),
        ("2026-01-01至2026-03-01", "2026-01-01", "2026-03-01"),
        ("2026-01-01……2026-03-01", "2026-01-01", "2026-03-01"),
    ],
)
def test_dates_are_days_months_years_or_spans_of_them(typed: str, first: str, last: str) -> None:
    query = parse(f"日期：{typed}")
    assert (query.date_from, query.date_to) == (first, last)


def test_a_type_is_named_in_full_or_in_part_and_several_are_joined() -> None:
    assert parse("类型:执行裁定书", TYPES).type_ids == ("ruling_freeze", "ruling_end")
    assert parse("类型:裁定书", TYPES).type_ids == ("ruling_freeze", "ruling_end", "served")
    assert parse("类型:执行裁定书 类型:执行笔录", TYPES).type_ids == ("ruling_freeze", "ruling_end", "record")
    assert parse("类型:record").type_ids == ("record",)
    quoted = parse("类型：“执行”裁定书 “送达”回证", TYPES)
    assert (quoted.type_ids, quoted.phrases) == (("ruling_freeze", "ruling_end"), ("送达", "回证"))


@pytest.mark.parametrize(
    ("typed", "code", "hint"),
    [
        ("", "query_empty", "请输入要检索的词"),
        (" \n　", "query_empty", "请输入要检索的词"),
        ("，。", "query_bad", "请输入汉字、字母或数字"),
        ("“”", "query_bad", "请输入汉字、字母或数字"),
        ("-终本", "query_bad", "再输入至少一个要查找的词"),
        ("裁定 -案号:118", "query_bad", "只能排除词语"),
        ("案号:", "query_bad", "去掉“案号:”"),
        ("案号：（）", "query_bad", "去掉“案号:”"),
        ("类型: ", "query_bad", "去掉“类型:”"),
        ("日期:..", "query_bad", "去掉“日期:”"),
        ("当事人:张某甲 当事人:甲公司", "query_bad", "只保留一个"),
        ("类型:判决书", "query_bad", "换一个说法"),
        ("日期:去年", "query_bad", "请写成 2026-01-01"),
        ("日期:2026-02-30", "query_bad", "请核对月和日"),
        ("日期:2026-13", "query_bad", "请核对月和日"),
        ("日期:0000-01", "query_bad", "请核对月和日"),
        ("日期:2026-03..2026-01", "query_bad", "对调"),
        ("字" * (MAX_CHARS + 1), "query_bad", "请只输入关键的一句话"),
    ],
)
def test_what_cannot_be_asked_says_what_to_do(typed: str, code: str, hint: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(typed, TYPES)
    assert caught.value.code == code
    assert hint in caught.value.what
    # Only what was typed, names of fields and examples stay Chinese.
    assert re.search(r"[a-z]+ [a-z]+", caught.value.what_en)
    assert "。" not in caught.value.what_en


@given(st.text(alphabet=st.sampled_from('裁定1290a -－:："“”「」.…/年月日案号类型日期当事人\n'), max_size=30))
def test_anything_typed_is_a_query_or_a_query_error(typed: str) -> None:
    with contextlib.suppress(QueryError):
        query = parse(typed, TYPES)
        assert query.phrases or query.case_no or query.party or query.type_ids or query.date_from or query.date_to
