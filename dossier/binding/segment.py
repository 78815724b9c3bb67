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

    def open(self, shelf: Shelf) -> tuple[pikepdf.Pdf, bool]:
        """The segment's PDF, read from disk as needed, and True when it had to be built. Raises BindError, OSError."""
        kept = shelf.find(self.name)
        path = kept or shelf.put(self.name, self.build())
        return pikepdf.open(io.BufferedReader(_Reopened(path))), kept is None

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


class _Reopened(io.RawIOBase):
    """A file that is open only while it is read: a volume has more segments than a process may have open files."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.name = str(path)
        self._path, self._at, self._size = path, 0, path.stat().st_size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        with self._path.open("rb") as file:
            file.seek(self._at)
            count = file.readinto(buffer)
        self._at += count
        return count
