"""An RGB page comes in, a small map of how much darker than its paper every spot is goes out, and whether that could be writing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from scanners.contract import Pixels

LONG_SIDE: Final = 1170  # about A4 at 100 dpi, four pixels a millimetre: enough for strokes, little enough for speed
_DARK: Final = 45  # levels below the paper that make ink for finding lines
_BLACK: Final = 50  # levels below the paper that bleed-through does not reach
_MARGIN: Final = 0.045  # of the shorter side: edges of the sheet, shadows of the lid
_WRITING_BLOBS: Final = 4
_WRITING_INK: Final = 0.5e-4  # share of the page
_STROKE_MM: Final = 6.0  # one connected scribble of this size is a signature
_MANY: Final = 80  # so many blobs of ink are no dirt
_NIGHT: Final = 100  # darker than any paper: a photo, or a sheet that was copied black
_MIN_AREA: Final = 5  # pixels of the map; less is dust
_RED: Final = 50


@dataclass(frozen=True)
class InkMap:
    """depth: height × width, levels (0..255) below the paper around; red: the same shape, True where the colour is a seal's.
    scale: pixels of the map per pixel of the page. paper: the usual level of the page, 0..255."""

    depth: NDArray[np.uint8]
    red: NDArray[np.bool_]
    scale: float
    paper: int

    @property
    def mm(self) -> float:
        """Pixels of the map per millimetre, taking the sheet for A4."""
        return float(max(self.depth.shape)) / 297

    def turned(self, clockwise: int) -> InkMap:
        """The map of the page turned by 0, 90, 180 or 270 degrees clockwise."""
        steps = -clockwise // 90
        return InkMap(np.ascontiguousarray(np.rot90(self.depth, steps)), np.rot90(self.red, steps), self.scale, self.paper)

    def dark(self) -> NDArray[np.bool_]:
        """Where there is ink, away from the edges."""
        mask = self.depth > _DARK
        edge = _edge(mask.shape)
        mask[:edge] = mask[-edge:] = False
        mask[:, :edge] = mask[:, -edge:] = False
        return mask


def _edge(shape: tuple[int, ...]) -> int:
    return max(1, int(_MARGIN * min(shape[:2])))


def measure(page: Pixels) -> InkMap:
    """The ink of an RGB page (height × width × 3), any size."""
    height, width = page.shape[:2]
    # Whole factors, and a page cut to their multiples, take OpenCV's fast path.
    factor = max(1, round(max(height, width) / LONG_SIDE))
    cut = page[: height // factor * factor or 1, : width // factor * factor or 1]
    small = cv2.resize(cut, (max(1, width // factor), max(1, height // factor)), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    quarter = cv2.resize(grey, (max(2, grey.shape[1] // 4), max(2, grey.shape[0] // 4)), interpolation=cv2.INTER_AREA)
    paper = cv2.resize(cv2.medianBlur(quarter, 31), (grey.shape[1], grey.shape[0]))
    red = cv2.subtract(small[..., 0], cv2.max(small[..., 1], small[..., 2])) > _RED
    return InkMap(np.asarray(cv2.subtract(paper, grey), np.uint8), np.asarray(red, np.bool_), 1 / factor, int(np.median(paper)))


def is_blank(ink: InkMap) -> bool:
    """True when nothing on the page could be writing or a seal: not holes, staples, streaks of the glass, or what shines through.

    In doubt it is writing: a blank page that is read costs a second, a page that is not read costs a document.
    """
    if ink.paper < _NIGHT:
        return False
    marks = ((ink.depth > _BLACK) | ink.red).astype(np.uint8)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(marks)
    boxes = boxes[1:][boxes[1:, cv2.CC_STAT_AREA] >= _MIN_AREA]
    if len(boxes) > _MANY:
        return False
    blobs = [box for box in boxes if _may_be_writing(box, marks.shape, ink.mm)]
    share = sum(int(box[cv2.CC_STAT_AREA]) for box in blobs) / max(1, marks.size)
    strokes = [box for box in blobs if max(box[cv2.CC_STAT_WIDTH], box[cv2.CC_STAT_HEIGHT]) > _STROKE_MM * ink.mm]
    return not strokes and (len(blobs) < _WRITING_BLOBS or share < _WRITING_INK)


def _may_be_writing(box: NDArray[np.int32], shape: tuple[int, ...], mm: float) -> bool:
    left, top, width, height, area = (int(value) for value in box)
    page_height, page_width = shape
    middle_x, middle_y, edge = left + width / 2, top + height / 2, _edge(shape)
    if min(middle_x, middle_y, page_width - middle_x, page_height - middle_y) < edge:
        return False
    if (width < 1.2 * mm and height > 0.3 * page_height) or (height < 1.2 * mm and width > 0.6 * page_width):
        return False  # a streak of the glass, the edge of the sheet
    border = min(left, top, page_width - left - width, page_height - top - height)
    if border > 20 * mm:
        return True
    return not (_is_hole(width / mm, height / mm, area / mm**2) or _is_staple(max(left, top) / mm, width / mm, height / mm, area / mm**2))


def _is_hole(width: float, height: float, area: float) -> bool:
    """Millimetres: round, filled, the size of a punch."""
    longer, shorter = max(width, height), min(width, height)
    return longer < 1.35 * shorter and area > 0.65 * width * height and 2.5 < longer < 12


def _is_staple(corner: float, width: float, height: float, area: float) -> bool:
    """Millimetres: a short thin line near the upper left corner."""
    length = float(np.hypot(width, height))
    return corner < 45 and length < 16 and area < 1.5 * length
