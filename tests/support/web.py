"""A house with papers in every state, behind a real HTTP server: a folder comes in, an address that a browser can open goes out."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug.serving import make_server
from werkzeug.wsgi import ClosingIterator

from dossier.clock import Clock
from dossier.demo import compose, digital
from dossier.demo.blocks import Paper, Text, title
from dossier.demo.papers import orders, records, second
from dossier.desks import cases
from dossier.desks.handover import Upload
from dossier.office import Office
from dossier.worker import Worker
from tests.support.office import CASE_NO, hand_over, open_test_office, operator_of, reopen_test_office

READER = "pdftext:none"
# Born digital, so that no picture has to be read; these need no signature and are signed for by the system.
CLEAN: tuple[Paper, ...] = (orders.ACCEPTANCE, orders.NOTICE_DEBTOR, orders.REPORT_DEBTOR, orders.GENERAL_RULING)
FAULTY: tuple[Paper, ...] = (second.RECEIPT_UNSIGNED, records.TALK, second.STRAY_NOTICE)
UNKNOWN = Paper(
    "", "便条", (title("便　条"), Text("今日天气晴朗，院内杏花已开，约同仁午后观赏。"), Text("此件与任何案件无关。")), face="serif"
)


def write_pdf(folder: Path, paper: Paper) -> Path:
    """The paper as a born-digital PDF."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{paper.name}.pdf"
    digital.write(compose.draw(paper), target)
    return target


@dataclass(frozen=True)
class House:
    """What the tests know of the house: its papers by state."""

    office: Office
    folder: Path
    signed: str
    refused: str
    waiting: str


def give(office: Office, folder: Path, papers: Sequence[Paper]) -> str:
    """Hands papers over; the receipt's number."""
    return str(hand_over(office, [Upload.of(write_pdf(folder, paper)) for paper in papers])["receipt_no"])


@functools.cache
def _built() -> tuple[Path, tuple[str, str, str]]:
    """A folder with the home and its papers, made once a run; every house is a copy of it."""
    root = Path(tempfile.mkdtemp(prefix="house-"))
    atexit.register(shutil.rmtree, root)
    office = open_test_office(root / "home", reader=READER)
    operator = operator_of(office)
    for anchor, days_ago in (("filing", 15), ("filing_docs_received", 15), ("doc_sent", 14), ("feedback", 13)):
        cases.record_event(office, operator, CASE_NO, anchor, office.today() - timedelta(days=days_ago))
    folder = root / "papers"
    signed, refused = give(office, folder, CLEAN), give(office, folder, FAULTY)
    waiting = give(office, folder, (UNKNOWN, orders.CONSUMPTION_DEBTOR))
    Worker(office).run(until_idle=True)
    office.close()
    return root, (signed, refused, waiting)


def build(home: Path, *, clock: Clock | None = None, **more: str) -> House:
    """A house in which one hand-over was signed for, one refused by the system, and one waits for a clerk; more: settings."""
    root, receipts = _built()
    shutil.copytree(root / "home", home)
    shutil.copytree(root / "papers", home.parent / "papers")
    return House(reopen_test_office(home, reader=READER, clock=clock, **more), home.parent / "papers", *receipts)


def _whole(app: Flask) -> WSGIApplication:
    """The application, its answers in memory: the small server leaves a file open whose reader went away."""

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        with closing(ClosingIterator(app(environ, start))) as body:
            return [b"".join(body)]

    return answer


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application on a free port of this machine; its address."""
    server = make_server("127.0.0.1", 0, _whole(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="web")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
