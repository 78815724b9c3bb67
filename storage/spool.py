"""A stream of bytes comes in; a durable file named by its SHA-256 goes out."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from storage import files
from storage.contract import CheckResult, Spooled

_KEY = re.compile(r"[0-9a-f]{64}\.[0-9a-f]{32}", re.ASCII)
_PARTIAL = re.compile(r"incoming\.[0-9a-f]{32}", re.ASCII)


class FolderSpool:
    """Incoming files in one folder, each `<sha256>.<random>`; files still being written are `incoming.<random>`.

    The folder is made when it is not there. Several processes may use it at once.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        files.make_folders(root)

    def put(self, source: BinaryIO) -> Spooled:
        """Keeps all bytes of `source` (read from where it stands). When this returns, file and folder are fsynced.

        Raises NoSpaceError or OSError, and what source.read() raises; then nothing of it stays.
        """
        with files.space_errors(), self._partial() as (number, partial):
            digest = hashlib.sha256()
            size = files.write_all(number, files.chunks(source), [digest])
            os.fsync(number)
            key = f"{digest.hexdigest()}.{uuid4().hex}"
            self._publish(partial, self._root / key)
        return Spooled(key, digest.hexdigest(), size)

    def path(self, key: str) -> Path:
        """Where the file lies. Raises KeyError when there is no such file."""
        path = self._root / _checked(key)
        if not path.is_file():
            raise KeyError(key)
        return path

    def delete(self, key: str) -> None:
        """Removes a file for good; one that is gone already is no error, so that a repeated step ends well."""
        with suppress(FileNotFoundError):
            (self._root / _checked(key)).unlink()
        files.sync(self._root)

    def keys(self) -> Iterable[str]:
        """The keys of all kept files, sorted."""
        return [name for name in self._names() if _KEY.fullmatch(name)]

    def verify(self, key: str, sha256: str) -> CheckResult:
        """Re-reads every byte and compares with `sha256` (hex) and with the digest in the key."""
        try:
            found = files.digests(self._root / _checked(key), ["sha256"])["sha256"]
        except (FileNotFoundError, KeyError):
            return CheckResult(key, "missing")
        except OSError as error:
            return CheckResult(key, "unchecked", str(error))
        if found == sha256 == key.partition(".")[0]:
            return CheckResult(key, "ok")
        return CheckResult(key, "damaged", f"sha256 is {found}, kept as {sha256}")

    def strays(self) -> Iterable[CheckResult]:
        """What lies in the folder and is neither a kept file nor one being written by a living process."""
        for name in self._names():
            if _KEY.fullmatch(name):
                continue
            if _PARTIAL.fullmatch(name):
                with files.locked_if_free(self._root / name) as abandoned:
                    if not abandoned:
                        continue
            yield CheckResult(name, "unknown", "not a file of the spool")

    def recover(self) -> Iterable[str]:
        """Removes what a crash left half written; what it did, in words. Files being written by the living stay."""
        done = []
        for name in self._names():
            if not _PARTIAL.fullmatch(name):
                continue
            with files.locked_if_free(self._root / name) as abandoned:
                if abandoned:
                    (self._root / name).unlink()
                    done.append(f"{name}: removed, its upload never came to an end")
        return done

    def _names(self) -> list[str]:
        return sorted(path.name for path in self._root.iterdir())

    @contextmanager
    def _partial(self) -> Iterator[tuple[int, Path]]:
        while True:
            partial = self._root / f"incoming.{uuid4().hex}"
            with files.descriptor(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as number:
                # The lock says "its writer lives". Between open and lock a recover() may have taken the file away: take another.
                fcntl.flock(number, fcntl.LOCK_EX)
                if os.fstat(number).st_nlink == 0:
                    continue
                try:
                    yield number, partial
                except BaseException as error:
                    _take_away(partial, error)
                    raise
                finally:
                    fcntl.flock(number, fcntl.LOCK_UN)
                return

    def _publish(self, partial: Path, final: Path) -> None:
        files.rename_new(partial, final)
        try:
            files.sync(self._root)
        except BaseException as error:
            _take_away(final, error)
            raise


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise KeyError(key)
    return key


def _take_away(path: Path, error: BaseException) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as second:
        error.add_note(f"{path.name} could not be removed either: {second}")
