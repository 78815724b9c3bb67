"""Ruled lines and cells are found at every resolution and in the rest of a skew; print and frames are no tables."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr.rulings import find_rulings, ruled_at
from tests.support.drawing import Sheet, aged


def table(dpi: int = 200) -> Sheet:
    sheet = Sheet(210, 120, dpi)
    sheet.table(25, 50, [40, 60, 60], [["案由", "买卖合同纠纷", "一"], ["案号", "（2026）豫9924执118号", "二"]], 12)
    return sheet


@pytest.mark.parametrize("dpi", [100, 150, 200, 300])
def test_every_cell_of_a_table_is_found(dpi: int) -> None:
    cells = find_rulings(aged(table(dpi).pixels)[..., 0], dpi).cells
    assert len(cells) == 6
    widths = sorted(round((cell[2] - cell[0]) * 25.4 / dpi) for cell in cells)
    assert widths == pytest.approx([39, 39, 59, 59, 59, 59], abs=2)


def test_what_is_left_of_a_skew_breaks_no_line() -> None:
    plane = np.ascontiguousarray(aged(table().pixels)[..., 0])
    turn = cv2.getRotationMatrix2D((800, 1100), 0.25, 1)
    turned = cv2.warpAffine(plane, turn, plane.shape[::-1], borderValue=248)
    assert len(find_rulings(np.asarray(turned, np.uint8), 200).cells) == 6


def test_print_alone_makes_no_cells() -> None:
    sheet = Sheet()
    for row in range(10):
        sheet.text(25, 40 + row * 9, "本院依法立案执行口口口田田田国国国" * 2, 14)
    sheet.centred(150, "国田口国", 60)
    assert find_rulings(sheet.pixels[..., 0], 200).cells == ()


def test_a_frame_around_the_page_is_no_table() -> None:
    sheet = Sheet()
    for x0, y0, x1, y1 in ((10, 10, 200, 10), (10, 287, 200, 287), (10, 10, 10, 287), (200, 10, 200, 287)):
        sheet.line(x0, y0, x1, y1)
    assert find_rulings(sheet.pixels[..., 0], 200).cells == ()


def test_a_line_through_a_box_is_where_it_is_cut() -> None:
    sheet = table()
    rulings = find_rulings(sheet.pixels[..., 0], 200)
    border = sheet.px(65)
    box = (border - 150, sheet.px(53), border + 150, sheet.px(58))
    assert ruled_at(rulings, box, 10) == [pytest.approx(border, abs=4)]
    assert ruled_at(rulings, (border + 20, box[1], border + 200, box[3]), 10) == []


def test_a_tall_stroke_is_no_ruled_line() -> None:
    sheet = table()
    sheet.line(50, 101, 50, 110)  # as long as the letters of a headline, and no longer
    rulings = find_rulings(sheet.pixels[..., 0], 200)
    assert ruled_at(rulings, (sheet.px(40), sheet.px(101), sheet.px(60), sheet.px(110)), 4) == []
