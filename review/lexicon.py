"""The rules for telling papers apart and looking them through: two rule files and a catalogue in, a checked Lexicon out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from review import learned
from review.learned import Learned
from review.normalise import compact
from review.phrases import Phrase, phrase
from review.rulebook import Catalogue, DocumentType, RuleProblem, RulesError, source_of
from review.rules_load import CURRENT, LEARNED
from review.yamlmarks import Entry, parse

CLASSIFY_FILE, COMPLETENESS_FILE = "classify.yaml", "completeness.yaml"
_SEVERITIES = ("blocking", "warning", "unchecked")
_TOP: Mapping[str, tuple[str, ...]] = {
    CLASSIFY_FILE: (
        "schema",
        "threshold",
        "unknown_below",
        "nouns",
        "titles",
        "families",
        "signs",
        "everyday",
        "court_words",
        "foreign",
        "other_numbers",
        "learned",
    ),
    COMPLETENESS_FILE: ("schema", "elements", "together"),
}
_KEYS: Mapping[str, tuple[str, ...]] = {
    "families": ("titles", "zone", "until", "rules"),
    "rules": ("type", "any", "all", "none", "number"),
    "signs": ("type", "at_least", "of", "none", "max_chars"),
    "foreign": ("name", "titles", "any"),
    "elements": ("id", "severity", "labels", "words", "needed", "only_when", "types"),
    "together": ("id", "when", "need", "message", "cite"),
}


@dataclass(frozen=True)
class Rule:
    """A type, and what must and must not be said: one of `any`, every one of `all`, not one of `none`.

    number: only on papers whose own case number has one of these in its kind (异 for 执异 and 执异初).
    """

    type_id: str
    any: tuple[Phrase, ...]
    all: tuple[Phrase, ...]
    none: tuple[Phrase, ...]
    number: tuple[str, ...] = ()


@dataclass(frozen=True)
class Family:
    """Types that share a title. zone: words after which the deciding ones stand (the first that is found; none: the whole paper); until: where they end."""

    titles: tuple[str, ...]
    zone: tuple[Phrase, ...]
    until: tuple[Phrase, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Sign:
    """A paper without a title: at least so many of the phrases, and not one of `none`, on a paper of at most so many characters."""

    type_id: str
    at_least: int
    of: tuple[Phrase, ...]
    max_chars: int
    none: tuple[Phrase, ...] = ()


@dataclass(frozen=True)
class Foreign:
    """A paper that is no case material, with a name for the clerk: its title ends with one of `titles`, or one of `any` is on it."""

    name: str
    titles: tuple[str, ...]
    any: tuple[Phrase, ...]


@dataclass(frozen=True)
class Check:
    """How an element is looked for.

    severity: of its absence when only form practice asks for it. labels: printed words beside which it stands; by_type: further
    labels per document type. words: any of these in the text will do. needed: how many labels or words. only_when: it is asked for
    only when one of these is written.
    """

    element: str
    severity: str = "warning"
    labels: tuple[str, ...] = ()
    words: tuple[Phrase, ...] = ()
    needed: int = 1
    only_when: tuple[Phrase, ...] = ()
    by_type: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def labels_for(self, type_id: str) -> tuple[str, ...]:
        """The labels in papers of this type, most telling first."""
        return tuple(dict.fromkeys((*self.by_type.get(type_id, ()), *self.labels)))


@dataclass(frozen=True)
class Together:
    """Papers that come together: with one of `when`, one of `need` is expected in the same hand-over or already in the dossier."""

    id: str
    when: tuple[str, ...]
    need: tuple[str, ...]
    message: str
    cite: str


@dataclass(frozen=True)
class Lexicon:
    """One court's catalogue with the words that betray each paper and each element.

    threshold: score from which no person is asked; unknown_below: score under which no type is named (both 0..1).
    everyday: types whose titles everybody uses; court_words: what ties such a paper to an enforcement.
    titles: (compact title, type id) of every type. nouns: what a title ends with, longest first. learned: fitted weights for papers
    whose titles tell nothing; none when the rules name no file of them.
    """

    catalogue: Catalogue
    threshold: float
    unknown_below: float
    nouns: tuple[str, ...]
    titles: tuple[tuple[str, str], ...]
    families: tuple[Family, ...]
    signs: tuple[Sign, ...]
    foreign: tuple[Foreign, ...]
    everyday: frozenset[str]
    court_words: tuple[Phrase, ...]
    other_numbers: frozenset[str]
    checks: Mapping[str, Check]
    together: tuple[Together, ...]
    learned: Learned | None = None

    def type(self, type_id: str) -> DocumentType:
        """The document type with this id. UnknownRuleError when there is none."""
        return self.catalogue.type(type_id)

    def check(self, element: str) -> Check:
        """How this element is looked for; a plain warning for one that the rules do not describe."""
        return self.checks.get(element, Check(element))


def bare_title(text: str) -> str:
    """A title as it is compared: compact, without quotation marks and brackets' signs."""
    return compact(text).translate(str.maketrans("", "", "“”\"'‘’《》()·:、,/"))


