"""A whole case and the rules about it to what they find: fields, alternatives, sums, orders of days, papers that must agree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from review.casenumbers import parse, same_case
from review.counting import months_after
from review.deadlines import AnchorDay, anchor_days
from review.facts import CaseFact, DocumentFact
from review.fields import parties_of
from review.findings import Finding, Severity
from review.labels import beside
from review.normalise import compact
from review.numerals import amounts
from review.rulebook import Catalogue, CheckRule

FIELD_NAMES = {
    "amount": "申请标的额",
    "closing_amount": "结案标的额",
    "waived_amount": "放弃标的额",
    "paid_amount": "到位标的额",
    "closed_on": "结案日期",
    "closing_mode": "结案方式",
    "closing_reason": "结案事由",
}
_RELATIONS: Mapping[str, Callable[[Decimal], bool]] = {
    "positive": lambda rest: rest > 0,
    "not_positive": lambda rest: rest <= 0,
    "not_negative": lambda rest: rest >= 0,
}


@dataclass(frozen=True)
class Matter:
    """What the checks of one case look at; dossier: documents by type; holds: the conditions that hold."""

    catalogue: Catalogue
    case: CaseFact
    dossier: Mapping[str, Sequence[DocumentFact]]
    holds: Mapping[str, str]

    @cached_property
    def days(self) -> Mapping[str, tuple[AnchorDay, ...]]:
        """The days that the case and its events tell; the papers are compared with them, so they do not stand in for them."""
        return anchor_days(self.catalogue, self.case)

    def papers(self, rule: CheckRule) -> list[DocumentFact]:
        """The documents of the types that a rule names."""
        return [document for id in rule.documents for document in self.dossier.get(id, ())]

    def names(self, ids: Iterable[str]) -> str:
        """Types as a reader knows them: 《调查笔录》、《搜查令》."""
        return "、".join(f"《{self.catalogue.types[id].name}》" for id in ids)

    def name(self, document: DocumentFact) -> str:
        """How one document is called in a message."""
        return f"《{document.title or self.catalogue.types[document.type_id or ''].name}》"


@dataclass(frozen=True)
class Fault:
    """One thing that a rule found; severity None: the rule's own. document: ref, or the type id of what is missing."""

    message: str
    document: str | None = None
    severity: Severity | None = None
    party: str | None = None


def applies(rule: CheckRule, case: CaseFact, holds: Mapping[str, str]) -> bool:
    """True when the rule is about this kind of case, its closing mode and the conditions that hold."""
    return (
        (not rule.kinds or case.kind in rule.kinds)
        and (not rule.modes or case.closing_mode in rule.modes)
        and rule.when in holds
        and not any(id in holds for id in rule.unless)
    )


def check_matter(matter: Matter, gate: str, lacking: frozenset[tuple[str, str]]) -> Iterable[tuple[CheckRule, Finding]]:
    """What the rules of a gate find. lacking: (type id, party) of papers that a step asks for already; they are not asked for twice."""
    for rule in matter.catalogue.checks.values():
        if gate in rule.gates and applies(rule, matter.case, matter.holds):
            for fault in faults(matter, rule):
                if not {(fault.document or "", fault.party or ""), (fault.document or "", "")} & lacking:
                    yield rule, finding_of(matter.catalogue, rule, fault)


def faults(matter: Matter, rule: CheckRule) -> tuple[Fault, ...]:
    """What one rule finds wrong, whether or not it applies at a gate."""
    return tuple(FORMS[rule.form](matter, rule))


def finding_of(catalogue: Catalogue, rule: CheckRule, fault: Fault) -> Finding:
    """A fault as a finding of the case."""
    return Finding(
        rule=rule.id,
        severity=fault.severity or rule.severity,
        message=fault.message,
        remedy=rule.remedy,
        document=fault.document,
        who=rule.who,
        cite=catalogue.cited(rule.cite),
        party=fault.party,
    )


