"""People who sign in: accounts come in with a password, actors go out; argon2id, no default passwords."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier.access import ROLES, Actor, demand
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Person, Team

MIN_PASSWORD = 10
OPERATOR, SYSTEM = "operator", "system"
# argon2id at 19 MiB, 2 passes, 1 lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Verified when a login does not exist, so that the answer takes as long as for one that does.
_NOBODY = HASHER.hash(secrets.token_urlsafe(16))


def ensure_built_in(session: Session) -> None:
    """The two accounts nobody can sign in with: the command line's operator and the system itself."""
    for login, display, roles in ((OPERATOR, "内置操作员", ["operator"]), (SYSTEM, "系统", [])):
        if session.execute(select(Person.id).where(Person.login == login)).first() is None:
            session.add(Person(login=login, display=display, roles=roles, password_hash=None))
    session.flush()


def actor_of(person: Person) -> Actor:
    """The actor that a row stands for."""
    return Actor(person.id, person.login, person.display, frozenset(person.roles), person.team_id)


def find(session: Session, login: str) -> Person:
    """Raises DossierError user_unknown; a disabled account counts as unknown."""
    person = session.execute(select(Person).where(Person.login == login, Person.disabled.is_(False))).scalar_one_or_none()
    if person is None:
        raise DossierError("user_unknown", name=login)
    return person


def acting_as(office: Office, login: str) -> Actor:
    """The actor of the command line's --as, or of the system."""
    with office.db.read() as session:
        return actor_of(find(session, login))


def team_id(session: Session, name: str) -> int:
    """Raises DossierError team_unknown."""
    found = session.execute(select(Team.id).where(Team.name == name)).scalar_one_or_none()
    if found is None:
        raise DossierError("team_unknown", name=name)
    return found


def ensure_team(session: Session, name: str) -> tuple[int, bool]:
    """The id of the team, and whether it had to be made."""
    found = session.execute(select(Team.id).where(Team.name == name)).scalar_one_or_none()
    if found is not None:
        return found, False
    team = Team(name=name)
    session.add(team)
    session.flush()
    return team.id, True


def _hash(password: str) -> str:
    if len(password) < MIN_PASSWORD:
        raise DossierError("password_weak", length=MIN_PASSWORD)
    return HASHER.hash(password)


def add(
    office: Office, actor: Actor, *, login: str, display: str, roles: Iterable[str], team: str | None, password: str, must_change: bool
) -> None:
    """Makes an account. Raises user_exists, role_unknown, password_weak, team_unknown."""
    chosen = list(dict.fromkeys(roles))
    for role in chosen:
        if role not in ROLES or role == "operator":
            raise DossierError("role_unknown", role=role, roles="、".join(name for name in ROLES if name != "operator"))
    hashed = _hash(password)
    with office.db.write() as session:
        if session.execute(select(Person.id).where(Person.login == login)).first():
            raise DossierError("user_exists", name=login)
        person = Person(
            login=login,
            display=display,
            roles=chosen,
            password_hash=hashed,
            must_change=must_change,
            team_id=team_id(session, team) if team else None,
        )
        session.add(person)
        session.flush()
        ledger.append(
            session,
            at=office.clock.now(),
            actor=actor.login,
            action="user.add",
            subject=f"person:{person.id}",
            detail={"login": login, "roles": chosen},
        )


def set_password(office: Office, actor: Actor, login: str, password: str, *, must_change: bool = False) -> None:
    """Gives an account a new password and ends its sessions."""
    hashed = _hash(password)
    with office.db.write() as session:
        person = find(session, login)
        person.password_hash, person.must_change = hashed, must_change
        person.session_stamp += 1
        ledger.append(session, at=office.clock.now(), actor=actor.login, action="user.passwd", subject=f"person:{person.id}")


def manage(actor: Actor) -> None:
    """Raises DossierError not_allowed unless this actor may manage accounts."""
    demand(actor, "user.manage")


def require_rebuild(actor: Actor) -> None:
    """Raises DossierError not_allowed unless this actor may rebuild what is derived."""
    demand(actor, "rebuild")


def role_names(roles: object) -> list[str]:
    """Roles in Chinese."""
    return [ROLES.get(str(role), str(role)) for role in roles] if isinstance(roles, list) else []


def one_time_password() -> str:
    """A password for the first sign-in, long enough not to be guessed."""
    return secrets.token_urlsafe(12)


def sign_in(office: Office, login: str, password: str) -> tuple[Actor, int]:
    """The actor and the session stamp. Raises sign_in_failed, the same for an unknown login and a wrong password; both are in the ledger."""
    with office.db.read() as session:
        person = session.execute(select(Person).where(Person.login == login, Person.disabled.is_(False))).scalar_one_or_none()
    try:
        HASHER.verify(person.password_hash if person and person.password_hash else _NOBODY, password)
        good = person is not None and person.password_hash is not None
    except VerificationError:
        good = False
    with office.db.write() as session:
        subject = f"person:{person.id}" if person else "person:unknown"
        ledger.append(session, at=office.clock.now(), actor=login[:80], action="sign_in" if good else "sign_in.failed", subject=subject)
    if not good or person is None:
        raise DossierError("sign_in_failed")
    return actor_of(person), person.session_stamp


def sign_out(office: Office, actor: Actor) -> None:
    """Ends every session of this person, so that a copied cookie is worth nothing."""
    with office.db.write() as session:
        person = find(session, actor.login)
        person.session_stamp += 1
        ledger.append(session, at=office.clock.now(), actor=actor.login, action="sign_out", subject=f"person:{person.id}")


def resume(office: Office, login: str, stamp: int) -> tuple[Actor, bool] | None:
    """The actor of a session and whether the password must be changed first; None when the account is gone or the session was ended."""
    with office.db.read() as session:
        person = session.execute(select(Person).where(Person.login == login, Person.disabled.is_(False))).scalar_one_or_none()
        if person is None or person.session_stamp != stamp:
            return None
        return actor_of(person), person.must_change


def change_own_password(office: Office, actor: Actor, old: str, new: str) -> int:
    """A person gives themselves a new password; the new session stamp. Raises sign_in_failed, password_weak, password_same."""
    with office.db.read() as session:
        known = find(session, actor.login).password_hash
    try:
        HASHER.verify(known or _NOBODY, old)
    except VerificationError:
        raise DossierError("sign_in_failed") from None
    if old == new:
        raise DossierError("password_same")
    set_password(office, actor, actor.login, new)
    with office.db.read() as session:
        return find(session, actor.login).session_stamp


def listing(office: Office) -> list[dict[str, object]]:
    """Every account as plain values, without secrets."""
    with office.db.read() as session:
        people = session.execute(select(Person).order_by(Person.login)).scalars().all()
        return [
            {
                "login": p.login,
                "display": p.display,
                "roles": list(p.roles),
                "team": p.team.name if p.team else None,
                "disabled": p.disabled,
            }
            for p in people
        ]
