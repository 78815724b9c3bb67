"""One required element of one document to an outcome: there, missing, unchecked (nobody could tell) or not asked for here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from rapidfuzz import fuzz

from review import casenumbers
from review.casenumbers import CaseNumber, same_case
from review.classify import text_of
from review.facts import CaseFact, DocumentFact, PageFacts
from review.fields import Fields, extract
from review.identity import identity_numbers
from review.labels import Beside, asks_for_signature, beside, label_form
from review.lexicon import Check, Lexicon
from review.normalise import compact, rows
from review.numerals import amounts, dates
from review.rulebook import Element

State = Literal["there", "missing", "unchecked", "not_asked"]
_LEAST_SEAL = 0.09  # of the page's width; a fingerprint is smaller
_BLANK_DATE = re.compile(r"(?:二〇|20)?\s*_*\s*年\s*_*\s*月\s*_*\s*日")
_TICKED = re.compile(r"[√☑✓✔■]|(?<!是否)同意(?:以|采用)?电子|送达[:)]*不?同意|答:?不?同意|愿意")
_SCANT = 30  # characters; a page that gives fewer was hardly read


@dataclass(frozen=True)
class Outcome:
    """page: where to look. note: what was seen, in Chinese, '' when there is nothing to add."""

    state: State
    page: PageFacts | None = None
    note: str = ""


@dataclass(frozen=True)
class Look:
    """One document while it is looked through."""

    document: DocumentFact
    case: CaseFact
    lexicon: Lexicon
    today: date

    @cached_property
    def pages(self) -> tuple[PageFacts, ...]:
        return tuple(page for page in self.document.pages if not page.blank)

    @cached_property
    def fields(self) -> Fields:
        return extract(self.pages)

    @cached_property
    def text(self) -> str:
        return text_of(self.pages)

    @cached_property
    def case_number(self) -> CaseNumber | None:
        return casenumbers.parse(self.case.case_no)

    @property
    def last(self) -> PageFacts | None:
        return self.pages[-1] if self.pages else None

    @property
    def type_id(self) -> str:
        return self.document.type_id or ""

    def beside(self, check: Check, *, measured_only: bool = False) -> tuple[Beside, ...]:
        """What stands beside the labels of an element in a paper of this type."""
        return beside(self.pages, check.labels_for(self.type_id), measured_only=measured_only)


def look_for(element: Element, look: Look) -> Outcome:
    """Whether the document carries the element. What no detector can see is unchecked, never there."""
    check = look.lexicon.check(element.id)
    if check.only_when and not any(one.strength(look.text) for one in check.only_when):
        return Outcome("not_asked")
    special = _SPECIAL.get(element.id)
    if special is not None:
        return special(look, check)
    return _BY_DETECTOR.get(element.detector, _by_hand)(look, check)


def _by_hand(look: Look, _check: Check) -> Outcome:
    return Outcome("unchecked", look.last, "须人工核对")


def _label_ink(look: Look, check: Check) -> Outcome:
    """Labels that ask for a signature decide before those that may head a column (承办人); of the latter the most telling one."""
    hits = look.beside(check, measured_only=True)
    strong = [hit for hit in hits if asks_for_signature(hit.label)]
    if strong:
        return _ink_outcome(strong)
    order = [label for label in check.labels_for(look.type_id) if any(hit.label == label for hit in hits)]
    if not order:
        return Outcome("unchecked", look.last, "没有找到签名处，须人工核对")
    return _ink_outcome([hit for hit in hits if hit.label == order[0]])


def _ink_outcome(hits: list[Beside]) -> Outcome:
    if any(hit.filled for hit in hits):
        return Outcome("there")
    empty = next((hit for hit in hits if hit.filled is False), None)
    if empty is not None:
        return Outcome("missing", empty.page, f"“{empty.label}”处空白")
    return Outcome("unchecked", hits[0].page, f"“{hits[0].label}”处没有测过墨迹，须人工核对")


def _label_text(look: Look, check: Check) -> Outcome:
    """A telling label decides by what stands beside it; without one the words of the paper do."""
    hits = look.beside(check)
    if check.needed > 1 and check.labels:
        return _several(look, check, hits)
    if any(hit.filled for hit in hits):
        return Outcome("there")
    telling = [hit for hit in hits if len(label_form(hit.label)) >= 4]
    empty = next((hit for hit in telling if hit.filled is False), None)
    if empty is not None:
        return Outcome("missing", empty.page, f"“{empty.label}”处空白")
    if _enough_words(look, check):
        return Outcome("there")
    if telling:
        return Outcome("unchecked", telling[0].page, f"“{telling[0].label}”处没有读到文字，须人工核对")
    return _not_found(look)


def _several(look: Look, check: Check, hits: tuple[Beside, ...]) -> Outcome:
    there = {hit.label for hit in hits if hit.filled} | {one.text for one in check.words if one.strength(look.text)}
    blank = dict.fromkeys(hit.label for hit in hits if hit.filled is False and hit.label not in there and len(hit.label) >= 4)
    if blank:
        page = next(hit.page for hit in hits if hit.label in blank)
        return Outcome("missing", page, "空白：" + "、".join(blank))
    return Outcome("there") if len(there) >= check.needed else _not_found(look)


def _enough_words(look: Look, check: Check) -> bool:
    return bool(check.words) and sum(1 for one in check.words if one.strength(look.text)) >= check.needed


def _words(look: Look, check: Check) -> Outcome:
    if not check.words:
        return _by_hand(look, check)
    return Outcome("there") if _enough_words(look, check) else _not_found(look)


def _not_found(look: Look) -> Outcome:
    if len(look.text) < _SCANT:
        return Outcome("unchecked", look.last, "可识别的文字太少，须人工核对")
    return Outcome("missing", look.last)


def _label_date(look: Look, check: Check) -> Outcome:
    every = look.beside(check, measured_only=True)
    hits = [hit for hit in every if re.search(r"日期|时间", hit.label)] or list(every)
    for page in {hit.page.ref: hit.page for hit in hits}.values():
        for number, row in enumerate(rows(page)):
            labelled = any(label_form(hit.label) in label_form(row.text) for hit in hits)
            area = " ".join(one.text for one in rows(page)[number : number + 2])
            if labelled and any(found.value for found in dates(area)):
                return Outcome("there")
    if any(one.strength(look.text) for one in check.words):
        return Outcome("there")
    if any(hit.filled for hit in hits):
        return Outcome("unchecked", hits[0].page, "有书写，但没有读出日期，须人工核对")
    empty = next((hit for hit in hits if hit.filled is False), None)
    if empty is not None:
        return Outcome("missing", empty.page, f"“{empty.label}”处没有日期")
    return Outcome("unchecked", look.last, "没有找到日期栏，须人工核对")


def _date(look: Look, _check: Check) -> Outcome:
    fields = look.fields
    if fields.dated_by in ("signature", "label"):
        return Outcome("there")
    blank = next((page for page in reversed(look.pages) for row in rows(page) if _blank_date(row.compact)), None)
    if blank is not None:
        return Outcome("missing", blank, "日期处空白")
    if look.last is not None and any(re.search(r"年.{0,4}月|月.{1,4}日", row.compact[-14:]) for row in rows(look.last)[-6:]):
        return Outcome("unchecked", look.last, "日期没有读清，须人工核对")
    of_court = "court_seal" in look.lexicon.type(look.type_id).required
    if fields.dated_by == "text" and not of_court:
        return Outcome("there")
    return _not_found(look)


def _blank_date(text: str) -> bool:
    return bool(_BLANK_DATE.search(text)) and not any(found.value for found in dates(text))


def _any_date(look: Look, check: Check) -> Outcome:
    if _enough_words(look, check) or look.fields.dates:
        return Outcome("there")
    return _not_found(look)


def _red_seal(look: Look, _check: Check) -> Outcome:
    looked = [page for page in look.pages if page.seals is not None]
    for page in looked:
        for seal in page.seals or ():
            size = max(seal.box[2] - seal.box[0], seal.box[3] - seal.box[1])
            if not page.width or size >= _LEAST_SEAL * page.width:
                return Outcome("there")
    if len(looked) < len(look.pages) or not looked:
        return Outcome("unchecked", look.last, "没有检查过印章（非彩色扫描或未检测），须人工核对")
    return Outcome("missing", look.last, "没有发现红色印章")


def _party_names(look: Look, _check: Check) -> Outcome:
    if not look.case.parties:
        return Outcome("unchecked", None, "案件没有当事人信息，无法比对")
    if any(names(party.name, look.text) for party in look.case.parties):
        return Outcome("there")
    return Outcome("missing", look.pages[0] if look.pages else None, "没有出现本案任何当事人的姓名或名称")


def names(name: str, text: str) -> bool:
    """True when a party's name stands in compact text; a long one may have a misread character."""
    plain = compact(name)
    if plain in text:
        return True
    return len(plain) >= 6 and fuzz.partial_ratio(plain, text) >= 100 * (1 - 1.01 / len(plain))


