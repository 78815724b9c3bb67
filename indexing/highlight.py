"""Where a query was found: a page's text or its lines and a query go in, a marked snippet or the spans of each line come out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexing.analysis import fold, normalise
from indexing.contract import Query

Span = tuple[int, int]

_BLANKS = re.compile(r"\s+")
_WIDE = ("W", "F", "A")  # East Asian width of characters that take a full square in print


@dataclass(frozen=True)
class Part:
    """A stretch of a snippet; marked when it is what was asked for."""

    text: str
    marked: bool = False


@dataclass(frozen=True)
class Snippet:
    """One line to show for a page; an unmarked … stands where text was left out."""

    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)


def find(text: str, query: Query) -> list[Span]:
    """Half-open offsets in `text` of every place where a phrase of the query stands, in order, those that touch or overlap joined."""
    folded, places = normalise(text)
    found: list[Span] = []
    for phrase in dict.fromkeys(map(fold, query.phrases)):
        for start in _starts(folded, phrase):
            found.append((places[start], places[start + len(phrase) - 1] + 1))
    return _joined(found)


def _starts(text: str, phrase: str) -> Iterator[int]:
    start = text.find(phrase) if phrase else -1
    while start >= 0:
        yield start
        start = text.find(phrase, start + 1)


def _joined(spans: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def spans(lines: Sequence[str], query: Query) -> list[tuple[int, int, int]]:
    """(line index, start, end) of every piece of a line that belongs to a hit, in order; a phrase may run over several lines."""
    text = "\n".join(lines)
    found = find(text, query)
    pieces: list[tuple[int, int, int]] = []
    begin = 0
    for index, line in enumerate(lines):
        for start, end in found:
            left, right = max(start - begin, 0), min(end - begin, len(line))
            if left < right:
                pieces.append((index, left, right))
        begin += len(line) + 1
    return pieces


def share(line: str, start: int, end: int) -> tuple[float, float]:
    """The part of a printed line's width (0..1) that characters [start, end) take: a Chinese character is two Latin ones wide."""
    widths = [2 if unicodedata.east_asian_width(char) in _WIDE else 1 for char in line]
    whole = sum(widths) or 1
    return sum(widths[:start]) / whole, sum(widths[:end]) / whole


def snippet(text: str, query: Query, width: int = 60) -> Snippet:
    """About `width` characters of `text` around the best hits, on one line; the beginning of the page when no phrase was asked for."""
    found = find(text, query)
    first, last = _window(found, len(text), max(width, 1))
    marks = [(max(start, first), min(end, last)) for start, end in found if start < last and end > first]
    edges = sorted({first, last, *(edge for mark in marks for edge in mark)})
    parts = [Part("…")] if first > 0 else []
    for start, end in pairwise(edges):
        shown = _one_line(text, start, end)
        if shown:
            parts.append(Part(shown, (start, end) in marks))
    if last < len(text):
        parts.append(Part("…"))
    return Snippet(tuple(parts))


def _window(found: Sequence[Span], length: int, width: int) -> Span:
    """The stretch that holds the most marked characters, the hits in its middle."""
    if not found:
        return 0, min(width, length)
    best = max(found, key=lambda span: (sum(end - start for start, end in found if span[0] <= start and end <= span[0] + width), -span[0]))
    held = [end for start, end in found if start >= best[0] and end <= best[0] + width]
    spare = max(width - (max(held, default=best[0] + width) - best[0]), 0)
    first = max(min(best[0] - spare // 2, length - width), 0)
    return first, min(first + width, length)


def _one_line(text: str, start: int, end: int) -> str:
    """Blanks and breaks go where a Chinese character stands beside them, and are one blank elsewhere."""

    def close(match: re.Match[str]) -> str:
        beside = text[max(start + match.start() - 1, 0) : start + match.start()] + text[start + match.end() : start + match.end() + 1]
        return "" if not beside or any(unicodedata.east_asian_width(char) in _WIDE for char in beside) else " "

    return _BLANKS.sub(close, text[start:end])
