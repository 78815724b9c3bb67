"""Files that a clumsy or hostile sender hands over: each comes with its name and the code of the error it must end in."""

from __future__ import annotations

import io
import zipfile
import zlib

import pikepdf

from tests.support.hostile import DRAW, IMAGE, page, pdf, png
from tests.support.paperfiles import blank_pdf, jpeg


def no_pages() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as made:
        made.save(out)
    return out.getvalue()


def encrypted() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(blank_pdf())) as made:
        made.save(out, encryption=pikepdf.Encryption(owner="owner", user="user"))
    return out.getvalue()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.jpg", jpeg(7))
    return out.getvalue()


def huge_page() -> bytes:
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page(b"0 0 60000 60000"), DRAW, IMAGE)


BAD_FILES: tuple[tuple[str, bytes, str], ...] = (
    ("empty.jpg", b"", "file_empty"),
    ("no pages.pdf", no_pages(), "file_no_pages"),
    ("password.pdf", encrypted(), "file_encrypted"),
    ("cut off.jpg", jpeg(90, (800, 600))[:2000], "file_damaged"),
    ("letter.pdf", "执行裁定书".encode(), "file_not_what_it_says"),
    ("huge.png", png(60_000, 60_000, zlib.compress(bytes(1000))), "page_too_large"),
    ("huge.pdf", huge_page(), "page_too_large"),
    ("papers.zip", zipped(), "file_unsupported"),
)
