"""Watching over the running system: an office comes in; whether it can work, and how much work waits, go out."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from dossier.errors import DossierError
from dossier.lifecycle import JOB
from dossier.office import Office
from dossier.records import jobs
from indexing.contract import IndexUnavailableError


def readiness(office: Office) -> dict[str, Any]:
    """{"ready","database","sandbox","index"}: ready when the records answer and are of this version; an index that is gone never stops the house."""
    database = _database(office)
    return {"ready": database == "current", "database": database, "sandbox": office.sandbox.kind, "index": _index(office)}


def _database(office: Office) -> str:
    try:
        office.db.require_current()
    except DossierError as error:
        return error.code
    except SQLAlchemyError:
        return "unreachable"
    return "current"


def _index(office: Office) -> str:
    try:
        office.search().last_seq()
    except IndexUnavailableError:
        return "unavailable"
    return "ready"


def job_counts(office: Office) -> dict[str, int]:
    """How many jobs are in each state, none left out."""
    with office.db.read() as session:
        return dict.fromkeys(JOB.states, 0) | jobs.counts(session)
