"""Runs in the confined child only: a PDF comes in, the page count two parsers agree on or its rendered pages go out."""

from __future__ import annotations

import io
import itertools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from scanners.kinds import MAX_BOX_POINTS, Refusal, check_pages, check_pixels
from scanners.raster import write_page

BORN_DIGITAL_DPI = 200
_MIN_DPI, _MAX_DPI = 72, 600
_TAIL = 4096  # a PDF ends with startxref; scanners put some padding behind it
_MAX_OBJECTS = 20_000


def _open(source: Path) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(source)
    except pdfium.PdfiumError as error:
        secret = error.err_code in (pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY)
        raise Refusal("file_encrypted" if secret else "file_damaged", str(error)) from error


def count(source: Path) -> int:
    """The number of pages, when qpdf and PDFium agree on it and every page box is allowed. Raises Refusal."""
    by_qpdf = _count_by_qpdf(source)
    if by_qpdf == 0:
        # PDFium refuses to open such a file, so there is no second opinion to be had.
        raise Refusal("file_no_pages")
    with _open(source) as document:
        by_pdfium = len(document)
        if by_qpdf != by_pdfium:
            raise Refusal("page_count_disputed", f"qpdf counts {by_qpdf} pages, PDFium {by_pdfium}")
        check_pages(by_qpdf)
        for index in range(by_pdfium):
            _check_box(*document.get_page_size(index))
    return by_qpdf


def _count_by_qpdf(source: Path) -> int:
    import pikepdf

    try:
        return _pages(source, recover=False)
    except pikepdf.PasswordError as error:
        raise Refusal("file_encrypted", str(error)) from error
    except (pikepdf.PdfError, RecursionError) as error:
        first_error = error
    with source.open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - _TAIL))
        if b"startxref" not in file.read():
            # Recovery would show what is left, with blank pages where the rest was: worse than no file.
            raise Refusal("file_damaged", f"cut off: {first_error}") from first_error
    try:
        return _pages(source, recover=True)
    except pikepdf.PasswordError as error:
        raise Refusal("file_encrypted", str(error)) from error
    except (pikepdf.PdfError, RecursionError) as error:
        raise Refusal("file_damaged", str(error)) from error


def _pages(source: Path, *, recover: bool) -> int:
    import pikepdf

    with pikepdf.open(source, attempt_recovery=recover, suppress_warnings=True) as document:
        return len(document.pages)


def _check_box(width: float, height: float) -> None:
    if not (math.isfinite(width) and math.isfinite(height)) or max(width, height) > MAX_BOX_POINTS:
        raise Refusal("page_too_large", f"a page box of {width:g} x {height:g} points")
    if min(width, height) < 1:
        raise Refusal("file_damaged", f"a page box of {width:g} x {height:g} points")


def render(source: Path, work: Path, first: int, last: int) -> list[dict[str, object]]:
    """Renders pages first..last (1-based) into the job folder. Raises Refusal."""
    with _open(source) as document:
        if document.get_formtype() != pdfium_c.FORMTYPE_NONE:
            document.init_forms()  # electronic seals are the appearance of signature fields
        return [_render_page(document, number, work) for number in range(first, last + 1)]


def _render_page(document: pdfium.PdfDocument, number: int, work: Path) -> dict[str, object]:
    _check_box(*document.get_page_size(number - 1))
    try:
        page = document[number - 1]
        dpi = _resolution(page)
        # The renderer rounds the size up: a third of a pixel less, or a scan of 1654 pixels would be stretched over 1655.
        scale = dpi / 72 - 0.3 / max(page.get_width(), page.get_height())
        check_pixels(math.ceil(page.get_width() * scale), math.ceil(page.get_height() * scale))
        picture = page.render(scale=scale, rev_byteorder=True).to_pil()
        text = _has_text(page)
    except pdfium.PdfiumError as error:
        raise Refusal("file_damaged", f"page {number}: {error}") from error
    return write_page(picture, work, number, dpi, text_page=text)


def _has_text(page: Any) -> bool:
    text = page.get_textpage()
    amount = min(text.count_chars(), 400)
    return amount > 0 and bool(text.get_text_range(0, amount).strip())


def _images(page: Any) -> Iterator[tuple[float, int, Any]]:
    """(area on the page in square points, pixels, image) of each image; sizes come from the dictionaries, nothing is decoded."""
    for item in itertools.islice(page.get_objects(max_depth=4), _MAX_OBJECTS):
        if item.type != pdfium_c.FPDF_PAGEOBJ_IMAGE:
            continue
        left, bottom, right, top = item.get_bounds()
        width, height = item.get_px_size()
        if width and height:
            check_pixels(width, height)
        if width * height:
            yield abs(right - left) * abs(top - bottom), width * height, item


def _resolution(page: Any) -> int:
    """Dots per inch that lose nothing of a scanned page: those of the image that covers it, or of its largest strip."""
    images = [image for image in _images(page) if image[0] > 1]
    paper = page.get_width() * page.get_height()
    if sum(area for area, _, _ in images) < 0.5 * paper:
        return BORN_DIGITAL_DPI
    covering = [image for image in images if image[0] >= 0.5 * paper] or [max(images, key=lambda image: image[0])]
    for _, _, image in covering:
        _check_whole(image)
    finest = max(math.sqrt(pixels / area) * 72 for area, pixels, _ in covering)
    return min(_MAX_DPI, max(_MIN_DPI, round(finest)))


def _check_whole(image: Any) -> None:
    """A scan whose JPEG was cut off would be rendered half grey without a word."""
    if image.get_filters() != ["DCTDecode"]:
        return
    raw = bytes(image.get_data())
    if b"\xff\xd9" in raw[-64:]:
        return
    from PIL import Image

    try:
        with Image.open(io.BytesIO(raw), formats=["JPEG"]) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise Refusal("file_damaged", f"a page image is cut off: {error}") from error
