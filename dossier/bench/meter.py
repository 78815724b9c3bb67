"""A piece of work comes in; the wall and CPU seconds that it took, its processes included, and what machine this is, go out."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Cost:
    """Seconds: on the clock; of CPU in this process; of CPU in the processes it started and has waited for."""

    wall: float
    own: float
    children: float

    @property
    def cpu(self) -> float:
        return self.own + self.children

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.wall - other.wall, self.own - other.own, self.children - other.children)


def now() -> Cost:
    """What this process has used so far; the difference of two is the cost of what lies between."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(time.perf_counter(), time.process_time(), children.ru_utime + children.ru_stime)


def adopt_orphans() -> None:
    """From now on grandchildren whose parent left without waiting for them (as bubblewrap does) come to this process, and their CPU time with them."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_orphans() -> None:
    """Waits for every process that has ended. Only when nobody else here still waits for a child of their own."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return
        except ChildProcessError:
            return


def machine() -> str:
    """Cores, processor, Python and the load of the last minute: what a number means nothing without."""
    model = next((line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores, {model}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"


def _lines(path: str) -> Sequence[str]:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()


def headline(text: str) -> None:
    """The name of a bench and the machine it runs on."""
    click.echo(f"── {text}\n   {machine()}")


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows under their heads, columns as wide as their widest value; a Han character counts as two."""
    texts = [[str(value) for value in row] for row in (head, *rows)]
    widths = [max(_width(row[place]) for row in texts) for place in range(len(head))]
    for row in texts:
        click.echo("  " + "  ".join(value + " " * (widths[place] - _width(value)) for place, value in enumerate(row)).rstrip())


def _width(text: str) -> int:
    return sum(2 if ord(char) >= 0x2E80 else 1 for char in text)
