"""A module of this checkout and one untrusted file come in, the module's JSON result from a short-lived confined child goes out."""

from __future__ import annotations

import contextlib
import functools
import json
import math
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, Literal

from scanners.contract import UNREADABLE_CODES, UnreadableError

SandboxKind = Literal["bwrap", "rlimits"]

_ROOT: Final = Path(__file__).resolve().parent.parent
_CONFINE: Final = _ROOT / "scanners" / "confine.py"
_RANDOM: Final = "/dev/urandom"  # qpdf does not start to decrypt without it
_SYSTEM: Final = ("/usr", "/lib", "/lib64", "/lib32")
_ENVIRONMENT: Final = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"}
_MAX_ANSWER: Final = 8 << 20
_GOING: Final = 5.0  # seconds for killed processes to be gone
_INSIDE_SOURCE, _INSIDE_WORK = "/input/file", "/job"


@dataclass(frozen=True)
class Limits:
    """What one child may use at most. Bytes of address space, bytes of one written file, open files."""

    memory: int = 1536 << 20
    file_size: int = 400 << 20
    open_files: int = 64

    def as_order(self, cpu_seconds: int) -> dict[str, int]:
        return {
            "AS": self.memory,
            "CPU": cpu_seconds,
            "FSIZE": self.file_size,
            "NOFILE": self.open_files,
            "NPROC": 0,
            "CORE": 0,
        }


@functools.cache
def bwrap_works() -> bool:
    """Whether bubblewrap can build our sandbox on this machine (some containers forbid the mounts); tried once per process."""
    if shutil.which("bwrap", path=_ENVIRONMENT["PATH"]) is None:
        return False
    try:
        with tempfile.TemporaryDirectory(prefix="sandbox-probe-") as folder:
            Sandbox("bwrap").locks(Path(folder))
    except UnreadableError:
        return False
    return True


def _best_kind() -> SandboxKind:
    return "bwrap" if bwrap_works() else "rlimits"


@dataclass(frozen=True)
class Sandbox:
    """Runs modules of the checkout on untrusted files. `kind` is how far they are shut in: bwrap (namespaces and all locks) or
    rlimits (resource limits, and Landlock and seccomp where the kernel has them). Cheap to make, safe to share and to pickle."""

    kind: SandboxKind = field(default_factory=_best_kind)
    limits: Limits = field(default_factory=Limits)

    def run(self, module: str, args: Sequence[str], *, input: Path, work: Path, timeout: float = 20.0) -> object:
        """Calls `module.main(input: Path, work: Path, args: list[str])` in the child and returns its JSON-able result.

        input: the one file the child may read. work: an existing folder, the only place it may write to. timeout: seconds, both
        of wall clock and of CPU. The child sees this room and the module's own package of the checkout, and no other data.
        Raises UnreadableError: the code the child told (by scanners.kinds.Refusal), file_timeout or sandbox_failed; OSError when
        input or work is not there.
        """
        source, folder = input.resolve(strict=True), work.resolve(strict=True)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            command = self._command(module, list(args), source, folder, timeout)
            status = _wait(command, out, err, folder, timeout)
            if status != 0:
                raise _death(status, _tail(err))
            return _answer(out)

    def locks(self, work: Path) -> dict[str, bool]:
        """Which kernel locks hold inside the child, by name (landlock, seccomp); for the log and the security report."""
        told = self.run("", [], input=_CONFINE, work=work)
        if not isinstance(told, dict):
            raise UnreadableError("sandbox_failed", "no locks told")
        return {str(name): bool(held) for name, held in told.items()}

    def _command(self, module: str, args: list[str], source: Path, work: Path, timeout: float) -> list[str]:
        code = sorted({str(_CONFINE.parent), str(_ROOT / module.partition(".")[0])} if module else {str(_CONFINE.parent)})
        reads = [*_SYSTEM, *_python_folders(), *code, _RANDOM]
        inside = self.kind == "bwrap"
        order: Mapping[str, Any] = {
            "packages": code,
            "module": module,
            "source": _INSIDE_SOURCE if inside else str(source),
            "work": _INSIDE_WORK if inside else str(work),
            "args": args,
            "reads": reads,
            "limits": self.limits.as_order(math.ceil(timeout)),
        }
        child = [sys.executable, "-I", "-B", str(_CONFINE), json.dumps(order)]
        return [*_walls(reads, source, work), *child] if inside else child


