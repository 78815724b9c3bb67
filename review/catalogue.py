"""Rule files to a court's catalogue: path → text in, a checked frozen Catalogue (or every problem) out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Final, TypeVar, cast

from review.rulebook import (
    Anchor,
    Catalogue,
    CheckRule,
    Condition,
    ContentsItem,
    ContentsList,
    DeadlineRule,
    DocumentType,
    Element,
    Evidence,
    Group,
    Node,
    Pack,
    RuleProblem,
    RulesError,
    Source,
    Switch,
    UnknownRuleError,
    Volume,
)
from review.rules_load import BASE, Sections, gather, profile_ids
from review.yamlmarks import Entry

__all__ = ["Catalogue", "RuleProblem", "RulesError", "UnknownRuleError", "check", "diff", "load", "profiles", "show"]

T = TypeVar("T")
_KINDS: Final = {
    "node": "nodes",
    "type": "types",
    "deadline": "deadlines",
    "condition": "conditions",
    "anchor": "anchors",
    "pack": "packs",
    "check": "checks",
}


def profiles(texts: Mapping[str, str]) -> tuple[str, ...]:
    """The ids of the courts' profiles in these files (path from the rules folder → content), without the base."""
    return profile_ids(texts)


def load(texts: Mapping[str, str], profile: str) -> Catalogue:
    """The rules of one court over the base. texts: path (from the rules folder) → content. RulesError names every problem."""
    sections = gather(texts, profile)
    head, regex = sections.head, sections.case_no_regex
    if head is None or regex is None:  # gather() has refused both; this is for the type checker
        raise RulesError((RuleProblem(profile, 1, "缺少 profile 段"),))
    return Catalogue(
        profile=profile,
        name=head.text("name"),
        court_code=head.text("court_code"),
        version=head.text("version"),
        effective_from=cast(date, head["effective_from"]),
        nodes=dict(sorted(_each(sections, "nodes", _node).items(), key=lambda pair: pair[1].seq)),
        types=_each(sections, "types", _type),
        elements=_each(sections, "elements", lambda e: Element(e.text("id"), e.text("label"), e.text("detector"), e.text("hint"))),
        groups=_each(sections, "groups", lambda e: Group(e.text("id"), e.text("name"))),
        contents_lists=_each(sections, "contents", _contents),
        anchors=_each(sections, "anchors", _anchor),
        roles=_each(sections, "roles", _named),
        conditions=_each(sections, "conditions", _condition),
        case_kinds=_each(sections, "case_kinds", _named),
        closing_modes=_each(sections, "closing_modes", _named),
        volumes=_each(sections, "volumes", _named),
        units=_each(sections, "units", _named),
        packs=_each(sections, "packs", _pack),
        checks=_each(sections, "checks", _check),
        archive_chain=head.texts("archive_chain"),
        deadlines=_each(sections, "deadlines", _deadline),
        switches=_each(sections, "switches", lambda e: _switch(e, head)),
        sources=_each(sections, "sources", _source),
        case_no_regex=regex[0],
        where={
            f"{kind}:{id}": (e.file, e.line)
            for kind, section in (*_KINDS.items(), ("element", "elements"))
            for id, e in sections.each(section)
        },
    )


def check(texts: Mapping[str, str]) -> list[RuleProblem]:
    """Every problem of every profile, each once, in file and line order; empty when all can be used."""
    found: set[tuple[str, int, str]] = set()
    for profile in profile_ids(texts) or (BASE,):
        try:
            gather(texts, profile)
        except RulesError as error:
            found.update((p.file, p.line, p.message) for p in error.problems)
    return [RuleProblem(*one) for one in sorted(found)]


def show(catalogue: Catalogue, id: str) -> dict[str, Any]:
    """Everything known about an id (node, type, deadline, condition, anchor, pack or check), as plain values. UnknownRuleError."""
    found: dict[str, Any] = {}
    for kind, section in _KINDS.items():
        entries: Mapping[str, Any] = getattr(catalogue, section)
        if id in entries:
            file, line = catalogue.where[f"{kind}:{id}"]
            found[kind] = asdict(entries[id]) | {"file": file, "line": line}
            if "cite" in found[kind]:
                found["cited"] = catalogue.cited(entries[id].cite)
    if not found:
        raise UnknownRuleError(id)
    if "node" in found:
        found["deadlines"] = [asdict(rule) for rule in catalogue.deadlines_of(id)]
    if "type" in found:
        found["nodes"] = [node.id for node in catalogue.nodes_of(id)]
        found["near"] = {catalogue.types[other].name: words for other, words in borders(catalogue, id).items()}
    return found


