"""The door of bin/bench: the name of a bench comes in, a table goes out; exit 1 when an expectation does not hold."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from dossier.bench import figuring, intake, judge, judging, peer, reading, real, searching, stages, webload
from dossier.demo import wordings

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def bench() -> None:
    """性能与识别效果的测量。Measurements; each prints a table."""


def _held(good: bool) -> None:
    if not good:
        raise click.exceptions.Exit(1)


@bench.command("intake")
@click.option("--pairs", default=3, show_default=True, type=click.IntRange(min=1), help="Runs of each program, in turn.")
@click.option("--alone", is_flag=True, help="Without the other program.")
def intake_command(pairs: int, alone: bool) -> None:
    """Pages per second and CPU seconds per page, receipt to indexed, beside OCRmyPDF on the same pages.

    Example: bin/bench intake --pairs 3
    """
    try:
        intake.run(pairs, with_peer=not alone)
    except peer.PeerError as error:
        raise click.ClickException(str(error)) from error


@bench.command("judge")
@click.option(
    "--set",
    "which",
    default=wordings.TEST,
    show_default=True,
    type=click.Choice((wordings.TEST, wordings.DEVELOPMENT)),
    help="Which wordings.",
)
@click.option("--text", is_flag=True, help="On typed text with simulated slips of a reader: fast.")
@click.option(
    "--draws", default=1, show_default=True, type=click.IntRange(min=1), help="How often each wording is drawn, with other names."
)
@click.option("--misses", is_flag=True, help="Tell every paper that is not placed rightly. Never tune on those of the test set.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Keep readings in this folder from run to run.")
def judge_command(which: str, text: bool, draws: int, misses: bool, keep: Path | None) -> None:
    """Types of papers in wordings that no rule has seen, stacks taken apart, golden cases; exit 1 when a target is missed.

    Example: bin/bench judge --text
    """
    _held(judge.run(which, text=text, draws=draws, misses=misses, keep=keep))


@bench.command("read")
def read_command() -> None:
    """Error rate on the demo's pages and every document found; exit 1 above 1 % or when one is wrong.

    Example: bin/bench read
    """
    _held(reading.run())


@bench.command("real")
@click.argument("folder", type=FOLDER)
def real_command(folder: Path) -> None:
    """Real pictures and regulations in FOLDER (data/real_images, seeds/*.txt); exit 1 when an expectation fails.

    Example: bin/bench real ../shared
    """
    _held(real.run(folder))


@bench.command("review")
@click.option("--cases", default=0, help="Also so many open cases: all of them judged, and the overdue-node table.")
def review_command(cases: int) -> None:
    """Load of the rules, classification per page, a case of 150 documents judged again; exit 1 when a target for all cases is missed.

    Example: bin/bench review --cases 10000
    """
    judging.run()
    if cases:
        _held(figuring.run(cases))


@bench.command("search")
@click.option("--pages", default=3000, show_default=True, type=click.IntRange(min=200), help="How many made-up pages.")
def search_command(pages: int) -> None:
    """Tantivy beside whoosh: indexing, size, queries; exit 1 when they do not find the same.

    Example: bin/bench search --pages 3000
    """
    _held(searching.run(pages))


@bench.command("web")
@click.option("--documents", default=100_000, show_default=True, type=click.IntRange(min=1), help="Documents of the court.")
@click.option("--people", default=20, show_default=True, type=click.IntRange(min=1), help="People at the same time.")
@click.option("--seconds", default=60.0, show_default=True, help="How long they look at pages.")
@click.option("--pause", default=2.0, show_default=True, help="Seconds that a person looks at a page, on average.")
@click.option("--processes", default=0, type=click.IntRange(min=0), help="Processes of the web server; 0: as it is set.")
def web_command(documents: int, people: int, seconds: float, pause: float, processes: int) -> None:
    """Pages of a large court with people at the same time: p50, p95 and size of each; exit 1 when one misses the target.

    Example: bin/bench web --documents 100000 --people 20
    """
    _held(webload.run(documents, webload.Crowd(people, seconds, pause), processes))


@bench.command("stages")
def stages_command() -> None:
    """Where the CPU seconds of a page go.

    Example: bin/bench stages
    """
    stages.run()


@bench.command(hidden=True)
@click.argument("batch", type=FOLDER)
@click.argument("folder", type=click.Path(path_type=Path))
def once(batch: Path, folder: Path) -> None:
    """One run of the pipeline in a process of its own; prints JSON."""
    click.echo(json.dumps(intake.once(batch, folder)))


if __name__ == "__main__":
    sys.exit(bench.main(prog_name="bin/bench"))
