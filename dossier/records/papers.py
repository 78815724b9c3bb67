"""Tables of the paper: hand-overs, files, pages, documents, findings, corrections, disputes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dossier.lifecycle import DOCUMENT, FILE, PAGE, SUBMISSION
from dossier.records.cases import Case, Person, Team, Volume
from dossier.records.types import Base, BigId


class Submission(Base):
    """One hand-over 移送: what a team brought at one time for one case."""

    __tablename__ = "submission"
    __table_args__ = (
        CheckConstraint(SUBMISSION.check_sql(), name="state"),
        CheckConstraint("state NOT IN ('refused','disputed') OR reason IS NOT NULL", name="refusal_has_reason"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    receipt_no: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("court_case.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"), index=True)
    handed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    handed_for_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # whom a substitute stood in for
    again_of_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"), index=True)
    idempotency_key: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=SUBMISSION.start, index=True)
    received_at: Mapped[datetime] = mapped_column(index=True)
    declared: Mapped[list[Any] | None]
    answers: Mapped[list[Any] | None]  # to the corrections of the refused hand-over, one each in their order; "" says nothing
    node: Mapped[str] = mapped_column(default="")  # for which step the papers come, as the team or a cover says; "" unsaid
    addendum: Mapped[bool] = mapped_column(default=False)
    preview: Mapped[bool] = mapped_column(default=False)  # its team looks at what was recognised before it hands it over
    rejects: Mapped[list[Any]] = mapped_column(default=list)  # files that were not taken: [{"name","error":{…}}]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_for_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None]
    rules_version: Mapped[str | None]  # profile and version that the verdict was made with
    case: Mapped[Case] = relationship()
    team: Mapped[Team | None] = relationship()
    handed_by: Mapped[Person] = relationship(foreign_keys=[handed_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
    again_of: Mapped[Submission | None] = relationship(remote_side="Submission.id")
    files: Mapped[list[File]] = relationship(back_populates="submission", order_by="File.position")
    pages: Mapped[list[Page]] = relationship(back_populates="submission", order_by="Page.position")
    documents: Mapped[list[Document]] = relationship(back_populates="submission", order_by="Document.number")
    findings: Mapped[list[FindingRow]] = relationship(order_by="FindingRow.id")
    corrections: Mapped[list[Correction]] = relationship(order_by="Correction.id")
    disputes: Mapped[list[Dispute]] = relationship(back_populates="submission", foreign_keys="Dispute.submission_id", order_by="Dispute.id")


class File(Base):
    """One file of a hand-over; its bytes lie in the spool under spool_key and are never changed."""

    __tablename__ = "file"
    __table_args__ = (UniqueConstraint("submission_id", "position"), CheckConstraint(FILE.check_sql(), name="state"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    position: Mapped[int]
    name: Mapped[str]
    kind: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    bytes: Mapped[int]
    page_count: Mapped[int]
    spool_key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default=FILE.start)
    submission: Mapped[Submission] = relationship(back_populates="files")
    pages: Mapped[list[Page]] = relationship(back_populates="file", order_by="Page.number")


class Page(Base):
    """One page of a file. position: its place in the whole hand-over; page_no: its printed number in the volume (none: not numbered)."""

    __tablename__ = "page"
    __table_args__ = (
        UniqueConstraint("file_id", "number"),
        CheckConstraint(PAGE.check_sql(), name="state"),
        Index("ix_page_submission_state", "submission_id", "state"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    number: Mapped[int]
    position: Mapped[int]
    state: Mapped[str] = mapped_column(default=PAGE.start)
    width: Mapped[int] = mapped_column(default=0)  # of the upright page, in pixels
    height: Mapped[int] = mapped_column(default=0)
    dpi: Mapped[int] = mapped_column(default=0)
    rotation: Mapped[int] = mapped_column(default=0)
    skew: Mapped[float] = mapped_column(default=0.0)
    blank: Mapped[bool] = mapped_column(default=False)
    digest: Mapped[str] = mapped_column(default="")  # sha256 of the decoded picture
    engine: Mapped[str] = mapped_column(default="")
    lines: Mapped[list[Any]] = mapped_column(default=list)  # [{"text","confidence","box"}], boxes in pixels of the upright page
    marks: Mapped[dict[str, Any] | None]  # {"seals": […], "zones": […]}; none: nobody looked
    code: Mapped[str] = mapped_column(default="")  # what the QR of our separator or cover on it says; "" on ordinary paper
    read_at: Mapped[datetime | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("page.id"))
    page_no: Mapped[int | None]
    place: Mapped[int] = mapped_column(default=0)  # in its document, 1.. where a person put the pages in order; 0: as scanned
    turn: Mapped[int] = mapped_column(default=0)  # degrees clockwise by which a person turned the view of it; the bytes stay as they are
    file: Mapped[File] = relationship(back_populates="pages")
    submission: Mapped[Submission] = relationship(back_populates="pages")
    document: Mapped[Document | None] = relationship(back_populates="pages")


class Document(Base):
    """One logical paper 材料/件 found in a hand-over; number counts within the hand-over, serial within the volume."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("submission_id", "number"),
        CheckConstraint(DOCUMENT.check_sql(), name="state"),
        CheckConstraint("state <> 'placed' OR (volume_id IS NOT NULL AND type_id IS NOT NULL)", name="placed_has_volume"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("court_case.id"), index=True)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default=DOCUMENT.start)
    type_id: Mapped[str | None]
    name: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    score: Mapped[float]
    confident: Mapped[bool]
    why: Mapped[str]
    case_no: Mapped[str | None]
    dated: Mapped[date | None]
    aside: Mapped[str | None]  # why it is not to be filed
    typed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # none: the system's own judgement
    signed_at: Mapped[datetime | None]
    volume_id: Mapped[int | None] = mapped_column(ForeignKey("volume.id"), index=True)
    serial: Mapped[int | None]
    first_page: Mapped[int | None]
    last_page: Mapped[int | None]
    submission: Mapped[Submission] = relationship(back_populates="documents")
    volume: Mapped[Volume | None] = relationship()
    pages: Mapped[list[Page]] = relationship(back_populates="document", order_by="Page.place, Page.position")