def borders(catalogue: Catalogue, type_id: str) -> dict[str, str]:
    """How a clerk tells a type from those near to it: other type id -> words, whichever of the two says it."""
    ours = dict(catalogue.types[type_id].near)
    return ours | {id: type.near[type_id] for id, type in catalogue.types.items() if type_id in type.near and id not in ours}


def diff(a: Catalogue, b: Catalogue) -> list[str]:
    """What differs from a to b, one Chinese sentence per change: entries gone, new, and each changed value."""
    lines: list[str] = []
    for kind, section in {**_KINDS, "switch": "switches", "element": "elements"}.items():
        before, after = getattr(a, section), getattr(b, section)
        lines += [f"- {kind} {id}" for id in before if id not in after]
        lines += [f"+ {kind} {id}{_limit(after[id])}" for id in after if id not in before]
        for id in before:
            if id in after and before[id] != after[id]:
                lines += [f"~ {kind} {id} {change}" for change in _changes(asdict(before[id]), asdict(after[id]))]
    if a.archive_chain != b.archive_chain:
        lines.append(f"~ archive_chain {list(a.archive_chain)} → {list(b.archive_chain)}")
    return lines


def _limit(entry: Any) -> str:
    """What a new clock asks for, in short: its step, its time and from when."""
    if not isinstance(entry, DeadlineRule):
        return ""
    return f" {entry.node} {entry.action} {entry.kind} {entry.amount} {entry.unit} ← {entry.anchor}"


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [f"{key}: {_change(before[key], after[key])}" for key in before if before[key] != after[key]]


def _change(before: Any, after: Any) -> str:
    """Of lists only what is gone and what is new, so that a person can read it; everything else as it was and as it is."""
    if not isinstance(before, tuple) or not isinstance(after, tuple):
        return f"{_said(before)} → {_said(after)}"
    gone = [f"去掉 {_said(one)}" for one in before if one not in after]
    new = [f"增加 {_said(one)}" for one in after if one not in before]
    return "；".join([*gone, *new]) or f"次序改为 {_said(after)}"


def _said(value: Any) -> str:
    """A value of the rules without what is empty or goes without saying."""
    if isinstance(value, dict):
        kept = {key: one for key, one in value.items() if one not in (None, "", (), False, "always")}
        return " ".join(f"{key}={_said(one)}" for key, one in kept.items())
    return "、".join(map(_said, value)) if isinstance(value, tuple) else str(value)


def _each(sections: Sections, section: str, build: Callable[[Entry], T]) -> dict[str, T]:
    return {id: build(entry) for id, entry in sections.each(section)}


def _named(entry: Entry) -> str:
    return entry.text("name")


def _source(entry: Entry) -> Source:
    return Source(
        id=entry.text("id"),
        title=entry.text("title"),
        profile=entry.text("profile") or None,
        origin=entry.text("origin", "full_text"),
        backed=entry.texts("backed"),
        note=entry.text("note"),
    )


def _anchor(entry: Entry) -> Anchor:
    return Anchor(
        id=entry.text("id"),
        name=entry.text("name"),
        fallback=entry.text("fallback") or None,
        documents=entry.texts("documents"),
        stand_in=entry.texts("stand_in"),
        repeats=entry.get("repeats") is True,
    )


def _condition(entry: Entry) -> Condition:
    return Condition(
        id=entry.text("id"),
        name=entry.text("name"),
        documents=entry.texts("documents"),
        anchors=entry.texts("anchors"),
        case_kinds=entry.texts("case_kinds"),
        closing_modes=entry.texts("closing_modes"),
        conditions=entry.texts("conditions"),
        unless=entry.texts("unless"),
    )


def _contents(entry: Entry) -> ContentsList:
    items = tuple(ContentsItem(item.text("name"), item.texts("groups")) for item in entry.entries("items"))
    return ContentsList(entry.text("id"), cast(Volume, entry.text("volume")), entry.texts("kinds"), items, entry.texts("cite"))


