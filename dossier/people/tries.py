"""Failed tries: a login and an address come in; how long to wait goes out. Logins that do not exist are counted like those that do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from dossier.errors import DossierError
from dossier.records.tables import SignInTry

TRIES, TRIES_PER_LOGIN, TRIES_PER_ADDRESS = 5, 20, 50
LONGEST_MINUTES, LONGEST_ADDRESS_MINUTES = 60, 5


@dataclass(frozen=True)
class Bar:
    """One count of failures: after `limit` of them whoever tries waits 1, 2, 4 … `longest` minutes; `forget` after the last one it is 0 again."""

    key: str
    limit: int
    longest: int
    forget: timedelta

    def minutes(self, failures: int) -> int:
        """How long so many failures close the door."""
        over = failures - self.limit
        return 0 if over < 0 else min(self.longest, 1 << min(over, 16))


def bars(login: str, address: str) -> tuple[Bar, ...]:
    """What is counted for one try: this login from this address, this login from anywhere, this address for any login."""
    name, day = login.strip().lower()[:80], timedelta(days=1)
    return (
        Bar(f"from:{address}:{name}", TRIES, LONGEST_MINUTES, day),
        Bar(f"login:{name}", TRIES_PER_LOGIN, LONGEST_MINUTES, day),
        Bar(f"address:{address}", TRIES_PER_ADDRESS, LONGEST_ADDRESS_MINUTES, timedelta(minutes=5)),
    )


def factor_bar(login: str) -> Bar:
    """What is counted for one code of the second factor: the account is known, whatever the address."""
    return Bar(f"factor:{login.lower()}", TRIES, LONGEST_MINUTES, timedelta(days=1))


def begin(session: Session, counted: tuple[Bar, ...], now: datetime) -> bool:
    """Counts this try as failed before it is judged, so that many at once get no more tries than one after another.

    True when it closed the door. Raises too_many_tries while the door is closed.
    """
    rows = [(bar, session.get(SignInTry, bar.key)) for bar in counted]
    until = max((row.locked_until for _, row in rows if row is not None and row.locked_until), default=now)
    if until > now:
        raise DossierError("too_many_tries", minutes=-(-int((until - now).total_seconds()) // 60))
    closed = [_count(session, bar, row, now) for bar, row in rows]
    return True in closed


def _count(session: Session, bar: Bar, row: SignInTry | None, now: datetime) -> bool:
    if row is None:
        row = SignInTry(key=bar.key, failures=0, last_at=now, locked_until=None)
        session.add(row)
    row.failures = 1 if now - row.last_at > bar.forget else row.failures + 1
    row.last_at = now
    minutes = bar.minutes(row.failures)
    row.locked_until = now + timedelta(minutes=minutes) if minutes else None
    return minutes > 0


def succeeded(session: Session, counted: tuple[Bar, ...]) -> None:
    """The try was good: the login's failures are forgotten, the address keeps those of others."""
    for bar in counted:
        row = session.get(SignInTry, bar.key)
        if row is not None and bar.key.startswith("address:"):
            row.failures, row.locked_until = max(0, row.failures - 1), None
        elif row is not None:
            session.delete(row)


def taken_back(session: Session, counted: tuple[Bar, ...]) -> None:
    """The try was not judged: it is as if it had not been made. A door that others had closed stays closed."""
    for bar in counted:
        row = session.get(SignInTry, bar.key)
        if row is not None:
            row.failures = max(0, row.failures - 1)
            row.locked_until = row.locked_until if bar.minutes(row.failures) else None


def forget_old(session: Session, now: datetime) -> None:
    """Drops the counts that no longer count, so that made-up logins do not fill the table."""
    session.execute(delete(SignInTry).where(SignInTry.last_at < now - timedelta(days=1)))


def open_again(session: Session, login: str) -> None:
    """An administrator gives the account another chance."""
    name = login.strip().lower()[:80]
    session.execute(delete(SignInTry).where((SignInTry.key == f"login:{name}") | SignInTry.key.endswith(f":{name}", autoescape=True)))