class FindingRow(Base):
    """A review.findings.Finding, kept with the hand-over that it was made for."""

    __tablename__ = "finding"
    __table_args__ = (CheckConstraint("severity IN ('blocking','warning','unchecked')", name="severity"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    page_id: Mapped[int | None] = mapped_column(ForeignKey("page.id"), index=True)
    rule: Mapped[str]
    severity: Mapped[str]
    message: Mapped[str]
    remedy: Mapped[str]
    node: Mapped[str | None]
    document_ref: Mapped[str | None]
    element: Mapped[str | None]
    file: Mapped[str | None]
    page: Mapped[int | None]
    who: Mapped[str | None]
    due: Mapped[date | None]
    cite: Mapped[str | None]
    whole: Mapped[bool] = mapped_column(default=False)  # of the hand-over as a whole, also where it points at one document


class Correction(Base):
    """One item of 修改意见: what must be mended before the paper is taken."""

    __tablename__ = "correction"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("finding.id"))
    text: Mapped[str]


class Dispute(Base):
    """The handler does not agree with a refusal; the bureau director rules: sign_as_is or fix."""

    __tablename__ = "dispute"
    __table_args__ = (
        CheckConstraint("outcome IS NULL OR outcome IN ('sign_as_is','fix')", name="outcome"),
        CheckConstraint(
            "(outcome IS NULL) = (ruled_by_id IS NULL) AND (outcome IS NULL) = (ruled_at IS NULL) AND (outcome IS NULL) = (ruling_reason IS NULL)",
            name="ruling_is_whole",
        ),
        CheckConstraint("ruled_by_id IS NULL OR ruled_by_id <> raised_by_id", name="nobody_rules_own_dispute"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    raised_for_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    raised_at: Mapped[datetime]
    reason: Mapped[str]
    outcome: Mapped[str | None]
    ruled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ruled_at: Mapped[datetime | None] = mapped_column(index=True)
    ruling_reason: Mapped[str | None]
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"), unique=True)  # the ruling as a paper of the 副卷
    submission: Mapped[Submission] = relationship(back_populates="disputes", foreign_keys=[submission_id])
    paper: Mapped[Submission | None] = relationship(foreign_keys=[paper_id])
    raised_by: Mapped[Person] = relationship(foreign_keys=[raised_by_id])
    ruled_by: Mapped[Person | None] = relationship(foreign_keys=[ruled_by_id])
