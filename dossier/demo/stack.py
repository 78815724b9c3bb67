"""A folder comes in; a batch of scanned files as a team hands them over, and the truth about it, come out."""

from __future__ import annotations

import math
import random
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from dossier.demo import digital, papers, scan, truth
from dossier.demo.blocks import Block, Paper, Text, title
from dossier.demo.case import CASE_NO
from dossier.demo.compose import draw
from dossier.demo.draw import DPI, HEIGHT, WIDTH, Sheet
from dossier.demo.papers import control, filing, orders, parties, records, second
from dossier.demo.truth import Box, DocumentTruth, FaultTruth, LineTruth, MarkTruth, PageTruth, Truth

FOLDER = "files"
_Holder = Literal["jpeg", "pdf", "tiff", "png", "digital"]
_SCANNED_ON = time.struct_time((2026, 9, 14, 9, 30, 0, 0, 257, 0))


@dataclass(frozen=True)
class Plan:
    """What becomes of single papers on the way through the scanner; what is not named becomes single JPEGs, a little skewed.

    holders: paper → file it is kept in as a whole. rotations: paper → degrees clockwise that make its first page upright.
    backs: papers after whose last page the blank back was scanned too. left_out: (paper, page) that never reached the scanner.
    undeclared: papers that the team's list does not name.
    """

    holders: Mapping[Paper, tuple[str, _Holder]] = field(default_factory=dict)
    rotations: Mapping[Paper, int] = field(default_factory=dict)
    backs: frozenset[Paper] = frozenset()
    left_out: frozenset[tuple[Paper, int]] = frozenset()
    undeclared: frozenset[Paper] = frozenset()


_COMPLETE = Plan(
    holders={
        filing.JUDGMENT: ("民事判决书.tif", "tiff"),
        control.QUERY: ("总对总网络查控反馈表.pdf", "digital"),
        control.FREEZE: ("网络冻结反馈结果.png", "png"),
        records.INVESTIGATION: ("调查笔录.pdf", "pdf"),
    },
    rotations={parties.PAYEE: 180, control.SEIZURE_LIST: 90},
    backs=frozenset({filing.APPLICATION, filing.JUDGMENT, orders.GENERAL_RULING}),
)

_INCOMPLETE = Plan(
    rotations={control.QUERY_INFO: 180},
    backs=frozenset({second.SETTLEMENT}),
    left_out=frozenset({(records.TALK, 2)}),
    undeclared=frozenset({second.STRAY_NOTICE}),
)


def complete(out: Path) -> Truth:
    """Writes the complete batch: files into out/files, truth.json and declared.json into out. Raises FontMissingError."""
    return hand_over(out, papers.COMPLETE, _COMPLETE, "complete")


def incomplete(out: Path) -> Truth:
    """Writes the second, faulty batch of the same case: a receiver's signature missing, a page of another case, page 2 of 3 missing."""
    batch = hand_over(out, papers.INCOMPLETE, _INCOMPLETE, "incomplete")
    told = replace(batch, faults=tuple(_faults(batch)))
    truth.write(told, out)
    return told


def print_text(text: str, out: Path, *, name: str = "page", heading: str = "") -> Truth:
    """Prints any long text as scanned A4 pages (name_0001.jpg …), one paragraph per line of the text, blank lines left out."""
    lines = [line.strip() for line in text.replace("\ufeff", "").splitlines()]
    blocks: list[Block] = [title(heading, 20, 10)] if heading else []
    blocks += [
        Text("".join(char for char in line if char.isprintable() or char == "\u3000"), size=14.5, leading=1.6) for line in lines if line
    ]
    paper = Paper("", heading or name, tuple(blocks), face="serif", numbered=True)
    return hand_over(out, (paper,), Plan(), name, prefix=name)


def hand_over(out: Path, batch: Sequence[Paper], plan: Plan, seed: str, *, prefix: str = "扫描") -> Truth:
    """Draws, scans and files the papers one after another; the same arguments give the same bytes. Raises FontMissingError."""
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    scanner = _Scanner(folder, seed, prefix)
    documents = tuple(scanner.take(index, paper, plan) for index, paper in enumerate(batch))
    declared = tuple({"name": paper.name, "pages": pages} for paper, pages in scanner.counted if paper not in plan.undeclared)
    made = Truth(CASE_NO, str(folder), tuple(scanner.files), tuple(scanner.pages), documents, declared)
    truth.write(made, out)
    return made


