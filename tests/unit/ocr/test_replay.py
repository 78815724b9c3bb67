"""Recorded readings are played back for the very same pixels, and for no others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ocr.contract import Line, PageImage, ReaderError
from ocr.replay import Recording, ReplayEngine, page_key
from tests.support.engines import FailingEngine, FixedEngine

LINES = (Line("执行裁定书", 0.98, (10, 20, 300, 60)), Line("（2026）豫9924执118号", 0.91, (10, 80, 300, 120)))


def page(shade: int = 200) -> PageImage:
    return PageImage(np.full((40, 30, 3), shade, np.uint8), 200)


def test_what_was_recorded_is_played_back_under_its_own_name(tmp_path: Path) -> None:
    recorder = Recording(FixedEngine(LINES), tmp_path / "new" / "folder")
    assert recorder.name == "fixed 1"
    said = recorder.read(page())
    assert ReplayEngine(tmp_path / "new" / "folder").read(page()) == said


def test_a_picture_that_was_never_recorded_is_an_error_not_an_empty_page(tmp_path: Path) -> None:
    Recording(FixedEngine(LINES), tmp_path).read(page())
    with pytest.raises(ReaderError, match="no recording"):
        ReplayEngine(tmp_path).read(page(199))


def test_the_key_is_of_the_pixels_and_their_shape() -> None:
    pixels = np.zeros((4, 6, 3), np.uint8)
    same = PageImage(pixels.copy(), 300, LINES)
    assert page_key(PageImage(pixels, 200)) == page_key(same)
    assert page_key(PageImage(pixels.reshape(6, 4, 3), 200)) != page_key(same)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"engine": "x", "lines": [{"text": "a", "confidence": 1, "box": [1, 2]}]}'])
def test_a_damaged_recording_is_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / f"{page_key(page())}.json").write_text(content, encoding="utf-8")
    with pytest.raises(ReaderError, match="not a recording"):
        ReplayEngine(tmp_path).read(page())


def test_a_failure_is_not_recorded(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match="gave up"):
        Recording(FailingEngine(), tmp_path).read(page())
    assert list(tmp_path.iterdir()) == []
