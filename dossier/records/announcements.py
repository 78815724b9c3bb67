"""Tables of paper that was announced: what will come, of which case, when, and whether it came."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dossier.lifecycle import ANNOUNCEMENT
from dossier.records.cases import Case, Person, Team
from dossier.records.papers import Submission
from dossier.records.types import Base, BigId


class Announcement(Base):
    """稍后移送: paper of a case that a team says will come. submission: the hand-over of its scans, if any."""

    __tablename__ = "announcement"
    __table_args__ = (
        CheckConstraint(ANNOUNCEMENT.check_sql(), name="state"),
        CheckConstraint("(state = 'arrived') = (arrived_at IS NOT NULL)", name="arrived_has_moment"),
        CheckConstraint("(arrived_at IS NULL) = (arrived_by_id IS NULL)", name="arrived_has_person"),
        CheckConstraint("state <> 'withdrawn' OR reason <> ''", name="withdrawn_has_reason"),
        CheckConstraint("sheets > 0", name="sheets"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("court_case.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    what: Mapped[str]
    sheets: Mapped[int]
    expected_on: Mapped[date]
    state: Mapped[str] = mapped_column(default=ANNOUNCEMENT.start, index=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    arrived_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    arrived_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")  # why it was withdrawn
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"), index=True)
    told_late_at: Mapped[datetime | None]  # when people were told that it did not come
    case: Mapped[Case] = relationship()
    team: Mapped[Team | None] = relationship()
    made_by: Mapped[Person] = relationship(foreign_keys=[made_by_id])
    arrived_by: Mapped[Person | None] = relationship(foreign_keys=[arrived_by_id])
    submission: Mapped[Submission | None] = relationship()
