"""Strings and rules come in at places measured from the top left of an A4 sheet; the content of one PDF page goes out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from .lettering import Lettering, Weight

WIDTH, HEIGHT = 595.28, 841.89  # A4 in points
LEADING = 1.35  # line pitch over size
Align = Literal["left", "centre", "right"]
# Letters and digits of a word stay together; everything else may part.
_WORDS = re.compile(r"[0-9A-Za-z.,/_-]+|.", re.DOTALL)
_NEVER_FIRST = set("，。、；：？！）》」』”’〉】%,.;:?!)")
_BASELINE = 0.38  # from the middle of a line down to the baseline, over the size


class Paper:
    """One sheet being drawn; `links` are the areas that lead to another page of the volume (by its index). height: in points."""

    def __init__(self, lettering: Lettering, height: float = HEIGHT) -> None:
        self._lettering = lettering
        self._height = height
        self._commands: list[str] = []
        self.links: list[tuple[tuple[float, float, float, float], int]] = []

    def text(self, x: float, y: float, text: str, size: float, *, weight: Weight = "R", align: Align = "left", spread: float = 0) -> None:
        """One line whose middle is at height y; x is its left end, its centre or its right end. spread: points between characters."""
        if not text:
            return
        width = self._lettering.width(text, size, weight) + spread * (len(text) - 1)
        left = x - {"left": 0.0, "centre": width / 2, "right": width}[align]
        shown = self._lettering.show(text, size, weight)
        self._commands.append(f"BT {spread:g} Tc 1 0 0 1 {left:.2f} {self._height - y - size * _BASELINE:.2f} Tm {shown} ET")

    def rule(self, x0: float, y0: float, x1: float, y1: float, thick: float = 0.6) -> None:
        """A straight line."""
        self._commands.append(f"{thick:g} w {x0:.2f} {self._height - y0:.2f} m {x1:.2f} {self._height - y1:.2f} l S")

    def frame(self, x0: float, y0: float, x1: float, y1: float, thick: float = 0.6) -> None:
        """A rectangle."""
        self._commands.append(f"{thick:g} w {x0:.2f} {self._height - y1:.2f} {x1 - x0:.2f} {y1 - y0:.2f} re S")

    def link(self, x0: float, y0: float, x1: float, y1: float, page: int) -> None:
        """An area that leads to a page of the volume."""
        self.links.append(((x0, self._height - y1, x1, self._height - y0), page))

    def block(self, x: float, y: float, lines: list[str], size: float, *, weight: Weight = "R", align: Align = "left") -> None:
        """Lines under each other, together centred on height y."""
        top = y - (len(lines) - 1) / 2 * size * LEADING
        for index, line in enumerate(lines):
            self.text(x, top + index * size * LEADING, line, size, weight=weight, align=align)

    def wrap(self, text: str, width: float, size: float, most: int | None = None) -> list[str]:
        """The text in lines of at most `width` points; a closing mark hangs over rather than begin a line. What is beyond `most` lines is …"""
        lines = [line for part in text.splitlines() for line in self._fill(part, width, size)]
        if most is None or len(lines) <= most:
            return lines
        return [*lines[: most - 1], lines[most - 1][:-1] + "…"]

    def _fill(self, text: str, width: float, size: float) -> Iterator[str]:
        line, used = "", 0.0
        for word in self._pieces(text, width, size):
            wide = self._lettering.width(word, size)
            if line and word not in _NEVER_FIRST and used + wide > width:
                yield line.rstrip()
                line, used = "", 0.0
            if line or not word.isspace():
                line, used = line + word, used + wide
        if line:
            yield line.rstrip()

    def _pieces(self, text: str, width: float, size: float) -> Iterator[str]:
        for word in _WORDS.findall(text):
            yield from word if self._lettering.width(word, size) > width else [word]

    def content(self) -> bytes:
        return "\n".join(["q 0 g 0 G", *self._commands, "Q"]).encode("ascii")
