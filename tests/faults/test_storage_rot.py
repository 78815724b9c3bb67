"""Whatever happens to any file of a store, the check finds it, names it, and never calls good what it could not read."""

from __future__ import annotations

import errno
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from storage.contract import DamagedError
from storage.inventory import sidecar
from storage.ocfl import FolderVolumes
from tests.support.scratch import scratch

IDS = ("urn:dossier:豫9924:2026:118:main", "urn:dossier:豫9924:2026:119:main")


@pytest.fixture(scope="module")
def pristine() -> Iterator[Path]:
    with scratch() as top:
        store = FolderVolumes(top / "main", threads=1)
        for object_id in IDS:
            for number in (1, 2, 3):
                store.commit(
                    object_id,
                    add={f"original/m{number}/0001.jpg": f"{object_id} {number}".encode() * 100, "meta/catalogue.json": b"[%d]" % number},
                    expect_head=number - 1,
                    user="李测试",
                    message="移送签收",
                    created="2026-03-02T09:30:00+08:00",
                )
        yield top


@pytest.fixture
def place(pristine: Path) -> Iterator[Path]:
    with scratch() as top:
        shutil.copytree(pristine / "main", top / "main")
        yield top


def complaints(place: Path) -> dict[str, str]:
    return {result.name: result.status for result in FolderVolumes(place / "main").verify_root() if result.status != "ok"}


def all_files(place: Path) -> list[Path]:
    return sorted(path for path in (place / "main").rglob("*") if path.is_file())


def named(place: Path, path: Path) -> str:
    return path.relative_to(place / "main").as_posix()


def object_root(place: Path) -> Path:
    return next((place / "main").rglob("0=ocfl_object_1.1")).parent


def rewrite(path: Path, data: bytes) -> None:
    path.unlink()
    path.write_bytes(data)


def flip(path: Path, rng: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    rewrite(path, bytes(data))


def link(path: Path, rng: random.Random) -> None:
    copy = path.parent.parent / "copy"
    shutil.move(path, copy)
    path.symlink_to(copy)


def pipe(path: Path, rng: random.Random) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path, rng: random.Random) -> None:
    path.unlink()
    path.mkdir()


DAMAGE: dict[str, tuple[Callable[[Path, random.Random], object], set[str]]] = {
    "a bit flips": (flip, {"damaged"}),
    "another bit flips": (flip, {"damaged"}),
    "the end is gone": (lambda path, rng: rewrite(path, path.read_bytes()[:-1]), {"damaged"}),
    "all bytes are gone": (lambda path, rng: rewrite(path, b""), {"damaged"}),
    "a byte too many": (lambda path, rng: rewrite(path, path.read_bytes() + b"\0"), {"damaged"}),
    "nothing but zeros": (lambda path, rng: rewrite(path, bytes(path.stat().st_size)), {"damaged"}),
    "the file is gone": (lambda path, rng: path.unlink(), {"missing"}),
    "a folder in its place": (folder, {"unchecked", "damaged"}),
    "a link in its place": (link, {"unchecked", "damaged"}),
    "a pipe in its place": (pipe, {"unchecked", "damaged"}),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_every_damage_of_every_file_is_found_and_named(place: Path, what: str) -> None:
    damage, statuses = DAMAGE[what]
    rng = random.Random(what)
    assert complaints(place) == {}
    paths = all_files(place)
    assert len(paths) == 33
    for path in paths:
        keep = shutil.copy(path, place / "keep")
        before = set((place / "main").rglob("*"))
        damage(path, rng)
        found = complaints(place)
        assert found.get(named(place, path)) in statuses, f"{what}: {path}: {found}"
        # Nothing else is accused, but for what the damage itself has put or left there.
        left = {named(place, other) for other in set((place / "main").rglob("*")) - before}
        assert set(found) - {named(place, path), named(place, path.parent)} <= left, f"{what}: {path}: {found}"
        for other in set((place / "main").rglob("*")) - before:
            other.unlink()
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
        shutil.move(keep, path)
    assert complaints(place) == {}


def test_a_stranger_in_any_folder_is_found(place: Path) -> None:
    for folder in [place / "main", *(path for path in (place / "main").rglob("*") if path.is_dir())]:
        stranger = folder / "thumbs.db"
        stranger.write_bytes(b"x")
        assert complaints(place) == {named(place, stranger): "unknown"}
        stranger.unlink()
        stranger.mkdir()
        assert complaints(place) == {named(place, stranger): "unknown"}
        stranger.rmdir()


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES], ids=errno.errorcode.get)
def test_a_file_that_cannot_be_read_is_never_good(place: Path, code: int) -> None:
    real = os.open
    for path in all_files(place):

        def refuse(name: str, *arguments: int, path: Path = path) -> int:
            if Path(name) == path:
                raise OSError(code, os.strerror(code))
            return real(name, *arguments)

        with patch.object(os, "open", refuse):
            assert complaints(place) == {named(place, path): "unchecked"}