def _claim(look: Look, check: Check) -> Outcome:
    if not _enough_words(look, check):
        return _not_found(look)
    wanted = [amount.yuan for amount in amounts(look.case.amount + ("" if "元" in look.case.amount else "元"))] if look.case.amount else []
    if wanted and any(amount.yuan == wanted[0] for amount in look.fields.amounts):
        return Outcome("there")
    return Outcome("unchecked", look.pages[0], "请求的种类、金额与立案标的是否一致，须人工核对")


def _case_no(look: Look, _check: Check) -> Outcome:
    if look.fields.own is not None:
        return Outcome("there")
    if look.case_number and any(same_case(number, look.case_number) for number in look.fields.cited):
        return Outcome("there")
    return _not_found(look)


def _title_no(look: Look, _check: Check) -> Outcome:
    if look.fields.cited or re.search(r"(?:字第?|裁|证|罚决)[\u4e00-\u9fff\d()]{0,8}\d+号", look.text):
        return Outcome("there")
    return _not_found(look)


def _bank_account(look: Look, check: Check) -> Outcome:
    if re.search(r"\d[\d\s-]{8,30}\d", look.text) and re.search(r"户名|开户|[账帐]号|卡号|银行", look.text):
        return Outcome("there")
    return _label_text(look, check)


