"""Papers as files: the demo's papers come in, born-digital PDFs go out, read from their text layer in milliseconds by the reader pdftext:none."""

from __future__ import annotations

import functools
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pikepdf

from dossier.demo import digital
from dossier.demo.blocks import Paper
from dossier.demo.compose import draw

READER = "pdftext:none"


@functools.cache
def pdf(*papers: Paper) -> bytes:
    """The papers, one after another, as one PDF with a text layer; same papers, same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "papers.pdf"
        digital.write([sheet for paper in papers for sheet in draw(paper)], out)
        return out.read_bytes()


def blank_pdf(pages: int = 1) -> bytes:
    """A PDF of empty A4 pages."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        for _ in range(pages):
            made.add_blank_page(page_size=(595, 842))
        made.save(out)
    return out.getvalue()


def jpeg(shade: int, size: Sequence[int] = (60, 40)) -> bytes:
    """A small picture of one shade (0..255)."""
    done, data = cv2.imencode(".jpg", np.full((*size, 3), shade, np.uint8))
    assert done
    return data.tobytes()
