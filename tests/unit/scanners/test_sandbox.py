"""The sandbox gives back what a well-behaved module returns and turns everything else into a typed error, in both kinds."""

from __future__ import annotations

import os
import pickle
import resource
import time
from pathlib import Path

import pytest

from scanners.contract import UnreadableError
from scanners.sandbox import Limits, Sandbox, SandboxKind, bwrap_works
from tests.support.machine import sandbox_kinds

PROBE = "tests.support.sandbox_probe"


@pytest.fixture(params=sandbox_kinds())
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    kind: SandboxKind = request.param
    return Sandbox(kind, Limits(file_size=8 << 20))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(b"hello")
    return path


@pytest.fixture
def work(tmp_path: Path) -> Path:
    path = tmp_path / "work"
    path.mkdir()
    return path


def test_result_and_written_file_come_back(sandbox: Sandbox, source: Path, work: Path) -> None:
    told = sandbox.run(PROBE, ["echo", "张某甲", "b c"], input=source, work=work)
    assert told == {"size": 5, "args": ["张某甲", "b c"]}
    assert (work / "written").read_bytes() == b"hello"


def test_the_best_kind_is_taken_and_travels_to_other_processes() -> None:
    sandbox = Sandbox()
    assert sandbox.kind == ("bwrap" if bwrap_works() else "rlimits")
    assert pickle.loads(pickle.dumps(sandbox)) == sandbox


def test_without_bwrap_the_limits_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name, path: None)
    bwrap_works.cache_clear()
    try:
        assert Sandbox().kind == "rlimits"
    finally:
        bwrap_works.cache_clear()


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("spin", "file_timeout"),
        ("sleep", "file_timeout"),
        ("abort", "sandbox_failed"),
        ("crash", "sandbox_failed"),
        ("raise", "sandbox_failed"),
        ("flood", "sandbox_failed"),
        ("fill", "sandbox_failed"),
        ("kill", "sandbox_failed"),
    ],
)
def test_misbehaviour_is_a_typed_error(sandbox: Sandbox, source: Path, work: Path, how: str, code: str) -> None:
    start = time.monotonic()
    with pytest.raises(UnreadableError) as caught:
        sandbox.run(PROBE, ["misbehave", how], input=source, work=work, timeout=1.0)
    assert caught.value.code == code, caught.value
    assert time.monotonic() - start < 30  # the limit is one second; a busy machine needs a while to see it
    assert sum(path.stat().st_size for path in work.iterdir()) <= 8 << 20


def test_neither_other_files_nor_the_network_nor_other_processes_are_in_reach(sandbox: Sandbox, source: Path, work: Path) -> None:
    secret = source.parent / "secret"
    secret.write_text("not for parsers")
    locks = sandbox.locks(work)
    places = [
        f"read {secret}",
        f"write {source.parent / 'planted'}",
        "read /etc/passwd",
        f"read {Path.cwd() / 'pyproject.toml'}",
        "write /tmp/planted",
    ]
    others = ["connect", "send", "fork", "program", "signal", "hoard"]
    told = sandbox.run(PROBE, [*places, *others], input=source, work=work)
    assert isinstance(told, dict)
    walled = sandbox.kind == "bwrap"
    promised = ["hoard"]
    promised += places if locks["landlock"] else [place for place in places if walled and not place.startswith("write /tmp")]
    promised += others if locks["seccomp"] else ["connect", "send"] if walled else []
    assert {attempt: told[attempt] for attempt in promised if told[attempt] == "worked"} == {}
    assert not (source.parent / "planted").exists()
    assert not Path("/tmp/planted").exists()
    assert source.read_bytes() == b"hello"


def test_a_missing_input_is_the_callers_mistake(sandbox: Sandbox, work: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sandbox.run(PROBE, ["echo"], input=work / "missing", work=work)


def test_nobody_is_left_behind(sandbox: Sandbox, source: Path, work: Path) -> None:
    with pytest.raises(UnreadableError):
        sandbox.run(PROBE, ["misbehave", "sleep"], input=source, work=work, timeout=0.5)
    commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if os.access(path, os.R_OK)]
    assert not [command for command in commands if str(work).encode() in command]


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_the_child_starts_quickly(sandbox: Sandbox, source: Path, work: Path) -> None:
    times = []
    for _ in range(5):
        start = _children_cpu()
        sandbox.run(PROBE, ["echo"], input=source, work=work)
        times.append(_children_cpu() - start)
    assert min(times) < 0.15
