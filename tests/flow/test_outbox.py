"""The export back to the process system from outside: what happens is told in order, answered, given up visibly and sent again, and never tells of the 副卷."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator
from sqlalchemy import select

from dossier import people
from dossier.clock import Clock
from dossier.desks import borrowing, delivering, loans, moving, outbox, receiving, reviewing
from dossier.desks import house as house_desk
from dossier.desks.borrowing import Wanted
from dossier.errors import DossierError
from dossier.intake import retry_failed
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Document, LedgerEvent, Volume
from dossier.settings import Settings
from dossier.web.schemas import NAMED
from dossier.web.site import create_app
from dossier.worker import Worker
from tests.support.commands import CommandLine
from tests.support.office import CASE_NO, NOW, PASSWORD, operator_of
from tests.support.web import House, build
from tests.support.webclient import Person


def build_with(tmp_path: Path, clock: Clock | None = None, **more: str) -> House:
    (tmp_path / "drop").mkdir(exist_ok=True)
    return build(tmp_path / "home", clock=clock, export_folder=str(tmp_path / "drop"), **more)


def sent(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))]


def refuse(house: House) -> None:
    receiving.refuse(house.office, people.acting_as(house.office, "clerk"), house.waiting, "类型不明", ["请写明材料名称"])


def rows(office: Office, state: str = "all") -> list[tuple[int, str]]:
    return sorted((row["number"], row["state"]) for row in outbox.listing(office, operator_of(office), state)["rows"])


def test_what_happens_is_told_in_the_order_of_the_case_and_answered(tmp_path: Path) -> None:
    house = build_with(tmp_path)
    office, drop, operator = house.office, tmp_path / "drop", operator_of(house.office)
    refuse(house)
    team, clerk = people.acting_as(office, "team1"), people.acting_as(office, "clerk")
    receiving.dispute(office, team, house.waiting, "名称已写明")
    receiving.rule(office, people.acting_as(office, "director"), house.waiting, "fix", "应予改正")
    loan = borrowing.ask(office, team, Wanted(CASE_NO, "reading", "核对", office.today()))
    count = _sheets(office)
    borrowing.hand_out(office, clerk, loan, count)
    borrowing.take_back(office, clerk, loan, count)
    reviewing.submit(office, team, CASE_NO, "执行完毕", office.today(), {})
    reviewing.withdraw(office, team, CASE_NO, "另有材料")
    moving.take_back(office, clerk, house.signed, "错误签收")
    assert sent(drop) == []
    Worker(office).run(until_idle=True)
    told = sent(drop)
    kinds = ["refused", "ruled", "lent", "lent_back", "close_withdrawn", "taken_back", "placed"]
    assert [one["kind"] for one in told] == kinds
    assert [one["number"] for one in told] == list(range(1, 8))
    assert {one["case_no"] for one in told} == {CASE_NO}
    validator = Draft202012Validator({**NAMED["ExportMessage"], "components": {"schemas": NAMED}})
    assert [one for one in told if not validator.is_valid(one)] == []
    back = told[5]
    assert back["hand_over"]["receipt_no"] == house.signed
    first = back["documents"][0]
    assert (first["volume"], first["first_page"], first["signed_at"][:10]) == ("main", 1, "2026-09-01")
    assert first["nodes"]
    assert told[6]["volumes"] == [{"volume": "main", "version": 2, "contents": []}]
    assert all(state == "sent" for _, state in rows(office))

    (drop / "00000001.json.ack").touch()
    (drop / "00000002.json.err").write_text("没有这个案号", encoding="utf-8")
    Worker(office).run(until_idle=True)
    listed = outbox.listing(office, operator)
    assert [row["message"] for row in listed["rows"]] == [2, 3, 4, 5, 6, 7]
    assert (listed["rows"][0]["state_name"], listed["rows"][0]["reason"]) == ("对方拒收", "没有这个案号")
    with office.db.read() as session:
        acts = [event.action for event in session.scalars(select(LedgerEvent).where(LedgerEvent.subject == "export:2"))]
        assert acts == ["export.queue", "export.send", "export.reject"]
        assert list(ledger.verify(session)) == []
    office.close()


def _sheets(office: Office) -> int:
    return sum(one["sheets"] for one in loans.paper_json(office, operator_of(office), CASE_NO) if one["volume"] == "main")


def test_what_cannot_be_sent_waits_is_given_up_visibly_and_nothing_overtakes_it(tmp_path: Path) -> None:
    now = [NOW]
    house = build_with(tmp_path, Clock(lambda: now[0]))
    office, drop = house.office, tmp_path / "drop"
    drop.rmdir()
    refuse(house)
    moving.take_back(office, people.acting_as(office, "clerk"), house.signed, "错误签收")
    tries = 0
    for wait in (timedelta(0), *delivering.DELAYS):
        now[0] += wait
        assert rows(office, "queued")
        Worker(office).run(until_idle=True)
        tries += 1
    assert tries == 8
    assert rows(office) == [(1, "failed"), (2, "queued"), (3, "queued")]
    state = house_state(office)
    assert (state["export"]["failed"], state["export"]["queued"]) == (1, 2)
    drop.mkdir()
    now[0] += timedelta(days=1)
    Worker(office).run(until_idle=True)
    assert sent(drop) == []
    # Put back where all given-up work is: the message goes, and the others behind it.
    assert retry_failed(office, operator_of(office)) == 1
    Worker(office).run(until_idle=True)
    assert [one["number"] for one in sent(drop)] == [1, 2, 3]
    assert outbox.retry(office, operator_of(office)) == 0
    office.close()


def test_what_was_answered_meanwhile_does_not_make_the_next_message_wait(tmp_path: Path) -> None:
    now = [NOW]
    house = build_with(tmp_path, Clock(lambda: now[0]))
    office, drop = house.office, tmp_path / "drop"
    drop.rmdir()
    refuse(house)
    moving.take_back(office, people.acting_as(office, "clerk"), house.signed, "错误签收")
    for wait in (timedelta(0), *delivering.DELAYS[:-1]):
        now[0] += wait
        Worker(office).run(until_idle=True)
    assert rows(office, "queued")
    drop.mkdir()
    outbox.acknowledge(office, people.acting_as(office, "clerk"), 1, taken=True)
    Worker(office).run(until_idle=True)
    assert [one["number"] for one in sent(drop)] == [2, 3], "the first one's tries were its own"
    office.close()


def house_state(office: Office) -> dict[str, Any]:
    return house_desk.state(office, operator_of(office))


def test_the_secret_volume_is_told_only_where_the_court_allows_it(tmp_path: Path) -> None:
    for setting in ("deny", "allow"):
        folder = tmp_path / setting
        folder.mkdir()
        house = build_with(folder, export_sub=setting)
        office = house.office
        roles = ["clerk", "sub_reader"]
        people.add(office, operator_of(office), login="cleared", display="查", roles=roles, team=None, password=PASSWORD, must_change=False)
        with office.db.write() as session:
            secret = session.scalars(select(Document).where(Document.state == "placed").order_by(Document.id)).first()
            assert secret is not None
            assert secret.volume is not None
            volume = Volume(case_id=secret.case_id, kind="sub", object_id=f"{secret.volume.object_id}-sub", head=0)
            session.add(volume)
            session.flush()
            secret.volume_id, number = volume.id, secret.number
        moving.take_back(office, people.acting_as(office, "cleared"), house.signed, "错误签收")
        Worker(office).run(until_idle=True)
        told = sent(folder / "drop")[0]
        assert (number in [one["document"] for one in told["documents"]]) is (setting == "allow")
        assert len(told["documents"]) == (4 if setting == "allow" else 3)
        app = create_app(office)
        assert Person(app, "clerk").get("/api/export/messages/1").status_code == (403 if setting == "allow" else 200)
        assert Person(app, "cleared").get("/api/export/messages/1").status_code == 200
        office.close()


def test_the_process_system_answers_at_the_api_with_a_token_for_just_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = build_with(tmp_path)
    office = house.office
    refuse(house)
    people.add(
        office, operator_of(office), login="keeper", display="管", roles=["system_admin"], team=None, password=PASSWORD, must_change=False
    )
    app = create_app(office)
    secret = people.add_token(office, people.acting_as(office, "clerk"), "clerk", "办案系统", ["acknowledge"], 30)
    client = app.test_client()

    def say(**word: Any) -> Any:
        return client.post("/api/export/acknowledgements", json=word, headers={"Authorization": f"Bearer {secret}"})

    assert client.get("/api/export/messages", headers={"Authorization": f"Bearer {secret}"}).status_code == 403
    assert say(message=99, taken=True).get_json()["error"]["code"] == "export_unknown"
    assert say(message=1, taken=False).get_json()["error"]["code"] == "reason_missing"
    assert say(message=1, taken=False, reason=f"{CASE_NO}不存在").get_json()["state"] == "rejected"
    assert Person(app, "team1").get("/outbox").status_code == 403
    keeper = Person(app, "keeper")
    page = keeper.get("/outbox").text
    assert "对方拒收" in page
    assert CASE_NO not in page
    assert f"{CASE_NO}不存在" in Person(app, "clerk").get("/outbox").text
    assert "由卷宗管理员查看" in keeper.get("/outbox.csv").data.decode("utf-8-sig")
    assert keeper.get("/api/export/messages.csv").data == keeper.get("/outbox.csv").data
    assert keeper.get("/api/export/messages/1").status_code == 403
    keeper.post("/outbox/retry", {"message": "1"})
    assert keeper.get("/api/export/messages").get_json()["rows"][0]["state"] == "queued"
    assert say(message=1, taken=True).get_json()["state"] == "confirmed"
    assert say(message=1, taken=True).status_code == 200
    assert say(message=1, taken=False, reason="x").status_code == 409
    assert "办案系统已确认全部回传" in keeper.get("/outbox").text
    Worker(office).run(until_idle=True)
    assert sent(tmp_path / "drop") == []
    assert 'dossier_export_messages{state="confirmed"} 1.0' in keeper.get("/metrics").text
    assert keeper.get("/outbox.csv?state=all").data.decode("utf-8-sig").count("\n") >= 2
    monkeypatch.setattr(outbox, "MOST_LISTED", 0)
    assert "只列出 0 件，共 1 件" in keeper.get("/outbox.csv?state=all").data.decode("utf-8-sig")
    office.close()


def test_the_command_line_lists_shows_sends_again_and_takes_word(tmp_path: Path) -> None:
    house = build_with(tmp_path)
    refuse(house)
    house.office.close()
    run = CommandLine(tmp_path / "home", {"export_folder": str(tmp_path / "drop")})
    (row,) = run("outbox", "list", "--json").lines
    assert (row["state"], row["kind"], row["case_no"]) == ("queued", "refused", CASE_NO)
    assert run("outbox", "retry", "1").code == 4
    assert run("work", "--until-idle").code == 0
    assert "已发送待确认" in run("outbox", "list").out
    assert json.loads(run("outbox", "show", "1").out)["schema"] == "dossier.export/1"
    assert run("outbox", "retry", "1").code == 0
    assert run("outbox", "acknowledge", "1", "--rejected", "案号不符").out == "1\t对方拒收\n"
    assert run("outbox", "acknowledge", "2").code == 3
    assert run("outbox", "list", "--as", "xlsx").code == 2
    path = run("outbox", "list", "--as", "xlsx", "--to", tmp_path / "out").out.strip()
    assert Path(path).stat().st_size > 1000
    assert run("outbox", "acknowledge", "1").out == "1\t已确认\n"
    assert run("outbox", "list").out == ""


def test_without_a_process_system_nothing_is_written(tmp_path: Path) -> None:
    house = build(tmp_path / "home")
    refuse(house)
    assert rows(house.office) == []
    assert "没有设置回传" in Person(create_app(house.office), "clerk").get("/outbox").text
    house.office.close()


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"DOSSIER_EXPORT_URL": "https://b.example/in"}, "DOSSIER_EXPORT_SECRET"),
        ({"DOSSIER_EXPORT_URL": "ftp://b.example"}, "DOSSIER_EXPORT_URL"),
        (
            {"DOSSIER_EXPORT_URL": "https://b.example", "DOSSIER_EXPORT_SECRET": "s" * 16, "DOSSIER_EXPORT_FOLDER": "x"},
            "DOSSIER_EXPORT_FOLDER",
        ),
        ({"DOSSIER_EXPORT_SUB": "maybe"}, "DOSSIER_EXPORT_SUB"),
    ],
)
def test_settings_that_cannot_be_are_told(environ: dict[str, str], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Settings.read(environ)


def test_unknown_states_and_numbers_are_told(tmp_path: Path) -> None:
    house = build_with(tmp_path)
    for deed, code in (
        (lambda: outbox.listing(house.office, operator_of(house.office), "gone"), "bad_request"),
        (lambda: outbox.show(house.office, operator_of(house.office), 2**70), "export_unknown"),
        (lambda: outbox.listing(house.office, people.acting_as(house.office, "team1")), "not_allowed"),
    ):
        with pytest.raises(DossierError) as caught:
            deed()
        assert caught.value.code == code
    house.office.close()
