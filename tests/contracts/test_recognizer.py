"""One suite over every reading engine: what the Recognizer contract promises, whoever reads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from ocr.contract import EngineMissingError, Line, PageImage, PageText, Recognizer
from ocr.engines import ENGINES, open_engine
from ocr.replay import Recording
from tests.support.drawing import Sheet, aged
from tests.support.engines import FixedEngine

SAID = ("执行通知书", "申请执行人张某甲", "被执行人李测试")


@lru_cache(maxsize=1)
def written() -> PageImage:
    sheet = Sheet(120, 70)
    sheet.centred(8, "执行通知书")
    sheet.text(12, 30, "申请执行人张某甲", 16)
    sheet.text(12, 45, "被执行人李测试", 16)
    return PageImage(aged(sheet.pixels), 200, tuple(sheet.lines))


@lru_cache(maxsize=1)
def blank() -> PageImage:
    return PageImage(aged(Sheet(120, 70).pixels), 200, ())


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recognizer]:
    # tesseract is told to keep to one thread through the environment; the tests after it shall not notice.
    before = os.environ.get("OMP_THREAD_LIMIT")
    if request.param == "replay":
        folder = tmp_path_factory.mktemp("replay")
        Recording(FixedEngine(written().text_layer or ()), folder).read(written())
        Recording(FixedEngine(), folder).read(blank())
        yield open_engine(f"replay:{folder}")
    else:
        yield open_engine(request.param if request.param != "pdftext" else "pdftext:none")
    if before is None:
        os.environ.pop("OMP_THREAD_LIMIT", None)
    else:
        os.environ["OMP_THREAD_LIMIT"] = before


def test_it_has_a_name_and_a_version(engine: Recognizer) -> None:
    name, _, version = engine.name.partition(" ")
    assert name in (*ENGINES, "pdftext")
    assert version[0].isdigit()


def test_a_blank_page_has_no_lines(engine: Recognizer) -> None:
    assert engine.read(blank()).lines == ()


def test_it_reads_what_is_written_in_order(engine: Recognizer) -> None:
    read = [line.text.replace(" ", "") for line in engine.read(written()).lines]
    if engine.name.startswith("none"):
        assert read == []
    elif engine.name.startswith("tesseract"):
        assert len(read) == len(SAID)
        assert sum(len(set(a) & set(b)) / len(set(b)) for a, b in zip(read, SAID, strict=True)) > 2.4
    else:
        assert read == list(SAID)


def test_boxes_lie_on_the_ink_of_their_line(engine: Recognizer) -> None:
    page = written()
    height, width = page.pixels.shape[:2]
    truth = {line.text: line.box for line in page.text_layer or ()}
    for line in engine.read(page).lines:
        x0, y0, x1, y1 = line.box
        assert 0 <= x0 < x1 <= width
        assert 0 <= y0 < y1 <= height
        assert 0 <= line.confidence <= 1
        assert all(isinstance(edge, int) for edge in line.box)
        if line.text in truth:
            assert max(abs(a - b) for a, b in zip(line.box, truth[line.text], strict=True)) <= 20


def test_the_same_page_reads_the_same(engine: Recognizer) -> None:
    assert engine.read(written()) == engine.read(written())


def test_the_picture_is_left_as_it_is(engine: Recognizer) -> None:
    page = written()
    before = page.pixels.copy()
    page.pixels.flags.writeable = False
    try:
        engine.read(page)
    finally:
        page.pixels.flags.writeable = True
    assert np.array_equal(page.pixels, before)


def test_the_reading_names_its_engine(engine: Recognizer) -> None:
    assert engine.read(written()).engine.split()[0] in ("rapid", "tesseract", "pdftext", "none", "fixed")


def test_text_is_the_lines_joined() -> None:
    assert PageText((Line("甲", 1, (0, 0, 1, 1)), Line("乙", 1, (0, 2, 1, 3))), "none 1").text == "甲\n乙"


@pytest.mark.parametrize("name", ["", "best", "replay", "replay:/nowhere", "rapid:fast", "pdftext:best"])
def test_an_engine_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(EngineMissingError) as caught:
        open_engine(name)
    assert str(caught.value)


def test_replay_needs_a_folder(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(EngineMissingError, match="not a folder"):
        open_engine(f"replay:{file}")
