"""Runs in a confined child only: a PDF comes in, one JSON line per page with the pieces of its own text layer goes out.

python -m ocr.pdftext_child IN OUT.json FIRST LAST DPI
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MOST_CHARACTERS = 60_000  # on one page; the densest newspaper has a third of that
SCAN_SHARE = 0.8  # of the page under one image: a scan, whose hidden text is somebody else's guess at it


def extract(path: Path, first: int, last: int, dpi: int) -> Iterator[dict[str, Any]]:
    """The text of pages first..last (1-based): {"page", "width", "height", "scan", "lines": [{"text", "confidence", "box"}]}.

    Boxes are pixels of the page as PDFium renders it at `dpi` (crop box, rotation applied). A page that is one big picture has "scan": true
    and no lines. Raises what pdfplumber raises on a broken file: the caller is a child process that may die of it.
    """
    import pdfplumber

    with pdfplumber.open(path, pages=list(range(first, last + 1))) as document:
        for page in document.pages:
            yield _page(page, dpi / 72)
            page.close()


def _page(page: Any, scale: float) -> dict[str, Any]:
    left, top, right, bottom = _visible(page)
    width, height = right - left, bottom - top
    scan = any(_covers(image, width * height, (left, top, right, bottom)) for image in page.images)
    pieces = [] if scan or len(page.chars) > MOST_CHARACTERS else _pieces(page)
    lines = []
    for text, x0, y0, x1, y1 in pieces:
        cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
        if left <= cx <= right and top <= cy <= bottom:
            edges = (max(x0, left) - left, max(y0, top) - top, min(x1, right) - left, min(y1, bottom) - top)
            lines.append({"text": text, "confidence": 1.0, "box": [round(edge * scale) for edge in edges]})
    size = (round(width * scale), round(height * scale))
    return {"page": page.page_number, "width": size[0], "height": size[1], "scan": scan, "lines": lines}


def _visible(page: Any) -> tuple[float, float, float, float]:
    """What is rendered: the crop box within the media box."""
    media, crop = page.mediabox, page.cropbox or page.mediabox
    left, right = max(media[0], crop[0]), min(media[2], crop[2])
    top, bottom = max(media[1], crop[1]), min(media[3], crop[3])
    return (left, top, right, bottom) if left < right and top < bottom else tuple(media)


def _covers(image: dict[str, Any], area: float, visible: tuple[float, float, float, float]) -> bool:
    width = min(image["x1"], visible[2]) - max(image["x0"], visible[0])
    height = min(image["bottom"], visible[3]) - max(image["top"], visible[1])
    return bool(width > 0 and height > 0 and width * height >= SCAN_SHARE * area)


def _pieces(page: Any) -> Iterator[tuple[str, float, float, float, float]]:
    """Runs of characters that stand close together; letters printed twice to look bold count once."""
    words = page.dedupe_chars(tolerance=1).extract_words(keep_blank_chars=True, x_tolerance_ratio=0.6, y_tolerance=2)
    for word in words:
        text = word["text"].strip()
        if text:
            yield text, float(word["x0"]), float(word["top"]), float(word["x1"]), float(word["bottom"])


def main(arguments: list[str]) -> int:
    """Writes OUT line by line; 2 when the arguments are wrong."""
    if len(arguments) != 5:
        sys.stderr.write("python -m ocr.pdftext_child IN OUT.json FIRST LAST DPI\n")
        return 2
    source, target, first, last, dpi = arguments
    with Path(target).open("w", encoding="utf-8") as out:
        for page in extract(Path(source), int(first), int(last), int(dpi)):
            out.write(json.dumps(page, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
