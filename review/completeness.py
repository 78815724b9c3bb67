"""A document or a whole hand-over to findings: what is missing, blank, of another case, or could not be checked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from review.casenumbers import same_case
from review.detectors import Look, Outcome, look_for
from review.facts import CaseFact, DocumentFact, PageFacts
from review.fields import missing_pages, own_number
from review.findings import Finding, Severity
from review.handover import check_submission
from review.identity import doubtful_numbers
from review.lexicon import Lexicon
from review.normalise import compact
from review.rulebook import DocumentType, Element

__all__ = ["check_document", "check_submission", "ink_labels"]

_BY_PRACTICE = "文书样式惯例"
_TEAM, _CENTRE = "team", "dossier"
_LABELLED = ("label_ink", "label_date", "label_text")
_LEAST_LABEL = 4  # characters; a shorter one (原因, 时间) stands in too many places to measure ink beside it
_REMEDIES = {
    "label_ink": "请补签“{what}”后重新移送",
    "label_date": "请补填“{what}”后重新移送",
    "red_seal": "请加盖“{what}”；原件已盖章的，请用彩色重新扫描",
    "date_regex": "请补填“{what}”后重新移送",
    "match_case": "请核对是否为本案材料，并更正当事人或请求事项",
}


def ink_labels(lexicon: Lexicon) -> tuple[str, ...]:
    """The printed labels beside which the types of this court want something written, once each, as forms spell them."""
    asked = {element for kind in lexicon.catalogue.types.values() for element in kind.required}
    found: dict[str, None] = {}
    for element in lexicon.catalogue.elements.values():
        if element.id not in asked or element.detector not in _LABELLED:
            continue
        check = lexicon.check(element.id)
        least = _LEAST_LABEL if element.detector == "label_text" else 1
        for label in (*(more for labels in check.by_type.values() for more in labels), *check.labels):
            if len(label) >= least:
                found[label] = None
    return tuple(found)


def check_document(document: DocumentFact, case: CaseFact, lexicon: Lexicon, today: date) -> tuple[Finding, ...]:
    """Everything that is wrong with one document, and everything about it that only a person can check.

    A document of no known type is looked through for foreign case numbers, missing pages and impossible dates only.
    """
    look = Look(document, case, lexicon, today)
    found = [*_case_numbers(look), *_page_numbers(look), *_dates(look), *_identity(look)]
    if document.type_id is None:
        found.append(_unknown(look))
    else:
        found += _elements(look, lexicon.type(document.type_id))
    return tuple(found)


def name_of(document: DocumentFact, lexicon: Lexicon) -> str:
    """How a document is called in a message: its title as printed, else the name of its type."""
    return document.title or (lexicon.type(document.type_id).name if document.type_id else "未识别材料")


def _finding(
    look: Look,
    rule: str,
    severity: Severity,
    message: str,
    remedy: str,
    page: PageFacts | None,
    cite: str | None = None,
    element: str | None = None,
) -> Finding:
    nodes = look.lexicon.catalogue.nodes_of(look.document.type_id) if look.document.type_id else ()
    return Finding(
        rule=rule,
        severity=severity,
        message=f"《{name_of(look.document, look.lexicon)}》{message}",
        remedy=remedy,
        node=nodes[0].id if len(nodes) == 1 else None,
        document=look.document.ref,
        element=element,
        file=page.file if page else None,
        page=page.page if page else None,
        who=_CENTRE if severity == "unchecked" else _TEAM,
        cite=cite,
    )


def _elements(look: Look, kind: DocumentType) -> Iterable[Finding]:
    for element_id, asked_by in kind.required.items():
        element = look.lexicon.catalogue.elements[element_id]
        outcome = look_for(element, look)
        if outcome.state in ("missing", "unchecked"):
            yield _element(look, kind, element, asked_by, outcome)


def _element(look: Look, kind: DocumentType, element: Element, asked_by: str, outcome: Outcome) -> Finding:
    note = f"：{outcome.note}" if outcome.note else ""
    cite = look.lexicon.catalogue.cited(kind.cite) if asked_by == "regulation" else _BY_PRACTICE
    rule = f"element.{element.id}"
    if outcome.state == "unchecked":
        return _finding(
            look,
            rule,
            "unchecked",
            f"的“{element.label}”未能自动核对{note}",
            f"请对照原件核对“{element.label}”",
            outcome.page,
            cite,
            element.id,
        )
    severity = "blocking" if asked_by == "regulation" else look.lexicon.check(element.id).severity
    remedy = _REMEDIES.get(element.detector, "请补齐“{what}”后重新移送").format(what=element.label)
    level: Severity = "blocking" if severity == "blocking" else "warning" if severity == "warning" else "unchecked"
    return _finding(look, rule, level, f"缺少“{element.label}”{note}", remedy, outcome.page, cite, element.id)


def _case_numbers(look: Look) -> Iterable[Finding]:
    ours = look.case_number
    if ours is None:
        return
    lawful = look.document.type_id in look.lexicon.other_numbers
    cites_ours = any(same_case(number, ours) for number in look.fields.cited)
    for page in look.pages:
        own = own_number(page)
        if own is None or not own.enforcement or same_case(own, ours):
            continue
        severity: Severity = "warning" if lawful else "unchecked" if cites_ours else "blocking"
        message = f"的案号是{own.base}，不是本案{look.case.case_no}"
        remedy = "请核对是否夹入了另案材料，抽出后重新移送" if severity == "blocking" else "请核对案号"
        yield _finding(look, "case_no.other", severity, message, remedy, page, element="case_no")
        return
    cited = [number for number in look.fields.cited if number.enforcement]
    if cited and look.fields.own is None and not cites_ours and not lawful:
        yield _finding(
            look,
            "case_no.cited",
            "warning",
            f"中出现的案号{cited[0].base}不是本案案号",
            "请核对是否为本案材料",
            look.pages[0],
            element="case_no",
        )


def _page_numbers(look: Look) -> Iterable[Finding]:
    marks = look.fields.marks
    missing = missing_pages(marks)
    if not missing:
        return
    before = [page for page, mark in zip(look.pages, marks, strict=True) if mark is not None and mark.k < missing[0]]
    total = max((mark.n for mark in marks if mark and mark.n), default=None)
    promised = f"共{total}页，" if total else ""
    numbers = "、".join(f"第{k}页" for k in missing)
    page = before[-1] if before else look.pages[0]
    yield _finding(look, "pages.missing", "blocking", f"{promised}缺{numbers}", f"请补齐{numbers}后重新移送", page)


def _dates(look: Look) -> Iterable[Finding]:
    if look.fields.implausible:
        text = look.fields.implausible[0]
        yield _finding(
            look, "date.implausible", "warning", f"中的日期“{text}”不存在", "请核对原件日期", _page_with(look, text), element="date"
        )
    dated = look.fields.dated
    if dated is not None and dated > look.today and look.fields.dated_by == "signature":
        message = f"的落款日期{dated:%Y年%m月%d日}晚于今天"
        yield _finding(look, "date.future", "warning", message, "请核对落款日期", look.last, element="date")


def _identity(look: Look) -> Iterable[Finding]:
    """A wrong check character may be the reader's mistake as well as the writer's: it warns."""
    for number in doubtful_numbers(look.text):
        kind = "公民身份号码" if number[:17].isdigit() and "信用代码" + number not in look.text.replace(":", "") else "统一社会信用代码"
        message = f"中的{kind}“{number}”校验位不符，可能写错或误读"
        place = next((page for page in look.pages if number in compact(page.text)), look.last)
        yield _finding(look, "id_no.check", "warning", message, "请对照原件核对号码", place, element="id_no")


def _page_with(look: Look, text: str) -> PageFacts | None:
    return next((page for page in look.pages if text in page.text), look.last)


def _unknown(look: Look) -> Finding:
    return _finding(
        look,
        "type.unknown",
        "unchecked",
        "未能识别是哪种材料，必备要素没有核对",
        "请卷宗管理员认定材料种类",
        look.pages[0] if look.pages else None,
    )
