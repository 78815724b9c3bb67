"""Scanning stations from outside: a folder that somebody saved to becomes a hand-over once, or goes back with what to do, whatever dies in between."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from dossier import people
from dossier.desks import cases, handover, receiving, separators, stations
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records.tables import LedgerEvent, Submission
from dossier.web.site import create_app
from dossier.worker import Worker
from scanners import watched
from tests.support.commands import CommandLine
from tests.support.office import CASE, CASE_NO, PASSWORD, TEAM, open_test_office, operator_of
from tests.support.webclient import Person

STATION = "一号扫描站"
HALF = "(2026)豫9924执118号"
OTHER = "（2026）豫9924执119号"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "watch").mkdir()
    return tmp_path / "watch"


@pytest.fixture
def office(tmp_path: Path, root: Path) -> Iterator[Office]:
    opened = open_test_office(tmp_path / "home", watch_folder=str(root), watch_quiet="0", max_upload_mb="1", agreement="required")
    operator = operator_of(opened)
    people.add(opened, operator, login="station1", display=STATION, roles=["station"], team=TEAM, password=PASSWORD, must_change=False)
    cases.import_cases(opened, operator, json.dumps([{**CASE, "case_no": OTHER, "team": "执行实施二团队"}], ensure_ascii=False).encode())
    yield opened
    opened.close()


def jpeg_page(seed: str) -> bytes:
    """A small page whose bytes depend on the seed."""
    target = io.BytesIO()
    Image.new("RGB", (300, 420), (255, 255, ord(seed) % 256)).save(target, "JPEG", dpi=(72, 72))
    return target.getvalue()


def stack(root: Path, name: str, station: str = STATION, **files: bytes) -> Path:
    folder = root / station / name
    folder.mkdir(parents=True)
    for file, data in files.items():
        (folder / f"{file}.jpg").write_bytes(data)
    return folder


def receipts(office: Office) -> list[str]:
    with office.db.read() as session:
        return list(session.scalars(select(Submission.receipt_no).order_by(Submission.id)))


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")} if folder.exists() else set()


def test_a_stack_becomes_a_hand_over_of_the_stations_team(office: Office, root: Path) -> None:
    stack(root, f"{HALF} 第二批", a=jpeg_page("甲"), b=jpeg_page("乙"), **{" c": b"not a picture"})
    assert stations.poll(office) == 1
    (receipt,) = receipts(office)
    with office.db.read() as session:
        one = session.scalars(select(Submission)).one()
        assert (one.case.case_no, one.handed_by.login, one.team.name if one.team else None) == (CASE_NO, "station1", TEAM)
        assert [file.name for file in one.files] == ["a.jpg", "b.jpg"]
    station = root / STATION
    assert names(station) == {"已收", "退回"}
    assert names(station / "已收" / receipt) == {"a.jpg", "b.jpg", " c.jpg"}
    (aside,) = (station / "退回").iterdir()
    assert names(aside) == {" c.jpg", "说明.txt"}
    assert "c.jpg：" in (aside / "说明.txt").read_text(encoding="utf-8-sig")
    assert stations.poll(office) == 0


def test_names_in_another_encoding_are_read(office: Office, root: Path) -> None:
    station, name, page = (os.fsdecode(text.encode("gb18030")) for text in (STATION, HALF, "执行裁定书"))
    folder = stack(root, name, station)
    (folder / f"{page}.jpg").write_bytes(jpeg_page("甲"))
    stack(root, os.fsdecode("某甲".encode("gb18030")), station, a=b"x")
    assert [stations.poll(office, lambda: True) for _look in range(3)] == [1, 1, 0], "one at each look, when there is no more time"
    with office.db.read() as session:
        assert [file.name for file in session.scalars(select(Submission)).one().files] == ["执行裁定书.jpg"]
    (row,) = stations.state(office, operator_of(office))["stations"]
    assert (row["name"], row["team"], row["refused"]) == (STATION, TEAM, 1)


def test_a_cover_on_top_names_the_case_of_a_stack_that_does_not(office: Office, root: Path, tmp_path: Path) -> None:
    cover = separators.save(office, operator_of(office), separators.Wanted(case_no=CASE_NO), tmp_path / "printed")
    folder = stack(root, "三号箱的材料", b=jpeg_page("甲"))
    (folder / "0.pdf").write_bytes(cover.read_bytes())
    other = stack(root, "倒放的", a=jpeg_page("乙"))
    (other / "b.pdf").write_bytes(cover.read_bytes())
    assert stations.poll(office) == 2
    with office.db.read() as session:
        assert [one.case.case_no for one in session.scalars(select(Submission))] == [CASE_NO]
    assert names(root / STATION / "退回" / "倒放的") == {"a.jpg", "b.pdf", "说明.txt"}
    assert list(office.scratch_dir.glob("work-*")) == []


@pytest.mark.parametrize(
    ("name", "station", "files", "told"),
    [
        ("（2026）豫9924执999号", STATION, {"a": b"x"}, "没有案号为"),
        ("今天的材料", STATION, {"a": b"x"}, "不是以案号开头"),
        (OTHER, STATION, {"a": b"x"}, "不属于扫描站"),
        (HALF, "二号扫描站", {"a": b"x"}, "没有为扫描站“二号扫描站”设立账号"),
        (HALF, STATION, {"a": b"not a picture"}, "a.jpg：文件内容与扩展名不符"),
        (HALF, STATION, {"a": b"0" * (1 << 21)}, "超过 1 MB"),
        (HALF, STATION, {}, "里面没有文件"),
    ],
)
def test_what_cannot_be_taken_goes_back_with_what_to_do(
    office: Office, root: Path, name: str, station: str, files: dict[str, bytes], told: str
) -> None:
    folder = stack(root, name, station, **files)
    (folder / "完成").touch()
    assert stations.poll(office) == 1
    assert receipts(office) == []
    note = (root / station / "退回" / name / "说明.txt").read_text(encoding="utf-8-sig")
    assert told in note
    assert "移回上一级" in note
    assert names(root / station / "退回" / name) == {"完成", "说明.txt", *(f"{one}.jpg" for one in files)}
    with office.db.read() as session:
        assert session.scalars(select(LedgerEvent).where(LedgerEvent.action == "station.refuse")).one().detail["station"] == station


def test_what_was_mended_and_moved_back_is_taken_and_the_same_paper_only_once(office: Office, root: Path) -> None:
    page = jpeg_page("甲")
    stack(root, "豫9924执118", a=page)
    stations.poll(office)
    (root / STATION / "退回" / "豫9924执118").rename(root / STATION / HALF)
    stations.poll(office)
    (receipt,) = receipts(office)
    stack(root, HALF, a=page)
    stations.poll(office)
    assert receipts(office) == [receipt]
    assert f"回执 {receipt}" in (root / STATION / "退回" / HALF / "说明.txt").read_text(encoding="utf-8-sig")
    # Refused at the desk, the same paper may come once more, also when somebody cleared what was taken.
    Worker(office).run(until_idle=True)
    receiving.refuse(office, operator_of(office), receipt, "重扫", ["重扫"])
    shutil.rmtree(root / STATION / "已收")
    stack(root, HALF, a=page)
    stations.poll(office)
    assert len(receipts(office)) == 2


class PowerCutError(BaseException):
    """The process dies here."""


def _die(*_words: Any, **_more: Any) -> Any:
    raise PowerCutError


def _dies_after(deed: Callable[..., Any]) -> Callable[..., Any]:
    def done(*words: Any, **more: Any) -> Any:
        deed(*words, **more)
        raise PowerCutError

    return done


@pytest.mark.parametrize(
    ("where", "what", "after"),
    [
        (handover, "take_all", True),
        (handover, "_record", False),
        (handover, "give_back", False),
        (watched, "_copy", True),
        (watched, "_write_note", False),
        (watched, "_move", False),
        (watched, "_sync", False),
    ],
)
def test_a_crash_at_any_step_neither_loses_nor_doubles(
    office: Office, root: Path, monkeypatch: pytest.MonkeyPatch, where: Any, what: str, after: bool
) -> None:
    stack(root, HALF, a=jpeg_page("甲"), b=b"not a picture")
    with monkeypatch.context() as patched:
        patched.setattr(where, what, _dies_after(getattr(where, what)) if after else _die)
        with pytest.raises(PowerCutError):
            stations.poll(office)
    stations.poll(office)
    (receipt,) = receipts(office)
    assert names(root / STATION / "已收" / receipt) == {"a.jpg", "b.jpg"}
    assert names(root / STATION) == {"已收", "退回"}
    (aside,) = (root / STATION / "退回").iterdir()
    assert names(aside) == {"b.jpg", "说明.txt"}
    assert len(list(office.spool.keys())) == 1


def test_what_is_our_own_trouble_leaves_the_stack_where_it_is(office: Office, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = stack(root, HALF, a=jpeg_page("甲"))

    def full(*_words: Any, **_more: Any) -> Any:
        raise handover.NothingAcceptedError([{"name": "a.jpg", "error": {"code": "no_space", "message": ""}}])

    with monkeypatch.context() as patched:
        patched.setattr(handover, "receive", full)
        with pytest.raises(DossierError, match="存储空间不足"):
            stations.poll(office)
    assert names(folder) == {"a.jpg"}


def test_a_station_that_cannot_be_written_to_keeps_no_other_waiting(office: Office, root: Path) -> None:
    stack(root, "没有案号", station="0号站", a=jpeg_page("坏"))
    (root / "0号站" / "退回").symlink_to(root)
    stack(root, CASE_NO, a=jpeg_page("好"))
    with pytest.raises(OSError, match="is a link"):
        stations.poll(office)
    assert len(receipts(office)) == 1
    assert (root / "0号站" / "没有案号").is_dir()
    with office.db.read() as session:
        assert session.scalars(select(LedgerEvent).where(LedgerEvent.action == "station.refuse")).all() == []


def test_a_file_that_grows_while_it_is_read_is_left_for_later(office: Office, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = stack(root, HALF, a=jpeg_page("甲"))
    digests = office.stacks.digests

    def growing(one: Any) -> Any:
        found = digests(one)
        with (folder / "a.jpg").open("ab") as file:
            file.write(b"more")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(type(office.stacks), "digests", lambda _self, one: growing(one))
        assert stations.poll(office) == 0
    assert receipts(office) == []
    assert list(office.spool.keys()) == []
    assert names(folder) == {"a.jpg"}
    assert stations.poll(office) == 1


def test_the_worker_looks_and_the_health_page_and_the_command_line_tell(
    office: Office, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack(root, HALF, a=jpeg_page("甲"))
    stack(root, "不是案号", a=b"x")
    (root / STATION / "loose.jpg").touch()
    Worker(office).run(until_idle=True)
    (receipt,) = receipts(office)
    people.add(
        office, operator_of(office), login="keeper", display="管", roles=["system_admin"], team=None, password=PASSWORD, must_change=False
    )
    page = Person(create_app(office), "keeper").get("/house").text
    assert STATION in page
    assert receipt in page
    assert "不会收" in page
    run = CommandLine(tmp_path / "home", {"watch_folder": str(root)})
    (row,) = run("station", "list", "--json").lines
    assert (row["waiting"], row["refused"], row["loose"], row["readable"], row["last"]["receipt_no"]) == (0, 1, 1, True, receipt)
    stack(root, "锁住的", a=b"x")
    with monkeypatch.context() as patched:
        patched.setattr(os, "access", lambda path, *_how, **_more: Path(path).name != "锁住的")
        assert "打不开" in run("station", "list").out
        assert "有文件夹打不开" in Person(create_app(office), "keeper").get("/house").text
    root.rename(root.with_name("gone"))
    assert run("station", "list").code == 2
    Worker(office).run(until_idle=True)
    assert "监视文件夹不可用" in Person(create_app(office), "keeper").get("/house").text
