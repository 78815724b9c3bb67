"""A court with many documents is served, and people ask for its pages at the same time; how long each page takes comes out."""

from __future__ import annotations

import gzip
import http.client
import json
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import quote, urlencode

import click

from dossier.bench import court, meter
from dossier.web.server import CHECKOUT, environment_of

TARGET_MS, TARGET_KB = 100.0, 150.0
START_SECONDS = 60.0
SLOW_SHARE = 0.95


@dataclass
class Asked:
    """What was asked of one page: seconds of each answer, its largest size in bytes as it crosses the wire when compressed."""

    seconds: list[float] = field(default_factory=list)
    compressed: int = 0

    @property
    def slow(self) -> float:
        """Milliseconds within which 95 of 100 answers came."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * SLOW_SHARE))] * 1000

    @property
    def middle(self) -> float:
        return sorted(self.seconds)[len(self.seconds) // 2] * 1000


@dataclass(frozen=True)
class Crowd:
    """So many people look at pages for so many seconds in all, each page for `pause` seconds on average."""

    people: int
    seconds: float
    pause: float

    def until_next(self, source: random.Random) -> float:
        """Seconds until a person asks for the next page."""
        return source.expovariate(1 / self.pause) if self.pause else 0


class Visitor:
    """One person with a session and a connection of their own."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies: SimpleCookie = SimpleCookie()
        token = json.loads(self.get("/sign-in", accept="application/json"))["csrf_token"]
        self._ask("POST", "/sign-in", urlencode({"csrf_token": token, "login": court.LOGIN, "password": court.PASSWORD}))
        self.get("/cases")

    def get(self, path: str, accept: str = "text/html") -> bytes:
        """The body. Raises click.ClickException for anything but 200."""
        return self._ask("GET", path, accept=accept)

    def _ask(self, method: str, path: str, body: str | None = None, accept: str = "text/html") -> bytes:
        headers = {"Accept": accept, "Cookie": "; ".join(f"{name}={one.value}" for name, one in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self._send(method, path, body, headers)
        content = answer.read()
        for line in answer.headers.get_all("Set-Cookie", []):
            self._cookies.load(line)
        if method == "GET" and answer.status == 303:
            return self.get(answer.headers["Location"], accept)
        if answer.status not in (200, 303):
            raise click.ClickException(f"{method} {path} was answered with {answer.status}")
        return content

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> http.client.HTTPResponse:
        """As a browser does: a connection that the server closed for having been idle is opened again."""
        try:
            self._connection.request(method, path, body, headers)
            return self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            self._connection.close()
            self._connection.request(method, path, body, headers)
            return self._connection.getresponse()


def paths_of(made: court.Court) -> dict[str, Sequence[str]]:
    """Name → addresses of that page, of which each visitor takes any."""
    numbers = [f"（2026）豫9924执{10_000 + number}号" for number in range(1, min(made.cases, 400))] or [made.first]
    # From the words of one case to some that stand on every page.
    words = ("银行存款", "豫9924执118号", "豫9924执10007号", "张某甲", "查封期限", "财产报告", "云川县人民法院")
    return {
        "home": ("/",),
        "cases": tuple(f"/cases?page={page}" for page in range(1, max(2, min(40, made.cases // 50)))),
        "cases, filtered": tuple(f"/cases?q={quote(word)}" for word in ("张某甲", "民间借贷", "11号")),
        "case": tuple(f"/cases/{quote(number)}" for number in numbers),
        "closing gate": tuple(f"/cases/{quote(number)}/check?gate=closing" for number in numbers),
        "hand-overs": ("/hand-overs",),
        "hand-over": (f"/hand-overs/{made.receipt_no}",),
        "search": tuple(f"/search?q={quote(word)}" for word in words),
        "search, counts": tuple(f"/search/counts?q={quote(word)}" for word in words),
    }


def run(documents: int, crowd: Crowd, processes: int) -> bool:
    """Prints the milliseconds of each page; True when every page keeps the target. processes: of the web server, 0 for what is set."""
    with tempfile.TemporaryDirectory(prefix="bench-web-") as name:
        made = court.make(Path(name), documents)
        settings = replace(made.settings, web_processes=processes or made.settings.web_processes)
        meter.headline(
            f"web: {made.documents} documents, {made.pages} pages in {made.cases} cases; "
            f"{settings.web_processes} processes; {crowd.people} people, {crowd.pause:g} s between pages"
        )
        port = _free_port()
        server = subprocess.Popen(
            [sys.executable, "-m", "dossier", "serve", "--no-worker", "--port", str(port)],
            cwd=CHECKOUT,
            env={**environment_of(settings), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(CHECKOUT)},
        )
        try:
            _wait(port, server)
            asked = _visit(port, paths_of(made), crowd)
        finally:
            server.terminate()
            server.wait()
    return _print(asked)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends and server.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            threading.Event().wait(0.1)
    raise click.ClickException("the server did not start")


def _visit(port: int, paths: dict[str, Sequence[str]], crowd: Crowd) -> dict[str, Asked]:
    asked = {name: Asked() for name in paths}
    visitors = [Visitor(port) for _ in range(crowd.people)]
    # A server that has just been started compiles its templates and opens its index: people work with one that runs.
    for visitor in visitors:
        for some in paths.values():
            visitor.get(some[0])
    failed: list[str] = []
    lock, ends = threading.Lock(), time.monotonic() + crowd.seconds

    def go(visitor: Visitor, source: random.Random) -> None:
        # People do not all begin in the same moment.
        threading.Event().wait(crowd.until_next(source))
        while time.monotonic() < ends and not failed:
            name = source.choice(list(paths))
            began = time.perf_counter()
            try:
                body = visitor.get(source.choice(paths[name]))
            except (click.ClickException, OSError) as error:
                failed.append(str(error))
                return
            spent = time.perf_counter() - began
            with lock:
                asked[name].seconds.append(spent)
                asked[name].compressed = max(asked[name].compressed, len(gzip.compress(body)) if len(asked[name].seconds) < 5 else 0)
            threading.Event().wait(crowd.until_next(source))

    threads = [threading.Thread(target=go, args=(one, random.Random(number))) for number, one in enumerate(visitors)]  # noqa: S311 (load)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise click.ClickException(failed[0])
    return asked


def _print(asked: dict[str, Asked]) -> bool:
    held = True
    rows: list[tuple[object, ...]] = []
    for name, one in asked.items():
        if not one.seconds:
            held = False
            rows.append((name, 0, "", "", "", "nobody asked"))
            continue
        fits = one.slow <= TARGET_MS and one.compressed <= TARGET_KB * 1024
        held = held and fits
        rows.append(
            (name, len(one.seconds), f"{one.middle:.0f}", f"{one.slow:.0f}", f"{one.compressed / 1024:.0f}", "" if fits else "too much")
        )
    meter.table(("page", "asked", "p50 ms", "p95 ms", "kB compressed", ""), rows)
    click.echo(f"each page within {TARGET_MS:g} ms (p95) and {TARGET_KB:g} kB: {'held' if held else 'NOT held'}")
    return held
