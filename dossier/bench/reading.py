"""Both batches of the demo are read and taken apart; the error rate against what was drawn, and every document that is wrong, come out."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from dossier.app import open_pool, open_rules, open_sandbox
from dossier.bench import meter
from dossier.demo import measure, stack
from dossier.demo.truth import PageTruth, Truth
from dossier.desks import trial
from dossier.settings import Settings
from ocr.pool import ReaderPool
from review.facts import PageFacts
from review.lexicon import Lexicon
from review.segment import segment

MOST_ERRORS = 0.01  # of the characters of a batch
WORST = 5
Place = tuple[str, int]  # file, page


def facts_of(truth: Truth, pool: ReaderPool, lexicon: Lexicon, settings: Settings) -> tuple[PageFacts, ...]:
    """Every page of a batch as `read` gives it, in the order of hand-over; ref is 'file|page'. Raises DossierError."""
    sandbox, labels = open_sandbox(settings), trial.labels_of(lexicon)
    pages = [trial.page_facts(path.name, page) for path in truth.paths for page in trial.read_file(path, sandbox, pool, labels)]
    return tuple(replace(page, ref=f"{page.file}|{page.page}", index=index) for index, page in enumerate(pages, 1))


def errors_of(truth: PageTruth, page: PageFacts) -> tuple[int, int]:
    """Wrong, missing and surplus characters, and characters drawn."""
    return measure.edits(truth.text, page.text)


def documents_of(pages: Sequence[PageFacts], lexicon: Lexicon) -> dict[tuple[Place, ...], str | None]:
    """Pages of each document that was found → its type."""
    places = {page.ref: (page.file, page.page) for page in pages}
    return {tuple(places[ref] for ref in piece.pages): piece.guess.type_id for piece in segment(pages, lexicon).pieces}


def wrong_documents(truth: Truth, found: Mapping[tuple[Place, ...], str | None]) -> list[str]:
    """A sentence for each paper that was not found with just its pages and its type."""
    wrong = []
    for paper in truth.documents:
        where = f"{paper.name} ({', '.join(f'{file} p. {page}' for file, page in paper.pages)})"
        if paper.pages not in found:
            wrong.append(f"{where}: its pages are not one document")
        elif found[paper.pages] != paper.type_id:
            wrong.append(f"{where}: taken for {found[paper.pages]}, is {paper.type_id}")
    surplus = len(found) - len(truth.documents)
    return [*wrong, f"{surplus} documents too many"] if surplus > 0 else wrong


def run() -> bool:
    """Prints the table; False when a batch has more than MOST_ERRORS or a document is wrong."""
    settings = Settings.read({})
    lexicon = open_rules().lexicon(settings.default_profile)
    meter.headline(f"read and classify: the demo's pages against what was drawn, reader {settings.reader}")
    rows, good = [], True
    with tempfile.TemporaryDirectory(prefix="bench-read-") as name, open_pool(settings) as pool:
        for batch, draw in (("complete", stack.complete), ("incomplete", stack.incomplete)):
            truth = draw(Path(name) / batch)
            pages = facts_of(truth, pool, lexicon, settings)
            counted = {page.ref: errors_of(truth.page(page.file, page.page), page) for page in pages}
            errors, drawn = (sum(column) for column in zip(*counted.values(), strict=True))
            wrong = wrong_documents(truth, documents_of(pages, lexicon))
            rate = errors / drawn
            good = good and rate <= MOST_ERRORS and not wrong
            right = len(truth.documents) - len([line for line in wrong if "too many" not in line])
            rows.append((batch, len(pages), drawn, errors, f"{rate:.3%}", f"{right} of {len(truth.documents)}"))
            _tell(counted, wrong)
    meter.table(("batch", "pages", "characters", "errors", "rate", "documents right"), rows)
    click.echo(f"at most {MOST_ERRORS:.0%} and every document: {'held' if good else 'NOT held'}")
    return good


def _tell(counted: Mapping[str, tuple[int, int]], wrong: Sequence[str]) -> None:
    for line in wrong:
        click.echo(f"   WRONG {line}")
    for ref, (errors, drawn) in sorted(counted.items(), key=lambda item: -item[1][0])[:WORST]:
        if errors:
            click.echo(f"   most errors: {ref.replace('|', ' p. ')}  {errors} of {drawn}")
