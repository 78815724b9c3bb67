"""Every call that changes the disk fails once, or from then on: the caller is told, nothing is half kept, and the next try succeeds."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest

from storage import files, layout
from storage.contract import NoSpaceError
from storage.spool import FolderSpool
from tests.faults.storage_flows import ID, check_sound, check_spool, check_volumes, commit, puts, volumes
from tests.support.disk_calls import Counter, watched
from tests.support.scratch import scratch

CODES = (errno.EIO, errno.ENOSPC, errno.EMFILE, errno.EROFS)


def failing(code: int) -> Callable[[], None]:
    def fail() -> None:
        raise OSError(code, os.strerror(code))

    return fail


def told(counter: Counter, act: Callable[[], None]) -> OSError | NoSpaceError | None:
    """What the caller is told when calls fail as `counter` says; None when all went well."""
    try:
        with watched(counter):
            act()
    except (OSError, NoSpaceError) as error:
        return error
    return None


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC], ids=errno.errorcode.get)
@pytest.mark.parametrize("number", [1, 2], ids=["new object", "next version"])
def test_one_call_of_a_commit_fails(code: int, number: int) -> None:
    with scratch() as top:
        start, place = top / "start", top / "place"
        with watched():
            for before in range(1, number):
                commit(volumes(start), before)
            volumes(start)
        at, struck = 0, True
        while struck:
            at += 1
            shutil.copytree(start, place)
            store = volumes(place)
            counter = Counter(at, failing(code))
            error = told(counter, partial(commit, store, number))
            acknowledged = error is None
            assert acknowledged or isinstance(error, NoSpaceError) == (code == errno.ENOSPC)
            struck = counter.struck
            with watched():
                # No recover() here: one failing call must not leave work for it inside the root.
                check_sound(store, {number if acknowledged else number - 1})
                if not acknowledged:
                    commit(store, number)
                check_volumes(place, {number})
            shutil.rmtree(place)
        assert at > 40


@pytest.mark.parametrize("number", [1, 2], ids=["new object", "next version"])
def test_the_disk_fails_for_good_in_the_middle_of_a_commit(number: int) -> None:
    with scratch() as top:
        start, place = top / "start", top / "place"
        with watched():
            for before in range(1, number):
                commit(volumes(start), before)
            volumes(start)
        at, struck = 0, True
        while struck:
            at += 1
            shutil.copytree(start, place)
            store = volumes(place)
            counter = Counter(at, failing(errno.EIO), sticky=True)
            error = told(counter, partial(commit, store, number))
            acknowledged = error is None
            assert acknowledged or getattr(error, "errno", None) == errno.EIO
            struck = counter.struck
            with watched():
                head = check_volumes(place, {number} if acknowledged else {number - 1, number})
                commit(store, head + 1)
            shutil.rmtree(place)


@pytest.mark.parametrize("sticky", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("code", CODES, ids=errno.errorcode.get)
def test_a_call_fails_while_files_come_in(code: int, sticky: bool) -> None:
    with scratch() as top:
        at, struck = 0, True
        while struck:
            at += 1
            place = top / str(at)
            spool = FolderSpool(place / "spool")
            counter = Counter(at, failing(code), sticky=sticky)
            acknowledged: dict[str, bytes] = {}
            error = told(counter, partial(acknowledged.update, puts(spool)))
            assert error is None or isinstance(error, NoSpaceError) == (code == errno.ENOSPC)
            struck = counter.struck
            with watched():
                if not sticky:
                    assert sorted(spool.keys()) == sorted(acknowledged)
                check_spool(place, acknowledged)
                assert len(dict(puts(spool))) == 2


def test_a_system_that_takes_few_bytes_at_a_time() -> None:
    real = os.write
    with scratch() as place, patch.object(os, "write", lambda number, data: real(number, data[:7])), watched():
        commit(volumes(place), 1)
        check_volumes(place, {1})
        check_spool(place, dict(puts(FolderSpool(place / "spool"))))


def test_a_file_system_without_the_careful_rename() -> None:
    with scratch() as place, patch.object(files, "_RENAMEAT2", None), watched():
        commit(volumes(place), 1)
        commit(volumes(place), 2)
        check_volumes(place, {2})
        (place / "a").write_bytes(b"a")
        (place / "b").write_bytes(b"b")
        with pytest.raises(FileExistsError):
            files.rename_new(place / "a", place / "b")


def test_a_living_upload_is_not_taken_for_a_crash(tmp_path: Path) -> None:
    spool = FolderSpool(tmp_path / "spool")

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            assert list(FolderSpool(tmp_path / "spool").recover()) == []
            assert list(spool.strays()) == []
            assert list(spool.keys()) == []
            return super().read(4)

    kept = spool.put(Slow(b"a long upload"))
    assert spool.path(kept.key).read_bytes() == b"a long upload"


def test_a_running_commit_is_not_taken_for_a_crash(tmp_path: Path) -> None:
    store = volumes(tmp_path)
    with patch.object(files, "sync_files", lambda paths, threads: [*volumes(tmp_path).recover()].clear()):
        commit(store, 1)
        commit(store, 2)
    check_volumes(tmp_path, {2})


def test_a_root_without_its_declaration_takes_nothing(tmp_path: Path) -> None:
    store = volumes(tmp_path)
    (tmp_path / "main" / "0=ocfl_1.1").unlink()
    with pytest.raises(Exception, match="right disk") as caught:
        commit(volumes(tmp_path), 1)
    assert type(caught.value).__name__ == "DamagedError"
    assert store.head(ID) == 0
    assert [result.name for result in store.verify_root() if result.status == "missing"] == ["0=ocfl_1.1"]


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "main").mkdir()
    (tmp_path / "main" / "letters.txt").write_text("mine")
    store = volumes(tmp_path)
    assert [path.name for path in (tmp_path / "main").iterdir()] == ["letters.txt"]
    assert {(result.name, result.status) for result in store.verify_root()} >= {("letters.txt", "unknown"), ("0=ocfl_1.1", "missing")}


def vanishing_once() -> Callable[[int, int], None]:
    """A lock that comes too late the first time: meanwhile somebody took what was to be locked for abandoned, and removed it."""
    real, seen = fcntl.flock, [0]

    def late(number: int, operation: int) -> None:
        seen[0] += 1
        if seen[0] == 1:
            path = Path(f"/proc/self/fd/{number}").readlink()
            path.rmdir() if path.is_dir() else path.unlink()
        real(number, operation)

    return late


def test_an_upload_removed_before_its_lock_takes_another_name(tmp_path: Path) -> None:
    spool = FolderSpool(tmp_path / "spool")
    with patch.object(fcntl, "flock", vanishing_once()):
        kept = spool.put(io.BytesIO(b"page"))
    assert spool.path(kept.key).read_bytes() == b"page"
    check_spool(tmp_path, {kept.key: b"page"})


def test_a_staging_folder_removed_before_its_lock_is_made_again(tmp_path: Path) -> None:
    store = volumes(tmp_path)
    with patch.object(fcntl, "flock", vanishing_once()):
        commit(store, 1)
    check_volumes(tmp_path, {1})


def test_reading_while_the_next_version_is_installed(tmp_path: Path) -> None:
    store = volumes(tmp_path)
    commit(store, 1)
    commit(store, 2)
    real, seen = layout.version_numbers, [0]

    def from_a_moment_ago(object_root: Path) -> list[int]:
        seen[0] += 1
        return [1] if seen[0] == 1 else real(object_root)

    with patch.object(layout, "version_numbers", from_a_moment_ago):
        assert store.version(ID).number == 2
    assert seen == [2]


def test_reading_while_the_first_version_is_withdrawn(tmp_path: Path) -> None:
    store = volumes(tmp_path)
    commit(store, 1)

    def gone(object_root: Path) -> list[int]:
        shutil.rmtree(object_root)
        raise FileNotFoundError(errno.ENOENT, "gone", str(object_root))

    with patch.object(layout, "version_numbers", gone):
        assert store.head(ID) == 0
