"""Requests that come twice: a key of their sender and a digest of what they ask come in; the answer of the first one goes out, or what it made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dossier.access import Actor
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records.tables import Answer

KEPT_FOR = timedelta(days=7)
# Longer than any request lives; a claim that is older belonged to a process that died.
CLAIM = timedelta(minutes=10)
MOST_KEY = 64


@dataclass(frozen=True)
class Known:
    """How the first request was answered."""

    status: int
    body: str


def begin(office: Office, actor: Actor, key: str, asked: str) -> Known | None:
    """Claims a key for this request, or tells the answer that it got before. Everybody has keys of their own.

    Raises key_reused when the key stood for something else, key_busy while the first request is being worked on.
    """
    now = office.clock.now()
    with office.db.write() as session:
        session.execute(delete(Answer).where(Answer.at < now - KEPT_FOR))
        found = _find(session, actor, key)
        if found is not None and found.asked != asked:
            raise DossierError("key_reused")
        if found is not None and found.status is not None:
            return Known(found.status, found.body or "")
        if found is not None and now - found.at < CLAIM:
            raise DossierError("key_busy")
        if found is None:
            session.add(Answer(person_id=actor.id, key=key, asked=asked, at=now))
        else:
            found.at = now
        return None


def keep(office: Office, actor: Actor, key: str, status: int, body: str) -> None:
    """Keeps the answer for requests with the same key."""
    with office.db.write() as session:
        found = _find(session, actor, key)
        if found is not None:
            found.status, found.body = status, body


def give_up(office: Office, actor: Actor, key: str) -> None:
    """Lets go of a key under which nothing was done."""
    with office.db.write() as session:
        session.execute(delete(Answer).where(Answer.person_id == actor.id, Answer.key == key, Answer.status.is_(None)))


def made_before(session: Session, actor: Actor, key: str, wanted: object) -> str | None:
    """The number of what a form with this key made, when it comes once more unchanged. key "": a form that has none."""
    found = _find(session, actor, _of_form(key)) if key else None
    return found.body if found is not None and found.asked == _digest(wanted) else None


def made(session: Session, actor: Actor, key: str, wanted: object, number: str, at: datetime) -> None:
    """Remembers, in the transaction that made it, what a form with this key made. A form that was changed and sent again makes another."""
    if not key:
        return
    session.execute(delete(Answer).where(Answer.at < at - KEPT_FOR))
    found = _find(session, actor, _of_form(key))
    if found is None:
        session.add(Answer(person_id=actor.id, key=_of_form(key), asked=_digest(wanted), status=303, body=number, at=at))
    else:
        found.asked, found.body, found.at = _digest(wanted), number, at


def _of_form(key: str) -> str:
    return f"form:{key[:MOST_KEY]}"


def _digest(wanted: object) -> str:
    """wanted: a frozen value, whose repr() tells all of it."""
    return hashlib.sha256(repr(wanted).encode()).hexdigest()


def _find(session: Session, actor: Actor, key: str) -> Answer | None:
    return session.execute(select(Answer).where(Answer.person_id == actor.id, Answer.key == key)).scalar_one_or_none()
