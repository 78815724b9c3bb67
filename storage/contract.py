"""What the store gives out: spooled files, volume versions, check results, and the errors it raises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol


class DamagedError(Exception):
    """Bytes are not what was stored (digest differs, file missing, inventory broken)."""


class NoSpaceError(Exception):
    """The place is full; nothing was half kept."""


class ConflictError(Exception):
    """Somebody else wrote the next version of this object first; nothing of ours was kept."""


@dataclass(frozen=True)
class Spooled:
    """A file that is safe: `key` finds it again, sha256 in hex, bytes counted while writing."""

    key: str
    sha256: str
    bytes: int


class Spool(Protocol):
    """Incoming bytes. When put() returns, file and folder are fsynced."""

    def put(self, source: BinaryIO) -> Spooled: ...
    def path(self, key: str) -> Path: ...
    def delete(self, key: str) -> None: ...
    def keys(self) -> Iterable[str]: ...
    def strays(self) -> Iterable[CheckResult]: ...
    def recover(self) -> Iterable[str]: ...  # what a crash left half written is removed; what it did, in words
    def verify(self, key: str, sha256: str) -> CheckResult: ...


@dataclass(frozen=True)
class CheckResult:
    """One checked thing. status: ok | damaged | missing | unknown (there, but nobody's) | unchecked (could not be read: never good)."""

    name: str
    status: str
    detail: str = ""


@dataclass(frozen=True)
class Version:
    """One version of a volume object: its number (1..), when, by whom, why, and logical path → sha512 of each file."""

    number: int
    created: str
    user: str
    message: str
    state: Mapping[str, str]


class VolumeStore(Protocol):
    """OCFL 1.1 objects under one root; one object per volume of a dossier, one version per accepted hand-over or decision."""

    def head(self, object_id: str) -> int: ...  # 0 when there is no such object
    def commit(
        self,
        object_id: str,
        *,
        add: Mapping[str, Path | bytes],
        remove: Iterable[str] = (),
        expect_head: int,
        user: str,
        message: str,
        created: str,
    ) -> Version: ...  # adds/replaces/removes logical paths relative to the version `expect_head`; durable when it returns; ConflictError
    def version(self, object_id: str, number: int | None = None) -> Version: ...
    def open(self, object_id: str, logical_path: str, number: int | None = None) -> BinaryIO: ...
    def path(self, object_id: str, logical_path: str, number: int | None = None) -> Path: ...
    def objects(self) -> Iterable[str]: ...
    def verify(self, object_id: str) -> Iterable[CheckResult]: ...  # re-reads every byte, also NAMASTE files, inventories and sidecars
    def verify_root(self) -> Iterable[CheckResult]: ...  # the root's own files, strays, and every object
    def recover(self) -> Iterable[str]: ...  # finishes or removes what a crash left; what it did, in words