class _Scanner:
    """Turns papers into files and remembers what it did."""

    def __init__(self, folder: Path, seed: str, prefix: str) -> None:
        self.folder, self.seed, self.prefix = folder, seed, prefix
        self.files: list[str] = []
        self.pages: list[PageTruth] = []
        self.counted: list[tuple[Paper, int]] = []
        self.singles = 0

    def take(self, index: int, paper: Paper, plan: Plan) -> DocumentTruth:
        sheets = draw(paper)
        self.counted.append((paper, len(sheets)))
        kept = [(number, sheet) for number, sheet in enumerate(sheets, start=1) if (paper, number) not in plan.left_out]
        name, holder = plan.holders.get(paper, ("", "jpeg"))
        taken: list[tuple[PageTruth, scan.Pixels]] = []
        for number, sheet in kept:
            rotation = plan.rotations.get(paper, 0) if number == 1 else 0
            made = self._page(sheet, paper, number, rotation, clean=holder in ("digital", "png"))
            taken.append((replace(made[0], document=index, page_of=(number, len(sheets))), made[1]))
        if paper in plan.backs:
            taken.append(self._back(kept[-1][1], paper))
        placed = self._file(name, holder, taken, [sheet for _, sheet in kept])
        self.pages += placed
        places = tuple((page.file, page.page) for page in placed if not page.blank)
        return DocumentTruth(index, paper.type_id, paper.name, paper.case_no, places)

    def _page(self, sheet: Sheet, paper: Paper, number: int, rotation: int, *, clean: bool) -> tuple[PageTruth, scan.Pixels]:
        drawn = np.asarray(sheet.picture)
        mark = self._mark(paper, number)
        skew = 0.0 if clean else _skew(mark)
        made = _truth_of(sheet, skew, rotation)
        return made, drawn if clean else scan.scanned(drawn, mark, skew=skew, rotation=rotation)

    def _back(self, front: Sheet, paper: Paper) -> tuple[PageTruth, scan.Pixels]:
        return PageTruth("", 0, WIDTH, HEIGHT, (), (), "", blank=True), scan.back_of(np.asarray(front.picture), self._mark(paper, 0))

    def _mark(self, paper: Paper, number: int) -> int:
        return zlib.crc32(f"{self.seed}|{len(self.counted)}|{paper.name}|{number}".encode())

    def _file(self, name: str, holder: _Holder, taken: Sequence[tuple[PageTruth, scan.Pixels]], sheets: Sequence[Sheet]) -> list[PageTruth]:
        """Writes the pages into their file or files; gives their truth with file and page number filled in."""
        if holder == "jpeg":
            return [self._single(page, pixels) for page, pixels in taken]
        self.files.append(name)
        target = self.folder / name
        if holder == "digital":
            digital.write(sheets, target)
        else:
            _write_pictures(holder, [Image.fromarray(pixels) for _, pixels in taken], target)
        return [replace(page, file=name, page=number) for number, (page, _) in enumerate(taken, start=1)]

    def _single(self, page: PageTruth, pixels: scan.Pixels) -> PageTruth:
        self.singles += 1
        name = f"{self.prefix}_{self.singles:04d}.jpg"
        (self.folder / name).write_bytes(scan.jpeg(pixels))
        self.files.append(name)
        return replace(page, file=name, page=1)


def _write_pictures(holder: _Holder, pictures: Sequence[Image.Image], target: Path) -> None:
    first, rest = pictures[0], list(pictures[1:])
    if holder == "png":
        first.save(target, "PNG", dpi=(DPI, DPI))
    elif holder == "tiff":
        first.save(target, "TIFF", compression="jpeg", quality=scan.QUALITY, dpi=(DPI, DPI), save_all=True, append_images=rest)
    else:
        dated = {"creationDate": _SCANNED_ON, "modDate": _SCANNED_ON}
        first.save(target, "PDF", resolution=float(DPI), quality=scan.QUALITY, save_all=True, append_images=rest, **dated)


def _skew(mark: int) -> float:
    """Two pages of three lie a little askew on the glass, by 0.3 to 1.8 degrees either way."""
    source = random.Random(mark)
    if source.random() < 1 / 3:
        return 0.0
    return round(source.choice((-1, 1)) * source.uniform(0.3, 1.8), 2)


def _truth_of(sheet: Sheet, skew: float, rotation: int) -> PageTruth:
    lines, text = truth.in_reading_order(sheet.lines, sheet.marks)
    return PageTruth(
        file="",
        page=0,
        width=WIDTH,
        height=HEIGHT,
        lines=tuple(LineTruth(line.text, _moved(line.box, skew), line.hand) for line in lines),
        marks=tuple(MarkTruth(mark.kind, mark.text, mark.shape, _moved(mark.box, skew)) for mark in sheet.marks),
        text=text,
        rotation=rotation,
        skew=skew,
    )


def _moved(box: Box, skew: float) -> Box:
    """A box of the straight page on the skewed one: its middle turns about the page's middle, its size stays."""
    middle_x, middle_y, angle = WIDTH / 2, HEIGHT / 2, math.radians(skew)
    x, y = (box[0] + box[2]) / 2 - middle_x, (box[1] + box[3]) / 2 - middle_y
    new_x = x * math.cos(angle) - y * math.sin(angle) + middle_x
    new_y = x * math.sin(angle) + y * math.cos(angle) + middle_y
    half_w, half_h = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    return (round(new_x - half_w), round(new_y - half_h), round(new_x + half_w), round(new_y + half_h))


def _faults(batch: Truth) -> list[FaultTruth]:
    """What is wrong on purpose, in the words a clerk would use, with the page to look at."""
    notes = {
        "service_receipt": ("missing_signature", "送达回证缺受送达人签名和签收日期"),
        "enforcement_notice": ("other_case", "该页属于另一案件（2026）豫9924执87号"),
        "inquiry_record": ("missing_page", "谈话笔录共3页，缺第2页"),
    }
    return [
        FaultTruth(notes[document.type_id][0], document.index, *document.pages[-1], notes[document.type_id][1])
        for document in batch.documents
        if document.type_id in notes
    ]
