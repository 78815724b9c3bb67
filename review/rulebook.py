"""The court's rules as plain frozen values: rule data in, lookups by id and readable citations out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal, TypeVar

Volume = Literal["main", "sub", "pouch", "av", "register", "none"]
UNCONFIRMED = "（待核对原文）"
FILED_VOLUMES = ("main", "sub", "pouch")
Scalar = str | int | bool
T = TypeVar("T")


class UnknownRuleError(KeyError):
    """No rule has this id in this profile; `id` is what was asked for."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id


@dataclass(frozen=True)
class RuleProblem:
    """One thing wrong with the rule files: path and 1-based line of the offending entry, and what is wrong (Chinese)."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class RulesError(Exception):
    """The rules cannot be used; `problems` holds every problem found, in file and line order."""

    def __init__(self, problems: tuple[RuleProblem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True)
class Source:
    """A regulation that rules cite by `id`; `profile` is the court it binds, None when it binds every court.

    origin: full_text (its text was at hand), public (a public reprint or list), memory (nobody had the text: to be confirmed).
    backed: the articles of a source from memory whose words were at hand nonetheless.
    """

    id: str
    title: str
    profile: str | None = None
    origin: str = "full_text"
    backed: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Anchor:
    """An event that starts a clock. `fallback` is the anchor used when it is unknown, `documents` the types whose date stands for it.

    stand_in: types whose dates merely stand in for it, each its own, marked as substitutes. repeats: it may happen on several days.
    """

    id: str
    name: str
    fallback: str | None = None
    documents: tuple[str, ...] = ()
    stand_in: tuple[str, ...] = ()
    repeats: bool = False


@dataclass(frozen=True)
class Condition:
    """When a rule applies: any derivation matches (document there, event happened, kind, mode, other condition) and no `unless` does."""

    id: str
    name: str
    documents: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()
    case_kinds: tuple[str, ...] = ()
    closing_modes: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Element:
    """Something a document must carry (a signature, a date …) and the kind of detector that can see it."""

    id: str
    label: str
    detector: str
    hint: str = ""


@dataclass(frozen=True)
class Group:
    """A national group of materials (法院一张网目录); `name` is its usual title."""

    id: str
    name: str


@dataclass(frozen=True)
class ContentsItem:
    """One item of a national contents list and the groups that fall under it."""

    name: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class ContentsList:
    """The filing order of one volume for some case kinds."""

    id: str
    volume: Volume
    kinds: tuple[str, ...]
    items: tuple[ContentsItem, ...]
    cite: tuple[str, ...]


@dataclass(frozen=True)
class DocumentType:
    """A type of material.

    volume: where it is filed (av, register and none are not filed). group: national group. order: place in the volume (None: not filed).
    title_keywords and body_phrases: what betrays it (a phrase may be a regular expression). required: element id -> who asks for it
    (regulation | form_practice). color_scan: any | required. origin: regulation | implied | standard_memory | national_list.
    near: type id -> how a clerk tells the two apart.
    """

    id: str
    name: str
    volume: Volume
    group: str
    order: int | None = None
    title_keywords: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    body_phrases: tuple[str, ...] = ()
    required: Mapping[str, str] = field(default_factory=dict)
    color_scan: str = "any"
    media: tuple[str, ...] = ("paper",)
    origin: str = "regulation"
    cite: tuple[str, ...] = ()
    filed_when: str | None = None
    near: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def filed(self) -> bool:
        """True when it belongs in the dossier: not a register, a recording or a mere link."""
        return self.volume in FILED_VOLUMES

    @property
    def generated(self) -> bool:
        """True when the system makes it itself, so that nobody can be asked to hand it over."""
        return self.media == ("generated",)


@dataclass(frozen=True)
class Evidence:
    """A material that proves a node: the type, or any of the alternatives; when: condition id; per: for whom one each is needed.

    asked_by: the sources that ask for it, when not every court that knows the node does. own: made in this case; one that is dated
    before the filing (the old ruling in the dossier of a resumed case) does not prove the step.
    """

    material: str
    when: str = "always"
    optional: bool = False
    per: str | None = None
    alternatives: tuple[str, ...] = ()
    asked_by: tuple[str, ...] = ()
    own: bool = False

    @cached_property
    def accepted(self) -> tuple[str, ...]:
        """Every type that satisfies this line, the named one first."""
        return (self.material, *self.alternatives)


@dataclass(frozen=True)
class Node:
    """A step of a case. seq orders the timeline; applies_to lists case kinds; key_node: a main node of the court's guideline.

    stage: '' when its papers may be asked for at any time, 'closing' or 'archiving' when not before that.
    starts_with: anchors; once one of them is known the step has happened, whatever papers are there.
    """

    id: str
    seq: int
    name: str
    phase: str
    applies_to: tuple[str, ...]
    condition: str
    roles: tuple[str, ...]
    key_node: bool
    evidence: tuple[Evidence, ...]
    cite: tuple[str, ...]
    core: bool = False
    stage: str = ""
    starts_with: tuple[str, ...] = ()
    on_failure: str = ""
    note: str = ""


@dataclass(frozen=True)
class DeadlineRule:
    """A clock of a node: amount and unit from an anchor; kind: max | min | cutoff | target | warn | within_before | recurring.

    instead_of: ids of more general rules that this one replaces when it applies.
    """

    id: str
    node: str
    action: str
    amount: int
    unit: str
    anchor: str
    kind: str
    cite: tuple[str, ...]
    when: str = "always"
    instead_of: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Pack:
    """What a closing needs: the nodes that must have happened for these case kinds and closing modes (empty: all of them)."""

    id: str
    name: str
    kinds: tuple[str, ...]
    modes: tuple[str, ...]
    nodes: tuple[str, ...]
    cite: tuple[str, ...]


@dataclass(frozen=True)
class CheckRule:
    """A condition that the case as a whole must meet at some gates, for some kinds and closing modes (empty: all of them).

    form: what is compared, a key of review.closing.FORMS. documents: type ids. fields, less: fields of the case record. chain: anchors and
    types in the order of their days. words: what must be said. amount, unit, anchor: a period. per: a party's role.
    waivable: a person may waive it with a reason.
    """

    id: str
    name: str
    form: str
    severity: Literal["blocking", "warning", "unchecked"]
    who: str
    remedy: str
    cite: tuple[str, ...]
    gates: tuple[str, ...] = ("closing", "archiving")
    kinds: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    when: str = "always"
    unless: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    relation: str = ""
    chain: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    per: str | None = None
    amount: int = 0
    unit: str = ""
    anchor: str = ""
    waivable: bool = True
    note: str = ""


@dataclass(frozen=True)
class Switch:
    """A choice the regulations leave open: the value of this profile, what may be chosen, and what it means."""

    id: str
    name: str
    value: Scalar | tuple[str, ...]
    allowed: tuple[Scalar, ...] = ()
    cite: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Catalogue:
    """One court's rules over the base. `where`: 'node:service' (kind:id) → file and line; roles, kinds, modes, volumes, units: id → name."""

    profile: str
    name: str
    court_code: str
    version: str
    effective_from: date
    nodes: Mapping[str, Node]
    types: Mapping[str, DocumentType]
    elements: Mapping[str, Element]
    groups: Mapping[str, Group]
    contents_lists: Mapping[str, ContentsList]
    anchors: Mapping[str, Anchor]
    roles: Mapping[str, str]
    conditions: Mapping[str, Condition]
    case_kinds: Mapping[str, str]
    closing_modes: Mapping[str, str]
    volumes: Mapping[str, str]
    units: Mapping[str, str]
    packs: Mapping[str, Pack]
    checks: Mapping[str, CheckRule]
    archive_chain: tuple[str, ...]
    deadlines: Mapping[str, DeadlineRule]
    switches: Mapping[str, Switch]
    sources: Mapping[str, Source]
    case_no_regex: str
    where: Mapping[str, tuple[str, int]]

    def node(self, id: str) -> Node:
        """The node with this id. UnknownRuleError when there is none."""
        return _find(self.nodes, id)

    def type(self, id: str) -> DocumentType:
        """The document type with this id. UnknownRuleError when there is none."""
        return _find(self.types, id)

    def switch(self, id: str) -> Scalar | tuple[str, ...]:
        """The value of a switch in this profile. UnknownRuleError when there is none."""
        return _find(self.switches, id).value

    def deadlines_of(self, node_id: str) -> tuple[DeadlineRule, ...]:
        """The clocks of a node in the order of the files."""
        return self._clocks.get(node_id, ())

    @cached_property
    def _clocks(self) -> Mapping[str, tuple[DeadlineRule, ...]]:
        found: dict[str, tuple[DeadlineRule, ...]] = {}
        for rule in self.deadlines.values():
            found[rule.node] = (*found.get(rule.node, ()), rule)
        return found

    @cached_property
    def asked(self) -> frozenset[str]:
        """The ids of the nodes that this court's own rules, or rules that bind every court, ask for."""
        return frozenset(
            node.id
            for node in self.nodes.values()
            if self.binding(node.cite) or any(self.binding(rule.cite) for rule in self.deadlines_of(node.id))
        )

    def nodes_of(self, type_id: str) -> tuple[Node, ...]:
        """The nodes that a material of this type proves, in the order of the timeline."""
        return tuple(node for node in self.nodes.values() if any(type_id in line.accepted for line in node.evidence))

    def binding(self, cite: tuple[str, ...]) -> bool:
        """True when one of the citations binds this court: its own regulation or one that binds every court."""
        return any(self.sources[source_of(text)].profile in (None, self.profile) for text in cite)

    def cited(self, cite: tuple[str, ...]) -> str | None:
        """The citations for a reader, those that bind this court alone when there are any, marked when unconfirmed; None: none."""
        ours = [text for text in cite if self.binding((text,))]
        return "；".join(text if self.confirmed(text) else f"{text}{UNCONFIRMED}" for text in ours or cite) or None

    def confirmed(self, cite: str) -> bool:
        """False for an article that was written from memory and must be compared with the text of the law before it is relied on."""
        source = self.sources[source_of(cite)]
        return source.origin != "memory" or cite.partition(" ")[2] in source.backed


def source_of(cite: str) -> str:
    """The source id of a citation: the part before the first space ('鄢陵细则 §二(一)8' gives '鄢陵细则')."""
    return cite.split(" ", 1)[0]


def _find(entries: Mapping[str, T], id: str) -> T:
    try:
        return entries[id]
    except KeyError:
        raise UnknownRuleError(id) from None
