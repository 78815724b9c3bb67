"""The demo's complete batch goes from receipt to indexed, beside OCRmyPDF on the same pages in turn; pages and CPU seconds come out."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from dossier.bench import home, meter, peer
from dossier.demo import stack
from dossier.desks import viewing
from dossier.settings import Settings

TARGET = 3.0  # times the other program's pages per second


@dataclass(frozen=True)
class Pair:
    """One run of each, one after the other."""

    ours: dict[str, float]
    theirs: peer.PeerRun

    @property
    def ratio(self) -> float:
        """How many times as many pages a second."""
        return self.theirs.wall / self.ours["wall"]


def once(batch: Path, folder: Path) -> dict[str, float]:
    """One run in a new home: seconds on the clock, and of CPU in the worker, in the page processes and in the sandbox.

    The clock runs from the first byte of the hand-over until everything is read, judged, placed and indexed. The page processes start
    within it; making the empty home does not count. Raises click.ClickException when the batch does not end signed for.
    """
    truth = json.loads((batch / "truth.json").read_text(encoding="utf-8"))
    declared = json.loads((batch / "declared.json").read_text(encoding="utf-8"))
    meter.adopt_orphans()
    with home.open_home(folder) as (office, actor):
        start = meter.now()
        receipt = home.hand_over(office, actor, [batch / stack.FOLDER / name for name in truth["files"]], declared)
        received = meter.now()
        tally = home.work(office)
        worked = meter.now()
        state = viewing.submission_json(office, actor, receipt)["state"]
        if state != "signed_for" or tally.per_step.get("read") != len(truth["pages"]) or tally.failed:
            raise click.ClickException(f"the batch ended {state}, {tally}")
    closed = meter.now()
    meter.reap_orphans()
    reaped = meter.now()
    return {
        "wall": (worked - start).wall,
        "receive": (received - start).wall,
        "worker": (worked - start).own,
        "pages": (closed - worked).children,
        "sandbox": (worked - start).children + (reaped - closed).children,
    }


def _cpu(run: dict[str, float]) -> float:
    return run["worker"] + run["pages"] + run["sandbox"]


def _in_a_process(batch: Path, folder: Path) -> dict[str, float]:
    told = subprocess.run(
        [sys.executable, "-m", "dossier.bench", "once", str(batch), str(folder)], stdout=subprocess.PIPE, text=True, check=False
    )
    if told.returncode != 0:
        raise click.ClickException(f"the run ended with {told.returncode}")
    answer: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
    return answer


def run(pairs: int, *, with_peer: bool = True) -> None:
    """Prints pages per second and CPU seconds per page of each run, medians, and the ratio pair by pair."""
    jobs = Settings.read({}).page_processes
    with tempfile.TemporaryDirectory(prefix="bench-intake-") as name:
        work = Path(name)
        truth = stack.complete(work / "batch")
        pages = len(truth.pages)
        meter.headline(f"intake: {len(truth.files)} files, {pages} pages, receipt to indexed, {jobs} page processes")
        if not with_peer:
            _print_ours([_in_a_process(work / "batch", work / f"home-{turn}") for turn in range(pairs)], pages)
            return
        pdf = work / "pages.pdf"
        if peer.as_pdf(truth.paths, pdf) != pages:
            raise click.ClickException("the PDF for the other program has another number of pages")
        click.echo(f"   beside {peer.name()}: ocrmypdf {' '.join(peer.OPTIONS)} --jobs {jobs}, all pages in one PDF")
        done: list[Pair] = []
        for turn in range(pairs):
            ours = _in_a_process(work / "batch", work / f"home-{turn}")
            done.append(Pair(ours, peer.run(pdf, work / f"out-{turn}.pdf", jobs)))
            click.echo(f"   pair {turn + 1} of {pairs}: {done[-1].ratio:.2f} times its pages per second", err=True)
    _print_ours([pair.ours for pair in done], pages)
    _print_pairs(done, pages)


def _print_ours(runs: Sequence[dict[str, float]], pages: int) -> None:
    def median(key: str) -> str:
        return f"{statistics.median(run[key] for run in runs) / pages:.3f}"

    click.echo("where the CPU seconds of a page go (medians):")
    meter.table(
        ("page processes", "sandbox (count, decode)", "worker (rows, ledger, store, index, judgement)", "all", "pages/s"),
        [
            (
                median("pages"),
                median("sandbox"),
                median("worker"),
                f"{statistics.median(_cpu(run) for run in runs) / pages:.3f}",
                f"{pages / statistics.median(run['wall'] for run in runs):.2f}",
            )
        ],
    )


def _print_pairs(pairs: Sequence[Pair], pages: int) -> None:
    def row(label: Any, ours: dict[str, float], theirs: peer.PeerRun, ratio: float) -> tuple[Any, ...]:
        ours_cpu = _cpu(ours) / pages
        return (
            label,
            f"{pages / ours['wall']:.2f}",
            f"{ours_cpu:.2f}",
            f"{pages / theirs.wall:.2f}",
            f"{theirs.cpu / pages:.2f}",
            f"{ratio:.2f}",
        )

    rows = [row(number, pair.ours, pair.theirs, pair.ratio) for number, pair in enumerate(pairs, 1)]
    middle = {key: statistics.median(pair.ours[key] for pair in pairs) for key in pairs[0].ours}
    theirs = peer.PeerRun(statistics.median(pair.theirs.wall for pair in pairs), statistics.median(pair.theirs.cpu for pair in pairs))
    ratio = statistics.median(pair.ratio for pair in pairs)
    rows.append(row("median", middle, theirs, ratio))
    meter.table(("pair", "pages/s", "CPU s/page", "OCRmyPDF pages/s", "CPU s/page", "ratio of pages/s"), rows)
    click.echo(f"target {TARGET:g} times its pages per second: {'reached' if ratio >= TARGET else 'NOT reached'} ({ratio:.2f})")
