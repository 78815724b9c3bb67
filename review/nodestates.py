"""A case and its papers to the state of every step: proven, missing, overdue or not yet due; the case page shows it as a timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from review.conditions import holding
from review.deadlines import Deadline, due, shown
from review.facts import CaseFact, DocumentFact
from review.normalise import compact
from review.rulebook import Catalogue, DocumentType, Evidence, Node
from review.workdays import Calendar

# present: all evidence is there. missing: the step has begun and lacks evidence. overdue: its limit has passed and evidence is lacking.
# not_yet: nothing yet and not due. untracked: no paper proves this step (the system does it itself, or only optional papers belong to it).
State = Literal["present", "missing", "overdue", "not_yet", "untracked"]
Dossier = Mapping[str, Sequence[DocumentFact]]


@dataclass(frozen=True)
class EvidenceState:
    """One line of evidence: the documents found for it, whether it is asked for today, and what it lacks.

    demanded: not optional, its condition holds, and it is a paper that people hand over. lacking: demanded and not (fully) there.
    parties: for whom it is lacking, when one is needed for each ('' inside: how many are lacking is known, not whose).
    """

    evidence: Evidence
    documents: tuple[DocumentFact, ...]
    demanded: bool
    lacking: bool
    parties: tuple[str, ...] = ()


@dataclass(frozen=True)
class NodeState:
    """One step that applies to the case. due: the day to show; deadlines: every clock; why: why it applies.

    asked: this court's own rules, or rules that bind every court, ask for it. done_on: the day its evidence was complete, if known.
    """

    node: Node
    state: State
    lines: tuple[EvidenceState, ...]
    deadlines: tuple[Deadline, ...]
    due: date | None
    why: str
    asked: bool
    done_on: date | None = None

    @property
    def documents(self) -> tuple[DocumentFact, ...]:
        """The documents that prove it, each once."""
        return tuple({document.ref: document for line in self.lines for document in line.documents}.values())

    @property
    def firm(self) -> Deadline | None:
        """The earliest limit that is counted from a known day."""
        return next((one for one in self.deadlines if one.firm), None)


def node_states(
    catalogue: Catalogue,
    calendar: Calendar,
    case: CaseFact,
    documents: Sequence[DocumentFact],
    today: date,
    *,
    forced: frozenset[str] = frozenset(),
    holds: Mapping[str, str] | None = None,
) -> tuple[NodeState, ...]:
    """The state of every step that applies to the case on a day, in the order of the timeline.

    forced: ids of steps that must have happened whether or not their condition holds (the closing pack).
    holds: the conditions of `holding`, when the caller has them.
    """
    known = holding(catalogue, case, documents) if holds is None else holds
    holds = {**known} | {node.condition: "结案材料要求" for node in _nodes(catalogue, forced)}
    clocks: dict[str, list[Deadline]] = {}
    for clock in due(catalogue, calendar, case, today, documents=documents, conditions=holds):
        clocks.setdefault(clock.rule.node, []).append(clock)
    view = _View(catalogue, case, by_type(documents), holds, _happened(case), today)
    return tuple(
        _state(view, node, tuple(clocks.get(node.id, ())))
        for node in catalogue.nodes.values()
        if case.kind in node.applies_to and (node.id in forced or node.condition in holds)
    )


def by_type(documents: Sequence[DocumentFact]) -> dict[str, list[DocumentFact]]:
    """The documents of known type, by type."""
    found: dict[str, list[DocumentFact]] = {}
    for document in documents:
        if document.type_id is not None:
            found.setdefault(document.type_id, []).append(document)
    return found


def handed_over(type: DocumentType) -> bool:
    """True for what people hand over: a paper of the dossier or a recording; not a register and not what the system makes itself."""
    return (type.filed or type.volume == "av") and not type.generated


def _nodes(catalogue: Catalogue, ids: frozenset[str]) -> list[Node]:
    return [catalogue.nodes[id] for id in ids]


@dataclass(frozen=True)
class _View:
    """What the state of every step is judged from."""

    catalogue: Catalogue
    case: CaseFact
    dossier: Dossier
    holds: Mapping[str, str]
    happened: frozenset[str]
    today: date


def _state(view: _View, node: Node, clocks: tuple[Deadline, ...]) -> NodeState:
    lines = tuple(_line(view, evidence) for evidence in node.evidence)
    to_show = shown(clocks)
    return NodeState(
        node=node,
        state=_judge(lines, clocks, view.today, not view.happened.isdisjoint(node.starts_with)),
        lines=lines,
        deadlines=clocks,
        due=to_show.due if to_show else None,
        why=view.holds.get(node.condition, ""),
        asked=node.id in view.catalogue.asked,
        done_on=_done_on(lines),
    )


def _happened(case: CaseFact) -> frozenset[str]:
    closed = ("closed",) if case.closed_on is not None else ()
    return frozenset((*(event.anchor for event in case.events), "filing", *closed))


def _judge(lines: Sequence[EvidenceState], clocks: Sequence[Deadline], today: date, happened: bool) -> State:
    demanded = [line for line in lines if line.demanded]
    if not demanded:
        return "present" if any(line.documents for line in lines) else "untracked"
    if not any(line.lacking for line in demanded):
        return "present"
    limits = [one for one in clocks if one.firm]
    if any(one.late(today) for one in limits):
        return "overdue"
    if limits:
        return "not_yet"
    return "missing" if happened or any(line.documents for line in demanded) else "not_yet"


def _line(view: _View, evidence: Evidence) -> EvidenceState:
    case, dossier = view.case, view.dossier
    found = tuple(document for id in evidence.accepted if id in dossier for document in dossier[id])
    if evidence.own:
        found = tuple(document for document in found if document.dated is None or document.dated >= case.filed_on)
    demanded = (
        not evidence.optional
        and evidence.when in view.holds
        and handed_over(view.catalogue.types[evidence.material])
        and (not evidence.asked_by or view.catalogue.binding(evidence.asked_by))
    )
    if not demanded:
        return EvidenceState(evidence, found, demanded=False, lacking=False)
    parties = _uncovered(case, evidence, found) if found else ()
    return EvidenceState(evidence, found, demanded=True, lacking=not found or bool(parties), parties=parties)


def _uncovered(case: CaseFact, evidence: Evidence, found: Sequence[DocumentFact]) -> tuple[str, ...]:
    """The parties for whom one each is needed and who are named in none; enough copies count as one each, whatever the reader made of the names."""
    names = [party.name for party in case.parties if party.role == evidence.per]
    if len(found) >= len(names):
        return ()
    texts = [compact(page.text) for document in found for page in document.pages]
    uncovered = tuple(name for name in names if not any(compact(name) in text for text in texts))
    return uncovered if any(texts) else tuple("" for _ in range(len(names) - len(found)))


def _done_on(lines: Sequence[EvidenceState]) -> date | None:
    """The day on which the last of the demanded evidence was signed for; None when evidence lacks or a day is unknown."""
    days = [
        min((document.signed_for for document in line.documents if document.signed_for is not None), default=None)
        for line in lines
        if line.demanded
    ]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None