def _type(entry: Entry) -> DocumentType:
    return DocumentType(
        id=entry.text("id"),
        name=entry.text("name"),
        volume=cast(Volume, entry.text("volume")),
        group=entry.text("group"),
        order=cast("int | None", entry.get("order")),
        title_keywords=entry.texts("title_keywords"),
        aliases=entry.texts("aliases"),
        body_phrases=entry.texts("body_phrases"),
        required=_marks(entry, "required"),
        color_scan=entry.text("color_scan", "any"),
        media=entry.texts("media"),
        origin=entry.text("origin"),
        cite=entry.texts("cite"),
        filed_when=entry.text("filed_when") or None,
        near=_marks(entry, "near"),
        note=entry.text("note"),
    )


def _marks(entry: Entry, key: str) -> dict[str, str]:
    given = entry.get(key)
    return {name: str(value) for name, value in given.items()} if isinstance(given, Entry) else {}


def _node(entry: Entry) -> Node:
    return Node(
        id=entry.text("id"),
        seq=cast(int, entry["seq"]),
        name=entry.text("name"),
        phase=entry.text("phase"),
        applies_to=entry.texts("applies_to"),
        condition=entry.text("condition"),
        roles=entry.texts("roles"),
        key_node=entry.get("key_node") is True,
        evidence=tuple(map(_evidence, entry.entries("evidence"))),
        cite=entry.texts("cite"),
        core=entry.get("core") is True,
        stage=entry.text("stage"),
        starts_with=entry.texts("starts_with"),
        on_failure=entry.text("on_failure"),
        note=entry.text("note"),
    )


def _evidence(entry: Entry) -> Evidence:
    return Evidence(
        material=entry.text("material"),
        when=entry.text("when", "always"),
        optional=entry.get("optional") is True,
        per=entry.text("per") or None,
        alternatives=entry.texts("or"),
        asked_by=entry.texts("asked_by"),
        own=entry.get("own") is True,
    )


def _deadline(entry: Entry) -> DeadlineRule:
    return DeadlineRule(
        id=entry.text("id"),
        node=entry.text("node"),
        action=entry.text("action"),
        amount=cast(int, entry["amount"]),
        unit=entry.text("unit"),
        anchor=entry.text("anchor"),
        kind=entry.text("kind"),
        cite=entry.texts("cite"),
        when=entry.text("when", "always"),
        instead_of=entry.texts("instead_of"),
        note=entry.text("note"),
    )


def _pack(entry: Entry) -> Pack:
    return Pack(
        id=entry.text("id"),
        name=entry.text("name"),
        kinds=entry.texts("kinds"),
        modes=entry.texts("modes"),
        nodes=entry.texts("nodes"),
        cite=entry.texts("cite"),
    )


def _check(entry: Entry) -> CheckRule:
    return CheckRule(
        id=entry.text("id"),
        name=entry.text("name"),
        form=entry.text("form"),
        severity=cast(Any, entry.text("severity")),
        who=entry.text("who"),
        remedy=entry.text("remedy"),
        cite=entry.texts("cite"),
        gates=entry.texts("gates") or ("closing", "archiving"),
        kinds=entry.texts("kinds"),
        modes=entry.texts("modes"),
        when=entry.text("when", "always"),
        unless=entry.texts("unless"),
        documents=entry.texts("documents"),
        fields=entry.texts("fields"),
        less=entry.texts("less"),
        relation=entry.text("relation"),
        chain=entry.texts("chain"),
        conditions=entry.texts("conditions"),
        words=entry.texts("words"),
        per=entry.text("per") or None,
        amount=cast(int, entry.get("amount", 0)),
        unit=entry.text("unit"),
        anchor=entry.text("anchor"),
        waivable=entry.get("waivable") is not False,
        note=entry.text("note"),
    )


def _switch(entry: Entry, head: Entry) -> Switch:
    chosen = head.get("switches")
    value = chosen.get(entry.text("id"), entry["value"]) if isinstance(chosen, Entry) else entry["value"]
    allowed = entry.get("allowed")
    return Switch(
        id=entry.text("id"),
        name=entry.text("name"),
        value=tuple(value) if isinstance(value, list) else cast("str | int | bool", value),
        allowed=tuple(allowed) if isinstance(allowed, list) else (),
        cite=entry.texts("cite"),
        note=entry.text("note"),
    )
