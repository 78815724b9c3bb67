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
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dossier import people
from dossier.clock import Clock
from dossier.settings import Settings
from dossier.web.server import counting_folder, environment_of
from tests.support.office import PASSWORD, open_test_office, operator_of, settings_for

PATIENCE = 60.0
PROCESSES, ASKED = 2, 6
ROOT = Path(__file__).resolve().parents[2]


class Served(NamedTuple):
    """A server of this test's own; token: that of a program that watches it; log: what it tells."""

    process: subprocess.Popen[bytes]
    port: int
    token: str
    log: Path


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


def forked(pid: int) -> list[int]:
    """The processes in which gunicorn answers."""
    stats = (path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[1] for path in Path("/proc").glob("[0-9]*/stat"))
    return [number for number in map(int, stats) if number == pid]


def answered(port: int, token: str, endpoint: str) -> int:
    """How many requests of a page /metrics tells of."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asked, timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return sum(int(float(line.rpartition(" ")[2])) for line in lines if line.startswith(f'dossier_requests_total{{endpoint="{endpoint}"'))


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
def server(tmp_path: Path) -> Iterator[Served]:
    home = tmp_path / "home"
    office = open_test_office(home, clock=Clock())
    people.add(
        office, operator_of(office), login="watcher", display="监控", roles=["auditor"], team=None, password=PASSWORD, must_change=False
    )
    token = people.add_token(office, operator_of(office), "watcher", "监控程序", ["watch"], 30)
    office.close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = replace(settings_for(home), web_processes=PROCESSES)
    environ = os.environ | environment_of(settings) | {"PYTHONPATH": str(ROOT)}
    log = tmp_path / "log"
    with log.open("wb") as told:
        process = subprocess.Popen([sys.executable, "-m", "dossier", "serve", "--port", str(port)], cwd=ROOT, env=environ, stderr=told)
    yield Served(process, port, token, log)
    process.kill()
    process.wait()


def test_the_worker_is_started_again_and_nothing_outlives_the_server(server: Served) -> None:
    process, port, *_ = server
    until(lambda: up(port))
    first = until(lambda: children(process.pid).get("worker"))
    os.kill(first, signal.SIGKILL)
    second = until(lambda: (pid := children(process.pid).get("worker")) != first and pid)
    web = children(process.pid)["web"]
    process.kill()
    until(lambda: not alive(web) and not alive(second))
    assert not up(port)


def test_a_polite_end_is_in_good_order(server: Served) -> None:
    process, port, token, log = server
    until(lambda: f'"url": "http://127.0.0.1:{port}/"' in log.read_text())
    assert up(port), "it was said to serve before it did"
    below = until(lambda: len(found := children(process.pid)) == 2 and found)
    assert len(until(lambda: len(found := forked(below["web"])) == PROCESSES and found)) == PROCESSES
    for _ in range(ASKED):
        assert up(port)
    # Whichever process answers tells what all of them have done.
    told = until(lambda: answered(port, token, "health.readyz"))
    assert told >= ASKED
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    assert not any(alive(pid) for pid in below.values())


def test_the_served_processes_read_the_settings_that_were_read_here(tmp_path: Path) -> None:
    told = {"DOSSIER_HOME": str(tmp_path)}
    for ways in (
        {},
        {"DOSSIER_EXPORT_URL": "http://127.0.0.1:9/in", "DOSSIER_EXPORT_SECRET": "0123456789abcdef"},
        {"DOSSIER_WATCH_FOLDER": "/scans"},
    ):
        settings = Settings.read(told | ways)
        assert Settings.read(environment_of(settings)) == settings


def test_a_second_server_leaves_the_counts_of_the_first_alone(tmp_path: Path) -> None:
    left = tmp_path / "left"
    left.mkdir()
    with counting_folder(tmp_path) as first:
        assert not left.exists()
        (first / "counter_1.db").write_bytes(b"1")
        with counting_folder(tmp_path) as second:
            assert (first / "counter_1.db").read_bytes() == b"1"
        assert not second.exists()
