"""Tables of the work itself: job rows, the index outbox, counters, kept answers, the ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dossier.lifecycle import JOB
from dossier.records.types import Base, BigId


class Job(Base):
    """Work still to do, written in the transaction that it stands for; key makes a second row of the same work impossible."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint(JOB.check_sql(), name="state"),
        CheckConstraint("(state = 'leased') = (owner IS NOT NULL)", name="leased_has_owner"),
        Index("ix_job_state_priority", "state", "priority", "id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    step: Mapped[str]
    subject_id: Mapped[int]
    priority: Mapped[int]
    state: Mapped[str] = mapped_column(default=JOB.start)
    attempt: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime]


class Outbox(Base):
    """A page whose place in the search index is out of date; written in the page's own transaction."""

    __tablename__ = "outbox"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 (a number is never used twice: the index counts by it)
    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id"))


class Counter(Base):
    """A running number, taken inside the transaction that uses it."""

    __tablename__ = "counter"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class Answer(Base):
    """How a write that carried an idempotency key was answered; no status yet: it is being worked on."""

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        CheckConstraint("(status IS NULL) = (body IS NULL)", name="answer_is_whole"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str]
    asked: Mapped[str]  # SHA-256 of what was asked
    at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    body: Mapped[str | None]


class LedgerEvent(Base):
    """Who did what to what, when and why; hash = SHA-256 over the row and the hash before it."""

    __tablename__ = "ledger"
    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str] = mapped_column(index=True)  # e.g. submission:12
    case_id: Mapped[int | None] = mapped_column(ForeignKey("court_case.id"), index=True)
    detail: Mapped[dict[str, Any]]
    prev_hash: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
