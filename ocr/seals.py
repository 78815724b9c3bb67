"""Where red ink is: RGB pixels come in, seals with their shape and the plane that is read (black ink only) go out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.contract import Box, Seal

Mask = NDArray[np.uint8]
Pixels = NDArray[np.uint8]
Points = NDArray[np.float64]

WORK_DPI = 100  # fine enough for a ring of 1 mm, sixteen times fewer pixels than a 400 dpi scan
MM = WORK_DPI / 25.4  # working pixels per millimetre
EXCESS = 18  # how much more red than the paper a pixel must be (0..255); a seal printed four times over still has 20
STAMP_DEPTH = 85  # how much darker than paper stamp ink is in the red channel, at most (0..255)
SMALLEST = 8.0  # mm; a red speck is no stamp
THIN_FINGER = 8.0  # mm; narrower red is writing
FINGER = 30.0  # mm; a fingerprint is 15 to 25, a court's seal 42, a unit's seal 38 to 45
LARGEST = 75.0  # mm; larger red areas are pictures, covers, table tops
RING_BINS = 72
RING_SHARE = 0.5  # of the rim that must be seen; the rest may lie under ink, off the page, or be worn away


@dataclass(frozen=True)
class RedInk:
    """The red ink of a page: mask (0 | 255) at WORK_DPI, and how many picture pixels one mask pixel is wide."""

    mask: Mask
    scale: float

    def box(self, x0: int, y0: int, x1: int, y1: int) -> Box:
        """A box of the mask in pixels of the picture."""
        return (round(x0 * self.scale), round(y0 * self.scale), round(x1 * self.scale), round(y1 * self.scale))


def red_ink(pixels: Pixels, dpi: int) -> RedInk:
    """Finds what is redder than this page's own paper, so that yellowed paper and warm lamps do not count."""
    scale = max(1.0, dpi / WORK_DPI)
    height, width = pixels.shape[:2]
    size = (max(1, round(width / scale)), max(1, round(height / scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.int16)
    red, green, blue = small[..., 0], small[..., 1], small[..., 2]
    excess = red - np.maximum(green, blue)
    excess -= np.int16(np.median(excess[::4, ::4]))
    # Brown wood and skin are red with far more green than blue; stamp ink has about as much of both.
    stamp_hue = np.abs(green - blue) * 5 <= (red - np.minimum(green, blue)) * 2
    sure = (excess > EXCESS) & stamp_hue
    maybe = ((excess > EXCESS // 2) & stamp_hue).astype(np.uint8)
    return RedInk(_grown_from(sure, maybe), width / size[0])


def _grown_from(sure: NDArray[np.bool_], maybe: Mask) -> Mask:
    """Pale red counts where it touches sure red: the rim of a seal fades, the colour noise of a scan has no core."""
    count, labels = cv2.connectedComponents(maybe, connectivity=8)
    cores = np.bincount(labels[sure], minlength=count)
    keep = np.where(cores >= 3, 255, 0).astype(np.uint8)
    keep[0] = 0
    return np.asarray(keep[labels], np.uint8)


def in_colour(pixels: Pixels) -> bool:
    """False when every pixel is grey: a seal would not be red in such a picture, so nothing can be said about seals."""
    sample = pixels[::3, ::3].astype(np.int16)
    spread = sample.max(axis=2) - sample.min(axis=2)
    return bool(spread.max(initial=0) > 6)


def find_seals(ink: RedInk) -> tuple[Seal, ...]:
    """The stamps on a page, top to bottom; a fingerprint is one of shape `fingerprint`, red writing is none."""
    if np.count_nonzero(ink.mask) < 60:
        return ()
    found, rest = _rings(ink.mask)
    for part, x, y in _pieces(rest):
        seal = _stamp(part)
        if seal and not any(_within(seal, ring, x, y) for ring in found):
            found.append(_move(seal, x, y))
    placed = [Seal(ink.box(*seal.box), seal.shape, seal.red) for seal in found if not any(_part_of(seal, whole) for whole in found)]
    return tuple(sorted(placed, key=lambda seal: (seal.box[1], seal.box[0])))


def _move(seal: Seal, dx: int, dy: int) -> Seal:
    x0, y0, x1, y1 = seal.box
    return Seal((x0 + dx, y0 + dy, x1 + dx, y1 + dy), seal.shape, seal.red)


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _part_of(seal: Seal, whole: Seal) -> bool:
    """The star of a seal is no stamp of its own."""
    area = _area(seal.box)
    return area < 0.12 * _area(whole.box) and overlap(seal.box, whole.box) > 0.9 * area


def _within(seal: Seal, ring: Seal, dx: int, dy: int) -> bool:
    """A piece whose larger part lies in the box of a ring is what the ring's own disc left over."""
    moved = _move(seal, dx, dy).box
    return seal.shape not in ("square", "fingerprint") and 2 * overlap(moved, ring.box) > _area(moved)


def _rings(mask: Mask) -> tuple[list[Seal], Mask]:
    """Whole or broken circles of a court's or a unit's size, best first, and what red is left without them.

    The circle is looked for before anything is joined: of a pale seal only scraps of the rim pass the threshold.
    """
    blurred = cv2.GaussianBlur(mask, (5, 5), 0)
    circles = cv2.HoughCircles(
        blurred, cv2.HOUGH_GRADIENT, dp=2, minDist=6 * MM, param1=120, param2=38, minRadius=round(17 * MM), maxRadius=round(25 * MM)
    )
    rest, seals = mask.copy(), []
    for cx, cy, radius in [] if circles is None else circles.reshape(-1, circles.shape[-1])[:24, :3].tolist():
        fitted = _fitted(_points(rest), cx, cy, radius)
        if fitted is None:
            continue
        cx, cy, radius = fitted
        disc = np.zeros_like(mask)
        cv2.circle(disc, (round(cx), round(cy)), round(radius * 1.08), 255, -1)
        seal = _seal(np.where(disc > 0, mask, 0).astype(np.uint8), "round")
        height, width = mask.shape
        cut = cx < radius or cy < radius or cx + radius > width or cy + radius > height
        if not cut and min(seal.box[2] - seal.box[0], seal.box[3] - seal.box[1]) < 1.75 * radius:
            continue  # the blunt end of an oval
        seals.append(seal)
        rest[disc > 0] = 0
    return seals, rest


def _fitted(points: Points, cx: float, cy: float, radius: float) -> tuple[float, float, float] | None:
    """The circle moved onto the rim that it was drawn from, or None when that rim is no thin ring of a seal's size."""
    for width in (0.14, 0.08):
        distance = np.hypot(points[:, 0] - cx, points[:, 1] - cy)
        rim = points[np.abs(distance - radius) < width * radius]
        if len(rim) < 40:
            return None
        # x² + y² = 2·cx·x + 2·cy·y + c is linear in what is wanted.
        sides = np.column_stack([2 * rim, np.ones(len(rim))])
        (cx, cy, rest), *_ = np.linalg.lstsq(sides, (rim**2).sum(axis=1), rcond=None)
        radius = float(np.sqrt(max(1.0, rest + cx**2 + cy**2)))
    inside = np.count_nonzero(np.hypot(points[:, 0] - cx, points[:, 1] - cy) < radius)
    if inside > 0.55 * np.pi * radius**2 or not 16 * MM <= radius <= 26 * MM:
        return None
    rim_seen = _ring_share(points, cx, cy, radius, radius, thin=0.05)
    beyond = _ring_share(points, cx, cy, radius * 1.13, radius * 1.13, thin=0.05)
    # Around a seal there is paper, or a little of another seal; a circle through red writing has red on both sides.
    return (cx, cy, radius) if rim_seen >= RING_SHARE and rim_seen - beyond >= 0.3 else None


def _pieces(rest: Mask) -> list[tuple[Mask, int, int]]:
    """The red areas that are left, the parts of one stamp joined, each with its place (x, y) in the mask."""
    joined = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (13, 13)))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    pieces = []
    for number in range(1, count):
        x, y, w, h = (int(v) for v in stats[number, :4])
        if max(w, h) >= SMALLEST * MM:
            window = np.s_[y : y + h, x : x + w]
            pieces.append((np.where(labels[window] == number, rest[window], 0).astype(np.uint8), x, y))
    return pieces


def _points(mask: Mask) -> Points:
    ys, xs = np.nonzero(mask)
    return np.stack([xs, ys], axis=1).astype(np.float64)


def _seal(mask: Mask, shape: str) -> Seal:
    x, y, w, h = cv2.boundingRect(mask)
    return Seal((x, y, x + w, y + h), shape, float(np.count_nonzero(mask[y : y + h, x : x + w]) / (w * h)))


def _stamp(part: Mask) -> Seal | None:
    """Names the shape of one red area, or None when it is no stamp (a red line, red print, a photograph)."""
    points = _points(part)
    if len(points) < 30:
        return None
    shape = _shape(points, part)
    return _seal(part, shape) if shape else None


def _shape(points: Points, part: Mask) -> str | None:
    upright, width, height = _own_frame(points)
    long, short = max(width, height) / MM, min(width, height) / MM
    if long < SMALLEST or long > LARGEST or short < 5 or long > 4 * short:
        return None
    square = _frame_share(upright, width, height)
    ring = _ring_share(upright, 0, 0, width / 2, height / 2)
    fill = len(points) / (width * height)
    if square >= 0.7 and _corners(upright, width, height) >= 3:
        return "square"
    if long < FINGER and short >= THIN_FINGER and fill >= 0.3:
        return "fingerprint"
    if ring >= 0.55 and short >= 0.45 * long:
        return "round" if short >= 0.85 * long else "oval"
    return "round" if _broken_ring(points, part) else "other"


def _own_frame(points: Points) -> tuple[Points, float, float]:
    """The points turned upright about their own centre, and the width and height of the rectangle that holds them."""
    (cx, cy), (width, height), angle = cv2.minAreaRect(points.astype(np.float32))
    if angle > 45:
        angle, width, height = angle - 90, height, width
    turn = np.radians(angle)
    moved = points - (cx, cy)
    x = moved[:, 0] * np.cos(turn) + moved[:, 1] * np.sin(turn)
    y = -moved[:, 0] * np.sin(turn) + moved[:, 1] * np.cos(turn)
    return np.stack([x, y], axis=1), max(1.0, width), max(1.0, height)


def _ring_share(points: Points, cx: float, cy: float, a: float, b: float, thin: float = 0.1) -> float:
    """The share of directions (0..1) in which there is red within `thin` (of the radius) of the rim of the ellipse."""
    u, v = (points[:, 0] - cx) / a, (points[:, 1] - cy) / b
    rim = np.abs(np.hypot(u, v) - 1) < thin
    bins = ((np.arctan2(v[rim], u[rim]) + np.pi) / (2 * np.pi) * RING_BINS).astype(int) % RING_BINS
    return float(np.count_nonzero(np.bincount(bins, minlength=RING_BINS) >= 2) / RING_BINS)


def _frame_share(points: Points, width: float, height: float) -> float:
    """The least covered of the four sides of the rectangle: 1 for a whole frame, about 0.65 for an ellipse."""
    x, y = points[:, 0], points[:, 1]
    edge_x, edge_y = width / 2 - 0.12 * width, height / 2 - 0.12 * height
    sides = [(x[y < -edge_y], width), (x[y > edge_y], width), (y[x < -edge_x], height), (y[x > edge_x], height)]
    return min(len(np.unique(values.round())) / max(1.0, length) for values, length in sides)


def _corners(points: Points, width: float, height: float) -> int:
    """How many corners of the rectangle hold red; an ellipse has none there."""
    x, y = points[:, 0] / width, points[:, 1] / height
    return sum(bool(np.any((sx * x > 0.38) & (sy * y > 0.38))) for sx in (-1, 1) for sy in (-1, 1))


def _broken_ring(points: Points, part: Mask) -> bool:
    """A seal cut by the edge of the page or half faded: enough of a circle of a seal's size is left."""
    (cx, cy), radius = cv2.minEnclosingCircle(points.astype(np.float32))
    if not 16 * MM <= radius <= 25 * MM or np.count_nonzero(part) > 0.6 * part.size:
        return False
    return _ring_share(points, cx, cy, radius, radius) >= 0.42


def black_plane(pixels: Pixels, ink: RedInk, seals: tuple[Seal, ...]) -> NDArray[np.uint8]:
    """The plane that is read: the red channel, in which stamps vanish; a red letterhead, which is text, is kept dark.

    Returns height × width, 0 = ink.
    """
    plane = np.ascontiguousarray(pixels[..., 0])
    if seals:
        _whiten(plane, ink)
    for x0, y0, x1, y1 in _red_print(ink, seals):
        plane[y0:y1, x0:x1] = pixels[y0:y1, x0:x1, 1]
    return plane


def _whiten(plane: NDArray[np.uint8], ink: RedInk) -> None:
    """Stamp ink is a little darker than paper even in the red channel, and a good detector reads it; black print under it is far darker."""
    paper = int(np.median(plane[::8, ::8]))
    red = cv2.resize(cv2.dilate(ink.mask, np.ones((3, 3), np.uint8)), plane.shape[::-1], interpolation=cv2.INTER_NEAREST)
    plane[(red > 0) & (plane > paper - STAMP_DEPTH)] = paper


def _red_print(ink: RedInk, seals: tuple[Seal, ...]) -> list[Box]:
    """Rows of red print: long, no higher than a headline, not part of a stamp."""
    kernel = np.ones((3, 41), np.uint8)
    rows = cv2.morphologyEx(ink.mask, cv2.MORPH_CLOSE, kernel)
    count, _, stats, _ = cv2.connectedComponentsWithStats(rows, connectivity=8)
    found: list[Box] = []
    for x, y, w, h, _area in stats[1:count].tolist():
        if not (w >= 25 * MM and 3 * MM <= h <= 25 * MM and w >= 4 * h):
            continue
        box = ink.box(max(0, x - 3), max(0, y - 3), x + w + 3, y + h + 3)
        if not any(overlap(box, seal.box) for seal in seals if seal.shape != "other"):
            found.append(box)
    return found


def overlap(a: Box, b: Box) -> int:
    """The area that two boxes share, in pixels."""
    return max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))
