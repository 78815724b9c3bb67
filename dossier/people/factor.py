"""The second factor 动态口令: a code from a person's phone or from their list of recovery codes comes in; whether they may go on goes out."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from dossier.access import Actor, asks_second_factor, demand
from dossier.errors import DossierError
from dossier.office import Office
from dossier.people import totp, tries
from dossier.people.accounts import of_others, tell
from dossier.records.tables import Person

RECOVERY_CODES = 10
# Without letters and digits that look alike.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Enrolment:
    """What a phone needs to know: the secret in base32, and the address that the QR code holds."""

    secret: str
    uri: str


def needed(office: Office, roles: Collection[str]) -> bool:
    """Whether somebody with these roles must have a second factor in this court."""
    return office.settings.second_factor == "required" and asks_second_factor(roles)


def enrolled(person: Person) -> bool:
    """Whether the secret was proved once; until then it is not asked for."""
    return person.totp_secret is not None and person.totp_step is not None


def begin_enrolment(office: Office, actor: Actor) -> Enrolment:
    """The secret that waits to be proved, made when there is none. Raises bad_request when one is in use already."""
    with office.db.write() as session:
        person = session.get_one(Person, actor.id)
        if enrolled(person):
            raise DossierError("bad_request", what="已绑定动态口令", what_en="a second factor is in use")
        person.totp_secret = person.totp_secret or totp.new_secret()
        return Enrolment(person.totp_secret, totp.uri(person.totp_secret, person.login, office.settings.court))


def _plain(given: str) -> str:
    return "".join(c for c in given.lower() if c.isalnum())


def _digest(recovery_code: str) -> str:
    return hashlib.sha256(_plain(recovery_code).encode()).hexdigest()


def _new_recovery_codes() -> list[str]:
    made = ("".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES))
    return [f"{one[:5]}-{one[5:]}" for one in made]


def enrol(office: Office, actor: Actor, given: str) -> list[str]:
    """The phone proved the secret: from now on it is asked for. The recovery codes, told this once. Raises factor_wrong."""
    with office.db.write() as session:
        person = session.get_one(Person, actor.id)
        if person.totp_secret is None or enrolled(person):
            raise DossierError("factor_wrong")
        step = totp.matching_step(person.totp_secret, _plain(given), office.clock.now(), 0)
        if step is None:
            raise DossierError("factor_wrong")
        codes = _new_recovery_codes()
        person.totp_step, person.recovery = step, [_digest(one) for one in codes]
        tell(office, session, actor, "factor.enrol", person)
        return codes


def prove(office: Office, actor: Actor, given: str) -> None:
    """Takes a code once. Raises factor_wrong, and too_many_tries after several wrong ones; both are in the ledger."""
    with office.db.write() as session:
        login = session.get_one(Person, actor.id).login
        counted = (tries.factor_bar(login),)
        tries.begin(session, counted, office.clock.now())
    with office.db.write() as session:
        person = session.get_one(Person, actor.id)
        how = _take(office, person, _plain(given))
        if how is not None:
            tries.succeeded(session, counted)
        tell(office, session, actor, f"factor.{how or 'failed'}", person)
    if how is None:
        raise DossierError("factor_wrong")


def _take(office: Office, person: Person, given: str) -> str | None:
    """How a code was proved ("code" or "recovery"), and then it is used up; None when it is wrong."""
    if person.totp_secret is None or person.totp_step is None:
        return None
    step = totp.matching_step(person.totp_secret, given, office.clock.now(), person.totp_step)
    if step is not None:
        person.totp_step = step
        return "code"
    kept = list(person.recovery or [])
    if _digest(given) not in kept:
        return None
    kept.remove(_digest(given))
    person.recovery = kept
    return "recovery"


def _forget(person: Person) -> None:
    person.totp_secret = person.totp_step = person.recovery = None


def renew(office: Office, actor: Actor, given: str) -> None:
    """A person with a new phone: proves the old one or a recovery code, then enrols again. Raises factor_wrong, too_many_tries."""
    prove(office, actor, given)
    with office.db.write() as session:
        person = session.get_one(Person, actor.id)
        _forget(person)
        tell(office, session, actor, "factor.renew", person)


def reset_factor(office: Office, actor: Actor, login: str) -> None:
    """A security administrator lets somebody enrol again who lost phone and codes; their sessions end. Raises own_account, user_unknown."""
    demand(actor, "user.grant")
    with office.db.write() as session:
        person = of_others(session, actor, login)
        _forget(person)
        person.session_stamp += 1
        tell(office, session, actor, "factor.reset", person)


def state(office: Office, actor: Actor) -> dict[str, object]:
    """{"enrolled", "needed", "recovery_left"} of one's own account."""
    with office.db.read() as session:
        person = session.get_one(Person, actor.id)
        return {
            "enrolled": enrolled(person),
            "needed": needed(office, person.roles),
            "recovery_left": len(person.recovery or []),
        }
