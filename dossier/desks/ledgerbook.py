"""The ledger for its readers: who, what, which case, which days come in; the events that fit, newest first, and whether the chain holds, go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from dossier import access
from dossier.access import Actor
from dossier.clock import SHANGHAI, local
from dossier.desks import verifying
from dossier.desks.casefile import case_key
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case, LedgerEvent

AT_ONCE = 50


@dataclass(frozen=True)
class Asked:
    """Which events; empty and None: all. before: only those with a lower number. Days are whole days in the court's time."""

    actor: str = ""
    action: str = ""
    case_no: str = ""
    first: date | None = None
    last: date | None = None
    before: int | None = None

    def as_json(self) -> dict[str, Any]:
        days = {"first": self.first and self.first.isoformat(), "last": self.last and self.last.isoformat()}
        return {"actor": self.actor, "action": self.action, "case_no": self.case_no, **days}


def events(office: Office, actor: Actor, asked: Asked) -> dict[str, Any]:
    """{"events":[{"seq","at","actor","action","subject","case_no","detail","hash"}],"older": seq or None}; that it was read is an event, too.

    Raises not_allowed.
    """
    access.demand(actor, "ledger.read")
    with office.db.write() as session:
        query = select(LedgerEvent, Case.case_no).outerjoin(Case, Case.id == LedgerEvent.case_id).where(*_wanted(asked))
        rows = session.execute(query.order_by(LedgerEvent.seq.desc()).limit(AT_ONCE + 1)).all()
        detail = {key: value for key, value in asked.as_json().items() if value}
        ledger.append(session, at=office.clock.now(), actor=actor.login, action="ledger.read", subject="ledger", detail=detail)
        shown = [_told(event, case_no) for event, case_no in rows[:AT_ONCE]]
    return {"events": shown, "older": shown[-1]["seq"] if len(rows) > AT_ONCE else None}


def _wanted(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.actor:
        # A program's token and a substitute stand behind the name of their person.
        found.append(LedgerEvent.actor.startswith(asked.actor, autoescape=True))
    if asked.action:
        found.append(LedgerEvent.action.startswith(asked.action, autoescape=True))
    if asked.case_no:
        found.append(Case.case_no == case_key(asked.case_no))
    if asked.first is not None:
        found.append(LedgerEvent.at >= datetime.combine(asked.first, time(), SHANGHAI))
    if asked.last is not None:
        found.append(LedgerEvent.at < datetime.combine(asked.last + timedelta(days=1), time(), SHANGHAI))
    if asked.before is not None:
        found.append(LedgerEvent.seq < asked.before)
    return found


def _told(event: LedgerEvent, case_no: str | None) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "at": local(event.at).isoformat(timespec="seconds"),
        "actor": event.actor,
        "action": event.action,
        "subject": event.subject,
        "case_no": case_no,
        "detail": event.detail,
        "hash": event.hash,
    }


def check_chain(office: Office, actor: Actor) -> Mapping[str, Any]:
    """{"checked","ok","damaged":[…],"unchecked":[…]}: every event computed again against the one before it. Raises not_allowed."""
    return verifying.verify_chain(office, actor).as_json()
