"""One's own notices: a person comes in; what they were told, read or not, goes out, and what they ticked off stays read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from dossier import access
from dossier.access import Actor
from dossier.clock import local
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import NOTICE_KINDS, Notice, Person

PER_PAGE = 50
COUNTED = 100  # the bell says 99+ beyond


def _whose(actor: Actor) -> int:
    """A substitute looks after the notices of the person they stand in for."""
    return actor.stands_for or actor.id


def _unread(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return Notice.person_id == _whose(actor), Notice.read_at.is_(None)


def unread(office: Office, actor: Actor) -> int:
    """How many are unread, at most COUNTED."""
    with office.db.read() as session:
        found = select(Notice.id).where(*_unread(actor)).limit(COUNTED).subquery()
        return session.execute(select(func.count()).select_from(found)).scalar_one()


def listing(office: Office, actor: Actor, *, all_of: bool = False, page: int = 1) -> dict[str, Any]:
    """{"total","page","last","ways","rows"}: the unread ones, or all, newest first; ways: how notices leave the page, if at all."""
    access.demand(actor, "notice.own")
    with office.db.read() as session:
        scope = (Notice.person_id == _whose(actor),) if all_of else _unread(actor)
        total = session.execute(select(func.count(Notice.id)).where(*scope)).scalar_one()
        last = max(1, -(-total // PER_PAGE))
        page = min(max(1, page), last)
        query = select(Notice).where(*scope).order_by(Notice.id.desc()).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
        rows = [_json(one) for one in session.execute(query).scalars()]
        mail = session.execute(select(Person.mail).where(Person.id == _whose(actor))).scalar_one()
    ways = {"mail": mail, "mail_set": bool(office.settings.smtp_url), "webhook_set": bool(office.settings.webhook_url)}
    return {"total": total, "page": page, "last": last, "ways": ways, "rows": rows}


def _json(one: Notice) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "kind_name": NOTICE_KINDS[one.kind],
        "at": local(one.at).isoformat(timespec="seconds"),
        "text": one.text,
        "place": one.place,
        "subject": one.subject,
        "read": one.read_at is not None,
    }


def tick(office: Office, actor: Actor, ids: Sequence[int] | None = None) -> int:
    """Marks these notices as read, or all; how many were unread."""
    access.demand(actor, "notice.own")
    with office.db.write() as session:
        scope = _unread(actor) if ids is None else (*_unread(actor), Notice.id.in_(list(ids)))
        count = session.execute(select(func.count(Notice.id)).where(*scope)).scalar_one()
        if count:
            session.execute(update(Notice).where(*scope).values(read_at=office.clock.now()))
            ledger.append(
                session,
                at=office.clock.now(),
                actor=actor.login,
                action="notice.read",
                subject=f"person:{_whose(actor)}",
                detail={"count": count},
            )
        return count


def opened(office: Office, actor: Actor, number: int) -> dict[str, Any]:
    """A notice that is being followed to its page; it is read with that. Raises not_found."""
    access.demand(actor, "notice.own")
    with office.db.read() as session:
        one = session.get(Notice, number)
        if one is None or one.person_id != _whose(actor):
            raise DossierError("not_found")
    tick(office, actor, [number])
    return _json(one)