def test_reading_that_breaks_off_is_never_good(place: Path) -> None:
    def refuse(number: int, size: int) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with patch.object(os, "read", refuse):
        assert {result.status for result in FolderVolumes(place / "main").verify_root()} == {"unchecked"}


def test_a_folder_that_cannot_be_read_is_never_good(place: Path) -> None:
    real, hidden = os.scandir, object_root(place) / "v2" / "content"

    def refuse(path: str | Path) -> object:
        if Path(path) == hidden:
            raise PermissionError(errno.EACCES, "no")
        return real(path)

    with patch.object(os, "scandir", refuse):
        assert complaints(place)[named(place, hidden)] == "unchecked"


def test_two_files_that_changed_places_are_both_named(place: Path) -> None:
    first, second = (object_root(place) / f"v{number}" / "content" / "meta" / "catalogue.json" for number in (1, 2))
    first.rename(place / "x")
    second.rename(first)
    (place / "x").rename(second)
    assert complaints(place) == {named(place, first): "damaged", named(place, second): "damaged"}


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_version_that_is_gone_is_missing_and_never_replaced_by_an_older_one(place: Path, number: int) -> None:
    gone = object_root(place) / f"v{number}"
    shutil.rmtree(gone)
    found = complaints(place)
    assert {name for name, status in found.items() if status == "missing"} == {
        named(place, gone / name)
        for name in ("inventory.json", "inventory.json.sha512", f"content/original/m{number}/0001.jpg", "content/meta/catalogue.json")
    }
    if number == 3:
        store = FolderVolumes(place / "main")
        assert sorted(_readable(store, object_id) for object_id in IDS) == [False, True]
        assert len([line for line in store.recover() if "damaged" in line]) == 1


def test_root_copies_of_an_older_version_are_found_and_made_anew(place: Path) -> None:
    root = object_root(place)
    for name in ("inventory.json", "inventory.json.sha512"):
        rewrite(root / name, (root / "v2" / name).read_bytes())
    assert complaints(place) == {named(place, root / name): "damaged" for name in ("inventory.json", "inventory.json.sha512")}
    store = FolderVolumes(place / "main")
    assert [store.head(object_id) for object_id in IDS] == [3, 3]
    assert len(list(store.recover())) == 1
    assert complaints(place) == {}


def test_an_inventory_that_was_forged_with_its_sidecar_is_found(place: Path) -> None:
    """Whoever rewrites history must rewrite every later inventory too; one alone stands out."""
    root = object_root(place)
    data = (root / "v1" / "inventory.json").read_bytes().replace("移送签收".encode(), "移送拒收".encode())
    rewrite(root / "v1" / "inventory.json", data)
    rewrite(root / "v1" / "inventory.json.sha512", sidecar(data))
    assert complaints(place) == {named(place, root / "v1" / name): "damaged" for name in ("inventory.json", "inventory.json.sha512")}


def test_the_newest_version_without_anything_that_vouches_for_it_is_damage(place: Path) -> None:
    root = object_root(place)
    for folder in (root, root / "v3"):
        rewrite(folder / "inventory.json", b"{}")
    store = FolderVolumes(place / "main")
    broken = [object_id for object_id in IDS if not _readable(store, object_id)]
    assert len(broken) == 1
    with pytest.raises(DamagedError):
        list(store.objects())
    before = {path: path.read_bytes() for path in all_files(place)}
    assert len(list(store.recover())) == 1
    assert {path: path.read_bytes() for path in all_files(place)} == before
    found = complaints(place)
    assert {found[named(place, path)] for path in (root / "v3").rglob("*") if path.is_file()} <= {"damaged", "unknown", "unchecked"}
    assert found[named(place, root / "inventory.json")] == "damaged"


def _readable(store: FolderVolumes, object_id: str) -> bool:
    try:
        return store.version(object_id).number == 3
    except DamagedError:
        return False


def test_an_object_in_the_place_of_another_is_found(place: Path) -> None:
    first, second = sorted(path.parent for path in (place / "main").rglob("0=ocfl_object_1.1"))
    shutil.rmtree(second)
    shutil.copytree(first, second)
    found = complaints(place)
    assert {status for name, status in found.items() if name.startswith(named(place, second))} == {"damaged", "unchecked"}
    assert not any(name.startswith(named(place, first)) for name in found)
    store = FolderVolumes(place / "main")
    assert sorted(_readable(store, object_id) for object_id in IDS) == [False, True]


def test_empty_folders_between_root_and_objects_are_found(place: Path) -> None:
    (place / "main" / "abc" / "def").mkdir(parents=True)
    assert complaints(place) == {"abc/def": "unknown"}
    assert len(list(FolderVolumes(place / "main").recover())) == 2
    assert complaints(place) == {}


def test_a_version_folder_under_another_number_is_found(place: Path) -> None:
    root = object_root(place)
    (root / "v3").rename(root / "v4")
    store = FolderVolumes(place / "main")
    assert sorted(_readable(store, object_id) for object_id in IDS) == [False, True]
    found = complaints(place)
    assert found[named(place, root / "v3" / "inventory.json")] == "missing"
    assert found[named(place, root / "v4" / "inventory.json")] == "damaged"
