"""A clerk's table comes in as bytes (XLSX or CSV); its rows as texts by column title, each with its number in the file, go out."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string
from openpyxl.utils.exceptions import InvalidFileException

MOST_BYTES, MOST_UNPACKED = 5 << 20, 32 << 20
MOST_ROWS, MOST_COLUMNS = 50_000, 200
MOST_MERGED = 1_000_000  # cells
_MERGED = re.compile(rb'<mergeCell\b[^>]*\bref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_DECLARES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


class NotATableError(ValueError):
    """The bytes are no table that can be read; the text says why (Chinese)."""


@dataclass(frozen=True)
class Record:
    """One row: its number in the file (1-based, as a spreadsheet shows it) and its cells by column title."""

    number: int
    cells: dict[str, str]


def read_table(data: bytes, wanted: frozenset[str]) -> list[Record]:
    """The rows below the first row that holds one of the wanted titles; empty rows are left out, text is stripped.

    An XLSX is recognised by its bytes, everything else is read as CSV (UTF-8, UTF-16 or GB 18030). A merged cell counts for every row that it
    covers. Raises NotATableError.
    """
    if len(data) > MOST_BYTES:
        raise NotATableError(f"文件超过 {MOST_BYTES >> 20} MB")
    grid = _workbook(data) if data[:4] == b"PK\x03\x04" else _csv(data)
    place = next((index for index, row in enumerate(grid) if wanted & set(row)), None)
    if place is None:
        raise NotATableError(f"没有找到表头（至少应有“{'”“'.join(sorted(wanted))}”之一列）")
    titles = grid[place]
    repeated = [title for title in titles if title and titles.count(title) > 1]
    if repeated:
        raise NotATableError(f"表头“{repeated[0]}”重复")
    return [
        Record(number, {title: text for title, text in zip(titles, row, strict=False) if title})
        for number, row in enumerate(grid[place + 1 :], place + 2)
        if any(row)
    ]


def _csv(data: bytes) -> list[list[str]]:
    try:
        reader = csv.reader(io.StringIO(_decoded(data), newline=""), strict=True)
        grid: list[list[str]] = []
        for row in reader:
            grid.append([cell.strip() for cell in row])
            # A quoted cell may hold line breaks: the row is known by the line on which it begins.
            grid += [[] for _ in range(reader.line_num - len(grid))]
            if len(grid) > MOST_ROWS:
                raise NotATableError(f"超过 {MOST_ROWS} 行")
    except csv.Error as error:
        raise NotATableError(f"不是有效的 CSV（{error}）") from error
    return grid


def _decoded(data: bytes) -> str:
    try:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16")
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise NotATableError("文字编码不是 UTF-8、UTF-16 或 GB 18030") from error


def _workbook(data: bytes) -> list[list[str]]:
    _require_harmless(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # what it does not understand of a workbook's looks
            book = load_workbook(io.BytesIO(data), data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError) as error:
        raise NotATableError(f"不是有效的 XLSX（{error}）") from error
    sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
    if sheet is None:
        raise NotATableError("工作簿中没有可见的工作表")
    if sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS:
        raise NotATableError(f"超过 {MOST_ROWS} 行或 {MOST_COLUMNS} 列")
    grid = [[_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    for area in sheet.merged_cells.ranges:
        said = grid[area.min_row - 1][area.min_col - 1]
        for row in grid[area.min_row - 1 : area.max_row]:
            row[area.min_col - 1 : area.max_col] = [said] * (area.max_col - area.min_col + 1)
    return grid


def _require_harmless(data: bytes) -> None:
    """Refuses what unpacks to a flood or declares entities: a table needs neither."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
                raise NotATableError("展开后过大")
            for part in parts.infolist():
                body = parts.read(part) if part.filename.endswith((".xml", ".rels")) else b""
                if _DECLARES.search(body):
                    raise NotATableError("含有不允许的 XML 声明")
                if sum(map(_area, _MERGED.findall(body))) > MOST_MERGED:
                    raise NotATableError("合并的单元格过多")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise NotATableError(f"不是有效的 XLSX（{error}）") from error


def _area(corners: tuple[bytes, bytes, bytes, bytes]) -> int:
    left, top, right, bottom = corners
    wide: int = column_index_from_string(right.decode()) - column_index_from_string(left.decode()) + 1
    return max(wide, 0) * max(int(bottom) - int(top) + 1, 0)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
