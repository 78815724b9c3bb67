"""Pages as read to fields: case numbers, dates, sums, parties, page marks, signers, the person addressed; with where each stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from review import casenumbers, numerals
from review.casenumbers import CaseNumber
from review.facts import PageFacts
from review.normalise import Row, compact, fold, page_of_text, rows

ROLES = (
    "申请执行人", "被执行人", "复议申请人", "被申请人", "申请人", "异议人", "案外人", "利害关系人", "第三人", "受送达人", "被传唤人",
    "被拘传人", "被罚款人", "被拘留人", "买受人", "委托人", "受委托人", "被调查人", "被询问人", "被谈话人",
)  # fmt: skip
_ROLE = re.compile("|".join(ROLES))  # most rows name nobody: a quick look spares the careful one
SIGNER_ROLES = ("审判长", "审判员", "人民陪审员", "执行员", "执行法官", "法官助理", "书记员", "执行长", "院长", "局长")
_PARTY = re.compile(
    rf"(?P<role>{'|'.join(ROLES)})\s*(?:\([^)]{{1,12}}\)\s*)?[::]\s*(?P<name>[^,，。;；:\n()、\s]{{2,40}}(?:\([^)]{{1,12}}\)[^,。;:\n()、\s]{{2,30}})?)"
)
_SIGNER = re.compile(
    rf"(?P<role>{'|'.join(SIGNER_ROLES)})\s*(?:\(\S{{1,6}}\)\s*)?[::]?\s*(?P<name>[\u4e00-\u9fa5](?:\s?[\u4e00-\u9fa5]){{1,3}})\s*$"
)
_NUMERAL = r"(?:[0-9OolI]{1,3}|[一二三四五六七八九十百]{1,4})"
_PAGE = "[页贞頁员负]"
_MARKS = (
    re.compile(rf"第(?P<k>{_NUMERAL}){_PAGE}[,/、]?\(?共(?P<n>{_NUMERAL}){_PAGE}"),
    re.compile(rf"共(?P<n>{_NUMERAL}){_PAGE}[,/、]?\(?第(?P<k>{_NUMERAL}){_PAGE}"),
    re.compile(rf"^第(?P<k>{_NUMERAL}){_PAGE}$"),
    re.compile(r"^-(?P<k>\d{1,3})-$"),
    re.compile(r"^(?P<k>\d{1,2})/(?P<n>\d{1,2})$"),
)
_COURT_LINE = re.compile(r"^.{0,12}人民法院$")
_ADDRESSEE = re.compile(r"^(?P<name>[\u4e00-\u9fa5A-Za-z0-9()、]{2,40}):$")
_OWN_LABEL = re.compile(r"^(?:执行)?案号[::]?")
_NEAR_DATE = re.compile(
    r"(?:.{0,14}人民法院(?:执行局)?|\(?(?:院印|公章|盖章)\)?|(?:日期|时间|签名|签字|捺印|盖章)[^:]{0,8}:?|[:;,。()年月日]|审判[长员]|书记员|执行员)"
)


@dataclass(frozen=True)
class PageMark:
    """What a page says of its place: page `k` of `n` (n None when only k is printed)."""

    k: int
    n: int | None


@dataclass(frozen=True)
class Party:
    """A name behind a role: 申请执行人：张某甲."""

    role: str
    name: str


@dataclass(frozen=True)
class Fields:
    """What a document says. own: the number the document bears; cited: all numbers in it. dated_by: signature | label | text | ''."""

    own: CaseNumber | None
    cited: tuple[CaseNumber, ...]
    dated: date | None
    dated_by: str
    dates: tuple[numerals.DateRead, ...]
    amounts: tuple[numerals.Amount, ...]
    parties: tuple[Party, ...]
    signers: tuple[Party, ...]
    marks: tuple[PageMark | None, ...]
    addressee: str

    @property
    def implausible(self) -> tuple[str, ...]:
        """Dates that no calendar has, as they were read."""
        return tuple(found.text for found in self.dates if found.value is None)


def extract(source: str | Sequence[PageFacts]) -> Fields:
    """The fields of one document, given as bare text or as its pages in order."""
    pages: Sequence[PageFacts] = [page_of_text(source)] if isinstance(source, str) else source
    text = "\n".join(row.text for page in pages for row in rows(page))
    dated, dated_by = _dated(pages)
    return Fields(
        own=next((number for page in pages if (number := own_number(page))), None),
        cited=tuple(dict.fromkeys(found.number for found in casenumbers.find(text))),
        dated=dated,
        dated_by=dated_by,
        dates=tuple(numerals.dates(text)),
        amounts=numerals.amounts(text),
        parties=_parties(pages),
        signers=_signers(pages),
        marks=tuple(page_mark(page) for page in pages),
        addressee=_addressee(pages),
    )


def own_number(page: PageFacts) -> CaseNumber | None:
    """The case number that the page bears: behind the label 案号, or alone on a row near the top or the bottom of the page."""
    shown = rows(page)
    edge = [*shown[:10], *shown[-2:]]
    for row in shown:
        for cell in (row.compact, *(compact(cell) for cell in row.cells)):
            if (label := _OWN_LABEL.match(cell)) and (found := casenumbers.parse(cell[label.end() : label.end() + 32])):
                return found
    for row in edge:
        if (found := _alone(row)) is not None:
            return found
    return None


def _alone(row: Row) -> CaseNumber | None:
    text = row.compact
    found = next(casenumbers.find(text), None)
    if found is None:
        return None
    rest = text[: found.start] + text[found.end :]
    for mark in _MARKS[:2]:
        rest = mark.sub("", rest)
    return found.number if len(rest) <= max(4, 0.25 * len(text)) and not re.search(r"[,。;、《]", rest) else None


def page_mark(page: PageFacts) -> PageMark | None:
    """第k页共n页, 共n页第k页, k/n, - k - or 第k页 in the first two or the last three rows of a page."""
    shown = rows(page)
    for row in (*shown[:2], *reversed(shown[-3:])):
        for cell in (row.compact, *(compact(cell) for cell in row.cells)):
            if (mark := _mark(cell)) is not None:
                return mark
    return None


def missing_pages(marks: Sequence[PageMark | None]) -> tuple[int, ...]:
    """The page numbers that a document's marks promise and no page bears: 第1页共3页 and 第3页共3页 miss 2."""
    borne = {mark.k for mark in marks if mark is not None}
    if not borne:
        return ()
    last = max((mark.n for mark in marks if mark is not None and mark.n is not None), default=max(borne))
    if len(borne) + sum(mark is None for mark in marks) >= last:
        return ()  # as many pages as promised: a mark was not readable
    return tuple(k for k in range(1, last + 1) if k not in borne)


