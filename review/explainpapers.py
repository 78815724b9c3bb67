"""One rule about papers or a hand-over to its reasons: what it looks for, what it saw in each paper, what it finds; pages in, an Explanation out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from review import casenumbers
from review.completeness import check_document, name_of
from review.detectors import Look, look_for
from review.explain import Explanation
from review.facts import CaseFact, DocumentFact, PageFacts
from review.fields import missing_pages, own_number
from review.findings import Finding
from review.handover import check_submission
from review.identity import identity_numbers
from review.lexicon import Lexicon
from review.normalise import compact
from review.rulebook import Element, UnknownRuleError
from review.segment import find_duplicates
from review.sheets import sheet_of

_ELEMENT, _TOGETHER = "element.", "together."
_HOW = {
    "red_seal": "按颜色和形状找红色印章；灰度图上不能判断",
    "label_ink": "找印刷的签名处，看旁边有没有笔迹；没有测过墨迹的不当作有",
    "label_text": "找印刷的栏目，看旁边有没有填写",
    "label_date": "找印刷的日期栏，看旁边有没有填写",
    "date_regex": "找落款或者栏目后的日期，年月日齐全并且可信",
    "regex": "在读出的文字中找",
    "match_case": "与案件登记的当事人、标的比对",
    "amount_regex": "在读出的文字中找金额",
    "table": "找表格的栏目和各行",
    "checkbox": "找勾选的选项",
}
_STATES = {"there": "有", "missing": "缺少", "unchecked": "未能自动核对", "not_asked": "此件没有写到这类事项，不要求"}
_SEVERITIES = {"blocking": "阻断", "warning": "提醒", "unchecked": "须人工核对"}


@dataclass(frozen=True)
class Papers:
    """What the rule looks at: the papers and pages of a hand-over (or of the dossier), the declared list, what the dossier held before; slips: number → case number."""

    documents: Sequence[DocumentFact]
    pages: Sequence[PageFacts] = ()
    declared: Sequence[tuple[str, int]] | None = None
    held: Sequence[DocumentFact] = ()
    slips: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _View:
    lexicon: Lexicon
    case: CaseFact
    papers: Papers
    today: date

    @property
    def looks(self) -> list[Look]:
        return [Look(document, self.case, self.lexicon, self.today) for document in self.papers.documents]

    def name(self, document: DocumentFact) -> str:
        """《执行通知书》（扫描.pdf 第 3 页）."""
        page = document.pages[0] if document.pages else None
        known = document.type_id in self.lexicon.catalogue.types if document.type_id else True
        called = name_of(document, self.lexicon) if known else document.title or "未识别材料"
        return f"《{called}》{f'（{page.file} 第 {page.page} 页）' if page and page.file else ''}"


def explain_papers(lexicon: Lexicon, case: CaseFact, papers: Papers, rule: str, today: date) -> Explanation:
    """Why a rule about single papers or a whole hand-over finds something, or why not. UnknownRuleError when `rule` is none of them."""
    view = _View(lexicon, case, papers, today)
    name, cite, file, line = _place(lexicon, rule)
    findings = tuple(one for one in _findings(view, rule) if one.rule == rule)
    said = "；".join(one.message for one in findings)
    return Explanation(
        rule=rule,
        kind="element" if rule.startswith(_ELEMENT) else "papers",
        name=name,
        cite=cite or next((one.cite for one in findings if one.cite), None),
        file=file,
        line=line,
        facts=tuple(_facts(view, rule)),
        clocks=(),
        findings=findings,
        waived=(),
        verdict=f"有{len(findings)}项发现：{said}" if findings else "符合要求，没有发现",
    )


def about_papers(lexicon: Lexicon, rule: str) -> bool:
    """True when a rule is about single papers or a hand-over, not about the case as a whole."""
    if rule.startswith(_ELEMENT):
        return rule.removeprefix(_ELEMENT) in lexicon.catalogue.elements
    return rule in FIXED or any(rule == _TOGETHER + one.id for one in lexicon.together)


def _place(lexicon: Lexicon, rule: str) -> tuple[str, str | None, str, int]:
    """Name, citation, file and line; a fixed rule stands in no file ('' and 0)."""
    if not about_papers(lexicon, rule):
        raise UnknownRuleError(rule)
    if rule.startswith(_ELEMENT):
        element = lexicon.catalogue.elements[rule.removeprefix(_ELEMENT)]
        return element.label, None, *lexicon.catalogue.where[f"element:{element.id}"]
    if rule in FIXED:
        return FIXED[rule].name, None, "", 0
    found = next(one for one in lexicon.together if rule == _TOGETHER + one.id)
    return found.message, found.cite, "completeness.yaml", 0


def _findings(view: _View, rule: str) -> Iterable[Finding]:
    papers = view.papers
    if rule == "document.unknown":
        for document in papers.documents:
            if document.type_id is None or document.type_id not in view.lexicon.catalogue.types:
                yield Finding(
                    rule,
                    "unchecked",
                    f"材料{view.name(document)}尚未确定类型",
                    "由卷宗管理员确定材料类型",
                    document=document.ref,
                    who="dossier",
                )
        return
    if rule.startswith(_ELEMENT) or (rule in FIXED and FIXED[rule].of_each):
        for document in papers.documents:
            if document.type_id is None or document.type_id in view.lexicon.catalogue.types:
                yield from check_document(document, view.case, view.lexicon, view.today)
        return
    yield from check_submission(
        papers.documents, papers.pages, view.case, papers.declared, view.lexicon, view.today, papers.held, papers.slips
    )


def _facts(view: _View, rule: str) -> Iterable[str]:
    if rule.startswith(_ELEMENT):
        yield from _of_element(view, view.lexicon.catalogue.elements[rule.removeprefix(_ELEMENT)])
    elif rule.startswith(_TOGETHER):
        yield from _of_together(view, rule)
    else:
        yield FIXED[rule].how
        yield from FIXED[rule].facts(view)


def _of_element(view: _View, element: Element) -> Iterable[str]:
    check, types = view.lexicon.check(element.id), view.lexicon.catalogue.types
    yield f"怎样查看：{_HOW.get(element.detector, '没有检测器能看，一律由人核对')}"
    if check.labels:
        yield f"认的栏目：{'、'.join(check.labels)}"
    if check.words:
        yield f"认的文字：{'、'.join(one.text for one in check.words)}"
    yield f"缺少时：文件要求的阻断；样式惯例的{_SEVERITIES[check.severity]}"
    others = 0
    for look in view.looks:
        kind = types.get(look.document.type_id or "")
        if kind is None or element.id not in kind.required:
            others += 1
            continue
        outcome = look_for(element, look)
        asked = "文件要求" if kind.required[element.id] == "regulation" else "样式惯例"
        note = f"（{outcome.note}）" if outcome.note else ""
        yield f"{view.name(look.document)}（{asked}）：{_STATES[outcome.state]}{note}"
    if others:
        yield f"其余{others}份材料不要求这个要素"


def _of_together(view: _View, rule: str) -> Iterable[str]:
    found = next(one for one in view.lexicon.together if rule == _TOGETHER + one.id)
    types = view.lexicon.catalogue.types
    here = {one.type_id for one in view.papers.documents}
    held = {one.type_id for one in view.papers.held}
    for said, ids in (("有其中之一", found.when), ("就应有其中之一", found.need)):
        yield f"{said}：{'、'.join(types[id].name for id in ids)}"
    for id in (*found.when, *found.need):
        if id in here or id in held:
            yield f"《{types[id].name}》：{'本次移送' if id in here else '已在卷'}"


def _own_numbers(view: _View) -> Iterable[str]:
    yield f"本案案号：{view.case.case_no}"
    for look in view.looks:
        own = [number.base for page in look.pages if (number := own_number(page)) is not None]
        cited = [number.base for number in look.fields.cited]
        lawful = "；这种材料本来就写另案案号，只提醒" if look.document.type_id in view.lexicon.other_numbers else ""
        said = f"自己的案号{'、'.join(dict.fromkeys(own))}" if own else "没有自己的案号"
        quoted = f"，文中提到{'、'.join(dict.fromkeys(cited))}" if cited else ""
        yield f"{view.name(look.document)}：{said}{quoted}{lawful}"


def _numbers_of_papers(view: _View) -> Iterable[str]:
    yield f"本案案号：{view.case.case_no}"
    ours = casenumbers.parse(view.case.case_no)
    for document in view.papers.documents:
        theirs = casenumbers.parse(document.case_no) if document.case_no else None
        if theirs is not None and theirs.enforcement:
            same = ours is not None and casenumbers.same_case(theirs, ours)
            yield f"{view.name(document)}：{theirs.base}，{'是本案' if same else '不是本案'}"


def _marks(view: _View) -> Iterable[str]:
    for look in view.looks:
        marks = [mark for mark in look.fields.marks if mark is not None]
        if marks:
            printed = "、".join(f"第{mark.k}页{f'（共{mark.n}页）' if mark.n else ''}" for mark in marks)
            missing = missing_pages(look.fields.marks)
            yield f"{view.name(look.document)}印有{printed}；{'缺' + '、'.join(f'第{k}页' for k in missing) if missing else '连续'}"


def _dates(view: _View) -> Iterable[str]:
    yield f"核查日：{view.today}"
    by = {"signature": "落款", "label": "栏目", "text": "正文", "": "没有读出"}
    for look in view.looks:
        dated = f"{look.fields.dated}（{by.get(look.fields.dated_by, look.fields.dated_by)}）" if look.fields.dated else "没有读出日期"
        wrong = f"；不存在的日期：{'、'.join(look.fields.implausible)}" if look.fields.implausible else ""
        yield f"{view.name(look.document)}：{dated}{wrong}"


def _identity(view: _View) -> Iterable[str]:
    for look in view.looks:
        for number, holds in identity_numbers(compact(look.text)):
            yield f"{view.name(look.document)}：{number[:6]}…{number[-4:]}，校验位{'相符' if holds else '不符'}"


def _types(view: _View) -> Iterable[str]:
    for document in view.papers.documents:
        known = view.lexicon.catalogue.types.get(document.type_id or "")
        yield f"{view.name(document)}：{known.name if known else '没有确定类型'}"


def _declared(view: _View) -> Iterable[str]:
    if view.papers.declared is None:
        yield "移送时没有申报清单，因此不核对"
        return
    yield from (f"清单：{name}，{count}页" for name, count in view.papers.declared)
    yield from (f"扫描到：{view.name(document)}，{len(document.pages)}页" for document in view.papers.documents)


def _twice(view: _View) -> Iterable[str]:
    places = {page.ref: f"{page.file} 第 {page.page} 页" for page in view.papers.pages}
    yield f"共{len(places)}页"
    yield from (f"{places[ref]}与{places[first]}的图像相同" for ref, first in find_duplicates(view.papers.pages).items())


def _blank(view: _View) -> Iterable[str]:
    yield f"共{len(view.papers.pages)}页，空白{sum(page.blank for page in view.papers.pages)}页"
    yield from (f"{page.file} 第 {page.page} 页：没有文字和图形" for page in view.papers.pages if page.blank)


def _sheets(view: _View) -> Iterable[str]:
    for page in view.papers.pages:
        if page.code:
            sheet, types = sheet_of(page), view.lexicon.catalogue.types
            kind = types.get(sheet.type_id or "") if sheet else None
            says = kind.name if kind else (sheet.type_id or sheet.case_no or sheet.number or "") if sheet else ""
            yield f"{page.file} 第 {page.page} 页：{f'{sheet.name}{says}' if sheet else '有二维码，但不像分隔页'}"


def _unread(view: _View) -> Iterable[str]:
    yield from (f"{page.file} 第 {page.page} 页：没有读出文字" for page in view.papers.pages if not page.blank and not page.lines)


@dataclass(frozen=True)
class Fixed:
    """A rule that is the same in every court. how: what it compares; of_each: it looks at single papers, not at the hand-over as a whole."""

    name: str
    how: str
    facts: Callable[[_View], Iterable[str]]
    of_each: bool = True


FIXED: Mapping[str, Fixed] = {
    "case_no.other": Fixed("另案的案号", "每份材料自己的案号须是本案的；已引用本案案号的由人核对", _own_numbers),
    "case_no.cited": Fixed("文中的案号", "没有自己案号的材料，文中提到的案号应有本案的", _own_numbers),
    "pages.missing": Fixed("缺页", "印有“第几页共几页”的，页码须连续、到末页", _marks),
    "date.implausible": Fixed("日期不存在", "写出的年月日须是日历上有的一天", _dates),
    "date.future": Fixed("日期在将来", "落款日期不得晚于核查日", _dates),
    "id_no.check": Fixed(
        "证件号码校验位",
        "公民身份号码（GB 11643）和统一社会信用代码（GB 32100）的末位由前面各位算出；不符可能是写错或误读，只提醒",
        _identity,
    ),
    "type.unknown": Fixed("种类未识别", "题名、正文、样式都认不出的，不强行归类，由管理员认定", _types),
    "document.unknown": Fixed("种类未确定", "卷内材料须都确定类型，才能核对节点", _types),
    "submission.other_case": Fixed(
        "整批交错案件", "有案号的材料不少于三份、过半是同一件另案的，整批阻断", _numbers_of_papers, of_each=False
    ),
    "declared.missing": Fixed("清单上有而没有扫描到", "移送清单与扫描结果逐项相对", _declared, of_each=False),
    "declared.extra": Fixed("不在清单内", "移送清单与扫描结果逐项相对", _declared, of_each=False),
    "declared.pages": Fixed("页数与清单不符", "同一份材料的页数须与清单相同；空白背面算不算都可以", _declared, of_each=False),
    "pages.duplicate": Fixed("重复的页", "图像完全相同的页只编一次页号", _twice, of_each=False),
    "document.repeated": Fixed("像是扫描了两次", "种类、案号、受送达人、日期相同，文字相同 97% 以上", _types, of_each=False),
    "pages.blank": Fixed("空白页", "空白页保留、不编页号，由人确认", _blank, of_each=False),
    "sheet.other_case": Fixed(
        "另案的封页", "封页、稍后移送单所属案号须是本案的；其后有材料写明本案案号的只提醒，否则阻断", _sheets, of_each=False
    ),
    "sheet.type_differs": Fixed("分隔页与内容不同", "分隔页所写类型与内容判断相比；内容把握大而不同的，由人核对", _sheets, of_each=False),
    "sheet.type_unknown": Fixed("分隔页的类型不在目录", "分隔页所写类型须在本案适用的目录内", _sheets, of_each=False),
    "sheet.slip_unknown": Fixed("没有登记的稍后移送单", "稍后移送单上的编号须是本院登记过的", _sheets, of_each=False),
    "sheet.empty": Fixed("分隔页后没有材料", "写明类型的分隔页之后、下一张之前应有材料", _sheets, of_each=False),
    "sheet.doubtful": Fixed("不像分隔页", "有分隔页的二维码而没有印着的说明的，按普通材料处理", _sheets, of_each=False),
    "page.unreadable": Fixed("不能识别的页", "多次识别失败的页由人查看原图", _unread, of_each=False),
}