def load_lexicon(texts: Mapping[str, str], catalogue: Catalogue) -> Lexicon:
    """The Lexicon of a catalogue. texts: path → content, with classify.yaml and completeness.yaml. RulesError names every problem."""
    problems: list[RuleProblem] = []
    tops = [_top(texts, name, problems) for name in (CLASSIFY_FILE, COMPLETENESS_FILE)]
    if problems:
        raise RulesError(tuple(problems))
    classify, completeness = tops
    _Checker(catalogue, problems).check(classify, completeness)
    if problems:
        raise RulesError(tuple(sorted(problems, key=lambda p: (p.file, p.line, p.message))))
    return Lexicon(
        catalogue=catalogue,
        threshold=_number(classify, "threshold") / 100,
        unknown_below=_number(classify, "unknown_below") / 100,
        nouns=tuple(sorted(classify.texts("nouns"), key=len, reverse=True)),
        titles=tuple(_titles(catalogue, classify)),
        families=tuple(map(_family, classify.entries("families"))),
        signs=tuple(map(_sign, classify.entries("signs"))),
        foreign=tuple(
            Foreign(e.text("name"), tuple(map(bare_title, e.texts("titles"))), _phrases(e, "any")) for e in classify.entries("foreign")
        ),
        everyday=frozenset(classify.texts("everyday")),
        court_words=_phrases(classify, "court_words"),
        other_numbers=frozenset(classify.texts("other_numbers")),
        checks={e.text("id"): _check(e) for e in completeness.entries("elements")},
        together=tuple(map(_together, completeness.entries("together"))),
        learned=_learned(texts, classify, catalogue),
    )


def _learned(texts: Mapping[str, str], classify: Entry, catalogue: Catalogue) -> Learned | None:
    """The weights of the version that this installation chose (learned/current), else of the one that the rules name."""
    version = texts.get(CURRENT, "").strip() or classify.text("learned")
    path = f"{LEARNED}/{version}.json"
    if not version:
        return None
    if path not in texts:
        hint = f"；删除“{CURRENT}”即回到随程序发布的版本" if CURRENT in texts else ""
        raise RulesError((RuleProblem(classify.file, classify.line_of("learned"), f"缺少权重文件“{path}”{hint}"),))
    return learned.load(path, texts[path], catalogue.types)


def _top(texts: Mapping[str, str], name: str, problems: list[RuleProblem]) -> Entry:
    path = next((path for path in sorted(texts) if PurePosixPath(path).name == name), None)
    if path is None:
        problems.append(RuleProblem(name, 1, "缺少规则文件"))
        return Entry(name, 1)
    try:
        return parse(path, texts[path])
    except RulesError as error:
        problems += error.problems
        return Entry(path, 1)


def _number(entry: Entry, key: str) -> int:
    value = entry.get(key)
    return value if isinstance(value, int) else 0


def _phrases(entry: Entry, key: str) -> tuple[Phrase, ...]:
    return tuple(map(phrase, entry.texts(key)))


def _titles(catalogue: Catalogue, classify: Entry) -> Iterable[tuple[str, str]]:
    more = classify.get("titles")
    extra = more if isinstance(more, Entry) else Entry("", 0)
    seen = set()
    for kind in catalogue.types.values():
        if kind.volume == "av":  # recordings are files, never pages of a stack
            continue
        full = kind.name if "/" not in kind.name else ""
        for text in (full, full.split("(")[0], *kind.aliases, *kind.title_keywords, *extra.texts(kind.id)):
            title = bare_title(text)
            if title and ".*" not in title and (title, kind.id) not in seen:
                seen.add((title, kind.id))
                yield title, kind.id


