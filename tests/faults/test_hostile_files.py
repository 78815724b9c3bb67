"""Whatever a file holds, it is taken or refused for a known reason, within its limits, and leaves no trace outside its job folder."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from scanners.contract import UNREADABLE_CODES, UnreadableError
from scanners.pages import inspect, load_pixels, render
from scanners.sandbox import Sandbox
from tests.support.hostile import Hostile, corpus, mutant, seeds
from tests.support.machine import sandbox_kinds

_CORPUS = corpus()
_BEST, *_OTHERS = sandbox_kinds()
# The parsers are the same in every sandbox: the weaker one needs to show that it stops what exhausts, and a sample of the rest.
_CASES = [(kind, _BEST) for kind in _CORPUS] + [
    (kind, other) for other in _OTHERS for n, kind in enumerate(_CORPUS) if kind.exhausts or n % 5 == 0
]
_MUTANTS = [(name, seed) for name in seeds() for seed in range(8)]
_PATIENCE, _IMPATIENCE = 20.0, 1.0


def _take(path: Path, name: str, sandbox: Sandbox, out: Path, timeout: float) -> str:
    try:
        facts = inspect(path, name, sandbox, out, timeout=timeout)
        for page in render(path, out, 1, min(2, facts.pages), sandbox, timeout=timeout):
            assert load_pixels(page).shape == (page.height, page.width, 3)
    except UnreadableError as error:
        assert not list(out.iterdir())
        return error.code
    return "accepted"


def _prepare(tmp_path: Path, data: bytes) -> tuple[Path, Path]:
    source, out = tmp_path / "source", tmp_path / "job"
    source.write_bytes(data)
    out.mkdir()
    return source, out


@pytest.mark.parametrize(("hostile", "kind"), _CASES, ids=lambda value: value.name if isinstance(value, Hostile) else value)
def test_it_ends_as_it_should(hostile: Hostile, kind: str, tmp_path: Path) -> None:
    data = hostile.make()
    source, out = _prepare(tmp_path, data)
    limit = _IMPATIENCE if hostile.exhausts else _PATIENCE
    start = time.monotonic()
    end = _take(source, hostile.name, Sandbox(kind), out, limit)  # type: ignore[arg-type]
    assert end in hostile.ends
    assert time.monotonic() - start < 2 * limit + 10
    assert source.read_bytes() == data
    assert sorted(path.name for path in tmp_path.iterdir()) == ["job", "source"]


@pytest.mark.parametrize(("name", "seed"), _MUTANTS)
def test_mutants_are_taken_or_refused(name: str, seed: int, tmp_path: Path) -> None:
    source, out = _prepare(tmp_path, mutant(seeds()[name], seed))
    end = _take(source, name, Sandbox(_BEST), out, _PATIENCE)
    assert end == "accepted" or end in UNREADABLE_CODES


def test_the_corpus_is_large_and_small() -> None:
    assert len(_CORPUS) >= 60
    assert sum(len(hostile.make()) for hostile in _CORPUS) < 32 << 20
