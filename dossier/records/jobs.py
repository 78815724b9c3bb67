"""The job rows: work to do comes in with the transaction that needs it, a worker claims it under a lease and finishes or gives up."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from dossier.lifecycle import JOB
from dossier.records.work import Job

MAX_ATTEMPTS = 3
RETRY_AFTER = timedelta(seconds=5)
DELAYS = tuple(RETRY_AFTER * attempt for attempt in range(1, MAX_ATTEMPTS))
PATIENT = ("deliver", "export")  # these wait for hours, and nobody waits for them


@dataclass(frozen=True)
class Claimed:
    """A job in this worker's hands."""

    id: int
    step: str
    subject_id: int
    attempt: int


def owner_name(pid: int | None = None) -> str:
    """host:pid:start of this process; the start time tells a reused pid from its predecessor."""
    pid = pid or os.getpid()
    return f"{socket.gethostname()}:{pid}:{_started(pid) or 0}"


def _started(pid: int) -> int | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(stat.rpartition(")")[2].split()[19])


def _dead(owner: str) -> bool:
    """True when the owner ran on this host and its process is gone; an owner on another host may be alive."""
    host, pid, started = owner.rsplit(":", 2)
    return host == socket.gethostname() and _started(int(pid)) != int(started)


def add(session: Session, step: str, subject_id: int, *, priority: int, at: datetime) -> bool:
    """Puts a job into the caller's transaction; False when this very job is there already (steps are idempotent, so once is enough)."""
    key = f"{step}:{subject_id}"
    if session.execute(select(Job.id).where(Job.key == key)).first():
        return False
    session.add(Job(key=key, step=step, subject_id=subject_id, priority=priority, created_at=at))
    session.flush()
    return True


def again(session: Session, step: str, subject_id: int, *, priority: int, at: datetime) -> None:
    """As add(), but a finished or failed job of this key runs once more."""
    job = session.execute(select(Job).where(Job.key == f"{step}:{subject_id}")).scalar_one_or_none()
    if job is None:
        add(session, step, subject_id, priority=priority, at=at)
    elif job.state in ("done", "failed"):
        job.state, job.attempt, job.error, job.not_before = JOB.start, 0, None, None


def afresh(session: Session, key: str) -> None:
    """The tries of a job (step:subject) count from the first again, at once: what they were for is settled, the next thing waits for none of it."""
    job = session.execute(select(Job).where(Job.key == key, Job.state.in_(("queued", "leased")))).scalar_one_or_none()
    if job is not None:
        job.attempt, job.not_before, job.error = (0, None, None) if job.state == "queued" else (1, None, None)


def claim(session: Session, owner: str, *, now: datetime, lease: timedelta) -> Claimed | None:
    """Takes the most urgent job that is free. Call it inside a write transaction, which makes it the only claimer."""
    job = session.execute(
        select(Job)
        .where(Job.state == "queued", or_(Job.not_before.is_(None), Job.not_before <= now))
        .order_by(Job.priority, Job.id)
        .limit(1)
    ).scalar_one_or_none()
    if job is None:
        return None
    job.state, job.owner, job.lease_until = JOB.move(job.state, "lease"), owner, now + lease
    job.attempt += 1
    return Claimed(job.id, job.step, job.subject_id, job.attempt)


def any_free(session: Session, *, now: datetime) -> bool:
    """Whether a claim would find something; asked in a read first, so that an idle worker takes no write lock."""
    free = select(Job.id).where(Job.state == "queued", or_(Job.not_before.is_(None), Job.not_before <= now)).limit(1)
    return session.execute(free).first() is not None


def any_stale(session: Session, *, now: datetime) -> bool:
    """Whether a sweep would free something."""
    leased = session.execute(select(Job.owner, Job.lease_until).where(Job.state == "leased")).all()
    return any(_stale(owner, until, now) for owner, until in leased)


def _stale(owner: str | None, until: datetime | None, now: datetime) -> bool:
    return owner is None or _dead(owner) or (until is not None and until < now)


def sweep(session: Session, *, now: datetime) -> int:
    """Frees the jobs of dead local workers at once and those of silent ones when their lease is over; how many.

    A try that was cut short is no failed one: a worker may be killed any number of times.
    """
    freed = 0
    for job in session.execute(select(Job).where(Job.state == "leased")).scalars():
        if _stale(job.owner, job.lease_until, now):
            job.state, job.owner, job.lease_until = JOB.move(job.state, "retry"), None, None
            job.attempt -= 1
            freed += 1
    return freed


def renew(session: Session, owner: str, *, until: datetime) -> None:
    """Prolongs every lease of a living worker."""
    session.execute(update(Job).where(Job.owner == owner, Job.state == "leased").values(lease_until=until))


def finish(session: Session, job_id: int, owner: str) -> bool:
    """Marks the job done in the transaction of its work; False when the lease was lost, then the work must be rolled back."""
    job = session.get(Job, job_id)
    if job is None or job.state != "leased" or job.owner != owner:
        return False
    job.state, job.owner, job.lease_until, job.error = JOB.move(job.state, "finish"), None, None, None
    return True


def fail(session: Session, job_id: int, owner: str, error: str, *, now: datetime, delays: Sequence[timedelta] = DELAYS) -> bool:
    """Puts the job back for another try after the next of `delays`, or gives up when there is none left; True when given up."""
    job = session.get(Job, job_id)
    if job is None or job.owner != owner or job.state != "leased":
        return False
    gave_up = job.attempt > len(delays)
    job.state = JOB.move(job.state, "give_up" if gave_up else "retry")
    job.owner, job.lease_until, job.error = None, None, error[:2000]
    job.not_before = None if gave_up else now + delays[job.attempt - 1]
    return gave_up


def put_back(session: Session, job_id: int, owner: str) -> None:
    """Puts the job back without counting the try: somebody else was quicker, nothing is wrong with it."""
    job = session.get(Job, job_id)
    if job is not None and job.owner == owner and job.state == "leased":
        job.state, job.owner, job.lease_until = JOB.move(job.state, "retry"), None, None
        job.attempt -= 1


def counts(session: Session) -> dict[str, int]:
    """How many jobs there are in each state."""
    return {row[0]: row[1] for row in session.execute(select(Job.state, func.count()).group_by(Job.state))}


def pending(session: Session) -> int:
    """Jobs that are queued, leased or waiting for a retry, without those that wait for hours."""
    patient = and_(Job.state == "queued", Job.step.in_(PATIENT), Job.not_before.is_not(None))
    return session.execute(select(func.count()).select_from(Job).where(Job.state.in_(("queued", "leased")), ~patient)).scalar_one()


def busy(session: Session, keys: Sequence[str]) -> bool:
    """Whether one of these jobs (step:subject) is still to be done."""
    return session.execute(select(Job.id).where(Job.key.in_(keys), Job.state.in_(("queued", "leased"))).limit(1)).first() is not None


def retry_failed(session: Session, steps: Sequence[str]) -> int:
    """Puts the given-up jobs of these steps back, with all their tries before them; how many."""
    waiting = session.execute(select(Job).where(Job.state == "failed", Job.step.in_(steps))).scalars().all()
    for job in waiting:
        retry(job)
    return len(waiting)


def retry(job: Job) -> None:
    """Puts one given-up job back, with all its tries before it."""
    job.state, job.attempt, job.not_before = JOB.move(job.state, "retry"), 0, None


def failed(session: Session) -> Sequence[Job]:
    """Jobs that were given up, newest first."""
    return session.execute(select(Job).where(Job.state == "failed").order_by(Job.id.desc())).scalars().all()
