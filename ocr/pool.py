"""Warm page processes: a picklable task per page comes in, a Future goes out; one process per core, one thread each."""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from multiprocessing import connection, context
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:  # numpy must not be loaded before the process has been told to use one thread
    from ocr.contract import Recognizer

T = TypeVar("T")

ONE_THREAD = ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class _PageProcess(context.SpawnProcess):
    """A spawned process that inherits an environment of one thread per library, set before anything is imported in it."""

    def start(self) -> None:
        with _environment_lock:
            before = {name: os.environ.get(name) for name in ONE_THREAD}
            os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
            try:
                super().start()
            finally:
                for name, value in before.items():
                    if value is None:
                        del os.environ[name]
                    else:
                        os.environ[name] = value


_environment_lock = threading.Lock()


def _serve(pipe: connection.Connection, factory: Callable[[], Recognizer]) -> None:
    """The page process: opens the engine once, then one answer per task until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the terminal is for the parent, which closes the pipe
    from ocr.contract import EngineMissingError

    try:
        engine = factory()
    except EngineMissingError as error:
        pipe.send_bytes(pickle.dumps(("leaving", error)))
        return
    pipe.send_bytes(pickle.dumps(("done", None)))
    while True:
        try:
            raw = pipe.recv_bytes()
        except EOFError:
            return
        _answer(engine, raw, pipe)


def _answer(engine: Recognizer, raw: bytes, pipe: connection.Connection) -> None:
    """Sends ("done", result) or ("failed", ReaderError); after an error that nobody foresaw ("leaving", it), since its state may be broken."""
    from ocr.contract import ReaderError

    try:
        task, arguments = pickle.loads(raw)  # noqa: S301 - from our own parent over a private pipe
        answer = pickle.dumps(("done", task(engine, *arguments)))
    except ReaderError as error:
        answer = pickle.dumps(("failed", error))
    except Exception as error:
        error.add_note(traceback.format_exc())
        pipe.send_bytes(_packed(error) or pickle.dumps(("leaving", ReaderError(f"{type(error).__name__}: {error}"))))
        raise SystemExit(1) from error
    pipe.send_bytes(answer)


def _packed(error: Exception) -> bytes | None:
    try:
        packed = pickle.dumps(("leaving", error))
        pickle.loads(packed)  # noqa: S301 - an exception with a constructor of its own may pack but not unpack
    except (pickle.PicklingError, TypeError, AttributeError, ValueError):
        return None
    return packed


@dataclass
class _Job:
    payload: bytes
    future: Future[Any]


class _Gone(Exception):
    """The page process died or did not answer in time."""


class ReaderPool:
    """`workers` page processes (spawned) that keep their engine warm; a crash or a hang costs the page that caused it, and only that page.

    concurrent.futures' own process pool fails every page in flight when one process dies, and its max_tasks_per_child can deadlock in
    Python 3.11; so each process here has a pipe and a thread of its own.
    """

    def __init__(
        self, factory: Callable[[], Recognizer], workers: int, *, tasks_per_process: int = 200, page_timeout: float = 300.0
    ) -> None:
        """`factory` is picklable and opens the engine, e.g. functools.partial(open_engine, "rapid"); processes start with the first task.

        After `tasks_per_process` pages a process is replaced (recognition networks hoard memory); a page that takes longer than
        `page_timeout` seconds is given up. Raises ValueError when workers < 1.
        """
        if workers < 1:
            raise ValueError("a pool needs at least one worker")
        self._factory, self._limit, self._timeout = factory, tasks_per_process, page_timeout
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, name=f"page-{number}", daemon=True) for number in range(workers)]
        for thread in self._threads:
            thread.start()

    def submit(self, task: Callable[..., T], *arguments: Any) -> Future[T]:
        """Runs task(engine, *arguments) in a page process; task is a top-level function, arguments and result are picklable.

        The Future holds the result, or what the task raised, or ReaderError when the process died or hung on it, or EngineMissingError
        when the engine could not be opened. Raises RuntimeError after close(), and pickle's errors for what cannot travel.
        """
        job = _Job(pickle.dumps((task, arguments)), Future())
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is closed")
            self._jobs.put(job)
        return job.future

    def warm(self) -> None:
        """Opens one engine now; raises EngineMissingError when it cannot be opened."""
        self.submit(_nothing).result()

    def close(self) -> None:
        """Cancels what has not begun, lets the pages in work end, and stops the processes. May be called again."""
        with self._lock:
            first, self._closed = not self._closed, True
        if first:
            self._cancel_waiting()
            for _ in self._threads:
                self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _cancel_waiting(self) -> None:
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            if job is not None:
                job.future.cancel()

    def __enter__(self) -> ReaderPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        """One thread per page process: takes jobs until None comes."""
        child: _Child | None = None
        try:
            while (job := self._jobs.get()) is not None:
                if not job.future.set_running_or_notify_cancel():
                    continue
                child = self._work(job, child)
        finally:
            if child is not None:
                child.stop()

    def _work(self, job: _Job, child: _Child | None) -> _Child | None:
        """Answers one job; returns the process to use for the next one, None when there must be a new one."""
        from ocr.contract import ReaderError

        child = child or _Child(self._factory)
        try:
            status, value = child.ask(job.payload, self._timeout)
        except _Gone as gone:
            child.kill()
            job.future.set_exception(ReaderError(f"the page process {gone}"))
            return None
        if status == "done":
            job.future.set_result(value)
        else:
            job.future.set_exception(value)
        if status == "leaving" or child.done >= self._limit:
            child.stop()
            return None
        return child


class _Child:
    """One page process and the parent's end of its pipe."""

    def __init__(self, factory: Callable[[], Recognizer]) -> None:
        self._pipe, far = context.SpawnContext().Pipe()
        self._process = _PageProcess(target=_serve, args=(far, factory), daemon=True)
        self._process.start()
        far.close()
        self.done = 0
        self._open = False

    def ask(self, payload: bytes, timeout: float) -> tuple[str, Any]:
        """("done", result), ("failed" or "leaving", exception); "leaving" when the process ends itself. Raises _Gone."""
        if not self._open:
            status, value = self._receive(timeout)
            if status != "done":
                return status, value
            self._open = True
        self.done += 1
        try:
            self._pipe.send_bytes(payload)
        except OSError as error:
            raise _Gone(f"was gone: {error}") from error
        return self._receive(timeout)

    def _receive(self, timeout: float) -> tuple[str, Any]:
        if not self._pipe.poll(timeout):
            raise _Gone(f"gave no answer in {timeout:g} s")
        try:
            answer: tuple[str, Any] = pickle.loads(self._pipe.recv_bytes())  # noqa: S301 - from our own child over a private pipe
        except (EOFError, OSError) as error:
            self._process.join(5)
            raise _Gone(f"died (exit code {self._process.exitcode})") from error
        return answer

    def stop(self) -> None:
        """Ends an idle process: it sees the end of its pipe and leaves."""
        self._pipe.close()
        self._process.join(10)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()

    def kill(self) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.join()
        self._process.close()


def _nothing(engine: Recognizer) -> str:
    return engine.name


def available_cores() -> int:
    """How many page processes this machine can feed: the cores this process may run on."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
