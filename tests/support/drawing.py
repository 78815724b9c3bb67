"""Draws small court papers with Debian's fonts: strings and places come in, RGB pictures go out, the same bytes on every run."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ocr.contract import Line

SONG = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"
BOLD = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"
KAI = "/usr/share/fonts/truetype/arphic/ukai.ttc"
Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]
INK: Colour = (28, 28, 30)
RED: Colour = (208, 38, 44)


@lru_cache(maxsize=64)
def font(path: str, px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, px, index=2 if path in (SONG, BOLD) else 0)


class Sheet:
    """A sheet of paper measured in millimetres; (0, 0) is the upper left corner."""

    def __init__(self, width: float = 210, height: float = 297, dpi: int = 200, paper: Colour = (250, 249, 246)) -> None:
        self.dpi = dpi
        self.image = Image.new("RGB", (self.px(width), self.px(height)), paper)
        self.draw = ImageDraw.Draw(self.image)
        self.lines: list[Line] = []  # what a perfect reader would read, in the order of drawing

    def px(self, mm: float) -> int:
        return round(mm * self.dpi / 25.4)

    @property
    def pixels(self) -> Pixels:
        return np.asarray(self.image, np.uint8).copy()

    def text(self, x: float, y: float, text: str, points: float = 14, face: str = SONG, colour: Colour = INK) -> tuple[float, float]:
        """Writes one line with its upper left corner at x, y; returns where it ends (x1, y1) in mm."""
        chosen = font(face, round(points * self.dpi / 72))
        self.draw.text((self.px(x), self.px(y)), text, font=chosen, fill=colour)
        left, top, right, bottom = (round(edge) for edge in self.draw.textbbox((self.px(x), self.px(y)), text, font=chosen))
        if text.strip():
            self.lines.append(Line(text, 1.0, (left, top, right, bottom)))
        return right * 25.4 / self.dpi, bottom * 25.4 / self.dpi

    def centred(self, y: float, text: str, points: float = 22, face: str = BOLD, colour: Colour = INK) -> None:
        chosen = font(face, round(points * self.dpi / 72))
        left = (self.image.width - self.draw.textlength(text, font=chosen)) / 2
        self.text(left * 25.4 / self.dpi, y, text, points, face, colour)

    def vertical(self, x: float, y: float, text: str, points: float = 14, face: str = SONG) -> None:
        for number, character in enumerate(text):
            self.text(x, y + number * points * 0.42, character, points, face)

    def line(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.25) -> None:
        self.draw.line([(self.px(x0), self.px(y0)), (self.px(x1), self.px(y1))], fill=INK, width=max(1, self.px(width)))

    def table(self, x: float, y: float, columns: list[float], rows: list[list[str]], height: float = 11, points: float = 12) -> float:
        """A ruled table; a newline inside a cell starts a new line of text. Returns the y of its lower border."""
        for number, row in enumerate(rows):
            left, top = x, y + number * height
            for width, cell in zip(columns, row, strict=True):
                self.draw.rectangle((self.px(left), self.px(top), self.px(left + width), self.px(top + height)), outline=INK, width=2)
                lines = cell.split("\n")
                inner = top + (height - len(lines) * points * 0.5) / 2
                for order, text in enumerate(lines):
                    self.text(left + 2, inner + order * points * 0.5, text, points)
                left += width
        return y + len(rows) * height

    def scribble(self, x: float, y: float, width: float = 18, height: float = 8, seed: int = 1, colour: Colour = (20, 24, 60)) -> None:
        """A handwritten name: a few curved strokes of a pen, not readable as print."""
        random = np.random.default_rng(seed)
        for stroke in range(7):
            t = np.linspace(0, 1, 24)
            a, b, c = random.uniform(0, 1, 3)
            left = x + width * (stroke / 7)
            xs = left + width / 5 * (t + 0.4 * np.sin(2 * math.pi * (t + a)))
            ys = y + height * (0.15 + 0.7 * np.abs(np.sin(math.pi * (t * (1 + b) + c))))
            points = [(self.px(float(i)), self.px(float(j))) for i, j in zip(xs, ys, strict=True)]
            self.draw.line(points, fill=colour, width=max(2, self.px(0.45)), joint="curve")

    def _stamp(self, layer: Image.Image, x: float, y: float, strength: float, colour: Colour) -> None:
        """Ink multiplies: what was dark stays dark under the red."""
        left, top = self.px(x) - layer.width // 2, self.px(y) - layer.height // 2
        area = (left, top, left + layer.width, top + layer.height)
        below = np.asarray(self.image.crop(area), float)
        grain = np.random.default_rng(layer.width).uniform(0.75, 1, (layer.height, layer.width))
        alpha = (np.asarray(layer, float) / 255 * strength * grain)[..., None]
        mixed = below * (1 - alpha) + np.minimum(below, np.array(colour, float)) * alpha
        self.image.paste(Image.fromarray(mixed.astype(np.uint8)), (left, top))

    def round_seal(
        self, x: float, y: float, size: float = 42, ratio: float = 1.0, strength: float = 0.85, text: str = "云川县人民法院"
    ) -> None:
        """A court's seal (ratio 1) or an oval one (ratio = height / width) with its centre at x, y."""
        width, height = self.px(size), self.px(size * ratio)
        layer = Image.new("L", (width + 8, height + 8), 0)
        draw = ImageDraw.Draw(layer)
        draw.ellipse((4, 4, width + 4, height + 4), outline=255, width=max(3, self.px(1.1)))
        cx, cy, radius = width / 2 + 4, height / 2 + 4, min(width, height) * 0.15
        star = [radius * (1 if k % 2 == 0 else 0.4) for k in range(10)]
        draw.polygon([(cx + r * math.sin(k * math.pi / 5), cy - r * math.cos(k * math.pi / 5)) for k, r in enumerate(star)], fill=255)
        size_px = round(min(width, height) * 0.12)
        for number, character in enumerate(text):
            angle = math.radians(-120 + 240 * number / max(1, len(text) - 1))
            tile = Image.new("L", (size_px + 6, size_px + 6), 0)
            ImageDraw.Draw(tile).text((2, 0), character, font=font(SONG, size_px), fill=255)
            tile = tile.rotate(-math.degrees(angle), expand=True)
            px, py = cx + width * 0.38 * math.sin(angle) - tile.width / 2, cy - height * 0.38 * math.cos(angle) - tile.height / 2
            layer.paste(tile, (round(px), round(py)), tile)
        self._stamp(layer, x, y, strength, RED)

    def square_seal(self, x: float, y: float, size: float = 18, strength: float = 0.85, text: str = "张某") -> None:
        side = self.px(size)
        layer = Image.new("L", (side + 8, side + 8), 0)
        draw = ImageDraw.Draw(layer)
        draw.rectangle((4, 4, side + 4, side + 4), outline=255, width=max(3, self.px(0.9)))
        cell = round(side * 0.42)
        for number, character in enumerate(text[:2]):
            draw.text((side * 0.08 + 4 + number * cell, side * 0.22), character, font=font(BOLD, cell), fill=255)
        self._stamp(layer, x, y, strength, RED)

    def fingerprint(self, x: float, y: float, width: float = 14, height: float = 19, strength: float = 0.7) -> None:
        """Concentric ridges of red ink, as a thumb leaves them."""
        wide, high = self.px(width), self.px(height)
        rows, columns = np.mgrid[0:high, 0:wide]
        u, v = (columns - wide / 2) / (wide / 2), (rows - high / 2) / (high / 2)
        distance = np.sqrt(u**2 + v**2)
        ridges = (np.sin(distance * 34 + 2 * np.sin(3 * np.arctan2(v, u))) > -0.2) & (distance < 1)
        self._stamp(Image.fromarray((ridges * 255).astype(np.uint8)), x, y, strength, RED)


def aged(pixels: Pixels, seed: int = 3, noise: float = 5.0, fade: float = 0.0) -> Pixels:
    """The sheet as a scanner sees it: grain, a slight shadow at one side, and toner that fades (0..1)."""
    random = np.random.default_rng(seed)
    shadow = np.linspace(1.0, 0.94, pixels.shape[1])[None, :, None]
    page = 255 - (255 - pixels.astype(np.float32)) * (1 - fade)
    page = page * shadow + random.normal(0, noise, pixels.shape[:2])[..., None]
    return page.clip(0, 255).astype(np.uint8)


def rasterised(pixels: Pixels, quality: int = 75) -> Pixels:
    """The picture after one JPEG round trip."""
    import io

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    with Image.open(io.BytesIO(buffer.getvalue())) as image:
        return np.asarray(image.convert("RGB"), np.uint8).copy()
