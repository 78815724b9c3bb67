"""Accounts: who may do what comes in from administrators, rows go out; system administrators keep accounts, security administrators rights."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier import access
from dossier.access import ROLES, Actor, demand
from dossier.errors import DossierError
from dossier.office import Office
from dossier.people import directory, passwords, tries
from dossier.people.gate import agreement_missing
from dossier.records import ledger
from dossier.records.tables import Person, Team

OPERATOR, SYSTEM = "operator", "system"
_LOGIN = re.compile(r"[\w.@-]{2,40}")


def ensure_built_in(session: Session) -> None:
    """The two accounts nobody can sign in with: the command line's operator and the system itself."""
    for login, display, roles in ((OPERATOR, "内置操作员", ["operator"]), (SYSTEM, "系统", [])):
        if session.execute(select(Person.id).where(Person.login == login)).first() is None:
            session.add(Person(login=login, display=display, roles=roles, password_hash=None))
    session.flush()


def actor_of(person: Person) -> Actor:
    """The actor that a row stands for."""
    return Actor(person.id, person.login, person.display, frozenset(person.roles), person.team_id)


def known(session: Session, login: str) -> Person:
    """The account, disabled or not. Raises DossierError user_unknown."""
    person = session.execute(select(Person).where(Person.login == login)).scalar_one_or_none()
    if person is None:
        raise DossierError("user_unknown", name=login)
    return person


def find(session: Session, login: str) -> Person:
    """Raises DossierError user_unknown; a disabled account counts as unknown."""
    person = known(session, login)
    if person.disabled:
        raise DossierError("user_unknown", name=login)
    return person


def acting_as(office: Office, login: str) -> Actor:
    """The actor of the command line's --as, or of the system. Raises user_unknown, agreement."""
    with office.db.read() as session:
        person = find(session, login)
        if agreement_missing(office, session, person):
            raise DossierError("agreement")
        return actor_of(person)


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


def teams(office: Office) -> list[str]:
    """The names of all teams."""
    with office.db.read() as session:
        return list(session.execute(select(Team.name).order_by(Team.name)).scalars())


def add_team(office: Office, actor: Actor, name: str) -> bool:
    """Makes a team; False when it is there already. Raises bad_request when the name is empty."""
    demand(actor, "user.manage")
    name = name.strip()
    if not name:
        raise DossierError("bad_request", what="团队名称", what_en="team name")
    with office.db.write() as session:
        number, made = ensure_team(session, name)
        if made:
            ledger.append(
                session, at=office.clock.now(), actor=actor.login, action="team.add", subject=f"team:{number}", detail={"name": name}
            )
    return made


def tell(office: Office, session: Session, actor: Actor, act: str, person: Person, **detail: Any) -> None:
    """The ledger's event of an act upon an account, in the caller's transaction."""
    ledger.append(session, at=office.clock.now(), actor=actor.login, action=f"user.{act}", subject=f"person:{person.id}", detail=detail)


def of_others(session: Session, actor: Actor, login: str) -> Person:
    """An account that this administrator may act upon. Raises user_unknown, own_account; the built-in ones are nobody's."""
    person = known(session, login)
    if person.login in (OPERATOR, SYSTEM):
        raise DossierError("not_allowed")
    if person.id in actor.persons:
        raise DossierError("own_account")
    return person


def chosen_roles(office: Office, roles: Iterable[str]) -> list[str]:
    """The roles, each once. Raises role_unknown, roles_conflict."""
    chosen = list(dict.fromkeys(roles))
    for role in chosen:
        if role not in ROLES or role == "operator":
            raise DossierError("role_unknown", role=role, roles="、".join(name for name in ROLES if name != "operator"))
    clash = access.conflict(chosen, compact=office.settings.administrators == "compact")
    if clash:
        raise DossierError("roles_conflict", first=ROLES[clash[0]], second=ROLES[clash[1]])
    return chosen


