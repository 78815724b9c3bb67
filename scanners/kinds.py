"""The first bytes and the name of a file come in, its kind or the reason it cannot be one goes out; also the room's limits."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

MAX_PIXELS: Final = 120_000_000  # A3 at 600 dpi has 70 million
MAX_SIDE: Final = 65_500  # JPEG cannot say more
MAX_PAGES: Final = 3000
MAX_BOX_POINTS: Final = 2000 / 25.4 * 72  # 2 m
HEAD_BYTES: Final = 1024  # how far from the start a PDF may begin (ISO 32000, Annex H)

_PROMISES: Final = {
    ".pdf": "pdf",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".jpe": "jpeg",
    ".jfif": "jpeg",
    ".png": "png",
    ".tif": "tiff",
    ".tiff": "tiff",
}
_SIGNATURES: Final = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
)


class Refusal(Exception):
    """Raised inside the confined child: the file cannot be taken, for one of the codes of `scanners.contract`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def sniff(head: bytes) -> str | None:
    """The kind that the first HEAD_BYTES of a file announce, None when it is none of ours."""
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    # Viewers find a PDF behind leading rubbish; markup or an archive that merely quotes the marker is no PDF.
    if b"%PDF-" in head[:HEAD_BYTES] and not head.lstrip().startswith((b"<", b"PK")):
        return "pdf"
    return None


def why_unknown(name: str, size: int) -> str:
    """The code for a file whose bytes are none of our kinds."""
    if size == 0:
        return "file_empty"
    return "file_not_what_it_says" if PurePath(name).suffix.lower() in _PROMISES else "file_unsupported"


def check_pixels(width: int, height: int) -> None:
    """Raises Refusal when a picture of this size must not even be decoded."""
    if width < 1 or height < 1:
        raise Refusal("file_damaged", f"{width} x {height} pixels")
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise Refusal("page_too_large", f"{width} x {height} pixels")


def check_pages(pages: int) -> None:
    """Raises Refusal for a file of no pages, or of more than a person would ever scan in one go."""
    if pages < 1:
        raise Refusal("file_no_pages")
    if pages > MAX_PAGES:
        raise Refusal("file_too_many_pages", f"{pages} pages")


def plausible_dpi(embedded: float, width: int, height: int) -> int:
    """The resolution of a scanned page of width × height pixels in dots per inch.

    The embedded value is believed when the sheet it makes is between a slip of paper and A2; cameras write 72 whatever they see.
    Otherwise the sheet is taken to be A4 when that gives a usual resolution, else 200.
    """
    long_side = max(width, height)
    if embedded > 0 and 40 <= long_side / embedded * 25.4 <= 600:
        return max(1, round(embedded))
    guess = round(long_side / 11.69)
    return guess if 96 <= guess <= 650 else 200
