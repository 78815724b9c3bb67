"""The volume comes in; its cover (卷宗封面), contents list (卷内目录) and closing note (备考表) go out as drawn sheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .lettering import Lettering
from .model import KIND_NAMES, BindDocument, BindVolume
from .paper import HEIGHT, LEADING, WIDTH, Paper

LEFT, RIGHT = 64.0, WIDTH - 44.0  # the left margin is where a paper volume is sewn
_CELL = 5.0  # between a rule and the text beside it
_COVER_TOP, _LABEL = 318.0, 92.0
_LIST_TOP, _LIST_BOTTOM, _LIST_HEAD, _ROW = 112.0, HEIGHT - 56.0, 32.0, 31.0
_LIST_SIZE, _MOST_LINES = 10.5, 12
_COLUMNS = (("序号", 34.0), ("文号", 112.0), ("文书名称", 172.0), ("日期", 74.0), ("页次", 50.0), ("备注", 45.28))


def cover(volume: BindVolume, lettering: Lettering) -> Paper:
    """The cover: court, kind of volume, and the table of what the case is."""
    paper = Paper(lettering)
    _archive_numbers(paper, volume)
    middle = (LEFT + RIGHT) / 2
    paper.text(middle, 168, volume.court, _fitting(lettering, volume.court, 28, RIGHT - LEFT), weight="B", align="centre", spread=2)
    paper.text(middle, 226, "执行卷宗", 42, weight="B", align="centre", spread=16)
    paper.text(middle, 282, KIND_NAMES[volume.kind], 24, weight="B", align="centre", spread=12)
    y = _COVER_TOP
    for height, cells in _cover_rows(volume):
        _cover_row(paper, y, height, cells)
        y += height
    paper.frame(LEFT, _COVER_TOP, RIGHT, y, 1.2)
    return paper


def _cover_rows(volume: BindVolume) -> list[tuple[float, list[tuple[str, str | Sequence[str]]]]]:
    numbered = sum(page.page_no is not None for page in volume.pages)
    total = f"共 {volume.of} 册" if volume.of else "共　　册"
    return [
        (36, [("案号", volume.case_no)]),
        (36, [("案由", volume.cause)]),
        (56, [("申请执行人", volume.applicants)]),
        (56, [("被执行人", volume.respondents)]),
        (44, [("执行依据", volume.title_document)]),
        (36, [("执行标的", volume.amount)]),
        (36, [("承办人", volume.handler), ("书记员", volume.clerk)]),
        (36, [("收案日期", chinese_date(volume.filed_on)), ("结案日期", chinese_date(volume.closed_on))]),
        (36, [("执行结果", volume.result)]),
        (36, [("归档日期", chinese_date(volume.archived_on)), ("保管期限", volume.retention)]),
        (36, [("册数", f"本案{total}，本册第 {volume.number} 册"), ("件数页数", f"{len(volume.documents)} 件 {numbered} 页")]),
    ]


def _archive_numbers(paper: Paper, volume: BindVolume) -> None:
    left, label, height = RIGHT - 176, 56.0, 24.0
    for index, (name, value) in enumerate((("全宗号", volume.fonds_no), ("目录号", volume.list_no), ("案卷号", volume.file_no))):
        top = 48 + index * height
        paper.frame(left, top, RIGHT, top + height)
        paper.rule(left + label, top, left + label, top + height)
        paper.text(left + label / 2, top + height / 2, name, 10.5, align="centre")
        _cell(paper, value, left + label, top, RIGHT, top + height, 10.5)


def _cover_row(paper: Paper, top: float, height: float, cells: Sequence[tuple[str, str | Sequence[str]]]) -> None:
    width = (RIGHT - LEFT) / len(cells)
    for index, (label, value) in enumerate(cells):
        left = LEFT + index * width
        paper.frame(left, top, left + width, top + height)
        paper.rule(left + _LABEL, top, left + _LABEL, top + height)
        paper.text(left + _LABEL / 2, top + height / 2, label, 13, weight="B", align="centre")
        _cell(paper, value, left + _LABEL, top, left + width, top + height, 13)


def _cell(paper: Paper, value: str | Sequence[str], x0: float, y0: float, x1: float, y1: float, size: float) -> None:
    """A value inside its cell: smaller when it does not fit; then of a list the first names and how many there are, of a text its beginning."""
    width, height = x1 - x0 - 2 * _CELL, y1 - y0 - 4
    names = [value] if isinstance(value, str) else list(value)
    for points in (size, size - 1.5, size - 3, size - 4.5):
        lines = paper.wrap("、".join(names), width, points)
        if len(lines) * points * LEADING <= height:
            break
    kept = len(names)
    while kept > 1 and len(lines) * points * LEADING > height:
        kept -= 1
        lines = paper.wrap(f"{'、'.join(names[:kept])}等{len(names)}人", width, points)
    if len(lines) * points * LEADING > height:
        lines = paper.wrap(names[0], width, points, int(height / points / LEADING))
    paper.block(x0 + _CELL, (y0 + y1) / 2, lines, points)


def _fitting(lettering: Lettering, text: str, size: float, width: float) -> float:
    """The size at which the bold text is at most `width` wide."""
    return min(size, size * width / max(lettering.width(text, size, "B") + 2 * len(text), 1))


@dataclass(frozen=True)
class _Row:
    document: BindDocument
    cells: tuple[list[str], ...]
    height: float


def contents(volume: BindVolume, lettering: Lettering) -> list[Paper]:
    """The contents list, as many sheets as it takes (at least one); each row leads to its document."""
    measure = Paper(lettering)
    sheets: list[list[_Row]] = [[]]
    room = _LIST_BOTTOM - _LIST_TOP - _LIST_HEAD
    for document in volume.documents:
        row = _row(document, measure)
        if sum(other.height for other in sheets[-1]) + row.height > room:
            sheets.append([])
        sheets[-1].append(row)
    first = 1 + len(sheets)
    starts: dict[int, int] = {}
    for document in volume.documents:
        starts[document.serial] = first
        first += len(document.pages)
    return [_contents_sheet(volume, rows, starts, index, len(sheets), lettering) for index, rows in enumerate(sheets)]


def _row(document: BindDocument, measure: Paper) -> _Row:
    on = document.on.strftime("%Y.%m.%d") if document.on else ""
    values = (str(document.serial), document.document_no, document.name, on, document.page_range, document.remarks)
    widths = (width for _, width in _COLUMNS)
    cells = tuple(measure.wrap(value, width - 2 * _CELL, _LIST_SIZE, _MOST_LINES) for value, width in zip(values, widths, strict=True))
    return _Row(document, cells, max(_ROW, max(map(len, cells)) * _LIST_SIZE * LEADING + 8))


def _contents_sheet(volume: BindVolume, rows: list[_Row], starts: dict[int, int], index: int, sheets: int, lettering: Lettering) -> Paper:
    paper = Paper(lettering)
    paper.text((LEFT + RIGHT) / 2, 66, "卷内目录", 26, weight="B", align="centre", spread=14)
    paper.text(LEFT, 98, volume.case_no, 11)
    side = f"{KIND_NAMES[volume.kind]} 第{volume.number}册" + (f"　目录第{index + 1}页 共{sheets}页" if sheets > 1 else "")
    paper.text(RIGHT, 98, side, 11, align="right")
    edges = [LEFT]
    for name, width in _COLUMNS:
        paper.text(edges[-1] + width / 2, _LIST_TOP + _LIST_HEAD / 2, name, 11.5, weight="B", align="centre")
        edges.append(edges[-1] + width)
    y = _LIST_TOP + _LIST_HEAD
    for row in rows:
        paper.rule(LEFT, y, RIGHT, y)
        _list_cells(paper, row, edges, y)
        paper.link(LEFT, y, RIGHT, y + row.height, starts[row.document.serial])
        y += row.height
    while y + _ROW <= _LIST_BOTTOM:
        paper.rule(LEFT, y, RIGHT, y)
        y += _ROW
    for edge in edges[1:-1]:
        paper.rule(edge, _LIST_TOP, edge, y)
    paper.frame(LEFT, _LIST_TOP, RIGHT, y, 1.2)
    return paper


def _list_cells(paper: Paper, row: _Row, edges: list[float], top: float) -> None:
    for (name, _), lines, left, right in zip(_COLUMNS, row.cells, edges, edges[1:], strict=False):
        if name in ("文书名称", "文号", "备注"):
            paper.block(left + _CELL, top + row.height / 2, lines, _LIST_SIZE)
        else:
            paper.block((left + right) / 2, top + row.height / 2, lines, _LIST_SIZE, align="centre")


def note(volume: BindVolume, lettering: Lettering) -> Paper:
    """The closing note: what the volume holds, what is to be known about it, who put it together and who checked it."""
    paper = Paper(lettering)
    bottom, sign = HEIGHT - 64, HEIGHT - 214
    paper.text((LEFT + RIGHT) / 2, 72, "卷内备考表", 26, weight="B", align="centre", spread=10)
    paper.text(LEFT, 106, volume.case_no, 11)
    paper.text(RIGHT, 106, f"{KIND_NAMES[volume.kind]} 第{volume.number}册", 11, align="right")
    paper.frame(LEFT, 120, RIGHT, bottom, 1.2)
    paper.text(LEFT + 16, 150, "本卷情况说明：", 14, weight="B")
    y = 182.0
    for size in (13.0, 11.0, 9.0, 7.0):
        most = int((sign - y) / size / 1.7)
        lines = paper.wrap(f"{_summary(volume)}\n{volume.note.remarks}", RIGHT - LEFT - 60, size, most)
        if not lines[-1].endswith("…"):
            break
    for line in lines:
        paper.text(LEFT + 30, y, line, size)
        y += size * 1.7
    paper.rule(LEFT, sign, RIGHT, sign)
    written = (("立卷人", volume.note.compiled_by), ("检查人", volume.note.checked_by), ("立卷时间", chinese_date(volume.note.on)))
    for index, (label, value) in enumerate(written):
        y = sign + 36 + index * 39
        paper.text(RIGHT - 190, y, f"{label}：", 14, weight="B", align="right")
        paper.text(RIGHT - 182, y, value, 14)
        paper.rule(RIGHT - 186, y + 12, RIGHT - 30, y + 12)
    return paper


def _summary(volume: BindVolume) -> str:
    numbers = [page.page_no for page in volume.pages if page.page_no is not None]
    bare = len(volume.pages) - len(numbers)
    span = f"（第 {numbers[0]} 页至第 {numbers[-1]} 页）" if numbers else ""
    text = f"本卷共有文书材料 {len(volume.documents)} 件，编号 {len(numbers)} 页{span}。"
    return text + (f"另有未编号 {bare} 页（空白页、重复页），随原件保留。" if bare else "")


def chinese_date(on: date | None) -> str:
    """'2026年3月5日', or '' when there is none."""
    return f"{on.year}年{on.month}月{on.day}日" if on else ""
