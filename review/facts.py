"""The facts that judgement is made of: pages as read, documents as found, the case as known. Plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class TextLine:
    """A line of a page, in reading order; box in pixels of the upright page."""

    text: str
    box: Box
    confidence: float = 1.0


@dataclass(frozen=True)
class SealFact:
    """A red stamp on a page."""

    box: Box
    shape: str
    red: float


@dataclass(frozen=True)
class ZoneFact:
    """The zone of a label that asks for handwriting; filled is None when nobody looked (unchecked is not empty)."""

    label: str
    box: Box
    filled: bool | None


@dataclass(frozen=True)
class PageFacts:
    """One page: `ref` names it to the caller (file name or id and page number), index is its place in the hand-over."""

    ref: str
    index: int
    lines: tuple[TextLine, ...]
    width: int = 0
    height: int = 0
    blank: bool = False
    seals: tuple[SealFact, ...] | None = None  # None: not looked for
    zones: tuple[ZoneFact, ...] | None = None
    digest: str = ""  # of the picture as decoded; equal digests are the same picture
    file: str = ""
    page: int = 0  # 1-based within the file
    code: str = ""  # what the QR code of ours on it says; '' on ordinary paper

    @cached_property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True)
class PartyFact:
    """A party of the case; role 申请执行人 | 被执行人 | 案外人 …"""

    name: str
    role: str


@dataclass(frozen=True)
class EventFact:
    """An anchor that happened: anchor id of the catalogue, its day, where it came from (feed | csv | form | document | fallback)."""

    anchor: str
    on: date
    source: str = "feed"


@dataclass(frozen=True)
class DocumentFact:
    """A document that is in the dossier or about to be: its type id (None: unknown), its fields and its pages."""

    ref: str
    type_id: str | None
    pages: tuple[PageFacts, ...] = ()
    case_no: str | None = None
    dated: date | None = None
    signed_for: date | None = None
    title: str = ""


@dataclass(frozen=True)
class WaiverFact:
    """A requirement that a person waived in this case: target is a rule, node or type id; party None: for everybody."""

    target: str
    reason: str
    approver: str
    on: date
    party: str | None = None


@dataclass(frozen=True)
class LoanFact:
    """Paper of the case that is out: the loan's number, who has it, how many sheets, which (for people to read), and by when they are due."""

    number: str
    borrower: str
    sheets: int
    missing: str
    due: date | None = None


@dataclass(frozen=True)
class CaseFact:
    """The case as the process system knows it; amounts are yuan as text, None when nobody stated them ('0' is stated)."""

    case_no: str
    kind: str
    court: str
    filed_on: date
    profile: str
    parties: tuple[PartyFact, ...] = ()
    events: tuple[EventFact, ...] = ()
    conditions: Mapping[str, bool] = field(default_factory=dict)
    closed_on: date | None = None
    closing_mode: str | None = None
    amount: str | None = None  # 申请标的额
    closing_amount: str | None = None  # 结案标的额
    waived_amount: str | None = None  # 放弃标的额
    paid_amount: str | None = None  # 到位标的额
    closing_reason: str | None = None  # 结案事由
    waivers: tuple[WaiverFact, ...] = ()
    loans: tuple[LoanFact, ...] = ()
