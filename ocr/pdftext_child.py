"""Runs in a confined child only: a PDF comes in, the pieces of each page's own text layer go out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

MOST_CHARACTERS = 60_000  # on one page; the densest newspaper has a third of that
SCAN_SHARE = 0.8  # of the page under one image: a scan, whose hidden text is somebody else's guess at it

Piece = dict[str, Any]


def main(source: Path, work: Path, args: Sequence[str]) -> list[list[Piece]]:
    """Answers [FIRST, LAST, "DPI,DPI,…"] (pages are 1-based, one DPI per page or one for all) with the pieces of each page.

    A piece is {"text", "confidence", "box"}; boxes are pixels of the page as PDFium renders it at its DPI (crop box, rotation applied).
    A page that is one big picture, or holds more text than a page can, has none. Raises what pdfplumber raises on a broken file.
    """
    del work
    first, last = int(args[0]), int(args[1])
    dpis = [int(dpi) for dpi in args[2].split(",")]
    return list(extract(source, first, last, itertools.repeat(dpis[0]) if len(dpis) == 1 else dpis))


def extract(source: Path, first: int, last: int, dpis: Iterator[int] | Sequence[int]) -> Iterator[list[Piece]]:
    """The pieces of pages first..last, page by page."""
    import pdfplumber

    with pdfplumber.open(source, pages=list(range(first, last + 1))) as document:
        for page, dpi in zip(document.pages, dpis, strict=False):
            yield _page(page, dpi / 72)
            page.close()


def _page(page: Any, scale: float) -> list[Piece]:
    left, top, right, bottom = visible = _visible(page)
    if len(page.chars) > MOST_CHARACTERS or any(_covers(image, visible) for image in page.images):
        return []
    found = []
    for text, x0, y0, x1, y1 in _pieces(page):
        if left <= (x0 + x1) / 2 <= right and top <= (y0 + y1) / 2 <= bottom:
            edges = (max(x0, left) - left, max(y0, top) - top, min(x1, right) - left, min(y1, bottom) - top)
            found.append({"text": text, "confidence": 1.0, "box": [round(edge * scale) for edge in edges]})
    return found


def _visible(page: Any) -> tuple[float, float, float, float]:
    """What is rendered: the crop box within the media box."""
    media, crop = page.mediabox, page.cropbox or page.mediabox
    left, right = max(media[0], crop[0]), min(media[2], crop[2])
    top, bottom = max(media[1], crop[1]), min(media[3], crop[3])
    return (left, top, right, bottom) if left < right and top < bottom else tuple(media)


def _covers(image: dict[str, Any], visible: tuple[float, float, float, float]) -> bool:
    left, top, right, bottom = visible
    width = min(image["x1"], right) - max(image["x0"], left)
    height = min(image["bottom"], bottom) - max(image["top"], top)
    return bool(width > 0 and height > 0 and width * height >= SCAN_SHARE * (right - left) * (bottom - top))


def _upright(item: dict[str, Any]) -> bool:
    """Not a watermark across the page, nor a page that lies on its side: its letters would come in the wrong order."""
    if item["object_type"] != "char":
        return False
    a, b = item["matrix"][:2]
    return bool(a > 0 and abs(b) < 0.05 * a)


def _pieces(page: Any) -> Iterator[tuple[str, float, float, float, float]]:
    """Runs of upright characters that stand close together; letters printed twice to look bold count once."""
    words = page.filter(_upright).dedupe_chars(tolerance=1).extract_words(keep_blank_chars=True, x_tolerance_ratio=0.6, y_tolerance=2)
    for word in words:
        text = word["text"].strip()
        if text:
            yield text, float(word["x0"]), float(word["top"]), float(word["x1"]), float(word["bottom"])
