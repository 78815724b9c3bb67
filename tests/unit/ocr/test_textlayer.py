"""The invisible text layer gives every character back through three readers, at the place where it stands on the picture."""

from __future__ import annotations

import math
import subprocess
from pathlib import Path

import pdfplumber
import pikepdf
import pypdfium2
import pytest
from pikepdf import Dictionary, pdfa

from ocr import textlayer
from ocr.contract import Line

WIDTH, HEIGHT, DPI = 1654, 2339, 200
TEXTS = [
    "执 行 裁 定 书",
    "（２０２６）豫9924执118号",
    "申请执行人：𠮷某甲，男，1980年1月〇日出生，住云川县䶮山街道８８号。",
    "被执行人：乙公司ABC Co., Ltd. 12,345.67元",
    "本院依照《中华人民共和国民事诉讼法》之规定裁定如下，查封被执行人云川县乙建筑工程有限责任公司名下全部财产",
    "𪚥龘𡋾",
    "左",
    "7",
]


def lines(skew: float = 0.0, texts: list[str] = TEXTS) -> list[Line]:
    found = []
    for index, text in enumerate(texts):
        y, width = 200 + 60 * index, min(1300, 40 * len(text))
        mx, my, angle = 180 + width / 2 - WIDTH / 2, y + 22 - HEIGHT / 2, math.radians(skew)
        nx = mx * math.cos(angle) - my * math.sin(angle) + WIDTH / 2
        ny = mx * math.sin(angle) + my * math.cos(angle) + HEIGHT / 2
        found.append(Line(text, 1.0, (round(nx - width / 2), round(ny - 22), round(nx + width / 2), round(ny + 22))))
    return found


def write(path: Path, laid: list[Line], skew: float = 0.0) -> textlayer.Sheet:
    page = textlayer.sheet(WIDTH, HEIGHT, DPI, skew)
    rare = textlayer.rare_characters(line.text for line in laid)
    with pikepdf.new() as pdf:
        leaf = pdf.add_blank_page(page_size=(page.width, page.height)).obj
        leaf.Resources = Dictionary({"/Font": Dictionary({textlayer.FONT_KEY: textlayer.text_font(pdf, rare)})})
        leaf.Contents = pdf.make_stream(textlayer.page_content(laid, page, rare))
        with pdf.open_metadata() as told:
            told["dc:title"] = "页"
        pdfa.save(pdf, path, "2b")
    return page


def by_pdfplumber(path: Path) -> list[str]:
    with pdfplumber.open(path) as pdf:
        return (pdf.pages[0].extract_text() or "").splitlines()


def by_pdfium(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as pdf:
        return pdf[0].get_textpage().get_text_bounded().splitlines()


def by_pdftotext(path: Path) -> list[str]:
    told = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, encoding="utf-8").stdout
    return [line for line in told.replace("\f", "").splitlines() if line]


@pytest.mark.parametrize("reader", [by_pdfplumber, by_pdfium, by_pdftotext])
@pytest.mark.parametrize("skew", [0.0, 1.5, -2.0, 4.0])
def test_every_line_comes_back_whole_also_from_a_skewed_page(tmp_path: Path, reader, skew: float) -> None:
    write(tmp_path / "page.pdf", lines(skew), skew)
    assert sorted(reader(tmp_path / "page.pdf")) == sorted(TEXTS)


@pytest.mark.parametrize("reader", [by_pdfplumber, by_pdfium, by_pdftotext])
def test_vertical_writing_comes_back(tmp_path: Path, reader) -> None:
    write(tmp_path / "page.pdf", [Line("竖排证明文字", 1.0, (900, 300, 945, 700)), Line("横排", 1.0, (200, 1000, 280, 1044))])
    assert sorted(reader(tmp_path / "page.pdf")) == sorted(["竖排证明文字", "横排"])


@pytest.mark.parametrize("skew", [0.0, 3.0])
def test_characters_stand_over_their_boxes(tmp_path: Path, skew: float) -> None:
    laid = lines(skew)
    page = write(tmp_path / "page.pdf", laid, skew)
    with pdfplumber.open(tmp_path / "page.pdf") as pdf:
        words = pdf.pages[0].extract_text_lines()
    for line, found in zip(laid, sorted(words, key=lambda word: word["top"]), strict=True):
        x0, y0, x1, y1 = line.box
        x, y = page.place((x0 + x1) / 2, (y0 + y1) / 2)
        assert (found["x0"] + found["x1"]) / 2 == pytest.approx(x, abs=0.5)
        assert page.height - (found["top"] + found["bottom"]) / 2 == pytest.approx(y, abs=1.0)
        assert found["x1"] - found["x0"] == pytest.approx((x1 - x0) * page.scale, abs=0.5)


def test_text_is_invisible(tmp_path: Path) -> None:
    write(tmp_path / "page.pdf", lines())
    with pypdfium2.PdfDocument(tmp_path / "page.pdf") as pdf:
        assert set(pdf[0].render(scale=1).to_numpy().ravel()) == {255}


def test_what_is_no_character_does_not_break_the_page(tmp_path: Path) -> None:
    strange = ["", "   ", "\x00\x07", "甲\n乙\x00丙", "坏\ud842字", "非\uffff字\U0001fffe", "　首尾空格　"]
    write(tmp_path / "page.pdf", lines(texts=strange))
    assert sorted(by_pdfplumber(tmp_path / "page.pdf")) == sorted(["甲 乙 丙", "坏\ufffd字", "非\ufffd字\ufffd", "首尾空格"])


def test_an_empty_page_has_no_content_and_a_box_without_size_is_laid() -> None:
    page = textlayer.sheet(WIDTH, HEIGHT, DPI)
    assert textlayer.page_content([], page) == b""
    assert b"<4E00>" in textlayer.page_content([Line("一", 1.0, (10, 10, 10, 10))], page)


def test_rare_characters_have_a_limit_and_must_be_announced() -> None:
    many = "".join(chr(0x20000 + index) for index in range(2049))
    assert len(textlayer.rare_characters([many[:2048]])) == 2048
    with pytest.raises(textlayer.TextLayerError):
        textlayer.rare_characters([many])
    with pytest.raises(textlayer.TextLayerError):
        textlayer.page_content([Line("𠮷", 1.0, (0, 0, 40, 40))], textlayer.sheet(WIDTH, HEIGHT, DPI))


@pytest.mark.parametrize("size", [(0, 10, 200), (10, 0, 200), (10, 10, 0)])
def test_a_page_without_size_is_refused(size: tuple[int, int, int]) -> None:
    with pytest.raises(textlayer.TextLayerError):
        textlayer.sheet(*size)


def test_page_sizes_come_from_the_resolution_and_stay_within_pdfa() -> None:
    page = textlayer.sheet(WIDTH, HEIGHT, DPI)
    assert (page.width, page.height) == (595.44, 842.04)
    assert textlayer.sheet(60000, 300, 72).width == 14400
    assert textlayer.sheet(400, 4, 600).height == 3
    turned = textlayer.sheet(WIDTH, HEIGHT, DPI, 2.0)
    assert turned.width > page.width
    assert turned.height > page.height


@pytest.mark.parametrize(
    ("rotation", "matrix"),
    [(0, "72 0 0 144 0 0"), (90, "0 -144 72 0 0 144"), (180, "-72 0 0 -144 72 144"), (270, "0 144 -72 0 72 0")],
)
def test_the_picture_is_laid_upright(rotation: int, matrix: str) -> None:
    assert textlayer.sheet(100, 200, 100).picture(rotation) == matrix