def _family(entry: Entry) -> Family:
    rules = tuple(
        Rule(e.text("type"), _phrases(e, "any"), _phrases(e, "all"), _phrases(e, "none"), e.texts("number")) for e in entry.entries("rules")
    )
    return Family(tuple(map(bare_title, entry.texts("titles"))), _phrases(entry, "zone"), _phrases(entry, "until"), rules)


def _sign(entry: Entry) -> Sign:
    return Sign(entry.text("type"), _number(entry, "at_least"), _phrases(entry, "of"), _number(entry, "max_chars"), _phrases(entry, "none"))


def _check(entry: Entry) -> Check:
    more = entry.get("types")
    return Check(
        element=entry.text("id"),
        severity=entry.text("severity", "warning"),
        labels=entry.texts("labels"),
        words=_phrases(entry, "words"),
        needed=_number(entry, "needed") or 1,
        only_when=_phrases(entry, "only_when"),
        by_type={id: more.texts(id) for id in more} if isinstance(more, Entry) else {},
    )


def _together(entry: Entry) -> Together:
    return Together(entry.text("id"), entry.texts("when"), entry.texts("need"), entry.text("message"), entry.text("cite"))


@dataclass
class _Checker:
    """Unknown keys, ids that dangle, numbers out of range: each with file and line."""

    catalogue: Catalogue
    problems: list[RuleProblem]

    def check(self, classify: Entry, completeness: Entry) -> None:
        for name, top in ((CLASSIFY_FILE, classify), (COMPLETENESS_FILE, completeness)):
            self._keys(top, _TOP[name], name)
        for key in ("threshold", "unknown_below"):
            if not 0 < _number(classify, key) <= 100:
                self._complain(classify, key, f"“{key}”应为 1 至 100 的整数")
        for section, top in (
            ("families", classify),
            ("signs", classify),
            ("foreign", classify),
            ("elements", completeness),
            ("together", completeness),
        ):
            for entry in top.entries(section):
                self._keys(entry, _KEYS[section], section)
        self._classify(classify)
        self._completeness(completeness)

    def _classify(self, top: Entry) -> None:
        for key in ("everyday", "other_numbers"):
            self._types(top, key, top.texts(key))
        titles = top.get("titles")
        if isinstance(titles, Entry):
            for id in titles:
                self._types(titles, id, (id,))
        for family in top.entries("families"):
            for rule in family.entries("rules"):
                self._keys(rule, _KEYS["rules"], "rules")
                self._types(rule, "type", (rule.text("type"),))
                if not rule.texts("any") and not rule.texts("all"):
                    self._complain(rule, "any", "“any”与“all”不能都为空")
        for sign in top.entries("signs"):
            self._types(sign, "type", (sign.text("type"),))
            if not 0 < _number(sign, "at_least") <= len(sign.texts("of")) or _number(sign, "max_chars") <= 0:
                self._complain(sign, "at_least", "“at_least”须在 1 与词数之间，“max_chars”须大于 0")

    def _completeness(self, top: Entry) -> None:
        seen: set[str] = set()
        for entry in top.entries("elements"):
            id, more = entry.text("id"), entry.get("types")
            if id not in self.catalogue.elements:
                self._complain(entry, "id", f"要素“{id}”不存在")
            if id in seen:
                self._complain(entry, "id", f"要素“{id}”重复")
            seen.add(id)
            if entry.text("severity") not in _SEVERITIES:
                self._complain(entry, "severity", f"severity 应为 {'、'.join(_SEVERITIES)} 之一")
            if isinstance(more, Entry):
                self._types(entry, "types", tuple(more))
        for entry in top.entries("together"):
            self._types(entry, "when", entry.texts("when"))
            self._types(entry, "need", entry.texts("need"))
            if source_of(entry.text("cite")) not in self.catalogue.sources:
                self._complain(entry, "cite", f"依据“{entry.text('cite')}”缺失或来源未登记")

    def _keys(self, entry: Entry, known: tuple[str, ...], what: str) -> None:
        for key in entry:
            if key not in known:
                self._complain(entry, key, f"{what}：不认识的键“{key}”")

    def _types(self, entry: Entry, key: str, ids: tuple[str, ...]) -> None:
        for id in ids:
            if id not in self.catalogue.types:
                self._complain(entry, key, f"材料类型“{id}”不存在")

    def _complain(self, entry: Entry, key: str, message: str) -> None:
        self.problems.append(RuleProblem(entry.file, entry.line_of(key), message))
