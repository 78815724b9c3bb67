"""A paper made of blocks comes in; its drawn pages come out, broken where the sheet is full."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dossier.demo.blocks import Block, Drawing, Gap, Grid, Hand, Paper, Run, Runs, Sign, Space, Stamp, Text, Together
from dossier.demo.draw import BOTTOM, HEIGHT, MARGIN, TOP, WIDTH, Sheet, px
from dossier.demo.fonts import font, length

INNER = WIDTH - 2 * MARGIN
PADDING = px(5)
_WORDS = re.compile(r"\n|[A-Za-z0-9.,:%*/@\-]+|.", re.DOTALL)
_NEVER_FIRST = frozenset("，。、；：？！）》〉”’】%")
_NEVER_LAST = frozenset("（《〈“‘【")


@dataclass
class _Piece:
    run: Run
    text: str
    width: float


def draw(paper: Paper) -> list[Sheet]:
    """The pages of a paper. The same paper always gives the same pixels. Raises FontMissingError."""
    layout = _Layout(paper)
    for block in paper.blocks:
        layout.add(block)
    for number, sheet in enumerate(layout.sheets, start=1):
        _finish(sheet, paper, number, len(layout.sheets))
    return layout.sheets


class _Layout:
    """Puts blocks one below the other and opens a new sheet when one is full."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.sheets: list[Sheet] = []
        self.bottom = BOTTOM - (px(34) if paper.foot else 0)
        self._open()

    def add(self, block: Block) -> None:
        match block:
            case Space(points):
                self.sheet.y += px(points)
            case Text():
                self._text(block)
            case Grid():
                self._grid(block)
            case Stamp():
                _stamp(self.sheet, block)
            case Drawing(height, paint):
                self._need(px(height))
                paint(self.sheet, self.sheet.y)
                self.sheet.y += px(height)
            case Together(blocks):
                self._need(sum(self._height(inner) for inner in blocks))
                for inner in blocks:
                    self.add(inner)

    def _open(self) -> None:
        self.sheet = Sheet(f"{self.paper.name}|{self.paper.case_no}|{len(self.sheets)}")
        self.sheets.append(self.sheet)

    def _need(self, height: int) -> None:
        if self.sheet.y + height > self.bottom and self.sheet.y > TOP:
            self._open()

    def _height(self, block: Block) -> int:
        if isinstance(block, Text):
            return len(self._lines(block)) * px(block.size * block.leading) + px(block.gap)
        if isinstance(block, Space | Drawing):
            return px(block.points if isinstance(block, Space) else block.height)
        if isinstance(block, Grid):
            return sum(_row_height(cells, block) for cells in self._cells(block)) + px(block.gap)
        return 0

    def _lines(self, block: Text) -> list[list[_Piece]]:
        size = px(block.size)
        indent = 2 * size if block.indent else 0
        return wrap(block.runs, block.face or self.paper.face, size, INNER, indent)

    def _text(self, block: Text) -> None:
        size, step = px(block.size), px(block.size * block.leading)
        for number, line in enumerate(self._lines(block)):
            self._need(step)
            width = sum(piece.width for piece in line)
            x = float(MARGIN + (2 * size if block.indent and number == 0 else 0))
            if block.align != "left":
                x = (WIDTH - width) / 2 if block.align == "center" else WIDTH - MARGIN - width - size
            _line(self.sheet, line, x, self.sheet.y, step, block.face or self.paper.face, size)
            self.sheet.y += step
        self.sheet.y += px(block.gap)

    def _cells(self, block: Grid) -> list[list[tuple[float, list[list[_Piece]]]]]:
        rows = []
        for row in block.rows:
            widths = _widths(block.widths, len(row))
            rows.append([(w, wrap(cell, self.paper.face, px(block.size), w - 2 * PADDING)) for cell, w in zip(row, widths, strict=True)])
        return rows

    def _grid(self, block: Grid) -> None:
        for cells in self._cells(block):
            height = _row_height(cells, block)
            self._need(height)
            _row(self.sheet, cells, height, self.paper.face, block)
        self.sheet.y += px(block.gap)


def wrap(runs: Runs, face: str, size: int, width: float, indent: float = 0) -> list[list[_Piece]]:
    """Runs as lines no wider than `width` pixels; numbers stay whole, no line starts with a closing mark; signatures are one piece."""
    lines: list[list[_Piece]] = [[]]
    room = width - indent
    for piece in _pieces(runs, face, size):
        if piece.text == "\n":
            lines.append([])
            room = width
            continue
        if piece.width > room and lines[-1]:
            taken = _taken_along(lines[-1], piece)
            lines.append(taken)
            room = width - sum(moved.width for moved in taken)
        lines[-1].append(piece)
        room -= piece.width
    return [_merged(line) for line in lines]


