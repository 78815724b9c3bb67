"""A run of pages comes in; a small PDF of them, without fonts and page numbers, goes onto the shelf, or is found there unchanged."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pikepdf
from pikepdf import Dictionary

from ocr import textlayer

from . import jpeg
from .model import BindDocument, BindError, BindPage, BindVolume
from .shelf import Shelf

FORMAT = "1"  # raise it when the same pages are to look different, or the shelves keep the old look
MAX_PAGES = 32  # pages whose pictures are in memory at once


class Segment:
    """Up to MAX_PAGES pages of one document. What is stamped on them is no part of it, so a document put before costs nothing here."""

    def __init__(self, document: BindDocument, pages: tuple[BindPage, ...]) -> None:
        """Raises BindError(text_unplaceable)."""
        self.document = document
        self.pages = pages
        try:
            self.rare = textlayer.rare_characters(line.text for page in pages for line in page.lines)
            self.sheets = [textlayer.sheet(page.width, page.height, page.dpi, page.skew) for page in pages]
        except textlayer.TextLayerError as error:
            raise BindError("text_unplaceable", f"{document.serial} {document.name}: {error}") from error

    @property
    def name(self) -> str:
        """The name on the shelf: the digest of everything that the pages look like and say."""
        told = [
            (page.digest, page.rotation, page.width, page.height, page.dpi, page.skew, [(line.text, line.box) for line in page.lines])
            for page in self.pages
        ]
        return hashlib.sha256(json.dumps([FORMAT, told]).encode("ascii")).hexdigest() + ".pdf"

    def ready(self, shelf: Shelf) -> tuple[Path, bool]:
        """The segment's PDF on the shelf, and True when it had to be built. Raises BindError, OSError."""
        kept = shelf.find(self.name)
        return kept or shelf.put(self.name, self.build()), kept is None

    def build(self) -> bytes:
        """The PDF. Raises BindError(picture_missing | picture_unsupported | picture_mismatch)."""
        with pikepdf.new() as pdf:
            for page, paper in zip(self.pages, self.sheets, strict=True):
                where = f"{self.document.serial} {self.document.name}: {page.view}"
                picture = self._picture(pdf, page, where)
                text = textlayer.page_content(page.lines, paper, self.rare)
                leaf = pdf.add_blank_page(page_size=(paper.width, paper.height)).obj
                leaf.Resources = Dictionary(XObject=Dictionary(Im0=picture))
                leaf.Contents = pdf.make_stream(f"q {paper.picture(page.rotation)} cm /Im0 Do Q\nq ".encode("ascii") + text + b"\nQ")
            out = io.BytesIO()
            pdf.save(out, static_id=True)
        return out.getvalue()

    def _picture(self, pdf: pikepdf.Pdf, page: BindPage, where: str) -> pikepdf.Object:
        try:
            data = page.view.read_bytes()
        except OSError as error:
            raise BindError("picture_missing", where) from error
        frame = jpeg.parse(data, where)
        upright = (frame.height, frame.width) if page.rotation % 180 else (frame.width, frame.height)
        if upright != (page.width, page.height):
            raise BindError("picture_mismatch", f"{where}: {upright} px, not {(page.width, page.height)}")
        return jpeg.image(pdf, data, frame)

    def fonts(self, made: dict[str, pikepdf.Object], volume: pikepdf.Pdf) -> Dictionary:
        """The invisible font of these pages; one font serves all segments with the same rare characters."""
        if self.rare not in made:
            made[self.rare] = textlayer.text_font(volume, self.rare)
        return Dictionary({textlayer.FONT_KEY: made[self.rare]})


def segments(volume: BindVolume) -> Iterator[Segment]:
    """The volume's pages in order, cut at documents and after MAX_PAGES. Raises BindError(text_unplaceable)."""
    for document in volume.documents:
        for at in range(0, len(document.pages), MAX_PAGES):
            yield Segment(document, document.pages[at : at + MAX_PAGES])


def join(parts: list[Path], out: Path) -> pikepdf.Pdf:
    """The segments' pages in one PDF, open for more, whose pictures stay on disk in `out` until they are written on.

    qpdf's own joining is used because copying pages between open files holds every picture in memory. Raises BindError, OSError.
    """
    if not parts:
        return pikepdf.new()
    pages = [word for part in parts for word in (str(part.resolve()), "1-z")]
    plain = ["--static-id", "--remove-unreferenced-resources=no", "--keep-files-open=n"]
    try:
        pikepdf.Job(["qpdf", *plain, "--empty", "--pages", *pages, "--", str(out)]).run()
        pdf = pikepdf.open(out)
    except pikepdf.PdfError as error:
        raise BindError("not_written", str(error)) from error
    del pdf.trailer.ID
    return pdf
