"""Listings come in; one PDF for printing on A4 across goes out, its Chinese text searchable and its head row on every sheet."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem

from dossier.binding.lettering import Lettering
from dossier.binding.paper import HEIGHT as WIDTH  # an A4 sheet lying on its side
from dossier.binding.paper import LEADING, Paper
from dossier.binding.paper import WIDTH as HEIGHT
from dossier.binding.shelf import Shelf

from .model import Listing, text_of

LEFT, RIGHT, BOTTOM = 36.0, WIDTH - 36.0, HEIGHT - 44.0
_TITLE_AT, _HEADS_AT, _TOP = 50.0, 78.0, 92.0
_SIZE, _HEAD_SIZE, _CELL, _MOST_LINES = 9.0, 9.5, 3.5, 6


@dataclass(frozen=True)
class _Row:
    cells: tuple[list[str], ...]
    height: float


def write_pdf(path: Path, listings: Sequence[Listing], made_on: datetime) -> None:
    """Writes the listings one after another, each beginning a new sheet; whole or not at all. Raises BindError(font_missing), OSError."""
    lettering = Lettering()
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".listing-") as scratch, pikepdf.new() as pdf:
        starts = []
        for listing in listings:
            starts.append((listing.title, len(pdf.pages)))
            for paper in _papers(listing, lettering):
                _add(pdf, paper)
        fonts = lettering.fonts(pdf, Shelf(Path(scratch) / "fonts"))
        for leaf in pdf.pages:
            leaf.obj.Resources.Font = fonts
        with pdf.open_outline() as outline:
            outline.root.extend(OutlineItem(title, at) for title, at in starts)
        _describe(pdf, listings, made_on)
        draft = Path(scratch) / "listing.pdf"
        pdf.save(draft, deterministic_id=True)
        draft.replace(path)


def _add(pdf: pikepdf.Pdf, paper: Paper) -> None:
    content = pdf.make_stream(paper.content())
    leaf = Dictionary(Type=Name.Page, MediaBox=Array([0, 0, WIDTH, HEIGHT]), Resources=Dictionary(), Contents=content)
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(leaf)))


def _describe(pdf: pikepdf.Pdf, listings: Sequence[Listing], made_on: datetime) -> None:
    pdf.Root.Lang = pikepdf.String("zh-CN")
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    with pdf.open_metadata(set_pikepdf_as_editor=False) as told:
        told["dc:title"] = listings[0].title if listings else ""
        told["xmp:CreateDate"] = told["xmp:ModifyDate"] = made_on.isoformat(timespec="seconds")


def _papers(listing: Listing, lettering: Lettering) -> Iterator[Paper]:
    edges = _edges(listing)
    measure = Paper(lettering, HEIGHT)
    head = _head(listing, measure, edges)
    notes = [line for note in listing.notes for line in measure.wrap(note, RIGHT - LEFT, _SIZE - 1)]
    sheets = _sheets([_row(row, listing, measure, edges) for row in listing.rows], BOTTOM - _TOP - head.height)
    for number, rows in enumerate(sheets, 1):
        paper = Paper(lettering, HEIGHT)
        y = _draw(paper, listing, edges, head, rows)
        if number == len(sheets):
            for offset, line in enumerate(notes):
                paper.text(LEFT, min(y + 12, BOTTOM + 8) + offset * 11, line, _SIZE - 1)
        paper.text((LEFT + RIGHT) / 2, HEIGHT - 18, f"第 {number} 页 共 {len(sheets)} 页", 8.5, align="centre")
        yield paper


def _edges(listing: Listing) -> list[float]:
    """The heights of the columns' left sides, and of the right side of the last one."""
    share = (RIGHT - LEFT) / sum(column.width for column in listing.columns)
    edges = [LEFT]
    for column in listing.columns:
        edges.append(edges[-1] + column.width * share)
    return edges


def _head(listing: Listing, measure: Paper, edges: list[float]) -> _Row:
    cells = tuple(
        measure.wrap(column.title, right - left - 2 * _CELL, _HEAD_SIZE, 3)
        for column, left, right in zip(listing.columns, edges, edges[1:], strict=False)
    )
    return _Row(cells, max(len(lines) for lines in cells) * _HEAD_SIZE * LEADING + 8)


def _row(row: Sequence[object], listing: Listing, measure: Paper, edges: list[float]) -> _Row:
    cells = tuple(
        measure.wrap(text_of(value, column.form), right - left - 2 * _CELL, _SIZE, _MOST_LINES)  # type: ignore[arg-type]
        for value, column, left, right in zip(row, listing.columns, edges, edges[1:], strict=False)
    )
    return _Row(cells, max((len(lines) for lines in cells), default=1) * _SIZE * LEADING + 6)


def _sheets(rows: Sequence[_Row], room: float) -> list[list[_Row]]:
    sheets: list[list[_Row]] = [[]]
    used = 0.0
    for row in rows:
        if used + row.height > room and sheets[-1]:
            sheets.append([])
            used = 0.0
        sheets[-1].append(row)
        used += row.height
    return sheets


def _draw(paper: Paper, listing: Listing, edges: list[float], head: _Row, rows: Sequence[_Row]) -> float:
    """Draws one sheet; returns how far down the table reaches."""
    paper.text((LEFT + RIGHT) / 2, _TITLE_AT, listing.title, 20, weight="B", align="centre", spread=2)
    paper.text(LEFT, _HEADS_AT, "　　".join(f"{label}：{value}" for label, value in listing.heads), 9.5)
    y = _TOP
    for row in (head, *rows):
        for lines, column, left, right in zip(row.cells, listing.columns, edges, edges[1:], strict=False):
            weight, size = ("B", _HEAD_SIZE) if row is head else ("R", _SIZE)
            if row is head or column.centred:
                paper.block((left + right) / 2, y + row.height / 2, lines, size, weight="B" if weight == "B" else "R", align="centre")
            else:
                paper.block(left + _CELL, y + row.height / 2, lines, size)
        y += row.height
        paper.rule(LEFT, y, RIGHT, y, 0.4)
    for edge in edges[1:-1]:
        paper.rule(edge, _TOP, edge, y, 0.4)
    paper.frame(LEFT, _TOP, RIGHT, y, 1.0)
    return y