def _taken_along(line: list[_Piece], piece: _Piece) -> list[_Piece]:
    """What must move to the next line with `piece`, so that no closing mark begins it and no opening mark ends this one."""
    taken: list[_Piece] = []
    first = piece.text
    while len(line) > 1 and (first in _NEVER_FIRST or line[-1].text in _NEVER_LAST):
        taken.insert(0, line.pop())
        first = taken[0].text
    return taken


def _pieces(runs: Runs, face: str, size: int) -> Iterable[_Piece]:
    for run in runs if isinstance(runs, tuple) else (runs,):
        match run:
            case str():
                yield from (_Piece("", word, 0 if word == "\n" else length(face, word, size)) for word in _WORDS.findall(run))
            case Hand(text):
                pen = font("kai", round(size * 1.12))
                yield from (_Piece(Hand(char), char, pen.getlength(char) + 1) for char in text)
            case Sign(name):
                yield _Piece(run, "", size * 1.5 * (0.9 * max(2, len(name)) + 0.4))
            case Gap(points):
                yield _Piece(run, "", px(points))


def _merged(line: list[_Piece]) -> list[_Piece]:
    """Neighbouring pieces of one kind as one, so that a line of print is drawn, and told, as one line."""
    merged: list[_Piece] = []
    for piece in line:
        last = merged[-1] if merged else None
        if last and isinstance(piece.run, str | Hand) and type(last.run) is type(piece.run):
            last.text, last.width = last.text + piece.text, last.width + piece.width
        else:
            merged.append(_Piece(piece.run, piece.text, piece.width))
    return merged


def _line(sheet: Sheet, line: Sequence[_Piece], x: float, top: float, step: int, face: str, size: int) -> None:
    baseline = top + step / 2 + size * 0.36
    for piece in line:
        if isinstance(piece.run, str):
            sheet.text(x, baseline, piece.text, face, size)
        elif isinstance(piece.run, Hand):
            sheet.hand(x, baseline, piece.text, size)
        elif isinstance(piece.run, Sign) and piece.run.name:
            sheet.sign(x, baseline, piece.run.name, size, finger=piece.run.finger)
        x += piece.width
    sheet.middle = round(top + step / 2)


def _widths(shares: Sequence[float], cells: int) -> list[float]:
    """A row with fewer cells than columns gives the columns left over to its last cell."""
    unit = INNER / sum(shares)
    widths = [share * unit for share in shares[:cells]]
    widths[-1] += sum(shares[cells:]) * unit
    return widths


def _row_height(cells: Sequence[tuple[float, list[list[_Piece]]]], block: Grid) -> int:
    most = max(len(lines) for _, lines in cells)
    return max(px(block.height), most * px(block.size * 1.5) + 2 * PADDING)


def _row(sheet: Sheet, cells: Sequence[tuple[float, list[list[_Piece]]]], height: int, face: str, block: Grid) -> None:
    """The cells of a row share the first baseline: a label stands level with the first line of what it asks for."""
    step, size = px(block.size * 1.5), px(block.size)
    most = max(len(lines) for _, lines in cells)
    top = sheet.y + (height - most * step) / 2
    x = float(MARGIN)
    sheet.rule(x, sheet.y, x, sheet.y + height)
    for width, lines in cells:
        short = len(lines) == 1 and sum(piece.width for piece in lines[0]) < width * 0.94 and len(cells) > 2
        for number, line in enumerate(lines):
            start = x + (width - sum(piece.width for piece in line)) / 2 if short else x + PADDING
            _line(sheet, line, start, top + number * step, step, face, size)
        x += width
        sheet.rule(x, sheet.y, x, sheet.y + height)
    for edge in (sheet.y, sheet.y + height):
        sheet.rule(MARGIN, edge, MARGIN + INNER, edge)
    sheet.y += height


def _stamp(sheet: Sheet, block: Stamp) -> None:
    sheet.seal(MARGIN + INNER * block.at, sheet.middle + px(block.down), block.ring, block.shape, block.foot)


def _finish(sheet: Sheet, paper: Paper, number: int, total: int) -> None:
    """The foot of a page: signatures of a record, and its page mark."""
    size = px(13)
    if paper.foot:
        line = wrap(paper.foot, paper.face, size, INNER)[0]
        _line(sheet, line, MARGIN, BOTTOM - px(30), px(24), paper.face, size)
    if paper.numbered:
        words = f"第 {number} 页 共 {total} 页"
        width = length(paper.face, words, px(11))
        sheet.text((WIDTH - width) / 2, HEIGHT - px(44), words, paper.face, px(11))
