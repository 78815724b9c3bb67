"""An index's folder: a stamp of what made it goes in, the directory to read, to write or to build comes out, one writer at a time."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from indexing.contract import IndexBusyError, IndexUnavailableError

_POINTER = "current.json"
_LOCK = "writer.lock"
_PREFIX = "generation-"
_POLL_SECONDS = 0.02

_Answer = TypeVar("_Answer")


@contextmanager
def _on_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise IndexUnavailableError(f"the folder of the index cannot be written: {error}") from error


class IndexFolder:
    """root/current.json names the living generation and its stamp; a rebuild fills another directory and replaces the pointer at once.

    Local disks only: flock and mmap, which the engines rest on, are not shared over NFS or SMB.
    """

    def __init__(self, root: Path, stamp: Mapping[str, str], wait_seconds: float) -> None:
        self._root = root
        self._stamp = dict(stamp)
        self._wait = wait_seconds
        self._told: Path | None = None  # the generation whose outbox number the caller knows

    def current(self) -> Path:
        """The living generation. Raises IndexUnavailableError when there is none, or when another version made it."""
        try:
            pointer = json.loads((self._root / _POINTER).read_text(encoding="utf-8"))
            stamp, generation = pointer["stamp"], self._root / str(pointer["generation"])
        except FileNotFoundError as error:
            raise IndexUnavailableError(f"no index in {self._root}") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexUnavailableError(f"{self._root / _POINTER} is unreadable: {error}") from error
        if stamp != self._stamp:
            raise IndexUnavailableError(f"made by {stamp}, wanted {self._stamp}")
        if not generation.is_dir():
            raise IndexUnavailableError(f"{generation} is gone")
        return generation

    def read(self, ask: Callable[[Path], _Answer], *, tells_seq: bool = False) -> _Answer:
        """What `ask` says of the living generation; asked once more when a rebuild took the files away in between."""
        path = self.current()
        try:
            answer = ask(path)
        except IndexUnavailableError:
            path, before = self.current(), path
            if path == before:
                raise
            answer = ask(path)
        if tells_seq:
            self._told = path
        return answer

    @contextmanager
    def updating(self) -> Iterator[Path]:
        """The living generation under the writer's lock.

        Raises IndexBusyError also when the caller was told the outbox number of another generation: what it
        hands over would follow on entries that the rebuilt index lacks.
        """
        self.current()  # a folder that is gone stays gone until it is rebuilt
        with self.writing():
            path = self.current()
            told, self._told = self._told, None
            if told not in (None, path):
                raise IndexBusyError("the index was rebuilt meanwhile")
            yield path
            self._told = path

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Holds the writer's lock; it falls with the process. Raises IndexBusyError after wait_seconds."""
        with _on_disk():
            self._root.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._root / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._take(handle)
            yield
        finally:
            os.close(handle)

    def _take(self, handle: int) -> None:
        deadline = time.monotonic() + self._wait
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() >= deadline:
                    raise IndexBusyError(f"{self._root} is being written by another process") from error
                time.sleep(_POLL_SECONDS)
            else:
                return

    @contextmanager
    def building(self) -> Iterator[Path]:
        """An empty directory, under the writer's lock, that becomes the living generation when the block ends without an error."""
        with self.writing():
            generation = self._root / f"{_PREFIX}{uuid.uuid4().hex}"
            try:
                with _on_disk():
                    generation.mkdir()
                yield generation
                with _on_disk():
                    self._publish(generation)
                self._told = None
            finally:
                self._sweep()

    def _publish(self, generation: Path) -> None:
        draft = self._root / f"{_POINTER}.new"
        with draft.open("w", encoding="utf-8") as stream:
            json.dump({"stamp": self._stamp, "generation": generation.name}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(self._root / _POINTER)
        for directory in (generation, self._root):
            handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def _sweep(self) -> None:
        """Removes every generation but the living one, also what a killed rebuild left; a reader that has one open keeps its files."""
        try:
            living = str(json.loads((self._root / _POINTER).read_text(encoding="utf-8"))["generation"])
        except (OSError, ValueError, KeyError, TypeError):
            living = ""
        for directory in self._root.glob(f"{_PREFIX}*"):
            if directory.name != living:
                shutil.rmtree(directory, ignore_errors=True)
