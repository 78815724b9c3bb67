"""Ink that a detector passed over: a plane and the boxes found come in, boxes of small lonely text (a page number) go out."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.contract import Box
from ocr.rulings import MM, Rulings, without_rulings

Plane = NDArray[np.uint8]
MOST = 12  # a page with more lonely specks than this is dirty, not lonely
CONTRAST = 60  # how much darker than the paper (0..255); the back of the sheet shining through is fainter


def ink_mask(plane: Plane, step: int) -> Plane:
    """Ink (0 | 255) at one pixel per `step`; darker than the page's own paper by CONTRAST."""
    size = (max(1, plane.shape[1] // step), max(1, plane.shape[0] // step))
    small = cv2.resize(plane, size, interpolation=cv2.INTER_AREA) if step > 1 else plane
    paper = float(np.median(small[::4, ::4]))
    return np.asarray((small < paper - CONTRAST) * np.uint8(255), np.uint8)


def unread_ink(plane: Plane, boxes: Sequence[Box], rulings: Rulings) -> list[Box]:
    """Boxes (pixels of the plane) of unread ink of the size of print: 1.2 to 8 mm high, alone or in a short row."""
    step = rulings.step
    ink = without_rulings(ink_mask(plane, step), rulings)
    for x0, y0, x1, y1 in boxes:
        ink[max(0, y0 // step - 1) : y1 // step + 2, max(0, x0 // step - 1) : x1 // step + 2] = 0
    rim = round(4 * MM)  # staples, edges and shadows live here, page numbers do not
    ink[:rim] = ink[-rim:] = 0
    ink[:, :rim] = ink[:, -rim:] = 0
    rows = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, round(3 * MM)), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(rows, connectivity=8)
    found = [_grown(x, y, w, h, step) for x, y, w, h, area in stats[1:count].tolist() if _is_print(w, h, area)]
    return found if len(found) <= MOST else []


def _is_print(w: int, h: int, area: int) -> bool:
    return 1.2 * MM <= h <= 8 * MM and 0.4 * MM <= w <= 60 * MM and w >= 0.2 * h and 0.12 * w * h <= area


def _grown(x: int, y: int, w: int, h: int, step: int) -> Box:
    """A little paper around the ink, as the recogniser is used to."""
    pad = max(2, round(0.2 * h))
    return (x - pad) * step, (y - pad) * step, (x + w + pad) * step, (y + h + pad) * step