def _id_no(look: Look, _check: Check) -> Outcome:
    found = identity_numbers(look.text)
    # A number whose check character is wrong is there; what is wrong with it is a finding of its own.
    return Outcome("there") if found else _not_found(look)


def _amount(look: Look, _check: Check) -> Outcome:
    return Outcome("there") if look.fields.amounts else _not_found(look)


def _consent(look: Look, check: Check) -> Outcome:
    if not _enough_words(look, check):
        return _not_found(look)
    if _TICKED.search(look.text):
        return Outcome("there")
    return Outcome("unchecked", look.last, "没有读出是否勾选，须人工核对")


_Detector = Callable[[Look, Check], Outcome]
_BY_DETECTOR: Mapping[str, _Detector] = {
    "label_ink": _label_ink,
    "label_text": _label_text,
    "label_date": _label_date,
    "date_regex": _any_date,
    "red_seal": _red_seal,
    "amount_regex": _amount,
    "regex": _words,
    "table": _words,
    "checkbox": _consent,
}
_SPECIAL: Mapping[str, _Detector] = {
    "case_no": _case_no,
    "date": _date,
    "party_names": _party_names,
    "claim_matches": _claim,
    "title_no": _title_no,
    "bank_account": _bank_account,
    "id_no": _id_no,
}
