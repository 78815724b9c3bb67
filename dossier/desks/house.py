"""Keeping the system running: an office comes in; whether it can work, what waits and what was given up go out; given-up work goes back into the queue."""

from __future__ import annotations

import shutil
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dossier import access
from dossier.access import Actor
from dossier.clock import local
from dossier.desks import outbox, stations, watching
from dossier.errors import DossierError
from dossier.lifecycle import JOB
from dossier.office import Office
from dossier.records import jobs, ledger
from dossier.records.tables import LedgerEvent
from dossier.records.work import Job, Outbox

SHOWN = 100
STEPS = {
    "split": "分页",
    "read": "识别",
    "classify": "归类",
    "check": "核查",
    "place": "入卷",
    "file_ruling": "局长决定入卷",
    "deliver": "发送通知",
    "export": "回传办案系统",
}


def state(office: Office, actor: Actor) -> dict[str, Any]:
    """{"ready","database","sandbox","index","disk":{"free","total"},"jobs":{state: n},"outbox","events","export":{state: n},"watch","failed":[job],"waiting":[job]}.

    disk: bytes where the house lies. jobs, failed and waiting: as queue() tells them. Raises not_allowed.
    """
    access.demand(actor, "metrics.read")
    disk = shutil.disk_usage(office.settings.home)
    told = watching.readiness(office) | {"disk": {"free": disk.free, "total": disk.total}} | queue(office, actor)
    told |= {
        "export": outbox.state_counts(office),
        "export_way": outbox.CARRIERS[office.carrier.name],
        "watch": stations.state(office, actor),
    }
    with office.db.read() as session:
        return told | {
            "outbox": session.execute(select(func.count()).select_from(Outbox)).scalar_one(),
            "events": session.execute(select(func.max(LedgerEvent.seq))).scalar_one() or 0,
        }


def queue(office: Office, actor: Actor) -> dict[str, Any]:
    """{"jobs":{state: n},"failed":[job],"waiting":[job]}: at most SHOWN of each, the newest failed and the next waiting first. Raises not_allowed."""
    access.demand(actor, "metrics.read")
    counts = watching.job_counts(office)
    waiting = select(Job).where(Job.state.in_(("leased", "queued"))).order_by(Job.state, Job.priority, Job.id).limit(SHOWN)
    with office.db.read() as session:
        return {
            "jobs": counts,
            "failed": [job_json(job) for job in jobs.failed(session)[:SHOWN]],
            "waiting": [job_json(job) for job in session.execute(waiting).scalars()],
        }


def job_json(job: Job) -> dict[str, Any]:
    """A job as plain values; moments as ISO text in the court's time."""
    return {
        "id": job.id,
        "step": job.step,
        "step_name": STEPS.get(job.step, job.step),
        "subject": job.subject_id,
        "state": job.state,
        "state_name": JOB.names[job.state],
        "attempt": job.attempt,
        "error": job.error,
        "created_at": local(job.created_at).isoformat(),
        "not_before": local(job.not_before).isoformat() if job.not_before else None,
    }


def put_back(session: Session, office: Office, actor: Actor, steps: tuple[str, ...], number: int | None) -> int:
    """Puts one given-up job, or all of these steps, back into the queue in the caller's transaction; how many. Raises not_allowed, job_unknown, job_final."""
    access.demand(actor, "jobs.retry")
    if number is None:
        count = jobs.retry_failed(session, steps)
    else:
        job = session.get(Job, number) if number.bit_length() < 64 else None
        if job is None or job.state != "failed":
            raise DossierError("job_unknown", number=number)
        if job.step not in steps:
            raise DossierError("job_final", step=STEPS.get(job.step, job.step))
        jobs.retry(job)
        count = 1
    if count:
        detail = {"jobs": count, "job": number}
        ledger.append(session, at=office.clock.now(), actor=actor.login, action="jobs.retry", subject="jobs", detail=detail)
    return count
