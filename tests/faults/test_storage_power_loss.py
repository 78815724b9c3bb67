"""After a power cut at any moment, whatever the disk had not been told to keep, everything acknowledged is there and everything visible is whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from storage.contract import DamagedError
from storage.spool import FolderSpool
from tests.faults.storage_flows import check_spool, check_volumes, commit, puts, volumes
from tests.support.disk_calls import watched
from tests.support.power_loss import Call, crash_states, recorded, write_tree
from tests.support.scratch import scratch

Run = tuple[Path, list[Call]]  # the folder a run was made in, and its calls
CHANCES = 8
SPOOLED = {"first": b"first page" * 300, "second": b"second page" * 300}


def act(place: Path, acknowledge: Callable[[str], None]) -> None:
    """Files come in, a new root takes its first object, the next version follows, a file of the spool goes."""
    spool, kept = FolderSpool(place / "spool"), []
    for key, _ in puts(spool):
        acknowledge(f"key {key}")
        kept.append(key)
    for number in (1, 2):
        commit(volumes(place), number)
        acknowledge(f"version {number}")
    acknowledge(f"deleted {kept[0]}")
    spool.delete(kept[0])


def check(place: Path, acknowledged: frozenset[str]) -> None:
    said = [line.split() for line in acknowledged]
    heads = [int(word) for kind, word in said if kind == "version"]
    gone = {word for kind, word in said if kind == "deleted"}
    keys = sorted(word for kind, word in said if kind == "key" and word not in gone)
    sizes = {key: FolderSpool(place / "spool").path(key).read_bytes() for key in keys}
    assert all(data in SPOOLED.values() for data in sizes.values())
    check_spool(place, sizes)
    check_volumes(place, set(range(max(heads, default=0), 3)))


def bad_states(run: Run, chances: int, enough: int | None = None) -> tuple[int, list[str]]:
    """(how many states there were, what was wrong in those that were bad); stops when `enough` bad ones are found."""
    seen: set[object] = set()
    states, wrong = 0, []
    for acknowledged, tree in crash_states(*run, chances):
        states += 1
        signature = (acknowledged, frozenset(tree.items()))
        if signature in seen:
            continue
        seen.add(signature)
        with scratch() as place, watched():
            write_tree(tree, place)
            try:
                check(place, acknowledged)
            except (AssertionError, OSError, KeyError, DamagedError) as error:
                wrong.append(f"{type(error).__name__}: {error}")
        if enough is not None and len(wrong) >= enough:
            break
    return states, wrong


@pytest.fixture(scope="module")
def run() -> Run:
    with scratch() as place:
        return place, recorded(lambda acknowledge: act(place, acknowledge))


def test_nothing_acknowledged_is_lost_and_nothing_visible_is_torn(run: Run) -> None:
    states, wrong = bad_states(run, CHANCES)
    assert states > 1_500
    assert wrong == []


FORGOTTEN: dict[str, Callable[[str, bool], bool]] = {
    "files of the spool": lambda path, folder: not folder and "/spool/" in path,
    "the folder of the spool": lambda path, folder: path.endswith("/spool"),
    "files of a version": lambda path, folder: not folder and ".staging/" in path,
    "folders of a version": lambda path, folder: folder and ".staging/" in path,
    "folders that receive an object or a version": lambda path, folder: folder and "/main/" in path,
    "the folder above the root": lambda path, folder: path == "",
}


@pytest.mark.parametrize("what", FORGOTTEN)
def test_each_kind_of_fsync_is_needed(run: Run, what: str) -> None:
    """The model has teeth: without these fsyncs it finds lost or torn files."""
    base, calls = run
    folders = folders_of(calls, base)
    opened: dict[int, tuple[str, bool]] = {}
    fewer = []
    for call in calls:
        name, arguments, result = call
        if name == "open":
            path = str(arguments[0])
            opened[result] = (path.removeprefix(str(base)), path in folders)
        if name == "fsync" and FORGOTTEN[what](*opened[arguments[0]]):
            continue
        fewer.append(call)
    assert len(fewer) < len(calls)
    assert bad_states((base, fewer), 1, enough=1)[1]


def folders_of(calls: Sequence[Call], base: Path) -> set[str]:
    """Every folder the run made, also under the names that a rename gave them."""
    found = {str(base), *(str(arguments[0]) for name, arguments, _ in calls if name == "mkdir")}
    renamed = {str(arguments[1]) for name, arguments, _ in calls if name in ("rename", "rename_new") and str(arguments[0]) in found}
    return found | renamed
