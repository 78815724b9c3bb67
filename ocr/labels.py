"""Printed labels: lines of a page and the labels that matter come in, each place where one is printed goes out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr.contract import Box, Line

Ink = NDArray[np.uint8]

HINT = re.compile(r"\s*[)）]?\s*(?:[（(][^（）()]{0,16}[)）])?\s*(?P<colon>[:：])?")
SENTENCE = re.compile(r"[，。；,;？！]")
# 送达人 must not be found in 受送达人, 院长 not in 副院长, 申请人 not in 被申请人.
LONGER_WORD = frozenset("被受副原代议请托同")
SHORT_REST = 16  # characters: a name and a date; more is a sentence
FUZZY = 7  # characters; a shorter label with one wrong character may be another label (见证人, 保证人)


@dataclass(frozen=True)
class Glyph:
    """One character of a line and where it is printed (x0, x1 in pixels), as well as can be told."""

    text: str
    line: int
    x0: float
    x1: float


@dataclass(frozen=True)
class Found:
    """A label as printed: its box (pixels), the glyphs behind it in the same run, and what the form says about it.

    colon: a colon ends it. hint: the whole printed label with its brackets. alone: nothing else stands in the run. run: which run.
    """

    label: str
    box: Box
    run: int
    start: int
    end: int
    colon: bool
    hint: str
    alone: bool


@dataclass(frozen=True)
class Run:
    """Lines that are read as one: a single line, or all lines of one cell."""

    glyphs: tuple[Glyph, ...]
    cell: Box | None

    @property
    def text(self) -> str:
        return "".join(glyph.text for glyph in self.glyphs)


def make_run(lines: Sequence[Line], indices: Sequence[int], cell: Box | None, ink: Ink, step: int) -> Run:
    """Lines as glyphs with places; `ink` (0 | 255, at `step`) tells where the gaps between words are."""
    glyphs: list[Glyph] = []
    for index in indices:
        glyphs += _glyphs(lines[index], index, ink, step)
    return Run(tuple(glyphs), cell)


def _units(text: str) -> list[float]:
    return [0.55 if ord(character) < 0x2E80 else 1.0 for character in text]


def _glyphs(line: Line, index: int, ink: Ink, step: int) -> list[Glyph]:
    words = line.text.split()
    if not words:
        return []
    spans = _spans(line, len(words), ink, step)
    if spans is None:
        words, spans = [line.text], [(float(line.box[0]), float(line.box[2]))]
    glyphs: list[Glyph] = []
    for number, (word, (x0, x1)) in enumerate(zip(words, spans, strict=True)):
        if number:
            glyphs.append(Glyph(" ", index, glyphs[-1].x1, x0))
        edges = np.concatenate([[0.0], np.cumsum(_units(word))])
        edges = x0 + edges / edges[-1] * (x1 - x0)
        glyphs += [Glyph(character, index, float(a), float(b)) for character, a, b in zip(word, edges, edges[1:], strict=False)]
    return glyphs


def _spans(line: Line, words: int, ink: Ink, step: int) -> list[tuple[float, float]] | None:
    """Where each word of a line with spaces stands, by the widest gaps in its ink; None when the picture shows other gaps."""
    x0, y0, x1, y1 = (edge // step for edge in line.box)
    if words < 2 or x1 - x0 < 4:
        return None
    columns = np.flatnonzero(ink[y0 : y1 + 1, x0 : x1 + 1].any(axis=0))
    gaps = np.diff(columns)
    if gaps.size < words - 1:
        return None
    widest = np.sort(np.argsort(gaps, kind="stable")[-(words - 1) :])
    if gaps[widest].min() < 0.3 * (y1 - y0):
        return None
    starts = columns[np.concatenate([[0], widest + 1])]
    ends = columns[np.concatenate([widest, [-1]])] + 1
    return [(float((x0 + a) * step), float((x0 + b) * step)) for a, b in zip(starts, ends, strict=True)]


def find_labels(runs: Sequence[Run], lines: Sequence[Line], labels: Sequence[str]) -> list[Found]:
    """Every printed label; where labels overlap the longest counts. Brackets, spaces and one misread character in seven do not matter."""
    found: list[Found] = []
    spelled = {label: _plain(label) for label in labels if _plain(label)}
    tries = sorted((-len(plain), rough, label) for label, plain in spelled.items() for rough in (False, True))
    for number, run in enumerate(runs):
        letters = _letters(run)
        taken: set[int] = set()
        text = "".join(character for character, _ in letters)
        for size, rough, label in tries:
            for at in _rough_matches(text, spelled[label]) if rough else _matches(text, spelled[label]):
                places = [place for _, place in letters[at : at - size]]
                if not taken & set(places) and (one := _accept(run, number, lines, label, places)):
                    taken |= set(range(one.start, one.end))
                    found.append(one)
    return sorted(found, key=lambda one: (one.run, one.start))


def _letters(run: Run) -> list[tuple[str, int]]:
    """The letters of a run with the place of their glyph, spelled as labels are."""
    letters = [(character, place) for place, glyph in enumerate(run.glyphs) for character in _plain(glyph.text)]
    return [one for before, one in zip([("", -1), *letters], letters, strict=False) if (before[0], one[0]) != ("或", "者")]


def _plain(text: str) -> str:
    normal = unicodedata.normalize("NFKC", text).replace("或者", "或")
    return "".join(character for character in normal if character.isalnum())


def _matches(text: str, plain: str) -> Iterator[int]:
    at = text.find(plain)
    while at >= 0:
        yield at
        at = text.find(plain, at + 1)


def _rough_matches(text: str, plain: str) -> Iterator[int]:
    """Where a long label is written but for one character in FUZZY; who signs is told by the first two characters, which must be right."""
    wrong = len(plain) // FUZZY
    if not wrong:
        return
    for at in _matches(text, plain[:2]):
        window = text[at : at + len(plain)]
        if len(window) == len(plain) and 0 < sum(a != b for a, b in zip(window, plain, strict=True)) <= wrong:
            yield at


def _accept(run: Run, number: int, lines: Sequence[Line], label: str, places: Sequence[int]) -> Found | None:
    """A label is one when the form treats it as one: a colon, a bracket, a blank or nothing behind it; not a word in a sentence."""
    text = run.text
    start, end = places[0], places[-1] + 1
    if start and text[start - 1] in LONGER_WORD:
        return None
    hint = HINT.match(text, end)
    stop = hint.end() if hint else end
    rest = text[stop:]
    begins = start == 0 or not text[start - 1].isalnum() or run.glyphs[start - 1].line != run.glyphs[start].line
    formal = stop > end or not rest or not rest[0].isalnum()
    short = begins and len(rest) <= SHORT_REST and not SENTENCE.search(rest)
    if not (formal and (begins or text[end:stop].strip())) and not short:
        return None
    if formal and not text[end:stop].strip() and (rest[:1] == "、" or SENTENCE.match(rest)):
        return None  # a word before a comma
    box = _box(run.glyphs[start:stop], lines)
    alone = not _plain(text[:start] + rest)
    return Found(label, box, number, start, stop, bool(hint and hint["colon"]), text[start:stop], alone)


def _box(glyphs: Sequence[Glyph], lines: Sequence[Line]) -> Box:
    own = [lines[glyph.line].box for glyph in glyphs]
    return (
        round(min(glyph.x0 for glyph in glyphs)),
        min(box[1] for box in own),
        round(max(glyph.x1 for glyph in glyphs)),
        max(box[3] for box in own),
    )
