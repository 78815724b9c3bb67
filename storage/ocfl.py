"""Volumes of files come in, version by version; durable OCFL 1.1 objects in a folder, and their files, go out."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from storage import files, fsck, layout, staging
from storage.contract import CheckResult, ConflictError, DamagedError, Version
from storage.inventory import Inventory, read, sidecar


@dataclass(frozen=True)
class _Current:
    """The inventory that counts, its bytes, and whether the copies in the object's root say the same."""

    inventory: Inventory
    data: bytes
    root_agrees: bool


class FolderVolumes:
    """OCFL objects under one storage root on a local file system; versions are built beside it, in `<root>.staging`.

    The root is made when nothing, or an empty folder, is there. Several threads and processes may use it at once.
    threads: how many files are made durable side by side. Raises OSError when root and staging lie on different file systems.
    """

    def __init__(self, root: Path, *, threads: int = 8) -> None:
        self._root = root
        self._staging = layout.staging_of(root)
        self._threads = threads
        layout.make_root(root)
        if root.stat().st_dev != self._staging.stat().st_dev:
            raise OSError(errno.EXDEV, "a storage root and its staging folder must lie on one file system", str(root))

    def head(self, object_id: str) -> int:
        """The number of the newest version; 0 when there is no such object. Raises DamagedError."""
        current = self._current(object_id)
        return current.inventory.head if current else 0

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
    ) -> Version:
        """Makes the next version from the version `expect_head` (0: the object is new); durable when it returns.

        add: logical path → bytes, or a file that is copied; remove: logical paths to leave out. created: RFC 3339.
        Raises ConflictError when the newest version is another one, ValueError for names or changes that cannot be,
        NoSpaceError, DamagedError, OSError; after each of them the store holds what it held before.
        """
        changes = staging.Changes(dict(add), tuple(remove), user, message, created)
        layout.check_object_id(object_id)
        changes.check()
        self._check_declared()
        with files.space_errors(), layout.workplace(self._staging) as work:
            old = self._current(object_id)
            _expect(object_id, old, expect_head)
            new = staging.build(work / "object", object_id, old.inventory if old else None, changes, self._threads)
            if old is None:
                self._install_object(work, object_id)
            else:
                self._install_version(work, old, new)
        return new.versions[new.head]

    def version(self, object_id: str, number: int | None = None) -> Version:
        """A version, by default the newest. Raises KeyError when there is none, DamagedError."""
        inventory = self._inventory(object_id)
        return inventory.versions[inventory.head if number is None else number]

    def open(self, object_id: str, logical_path: str, number: int | None = None) -> BinaryIO:
        """The bytes of a file, from the newest version by default. Raises KeyError, DamagedError when the bytes are gone."""
        path = self.path(object_id, logical_path, number)
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW), "rb")

    def path(self, object_id: str, logical_path: str, number: int | None = None) -> Path:
        """Where a file lies, to be read only. Raises KeyError, DamagedError when it is not there."""
        inventory = self._inventory(object_id)
        path = self._place(object_id) / inventory.content_path(logical_path, inventory.head if number is None else number)
        if path.is_symlink() or not path.is_file():
            raise DamagedError(f"{object_id}: {path} is not there")
        return path

    def objects(self) -> Iterable[str]:
        """The ids of all objects, in the order of their places. Raises DamagedError after the last one when some could not be read."""
        damaged = []
        for object_root in layout.object_roots(self._root):
            try:
                yield _settled(object_root).inventory.object_id
            except (DamagedError, OSError) as error:
                damaged.append(f"{object_root.name}: {error}")
        if damaged:
            raise DamagedError("; ".join(damaged))

    def verify(self, object_id: str) -> Iterable[CheckResult]:
        """Re-reads every byte of an object; names are paths relative to the root."""
        object_root = self._place(object_id)
        if not object_root.exists():
            return [CheckResult(str(layout.object_path(object_id)), "missing", f"{object_id}: no such object")]
        return fsck.check_object(self._root, object_root)

    def verify_root(self) -> Iterable[CheckResult]:
        """Re-reads every byte under the root; names are paths relative to it."""
        return fsck.check_root(self._root)

    def recover(self) -> Iterable[str]:
        """Finishes or removes what a crash left; what it did, in words. Running commits are left alone. Doing it twice changes nothing."""
        return [*self._clear_staging(), *self._finish_versions(), *self._prune()]

    # -- where things are ------------------------------------------------------------------------------------------

    def _place(self, object_id: str) -> Path:
        return self._root / layout.object_path(object_id)

    def _current(self, object_id: str) -> _Current | None:
        object_root = self._place(object_id)
        try:
            return _settled(object_root) if object_root.exists() else None
        except FileNotFoundError:
            if object_root.exists():
                raise
            return None  # its first commit failed, and withdrew it while we looked

    def _inventory(self, object_id: str) -> Inventory:
        current = self._current(object_id)
        if current is None:
            raise KeyError(object_id)
        return current.inventory

    def _check_declared(self) -> None:
        if not (self._root / layout.DECLARATION).is_file():
            raise DamagedError(f"{self._root} does not declare itself a storage root; is the right disk mounted?")

    # -- the moment of commit --------------------------------------------------------------------------------------

    def _install_object(self, work: Path, object_id: str) -> None:
        place = self._place(object_id)
        try:
            # Shared with other commits, against the pruning of folders that are still empty.
            with files.locked(self._root, shared=True):
                files.make_folders(place.parent)
                files.rename_new(work / "object", place)
                with _taking_back(work, place):
                    files.sync(place.parent)
        except FileExistsError as error:
            raise ConflictError(f"{object_id}: somebody else made the object first") from error
        except BaseException as error:
            try:
                self._prune()
            except OSError as second:
                error.add_note(f"empty folders could not be removed either: {second}")
            raise

    def _install_version(self, work: Path, old: _Current, new: Inventory) -> None:
        object_root, name = self._place(new.object_id), f"v{new.head}"
        with files.locked(object_root):
            now = _load(object_root)
            if now.data != old.data:
                raise ConflictError(f"{new.object_id}: version {now.inventory.head} came in between")
            files.rename_new(work / "object" / name, object_root / name)
            with _taking_back(work, object_root / name, old.data):
                files.sync(object_root)
                staging.publish_copies(work / "object", object_root)

    # -- after a crash ---------------------------------------------------------------------------------------------

    def _clear_staging(self) -> Iterator[str]:
        for work in sorted(self._staging.iterdir()):
            with files.locked_if_free(work) as abandoned:
                if abandoned:
                    files.remove_tree(work)
                    yield f"staging/{work.name}: removed, its commit never came to an end"

    def _finish_versions(self) -> Iterator[str]:
        for object_root in layout.object_roots(self._root):
            try:
                with files.locked(object_root):
                    yield from self._finish_version(object_root)
            except FileNotFoundError:
                # Its commit failed and withdrew it while we waited for the lock.
                if object_root.exists():
                    raise

    def _finish_version(self, object_root: Path) -> Iterator[str]:
        try:
            current = _load(object_root)
        except (DamagedError, OSError) as error:
            yield f"{object_root.name}: damaged, left as it is: {error}"
            return
        if not current.root_agrees:
            with layout.workplace(self._staging) as work:
                staging.remake_copies(work / "copies", object_root, current.data)
            yield f"{current.inventory.object_id}: inventory of version {current.inventory.head} copied to the object's root"

    def _prune(self) -> list[str]:
        done = []
        with files.locked(self._root):
            for folder in list(layout.tuple_folders(self._root)):
                if not any(folder.iterdir()):
                    folder.rmdir()
                    done.append(f"{folder.relative_to(self._root)}: removed, empty")
        return done


