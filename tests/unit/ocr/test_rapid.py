"""The default engine on drawn pages, without a network: tables, seals over print, vertical writing, odd shapes, missing models."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ocr.contract import EngineMissingError, PageImage, ReaderError
from ocr.rapid import MODELS, RapidEngine
from tests.support.drawing import RED, Sheet, aged, rasterised


@pytest.fixture(scope="module")
def engine() -> Iterator[RapidEngine]:
    """Opened and used without a network: nothing may be fetched, ever."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the engine reached for the network")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        yield RapidEngine()


def read(engine: RapidEngine, sheet: Sheet) -> list[str]:
    return [line.text for line in engine.read(PageImage(rasterised(aged(sheet.pixels)), sheet.dpi)).lines]


def test_a_lone_page_number_is_read(engine: RapidEngine) -> None:
    sheet = Sheet(120, 160)
    sheet.text(58, 145, "3", 10)
    assert read(engine, sheet) == ["3"]


def test_a_table_is_read_cell_by_cell(engine: RapidEngine) -> None:
    sheet = Sheet(150, 60)
    sheet.table(10, 8, [30, 50, 50], [["序号", "财产名称", "数量"], ["1", "小型轿车", "一辆"], ["2", "银杏树苗", "320株"]], 13, 13)
    assert read(engine, sheet) == ["序号", "财产名称", "数量", "1", "小型轿车", "一辆", "2", "银杏树苗", "320株"]


def test_print_under_a_seal_is_read_and_the_seal_is_not(engine: RapidEngine) -> None:
    sheet = Sheet(120, 70)
    sheet.text(35, 32, "二〇二六年三月五日", 16)
    sheet.round_seal(60, 35)
    assert read(engine, sheet) == ["二〇二六年三月五日"]


def test_a_red_letterhead_is_read(engine: RapidEngine) -> None:
    sheet = Sheet(150, 40)
    sheet.centred(12, "云川县人民法院文件", 30, colour=RED)
    assert read(engine, sheet) == ["云川县人民法院文件"]


def test_vertical_writing_is_read_from_the_right(engine: RapidEngine) -> None:
    sheet = Sheet(60, 110)
    sheet.vertical(40, 8, "云川县人民法院", 30)
    sheet.vertical(12, 8, "执行卷宗材料", 30)
    assert read(engine, sheet) == ["云川县人民法院", "执行卷宗材料"]


def test_a_page_of_one_colour_has_no_lines(engine: RapidEngine) -> None:
    for shade in (0, 128, 255):
        assert engine.read(PageImage(np.full((200, 150, 3), shade, np.uint8), 200)).lines == ()


@pytest.mark.parametrize("shape", [(1, 1, 3), (5, 900, 3), (900, 5, 3)])
def test_slivers_are_no_trouble(engine: RapidEngine, shape: tuple[int, int, int]) -> None:
    assert engine.read(PageImage(np.full(shape, 250, np.uint8), 200)).lines == ()


def test_it_says_nothing_into_the_log(engine: RapidEngine, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(logging.DEBUG):
        RapidEngine().read(PageImage(np.full((100, 100, 3), 255, np.uint8), 200))
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


def test_a_network_that_fails_is_a_reader_error(engine: RapidEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("onnxruntime gave up")

    monkeypatch.setattr(engine._detector, "session", fail)
    with pytest.raises(ReaderError, match="gave up"):
        engine.read(PageImage(np.full((100, 100, 3), 255, np.uint8), 200))


def test_a_model_that_is_missing_or_damaged_is_told_when_opening(tmp_path: Path) -> None:
    with pytest.raises(EngineMissingError, match="not on this machine"):
        RapidEngine(tmp_path)
    for name, _ in MODELS.values():
        (tmp_path / name).write_bytes(b"not a model")
    with pytest.raises(EngineMissingError, match="not the one"):
        RapidEngine(tmp_path)
