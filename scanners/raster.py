"""Runs in the confined child only: a decoded PIL picture comes in, raw RGB pixels and a JPEG for people go out."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageChops

JPEG_QUALITY = 90
_ROWS = 256


def stem(number: int) -> str:
    """The name, without its ending, of everything that belongs to page `number` (1-based)."""
    return f"{number:05d}"


def write_pixels(picture: Image.Image, path: Path) -> None:
    """Raw RGB bytes, height × width × 3, written a band at a time: a second copy of the largest page would burst the memory limit."""
    width, height = picture.size
    with path.open("wb") as out:
        for top in range(0, height, _ROWS):
            band = picture.crop((0, top, width, min(height, top + _ROWS)))
            out.write((band if band.mode == "RGB" else band.convert("RGB")).tobytes())


def write_view(picture: Image.Image, path: Path, dpi: int) -> None:
    """A JPEG; a picture without colour becomes a grey one, at two thirds of the size."""
    grey = picture if picture.mode == "L" else _without_colour(picture)
    (grey or picture).save(path, "JPEG", quality=JPEG_QUALITY, dpi=(dpi, dpi))


def _without_colour(picture: Image.Image) -> Image.Image | None:
    small = picture.resize((min(64, picture.width), min(64, picture.height)), Image.Resampling.NEAREST)
    for whole in (small, picture):  # most coloured pages give themselves away on a few pixels
        red, green, blue = whole.split()
        if ImageChops.difference(red, green).getbbox() or ImageChops.difference(green, blue).getbbox():
            return None
    return green


def write_page(
    picture: Image.Image, work: Path, number: int, dpi: int, *, text_page: bool = False, original: bool = False
) -> dict[str, object]:
    """Writes one page (mode L or RGB) into the job folder and says what was written; no view when the original file is the view."""
    name = stem(number)
    write_pixels(picture, work / f"{name}.rgb")
    if not original:
        write_view(picture, work / f"{name}.jpg", dpi)
    width, height = picture.size
    return {"width": width, "height": height, "dpi": dpi, "text_page": text_page, "original": original}
