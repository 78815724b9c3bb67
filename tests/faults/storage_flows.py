"""The acts of the store that faults are thrown at, and what must hold afterwards."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from storage.ocfl import FolderVolumes
from storage.spool import FolderSpool
from tests.support.ocfl_oracle import complaints_about_root

ID = "urn:dossier:豫9924:2026:118:main"
STATES: dict[int, dict[str, bytes]] = {
    0: {},
    1: {"original/m1/0001.jpg": b"one" * 700, "meta/catalogue.json": b"[1]", "text/0001.json": b"[1]"},
    2: {"original/m1/0001.jpg": b"one" * 700, "original/m2/0001.jpg": b"two" * 700, "meta/catalogue.json": b"[1, 2]"},
}
_seen: set[object] = set()


def volumes(place: Path) -> FolderVolumes:
    return FolderVolumes(place / "main", threads=1)


def commit(store: FolderVolumes, number: int) -> None:
    """Makes version `number` of the object from the one before."""
    before, after = STATES.get(number - 1, {}), STATES.get(number, {"later": b"%d" % number})
    store.commit(
        ID,
        add={path: data for path, data in after.items() if before.get(path) != data},
        remove=[path for path in before if path not in after] if number <= 2 else [],
        expect_head=number - 1,
        user="李测试",
        message=f"第{number}版",
        created="2026-03-02T09:30:00+08:00",
    )


def check_volumes(place: Path, heads: set[int]) -> int:
    """After recover(): the newest version is one of `heads` and holds what it should, every byte is good, nothing else is there."""
    store = volumes(place)
    store.recover()
    assert list(store.recover()) == []
    assert list((place / "main.staging").iterdir()) == []
    check_sound(store, heads)
    signature = tuple(sorted((str(path.relative_to(place)), path.is_file() and path.stat().st_size) for path in place.rglob("*")))
    if signature not in _seen:
        _seen.add(signature)
        assert complaints_about_root(place / "main") == ""
    return store.head(ID)


def check_sound(store: FolderVolumes, heads: set[int]) -> None:
    """Without recover(): one of `heads`, its files as they should be, and no complaint about any byte."""
    head = store.head(ID)
    assert head in heads, f"version {head}"
    assert [result for result in store.verify_root() if result.status != "ok"] == []
    for number in range(1, head + 1):
        assert {path: store.path(ID, path, number).read_bytes() for path in store.version(ID, number).state} == STATES[number]


def puts(spool: FolderSpool) -> Iterator[tuple[str, bytes]]:
    """Two incoming files, one at a time: (key, bytes) when the spool has acknowledged it."""
    for data in (b"first page" * 300, b"second page" * 300):
        yield spool.put(io.BytesIO(data)).key, data


def check_spool(place: Path, acknowledged: dict[str, bytes] | None = None) -> None:
    """After recover(): every acknowledged file is there, every visible file is whole, nothing else lies about."""
    spool = FolderSpool(place / "spool")
    spool.recover()
    assert list(spool.recover()) == []
    assert list(spool.strays()) == []
    keys = list(spool.keys())
    for key in keys:
        assert spool.verify(key, key.partition(".")[0]).status == "ok"
    for key, data in (acknowledged or {}).items():
        assert key in keys
        assert spool.path(key).read_bytes() == data
