"""Every volume store keeps versions of files for good, refuses what cannot be, and checks itself byte by byte."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.contract import ConflictError, DamagedError, VolumeStore
from storage.ocfl import FolderVolumes
from tests.support.ocfl_oracle import complaints_about_root
from tests.support.scratch import scratch

IMPLEMENTATIONS: dict[str, Callable[[Path], VolumeStore]] = {"folder": lambda place: FolderVolumes(place / "main", threads=2)}
ID = "urn:dossier:豫9924:2026:118:main"


@pytest.fixture
def place() -> Iterator[Path]:
    with scratch() as folder:
        yield folder


@pytest.fixture(params=sorted(IMPLEMENTATIONS))
def store(request: pytest.FixtureRequest, place: Path) -> VolumeStore:
    return IMPLEMENTATIONS[request.param](place)


def commit(store: VolumeStore, head: int, add: dict[str, Any], remove: tuple[str, ...] = (), object_id: str = ID, **other: str) -> Any:
    stamp = {"user": "李测试", "message": f"第{head + 1}次移送签收", "created": "2026-03-02T09:30:00+08:00"} | other
    return store.commit(object_id, add=add, remove=remove, expect_head=head, **stamp)


def read(store: VolumeStore, path: str, number: int | None = None, object_id: str = ID) -> bytes:
    with store.open(object_id, path, number) as stream:
        return stream.read()


def bad(store: VolumeStore) -> list[Any]:
    return [result for result in store.verify_root() if result.status != "ok"]


def test_versions_are_kept_beside_one_another(store: VolumeStore, place: Path) -> None:
    scan = place / "0001.jpg"
    scan.write_bytes(b"\xff\xd8 a page \xff\xd9" * 5000)
    assert store.head(ID) == 0
    first = commit(store, 0, {"original/m1/0001.jpg": scan, "meta/目录.json": b"[1]"})
    second = commit(store, 1, {"original/m2/0001.jpg": b"second", "meta/目录.json": b"[1,2]"})
    third = commit(store, 2, {}, remove=("original/m2/0001.jpg",))
    assert [version.number for version in (first, second, third)] == [1, 2, 3]
    assert store.head(ID) == 3
    assert sorted(third.state) == ["meta/目录.json", "original/m1/0001.jpg"]
    assert read(store, "meta/目录.json") == b"[1,2]"
    assert read(store, "meta/目录.json", 1) == b"[1]"
    assert read(store, "original/m2/0001.jpg", 2) == b"second"
    assert store.path(ID, "original/m1/0001.jpg").read_bytes() == scan.read_bytes()
    assert store.version(ID, 2) == second
    assert store.version(ID) == third
    assert (second.user, second.message, second.created) == ("李测试", "第2次移送签收", "2026-03-02T09:30:00+08:00")
    assert second.state["original/m2/0001.jpg"] == hashlib.sha512(b"second").hexdigest()
    assert bad(store) == []
    assert list(store.recover()) == []


def test_another_validator_agrees(store: VolumeStore, place: Path) -> None:
    for number in range(4):
        object_id = f"{ID}:{number}"
        commit(store, 0, {"a": b"1", "b/c": b"2", "d": b"1"}, object_id=object_id)
        commit(store, 1, {"e": b"2", "a": b"3"}, remove=("d",), object_id=object_id)
        commit(store, 2, {"f": b"1"}, object_id=object_id)
    assert complaints_about_root(place / "main") == ""
    assert sorted(store.objects()) == [f"{ID}:{number}" for number in range(4)]


def test_an_empty_store_is_valid(store: VolumeStore, place: Path) -> None:
    assert complaints_about_root(place / "main") == ""
    assert [result.status for result in store.verify_root()] == ["ok"] * 3
    assert list(store.objects()) == []


def test_bytes_already_in_the_object_are_not_kept_again(store: VolumeStore, place: Path) -> None:
    page = b"page" * 1000
    commit(store, 0, {"a/1": page, "a/2": page})
    commit(store, 1, {"b/renamed": page}, remove=("a/1", "a/2"))
    commit(store, 2, {"a/1": page, "new": b"n"})
    assert [path for path in place.rglob("*") if path.is_file() and path.read_bytes() == page] == [store.path(ID, "a/1")]
    assert read(store, "a/1") == read(store, "b/renamed", 2) == page
    assert bad(store) == []
    assert complaints_about_root(place / "main") == ""


def test_each_object_stands_alone(store: VolumeStore) -> None:
    commit(store, 0, {"a": b"main"}, object_id="main")
    commit(store, 0, {"a": b"sub"}, object_id="sub")
    assert read(store, "a", object_id="main") == b"main"
    assert read(store, "a", object_id="sub") == b"sub"
    assert store.head("mai") == 0


@pytest.mark.parametrize("expected", [0, 1, 3])
def test_another_newest_version_is_a_conflict(store: VolumeStore, expected: int, place: Path) -> None:
    commit(store, 0, {"a": b"1"})
    commit(store, 1, {"a": b"2"})
    before = sorted(place.rglob("*"))
    with pytest.raises(ConflictError):
        commit(store, expected, {"a": b"3"})
    assert sorted(place.rglob("*")) == before
    assert read(store, "a") == b"2"


@pytest.mark.parametrize(
    "path",
    ["", "/a", "a/", "a//b", ".", "..", "a/../b", "../a", "a/.", "a\x00b", "a\nb", "a\x7f", "a\\b", "x" * 256, "a/" * 1100 + "a", "\ud800"],
)
def test_a_path_that_could_leave_the_object_is_refused(store: VolumeStore, path: str) -> None:
    with pytest.raises(ValueError):
        commit(store, 0, {path: b"x"})
    assert store.head(ID) == 0


@pytest.mark.parametrize(
    ("add", "remove", "other"),
    [
        ({}, (), {}),
        ({"a": b""}, ("a",), {}),
        ({"new": b""}, ("not there",), {}),
        ({"a/b": b""}, (), {}),
        ({"folder": b""}, (), {}),
        ({"x": b"", "x/y": b""}, (), {}),
        ({"x": b""}, (), {"user": ""}),
        ({"x": b""}, (), {"message": ""}),
        ({"x": b""}, (), {"created": "2026-03-02T09:30:00"}),
        ({"x": b""}, (), {"created": "2026-03-02"}),
        ({"x": b""}, (), {"created": "yesterday"}),
    ],
)
def test_a_change_that_cannot_be_is_refused(
    store: VolumeStore, add: dict[str, bytes], remove: tuple[str, ...], other: dict[str, str]
) -> None:
    commit(store, 0, {"a": b"1", "folder/b": b"2"})
    with pytest.raises(ValueError):
        commit(store, 1, add, remove, **other)
    assert store.head(ID) == 1
    assert bad(store) == []


@pytest.mark.parametrize("object_id", ["", "a\nb", "x" * 1025])
def test_an_object_needs_a_proper_id(store: VolumeStore, object_id: str) -> None:
    with pytest.raises(ValueError):
        commit(store, 0, {"a": b"1"}, object_id=object_id)


def test_what_is_not_there_is_a_key_error(store: VolumeStore) -> None:
    commit(store, 0, {"a": b"1"})
    for ask in (
        lambda: store.version("nobody"),
        lambda: store.version(ID, 2),
        lambda: store.version(ID, 0),
        lambda: store.open(ID, "b"),
        lambda: store.path(ID, "a", 7),
        lambda: store.path("nobody", "a"),
    ):
        with pytest.raises(KeyError):
            ask()
    assert [result.status for result in store.verify("nobody")] == ["missing"]


def test_a_source_that_is_gone_keeps_nothing(store: VolumeStore, place: Path) -> None:
    commit(store, 0, {"a": b"1"})
    before = sorted(place.rglob("*"))
    with pytest.raises(FileNotFoundError):
        commit(store, 1, {"b": b"2", "c": place / "gone"})
    with pytest.raises(FileNotFoundError):
        commit(store, 0, {"b": b"2", "c": place / "gone"}, object_id="new")
    assert sorted(place.rglob("*")) == before


def test_damage_is_raised_and_never_served(store: VolumeStore) -> None:
    commit(store, 0, {"a": b"1"})
    store.path(ID, "a").unlink()
    with pytest.raises(DamagedError):
        store.open(ID, "a")
    assert "missing" in [result.status for result in store.verify(ID)]


@pytest.mark.parametrize("head", [0, 1])
def test_of_two_writers_of_one_version_exactly_one_wins(store: VolumeStore, head: int) -> None:
    for race in range(15):
        object_id = f"race {race}"
        if head:
            commit(store, 0, {"base": b"0"}, object_id=object_id)
        start = threading.Barrier(4)
        outcomes: list[str] = []

        def write(name: str, object_id: str = object_id, start: threading.Barrier = start, outcomes: list[str] = outcomes) -> None:
            start.wait()
            try:
                commit(store, head, {"who": name.encode()}, object_id=object_id)
            except ConflictError:
                outcomes.append("")
            else:
                outcomes.append(name)

        writers = [threading.Thread(target=write, args=(name,)) for name in "1234"]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        winner = [name for name in outcomes if name]
        assert len(winner) == 1
        assert len(outcomes) == 4
        assert read(store, "who", object_id=object_id) == winner[0].encode()
        assert store.head(object_id) == head + 1
    assert bad(store) == []
    assert list(store.recover()) == []
