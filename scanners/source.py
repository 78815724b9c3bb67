"""Where stacks of scans come from: a source is asked what is complete; readable files come in, and what became of each stack goes back to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Literal, Protocol

# Why a stack cannot be taken, whatever its files are. The door that maps them to sentences must know every one.
Fault = Literal["link", "folder", "empty"]


class StackChangedError(Exception):
    """The stack is not what it was when it was listed: it is still growing, and complete at another time."""


@dataclass(frozen=True)
class Stack:
    """What a station scanned at one time, complete. name: what the station calls it; files: their names in the order of the pages; bytes: in all."""

    station: str
    name: str
    files: tuple[str, ...]
    bytes: int
    fault: Fault | None = None


@dataclass(frozen=True)
class StationState:
    """What lies at a station: stacks that wait or are being scanned, stacks that were refused, files that are in no stack.

    readable: False when it, or one of its stacks, cannot be looked into.
    """

    name: str
    waiting: int
    refused: int
    loose: int
    readable: bool = True


class StackSource(Protocol):
    """A folder that stations save to; later a scanner that is driven. A source forgets nothing before it is told what became of it."""

    @property
    def wanted(self) -> bool:
        """False: there is no station."""

    def alone(self) -> AbstractContextManager[bool]:
        """True inside while nobody else takes from this source; False when somebody does."""

    def scan(self) -> Iterator[Stack]:
        """The complete stacks of all stations. Raises OSError when the source cannot be reached, or at the end when a part of it could not."""

    def digests(self, stack: Stack, /) -> Mapping[str, str]:
        """File name → SHA-256 in hex. Raises StackChangedError, OSError."""

    def open(self, stack: Stack, name: str, sha256: str, /) -> BinaryIO:
        """A file to be read once to its end; reading raises StackChangedError when it is not what `sha256` says."""

    def settled(self, station: str, receipt_no: str, /) -> bool:
        """Whether a stack was settled under this receipt before."""

    def settle(self, stack: Stack, receipt_no: str, not_taken: Mapping[str, str], /) -> None:
        """The stack is safe elsewhere; not_taken: file name → why not, in words for the station. Raises OSError; then it is asked again."""

    def refuse(self, stack: Stack, text: str, /) -> None:
        """The stack is not taken; text: what to do, in words for the station. Raises OSError."""

    def stations(self) -> Sequence[StationState]:
        """What lies where now. Raises OSError."""


class NoSource:
    """What an installation without watched stations has."""

    wanted = False

    def alone(self) -> AbstractContextManager[bool]:
        """Raises LookupError, as every other question: there is nothing to ask."""
        raise LookupError("no source of stacks is set")

    def scan(self) -> Iterator[Stack]:
        return iter(())

    def digests(self, stack: Stack, /) -> Mapping[str, str]:
        raise LookupError(stack.station)

    def open(self, stack: Stack, name: str, sha256: str, /) -> BinaryIO:
        raise LookupError(f"{stack.station} {name} {sha256}")

    def settled(self, station: str, receipt_no: str, /) -> bool:
        raise LookupError(f"{station} {receipt_no}")

    def settle(self, stack: Stack, receipt_no: str, not_taken: Mapping[str, str], /) -> None:
        raise LookupError(f"{stack.station} {receipt_no} {len(not_taken)}")

    def refuse(self, stack: Stack, text: str, /) -> None:
        raise LookupError(f"{stack.station} {text}")

    def stations(self) -> Sequence[StationState]:
        return []
