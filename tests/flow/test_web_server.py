"""Serving for real: gunicorn and the worker come up, a killed worker comes back, and nothing is left when the server goes, however it goes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dossier.web.server import environment_of
from tests.support.office import open_test_office, settings_for

PATIENCE = 60.0
ROOT = Path(__file__).resolve().parents[2]


def until(question: Callable[[], Any]) -> Any:
    """The first answer that is not empty; fails after PATIENCE seconds."""
    never, asked = threading.Event(), 0.0
    while asked < PATIENCE:
        answer = question()
        if answer:
            return answer
        asked += 0.1
        never.wait(0.1)
    raise AssertionError("nothing happened")


def children(pid: int) -> dict[str, int]:
    """What runs below a process: gunicorn and the worker."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[1])
            words = (path.parent / "cmdline").read_bytes().decode().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid:
            found["web" if "gunicorn" in words else "worker"] = int(path.parent.name)
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def up(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    home = tmp_path / "home"
    open_test_office(home).close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = os.environ | environment_of(settings_for(home)) | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-m", "dossier", "serve", "--port", str(port)], cwd=ROOT, env=environ)
    yield process, port
    process.kill()
    process.wait()


def test_the_worker_is_started_again_and_nothing_outlives_the_server(server: tuple[subprocess.Popen[bytes], int]) -> None:
    process, port = server
    until(lambda: up(port))
    first = until(lambda: children(process.pid).get("worker"))
    os.kill(first, signal.SIGKILL)
    second = until(lambda: (pid := children(process.pid).get("worker")) != first and pid)
    web = children(process.pid)["web"]
    process.kill()
    until(lambda: not alive(web) and not alive(second))
    assert not up(port)


def test_a_polite_end_is_in_good_order(server: tuple[subprocess.Popen[bytes], int]) -> None:
    process, port = server
    until(lambda: up(port))
    below = until(lambda: len(found := children(process.pid)) == 2 and found)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    assert not any(alive(pid) for pid in below.values())
