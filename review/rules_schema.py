"""What a rule file may say: one table of sections and keys in, problems of an entry (unknown, missing, wrong kind) out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from review.rulebook import RuleProblem
from review.yamlmarks import Entry

UNITS = frozenset(
    ("day", "wday", "hour", "month", "same_day", "next_day", "clock", "daily", "weekly", "monthly", "minday", "none"),
)
KINDS = frozenset(("max", "min", "cutoff", "target", "warn", "within_before", "recurring"))
ORIGINS = frozenset(("regulation", "implied", "standard_memory", "national_list"))
REQUIRED_BY = frozenset(("regulation", "form_practice"))
MEDIA = frozenset(("paper", "generated", "born_digital", "image", "video", "audio"))
SEEN = frozenset(("full_text", "public", "memory"))
STAGES = frozenset(("closing", "archiving"))
# The forms of a check of the whole case, and the keys that each cannot do without.
NEEDED_BY_FORM: Mapping[str, tuple[str, ...]] = {
    "field": ("fields", "words"),
    "any_of": ("documents",),
    "none_of": ("documents",),
    "excluded": ("conditions",),
    "dated": ("documents",),
    "within": ("documents", "amount", "unit", "anchor"),
    "order": ("chain",),
    "sum": ("fields", "relation"),
    "says": ("documents", "words"),
    "case_no": ("documents",),
    "parties": ("documents", "per"),
    "stated_amount": ("documents", "fields"),
}
FORMS = frozenset(NEEDED_BY_FORM)
FIELDS = frozenset(("amount", "closing_amount", "waived_amount", "paid_amount", "closed_on", "closing_mode", "closing_reason"))
RELATIONS = frozenset(("positive", "not_positive", "not_negative"))
SEVERITIES = frozenset(("blocking", "warning", "unchecked"))
GATES = frozenset(("handover", "closing", "archiving"))
COLOURS = frozenset(("any", "required"))


@dataclass(frozen=True)
class Key:
    """kind: text | number | flag | day | texts | entries | marks (a mapping of texts) | scalar; refers: section that its ids must be in."""

    kind: str
    needed: bool = False
    refers: str = ""
    among: frozenset[str] = frozenset()
    inside: Mapping[str, Key] | None = None


_TEXT, _TEXTS, _FLAG = Key("text"), Key("texts"), Key("flag")
_NEEDED = Key("text", needed=True)
_CITE = Key("texts")
_NAMED = {"id": _NEEDED, "name": _NEEDED, "note": _TEXT}

EVIDENCE = {
    "material": Key("text", needed=True, refers="types"),
    "or": Key("texts", refers="types"),
    "when": Key("text", refers="conditions"),
    "optional": _FLAG,
    "per": _TEXT,
    "asked_by": Key("texts", refers="sources"),
    "own": _FLAG,
}
ITEM = {"name": _NEEDED, "groups": Key("texts", refers="groups")}
PROFILE = {
    "name": _NEEDED,
    "court_code": _TEXT,
    "version": _NEEDED,
    "effective_from": Key("day", needed=True),
    "archive_chain": Key("texts", refers="nodes"),
    "switches": Key("marks"),
    "cite": Key("texts", needed=True),
    "note": _TEXT,
}
SECTIONS: Mapping[str, Mapping[str, Key]] = {
    "sources": {
        "id": _NEEDED,
        "title": _NEEDED,
        "profile": _TEXT,
        "origin": Key("text", among=SEEN),
        "backed": _TEXTS,
        "note": _TEXT,
    },
    "volumes": _NAMED,
    "units": _NAMED,
    "roles": _NAMED,
    "case_kinds": _NAMED,
    "closing_modes": _NAMED,
    "anchors": {
        **_NAMED,
        "fallback": Key("text", refers="anchors"),
        "documents": Key("texts", refers="types"),
        "stand_in": Key("texts", refers="types"),
        "repeats": _FLAG,
    },
    "conditions": {
        **_NAMED,
        "documents": Key("texts", refers="types"),
        "anchors": Key("texts", refers="anchors"),
        "case_kinds": Key("texts", refers="case_kinds"),
        "closing_modes": Key("texts", refers="closing_modes"),
        "conditions": Key("texts", refers="conditions"),
        "unless": Key("texts", refers="conditions"),
    },
    "elements": {"id": _NEEDED, "label": _NEEDED, "detector": _NEEDED, "hint": _TEXT},
    "groups": {"id": _NEEDED, "name": _NEEDED, "note": _TEXT},
    "contents": {
        "id": _NEEDED,
        "volume": Key("text", needed=True, refers="volumes"),
        "kinds": Key("texts", needed=True, refers="case_kinds"),
        "items": Key("entries", needed=True, inside=ITEM),
        "cite": _CITE,
        "note": _TEXT,
    },
    "types": {
        "id": _NEEDED,
        "name": _NEEDED,
        "volume": Key("text", needed=True, refers="volumes"),
        "group": Key("text", needed=True, refers="groups"),
        "order": Key("number"),
        "title_keywords": Key("texts", needed=True),
        "aliases": _TEXTS,
        "body_phrases": _TEXTS,
        "required": Key("marks", refers="elements", among=REQUIRED_BY),
        "color_scan": Key("text", among=COLOURS),
        "media": Key("texts", needed=True, among=MEDIA),
        "origin": Key("text", needed=True, among=ORIGINS),
        "filed_when": Key("text", refers="conditions"),
        "near": Key("marks", refers="types"),
        "cite": _CITE,
        "note": _TEXT,
    },
    "nodes": {
        "id": _NEEDED,
        "seq": Key("number", needed=True),
        "name": _NEEDED,
        "phase": _NEEDED,
        "core": _FLAG,
        "applies_to": Key("texts", needed=True, refers="case_kinds"),
        "condition": Key("text", needed=True, refers="conditions"),
        "roles": Key("texts", needed=True, refers="roles"),
        "key_node": _FLAG,
        "stage": Key("text", among=STAGES),
        "starts_with": Key("texts", refers="anchors"),
        "evidence": Key("entries", inside=EVIDENCE),
        "cite": _CITE,
        "on_failure": _TEXT,
        "note": _TEXT,
    },
    "deadlines": {
        "id": _NEEDED,
        "node": Key("text", needed=True, refers="nodes"),
        "action": _NEEDED,
        "amount": Key("number", needed=True),
        "unit": _NEEDED,
        "anchor": Key("text", needed=True, refers="anchors"),
        "kind": Key("text", needed=True, among=KINDS),
        "when": Key("text", refers="conditions"),
        "instead_of": Key("texts", refers="deadlines"),
        "cite": _CITE,
        "note": _TEXT,
    },
    "packs": {
        **_NAMED,
        "kinds": Key("texts", needed=True, refers="case_kinds"),
        "modes": Key("texts", refers="closing_modes"),
        "nodes": Key("texts", needed=True, refers="nodes"),
        "cite": _CITE,
    },
    "checks": {
        "id": _NEEDED,
        "name": _NEEDED,
        "form": Key("text", needed=True, among=FORMS),
        "severity": Key("text", needed=True, among=SEVERITIES),
        "who": Key("text", needed=True, refers="roles"),
        "remedy": _NEEDED,
        "gates": Key("texts", among=GATES),
        "kinds": Key("texts", refers="case_kinds"),
        "modes": Key("texts", refers="closing_modes"),
        "when": Key("text", refers="conditions"),
        "unless": Key("texts", refers="conditions"),
        "documents": Key("texts", refers="types"),
        "fields": Key("texts", among=FIELDS),
        "less": Key("texts", among=FIELDS),
        "relation": Key("text", among=RELATIONS),
        "chain": _TEXTS,
        "conditions": Key("texts", refers="conditions"),
        "words": _TEXTS,
        "per": _TEXT,
        "amount": Key("number"),
        "unit": Key("text", refers="units"),
        "anchor": Key("text", refers="anchors"),
        "waivable": _FLAG,
        "cite": _CITE,
        "note": _TEXT,
    },
    "switches": {
        "id": _NEEDED,
        "name": _NEEDED,
        "value": Key("scalar", needed=True),
        "allowed": Key("scalars"),
        "refers": _TEXT,
        "cite": _CITE,
        "note": _TEXT,
    },
}
CITED = frozenset(("contents", "types", "nodes", "deadlines", "packs", "checks", "switches"))


def check_entry(entry: Entry, keys: Mapping[str, Key], what: str) -> list[RuleProblem]:
    """Problems of one entry against its keys; `what` names it in the messages."""
    problems = [RuleProblem(entry.file, entry.line_of(key), f"{what}：不认识的键“{key}”") for key in entry if key not in keys]
    for name, key in keys.items():
        if name not in entry:
            if key.needed:
                problems.append(RuleProblem(entry.file, entry.line, f"{what}：缺少“{name}”"))
            continue
        problems += _check_value(entry, name, key, what)
    return problems


def _check_value(entry: Entry, name: str, key: Key, what: str) -> list[RuleProblem]:
    value = entry[name]
    if not _is_kind(value, key.kind):
        return [RuleProblem(entry.file, entry.line_of(name), f"{what}：“{name}”应为{_KIND_NAMES[key.kind]}，实为“{value}”")]
    if key.inside is not None:
        return [p for item in entry.entries(name) for p in check_entry(item, key.inside, f"{what} {name}")]
    if not key.among:
        return []
    given = value.values() if isinstance(value, Entry) else entry.texts(name)
    line = entry.line_of(name)
    return [
        RuleProblem(entry.file, line, f"{what}：“{name}”的值“{one}”不在 {'、'.join(sorted(key.among))} 之中")
        for one in given
        if one not in key.among
    ]


def _is_kind(value: object, kind: str) -> bool:
    if kind == "text":
        return isinstance(value, str) and value != ""
    if kind == "number":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "day":
        return isinstance(value, date)
    if kind == "marks":
        return isinstance(value, Entry)
    if kind == "scalar":
        return isinstance(value, (str, int)) or _list_of(value, str)
    if kind == "scalars":
        return _list_of(value, (str, int))
    return _list_of(value, Entry) if kind == "entries" else isinstance(value, str) or _list_of(value, str)


def _list_of(value: object, kind: type | tuple[type, ...]) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


_KIND_NAMES = {
    "text": "文字",
    "number": "整数",
    "flag": "true 或 false",
    "day": "日期",
    "texts": "文字列表",
    "entries": "条目列表",
    "marks": "“键: 值”",
    "scalar": "文字、整数、是/否或文字列表",
    "scalars": "文字或整数的列表",
}