def _python_folders() -> list[str]:
    folders = {sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parent.parent)}
    return sorted(folder for folder in folders if folder != "/usr")


def _walls(reads: Sequence[str], source: Path, work: Path) -> list[str]:
    def binds() -> Iterator[str]:
        for path in reads:
            yield from ("--dev-bind-try" if path == _RANDOM else "--ro-bind-try", path, path)
        yield from ("--ro-bind", str(source), _INSIDE_SOURCE)
        yield from ("--bind", str(work), _INSIDE_WORK)
        for name, value in _ENVIRONMENT.items():
            yield from ("--setenv", name, value)

    walls = ["--unshare-all", "--cap-drop", "ALL", "--new-session", "--die-with-parent", "--clearenv", "--tmpfs", "/tmp"]  # noqa: S108
    return ["bwrap", *walls, *binds(), "--chdir", _INSIDE_WORK]


def _wait(command: Sequence[str], out: IO[bytes], err: IO[bytes], work: Path, timeout: float) -> int:
    """The exit status of the command; files instead of pipes, so that a chatty child fills a limited file and not our memory."""
    with _until_all_are_gone() as held:
        child = subprocess.Popen(
            [command[0], "--sync-fd", str(held[0]), *command[1:]] if command[0] == "bwrap" else command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=work,
            env=dict(_ENVIRONMENT),
            start_new_session=True,
            pass_fds=held,
        )
        try:
            ended = _ends_within(child, timeout)
        finally:
            # Whoever is left of the group goes too, whatever ended our waiting.
            if child.returncode is None:
                os.killpg(child.pid, signal.SIGKILL)
            status = child.wait()
    if not ended:
        raise UnreadableError("file_timeout", f"no end within {timeout:g} s")
    return status


@contextlib.contextmanager
def _until_all_are_gone() -> Iterator[tuple[int, int]]:
    """Two descriptors for the walls' first process and the child to hold; leaving waits until nobody holds them, because what is
    inside a bwrap dies of its death only a moment after it."""
    reading, walls = os.pipe()
    child = os.dup(walls)
    try:
        yield walls, child
    finally:
        os.close(walls)
        os.close(child)
        poll = select.poll()
        poll.register(reading, select.POLLHUP)
        gone = poll.poll(_GOING * 1000)
        os.close(reading)
    if not gone:
        raise UnreadableError("sandbox_failed", f"a killed process is still there after {_GOING:g} s")


def _ends_within(child: subprocess.Popen[bytes], timeout: float) -> bool:
    """Waits on the process itself: Popen.wait(timeout) polls and would add up to 50 ms to every file."""
    handle = os.pidfd_open(child.pid)
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        return bool(poll.poll(timeout * 1000))
    finally:
        os.close(handle)


def _tail(err: IO[bytes]) -> str:
    err.seek(max(0, err.seek(0, os.SEEK_END) - 2000))
    return err.read().decode("utf-8", "replace").strip()


def _death(status: int, said: str) -> UnreadableError:
    number = -status if status < 0 else status - 128
    if number == signal.SIGXCPU:
        return UnreadableError("file_timeout", "CPU time used up")
    cause = signal.strsignal(number) if 0 < number < 32 else f"exit status {status}"
    return UnreadableError("sandbox_failed", f"{cause}: {said}")


def _answer(out: IO[bytes]) -> object:
    out.seek(0)
    raw = out.read(_MAX_ANSWER + 1)
    if len(raw) > _MAX_ANSWER:
        raise UnreadableError("sandbox_failed", "the answer is too long")
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("sandbox_failed", f"the answer is no JSON: {error}") from error
    match answer:
        case {"ok": result}:
            return result
        case {"error": {"code": str(code), "detail": str(detail)}} if code in UNREADABLE_CODES:
            raise UnreadableError(code, detail)
    raise UnreadableError("sandbox_failed", "the answer has no known shape")
