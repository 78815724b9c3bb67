"""Accounts as plain values: rows come in, what administrators and the person may see of them goes out, without secrets."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dossier.access import ADMINISTRATORS, CLEARANCES, ROLES, Actor, demand
from dossier.clock import local
from dossier.office import Office
from dossier.people import directory
from dossier.people.accounts import OPERATOR, SYSTEM, known, role_names
from dossier.people.factor import enrolled
from dossier.people.substitutes import substitutes
from dossier.records.tables import LedgerEvent, Person, SignInTry


def _last_sign_ins(session: Session) -> dict[str, str]:
    """Subject of the ledger → moment of the last good sign-in."""
    query = select(LedgerEvent.subject, func.max(LedgerEvent.at)).where(LedgerEvent.action == "sign_in").group_by(LedgerEvent.subject)
    return {subject: local(at).isoformat() for subject, at in session.execute(query)}


def _locked(office: Office, session: Session) -> set[str]:
    """Logins that wait at some door, in lower case."""
    keys = session.execute(select(SignInTry.key).where(SignInTry.locked_until > office.clock.now())).scalars()
    return {key.rpartition(":")[2] for key in keys if not key.startswith("address:")}


def _row(office: Office, person: Person, locked: set[str], last: dict[str, str]) -> dict[str, Any]:
    return {
        "login": person.login,
        "display": person.display,
        "roles": list(person.roles),
        "role_names": role_names(person.roles),
        "team": person.team.name if person.team else None,
        "disabled": person.disabled,
        "locked": person.login.lower() in locked,
        "must_change": person.must_change,
        "directory": person.password_hash is not None and directory.elsewhere(office, person.roles),
        "second_factor": enrolled(person),
        "built_in": person.login in (OPERATOR, SYSTEM),
        "last_sign_in": last.get(f"person:{person.id}"),
    }


def listing(office: Office, actor: Actor) -> list[dict[str, Any]]:
    """Every account."""
    demand(actor, "user.list")
    with office.db.read() as session:
        people = session.execute(select(Person).order_by(Person.login)).scalars().all()
        locked, last = _locked(office, session), _last_sign_ins(session)
        return [_row(office, person, locked, last) for person in people]


def show(office: Office, actor: Actor, login: str) -> dict[str, Any]:
    """One account with its substitutes, and what lately happened to it. Raises user_unknown."""
    demand(actor, "user.list")
    with office.db.read() as session:
        person = known(session, login)
        row = _row(office, person, _locked(office, session), _last_sign_ins(session))
        events = select(LedgerEvent).where(LedgerEvent.subject == f"person:{person.id}").order_by(LedgerEvent.seq.desc()).limit(30)
        row["events"] = [
            {"at": local(event.at).isoformat(), "actor": event.actor, "action": event.action, "detail": event.detail}
            for event in session.execute(events).scalars()
        ]
        number = person.id
    return row | {"substitutes": substitutes(office, person=number), "own": number in actor.persons}


def grantable() -> list[dict[str, Any]]:
    """The roles in the order of the table: {"role","name","kind": business | clearance | administrator}."""
    kinds = {role: "administrator" if role in ADMINISTRATORS else "clearance" if role in CLEARANCES else "business" for role in ROLES}
    return [{"role": role, "name": name, "kind": kinds[role]} for role, name in ROLES.items() if role != "operator"]
