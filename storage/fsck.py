"""A storage root, or one object in it, comes in; a verdict on every file that is there or should be goes out.

It asks nobody: no database, no record of earlier checks. Whatever could not be read is `unchecked`, never `ok`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from storage import files, layout
from storage.contract import CheckResult, DamagedError
from storage.inventory import Inventory, content_version, parse, sidecar


@dataclass
class _Tree:
    """What lies under a folder: files, everything else that is no folder, folders with nothing in them, folders that could not be read."""

    files: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    empty: set[str] = field(default_factory=set)
    unreadable: dict[str, str] = field(default_factory=dict)

    def look(self, top: Path, at: str = "") -> _Tree:
        try:
            entries = sorted(os.scandir(top / at), key=lambda entry: entry.name)
        except OSError as error:
            self.unreadable[at] = str(error)
            return self
        if not entries:
            self.empty.add(at)
        for entry in entries:
            name = f"{at}/{entry.name}" if at else entry.name
            if entry.is_dir(follow_symlinks=False):
                self.look(top, name)
            else:
                (self.files if entry.is_file(follow_symlinks=False) else self.others).add(name)
        return self


@dataclass(frozen=True)
class _Pair:
    """An inventory with its sidecar as they were read; a fault is (status, detail) of a file that gave no bytes."""

    folder: str
    data: bytes | None
    side: bytes | None
    faults: Mapping[str, tuple[str, str]]

    def inventory(self) -> Inventory | None:
        """The inventory, when the sidecar vouches for it and it makes sense."""
        if self.data is None or self.side != sidecar(self.data):
            return None
        try:
            return parse(self.data)
        except DamagedError:
            return None


def check_root(root: Path) -> Iterator[CheckResult]:
    """Every byte under a storage root; names are paths relative to it."""
    for name, expected in layout.ROOT_FILES.items():
        yield _check_bytes(root, name, expected)
    yield from _check_level(root, root, layout.TUPLES)


def check_object(root: Path, object_root: Path) -> Iterator[CheckResult]:
    """Every byte of an object, whether it belongs there or not; names are paths relative to the root."""
    prefix = f"{object_root.relative_to(root)}/"
    for result in _Examination(object_root).results():
        yield CheckResult(prefix + result.name if result.name else prefix[:-1], result.status, result.detail)


class _Examination:
    """One object under examination. `trusted` is the newest inventory that its sidecar and its place vouch for."""

    def __init__(self, object_root: Path) -> None:
        self._root = object_root
        # Under the lock, so that a commit between its renames is not taken for damage; content itself never changes.
        try:
            with files.locked(object_root, shared=True):
                self._look()
        except OSError as error:
            self._tree = _Tree(unreadable={"": str(error)})
            self._pairs: list[_Pair] = []
        self._trusted, self._trusted_data = self._choose()

    def results(self) -> Iterator[CheckResult]:
        """A verdict on each file that is there or should be."""
        for name, detail in self._tree.unreadable.items():
            yield CheckResult(name, "unchecked", detail)
        if "" in self._tree.unreadable:
            return
        yield _check_bytes(self._root, layout.OBJECT_DECLARATION, layout.OBJECT_DECLARATION_BYTES)
        for pair in self._pairs:
            yield from self._check_pair(pair)
        content = self._trusted.content() if self._trusted else {}
        for path in sorted(content):
            yield self._check_content(path, content[path])
        yield from self._check_rest({layout.OBJECT_DECLARATION, *content, *self._inventory_files()})

    def _look(self) -> None:
        self._tree = _Tree().look(self._root)
        numbers = set(layout.version_numbers(self._root))
        pairs = [_read_pair(self._root, folder) for folder in ("", *(f"v{number}" for number in sorted(numbers)))]
        newest = max((found.head for pair in pairs if (found := pair.inventory())), default=1)
        # Versions of which nothing is left must be named too.
        pairs += [_read_pair(self._root, f"v{number}") for number in range(1, newest + 1) if number not in numbers]
        self._pairs = pairs

    def _choose(self) -> tuple[Inventory | None, bytes]:
        best: tuple[Inventory | None, bytes] = (None, b"")
        # The root's copy is looked at last: of equals the version's own counts, the root's is derived from it.
        for pair in sorted(self._pairs, key=lambda pair: not pair.folder):
            found = pair.inventory()
            if found and pair.data and self._fits(pair.folder, found) and (best[0] is None or found.head > best[0].head):
                best = (found, pair.data)
        return best

    def _fits(self, folder: str, inventory: Inventory) -> bool:
        return layout.object_path(inventory.object_id).name == self._root.name and folder in ("", f"v{inventory.head}")

    def _inventory_files(self) -> set[str]:
        return {_join(pair.folder, name) for pair in self._pairs for name in (layout.INVENTORY, layout.SIDECAR)}

    def _check_pair(self, pair: _Pair) -> Iterator[CheckResult]:
        expected, why = self._expected(pair)
        for name, data, right in (
            (layout.INVENTORY, pair.data, expected),
            (layout.SIDECAR, pair.side, sidecar(expected) if expected else None),
        ):
            path = _join(pair.folder, name)
            if data is None:
                yield CheckResult(path, *pair.faults[name])
            else:
                yield CheckResult(path, "ok") if data == right else CheckResult(path, "damaged", why)

    def _expected(self, pair: _Pair) -> tuple[bytes | None, str]:
        """The bytes that the inventory in a folder must have, and what to say when it has others."""
        trusted = self._trusted
        if trusted is None or (pair.folder and int(pair.folder[1:]) > trusted.head):
            return None, "no inventory of this object vouches for it"
        if pair.folder in ("", f"v{trusted.head}"):
            return self._trusted_data, f"not the inventory of version {trusted.head}"
        told, found = trusted.upto(int(pair.folder[1:])), pair.inventory()
        if found is None:
            return told.to_bytes(), "inventory and sidecar disagree"
        return pair.data if found == told else None, f"tells another history than version {trusted.head}"

    def _check_content(self, path: str, expected: Mapping[str, str]) -> CheckResult:
        whose = self._owner(path)
        unknown = [name for name in expected if name not in hashlib.algorithms_available]
        try:
            found = files.digests(self._root / path, [name for name in expected if name not in unknown])
        except FileNotFoundError:
            return CheckResult(path, "missing", whose)
        except OSError as error:
            return CheckResult(path, "unchecked", f"{whose}: {error}")
        wrong = [name for name in found if found[name] != expected[name]]
        if wrong:
            return CheckResult(path, "damaged", f"{whose}: {', '.join(wrong)} differs")
        if unknown:
            return CheckResult(path, "unchecked", f"{whose}: no way here to compute {', '.join(unknown)}")
        return CheckResult(path, "ok", whose)

    def _owner(self, content_path: str) -> str:
        if self._trusted is None:
            return ""
        return f"{self._trusted.object_id} {content_path.split('/', 2)[2]} v{content_version(content_path)}"

    def _check_rest(self, accounted: set[str]) -> Iterator[CheckResult]:
        for name in sorted((self._tree.files | self._tree.others) - accounted):
            if self._trusted is None:
                yield CheckResult(name, "unchecked", "no inventory of this object vouches for anything")
            else:
                yield CheckResult(name, "unknown", f"{self._trusted.object_id} does not list it")
        for name in sorted(self._tree.empty - accounted):
            yield CheckResult(name, "unknown", "an empty folder")


def _check_level(root: Path, folder: Path, depth: int) -> Iterator[CheckResult]:
    """The tuple folders between root and objects, and whatever else lies among them."""
    at = folder.relative_to(root).as_posix()
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield CheckResult(at, "unchecked", str(error))
        return
    if not entries and _still_empty(root, folder):
        yield CheckResult(at, "unknown", "an empty folder")
    for path in entries:
        real_folder = path.is_dir() and not path.is_symlink()
        if depth and real_folder and layout.TUPLE.fullmatch(path.name):
            yield from _check_level(root, path, depth - 1)
        elif not depth and real_folder and layout.OBJECT.fullmatch(path.name):
            yield from check_object(root, path)
        else:
            yield from _check_strays(root, path)


def _still_empty(root: Path, folder: Path) -> bool:
    # A commit makes these folders a moment before it moves its object in, holding this lock.
    with files.locked(root):
        return folder.is_dir() and not any(folder.iterdir())


def _check_strays(root: Path, path: Path) -> Iterator[CheckResult]:
    name = path.relative_to(root).as_posix()
    if path.is_symlink() or not path.is_dir():
        if name not in layout.ROOT_FILES:
            yield CheckResult(name, "unknown", "not a file of a storage root")
        return
    tree = _Tree().look(path)
    for at, detail in tree.unreadable.items():
        yield CheckResult(_join(name, at), "unchecked", detail)
    for at in sorted(tree.files | tree.others | tree.empty):
        if _join(name, at) not in layout.ROOT_FILES:
            yield CheckResult(_join(name, at), "unknown", "not a file of a storage root")


def _check_bytes(top: Path, name: str, expected: bytes) -> CheckResult:
    try:
        data = files.read_small(top / name)
    except FileNotFoundError:
        return CheckResult(name, "missing")
    except OSError as error:
        return CheckResult(name, "unchecked", str(error))
    return CheckResult(name, "ok") if data == expected else CheckResult(name, "damaged", "its bytes are fixed by the standard")


def _read_pair(top: Path, folder: str) -> _Pair:
    data: dict[str, bytes] = {}
    faults = {}
    for name in (layout.INVENTORY, layout.SIDECAR):
        try:
            data[name] = files.read_small(top / folder / name)
        except FileNotFoundError:
            faults[name] = ("missing", "")
        except OSError as error:
            faults[name] = ("unchecked", str(error))
    return _Pair(folder, data.get(layout.INVENTORY), data.get(layout.SIDECAR), faults)


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder and name else folder or name