def yuan(text: str | None) -> Decimal | None:
    """A stated sum: '204650.00', '20万元'; None when nothing is stated or it is no sum."""
    if not text:
        return None
    found = amounts(text if "元" in text else text + "元")
    return found[0].yuan if found else None


def _field(matter: Matter, rule: CheckRule) -> Iterable[Fault]:
    """In the record, or written behind its label in one of the papers; a paper that nobody could read is not blamed."""
    papers = matter.papers(rule)
    stated = all(getattr(matter.case, field) not in (None, "") for field in rule.fields)
    if stated or any(one.filled or one.text for document in papers for one in beside(document.pages, rule.words)):
        return
    if any(_text(document) for document in papers):
        yield Fault(f"结案必填项“{rule.name}”没有登记，{matter.names(rule.documents)}中也没有写明")
    elif papers:
        yield Fault(f"结案必填项“{rule.name}”没有登记，{matter.names(rule.documents)}没有可识别的文字", severity="unchecked")


def _any_of(matter: Matter, rule: CheckRule) -> Iterable[Fault]:
    papers = matter.papers(rule)
    first = rule.documents[0]
    if not papers:
        parties = [party.name for party in matter.case.parties if party.role == rule.per] if rule.per else []
        for party in parties or (None,):
            whose = f"（{rule.per}{party}）" if party else ""
            yield Fault(f"{rule.name}：没有{_one_of(matter, rule)}{whose}", document=first, party=party)
        return
    texts = [text for document in papers if (text := _text(document))]
    if len(texts) == len(papers):
        for one in (party.name for party in matter.case.parties if party.role == rule.per):
            if not any(compact(one) in text for text in texts):
                yield Fault(f"{rule.name}：{_one_of(matter, rule)}中没有{rule.per}{one}", document=first, party=one)


def _one_of(matter: Matter, rule: CheckRule) -> str:
    return matter.names(rule.documents) + ("中的任何一种" if len(rule.documents) > 1 else "")


def _none_of(matter: Matter, rule: CheckRule) -> Iterable[Fault]:
    for document in matter.papers(rule):
        yield Fault(f"{rule.name}：卷内有{matter.name(document)}", document=document.ref)


def _excluded(matter: Matter, rule: CheckRule) -> Iterable[Fault]:
    for id in rule.conditions:
        if id in matter.holds:
            yield Fault(f"{rule.name}：本案{matter.catalogue.conditions[id].name}（{matter.holds[id]}）")


def _dated(matter: Matter, rule: CheckRule) -> Iterable[Fault]:
    for document in matter.papers(rule):
        if document.dated is None:
            severity: Severity | None = None if _text(document) else "unchecked"
            yield Fault(f"{rule.name}：没有读出{matter.name(document)}的日期", document=document.ref, severity=severity)


def period_of(rule: CheckRule, end: date) -> tuple[date, date]:
    """First and last day of the period before (and with) `end` in which a paper must have been made."""
    if rule.unit == "month":
        return months_after(end, -rule.amount), end
    return date.fromordinal(end.toordinal() - rule.amount), end


def _within(matter: Matter, rule: CheckRule) -> Iterable[Fault]:
    papers = matter.papers(rule)
    ends = matter.days.get(rule.anchor, ())
    if not papers or not ends:
        return
    first, last = period_of(rule, ends[0].on)
    if any(document.dated is not None and first <= document.dated <= last for document in papers):
        return
    unread = any(document.dated is None for document in papers)
    said = "未能读出全部材料的日期，请人工核对" if unread else "没有一份在此期间形成"
    message = f"{rule.name}：{matter.names(rule.documents)}须形成于{first}至{last}之间，{said}"
    yield Fault(message, document=rule.documents[0], severity="unchecked" if unread else None)


def points(matter: Matter, rule: CheckRule) -> tuple[tuple[str, date], ...]:
    """The known days of a chain, each with its name: an anchor's first day, or the earliest date of a type's documents."""
    found = []
    for id in rule.chain:
        if id in matter.catalogue.anchors:
            known = [day.on for day in matter.days.get(id, ()) if day.source != "fallback"]
            name = matter.catalogue.anchors[id].name
        else:
            known = [document.dated for document in matter.dossier.get(id, ()) if document.dated is not None]
            name = matter.names((id,))
        if known:
            found.append((name, min(known)))
    return tuple(found)


