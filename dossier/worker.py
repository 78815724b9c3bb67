"""Door of the background work: job rows come in one by one under a lease, finished steps and an up-to-date index go out."""

from __future__ import annotations

import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from dossier import intake
from dossier.desks import figurestore, noticing, outbox, searching, stations
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import jobs
from dossier.records.jobs import Claimed
from indexing.contract import IndexUnavailableError
from storage.contract import ConflictError

log = structlog.get_logger()
IDLE_SECONDS = 0.3
LOOK_SECONDS = 5.0
LOOK_MOST = 2.0  # seconds after which the other stacks wait for the next look: pages wait meanwhile
_COUNTED_AT_ONCE = 50  # cases; a job that comes meanwhile waits a fraction of a second
_TURNS_BETWEEN_COUNTS = 20  # idle turns, about six seconds


@dataclass
class Tally:
    """What a worker did."""

    done: int = 0
    retried: int = 0
    failed: int = 0
    indexed: int = 0
    per_step: dict[str, int] = field(default_factory=dict)


class Worker:
    """Takes jobs as long as there are threads free; the page processes are the office's reader pool."""

    def __init__(self, office: Office, progress: Callable[[Tally], None] = lambda _tally: None) -> None:
        self.office = office
        self.owner = jobs.owner_name()
        self.tally = Tally()
        self._progress = progress
        self._stop = threading.Event()
        self._turns = 0
        self._next_look = 0.0
        self._lease = timedelta(seconds=office.settings.lease_seconds)

    def stop(self) -> None:
        """Finishes what is in hand and takes nothing more."""
        self._stop.set()

    def listen(self) -> None:
        """SIGTERM and SIGINT stop this worker in good order; only the main thread of a process may ask for that."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: self.stop())

    def run(self, *, until_idle: bool) -> Tally:
        """Works until stop(), or until nothing is queued, leased or waiting for a retry and the index is up to date (or cannot be)."""
        size = self.office.settings.page_processes + 1
        running: dict[Future[None], Claimed] = {}
        with ThreadPoolExecutor(size, thread_name_prefix="step") as threads, self._heartbeat():
            while not self._stop.is_set():
                self._sweep()
                self._look_outside()
                while len(running) < size and not self._stop.is_set() and (job := self._claim()) is not None:
                    running[threads.submit(self._do, job)] = job
                if running:
                    finished, _ = wait(running, timeout=IDLE_SECONDS, return_when=FIRST_COMPLETED)
                    for future in finished:
                        running.pop(future)
                        future.result()
                    self._progress(self.tally)
                    self._notify()
                    continue
                self._index(wait=until_idle)
                self._notify()
                if until_idle and not self._look_outside(at_once=True) and self._idle():
                    break
                if not until_idle and self._count():
                    continue
                self._stop.wait(IDLE_SECONDS)
        return self.tally

    def _idle(self) -> bool:
        with self.office.db.read() as session:
            return jobs.pending(session) == 0

    def _sweep(self) -> None:
        with self.office.db.read() as session:
            stale = jobs.any_stale(session, now=self.office.clock.now())
        if stale:
            with self.office.db.write() as session:
                jobs.sweep(session, now=self.office.clock.now())

    def _claim(self) -> Claimed | None:
        with self.office.db.read() as session:
            if not jobs.any_free(session, now=self.office.clock.now()):
                return None
        with self.office.db.write() as session:
            return jobs.claim(session, self.owner, now=self.office.clock.now(), lease=self._lease)

    def _do(self, job: Claimed) -> None:
        """One job; whatever goes wrong in it is written into its row, and the worker goes on."""
        try:
            intake.run(self.office, job, self.owner)
        except ConflictError:
            # Another hand-over of the same case is being placed; this one comes after it.
            with self.office.db.write() as session:
                jobs.put_back(session, job.id, self.owner)
            return
        except Exception as error:  # noqa: BLE001 (a door: what a step died of goes into its row, the worker lives)
            log.warning("step failed", step=job.step, subject=job.subject_id, attempt=job.attempt, error=repr(error))
            text = "".join(traceback.format_exception(error))[-2000:]
            if intake.fail(self.office, job, self.owner, text):
                self.tally.failed += 1
            else:
                self.tally.retried += 1
            return
        self.tally.done += 1
        self.tally.per_step[job.step] = self.tally.per_step.get(job.step, 0) + 1
        if job.step in ("read", "place"):
            self._index()

    def _index(self, *, wait: bool = False) -> None:
        """Brings the index up to date. When it cannot be, that is logged: an index never holds up the work, it is rebuilt later."""
        try:
            self.tally.indexed += searching.drain(self.office, wait=wait)
        except (IndexUnavailableError, SQLAlchemyError, DossierError) as error:
            log.warning("index unavailable", error=str(error))

    def _notify(self) -> None:
        """Tells people what happened since the last look; what cannot be told now is told later."""
        try:
            noticing.drain(self.office)
        except (SQLAlchemyError, DossierError) as error:
            log.warning("notices not written", error=str(error))

    def _look_outside(self, *, at_once: bool = False) -> int:
        """Every few seconds, also while there is work: what stations scanned, and what the process system answered; how much.

        A folder that is not there now is looked into later.
        """
        if not at_once and time.monotonic() < self._next_look:
            return 0
        self._next_look = time.monotonic() + LOOK_SECONDS
        taken, until = 0, time.monotonic() + LOOK_MOST
        for look in (outbox.collect, partial(stations.poll, enough=lambda: self._stop.is_set() or time.monotonic() > until)):
            try:
                taken += look(self.office)
            except Exception as error:  # noqa: BLE001 (a door: what lies in a folder of others must not stop the work)
                log.warning("not looked outside", what=getattr(look, "func", look).__module__, error=repr(error))
        return taken

    def _count(self) -> bool:
        """Brings the figures up to date, a few cases at a time, now and then; True when there is more to count."""
        self._turns -= 1
        if self._turns > 0:
            return False
        try:
            left = figurestore.refresh(self.office, _COUNTED_AT_ONCE)
            if not left:
                noticing.daily(self.office)
        except (SQLAlchemyError, DossierError) as error:
            log.warning("figures not counted", error=str(error))
            left = 0
        self._turns = 0 if left else _TURNS_BETWEEN_COUNTS
        return left > 0

    @contextmanager
    def _heartbeat(self) -> Iterator[None]:
        """Renews this worker's leases while it lives."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(self._lease.total_seconds() / 4):
                try:
                    with self.office.db.write() as session:
                        jobs.renew(session, self.owner, until=self.office.clock.now() + self._lease)
                except (SQLAlchemyError, DossierError) as error:
                    # The next beat may come through; if none does, the leases run out and nothing is done twice.
                    log.warning("leases not renewed", error=repr(error))

        thread = threading.Thread(target=beat, name="leases", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
