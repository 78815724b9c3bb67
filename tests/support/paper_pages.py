"""Lines of text come in; a page as a scanner would give it goes out: a JPEG and the boxes of its lines on the upright picture."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from dossier.binding import BindPage
from ocr.contract import Line

FONT = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"
WIDTH, HEIGHT, DPI = 827, 1169, 100
TOP, LEFT, PITCH, SIZE = 150, 90, 36, 20


def draw(
    folder: Path,
    texts: Sequence[str],
    page_no: int | None = None,
    *,
    rotation: int = 0,
    skew: float = 0.0,
    mode: str = "RGB",
    paper: str = "white",
    ink: str = "black",
    back: bool = False,
) -> BindPage:
    """The picture is kept in `folder`; rotation and skew are what the page needs to be read, as the scanners room tells them."""
    font = ImageFont.truetype(FONT, SIZE, index=2)
    picture = Image.new("RGB", (WIDTH, HEIGHT), paper)
    pen = ImageDraw.Draw(picture)
    lines = []
    for index, text in enumerate(texts):
        y = TOP + PITCH * index
        pen.text((LEFT, y), text, fill=ink, font=font)
        right = pen.textlength(text, font=font) + LEFT
        lines.append(Line(text, 0.99, _fallen((LEFT, y + 2, right, y + 30), skew)))
    upright = picture.rotate(-skew, resample=Image.Resampling.BICUBIC, fillcolor=paper) if skew else picture
    scanned = upright.rotate(rotation, expand=True).convert(mode)
    name = hashlib.sha256(repr((texts, rotation, skew, mode, paper, ink)).encode()).hexdigest()
    path = folder / f"{name}.jpg"
    scanned.save(path, quality=80, dpi=(DPI, DPI))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return BindPage(path, WIDTH, HEIGHT, DPI, digest, rotation=rotation, skew=skew, lines=tuple(lines), page_no=page_no, back=back)


def _fallen(box: tuple[float, float, float, float], skew: float) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = box
    dx, dy, angle = (x0 + x1 - WIDTH) / 2, (y0 + y1 - HEIGHT) / 2, math.radians(skew)
    x = dx * math.cos(angle) - dy * math.sin(angle) + WIDTH / 2
    y = dx * math.sin(angle) + dy * math.cos(angle) + HEIGHT / 2
    return round(x - (x1 - x0) / 2), round(y - (y1 - y0) / 2), round(x + (x1 - x0) / 2), round(y + (y1 - y0) / 2)
