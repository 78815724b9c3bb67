"""Passwords: one comes in with the policy, its argon2id hash goes out, or what is wrong with it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from dossier.errors import DossierError

MIN_PASSWORD, MIN_DISTINCT = 10, 5
# argon2id at 19 MiB, 2 passes, 1 lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Verified when a login does not exist, so that the answer takes as long as for one that does.
_NOBODY = HASHER.hash(secrets.token_urlsafe(16))


@dataclass(frozen=True)
class Policy:
    """classes: of upper case, lower case, digits and others a password needs at least so many; days: after so many it must be changed."""

    classes: int
    days: int | None


# djbh3: GB/T 22239-2019 8.1.4.1 wants complexity and regular change; asvs: OWASP ASVS 5.0 6.2 forbids demanding either.
POLICIES = {"djbh3": Policy(3, 90), "asvs": Policy(1, None)}


def _classes(password: str) -> int:
    found = {"a" if c.islower() else "A" if c.isupper() else "0" if c.isdigit() else "-" for c in password}
    return len(found)


def wrong_with(password: str, login: str, policy: Policy) -> str | None:
    """What the policy says against this password of this login, in Chinese; None when it is good."""
    if len(password) < MIN_PASSWORD:
        return f"至少 {MIN_PASSWORD} 个字符"
    if len(set(password)) < MIN_DISTINCT:
        return f"至少有 {MIN_DISTINCT} 个不同的字符"
    if len(login) > 2 and login.lower() in password.lower():
        return "不能含有用户名"
    if _classes(password) < policy.classes:
        return f"大写字母、小写字母、数字、符号中至少有 {policy.classes} 种"
    return None


def hashed(password: str, login: str, policy: str) -> str:
    """The hash to keep. Raises DossierError password_weak."""
    wrong = wrong_with(password, login, POLICIES[policy])
    if wrong:
        raise DossierError("password_weak", rule=wrong)
    return HASHER.hash(password)


def matches(known: str | None, password: str) -> bool:
    """Whether this is the password; takes the same time when there is none to compare with."""
    try:
        HASHER.verify(known or _NOBODY, password)
    except VerificationError:
        return False
    return known is not None


def expired(changed_at: datetime | None, now: datetime, policy: str) -> bool:
    """Whether a password is older than the policy allows; one whose age nobody knows is not."""
    days = POLICIES[policy].days
    return days is not None and changed_at is not None and now - changed_at >= timedelta(days=days)


def one_time_password() -> str:
    """A password for the first sign-in, long enough not to be guessed and good under every policy."""
    return f"{secrets.token_urlsafe(12)}-Aa{secrets.randbelow(10)}"
