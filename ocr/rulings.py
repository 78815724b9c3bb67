"""Ruled lines and the cells between them: a grey plane comes in, line masks and cell boxes go out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.contract import Box

Plane = NDArray[np.uint8]

WORK_DPI = 100
MM = WORK_DPI / 25.4
ACROSS = 10.0  # mm; the shortest horizontal line that is ruled rather than a stroke of a headline
DOWN = 8.0  # mm; the same for vertical lines, which run through several rows of a table
THICKEST = 1.8  # mm; a darker bar is the edge of a scan or a picture
LEAST_WIDTH, LEAST_HEIGHT = 4.0, 2.5  # mm; a cell that could hold one character


@dataclass(frozen=True)
class Rulings:
    """Masks (0 | 255) of the ruled lines, `step` picture pixels per mask pixel, and the cells in pixels of the picture."""

    across: Plane
    down: Plane
    step: int
    cells: tuple[Box, ...]


def find_rulings(plane: Plane, dpi: int) -> Rulings:
    """Finds the ruled lines of a straight page (height × width, 0 = ink) and the closed cells they make."""
    step = max(1, round(dpi / WORK_DPI))
    dark = _dark(plane, step)
    across = _open(dark, (round(ACROSS * MM), 1))
    down = _open(dark, (1, round(DOWN * MM)))
    cells = _cells(across, down)
    return Rulings(across, down, step, tuple((x0 * step, y0 * step, x1 * step, y1 * step) for x0, y0, x1, y1 in cells))


def _dark(plane: Plane, step: int) -> Plane:
    """Ink at WORK_DPI; the darkest pixel of each square is kept, or a hairline would fade away."""
    small = cv2.erode(plane, np.ones((step, step), np.uint8), anchor=(0, 0))[::step, ::step] if step > 1 else plane
    small = np.ascontiguousarray(small)
    block = round(6 * MM) | 1
    dark = cv2.adaptiveThreshold(small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, 18)
    side = round(THICKEST * MM)
    solid = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    return np.asarray(cv2.bitwise_and(dark, cv2.bitwise_not(cv2.dilate(solid, np.ones((3, 3), np.uint8)))), np.uint8)


def _open(dark: Plane, size: tuple[int, int]) -> Plane:
    """Runs of ink at least as long as `size`; one pixel of sideways drift is bridged, so that 0.3° of skew breaks no line."""
    width, height = size
    sideways = np.ones((1, 3) if height > width else (3, 1), np.uint8)
    thick = cv2.dilate(dark, sideways)
    runs = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((height, width), np.uint8))
    return np.asarray(cv2.bitwise_and(runs, cv2.dilate(dark, sideways)), np.uint8)


def _cells(across: Plane, down: Plane) -> list[Box]:
    open_space = ((cv2.dilate(across, np.ones((1, 9), np.uint8)) == 0) & (cv2.dilate(down, np.ones((9, 1), np.uint8)) == 0)).astype(
        np.uint8
    )
    height, width = open_space.shape
    count, _, stats, _ = cv2.connectedComponentsWithStats(open_space, connectivity=4)
    found: list[Box] = []
    for x, y, w, h, area in stats[1:count].tolist():
        touches = x == 0 or y == 0 or x + w == width or y + h == height
        if touches or w < LEAST_WIDTH * MM or h < LEAST_HEIGHT * MM or area < 0.75 * w * h:
            continue
        if w * h < 0.6 * width * height:  # a frame around the whole page is no table
            found.append((x, y, x + w, y + h))
    return found


def without_rulings(ink: Plane, rulings: Rulings) -> Plane:
    """The same ink (0 | 255, at the rulings' step) with the ruled lines wiped out, in place."""
    lines = cv2.dilate(rulings.across | rulings.down, np.ones((3, 3), np.uint8))
    ink[cv2.resize(lines, (ink.shape[1], ink.shape[0]), interpolation=cv2.INTER_NEAREST) > 0] = 0
    return ink


def erased(plane: Plane, rulings: Rulings) -> Plane:
    """A copy of the page with its ruled lines painted over in the colour of the paper."""
    lines = cv2.dilate(rulings.across | rulings.down, np.ones((3, 3), np.uint8))
    height, width = plane.shape
    whole = cv2.resize(lines, (lines.shape[1] * rulings.step, lines.shape[0] * rulings.step), interpolation=cv2.INTER_NEAREST)[
        :height, :width
    ]
    clean = plane.copy()
    clean[: whole.shape[0], : whole.shape[1]][whole > 0] = np.uint8(np.median(plane[::8, ::8]))
    return clean


def ruled_at(rulings: Rulings, box: Box, margin: int) -> list[int]:
    """The x (pixels of the picture) of vertical lines that cross a box of text from top to bottom, `margin` pixels from its ends."""
    step = rulings.step
    x0, y0, x1, y1 = (box[0] + margin) // step, box[1] // step, (box[2] - margin) // step, -(-box[3] // step)
    if x1 - x0 < 1 or y1 - y0 < 2:
        return []
    reach = round(1.5 * MM)  # a stroke of a letter ends where the letter ends, a ruled line goes on
    taller = rulings.down[max(0, y0 - reach) : y1 + reach, x0:x1]
    share = np.count_nonzero(rulings.down[y0:y1, x0:x1], axis=0) / (y1 - y0)
    beyond = np.count_nonzero(taller, axis=0) - share * (y1 - y0)
    hits = np.flatnonzero((share >= 0.85) & (beyond >= reach * 0.8))
    if hits.size == 0:
        return []
    groups = np.split(hits, np.flatnonzero(np.diff(hits) > 2) + 1)
    return [int(round((group[0] + group[-1] + 1) / 2) + x0) * step for group in groups]
