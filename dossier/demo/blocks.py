"""Nothing comes in; the words in which papers are written come out: blocks from top to bottom, runs from left to right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from dossier.demo.draw import Sheet

Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Hand:
    """Filled in by hand, legible."""

    text: str


@dataclass(frozen=True)
class Sign:
    """A signature; empty leaves the place open. finger: a red fingerprint over it."""

    name: str
    finger: bool = False


@dataclass(frozen=True)
class Gap:
    """White space of `points`."""

    points: float


Run = str | Hand | Sign | Gap
Runs = Run | tuple[Run, ...]


@dataclass(frozen=True)
class Stamp:
    """A red stamp put on the last drawn line. shape: round | oval | square | rect; ring: its words; foot: words under the star.

    at: where its middle goes, as a share (0..1) of the text width; down: points below that line's middle.
    """

    ring: str
    shape: Literal["round", "oval", "square", "rect"] = "round"
    foot: str = ""
    at: float = 0.76
    down: float = 0.0


@dataclass(frozen=True)
class Text:
    """A paragraph (or one line). size and gap (white space after it) in points; indent: two characters before the first line."""

    runs: Runs
    size: float = 15
    align: Align = "left"
    indent: bool = False
    face: str = ""
    gap: float = 0
    leading: float = 1.72


@dataclass(frozen=True)
class Grid:
    """A ruled table. widths are shares; a row with fewer cells than widths gives the rest to its last cell; height in points."""

    rows: tuple[tuple[Runs, ...], ...]
    widths: tuple[float, ...]
    size: float = 12.5
    height: float = 30
    gap: float = 12


@dataclass(frozen=True)
class Space:
    """White space of `points`."""

    points: float


@dataclass(frozen=True)
class Drawing:
    """A picture of its own (an identity card): `paint` draws on the sheet from the given top (pixels); height in points."""

    height: float
    paint: Callable[[Sheet, int], None]


@dataclass(frozen=True)
class Together:
    """Blocks that must stand on one page."""

    blocks: tuple[Block, ...]


Block = Text | Grid | Space | Stamp | Drawing | Together


@dataclass(frozen=True)
class Paper:
    """One document. type_id: its id in the rules; name: its title; foot: runs at the foot of every page (signatures of a record).

    numbered: 第 x 页 共 y 页 at the foot of each page.
    """

    type_id: str
    name: str
    blocks: tuple[Block, ...]
    face: str = "song"
    case_no: str = ""
    numbered: bool = False
    foot: tuple[Run, ...] = field(default=())


def spaced(title: str) -> str:
    """执行裁定书 → 执 行 裁 定 书, as courts print a title."""
    return " ".join(title)


def title(text: str, size: float = 22, gap: float = 6) -> Text:
    """A title in the middle of its line."""
    return Text(text, size=size, align="center", face="black", gap=gap, leading=1.5)


def head(court: str, name: str, number: str = "") -> tuple[Block, ...]:
    """The head of a court's paper: court, spaced title, case number on the right."""
    top: tuple[Block, ...] = (title(court, 20, 2), title(spaced(name), 24, 8))
    return (*top, Text(number, size=14.5, align="right", gap=8)) if number else top


def paras(*texts: Runs, size: float = 15, leading: float = 1.72) -> tuple[Block, ...]:
    """Indented paragraphs."""
    return tuple(Text(runs, size=size, indent=True, leading=leading) for runs in texts)


def closing(*lines: Runs, seal: str = "", size: float = 15, foot: str = "", before: float = 26) -> Together:
    """What stands at the end on the right: officers, and the date under a round seal. The line before a clerk's is the dated one."""
    blocks: list[Block] = [Space(before)]
    dated = next((number for number, line in enumerate(lines) if isinstance(line, str) and line.endswith("日")), len(lines) - 1)
    for number, line in enumerate(lines):
        blocks.append(Text(line, size=size, align="right", gap=3))
        if seal and number == dated:
            blocks.append(Stamp(seal, foot=foot, at=0.85, down=4))
    return Together(tuple(blocks))
