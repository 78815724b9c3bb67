"""Reading and classifying files that belong to no case: files come in, text and documents go out, nothing is kept and no database is needed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dossier.errors import DossierError
from dossier.pages import text_layers
from dossier.pagework import PageJob, PageResult, labels_key, read_page
from dossier.translate import mark_facts, text_lines
from ocr.pool import ReaderPool
from review.completeness import ink_labels
from review.facts import PageFacts, TextLine
from review.lexicon import Lexicon
from review.segment import segment
from review.sheets import ours
from scanners.contract import UnreadableError
from scanners.pages import inspect, render
from scanners.sandbox import Sandbox

CHUNK = 8
TEXT_ENDING = ".txt"
LINE_HEIGHT, CHAR_WIDTH = 40, 20


@dataclass(frozen=True)
class ReadPage:
    """A page as read, and its number in the file."""

    number: int
    dpi: int
    result: PageResult

    def as_json(self) -> dict[str, Any]:
        r = self.result
        return {
            "page": self.number,
            "width": r.width,
            "height": r.height,
            "dpi": self.dpi,
            "rotation": r.rotation,
            "skew": r.skew,
            "blank": r.blank,
            "text": "\n".join(line["text"] for line in r.lines),
            "lines": list(r.lines),
            "engine": r.engine,
            "seals": r.marks["seals"],
            "zones": r.marks["zones"],
        }


def read_file(path: Path, sandbox: Sandbox, pool: ReaderPool, labels: Sequence[str] = ()) -> Iterator[ReadPage]:
    """The pages of one file in order. Raises DossierError with the file's code, or file_unavailable."""
    _require_plain(path)
    with tempfile.TemporaryDirectory(prefix="dossier-read-") as folder:
        work = Path(folder)
        try:
            facts = inspect(path, path.name, sandbox, work)
            for first in range(1, facts.pages + 1, CHUNK):
                last = min(first + CHUNK - 1, facts.pages)
                yield from _read_chunk(path, facts.kind, first, last, sandbox, pool, labels_key(labels), work)
        except UnreadableError as error:
            raise DossierError(error.code) from error


def _require_plain(path: Path) -> None:
    try:
        if path.is_file():
            path.open("rb").close()
            return
    except (OSError, ValueError) as error:
        raise DossierError("file_unavailable") from error
    raise DossierError("file_unavailable")


def _read_chunk(
    path: Path, kind: str, first: int, last: int, sandbox: Sandbox, pool: ReaderPool, labels: tuple[str, ...], work: Path
) -> Iterator[ReadPage]:
    out = work / f"{first:04d}"
    out.mkdir()
    pages = render(path, out, first, last, sandbox)
    layers = text_layers(sandbox, path, [page.number for page in pages], [page.dpi for page in pages], out) if kind == "pdf" else {}
    jobs = []
    for page in pages:
        layer = layers.get(page.number) if page.text_page else None
        jobs.append((page, pool.submit(read_page, PageJob(page.pixels, page.width, page.height, page.dpi, layer, labels))))
    for page, future in jobs:
        yield ReadPage(page.number, page.dpi, future.result())
    shutil.rmtree(out)


def text_file_pages(path: Path) -> tuple[PageFacts, ...]:
    """A UTF-8 text file as pages (form feeds separate them); raises DossierError file_damaged when it is not UTF-8, file_empty when empty."""
    _require_plain(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DossierError("file_damaged") from None
    if not text.strip():
        raise DossierError("file_empty")
    return tuple(_text_page(path.name, number, page) for number, page in enumerate(text.split("\f"), 1))


def _text_page(name: str, number: int, text: str) -> PageFacts:
    """Lines as if typed on a page, the short first ones centred as a title is."""
    rows = [row for row in text.splitlines() if row.strip()]
    width = 60 * CHAR_WIDTH
    lines = []
    for index, row in enumerate(rows):
        stripped = row.strip()
        long = min(width, len(stripped) * CHAR_WIDTH * 2)
        left = (width - long) // 2 if index < 3 and len(stripped) < 20 else CHAR_WIDTH
        lines.append(TextLine(stripped, (left, index * LINE_HEIGHT + 80, left + long, index * LINE_HEIGHT + 112)))
    height = max(1, len(rows)) * LINE_HEIGHT + 200
    return PageFacts(f"{number}", number, tuple(lines), width, height, blank=not rows, file=name, page=number)


def page_facts(name: str, page: ReadPage) -> PageFacts:
    """A page as read as facts; ref is its number in the file."""
    seals, zones = mark_facts(page.result.marks)
    return PageFacts(
        ref=str(page.number),
        index=page.number,
        lines=text_lines(page.result.lines),
        width=page.result.width,
        height=page.result.height,
        blank=page.result.blank,
        seals=seals,
        zones=zones,
        digest=page.result.digest,
        file=name,
        page=page.number,
        code=ours(page.result.codes),
    )


def classify_pages(pages: Sequence[PageFacts], lexicon: Lexicon) -> list[dict[str, Any]]:
    """{"pages","type","name","nodes","score","confident","case_no","why"} of each document in a stack."""
    return [
        {
            "pages": [int(ref) for ref in piece.pages],
            "type": piece.guess.type_id,
            "name": piece.guess.name,
            "nodes": list(piece.guess.nodes),
            "score": round(piece.guess.score, 4),
            "confident": piece.guess.confident,
            "case_no": piece.case_no,
            "why": piece.guess.why,
        }
        for piece in segment(pages, lexicon).pieces
    ]


def labels_of(lexicon: Lexicon) -> tuple[str, ...]:
    """The labels that reading should look for."""
    return ink_labels(lexicon)
