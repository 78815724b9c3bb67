"""Tokens for programs: a name, scopes and days come in, a secret goes out once; later the secret comes in and an actor with these scopes goes out."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from dossier.access import SCOPES, Actor, decide, demand
from dossier.clock import local
from dossier.errors import DossierError
from dossier.office import Office
from dossier.people.accounts import OPERATOR, SYSTEM, actor_of, find, tell
from dossier.people.gate import agreement_missing
from dossier.people.signin import Standing
from dossier.records.tables import Person, Token

MOST_DAYS, USUAL_DAYS = 365, 90
PREFIX = "dossier_"
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,60}")
# A row that is written at every request would make readers wait for writers.
_USED_EVERY = timedelta(minutes=5)


def _digest(secret: str) -> str:
    # 256 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(secret.encode()).hexdigest()


def _check(name: str, scopes: list[str], days: int) -> None:
    if not _NAME.fullmatch(name):
        raise DossierError("token_bad", what="请写明用途（1 至 60 个字）")
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise DossierError("token_bad", what=f"权限范围应为 {'、'.join(SCOPES)} 中的一个或几个")
    if not 1 <= days <= MOST_DAYS:
        raise DossierError("token_bad", what=f"有效期应为 1 至 {MOST_DAYS} 天")


def add_token(office: Office, actor: Actor, login: str, name: str, scopes: Iterable[str], days: int) -> str:
    """A token with which a program acts as `login`, within the scopes; its secret, told this once. A person makes their own; the operator anybody's.

    Raises token_bad, not_allowed, user_unknown.
    """
    chosen, name = list(dict.fromkeys(scopes)), name.strip()
    _check(name, chosen, days)
    secret = PREFIX + secrets.token_urlsafe(32)
    now = office.clock.now()
    with office.db.write() as session:
        person = find(session, login)
        own = person.id == actor.id and actor.stands_for is None
        demand(actor, "token.own" if own else "token.any")
        if person.login in (OPERATOR, SYSTEM):
            raise DossierError("not_allowed")
        row = Token(
            person_id=person.id,
            name=name,
            digest=_digest(secret),
            scopes=chosen,
            made_at=now,
            expires_at=now + timedelta(days=days),
            last_used_at=None,
            revoked_at=None,
        )
        session.add(row)
        session.flush()
        tell(office, session, actor, "token.add", person, token=row.id, name=name, scopes=chosen, days=days)
    return secret


def revoke_token(office: Office, actor: Actor, number: int) -> None:
    """Ends a token at once: one's own, or for an administrator anybody's. Raises token_unknown."""
    with office.db.write() as session:
        row = session.get(Token, number)
        if row is None or not (row.person_id == actor.id or decide(actor, "user.manage") or decide(actor, "user.grant")):
            raise DossierError("token_unknown", number=number)
        if row.revoked_at is None:
            row.revoked_at = office.clock.now()
            tell(office, session, actor, "token.revoke", row.person, token=row.id, name=row.name)


def bearer(office: Office, secret: str) -> Standing | None:
    """Who a token is, or None when there is no such token, or not any more; under its own name in the ledger, and never before the 副卷."""
    now = office.clock.now()
    with office.db.read() as session:
        found = session.execute(
            select(Token, Person)
            .join(Person, Token.person_id == Person.id)
            .where(Token.digest == _digest(secret), Person.disabled.is_(False))
        ).first()
        gate = found is not None and agreement_missing(office, session, found.Person)
    if found is None or found.Token.revoked_at is not None or found.Token.expires_at <= now:
        return None
    token, person = found.Token, found.Person
    if token.last_used_at is None or now - token.last_used_at >= _USED_EVERY:
        with office.db.write() as session:
            session.get_one(Token, token.id).last_used_at = now
    only = frozenset(action for scope in token.scopes for action in SCOPES.get(scope, ("", ()))[1])
    actor = actor_of(person)
    return Standing(replace(actor, login=f"{actor.login}［令牌 {token.name}］", only=only), "agreement" if gate else None)


def tokens(office: Office, actor: Actor, login: str | None = None) -> list[dict[str, Any]]:
    """Tokens without their secrets, the latest first: one's own; for who may list accounts anybody's, or those of one account."""
    query = select(Token, Person.login).join(Person, Token.person_id == Person.id).order_by(Token.id.desc())
    if not decide(actor, "user.list"):
        query = query.where(Token.person_id == actor.id)
    if login is not None:
        query = query.where(Person.login == login)
    now = office.clock.now()
    with office.db.read() as session:
        return [
            {
                "id": row.id,
                "login": owner,
                "name": row.name,
                "scopes": list(row.scopes),
                "made_at": local(row.made_at).isoformat(),
                "expires_at": local(row.expires_at).isoformat(),
                "last_used_at": local(row.last_used_at).isoformat() if row.last_used_at else None,
                "state": "revoked" if row.revoked_at else "expired" if row.expires_at <= now else "valid",
            }
            for row, owner in session.execute(query)
        ]
