"""The calls by which the store changes a disk, seen one by one: counted, refused, cut short, or written down."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from storage import files

WATCHED: tuple[tuple[Any, str], ...] = (
    *((os, name) for name in ("open", "write", "fsync", "rename", "replace", "link", "unlink", "mkdir", "rmdir")),
    (files, "rename_new"),
)

Watcher = Callable[[str, tuple[Any, ...]], None]


def _nothing(name: str, arguments: tuple[Any, ...]) -> None:
    """Lets a call pass."""


@contextmanager
def watched(before: Watcher = _nothing, after: Callable[[str, tuple[Any, ...], Any], None] | None = None) -> Iterator[None]:
    """While inside, `before` and `after` see every call. fsync itself does nothing: what it would give is checked by models, not by the disk."""

    def wrap(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            before(name, arguments)
            result = None if name == "fsync" else real(*arguments, **named)
            if after:
                after(name, arguments, result)
            return result

        return call

    with ExitStack() as stack:
        stack.enter_context(patch.object(os, "posix_fadvise", lambda *arguments: None))  # nothing here is worth waiting for a disk
        for holder, name in WATCHED:
            stack.enter_context(patch.object(holder, name, wrap(name, getattr(holder, name))))
        yield


class Counter:
    """Counts calls; at call number `at` (1..), and at every later one when `sticky`, it does `what`."""

    def __init__(self, at: int, what: Callable[[], None], *, sticky: bool = False) -> None:
        self.at, self.what, self.sticky, self.seen = at, what, sticky, 0

    def __call__(self, name: str, arguments: tuple[Any, ...], result: Any = None) -> None:
        self.seen += 1
        if self.seen == self.at or (self.sticky and self.seen > self.at):
            self.what()

    @property
    def struck(self) -> bool:
        return self.seen >= self.at


def killed_at(number: int, act: Callable[[Callable[[], None]], None], *, after: bool) -> tuple[bool, bool]:
    """Runs act(acknowledge) in a child that dies before, or right after, its call `number`.

    Returns (came to its end, acknowledged). What a dead process leaves is on the disk; nothing of it runs on.
    """
    reading, writing = os.pipe()
    real_write = os.write
    child = os.fork()
    if child == 0:
        status = 99
        try:
            counter = Counter(number, lambda: os._exit(9))
            with watched(after=counter) if after else watched(counter):
                act(lambda: (real_write(writing, b"!"), None)[1])
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    acknowledged = os.read(reading, 1) == b"!"
    os.close(reading)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 9), f"the child failed by itself at call {number}"
    return code == 0, acknowledged
