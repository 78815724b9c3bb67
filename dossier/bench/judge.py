"""Papers in wordings that no rule and no training has seen, and the golden cases, come in; how many are named, placed, told apart and judged rightly goes out."""

from __future__ import annotations

import hashlib
import json
import random
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np

from dossier.app import open_pool, open_rules
from dossier.bench import goldens, meter
from dossier.demo import scan, wordings
from dossier.demo.compose import draw
from dossier.demo.draw import DPI, HEIGHT, WIDTH, Sheet
from dossier.demo.truth import in_reading_order
from dossier.desks import trial
from dossier.pagework import PageJob, PageResult, labels_key, read_page
from dossier.settings import Settings
from ocr.pool import ReaderPool
from review.classify import Guess, classify
from review.facts import PageFacts, SealFact, TextLine
from review.lexicon import Lexicon
from review.segment import Stack, segment

RIGHT, PLACED, WRONG, EXACT = 0.97, 0.85, 0.005, 0.97
STACK = 14  # papers in a stack
BROKEN, NUMBERED, BACKS, UPSIDE_DOWN = (
    0.25,
    0.4,
    0.12,
    0.03,
)  # shares of the papers (of the broken ones for NUMBERED, of the pages for the last)
SLIPS = 0.005  # of the characters, in text mode
_MISREAD = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工"


@dataclass(frozen=True)
class Sample:
    """One paper: what it is (None: no case material) and its pages as read."""

    name: str
    type_id: str | None
    pages: tuple[PageFacts, ...]


@dataclass(frozen=True)
class Verdict:
    """What was made of one sample."""

    sample: Sample
    guess: Guess

    @property
    def right(self) -> bool:
        return self.guess.type_id == self.sample.type_id

    @property
    def placed_wrongly(self) -> bool:
        return self.guess.confident and not self.right


@dataclass(frozen=True)
class Score:
    """Shares 0..1. right, placed and exact of all papers (foreign ones apart), wrong of the placed ones; forced: foreign papers placed."""

    papers: int
    types: int
    right: float
    placed: float
    wrong: float
    exact: float
    foreign: int
    forced: int
    named: int

    @property
    def held(self) -> bool:
        return self.right >= RIGHT and self.placed >= PLACED and self.wrong <= WRONG and self.exact >= EXACT


def run(which: str, *, text: bool, draws: int, misses: bool, keep: Path | None) -> bool:
    """Prints the table; True when every target is held. keep: folder in which readings stay from one run to the next."""
    settings = Settings.read({})
    book = open_rules()
    lexicon = book.lexicon(settings.default_profile)
    how = f"typed text, {SLIPS:.1%} of the characters misread" if text else f"scanned at {DPI} dpi, reader {settings.reader}"
    meter.headline(f"judge: {which} wordings, {how}")
    with tempfile.TemporaryDirectory(prefix="bench-judge-") as name:
        folder = Path(name)
        samples = _typed(which, draws) if text else _read(which, draws, settings, lexicon, folder, keep or folder)
    verdicts = [Verdict(sample, classify(sample.pages, lexicon)) for sample in samples]
    split, lost = _split(samples, lexicon)
    score = _score(verdicts, split)
    _print(score)
    if misses:
        _tell(verdicts, lost)
    held = goldens.run(book) and score.held
    click.echo(f"targets: {'held' if held else 'NOT held'}")
    return held


# Papers


def _drawn(which: str, draws: int) -> Iterator[tuple[wordings.Wording, str, list[Sheet]]]:
    for turn in range(1, draws + 1):
        for wording in wordings.load(which):
            source = random.Random(f"{which}|{turn}|{wording.name}")  # noqa: S311 (the same papers every time)
            broken = source.random() < BROKEN
            paper = wordings.paper(wording, turn, broken=broken, numbered=broken and source.random() < NUMBERED)
            yield wording, paper.name, draw(paper)


def _typed(which: str, draws: int) -> list[Sample]:
    """Pages as if read, with a few slips: no picture is looked at."""
    samples = []
    for wording, name, sheets in _drawn(which, draws):
        source = random.Random(f"slips|{which}|{name}")  # noqa: S311
        pages = tuple(_typed_page(f"{name}/{number}", sheet, source) for number, sheet in enumerate(sheets, 1))
        samples.append(Sample(name, wording.type_id, pages))
    return samples


def _typed_page(ref: str, sheet: Sheet, source: random.Random) -> PageFacts:
    drawn, _ = in_reading_order(sheet.lines, sheet.marks)
    lines = tuple(TextLine("".join(_slip(char, source) for char in line.text), line.box) for line in drawn)
    seals = tuple(SealFact(mark.box, mark.shape, 0.2) for mark in sheet.marks if mark.kind == "seal")
    return PageFacts(ref, 0, lines, WIDTH, HEIGHT, blank=not lines, seals=seals, file=ref, page=1)


def _slip(char: str, source: random.Random) -> str:
    return source.choice(_MISREAD) if not char.isspace() and source.random() < SLIPS else char


def _read(which: str, draws: int, settings: Settings, lexicon: Lexicon, work: Path, keep: Path) -> list[Sample]:
    """Pages scanned askew with grain and specks, cleaned and read as a hand-over is."""
    labels = labels_key(trial.labels_of(lexicon))
    samples = []
    with open_pool(settings) as pool:
        for wording, name, sheets in _drawn(which, draws):
            pages = tuple(_read_page(f"{name}/{number}", sheet, pool, labels, work, keep) for number, sheet in enumerate(sheets, 1))
            samples.append(Sample(name, wording.type_id, pages))
            if len(samples) % 25 == 0:
                click.echo(f"   {len(samples)} papers read", err=True)
    return samples


