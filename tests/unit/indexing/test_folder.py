"""The folder of an index: the pointer, generations, and what a killed rebuild leaves."""

from pathlib import Path

import pytest

from indexing.contract import IndexBusyError, IndexUnavailableError
from indexing.folder import IndexFolder


def build(folder: IndexFolder, content: str) -> None:
    with folder.building() as path:
        path.joinpath("content").write_text(content, encoding="utf-8")


def content(path: Path) -> str:
    return path.joinpath("content").read_text(encoding="utf-8")


def test_the_next_generation_takes_the_place_of_the_last_and_of_what_a_killed_one_left(tmp_path: Path) -> None:
    folder = IndexFolder(tmp_path, {"v": "1"}, 0)
    build(folder, "old")
    tmp_path.joinpath("generation-killed").mkdir()
    build(folder, "new")
    assert content(folder.current()) == "new"
    assert len(list(tmp_path.glob("generation-*"))) == 1


def test_a_reader_whose_generation_went_away_asks_the_new_one(tmp_path: Path) -> None:
    folder = IndexFolder(tmp_path, {"v": "1"}, 0)
    build(folder, "old")
    asked: list[Path] = []

    def ask(path: Path) -> str:
        asked.append(path)
        if len(asked) == 1:
            build(folder, "new")
            raise IndexUnavailableError("gone under the reader")
        return content(path)

    assert folder.read(ask) == "new"
    assert len(set(asked)) == 2


def test_a_reader_of_a_damaged_generation_is_told_once(tmp_path: Path) -> None:
    folder = IndexFolder(tmp_path, {"v": "1"}, 0)
    build(folder, "old")
    asked: list[Path] = []

    def ask(path: Path) -> str:
        asked.append(path)
        raise IndexUnavailableError("damaged")

    with pytest.raises(IndexUnavailableError):
        folder.read(ask)
    assert len(asked) == 1


def test_one_writer_at_a_time_and_the_lock_falls_with_an_error(tmp_path: Path) -> None:
    folder = IndexFolder(tmp_path, {"v": "1"}, 0)
    with folder.writing(), pytest.raises(IndexBusyError):
        build(folder, "locked out")

    def fails() -> None:
        with folder.writing():
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    build(folder, "free again")


def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    tmp_path.joinpath("file").write_text("", encoding="utf-8")
    folder = IndexFolder(tmp_path / "file" / "index", {}, 0)
    with pytest.raises(IndexUnavailableError):
        build(folder, "nowhere")
