"""Ink that the detector passed over: small lonely text is found, rulings and dust are not."""

from __future__ import annotations

import numpy as np

from ocr.contract import Box
from ocr.leftovers import unread_ink
from ocr.rulings import find_rulings
from tests.support.drawing import Sheet


def unread(sheet: Sheet, boxes: list[Box]) -> list[Box]:
    plane = np.ascontiguousarray(sheet.pixels[..., 0])
    return unread_ink(plane, boxes, find_rulings(plane, sheet.dpi))


def test_a_number_nobody_read_is_found() -> None:
    sheet = Sheet(120, 100)
    sheet.text(20, 20, "执行裁定书", 14)
    sheet.text(58, 85, "3", 10)
    (box,) = unread(sheet, [sheet.lines[0].box])
    x0, y0, x1, y1 = sheet.lines[1].box
    assert box[0] <= x0 + 4
    assert box[1] <= y0 + 4
    assert box[2] >= x1 - 4
    assert box[3] >= y1 - 4


def test_rulings_rims_dust_and_what_was_read_are_no_text() -> None:
    sheet = Sheet(120, 100)
    sheet.table(20, 20, [30, 50], [["", ""], ["", ""]])
    sheet.text(30, 70, "执行裁定书", 14)
    sheet.line(1, 0, 1, 100, 1.5)
    sheet.draw.point([(500, 700), (600, 650)], fill=0)
    assert unread(sheet, [sheet.lines[0].box]) == []


def test_a_dirty_page_is_not_searched_speck_by_speck() -> None:
    sheet = Sheet(120, 100)
    for number in range(40):
        sheet.text(10 + 12 * (number % 8), 10 + 14 * (number // 8), "丁", 9)
    assert unread(sheet, []) == []
