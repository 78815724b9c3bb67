"""A case and its papers to findings: what the steps still lack, what a closing needs, what came too early or too late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from review.closing import Matter, check_matter
from review.conditions import holding
from review.facts import CaseFact, DocumentFact
from review.findings import Finding, Severity
from review.loans import check_loans
from review.nodestates import EvidenceState, NodeState, by_type, node_states
from review.rulebook import Catalogue, Node
from review.workdays import Calendar

__all__ = ["Gate", "check_case", "closing_pack", "node_states"]

Gate = Literal["handover", "closing", "archiving"]
_RANK: dict[Severity, int] = {"blocking": 0, "unchecked": 1, "warning": 2}
_CLOSING = ("closing", "archiving")


@dataclass(frozen=True)
class _View:
    """What every check of one run looks at; day: the day by which things should have happened (the closing day, else today)."""

    catalogue: Catalogue
    case: CaseFact
    documents: Sequence[DocumentFact]
    gate: Gate | None
    today: date
    day: date
    pack: frozenset[str]
    states: tuple[NodeState, ...]


def check_case(
    catalogue: Catalogue,
    calendar: Calendar,
    case: CaseFact,
    documents: Sequence[DocumentFact],
    gate: Gate | None,
    today: date,
) -> tuple[Finding, ...]:
    """What the case lacks on a day, sorted by who must act, then by weight and due day; each missing material once.

    Without a gate and at 'handover' (the case changes hands): steps that have begun or whose limit has passed. At 'closing' and 'archiving':
    also everything the closing mode asks for (and, when archiving, what the court's archive chain asks for). Only lacking evidence blocks;
    lateness is a warning. What only other courts' rules ask for is a warning when the step was taken, and no finding when it was not.
    """
    pack = closing_pack(catalogue, case, gate)
    settled = replace(case, closed_on=today) if gate == "closing" and case.closed_on is None else case
    holds = holding(catalogue, settled, documents)
    states = node_states(catalogue, calendar, settled, documents, today, forced=pack, holds=holds)
    view = _View(catalogue, settled, documents, gate, today, settled.closed_on or today, pack, states)
    papers: dict[tuple[str, str], Finding] = {}
    found = [*_closing_facts(view, case), *_unknown(view), *check_loans(catalogue, case, gate, today)]
    for state in states:
        for key, finding in _lacking(view, state):
            if key not in papers or _weight(finding) < _weight(papers[key]):
                papers[key] = finding
        found += [*_late(view, state), *_early(view, state), *_stale(view, state), *_clash(view, state)]
    if gate is not None:
        matter = Matter(catalogue, settled, by_type(documents), holds)
        asked = frozenset((*papers, *((one.document or "", "") for one in found if one.rule.startswith("stale."))))
        found += [finding for _, finding in check_matter(matter, gate, asked)]
    return tuple(_sorted(catalogue, [*_once(catalogue, papers), *found]))


def _once(catalogue: Catalogue, papers: Mapping[tuple[str, str], Finding]) -> Iterable[Finding]:
    """Without the lines that would be satisfied by a paper that another line asks for by name, as urgently."""
    for (type, party), finding in papers.items():
        node = catalogue.nodes[finding.node or ""]
        others = [id for line in node.evidence if line.material == type for id in line.alternatives]
        named = [papers[id, party] for id in others if (id, party) in papers]
        named += [other for (id, whose), other in papers.items() if id == type and whose and not party]
        if not any(_RANK[one.severity] <= _RANK[finding.severity] for one in named):
            yield finding


def closing_pack(catalogue: Catalogue, case: CaseFact, gate: Gate | None) -> frozenset[str]:
    """The steps that must have happened to pass a gate, whatever else is known of the case."""
    if gate not in _CLOSING:
        return frozenset()
    packs = [p for p in catalogue.packs.values() if case.kind in p.kinds and (not p.modes or case.closing_mode in p.modes)]
    chain = catalogue.archive_chain if gate == "archiving" else ()
    return frozenset(id for ids in (*(p.nodes for p in packs), chain) for id in ids if case.kind in catalogue.nodes[id].applies_to)


def _closing_facts(view: _View, case: CaseFact) -> Iterable[Finding]:
    if view.gate not in _CLOSING:
        return
    catalogue = view.catalogue
    modes = {mode for pack in catalogue.packs.values() if case.kind in pack.kinds for mode in pack.modes}
    review = catalogue.nodes.get("closing_review")
    cite = catalogue.cited(review.cite) if review else None
    if modes and case.closing_mode not in modes:
        said = f"结案方式“{case.closing_mode}”不在目录规则中" if case.closing_mode else "未登记结案方式，无法核对结案材料是否齐全"
        yield Finding("closing.mode", "blocking", said, f"登记结案方式（{'、'.join(sorted(modes))}）后再核对", who="team", cite=cite)
    if view.gate == "archiving" and case.closed_on is None:
        yield Finding("closing.date", "blocking", "案件尚未登记结案日期，不能归档", "结案审核通过后登记结案日期", who="team", cite=cite)


def _unknown(view: _View) -> Iterable[Finding]:
    if view.gate not in _CLOSING:
        return
    for document in view.documents:
        if document.type_id is None or document.type_id not in view.catalogue.types:
            name = document.title or document.ref
            yield Finding(
                "document.unknown",
                "unchecked",
                f"材料“{name}”尚未确定类型",
                "由卷宗管理员确定材料类型",
                document=document.ref,
                who="dossier",
            )


def _lacking(view: _View, state: NodeState) -> Iterable[tuple[tuple[str, str], Finding]]:
    """The papers that lack, each with its key: the same paper under two steps is one paper to bring."""
    for line in state.lines:
        severity = _severity(view, state, line) if line.lacking else None
        if severity is not None:
            yield from _missing(view, state, line, severity)


def _severity(view: _View, state: NodeState, line: EvidenceState) -> Severity | None:
    """How much a lacking line weighs now; None: it need not be there yet, or only other courts ask for it."""
    in_pack, taken = state.node.id in view.pack, state.node.condition != "always"
    if not _its_time(view, state) or not (in_pack or state.asked or taken):
        return None
    if view.catalogue.types[line.evidence.material].volume == "av":
        return "warning"
    if in_pack:
        return "blocking"
    # A step of every case that has no limit and is in no pack (a notice, a draft) is asked for at closing, but does not stop it.
    return "blocking" if state.asked and (taken or state.state in ("overdue", "missing")) else "warning"


def _its_time(view: _View, state: NodeState) -> bool:
    """False while nobody can be asked for the papers of a step: not begun and not due, or made at closing or archiving only."""
    if state.node.stage == "archiving":
        return view.gate == "archiving" or (view.gate != "closing" and state.state == "overdue")
    if state.node.stage == "closing" and view.case.closed_on is None:
        return view.gate in _CLOSING
    return view.gate in _CLOSING or state.state != "not_yet"


def _missing(view: _View, state: NodeState, line: EvidenceState, severity: Severity) -> Iterable[tuple[tuple[str, str], Finding]]:
    catalogue, node = view.catalogue, state.node
    type = catalogue.types[line.evidence.material]
    others = "、".join(f"《{catalogue.types[id].name}》" for id in line.evidence.alternatives)
    wanted = f"《{type.name}》" + (f"（或{others}）" if others else "")
    who = catalogue.roles[node.roles[0]]
    for party in line.parties or _apart(view.case, line) or (None,):
        whose = "" if party is None else f"（{line.evidence.per}{party or '每人一份'}）"
        finding = Finding(
            rule=f"node.{node.id}.{type.id}",
            severity=severity,
            message=f"节点“{node.name}”缺少{wanted}{whose}",
            remedy=f"由{who}补交{wanted}{whose}，送卷宗管理中心{_place(catalogue, type.volume)}",
            node=node.id,
            document=type.id,
            who=node.roles[0],
            due=state.due,
            cite=catalogue.cited(node.cite),
            party=party or None,
        )
        yield (type.id, party or ""), finding


def _apart(case: CaseFact, line: EvidenceState) -> tuple[str, ...]:
    """A paper that nobody has is asked for once, unless a waiver treats one party unlike the others: then party by party."""
    if line.evidence.per is None or not any(waiver.party for waiver in case.waivers):
        return ()
    return tuple(party.name for party in case.parties if party.role == line.evidence.per)


def _place(catalogue: Catalogue, volume: str) -> str:
    return "上传音视频库" if volume == "av" else f"归入{catalogue.volumes[volume]}"


def _late(view: _View, state: NodeState) -> Iterable[Finding]:
    for one in state.deadlines:
        if one.rule.kind != "max" or one.due is None:
            continue
        if state.state == "present":
            over = state.done_on is not None and state.done_on > one.due
            said = f"于{state.done_on}办理完毕，超过期限"
        else:
            watched = state.asked and (state.state != "untracked" or one.rule.anchor == "closed")
            over = watched and one.late(view.today)
            said = f"已逾期{(view.today - one.due).days}日"
        if over:
            guessed = "（起算日为替代日期，请核对）" if one.anchor_source == "fallback" else ""
            message = f"节点“{state.node.name}”：{one.rule.action}应于{one.due}前完成，{said}{guessed}"
            yield _note(view, state.node, f"late.{one.rule.id}", message, "尽快办理并说明原因", one.due, one.rule.cite)


def _early(view: _View, state: NodeState) -> Iterable[Finding]:
    for one in state.deadlines:
        if one.rule.kind != "min" or one.opens is None:
            continue
        papers = state.lines[0].documents if state.lines else ()
        # A paper from before the clock began is of an earlier case: the old ruling in the dossier of a resumed one.
        dated = [document.dated for document in papers if document.dated is not None and document.dated >= one.anchor_on]
        reference = min(dated, default=None) or view.case.closed_on
        if reference is not None and reference < one.opens:
            message = f"节点“{state.node.name}”：{one.rule.action}，最早为{one.opens}，实为{reference}"
            yield _note(view, state.node, f"early.{one.rule.id}", message, "核对日期；确属提前的，书面说明理由", one.opens, one.rule.cite)


def _clash(view: _View, state: NodeState) -> Iterable[Finding]:
    """A step that may not be taken before one day and must be taken by an earlier one: told, never decided for the court."""
    if state.state == "present" or view.catalogue.switch("on_conflict") == "none":
        return
    opens = max(
        (one for one in state.deadlines if one.rule.kind == "min" and one.opens), key=lambda one: one.opens or date.min, default=None
    )
    ends = next((one for one in state.deadlines if one.firm and one.due), None)
    if opens is not None and ends is not None and opens.opens and ends.due and ends.due < opens.opens:
        cites = tuple(dict.fromkeys((*opens.rule.cite, *ends.rule.cite)))
        message = f"节点“{state.node.name}”：“{ends.rule.action}”最迟为{ends.due}，“{opens.rule.action}”最早为{opens.opens}，两项期限冲突，不影响报结"
        yield _note(view, state.node, f"clash.{ends.rule.id}", message, "按最早日期办理，书面说明未在最迟期限内办理的理由", ends.due, cites)


def _stale(view: _View, state: NodeState) -> Iterable[Finding]:
    """Evidence that must have been made within a period before the anchor (a query in the last three months before closing)."""
    for one in state.deadlines:
        if one.rule.kind != "within_before" or one.opens is None or one.due is None or not state.lines or not state.lines[0].documents:
            continue
        opens, due, line = one.opens, one.due, state.lines[0]
        dated = [document.dated for document in line.documents if document.dated is not None]
        if any(opens <= day <= due for day in dated):
            continue
        name = view.catalogue.types[line.evidence.material].name
        severity: Severity = "blocking" if len(dated) == len(line.documents) else "unchecked"
        said = "没有一份在此期间形成" if severity == "blocking" else "未能读出全部材料的日期，请人工核对"
        message = f"节点“{state.node.name}”：须有{opens}至{due}之间形成的《{name}》，{said}"
        found = _note(view, state.node, f"stale.{one.rule.id}", message, f"补交该期间内形成的《{name}》", due, one.rule.cite)
        yield replace(found, severity=severity, document=line.evidence.material)


def _note(view: _View, node: Node, rule: str, message: str, remedy: str, due: date, cite: tuple[str, ...]) -> Finding:
    return Finding(rule, "warning", message, remedy, node=node.id, who=node.roles[0], due=due, cite=view.catalogue.cited(cite))


def _weight(finding: Finding) -> tuple[int, date]:
    return _RANK[finding.severity], finding.due or date.max


def _sorted(catalogue: Catalogue, findings: Iterable[Finding]) -> list[Finding]:
    roles = {id: place for place, id in enumerate(catalogue.roles)}
    return sorted(findings, key=lambda one: (roles.get(one.who or "", len(roles)), *_weight(one), one.rule))
