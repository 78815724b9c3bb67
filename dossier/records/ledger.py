"""The append-only ledger: an event comes in with the transaction of the change it tells, a hash-chained row goes out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dossier.records.work import LedgerEvent

GENESIS = "0" * 64


@dataclass(frozen=True)
class ChainProblem:
    """A place where the chain does not hold."""

    seq: int
    what: str


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def digest(
    seq: int, at: datetime, actor: str, action: str, subject: str, case_id: int | None, detail: Mapping[str, Any], prev_hash: str
) -> str:
    """SHA-256 in hex over the canonical JSON of one event and the hash before it."""
    body = [seq, _stamp(at), actor, action, subject, case_id, detail, prev_hash]
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def append(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    case_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> LedgerEvent:
    """Writes one event into the caller's transaction. `detail` must be plain JSON and hold no text of documents and no passwords."""
    last = session.execute(select(LedgerEvent.seq, LedgerEvent.hash).order_by(LedgerEvent.seq.desc()).limit(1)).first()
    seq, prev = (last.seq + 1, last.hash) if last else (1, GENESIS)
    facts = json.loads(json.dumps(detail or {}))
    row = LedgerEvent(
        seq=seq, at=at, actor=actor, action=action, subject=subject, case_id=case_id, detail=facts, prev_hash=prev,
        hash=digest(seq, at, actor, action, subject, case_id, facts, prev),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def verify(session: Session) -> Iterator[ChainProblem]:
    """Every place where a row was changed, removed, inserted or reordered."""
    expected, prev = 1, GENESIS
    for row in session.execute(select(LedgerEvent).order_by(LedgerEvent.seq)).scalars().yield_per(1000):
        if row.seq != expected:
            yield ChainProblem(expected, f"events {expected}..{row.seq - 1} are missing")
        if row.prev_hash != prev:
            yield ChainProblem(row.seq, "does not follow the event before it")
        if row.hash != digest(row.seq, row.at, row.actor, row.action, row.subject, row.case_id, row.detail, row.prev_hash):
            yield ChainProblem(row.seq, "was changed after it was written")
        expected, prev = row.seq + 1, row.hash


def length(session: Session) -> int:
    """How many events there are."""
    return session.execute(select(func.count()).select_from(LedgerEvent)).scalar_one()
