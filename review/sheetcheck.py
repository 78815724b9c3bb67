"""The separator and cover sheets of a hand-over to findings: another case's cover, a type that the paper behind does not bear out, a sheet with nothing behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from review import casenumbers
from review.classify import classify
from review.facts import CaseFact, DocumentFact, PageFacts
from review.findings import Finding, Severity
from review.lexicon import Lexicon
from review.sheets import Sheet, doubtful, sections

_TEAM, _CENTRE = "team", "dossier"


def check_sheets(
    documents: Sequence[DocumentFact], pages: Sequence[PageFacts], case: CaseFact, lexicon: Lexicon, slips: Mapping[str, str]
) -> Iterable[Finding]:
    """What is wrong about the sheets. pages: all of the hand-over in their order; one that a person put into a document is paper like any other.

    slips: number → case number of the announcements that slips in the stack are of.
    """
    homes = {page.ref: document for document in documents for page in document.pages}
    covered: PageFacts | None = None
    cover: Sheet | None = None
    under: list[DocumentFact] = []
    for at, sheet, behind in sections(page for page in pages if not (page.code and page.ref in homes)):
        here = list(dict.fromkeys(homes[page.ref].ref for page in behind if page.ref in homes))
        found = [document for document in documents if document.ref in here]
        if at is not None and sheet is not None:
            yield from _separator(at, sheet, found, behind, lexicon)
            if sheet.kind != "separator":
                yield from _cover(covered, cover, under, case)
                covered, cover, under = at, replace(sheet, case_no=sheet.case_no or slips.get(sheet.number or "")), []
        under += found
    yield from _cover(covered, cover, under, case)
    yield from (_not_one(page, sheet) for page in pages if (sheet := doubtful(page)) is not None)


def _separator(
    at: PageFacts, sheet: Sheet, found: Sequence[DocumentFact], behind: Sequence[PageFacts], lexicon: Lexicon
) -> Iterable[Finding]:
    if sheet.type_id is None:
        return
    if sheet.type_id not in lexicon.catalogue.types:
        message = f"{_where(at)}的分隔页写的材料类型（{sheet.type_id}）不在本案适用的目录内，已按内容判断"
        yield _of(at, "sheet.type_unknown", "warning", message, "请核对其后材料的类型；分隔页请用本院目录重新打印", _CENTRE)
        return
    name = lexicon.type(sheet.type_id).name
    if not any(not page.blank for page in behind):
        message = f"{_where(at)}是《{name}》的分隔页，其后没有材料"
        yield _of(at, "sheet.empty", "warning", message, f"请核对《{name}》是否漏扫；确无此件的，不需要处理", _TEAM)
        return
    for document in found[:1]:
        guess = classify(document.pages, lexicon)
        if document.type_id == sheet.type_id and guess.confident and guess.type_id not in (None, sheet.type_id):
            message = f"分隔页注明《{name}》，内容像《{guess.name}》（{guess.why}）"
            yield _of(at, "sheet.type_differs", "warning", message, "请核对这份材料的类型", _CENTRE, document)


def _cover(at: PageFacts | None, cover: Sheet | None, under: Sequence[DocumentFact], case: CaseFact) -> Iterable[Finding]:
    """A cover, or a slip, of another case; when papers behind it bear the number of this case, it is the cover that lies wrong."""
    ours = casenumbers.parse(case.case_no)
    if at is None or cover is None or ours is None or cover.case_no in (ours.base, case.case_no):
        return
    if cover.case_no is None:
        message = f"{_where(at)}的稍后移送单（{cover.number}）没有登记过"
        yield _of(at, "sheet.slip_unknown", "warning", message, "请核对编号；单子放错的，抽出", _CENTRE)
        return
    theirs = [number for one in under if one.case_no and (number := casenumbers.parse(one.case_no)) is not None]
    fits = any(casenumbers.same_case(number, ours) for number in theirs)
    severity: Severity = "warning" if fits or not under else "blocking"
    # A slip is told by its number: whose it is, only who may see that announcement learns.
    whose = f"另一案件的{cover.name}（{cover.number}）" if cover.number else f"{cover.case_no}的{cover.name}"
    message = f"{_where(at)}是{whose}，本次移送的是{case.case_no}"
    remedy = "其后材料确属本案的，抽出这一页；属它所写案件的，请向该案移送"
    yield _of(at, "sheet.other_case", severity, message, remedy, _TEAM)


def _not_one(page: PageFacts, sheet: Sheet) -> Finding:
    message = f"{_where(page)}印有{sheet.name}的二维码，但页面不像{sheet.name}，已按普通材料处理"
    return _of(page, "sheet.doubtful", "unchecked", message, "请查看原图：是分隔页的，单独成件后设为不归档", _CENTRE)


def _where(page: PageFacts) -> str:
    return f"{page.file}第{page.page}页"


def _of(
    page: PageFacts, rule: str, severity: Severity, message: str, remedy: str, who: str, document: DocumentFact | None = None
) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        message=message,
        remedy=remedy,
        document=document.ref if document else None,
        element="case_no" if rule == "sheet.other_case" else None,
        file=page.file,
        page=page.page,
        who=who,
    )
