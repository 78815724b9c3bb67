"""Papers whose type is known come in, the weights by which papers without a telling title are named go out: a file with a version, used only when chosen."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from dossier import access
from dossier.access import Actor
from dossier.demo import wordings
from dossier.errors import DossierError
from dossier.office import Office, RuleBook
from dossier.records import ledger
from dossier.records.tables import Document
from review.classify import shares_title
from review.learned import FOREIGN, Learned, dump, features, load
from review.lexicon import Lexicon, bare_title
from review.normalise import compact
from review.rules_load import CURRENT, LEARNED

FOLDS = 5
DRAWS = 4  # of each typed wording, with other names
MADE = 8  # papers from the catalogue's words alone, of each type
FEATURES = 12_000
SCALE, LEAST = 20.0, 2  # weights are kept as whole numbers of 1/20, from 0.1 on
ENOUGH_SURE, MAY_ERR = (
    400,
    0.0025,
)  # held-out papers that must lie above the line from which nobody is asked, and the share of them that may be wrong
SUREST = 0.8  # never sure below this, whatever the held-out papers say
SLIPS = 0.01
SHIPPED = "shipped"  # instead of a version: the one that the rules name
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,40}")
IN_CASES = 5  # an n-gram that only confirmed papers use is kept when so many cases use it: no name of a party is learned by heart
_CONFIRMED = "confirmed "  # begins the group of the papers of one case
_CATALOGUE = "catalogue"  # made from the rules' own words: never held out
_MISREAD = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工"


@dataclass(frozen=True)
class Example:
    """One paper. type_id: FOREIGN for no case material; group: those of one group are held out together; weight: how much it counts."""

    title: str
    text: str
    type_id: str
    group: str
    weight: float = 1.0


# Examples


def shipped(lexicon: Lexicon) -> list[Example]:
    """From the words of the catalogue and of the rules, and from the typed wordings that rules may be tuned on. Always the same."""
    source = random.Random(20261121)  # noqa: S311 (the same examples every time)
    return [*_from_rules(lexicon, source), *_from_wordings(source)]


def confirmed(office: Office) -> list[Example]:
    """From the papers whose type a person gave or confirmed, in the order in which they came."""
    found = []
    with office.db.read() as session:
        rows = session.scalars(
            select(Document).where(Document.typed_by_id.is_not(None), Document.type_id.is_not(None)).order_by(Document.id)
        )
        for row in rows:
            text = "\n".join(line["text"] for page in row.pages for line in page.lines)
            found.append(Example(bare_title(row.title), compact(text), row.type_id or FOREIGN, f"{_CONFIRMED}{row.case_id}", 2.0))
    return found


def _from_wordings(source: random.Random) -> list[Example]:
    found = []
    for wording in wordings.load(wordings.DEVELOPMENT):
        for draw in range(1, DRAWS + 1):
            title, text = wordings.typed(wording, 1000 + draw)
            shown = "" if draw % 3 == 0 else bare_title(_slipped(title, source))
            found.append(Example(shown, compact(_slipped(text, source)), wording.type_id or FOREIGN, wording.name))
    return found


def _from_rules(lexicon: Lexicon, source: random.Random) -> list[Example]:
    said: dict[str, list[str]] = {kind.id: list(kind.body_phrases) for kind in lexicon.catalogue.types.values() if kind.volume != "av"}
    titles: dict[str, list[str]] = {}
    for title, type_id in lexicon.titles:
        titles.setdefault(type_id, []).append(title)
    for family in lexicon.families:
        for rule in family.rules:
            said[rule.type_id] += [one.text for one in (*rule.any, *rule.all) if not one.pattern]
    for sign in lexicon.signs:
        said[sign.type_id] += [one.text for one in sign.of if not one.pattern]
    return [_made(type_id, titles.get(type_id, [""]), words, source) for type_id, words in sorted(said.items()) for _ in range(MADE)]


def _made(type_id: str, titles: Sequence[str], words: Sequence[str], source: random.Random) -> Example:
    title = source.choice(titles) if source.random() < 0.85 else ""
    chosen = source.sample(list(words), k=min(len(words), source.randint(1, 6)))
    text = f"云川县人民法院{title}（2026）豫9924执{source.randint(1, 2000)}号" + "。".join(one.replace("…", "") for one in chosen)
    return Example(bare_title(title), compact(text), type_id, _CATALOGUE)


def _slipped(text: str, source: random.Random) -> str:
    return "".join(source.choice(_MISREAD) if not char.isspace() and source.random() < SLIPS else char for char in text)


# Fitting


def fit(examples: Sequence[Example], version: str, lexicon: Lexicon) -> Learned:
    """Weights from the examples, with chances calibrated on groups that were held out. The same examples give the same weights.

    Only papers about which the weights will be asked count there: none whose title several types share, none named by a title that
    everybody uses, for likeness alone never places such a one.
    """
    tried = []
    for fold in _folds(examples):
        learned = _fit(_without(examples, fold), version)
        asked = [one for one in fold if not shares_title((one.title,), lexicon)]
        tried += [(raw, good) for raw, named, good in _outcomes(learned, asked) if named not in lexicon.everyday]
    curve, sure = _curve(tried), _sure(tried)
    placed = [good for raw, good in tried if raw >= sure]
    about = {
        "examples": len(examples),
        "confirmed": sum(one.group.startswith(_CONFIRMED) for one in examples),
        "held_out": len(tried),
        "right": round(sum(good for _, good in tried) / max(1, len(tried)), 4),
        "sure_of": len(placed),
        "sure_and_wrong": len(placed) - sum(placed),
    }
    final = _fit(examples, version)
    return Learned(version, final.classes, final.weights, final.bias, SCALE, curve, sure, about)


def _folds(examples: Iterable[Example]) -> list[list[Example]]:
    """The groups dealt round, so that no wording is both learned from and asked."""
    groups: dict[str, list[Example]] = {}
    for one in examples:
        if one.group != _CATALOGUE:
            groups.setdefault(one.group, []).append(one)
    dealt: list[list[Example]] = [[] for _ in range(FOLDS)]
    for number, name in enumerate(sorted(groups, key=lambda name: (name.rpartition("-")[2], name))):
        dealt[number % FOLDS] += groups[name]
    return [fold for fold in dealt if fold]


def _without(examples: Iterable[Example], fold: Iterable[Example]) -> list[Example]:
    held = {one.group for one in fold}
    return [one for one in examples if one.group not in held]


def _outcomes(learned: Learned, fold: Iterable[Example]) -> list[tuple[float, str, bool]]:
    """(raw probability of the likeliest class, that class, whether it was right) of each held-out paper."""
    found = []
    for one in fold:
        raw = learned.raw(one.title, one.text)
        best = max(range(len(raw)), key=lambda number: raw[number])
        found.append((raw[best], learned.classes[best], learned.classes[best] == one.type_id))
    return found


def _curve(tried: Sequence[tuple[float, bool]]) -> tuple[tuple[float, float], ...]:
    """Raw probability → share that was right, never falling: isotonic regression, thinned to the points where it changes."""
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit([raw for raw, _ in tried], [good for _, good in tried])
    points = [(float(raw), float(share)) for raw, share in zip(fitted.X_thresholds_, fitted.y_thresholds_, strict=True)]
    return tuple((raw, min(0.98, share)) for raw, share in points)


def _sure(tried: Sequence[tuple[float, bool]]) -> float:
    """The lowest raw probability above which few enough held-out papers were wrong; above 1 (never) when too few lie there to say so."""
    line, wrong = 1.01, 0
    ordered = sorted(tried, reverse=True)
    for count, (raw, good) in enumerate(ordered, 1):
        wrong += not good
        if raw < SUREST:
            break
        if count >= ENOUGH_SURE and wrong <= MAY_ERR * count:
            line = raw
    return line


def _fit(examples: Sequence[Example], version: str) -> Learned:
    """A log-linear model over the most telling n-grams, its weights rounded; small ones are dropped."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.feature_selection import SelectKBest, chi2
    from sklearn.linear_model import LogisticRegression

    vectors, types = DictVectorizer(), [one.type_id for one in examples]
    told, common = [features(one.title, one.text) for one in examples], _common(examples)
    matrix = vectors.fit_transform([{gram: value for gram, value in grams.items() if gram in common} for grams in told])
    chosen = SelectKBest(chi2, k=min(FEATURES, matrix.shape[1])).fit(matrix, types)
    model = LogisticRegression(C=60.0, tol=1e-3, max_iter=400)
    model.fit(chosen.transform(matrix), types, sample_weight=_weights(examples))
    names = vectors.get_feature_names_out()[chosen.get_support()]
    weights: dict[str, tuple[int, ...]] = {}
    for column, gram in enumerate(names):
        rounded = [round(float(weight) * SCALE) for weight in model.coef_[:, column]]
        row = [value for number, weight in enumerate(rounded) if abs(weight) >= LEAST for value in (number, weight)]
        if row:
            weights[str(gram)] = tuple(row)
    return Learned(version, tuple(map(str, model.classes_)), weights, tuple(map(float, model.intercept_)), SCALE, ((1.0, 1.0),), 1.01, {})


