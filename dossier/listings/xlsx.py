"""Listings come in; one XLSX workbook with a sheet for each goes out, ready to be printed on A4 across."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from .model import Cell, Form, Listing

_LINE = Side(style="thin", color="FF9AA5B1")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD = PatternFill("solid", fgColor="FFE8EDF2")
_FORMATS: dict[Form, str] = {"number": "0", "percent": "0.0%", "date": "yyyy-mm-dd", "text": "@"}
_HEAD_ROW = 3
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def write_xlsx(path: Path, listings: Sequence[Listing], made_on: datetime) -> None:
    """Writes the workbook, whole or not at all. made_on: the moment that its properties tell. Raises OSError."""
    book = Workbook()
    book.remove(book.active)
    book.properties.created = book.properties.modified = made_on.replace(tzinfo=None)
    book.properties.creator = "执行卷宗管理中心"
    for listing in listings:
        _sheet(book.create_sheet(listing.name.translate(_FORBIDDEN)[:31]), listing)
    draft = path.with_name(f".{path.name}.new")
    try:
        book.save(draft)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _sheet(sheet: Worksheet, listing: Listing) -> None:
    last = len(listing.columns)
    _across(sheet, 1, last, listing.title, Font(size=16, bold=True), Alignment(horizontal="center"))
    _across(sheet, 2, last, "　".join(f"{label}：{value}" for label, value in listing.heads), Font(size=10), Alignment(wrap_text=True))
    for place, column in enumerate(listing.columns, 1):
        cell = sheet.cell(_HEAD_ROW, place, column.title)
        cell.font, cell.fill, cell.border = Font(bold=True), _HEAD, _BOX
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(place)].width = column.width * 2 + 1
    for number, row in enumerate(listing.rows, _HEAD_ROW + 1):
        for place, (value, column) in enumerate(zip(row, listing.columns, strict=True), 1):
            _cell(sheet, number, place, value, column.form)
    below = _HEAD_ROW + len(listing.rows) + 1
    for offset, note in enumerate(listing.notes):
        _across(sheet, below + offset, last, note, Font(size=9), Alignment(wrap_text=True, vertical="top"))
    _print(sheet, last, _HEAD_ROW + len(listing.rows))


def _across(sheet: Worksheet, row: int, last: int, text: str, font: Font, alignment: Alignment) -> None:
    cell = sheet.cell(row, 1)
    _put_text(cell, text)
    cell.font, cell.alignment = font, alignment
    if last > 1:
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=last)


def _cell(sheet: Worksheet, row: int, place: int, value: Cell, form: Form) -> None:
    cell = sheet.cell(row, place)
    if isinstance(value, str):
        _put_text(cell, value)
    elif value is not None:
        cell.value = datetime.combine(value, time()) if form == "date" and not isinstance(value, (int, float)) else value
        cell.number_format = _FORMATS[form]
    cell.border = _BOX
    cell.alignment = Alignment(horizontal="center" if form != "text" else "left", vertical="center", wrap_text=True)


def _put_text(cell: object, text: str) -> None:
    """Text stays text: a name that begins with '=' must not run as a formula on the reader's machine."""
    cell.value = text  # type: ignore[attr-defined]
    cell.data_type = "s"  # type: ignore[attr-defined]


def _print(sheet: Worksheet, columns: int, last_row: int) -> None:
    sheet.freeze_panes = sheet.cell(_HEAD_ROW + 1, 1)
    sheet.auto_filter.ref = f"A{_HEAD_ROW}:{get_column_letter(columns)}{max(last_row, _HEAD_ROW)}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{_HEAD_ROW}:{_HEAD_ROW}"
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
