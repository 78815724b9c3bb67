"""The command line as a contract: exit codes, JSON alone on stdout, sentences on stderr, rights, idempotence, and quiet in a pipe."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dossier.demo.blocks import Paper, paras, title
from dossier.demo.papers import control, orders, second
from tests.support.commands import CommandLine, Ran, environment
from tests.support.office import CASE, CASE_NO, TEAM
from tests.support.paperfiles import blank_pdf, jpeg, pdf

CHECKOUT = Path(__file__).resolve().parents[2]
COLUMNS = ("case_no", "kind", "court", "filed_on")
ROW = {"case_no": CASE_NO, "kind": "执", "court": "云川县人民法院", "filed_on": "2026-08-17"}
FOREIGN = Paper(
    "", "新生入学登记表", (title("新生入学登记表"), *paras("学生姓名、班级、家长联系电话、既往病史，由学校存档。开学第一周交班主任。"))
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """An installation after its first init."""
    command = CommandLine(tmp_path_factory.mktemp("cli") / "home")
    assert command("init").code == 0
    return command


@pytest.fixture
def command(empty: CommandLine, tmp_path: Path) -> CommandLine:
    """A fresh copy of it."""
    import shutil

    home = tmp_path / "home"
    shutil.copytree(empty.home, home)
    return CommandLine(home)


def table(*rows: dict[str, str], delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def imported(command: CommandLine, tmp_path: Path, data: bytes | str) -> Ran:
    path = tmp_path / "cases.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return command("case", "import", path, "--json")


def only_case(command: CommandLine) -> dict[str, Any]:
    found: dict[str, Any] = command("case", "list", "--json").json
    return found


# init, users


def test_init_tells_the_one_time_password_once_and_may_be_repeated(tmp_path: Path) -> None:
    command = CommandLine(tmp_path / "home")
    first, second_time = command("init"), command("init")
    assert (first.code, second_time.code) == (0, 0)
    assert "admin" in first.out
    assert second_time.out == ""


def test_before_init_every_command_says_so_and_ends_with_2(tmp_path: Path) -> None:
    ran = CommandLine(tmp_path / "nowhere")("case", "list")
    assert (ran.code, ran.out) == (2, "")
    assert "init" in ran.err
    assert not (tmp_path / "nowhere").exists()


def test_users_are_added_listed_and_given_new_passwords(command: CommandLine) -> None:
    added = command("user", "add", "clerk1", "--name", "卷宗管理员甲", "--role", "clerk")
    assert (added.code, len(added.out.split()[-1]) >= 10) == (0, True)
    assert [row["login"] for row in command("user", "list", "--json").lines] == [
        "admin",
        "auditor",
        "clerk1",
        "operator",
        "security",
        "system",
    ]
    assert command("user", "passwd", "clerk1", "--password-stdin", stdin="A-password-of-mine\n").out == ""
    assert command("user", "passwd", "clerk1", "--password-stdin", stdin="short\n").code == 3
    assert command("user", "add", "clerk1", "--name", "x", "--role", "clerk").code == 3
    assert command("user", "add", "boss", "--name", "x", "--role", "king").code == 3
    assert command("user", "add", "root2", "--name", "x", "--role", "operator").code == 3


# cases


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_cases_come_in_every_encoding_that_a_court_has(command: CommandLine, tmp_path: Path, encoding: str) -> None:
    text = table({**ROW, "respondents": "张某甲；甲公司、李测试", "amount": "20.465万元"}, delimiter="\t" if encoding == "utf-16" else ",")
    ran = imported(command, tmp_path, text.encode(encoding))
    assert (ran.code, ran.json) == (0, {"created": 1, "updated": 0, "unchanged": 0, "warnings": []})
    case = only_case(command)
    assert (case["court"], case["respondents"], case["amount"]) == ("云川县人民法院", ["张某甲", "甲公司", "李测试"], "204650.00")
    assert imported(command, tmp_path, text.encode(encoding)).json["unchanged"] == 1


@pytest.mark.parametrize(
    ("written", "kept"),
    [("204,650.00", "204650.00"), ("204，650元", "204650.00"), ("￥1,234.5", "1234.50"), ("3万", "30000.00"), ("0", "0.00"), ("", None)],
)
def test_amounts_are_written_in_many_ways(command: CommandLine, tmp_path: Path, written: str, kept: str | None) -> None:
    assert imported(command, tmp_path, table({**ROW, "amount": written})).code == 0
    assert only_case(command)["amount"] == kept


def test_json_cases_an_unknown_team_and_a_closed_case(command: CommandLine, tmp_path: Path) -> None:
    closed = {**CASE, "closed_on": "2026年9月1日", "closing_mode": "终结本次执行程序", "amount": 204650.5}
    ran = imported(command, tmp_path, json.dumps([closed], ensure_ascii=False))
    assert ran.code == 0
    assert any(TEAM in line for line in ran.err.splitlines())
    case = only_case(command)
    assert {"case_no", "kind", "state"} <= set(case)
    assert (case["state"], case["closed_on"], case["closing_mode"]) == ("closed", "2026-09-01", "终结本次执行程序")
    assert (case["team"], case["amount"]) == (TEAM, "204650.50")


BAD_ROWS = (
    ({"filed_on": "2026-02-30"}, "filed_on"),
    ({"filed_on": ""}, "filed_on"),
    ({"kind": "刑初"}, "刑初"),
    ({"case_no": "118"}, "118"),
    ({"amount": "很多"}, "很多"),
    ({"amount": "-1"}, "-1"),
    ({"amount": "1e999999999"}, "1e999999999"),
    ({"closing_mode": "办完了"}, "办完了"),
    ({"closed_on": "2025-01-01"}, "早于"),
    ({"judge": "x"}, "judge"),
    ({"cause": "民间\u202e借贷"}, "cause"),
    ({"respondents": "张某甲；李\x07测试"}, "respondents"),
    ({"handler": "周" * 501}, "handler"),
    ({"profile": "nowhere"}, "nowhere"),
)


def test_one_bad_line_and_nothing_is_imported(command: CommandLine, tmp_path: Path) -> None:
    for change, told in BAD_ROWS:
        good = {**dict.fromkeys(change, ""), **ROW, "case_no": "（2026）豫9924执119号"}
        ran = imported(command, tmp_path, table(good, {**ROW, **change}))
        assert (ran.code, ran.out) == (3, ""), change
        assert told in ran.err
    assert command("case", "list", "--json").out == ""


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"case_no,kind\n",
        "案号,类型\nx,y\n".encode(),
        b"[",
        b"[1]",
        b"[[]]",
        b"{}",
        b"[" * 100_000,
        bytes(range(256)) * 4,
        f"{','.join(COLUMNS)}\n{CASE_NO},执\n".encode(),
        f"{','.join(COLUMNS)}\n{','.join(ROW.values())},more\n".encode(),
        f'{",".join(COLUMNS)}\n"{"x" * 200_000}\n'.encode(),
        b'[{"case_no": 9e999}]',
        b'[{"case_no": [1], "kind": {}, "court": true, "filed_on": null}]',
    ],
    ids=lambda data: repr(data[:12]),
)
def test_a_file_that_holds_no_cases_is_refused(command: CommandLine, tmp_path: Path, data: bytes) -> None:
    ran = imported(command, tmp_path, data)
    assert (ran.code, ran.out) == (3, "")
    assert "Traceback" not in ran.err


def test_odd_names_go_all_the_way_and_line_breaks_in_cells_are_blanks(command: CommandLine, tmp_path: Path) -> None:
    names = ["=cmd|calc", "甲" * 300, "a\"b'<script>", "😀公司", "𠮷田", "乙\r\n公司"]
    (tmp_path / "a.pdf").write_bytes(pdf(control.QUERY))
    imported(command, tmp_path, json.dumps([{**ROW, "applicants": names, "cause": "民间\n借贷", "team": "一\t团队"}]))
    case = only_case(command)
    assert (case["applicants"], case["cause"], case["team"]) == ([*names[:-1], "乙 公司"], "民间 借贷", "一 团队")
    assert command("submit", "--case", CASE_NO, tmp_path / "a.pdf").code == 0
    assert command("work", "--until-idle").code == 0
    assert command("export", CASE_NO, "--as", "pdf", "--to", tmp_path / "out").code == 0
    assert len(command("search", "当事人:甲甲甲", "--json").lines) == 2


def test_rows_that_were_emptied_in_excel_are_no_cases(command: CommandLine, tmp_path: Path) -> None:
    assert imported(command, tmp_path, table(ROW) + ",,,\r\n,,,\r\n").json["created"] == 1


def test_events_gates_and_their_exit_codes(command: CommandLine, tmp_path: Path) -> None:
    imported(command, tmp_path, json.dumps([CASE], ensure_ascii=False))
    assert command("case", "event", CASE_NO, "filing", "2026-08-17").code == 0
    assert command("case", "event", CASE_NO, "filing", "2026-08-17").code == 0
    assert len(only_case(command)["events"]) == 1
    assert command("case", "event", CASE_NO, "no_such", "2026-08-17").code == 3
    assert command("case", "event", CASE_NO, "filing", "17.8.2026").code == 3
    assert command("case", "event", "（2026）豫9924执9号", "filing", "2026-08-17").code == 3
    plain = command("check", CASE_NO, "--today", "2026-12-01", "--json")
    assert (plain.code, set(plain.json)) == (0, {"case_no", "findings"})
    keys = {"rule", "node", "document", "element", "file", "page", "severity", "message", "remedy", "who", "due", "cite"}
    assert all(set(finding) == keys for finding in plain.json["findings"])
    gate = command("check", CASE_NO, "--gate", "closing", "--today", "2026-12-01", "--json")
    assert gate.code == 4
    assert any(finding["severity"] == "blocking" for finding in gate.json["findings"])
    assert command("check", CASE_NO, "--gate", "nowhere").code == 2
    assert command("check", CASE_NO, "--today", "soon").code == 3


# a hand-over's whole way


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> tuple[CommandLine, dict[str, str]]:
    """One hand-over signed for, one refused, one waiting; their receipts. Read only."""
    folder = tmp_path_factory.mktemp("worked")
    command = CommandLine(folder / "home")
    command("init")
    imported(command, folder, json.dumps([CASE], ensure_ascii=False))
    for login, role in (("clerk1", "clerk"), ("team1", "team")):
        command("user", "add", login, "--name", login, "--role", role, "--team", TEAM)
    receipts = {}
    stacks = {"signed": (control.QUERY,), "refused": (orders.NOTICE_DEBTOR, second.STRAY_NOTICE), "waiting": (FOREIGN,)}
    for name, papers in stacks.items():
        (folder / f"{name}.pdf").write_bytes(pdf(*papers))
        ran = command("--as", "team1", "submit", "--case", CASE_NO, folder / f"{name}.pdf", "--json")
        assert set(ran.json) == {"receipt_no", "case_no", "received_at", "files"}
        assert [set(file) for file in ran.json["files"]] == [{"name", "sha256", "bytes", "pages"}]
        receipts[name] = ran.json["receipt_no"]
    ran = command("work", "--until-idle", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert (ran.json["retried"], ran.json["failed"]) == (0, 0)
    return command, receipts


def test_submission_has_the_shape_of_the_contract(worked: tuple[CommandLine, dict[str, str]]) -> None:
    command, receipts = worked
    views = {name: command("submission", receipt, "--json").json for name, receipt in receipts.items()}
    assert {name: view["state"] for name, view in views.items()} == {"signed": "signed_for", "refused": "refused", "waiting": "waiting"}
    for view in views.values():
        assert {"receipt_no", "state", "documents", "blank_pages", "findings"} <= set(view)
        for document in view["documents"]:
            assert {"pages", "type", "name", "confident", "case_no"} <= set(document)
            assert all({"file", "page"} <= set(page) for page in document["pages"])
    assert views["signed"]["documents"][0]["type"] == "net_query_total"
    assert command("submission", "HZ20200101-0001").code == 3
    plain = command("submission", receipts["refused"])
    assert (plain.code, plain.err) == (0, "")
    assert "修改意见" in plain.out


def test_search_gives_a_line_of_json_per_page(worked: tuple[CommandLine, dict[str, str]]) -> None:
    command, _ = worked
    ran = command("search", "网络查控", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.lines
    assert all(set(hit) == {"case_no", "document", "type", "file", "page", "snippet"} for hit in ran.lines)
    assert command("search", "没有这样的词组", "--json").out == ""
    assert command("search", "").code == 3
    assert command("search", "日期:某天").code == 3
    assert command("search", "x", "--limit", "0").code == 2
    assert command("search", "字" * 20_000).code in (0, 3)


def test_the_volume_is_listed_and_exported(worked: tuple[CommandLine, dict[str, str]], tmp_path: Path) -> None:
    command, _ = worked
    entries = command("contents", CASE_NO, "--json").lines
    assert [(entry["serial"], entry["first_page"], entry["last_page"]) for entry in entries] == [(1, 1, 2)]
    ran = command("export", CASE_NO, "--as", "pdf", "--to", tmp_path / "out", "--json")
    assert ran.code == 0
    assert Path(ran.json["file"]).read_bytes().startswith(b"%PDF-")
    assert command("export", CASE_NO, "--as", "pdf", "--volume", "pouch", "--to", tmp_path).code == 3
    assert command("export", CASE_NO, "--as", "gold", "--to", tmp_path).code == 2


def test_rights_hold_on_the_command_line_too(worked: tuple[CommandLine, dict[str, str]], tmp_path: Path) -> None:
    command, receipts = worked
    for words in (
        ("sign", receipts["waiting"]),
        ("refuse", receipts["waiting"], "--reason", "x"),
        ("verify",),
        ("user", "list"),
        ("rebuild-index",),
        ("export", CASE_NO, "--as", "pdf", "--to", tmp_path),
        ("contents", CASE_NO, "--volume", "sub"),
    ):
        ran = command("--as", "team1", *words)
        assert (ran.code, ran.out) == (4, ""), words
        assert "权限" in ran.err
    assert command("--as", "nobody", "case", "list").code == 3
    assert command("--as", "system", "case", "list").code == 4
    assert command("submission", receipts["waiting"], "--json").json["state"] == "waiting"
    ran = command("--as", "clerk1", "sign", receipts["waiting"])
    assert ran.code == 4
    assert "类型" in ran.err


def test_verify_finds_a_flipped_byte_wherever_it_is(worked: tuple[CommandLine, dict[str, str]], tmp_path: Path) -> None:
    import shutil

    home = tmp_path / "home"
    shutil.copytree(worked[0].home, home)
    command = CommandLine(home)
    good = command("verify", "--all", "--json")
    assert (good.code, set(good.json)) == (0, {"checked", "ok", "damaged", "unchecked"})
    assert good.json["checked"] == good.json["ok"] > 0
    volume = home / "volumes" / "main"
    names = ("*.jpg", "inventory.json", "inventory.json.sha512", "0=ocfl_object_1.1")
    places = [next((home / "spool").iterdir()), *(sorted(volume.rglob(name))[0] for name in names)]
    for path in places:
        data = path.read_bytes()
        path.chmod(0o600)
        path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
        ran = command("verify", "--all", "--json")
        assert (ran.code, bool(ran.json["damaged"] or ran.json["unchecked"])) == (5, True), path
        path.write_bytes(data)
    assert command("verify", "--all").code == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger SET actor = 'somebody' WHERE seq = 3",
        "DELETE FROM ledger WHERE seq = 3",
        "UPDATE ledger SET detail = '{' WHERE seq = 3",
        "UPDATE ledger SET at = 'yesterday' WHERE seq = 3",
    ],
)
def test_verify_finds_a_changed_ledger(command: CommandLine, tmp_path: Path, change: str) -> None:
    imported(command, tmp_path, json.dumps([CASE], ensure_ascii=False))
    command("case", "event", CASE_NO, "filing", "2026-08-17")
    command("case", "event", CASE_NO, "filing", "2026-08-18")
    with sqlite3.connect(command.home / "dossier.db") as database:
        database.execute(change)
    database.close()
    ran = command("verify", "--json")
    assert (ran.code, [item["status"] for item in ran.json["damaged"]][:1]) == (5, ["damaged"])


def test_a_database_that_is_none_any_more_is_damage(command: CommandLine) -> None:
    for ending in ("-wal", "-shm"):
        (command.home / f"dossier.db{ending}").unlink(missing_ok=True)
    (command.home / "dossier.db").write_bytes(b"not a database at all" * 1000)
    assert command("verify", "--all").code == 5


# without a database


def test_read_and_classify_need_no_database(tmp_path: Path) -> None:
    command = CommandLine(tmp_path / "nowhere")
    (tmp_path / "a.pdf").write_bytes(pdf(control.QUERY))
    (tmp_path / "b.txt").write_text(
        "云川县人民法院\n执行裁定书\n（2026）豫9924执118号\n申请执行人李测试。裁定如下：终结本次执行程序。", encoding="utf-8"
    )
    (tmp_path / "c.txt").write_bytes("执行裁定书".encode("gb18030"))
    (tmp_path / "d.jpg").write_bytes(jpeg(255)[:100])
    files = [tmp_path / name for name in ("a.pdf", "b.txt", "c.txt", "d.jpg", "gone.jpg")]
    ran = command("classify", *files, tmp_path, "--json")
    assert ran.code == 3
    first, second_file, *bad = ran.lines
    assert first["file"] == "a.pdf"
    keys = {"pages", "type", "name", "nodes", "score", "confident", "case_no", "why"}
    assert [set(document) for document in first["documents"]] == [keys]
    assert (first["documents"][0]["pages"], first["documents"][0]["type"]) == ([1, 2], "net_query_total")
    assert [document["case_no"] for document in second_file["documents"]] == [CASE_NO]
    codes = [row["error"]["code"] for row in bad]
    assert codes == ["file_damaged", "file_damaged", "file_unavailable", "file_unavailable"]
    ran = command("read", files[0], files[3], "--json")
    assert ran.code == 3
    page = ran.lines[0]["pages"][0]
    assert {"page", "width", "height", "dpi", "rotation", "skew", "blank", "text", "lines", "engine"} <= set(page)
    assert set(page["lines"][0]) == {"text", "confidence", "box"}
    assert ran.lines[1] == {"file": "d.jpg", "error": ran.lines[1]["error"]}
    assert not (tmp_path / "nowhere").exists()


def test_working_days(command: CommandLine) -> None:
    assert command("workdays", "add", "2026-02-13", "2", "--json").json == {"date": "2026-02-24", "provisional": False}
    assert command("workdays", "add", "2035-01-01", "5", "--json").json["provisional"] is True
    assert int(command("workdays", "between", "2026-03-02", "2026-03-06").out) == 4
    assert command("workdays", "between", "2026-03-06", "2026-03-02").code in (0, 3)
    assert command("workdays", "add", "soon", "2").code == 3
    assert command("workdays", "add", "2026-02-13", "-1").code == 2
    for day in ("0001-01-01", "9999-12-31", "1900-01-01"):
        assert command("workdays", "add", day, "10000").code == 3
    for day in ("1949-10-01", "2199-12-31"):
        assert command("workdays", "add", day, "10000", "--json").json["provisional"] is True


def test_holidays_of_the_next_year_are_imported_once_and_count(command: CommandLine, tmp_path: Path) -> None:
    notice = tmp_path / "2031.json"
    days = [{"name": "元旦", "date": "2031-01-01", "isOffDay": True}, {"name": "元旦", "date": "2031-01-04", "isOffDay": False}]
    notice.write_text(json.dumps({"year": 2031, "days": days}, ensure_ascii=False), encoding="utf-8")
    assert [command("holidays", "import", notice).code for _ in range(2)] == [0, 0]
    assert command("workdays", "add", "2031-01-02", "2", "--json").json == {"date": "2031-01-04", "provisional": False}
    for text in ("", "[]", "{}", '{"year": 2031, "days": [{}]}', '{"year": "x", "days": []}', "[" * 100_000):
        notice.write_text(text, encoding="utf-8")
        ran = command("holidays", "import", notice)
        assert ran.code == 3, text[:20]


def test_rules_are_checked_shown_and_compared(command: CommandLine, tmp_path: Path) -> None:
    assert command("rules", "check").code == 0
    broken = tmp_path / "rules"
    (broken / "base").mkdir(parents=True)
    (broken / "base" / "nodes.yaml").write_text("nodes: [{id: x\n", encoding="utf-8")
    ran = command("rules", "check", "--folder", broken)
    assert ran.code == 3
    assert re.search(r"nodes\.yaml:\d+", ran.out)
    assert command("rules", "show", "service").code == 0
    assert command("rules", "show", "no_such_thing").code == 3
    assert json.loads(command("rules", "show", "补正裁定书").out)["type"]["id"] == "correction_ruling"
    several = command("rules", "show", "冻结裁定")
    assert several.code == 3
    assert "seizure_ruling" in several.err
    assert "release_ruling" in several.err
    assert "enforcement_notice" in command("rules", "show", "执通").err
    assert '"id": "filing"' in command("rules", "show", "anchors").out
    assert command("rules", "diff", "yanling", "sanya").code == 0
    assert command("rules", "diff", "yanling", "nowhere").code == 3


# settings, streams


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page_processes", "many"),
        ("page_processes", "-1"),
        ("lease_seconds", "0"),
        ("threads", "1.5"),
        ("max_upload_mb", "９"),
        ("sandbox", "bwarp"),
        ("search", "grep"),
        ("reader", "oracle"),
        ("database_url", "mysql://x"),
    ],
)
def test_a_malformed_setting_is_a_usage_error(command: CommandLine, name: str, value: str) -> None:
    ran = CommandLine(command.home, {name: value})("case", "list")
    assert (ran.code, ran.out) == (2, "")
    assert f"DOSSIER_{name.upper()}" in ran.err


def test_a_reader_that_is_not_there_ends_with_9(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(3))
    ran = CommandLine(tmp_path / "home", {"reader": f"replay:{tmp_path / 'gone'}"})("read", tmp_path / "a.jpg")
    assert (ran.code, ran.out) == (9, "")
    assert "bin/setup" in ran.err


def test_what_is_not_understood_ends_with_2(command: CommandLine) -> None:
    for words in ((), ("fly",), ("submit",), ("submit", "--case", CASE_NO), ("case", "import", "/no/such/file"), ("check",)):
        ran = command(*words)
        assert (ran.code, ran.out) == (2, "") or (not words and ran.code in (0, 2)), words


def shell(home: Path, text: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A real shell with a real process of ours in it."""
    environ = {
        **os.environ,
        **environment(home),
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONWARNINGS": "error",
        "D": f"{sys.executable} -m dossier",
    }
    return subprocess.run(["bash", "-o", "pipefail", "-c", text], env={**environ, **more}, capture_output=True, text=True, check=False)


def test_in_a_pipe_it_is_quiet_and_a_reader_that_leaves_is_no_error(command: CommandLine, tmp_path: Path) -> None:
    many = [{**ROW, "case_no": f"（2026）豫9924执{number}号"} for number in range(1, 900)]
    imported(command, tmp_path, table(*many))
    done = shell(command.home, "$D case list --json | head -1; $D case list | true")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["state"] == "open"


def test_in_a_poor_terminal_json_stays_json(command: CommandLine, tmp_path: Path) -> None:
    imported(command, tmp_path, table(ROW))
    done = shell(command.home, "$D case list --json; $D case list", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout.splitlines()[0])["case_no"] == CASE_NO


@pytest.fixture(autouse=True)
def _no_traceback(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    yield
    assert "Traceback" not in capfd.readouterr().err


def test_a_blank_page_goes_through(command: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "blank.pdf").write_bytes(blank_pdf(2))
    ran = command("read", tmp_path / "blank.pdf", "--json")
    assert (ran.code, [page["blank"] for page in ran.json["pages"]]) == (0, [True, True])
