"""The worker is killed twenty times on its way through one hand-over: nothing is lost, nothing is done twice, nobody is left behind."""

from __future__ import annotations

import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from dossier import app
from dossier.demo.papers import control, filing, orders
from dossier.desks import placing, searching, verifying, viewing
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Job, LedgerEvent, Outbox, Page, Volume
from tests.support.office import CASE_NO, hand_over, open_test_office, operator_of, upload
from tests.support.paperfiles import READER, pdf
from tests.support.workers import left_after, start_worker

KILLS = 20
STACKS = (
    (control.QUERY, control.FREEZE),
    (control.ASSIST, control.RULING, orders.NOTICE_DEBTOR, orders.REPORT_DEBTOR),
    (orders.GENERAL_RULING, orders.CONSUMPTION_DEBTOR, orders.DISHONEST),
    (orders.ACCEPTANCE, orders.NOTICE_COMPANY, filing.EFFECTIVE),
)
PAGES = 14


def office_with_papers(home: Path) -> tuple[Office, str]:
    office = open_test_office(home, reader=READER)
    receipt = hand_over(office, [upload(f"{number}.pdf", pdf(*papers)) for number, papers in enumerate(STACKS)])
    return office, str(receipt["receipt_no"])


def events(home: Path) -> int:
    """How far the work has come."""
    with closing(sqlite3.connect(home / "dossier.db", timeout=20)) as database:
        return int(database.execute("SELECT count(*) FROM ledger").fetchone()[0])


def work(home: Path) -> None:
    worker = start_worker(home, page_processes="2")
    worker.join(60)
    assert worker.exitcode == 0


def kill_one(home: Path, *, at: int, after: float, processes: int) -> bool:
    """Starts a worker and kills it `after` seconds from when the ledger has `at` events; False when it came to its end before."""
    worker = start_worker(home, page_processes=str(processes))
    while events(home) < at:
        worker.join(0.005)
        if worker.exitcode is not None:
            return False
    worker.join(after)
    worker.kill()
    worker.join()
    return True


def state_of(office: Office, receipt_no: str) -> dict[str, Any]:
    """What came of the hand-over, without the times at which it did."""
    view = viewing.submission_json(office, operator_of(office), receipt_no)
    store = office.store_of("main")
    (object_id,) = store.objects()
    version = store.version(object_id)
    entries = placing.contents_json(office, operator_of(office), CASE_NO)
    return {
        "state": view["state"],
        "documents": [(d["type"], d["state"], [(p["file"], p["page"]) for p in d["pages"]]) for d in view["documents"]],
        "findings": [(f["rule"], f["file"], f["page"]) for f in view["findings"]],
        "contents": [(e["serial"], e["type"], e["first_page"], e["last_page"]) for e in entries],
        "versions": version.number,
        "files": {path: digest for path, digest in version.state.items() if not path.startswith("meta/")},
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], int, float]:
    """What comes of the same hand-over when nobody is killed, the events it takes, and the seconds."""
    home = tmp_path_factory.mktemp("undisturbed") / "home"
    office, receipt_no = office_with_papers(home)
    before, start = events(home), time.monotonic()
    work(home)
    took = time.monotonic() - start
    state = state_of(office, receipt_no)
    steps = events(home) - before
    office.close()
    assert state["state"] == "signed_for"
    return state, steps, took


@pytest.fixture
def killed(tmp_path: Path, undisturbed: tuple[dict[str, Any], int, float]) -> Iterator[tuple[Office, str]]:
    """The same hand-over, after twenty kills and one quiet run. The kills are spread over the whole way and fall anywhere in a step."""
    home = tmp_path / "home"
    office, receipt_no = office_with_papers(home)
    _, steps, took = undisturbed
    chance = random.Random(20260901)
    begin, step = events(home), took / steps
    moments = sorted(chance.uniform(0, steps) for _ in range(KILLS))
    # Every other one has a single page process, which is sooner there.
    killed = sum(
        kill_one(home, at=begin + int(moment), after=2 * step * chance.random(), processes=1 + number % 2)
        for number, moment in enumerate(moments)
    )
    work(home)
    yield office, receipt_no
    office.close()
    assert killed >= KILLS * 3 // 4


def test_after_twenty_kills_everything_is_as_if_nothing_had_happened(
    killed: tuple[Office, str], undisturbed: tuple[dict[str, Any], int, float]
) -> None:
    office, receipt_no = killed
    assert state_of(office, receipt_no) == undisturbed[0]
    with office.db.read() as session:
        read = Counter(session.execute(select(LedgerEvent.subject).where(LedgerEvent.action == "page.read_by_engine")).scalars())
        pages = session.execute(select(Page.id).where(Page.state == "read")).scalars().all()
        assert read == Counter(f"page:{page_id}" for page_id in pages)
        assert len(pages) == PAGES
        once = ("file.split", "submission.classify", "submission.check", "submission.sign", "volume.place")
        done = Counter(session.execute(select(LedgerEvent.action)).scalars())
        assert [done[action] for action in once] == [len(STACKS), 1, 1, 1, 1]
        assert list(ledger.verify(session)) == []
        assert set(session.execute(select(Job.state)).scalars()) == {"done"}
        assert [volume.head for volume in session.execute(select(Volume)).scalars()] == [1]
        assert session.execute(select(func.count()).select_from(Outbox)).scalar_one() == 0
    assert office.search().count() == PAGES
    found = searching.search(office, operator_of(office), CASE_NO, limit=100)
    assert found["total"] == len({hit["page_id"] for hit in found["hits"]})
    assert verifying.verify(office, operator_of(office), everything=True).good
    assert app.recover(office) == []
    assert list(office.scratch_dir.iterdir()) == []
    assert left_after(office.settings.home, 20) == []
