"""Table of what the court's process system is told: one row for each message, written in the transaction of what it tells."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dossier.lifecycle import EXPORT
from dossier.records.cases import Case
from dossier.records.types import Base, BigId

EXPORT_KINDS = {
    "signed_for": "签收", "partly_signed_for": "部分签收", "refused": "不予签收", "ruled": "局长决定", "placed": "入卷", "taken_back": "撤回签收",
    "transferred": "移至他案", "transfer_undone": "撤销移案", "closed": "准予结案", "close_returned": "退回报结", "close_withdrawn": "撤回报结",
    "lent": "借出", "lent_back": "归还",
}  # fmt: skip


class ExportMessage(Base):
    """One message about one case; number counts within the case, the id is the number that both sides call it by."""

    __tablename__ = "export_message"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        CheckConstraint(EXPORT.check_sql(), name="state"),
        CheckConstraint(f"kind IN {tuple(EXPORT_KINDS)}", name="kind"),
        Index("ix_export_message_state", "state", "id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("court_case.id"))
    number: Mapped[int]
    kind: Mapped[str]
    body: Mapped[dict[str, Any]]
    sub: Mapped[bool] = mapped_column(default=False)  # tells of papers of the 副卷
    state: Mapped[str] = mapped_column(default=EXPORT.start)
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    reason: Mapped[str | None]  # what the other side said against it, or why it was given up
    case: Mapped[Case] = relationship()