def _expect(object_id: str, current: _Current | None, expect_head: int) -> None:
    head = current.inventory.head if current else 0
    if head != expect_head:
        raise ConflictError(f"{object_id}: version {expect_head} expected, the newest is {head}")


@contextmanager
def _taking_back(work: Path, published: Path, root_copies: bytes | None = None) -> Iterator[None]:
    """Withdraws what was published when the rest of its commit fails: nobody was told of it yet.

    root_copies: the inventory that the object's root had before. When the withdrawal fails too, recover() settles the matter.
    """
    try:
        yield
    except BaseException as error:
        try:
            published.rename(work / "withdrawn")
            if root_copies is not None:
                staging.remake_copies(work / "copies", published.parent, root_copies)
            files.sync(published.parent)
        except OSError as second:
            error.add_note(f"{published} could not be withdrawn: {second}")
        raise


def _settled(object_root: Path) -> _Current:
    """_load() for whoever does not hold the object's lock: what looks like damage may be a commit between its renames."""
    try:
        return _load(object_root)
    except DamagedError:
        with files.locked(object_root, shared=True):
            return _load(object_root)


def _load(object_root: Path) -> _Current:
    """The inventory that counts: that of the highest version folder, once its sidecar agrees.

    A version folder appears whole or not at all, the copies in the root follow it. So: copies that are older, or torn, are
    what a crash leaves; copies that are newer, or equal in number and different, or a version that nothing vouches for, are damage,
    and an older version never stands in for it. Raises DamagedError.
    """
    numbers = layout.version_numbers(object_root)
    if not numbers:
        raise DamagedError(f"{object_root}: no version is there")
    version, fault = _vouched(object_root / f"v{numbers[-1]}")
    if version and _same_copies(object_root, version[1]):
        return _checked(object_root, numbers[-1], _Current(*version, root_agrees=True))
    root, root_fault = _vouched(object_root)
    if version and (root is None or root[0].head < version[0].head):
        return _checked(object_root, numbers[-1], _Current(*version, root_agrees=False))
    if root and not version:
        return _checked(object_root, numbers[-1], _Current(*root, root_agrees=True))
    raise DamagedError(fault + root_fault or f"{object_root}: its inventory is not that of version {numbers[-1]}")


def _checked(object_root: Path, highest: int, current: _Current) -> _Current:
    if current.inventory.head != highest:
        raise DamagedError(f"{object_root}: inventory of version {current.inventory.head}, but version {highest} is there")
    if layout.object_path(current.inventory.object_id).name != object_root.name:
        raise DamagedError(f"{object_root} holds {current.inventory.object_id}, whose place is elsewhere")
    return current


def _vouched(folder: Path) -> tuple[tuple[Inventory, bytes] | None, str]:
    try:
        return read(folder), ""
    except DamagedError as error:
        return None, f"{error}. "


def _same_copies(folder: Path, data: bytes) -> bool:
    try:
        return files.read_small(folder / layout.INVENTORY) == data and files.read_small(folder / layout.SIDECAR) == sidecar(data)
    except FileNotFoundError:
        return False
