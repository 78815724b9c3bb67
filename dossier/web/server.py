"""Serving: settings, an address and whether to work come in; a web server of some processes with many threads and a worker beside it run until stopped."""

from __future__ import annotations

import atexit
import ctypes
import fcntl
import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import structlog
from flask import Flask

from dossier import logs
from dossier.app import open_office
from dossier.settings import METRICS_FOLDER, SETTINGS, Settings
from dossier.web.site import create_app

log = structlog.get_logger()
CHECKOUT = Path(__file__).resolve().parent.parent.parent
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, STOP_SECONDS = 1.0, 30.0, 20.0
# New objects after which the youngest are looked through for rings, and how many such looks before the older ones are.
GARBAGE_LOOKS = (20_000, 20, 50)
_PR_SET_PDEATHSIG = 1


def application() -> Flask:
    """The application over the office that the environment's settings name. Raises DossierError as open_office()."""
    logs.configure()
    office = open_office(Settings.read())
    app = create_app(office)
    # A connection may not be shared by the processes that are forked from this one.
    office.db.close()
    _settle()
    return app


def _settle() -> None:
    """The rules and the code are there for good: looking through them for garbage stops a request for a tenth of a second and finds none."""
    gc.collect()
    gc.freeze()
    # At the end everything is let go of in good order: some libraries complain about what is not.
    atexit.register(gc.unfreeze)
    gc.set_threshold(*GARBAGE_LOOKS)


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as the environment that a child process reads them from."""
    values = {setting.env: getattr(settings, setting.name) for setting in SETTINGS}
    return {name: "" if value is None else str(value) for name, value in values.items()}


def serve_forever(settings: Settings, *, host: str, port: int, worker: bool) -> None:
    """Serves until SIGTERM or SIGINT. The worker is a process of its own and is started again when it dies; when the web process dies, so does this."""
    with counting_folder(settings.home / "metrics") as numbers:
        environ = {**os.environ, **environment_of(settings), "PYTHONPATH": str(CHECKOUT), METRICS_FOLDER: str(numbers)}
        _run(settings, host, port, worker, environ)


@contextmanager
def counting_folder(below: Path) -> Iterator[Path]:
    """A folder of this server's own, in which its processes count. What killed servers left goes; a folder in use is locked, and stays."""
    below.mkdir(parents=True, exist_ok=True)
    for left in below.iterdir():
        if not left.is_dir():
            left.unlink()
        elif (handle := _held(left)) is not None:
            shutil.rmtree(left, ignore_errors=True)
            os.close(handle)
    own = Path(tempfile.mkdtemp(dir=below))
    handle = _held(own)
    try:
        yield own
    finally:
        shutil.rmtree(own, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def _held(folder: Path) -> int | None:
    """The folder, locked; None when another process holds it, or it is gone."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _run(settings: Settings, host: str, port: int, worker: bool, environ: Mapping[str, str]) -> None:
    children = {"web": _Child("web", _gunicorn(settings, host, port), environ)}
    if worker:
        children["worker"] = _Child("worker", [sys.executable, "-m", "dossier", "work"], environ)
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    try:
        for child in children.values():
            child.start()
        _watch(children, stop)
    finally:
        for child in children.values():
            child.ask_to_stop()
        for child in children.values():
            child.stop()


def _gunicorn(settings: Settings, host: str, port: int) -> list[str]:
    options = {
        "worker-class": "gthread",
        "workers": str(settings.web_processes),
        "threads": str(settings.threads),
        "bind": f"{host}:{port}",
        "log-level": "warning",
        "config": "python:dossier.web.listening",
    }
    told = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [sys.executable, "-m", "gunicorn", "--preload", *told, "wsgi:app"]


def _watch(children: Mapping[str, _Child], stop: threading.Event) -> None:
    while not stop.wait(0.2):
        code = children["web"].code()
        if code is not None:
            raise SystemExit(code or 1)
        if "worker" in children:
            children["worker"].revive()


class _Child:
    """One child process; revive() starts it again after a pause that grows while it keeps dying."""

    def __init__(self, name: str, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self._name, self._command, self._environ = name, command, environ
        self._process: subprocess.Popen[bytes] | None = None
        self._pause, self._began, self._due = PAUSE_SECONDS, 0.0, 0.0

    def start(self) -> None:
        self._began = time.monotonic()
        self._process = subprocess.Popen(self._command, cwd=CHECKOUT, env=self._environ, preexec_fn=_end_with_parent)

    def code(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self._process.poll() if self._process is not None else None

    def revive(self) -> None:
        now = time.monotonic()
        if self._process is not None and (code := self._process.poll()) is not None:
            if now - self._began > LONGEST_PAUSE_SECONDS:
                self._pause = PAUSE_SECONDS
            log.warning("child died, starting it again", child=self._name, code=code, pause=self._pause)
            self._process, self._due = None, now + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        elif self._process is None and now >= self._due:
            self.start()

    def ask_to_stop(self) -> None:
        if self.code() is None and self._process is not None:
            self._process.terminate()

    def stop(self) -> None:
        if self._process is None or self.code() is not None:
            return
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _end_with_parent() -> None:
    """Linux ends this process when its parent is gone, however it went: no worker or port is left behind by a kill -9."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