def _mark(cell: str) -> PageMark | None:
    for pattern in _MARKS:
        if not (match := pattern.search(cell)):
            continue
        k, n = _page_number(match["k"]), _page_number(match["n"]) if "n" in pattern.groupindex else None
        if k and (n is None or k <= n):
            return PageMark(k, n)
    return None


def _page_number(token: str) -> int | None:
    figures = numerals.digits(token)
    return int(figures) if figures.isdigit() else numerals.chinese_number(token)


def _dated(pages: Sequence[PageFacts]) -> tuple[date | None, str]:
    """The last date that stands alone or with the signature; else one behind a label; else the last of the text."""
    shown = [row for page in pages for row in rows(page)]
    for row in reversed(shown):
        found = [one for one in numerals.dates(row.text) if one.value]
        if found and _stands_alone(row, [one.text for one in found]):
            return found[-1].value, "signature"
    for row in reversed(shown):
        if label := re.search(r"(?:日期|时间|落款)[^:\d]{0,6}:?", row.compact):
            found = [one for one in numerals.dates(row.compact[label.end() :]) if one.value]
            if found:
                return found[0].value, "label"
    everything = [one for row in shown for one in numerals.dates(row.text) if one.value]
    return (everything[-1].value, "text") if everything else (None, "")


def _stands_alone(row: Row, found: Sequence[str]) -> bool:
    rest = row.compact
    if re.match(r"时间|出生|立案|收案|自", rest) or re.search(r"有效|期限|[日\d]至", rest):
        return False
    for text in found:
        rest = rest.replace(compact(text), "")
    return len(_NEAR_DATE.sub("", rest)) <= 8 and not re.search(r"[,。;]\S{4,}", rest)


def parties_of(pages: Sequence[PageFacts]) -> tuple[Party, ...]:
    """The names behind roles in the pages of one document, each once."""
    return _parties(pages)


def _parties(pages: Sequence[PageFacts]) -> tuple[Party, ...]:
    found = []
    for page in pages:
        for row in rows(page):
            if _ROLE.search(row.compact):
                found += [Party(match["role"], match["name"].strip()) for match in _PARTY.finditer(fold(row.text))]
                found += _from_cells(row)
    return tuple(dict.fromkeys(found))


def _from_cells(row: Row) -> list[Party]:
    cells = [compact(cell) for cell in row.cells]
    pairs = pairwise(cells)
    return [Party(role, name) for role, name in pairs if role in ROLES and 2 <= len(name) <= 40 and name not in ROLES]


def _signers(pages: Sequence[PageFacts]) -> tuple[Party, ...]:
    found = []
    for page in pages:
        for row in rows(page)[-12:]:
            if match := _SIGNER.search(fold(row.text)):
                found.append(Party(match["role"], compact(match["name"])))
    return tuple(dict.fromkeys(found))


def _addressee(pages: Sequence[PageFacts]) -> str:
    """Whom the paper speaks to: the name alone before a colon below the title, or 受送达人 of a receipt."""
    for page in pages[:1]:
        for row in rows(page)[:9]:
            if (match := _ADDRESSEE.match(row.compact)) and not _COURT_LINE.match(match["name"]):
                return match["name"]
    served = [party.name for party in _parties(pages) if party.role == "受送达人"]
    return served[0] if served else ""