def _common(examples: Sequence[Example]) -> set[str]:
    """The n-grams that may be kept: of the rules and typed wordings all, of confirmed papers those of several cases."""
    public: set[str] = set()
    cases: dict[str, set[str]] = {}
    for one in examples:
        if not one.group.startswith(_CONFIRMED):
            public.update(features(one.title, one.text))
            continue
        for gram in features(one.title, one.text):
            cases.setdefault(gram, set()).add(one.group)
    return public | {gram for gram, seen in cases.items() if len(seen) >= IN_CASES}


def _weights(examples: Sequence[Example]) -> list[float]:
    """Every type counts the same in the end, half way to its square root: a frequent paper must not drown a rare one."""
    counts: dict[str, float] = {}
    for one in examples:
        counts[one.type_id] = counts.get(one.type_id, 0.0) + one.weight
    return [one.weight / counts[one.type_id] ** 0.5 for one in examples]


# Keeping


def train(office: Office, actor: Actor, version: str | None = None) -> Learned:
    """Fits weights and keeps them as a new version of this installation, which nothing uses yet. version: None for the day and a number.

    Raises not_allowed, weights_name, weights_exist.
    """
    access.demand(actor, "learned.train")
    known = versions({*office.rules.texts, *_kept(office.settings.home)})
    name = version or _next(office.clock.today().strftime("%Y%m%d"), known)
    if not _NAME.fullmatch(name) or name == SHIPPED:
        raise DossierError("weights_name", version=name)
    if name in known:
        raise DossierError("weights_exist", version=name)
    lexicon = office.rules.lexicon(office.settings.default_profile)
    learned = fit([*shipped(lexicon), *confirmed(office)], name, lexicon)
    _write(office.settings.home / LEARNED / f"{name}.json", dump(learned))
    _note(office, actor, "learned.train", name, dict(learned.about))
    return learned


