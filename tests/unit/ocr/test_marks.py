"""Handwriting beside printed labels: drawn forms come in, which zones are filled is checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from ocr.contract import InkZone, Line
from ocr.marks import find_marks
from tests.support.drawing import RED, Sheet, aged

LABELS = (
    "受送达人签名或盖章", "代收人签名", "送达人签名", "送达人", "受送达人", "见证人签名捺印", "见证人签名", "被执行人签名", "申请人签名",
    "记录人", "书记员", "签收日期", "承办人意见", "院长", "执行人员", "申请人", "盖章", "签发",
)  # fmt: skip


def paper() -> Sheet:
    return Sheet(210, 120)


def zones(sheet: Sheet, lines: Sequence[Line] | None = None) -> dict[str, InkZone]:
    found = find_marks(aged(sheet.pixels), sheet.dpi, sheet.lines if lines is None else lines, LABELS).zones
    assert len({zone.label for zone in found}) == len(found)
    return {zone.label: zone for zone in found}


def filled(sheet: Sheet) -> dict[str, bool]:
    return {label: zone.filled for label, zone in zones(sheet).items()}


def receipt(fill: Callable[[Sheet], None]) -> Sheet:
    sheet = paper()
    rows = [["受送达人", "张某甲"], ["受送达人签名\n或者盖章", ""], ["代收人签名", "　　　　年　　月　　日"], ["送达人", ""]]
    sheet.table(25, 20, [45, 115], rows, 16, 12)
    fill(sheet)
    return sheet


def test_an_empty_form_is_empty() -> None:
    said = filled(receipt(lambda sheet: None))
    assert said == {"受送达人": True, "受送达人签名或盖章": False, "代收人签名": False, "送达人": False}


def test_a_signature_in_the_cell_beside_a_wrapped_label_fills_it() -> None:
    said = filled(receipt(lambda sheet: sheet.scribble(85, 40)))
    assert said == {"受送达人": True, "受送达人签名或盖章": True, "代收人签名": False, "送达人": False}


def test_a_signature_over_a_printed_date_hint_fills_it() -> None:
    assert filled(receipt(lambda sheet: sheet.scribble(130, 56)))["代收人签名"]


def test_the_zone_in_a_table_is_the_cell_beside_the_label() -> None:
    sheet = receipt(lambda sheet: None)
    box = zones(sheet)["送达人"].box
    assert [edge * 25.4 / 200 for edge in box] == pytest.approx([70, 68, 185, 84], abs=1.6)


def test_a_name_seal_fills_a_zone_that_asks_for_one_and_no_other() -> None:
    def stamp(sheet: Sheet) -> None:
        sheet.square_seal(90, 44, 12)
        sheet.square_seal(90, 76, 12)

    said = filled(receipt(stamp))
    assert said["受送达人签名或盖章"]
    assert not said["送达人"]


def test_a_court_seal_that_strays_over_a_zone_signs_nothing() -> None:
    said = filled(receipt(lambda sheet: sheet.round_seal(150, 62)))
    assert said == {"受送达人": True, "受送达人签名或盖章": False, "代收人签名": False, "送达人": False}


@pytest.mark.parametrize("text", ["记录人：", "记录人（签名）：", "记录人：____________", "记录人：　　　（签名）"])
def test_what_the_form_prints_is_no_signature(text: str) -> None:
    sheet = paper()
    sheet.text(25, 50, text, 14)
    assert not zones(sheet)["记录人"].filled
    sheet.scribble(100, 48)
    assert zones(sheet, [line for line in sheet.lines if line.text == text])["记录人"].filled


def test_an_underline_and_dots_are_no_ink() -> None:
    sheet = paper()
    sheet.text(25, 40, "申请人签名：", 14)
    sheet.line(60, 46, 120, 46)
    sheet.text(25, 70, "被执行人签名：", 14)
    read = list(sheet.lines)
    sheet.text(65, 70, "………………………", 14)
    assert [zone.filled for zone in zones(sheet, read).values()] == [False, False]
    assert max(zone.ink for zone in zones(sheet, read).values()) < 0.02


def test_a_signature_over_an_underline_is_ink() -> None:
    sheet = paper()
    sheet.text(25, 40, "申请人签名：", 14)
    sheet.line(60, 46, 120, 46)
    sheet.scribble(70, 38)
    zone = zones(sheet)["申请人签名"]
    assert zone.filled
    assert zone.ink > 0.01


def test_a_recognised_name_fills_and_a_date_does_not() -> None:
    sheet = paper()
    sheet.text(25, 30, "记录人：李测试", 14)
    sheet.text(25, 50, "申请人签名：2026年3月5日", 14)
    sheet.text(25, 70, "签收日期：2026年3月5日", 14)
    sheet.text(25, 90, "代收人签名：　　年　月　日", 14)
    assert filled(sheet) == {"记录人": True, "申请人签名": False, "签收日期": True, "代收人签名": False}


def test_a_zone_ends_where_the_next_label_begins() -> None:
    sheet = paper()
    sheet.text(25, 50, "送达人：", 14)
    sheet.text(110, 50, "见证人（签名、捺印）：", 14)
    sheet.scribble(165, 47)
    assert filled(sheet) == {"送达人": False, "见证人签名捺印": True}


def test_two_labels_in_one_line_of_text() -> None:
    sheet = paper()
    sheet.text(25, 50, "送达人：周测试　　　记录人：", 14)
    assert filled(sheet) == {"送达人": True, "记录人": False}


def test_a_label_at_the_right_margin_is_answered_below_it() -> None:
    sheet = paper()
    sheet.text(145, 40, "被执行人（签名）：", 14)
    sheet.text(150, 62, "2026年3月5日", 14)
    assert not filled(sheet)["被执行人签名"]
    sheet.scribble(160, 48)
    assert filled(sheet)["被执行人签名"]


def test_a_fingerprint_fills_where_one_is_asked_for() -> None:
    sheet = paper()
    sheet.text(25, 40, "见证人（签名、捺印）：", 14)
    sheet.fingerprint(100, 44)
    sheet.text(25, 80, "申请人签名：", 14)
    sheet.fingerprint(100, 84)
    assert filled(sheet) == {"见证人签名捺印": True, "申请人签名": False}


def test_a_seal_of_a_unit_answers_the_word_stamp_here() -> None:
    sheet = paper()
    sheet.text(25, 60, "盖章：", 14)
    sheet.round_seal(90, 66)
    assert filled(sheet) == {"盖章": True}


def test_opinion_and_signature_in_one_tall_cell() -> None:
    sheet = paper()
    sheet.table(25, 20, [160], [["承办人意见："], ["签发："]], 35, 12)
    sheet.lines = [Line(line.text, 1.0, (line.box[0], line.box[1] - 80, line.box[2], line.box[3] - 80)) for line in sheet.lines]
    blank = Sheet(210, 120)
    blank.table(25, 20, [160], [[""], [""]], 35, 12)
    for line in sheet.lines:
        blank.text(line.box[0] / 200 * 25.4, line.box[1] / 200 * 25.4, line.text, 12)
    assert not any(filled(blank).values())
    blank.scribble(60, 42)
    assert filled(blank) == {"承办人意见": True, "签发": False}


def test_a_header_row_is_answered_below() -> None:
    sheet = paper()
    sheet.table(25, 20, [80, 80], [["签收日期", "送达人"], ["", ""]], 16, 12)
    sheet.scribble(120, 38)
    assert filled(sheet) == {"签收日期": False, "送达人": True}


@pytest.mark.parametrize(
    "sentence",
    [
        "申请人与被执行人已经达成和解，本院依法终结执行。",
        "执行人员、书记员到达现场后，向在场人说明来意。",
        "经院长批准，由副院长签发。",
        "原承办人意见已经附卷，受送达人拒绝签名或者盖章的，送达人应当记明。",
    ],
)
def test_words_in_a_sentence_are_no_labels(sentence: str) -> None:
    sheet = paper()
    sheet.text(20, 50, sentence, 12)
    assert zones(sheet) == {}


@pytest.mark.parametrize(("text", "label"), [("受送达人：", "送达人"), ("副院长：", "院长"), ("被申请人：", "申请人")])
def test_a_label_is_not_found_inside_a_longer_word(text: str, label: str) -> None:
    sheet = paper()
    sheet.text(25, 50, text, 14)
    assert label not in zones(sheet)


@pytest.mark.parametrize("text", ["受送达人签名或盖章：", "受送达人（签名或者盖章）：", "受 送 达 人 签名或盖章", "受送达入签名或盖章："])
def test_spelling_of_a_label_may_differ(text: str) -> None:
    sheet = paper()
    sheet.text(25, 50, text, 14)
    assert list(zones(sheet)) == ["受送达人签名或盖章"]


def test_a_grey_page_is_marked_as_one() -> None:
    sheet = paper()
    sheet.round_seal(100, 60)
    grey = np.repeat(sheet.pixels.mean(axis=2).astype(np.uint8)[..., None], 3, axis=2)
    assert not find_marks(grey, 200, (), LABELS).colour
    assert find_marks(sheet.pixels, 200, (), LABELS).colour


def test_red_writing_counts_as_no_signature_of_a_pen() -> None:
    sheet = paper()
    sheet.text(25, 50, "记录人：", 14)
    sheet.scribble(60, 48, colour=RED)
    assert not filled(sheet)["记录人"]


def test_a_page_without_lines_has_no_zones() -> None:
    assert find_marks(paper().pixels, 200, (), LABELS).zones == ()


def test_lines_outside_of_the_picture_are_no_trouble() -> None:
    lines = [Line("记录人：", 1.0, (1600, 940, 1700, 990)), Line("书记员：", 1.0, (0, -20, 90, 10))]
    assert len(zones(paper(), lines)) == 2
