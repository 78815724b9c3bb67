"""Real worker processes for tests: a home folder comes in; processes that run `work --until-idle`, to be killed at will, go out.

They are forked from a server that has imported the program already, so that a start costs milliseconds and many kills fit into a test.
"""

from __future__ import annotations

import multiprocessing
import os
import select
import sys
from collections.abc import Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.support.commands import environment

_CONTEXT = multiprocessing.get_context("forkserver")


def _work(environ: dict[str, str]) -> None:
    os.environ.update(environ)
    sys.argv = ["bin/dossier", "work", "--until-idle"]
    from dossier.cli import main

    main()


def start_worker(home: Path, **settings: str) -> ForkServerProcess:
    """A started worker over `home`; end it with kill() or terminate(), or join() it."""
    _CONTEXT.set_forkserver_preload(["dossier.cli.root", "dossier.worker", "numpy", "tests.support.warm"])
    process = _CONTEXT.Process(target=_work, args=(environment(home, **settings),))
    process.start()
    return process


def processes_of(home: Path) -> Iterator[int]:
    """Ids of living processes that were started for `home` or stand in it: workers, page processes, parsers."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            state = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            about = (entry / "environ").read_bytes() + b"\0" + os.fsencode((entry / "cwd").readlink()) + b"\0"
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if state != "Z" and (b"DOSSIER_HOME=" + os.fsencode(home) + b"\0" in about or os.fsencode(home) + b"/" in about):
            yield int(entry.name)


def left_after(home: Path, seconds: float) -> list[int]:
    """Processes of `home` that have not ended by themselves within so many seconds each."""
    left = []
    for pid in list(processes_of(home)):
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        if not poll.poll(seconds * 1000):
            left.append(pid)
        os.close(handle)
    return left