def _read_page(ref: str, sheet: Sheet, pool: ReaderPool, labels: tuple[str, ...], work: Path, keep: Path) -> PageFacts:
    mark = zlib.crc32(ref.encode())
    source = random.Random(mark)  # noqa: S311
    skew = round(source.uniform(-1.8, 1.8), 2)
    rotation = 180 if source.random() < UPSIDE_DOWN else 0
    pixels = scan.scanned(np.asarray(sheet.picture), mark, skew=skew, rotation=rotation)
    data = pixels.tobytes()
    kept = keep / f"{hashlib.sha256(data).hexdigest()}.json"
    if not kept.exists():
        raw = work / "page.raw"
        raw.write_bytes(data)
        result = pool.submit(read_page, PageJob(raw, pixels.shape[1], pixels.shape[0], DPI, None, labels)).result()
        keep.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(vars(result), ensure_ascii=False), encoding="utf-8")
    fields = json.loads(kept.read_text(encoding="utf-8"))
    read = trial.ReadPage(1, DPI, PageResult(**{**fields, "lines": tuple(fields["lines"])}))
    return replace(trial.page_facts(ref, read), ref=ref)


# Verdicts


def _split(samples: Sequence[Sample], lexicon: Lexicon) -> tuple[int, list[str]]:
    """How many papers of mixed stacks were found with just their pages, and the names of the others."""
    exact, lost = 0, []
    for number, stack in enumerate(_stacks(samples)):
        pages = [replace(page, index=index) for index, page in enumerate(_piled(stack, number))]
        found = {piece.pages for piece in segment(pages, lexicon).pieces}
        for sample in stack:
            own = tuple(page.ref for page in sample.pages if not page.blank)
            exact += own in found
            if own not in found:
                lost.append(f"{sample.name}: {_whereabouts(own, segment(pages, lexicon))}")
    return exact, lost


def _stacks(samples: Sequence[Sample]) -> list[list[Sample]]:
    """The papers shuffled, each receipt of service behind some other paper, as they come from a team's desk."""
    source = random.Random(20261120)  # noqa: S311
    receipts = [sample for sample in samples if sample.type_id == "service_receipt"]
    others = [sample for sample in samples if sample.type_id != "service_receipt"]
    source.shuffle(others)
    mixed: list[Sample] = []
    for place, sample in enumerate(others):
        mixed.append(sample)
        if receipts and place % max(1, len(others) // len(receipts)) == 1:
            mixed.append(receipts.pop())
    mixed += receipts
    return [mixed[first : first + STACK] for first in range(0, len(mixed), STACK)]


def _piled(stack: Sequence[Sample], number: int) -> Iterator[PageFacts]:
    source = random.Random(number)  # noqa: S311
    for sample in stack:
        yield from sample.pages
        if source.random() < BACKS:
            yield PageFacts(f"{sample.name}/back", 0, (), WIDTH, HEIGHT, blank=True)


def _whereabouts(own: tuple[str, ...], found: Stack) -> str:
    """The documents that hold the pages, as they were taken apart, and why they begin where they do."""
    held = [piece for piece in found.pieces if set(piece.pages) & set(own)]
    return "; ".join(f"{', '.join(piece.pages)} ({piece.why})" for piece in held) or "counted as a repeat"


def _score(verdicts: Sequence[Verdict], exact: int) -> Score:
    known = [verdict for verdict in verdicts if verdict.sample.type_id is not None]
    foreign = [verdict for verdict in verdicts if verdict.sample.type_id is None]
    placed = [verdict for verdict in verdicts if verdict.guess.confident]
    return Score(
        papers=len(known),
        types=len({verdict.sample.type_id for verdict in known}),
        right=sum(verdict.right for verdict in known) / len(known),
        placed=sum(verdict.guess.confident for verdict in known) / len(known),
        wrong=sum(verdict.placed_wrongly for verdict in placed) / max(1, len(placed)),
        exact=exact / len(verdicts),
        foreign=len(foreign),
        forced=sum(verdict.guess.confident for verdict in foreign),
        named=sum(verdict.guess.type_id is not None for verdict in foreign),
    )


def _print(score: Score) -> None:
    meter.table(
        ("what", "of", "share", "target"),
        [
            ("type right", f"{score.papers} papers, {score.types} types", f"{score.right:.1%}", f"≥ {RIGHT:.0%}"),
            ("placed without asking", f"{score.papers} papers", f"{score.placed:.1%}", f"≥ {PLACED:.0%}"),
            ("  of those wrong", "all that is placed", f"{score.wrong:.2%}", f"≤ {WRONG:.1%}"),
            ("segmentation exact", f"{score.papers + score.foreign} papers in stacks of {STACK}", f"{score.exact:.1%}", f"≥ {EXACT:.0%}"),
            ("foreign papers placed", f"{score.foreign} papers", str(score.forced), "0"),
            ("  given a type to confirm", f"{score.foreign} papers", str(score.named), ""),
        ],
    )


def _tell(verdicts: Sequence[Verdict], lost: Sequence[str]) -> None:
    for verdict in verdicts:
        if not verdict.right or (not verdict.guess.confident and verdict.sample.type_id is not None):
            guess = verdict.guess
            mark = "PLACED WRONGLY" if verdict.placed_wrongly else "asks" if verdict.right else "wrong, asks"
            click.echo(f"   {mark}: {verdict.sample.name} → {guess.type_id} {guess.score:.2f} {guess.why}")
    for line in lost:
        click.echo(f"   torn or joined: {line}")
    missed = Counter(verdict.sample.type_id for verdict in verdicts if not verdict.right)
    click.echo("   misses by type: " + (", ".join(f"{kind} {count}" for kind, count in missed.most_common()) or "none"))
