"""Paths and bytes come in; durable files, atomic renames, locks and digests go out."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from storage.contract import NoSpaceError

CHUNK = 1 << 20
FILE_MODE = 0o440  # what is kept is never written again, only replaced by rename
FOLDER_MODE = 0o750

_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_NOT_SUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)
_RENAMEAT2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)


class Digest(Protocol):
    """The two methods of a hashlib object that are used here."""

    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


@contextmanager
def space_errors() -> Iterator[None]:
    """Turns "no space left" and "quota exceeded" of the system into NoSpaceError; every other error passes."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpaceError(str(error)) from error
        raise


@contextmanager
def descriptor(path: Path, flags: int) -> Iterator[int]:
    """An open file descriptor, closed at the end; new files are read-only for everybody after their writer."""
    number = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, FILE_MODE)
    try:
        yield number
    finally:
        os.close(number)


@contextmanager
def locked(path: Path, *, shared: bool = False) -> Iterator[int]:
    """Waits for the advisory lock of a file or folder; the kernel gives it back when its holder dies.

    Raises FileNotFoundError when the path was removed while we waited.
    """
    with descriptor(path, os.O_RDONLY) as number:
        fcntl.flock(number, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        try:
            if os.fstat(number).st_nlink == 0:
                raise FileNotFoundError(errno.ENOENT, "removed while waiting for its lock", str(path))
            yield number
        finally:
            # A child forked meanwhile shares this lock: closing our copy alone would not give it back.
            fcntl.flock(number, fcntl.LOCK_UN)


@contextmanager
def locked_if_free(path: Path) -> Iterator[bool]:
    """Yields True with the lock held when nobody living holds it, else False (also when the path is gone)."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        yield False
        return
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        try:
            yield True
        finally:
            fcntl.flock(number, fcntl.LOCK_UN)
    finally:
        os.close(number)


def chunks(source: BinaryIO) -> Iterator[bytes]:
    """The bytes of an open file in pieces of at most CHUNK."""
    while piece := source.read(CHUNK):
        yield piece


def write_all(number: int, pieces: Iterable[bytes], digests: Sequence[Digest] = ()) -> int:
    """Writes every piece (also when the system takes only part of it), feeds the digests, returns the count of bytes."""
    total = 0
    for piece in pieces:
        rest = memoryview(piece)
        while rest:
            rest = rest[os.write(number, rest) :]
        for digest in digests:
            digest.update(piece)
        total += len(piece)
    return total


def write_new(path: Path, pieces: Iterable[bytes], digests: Sequence[Digest] = ()) -> int:
    """Writes a file that must not exist yet, without making it durable; returns its size. Raises FileExistsError."""
    with descriptor(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as number:
        return write_all(number, pieces, digests)


def sync(path: Path) -> None:
    """Makes the bytes of a file, or the names in a folder, durable."""
    with descriptor(path, os.O_RDONLY) as number:
        os.fsync(number)


def sync_files(paths: Sequence[Path], threads: int) -> None:
    """Makes many files durable; waiting side by side lets the file system put them into few journal commits."""
    if threads <= 1:
        for path in paths:
            sync(path)
        return
    with ThreadPoolExecutor(threads, "fsync") as pool:
        for _ in pool.map(sync, paths):
            pass


def sync_tree(top: Path, threads: int) -> None:
    """Makes a whole tree durable: files first, then folders from the leaves up; folders that hold nothing are removed."""
    names: list[Path] = []
    folders: list[Path] = []
    for folder, _, files in os.walk(top, onerror=_raise):
        folders.append(Path(folder))
        names += [Path(folder, name) for name in files]
    sync_files(sorted(names), threads)
    for path in sorted(folders, reverse=True):
        if any(path.iterdir()):
            sync(path)
        else:
            path.rmdir()


def make_folders(path: Path) -> None:
    """Makes a folder and its parents; the names are durable, also those that an interrupted run has left."""
    if not path.is_dir():
        make_folders(path.parent)
        path.mkdir(FOLDER_MODE, exist_ok=True)
    sync(path.parent)


def rename_new(source: Path, target: Path) -> None:
    """Renames only when there is no target. Raises FileExistsError.

    A file system without RENAME_NOREPLACE gets a look followed by a plain rename. That is still safe for what the store
    publishes: rename(2) refuses a folder that is not empty, and spool names carry a random part.
    """
    if _RENAMEAT2 is not None:
        if _RENAMEAT2(_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), _RENAME_NOREPLACE) == 0:
            return
        code = ctypes.get_errno()
        if code not in _NOT_SUPPORTED:
            raise OSError(code, os.strerror(code), str(source), None, str(target))
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    source.rename(target)


def remove_tree(top: Path) -> None:
    """Removes a folder with everything in it, without following links."""
    for folder, folders, files in os.walk(top, topdown=False, onerror=_raise):
        for name in files:
            Path(folder, name).unlink()
        for name in folders:
            inner = Path(folder, name)
            if inner.is_symlink():
                inner.unlink()
            else:
                inner.rmdir()
    top.rmdir()


def read_small(path: Path) -> bytes:
    """All bytes of a regular file. Raises OSError, also for a link or a device."""
    return b"".join(_pieces_of(path))


def digests(path: Path, algorithms: Iterable[str]) -> Mapping[str, str]:
    """Re-reads a regular file and gives {algorithm: hex}. Raises OSError, also for a link or a device."""
    found = {name: hashlib.new(name) for name in algorithms}
    for piece in _pieces_of(path):
        for digest in found.values():
            digest.update(piece)
    return {name: digest.hexdigest() for name, digest in found.items()}


def _pieces_of(path: Path) -> Iterator[bytes]:
    # O_NONBLOCK: a pipe that lies where a file should be must not hang the check.
    with descriptor(path, os.O_RDONLY | os.O_NONBLOCK) as number:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        # Cached pages would hide what the disk has become.
        os.posix_fadvise(number, 0, 0, os.POSIX_FADV_DONTNEED)
        while piece := os.read(number, CHUNK):
            yield piece


def _raise(error: OSError) -> None:
    raise error
