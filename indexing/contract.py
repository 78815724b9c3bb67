"""The SearchEngine contract: what is indexed, what is asked, what is found. Engines see tokens of indexing.analysis only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class IndexUnavailableError(Exception):
    """The index cannot be used now (missing, damaged, of another version); rebuild() from the records makes it good again."""


class IndexBusyError(IndexUnavailableError):
    """Another process writes or has just rebuilt the index: nothing was applied; ask last_seq() again and retry later, do not rebuild."""


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
    """A parsed query: all phrases must occur, no excluded one may; field phrases are ANDed too; at least one acl token must match.

    A phrase occurs when its folded text (indexing.analysis) is part of the page's; one without a letter or digit asks for nothing.
    type_ids: any of them. date_from, date_to: ISO days, inclusive; a page without a date is in no range.
    """

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
    """total counts all matches; hits is the asked slice, best first (ties by page_id; where more than a thousand tie, in any order that stays)."""

    total: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Tally:
    """Of the pages that matched, how many are of each type id, case number and year: the most first, ties by value; '' counts those of none."""

    total: int
    types: tuple[tuple[str, int], ...]
    cases: tuple[tuple[str, int], ...]
    years: tuple[tuple[str, int], ...]


class SearchEngine(Protocol):
    """An index on disk, opened by its folder; it may be missing. Every method but rebuild() and close() raises IndexUnavailableError."""

    @property
    def name(self) -> str:
        """Name and version, e.g. 'tantivy 0.27.0'."""

    def apply(self, upserts: Iterable[PageDoc], deletes: Iterable[int], seq: int) -> None:
        """One atomic commit, idempotent; seq is the outbox number it reaches. A page in both is deleted.

        A seq below last_seq() means that the outbox began anew: IndexUnavailableError, so that the caller rebuilds.
        """

    def last_seq(self) -> int:
        """The outbox number of the last commit: what comes after it is still to be applied."""

    def search(self, query: Query, acl: Sequence[str], *, limit: int = 20, offset: int = 0) -> Result:
        """The slice [offset, offset + limit) of the pages that match and hold one of the reader's acl tokens; no token, no page."""

    def tally(self, query: Query, acl: Sequence[str], *, most: int, without: Collection[int] = ()) -> Tally:
        """Every page that search() would find is counted, but for those of `without`; `most` values of each kind are told."""

    def count(self) -> int:
        """Pages in the index, of all readers: for the operator only."""

    def rebuild(self, docs: Iterable[PageDoc], seq: int) -> None:
        """A new index beside the old one, which serves until the new one takes its place at once. Raises IndexBusyError."""

    def close(self) -> None:
        """Lets go of files; the engine may be used again."""


def ranked(counts: Mapping[str, int], most: int) -> tuple[tuple[str, int], ...]:
    """The values with the highest counts, as a Tally tells them."""
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:most])
