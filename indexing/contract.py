"""The SearchEngine contract: what is indexed, what is asked, what is found. Engines see tokens of indexing.analysis only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class IndexUnavailableError(Exception):
    """The index cannot be used now (missing, locked, of another version); it can always be rebuilt from the records."""


@dataclass(frozen=True)
class PageDoc:
    """One page to be found. acl: tokens of which a reader must hold at least one (e.g. 'case:12', 'desk', 'team:3').

    `sub` pages (副卷) are indexed with acl tokens of their own; the engine never sees who asks for what reason.
    """

    page_id: int
    case_no: str
    text: str
    acl: tuple[str, ...]
    type_id: str = ""
    doc_date: str = ""  # ISO date or ''
    parties: str = ""
    page_no: int = 0


@dataclass(frozen=True)
class Query:
    """A parsed query: all phrases must occur, no excluded one may; field phrases are ANDed too; at least one acl token must match."""

    phrases: tuple[str, ...]
    excluded: tuple[str, ...] = ()
    case_no: str = ""
    party: str = ""
    type_ids: tuple[str, ...] = ()
    date_from: str = ""
    date_to: str = ""
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hit:
    """A page that matched."""

    page_id: int
    score: float


@dataclass(frozen=True)
class Result:
    """total counts all matches; hits is the asked slice, best first (ties by page_id)."""

    total: int
    hits: tuple[Hit, ...]


class SearchEngine(Protocol):
    """An index on disk. apply() is one atomic commit and idempotent; seq is the outbox number it reached."""

    @property
    def name(self) -> str: ...
    def apply(self, upserts: Iterable[PageDoc], deletes: Iterable[int], seq: int) -> None: ...
    def last_seq(self) -> int: ...
    def search(self, query: Query, acl: Sequence[str], *, limit: int = 20, offset: int = 0) -> Result: ...
    def count(self) -> int: ...
    def rebuild(self, docs: Iterable[PageDoc], seq: int) -> None: ...
    def close(self) -> None: ...
