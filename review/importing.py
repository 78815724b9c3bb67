"""A court's own node catalogue as rows of a table to a version of its profile: rows and the present rules in, rule files and what could not be read out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from review.importwords import Limit, Words
from review.normalise import compact
from review.rulebook import Catalogue, DeadlineRule, Evidence, Node, source_of
from review.rules_load import BASE, home_of
from review.versions import VERSION
from review.yamlmarks import Entry, parse

_NONE = frozenset(("", "无", "-", "/", "不限", "无期限", "—"))
_OPTIONAL = re.compile(r"[（(](?:可选|如有|选交|有则提供|必要时)[)）]")
_PER = re.compile(r"[（(](?:每(?:名|个|位)?)?(?P<party>被执行人|申请执行人|当事人)(?:每人|各)?(?:一份)[)）]")
_ROUND_KINDS = {"daily": "recurring", "weekly": "recurring", "monthly": "recurring", "clock": "cutoff"}
_NAMES = {
    "node": "节点", "phase": "阶段", "roles": "责任岗位", "action": "应办事项", "amount": "期限", "unit": "单位", "kind": "期限种类",
    "anchor": "起算", "materials": "应有材料", "cite": "依据", "key_node": "主要节点", "note": "备注",
}  # fmt: skip


@dataclass(frozen=True)
class TableRow:
    """A row of the court's table: its number in the file and its cells by title."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class RowProblem:
    """A cell that could not be understood; near: a name of ours that is like what was said, for a person to decide."""

    row: int
    column: str
    said: str
    message: str
    near: str | None = None


@dataclass(frozen=True)
class Head:
    """Whose rules these are, and from when. name: of the court; source: how its catalogue is called in citations; only_listed: see `read`."""

    profile: str
    name: str
    version: str
    effective_from: date
    source: str
    title: str
    court_code: str = ""
    only_listed: bool = False

    @property
    def home(self) -> str:
        """The folder of this version among the rule texts."""
        return f"{self.profile}{VERSION}{self.effective_from.isoformat()}"


@dataclass
class Reading:
    """What became of a table: problems of rows, and the nodes and deadlines that the others change."""

    problems: list[RowProblem] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)
    listed: dict[str, set[str]] = field(default_factory=dict)  # node → materials named for it
    deadlines: dict[str, DeadlineRule] = field(default_factory=dict)
    rows: int = 0

    @property
    def bad_rows(self) -> frozenset[int]:
        return frozenset(problem.row for problem in self.problems)


def read(rows: Sequence[TableRow], words: Words, head: Head) -> Reading:
    """Every row whose names are all known, over the present rules; the others are problems and change nothing.

    A material that a node did not have is added and demanded; one that the table does not name stays as it was, or, with only_listed,
    becomes optional for the nodes that the table names. A limit is added beside those that bind every court, instead of the court's own.
    """
    reading = Reading()
    for row in rows:
        cells = {words.columns[title]: text.strip() for title, text in row.cells.items() if title in words.columns}
        one = _Row(row.number, cells, words, head, reading)
        reading.rows += 1
        one.apply()
    if head.only_listed:
        for id, node in reading.nodes.items():
            listed = reading.listed.get(id, set())
            lines = (line if listed & set(line.accepted) else replace(line, optional=True) for line in node.evidence)
            reading.nodes[id] = replace(node, evidence=tuple(lines))
    return reading


