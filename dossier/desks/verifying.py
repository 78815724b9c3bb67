"""Reading every byte again: spool, volumes and ledger come in; what was checked, what is damaged and what could not be checked go out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from dossier import access
from dossier.access import Actor
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import File, Volume
from storage.contract import CheckResult

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
    with office.db.write() as session:
        ledger.append(
            session,
            at=office.clock.now(),
            actor=actor.login,
            action="verify",
            subject="store",
            detail={"all": everything, "checked": report.checked, "damaged": len(report.damaged), "unchecked": len(report.unchecked)},
        )
    return report


def _results(office: Office, everything: bool) -> Iterator[CheckResult]:
    yield from _ledger(office)
    yield from _spool(office, everything)
    yield from _volumes(office, everything)


def _ledger(office: Office) -> Iterator[CheckResult]:
    with office.db.read() as session:
        problems = list(ledger.verify(session))
        count = ledger.length(session)
    for problem in problems:
        yield CheckResult(f"ledger:{problem.seq}", "damaged", problem.what)
    if not problems:
        yield CheckResult(f"ledger:1..{count}", "ok")


def _spool(office: Office, everything: bool) -> Iterator[CheckResult]:
    """Every file that has a receipt; with `everything` also what lies there and is nobody's."""
    with office.db.read() as session:
        query = select(File.spool_key, File.sha256).order_by(File.id.desc())
        known = [(key, sha256) for key, sha256 in session.execute(query if everything else query.limit(SAMPLE))]
    for key, sha256 in known:
        yield office.spool.verify(key, sha256)
    if everything:
        keys = {key for key, _ in known}
        yield from office.spool.strays()
        for key in set(office.spool.keys()) - keys:
            yield CheckResult(f"spool/{key}", "unknown", "no receipt names this file")


def _volumes(office: Office, everything: bool) -> Iterator[CheckResult]:
    with office.db.read() as session:
        query = select(Volume.kind, Volume.object_id, Volume.head).order_by(Volume.id.desc())
        volumes = list(session.execute(query if everything else query.limit(SAMPLE)))
    for kind, object_id, head in volumes:
        found = office.store_of(kind).head(object_id)
        status = "ok" if found == head else ("missing" if found < head else "unknown")
        yield CheckResult(f"{object_id} v{head}", status, "" if found == head else f"the store holds v{found}")
    if everything:
        for store in office.stores.values():
            yield from store.verify_root()
    else:
        for kind, object_id, _ in volumes:
            yield from office.store_of(kind).verify(object_id)
