"""What a listing is: a title, what stands above it, columns and rows of plain values; each value as people read it goes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

Form = Literal["text", "number", "percent", "date"]
Cell = str | int | float | date | None


@dataclass(frozen=True)
class Column:
    """width: in characters of the size of the body; a printed table shares its sheet out in these proportions."""

    title: str
    width: float
    form: Form = "text"

    @property
    def centred(self) -> bool:
        """Numbers and dates stand in the middle, words at the left."""
        return self.form != "text"


@dataclass(frozen=True)
class Listing:
    """One table. name: on the tab of its sheet. heads: what is told above the table, as (label, value); notes: below it."""

    name: str
    title: str
    heads: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        """The table as lines of text, cells parted by tabs."""
        yield "\t".join(column.title for column in self.columns)
        for row in self.rows:
            yield "\t".join(text_of(cell, column.form) for cell, column in zip(row, self.columns, strict=True))


def text_of(cell: Cell, form: Form = "text") -> str:
    """'2026-04-16', '66.7%', '12' or the text itself; '' for None."""
    if cell is None:
        return ""
    if form == "percent" and isinstance(cell, (int, float)):
        return f"{cell * 100:.1f}%"
    return cell.isoformat() if isinstance(cell, date) else str(cell)
