"""Tables of paper: where a volume stands, its sheets, and the loans on which they are out."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dossier.lifecycle import LOAN, LOAN_KINDS
from dossier.records.cases import Case, Person, Volume
from dossier.records.papers import Page
from dossier.records.types import Base, BigId

_KINDS = ", ".join(repr(kind) for kind in LOAN_KINDS)


class Loan(Base):
    """借出 (out), 借阅 (reading) or 复制 (copying) of papers of one volume. until: the agreed end; ended_on: the day on which the reason ended."""

    __tablename__ = "loan"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
        CheckConstraint(LOAN.check_sql(), name="state"),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> asked_by_id", name="nobody_approves_own"),
        CheckConstraint("state NOT IN ('asked','withdrawn') OR handed_out_at IS NULL", name="not_out_before_approval"),
        CheckConstraint("state NOT IN ('out','ended','returned','copied') OR handed_out_at IS NOT NULL", name="out_has_day"),
        CheckConstraint("state NOT IN ('ended','returned') OR ended_on IS NOT NULL", name="ended_has_day"),
        CheckConstraint("(state = 'returned') = (returned_at IS NOT NULL)", name="returned_has_day"),
        CheckConstraint("(state = 'copied') = (copied IS NOT NULL)", name="copied_has_count"),
        CheckConstraint("kind <> 'copying' OR state NOT IN ('out','ended','returned')", name="copying_takes_no_paper"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    loan_no: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("court_case.id"), index=True)
    volume_id: Mapped[int] = mapped_column(ForeignKey("volume.id"), index=True)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default=LOAN.start, index=True)
    whole: Mapped[bool]  # the whole volume, as it is when it is handed out
    borrower: Mapped[str]
    unit: Mapped[str] = mapped_column(default="")
    reason: Mapped[str]
    until: Mapped[date]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_for_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # whom a substitute stood in for
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # none although approved: the rules ask for nobody's word
    decided_at: Mapped[datetime | None]
    decided_note: Mapped[str] = mapped_column(default="")
    handed_out_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    handed_out_at: Mapped[datetime | None]
    ended_on: Mapped[date | None]
    returned_at: Mapped[datetime | None]
    copied: Mapped[int | None]  # sheets copied
    received_by: Mapped[str] = mapped_column(default="")  # who received the copies
    case: Mapped[Case] = relationship()
    volume: Mapped[Volume] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
    handed_out_by: Mapped[Person | None] = relationship(foreign_keys=[handed_out_by_id])
    wanted: Mapped[list[LoanDocument]] = relationship(order_by="LoanDocument.id", cascade="all, delete-orphan")
    sheets: Mapped[list[LoanSheet]] = relationship(back_populates="loan", order_by="LoanSheet.page_no")
    terms: Mapped[list[LoanTerm]] = relationship(order_by="LoanTerm.id", cascade="all, delete-orphan")


class LoanDocument(Base):
    """A document that was asked for."""

    __tablename__ = "loan_document"
    __table_args__ = (UniqueConstraint("loan_id", "document_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))


class LoanTerm(Base):
    """An extension: the new agreed end, and why."""

    __tablename__ = "loan_term"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"), index=True)
    until: Mapped[date]
    reason: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    by: Mapped[Person] = relationship()


class Sheet(Base):
    """The paper of one numbered page. loan_id: where it is out now; front_id: it is the back of that sheet, and no sheet of its own."""

    __tablename__ = "sheet"
    __table_args__ = (
        CheckConstraint("front_id IS NULL OR loan_id IS NULL", name="backs_go_with_their_front"),
        CheckConstraint("front_id IS NULL OR front_id <> id", name="not_its_own_back"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id"), unique=True)
    front_id: Mapped[int | None] = mapped_column(ForeignKey("sheet.id"), index=True)
    loan_id: Mapped[int | None] = mapped_column(ForeignKey("loan.id"), index=True)
    page: Mapped[Page] = relationship()


class LoanSheet(Base):
    """A sheet as it was handed out: the document's name and the numbers printed on front and back on that day, and when it came back."""

    __tablename__ = "loan_sheet"
    __table_args__ = (
        UniqueConstraint("loan_id", "sheet_id"),
        CheckConstraint("(returned_at IS NULL) = (returned_to_id IS NULL)", name="return_is_whole"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"))
    sheet_id: Mapped[int] = mapped_column(ForeignKey("sheet.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    name: Mapped[str]
    page_no: Mapped[int]
    back_no: Mapped[int | None]
    returned_at: Mapped[datetime | None]
    returned_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    loan: Mapped[Loan] = relationship(back_populates="sheets")


class PaperPlace(Base):
    """Where a volume's paper was put, by whom and why; the newest row is where it stands."""

    __tablename__ = "paper_place"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    volume_id: Mapped[int] = mapped_column(ForeignKey("volume.id"), index=True)
    room: Mapped[str]
    cabinet: Mapped[str] = mapped_column(default="")
    box: Mapped[str] = mapped_column(default="")
    reason: Mapped[str]
    moved_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    moved_at: Mapped[datetime]
    moved_by: Mapped[Person] = relationship()
