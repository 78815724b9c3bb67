"""The engine for born-digital pages: a page with its own text layer comes in, that text goes out, or what was read from the picture."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.contract import Box, Line, PageImage, PageText, Recognizer
from ocr.leftovers import ink_mask
from ocr.order import arrange
from ocr.rulings import MM, Rulings, find_rulings, without_rulings

Plane = NDArray[np.uint8]
GARBAGE = re.compile(r"\(cid:\d+\)|[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f\x7f-\x9f]|[\U000f0000-\U0010ffff]")
HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]")
MOST_GARBAGE = 0.03  # of all characters; a dossier page may have one odd bullet
FEWEST_COMMON = 0.7  # of the Han characters in GB 2312's everyday half; prose has 97 %, UTF-8 read as GBK has about 50 %
MANY = 60  # components of the size of print: a page on which something is written
LEAST_INK = 0.6  # of the pieces must have ink beneath them, or the text is not what is seen
LEAST_COVER = 0.6  # of the components of the size of print must lie beneath the layer, or it is only part of what is seen


class PdfTextEngine:
    """Trusts a text layer only as far as it agrees with the picture; everything else is read by another engine."""

    def __init__(self, fallback: Recognizer) -> None:
        """`fallback` reads pages without a layer, and those whose layer is empty or wrong."""
        self._fallback = fallback
        self._own = f"pdftext {importlib.metadata.version('pdfplumber')}"

    @property
    def name(self) -> str:
        return f"{self._own} + {self._fallback.name}"

    def read(self, page: PageImage) -> PageText:
        """The layer's lines in reading order, or the fallback's; `engine` tells which, and what was wrong with the layer.

        Raises ReaderError when the fallback does.
        """
        if page.text_layer is None:
            return self._fallback.read(page)
        plane = np.ascontiguousarray(page.pixels[..., 0])
        rulings = find_rulings(plane, page.dpi)
        fault = layer_fault(page.text_layer, plane, rulings)
        if fault is None:
            return PageText(arrange(page.text_layer, rulings.cells), self._own)
        read = self._fallback.read(page)
        return PageText(read.lines, f"{read.engine} (pdftext: {fault})")


def layer_fault(layer: Sequence[Line], plane: Plane, rulings: Rulings) -> str | None:
    """Why a text layer is not to be trusted: empty | garbage | mojibake | no_han | elsewhere | partial; None when it is sound."""
    text = "".join(line.text for line in layer)
    letters = re.sub(r"\s", "", text)
    print_boxes = _print_sized(plane, rulings)
    if not letters:
        return "empty" if len(print_boxes) else None
    if sum(len(hit) for hit in GARBAGE.findall(letters)) > MOST_GARBAGE * len(letters):
        return "garbage"
    han = HAN.findall(letters)
    if not han and len(print_boxes) >= MANY:
        return "no_han"
    if len(han) >= 20 and sum(map(_everyday, han)) < FEWEST_COMMON * len(han):
        return "mojibake"
    return _disagreement([line.box for line in layer], plane, print_boxes, rulings.step)


def _everyday(character: str) -> bool:
    """Whether it is one of the 3,755 characters of GB 2312 level 1 (rows B0 to D7)."""
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return 0xB0 <= code[0] <= 0xD7


def _print_sized(plane: Plane, rulings: Rulings) -> NDArray[np.int32]:
    """The components that could be letters (1 to 10 mm), ruled lines left out: rows of x, y, w, h at the rulings' step."""
    ink = without_rulings(ink_mask(plane, rulings.step), rulings)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    sides = stats[1:, 2:4]
    return np.asarray(stats[1:, :4][(sides.max(axis=1) >= 1.0 * MM) & (sides.max(axis=1) <= 10 * MM)], np.int32)


def _disagreement(boxes: Sequence[Box], plane: Plane, print_boxes: NDArray[np.int32], step: int) -> str | None:
    paper = float(np.median(plane[::8, ::8]))
    inked = sum(bool((plane[y0:y1, x0:x1] < paper - 40).any()) for x0, y0, x1, y1 in boxes)
    if inked < LEAST_INK * len(boxes):
        return "elsewhere"
    if len(print_boxes) < MANY:
        return None
    covered = np.zeros((plane.shape[0] // step + 2, plane.shape[1] // step + 2), bool)
    for x0, y0, x1, y1 in boxes:
        covered[max(0, y0 // step - 2) : y1 // step + 2, max(0, x0 // step - 2) : x1 // step + 2] = True
    centres = print_boxes[:, :2] + print_boxes[:, 2:] // 2
    return "partial" if covered[centres[:, 1], centres[:, 0]].mean() < LEAST_COVER else None