def add(
    office: Office, actor: Actor, *, login: str, display: str, roles: Iterable[str], team: str | None, password: str, must_change: bool
) -> None:
    """Makes an account; with roles only who may also grant. Raises user_exists, login_bad, role_unknown, roles_conflict, password_weak, team_unknown."""
    demand(actor, "user.manage")
    chosen = chosen_roles(office, roles)
    if chosen:
        demand(actor, "user.grant")
    if not _LOGIN.fullmatch(login):
        raise DossierError("login_bad", login=login)
    hashed = passwords.hashed(password, login, office.settings.password_policy)
    with office.db.write() as session:
        if session.execute(select(Person.id).where(Person.login == login)).first():
            raise DossierError("user_exists", name=login)
        person = Person(
            login=login,
            display=display.strip() or login,
            roles=chosen,
            password_hash=hashed,
            password_at=office.clock.now(),
            must_change=must_change,
            team_id=team_id(session, team) if team else None,
        )
        session.add(person)
        session.flush()
        tell(office, session, actor, "add", person, login=login, roles=chosen)


def ensure_administrators(office: Office, actor: Actor) -> list[tuple[str, str]]:
    """Makes an account for each of the three administrators when there is no system administrator yet: [(login, one-time password)]."""
    with office.db.read() as session:
        held = {role for roles in session.execute(select(Person.roles)).scalars() for role in roles}
    made = []
    for login, role in (("admin", "system_admin"), ("security", "security_admin"), ("auditor", "auditor")):
        if "system_admin" in held:
            break
        password = passwords.one_time_password()
        add(office, actor, login=login, display=ROLES[role], roles=[role], team=None, password=password, must_change=True)
        made.append((login, password))
    return made


def grant(office: Office, actor: Actor, login: str, roles: Iterable[str]) -> None:
    """These roles and no others, from the next request on; who becomes an administrator, or is one no longer, signs in again.

    Raises role_unknown, roles_conflict, own_account.
    """
    demand(actor, "user.grant")
    chosen = chosen_roles(office, roles)
    with office.db.write() as session:
        person = of_others(session, actor, login)
        before, person.roles = list(person.roles), chosen
        if set(before) != set(chosen):
            person.session_stamp += directory.door_changes(office, before, chosen)
            tell(office, session, actor, "grant", person, before=before, after=chosen)


def disable(office: Office, actor: Actor, login: str, reason: str) -> None:
    """Closes an account; its sessions end with their next request. Raises own_account, reason_missing."""
    demand(actor, "user.manage")
    if not reason.strip():
        raise DossierError("reason_missing")
    with office.db.write() as session:
        person = of_others(session, actor, login)
        if not person.disabled:
            person.disabled = True
            person.session_stamp += 1
            tell(office, session, actor, "disable", person, reason=reason.strip())


def enable(office: Office, actor: Actor, login: str) -> None:
    """Opens a closed or locked account again."""
    demand(actor, "user.manage")
    with office.db.write() as session:
        person = of_others(session, actor, login)
        person.disabled = False
        tries.open_again(session, login)
        tell(office, session, actor, "enable", person)


def move_to_team(office: Office, actor: Actor, login: str, team: str | None) -> None:
    """Puts a person into a team, or into none. Raises team_unknown, own_account."""
    demand(actor, "user.grant")
    with office.db.write() as session:
        person = of_others(session, actor, login)
        before = person.team.name if person.team else None
        person.team_id = team_id(session, team) if team else None
        if before != team:
            tell(office, session, actor, "team", person, before=before, after=team)


def keep_password(office: Office, person: Person, hashed: str, *, must_change: bool) -> None:
    """A new password in the caller's row; the person's sessions end."""
    person.password_hash, person.password_at, person.must_change = hashed, office.clock.now(), must_change
    person.session_stamp += 1


def set_password(office: Office, actor: Actor, login: str, password: str, *, must_change: bool = False) -> None:
    """Gives an account a new password and ends its sessions. Raises password_weak, own_account, password_elsewhere."""
    demand(actor, "user.manage")
    hashed = passwords.hashed(password, login, office.settings.password_policy)
    with office.db.write() as session:
        person = of_others(session, actor, login)
        directory.require_here(office, person)
        keep_password(office, person, hashed, must_change=must_change)
        tell(office, session, actor, "passwd", person)


def require_rebuild(actor: Actor) -> None:
    """Raises DossierError not_allowed unless this actor may rebuild what is derived."""
    demand(actor, "rebuild")


def role_names(roles: object) -> list[str]:
    """Roles in Chinese."""
    return [ROLES.get(str(role), str(role)) for role in roles] if isinstance(roles, list) else []
