"""Reading every byte again: spool, volumes and ledger come in; what was checked, what is damaged and what could not be checked go out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dossier import access
from dossier.access import Actor
from dossier.desks.uploads import UNCLAIMED_AFTER, unclaimed
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import jobs, ledger
from dossier.records.tables import Agreement, File, Submission, Volume
from storage.contract import CheckResult, DamagedError

SAMPLE = 50


@dataclass
class Report:
    """{"checked","ok","damaged":[…],"unchecked":[…]} of the command line contract; what is not checked is never counted as ok."""

    checked: int = 0
    ok: int = 0
    damaged: list[dict[str, str]] = field(default_factory=list)
    unchecked: list[dict[str, str]] = field(default_factory=list)

    def add(self, result: CheckResult) -> None:
        if result.status == "unchecked":
            self.unchecked.append({"name": result.name, "detail": result.detail})
            return
        self.checked += 1
        if result.status == "ok":
            self.ok += 1
        else:
            self.damaged.append({"name": result.name, "status": result.status, "detail": result.detail})

    @property
    def good(self) -> bool:
        return not self.damaged and not self.unchecked

    def as_json(self) -> dict[str, Any]:
        return {"checked": self.checked, "ok": self.ok, "damaged": self.damaged, "unchecked": self.unchecked}


def verify(office: Office, actor: Actor, *, everything: bool, progress: Callable[[int], None] = lambda _checked: None) -> Report:
    """Re-reads the spool, every volume of every store and the ledger's chain; without `everything` the latest SAMPLE files and volumes."""
    access.demand(actor, "verify")
    report = Report()
    for result in _results(office, everything):
        report.add(result)
        progress(report.checked)
    return _noted(office, actor, report, "store", all=everything)


def verify_chain(office: Office, actor: Actor) -> Report:
    """Computes every event of the ledger again against the one before it."""
    access.demand(actor, "verify")
    report = Report()
    for result in _ledger(office):
        report.add(result)
    return _noted(office, actor, report, "ledger")


def _noted(office: Office, actor: Actor, report: Report, subject: str, **more: bool) -> Report:
    detail = {**more, "checked": report.checked, "damaged": len(report.damaged), "unchecked": len(report.unchecked)}
    with office.db.write() as session:
        ledger.append(session, at=office.clock.now(), actor=actor.login, action="verify", subject=subject, detail=detail)
    return report


def _results(office: Office, everything: bool) -> Iterator[CheckResult]:
    yield from _ledger(office)
    yield from _spool(office, everything)
    yield from _volumes(office, everything)


def _ledger(office: Office) -> Iterator[CheckResult]:
    try:
        with office.db.read() as session:
            problems = list(ledger.verify(session))
            count = ledger.length(session)
    except (DossierError, SQLAlchemyError, ValueError, TypeError) as error:
        # A value that is no JSON or no moment any more, or a page of the database that cannot be read.
        yield CheckResult("ledger", "damaged", str(error))
        return
    for problem in problems:
        yield CheckResult(f"ledger:{problem.seq}", "damaged", problem.what)
    if not problems:
        yield CheckResult(f"ledger:1..{count}", "ok")


def _spool(office: Office, everything: bool) -> Iterator[CheckResult]:
    """Every file that has a receipt or is a signed agreement; with `everything` also what lies there and is nobody's, except for what may be arriving now."""
    with office.db.read() as session:
        query = select(File.spool_key, File.sha256).order_by(File.id.desc())
        known = [(key, sha256) for key, sha256 in session.execute(query if everything else query.limit(SAMPLE))]
        known += [(key, sha256) for key, sha256 in session.execute(select(Agreement.spool_key, Agreement.sha256))]
    for key, sha256 in known:
        yield office.spool.verify(key, sha256)
    if everything:
        yield from office.spool.strays()
        with office.db.read() as session:
            nobodys = unclaimed(office, session, UNCLAIMED_AFTER)
        for key in nobodys:
            yield CheckResult(f"spool/{key}", "unknown", "no receipt names this file; the next start of the worker moves it aside")


def _volumes(office: Office, everything: bool) -> Iterator[CheckResult]:
    with office.db.read() as session:
        query = select(Volume.id, Volume.kind, Volume.object_id).order_by(Volume.id.desc())
        volumes = list(session.execute(query if everything else query.limit(SAMPLE)))
    for volume_id, _, _ in volumes:
        yield from _head(office, volume_id)
    if everything:
        for store in office.stores.values():
            yield from store.verify_root()
    else:
        for _, kind, object_id in volumes:
            yield from office.store_of(kind).verify(object_id)


def _head(office: Office, volume_id: int) -> Iterator[CheckResult]:
    """Whether the store holds the version that the records say; one more is right while a hand-over of the case is being placed."""
    with office.db.read() as session:
        volume = session.get_one(Volume, volume_id)
        name, known = f"{volume.object_id} v{volume.head}", volume.head
        placing = _being_placed(session, volume.case_id)
        try:
            found = office.store_of(volume.kind).head(volume.object_id)
        except (DamagedError, OSError) as error:
            yield CheckResult(name, "damaged" if isinstance(error, DamagedError) else "unchecked", str(error))
            return
    if found == known or (placing and found == known + 1):
        yield CheckResult(name, "ok")
    else:
        yield CheckResult(name, "missing" if found < known else "unknown", f"the store holds v{found}")


def _being_placed(session: Session, case_id: int) -> bool:
    keys = [f"place:{number}" for number in session.execute(select(Submission.id).where(Submission.case_id == case_id)).scalars()]
    return jobs.busy(session, keys)
