"""Coordinates and words come in; an A4 page at 200 dpi in colour, and the list of everything on it, come out."""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from dossier.demo import ink
from dossier.demo.fonts import font, length, spans
from dossier.demo.truth import Box, LineTruth, MarkTruth

DPI = 200
WIDTH, HEIGHT = 1654, 2339
MARGIN = 215
TOP, BOTTOM = 190, HEIGHT - 200
TONER = (32, 31, 34)


def px(points: float) -> int:
    """Points (1/72 inch) as pixels."""
    return round(points * DPI / 72)


@dataclass(frozen=True)
class Printed:
    """One printed line for the writer of born-digital files: baseline start, font size in pixels, whether it is bold."""

    text: str
    x: float
    baseline: float
    pixels: int
    bold: bool


class Sheet:
    """A page that is being drawn. `y` is where the next block starts; lines, marks, printed and rules say what is on it."""

    def __init__(self, seed: str) -> None:
        self.picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
        self.pen = ImageDraw.Draw(self.picture)
        self.source = random.Random(zlib.crc32(seed.encode()))
        self.y = TOP
        self.middle = TOP
        self.lines: list[LineTruth] = []
        self.marks: list[MarkTruth] = []
        self.printed: list[Printed] = []
        self.rules: list[Box] = []

    def text(self, x: float, baseline: float, words: str, face: str, pixels: int) -> float:
        """Printed words; gives their width."""
        shown = words.strip()
        start = x + length(face, words[: len(words) - len(words.lstrip())], pixels)
        if shown:
            at = start
            for chosen, piece in spans(face, shown):
                self.pen.text((at, baseline), piece, font=font(chosen, pixels), fill=TONER, anchor="ls")
                at += font(chosen, pixels).getlength(piece)
            self.lines.append(LineTruth(shown, _whole((start, baseline - pixels * 0.84, at, baseline + pixels * 0.14))))
            self.printed.append(Printed(shown, start, baseline, pixels, face == "black"))
        return length(face, words, pixels)

    def hand(self, x: float, baseline: float, words: str, pixels: int) -> float:
        """Legible handwriting in blue-black; gives its width."""
        left, at = x, x
        size = round(pixels * 1.12)
        face = font("kai", size)
        for char in words:
            glyph = ink.handwriting(char, size, self.source)
            drop = baseline - pixels * 0.36 - glyph.shape[0] / 2 + self.source.uniform(-1.6, 1.6)
            self._ink(glyph, at - (glyph.shape[1] - face.getlength(char)) / 2, drop, ink.BLUE_BLACK)
            at += face.getlength(char) + self.source.uniform(-0.6, 1.4)
        if words.strip():
            self.lines.append(LineTruth(words, _whole((left, baseline - size * 0.86, at, baseline + size * 0.14)), hand=True))
        return at - left

    def sign(self, x: float, baseline: float, name: str, pixels: int, *, finger: bool = False) -> float:
        """A signature, with a red fingerprint over its end when asked; gives its width."""
        mask = ink.signature(name, round(pixels * 1.5), self.source)
        top = baseline - pixels * 0.4 - mask.shape[0] / 2
        self._ink(mask, x, top, ink.BLUE_BLACK)
        self.marks.append(MarkTruth("signature", name, "", _span(x, top, mask)))
        if finger:
            blob = ink.fingerprint(round(pixels * 2.2), self.source)
            left = x + mask.shape[1] * 0.62
            self._ink(blob, left, baseline - pixels * 0.4 - blob.shape[0] / 2, ink.FINGER_RED)
            self.marks.append(MarkTruth("fingerprint", "", "", _span(left, baseline - pixels * 0.4 - blob.shape[0] / 2, blob)))
        return float(mask.shape[1])

    def seal(self, x: float, y: float, words: str, shape: str, foot: str = "") -> None:
        """A red seal or stamp whose middle is at (x, y). shape: round (42 mm) | oval (45 mm) | square (18 mm) | rect."""
        if shape == "round":
            mask = ink.round_seal(words, foot, px(119))
        elif shape == "oval":
            mask = ink.oval_seal(words, foot, px(128))
        elif shape == "square":
            mask = ink.square_seal(words, px(51))
        else:
            mask = ink.rect_stamp(words, px(13))
        worn = ink.worn(mask, self.source, turn=2 if shape == "rect" else 7)
        left = min(max(4, x - worn.shape[1] / 2), WIDTH - worn.shape[1] - 4)
        top = min(max(4, y - worn.shape[0] / 2), HEIGHT - worn.shape[0] - 4)
        self._ink(worn, left, top, ink.RED)
        plain = "".join(words.split())
        self.marks.append(MarkTruth("stamp" if shape == "rect" else "seal", plain + foot, shape, _span(left, top, worn)))

    def rule(self, x0: float, y0: float, x1: float, y1: float, width: int = 2) -> None:
        """A straight line of a form, along the page or down it."""
        box = _whole((x0, y0, x1, y1))
        self.pen.line(box, fill=TONER, width=width)
        self.rules.append(box)

    def _ink(self, mask: ink.Mask, x: float, y: float, colour: tuple[int, int, int]) -> None:
        """Ink darkens what is below it, as on paper: no channel ever gets lighter."""
        left, top = max(0, round(x)), max(0, round(y))
        region = (left, top, min(WIDTH, left + mask.shape[1]), min(HEIGHT, top + mask.shape[0]))
        below = np.asarray(self.picture.crop(region), np.int32)
        share = mask[: below.shape[0], : below.shape[1], None].astype(np.int32)
        darker = np.minimum(below, np.array(colour, np.int32))
        mixed = below + (darker - below) * share // 255
        self.picture.paste(Image.fromarray(mixed.astype(np.uint8)), region[:2])


def _whole(box: tuple[float, float, float, float]) -> Box:
    return (round(box[0]), round(box[1]), round(box[2]), round(box[3]))


def _span(x: float, y: float, mask: ink.Mask) -> Box:
    return _whole((x, y, x + mask.shape[1], y + mask.shape[0]))
