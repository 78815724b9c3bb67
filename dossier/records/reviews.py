"""Tables of the closing: reviews with their opinions, and the samples of closed dossiers that are looked at again."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dossier.lifecycle import REVIEW
from dossier.records.cases import Case, Person
from dossier.records.types import Base, BigId

KEYS = ("preaudit", "substantive", "procedural", "raised")
_ENDED = text("state NOT IN ('approved', 'returned', 'withdrawn')")


class ClosingReview(Base):
    """One submission of a case for closing 报结; a case has at most one that is not decided."""

    __tablename__ = "closing_review"
    __table_args__ = (
        CheckConstraint(REVIEW.check_sql(), name="state"),
        CheckConstraint("(state = 'approved') = (closed_on IS NOT NULL)", name="approved_has_day"),
        Index("uq_closing_review_one_open", "case_id", unique=True, sqlite_where=_ENDED, postgresql_where=_ENDED),
        Index("ix_closing_review_state", "state", "submitted_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("court_case.id"), index=True)
    state: Mapped[str] = mapped_column(default=REVIEW.start)
    mode: Mapped[str]
    day: Mapped[date]  # the day on the closing paper (裁定日 or the like)
    stated: Mapped[dict[str, Any]]  # closing_amount, waived_amount, paid_amount, closing_reason
    blocking: Mapped[int]  # gaps on the day of the submission
    submitted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    submitted_for_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # whom a substitute stood in for
    submitted_at: Mapped[datetime]
    raise_reason: Mapped[str | None]  # why a third person decides; none: the two keys do
    decided_at: Mapped[datetime | None]
    closed_on: Mapped[date | None]
    rules_version: Mapped[str]
    case: Mapped[Case] = relationship()
    submitted_by: Mapped[Person] = relationship(foreign_keys=[submitted_by_id])
    opinions: Mapped[list[ClosingOpinion]] = relationship(back_populates="review", order_by="ClosingOpinion.id")


class ClosingOpinion(Base):
    """One key of a review: passed, or returned with itemised reasons. Each key once, and each by another person."""

    __tablename__ = "closing_opinion"
    __table_args__ = (
        UniqueConstraint("review_id", "key"),
        UniqueConstraint("review_id", "person_id"),
        CheckConstraint(f"key IN {KEYS}", name="key"),
        CheckConstraint("verdict IN ('pass', 'return')", name="verdict"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("closing_review.id"))
    key: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    for_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # whom a substitute stood in for
    verdict: Mapped[str]
    reasons: Mapped[list[Any]]  # texts; of a pass: the note, if any
    at: Mapped[datetime]
    review: Mapped[ClosingReview] = relationship(back_populates="opinions")
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    stood_for: Mapped[Person | None] = relationship(foreign_keys=[for_id])


class QualitySample(Base):
    """A random sample of closed cases for 卷宗评查; seed, filter and population digest make the draw checkable by anybody."""

    __tablename__ = "quality_sample"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    seed: Mapped[str]
    first: Mapped[date]
    last: Mapped[date]
    mode: Mapped[str | None]
    team: Mapped[str | None]
    population: Mapped[int]
    population_digest: Mapped[str]  # SHA-256 of the sorted case numbers, one a line
    drawn_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    drawn_at: Mapped[datetime]
    drawn_by: Mapped[Person] = relationship()
    checks: Mapped[list[QualityCheck]] = relationship(back_populates="sample", order_by="QualityCheck.position")


class QualityCheck(Base):
    """One dossier of a sample with its score sheet; score is 100 less the points of the deductions, at least 0."""

    __tablename__ = "quality_check"
    __table_args__ = (
        UniqueConstraint("sample_id", "position"),
        UniqueConstraint("sample_id", "case_id"),
        CheckConstraint("score IS NULL OR (score >= 0 AND score <= 100)", name="score"),
        CheckConstraint("(score IS NULL) = (checked_at IS NULL) AND (score IS NULL) = (checked_by_id IS NULL)", name="whole"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("quality_sample.id"))
    position: Mapped[int]
    case_id: Mapped[int] = mapped_column(ForeignKey("court_case.id"), index=True)
    score: Mapped[int | None]
    deductions: Mapped[list[Any]] = mapped_column(default=list)  # [{"what","points"}]
    remark: Mapped[str] = mapped_column(default="")
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    checked_at: Mapped[datetime | None]
    sample: Mapped[QualitySample] = relationship(back_populates="checks")
    case: Mapped[Case] = relationship()
    checked_by: Mapped[Person | None] = relationship()
