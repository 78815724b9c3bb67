"""Killed before and after every single call that changes the disk, the store comes up whole and keeps what it acknowledged."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.spool import FolderSpool
from tests.faults.storage_flows import ID, check_spool, check_volumes, commit, puts, volumes
from tests.support.disk_calls import killed_at, watched
from tests.support.scratch import scratch


def sweep(
    prepare: Callable[[Path], None],
    act: Callable[[Path, Callable[[], None]], None],
    check: Callable[[Path, bool], None],
    moments: tuple[str, ...] = ("before", "after"),
) -> int:
    """Kills `act` before and after each of its calls, always from the same start; returns how many points there were."""
    points = 0
    with scratch() as top:
        start, place = top / "start", top / "place"
        start.mkdir()
        with watched():
            prepare(start)
        for moment in moments:
            ended, number = False, 0
            while not ended:
                number += 1
                shutil.copytree(start, place)
                ended, acknowledged = killed_at(number, lambda acknowledge: act(place, acknowledge), after=moment == "after")
                assert acknowledged or not ended
                with watched():
                    check(place, acknowledged)
                shutil.rmtree(place)
                points += 1
    return points


def act_commit(number: int) -> Callable[[Path, Callable[[], None]], None]:
    def act(place: Path, acknowledge: Callable[[], None]) -> None:
        commit(volumes(place), number)
        acknowledge()

    return act


@pytest.mark.parametrize(("number", "least"), [(1, 75), (2, 50)], ids=["a new root and its first object", "the next version"])
def test_killed_while_a_version_is_made(number: int, least: int) -> None:
    def prepare(place: Path) -> None:
        if number > 1:
            commit(volumes(place), 1)

    def check(place: Path, acknowledged: bool) -> None:
        head = check_volumes(place, {number} if acknowledged else {number - 1, number})
        commit(volumes(place), head + 1)
        assert volumes(place).head(ID) == head + 1

    # Nothing is acknowledged in between: killed before a call, the disk is as it was after the call before.
    assert sweep(prepare, act_commit(number), check, moments=("after",)) >= least


def test_killed_between_two_versions_the_next_commit_needs_no_recovery() -> None:
    def prepare(place: Path) -> None:
        commit(volumes(place), 1)

    def check(place: Path, acknowledged: bool) -> None:
        store = volumes(place)
        head = store.head(ID)
        assert head in ({2} if acknowledged else {1, 2})
        commit(store, head + 1)
        assert [result for result in store.verify_root() if result.status != "ok"] == []

    sweep(prepare, act_commit(2), check, moments=("after",))


def test_killed_while_recovering() -> None:
    def prepare(place: Path) -> None:
        """A version installed whose copies in the object's root are still old, a torn staging folder, empty folders, a partial upload."""
        commit(volumes(place), 1)
        shutil.copytree(place / "main", place / "older")
        commit(volumes(place), 2)
        [new], [old] = (place / "main").rglob("v1/../inventory.json"), (place / "older").rglob("v1/../inventory.json")
        new.unlink()
        shutil.copy(old, new)
        shutil.rmtree(place / "older")
        (place / "main.staging" / "0abc" / "object").mkdir(parents=True)
        (place / "main.staging" / "0abc" / "object" / "torn").write_bytes(b"x")
        (place / "main" / "fff" / "fff").mkdir(parents=True)
        FolderSpool(place / "spool")
        (place / "spool" / f"incoming.{'0' * 32}").write_bytes(b"half")

    def act(place: Path, acknowledge: Callable[[], None]) -> None:
        volumes(place).recover()
        FolderSpool(place / "spool").recover()
        acknowledge()

    def check(place: Path, acknowledged: bool) -> None:
        check_volumes(place, {2})
        check_spool(place)

    assert sweep(prepare, act, check, moments=("after",)) >= 20


def test_killed_while_files_come_in() -> None:
    def act(place: Path, acknowledge: Callable[[], None]) -> None:
        for key, data in puts(FolderSpool(place / "spool")):
            with (place / "receipts").open("ab") as receipts:
                receipts.write(f"{key} {data[:6].decode()}\n".encode())
        acknowledge()

    def check(place: Path, acknowledged: bool) -> None:
        receipts = (place / "receipts").read_text().splitlines() if (place / "receipts").exists() else []
        whole = {"first ": b"first page" * 300, "second": b"second page" * 300}
        check_spool(place, {line[:97]: whole[line[98:]] for line in receipts})
        assert len(receipts) == 2 or not acknowledged

    assert sweep(lambda place: None, act, check) >= 30


def test_killed_while_a_file_is_deleted() -> None:
    def prepare(place: Path) -> None:
        list(puts(FolderSpool(place / "spool")))

    def act(place: Path, acknowledge: Callable[[], None]) -> None:
        spool = FolderSpool(place / "spool")
        spool.delete(sorted(spool.keys())[0])
        acknowledge()

    def check(place: Path, acknowledged: bool) -> None:
        check_spool(place)
        assert len(list(FolderSpool(place / "spool").keys())) in ({1} if acknowledged else {1, 2})

    sweep(prepare, act, check)
