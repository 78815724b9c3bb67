"""One suite over every way to the process system: a message arrives whole or not at all, once however often it is sent, and its answer is heard."""

from __future__ import annotations

import errno
import http.server
import json
import os
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dossier import messengers
from dossier.carriers.contract import MOST_SAID, Answer, Carrier, said
from dossier.carriers.folder import DropFolder, name_of
from dossier.carriers.nowhere import Nowhere
from dossier.carriers.push import Push
from dossier.messengers import signature
from dossier.settings import Settings
from tests.support.office import NOW

SECRET = "a-secret-of-the-court"
BODY = '{"case_no": "（2026）豫9924执118号"}\n'.encode()


class FolderSide:
    """The process system's side of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.carrier: Carrier = DropFolder(folder)

    def got(self) -> dict[int, bytes]:
        return {int(path.stem): path.read_bytes() for path in self.folder.glob("[!.]*.json")}

    def away(self) -> None:
        self.folder.rename(self.folder.with_name("away"))

    def back(self) -> None:
        self.folder.with_name("away").rename(self.folder)

    def say(self, number: int, reason: str | None = None) -> None:
        ending = ".ack" if reason is None else ".err"
        (self.folder / (name_of(number) + ending)).write_text(reason or "", encoding="utf-8")

    def hear(self, number: int) -> list[Answer]:
        return self.carrier.answers((number, number + 1))


class System(http.server.BaseHTTPRequestHandler):
    """The process system's side of a push."""

    side: PushSide

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        number = int(self.headers["Idempotency-Key"])
        stamp = self.headers["X-Dossier-Time"]
        assert self.headers["X-Dossier-Signature"] == f"sha256={signature(SECRET, stamp, body)}"
        status, told = self.side.answers.get(number, (202, {}))
        if self.side.closed:
            status = 503
        elif status < 300:
            self.side.taken[number] = body
        self.send_response(status)
        self.end_headers()
        self.wfile.write(told if isinstance(told, bytes) else json.dumps(told).encode())

    def log_message(self, *_words: Any) -> None:
        """Nothing on the terminal."""


class PushSide:
    """The process system as a server; what it answers is said before."""

    def __init__(self) -> None:
        self.taken: dict[int, bytes] = {}
        self.answers: dict[int, tuple[int, Any]] = {}
        self.closed = False
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Ours", (System,), {"side": self}))
        threading.Thread(target=self.server.serve_forever, args=(0.02,)).start()
        self.carrier: Carrier = Push(f"http://127.0.0.1:{self.server.server_port}/in", SECRET)

    def got(self) -> dict[int, bytes]:
        return dict(self.taken)

    def away(self) -> None:
        self.closed = True

    def back(self) -> None:
        self.closed = False

    def say(self, number: int, reason: str | None = None) -> None:
        self.answers[number] = (200, {"acknowledged": number}) if reason is None else (422, {"rejected": number, "reason": reason})

    def hear(self, number: int) -> list[Answer]:
        answer = self.carrier.send(number, BODY, NOW)
        return [answer] if answer is not None else []


@pytest.fixture(params=["folder", "push"])
def side(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FolderSide | PushSide]:
    if request.param == "folder":
        (tmp_path / "drop").mkdir()
        yield FolderSide(tmp_path / "drop")
        return
    made = PushSide()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_a_message_arrives_whole_and_once_however_often_it_is_sent(side: FolderSide | PushSide) -> None:
    assert side.carrier.wanted
    for _ in range(2):
        assert side.carrier.send(7, BODY, NOW) is None
    side.carrier.send(8, BODY, NOW)
    assert side.got() == {7: BODY, 8: BODY}


def test_what_cannot_arrive_is_an_error_and_arrives_later(side: FolderSide | PushSide) -> None:
    side.away()
    with pytest.raises(OSError, match=r"drop|503"):
        side.carrier.send(7, BODY, NOW)
    side.back()
    assert side.got() == {}
    side.carrier.send(7, BODY, NOW)
    assert side.got() == {7: BODY}


def test_the_word_of_the_other_side_is_heard(side: FolderSide | PushSide) -> None:
    side.carrier.send(7, BODY, NOW)
    assert side.carrier.answers((7,)) == []
    side.say(7, "案号\n不存在\x00" + "长" * 2000)
    (answer,) = side.hear(7)
    assert (answer.number, answer.taken) == (7, False)
    assert answer.reason.startswith("案号 不存在 长")
    assert len(answer.reason) == MOST_SAID
    side.say(7)
    assert side.hear(7) == [Answer(7, True)]


def test_a_crash_between_writing_and_renaming_shows_nobody_half_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    side = FolderSide(tmp_path)

    def power_cut(*_words: object) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", power_cut)
        with pytest.raises(OSError, match="power cut"):
            side.carrier.send(7, BODY, NOW)
    assert side.got() == {}
    side.carrier.send(7, BODY, NOW)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["00000007.json"]


