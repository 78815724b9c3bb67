"""The Recognizer contract: what a reading engine is given, what it gives back, and the errors it may raise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels of the picture that was read


@dataclass(frozen=True)
class Line:
    """One line of text in reading order; confidence 0..1."""

    text: str
    confidence: float
    box: Box


@dataclass(frozen=True)
class PageImage:
    """A page to read: RGB pixels (height × width × 3, upright, straight), its resolution, and its own text layer if any."""

    pixels: NDArray[np.uint8]
    dpi: int
    text_layer: tuple[Line, ...] | None = None


@dataclass(frozen=True)
class PageText:
    """What an engine read: lines in reading order, and the name and version of the engine that read them."""

    lines: tuple[Line, ...]
    engine: str

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True)
class Seal:
    """A red stamp: where, what shape (round | oval | square | fingerprint | other), and how much of the box is red (0..1)."""

    box: Box
    shape: str
    red: float


@dataclass(frozen=True)
class InkZone:
    """The zone that belongs to a label (e.g. 受送达人签名): ink is the share of dark pixels (0..1) that no printed line explains."""

    label: str
    box: Box
    ink: float
    filled: bool


@dataclass(frozen=True)
class Marks:
    """What is on a page besides text; colour is False for a grey picture, in which no seal can be seen even if there is one."""

    seals: tuple[Seal, ...] = ()
    zones: tuple[InkZone, ...] = ()
    colour: bool = True


class ReaderError(Exception):
    """An engine could not read this page (it is tried again, then shown to a person); never an empty result instead."""


class EngineMissingError(Exception):
    """The engine's program or model is not on this machine; raised when it is opened, never in the middle of a page."""


class Recognizer(Protocol):
    """Reads one page; called in a page process that has one thread; must not start threads, download or keep the picture."""

    @property
    def name(self) -> str:
        """Name and version, e.g. 'rapid 3.10.0'; stored with every page that it read."""

    def read(self, page: PageImage) -> PageText:
        """Lines in reading order. A blank page gives no lines. Raises ReaderError."""
