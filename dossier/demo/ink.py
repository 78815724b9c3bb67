"""Words and a seeded random source come in; the masks of seals, stamps, signatures, handwriting and fingerprints come out."""

from __future__ import annotations

import math
import random
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from dossier.demo.fonts import font

Mask = NDArray[np.uint8]  # 0 no ink .. 255 full ink

RED = (230, 42, 54)
BLUE_BLACK = (28, 34, 78)
FINGER_RED = (222, 58, 66)


@cache
def round_seal(ring: str, foot: str, pixels: int) -> Mask:
    """A round seal with a star and its words on the ring; `pixels` is the diameter."""
    size = pixels * 2
    mask = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(mask)
    middle, radius = size / 2, size / 2 - 4
    draw.ellipse((4, 4, size - 4, size - 4), outline=255, width=max(6, size // 34))
    draw.polygon(_star(middle, middle, radius * 0.30), fill=255)
    spread = min(270.0, 24.0 * len(ring))
    _ring_words(mask, ring, radius, spread)
    if foot:
        face = font("black", round(min(radius * 0.19, radius * 1.16 / len(foot))))
        draw.text((middle, middle + radius * 0.58), foot, font=face, fill=255, anchor="mm")
    return _down(mask, pixels, pixels)


@cache
def oval_seal(ring: str, foot: str, pixels: int) -> Mask:
    """An oval stamp: a line of words in the upper half, another below; `pixels` is the long diameter."""
    width, height = pixels * 2, round(pixels * 1.3)
    mask = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(mask)
    draw.ellipse((4, 4, width - 4, height - 4), outline=255, width=max(6, width // 40))
    for words, level in ((ring, 0.38), (foot, 0.64)):
        wanted = min(height * 0.2, width * 0.72 / max(1, len(words)))
        draw.text((width / 2, height * level), words, font=font("black", round(wanted)), fill=255, anchor="mm")
    return _down(mask, pixels, height // 2)


@cache
def square_seal(words: str, pixels: int) -> Mask:
    """A square name seal, four characters in two columns read from the right."""
    size = pixels * 2
    mask = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(mask)
    draw.rectangle((4, 4, size - 4, size - 4), outline=255, width=size // 16)
    face = font("black", round(size * 0.36))
    for place, char in enumerate(words[:4]):
        column, row = 1 - place // 2, place % 2
        draw.text((size * (0.29 + 0.42 * column), size * (0.29 + 0.42 * row)), char, font=face, fill=255, anchor="mm")
    return _down(mask, pixels, pixels)


@cache
def rect_stamp(words: str, pixels: int) -> Mask:
    """A framed stamp with one line of words per newline; `pixels` is the height of one character."""
    lines = words.split("\n")
    face = font("black", pixels * 2)
    width = round(max(face.getlength(line) for line in lines)) + pixels * 2
    height = len(lines) * pixels * 3 + pixels
    mask = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(mask)
    draw.rectangle((3, 3, width - 4, height - 4), outline=255, width=max(4, pixels // 5))
    for number, line in enumerate(lines):
        draw.text((width / 2, (number + 0.67) * height / (len(lines) + 0.34)), line, font=face, fill=255, anchor="mm")
    return _down(mask, width // 2, height // 2)


def signature(name: str, pixels: int, source: random.Random) -> Mask:
    """A name in running hand: joined slanted characters, a wave through them, a flying last stroke. `pixels`: character height."""
    step = round(pixels * 0.86)
    mask = np.zeros((pixels * 2, step * len(name) + pixels), np.uint8)
    for place, char in enumerate(name):
        glyph = _written(char, round(pixels * source.uniform(0.88, 1.18)), source, turn=7, stretch=0.2)
        _lay(mask, glyph, place * step + pixels // 6, round(pixels * source.uniform(0.36, 0.6)))
    _flourish(mask, step * len(name), pixels, source)
    waved = _wave(mask, pixels, source)
    lean = source.uniform(0.16, 0.3)
    shear = np.array([[1, -lean, lean * pixels], [0, 1, 0]], np.float32)
    leaned = cv2.warpAffine(waved, shear, (mask.shape[1] + round(pixels * 0.5), mask.shape[0]), flags=cv2.INTER_LINEAR)
    return _trim(np.asarray(leaned, np.uint8))


def handwriting(char: str, pixels: int, source: random.Random) -> Mask:
    """One filled-in character, legible."""
    return _written(char, pixels, source, turn=3, stretch=0.06)


def fingerprint(pixels: int, source: random.Random) -> Mask:
    """A red fingerprint: an uneven oval of ridges; `pixels` is its height."""
    rows, columns = np.mgrid[0:pixels, 0 : round(pixels * 0.76)].astype(np.float32)
    y, x = (rows / pixels - 0.5) * 2, (columns / (pixels * 0.76) - 0.5) * 2
    inside = np.clip((1 - np.hypot(x, y)) * 6, 0, 1)
    twist = source.uniform(2.5, 4.0)
    ridges = 0.62 + 0.38 * np.sin(np.hypot(x * 0.9, y + 0.25) * pixels * 0.42 + np.arctan2(y + 0.25, x) * twist)
    noise = np.random.default_rng(source.getrandbits(32)).uniform(0.55, 1.0, (9, 7)).astype(np.float32)
    uneven = cv2.resize(noise, (inside.shape[1], inside.shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(inside * ridges * uneven, 0, 1) * 215, np.uint8)


def worn(mask: Mask, source: random.Random, turn: float = 7) -> Mask:
    """A stamp as it lands on paper: a little turned, unevenly inked."""
    height, width = mask.shape
    grain = np.random.default_rng(source.getrandbits(32))
    patches = cv2.resize(grain.uniform(0.6, 1.0, (8, 8)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    inked = mask * np.clip(patches * grain.uniform(0.8, 1.0, mask.shape), 0, 1)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), source.uniform(-turn, turn), 1)
    return np.asarray(cv2.warpAffine(inked.astype(np.uint8), matrix, (width, height)), np.uint8)


def _star(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.39
        points.append((x + reach * math.sin(corner * math.pi / 5), y - reach * math.cos(corner * math.pi / 5)))
    return points


def _ring_words(mask: Image.Image, words: str, radius: float, spread: float) -> None:
    face = font("song", round(radius * 0.27))
    cell = round(radius * 0.34)
    for place, char in enumerate(words):
        angle = math.radians(-spread / 2 + spread * place / max(1, len(words) - 1))
        tile = Image.new("L", (cell, cell), 0)
        ImageDraw.Draw(tile).text((cell / 2, cell / 2), char, font=face, fill=255, anchor="mm", stroke_width=2)
        tile = tile.rotate(-math.degrees(angle), expand=True, resample=Image.Resampling.BICUBIC)
        x = mask.width / 2 + radius * 0.76 * math.sin(angle) - tile.width / 2
        y = mask.height / 2 - radius * 0.76 * math.cos(angle) - tile.height / 2
        mask.paste(255, (round(x), round(y)), tile)


def _down(mask: Image.Image, width: int, height: int) -> Mask:
    return np.asarray(cv2.resize(np.asarray(mask), (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _written(char: str, pixels: int, source: random.Random, *, turn: float, stretch: float) -> Mask:
    cell = round(pixels * 1.5)
    tile = Image.new("L", (cell, cell), 0)
    ImageDraw.Draw(tile).text(
        (cell / 2, cell / 2), char, font=font("kai", pixels), fill=255, anchor="mm", stroke_width=1 if turn > 5 else 0
    )
    matrix = cv2.getRotationMatrix2D((cell / 2, cell / 2), source.uniform(-turn, turn), 1)
    matrix[0, 0] *= 1 + source.uniform(-stretch, stretch)
    matrix[0, 1] += source.uniform(-stretch, stretch)
    return np.asarray(cv2.warpAffine(np.asarray(tile), matrix, (cell, cell), flags=cv2.INTER_LINEAR), np.uint8)


def _lay(mask: Mask, glyph: Mask, x: int, top: int) -> None:
    height, width = glyph.shape
    y = max(0, top - height // 4)
    place = mask[y : y + height, x : x + width]
    np.maximum(place, glyph[: place.shape[0], : place.shape[1]], out=place)


def _flourish(mask: Mask, end: int, pixels: int, source: random.Random) -> None:
    height = round(pixels * source.uniform(1.15, 1.4))
    swing = [(round(end * share), round(height + pixels * lift)) for share, lift in ((0.5, 0.1), (0.8, 0.02), (1.0, -0.1))]
    swing.append((end + pixels // 2, round(height - pixels * source.uniform(0.3, 0.5))))
    cv2.polylines(mask, [np.array(swing, np.int32)], False, 210, max(2, pixels // 22), cv2.LINE_AA)


def _wave(mask: Mask, pixels: int, source: random.Random) -> Mask:
    height, width = mask.shape
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    phase = source.uniform(0, 6)
    moved_x = columns + pixels * 0.05 * np.sin(rows / pixels * 4 + phase)
    moved_y = rows + pixels * 0.07 * np.sin(columns / pixels * 2.4 + phase)
    return np.asarray(cv2.remap(mask, moved_x, moved_y, cv2.INTER_LINEAR), np.uint8)


def _trim(mask: Mask) -> Mask:
    rows, columns = np.nonzero(mask > 20)
    return mask[int(rows.min()) : int(rows.max()) + 1, int(columns.min()) : int(columns.max()) + 1].copy()
