"""A listing as CSV: listings and a path come in, one text file that a spreadsheet opens as it is goes out."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from .model import Cell, Form, Listing, text_of

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(path: Path, listings: Sequence[Listing], made_on: datetime) -> None:
    """All listings below one another, each under its title and what stands above it. UTF-8 with a mark, or spreadsheets take it for GBK."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for listing in listings:
            writer.writerow([listing.title])
            writer.writerows([label, _plain(value)] for label, value in listing.heads)
            writer.writerow([column.title for column in listing.columns])
            writer.writerows([_cell(cell, column.form) for cell, column in zip(row, listing.columns, strict=True)] for row in listing.rows)
            writer.writerows([_plain(note)] for note in listing.notes)
            writer.writerow([])
        writer.writerow([f"制表时间 {made_on:%Y-%m-%d %H:%M}"])


def _cell(cell: Cell, form: Form) -> str:
    return text_of(cell, form) if isinstance(cell, (int, float)) else _plain(text_of(cell, form))


def _plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
