"""Signing in: a login, a password and an address come in; an actor and the stamp of the session go out, and the ledger is told either way."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier.access import Actor
from dossier.errors import DossierError
from dossier.office import Office
from dossier.people import directory, factor, passwords, tries
from dossier.people.accounts import actor_of, keep_password, tell
from dossier.people.gate import agreement_missing
from dossier.people.substitutes import standing_for
from dossier.records import ledger
from dossier.records.tables import Person


@dataclass(frozen=True)
class Standing:
    """Who a session is, and the error code of what they must do before anything else (None: nothing)."""

    actor: Actor
    first: str | None = None


def _open_account(session: Session, login: str) -> Person | None:
    open_ones = select(Person).where(Person.login == login, Person.disabled.is_(False), Person.password_hash.is_not(None))
    return session.execute(open_ones).scalar_one_or_none()


def sign_in(office: Office, login: str, password: str, address: str = "") -> tuple[Actor, int]:
    """The actor and the session stamp. address: from where, for the ledger and the count of failures.

    Raises sign_in_failed, the same for an unknown login, a disabled account and a wrong password; too_many_tries and directory_down, the same
    for all of them.
    """
    counted = tries.bars(login, address)
    with office.db.write() as session:
        closed = tries.begin(session, counted, office.clock.now())
        person = session.execute(select(Person).where(Person.login == login)).scalar_one_or_none()
    try:
        good = directory.proves(office, person, login, password)
    except DossierError:
        _unjudged(office, counted, person, login, address)
        raise
    with office.db.write() as session:
        if good:
            tries.succeeded(session, counted)
        else:
            tries.forget_old(session, office.clock.now())
        _tell(office, session, "sign_in" if good else "sign_in.locked" if closed else "sign_in.failed", person, login, address)
    if not good or person is None:
        raise DossierError("sign_in_failed")
    return actor_of(person), person.session_stamp


def _tell(office: Office, session: Session, action: str, person: Person | None, login: str, address: str) -> None:
    by = {"by": "ldap"} if directory.elsewhere(office, person.roles if person else ()) else {}
    subject = f"person:{person.id}" if person else "person:unknown"
    ledger.append(session, at=office.clock.now(), actor=login[:80], action=action, subject=subject, detail={"address": address, **by})


def _unjudged(office: Office, counted: tuple[tries.Bar, ...], person: Person | None, login: str, address: str) -> None:
    """The directory was down: nobody judged the password, so it counts for nothing."""
    with office.db.write() as session:
        tries.taken_back(session, counted)
        _tell(office, session, "sign_in.unjudged", person, login, address)


def sign_in_by(office: Office, login: str, address: str, service: str) -> tuple[Actor, int]:
    """The actor and the session stamp of somebody whom an identity service vouches for; accounts are never made this way.

    Raises sso_unknown, and sso_administrator: nobody outside vouches for the three administrators.
    """
    with office.db.write() as session:
        person = _open_account(session, login)
        here = person is not None and directory.stays_here(person.roles)
        action, detail = "sign_in" if person and not here else "sign_in.failed", {"address": address, "by": service}
        subject = f"person:{person.id}" if person else "person:unknown"
        ledger.append(session, at=office.clock.now(), actor=login[:80], action=action, subject=subject, detail=detail)
    if person is None:
        raise DossierError("sso_unknown", login=login[:80])
    if here:
        raise DossierError("sso_administrator", login=person.login)
    return actor_of(person), person.session_stamp


def sign_out(office: Office, actor: Actor) -> None:
    """Ends every session of this person, so that a copied cookie is worth nothing."""
    with office.db.write() as session:
        person = session.get_one(Person, actor.id)
        person.session_stamp += 1
        ledger.append(session, at=office.clock.now(), actor=actor.login, action="sign_out", subject=f"person:{person.id}")


def resume(
    office: Office, login: str, stamp: int, principal: str | None = None, *, proved: bool = False, vouched: bool = False
) -> Standing | None:
    """Who a session is now; None when the account is gone or the session was ended.

    principal: for whom this person wants to act. proved: whether this session was given the second factor. vouched: an identity service signed
    them in, so the state of the password here does not matter.
    """
    with office.db.read() as session:
        person = _open_account(session, login)
        if person is None or person.session_stamp != stamp or (vouched and directory.stays_here(person.roles)):
            return None
        actor = (standing_for(session, person, principal, office.today()) if principal else None) or actor_of(person)
        return Standing(actor, _first(office, session, person, actor, proved, vouched))


def _first(office: Office, session: Session, person: Person, actor: Actor, proved: bool, vouched: bool) -> str | None:
    """The error code of what comes before anything else."""
    if factor.enrolled(person) and not proved:
        return "second_factor"
    old = passwords.expired(person.password_at, office.clock.now(), office.settings.password_policy)
    if (person.must_change or old) and not vouched and not directory.elsewhere(office, person.roles):
        return "must_change"
    if factor.needed(office, {*person.roles, *actor.roles}) and not factor.enrolled(person):
        return "enrol_factor"
    return "agreement" if agreement_missing(office, session, person) else None


def change_own_password(office: Office, actor: Actor, old: str, new: str) -> int:
    """A person gives themselves a new password; the new session stamp. Raises sign_in_failed, password_weak, password_same, password_elsewhere."""
    with office.db.read() as session:
        person = session.get_one(Person, actor.id)
    directory.require_here(office, person)
    if not passwords.matches(person.password_hash, old):
        raise DossierError("sign_in_failed")
    if old == new:
        raise DossierError("password_same")
    hashed = passwords.hashed(new, person.login, office.settings.password_policy)
    with office.db.write() as session:
        person = session.get_one(Person, actor.id)
        keep_password(office, person, hashed, must_change=False)
        tell(office, session, actor, "passwd", person)
        return person.session_stamp
