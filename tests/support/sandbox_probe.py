"""Runs inside the sandbox: tries what a hijacked parser would try, and says of each attempt whether it worked."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path


def _read(path: str) -> None:
    Path(path).read_bytes()


def _write(path: str) -> None:
    Path(path).write_text("x")


def _connect(_: str) -> None:
    socket.create_connection(("127.0.0.1", 9), timeout=0.2)


def _send(_: str) -> None:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9))


def _signal_parent(_: str) -> None:
    os.kill(os.getppid(), 0)


def _link(path: str) -> None:
    Path("link").symlink_to(path)


def _hoard(_: str) -> None:
    bytearray(4 << 30)


_ATTEMPTS: dict[str, Callable[[str], object]] = {
    "read": _read,
    "write": _write,
    "connect": _connect,
    "send": _send,
    "fork": lambda _: os.fork(),
    "program": lambda _: subprocess.run(["/usr/bin/true"], check=True),
    "signal": _signal_parent,
    "link": _link,
    "hoard": _hoard,
}


def _attempt(name: str, argument: str) -> str:
    try:
        _ATTEMPTS[name](argument)
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return "worked"


def _misbehave(work: Path, how: str) -> object:
    match how:
        case "spin":
            while True:
                pass
        case "sleep":
            time.sleep(60)
        case "abort":
            os.abort()
        case "crash":
            ctypes.string_at(0)
        case "raise":
            raise RuntimeError("as a bug would")
        case "flood":
            return "x" * (9 << 20)
        case "fill":
            with (work / "big").open("wb") as file:
                while True:
                    file.write(b"x" * (1 << 20))
        case "nan":
            return float("nan")
        case "kill":
            os.kill(os.getpid(), signal.SIGTERM)
    return None


def main(source: Path, work: Path, args: Sequence[str]) -> object:
    if args[0] == "misbehave":
        return _misbehave(work, args[1])
    if args[0] == "echo":
        (work / "written").write_bytes(source.read_bytes())
        return {"size": source.stat().st_size, "args": list(args[1:])}
    return {attempt: _attempt(*attempt.partition(" ")[::2]) for attempt in args}
