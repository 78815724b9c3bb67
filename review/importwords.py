"""The words of a court's own catalogue to ours: its names of nodes, materials, posts, events and limits in, ids and numbers (or nothing) out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from review.normalise import compact
from review.numerals import chinese_number
from review.rulebook import Catalogue, RuleProblem, RulesError
from review.rules_load import home_of
from review.yamlmarks import Entry, parse

FILE = "import.yaml"
TITLES = "classify.yaml"
COLUMNS = ("node", "phase", "roles", "action", "amount", "unit", "kind", "anchor", "materials", "cite", "key_node", "note")
_SECTIONS = ("nodes", "anchors", "roles", "types")
_TOP = ("columns", "units", "kinds", "yes", *_SECTIONS)
# Per cent of likeness from which a name, or a part of it for a longer text, is offered as what may have been meant.
_NEAR, _PART, _LONG = 50.0, 70.0, 4
_AROUND = re.compile(r"^[自从]|(?:之日起|之日|日起|之时|起|日|后|时)$")
_LIMIT = re.compile(
    r"^(?P<before>满|须满|至少|不少于|不早于|超过|至迟|最迟)?(?P<n>[0-9]{1,5}|[一二两三四五六七八九十百]{1,6})(?P<unit>.*?)(?:以?内|之内)?$"
)
_CLOCK = re.compile(r"^(?:每工作日|每日|每天)?(?P<hour>[0-2]?[0-9])[:：点时](?:00|整)?(?:前)?$")
_AT_LEAST = ("满", "须满", "至少", "不少于", "不早于", "超过")
_WITHOUT_NUMBER = {"same_day": 0, "next_day": 1, "daily": 0, "weekly": 0, "monthly": 0}
_ROUNDS = {"daily": "each_workday", "weekly": "each_week", "monthly": "each_month", "clock": "each_workday"}


@dataclass(frozen=True)
class Limit:
    """A limit as written: amount and unit of our rules; at_least: it must be full before anything may be done; anchor: when the words tell it."""

    amount: int
    unit: str
    at_least: bool = False
    anchor: str | None = None


class Words:
    """Every name that an id is known by, for one catalogue."""

    def __init__(self, texts: Mapping[str, str], catalogue: Catalogue) -> None:
        """texts: path → content with import.yaml. RulesError when that file names what is not there."""
        root = _root(texts)
        problems = _problems(root, catalogue)
        if problems:
            raise RulesError(tuple(problems))
        self.catalogue = catalogue
        self.columns = {title: column for column, titles in _table(root, "columns").items() for title in titles}
        self._yes = frozenset(root.texts("yes"))
        self._units = {word: unit for unit, words in _table(root, "units").items() for word in words}
        self._kinds = {word: kind for kind, words in _table(root, "kinds").items() for word in words}
        self._names = {
            "nodes": _index({id: (one.name,) for id, one in catalogue.nodes.items()}, _table(root, "nodes")),
            "types": _index({id: (one.name, *one.aliases) for id, one in catalogue.types.items()}, _table(root, "types")),
            "roles": _index({id: (name, *re.split(r"[/(]", name)) for id, name in catalogue.roles.items()}, _table(root, "roles")),
            "anchors": _index(
                {id: (one.name, bare(one.name)) for id, one in catalogue.anchors.items()}, _table(root, "anchors"), also=bare
            ),
        }

        self._titles = _index({}, _titles(texts))

    def find(self, section: str, said: str) -> str | None:
        """The id that is meant by an id or a name; None when nothing, or more than one thing, is called so."""
        if said in getattr(self.catalogue, section):
            return said
        names = self._names[section]
        found = names.get(_key(said), frozenset()) or (names.get(_key(bare(said)), frozenset()) if section == "anchors" else frozenset())
        if section == "types" and not found:
            found = self._titles.get(_key(said), frozenset())
        return next(iter(found)) if len(found) == 1 else None

    def near(self, section: str, said: str) -> str | None:
        """The name most like what was said, to be offered to a person; None when nothing is like it."""
        names = {_key(name): name for name in self._told(section)}
        whole = process.extractOne(_key(said), names.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR)
        long = len(_key(said)) >= _LONG
        best = whole or (process.extractOne(_key(said), names.keys(), scorer=fuzz.partial_ratio, score_cutoff=_PART) if long else None)
        return names[best[0]] if best else None

    def kind(self, said: str) -> str | None:
        """max | min | target | warn; None for an unknown word."""
        return self._kinds.get(said)

    def yes(self, said: str) -> bool:
        return said in self._yes

    def limit(self, said: str, unit: str) -> Limit | None:
        """'2' with '工作日', '15个工作日内', '当日', '满三个月', '每工作日15:00' …; None when it cannot be understood."""
        text = compact(said)
        if clock := _CLOCK.match(text):
            return Limit(int(clock["hour"]), "clock", anchor=_ROUNDS["clock"]) if int(clock["hour"]) <= 24 else None
        plain = self._units.get(re.sub(r"^(?:至迟|最迟)", "", text)) or (self._units.get(compact(unit)) if not text else None)
        if plain in _WITHOUT_NUMBER:
            return Limit(_WITHOUT_NUMBER[plain], plain, anchor=_ROUNDS.get(plain))
        match = _LIMIT.match(text)
        if match is None:
            return None
        return self._counted(match, unit)

    def _counted(self, match: re.Match[str], unit: str) -> Limit | None:
        amount = int(match["n"]) if match["n"].isdecimal() else chinese_number(match["n"])
        said = match["unit"] or compact(unit)
        found = self._units.get(said) or self._units.get(said.removeprefix("个"))
        if amount is None or found is None or found in _WITHOUT_NUMBER:
            return None
        if match["unit"] and unit and self._units.get(compact(unit), found) != found:
            return None  # the two cells contradict each other
        if found == "week":
            amount, found = amount * 7, "day"
        return Limit(amount, found, (match["before"] or "") in _AT_LEAST)

    def _told(self, section: str) -> Iterable[str]:
        entries = getattr(self.catalogue, section)
        return [one if isinstance(one, str) else one.name for one in entries.values()]


def bare(name: str) -> str:
    """An event without the words around it: 自立案之日起 → 立案."""
    text = compact(re.sub(r"[（(].*?[）)]", "", name))
    while (shorter := _AROUND.sub("", text)) != text and shorter:
        text = shorter
    return text


def _key(name: str) -> str:
    return re.sub(r"[《》“”\"'\s]", "", compact(name)).replace("(", "").replace(")", "")


def _index(names: Mapping[str, Iterable[str]], more: Mapping[str, tuple[str, ...]], also: object = None) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for table in (names, more):
        for id, told in table.items():
            for name in told:
                for key in {_key(name), *((_key(bare(name)),) if also is bare else ())} - {""}:
                    found[key] = found.get(key, frozenset()) | {id}
    return found


def _root(texts: Mapping[str, str]) -> Entry:
    path = next((path for path in sorted(texts) if path.rpartition("/")[2] == FILE and home_of(path) == ""), None)
    if path is None:
        raise RulesError((RuleProblem(FILE, 1, "缺少规则文件"),))
    return parse(path, texts[path])


def _titles(texts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The other titles by which papers are recognised: what a clerk writes on a paper is also how a clerk's table calls it."""
    path = next((path for path in sorted(texts) if path.rpartition("/")[2] == TITLES and home_of(path) == ""), None)
    return {} if path is None else _table(parse(path, texts[path]), "titles")


def _table(root: Entry, section: str) -> dict[str, tuple[str, ...]]:
    entry = root.get(section)
    return {key: entry.texts(key) for key in entry} if isinstance(entry, Entry) else {}


def _problems(root: Entry, catalogue: Catalogue) -> Iterable[RuleProblem]:
    found = [RuleProblem(root.file, root.line_of(key), f"不认识的段“{key}”") for key in root if key not in _TOP]
    known = {"columns": COLUMNS, "units": (*catalogue.units, "week"), "kinds": ("max", "min", "target", "warn")}
    known |= {section: tuple(getattr(catalogue, section)) for section in _SECTIONS}
    for section, ids in known.items():
        entry = root.get(section)
        if not isinstance(entry, Entry):
            found.append(RuleProblem(root.file, root.line_of(section), f"缺少“{section}”段"))
            continue
        found += [RuleProblem(root.file, entry.line_of(id), f"{section}：“{id}”不存在") for id in entry if id not in ids]
    return found
