"""A decoded page comes in as RGB pixels, the same page upright and straight, and whether it is blank, goes out."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from scanners.contract import Cleaned, Pixels
from scanners.ink import is_blank, measure
from scanners.orientation import upright_turn
from scanners.skew import skew_of

_STRAIGHT: Final = 0.05  # degrees: one pixel over a line of A4 at 200 dpi
_TURNS: Final = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def clean(pixels: Pixels) -> Cleaned:
    """Makes a page (RGB, height × width × 3, any size) ready for reading. A blank page keeps its position.

    The result may share memory with `pixels`, which must not be changed while it is in use.
    Raises orientation.ModelMissingError when the model is not on this disk.
    """
    ink = measure(pixels)
    if is_blank(ink):
        return Cleaned(rotation=0, skew=0.0, blank=True, upright=pixels, straight=pixels)
    rotation, _ = upright_turn(pixels, ink)
    upright = turned(pixels, rotation)
    skew = skew_of(ink.turned(rotation))
    return Cleaned(rotation=rotation, skew=skew, blank=False, upright=upright, straight=straightened(upright, skew))


def turned(pixels: Pixels, clockwise: int) -> Pixels:
    """The page turned by 0, 90, 180 or 270 degrees clockwise."""
    return np.asarray(cv2.rotate(pixels, _TURNS[clockwise]), np.uint8) if clockwise else pixels


def straightened(upright: Pixels, skew: float) -> Pixels:
    """The upright page turned by -skew degrees about its centre, same size, white where there was no page."""
    if abs(skew) < _STRAIGHT:
        return upright
    height, width = upright.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1.0)
    straight = cv2.warpAffine(
        upright, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(255, 255, 255)
    )
    return np.asarray(straight, np.uint8)
