"""Runs in the confined child only: a JPEG, PNG or TIFF comes in, its page count or upright RGB pages on white paper go out."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageOps

from scanners.kinds import Refusal, check_pages, check_pixels, plausible_dpi
from scanners.raster import write_page
from scanners.tiff import directories

_FORMATS = {"jpeg": "JPEG", "png": "PNG", "tiff": "TIFF"}
_ORIENTATION = 0x0112
# The size is judged by check_pixels before anything is decoded; Pillow's own guard warns at half of its limit.
Image.MAX_IMAGE_PIXELS = None


@contextmanager
def _opened(source: Path, kind: str) -> Iterator[Image.Image]:
    """The picture, header read and size allowed; whatever the decoder trips over inside the block is a damaged file."""
    try:
        with warnings.catch_warnings(), Image.open(source, formats=[_FORMATS[kind]]) as picture:
            warnings.simplefilter("ignore")  # a strange tag that does not stop the decoder stops nobody
            check_pixels(*picture.size)
            yield picture
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError, IndexError, struct.error, ZeroDivisionError) as error:
        raise Refusal("file_damaged", f"{type(error).__name__}: {error}") from error


def count(source: Path, kind: str) -> int:
    """Pages of the file, each with an allowed size and (as far as that is cheap) whole. Raises Refusal."""
    if kind == "tiff":
        return _count_frames(source)
    with _opened(source, kind) as picture:
        if kind == "jpeg":
            # Every bit is still unpacked, so a cut-off file is found; the pixels come at an eighth of the size.
            picture.draft(None, (max(1, picture.width // 8), max(1, picture.height // 8)))
            picture.load()
        else:
            picture.verify()
    return 1


def _count_frames(source: Path) -> int:
    ours = directories(source)
    check_pages(len(ours))
    for width, height in ours:
        check_pixels(width, height)
    with _opened(source, "tiff") as picture:
        theirs = int(getattr(picture, "n_frames", 1))
    if theirs != len(ours):
        raise Refusal("page_count_disputed", f"{len(ours)} directories, {theirs} frames")
    return len(ours)


def render(source: Path, kind: str, work: Path, first: int, last: int) -> list[dict[str, object]]:
    """Decodes pages first..last (1-based) into the job folder. Raises Refusal."""
    return [_render_frame(source, kind, work, number) for number in range(first, last + 1)]


def _render_frame(source: Path, kind: str, work: Path, number: int) -> dict[str, object]:
    with _opened(source, kind) as picture:
        if number > 1:
            picture.seek(number - 1)
            check_pixels(*picture.size)
        original = kind == "jpeg" and _is_plain(picture, source)
        dpi = plausible_dpi(_embedded_dpi(picture), *picture.size)
        upright = _upright(_on_white(picture))
    return write_page(upright, work, number, dpi, original=original)


def _is_plain(picture: Image.Image, source: Path) -> bool:
    """One upright baseline JPEG in RGB or grey, and nothing behind it: its bytes can be shown and bound as they are."""
    if picture.info.get("progressive") or picture.mode not in ("RGB", "L") or getattr(picture, "n_frames", 1) != 1:
        return False
    layers = getattr(picture, "layers", 0)
    with source.open("rb") as file:
        file.seek(-2, 2)
        ends = file.read() == b"\xff\xd9"
    return ends and layers in (1, 3) and picture.getexif().get(_ORIENTATION, 1) == 1


def _embedded_dpi(picture: Image.Image) -> float:
    found = picture.info.get("dpi", (0, 0))
    try:
        return float(min(found))
    except (TypeError, ValueError):
        return 0.0


def _upright(picture: Image.Image) -> Image.Image:
    turned: Image.Image | None = ImageOps.exif_transpose(picture) if picture.getexif().get(_ORIENTATION, 1) != 1 else None
    return turned or picture


def _on_white(picture: Image.Image) -> Image.Image:
    """The picture in L or RGB: transparent parts lie on white paper, 16 bits become 8, inks become light."""
    picture.load()
    mode = picture.mode
    if mode in ("L", "RGB"):
        return picture if "transparency" not in picture.info else _flatten(picture)
    if mode in ("RGBA", "LA", "PA", "La", "RGBa") or (mode == "P" and "transparency" in picture.info):
        return _flatten(picture)
    if mode.startswith("I"):
        return _keeping_exif(picture, picture.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L"))
    if mode == "1":
        return _keeping_exif(picture, picture.convert("L"))
    if mode in ("P", "CMYK", "YCbCr", "RGBX", "HSV"):
        return _keeping_exif(picture, picture.convert("RGB"))
    raise Refusal("file_unsupported", f"pixels of mode {mode}")


def _flatten(picture: Image.Image) -> Image.Image:
    layered = picture.convert("RGBA")
    paper = Image.new("RGB", layered.size, "white")
    paper.paste(layered, mask=layered.getchannel("A"))
    return _keeping_exif(picture, paper)


def _keeping_exif(before: Image.Image, after: Image.Image) -> Image.Image:
    orientation = before.getexif().get(_ORIENTATION, 1)
    if orientation != 1:
        after.getexif()[_ORIENTATION] = orientation
    return after
