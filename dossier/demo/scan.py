"""A clean drawn page comes in; the page as a flatbed scanner would have given it comes out, the same for the same seed."""

from __future__ import annotations

import io
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dossier.demo.draw import DPI, HEIGHT, WIDTH

Pixels = NDArray[np.uint8]
QUALITY = 75
_PAPER = (248, 245, 237)
_PAD = 96


def scanned(page: Pixels, seed: int, *, skew: float = 0.0, rotation: int = 0) -> Pixels:
    """Paper tone, blur, skew, grain and specks on an A4 page (RGB, 2339 × 1654).

    skew: degrees, positive when lines fall to the right. rotation: degrees clockwise (0/90/180/270) by which the result must be
    turned to be upright.
    """
    source = np.random.default_rng(seed)
    soft = cv2.GaussianBlur(page, (3, 3), float(source.uniform(0.45, 0.7)))
    turned = _turn(np.asarray(soft, np.uint8), skew)
    toned = cv2.multiply(turned, _tone(source), scale=1 / 255)
    grained = np.asarray(cv2.add(toned, _grain(source), dtype=cv2.CV_8U), np.uint8)
    _specks(grained, source)
    # np.rot90 turns anticlockwise, and turning the result clockwise by `rotation` must undo it.
    return np.ascontiguousarray(np.rot90(grained, rotation // 90))


def back_of(front: Pixels, seed: int) -> Pixels:
    """The blank back of a page whose print shines through a little, mirrored; RGB, upright."""
    ghost = cv2.GaussianBlur(cv2.flip(front, 1), (0, 0), 3.0)
    share = 0.035 + 0.02 * float(np.random.default_rng(seed).random())
    page = cv2.addWeighted(ghost, share, np.full_like(ghost, 255), 1 - share, 0)
    return scanned(np.asarray(page, np.uint8), seed)


def jpeg(page: Pixels) -> bytes:
    """The page as the scanner's JPEG: quality 75, resolution in the header."""
    out = io.BytesIO()
    Image.fromarray(page).save(out, "JPEG", quality=QUALITY, dpi=(DPI, DPI))
    return out.getvalue()


def _turn(page: Pixels, skew: float) -> Pixels:
    """Turned about the middle; cv2 counts angles anticlockwise, while lines that fall to the right are turned clockwise."""
    if skew == 0:
        return page
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), -skew, 1)
    white = (255, 255, 255)
    return np.asarray(cv2.warpAffine(page, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderValue=white), np.uint8)


def _tone(source: np.random.Generator) -> Pixels:
    """The paper's own colour with slow shades, darker towards one long edge where the lid does not close."""
    shades = np.asarray(_PAPER, np.float32) + source.uniform(-2.5, 2.5, (9, 6, 1)).astype(np.float32)
    shades[:, 0 if source.random() < 0.5 else -1] -= float(source.uniform(2, 7))
    smooth = cv2.resize(shades, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(smooth, 0, 255), np.uint8)


@cache
def _grain_sheet() -> NDArray[np.int16]:
    grain = np.random.default_rng(9924).normal(0, 3.2, (HEIGHT + _PAD, WIDTH + _PAD, 1))
    return np.repeat(grain.astype(np.int16), 3, axis=2)


def _grain(source: np.random.Generator) -> NDArray[np.int16]:
    """A window of one big sheet of noise: drawing new noise for every page would cost more than all the rest."""
    y, x = source.integers(0, _PAD, 2)
    return _grain_sheet()[y : y + HEIGHT, x : x + WIDTH]


def _specks(page: Pixels, source: np.random.Generator) -> None:
    for _ in range(int(source.integers(3, 12))):
        x, y = int(source.integers(20, WIDTH - 20)), int(source.integers(20, HEIGHT - 20))
        shade = int(source.integers(120, 200))
        cv2.circle(page, (x, y), 1, (shade, shade, shade - 8), -1)
