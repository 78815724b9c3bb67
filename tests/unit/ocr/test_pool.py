"""The page processes: warm, one thread each, and a crash, a hang or a bug costs one page only."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from functools import partial
from pathlib import Path

import pytest

from ocr.contract import EngineMissingError, ReaderError
from ocr.engines import open_engine
from ocr.pool import ONE_THREAD, ReaderPool, available_cores
from tests.support import engines
from tests.support.engines import MissingEngine, OddError


@pytest.fixture
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(engines.open_fixed, 1, page_timeout=60) as made:
        yield made


def test_the_engine_stays_warm_in_a_process_of_its_own(pool: ReaderPool) -> None:
    answers = [pool.submit(engines.name_and_process, number).result() for number in range(3)]
    assert [(name, number) for name, number, _ in answers] == [("fixed 1", 0), ("fixed 1", 1), ("fixed 1", 2)]
    processes = {process for *_, process in answers}
    assert len(processes) == 1
    assert os.getpid() not in processes


def test_a_page_process_has_one_thread_per_library(pool: ReaderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    assert set(pool.submit(engines.environment).result().values()) == {"1"}
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "OPENBLAS_NUM_THREADS" in ONE_THREAD
    assert "OPENBLAS_NUM_THREADS" not in os.environ


def test_what_a_task_raises_comes_back(pool: ReaderPool) -> None:
    with pytest.raises(ReaderError, match="not this page"):
        pool.submit(engines.raise_reader_error).result()
    with pytest.raises(ValueError, match="a bug of ours") as caught:
        pool.submit(engines.raise_value_error).result()
    assert "raise_value_error" in "".join(caught.value.__notes__)
    assert pool.submit(engines.name_and_process, 1).result()[1] == 1


def test_a_page_that_cannot_be_read_keeps_its_process_and_a_bug_does_not(pool: ReaderPool) -> None:
    processes = []
    for task in (engines.raise_reader_error, engines.raise_value_error):
        processes.append(pool.submit(engines.name_and_process, 0).result()[2])
        assert pool.submit(task).exception() is not None
    processes.append(pool.submit(engines.name_and_process, 0).result()[2])
    assert processes[0] == processes[1] != processes[2]


def test_an_error_or_an_answer_that_cannot_travel_is_a_reader_error(pool: ReaderPool) -> None:
    with pytest.raises(ReaderError, match=OddError.__name__):
        pool.submit(engines.raise_odd_error).result()
    with pytest.raises((ReaderError, TypeError), match="lock"):
        pool.submit(engines.answer_with_a_lock).result()


@pytest.mark.parametrize("death", [engines.crash, engines.killed])
def test_a_dead_process_costs_its_page_and_no_other(pool: ReaderPool, death: object) -> None:
    assert callable(death)
    before = pool.submit(engines.name_and_process, 0)
    lost = pool.submit(death)
    after = pool.submit(engines.name_and_process, 2)
    with pytest.raises(ReaderError, match="died"):
        lost.result()
    assert (before.result()[1], after.result()[1]) == (0, 2)
    assert before.result()[2] != after.result()[2]


def test_a_hanging_page_is_given_up() -> None:
    with ReaderPool(engines.open_fixed, 1, page_timeout=8) as pool:
        pool.warm()
        pool._timeout = 0.2
        with pytest.raises(ReaderError, match="no answer"):
            pool.submit(engines.hang).result()
        pool._timeout = 60
        assert pool.submit(engines.name_and_process, 5).result()[1] == 5


def test_processes_are_replaced_after_their_share_of_pages() -> None:
    with ReaderPool(engines.open_fixed, 1, tasks_per_process=2) as pool:
        processes = [pool.submit(engines.name_and_process, number).result()[2] for number in range(5)]
    assert processes[0] == processes[1] != processes[2] == processes[3] != processes[4]


def test_two_workers_work_at_the_same_time(tmp_path: Path) -> None:
    pipes = [tmp_path / name for name in ("begun-1", "begun-2", "go-1", "go-2")]
    for pipe in pipes:
        os.mkfifo(pipe)
    with ReaderPool(engines.open_fixed, 2) as pool:
        held = [pool.submit(engines.wait_for, pipes[n], pipes[n + 2]) for n in range(2)]
        assert [pipe.read_text(encoding="utf-8") for pipe in pipes[:2]] == ["x", "x"]
        for pipe in pipes[2:]:
            pipe.write_text("done", encoding="utf-8")
        assert [future.result() for future in held] == ["done", "done"]


def test_an_engine_that_is_missing_is_told_at_once() -> None:
    with ReaderPool(MissingEngine, 1) as pool:
        with pytest.raises(EngineMissingError, match="not on this machine"):
            pool.warm()
        with pytest.raises(EngineMissingError):
            pool.submit(engines.environment).result()


def test_a_factory_from_the_list_of_engines_travels() -> None:
    with ReaderPool(partial(open_engine, "none"), 1) as pool:
        pool.warm()
        assert pool.submit(engines.name_and_process, 1).result()[0] == "none 1"


def test_closing_cancels_what_waits_and_ends_what_runs(tmp_path: Path) -> None:
    begun, go = tmp_path / "begun", tmp_path / "go"
    os.mkfifo(begun)
    os.mkfifo(go)
    pool = ReaderPool(engines.open_fixed, 1)
    running = pool.submit(engines.wait_for, begun, go)
    waiting = pool.submit(engines.name_and_process, 1)
    begun.read_text(encoding="utf-8")
    closer = threading.Thread(target=pool.close)
    closer.start()
    with pytest.raises(CancelledError):
        waiting.result(timeout=30)
    go.write_text("done", encoding="utf-8")
    closer.join()
    assert running.result(timeout=0) == "done"
    pool.close()
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(engines.environment)


def test_a_pool_without_workers_is_refused() -> None:
    with pytest.raises(ValueError, match="worker"):
        ReaderPool(engines.open_fixed, 0)
    assert available_cores() >= 1
