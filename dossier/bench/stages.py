"""The demo's pages go through one page process; how the CPU seconds of a page are shared between its stages comes out."""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click
import onnxruntime

from dossier import pagework
from dossier.app import open_rules, open_sandbox
from dossier.bench import meter
from dossier.demo import stack
from dossier.desks import trial
from dossier.pagework import PageJob, labels_key, read_page
from dossier.settings import Settings
from ocr.contract import PageImage, PageText, Recognizer
from ocr.engines import open_engine
from ocr.pool import ReaderPool
from scanners.pages import inspect, render

CHUNK = 8


class _Timed:
    """Seconds of CPU by stage; what runs inside another stage counts there too."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self.within = ""

    def wrap(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **named: Any) -> Any:
            label = f"{self.within} nets" if stage == "nets" else stage
            before, outer = time.process_time(), self.within
            self.within = stage if stage != "nets" else outer
            try:
                return work(*arguments, **named)
            finally:
                self.within = outer
                self.spent[label] += time.process_time() - before

        return timed

    @contextmanager
    def watching(self) -> Iterator[None]:
        """read_page's own helpers and every network run are timed inside."""
        whole = [(pagework, name) for name in ("clean", "show", "find_marks")] + [(onnxruntime.InferenceSession, "run")]
        before = [getattr(owner, name) for owner, name in whole]
        for (owner, name), work in zip(whole, before, strict=True):
            setattr(owner, name, self.wrap("nets" if name == "run" else name, work))
        try:
            yield
        finally:
            for (owner, name), work in zip(whole, before, strict=True):
                setattr(owner, name, work)


class _Watched:
    """An engine whose reading is timed."""

    def __init__(self, engine: Recognizer, timed: _Timed) -> None:
        self.name = engine.name
        self._read = timed.wrap("read", engine.read)

    def read(self, page: PageImage) -> PageText:
        text: PageText = self._read(page)
        return text


def timed_page(engine: Recognizer, job: PageJob) -> dict[str, float]:
    """Reads one page; CPU seconds of its stages and of the whole. Runs in a page process."""
    timed = _Timed()
    before = time.process_time()
    with timed.watching():
        read_page(_Watched(engine, timed), job)
    return {**timed.spent, "page": time.process_time() - before}


def _decoded(work: Path, settings: Settings) -> tuple[list[PageJob], float, float]:
    """Every page of the complete batch decoded; CPU seconds for counting and for decoding all of them."""
    truth = stack.complete(work / "batch")
    sandbox = open_sandbox(settings)
    labels = labels_key(trial.labels_of(open_rules().lexicon(settings.default_profile)))
    start = meter.now()
    facts = [inspect(path, path.name, sandbox, work) for path in truth.paths]
    meter.reap_orphans()
    counted = meter.now()
    jobs = []
    for number, (path, fact) in enumerate(zip(truth.paths, facts, strict=True)):
        for first in range(1, fact.pages + 1, CHUNK):
            out = work / f"{number}-{first}"
            out.mkdir()
            for page in render(path, out, first, min(first + CHUNK - 1, fact.pages), sandbox):
                jobs.append(PageJob(page.pixels, page.width, page.height, page.dpi, None, labels, out / f"{page.number:04d}"))
    meter.reap_orphans()
    rendered = meter.now()
    return jobs, (counted - start).cpu, (rendered - counted).cpu


def run() -> None:
    """Prints CPU seconds per page of each stage. Every page is read as a picture, those with text of their own too."""
    settings = Settings.read({})
    meter.adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="bench-stages-") as name:
        jobs, counting, decoding = _decoded(Path(name), settings)
        total: defaultdict[str, float] = defaultdict(float)
        with ReaderPool(partial(open_engine, "rapid"), 1) as pool:
            pool.submit(timed_page, jobs[0]).result()
            for job in jobs:
                for stage, spent in pool.submit(timed_page, job).result().items():
                    total[stage] += spent
    meter.headline(f"stages: CPU seconds per page over {len(jobs)} pages, one page process")
    named = total["clean"] + total["show"] + total["read"] + total["find_marks"]
    rows = [
        ("count (sandbox)", counting),
        ("decode (sandbox)", decoding),
        ("clean: its network", total["clean nets"]),
        ("clean: the rest", total["clean"] - total["clean nets"]),
        ("thumbnail, upright copy", total["show"]),
        ("read: the networks", total["read nets"]),
        ("read: the rest", total["read"] - total["read nets"]),
        ("marks", total["find_marks"]),
        ("load, digest, results", total["page"] - named),
    ]
    whole = counting + decoding + total["page"]
    meter.table(("stage", "CPU s/page", "share"), [(stage, f"{spent / len(jobs):.3f}", f"{spent / whole:.0%}") for stage, spent in rows])
    outside = whole - total["read nets"]
    click.echo(f"whole {whole / len(jobs):.3f}, outside the reading networks {outside / len(jobs):.3f} CPU seconds a page")
