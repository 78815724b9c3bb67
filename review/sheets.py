"""What a QR code says to a separator 分隔页, a cover 封页 or a slip of announced paper, and back; a page to the sheet that it is, if it is one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, unquote

from review.casenumbers import parse as parse_case
from review.facts import PageFacts
from review.normalise import rows
from review.phrases import phrase

Kind = Literal["separator", "cover", "slip"]
NAMES: dict[Kind, str] = {"separator": "分隔页", "cover": "封页", "slip": "稍后移送单"}
# Printed on every sheet: a paper on which only the code was stuck does not say this, and stays paper.
STATEMENT = "本页不编页号不入卷"
_PREFIX = "DOSSIER/1/"
_ID = re.compile(r"[A-Za-z0-9_.\-]{1,80}")
_SLIP = re.compile(r"YG\d{8}-\d{4,9}")
_MOST = 500


@dataclass(frozen=True)
class Sheet:
    """A sheet that belongs to no document: the next one begins behind it.

    type_id: of the paper that follows a separator. case_no, node: what a cover names. number: of the announcement that a slip is of.
    """

    kind: Kind
    type_id: str | None = None
    case_no: str | None = None
    node: str | None = None
    number: str | None = None

    @property
    def name(self) -> str:
        return NAMES[self.kind]


def code_of(sheet: Sheet) -> str:
    """What is printed as QR; ASCII only, so that every reader gives the same back. parse() is its inverse."""
    if sheet.kind == "slip":
        return sheet.number or ""
    named = (sheet.type_id,) if sheet.kind == "separator" else (sheet.case_no, sheet.node)
    words = [quote(word, safe="") for word in named if word]
    return _PREFIX + "/".join((sheet.kind, *words))


def parse(code: str) -> Sheet | None:
    """The sheet that a code stands for; None when the code is none of ours, or none that we ever print."""
    if len(code) > _MOST:
        return None
    if _SLIP.fullmatch(code):
        return Sheet("slip", number=code)
    if not code.startswith(_PREFIX):
        return None
    kind, *words = code.removeprefix(_PREFIX).split("/")
    if kind == "separator" and len(words) <= 1 and all(_ID.fullmatch(word) for word in words):
        return Sheet("separator", type_id=words[0] if words else None)
    if kind == "cover" and words and len(words) <= 2 and all(_ID.fullmatch(word) for word in words[1:]):
        number = parse_case(unquote(words[0]))
        return Sheet("cover", case_no=number.base, node=words[1] if len(words) == 2 else None) if number else None
    return None


def sheet_name(code: str) -> str:
    """What a sheet with this code is called; '' when there is none."""
    sheet = parse(code)
    return sheet.name if sheet else ""


def ours(codes: Iterable[str]) -> str:
    """The one code among those read on a page that is ours; '' when there is none, or more than one: then a person has to look."""
    known = [code for code in codes if parse(code) is not None]
    return known[0] if len(known) == 1 else ""


def sheet_of(page: PageFacts) -> Sheet | None:
    """The sheet that a page is. A page with our code that does not say what our sheets say is paper (None)."""
    sheet = parse(page.code) if page.code else None
    return sheet if sheet is not None and (not page.lines or _says_so(page)) else None


def doubtful(page: PageFacts) -> Sheet | None:
    """The sheet that the code on a page stands for, when the page does not look like it."""
    sheet = parse(page.code) if page.code else None
    return sheet if sheet is not None and sheet_of(page) is None else None


def _says_so(page: PageFacts) -> bool:
    return phrase(STATEMENT).strength("".join(row.compact for row in rows(page))) > 0


def sections(pages: Iterable[PageFacts]) -> Iterator[tuple[PageFacts | None, Sheet | None, list[PageFacts]]]:
    """The stack cut at its sheets: (page of the sheet, the sheet, the pages behind it); both None for what lies before the first sheet."""
    at: PageFacts | None = None
    now: Sheet | None = None
    behind: list[PageFacts] = []
    for page in pages:
        sheet = sheet_of(page)
        if sheet is None:
            behind.append(page)
            continue
        if now is not None or behind:
            yield at, now, behind
        at, now, behind = page, sheet, []
    if now is not None or behind:
        yield at, now, behind