class _Row:
    """One row while it is being read."""

    def __init__(self, number: int, cells: Mapping[str, str], words: Words, head: Head, reading: Reading) -> None:
        self._number, self._cells, self._words, self._head, self._reading = number, cells, words, head, reading
        self._catalogue = words.catalogue

    def apply(self) -> None:
        """Reads everything first, so that a row with a problem changes nothing."""
        before = len(self._reading.problems)
        id = self._one("nodes", "node", self._cell("node"))
        roles = [role for said in _parts(self._cell("roles"), "、,，；;/\n") if (role := self._one("roles", "roles", said))]
        materials = list(self._materials())
        limit, anchor = self._limit()
        if len(self._reading.problems) > before or id is None:
            return
        node = self._reading.nodes.get(id, self._catalogue.nodes[id])
        cite = tuple(dict.fromkeys((*node.cite, *self._cite())))
        node = replace(node, phase=self._cell("phase") or node.phase, roles=tuple(roles) or node.roles, cite=cite)
        if self._cell("key_node"):
            node = replace(node, key_node=self._words.yes(self._cell("key_node")))
        self._reading.nodes[id] = replace(node, evidence=_with(node.evidence, materials, self._head.source))
        self._reading.listed.setdefault(id, set()).update(type for line in materials for type in line.accepted)
        if limit is not None and anchor is not None:
            self._deadline(id, limit, anchor)

    def _cell(self, column: str) -> str:
        return self._cells.get(column, "")

    def _problem(self, column: str, said: str, message: str, near: str | None = None) -> None:
        self._reading.problems.append(RowProblem(self._number, _NAMES[column], said, message, near))

    def _one(self, section: str, column: str, said: str) -> str | None:
        if not said:
            self._problem(column, said, f"没有填写{_NAMES[column]}")
            return None
        found = self._words.find(section, said)
        if found is None:
            self._problem(column, said, f"没有名为“{said}”的{_NAMES[column]}", self._words.near(section, said))
        return found

    def _materials(self) -> Iterator[Evidence]:
        """Separated by ；, or by 、 where that is no part of a name; 甲或乙 is one line with an alternative."""
        for part in _parts(self._cell("materials"), "；;\n"):
            bare = _PER.sub("", _OPTIONAL.sub("", part))
            for said in [part] if self._words.find("types", bare) else _parts(part, "、,，"):
                yield from self._material(said)

    def _material(self, said: str) -> Iterator[Evidence]:
        per = _PER.search(said)
        bare = _PER.sub("", _OPTIONAL.sub("", said)).strip()
        names = [bare] if self._words.find("types", bare) else _parts(bare, "或")
        found = [self._one("types", "materials", name) for name in names]
        types = [id for id in found if id is not None]
        if types and len(types) == len(found):
            optional = _OPTIONAL.search(said) is not None
            yield Evidence(types[0], optional=optional, per=per["party"] if per else None, alternatives=tuple(types[1:]))

    def _limit(self) -> tuple[Limit | None, str | None]:
        said, unit = self._cell("amount"), self._cell("unit")
        if compact(said) in _NONE and compact(unit) in _NONE:
            return None, None
        limit = self._words.limit("" if compact(said) in _NONE else said, unit)
        if limit is None:
            self._problem("amount", f"{said} {unit}".strip(), "期限看不懂，应如 2 工作日、24小时、当日、满3个月")
            return None, None
        if kind := self._cell("kind"):
            if self._words.kind(kind) is None:
                self._problem("kind", kind, f"没有名为“{kind}”的期限种类")
            limit = replace(limit, at_least=limit.at_least or self._words.kind(kind) == "min")
        anchor = limit.anchor or self._one("anchors", "anchor", self._cell("anchor"))
        return limit, anchor

    def _deadline(self, node: str, limit: Limit, anchor: str) -> None:
        kind = "min" if limit.at_least else self._words.kind(self._cell("kind")) or _ROUND_KINDS.get(limit.unit, "max")
        rules = [rule for rule in self._catalogue.deadlines.values() if rule.node == node and rule.kind == kind]
        if any((rule.amount, rule.unit, rule.anchor) == (limit.amount, limit.unit, anchor) and self._own(rule) for rule in rules):
            return
        taken = {*self._catalogue.deadlines, *self._reading.deadlines}
        stem = f"{self._head.profile}.{node}"
        id = next(one for one in (stem, *(f"{stem}.{count}" for count in range(1, 1000))) if one not in taken)
        made = DeadlineRule(
            id=id,
            node=node,
            action=self._cell("action") or f"办理“{self._catalogue.nodes[node].name}”",
            amount=limit.amount,
            unit=limit.unit,
            anchor=anchor,
            kind=kind,
            cite=self._cite(),
            instead_of=tuple(rule.id for rule in rules if self._own(rule)),
        )
        # A row that was copied by mistake would be a second clock that runs beside the first.
        if all(replace(one, id=id) != made for one in self._reading.deadlines.values()):
            self._reading.deadlines[id] = made

    def _own(self, rule: DeadlineRule) -> bool:
        """True for a rule of this court alone."""
        return any(self._catalogue.sources[source_of(text)].profile == self._head.profile for text in rule.cite)

    def _cite(self) -> tuple[str, ...]:
        """The row's citations; one that names no source of ours is of the court's own catalogue."""
        told = [
            text if source_of(text) in self._catalogue.sources else f"{self._head.source} {text}"
            for text in _parts(self._cell("cite"), "；;\n")
        ]
        return tuple(told) or (f"{self._head.source} 第{self._number}行",)


