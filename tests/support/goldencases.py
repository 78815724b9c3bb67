"""The golden cases for tests: a file of tests/cases comes in, the same case read over the rules of this checkout goes out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dossier.app import open_rules
from dossier.bench import goldencases
from dossier.bench.goldencases import ROOT, Golden, files
from dossier.office import RuleBook

__all__ = ["ROOT", "Golden", "book", "files", "read"]


@cache
def book() -> RuleBook:
    """The rules of every profile as shipped."""
    return open_rules()


@cache
def read(path: Path) -> Golden:
    """A case file with everything that it builds on."""
    return goldencases.read(path, book())
