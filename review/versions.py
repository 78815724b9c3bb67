"""Rule files with several versions of a court's profile to catalogues: path → text in, every version by its effective day, and the one in force, out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from review.catalogue import load
from review.catalogue import profiles as homes
from review.rulebook import Catalogue, RuleProblem, RulesError
from review.rules_load import home_of

VERSION = "@"  # a folder 'yunchuan@2026-03-01' holds a version of the profile 'yunchuan'


def profiles(texts: Mapping[str, str]) -> tuple[str, ...]:
    """The ids of the courts' profiles, each once, however many versions it has."""
    return tuple(dict.fromkeys(home.partition(VERSION)[0] for home in homes(texts)))


def versions(texts: Mapping[str, str], profile: str) -> tuple[Catalogue, ...]:
    """Every version of a court's rules, the earliest first. Two that begin on one day, or have one name, are a RulesError."""
    found = sorted((_load(texts, home) for home in _homes(texts, profile)), key=lambda one: one.effective_from)
    problems = [
        _problem(
            profile,
            f"有两个版本自 {one.effective_from} 起施行" if one.effective_from == other.effective_from else f"版本“{one.version}”重复",
        )
        for place, one in enumerate(found)
        for other in found[:place]
        if one.effective_from == other.effective_from or one.version == other.version
    ]
    if problems:
        raise RulesError(tuple(problems))
    return tuple(found)


def in_force(known: Sequence[Catalogue], on: date) -> Catalogue:
    """The version in force on a day, of versions as `versions` gives them; before the first one, the first one."""
    return next((one for one in reversed(known) if one.effective_from <= on), known[0])


def _homes(texts: Mapping[str, str], profile: str) -> list[str]:
    found = [home for home in homes(texts) if home.partition(VERSION)[0] == profile]
    if not found:
        raise RulesError((_problem(profile, f"没有法院规则配置“{profile}”"),))
    return found


def _load(texts: Mapping[str, str], home: str) -> Catalogue:
    """One version, loaded as its profile; problems name the files of the version."""
    profile = home.partition(VERSION)[0]
    if home == profile:
        return load(texts, profile)
    others = {path: text for path, text in texts.items() if home_of(path).partition(VERSION)[0] != profile}
    own = {path.replace(home, profile, 1): text for path, text in texts.items() if home_of(path) == home}
    try:
        return load(others | own, profile)
    except RulesError as error:
        renamed = {path.replace(home, profile, 1): path for path in texts if home_of(path) == home}
        raise RulesError(tuple(RuleProblem(renamed.get(p.file, p.file), p.line, p.message) for p in error.problems)) from error


def _problem(profile: str, message: str) -> RuleProblem:
    return RuleProblem(f"{profile}/profile.yaml", 1, message)