def _order(matter: Matter, rule: CheckRule) -> Iterable[Fault]:
    for (earlier, first), (later, second) in pairwise(points(matter, rule)):
        if first > second:
            yield Fault(f"{rule.name}：{later}（{second}）早于{earlier}（{first}）")


def _sum(matter: Matter, rule: CheckRule) -> Iterable[Fault]:
    stated = {field: yuan(getattr(matter.case, field)) for field in (*rule.fields, *rule.less)}
    if any(value is None for value in stated.values()):
        return
    rest = sum((stated[field] or Decimal() for field in rule.fields), Decimal()) - sum(
        (stated[field] or Decimal() for field in rule.less), Decimal()
    )
    if not _RELATIONS[rule.relation](rest):
        said = "，".join(f"{FIELD_NAMES[field]}{value:.2f}元" for field, value in stated.items())
        yield Fault(f"{rule.name}：{said}，相差{rest:.2f}元")


def _says(matter: Matter, rule: CheckRule) -> Iterable[Fault]:
    """Each of the words (with alternatives behind |) is said in some paper; unread papers cannot prove that it is not."""
    papers = matter.papers(rule)
    if not papers:
        return
    texts = [_text(document) for document in papers]
    missing = [words for words in rule.words if not any(re.search(words, text) for text in texts)]
    if not missing:
        return
    named = "、".join(words.split("|")[0] for words in missing)
    unread = not all(texts)
    said = "有材料没有可识别的文字，请人工核对" if unread else "没有提到"
    message = f"{rule.name}：{matter.names(rule.documents)}{said}{'' if unread else named}"
    yield Fault(message, document=rule.documents[0], severity="unchecked" if unread else None)


def _case_no(matter: Matter, rule: CheckRule) -> Iterable[Fault]:
    ours = parse(matter.case.case_no)
    for document in matter.papers(rule):
        theirs = parse(document.case_no) if document.case_no else None
        if ours is not None and theirs is not None and theirs.enforcement and not same_case(theirs, ours):
            yield Fault(f"{matter.name(document)}的案号是{theirs.base}，不是本案{matter.case.case_no}", document=document.ref)


def _parties(matter: Matter, rule: CheckRule) -> Iterable[Fault]:
    known = {compact(party.name) for party in matter.case.parties if party.role == rule.per}
    if not known:
        return
    for document in matter.papers(rule):
        for name in dict.fromkeys(party.name for party in parties_of(document.pages) if party.role == rule.per):
            if not any(one in compact(name) or compact(name) in one for one in known):
                yield Fault(f"{matter.name(document)}的{rule.per}“{name}”不在案件登记之中", document=document.ref)


def _stated_amount(matter: Matter, rule: CheckRule) -> Iterable[Fault]:
    wanted = yuan(getattr(matter.case, rule.fields[0]))
    if wanted is None:
        return
    for document in matter.papers(rule):
        found = amounts(_text(document))
        if found and all(one.yuan != wanted for one in found) and sum((one.yuan for one in found), Decimal()) != wanted:
            label = FIELD_NAMES[rule.fields[0]]
            yield Fault(f"{matter.name(document)}中没有登记的{label}{wanted:.2f}元", document=document.ref)


def _text(document: DocumentFact) -> str:
    return "".join(compact(page.text) for page in document.pages)


FORMS: Mapping[str, Callable[[Matter, CheckRule], Iterable[Fault]]] = {
    "field": _field,
    "any_of": _any_of,
    "none_of": _none_of,
    "excluded": _excluded,
    "dated": _dated,
    "within": _within,
    "order": _order,
    "sum": _sum,
    "says": _says,
    "case_no": _case_no,
    "parties": _parties,
    "stated_amount": _stated_amount,
}
