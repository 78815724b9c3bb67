"""Tables of the case: teams, people, cases, parties, events, waivers, volumes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dossier.lifecycle import CASE
from dossier.records.types import Base, BigId

VOLUME_KINDS = ("main", "sub", "pouch")


class Team(Base):
    """An enforcement team."""

    __tablename__ = "team"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Person(Base):
    """Somebody who signs in, or the system itself; roles are names of dossier.access.ROLES."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    display: Mapped[str]
    roles: Mapped[list[Any]]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    password_hash: Mapped[str | None]
    password_at: Mapped[datetime | None]  # since when this is the password; None: nobody knows
    must_change: Mapped[bool] = mapped_column(default=False)
    disabled: Mapped[bool] = mapped_column(default=False)
    totp_secret: Mapped[str | None]  # base32; of use once totp_step, the last step that was used, says that it was proved
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    recovery: Mapped[list[Any] | None]  # SHA-256 of each code that is left
    mail: Mapped[str | None]  # where notices go besides the page; none: nowhere
    language: Mapped[str | None]  # zh or en, of the pages; none: never chosen
    session_stamp: Mapped[int] = mapped_column(default=0)  # a rise ends every session of this person
    team: Mapped[Team | None] = relationship()


class Case(Base):
    """A case as the process system knows it."""

    __tablename__ = "court_case"
    __table_args__ = (
        CheckConstraint(CASE.check_sql(), name="state"),
        CheckConstraint("(state = 'open') = (closed_on IS NULL)", name="closed_has_day"),
        Index("ix_court_case_filed_on_id", "filed_on", "id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_no: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    court: Mapped[str]
    filed_on: Mapped[date]
    closed_on: Mapped[date | None]
    closing_mode: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=CASE.start)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    handler: Mapped[str] = mapped_column(default="")
    clerk: Mapped[str] = mapped_column(default="")
    cause: Mapped[str] = mapped_column(default="")
    title_document: Mapped[str] = mapped_column(default="")
    amount: Mapped[str] = mapped_column(default="")
    closing_amount: Mapped[str] = mapped_column(default="")
    waived_amount: Mapped[str] = mapped_column(default="")
    paid_amount: Mapped[str] = mapped_column(default="")
    closing_reason: Mapped[str] = mapped_column(default="")
    profile: Mapped[str]
    profile_version: Mapped[str]
    team: Mapped[Team | None] = relationship()
    parties: Mapped[list[Party]] = relationship(back_populates="case", order_by="Party.id", cascade="all, delete-orphan")
    events: Mapped[list[Event]] = relationship(back_populates="case", order_by="Event.on_day, Event.id")
    waivers: Mapped[list[Waiver]] = relationship(back_populates="case", order_by="Waiver.id")
    volumes: Mapped[list[Volume]] = relationship(back_populates="case", order_by="Volume.id")


class Party(Base):
    """A party of a case."""

    __tablename__ = "party"
    __table_args__ = (UniqueConstraint("case_id", "role", "name"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("court_case.id"))
    role: Mapped[str]
    name: Mapped[str]
    case: Mapped[Case] = relationship(back_populates="parties")


class Event(Base):
    """An anchor that happened in a case: the day from which deadlines run, and where we know it from."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("case_id", "anchor", "on_day"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("court_case.id"))
    anchor: Mapped[str]
    on_day: Mapped[date]
    source: Mapped[str]
    recorded_at: Mapped[datetime]
    case: Mapped[Case] = relationship(back_populates="events")


class Waiver(Base):
    """A requirement that the director waived in a case, for everybody or for one party ('' is everybody): a rule, node or type id."""

    __tablename__ = "waiver"
    __table_args__ = (UniqueConstraint("case_id", "target", "party"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("court_case.id"))
    target: Mapped[str]
    party: Mapped[str] = mapped_column(default="")
    reason: Mapped[str]
    approver_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    approver: Mapped[Person] = relationship()
    case: Mapped[Case] = relationship(back_populates="waivers")


class Volume(Base):
    """正卷, 副卷 or 证据袋 of a case: one OCFL object; head is the version that these records describe."""

    __tablename__ = "volume"
    __table_args__ = (
        UniqueConstraint("case_id", "kind"),
        CheckConstraint(f"kind IN {VOLUME_KINDS}", name="kind"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("court_case.id"))
    kind: Mapped[str]
    object_id: Mapped[str] = mapped_column(unique=True)
    head: Mapped[int] = mapped_column(default=0)
    case: Mapped[Case] = relationship(back_populates="volumes")
