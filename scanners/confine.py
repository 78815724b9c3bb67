"""Runs as the child's first script: takes one JSON order, locks the process down, calls the ordered module, prints its result as JSON.

Order: {"packages", "module", "source", "work", "args", "reads", "limits"}. Printed: {"ok": result} or {"error": {"code", "detail"}}.
The locks are best effort and come on top of one another: resource limits (always), no new privileges, death with the parent,
Landlock (no file outside `reads`, `source` and `work`; no TCP; no signals to others) and seccomp (no sockets, no new process or program).
"""

from __future__ import annotations

import ctypes
import importlib.util
import json
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 1, 38, 22
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_READ = (1 << 2) | (1 << 3)  # LANDLOCK_ACCESS_FS_READ_FILE, READ_DIR
_READ_FILE = 1 << 2
_RIGHTS_BY_ABI = (13, 14, 15, 15, 16)  # how many file rights Landlock's ABI 1, 2, 3, 4, 5 and later know
_NOT_IN_WORK = (1 << 0) | (1 << 6) | (0b1111 << 9)  # execute; make device nodes, sockets, pipes and symbolic links

# Numbers of: socket, socketpair, fork and friends, execve, ptrace, mount, namespaces, keys, bpf, io_uring, kill.
_DENIED_X86 = (41, 53, 56, 57, 58, 59, 62, 101, 165, 248, 249, 250, 272, 298, 308, 310, 311, 321, 322, 323, 425, 435)
_DENIED_GENERIC = (40, 97, 117, 129, 198, 199, 217, 218, 219, 220, 221, 241, 268, 270, 271, 280, 281, 282, 425, 435)
_ARCHITECTURES = {
    "x86_64": (0xC000003E, _DENIED_X86),
    "aarch64": (0xC00000B7, _DENIED_GENERIC),
    "loongarch64": (0xC0000102, _DENIED_GENERIC),
}


def limit(limits: Mapping[str, int]) -> None:
    """Sets the resource limits (bytes, seconds, numbers), soft and hard, never above what the parent itself has."""
    for name, wanted in limits.items():
        which = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(which)[1]
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        # One second between the two CPU limits, so that the death by SIGXCPU tells why.
        last = value + 1 if name == "CPU" and hard == resource.RLIM_INFINITY else value
        resource.setrlimit(which, (value, last))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _landlock_abi(libc: ctypes.CDLL) -> int:
    return int(libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1)))


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    allowed = rights if Path(path).is_dir() else rights & _READ_FILE
    rule = struct.pack("=Qi", allowed, handle)
    libc.syscall(_ADD_RULE, ruleset, 1, rule, ctypes.c_uint32(0))
    os.close(handle)


def landlock(reads: Sequence[str], work: str) -> bool:
    """Leaves this process `reads` to read and `work` to write; False when the kernel does not offer Landlock."""
    libc = _libc()
    abi = _landlock_abi(libc)
    if abi < 1:
        return False
    files = (1 << _RIGHTS_BY_ABI[min(abi, 5) - 1]) - 1
    attributes = struct.pack("=QQQ", files, 3, 3)[: 8 if abi < 4 else 16 if abi < 6 else 24]
    ruleset = int(libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0)))
    if ruleset < 0:
        return False
    for path in reads:
        _allow(libc, ruleset, path, _READ)
    _allow(libc, ruleset, work, files & ~_NOT_IN_WORK)
    held = int(libc.syscall(_RESTRICT_SELF, ruleset, ctypes.c_uint32(0))) == 0
    os.close(ruleset)
    return held


def seccomp() -> bool:
    """Refuses (EPERM) the system calls that reach the network, other processes or the kernel's rarer doors; False when not possible."""
    known = _ARCHITECTURES.get(platform.machine())
    if known is None or struct.calcsize("P") != 8:
        return False
    architecture, denied = known
    deny, allow, kill = 0x00050001, 0x7FFF0000, 0x80000000
    rows = [(0x20, 0, 0, 4), (0x15, 1, 0, architecture), (0x06, 0, 0, kill), (0x20, 0, 0, 0)]
    rows += [(0x35, 0, 1, 0x40000000), (0x06, 0, 0, kill)]  # the x32 numbers of the same calls
    for number in denied:
        rows += [(0x15, 0, 1, number), (0x06, 0, 0, deny)]
    rows.append((0x06, 0, 0, allow))
    program = b"".join(struct.pack("=HBBI", *row) for row in rows)
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(rows), ctypes.addressof(buffer))
    return int(_libc().prctl(_PR_SET_SECCOMP, ctypes.c_ulong(2), header, ctypes.c_ulong(0), ctypes.c_ulong(0))) == 0


def lock_down(reads: Sequence[str], work: str, limits: Mapping[str, int]) -> dict[str, bool]:
    """Applies every lock this kernel offers to this process, for good; says which ones hold."""
    limit(limits)
    libc = _libc()
    zero = ctypes.c_ulong(0)
    libc.prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), zero, zero, zero)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), zero, zero, zero)
    return {"landlock": landlock(reads, work), "seccomp": seccomp()}


def _adopt(folder: str) -> None:
    """Makes one package importable by its folder: the folder around it, with all the other data, stays out of sight."""
    path = Path(folder)
    spec = importlib.util.spec_from_file_location(path.name, path / "__init__.py", submodule_search_locations=[folder])
    if spec is None or spec.loader is None:
        raise ImportError(folder)
    package = importlib.util.module_from_spec(spec)
    sys.modules[path.name] = package
    spec.loader.exec_module(package)


def _obey(order: Mapping[str, Any]) -> object:
    for folder in order["packages"]:
        _adopt(folder)
    from scanners.kinds import Refusal

    try:
        # The trusted module is imported under the locks too: what it drags in later is bound by them as well.
        return {"ok": importlib.import_module(order["module"]).main(Path(order["source"]), Path(order["work"]), order["args"])}
    except Refusal as refusal:
        return {"error": {"code": refusal.code, "detail": refusal.detail}}
    except MemoryError:
        return {"error": {"code": "sandbox_failed", "detail": "out of memory"}}


def main() -> int:
    order = json.loads(sys.argv[1])
    # Libraries that print would break the answer: it gets a descriptor of its own, and their stdout becomes stderr.
    answer = os.dup(1)
    os.dup2(2, 1)
    locks = lock_down([*order["reads"], order["source"]], order["work"], order["limits"])
    result = _obey(order) if order["module"] else {"ok": locks}
    with os.fdopen(answer, "w", encoding="utf-8") as out:
        json.dump(result, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
