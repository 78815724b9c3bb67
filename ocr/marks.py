"""What is on a page besides print: pixels, read lines and labels come in, seals and the ink in each label's zone go out."""

from __future__ import annotations

import re
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.contract import Box, InkZone, Line, Marks, Seal
from ocr.labels import Found, Run, find_labels, make_run
from ocr.leftovers import ink_mask
from ocr.rulings import MM, find_rulings, without_rulings
from ocr.seals import black_plane, find_seals, in_colour, overlap, red_ink

Pixels = NDArray[np.uint8]
Ink = NDArray[np.uint8]

# Printed where something is to be written, and not itself the thing written.
PROMPTS = re.compile(
    r"[（(][^（）()]*(?:签|章|印|按)[^（）()]*[)）]|签名或者?盖章|签字或者?盖章|签名捺印|签名|签字|盖章|捺印|[_＿\-—…·.。:：、,，]|\s"
)
DATE = re.compile(
    r"[\d〇零一二三四五六七八九十]{2,4}[年.\-/][\d一二三四五六七八九十]{1,3}[月.\-/][\d一二三四五六七八九十]{1,3}日?(?:\d{1,2}[时:：]\d{0,2}分?)?"
)
TIME_LABEL = re.compile(r"日期|时间|年月")
EMPTY_DATE = re.compile(r"(?:二〇|20)?年?月?日?(?:时)?(?:分)?")
STAMPED = re.compile(r"[章印捺]")
LEAST_AREA = 3.0  # mm² of ink; a short name has 15 or more, a date in small figures 6
LEAST_HEIGHT, LEAST_WIDTH = 1.7, 2.4  # mm; of the tallest stroke, and of all; a row of printed dots is flat
LEAST_SPECK = 3  # working pixels; smaller is dust
ROOM = 10.0  # mm; less space than this beside a label is not meant to be written in
BELOW = 13.0  # mm; how far below a label at the right margin one signs
OPEN = 70.0  # mm; how far the answer to a label may reach where the lines of the table are broken
MARGIN = 15.0  # mm; at the right edge of a page nobody writes


def find_marks(pixels: Pixels, dpi: int, lines: Sequence[Line], labels: Sequence[str]) -> Marks:
    """Finds the red stamps of a straight page (height × width × 3, RGB) and, for each printed label, whether its zone is filled.

    A zone is filled when text was read in it, when a pen left ink in it, or, where the label asks for a stamp, when one stands in it.
    Labels are matched without brackets, spaces and 或者/或; the caller's own spelling comes back in InkZone.label.
    """
    red = red_ink(pixels, dpi)
    seals = find_seals(red)
    sheet = _Sheet(black_plane(pixels, red, seals), dpi, lines, labels)
    return Marks(seals, tuple(sheet.zone(found, seals) for found in sheet.found), in_colour(pixels))


