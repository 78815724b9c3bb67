"""The second engine: what is missing or fails is told, and it runs on one thread."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from ocr.contract import EngineMissingError, PageImage, ReaderError
from ocr.tesseract import TesseractEngine
from tests.support.drawing import Sheet


@pytest.fixture(autouse=True)
def _threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_THREAD_LIMIT", "1")


def fake_program(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "tesseract"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_a_missing_program_is_told_when_opening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineMissingError, match="tesseract-ocr"):
        TesseractEngine()


def test_missing_chinese_data_is_told_when_opening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_program(
        tmp_path,
        'case "$*" in *list-langs*) printf "List of available languages (1):\\neng\\n";; *) echo "tesseract 5.3.0";; esac',
        monkeypatch,
    )
    with pytest.raises(EngineMissingError, match="chi-sim"):
        TesseractEngine()


def test_a_program_that_takes_too_long_is_a_reader_error() -> None:
    engine = TesseractEngine(timeout=0.01)
    with pytest.raises(ReaderError, match="timeout"):
        engine.read(PageImage(np.full((1500, 1000, 3), 255, np.uint8), 200))


def test_a_program_that_fails_is_a_reader_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = TesseractEngine()
    fake_program(tmp_path, "echo broken >&2; exit 1", monkeypatch)
    with pytest.raises(ReaderError, match="broken"):
        engine.read(PageImage(np.full((50, 50, 3), 255, np.uint8), 200))


def test_it_runs_on_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str | None] = []
    real = subprocess.Popen

    def watched(*args: object, **options: object) -> object:
        environment = options.get("env") or os.environ
        assert isinstance(environment, Mapping)
        seen.append(environment.get("OMP_THREAD_LIMIT"))
        return real(*args, **options)  # type: ignore[call-overload]

    engine = TesseractEngine()
    monkeypatch.setattr(subprocess, "Popen", watched)
    engine.read(PageImage(np.full((50, 50, 3), 255, np.uint8), 200))
    assert seen == ["1"]


def test_cells_stay_apart_and_boxes_are_those_of_the_page() -> None:
    sheet = Sheet(210, 130)
    sheet.centred(15, "送达回证")
    rows = [
        ["案由", "买卖合同纠纷"],
        ["送达文书名称\n和件数", "执行通知书一份、报告财产令一份"],
        ["受送达人", "张某甲"],
        ["备考", "当场签收"],
    ]
    sheet.table(25, 40, [45, 115], rows, 16, 12)
    lines = TesseractEngine().read(PageImage(sheet.pixels, 200)).lines
    assert len(lines) == len(sheet.lines)
    for line, truth in zip(lines, sheet.lines, strict=True):
        assert max(abs(a - b) for a, b in zip(line.box, truth.box, strict=True)) <= 25
