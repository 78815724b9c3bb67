"""The ink of an upright page comes in, the angle of its lines goes out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scanners.ink import InkMap

MAX_SKEW: Final = 5.0
_MIN_POINTS: Final = 150
_FEW_POINTS: Final = 2000  # a lone short line does not tell fractions of a degree, and can be read without
_FLAT: Final = 1.05  # best score against the middle one: less is a page without lines

Points = tuple[NDArray[np.float32], NDArray[np.float32]]


def skew_of(ink: InkMap) -> float:
    """Degrees, positive when the lines fall to the right, within ±5 and to 0.05; 0.0 when the page shows no lines.

    The projection of the ink along the lines is sharpest at their true angle.
    """
    rows, columns = np.nonzero(ink.dark())
    if len(rows) < _MIN_POINTS:
        return 0.0
    points = rows.astype(np.float32), columns.astype(np.float32) - np.float32(columns.mean())
    step = max(1, len(rows) // 25_000)
    coarse = _scores((points[0][::step], points[1][::step]), np.arange(-MAX_SKEW, MAX_SKEW + 0.01, 0.5))
    rough = max(coarse, key=lambda angle: coarse[angle])
    if coarse[rough] < _FLAT * float(np.median(list(coarse.values()))):
        return 0.0
    middle = _scores(points, np.arange(rough - 0.5, rough + 0.51, 0.1))
    angle = _peak(_scores(points, _around(max(middle, key=lambda angle: middle[angle]), 0.05)))
    return 0.0 if len(rows) < _FEW_POINTS and abs(angle) < 1 else angle


def _around(angle: float, step: float) -> NDArray[np.float64]:
    return np.asarray([angle + step * offset for offset in range(-3, 4)])


def _scores(points: Points, angles: Iterable[float]) -> dict[float, float]:
    return {float(angle): _sharpness(points, float(angle)) for angle in angles}


def _sharpness(points: Points, angle: float) -> float:
    rows, columns = points
    heights = rows - columns * np.float32(np.tan(np.radians(angle)))
    profile = np.bincount((heights - heights.min()).astype(np.int32))
    # Squares, not squared differences of neighbours: those are sharper on full pages, but on a lone line they follow single strokes.
    return float((profile.astype(np.float64) ** 2).sum())


def _peak(scores: dict[float, float]) -> float:
    """The top of the hill, weighed over the angles near it, since single scores jump with the pixel grid."""
    angles, values = np.array(list(scores)), np.array(list(scores.values()))
    weights = values - values.min()
    centre = (angles * weights).sum() / weights.sum() if weights.any() else angles.mean()
    return round(float(np.clip(centre, -MAX_SKEW, MAX_SKEW)), 2)
