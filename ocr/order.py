"""Reading order: pieces of text with boxes come in as a detector found them, lines as a person reads them go out."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from ocr.contract import Box, Line

SAME_WORD = 0.35  # of a character: a smaller gap between two pieces is no gap
SAME_LINE = 6.0  # characters: pieces further apart than this are lines of their own
AFTER_COLON = 1.5  # characters: what stands further behind a colon was filled in later, and is a line of its own
COLUMN_ROWS = 6  # rows with the same gutter make columns; fewer are a block of signatures


def arrange(pieces: Sequence[Line], cells: Sequence[Box] = ()) -> tuple[Line, ...]:
    """Orders the pieces of one straight page and joins those of one row.

    Rows run left to right; the cells of a ruled table are read row by row and never joined with each other; two columns of prose are read one
    after the other; a page of vertical writing is read from the right column to the left one.
    """
    pieces = [piece for piece in pieces if piece.text.strip()]
    if _is_vertical_page(pieces):
        return tuple(_columns_from_right(pieces))
    inside, free = _by_cell(pieces, cells)
    blocks = _tables(inside)
    if _gutter(free):
        blocks.append((min(map(_top, free)), _prose(free)))
    else:
        blocks += [(_middle(row[0]), _joined(row)) for row in _rows(free)]
    return tuple(line for _, block in sorted(blocks, key=lambda item: item[0]) for line in block)


def _top(line: Line) -> float:
    return float(line.box[1])


def _middle(line: Line) -> float:
    return (line.box[1] + line.box[3]) / 2


def _height(line: Line) -> int:
    return max(1, line.box[3] - line.box[1])


def _width(line: Line) -> int:
    return max(1, line.box[2] - line.box[0])


# Vertical writing


def _is_column(line: Line) -> bool:
    return len(line.text) >= 3 and _height(line) >= 2 * _width(line)


def _is_vertical_page(pieces: Sequence[Line]) -> bool:
    characters = sum(len(piece.text) for piece in pieces)
    return characters > 0 and sum(len(piece.text) for piece in pieces if _is_column(piece)) > 0.6 * characters


def _columns_from_right(pieces: Sequence[Line]) -> list[Line]:
    """Columns right to left, each from top to bottom; a piece belongs to the column that it stands in."""
    columns: list[list[Line]] = []
    for piece in sorted(pieces, key=lambda line: -(line.box[0] + line.box[2])):
        if columns and _share(piece.box, columns[-1][0].box, axis=0) > 0.5:
            columns[-1].append(piece)
        else:
            columns.append([piece])
    return [piece for column in columns for piece in sorted(column, key=_top)]


def _share(a: Box, b: Box, axis: int) -> float:
    """How much of the shorter of two extents lies within the other (0..1); axis 0 = x, 1 = y."""
    common = min(a[axis + 2], b[axis + 2]) - max(a[axis], b[axis])
    return max(0, common) / max(1, min(a[axis + 2] - a[axis], b[axis + 2] - b[axis]))


# Tables


def _by_cell(pieces: Sequence[Line], cells: Sequence[Box]) -> tuple[dict[Box, list[Line]], list[Line]]:
    inside: dict[Box, list[Line]] = {}
    free: list[Line] = []
    for piece in pieces:
        x, y = (piece.box[0] + piece.box[2]) / 2, _middle(piece)
        around = [cell for cell in cells if cell[0] <= x <= cell[2] and cell[1] <= y <= cell[3]]
        if around:
            inside.setdefault(min(around, key=lambda cell: (cell[2] - cell[0]) * (cell[3] - cell[1])), []).append(piece)
        else:
            free.append(piece)
    return inside, free


def _tables(inside: dict[Box, list[Line]]) -> list[tuple[float, list[Line]]]:
    """The rows of cells, each with the y where it begins: rows by the upper edge of their cells, so that a cell that spans rows comes first."""
    rows: list[list[Box]] = []
    for cell in sorted(inside, key=lambda box: (box[1], box[0])):
        height = median(_height(piece) for piece in inside[cell])
        # Step by step, because what is left of a skew moves the far end of a row by more than the next step.
        if rows and cell[1] - rows[-1][-1][1] <= 0.4 * height and cell[1] - rows[-1][0][1] <= height:
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return [(float(row[0][1]), [line for cell in sorted(row) for line in _cell_lines(inside[cell])]) for row in rows]


def _cell_lines(pieces: list[Line]) -> list[Line]:
    if len(pieces) > 1 and all(len(piece.text.strip()) <= 2 for piece in pieces) and len(_rows(pieces)) == len(pieces):
        ordered = sorted(pieces, key=_top)
        if _share(ordered[0].box, ordered[-1].box, axis=0) > 0.5:
            return [join(ordered, "")]  # 审/批/意/见, one character to a line in a narrow cell
    return [line for row in _rows(pieces) for line in _joined(row)]


# Rows


def _rows(pieces: Sequence[Line]) -> list[list[Line]]:
    """Pieces that stand side by side, left to right; rows from top to bottom."""
    rows: list[list[Line]] = []
    for piece in sorted(pieces, key=_middle):
        best = next((row for row in reversed(rows[-4:]) if all(_beside(piece, other) for other in row)), None)
        if best is None:
            rows.append([piece])
        else:
            best.append(piece)
    for row in rows:
        row.sort(key=lambda line: line.box[0])
    return sorted(rows, key=lambda row: median(_middle(line) for line in row))


def _beside(a: Line, b: Line) -> bool:
    """Same height on the page and not one above the other."""
    return _share(a.box, b.box, axis=1) > 0.55 and _share(a.box, b.box, axis=0) < 0.35


def _em(line: Line) -> float:
    """The width of a full character in this line, in pixels."""
    units = sum(1.0 if ord(character) > 0x2E7F else 0.55 for character in line.text)
    return min(_width(line) / max(0.5, units), 1.3 * _height(line))


def _joined(row: Sequence[Line]) -> list[Line]:
    lines: list[Line] = []
    for piece in row:
        if lines:
            gap = (piece.box[0] - lines[-1].box[2]) / max(1.0, min(_em(piece), _em(lines[-1])))
            if gap <= (AFTER_COLON if lines[-1].text.endswith(("：", ":")) else SAME_LINE):
                lines[-1] = join([lines[-1], piece], _between(lines[-1].text, piece.text, gap))
                continue
        lines.append(piece)
    return lines


def _between(left: str, right: str, gap: float) -> str:
    western = left[-1:].isascii() and left[-1:].isalnum() and right[:1].isascii() and right[:1].isalnum()
    return " " if western or gap > SAME_WORD else ""


def join(lines: Sequence[Line], between: str) -> Line:
    """One line out of several: the box around all, the confidence weighted by length."""
    weights = [max(1, len(line.text)) for line in lines]
    return Line(
        between.join(line.text.strip() for line in lines),
        sum(line.confidence * weight for line, weight in zip(lines, weights, strict=True)) / sum(weights),
        (
            min(line.box[0] for line in lines),
            min(line.box[1] for line in lines),
            max(line.box[2] for line in lines),
            max(line.box[3] for line in lines),
        ),
    )


# Columns of prose


def _gutter(pieces: Sequence[Line]) -> int | None:
    """The x of an empty vertical strip with several rows of running text at both sides of it, or None."""
    wide = [piece for piece in pieces if len(piece.text) >= 8]
    if len(wide) < 2 * COLUMN_ROWS:
        return None
    left_edge, right_edge = min(piece.box[0] for piece in pieces), max(piece.box[2] for piece in pieces)
    em = median(_height(piece) for piece in wide)
    middle = (left_edge + right_edge) / 2
    third = (right_edge - left_edge) / 6
    starts = sorted({piece.box[0] for piece in wide if abs(piece.box[0] - middle) < third})
    for start in starts:
        x = round(start - em / 2)
        crossing = [piece for piece in pieces if piece.box[0] < x < piece.box[2]]
        sides = [piece for piece in wide if piece.box[2] <= x], [piece for piece in wide if piece.box[0] >= x]
        aligned = [piece for piece in sides[1] if abs(piece.box[0] - start) < 2.5 * em]
        if len(crossing) <= 2 and len(sides[0]) >= COLUMN_ROWS and len(aligned) >= COLUMN_ROWS:
            return x
    return None


def _prose(pieces: Sequence[Line]) -> list[Line]:
    """Two columns: what crosses the gutter (a headline, a foot) keeps its place above or below them."""
    x = _gutter(pieces) or 0
    crossing = [piece for piece in pieces if piece.box[0] < x < piece.box[2]]
    left = [piece for piece in pieces if piece.box[2] <= x]
    right = [piece for piece in pieces if piece.box[0] >= x]
    first = min(piece.box[1] for piece in left + right)
    above = [piece for piece in crossing if piece.box[1] < first]
    below = [piece for piece in crossing if piece.box[1] >= first]
    return [line for part in (above, left, right, below) for row in _rows(part) for line in _joined(row)]