def use(office: Office, actor: Actor, version: str) -> None:
    """From the next start on papers are named with these weights; SHIPPED goes back to those that came with the program.

    Raises not_allowed, weights_unknown.
    """
    access.demand(actor, "learned.use")
    known = versions({*office.rules.texts, *_kept(office.settings.home)})
    if version != SHIPPED and version not in known:
        raise DossierError("weights_unknown", version=version, versions="、".join([*known, SHIPPED]))
    _write(office.settings.home / CURRENT, "" if version == SHIPPED else version)
    _note(office, actor, "learned.use", version, {})


def listing(book: RuleBook, profile: str, home: Path) -> list[dict[str, Any]]:
    """[{"version","used","classes","ngrams", and what it tells about itself}], the oldest first, those fitted since the start among them.

    used: the papers of this profile are named by it now.
    """
    used, types = book.lexicon(profile).learned, book.of(profile).types
    texts = {**book.texts, **{path: file.read_text(encoding="utf-8") for path, file in _kept(home).items()}}
    found = []
    for version in versions(texts):
        path = f"{LEARNED}/{version}.json"
        found.append(told(load(path, texts[path], types), used=used is not None and used.version == version))
    return found


def _kept(home: Path) -> dict[str, Path]:
    """The versions of this installation, also those that the rules in memory do not know yet, by the path that rule files have."""
    return {f"{LEARNED}/{file.name}": file for file in (home / LEARNED).glob("*.json")}


def told(learned: Learned, *, used: bool) -> dict[str, Any]:
    """One version as listing() tells it."""
    return {"version": learned.version, "used": used, "classes": len(learned.classes), "ngrams": len(learned.weights), **learned.about}


def versions(texts: Iterable[str]) -> list[str]:
    """The versions among the paths of the rule files, oldest first."""
    return sorted(Path(path).stem for path in texts if path.startswith(f"{LEARNED}/") and path.endswith(".json"))


def _next(day: str, known: Collection[str]) -> str:
    """The day with the first number that is free."""
    return next(name for number in range(1, len(known) + 2) if (name := f"{day}-{number}") not in known)


def _write(target: Path, text: str) -> None:
    target.parent.mkdir(exist_ok=True)
    draft = target.with_suffix(".tmp")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)


def _note(office: Office, actor: Actor, action: str, version: str, detail: dict[str, Any]) -> None:
    with office.db.write() as session:
        ledger.append(session, at=office.clock.now(), actor=actor.login, action=action, subject=f"learned:{version}", detail=detail)
