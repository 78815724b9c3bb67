"""Work that is interrupted, doubled or sabotaged in the middle comes to the same end, once."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from dossier import app, intake
from dossier.demo.papers import control, filing, money, orders, parties
from dossier.desks import placing, verifying, viewing
from dossier.office import Office
from dossier.records import jobs
from dossier.records.tables import Document, FindingRow, Job, LedgerEvent, Page, Volume
from dossier.worker import Worker
from storage.contract import NoSpaceError
from tests.support.office import CASE_NO, NOW, hand_over, open_test_office, operator_of, upload
from tests.support.paperfiles import READER, jpeg, pdf
from tests.support.workers import left_after, start_worker


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened = open_test_office(tmp_path / "home", reader=READER)
    yield opened
    opened.close()


def work(office: Office) -> None:
    tally = Worker(office).run(until_idle=True)
    assert (tally.retried, tally.failed) == (0, 0)


def steps_until(office: Office, name: str) -> int:
    """Does the waiting jobs up to the first one of this step; its subject."""
    while True:
        with office.db.write() as session:
            job = jobs.claim(session, jobs.owner_name(), now=NOW, lease=Worker(office)._lease)
        assert job is not None
        if job.step == name:
            with office.db.write() as session:
                jobs.put_back(session, job.id, jobs.owner_name())
            return job.subject_id
        assert intake.run(office, job, jobs.owner_name())


def full(*_: Any, **__: Any) -> Any:
    raise NoSpaceError("no space left")


def heads(office: Office) -> list[int]:
    with office.db.read() as session:
        assert verifying.verify(office, operator_of(office), everything=True).good
        return list(session.execute(select(Volume.head)).scalars())


def test_a_placing_that_was_cut_off_after_the_store_makes_no_second_version(office: Office) -> None:
    hand_over(office, [upload("a.pdf", pdf(control.QUERY))])
    submission_id = steps_until(office, "place")
    placing.place(office, submission_id)  # the version is in the store, the rows are not written
    assert verifying.verify(office, operator_of(office), everything=True).good
    work(office)
    assert heads(office) == [1]


def test_a_second_version_cut_off_is_no_damage_either(office: Office) -> None:
    hand_over(office, [upload("a.pdf", pdf(control.QUERY))])
    work(office)
    hand_over(office, [upload("b.pdf", pdf(orders.NOTICE_DEBTOR))])
    placing.place(office, steps_until(office, "place"))
    assert heads(office) == [1]
    work(office)
    assert heads(office) == [2]
    assert len(placing.contents_json(office, operator_of(office), CASE_NO)) == 2


def test_two_hand_overs_placed_at_once_come_one_after_the_other(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, paper in (("a.pdf", orders.NOTICE_DEBTOR), ("b.pdf", orders.REPORT_DEBTOR)):
        hand_over(office, [upload(name, pdf(paper))])
    barrier, waited, real = threading.Barrier(2), [], placing._store

    def together(*args: Any) -> int:
        if len(waited) < 2:
            waited.append(1)
            barrier.wait(20)
        return real(*args)

    monkeypatch.setattr(placing, "_store", together)
    work(office)
    assert heads(office) == [2]
    entries = placing.contents_json(office, operator_of(office), CASE_NO)
    assert [(entry["serial"], entry["first_page"]) for entry in entries] == [(1, 1), (2, 2)]
    with office.db.read() as session:
        assert [job.attempt for job in session.execute(select(Job).where(Job.step == "place")).scalars()] == [1, 1]


def test_scratch_and_pictures_may_vanish_at_any_time(office: Office) -> None:
    receipt = hand_over(office, [upload("a.pdf", pdf(control.QUERY, control.FREEZE))])
    steps_until(office, "read")
    shutil.rmtree(office.scratch_dir)
    shutil.rmtree(office.pages_dir)
    steps_until(office, "classify")
    shutil.rmtree(office.pages_dir)
    work(office)
    view = viewing.submission_json(office, operator_of(office), receipt["receipt_no"])
    assert (view["state"], [d["type"] for d in view["documents"]]) == ("signed_for", ["net_query_total", "net_freeze_receipt"])
    with office.db.read() as session:
        # The page's own text came back from the file: nothing was read from the picture instead.
        assert all("pdftext" in page.engine and page.lines for page in session.execute(select(Page)).scalars())
    assert heads(office) == [1]


def test_a_killed_worker_costs_a_job_no_try(office: Office) -> None:
    hand_over(office, [upload("a.pdf", pdf(orders.NOTICE_DEBTOR))])
    for _ in range(jobs.MAX_ATTEMPTS + 2):
        with office.db.write() as session:
            assert jobs.claim(session, f"{jobs.owner_name()}1", now=NOW, lease=Worker(office)._lease) is not None
        with office.db.write() as session:
            assert jobs.sweep(session, now=NOW) == 1
    work(office)
    with office.db.read() as session:
        assert set(session.execute(select(Job.attempt)).scalars()) == {1}


def test_findings_of_files_of_one_name_point_at_their_own_pages(office: Office) -> None:
    receipt = hand_over(office, [upload("001.pdf", pdf(money.APPROVAL)), upload("001.pdf", pdf(parties.CLUE))])
    work(office)
    view = viewing.submission_json(office, operator_of(office), receipt["receipt_no"])
    assert [file["name"] for file in view["files"]] == ["001.pdf", "001 (2).pdf"]
    with office.db.read() as session:
        found = session.execute(
            select(Document.number, Page.position)
            .join(FindingRow, FindingRow.document_id == Document.id)
            .join(Page, FindingRow.page_id == Page.id)
        ).all()
    assert dict(map(tuple, found)) == {1: 1, 2: 2}


def test_eighty_files_in_one_hand_over(office: Office) -> None:
    receipt = hand_over(office, [upload(f"{number}.jpg", jpeg(number, (8, 8 + number))) for number in range(80)])
    assert [file.get("error") for file in receipt["files"]] == [None] * 80
    assert [file["name"] for file in receipt["files"]] == [f"{number}.jpg" for number in range(80)]
    with office.db.read() as session:
        assert session.execute(select(func.count()).select_from(Job)).scalar_one() == 80


def test_a_full_disk_while_placing_is_tried_again_and_leaves_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_over(office, [upload("a.pdf", pdf(orders.NOTICE_DEBTOR))])
    submission_id = steps_until(office, "place")
    monkeypatch.setattr(office.store_of("main"), "commit", full, raising=False)
    with pytest.raises(NoSpaceError):
        placing.place(office, submission_id)
    monkeypatch.undo()
    assert heads(office) == []
    work(office)
    assert heads(office) == [1]


def test_two_workers_and_a_polite_end(office: Office) -> None:
    """Two real workers share one hand-over; one is asked to stop in the middle and ends in good order."""
    home = office.settings.home
    hand_over(office, [upload("a.pdf", pdf(control.QUERY, control.FREEZE)), upload("b.pdf", pdf(filing.EFFECTIVE, orders.DISHONEST))])
    first, second = start_worker(home), start_worker(home)
    while True:
        with office.db.read() as session:
            if session.execute(select(LedgerEvent.seq).where(LedgerEvent.action == "page.read_by_engine")).first():
                break
        first.join(0.01)
    first.terminate()
    for worker in (first, second):
        worker.join(60)
        assert worker.exitcode == 0
    with office.db.read() as session:
        read = session.execute(select(LedgerEvent.subject).where(LedgerEvent.action == "page.read_by_engine")).scalars().all()
        assert sorted(read) == [f"page:{number}" for number in range(1, 6)]
        assert set(session.execute(select(Job.state)).scalars()) == {"done"}
    assert heads(office) == [1]
    assert office.search().count() == 5
    assert app.recover(office) == []
    assert left_after(home, 20) == []


def test_steps_that_were_given_up_are_put_back_when_the_cause_is_mended(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_over(office, [upload("a.pdf", pdf(orders.NOTICE_DEBTOR))])
    steps_until(office, "place")
    with office.db.write() as session:
        session.execute(update(Job).where(Job.step == "place").values(attempt=jobs.MAX_ATTEMPTS - 1))
    with monkeypatch.context() as broken:
        broken.setattr(placing, "_store", full)
        assert Worker(office).run(until_idle=True).failed == 1
    assert heads(office) == []
    assert intake.retry_failed(office, operator_of(office)) == 1
    work(office)
    assert heads(office) == [1]
