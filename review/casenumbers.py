"""Text to case numbers: found in spite of the reader's slips, written one way, and compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from review.normalise import compact
from review.numerals import digits

ENFORCEMENT = ("执恢", "执保", "执异", "执复", "执监", "执协", "执他", "执")
_OTHER_KINDS = (
    "民初", "民终", "民再", "民申", "民监", "民特", "刑初", "刑终", "刑再", "刑更", "行初", "行终", "行再", "行审",
    "财保", "司惩", "司救执", "破申", "破", "诉前调",
)  # fmt: skip
_KNOWN = (*ENFORCEMENT, *_OTHER_KINDS)
_PROVINCES = frozenset("京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新兵最")
_D = r"[0-9OoQlI|〇○]"
_NUMBER = re.compile(
    rf"\(?(?P<year>(?:[1l]9|2[0Oo〇○]){_D}{{2}})\)?年?(?P<court>[\u4e00-\u9fa5]{{1,3}}?{_D}{{0,4}})"
    rf"(?P<kind>[\u4e00-\u9fa5]{{1,3}}?)字?第?(?P<no>{_D}{{1,8}})号(?P<sub>之[一二三四五六七八九十]{{1,3}}|-\d{{1,2}})?"
)


@dataclass(frozen=True)
class CaseNumber:
    """（2026）豫9924执118号之一: year 2026, court 豫9924, kind 执, number 118, sub 之一 (a document of case 118, not another case)."""

    year: int
    court: str
    kind: str
    number: int
    sub: str = ""

    @property
    def base(self) -> str:
        """The number of the case, written one way."""
        return f"（{self.year}）{self.court}{self.kind}{self.number}号"

    @property
    def text(self) -> str:
        return self.base + self.sub

    @property
    def enforcement(self) -> bool:
        return self.kind in ENFORCEMENT


@dataclass(frozen=True)
class Found:
    """A case number and where it stands in the compact text."""

    number: CaseNumber
    start: int
    end: int


def find(text: str) -> Iterator[Found]:
    """Every case number of a text, also with full-width digits, 〔〕, blanks, l for 1 and O for 0."""
    for match in _NUMBER.finditer(compact(text)):
        court = match["court"]
        letters = court.rstrip("0123456789OoQlI|〇○")
        kind, code = match["kind"], digits(court[len(letters) :])
        if not code and letters + kind != "" and (split := _split_letters(letters + kind)):
            letters, kind = split
        if not code and letters[0] not in _PROVINCES:
            continue
        sub = match["sub"] or ""
        number = CaseNumber(int(digits(match["year"])), letters + code, kind, int(digits(match["no"])), sub)
        yield Found(number, match.start(), match.end())


def _split_letters(letters: str) -> tuple[str, str] | None:
    """'最高法执监' → ('最高法', '执监'): a court without a code ends where a known kind begins."""
    for kind in sorted(_KNOWN, key=len, reverse=True):
        if letters.endswith(kind) and len(letters) > len(kind):
            return letters[: -len(kind)], kind
    return None


def parse(text: str) -> CaseNumber | None:
    """The first case number of a text, None when there is none."""
    return next((found.number for found in find(text)), None)


def same_case(one: CaseNumber, two: CaseNumber) -> bool:
    """True when both name one case: sub-numbers do not matter, nor does one misread character of court or kind."""
    if (one.year, one.number) != (two.year, two.number):
        return False
    return _alike_kind(one.kind, two.kind) and _alike_court(one.court, two.court)


def _alike_kind(one: str, two: str) -> bool:
    return one == two or (len(one) == len(two) and (one not in _KNOWN or two not in _KNOWN))


def _alike_court(one: str, two: str) -> bool:
    if one == two:
        return True
    code_one, code_two = re.sub(r"\D", "", one), re.sub(r"\D", "", two)
    readable = one[:1] in _PROVINCES and two[:1] in _PROVINCES
    return bool(code_one) and code_one == code_two and not readable
