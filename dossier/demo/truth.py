"""What was drawn comes in; the truth about every file, page, document and mark comes out, as values and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from dossier.demo.measure import ANY

Box = tuple[int, int, int, int]
MarkKind = Literal["seal", "stamp", "signature", "fingerprint"]


@dataclass(frozen=True)
class LineTruth:
    """One drawn line of legible text; hand is True for filled-in handwriting. box: pixels of the upright page as scanned (with its skew)."""

    text: str
    box: Box
    hand: bool = False


@dataclass(frozen=True)
class MarkTruth:
    """What is on the page besides text: kind, the words in it ('' for a fingerprint), shape (round | oval | square | rect | ''), box."""

    kind: MarkKind
    text: str
    shape: str
    box: Box


@dataclass(frozen=True)
class PageTruth:
    """One page of one file (page is 1-based).

    rotation: degrees clockwise that make the page upright; skew: degrees, positive when lines fall to the right, of the upright page.
    document: index into Truth.documents, None for a blank back. page_of: (page, pages) of its document as it was written on paper.
    text: the lines in reading order, with one measure.ANY for each character of a signature or worded stamp, where it stands.
    """

    file: str
    page: int
    width: int
    height: int
    lines: tuple[LineTruth, ...]
    marks: tuple[MarkTruth, ...]
    text: str
    rotation: int = 0
    skew: float = 0.0
    blank: bool = False
    document: int | None = None
    page_of: tuple[int, int] | None = None


@dataclass(frozen=True)
class DocumentTruth:
    """One paper: its type id in the rules, its title, the case number on it, its pages as (file, page) in order."""

    index: int
    type_id: str
    name: str
    case_no: str
    pages: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class FaultTruth:
    """One thing that is wrong on purpose: kind (missing_signature | other_case | missing_page), where, and the words for people."""

    kind: str
    document: int
    file: str
    page: int
    note: str


@dataclass(frozen=True)
class Truth:
    """Everything about one batch. files: names in the order of hand-over, inside `folder`. declared: what the team says it hands over."""

    case_no: str
    folder: str
    files: tuple[str, ...]
    pages: tuple[PageTruth, ...]
    documents: tuple[DocumentTruth, ...]
    declared: tuple[dict[str, Any], ...]
    faults: tuple[FaultTruth, ...] = ()

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files to hand over, in order."""
        return tuple(Path(self.folder) / name for name in self.files)

    def page(self, file: str, number: int) -> PageTruth:
        """The page `number` (1-based) of `file`; KeyError when there is none."""
        for page in self.pages:
            if (page.file, page.page) == (file, number):
                return page
        raise KeyError((file, number))

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON values; `folder` stays out, so that equal batches give equal bytes anywhere."""
        return {key: value for key, value in asdict(self).items() if key != "folder"}


def in_reading_order(lines: Iterable[LineTruth], marks: Iterable[MarkTruth]) -> tuple[tuple[LineTruth, ...], str]:
    """Lines by visual row and then from left to right, and the page's text in which signatures and worded stamps are measure.ANY."""
    items: list[tuple[Box, str, LineTruth | None]] = [(line.box, line.text, line) for line in lines]
    items += [(mark.box, ANY * len(mark.text), None) for mark in marks if mark.kind in ("signature", "stamp")]
    ordered = [item for row in _rows(items) for item in sorted(row, key=lambda item: item[0][0])]
    return tuple(line for _, _, line in ordered if line is not None), "\n".join(text for _, text, _ in ordered)


def _rows(items: Sequence[tuple[Box, str, LineTruth | None]]) -> list[list[tuple[Box, str, LineTruth | None]]]:
    """Items whose middle lies inside the printed row found so far belong to it; handwriting never starts or widens a row of print."""
    rows: list[tuple[Box, list[tuple[Box, str, LineTruth | None]]]] = []
    print_first = sorted(items, key=lambda item: (item[2] is None or item[2].hand, (item[0][1] + item[0][3]) / 2))
    for item in print_first:
        middle = (item[0][1] + item[0][3]) / 2
        home = next((row for box, row in rows if box[1] <= middle <= box[3]), None)
        if home is None:
            rows.append((item[0], [item]))
        else:
            home.append(item)
    return [row for _, row in sorted(rows, key=lambda row: (row[0][1] + row[0][3]) / 2)]


def write(truth: Truth, out: Path) -> None:
    """Writes truth.json and declared.json into `out`."""
    (out / "truth.json").write_text(json.dumps(truth.as_json(), ensure_ascii=False, indent=1), encoding="utf-8")
    (out / "declared.json").write_text(json.dumps(truth.declared, ensure_ascii=False, indent=1), encoding="utf-8")
