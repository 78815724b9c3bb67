"""A slip for the counter: what is handed over, a number as QR and lines to sign come in; one PDF on A4 upright goes out, whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pikepdf
import segno
from pikepdf import Array, Dictionary, Name

from dossier.binding.lettering import Lettering
from dossier.binding.paper import HEIGHT, WIDTH, Paper
from dossier.binding.shelf import Shelf

LEFT, RIGHT, BOTTOM = 56.0, WIDTH - 56.0, HEIGHT - 64.0
_QR, _LINE, _SIZE, _TALL = 96.0, 17.0, 10.5, 34.0


@dataclass(frozen=True)
class Slip:
    """code: what the QR says. heads: (label, value) above the table; columns: (title, share of the width); signs: who signs below; notes last."""

    title: str
    court: str
    code: str
    heads: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, float], ...]
    rows: tuple[tuple[str, ...], ...]
    signs: tuple[str, ...]
    notes: tuple[str, ...] = ()


def write_slip(path: Path, slip: Slip, made_on: datetime) -> None:
    """Writes the slip; a long one goes on over several sheets. Raises BindError(font_missing), OSError."""
    lettering = Lettering()
    write_papers(path, _papers(slip, lettering), lettering, f"{slip.title} {slip.code}", made_on)


def write_papers(path: Path, papers: Sequence[Paper], lettering: Lettering, title: str, made_on: datetime) -> None:
    """Writes drawn sheets of A4 as one PDF, whole or not at all. Raises BindError(font_missing), OSError."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".slip-") as scratch, pikepdf.new() as pdf:
        for paper in papers:
            content = pdf.make_stream(paper.content())
            leaf = Dictionary(Type=Name.Page, MediaBox=Array([0, 0, WIDTH, HEIGHT]), Resources=Dictionary(), Contents=content)
            pdf.pages.append(pikepdf.Page(pdf.make_indirect(leaf)))
        fonts = lettering.fonts(pdf, Shelf(Path(scratch) / "fonts"))
        for page in pdf.pages:
            page.obj.Resources.Font = fonts
        pdf.Root.Lang = pikepdf.String("zh-CN")
        with pdf.open_metadata(set_pikepdf_as_editor=False) as told:
            told["dc:title"] = title
            told["xmp:CreateDate"] = told["xmp:ModifyDate"] = made_on.isoformat(timespec="seconds")
        draft = Path(scratch) / "slip.pdf"
        pdf.save(draft, deterministic_id=True)
        draft.replace(path)


def _papers(slip: Slip, lettering: Lettering) -> list[Paper]:
    paper = Paper(lettering)
    papers, y = [paper], _top(paper, slip)
    y = _row(paper, slip, tuple(title for title, _ in slip.columns), y, bold=True)
    for cells in slip.rows:
        if y + _LINE * _lines(paper, slip, cells) > BOTTOM:
            paper = Paper(lettering)
            papers.append(paper)
            paper.text(LEFT, 48, f"{slip.title} {slip.code}（续）", _SIZE)
            y = _row(paper, slip, tuple(title for title, _ in slip.columns), 62, bold=True)
        y = _row(paper, slip, cells, y)
    foot = _TALL * len(slip.signs) + 15 * len(slip.notes) + 20
    if y + foot > HEIGHT - 40:
        paper = Paper(lettering)
        papers.append(paper)
        paper.text(LEFT, 48, f"{slip.title} {slip.code}（续）", _SIZE)
        y = 62.0
    _foot(paper, slip, y + 14)
    for number, one in enumerate(papers, 1):
        one.text(WIDTH / 2, HEIGHT - 28, f"第 {number} 页 共 {len(papers)} 页", 9, align="centre")
    return papers


def _top(paper: Paper, slip: Slip) -> float:
    """Title, QR and heads; returns how far down they reach."""
    paper.text(LEFT, 58, slip.court, 12)
    paper.text(LEFT, 86, slip.title, 22, weight="B", spread=3)
    qr(paper, slip.code, RIGHT - _QR, 40, _QR)
    paper.text(RIGHT - _QR / 2, 40 + _QR + 10, slip.code, 9.5, align="centre")
    y = 122.0
    for label, value in slip.heads:
        room = (RIGHT - _QR - 16 if y < 40 + _QR + 24 else RIGHT) - LEFT - 76
        paper.text(LEFT, y, f"{label}：", _SIZE)
        for line in paper.wrap(value or "—", room, _SIZE):
            paper.text(LEFT + 76, y, line, _SIZE)
            y += _LINE
    return max(y, 40 + _QR + 26) + 4


def qr(paper: Paper, code: str, x: float, y: float, size: float) -> None:
    """A QR code of `size` points, its dark modules drawn row by row as strokes as thick as a module: no picture, sharp on any printer."""
    matrix = [list(row) for row in segno.make(code, error="m", micro=False).matrix]
    side = size / len(matrix)
    for number, row in enumerate(matrix):
        start = None
        for place, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = place
            elif not dark and start is not None:
                middle = y + (number + 0.5) * side
                paper.rule(x + start * side, middle, x + place * side, middle, side)
                start = None


def _edges(slip: Slip) -> list[float]:
    share = (RIGHT - LEFT) / sum(width for _, width in slip.columns)
    edges = [LEFT]
    for _, width in slip.columns:
        edges.append(edges[-1] + width * share)
    return edges


def _wrapped(paper: Paper, slip: Slip, cells: Sequence[str]) -> list[list[str]]:
    edges = _edges(slip)
    return [paper.wrap(cell, right - left - 8, _SIZE) for cell, left, right in zip(cells, edges, edges[1:], strict=False)]


def _lines(paper: Paper, slip: Slip, cells: Sequence[str]) -> int:
    return max(1, *(len(lines) for lines in _wrapped(paper, slip, cells)))


def _row(paper: Paper, slip: Slip, cells: Sequence[str], y: float, *, bold: bool = False) -> float:
    edges, wrapped = _edges(slip), _wrapped(paper, slip, cells)
    height = _LINE * max(1, *(len(lines) for lines in wrapped)) + 4
    for lines, left, right in zip(wrapped, edges, edges[1:], strict=False):
        paper.frame(left, y, right, y + height)
        paper.block(left + 4, y + height / 2, lines, _SIZE, weight="B" if bold else "R")
    return y + height


def _foot(paper: Paper, slip: Slip, y: float) -> None:
    for sign in slip.signs:
        paper.text(LEFT, y + _TALL / 2, sign, _SIZE)
        y += _TALL
    for note in slip.notes:
        for line in paper.wrap(note, RIGHT - LEFT, 9):
            paper.text(LEFT, y + 8, line, 9)
            y += 13
