"""Text as it was read to text that compares: width, brackets, spaces and look-alike characters folded, lines joined to rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from review.facts import Box, PageFacts, TextLine

_BRACKETS = str.maketrans(dict.fromkeys("〔【[{〖﹝⟨", "(") | dict.fromkeys("〕】]}〗﹞⟩", ")") | dict.fromkeys("—–―─‐‑−━", "-"))
# Pairs that readers confuse and that never tell two papers of a court apart; both sides of a comparison are folded.
_ALIKE = str.maketrans("己巳末曰囗執號栽", "已已未日口执号裁")
_SPACE = re.compile(r"\s+")
_HAN = re.compile(r"[\u4e00-\u9fff]")


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Half-width, one kind of bracket and dash, look-alikes folded; blanks and line breaks stay."""
    return unicodedata.normalize("NFKC", text).translate(_BRACKETS).translate(_ALIKE)


@lru_cache(maxsize=4096)
def compact(text: str) -> str:
    """fold() without any white space: '执 行 裁 定 书' and '执行裁定书' are the same."""
    return _SPACE.sub("", fold(text))


def han(text: str) -> str:
    """Only the Chinese characters of a text."""
    return "".join(_HAN.findall(text))


@dataclass(frozen=True)
class Row:
    """What stands on one height of a page: the lines from left to right, their text with a blank between, the box around them."""

    text: str
    box: Box
    cells: tuple[str, ...]
    boxes: tuple[Box, ...] = ()

    @property
    def compact(self) -> str:
        return compact(self.text)

    @property
    def height(self) -> int:
        return self.box[3] - self.box[1]


def _row(lines: Sequence[TextLine]) -> Row:
    ordered = sorted(lines, key=lambda line: line.box[0])
    boxes = [line.box for line in ordered]
    box = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
    cells = tuple(line.text.strip() for line in ordered)
    return Row(" ".join(cells), box, cells, tuple(boxes))


def _same_height(one: Box, two: Box) -> bool:
    overlap = min(one[3], two[3]) - max(one[1], two[1])
    return overlap > 0.5 * min(one[3] - one[1], two[3] - two[1])


@lru_cache(maxsize=512)
def _rows_of(lines: tuple[TextLine, ...]) -> tuple[Row, ...]:
    if not all(line.box[3] > line.box[1] for line in lines):
        return tuple(Row(line.text.strip(), line.box, (line.text.strip(),), (line.box,)) for line in lines if line.text.strip())
    groups: list[list[TextLine]] = []
    for line in sorted((one for one in lines if one.text.strip()), key=lambda one: (one.box[1] + one.box[3], one.box[0])):
        if groups and _same_height(groups[-1][0].box, line.box) and not _same_column(groups[-1], line):
            groups[-1].append(line)
        else:
            groups.append([line])
    return tuple(_row(group) for group in groups)


def _same_column(group: Sequence[TextLine], line: TextLine) -> bool:
    """True when the line stands above or below one of the group, not beside it."""
    width = line.box[2] - line.box[0]
    return any(min(other.box[2], line.box[2]) - max(other.box[0], line.box[0]) > 0.5 * width for other in group)


def rows(page: PageFacts) -> tuple[Row, ...]:
    """The rows of a page from top to bottom; without boxes every line is a row, in reading order."""
    return _rows_of(page.lines)


def page_of_text(text: str, ref: str = "text", index: int = 0) -> PageFacts:
    """A page made of bare text, one line a row, without boxes, seals or zones."""
    lines = tuple(TextLine(line, (0, 0, 0, 0)) for line in text.splitlines() if line.strip())
    return PageFacts(ref=ref, index=index, lines=lines, blank=not lines, page=index + 1)
