"""Rule files to checked entries: path → text in, the sections of one profile over the base out, or every problem with file and line."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from review.rulebook import RuleProblem, RulesError, source_of
from review.rules_schema import CITED, NEEDED_BY_FORM, PROFILE, SECTIONS, UNITS, Key, check_entry
from review.yamlmarks import Entry, parse

BASE = "base"
HOLIDAYS = "holidays"
LEARNED, CURRENT = "learned", "learned/current"  # weights, not rules; which of them an installation chose
_SPECIAL = frozenset("\\.^$*+?{}[]()|")
_NAMES = {
    "types": "材料类型",
    "nodes": "节点",
    "deadlines": "期限",
    "conditions": "条件",
    "anchors": "起算事件",
    "roles": "角色",
    "elements": "要素",
    "groups": "目录组",
    "contents": "卷内目录",
    "packs": "结案材料包",
    "checks": "全案核查",
    "switches": "开关",
    "sources": "依据",
    "volumes": "卷别",
    "units": "单位",
    "case_kinds": "案件类型",
    "closing_modes": "结案方式",
}


@dataclass
class Sections:
    """What the files of one profile say, by section and id, while it is being checked."""

    profile: str
    entries: dict[str, dict[str, Entry]] = field(default_factory=lambda: {name: {} for name in SECTIONS})
    head: Entry | None = None
    case_no_regex: tuple[str, str, int] | None = None  # text, file, line
    problems: list[RuleProblem] = field(default_factory=list)

    def complain(self, entry: Entry, key: str, message: str) -> None:
        """Adds a problem at the line of a key."""
        self.problems.append(RuleProblem(entry.file, entry.line_of(key), message))

    def each(self, section: str) -> Iterable[tuple[str, Entry]]:
        """Id and entry of a section, in file order."""
        return self.entries[section].items()


def home_of(path: str) -> str:
    """The folder a rule file belongs to: 'base', a profile's id, 'holidays' or 'learned'; '' when it lies in none.

    Paths are counted from the folder of the rules; a prefix that ends in 'rules/' is ignored.
    """
    parts = PurePosixPath(path).parts
    if "rules" in parts:
        parts = parts[len(parts) - parts[::-1].index("rules") :]
    return parts[0] if len(parts) > 1 else ""


def profile_ids(texts: Mapping[str, str]) -> tuple[str, ...]:
    """The ids of the courts' profiles: every folder but base, holidays and what was learned."""
    return tuple(sorted({home_of(path) for path in texts} - {"", BASE, HOLIDAYS, LEARNED}))


def gather(texts: Mapping[str, str], profile: str) -> Sections:
    """Reads, merges and checks the files of base and profile. RulesError with all problems, sorted by file and line."""
    if profile != BASE and profile not in profile_ids(texts):
        raise RulesError((RuleProblem(profile, 1, f"没有法院规则配置“{profile}”"),))
    sections = Sections(profile)
    for home in dict.fromkeys((BASE, profile)):
        for path in sorted(path for path in texts if home_of(path) == home):
            _read(sections, home, path, texts[path])
    if sections.head is None:
        sections.problems.append(RuleProblem(f"{profile}/profile.yaml", 1, "缺少 profile 段（名称、版本、施行日）"))
    _check_shapes(sections)
    if not sections.problems:  # a reference into a broken entry would only repeat the first complaint
        _check_references(sections)
        _check_meaning(sections)
    if sections.problems:
        raise RulesError(tuple(sorted(sections.problems, key=lambda p: (p.file, p.line, p.message))))
    return sections


def _read(sections: Sections, home: str, path: str, text: str) -> None:
    try:
        root = parse(path, text)
    except RulesError as error:
        sections.problems += error.problems
        return
    for name, value in root.items():
        if name == "case_no_regex" and isinstance(value, str):
            sections.case_no_regex = (value, path, root.line_of(name))
        elif name == "profile" and isinstance(value, Entry):
            if home == sections.profile:
                sections.head = value
        elif name not in SECTIONS:
            sections.complain(root, name, f"不认识的段“{name}”")
        elif not isinstance(value, list):
            sections.complain(root, name, f"“{name}”应为条目列表")
        else:
            for item in value:
                _take(sections, root, name, item)