def _parts(text: str, separators: str) -> list[str]:
    return [part for piece in re.split(f"[{re.escape(separators)}]", text) if (part := piece.strip().strip("《》“”").strip())]


def _with(lines: Sequence[Evidence], named: Sequence[Evidence], source: str) -> tuple[Evidence, ...]:
    """The evidence of a node with what the court names: known lines are asked for by this court, too; new ones are added."""
    found = list(lines)
    for one in named:
        place = next((index for index, line in enumerate(found) if one.material in line.accepted), None)
        if place is None:
            found.append(one)
            continue
        line = found[place]
        asked_by = (*line.asked_by, source) if line.asked_by and source not in line.asked_by else line.asked_by
        alternatives = tuple(dict.fromkeys((*line.alternatives, *(id for id in one.accepted if id not in line.accepted))))
        found[place] = replace(line, optional=one.optional, asked_by=asked_by, alternatives=alternatives, per=one.per or line.per)
    return tuple(found)


def files(texts: Mapping[str, str], before: Catalogue, reading: Reading, head: Head) -> dict[str, str]:
    """The rule files of the new version (path among the rule texts → content): the shipped files of this court, and what the table changes."""
    shipped = {path: text for path, text in texts.items() if home_of(path) == head.profile}
    kept = {f"{head.home}/{path.split('/', 1)[1]}": text for path, text in shipped.items() if not path.endswith("profile.yaml")}
    own = next((parse(path, text).get("profile") for path, text in shipped.items() if path.endswith("profile.yaml")), None)
    return {
        **kept,
        f"{head.home}/profile.yaml": _profile(before, own if isinstance(own, Entry) else None, head),
        f"{head.home}/imported.yaml": _imported(before, reading, head),
    }


def _profile(before: Catalogue, own: Entry | None, head: Head) -> str:
    switches = own.get("switches") if own is not None else None
    chain = before.archive_chain
    told: dict[str, object] = {
        "name": head.name,
        **({"court_code": head.court_code or before.court_code} if head.court_code or before.court_code else {}),
        "version": head.version,
        "effective_from": head.effective_from,
        "archive_chain": chain,
        "cite": [*(own.texts("cite") if own is not None else ()), head.source],
        **({"switches": dict(switches)} if isinstance(switches, Entry) else {}),
        "note": f"由{head.title}导入",
    }
    return f"# {head.name}的规则，自 {head.effective_from} 起施行。\nprofile:\n" + _mapping(told, "  ")


def _imported(before: Catalogue, reading: Reading, head: Head) -> str:
    nodes = [{"id": id, "override": True, **_node(node, before.nodes[id])} for id, node in reading.nodes.items()]
    deadlines = [_rule(rule) for rule in reading.deadlines.values()]
    source = {"id": head.source, "title": head.title, "profile": head.profile}
    return "".join(
        f"{section}:\n" + "".join(f"- {_mapping(entry, '  ')[2:]}" for entry in entries)
        for section, entries in (("sources", [source]), ("nodes", nodes), ("deadlines", deadlines))
        if entries
    )


def _node(node: Node, before: Node) -> dict[str, object]:
    """What differs from the node as it was."""
    told: dict[str, object] = {}
    for key in ("phase", "roles", "key_node", "cite"):
        if getattr(node, key) != getattr(before, key):
            told[key] = getattr(node, key)
    if node.evidence != before.evidence:
        told["evidence"] = [_line(line) for line in node.evidence]
    return told


def _line(line: Evidence) -> dict[str, object]:
    told: dict[str, object] = {"material": line.material, "or": line.alternatives, "per": line.per, "asked_by": line.asked_by}
    extra: dict[str, object] = {"when": line.when if line.when != "always" else None, "optional": line.optional}
    return {key: value for key, value in (told | extra).items() if value}


def _rule(rule: DeadlineRule) -> dict[str, object]:
    told = {key: getattr(rule, key) for key in ("id", "node", "action", "amount", "unit", "anchor", "kind", "cite", "instead_of")}
    return {key: value for key, value in told.items() if value or key == "amount"}


def _mapping(entry: Mapping[str, object], indent: str) -> str:
    return "".join(f"{indent}{key}: {_value(value)}\n" for key, value in entry.items())


def _value(value: object) -> str:
    """JSON is YAML; a day stays bare, so that it is read as a day."""
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def base_of(texts: Mapping[str, str], profile: str) -> str:
    """The shipped profile that an import builds on: the court's own when there is one, else the common part."""
    return profile if any(home_of(path) == profile for path in texts) else BASE
