"""What a paper says, and weights that were fitted elsewhere, come in; which types its choice of words is like, with calibrated chances, goes out."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from review.normalise import compact
from review.rulebook import RuleProblem, RulesError

SCHEMA = "dossier.learned/1"
FOREIGN = ""  # the class of papers that are no case material
READ = 500  # characters of a paper that count
_TITLE = "#"  # begins an n-gram of the title
_TITLE_SHARE = 1.3  # how much the title counts beside the text
_DIGITS = re.compile(r"\d+")
_WORDS = re.compile(r"[\u4e00-\u9fff0A-Z:]+")


@dataclass(frozen=True)
class Opinion:
    """One type that a paper is like. type_id: None for no case material; chance: of being right, 0..1; sure: high enough to ask nobody."""

    type_id: str | None
    chance: float
    sure: bool
    words: tuple[str, ...]


@dataclass(frozen=True)
class Learned:
    """Fitted weights. weights: n-gram → (class, weight × scale) …; curve: (raw probability, share that was right) rising; sure: raw probability from
    which none of the held-out papers was wrong. about: how and from what it was fitted, for people.
    """

    version: str
    classes: tuple[str, ...]
    weights: Mapping[str, tuple[int, ...]]
    bias: tuple[float, ...]
    scale: float
    curve: tuple[tuple[float, float], ...]
    sure: float
    about: Mapping[str, object]

    def raw(self, title: str, text: str) -> list[float]:
        """Probability of each class, not calibrated."""
        scores = list(self.bias)
        for gram, value in features(title, text).items():
            row = self.weights.get(gram, ())
            factor = value / self.scale
            for place in range(0, len(row), 2):
                scores[row[place]] += row[place + 1] * factor
        top = max(scores)
        powers = [math.exp(score - top) for score in scores]
        total = sum(powers)
        return [power / total for power in powers]

    def calibrated(self, raw: float) -> float:
        """The share of held-out papers that were right at such a raw probability, between the points of the curve in a straight line."""
        before = (0.0, 0.0)
        for point in self.curve:
            if raw <= point[0]:
                width = point[0] - before[0]
                return before[1] + (point[1] - before[1]) * ((raw - before[0]) / width if width > 0 else 1.0)
            before = point
        return before[1]

    def opinions(self, title: str, text: str, count: int = 3) -> tuple[Opinion, ...]:
        """The likeliest classes of a paper, best first. title: bare, '' when it has none; text: compact."""
        raw = self.raw(title, text)
        best = sorted(range(len(raw)), key=lambda number: -raw[number])[:count]
        return tuple(
            Opinion(self.classes[one] or None, round(self.calibrated(raw[one]), 3), raw[one] >= self.sure, self._telling(one, title, text))
            for one in best
        )

    def _telling(self, number: int, title: str, text: str) -> tuple[str, ...]:
        """The words that speak most for a class, overlapping ones once."""
        weighed = []
        for gram, value in features(title, text).items():
            row = self.weights.get(gram, ())
            weighed += [(row[place + 1] * value, gram.removeprefix(_TITLE)) for place in range(0, len(row), 2) if row[place] == number]
        told: list[str] = []
        for _, gram in sorted(weighed, reverse=True):
            if not any(set(gram) & set(other) for other in told):
                told.append(gram)
        return tuple(told[:3])


def features(title: str, text: str) -> dict[str, float]:
    """n-gram of two or three characters → its share; those of the title begin with #. Each of the two parts has length 1 (the title somewhat more)."""
    found: dict[str, float] = {}
    for part, mark, share in ((title, _TITLE, _TITLE_SHARE), (compact(text)[:READ], "", 1.0)):
        grams = _grams(part)
        if grams:
            value = share / math.sqrt(len(grams))
            found |= {mark + gram: value for gram in grams}
    return found


def _grams(text: str) -> Counter[str]:
    grams: Counter[str] = Counter()
    for run in _WORDS.findall(_DIGITS.sub("0", compact(text))):
        for size in (2, 3):
            grams.update(run[place : place + size] for place in range(len(run) - size + 1))
    return grams


def dump(learned: Learned) -> str:
    """The weights as text that load() reads; the same weights give the same bytes."""
    rows = {gram: list(row) for gram, row in sorted(learned.weights.items())}
    value = {
        "schema": SCHEMA,
        "version": learned.version,
        "about": dict(learned.about),
        "classes": list(learned.classes),
        "bias": [round(one, 3) for one in learned.bias],
        "scale": learned.scale,
        "curve": [[round(raw, 4), round(share, 4)] for raw, share in learned.curve],
        "sure": round(learned.sure, 4),
        "weights": rows,
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def load(path: str, text: str, types: Mapping[str, object]) -> Learned:
    """The weights of a file; classes that this catalogue does not have never come up. RulesError when it is not such a file."""
    learned = _parsed(path, text)
    known = (one == FOREIGN or one in types for one in learned.classes)
    return replace(learned, bias=tuple(bias if kept else -math.inf for bias, kept in zip(learned.bias, known, strict=True)))


@lru_cache(maxsize=4)  # the profiles of an installation share one file
def _parsed(path: str, text: str) -> Learned:
    try:
        value = json.loads(text)
        if value["schema"] != SCHEMA:
            raise RulesError((RuleProblem(path, 1, f"schema 应为 {SCHEMA}"),))
        return Learned(
            version=str(value["version"]),
            classes=tuple(value["classes"]),
            weights={gram: tuple(row) for gram, row in value["weights"].items()},
            bias=tuple(float(one) for one in value["bias"]),
            scale=float(value["scale"]),
            curve=tuple((float(raw), float(share)) for raw, share in value["curve"]),
            sure=float(value["sure"]),
            about=value["about"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise RulesError((RuleProblem(path, 1, f"不是学习所得的权重文件：{error}"),)) from error
