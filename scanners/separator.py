"""The pixels of a page come in, what the QR codes printed on it say goes out; what that means is judged elsewhere."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from zxingcpp import BarcodeFormat, BarcodeFormats, read_barcodes

from scanners.contract import Pixels

# A module of a sheet's code is five pixels or more at this size, and grain is averaged away: half the resolution of a scan reads better than all of it.
_LONG_SIDE: Final = 1200
_QR: Final = BarcodeFormats([BarcodeFormat.QRCode])
MOST: Final = 500  # characters; what says more is no code of ours


def codes(pixels: Pixels) -> tuple[str, ...]:
    """The QR codes on a page (RGB, lying any way, tilted or not), each once, from top to bottom; none that is unreadable or endless."""
    times = max(1, round(max(pixels.shape[:2]) / _LONG_SIDE))
    height, width = (max(1, side // times) for side in pixels.shape[:2])
    # A whole number of pixels into one: any other share costs ten times as much.
    whole = pixels[: height * times, : width * times]
    small = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA) if times > 1 else pixels
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    found = read_barcodes(np.ascontiguousarray(grey), formats=_QR, try_invert=False)
    ordered = sorted(found, key=lambda one: one.position.top_left.y)
    return tuple(dict.fromkeys(one.text for one in ordered if 0 < len(one.text) <= MOST))
