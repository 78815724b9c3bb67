"""Made-up pages come in; how fast tantivy and whoosh index them and answer, on the same tokens and with the same hits, goes out."""

from __future__ import annotations

import random
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from dossier.bench import meter
from dossier.bench.judging import drawn_documents
from indexing.contract import PageDoc, Query, Result, SearchEngine
from indexing.tantivy_engine import TantivyEngine
from indexing.whoosh_engine import WhooshEngine

BATCH = 200  # pages a commit, as the outbox is emptied
LINES = (14, 34)  # a page has this many lines of the demo's papers
MISREAD = 0.01  # of the characters
ASKED = 100  # queries of each kind
KINDS = {"2 characters": 2, "3 characters": 3, "10 characters": 10}
ACL = ("desk",)


@dataclass
class Measured:
    """index: CPU seconds for all pages. size: bytes on disk. answers: CPU seconds of each query, by kind. totals: pages found by each."""

    index: float = 0.0
    size: int = 0
    answers: dict[str, list[float]] = field(default_factory=dict)
    totals: list[int] = field(default_factory=list)


def made_pages(count: int, source: random.Random) -> list[PageDoc]:
    """Pages of lines from the demo's papers in any order, a few characters misread, each page with a case number of its own."""
    lines = [line.text for document in drawn_documents() for page in document.pages for line in page.lines]
    docs = []
    for number in range(1, count + 1):
        case_no = f"（{source.randint(2023, 2026)}）豫9924执{source.randint(1, 3000)}号"
        text = "\n".join([case_no, *source.choices(lines, k=source.randint(*LINES))])
        read = "".join(chr(source.randrange(0x4E00, 0x9FA5)) if source.random() < MISREAD else char for char in text)
        docs.append(PageDoc(number, case_no, read, ACL, page_no=number))
    return docs


def _cut(docs: Sequence[PageDoc], length: int, source: random.Random) -> str:
    while True:
        text = source.choice(docs).text
        start = source.randrange(max(1, len(text) - length))
        piece = text[start : start + length]
        if len(piece) == length and all("\u4e00" <= char <= "\u9fff" for char in piece):
            return piece


def _queries(docs: Sequence[PageDoc], source: random.Random) -> dict[str, list[Query]]:
    asked = {kind: [Query((_cut(docs, length, source),)) for _ in range(ASKED)] for kind, length in KINDS.items()}
    asked["case number"] = [Query((source.choice(docs).case_no,)) for _ in range(ASKED)]
    return asked


def _measure(engine: SearchEngine, folder: Path, docs: Sequence[PageDoc], asked: dict[str, list[Query]]) -> Measured:
    found = Measured()
    start = meter.now()
    engine.rebuild([], 0)
    for at in range(0, len(docs), BATCH):
        engine.apply(docs[at : at + BATCH], (), at + BATCH)
    found.index = (meter.now() - start).cpu
    found.size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    for kind, queries in asked.items():
        found.answers[kind] = []
        for query in queries:
            start = meter.now()
            result: Result = engine.search(query, ACL, limit=20)
            found.answers[kind].append((meter.now() - start).cpu)
            found.totals.append(result.total)
    engine.close()
    return found


def run(pages: int) -> bool:
    """Prints both engines and the ratio; False when they do not find the same."""
    source = random.Random(118)  # noqa: S311 (the same pages every time)
    docs = made_pages(pages, source)
    asked = _queries(docs, source)
    characters = statistics.mean(len(doc.text) for doc in docs)
    meter.headline(f"search: {pages} pages of {characters:.0f} characters, CPU time, {BATCH} pages a commit, {ASKED} queries of each kind")
    with tempfile.TemporaryDirectory(prefix="bench-search-") as name:
        fast = _measure(TantivyEngine(Path(name) / "tantivy"), Path(name) / "tantivy", docs, asked)
        plain = _measure(WhooshEngine(Path(name) / "whoosh"), Path(name) / "whoosh", docs, asked)
    rows: list[tuple[str, str, str, str]] = [
        ("indexing, pages/CPU s", f"{pages / fast.index:.0f}", f"{pages / plain.index:.0f}", f"{plain.index / fast.index:.1f}"),
        ("on disk, bytes a page", f"{fast.size / pages:.0f}", f"{plain.size / pages:.0f}", f"{plain.size / fast.size:.1f}"),
    ]
    for kind in asked:
        for label, place in (("p50", 49), ("p95", 94)):
            ours, other = (sorted(one.answers[kind])[place] * 1000 for one in (fast, plain))
            rows.append((f"{kind}, {label} ms", f"{ours:.2f}", f"{other:.2f}", f"{other / ours:.0f}"))
    meter.table(("what", "tantivy", "whoosh", "whoosh / tantivy cost"), rows)
    same = fast.totals == plain.totals
    click.echo(f"the same number of pages found by both in all {len(fast.totals)} queries: {'yes' if same else 'NO'}")
    return same
