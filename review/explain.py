"""One rule of one case to its reasons: where it is written, which facts it used, how its days were counted, why it finds something or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from review.closing import FIELD_NAMES, Matter, applies, period_of, points
from review.conditions import holding
from review.daycounts import ClockTold, told
from review.deadlines import Deadline, anchor_days, due
from review.facts import CaseFact, DocumentFact
from review.findings import Finding
from review.gate import Gate, check_case, closing_pack
from review.nodestates import by_type, node_states
from review.rulebook import Catalogue, CheckRule, Condition, DeadlineRule, DocumentType, Node, Pack, UnknownRuleError
from review.waivers import Waived, settle
from review.workdays import Calendar

_OF_A_CLOCK = ("late.", "early.", "stale.", "clash.")
_STATES = {"present": "材料齐全", "missing": "缺材料", "overdue": "已逾期", "not_yet": "尚未到期", "untracked": "不以材料认定"}
_OF_CLOSING = ("closing.mode", "closing.date")
_GATES = {"handover": "移送", "closing": "结案", "archiving": "归档前"}
Rule = Node | DocumentType | DeadlineRule | Condition | CheckRule | Pack


@dataclass(frozen=True)
class Explanation:
    """Everything that decides about one rule in one case; file and line: where the rule is written; verdict: one Chinese sentence."""

    rule: str
    kind: str
    name: str
    cite: str | None
    file: str
    line: int
    facts: tuple[str, ...]
    clocks: tuple[ClockTold, ...]
    findings: tuple[Finding, ...]
    waived: tuple[Waived, ...]
    verdict: str


def explain(
    catalogue: Catalogue,
    calendar: Calendar,
    case: CaseFact,
    documents: Sequence[DocumentFact],
    rule: str,
    gate: Gate | None,
    today: date,
) -> Explanation:
    """Why a rule finds something in a case, or why not. rule: the id of a finding, check, deadline, node, type or condition.

    UnknownRuleError when this court has no such rule.
    """
    kind, found = _resolve(catalogue, rule)
    holds = holding(catalogue, case, documents)
    every = check_case(catalogue, calendar, case, documents, gate, today)
    mine = [one for one in every if _about(one, rule, kind, found)]
    standing, waived = settle(catalogue, mine, case.waivers)
    file, line = catalogue.where[f"{kind}:{found.id}"]
    clocks = tuple(told(catalogue, calendar, clock) for clock in _clocks(catalogue, calendar, case, documents, found, today))
    return Explanation(
        rule=rule,
        kind=kind,
        name=found.action if isinstance(found, DeadlineRule) else found.name,
        cite=None if isinstance(found, Condition) else catalogue.cited(found.cite),
        file=file,
        line=line,
        facts=(*_of_closing(catalogue, case, rule), *_facts(catalogue, calendar, case, documents, holds, found, today)),
        clocks=clocks,
        findings=standing,
        waived=waived,
        verdict=_verdict(catalogue, case, holds, found, gate, standing, waived),
    )


def _of_closing(catalogue: Catalogue, case: CaseFact, rule: str) -> Iterable[str]:
    if rule not in _OF_CLOSING:
        return
    yield f"登记的结案方式：{case.closing_mode or '没有'}；结案日期：{case.closed_on or '没有'}"
    for pack in catalogue.packs.values():
        if case.kind in pack.kinds:
            yield f"材料包“{pack.name}”（pack.{pack.id}）：{'、'.join(pack.modes) or '任何结案方式'}"


def _resolve(catalogue: Catalogue, rule: str) -> tuple[str, Rule]:
    bare = next((rule.removeprefix(head) for head in _OF_A_CLOCK if rule.startswith(head)), rule)
    if rule.startswith("node."):
        bare = rule.split(".")[1]
    if rule in _OF_CLOSING:
        bare = "closing_review"
    if rule == "loan.out":
        bare = "loan"
    tables: tuple[tuple[str, dict[str, Rule]], ...] = (
        ("check", dict(catalogue.checks)),
        ("deadline", dict(catalogue.deadlines)),
        ("node", dict(catalogue.nodes)),
        ("type", dict(catalogue.types)),
        ("condition", dict(catalogue.conditions)),
        ("pack", dict(catalogue.packs)),
    )
    wanted, _, id = rule.partition(".") if rule.startswith("pack.") else ("", "", bare)
    for kind, table in tables:
        if id in table and wanted in ("", kind):
            return kind, table[id]
    raise UnknownRuleError(rule)


def _about(finding: Finding, rule: str, kind: str, found: Rule) -> bool:
    if finding.rule == rule:
        return True
    if rule not in (found.id, f"{kind}.{found.id}"):  # the id of one finding was asked for, and this is another one
        return False
    if kind == "deadline":
        return finding.rule.partition(".")[2] == found.id
    if isinstance(found, Pack):
        return finding.node in found.nodes and finding.rule.startswith("node.")
    return (kind == "node" and finding.node == found.id) or (kind == "type" and finding.document == found.id)


def _clocks(
    catalogue: Catalogue, calendar: Calendar, case: CaseFact, documents: Sequence[DocumentFact], found: Rule, today: date
) -> Iterable[Deadline]:
    if isinstance(found, DeadlineRule):
        return [one for one in due(catalogue, calendar, case, today, node=found.node, documents=documents) if one.rule.id == found.id]
    if isinstance(found, Node):
        return due(catalogue, calendar, case, today, node=found.id, documents=documents)
    return ()


def _facts(
    catalogue: Catalogue,
    calendar: Calendar,
    case: CaseFact,
    documents: Sequence[DocumentFact],
    holds: dict[str, str],
    found: Rule,
    today: date,
) -> Iterable[str]:
    if isinstance(found, CheckRule):
        yield from _of_check(Matter(catalogue, case, by_type(documents), holds), found)
    elif isinstance(found, Condition):
        yield f"条件“{found.name}”：{holds.get(found.id, '不成立')}"
        yield from _sources(catalogue, found)
    elif isinstance(found, DocumentType):
        yield from _papers(catalogue, documents, (found.id,))
    elif isinstance(found, Pack):
        yield from _of_pack(catalogue, calendar, case, documents, found, today)
    else:
        node = found if isinstance(found, Node) else catalogue.nodes[found.node]
        yield from _of_node(catalogue, calendar, case, documents, holds, node, today)
        if isinstance(found, DeadlineRule):
            yield f"条件“{catalogue.conditions[found.when].name}”：{holds.get(found.when, '不成立，这项期限不适用')}"
            yield from _of_anchor(catalogue, case, documents, found.anchor)


def _of_node(
    catalogue: Catalogue,
    calendar: Calendar,
    case: CaseFact,
    documents: Sequence[DocumentFact],
    holds: dict[str, str],
    node: Node,
    today: date,
) -> Iterable[str]:
    yield f"节点“{node.name}”适用于{'、'.join(node.applies_to)}，本案为{case.kind}"
    yield f"条件“{catalogue.conditions[node.condition].name}”：{holds.get(node.condition, '不成立')}"
    states = node_states(catalogue, calendar, case, documents, today, holds=holds)
    for state in (one for one in states if one.node.id == node.id):
        yield f"状态：{_STATES[state.state]}"
        for line in state.lines:
            names = "或".join(f"《{catalogue.types[id].name}》" for id in line.evidence.accepted)
            had = "、".join(_paper(document) for document in line.documents) or "卷内没有"
            lacking = f"，还缺{'、'.join(filter(None, line.parties)) or '此件'}" if line.lacking else ""
            yield f"{names}（{'须有' if line.demanded else '此时不要求'}）：{had}{lacking}"


def _of_pack(
    catalogue: Catalogue, calendar: Calendar, case: CaseFact, documents: Sequence[DocumentFact], pack: Pack, today: date
) -> Iterable[str]:
    yield f"案件类型须为{'、'.join(pack.kinds)}，本案为{case.kind}"
    yield f"结案方式须为{'、'.join(pack.modes) or '任何一种'}，本案为{case.closing_mode or '未登记'}"
    forced = closing_pack(catalogue, case, "closing")
    settled = case if case.closed_on else replace(case, closed_on=today)
    states = {one.node.id: one for one in node_states(catalogue, calendar, settled, documents, today, forced=forced)}
    for id in pack.nodes:
        state = states.get(id)
        said = _STATES[state.state] if state else "本案没有这个节点"
        lacking = "、".join(f"《{catalogue.types[line.evidence.material].name}》" for line in state.lines if line.lacking) if state else ""
        yield f"节点“{catalogue.nodes[id].name}”：{said}{f'，还缺{lacking}' if lacking else ''}"


def _of_anchor(catalogue: Catalogue, case: CaseFact, documents: Sequence[DocumentFact], id: str) -> Iterable[str]:
    anchor = catalogue.anchors[id]
    known = anchor_days(catalogue, case, documents).get(id, ())
    for day in known:
        mark = "（替代日期）" if day.source == "fallback" else ""
        yield f"起算事件“{anchor.name}”：{day.on}{mark}"
    if not known:
        yield f"起算事件“{anchor.name}”：不知道，因此没有期限"


def _of_check(matter: Matter, rule: CheckRule) -> Iterable[str]:
    case, catalogue = matter.case, matter.catalogue
    for label, wanted, own in (("案件类型", rule.kinds, case.kind), ("结案方式", rule.modes, case.closing_mode or "未登记")):
        if wanted:
            yield f"{label}须为{'、'.join(wanted)}，本案为{own}"
    for id in dict.fromkeys((rule.when, *rule.unless, *rule.conditions)):
        yield f"条件“{catalogue.conditions[id].name}”：{matter.holds.get(id, '不成立')}"
    for field in (*rule.fields, *rule.less):
        yield f"{FIELD_NAMES[field]}：{getattr(case, field) or '未登记'}"
    yield from (f"{name}：{day}" for name, day in points(matter, rule))
    for end in anchor_days(catalogue, case).get(rule.anchor, ()) if rule.form == "within" else ():
        first, last = period_of(rule, end.on)
        yield f"须形成于{first}至{last}之间"
    yield from _papers(catalogue, [document for papers in matter.dossier.values() for document in papers], rule.documents)


def _papers(catalogue: Catalogue, documents: Sequence[DocumentFact], ids: Sequence[str]) -> Iterable[str]:
    for id in ids:
        had = "、".join(_paper(document) for document in documents if document.type_id == id)
        yield f"《{catalogue.types[id].name}》：{had or '卷内没有'}"


def _paper(document: DocumentFact) -> str:
    dated = f"形成于{document.dated}" if document.dated else "没有读出日期"
    return f"{document.title or '有'}（{dated}{f'，{document.signed_for}签收' if document.signed_for else ''}）"


def _sources(catalogue: Catalogue, found: Condition) -> Iterable[str]:
    said = (
        ("在卷材料", [catalogue.types[id].name for id in found.documents]),
        ("事件", [catalogue.anchors[id].name for id in found.anchors]),
        ("案件类型", list(found.case_kinds)),
        ("结案方式", list(found.closing_modes)),
        ("其他条件", [catalogue.conditions[id].name for id in found.conditions]),
    )
    yield from (f"可由{label}推出：{'、'.join(names)}" for label, names in said if names)


def _verdict(
    catalogue: Catalogue,
    case: CaseFact,
    holds: dict[str, str],
    found: Rule,
    gate: Gate | None,
    standing: Sequence[Finding],
    waived: Sequence[Waived],
) -> str:
    if standing:
        return f"有{len(standing)}项发现：{'；'.join(one.message for one in standing)}"
    if waived:
        return f"已由{waived[0].waiver.approver}免除：{waived[0].waiver.reason}"
    if isinstance(found, CheckRule):
        if not applies(found, case, holds):
            return "本案不适用这项核查，没有发现"
        if gate not in found.gates:
            return f"这项核查只在{'、'.join(_GATES[one] for one in found.gates)}时进行，此时没有发现"
    node = found if isinstance(found, Node) else catalogue.nodes[found.node] if isinstance(found, DeadlineRule) else None
    if node is not None and (case.kind not in node.applies_to or node.condition not in holds):
        return "本案没有这个节点，没有发现"
    return "符合要求或者尚未到期，没有发现"
