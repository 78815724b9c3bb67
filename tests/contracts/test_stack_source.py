"""What a source of stacks promises: complete stacks only, files as they were listed, nothing lost when it is settled or refused."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanners.source import NoSource, StackChangedError, StackSource, StationState
from scanners.watched import NOTE, REFUSED, TAKEN, WatchedFolder

NAME = "(2026)豫9924执118号"


def watched(root: Path, quiet: int = 0) -> StackSource:
    return WatchedFolder(root, quiet)


def stack(root: Path, name: str = NAME, **files: str) -> Path:
    folder = root / "一号站" / name
    folder.mkdir(parents=True)
    for file, text in (files or {"a": "1"}).items():
        (folder / f"{file}.jpg").write_text(text, encoding="utf-8")
    return folder


def test_a_stack_is_listed_once_it_is_complete_in_the_order_of_its_pages(tmp_path: Path) -> None:
    folder = stack(tmp_path, p10="x", p2="y", P1="zz")
    for name in (".hidden", "~$lock", "Thumbs.db", "完成", NOTE):
        (folder / name).write_text("?", encoding="utf-8")
    (tmp_path / "一号站" / "loose.jpg").touch()
    (tmp_path / "一号站" / "空").mkdir()
    (found,) = watched(tmp_path).scan()
    assert (found.station, found.name, found.files, found.bytes) == ("一号站", NAME, ("P1.jpg", "p2.jpg", "p10.jpg"), 4)
    assert list(watched(tmp_path, 600).scan()) == []
    assert watched(tmp_path).stations() == [StationState("一号站", 2, 0, 1)]


def test_a_marker_shortens_the_wait(tmp_path: Path) -> None:
    folder = stack(tmp_path)
    (folder / "Done.TXT").touch()
    clock = WatchedFolder(tmp_path, 5)._now()
    assert clock == pytest.approx(folder.stat().st_mtime, abs=5)
    assert list(watched(tmp_path, 1 << 30).scan()) == []
    assert len(list(watched(tmp_path, 0).scan())) == 1


def test_names_with_characters_that_only_look_like_numbers_are_names(tmp_path: Path) -> None:
    stack(tmp_path, "①", **{"1²": "x", "1": "y", "①": "z"})
    (found,) = watched(tmp_path).scan()
    assert (found.name, set(found.files)) == ("①", {"1.jpg", "1².jpg", "①.jpg"})


def test_what_cannot_be_looked_into_keeps_no_other_from_being_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stack(tmp_path, "坏")
    stack(tmp_path, "好")
    (tmp_path / "0号站").mkdir()
    listed = Path.iterdir

    def closed(path: Path) -> Iterator[Path]:
        if path.name in ("坏", "0号站"):
            raise PermissionError(path.name)
        return listed(path)

    found = watched(tmp_path).scan()
    monkeypatch.setattr(Path, "iterdir", closed)
    assert next(found).name == "好"
    with pytest.raises(PermissionError, match="0号站"):
        next(found)
    assert [(one.name, one.readable) for one in watched(tmp_path).stations()] == [("0号站", False), ("一号站", True)]
    monkeypatch.setattr(os, "access", lambda path, _how: path.name != "坏")
    assert watched(tmp_path).stations()[1] == StationState("一号站", 2, 0, 0, readable=False)


@pytest.mark.parametrize("trap", ["link", "pipe"])
def test_a_note_is_written_past_traps_and_over_nobodys_own(tmp_path: Path, trap: str) -> None:
    folder, outside = stack(tmp_path / "root"), tmp_path / "outside"
    outside.write_text("precious", encoding="utf-8")
    if trap == "link":
        (folder / f".{NOTE}").symlink_to(outside)
    else:
        os.mkfifo(folder / f".{NOTE}")
    (folder / NOTE).write_text("扫描员自己写的", encoding="utf-8")
    source = watched(tmp_path / "root")
    for _ in range(2):
        source.refuse(next(source.scan()), "请改正")
        refused = tmp_path / "root" / "一号站" / REFUSED / NAME
        assert outside.read_text(encoding="utf-8") == "precious"
        assert (refused / "说明 (2).txt").read_text(encoding="utf-8") == "扫描员自己写的"
        assert {path.name for path in refused.iterdir()} == {"a.jpg", NOTE, "说明 (2).txt"}
        refused.rename(folder)


@pytest.mark.parametrize("fault", ["link", "folder", "empty", "linked"])
def test_what_is_no_stack_of_plain_files_is_listed_with_its_fault_and_can_be_refused(tmp_path: Path, fault: str) -> None:
    root = tmp_path / "root"
    folder = stack(root)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.jpg").write_text("secret", encoding="utf-8")
    if fault == "link":
        (folder / "b.jpg").symlink_to(outside / "secret.jpg")
    elif fault == "folder":
        (folder / "inner").mkdir()
    elif fault == "empty":
        (folder / "a.jpg").rename(folder / "完成")
    else:
        (folder / "a.jpg").unlink()
        folder.rmdir()
        folder.symlink_to(outside)
    (found,) = watched(root).scan()
    assert found.fault == ("link" if fault == "linked" else fault)
    watched(root).refuse(found, "请放文件本身\n再移回来")
    assert list(watched(root).scan()) == []
    (note,) = (root / "一号站" / REFUSED).rglob(NOTE)
    assert note.read_bytes().startswith(b"\xef\xbb\xbf")
    assert note.read_bytes().endswith("请放文件本身\r\n再移回来\r\n".encode())
    assert [path.name for path in outside.iterdir()] == ["secret.jpg"]


def test_a_file_that_changes_under_the_hand_is_noticed(tmp_path: Path) -> None:
    folder = stack(tmp_path, a="1", b="2")
    source = watched(tmp_path)
    (found,) = source.scan()
    digests = source.digests(found)
    with source.open(found, "a.jpg", digests["a.jpg"]) as file:
        assert file.read(100) == b"1"
        assert file.read(100) == b""
    (folder / "a.jpg").write_text("longer", encoding="utf-8")
    with source.open(found, "a.jpg", digests["a.jpg"]) as file, pytest.raises(StackChangedError):
        file.read()
    (folder / "c.jpg").touch()
    with pytest.raises(StackChangedError):
        source.digests(found)
    (folder / "a.jpg").unlink()
    with pytest.raises(StackChangedError):
        source.open(found, "a.jpg", digests["a.jpg"])
    (folder / "a.jpg").symlink_to(folder / "b.jpg")
    with pytest.raises(OSError, match=r"a\.jpg"):
        source.open(found, "a.jpg", digests["a.jpg"])


def test_a_pipe_holds_nobody_up(tmp_path: Path) -> None:
    folder = stack(tmp_path)
    os.mkfifo(folder / "b.jpg")
    (found,) = watched(tmp_path).scan()
    assert found.fault == "folder"


def test_settled_stacks_are_kept_whole_and_what_was_not_taken_is_told(tmp_path: Path) -> None:
    stack(tmp_path, good="1", bad="2")
    source = watched(tmp_path)
    (found,) = source.scan()
    source.settle(found, "HZ1", {"bad.jpg": "文件已损坏"})
    station = tmp_path / "一号站"
    assert source.settled("一号站", "HZ1")
    assert {path.name for path in (station / TAKEN / "HZ1").iterdir()} == {"good.jpg", "bad.jpg"}
    aside = station / REFUSED / f"{NAME}（HZ1）"
    assert {path.name for path in aside.iterdir()} == {"bad.jpg", NOTE}
    assert "bad.jpg：文件已损坏" in (aside / NOTE).read_text(encoding="utf-8-sig")
    # The same name again, also in 退回: nothing is written over.
    for _ in range(2):
        stack(tmp_path, good="1")
        source.refuse(next(source.scan()), "重复")
    stack(tmp_path, good="1")
    source.settle(next(source.scan()), "HZ1", {})
    assert {path.name for path in (station / TAKEN).iterdir()} == {"HZ1", "HZ1 (2)"}
    assert source.stations() == [StationState("一号站", 0, 3, 0)]


def test_one_at_a_time_takes_from_it(tmp_path: Path) -> None:
    source = watched(tmp_path)
    with source.alone() as first, (tmp_path / ".lock").open("rb+") as other:
        assert first
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with source.alone() as second:
            assert not second


def test_a_folder_of_ours_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    folder = stack(tmp_path / "root")
    (tmp_path / "elsewhere").mkdir()
    (folder.parent / TAKEN).symlink_to(tmp_path / "elsewhere")
    source = watched(tmp_path / "root")
    with pytest.raises(OSError, match="is a link"):
        source.settle(next(source.scan()), "HZ1", {})
    assert folder.is_dir()


def test_no_source_has_no_station() -> None:
    source: StackSource = NoSource()
    assert not source.wanted
    assert list(source.scan()) == []
    assert list(source.stations()) == []
    with pytest.raises(LookupError):
        source.alone()
