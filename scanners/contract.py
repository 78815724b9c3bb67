"""What the scanner room gives out: facts of a file, decoded pages, cleaned pages, and the one error it raises."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Kind = Literal["jpeg", "png", "tiff", "pdf"]

# Why a file cannot be taken. The door that maps them to sentences must know every one (dossier/errors.py).
UNREADABLE_CODES = (
    "file_empty",  # 0 bytes
    "file_unsupported",  # zip, office, text: not one of the kinds
    "file_not_what_it_says",  # a text file called .pdf: the ending promises another kind than the bytes hold
    "file_damaged",  # truncated or undecodable
    "file_encrypted",  # a PDF that asks for a password
    "file_no_pages",  # a PDF without pages
    "page_too_large",  # more pixels than MAX_PIXELS, or a page box beyond 2 m
    "file_too_many_pages",  # more than MAX_PAGES
    "page_count_disputed",  # two parsers count different numbers of pages: quarantine
    "file_timeout",  # the parser did not come to an end within its limits
    "sandbox_failed",  # the child died for another reason
)


class UnreadableError(Exception):
    """A file that cannot be taken; `code` is one of UNREADABLE_CODES, `detail` is for the log, never for the clerk."""

    def __init__(self, code: str, detail: str = "") -> None:
        if code not in UNREADABLE_CODES:
            raise ValueError(code)
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class FileFacts:
    """What a file is, by its bytes: kind and number of pages (>= 1)."""

    kind: Kind
    pages: int


@dataclass(frozen=True)
class DecodedPage:
    """One page decoded by the sandboxed child.

    view: a JPEG for people and for the volume PDF (the original bytes when the file is one plain upright JPEG), upright by EXIF only.
    pixels: raw RGB bytes, height × width × 3, of the same picture; scratch, may be deleted at any time after reading.
    text_page: True when a PDF page carries text of its own (born digital or already OCRed).
    """

    number: int  # 1-based within the file
    width: int
    height: int
    dpi: int  # best knowledge: embedded, else from the PDF page box, else 200
    view: Path
    pixels: Path
    text_page: bool


@dataclass(frozen=True)
class Cleaned:
    """A page made ready for reading.

    rotation: degrees clockwise (0/90/180/270) that make the decoded page upright.
    skew: degrees, positive when lines fall to the right, of the upright page.
    upright: the page after rotation, RGB; straight: upright turned by -skew about its centre (same size), RGB.
    blank: True when no ink that could be writing was found (the caller confirms with the reader and never drops the page).
    """

    rotation: int
    skew: float
    blank: bool
    upright: Pixels
    straight: Pixels

    def to_upright(self, box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
        """A box of the straight page as the smallest box of the upright page that holds its turned centre line and keeps its size."""
        import math

        height, width = self.upright.shape[:2]
        x0, y0, x1, y1 = box
        cx, cy, angle = width / 2, height / 2, math.radians(self.skew)
        mx, my = (x0 + x1) / 2 - cx, (y0 + y1) / 2 - cy
        nx, ny = mx * math.cos(angle) - my * math.sin(angle) + cx, mx * math.sin(angle) + my * math.cos(angle) + cy
        half_w, half_h = (x1 - x0) / 2, (y1 - y0) / 2
        return (
            max(0, round(nx - half_w)),
            max(0, round(ny - half_h)),
            min(width, round(nx + half_w)),
            min(height, round(ny + half_h)),
        )
