"""Tables of the sorting desk: what a person did to the order of a hand-over, and which page lies behind its better scan."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dossier.records.cases import Person
from dossier.records.papers import Submission
from dossier.records.types import Base, BigId


class SortAct(Base):
    """One thing that a person did to the documents and pages of a hand-over. The acts without undone_at are the stack that can be undone.

    before: the whole order as it was; after: digest of the order that it made, by which undoing knows that nothing else happened since.
    """

    __tablename__ = "sort_act"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    at: Mapped[datetime]
    actor_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    verb: Mapped[str]
    detail: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]]
    after: Mapped[str]
    moved_to_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"), index=True)  # the hand-over that it made in another case
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    actor: Mapped[Person] = relationship(foreign_keys=[actor_id])
    submission: Mapped[Submission] = relationship(foreign_keys=[submission_id])
    moved_to: Mapped[Submission | None] = relationship(foreign_keys=[moved_to_id])


class ReplacedPage(Base):
    """A page that was scanned again: it is kept, behind the page that stands for it."""

    __tablename__ = "replaced_page"
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id"), primary_key=True, autoincrement=False)
    by_id: Mapped[int] = mapped_column(ForeignKey("page.id"), index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