def _take(sections: Sections, root: Entry, section: str, item: object) -> None:
    if not isinstance(item, Entry) or not item.text("id"):
        line = item.line if isinstance(item, Entry) else root.line_of(section)
        sections.problems.append(RuleProblem(root.file, line, f"{_NAMES[section]}：缺少“id”"))
        return
    known = sections.entries[section]
    id = item.text("id")
    if item.get("override") is True:
        if id not in known:
            sections.complain(item, "id", f"{_NAMES[section]}“{id}”：override 所改的条目不存在")
            return
        known[id] = _over(known[id], item)
    elif id in known:
        first = known[id]
        sections.complain(item, "id", f"{_NAMES[section]}“{id}”重复，已见于 {first.file}:{first.line}")
    else:
        known[id] = item


def _over(below: Entry, above: Entry) -> Entry:
    """The lower entry with the keys of the upper one; lines point at the upper file only for what it says."""
    merged = Entry(above.file, above.line)
    merged.update({key: value for key, value in {**below, **above}.items() if key != "override"})
    merged.lines = {key: above.lines.get(key, above.line) for key in merged}
    return merged


def _check_shapes(sections: Sections) -> None:
    for section, keys in SECTIONS.items():
        for id, entry in sections.each(section):
            sections.problems += check_entry(entry, keys, f"{_NAMES[section]}“{id}”")
    if sections.head is not None:
        sections.problems += check_entry(sections.head, PROFILE, "profile")


def _check_references(sections: Sections) -> None:
    for section, keys in SECTIONS.items():
        for id, entry in sections.each(section):
            _check_refers(sections, entry, keys, f"{_NAMES[section]}“{id}”")
    if sections.head is not None:
        _check_refers(sections, sections.head, PROFILE, "profile")


def _check_refers(sections: Sections, entry: Entry, keys: Mapping[str, Key], what: str) -> None:
    for name in entry:
        key = keys[name]
        if key.inside is not None:
            for item in entry.entries(name):
                _check_refers(sections, item, key.inside, what)
        if not key.refers:
            continue
        value = entry[name]
        for id in value if isinstance(value, Entry) else entry.texts(name):
            if id not in sections.entries[key.refers]:
                sections.complain(entry, name, f"{what}：{_NAMES[key.refers]}“{id}”不存在")


def _check_meaning(sections: Sections) -> None:
    for check in (
        _check_cites,
        _check_types,
        _check_nodes,
        _check_clocks,
        _check_groups,
        _check_switches,
        _check_fallbacks,
        _check_chains,
        _check_regex,
    ):
        check(sections)


def _check_cites(sections: Sections) -> None:
    cited = [(section, id, entry) for section in CITED for id, entry in sections.each(section)]
    if sections.head is not None:
        cited.append(("", "profile", sections.head))
    for section, id, entry in cited:
        what = f"{_NAMES.get(section, section)}“{id}”"
        if not entry.texts("cite") and entry.get("origin") != "standard_memory":
            sections.complain(entry, "cite", f"{what}：缺少依据（cite）")
        for text in entry.texts("cite"):
            if source_of(text) not in sections.entries["sources"]:
                sections.complain(entry, "cite", f"{what}：依据“{text}”的来源“{source_of(text)}”未登记")


def _check_types(sections: Sections) -> None:
    taken: dict[tuple[str, int], str] = {}
    for id, entry in sections.each("types"):
        volume, order = entry.text("volume"), entry.get("order")
        filed = volume in ("main", "sub", "pouch")
        if filed and not isinstance(order, int):
            sections.complain(entry, "order", f"材料类型“{id}”：归入卷宗的材料须有“order”")
        elif filed and isinstance(order, int):
            other = taken.setdefault((volume, order), id)
            if other != id:
                sections.complain(entry, "order", f"材料类型“{id}”：{volume} 卷位次 {order} 与“{other}”重复")
        for phrase in (*entry.texts("title_keywords"), *entry.texts("body_phrases")):
            _check_pattern(sections, entry, phrase, f"材料类型“{id}”")


def _check_pattern(sections: Sections, entry: Entry, pattern: str, what: str) -> None:
    if _SPECIAL.isdisjoint(pattern):  # most phrases are plain words, and compiling them is most of the loading time
        return
    try:
        re.compile(pattern)
    except re.error as error:
        sections.complain(entry, "body_phrases", f"{what}：“{pattern}”不是有效的正则表达式（{error}）")


