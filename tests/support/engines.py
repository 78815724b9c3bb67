"""Engines that break in every way an engine can, and tasks for page processes; all importable by name from a spawned process."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

from ocr.contract import EngineMissingError, Line, PageImage, PageText, ReaderError, Recognizer


@dataclass
class FixedEngine:
    """Reads the same lines on every page and counts the pages."""

    lines: tuple[Line, ...] = ()
    pages: int = 0
    name: str = "fixed 1"

    def read(self, page: PageImage) -> PageText:
        self.pages += 1
        return PageText(self.lines, self.name)


@dataclass
class FailingEngine:
    """Raises ReaderError on every page."""

    name: str = "failing 1"

    def read(self, page: PageImage) -> PageText:
        raise ReaderError("the network gave up")


@dataclass
class MissingEngine:
    """Cannot be opened."""

    name: str = field(default="missing 1", init=False)

    def __post_init__(self) -> None:
        raise EngineMissingError("missing: its model is not on this machine")

    def read(self, page: PageImage) -> PageText:
        raise AssertionError


class OddError(Exception):
    """Packs, but does not unpack: its constructor wants more than its message."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first)
        self.second = second


def open_fixed() -> Recognizer:
    return FixedEngine()


def name_and_process(engine: Recognizer, number: int) -> tuple[str, int, int]:
    return engine.name, number, os.getpid()


def environment(engine: Recognizer) -> dict[str, str | None]:
    return {name: os.environ.get(name) for name in ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS")}


def raise_reader_error(engine: Recognizer) -> None:
    raise ReaderError("not this page")


def raise_value_error(engine: Recognizer) -> None:
    raise ValueError("a bug of ours")


def raise_odd_error(engine: Recognizer) -> None:
    raise OddError("odd", "pair")


def crash(engine: Recognizer) -> None:
    os._exit(7)


def killed(engine: Recognizer) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hang(engine: Recognizer) -> None:
    signal.pause()


def answer_with_a_lock(engine: Recognizer) -> object:
    import threading

    return threading.Lock()


def wait_for(engine: Recognizer, started: Path, release: Path) -> str:
    """Holds its process until the parent writes into the pipe `release`; tells it has begun by the pipe `started`."""
    started.write_text("x", encoding="utf-8")
    return release.read_text(encoding="utf-8")
