"""A PDF's own text layer: believed when it agrees with the picture, left to the other engine when it does not."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from ocr.contract import Line, PageImage, ReaderError
from ocr.pdftext import PdfTextEngine
from ocr.pdftext_child import main
from tests.support.drawing import Pixels, Sheet
from tests.support.engines import FailingEngine, FixedEngine
from tests.support.textpdf import Text, write_pdf

BODY = [
    "申请执行人张某甲与被执行人李测试买卖合同纠纷一案，本院立案执行。",
    "依照《中华人民共和国民事诉讼法》第二百五十三条之规定，裁定如下：",
    "终结本次执行程序。申请执行人发现被执行人有可供执行财产的，可以再次申请。",
]
FALLBACK = Line("由图像识别", 0.9, (1, 1, 50, 20))


@lru_cache(maxsize=1)
def sheet() -> Sheet:
    made = Sheet(210, 100)
    for number, text in enumerate(BODY):
        made.text(20, 20 + 15 * number, text, 13)
    return made


def page(layer: tuple[Line, ...] | None, pixels: Pixels | None = None) -> PageImage:
    return PageImage(sheet().pixels if pixels is None else pixels, 200, layer)


def relettered(texts: list[str]) -> tuple[Line, ...]:
    return tuple(Line(text, 1.0, line.box) for text, line in zip(texts, sheet().lines, strict=True))


def read(image: PageImage) -> tuple[list[str], str]:
    text = PdfTextEngine(FixedEngine((FALLBACK,))).read(image)
    return [line.text for line in text.lines], text.engine


def test_a_sound_layer_is_taken_in_reading_order() -> None:
    lines, engine = read(page(tuple(reversed(sheet().lines))))
    assert lines == BODY
    assert engine.startswith("pdftext 0.")
    assert "fixed" not in engine


def test_a_page_without_a_layer_is_read_from_the_picture() -> None:
    assert read(page(None)) == ([FALLBACK.text], "fixed 1")


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        (["(cid:12)(cid:7)(cid:99)" * 5] * 3, "garbage"),
        (["\ufffd\ufffd\ue001\ue002执行" * 4] * 3, "garbage"),
        ([text.encode().decode("gbk", errors="ignore") for text in BODY], "mojibake"),
        ([text.encode("gbk").decode("latin-1") for text in BODY], "no_han"),
        (["the quick brown fox jumps over the lazy dog"] * 3, "no_han"),
        (["　 "] * 3, "empty"),
    ],
)
def test_a_layer_of_rubbish_is_not_believed(texts: list[str], fault: str) -> None:
    assert read(page(relettered(texts))) == ([FALLBACK.text], f"fixed 1 (pdftext: {fault})")


def test_an_empty_layer_over_print_is_not_believed() -> None:
    assert read(page(())) == ([FALLBACK.text], "fixed 1 (pdftext: empty)")


def test_an_empty_layer_of_an_empty_page_is_right() -> None:
    lines, engine = read(page((), Sheet(100, 60).pixels))
    assert lines == []
    assert engine.startswith("pdftext")


def test_a_layer_that_lies_where_no_ink_is_is_not_believed() -> None:
    moved = tuple(Line(line.text, 1.0, (line.box[0], line.box[1] + 380, line.box[2], line.box[3] + 380)) for line in sheet().lines)
    assert read(page(moved))[1].endswith("(pdftext: elsewhere)")


def test_a_layer_with_the_page_number_only_is_not_believed() -> None:
    assert read(page(tuple(sheet().lines[:1])))[1].endswith("(pdftext: partial)")


def test_names_in_rare_characters_do_not_make_a_layer_suspicious() -> None:
    texts = ["申请执行人张某甲与被执行人王喆、李堃、赵犇、钱燚、孙淼、周翀买卖合同纠纷", *BODY[1:]]
    assert read(page(relettered(texts)))[0] == texts


def test_what_the_other_engine_raises_is_passed_on() -> None:
    with pytest.raises(ReaderError):
        PdfTextEngine(FailingEngine()).read(page(None))
    assert "failing 1" in PdfTextEngine(FailingEngine()).name


# The child


TEXTS: list[Text] = [(90, 760, 22, "执行裁定书"), (90, 700, 14, "云川县人民法院（2026）豫9924执118号"), (300, 400, 12, "张某甲")]


def rendered(path: Path, dpi: int) -> Pixels:
    with pypdfium2.PdfDocument(path) as document:
        return np.asarray(document[0].render(scale=dpi / 72 * 0.9999, rev_byteorder=True).to_pil().convert("RGB"), np.uint8)


def lines(pieces: list[dict[str, object]]) -> dict[str, list[int]]:
    return {str(piece["text"]): piece["box"] for piece in pieces if isinstance(piece["box"], list)}


@pytest.mark.parametrize("crop", [None, (50, 100, 500, 800)])
@pytest.mark.parametrize("dpi", [150, 200])
def test_boxes_lie_on_the_rendered_ink(tmp_path: Path, crop: tuple[float, float, float, float] | None, dpi: int) -> None:
    path = write_pdf(tmp_path / "a.pdf", [TEXTS], crop=crop)
    dark = rendered(path, dpi)[..., 0] < 128
    (pieces,) = main(path, tmp_path, ["1", "1", str(dpi)])
    assert set(lines(pieces)) == {text for *_, text in TEXTS}
    for x0, y0, x1, y1 in lines(pieces).values():
        ys, xs = np.nonzero(dark[y0 - 5 : y1 + 5, x0 - 5 : x1 + 5])
        assert [xs.min() - 5, ys.min() - 5] == pytest.approx([0, 0], abs=9)
        assert [xs.max() - 5 - (x1 - x0), ys.max() - 5 - (y1 - y0)] == pytest.approx([0, 0], abs=11)


def test_pages_come_in_order_each_at_its_own_resolution(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [[(90, 700, 14, "第一页")], [(90, 700, 14, "第二页")], [(90, 700, 14, "第三页")]])
    answer = main(path, tmp_path, ["2", "3", "100,200"])
    assert [list(lines(pieces)) for pieces in answer] == [["第二页"], ["第三页"]]
    assert [2 * edge for edge in lines(answer[0])["第二页"]] == pytest.approx(lines(answer[1])["第三页"], abs=2)


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_text_that_does_not_stand_upright_is_left_to_the_picture(tmp_path: Path, rotate: int) -> None:
    assert main(write_pdf(tmp_path / "a.pdf", [TEXTS], rotate=rotate), tmp_path, ["1", "1", "200"]) == [[]]


def test_the_hidden_text_of_a_scan_is_not_taken(tmp_path: Path) -> None:
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.new("L", (8, 8), 255).save(buffer, "JPEG")
    assert main(write_pdf(tmp_path / "a.pdf", [TEXTS], picture=buffer.getvalue()), tmp_path, ["1", "1", "200"]) == [[]]


def test_a_page_without_text_has_no_pieces(tmp_path: Path) -> None:
    assert main(write_pdf(tmp_path / "a.pdf", [[]]), tmp_path, ["1", "1", "200"]) == [[]]


def test_what_the_child_reads_is_what_the_engine_believes(tmp_path: Path) -> None:
    texts: list[Text] = [(60, 760 - 30 * number, 14, text) for number, text in enumerate(BODY)]
    path = write_pdf(tmp_path / "a.pdf", [texts])
    (pieces,) = main(path, tmp_path, ["1", "1", "200"])
    layer = tuple(Line(text, 1.0, (box[0], box[1], box[2], box[3])) for text, box in lines(pieces).items())
    assert read(PageImage(rendered(path, 200), 200, layer))[0] == BODY