def _check_nodes(sections: Sections) -> None:
    taken: dict[object, str] = {}
    for id, entry in sections.each("nodes"):
        other = taken.setdefault(entry["seq"], id)
        if other != id:
            sections.complain(entry, "seq", f"节点“{id}”：顺序号 {entry['seq']} 与“{other}”重复")


def _check_clocks(sections: Sections) -> None:
    for id, entry in sections.each("deadlines"):
        amount, unit = entry["amount"], entry.text("unit")
        if unit not in UNITS or unit not in sections.entries["units"]:
            sections.complain(entry, "unit", f"期限“{id}”：单位“{unit}”不存在")
        if not isinstance(amount, int) or amount < 0 or (unit == "clock" and amount > 24):
            sections.complain(entry, "amount", f"期限“{id}”：数量 {amount} 超出范围")
        for other in entry.texts("instead_of"):
            replaced = sections.entries["deadlines"].get(other)
            if replaced is not None and replaced.text("node") != entry.text("node"):
                sections.complain(entry, "instead_of", f"期限“{id}”：“{other}”属于别的节点，不能替代")


def _check_groups(sections: Sections) -> None:
    for id, entry in sections.each("contents"):
        seen: dict[str, int] = defaultdict(int)
        for item in entry.entries("items"):
            for group in item.texts("groups"):
                seen[group] += 1
                if seen[group] == 2:
                    sections.complain(item, "groups", f"卷内目录“{id}”：目录组“{group}”重复")


def _check_switches(sections: Sections) -> None:
    head = sections.head
    for id, entry in sections.each("switches"):
        _check_choice(sections, id, entry, entry["value"], entry, "value")
    chosen = head.get("switches") if head is not None else None
    if not isinstance(chosen, Entry):
        return
    for id, value in chosen.items():
        if id not in sections.entries["switches"]:
            sections.complain(chosen, id, f"开关“{id}”不存在")
        else:
            _check_choice(sections, id, sections.entries["switches"][id], value, chosen, id)


def _check_choice(sections: Sections, id: str, switch: Entry, value: object, place: Entry, key: str) -> None:
    allowed = switch.get("allowed")
    # 1 == True in Python: a number must not pass for a yes, nor a yes for a number.
    if isinstance(allowed, list) and not any(type(value) is type(one) and value == one for one in allowed):
        sections.complain(place, key, f"开关“{id}”：值“{value}”不在 {'、'.join(map(str, allowed))} 之中")
    section = switch.text("refers")
    if section and section not in SECTIONS:
        sections.complain(switch, "refers", f"开关“{id}”：段“{section}”不存在")
    elif section:
        for one in value if isinstance(value, list) else [value]:
            if one not in sections.entries[section]:
                sections.complain(place, key, f"开关“{id}”：{_NAMES[section]}“{one}”不存在")


def _check_fallbacks(sections: Sections) -> None:
    anchors = sections.entries["anchors"]
    for id, entry in anchors.items():
        seen, here = {id}, entry.text("fallback")
        while here in anchors:
            if here in seen:
                sections.complain(entry, "fallback", f"起算事件“{id}”：fallback 成环")
                break
            seen.add(here)
            here = anchors[here].text("fallback")


def _check_chains(sections: Sections) -> None:
    """A rule of a form that compares needs what it compares; a chain names anchors and types."""
    known = {*sections.entries["anchors"], *sections.entries["types"]}
    for id, entry in sections.each("checks"):
        what = f"全案核查“{id}”"
        for point in entry.texts("chain"):
            if point not in known:
                sections.complain(entry, "chain", f"{what}：“{point}”既不是起算事件也不是材料类型")
        for key in NEEDED_BY_FORM[entry.text("form")]:
            if not entry.get(key):
                sections.complain(entry, "form", f"{what}：这种形式须有“{key}”")


def _check_regex(sections: Sections) -> None:
    if sections.case_no_regex is None:
        sections.problems.append(RuleProblem(f"{BASE}/registries.yaml", 1, "缺少 case_no_regex"))
        return
    text, file, line = sections.case_no_regex
    try:
        names = set(re.compile(text).groupindex)
    except re.error as error:
        sections.problems.append(RuleProblem(file, line, f"case_no_regex 不是有效的正则表达式（{error}）"))
        return
    if lacking := {"year", "court", "type", "no"} - names:
        sections.problems.append(RuleProblem(file, line, f"case_no_regex 缺少分组 {'、'.join(sorted(lacking))}"))
