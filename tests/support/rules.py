"""The rule files of this checkout as the judging code takes them: path from the rules folder → content."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from review.catalogue import Catalogue, load
from review.workdays import Calendar

RULES = Path(__file__).parents[2] / "review" / "rules"


@cache
def _texts() -> tuple[tuple[str, str], ...]:
    found = sorted([*RULES.rglob("*.yaml"), *(RULES / "learned").glob("*.json")])
    return tuple((path.relative_to(RULES).as_posix(), path.read_text(encoding="utf-8")) for path in found)


def rule_texts() -> dict[str, str]:
    """A fresh dict, free to be changed by a test."""
    return dict(_texts())


@cache
def catalogue(profile: str = "yanling") -> Catalogue:
    """The catalogue of a court's profile as shipped."""
    return load(rule_texts(), profile)


@cache
def calendar() -> Calendar:
    """The calendar as shipped."""
    return Calendar.of(rule_texts())
