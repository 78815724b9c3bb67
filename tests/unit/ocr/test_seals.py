"""Red seals are found with their shape; fingerprints, letterheads, brown tables and noise are none."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.contract import Seal
from ocr.seals import black_plane, find_seals, in_colour, red_ink
from tests.support.drawing import RED, Pixels, Sheet, aged, rasterised


def scanned(sheet: Sheet, fade: float = 0.0) -> Pixels:
    return rasterised(aged(sheet.pixels, fade=fade), 50)


def seals(sheet: Sheet, fade: float = 0.0) -> tuple[Seal, ...]:
    return find_seals(red_ink(scanned(sheet, fade), sheet.dpi))


def shapes(sheet: Sheet) -> list[str]:
    return [seal.shape for seal in seals(sheet)]


def print_on(sheet: Sheet) -> None:
    for row in range(8):
        sheet.text(25, 60 + row * 9, "依照《中华人民共和国民事诉讼法》之规定，裁定如下：本裁定立即执行。", 14)


@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_a_court_seal_over_print_is_round_and_of_its_size(dpi: int) -> None:
    sheet = Sheet(210, 150, dpi)
    print_on(sheet)
    sheet.round_seal(140, 100)
    (seal,) = seals(sheet)
    assert seal.shape == "round"
    millimetres = [edge * 25.4 / dpi for edge in seal.box]
    assert millimetres == pytest.approx([119, 79, 161, 121], abs=2)
    assert 0.05 < seal.red < 0.5


@pytest.mark.parametrize("strength", [0.2, 0.35, 1.0])
def test_a_pale_seal_is_a_seal(strength: float) -> None:
    sheet = Sheet(210, 150)
    print_on(sheet)
    sheet.round_seal(140, 100, strength=strength)
    assert shapes(sheet) == ["round"]


def test_two_seals_that_overlap_are_two() -> None:
    sheet = Sheet(210, 150)
    sheet.round_seal(90, 100)
    sheet.round_seal(122, 104)
    assert shapes(sheet) == ["round", "round"]


def test_a_seal_cut_by_the_edge_of_the_page_is_a_seal() -> None:
    sheet = Sheet(210, 150)
    sheet.round_seal(206, 100)
    (seal,) = seals(sheet)
    assert seal.shape == "round"
    assert seal.box[2] <= sheet.image.width


def test_oval_and_square_stamps() -> None:
    sheet = Sheet(210, 150)
    sheet.round_seal(60, 60, 45, 0.67)
    sheet.square_seal(150, 60)
    sheet.square_seal(150, 120, 12)
    sheet.square_seal(60, 120, 30, text="收讫")
    found = [(seal.shape, seal.box[0] < 1000 * 0.8) for seal in seals(sheet)]
    assert sorted(found) == [("oval", True), ("square", False), ("square", False), ("square", True)]


def test_fingerprints_are_no_seals() -> None:
    sheet = Sheet(210, 150)
    sheet.fingerprint(60, 60)
    sheet.fingerprint(120, 60, 18, 22, 0.9)
    assert shapes(sheet) == ["fingerprint", "fingerprint"]


def test_a_fingerprint_beside_a_seal_is_told_apart() -> None:
    sheet = Sheet(210, 150)
    sheet.round_seal(60, 100)
    sheet.fingerprint(110, 100)
    assert sorted(shapes(sheet)) == ["fingerprint", "round"]


def test_black_print_yellow_paper_and_noise_hold_no_seal() -> None:
    sheet = Sheet(210, 150, paper=(244, 232, 205))
    print_on(sheet)
    sheet.table(25, 133, [40, 100], [["案由", "纠纷"], ["案号", "某号"]])
    assert seals(sheet) == ()


def test_a_red_letterhead_is_no_seal_and_is_kept_for_reading() -> None:
    sheet = Sheet(210, 150)
    sheet.centred(30, "云川县人民法院文件", 36, colour=RED)
    sheet.round_seal(140, 120)
    pixels = scanned(sheet)
    ink = red_ink(pixels, 200)
    found = find_seals(ink)
    assert [seal.shape for seal in found] == ["round"]
    plane = black_plane(pixels, ink, found)
    x0, y0, x1, y1 = sheet.lines[0].box
    assert (plane[y0:y1, x0:x1] < 140).mean() > 0.1
    x0, y0, x1, y1 = found[0].box
    assert (plane[y0:y1, x0:x1] < 160).mean() < 0.01


def test_black_print_under_a_seal_stays() -> None:
    sheet = Sheet(210, 150)
    sheet.text(120, 98, "二〇二六年三月", 16)
    sheet.round_seal(140, 100)
    pixels = scanned(sheet)
    ink = red_ink(pixels, 200)
    plane = black_plane(pixels, ink, find_seals(ink))
    x0, y0, x1, y1 = sheet.lines[0].box
    without = Sheet(210, 150)
    without.text(120, 98, "二〇二六年三月", 16)
    assert (plane[y0:y1, x0:x1] < 128).mean() == pytest.approx((scanned(without)[y0:y1, x0:x1, 0] < 128).mean(), rel=0.15)


def test_a_brown_table_top_is_no_seal() -> None:
    pixels = Sheet(210, 150).pixels
    pixels[:, :500] = (150, 105, 70)
    assert find_seals(red_ink(pixels, 200)) == ()


def test_a_grey_picture_says_nothing_about_seals() -> None:
    sheet = Sheet(210, 150)
    sheet.round_seal(100, 100)
    assert in_colour(sheet.pixels)
    grey = np.repeat(sheet.pixels.mean(axis=2).astype(np.uint8)[..., None], 3, axis=2)
    assert not in_colour(grey)


def test_a_tiny_picture_is_no_trouble() -> None:
    pixels = np.full((3, 5, 3), 200, np.uint8)
    ink = red_ink(pixels, 300)
    assert find_seals(ink) == ()
    assert black_plane(pixels, ink, ()).shape == (3, 5)
