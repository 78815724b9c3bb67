"""The documents and pages of one hand-over, and what the team declared, to findings about the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from rapidfuzz import fuzz

from review import casenumbers
from review.classify import text_of
from review.facts import CaseFact, DocumentFact, PageFacts
from review.fields import extract
from review.findings import Finding, Severity
from review.lexicon import Lexicon, bare_title
from review.segment import find_duplicates
from review.sheetcheck import check_sheets
from review.titles import matches

_TEAM, _CENTRE = "team", "dossier"
_RESCAN = 97.0  # per cent of agreement from which two papers of one kind, number and addressee are one
Declared = Sequence[tuple[str, int]]


def check_submission(
    documents: Sequence[DocumentFact],
    pages: Sequence[PageFacts],
    case: CaseFact,
    declared: Declared | None,
    lexicon: Lexicon,
    today: date,  # noqa: ARG001 - every check of the room is told the day; this one does not depend on it
    held: Sequence[DocumentFact] = (),
    slips: Mapping[str, str] | None = None,
) -> tuple[Finding, ...]:
    """What is wrong with the hand-over as a whole.

    pages: all of them, with blanks and repeats. declared: (name, pages) of each paper as the team listed it, None when there is no list.
    held: what the dossier has already. Only the declared list and the wrong case can block: the rest may follow and the gate before closing asks again.
    slips: number → case number of the announcements whose slips lie in the stack.
    """
    found = list(_declared(documents, pages, declared, lexicon)) if declared is not None else []
    found += _whole_case(documents, case)
    found += _repeated_pages(pages)
    found += _repeated_documents(documents, lexicon)
    found += _together(documents, held, lexicon)
    found += _blank(pages)
    found += check_sheets(documents, pages, case, lexicon, slips or {})
    return tuple(found)


def _whole_case(documents: Sequence[DocumentFact], case: CaseFact) -> Iterable[Finding]:
    """Most papers bear the number of one other case: the hand-over itself was put to the wrong case."""
    ours = casenumbers.parse(case.case_no)
    numbers = [number for one in documents if one.case_no and (number := casenumbers.parse(one.case_no)) and number.enforcement]
    others = Counter(number.base for number in numbers if ours is not None and not casenumbers.same_case(number, ours))
    if not others or 2 * sum(others.values()) <= len(numbers) or len(numbers) < 3:
        return
    base, count = others.most_common(1)[0]
    message = f"有案号的{len(numbers)}份材料中{count}份的案号是{base}，不是{case.case_no}，可能交错了案件"
    yield Finding("submission.other_case", "blocking", message, "请按材料上的案号重新选择案件移送", element="case_no", who=_TEAM)


# The declared list


def _declared(documents: Sequence[DocumentFact], pages: Sequence[PageFacts], declared: Declared, lexicon: Lexicon) -> Iterable[Finding]:
    left = list(documents)
    open_items: list[tuple[str, int]] = []
    for name, count in declared:  # exact pairs first, so that a short paper does not take the place of a whole one
        exact = next((one for one in left if _answers(one, name, lexicon) and len(one.pages) == count), None)
        if exact is not None:
            left.remove(exact)
        else:
            open_items.append((name, count))
    for name, count in open_items:
        taken = _take(left, name, count, lexicon)
        if not taken:
            yield _of_list("declared.missing", "blocking", f"移送清单列有“{name}”，没有扫描到", f"请补交“{name}”，或者更正移送清单")
        else:
            yield from _page_count(name, count, taken, pages)
    for one in left:
        name = one.title or one.type_id or "未识别材料"
        message, remedy = f"《{name}》不在移送清单内", "请补记移送清单，或者抽回该材料"
        yield _of_list("declared.extra", "warning", message, remedy, one)


def _take(left: list[DocumentFact], name: str, count: int, lexicon: Lexicon) -> list[DocumentFact]:
    """The documents that answer a line of the list: one, or several of a kind that have the declared pages together."""
    fitting = [one for one in left if _answers(one, name, lexicon)]
    together = sum(len(one.pages) for one in fitting) == count
    taken = fitting if together else fitting[:1]
    for one in taken:
        left.remove(one)
    return taken


def _answers(document: DocumentFact, name: str, lexicon: Lexicon) -> bool:
    wanted = bare_title(name)
    if document.title and bare_title(document.title) == wanted:
        return True
    named = matches(wanted, lexicon)
    best = named[0].quality if named else 0.0
    if document.type_id is not None and any(
        match.type_id == document.type_id and match.quality >= max(0.8, best - 0.02) for match in named
    ):
        return True
    return bool(document.title) and fuzz.ratio(bare_title(document.title), wanted) >= 85


def _page_count(name: str, count: int, taken: Sequence[DocumentFact], pages: Sequence[PageFacts]) -> Iterable[Finding]:
    scanned = sum(len(one.pages) for one in taken)
    if scanned == count or scanned + sum(_blanks_behind(one, pages) for one in taken) == count:
        return
    severity: Severity = "blocking" if scanned < count else "warning"
    message = f"移送清单上“{name}”为{count}页，扫描到{scanned}页"
    remedy = f"请补齐“{name}”所缺{count - scanned}页" if scanned < count else "请核对移送清单的页数"
    yield _of_list("declared.pages", severity, message, remedy, taken[0])


def _blanks_behind(document: DocumentFact, pages: Sequence[PageFacts]) -> int:
    """Blank backs are counted by some teams and not by others; both are right."""
    places = {page.ref: place for place, page in enumerate(pages)}
    own = [places[page.ref] for page in document.pages if page.ref in places]
    return sum(1 for place in own if place + 1 < len(pages) and pages[place + 1].blank)


def _of_list(rule: str, severity: Severity, message: str, remedy: str, document: DocumentFact | None = None) -> Finding:
    page = document.pages[0] if document is not None and document.pages else None
    return Finding(
        rule=rule,
        severity=severity,
        message=message,
        remedy=remedy,
        document=document.ref if document else None,
        file=page.file if page else None,
        page=page.page if page else None,
        who=_TEAM,
        cite="移送清单",
    )


# Repeats, papers that come together, blank pages


def _repeated_pages(pages: Sequence[PageFacts]) -> Iterable[Finding]:
    by_ref = {page.ref: page for page in pages}
    for ref, first in find_duplicates(pages).items():
        page, other = by_ref[ref], by_ref[first]
        yield Finding(
            rule="pages.duplicate",
            severity="warning",
            message=f"{page.file}第{page.page}页与{other.file}第{other.page}页重复，已保留，不编页号",
            remedy="不需要补交；确非重复的，请告知卷宗管理员",
            file=page.file,
            page=page.page,
            who=_CENTRE,
        )


def _repeated_documents(documents: Sequence[DocumentFact], lexicon: Lexicon) -> Iterable[Finding]:
    """One paper scanned twice reads a little differently each time: same type, number and addressee, and nearly the same words."""
    seen: dict[tuple[object, ...], list[tuple[DocumentFact, str]]] = {}
    for one in documents:
        fields = extract(one.pages)
        if one.type_id is None or fields.own is None or not fields.addressee:
            continue
        text = text_of(one.pages)
        earlier = seen.setdefault((one.type_id, fields.own, fields.addressee, fields.dated), [])
        same = next((other for other, said in earlier if fuzz.ratio(said, text) >= _RESCAN), None)
        earlier.append((one, text))
        if same is not None:
            name = one.title or lexicon.type(one.type_id).name
            yield _of_documents(
                "document.repeated", f"《{name}》（{fields.addressee}）像是扫描了两次", "请核对是否同一份，重复的不再入卷", one
            )


def _together(documents: Sequence[DocumentFact], held: Sequence[DocumentFact], lexicon: Lexicon) -> Iterable[Finding]:
    here = {one.type_id for one in documents}
    known = here | {one.type_id for one in held}
    for rule in lexicon.together:
        if here.isdisjoint(rule.when) or not known.isdisjoint(rule.need):
            continue
        cause = next(one for one in documents if one.type_id in rule.when)
        names = "、".join(lexicon.type(id).name for id in rule.need[:3])
        yield _of_documents(f"together.{rule.id}", rule.message, f"请一并移送：{names}；已经在卷的不需要补交", cause, rule.cite)


def _of_documents(rule: str, message: str, remedy: str, document: DocumentFact, cite: str | None = None) -> Finding:
    page = document.pages[0] if document.pages else None
    file, number = (page.file, page.page) if page else (None, None)
    return Finding(rule, "warning", message, remedy, document=document.ref, file=file, page=number, who=_TEAM, cite=cite)


def _blank(pages: Sequence[PageFacts]) -> Iterable[Finding]:
    blank = [page for page in pages if page.blank]
    if blank:
        where = "、".join(f"{page.file}第{page.page}页" for page in blank[:12]) + ("等" if len(blank) > 12 else "")
        yield Finding(
            rule="pages.blank",
            severity="unchecked",
            message=f"空白页{len(blank)}页，已保留，不编页号：{where}",
            remedy="请核对是否确为空白背面",
            file=blank[0].file,
            page=blank[0].page,
            who=_CENTRE,
        )