def test_an_old_refusal_does_not_answer_a_new_try_and_is_kept(tmp_path: Path) -> None:
    side = FolderSide(tmp_path)
    for again in range(2):
        side.carrier.send(7, BODY, NOW)
        side.say(7, f"第 {again} 次")
    side.carrier.send(7, BODY, NOW)
    assert side.hear(7) == []
    kept = sorted(path.read_text(encoding="utf-8") for path in tmp_path.glob("*.err.*"))
    assert kept == ["第 0 次", "第 1 次"]
    side.say(7)
    assert side.carrier.send(7, BODY, NOW) == Answer(7, True)


def test_an_answer_to_another_databases_message_is_none_to_this_one_and_its_message_is_kept(tmp_path: Path) -> None:
    side = FolderSide(tmp_path)
    side.say(7)
    assert side.carrier.send(7, BODY, NOW) is None, "nobody can have taken what was never sent"
    assert side.hear(7) == []
    assert side.got() == {7: BODY}
    side.say(7)
    with pytest.raises(FileExistsError, match="另一件消息"):
        side.carrier.send(7, BODY + b" ", NOW)
    assert side.got() == {7: BODY}
    assert side.carrier.send(7, BODY, NOW) == Answer(7, True), "a try that seemed to fail had arrived"


def test_one_answer_that_cannot_be_read_keeps_no_other_back(tmp_path: Path) -> None:
    side = FolderSide(tmp_path)
    (tmp_path / "00000007.json.err").mkdir()
    side.say(8, "案号不符")
    assert side.hear(7) == [Answer(8, False, "案号不符")]


def test_a_share_that_cannot_sync_a_folder_takes_messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def files_only(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "no such call")
        real(handle)

    monkeypatch.setattr(os, "fsync", files_only)
    side = FolderSide(tmp_path)
    assert side.carrier.send(7, BODY, NOW) is None
    assert side.got() == {7: BODY}


def test_two_machines_that_send_the_same_message_at_once_leave_it_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, drafts = os.fsync, []

    def other_comes_between(handle: int) -> None:
        real(handle)
        drafts.append({path.name for path in tmp_path.glob(".*")})
        if len(drafts) == 1:
            DropFolder(tmp_path).send(7, BODY, NOW)

    monkeypatch.setattr(os, "fsync", other_comes_between)
    DropFolder(tmp_path).send(7, BODY, NOW)
    assert len(drafts[1]) == 2
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {name_of(7): BODY}


def pushed(port: int) -> None:
    Push(f"http://127.0.0.1:{port}/in", SECRET).send(7, BODY, NOW)


def mailed(port: int) -> None:
    told = {"DOSSIER_SMTP_URL": f"smtp://127.0.0.1:{port}", "DOSSIER_MAIL_FROM": "dossier@court.example"}
    messengers.mail(Settings.read(told), "a@court.example", "题", "文", number=7, at=NOW)


@pytest.mark.parametrize("said_to", [pushed, mailed])
def test_who_answers_letter_by_letter_is_cut_off(said_to: Callable[[int], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messengers, "LONGEST", 0.2)
    over = threading.Event()

    def drip(listening: socket.socket) -> None:
        there, _ = listening.accept()
        with there:
            while not over.wait(0.02):
                try:
                    there.send(b"H")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        slow = threading.Thread(target=drip, args=(listening,))
        slow.start()
        with pytest.raises(TimeoutError, match="whole answer"):
            said_to(listening.getsockname()[1])
        over.set()
        slow.join()


def test_a_refusal_in_another_encoding_can_be_read(tmp_path: Path) -> None:
    side = FolderSide(tmp_path)
    (tmp_path / "00000007.json.err").write_bytes("案号不符".encode("gb18030"))
    assert side.hear(7) == [Answer(7, False, "案号不符")]


def test_answers_that_answer_something_else_do_not_count() -> None:
    side = PushSide()
    side.answers = {1: (200, {"acknowledged": True}), 2: (200, [2]), 3: (422, {"rejected": 4}), 4: (200, b"[" * 60_000)}
    try:
        assert side.carrier.send(4, BODY, NOW) is None
        assert side.carrier.send(1, BODY, NOW) is None
        assert side.carrier.send(2, BODY, NOW) is None
        with pytest.raises(ConnectionError, match="422"):
            side.carrier.send(3, BODY, NOW)
    finally:
        side.server.shutdown()
        side.server.server_close()


def test_nowhere_wants_nothing_and_says_what_is_missing() -> None:
    carrier: Carrier = Nowhere()
    assert not carrier.wanted
    assert carrier.answers((1,)) == []
    with pytest.raises(ConnectionError, match="DOSSIER_EXPORT_FOLDER"):
        carrier.send(1, BODY, NOW)


def test_a_reason_is_one_line() -> None:
    assert said(" a\tb\n\u202ec ") == "a b c"
