"""What a person calls a rule comes in; the ids that this court's rules know by that name, or the names most like it, go out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from rapidfuzz import fuzz, process

from review.normalise import compact
from review.rulebook import Catalogue

SECTIONS: Final = ("nodes", "types", "deadlines", "conditions", "anchors", "packs", "checks")
# Per cent of likeness from which a name, else a part of one, is offered as what may have been meant, and how many are offered at most.
_LIKE, _PART, _MOST = 45.0, 60.0, 8


def listed(catalogue: Catalogue, section: str) -> list[tuple[str, str]]:
    """(id, name) of every entry of a section of SECTIONS, in the order of the rules."""
    return [(id, _name(entry)) for id, entry in getattr(catalogue, section).items()]


def meant(catalogue: Catalogue, said: str) -> tuple[str, ...]:
    """The ids that are called so: by id, else by name or alias, else by a word of the title, else by a part of the name; none, one or more."""
    if any(said in getattr(catalogue, section) for section in SECTIONS):
        return (said,)
    key = _key(said)
    if not key:
        return ()
    calls = list(_calls(catalogue))
    tiers = (
        (id for id, name, title in calls if name == key and not title),
        (id for id, name, _ in calls if name == key),
        (id for id, name, title in calls if key in name and not title),
    )
    return next((found for tier in tiers if (found := tuple(dict.fromkeys(tier)))), ())


def like(catalogue: Catalogue, said: str) -> tuple[str, ...]:
    """The ids whose names are most like what was said, the likest first, to be offered to a person."""
    names = {(id, name): name for id, name, title in _calls(catalogue) if not title}
    found = process.extract(_key(said), names, scorer=fuzz.ratio, score_cutoff=_LIKE, limit=_MOST) or process.extract(
        _key(said), names, scorer=fuzz.partial_ratio, score_cutoff=_PART, limit=_MOST
    )
    return tuple(dict.fromkeys(id for _name, _score, (id, _) in found))


def told(catalogue: Catalogue, ids: Iterable[str]) -> str:
    """'archive（归档）、…' for a sentence; at most eight, and how many more."""
    tables: list[Mapping[str, Any]] = [getattr(catalogue, section) for section in SECTIONS]
    every = [f"{id}（{next(_name(table[id]) for table in tables if id in table)}）" for id in ids]
    return "、".join(every[:_MOST]) + (f" 等 {len(every)} 个" if len(every) > _MOST else "")


def _calls(catalogue: Catalogue) -> Iterator[tuple[str, str, bool]]:
    """(id, name without spaces and quotes, whether it is only a word of a title)."""
    for section in SECTIONS:
        for id, entry in getattr(catalogue, section).items():
            for name in (_name(entry), *getattr(entry, "aliases", ())):
                yield id, _key(name), False
            for word in getattr(entry, "title_keywords", ()):
                yield id, _key(word), True


def _name(entry: Any) -> str:
    return str(getattr(entry, "name", None) or entry.action)


def _key(name: str) -> str:
    return re.sub(r"[《》“”\"'()\s]", "", compact(name))
