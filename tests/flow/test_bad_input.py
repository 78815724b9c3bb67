"""Bad input through the receiving desk and the command line: a typed error that says what to do, the rest goes on, nothing is left over."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from sqlalchemy import func, select, update

from dossier import app
from dossier.desks import uploads, verifying
from dossier.desks.handover import MAX_DECLARED, NothingAcceptedError, Upload, clean_declared
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case, File, Job, Page, Submission
from dossier.worker import Worker
from storage.contract import NoSpaceError
from tests.support.badfiles import BAD_FILES, encrypted
from tests.support.commands import CommandLine, Ran, environment
from tests.support.hostile import corpus
from tests.support.office import CASE_NO, TEAM, hand_over, open_test_office, operator_of, upload
from tests.support.paperfiles import READER, blank_pdf, jpeg

GOOD = jpeg(200)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def office(home: Path) -> Iterator[Office]:
    opened = open_test_office(home, reader=READER)
    yield opened
    opened.close()


def rows(office: Office) -> dict[str, int]:
    with office.db.read() as session:
        return {t.__tablename__: session.execute(select(func.count()).select_from(t)).scalar_one() for t in (Submission, File, Page, Job)}


def assert_nothing_left_over(office: Office) -> None:
    """Every spooled file has its row, the scratch is empty, the ledger holds, and every byte is good."""
    with office.db.read() as session:
        assert sorted(office.spool.keys()) == sorted(session.execute(select(File.spool_key)).scalars())
        assert list(ledger.verify(session)) == []
    assert list(office.spool.strays()) == []
    assert not office.scratch_dir.exists() or list(office.scratch_dir.iterdir()) == []
    assert verifying.verify(office, operator_of(office), everything=True).good


def refused(office: Office, files: list[Upload], **more: Any) -> dict[str, str]:
    """Name → code of a hand-over of which nothing is taken."""
    before = rows(office)
    with pytest.raises(NothingAcceptedError) as caught:
        hand_over(office, files, **more)
    assert rows(office) == before
    assert_nothing_left_over(office)
    for row in caught.value.files:
        assert row["error"]["message"]
        assert row["error"]["message_en"]
    return {row["name"]: row["error"]["code"] for row in caught.value.files}


def code_of(office: Office, files: list[Upload], **more: Any) -> str:
    """The code of a hand-over that is refused as a whole."""
    before = rows(office)
    with pytest.raises(DossierError) as caught:
        hand_over(office, files, **more)
    assert caught.value.zh
    assert caught.value.en
    assert rows(office) == before
    assert_nothing_left_over(office)
    return caught.value.code


def test_each_bad_file_is_told_with_its_own_error(office: Office) -> None:
    expected = {name: code for name, _, code in BAD_FILES}
    assert refused(office, [upload(name, data) for name, data, _ in BAD_FILES]) == expected


def test_the_good_file_beside_the_bad_ones_goes_on(office: Office) -> None:
    files = [upload(name, data) for name, data, _ in BAD_FILES]
    receipt = hand_over(office, [*files[:4], upload("good.jpg", GOOD), *files[4:]])
    assert [file["name"] for file in receipt["files"] if "error" not in file] == ["good.jpg"]
    assert sum("error" in file for file in receipt["files"]) == len(BAD_FILES)
    assert rows(office) == {"submission": 1, "file": 1, "page": 1, "job": 1}
    assert_nothing_left_over(office)
    tally = Worker(office).run(until_idle=True)
    assert (tally.retried, tally.failed) == (0, 0)
    assert_nothing_left_over(office)


def test_the_same_file_twice_in_one_hand_over_is_taken_once(office: Office) -> None:
    receipt = hand_over(office, [upload("a.jpg", GOOD), upload("b.jpg", GOOD)])
    assert [file.get("error", {}).get("code") for file in receipt["files"]] == [None, "file_repeated"]
    assert_nothing_left_over(office)


def test_a_bad_file_twice_is_told_twice(office: Office) -> None:
    codes = refused(office, [upload("a.pdf", encrypted()), upload("b.pdf", b"x"), upload("c.pdf", b"x")])
    assert codes == {"a.pdf": "file_encrypted", "b.pdf": "file_not_what_it_says", "c.pdf": "file_not_what_it_says"}


def test_a_file_that_was_handed_over_before_is_refused_with_the_receipt_of_then(office: Office) -> None:
    first = hand_over(office, [upload("a.jpg", GOOD)])
    with pytest.raises(NothingAcceptedError) as caught:
        hand_over(office, [upload("b.jpg", GOOD)])
    error = caught.value.files[0]["error"]
    assert error["code"] == "file_duplicate"
    assert first["receipt_no"] in error["message"]
    assert_nothing_left_over(office)


def test_two_who_hand_over_the_same_file_at_once_one_is_taken(office: Office, home: Path) -> None:
    """Both have looked before either has written: the second look, inside the transaction, decides."""
    barrier, ends = threading.Barrier(2), []
    real = uploads.inspect

    def together(*args: Any, **more: Any) -> Any:
        facts = real(*args, **more)
        barrier.wait(20)
        return facts

    def go(name: str) -> None:
        try:
            ends.append(hand_over(office, [upload(name, GOOD)])["receipt_no"])
        except NothingAcceptedError as error:
            ends.append(error.files[0]["error"]["code"])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uploads, "inspect", together)
        threads = [threading.Thread(target=go, args=(f"{n}.jpg",)) for n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(ends) == ["HZ20260901-0001", "file_duplicate"]
    assert_nothing_left_over(office)


def test_two_who_use_one_idempotency_key_at_once_get_one_receipt(office: Office) -> None:
    barrier, ends = threading.Barrier(2), []
    real = uploads.inspect

    def together(*args: Any, **more: Any) -> Any:
        facts = real(*args, **more)
        barrier.wait(20)
        return facts

    def go() -> None:
        ends.append(hand_over(office, [upload("a.jpg", GOOD)], idempotency_key="k"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uploads, "inspect", together)
        threads = [threading.Thread(target=go) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert ends[0] == ends[1]
    assert rows(office)["submission"] == 1
    assert_nothing_left_over(office)


def test_an_unknown_case_and_an_archived_one_take_nothing(office: Office) -> None:
    with office.db.write() as session:
        session.execute(update(Case).values(state="archived", closed_on=office.today()))
    assert code_of(office, [upload("a.jpg", GOOD)]) == "case_archived"
    with office.db.write() as session:
        session.execute(update(Case).values(case_no="（2026）豫9924执119号"))
    assert code_of(office, [upload("a.jpg", GOOD)]) == "case_unknown"


def test_a_hand_over_without_a_file_is_refused(office: Office) -> None:
    assert code_of(office, []) == "no_files"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/扫描件.jpg", "扫描件.jpg"),
        ("C:\\扫描\\001.jpg", "001.jpg"),
        ("扫\u0301描.jpg", "扫\u0301描.jpg"),
        ("e\u0301.jpg", "\u00e9.jpg"),
        (os.fsdecode("裁定书.jpg".encode("gb18030")), "裁定书.jpg"),
        ("a b；c'\"$(x)`&<b>.jpg", "a b；c'\"$(x)`&<b>.jpg"),
    ],
)
def test_an_odd_name_is_kept_by_its_last_part(name: str, kept: str) -> None:
    assert uploads.clean_name(name) == kept


HOSTILE_NAMES = (
    ("", ""),
    ("..", ".."),
    ("a/", "a"),
    ("a\x00.jpg", "a\ufffd.jpg"),
    ("a\n\x1b[2J.jpg", "a\ufffd\ufffd[2J.jpg"),
    ("裁定\u202egpj.exe", "裁定\ufffdgpj.exe"),
    ("a\u200b.jpg", "a\ufffd.jpg"),
    ("a\udcff.jpg", "a\ufffd.jpg"),
    ("裁" * 100 + ".jpg", "裁" * 100 + ".jpg"),
    ("裁" * 9000 + ".jpg", "裁" * 120),
)


def test_a_hostile_name_is_refused_and_shown_harmless(office: Office) -> None:
    assert refused(office, [upload(name, GOOD) for name, _ in HOSTILE_NAMES]) == {shown: "file_name_bad" for _, shown in HOSTILE_NAMES}


def test_an_odd_name_goes_all_the_way(office: Office) -> None:
    name = "a b；c'\"$(x)`&<b> 扫描.jpg"
    receipt = hand_over(office, [upload(f"../../{name}", GOOD), upload("a\x00", GOOD)])
    assert [file["name"] for file in receipt["files"]] == [name, "a\ufffd"]
    assert_nothing_left_over(office)


def test_two_folders_with_files_of_one_name_are_told_apart(office: Office) -> None:
    files = [upload("001.jpg", jpeg(10)), upload("001.JPG", jpeg(20)), upload("001.jpg", jpeg(30)), upload("noending", jpeg(40))]
    assert [file["name"] for file in hand_over(office, files)["files"]] == ["001.jpg", "001 (2).JPG", "001 (3).jpg", "noending"]


@pytest.mark.parametrize(
    "declared",
    [
        {"name": "a", "pages": 1},
        [["a", 1]],
        [{"name": "", "pages": 1}],
        [{"name": "a"}],
        [{"name": 7, "pages": 1}],
        [{"name": "a", "pages": 0}],
        [{"name": "a", "pages": -1}],
        [{"name": "a", "pages": True}],
        [{"name": "a", "pages": "1"}],
        [{"name": "a", "pages": 1.0}],
        [{"name": "a", "pages": 10**9}],
        [{"name": "a" * 5000, "pages": 1}],
        [{"name": "a\u202eb", "pages": 1}],
        [{"name": f"{n}", "pages": 1} for n in range(MAX_DECLARED + 1)],
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_declared_list_that_is_none_is_refused(declared: Any) -> None:
    with pytest.raises(DossierError) as caught:
        clean_declared(declared)
    assert caught.value.code == "declared_bad"


def test_with_a_declared_list_that_is_none_nothing_is_taken(office: Office) -> None:
    assert code_of(office, [upload("a.jpg", GOOD)], declared=[{"name": "a", "pages": 0}]) == "declared_bad"


def test_a_long_declared_list_is_taken() -> None:
    declared = clean_declared([{"name": f" {n} ", "pages": 1} for n in range(MAX_DECLARED)])
    assert declared is not None
    assert (len(declared), declared[0]) == (MAX_DECLARED, {"name": "0", "pages": 1})


class Unplugged:
    """A file on a stick that is pulled out in the middle."""

    def __init__(self) -> None:
        self.reads = 0

    def read(self, size: int = -1) -> bytes:
        self.reads += 1
        if self.reads > 1:
            raise OSError(5, "Input/output error")
        return GOOD

    def __enter__(self) -> Unplugged:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(office: Office, tmp_path: Path) -> None:
    folder, pipe, gone, file = tmp_path / "folder", tmp_path / "pipe", tmp_path / "gone.jpg", tmp_path / "good.jpg"
    folder.mkdir()
    os.mkfifo(pipe)
    file.write_bytes(GOOD)
    unplugged = Upload("stick.jpg", lambda: Unplugged())  # type: ignore[arg-type,return-value]
    receipt = hand_over(office, [unplugged, *(Upload.of(path) for path in (folder, pipe, gone, Path("/dev/zero"), file))])
    codes = {one["name"]: one["error"]["code"] if "error" in one else None for one in receipt["files"]}
    assert codes == {"good.jpg": None} | dict.fromkeys(("stick.jpg", "folder", "pipe", "gone.jpg", "zero"), "file_unavailable")
    assert_nothing_left_over(office)


class FullSpool:
    """A spool whose disk is full from the n-th file on."""

    def __init__(self, spool: Any, room: int) -> None:
        self._spool, self._room = spool, room

    def __getattr__(self, name: str) -> Any:
        return getattr(self._spool, name)

    def put(self, source: BinaryIO) -> Any:
        self._room -= 1
        if self._room < 0:
            raise NoSpaceError("full")
        return self._spool.put(source)


def test_a_full_disk_is_told_and_what_fitted_is_taken(office: Office) -> None:
    object.__setattr__(office, "spool", FullSpool(office.spool, 1))
    receipt = hand_over(office, [upload("a.jpg", jpeg(1)), upload("b.jpg", jpeg(2))])
    assert [file.get("error", {}).get("code") for file in receipt["files"]] == [None, "no_space"]
    assert_nothing_left_over(office)


def test_a_transaction_that_fails_gives_the_bytes_back(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the power is low")

    monkeypatch.setattr(ledger, "append", broken)
    with pytest.raises(RuntimeError, match="power"):
        hand_over(office, [upload("a.jpg", GOOD)])
    monkeypatch.undo()
    assert_nothing_left_over(office)


def test_a_commit_that_came_through_although_it_looked_lost_keeps_its_bytes(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.orm import SessionTransaction

    real = SessionTransaction.commit

    def cut_off(self: SessionTransaction, *args: Any, **more: Any) -> None:
        real(self, *args, **more)
        if rows(office)["submission"]:
            monkeypatch.undo()
            raise ConnectionResetError("the answer was lost")

    monkeypatch.setattr(SessionTransaction, "commit", cut_off)
    with pytest.raises(ConnectionResetError):
        hand_over(office, [upload("a.jpg", GOOD)])
    assert rows(office)["file"] == 1
    assert_nothing_left_over(office)


# what a crash leaves


def orphan(office: Office, age: timedelta) -> str:
    """Bytes in the spool that no row names, as a killed hand-over leaves them."""
    with upload("a.jpg", GOOD).open() as source:
        key = office.spool.put(source).key
    path = office.spool.path(key)
    when = path.stat().st_mtime - age.total_seconds()
    os.utime(path, (when, when))
    return key


def test_a_file_that_is_just_arriving_is_nobodys_fault(office: Office) -> None:
    key = orphan(office, timedelta(minutes=59))
    assert verifying.verify(office, operator_of(office), everything=True).good
    assert app.recover(office) == []
    assert list(office.spool.keys()) == [key]


def test_a_file_that_no_receipt_names_is_moved_aside_and_kept(office: Office, home: Path) -> None:
    key = orphan(office, timedelta(minutes=61))
    report = verifying.verify(office, operator_of(office), everything=True)
    assert [item["status"] for item in report.damaged] == ["unknown"]
    assert [key in line for line in app.recover(office)] == [True]
    assert list(office.spool.keys()) == []
    assert (home / "unclaimed" / key).read_bytes() == GOOD
    assert_nothing_left_over(office)
    assert app.recover(office) == []


def test_the_scratch_of_the_dead_is_cleared_and_that_of_the_living_stays(office: Office) -> None:
    from dossier.pages import work_folder

    hand_over(office, [upload("a.jpg", GOOD)])
    (office.scratch_dir / "work-dead").mkdir()
    (office.scratch_dir / "1").mkdir()
    (office.scratch_dir / "999").mkdir()
    with work_folder(office) as living:
        assert sorted(app.recover(office)) == ["999: scratch removed", "work-dead: scratch removed"]
        assert living.is_dir()
        assert (office.scratch_dir / "1").is_dir()
    assert not living.exists()


def test_a_hand_over_killed_before_its_row_leaves_nothing_to_be_seen(office: Office, home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(GOOD)
    die = "import os; from dossier.desks import handover; handover._record = lambda *_: os.kill(os.getpid(), 9)"
    words = ["submit", "--case", CASE_NO, str(tmp_path / "a.jpg")]
    done = subprocess.run(
        [sys.executable, "-c", f"{die}; from dossier.cli import main; main()", *words], env={**os.environ, **environment(home)}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert rows(office) == {"submission": 0, "file": 0, "page": 0, "job": 0}
    assert len(list(office.spool.keys())) == 1
    command = CommandLine(home)
    assert command("init").code == 0
    assert command("verify", "--all").code == 0
    assert command(*words).code == 0
    assert command("verify", "--all").code == 0


# the command line


@pytest.fixture
def command(office: Office, home: Path) -> CommandLine:
    return CommandLine(home)


def submit(command: CommandLine, *files: Path | str, case_no: str = CASE_NO, **options: Path) -> Ran:
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return command("submit", "--case", case_no, "--team", TEAM, *words, *files, "--json")


def test_submit_tells_each_bad_file_and_takes_the_rest(command: CommandLine, office: Office, tmp_path: Path) -> None:
    for name, data, _ in (*BAD_FILES, ("good.jpg", GOOD, "")):
        (tmp_path / name).write_bytes(data)
    gbk = os.fsencode(tmp_path) + b"/" + "扫描\x1b件.jpg".encode("gb18030")
    Path(os.fsdecode(gbk)).write_bytes(jpeg(3))
    names = [name for name, _, _ in BAD_FILES]
    ran = submit(command, *(tmp_path / name for name in names), tmp_path / "gone.jpg", tmp_path, os.fsdecode(gbk), tmp_path / "good.jpg")
    assert ran.code == 0
    codes = {file["name"]: file["error"]["code"] for file in ran.json["files"] if "error" in file}
    more = {"gone.jpg": "file_unavailable", tmp_path.name: "file_unavailable", "扫描\ufffd件.jpg": "file_name_bad"}
    assert codes == {name: code for name, _, code in BAD_FILES} | more
    assert [file["name"] for file in ran.json["files"] if "error" not in file] == ["good.jpg"]
    assert ran.err.count(" / ") >= len(codes)
    assert_nothing_left_over(office)


def test_submit_of_nothing_good_ends_with_3(command: CommandLine, office: Office, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(encrypted())
    ran = submit(command, tmp_path / "a.pdf")
    assert ran.code == 3
    assert ran.json["receipt_no"] is None
    assert [file["error"]["code"] for file in ran.json["files"]] == ["file_encrypted"]
    assert "密码" in ran.err
    assert "password" in ran.err
    assert_nothing_left_over(office)


def test_submit_with_a_broken_list_takes_nothing(command: CommandLine, office: Office, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(GOOD)
    for text in ("", "{", "[1]", "[" * 100_000, '[{"name": "a", "pages": 1e400}]', "\x00", "9" * 5000):
        (tmp_path / "list.json").write_text(text, encoding="utf-8")
        ran = submit(command, tmp_path / "a.jpg", declared=tmp_path / "list.json")
        assert (ran.code, ran.out) == (3, ""), text[:20]
        assert "清单" in ran.err
    assert rows(office)["file"] == 0
    assert_nothing_left_over(office)


def test_submit_takes_a_list_in_the_encoding_of_windows(command: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(blank_pdf())
    (tmp_path / "list.json").write_bytes(json.dumps([{"name": "裁定书", "pages": 1}], ensure_ascii=False).encode("gb18030"))
    assert submit(command, tmp_path / "a.pdf", declared=tmp_path / "list.json").code == 0


def test_submit_for_an_unknown_case_or_an_archived_one(command: CommandLine, office: Office, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(GOOD)
    assert submit(command, tmp_path / "a.jpg", case_no="（2026）豫9924执999号").code == 3
    assert submit(command, tmp_path / "a.jpg", case_no="\udcff").code == 3
    with office.db.write() as session:
        session.execute(update(Case).values(state="archived", closed_on=office.today()))
    ran = submit(command, tmp_path / "a.jpg")
    assert ran.code == 4
    assert "档案" in ran.err
    assert_nothing_left_over(office)


def test_a_case_number_may_be_typed_with_other_brackets_digits_and_blanks(command: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(GOOD)
    assert submit(command, tmp_path / "a.jpg", case_no="(２０２６) 豫9924 执118号").json["case_no"] == CASE_NO


def test_a_file_that_two_parsers_count_differently_is_kept_in_quarantine_and_out_of_the_dossier(office: Office) -> None:
    disputed = next(one for one in corpus() if one.name == "count 7 of 1.pdf").make()
    receipt = hand_over(office, [upload("lie.pdf", disputed), upload("good.jpg", GOOD)])
    assert [file["error"]["code"] for file in receipt["files"] if "error" in file] == ["page_count_disputed"]
    assert [path.read_bytes() for path in (office.settings.home / "quarantine").iterdir()] == [disputed]
    assert_nothing_left_over(office)
