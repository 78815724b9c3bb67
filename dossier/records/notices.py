"""Tables of the notices: what a person is told in the page, and what leaves the house by mail or webhook."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dossier.records.types import Base, BigId

NOTICE_KINDS = {
    "refused": "移送被退回", "corrected": "已改正重新移送", "disputed": "争议待决定", "ruled": "局长已决定", "due_soon": "节点临期",
    "overdue": "节点超期", "returned": "结案被退回", "loan_asked": "借阅待批准", "loan_decided": "借阅已答复", "loan_due": "借阅应还",
    "announced_late": "纸质材料未送达",
}  # fmt: skip
PLACES = ("handover", "ruling", "review", "overdue", "loan", "announcement")  # which page shows what the notice tells of
CHANNELS = {"mail": "邮件", "webhook": "推送"}


class Notice(Base):
    """What one person is told; key: of what, so that nobody is told twice."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        CheckConstraint(f"kind IN {tuple(NOTICE_KINDS)}", name="kind"),
        CheckConstraint(f"place IN {PLACES}", name="place"),
        Index("ix_notice_person_read", "person_id", "read_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key: Mapped[str]  # ledger:SEQ, KIND:DAY:TEAM, loan_due:DAY:NUMBER, or announced_late:NUMBER
    kind: Mapped[str]
    at: Mapped[datetime]
    text: Mapped[str]
    place: Mapped[str]
    subject: Mapped[str]  # receipt number, case number, number of a loan or an announcement, or a team's name
    read_at: Mapped[datetime | None]


class Delivery(Base):
    """One message on its way out; the job `deliver` with its id tries, waits, and gives up where everybody can see it."""

    __tablename__ = "delivery"
    __table_args__ = (CheckConstraint(f"channel IN {tuple(CHANNELS)}", name="channel"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str]
    target: Mapped[str]  # an address of mail; the webhook's is a setting
    body: Mapped[dict[str, Any]]  # {"id","kind","at","text","place","subject"}
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
