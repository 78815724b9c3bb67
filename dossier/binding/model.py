"""What a volume is made of: plain frozen values that the desks fill in; out goes a volume whose numbers and pages hold together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from ocr.contract import Line

VolumeKind = Literal["main", "sub", "pouch"]
KIND_NAMES: dict[VolumeKind, str] = {"main": "正卷", "sub": "副卷", "pouch": "证据袋"}

# Why a volume cannot be bound. The door that maps them to sentences must know every one (dossier/errors.py).
BIND_CODES = (
    "font_missing",  # the Chinese font of the cover is not on this machine
    "picture_missing",  # a page's picture is not where it should be
    "picture_unsupported",  # not a baseline, extended or progressive 8-bit JPEG of 1, 3 or 4 components
    "picture_mismatch",  # the JPEG's size is not that of the page
    "text_unplaceable",  # the page has no size, or its text more rare characters than a font holds
    "document_empty",  # a document without pages cannot stand in the contents list
    "numbers_wrong",  # page numbers or serial numbers that do not rise
    "pdfa_refused",  # what was written is not PDF/A-2b; nothing was kept
    "not_written",  # the folder or the disk did not take it
)


class BindError(Exception):
    """A volume that cannot be bound; `code` is one of BIND_CODES, `detail` names the page or document (for the log)."""

    def __init__(self, code: str, detail: str = "") -> None:
        if code not in BIND_CODES:
            raise ValueError(code)
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class BindPage:
    """One page as it was scanned.

    view: a JPEG, passed through unchanged. rotation: degrees clockwise (0/90/180/270) that make it upright. width, height and the boxes
    of lines: pixels of the upright picture before deskewing. skew: degrees, positive when lines fall to the right.
    page_no: what is stamped on it; None for blanks and duplicates. back: the back of a sheet is stamped upper left instead of right.
    digest: changes whenever the bytes of the view change; the cache knows the page by it.
    """

    view: Path
    width: int
    height: int
    dpi: int
    digest: str
    rotation: int = 0
    skew: float = 0.0
    lines: tuple[Line, ...] = ()
    page_no: int | None = None
    back: bool = False


@dataclass(frozen=True)
class BindDocument:
    """One document (件) of the volume: a row of the contents list, a bookmark, and at least one page."""

    serial: int
    name: str
    pages: tuple[BindPage, ...]
    on: date | None = None
    document_no: str = ""  # 文号
    remarks: str = ""

    @property
    def page_range(self) -> str:
        """'3', '3-5', or '' when none of its pages is numbered."""
        numbers = [page.page_no for page in self.pages if page.page_no is not None]
        if not numbers:
            return ""
        return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"


@dataclass(frozen=True)
class BindNote:
    """What the 备考表 says: who put the volume together, who checked it, when, and what is to be known about it; '' is left to be written."""

    compiled_by: str = ""
    checked_by: str = ""
    on: date | None = None
    remarks: str = ""


@dataclass(frozen=True)
class BindVolume:
    """A volume to bind. bound_on is the only date that the file carries: equal values give equal bytes."""

    case_no: str
    court: str
    bound_on: date
    documents: tuple[BindDocument, ...]
    kind: VolumeKind = "main"
    number: int = 1  # 第几册
    of: int | None = None  # 共几册
    cause: str = ""  # 案由
    title_document: str = ""  # 执行依据
    amount: str = ""  # 执行标的
    applicants: tuple[str, ...] = ()
    respondents: tuple[str, ...] = ()
    handler: str = ""  # 承办人
    clerk: str = ""  # 书记员
    filed_on: date | None = None
    closed_on: date | None = None
    archived_on: date | None = None
    result: str = ""  # 执行结果
    retention: str = "待鉴定"
    fonds_no: str = ""  # 全宗号
    list_no: str = ""  # 目录号
    file_no: str = ""  # 案卷号
    note: BindNote = field(default_factory=BindNote)

    @property
    def title(self) -> str:
        return f"{self.case_no} {KIND_NAMES[self.kind]} 第{self.number}册"

    @property
    def pages(self) -> tuple[BindPage, ...]:
        return tuple(page for document in self.documents for page in document.pages)


def check(volume: BindVolume) -> None:
    """Raises BindError(document_empty | numbers_wrong) when the volume does not hold together."""
    for document in volume.documents:
        if not document.pages:
            raise BindError("document_empty", f"{document.serial} {document.name}")
    _rising([document.serial for document in volume.documents], "serial")
    _rising([page.page_no for page in volume.pages if page.page_no is not None], "page")


def _rising(numbers: list[int], what: str) -> None:
    for before, after in zip([0, *numbers], numbers, strict=False):
        if after <= before:
            raise BindError("numbers_wrong", f"{what} {after} after {before}")
