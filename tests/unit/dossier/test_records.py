"""The records on both databases: migrations, constraints, the ledger's chain, job rows under leases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import delete, text, update
from sqlalchemy.exc import IntegrityError

from dossier.errors import DossierError
from dossier.lifecycle import MACHINES
from dossier.records import jobs, ledger
from dossier.records.database import Database
from dossier.records.tables import Base, Case, Job, LedgerEvent

NOW = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
LEASE = timedelta(seconds=60)


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    opened.migrate()
    yield opened
    opened.close()


def test_an_empty_database_asks_for_init(database_url: str) -> None:
    fresh = Database(database_url)
    with pytest.raises(DossierError) as caught:
        fresh.require_current()
    fresh.close()
    assert caught.value.code == "not_initialised"


def test_migrations_make_the_very_schema_of_the_tables(db: Database) -> None:
    db.migrate()
    db.require_current()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_every_machine_with_a_table_is_guarded_by_sql(db: Database) -> None:
    guarded = {
        constraint.sqltext.text
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if hasattr(constraint, "sqltext")
    }
    for machine in MACHINES:
        assert machine.check_sql() in guarded, machine.name


def test_sqlite_keeps_every_commit_through_a_power_cut(db: Database) -> None:
    if not db.sqlite:
        with db.engine.connect() as connection:
            assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
        return
    with db.engine.connect() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"


def test_a_state_that_is_none_is_refused_by_the_database(db: Database) -> None:
    case = Case(case_no="x", kind="执", court="c", filed_on=NOW.date(), profile="p", profile_version="1", state="lost")
    with pytest.raises(IntegrityError), db.write() as session:
        session.add(case)


def _write_and_fail(db: Database) -> None:
    with db.write() as session:
        ledger.append(session, at=NOW, actor="a", action="x", subject="s")
        raise ZeroDivisionError


def test_a_failed_change_leaves_no_event(db: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(db)
    with db.read() as session:
        assert ledger.length(session) == 0


def _write_events(db: Database, count: int) -> None:
    for number in range(count):
        with db.write() as session:
            ledger.append(session, at=NOW, actor="甲", action="act", subject=f"s:{number}", detail={"n": number, "字": "卷宗"})


def test_an_untouched_chain_holds(db: Database) -> None:
    _write_events(db, 5)
    with db.read() as session:
        assert list(ledger.verify(session)) == []


@pytest.mark.parametrize(
    "tamper",
    [
        update(LedgerEvent).where(LedgerEvent.seq == 3).values(actor="乙"),
        update(LedgerEvent).where(LedgerEvent.seq == 3).values(detail={"n": 99}),
        update(LedgerEvent).where(LedgerEvent.seq == 2).values(at=NOW + timedelta(seconds=1)),
        delete(LedgerEvent).where(LedgerEvent.seq == 3),
        delete(LedgerEvent).where(LedgerEvent.seq == 1),
    ],
    ids=["actor", "detail", "time", "removed", "first removed"],
)
def test_any_tampering_breaks_the_chain(db: Database, tamper: object) -> None:
    _write_events(db, 5)
    with db.write() as session:
        session.execute(tamper)  # type: ignore[call-overload]
    with db.read() as session:
        assert list(ledger.verify(session))


def test_writers_of_many_threads_make_one_chain(db: Database) -> None:
    threads = [threading.Thread(target=_write_events, args=(db, 10)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.read() as session:
        assert ledger.length(session) == 40
        assert list(ledger.verify(session)) == []


def test_a_job_is_added_once_and_claimed_by_urgency(db: Database) -> None:
    with db.write() as session:
        assert jobs.add(session, "read", 1, priority=30, at=NOW)
        assert jobs.add(session, "check", 1, priority=10, at=NOW)
        assert not jobs.add(session, "read", 1, priority=30, at=NOW)
    with db.write() as session:
        first = jobs.claim(session, "h:1:1", now=NOW, lease=LEASE)
    assert first is not None
    assert first.step == "check"


def test_two_workers_never_hold_the_same_job(db: Database) -> None:
    with db.write() as session:
        for number in range(20):
            jobs.add(session, "read", number, priority=1, at=NOW)
    taken: list[int] = []

    def work(owner: str) -> None:
        while True:
            with db.write() as session:
                job = jobs.claim(session, owner, now=NOW, lease=LEASE)
            if job is None:
                return
            taken.append(job.id)

    threads = [threading.Thread(target=work, args=(f"h:{n}:1",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(set(taken))
    assert len(taken) == 20


def test_a_dead_local_owner_loses_its_lease_at_once_and_a_living_one_keeps_it(db: Database) -> None:
    with db.write() as session:
        jobs.add(session, "read", 1, priority=1, at=NOW)
        jobs.add(session, "read", 2, priority=1, at=NOW)
        host = jobs.owner_name().split(":")[0]
        jobs.claim(session, f"{host}:999999:5", now=NOW, lease=LEASE)
        jobs.claim(session, jobs.owner_name(), now=NOW, lease=LEASE)
    with db.write() as session:
        assert jobs.sweep(session, now=NOW) == 1
    with db.read() as session:
        assert {job.subject_id: job.state for job in session.query(Job)} == {1: "queued", 2: "leased"}


def test_an_owner_on_another_host_keeps_its_lease_until_it_is_over(db: Database) -> None:
    with db.write() as session:
        jobs.add(session, "read", 1, priority=1, at=NOW)
        jobs.claim(session, "elsewhere:1:1", now=NOW, lease=LEASE)
        assert jobs.sweep(session, now=NOW + LEASE / 2) == 0
        assert jobs.sweep(session, now=NOW + LEASE * 2) == 1


def test_a_lost_lease_cannot_finish(db: Database) -> None:
    with db.write() as session:
        jobs.add(session, "read", 1, priority=1, at=NOW)
        job = jobs.claim(session, "elsewhere:1:1", now=NOW, lease=LEASE)
        assert job is not None
        jobs.sweep(session, now=NOW + LEASE * 2)
        assert not jobs.finish(session, job.id, "elsewhere:1:1")


def test_a_job_is_tried_three_times_and_then_given_up(db: Database) -> None:
    with db.write() as session:
        jobs.add(session, "read", 1, priority=1, at=NOW)
    moment, outcomes = NOW, []
    for _ in range(3):
        with db.write() as session:
            job = jobs.claim(session, "h:1:1", now=moment, lease=LEASE)
            assert job is not None
            outcomes.append(jobs.fail(session, job.id, "h:1:1", "boom", now=moment))
        moment += timedelta(minutes=5)
    assert outcomes == [False, False, True]
    with db.read() as session:
        assert [job.error for job in jobs.failed(session)] == ["boom"]
        assert jobs.pending(session) == 0


def test_a_retry_waits_its_turn(db: Database) -> None:
    with db.write() as session:
        jobs.add(session, "read", 1, priority=1, at=NOW)
        job = jobs.claim(session, "h:1:1", now=NOW, lease=LEASE)
        assert job is not None
        jobs.fail(session, job.id, "h:1:1", "boom", now=NOW)
        assert jobs.claim(session, "h:1:1", now=NOW, lease=LEASE) is None
        assert not jobs.any_free(session, now=NOW)
        assert jobs.pending(session) == 1
