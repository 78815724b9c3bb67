"""Tables of what was counted for each case: the steps of the rules, the cases that were counted, and a row for each step with a limit."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from dossier.records.types import Base, BigId

# The figures of today: they hold until something in the case or the rules changes. Every other day is the state at its end.
CURRENT = date(9999, 12, 31)


class FigureStep(Base):
    """A step with its limit as one version of the rules words it; key is the digest of all the rest."""

    __tablename__ = "figure_step"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    node: Mapped[str]
    name: Mapped[str]
    phase: Mapped[str]
    role: Mapped[str]
    rule: Mapped[str]
    action: Mapped[str]
    cite: Mapped[str | None]
    near_days: Mapped[int]


class FigureCase(Base):
    """A case that was counted: under which rules, until when that holds by itself, and whether something has changed since."""

    __tablename__ = "figure_case"
    case_id: Mapped[int] = mapped_column(ForeignKey("court_case.id"), primary_key=True)
    as_of: Mapped[date] = mapped_column(primary_key=True)
    rules: Mapped[str]
    valid_until: Mapped[date | None]
    stale: Mapped[bool] = mapped_column(default=False)


class FigureRow(Base):
    """One step of one case with the limit that governs it; firm: counted from a day that is known."""

    __tablename__ = "figure_row"
    __table_args__ = (
        # Holds everything that counting needs, so that the rows themselves are not read.
        Index("ix_figure_row_counted", "as_of", "case_id", "step_id", "due", "done_on", "firm"),
        Index("ix_figure_row_as_of_due", "as_of", "due"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("court_case.id"))
    as_of: Mapped[date]
    step_id: Mapped[int] = mapped_column(ForeignKey("figure_step.id"))
    opened: Mapped[date]
    source: Mapped[str]
    due: Mapped[date]
    firm: Mapped[bool]
    done_on: Mapped[date | None]
    provisional: Mapped[bool]
    lacking: Mapped[list[Any]]
