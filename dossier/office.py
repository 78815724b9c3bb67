"""The Office: the frozen bundle of open engines, stores, rules and clock that every desk and step is given."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from dossier.carriers.contract import Carrier
from dossier.clock import Clock
from dossier.errors import DossierError
from dossier.memory import Memory
from dossier.records.database import Database
from dossier.settings import Settings
from indexing.contract import SearchEngine
from ocr.pool import ReaderPool
from review.lexicon import Lexicon
from review.rulebook import Catalogue
from review.versions import in_force
from review.workdays import Calendar
from scanners.sandbox import Sandbox
from scanners.source import StackSource
from storage.contract import Spool, VolumeStore

T = TypeVar("T")


class Lazy(Generic[T]):
    """Opens a heavy thing the first time it is asked for, once, whichever thread asks."""

    def __init__(self, opener: Callable[[], T]) -> None:
        self._opener = opener
        self._lock = threading.Lock()
        self._value: T | None = None

    def __call__(self) -> T:
        with self._lock:
            if self._value is None:
                self._value = self._opener()
            return self._value

    @property
    def opened(self) -> T | None:
        """What was opened, or None when nobody asked yet."""
        return self._value


class Filed(Protocol):
    """What tells under which rules a case was filed."""

    @property
    def profile(self) -> str: ...
    @property
    def profile_version(self) -> str: ...
    @property
    def filed_on(self) -> date: ...


@dataclass(frozen=True)
class FiledUnder:
    """The rules of a case whose row is not at hand."""

    profile: str
    profile_version: str
    filed_on: date


@dataclass(frozen=True)
class RuleBook:
    """The rules of every profile, loaded once; a case is judged by the profile and version that it was filed under.

    versions: profile → its versions, the earliest first. lexicons: (profile, version) → the words of that version.
    """

    texts: Mapping[str, str]
    versions: Mapping[str, Sequence[Catalogue]]
    lexicons: Mapping[tuple[str, str], Lexicon]
    calendar: Calendar

    @cached_property
    def digest(self) -> str:
        """Changes with every word of the rules and with the holidays."""
        found = hashlib.sha256()
        for path, text in sorted(self.texts.items()):
            found.update(f"{path}\0{text}\0".encode())
        return found.hexdigest()

    @property
    def catalogues(self) -> Mapping[str, Catalogue]:
        """The newest version of every profile."""
        return {profile: known[-1] for profile, known in self.versions.items()}

    def of(self, profile: str, on: date | None = None) -> Catalogue:
        """The rules of a profile as in force on a day; without a day, the newest. Raises DossierError profile_unknown."""
        known = self.versions.get(profile)
        if known is None:
            raise DossierError("profile_unknown", profile=profile)
        return known[-1] if on is None else in_force(known, on)

    def for_case(self, case: Filed) -> Catalogue:
        """The rules that a case keeps: the version written down with it, or the one in force when it was filed if that is no longer here."""
        known = self.versions.get(case.profile, ())
        return next((one for one in known if one.version == case.profile_version), None) or self.of(case.profile, case.filed_on)

    def lexicon(self, profile: str) -> Lexicon:
        """The words by which the newest version tells papers apart and looks them through. Raises DossierError profile_unknown."""
        return self.lexicons[profile, self.of(profile).version]

    def lexicon_for(self, case: Filed) -> Lexicon:
        """The words of the version that a case keeps. Raises DossierError profile_unknown."""
        return self.lexicons[case.profile, self.for_case(case).version]


@dataclass(frozen=True)
class Office:
    """Everything that is open. parts: person → their files on the way in parts. stores: 'main' (正卷 and 证据袋) and 'sub' (副卷), separate roots."""

    settings: Settings
    clock: Clock
    db: Database
    spool: Spool
    parts: Callable[[int], Spool]
    stores: Mapping[str, VolumeStore]
    rules: RuleBook
    sandbox: Sandbox
    carrier: Carrier
    stacks: StackSource
    search: Lazy[SearchEngine]
    reader: Lazy[ReaderPool]
    memory: Memory = field(default_factory=Memory)

    @property
    def pages_dir(self) -> Path:
        """Pictures of pages for people and for binding; derived from the spool, made again when missing."""
        return self.settings.home / "pages"

    @property
    def scratch_dir(self) -> Path:
        """Decoded pixels on their way to the reader; may vanish at any time."""
        return self.settings.home / "scratch"

    def store_of(self, volume: str) -> VolumeStore:
        """The store that holds volumes of this kind: 副卷 apart, everything else in the main root."""
        return self.stores["sub" if volume == "sub" else "main"]

    def today(self) -> date:
        """Today in Asia/Shanghai."""
        return self.clock.today()

    def close(self) -> None:
        """Closes what was opened."""
        for lazy in (self.search, self.reader):
            if lazy.opened is not None:
                lazy.opened.close()
        self.db.close()
