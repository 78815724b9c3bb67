"""Pieces of text in any order come out as lines in the order a person reads them, in prose and in tables."""

from __future__ import annotations

import pytest

from ocr.contract import Box, Line
from ocr.order import arrange, join


def at(text: str, x: int, y: int, size: int = 30, confidence: float = 1.0) -> Line:
    """A horizontal piece of full-width characters, `size` pixels each."""
    return Line(text, confidence, (x, y, x + size * len(text), y + size))


def standing(text: str, x: int, y: int, size: int = 30) -> Line:
    return Line(text, 1.0, (x, y, x + size, y + size * len(text)))


def texts(pieces: list[Line], cells: list[Box] | None = None) -> list[str]:
    return [line.text for line in arrange(pieces, cells or [])]


def grid(x: int, y: int, widths: list[int], heights: list[int]) -> list[list[Box]]:
    rows, top = [], y
    for height in heights:
        left, row = x, []
        for width in widths:
            row.append((left, top, left + width, top + height))
            left += width
        rows.append(row)
        top += height
    return rows


def test_rows_run_from_top_to_bottom_whatever_order_they_were_found_in() -> None:
    assert texts([at("第三行", 100, 300), at("第一行", 100, 100), at("第二行", 100, 200)]) == ["第一行", "第二行", "第三行"]


def test_pieces_of_one_row_become_one_line() -> None:
    assert texts([at("周某", 300, 102), at("审判长", 100, 100)]) == ["审判长 周某"]


def test_a_spaced_title_keeps_its_spaces() -> None:
    assert texts([at("书", 400, 100), at("执", 100, 100), at("定", 300, 101), at("行", 200, 99)]) == ["执 行 定 书"]


def test_pieces_that_touch_get_no_space() -> None:
    assert texts([at("执行", 100, 100), at("通知书", 165, 100)]) == ["执行通知书"]


def test_latin_words_keep_a_space() -> None:
    assert texts([Line("Letter", 1, (100, 100, 200, 130)), Line("of", 1, (202, 100, 230, 130))]) == ["Letter of"]


def test_what_stands_far_behind_a_colon_is_a_line_of_its_own() -> None:
    assert texts([at("记录人：", 100, 100), at("李测试", 300, 100)]) == ["记录人：", "李测试"]


def test_far_pieces_of_one_row_stay_apart_but_follow_each_other() -> None:
    assert texts([at("乙方", 900, 100), at("下一行", 100, 160), at("甲方", 100, 100)]) == ["甲方", "乙方", "下一行"]


def test_the_joined_line_has_the_box_around_all_and_the_weighted_confidence() -> None:
    (line,) = arrange([at("审判长", 100, 100, confidence=1.0), at("周", 250, 104, confidence=0.6)])
    assert line.box == (100, 100, 280, 134)
    assert line.confidence == pytest.approx(0.9)


def test_cells_are_read_row_by_row_and_never_joined() -> None:
    cells = [cell for row in grid(100, 100, [200, 400], [60, 60]) for cell in row]
    pieces = [at("云川县", 310, 175), at("案号", 110, 115), at("某号", 305, 115), at("地址", 110, 175)]
    assert texts(pieces, cells) == ["案号", "某号", "地址", "云川县"]


def test_a_wrapped_cell_is_read_whole_before_the_next_cell() -> None:
    (row,) = grid(100, 100, [200, 400], [120])
    assert texts([at("执行通知书", 310, 145), at("送达文书", 110, 125), at("名称件数", 110, 165)], row) == [
        "送达文书",
        "名称件数",
        "执行通知书",
    ]


def test_a_cell_that_spans_rows_comes_with_its_first_row() -> None:
    tall: Box = (100, 100, 200, 220)
    rows = grid(200, 100, [100, 100], [60, 60])
    pieces = [at("服务费", 105, 145), at("甲", 210, 115), at("一", 310, 115), at("乙", 210, 175), at("二", 310, 175)]
    assert texts(pieces, [tall, *rows[0], *rows[1]]) == ["服务费", "甲", "一", "乙", "二"]


def test_the_rest_of_a_skew_does_not_mix_table_rows() -> None:
    rows = [[(x0, y0 - 4 * n, x1, y1 - 4 * n) for n, (x0, y0, x1, y1) in enumerate(row)] for row in grid(100, 100, [100] * 6, [40, 40])]
    pieces = [at(f"{r}{c}", cell[0] + 20, cell[1] + 8, 25) for r, row in enumerate(rows) for c, cell in enumerate(row)]
    assert texts(pieces[::-1], [cell for row in rows for cell in row]) == [f"{r}{c}" for r in range(2) for c in range(6)]


def test_characters_stacked_in_a_narrow_cell_are_one_line() -> None:
    cells: list[Box] = [(100, 100, 150, 300), (150, 100, 600, 300)]
    stack = [at(character, 110, 110 + 45 * n) for n, character in enumerate("审批意见")]
    assert texts([at("同意", 200, 180), *reversed(stack)], cells) == ["审批意见", "同意"]


def test_text_around_a_table_keeps_its_place() -> None:
    (row,) = grid(100, 200, [200, 200], [60])
    assert texts([at("备注", 100, 300), at("乙", 320, 215), at("甲", 120, 215), at("标题", 100, 100)], row) == ["标题", "甲", "乙", "备注"]


def test_vertical_writing_is_read_from_the_right() -> None:
    pieces = [standing("已取之时", 100, 100), standing("有评是是", 300, 100), standing("是非不得", 200, 100), standing("非非", 300, 240)]
    assert texts(pieces) == ["有评是是", "非非", "是非不得", "已取之时"]


def test_two_columns_of_prose_are_read_one_after_the_other() -> None:
    left = [at("左栏正文一行文字" + "一二三四五六七"[n], 100, 200 + 50 * n) for n in range(7)]
    right = [at("右栏正文一行文字" + "一二三四五六七"[n], 500, 200 + 50 * n) for n in range(7)]
    headline = at("横贯两栏的一个标题" * 2, 200, 100)
    mixed = [piece for pair in zip(right, left, strict=True) for piece in pair]
    assert texts([*mixed, headline]) == [headline.text, *(line.text for line in left), *(line.text for line in right)]


def test_a_block_of_signatures_is_read_by_rows() -> None:
    pieces = [at(text, x, 100 + 60 * n) for n in range(3) for x, text in ((100, f"申请执行人签名{n}"), (700, f"被执行人签名处{n}"))]
    assert texts(pieces) == [piece.text for piece in pieces]


def test_blank_pieces_are_dropped() -> None:
    assert texts([at("　", 100, 100), at("字", 100, 200)]) == ["字"]
    assert texts([]) == []


def test_join_of_one_line_changes_nothing_but_the_edges_of_its_text() -> None:
    assert join([at(" 字 ", 0, 0)], "").text == "字"
