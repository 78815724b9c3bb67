"""Separator and cover sheets to lay into a stack of paper: titles and codes come in; one PDF with a sheet of A4 for each goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dossier.binding.lettering import Lettering
from dossier.binding.paper import HEIGHT, WIDTH, Paper
from dossier.listings.slip import qr, write_papers

# 64 mm: read at 100 dpi, tilted, upside down, and half in the shade.
_QR = 182.0
_EDGE, _BIG, _SMALL = 70.0, 30.0, 11.0


@dataclass(frozen=True)
class Separator:
    """One sheet. title: what it is; says: what comes behind it, '' for any document; heads: (label, value); code: what the QR says."""

    title: str
    says: str
    code: str
    notes: tuple[str, ...]
    heads: tuple[tuple[str, str], ...] = ()


def write_separators(path: Path, sheets: Sequence[Separator], court: str, made_on: datetime) -> None:
    """Writes the sheets in their order. Raises BindError(font_missing), OSError."""
    lettering = Lettering()
    write_papers(path, [_paper(one, court, lettering) for one in sheets], lettering, sheets[0].title, made_on)


def _paper(sheet: Separator, court: str, lettering: Lettering) -> Paper:
    paper = Paper(lettering)
    paper.frame(30, 30, WIDTH - 30, HEIGHT - 30, 2)
    paper.text(WIDTH / 2, 84, court, 14, align="centre")
    paper.text(WIDTH / 2, 130, sheet.title, 40, weight="B", align="centre", spread=10)
    qr(paper, sheet.code, (WIDTH - _QR) / 2, 190, _QR)
    y = 420.0
    for line in paper.wrap(sheet.says, WIDTH - 2 * _EDGE, _BIG, 3):
        paper.text(WIDTH / 2, y, line, _BIG, weight="B", align="centre")
        y += _BIG * 1.4
    for label, value in sheet.heads:
        for number, line in enumerate(paper.wrap(value, WIDTH - 2 * _EDGE - 90, 15)):
            paper.text(_EDGE, y + 10, f"{label}：" if number == 0 else "", 15)
            paper.text(_EDGE + 90, y + 10, line, 15)
            y += 24
    y = HEIGHT - 60 - 20 * len(sheet.notes)
    for note in sheet.notes:
        paper.text(WIDTH / 2, y, note, _SMALL, align="centre")
        y += 20
    return paper
