"""Tables about accounts beside the person: failed tries, substitutions, tokens, confidentiality agreements."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dossier.records.cases import Person
from dossier.records.types import Base, BigId


class SignInTry(Base):
    """Failed sign-ins under one key (a login, an address, or both), whether the login exists or not."""

    __tablename__ = "sign_in_try"
    key: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class Substitution(Base):
    """代理: from one day to another the substitute may act with the person's rights, under both names."""

    __tablename__ = "substitution"
    __table_args__ = (
        CheckConstraint("from_day <= until_day", name="days"),
        CheckConstraint("person_id <> substitute_id", name="another"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    substitute_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    from_day: Mapped[date]
    until_day: Mapped[date]
    reason: Mapped[str]
    named_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    named_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    substitute: Mapped[Person] = relationship(foreign_keys=[substitute_id])


class Token(Base):
    """A program's key to act as a person within scopes; only the SHA-256 of its secret is kept."""

    __tablename__ = "token"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[Any]]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship()


class Agreement(Base):
    """保密协议: the signed scan of a person, safe in the spool; voided_at closes the gate again."""

    __tablename__ = "agreement"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    wording: Mapped[str]
    signed_on: Mapped[date]
    confirmed_at: Mapped[datetime]
    confirmed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    spool_key: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str]
    bytes: Mapped[int] = mapped_column(BigInteger)
    voided_at: Mapped[datetime | None]
