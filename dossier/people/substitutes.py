"""Substitutes 代理: a person, a stand-in and days come in; an actor with the rights of the one and the names of both goes out."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier.access import ADMINISTRATORS, CLEARANCES, Actor, decide, demand
from dossier.errors import DossierError
from dossier.office import Office
from dossier.people.accounts import find, tell
from dossier.records.tables import Person, Substitution


def _lent(person: Person, substitute: Person) -> frozenset[str]:
    """The roles that go over: a clearance only to somebody who holds it too, an administrator's never."""
    roles = frozenset(person.roles) - ADMINISTRATORS - {"operator"}
    return frozenset(role for role in roles if role not in CLEARANCES or role in substitute.roles)


def standing_for(session: Session, substitute: Person, login: str, today: date) -> Actor | None:
    """The actor when this substitute acts for that person today; None when they may not (any more)."""
    row = session.execute(
        select(Substitution)
        .join(Person, Substitution.person_id == Person.id)
        .where(
            Person.login == login,
            Person.disabled.is_(False),
            Substitution.substitute_id == substitute.id,
            Substitution.from_day <= today,
            Substitution.until_day >= today,
            Substitution.ended_at.is_(None),
        )
    ).scalars().first()  # fmt: skip
    if row is None:
        return None
    person = row.person
    # The ledger and every list show both names: whoever stands in acts under their own.
    return Actor(
        substitute.id,
        f"{substitute.login}（代 {person.login}）",
        f"{substitute.display}（代 {person.display}）",
        _lent(person, substitute),
        person.team_id,
        stands_for=person.id,
    )


def _check(actor: Actor, person: Person, substitute: Person, first: date, last: date, today: date) -> None:
    if actor.stands_for is not None or (substitute.id == actor.id and actor.id != person.id):
        raise DossierError("own_account")
    if person.id == substitute.id:
        raise DossierError("substitute_bad", what="不能由本人代理本人")
    if first > last or last < today:
        raise DossierError("substitute_bad", what="代理期限不对，应有起止日期，且尚未结束")
    if ADMINISTRATORS & set(substitute.roles) or ADMINISTRATORS & set(person.roles):
        raise DossierError("substitute_bad", what="系统管理员、安全管理员、审计员的职责不得代理，也不得代理他人")
    if not _lent(person, substitute):
        raise DossierError("substitute_bad", what="被代理人没有可以代理的职责")


def name_substitute(office: Office, actor: Actor, login: str, substitute: str, first: date, last: date, reason: str) -> None:
    """From the first to the last day, both included, `substitute` may act with the rights of `login`. A person names their own; a security administrator
    anybody's. Raises not_allowed, own_account, user_unknown, substitute_bad, reason_missing."""
    with office.db.write() as session:
        person, other = find(session, login), find(session, substitute)
        demand(actor, "substitute.own" if person.id == actor.id else "user.grant")
        if not reason.strip():
            raise DossierError("reason_missing")
        _check(actor, person, other, first, last, office.today())
        session.add(
            Substitution(
                person_id=person.id,
                substitute_id=other.id,
                from_day=first,
                until_day=last,
                reason=reason.strip(),
                named_by_id=actor.id,
                named_at=office.clock.now(),
            )
        )
        days = {"from": first.isoformat(), "until": last.isoformat(), "reason": reason.strip()}
        tell(office, session, actor, "substitute", person, substitute=other.login, **days)


def end_substitute(office: Office, actor: Actor, number: int) -> None:
    """Ends a substitution at once. Raises not_allowed, substitute_bad when there is none of this number."""
    with office.db.write() as session:
        row = session.get(Substitution, number)
        if row is None or not (row.person_id == actor.id or decide(actor, "user.grant")):
            raise DossierError("substitute_bad", what="没有这项代理")
        if row.ended_at is None:
            row.ended_at = office.clock.now()
            tell(office, session, actor, "substitute.end", row.person, substitute=row.substitute.login)


def act_for(office: Office, actor: Actor, login: str) -> Actor:
    """A substitute begins to act for somebody; told to the ledger. Raises substitute_bad when they may not today."""
    with office.db.write() as session:
        me = session.get_one(Person, actor.id)
        standing = standing_for(session, me, login, office.today())
        if standing is None:
            raise DossierError("substitute_bad", what="今天您不是其代理人")
        tell(office, session, actor, "substitute.begin", find(session, login), substitute=me.login)
        return standing


def may_act_for(office: Office, actor: Actor) -> list[dict[str, Any]]:
    """The persons for whom this one may act today."""
    today = office.today()
    rows = substitutes(office, substitute=actor.id)
    return [row for row in rows if not row["ended"] and row["from"] <= today.isoformat() <= row["until"]]


def all_substitutes(office: Office, actor: Actor) -> list[dict[str, Any]]:
    """Everybody's substitutions for who keeps rights, one's own for everybody else."""
    return substitutes(office, person=None if decide(actor, "user.list") else actor.id)


def substitutes(office: Office, *, person: int | None = None, substitute: int | None = None) -> list[dict[str, Any]]:
    """Substitutions of a person or by a substitute, the latest first, as plain values."""
    query = select(Substitution).order_by(Substitution.until_day.desc(), Substitution.id.desc())
    if person is not None:
        query = query.where(Substitution.person_id == person)
    if substitute is not None:
        query = query.where(Substitution.substitute_id == substitute)
    with office.db.read() as session:
        return [
            {
                "id": row.id,
                "login": row.person.login,
                "display": row.person.display,
                "substitute": row.substitute.login,
                "substitute_display": row.substitute.display,
                "from": row.from_day.isoformat(),
                "until": row.until_day.isoformat(),
                "reason": row.reason,
                "ended": row.ended_at is not None,
            }
            for row in session.execute(query).scalars()
        ]