class _Sheet:
    """One page while its zones are looked at."""

    def __init__(self, plane: Ink, dpi: int, lines: Sequence[Line], labels: Sequence[str]) -> None:
        rulings = find_rulings(plane, dpi)
        self.height, self.width = plane.shape
        self.lines, self.cells, self.step = lines, rulings.cells, rulings.step
        self.mm = MM * rulings.step  # picture pixels per millimetre
        self.ink = without_rulings(ink_mask(plane, rulings.step), rulings)
        self.cell_of = [self._cell(line.box) for line in lines]
        self.runs = self._make_runs()
        self.run_of = {glyph.line: number for number, run in enumerate(self.runs) for glyph in run.glyphs}
        self.found = find_labels(self.runs, lines, labels)

    def _cell(self, box: Box) -> Box | None:
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        around = [cell for cell in self.cells if cell[0] <= x <= cell[2] and cell[1] <= y <= cell[3]]
        return min(around, key=lambda cell: (cell[2] - cell[0]) * (cell[3] - cell[1]), default=None)

    def _make_runs(self) -> list[Run]:
        cells: dict[Box, list[int]] = {}
        runs: list[Run] = []
        for index, cell in enumerate(self.cell_of):
            if cell is None:
                runs.append(make_run(self.lines, [index], None, self.ink, self.step))
            else:
                cells.setdefault(cell, []).append(index)
        return runs + [make_run(self.lines, indices, cell, self.ink, self.step) for cell, indices in cells.items()]

    def zone(self, found: Found, seals: Sequence[Seal]) -> InkZone:
        box = self._where(found)
        text, values = self._written(found, box)
        share, pen = self._pen(box, found, values)
        stamped = any(_stands_in(seal, box, found.label + found.hint) for seal in seals)
        return InkZone(found.label, box, round(share, 4), len(text) >= 2 or pen or stamped)

    # Where the zone is

    def _where(self, found: Found) -> Box:
        cell = self.runs[found.run].cell
        box = self._beside(found) if cell is None else self._in_table(found, cell)
        x0, y0, x1, y1 = box
        x0, y0 = max(0, min(x0, self.width - 2)), max(0, min(y0, self.height - 2))
        return x0, y0, max(x0 + 1, min(x1, self.width)), max(y0 + 1, min(y1, self.height))

    def _beside(self, found: Found) -> Box:
        """To the right of the label as far as the next label or the margin; below it when there is no room."""
        x0, y0, x1, y1 = found.box
        half = round(0.6 * (y1 - y0))
        right = round(max(self.width - MARGIN * self.mm, max((line.box[2] for line in self.lines), default=0)))
        right = min([right, *self._stops(found)])
        if right - x1 < ROOM * self.mm:
            return x0, y1, max(right, x1), y1 + round(BELOW * self.mm)
        return x1, y0 - half, right, y1 + half

    def _stops(self, found: Found) -> list[int]:
        """The x of what ends a zone in its row: another label, or another piece of the form that ends in a colon."""
        middle = (found.box[1] + found.box[3]) / 2
        others = [one.box for one in self.found if one is not found]
        others += [line.box for line in self.lines if re.match(r"[^:：]{1,12}[:：]", line.text)]
        return [box[0] for box in others if box[1] <= middle <= box[3] and box[0] >= found.box[2] - 2]

    def _in_table(self, found: Found, cell: Box) -> Box:
        """The rest of the label's own cell when it leaves room there, else the cell beside it, else the one below it."""
        own = self._own_cell(found, cell)
        if not found.alone:
            return own or cell
        beside = self._next(cell, axis=0)
        answers_itself = own if found.colon else None
        if beside is not None and not self._is_label_cell(beside):
            # "签名：" in a cell of its own is answered there when that leaves more room than the next cell.
            return own if answers_itself and own and own[2] - own[0] >= beside[2] - beside[0] else self._inset(beside)
        if beside is not None and answers_itself:
            return answers_itself
        if beside is None and (open_side := self._open_side(found, cell)) is not None:
            return open_side
        below = self._next(cell, axis=1)
        if below is not None and not self._is_label_cell(below):
            return self._inset(below)
        return own or self._inset(beside or cell)

    def _own_cell(self, found: Found, cell: Box) -> Box | None:
        x0, y0, x1, y1 = self._inset(cell)
        followers = [one for one in self.found if one.run == found.run and one.start > found.start]
        in_row = [one.box[0] for one in followers if one.box[1] < found.box[3] - 2]
        below = [one.box[1] for one in followers if one.box[1] >= found.box[3] - 2]
        right, bottom = min([x1, *in_row]), min([y1, *below])
        line_height = found.box[3] - found.box[1]
        if bottom - found.box[3] > 1.2 * line_height and not in_row:
            return x0, max(y0, found.box[1]), right, bottom
        if right - found.box[2] >= ROOM * self.mm:
            return found.box[2], max(y0, found.box[1] - line_height), right, min(bottom, found.box[3] + line_height)
        return None

    def _open_side(self, found: Found, cell: Box) -> Box | None:
        """The space right of a cell whose neighbour is not closed, because a stamp or a signature broke its lines."""
        middle = (cell[1] + cell[3]) / 2
        table_end = max(one[2] for one in self.cells)
        ends = [one[0] for one in self.cells if one[0] >= cell[2] and one[1] <= middle <= one[3]]
        right = min([table_end, cell[2] + round(OPEN * self.mm), *ends])
        if right - cell[2] < ROOM * self.mm:
            return None
        rim = round(0.6 * self.mm)
        return found.box[2], cell[1] + rim, right - rim, cell[3] - rim

    def _next(self, cell: Box, axis: int) -> Box | None:
        """The nearest cell to the right (axis 0) or below (axis 1) that faces this one."""
        reach, other = 2.5 * self.mm, 1 - axis

        def faces(one: Box) -> bool:
            common = min(one[other + 2], cell[other + 2]) - max(one[other], cell[other])
            return abs(one[axis] - cell[axis + 2]) <= reach and common > 0.5 * min(
                one[other + 2] - one[other], cell[other + 2] - cell[other]
            )

        return min((one for one in self.cells if one != cell and faces(one)), key=lambda one: one[other], default=None)

    def _is_label_cell(self, cell: Box) -> bool:
        return any(self.runs[one.run].cell == cell and one.alone for one in self.found)

    def _inset(self, cell: Box) -> Box:
        rim = round(0.6 * self.mm)
        return cell[0] + rim, cell[1] + rim, cell[2] - rim, cell[3] - rim

    # What is in it

    def _written(self, found: Found, zone: Box) -> tuple[str, set[int]]:
        """The text in the zone that is no prompt, and the lines that it was read from."""
        behind = self._behind(found)
        texts = [behind] if behind else []
        values: set[int] = set()
        for index, line in enumerate(self.lines):
            if self.run_of.get(index) != found.run and _centre_in(line.box, zone) and (rest := _filled_in(found.label, line.text)):
                texts.append(rest)
                values.add(index)
        return "".join(texts), values

    def _behind(self, found: Found) -> str:
        run = self.runs[found.run]
        ends = [one.start for one in self.found if one.run == found.run and one.start > found.start]
        return _filled_in(found.label, run.text[found.end : min([len(run.glyphs), *ends])])

    def _pen(self, zone: Box, found: Found, values: set[int]) -> tuple[float, bool]:
        """The share of the zone (0..1) that is ink no print explains, and whether it is enough for a pen."""
        step = self.step
        x0, y0, x1, y1 = (edge // step for edge in zone)
        ink = self.ink[y0:y1, x0:x1].copy()
        pad = round(0.5 * MM)
        for bx0, by0, bx1, by1 in self._print(found, values):
            ink[
                max(0, by0 // step - pad - y0) : max(0, by1 // step + pad - y0),
                max(0, bx0 // step - pad - x0) : max(0, bx1 // step + pad - x0),
            ] = 0
        if ink.size == 0:
            return 0.0, False
        count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
        strokes = stats[1:count][stats[1:count, cv2.CC_STAT_AREA] >= LEAST_SPECK]
        if len(strokes) == 0:
            return 0.0, False
        area = int(strokes[:, 4].sum())
        wide = (strokes[:, 0] + strokes[:, 2]).max() - strokes[:, 0].min()
        high = strokes[:, 3].max()
        enough = area >= LEAST_AREA * MM**2 and wide >= LEAST_WIDTH * MM and high >= LEAST_HEIGHT * MM
        return float(area / ink.size), bool(enough)

    def _print(self, found: Found, values: set[int]) -> list[Box]:
        """The boxes of print: every line but the values, and of the label's own run the label and its prompts."""
        boxes = [line.box for index, line in enumerate(self.lines) if index not in values and self.run_of.get(index) != found.run]
        run = self.runs[found.run]
        filled_in = self._behind(found)
        for place, glyph in enumerate(run.glyphs):
            if glyph.text != " " and (place < found.end or not filled_in):
                y0, y1 = self.lines[glyph.line].box[1], self.lines[glyph.line].box[3]
                boxes.append((round(glyph.x0), y0, round(glyph.x1), y1))
        return boxes


def _centre_in(box: Box, zone: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return zone[0] <= x <= zone[2] and zone[1] <= y <= zone[3]


def _stands_in(seal: Seal, zone: Box, label: str) -> bool:
    """Whether a stamp answers a label that asks for one: a seal is larger than a row of a form, so a good part of it is enough."""
    if seal.shape == "other" or not STAMPED.search(label):
        return False
    area = (seal.box[2] - seal.box[0]) * (seal.box[3] - seal.box[1])
    part = 0.25 if "签" in label else 0.1  # where one may sign instead, a seal that strays in proves little
    return _centre_in(seal.box, zone) or overlap(seal.box, zone) >= part * area


def _filled_in(label: str, text: str) -> str:
    """What was filled in: 年 月 日 without figures, （签名）, ____ are what the form asks for, and a date is nobody's signature."""
    spaceless = re.sub(r"\s", "", text)
    rest = PROMPTS.sub("", spaceless if TIME_LABEL.search(label) else DATE.sub("", spaceless))
    return "" if EMPTY_DATE.fullmatch(rest) else rest
