"""The closing review from outside: submitted, two keys, a third, returned, refused while something lacks; the form and the samples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from dossier import people
from dossier.desks import cases, closing, reviewing, sampling, waiving
from dossier.desks.sampling import Wanted, pick
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case, LedgerEvent
from dossier.web.site import create_app
from tests.support.commands import CommandLine
from tests.support.office import CASE, CASE_NO, PASSWORD, TEAM, open_test_office, operator_of
from tests.support.webclient import Person

STAFF = (
    ("substance", ["reviewer"]),
    ("procedure", ["procedural_reviewer"]),
    ("both", ["reviewer", "procedural_reviewer"]),
    ("final", ["final_manager"]),
)
STATED = {"closing_amount": "20.465万元", "paid_amount": "204,650", "waived_amount": "0", "closing_reason": "履行完毕"}
PATH = f"/cases/{quote(CASE_NO)}/review"


def staff(office: Office) -> None:
    for login, roles in STAFF:
        people.add(office, operator_of(office), login=login, display=login, roles=roles, team=None, password=PASSWORD, must_change=False)


@pytest.fixture
def house(office: Office) -> Office:
    """On both databases."""
    staff(office)
    return office


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Office]:
    """On SQLite only, for what the pages and the form add to the desk."""
    opened = open_test_office(tmp_path / "home")
    staff(opened)
    yield opened
    opened.close()


def submit(office: Office, mode: str = "执行完毕", login: str = "team1", **more: str) -> dict[str, Any]:
    return reviewing.submit(office, people.acting_as(office, login), CASE_NO, mode, office.today(), STATED | more)


def turn(office: Office, login: str, key: str, **more: str) -> dict[str, Any]:
    return reviewing.approve(office, people.acting_as(office, login), CASE_NO, key, **more)


def code_of(call: Any) -> str:
    with pytest.raises(DossierError) as caught:
        call()
    return caught.value.code


def waive_everything(office: Office) -> None:
    """The director waives each gap, so that the case may be closed without a paper."""
    director = people.acting_as(office, "director")
    for finding in reviewing.case_review(office, director, CASE_NO)["gaps"]:
        if finding["severity"] == "blocking":
            waiving.waive(office, director, CASE_NO, finding["rule"], "原案卷宗已有")


def case_of(office: Office) -> dict[str, Any]:
    with office.db.read() as session:
        return cases.case_json(cases.load(session, CASE_NO))


def test_two_persons_turn_two_keys_and_the_case_is_closed(house: Office) -> None:
    told = submit(house)
    assert (told["state"], told["awaited"], told["blocking_then"] > 0) == ("reviewing", ["substantive", "procedural"], True)
    assert (case_of(house)["paid_amount"], case_of(house)["state"]) == ("204650.00", "open")
    assert code_of(lambda: submit(house)) == "review_open"
    assert code_of(lambda: turn(house, "both", "substantive")) == "gate_blocked"
    waive_everything(house)
    for login, key, code in (
        ("both", "raised", "not_allowed"),
        ("substance", "procedural", "not_allowed"),
        ("operator", "substantive", "not_allowed"),
        ("final", "preaudit", "move_refused"),
    ):
        assert code_of(lambda login=login, key=key: turn(house, login, key)) == code
    assert turn(house, "both", "substantive", note="案款已发放")["awaited"] == ["procedural"]
    assert code_of(lambda: turn(house, "both", "procedural")) == "second_key"
    assert code_of(lambda: turn(house, "substance", "substantive")) == "raced"
    done = turn(house, "procedure", "procedural")
    assert (done["state"], done["closed_on"]) == ("approved", house.today().isoformat())
    assert (case_of(house)["state"], case_of(house)["closed_on"]) == ("closed", house.today().isoformat())
    assert code_of(lambda: turn(house, "procedure", "procedural")) == "review_unknown"
    assert code_of(lambda: submit(house)) == "move_refused"
    with house.db.read() as session:
        seen = (
            session.execute(select(LedgerEvent.action).where(LedgerEvent.action.like("review.%")).order_by(LedgerEvent.seq)).scalars().all()
        )
        assert [one for one in seen if one != "review.read"] == [
            "review.submit", "review.pass_substantive", "review.pass_procedural", "review.approve",
        ]  # fmt: skip
        assert list(ledger.verify(session)) == []


def test_a_case_goes_back_with_reasons_and_comes_again(house: Office) -> None:
    submit(house)
    reviewer = people.acting_as(house, "procedure")
    assert code_of(lambda: reviewing.send_back(house, reviewer, CASE_NO, "procedural", [" "])) == "reason_missing"
    told = reviewing.send_back(house, reviewer, CASE_NO, "procedural", ["送达回证无签名", "缺结案报告"])
    assert (told["state"], told["opinions"][0]["reasons"]) == ("returned", ["送达回证无签名", "缺结案报告"])
    assert reviewing.listing(house, reviewer)["rows"] == []
    submit(house)
    team = people.acting_as(house, "team1")
    assert [one["state"] for one in reviewing.case_review(house, team, CASE_NO)["reviews"]] == ["reviewing", "returned"]
    assert reviewing.withdraw(house, team, CASE_NO, "又发现财产")["state"] == "withdrawn"
    assert case_of(house)["state"] == "open"


def test_a_terminated_case_is_audited_before_and_may_be_raised_to_a_third_person(quick: Office) -> None:
    assert submit(quick, "终结本次执行程序")["state"] == "preaudit"
    waive_everything(quick)
    assert code_of(lambda: turn(quick, "substance", "substantive")) == "move_refused"
    assert turn(quick, "final", "preaudit")["state"] == "reviewing"
    turn(quick, "substance", "substantive", raise_reason="财产线索存疑")
    told = turn(quick, "procedure", "procedural")
    assert (told["state"], told["raise_reason"], case_of(quick)["state"]) == ("raised", "财产线索存疑", "open")
    assert turn(quick, "director", "raised")["state"] == "approved"
    decided = case_of(quick)
    (warning,) = imported(quick, closed_on="2026-08-31", closing_mode="和解", handler="钱执行")["warnings"]
    assert warning.endswith("未按导入更改：结案日期、结案方式"), "no file changes what three people decided"
    assert case_of(quick) == decided | {"handler": "钱执行"}


def test_a_closing_mode_that_changes_between_the_keys_needs_another_review(quick: Office) -> None:
    submit(quick)
    waive_everything(quick)
    turn(quick, "substance", "substantive")
    changed = {**CASE, "closing_mode": "终结本次执行程序"}
    cases.import_cases(quick, operator_of(quick), json.dumps([changed], ensure_ascii=False).encode())
    waive_everything(quick)
    assert code_of(lambda: turn(quick, "procedure", "procedural")) == "closing_bad"
    reviewing.send_back(quick, people.acting_as(quick, "procedure"), CASE_NO, "procedural", ["结案方式已变更"])
    assert submit(quick, "终结本次执行程序")["state"] == "preaudit"


def imported(office: Office, **more: str) -> dict[str, Any]:
    return cases.import_cases(office, operator_of(office), json.dumps([CASE | more], ensure_ascii=False).encode())


def test_no_file_closes_a_case_while_the_keys_are_being_turned(quick: Office) -> None:
    submit(quick)
    closed = {"closed_on": "2026-08-31", "closing_mode": "执行完毕"}
    assert "正在结案审核" in imported(quick, **closed)["warnings"][0]
    assert case_of(quick)["state"] == "open"
    reviewing.withdraw(quick, people.acting_as(quick, "team1"), CASE_NO, "流程系统已结案")
    imported(quick, **closed)
    assert case_of(quick)["state"] == "closed"


def test_a_file_corrects_what_a_file_said_and_the_ledger_tells_what_was_there_before(quick: Office) -> None:
    assert code_of(lambda: imported(quick, closed_on="2026-09-02")) == "case_import_bad", "tomorrow has not come"
    imported(quick, closed_on="2026-08-30")
    told = imported(quick, closed_on="2026-08-31", team="执行实施二团队", respondents="张某甲；丙公司")
    assert (told["updated"], case_of(quick)["closed_on"]) == (1, "2026-08-31")
    assert "不因导入改变" in imported(quick, profile="sanya", team="执行实施二团队")["warnings"][0]
    assert imported(quick, closed_on="2026-08-31", team="执行实施二团队")["unchanged"] == 1
    with quick.db.read() as session:
        query = select(LedgerEvent).where(LedgerEvent.action.in_(("team.add", "case.updated"))).order_by(LedgerEvent.seq)
        events = session.scalars(query).all()
        assert [event.detail.get("changed", event.detail) for event in events[-3:]] == [
            {"closed_on": [None, "2026-08-30"]},
            {"name": "执行实施二团队"},
            {"closed_on": ["2026-08-30", "2026-08-31"], "team": ["执行实施一团队", "执行实施二团队"], "parties": 1},
        ]


def test_what_is_stated_wrongly_is_refused(quick: Office) -> None:
    team = people.acting_as(quick, "team1")
    bad: tuple[tuple[str, int, dict[str, str]], ...] = (
        ("结了", 0, {}),
        ("执行完毕", 1, {}),
        ("执行完毕", -60, {}),
        ("执行完毕", 0, {"paid_amount": "很多"}),
        ("执行完毕", 0, {"colour": "red"}),
    )
    for mode, days, more in bad:
        day = quick.today() + timedelta(days=days)
        assert (
            code_of(lambda mode=mode, day=day, more=more: reviewing.submit(quick, team, CASE_NO, mode, day, STATED | more)) == "closing_bad"
        )
    assert code_of(lambda: submit(quick, login="clerk")) == "not_allowed"
    submit(quick)
    waive_everything(quick)
    assert code_of(lambda: turn(quick, "substance", "substantive", raise_reason="想请局长看看")) == "raise_refused"


def test_the_pages_lead_from_the_gap_list_to_the_closed_case_and_its_form(quick: Office) -> None:
    app = create_app(quick)
    team, first, second = (Person(app, login) for login in ("team1", "substance", "procedure"))
    assert "报结" in team.get(PATH).text
    assert team.post(f"{PATH}/submit", {"mode": "执行完毕", "day": "2026-13-01"}).status_code == 303
    assert "2026-13-01 不能用" in team.get(PATH).text
    team.post(f"{PATH}/submit", {"mode": "执行完毕", "day": "2026-09-01", **STATED})
    assert CASE_NO in first.get("/reviews").text
    assert "不能通过" in first.get(PATH).text
    assert team.post(f"{PATH}/pass", {"key": "substantive"}).status_code == 404
    assert second.post(f"{PATH}/pass", {"key": "substantive"}).status_code == 404
    first.post(f"{PATH}/pass", {"key": "substantive"})
    assert "结案核查未通过" in first.get(PATH).text
    form = first.get(f"/api/cases/{quote(CASE_NO)}/review-form").get_json()
    assert form["blanks"] > 3
    assert "周执行 / 书记员 吴记录" in first.get(f"/cases/{quote(CASE_NO)}/review-form").text
    for door in ("", "/api"):
        assert first.get(f"{door}/cases/{quote(CASE_NO)}/review-form.pdf").data[:5] == b"%PDF-"
    waive_everything(quick)
    assert first.post(f"/api{PATH}/pass", {"key": "substantive", "note": "好"}).get_json()["awaited"] == ["procedural"]
    assert first.post(f"/api{PATH}/return", {"key": "procedural", "reasons": ["x"]}).status_code == 404
    second.post(f"{PATH}/return", {"key": "procedural", "reason": "送达回证无签名\n缺结案报告"})
    assert "缺结案报告" in team.get(PATH).text
    assert team.post(f"/api{PATH}/submit", {"mode": "执行完毕", "day": "2026-09-01"}).status_code == 201
    for person, key in ((first, "substantive"), (second, "procedural")):
        person.post(f"{PATH}/pass", {"key": key})
    assert "准予结案" in team.get(PATH).text
    after = closing.check(quick, operator_of(quick), CASE_NO, "archiving")["findings"]
    assert "closing_review_form" in {one["document"] for one in after}


def closed_cases(office: Office, count: int) -> list[str]:
    numbers = [f"（2026）豫9924执{number}号" for number in range(200, 200 + count)]
    rows = [CASE | {"case_no": one, "closed_on": "2026-08-20", "closing_mode": "执行完毕"} for one in numbers]
    cases.import_cases(office, operator_of(office), json.dumps(rows, ensure_ascii=False).encode())
    return numbers


def test_a_sample_is_the_same_for_everybody_and_is_scored_by_somebody_else(quick: Office) -> None:
    known = closed_cases(quick, 12)
    director = people.acting_as(quick, "director")
    wanted = Wanted("0901-7", 4, quick.today() - timedelta(days=30), quick.today())
    told = sampling.draw(quick, director, wanted)
    assert [one["case_no"] for one in told["checks"]] == pick("0901-7", list(reversed(known)), 4)
    assert told["population"] == 12
    again = sampling.draw(quick, director, wanted)
    assert (again["number"], again["population_digest"]) == (2, told["population_digest"])
    assert sampling.draw(quick, director, Wanted("0901-8", 4, wanted.first, wanted.last))["checks"] != told["checks"]
    page = Person(create_app(quick), "substance")
    page.post("/samples/1/2/score", {"deductions": "送达回证空白 5\n目录页次不符，3分", "remark": "基本合格"})
    text = page.get("/samples/1").text
    assert "92 分" in text
    assert "扣 5 分" in text
    assert sampling.sample_json(quick, director, 1)["average"] == 92
    assert page.get("/api/samples/1").get_json() == sampling.sample_json(quick, director, 1)
    assert page.get("/api/samples/99").get_json()["error"]["code"] == "sample_unknown"
    page.post("/samples/1/2/score", {"deductions": "说不清"})
    assert "每行一项" in page.get("/samples/1").text
    assert page.post("/samples", {"seed": "s", "size": "3", "from": "2026-08-01", "until": "2026-09-01", "team": TEAM}).status_code == 303
    assert "第 4 次" in page.get("/samples").text
    for bad in (
        Wanted("", 4, wanted.first, wanted.last),
        Wanted("x", 0, wanted.first, wanted.last),
        Wanted("x", 4, wanted.last, wanted.first),
    ):
        assert code_of(lambda bad=bad: sampling.draw(quick, director, bad)) == "sample_bad"
    assert code_of(lambda: sampling.draw(quick, people.acting_as(quick, "clerk"), wanted)) == "not_allowed"


def test_who_turned_a_key_does_not_score_the_case(quick: Office) -> None:
    submit(quick)
    waive_everything(quick)
    turn(quick, "substance", "substantive")
    turn(quick, "procedure", "procedural")
    with quick.db.read() as session:
        assert session.execute(select(Case.state)).scalar_one() == "closed"
    sampling.draw(quick, people.acting_as(quick, "director"), Wanted("1", 1, quick.today(), quick.today()))
    assert code_of(lambda: sampling.score(quick, people.acting_as(quick, "substance"), 1, 1, [])) == "own_review"
    assert sampling.score(quick, people.acting_as(quick, "both"), 1, 1, [("空白", 60), ("缺件", 60)])["score"] == 0


def test_the_command_line_closes_a_case_too(tmp_path: Path) -> None:
    command = CommandLine(tmp_path / "home")
    assert command("init").code == 0
    rows = [CASE | {"closed_on": None}, CASE | {"case_no": "（2026）豫9924执200号", "closed_on": "2026-08-20", "closing_mode": "执行完毕"}]
    (tmp_path / "cases.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    assert command("case", "import", tmp_path / "cases.json").code == 0
    assert command("user", "add", "r1", "--name", "甲", "--role", "reviewer").code == 0
    day = "2026-09-01"
    sent = command("review", "submit", CASE_NO, "--mode", "执行完毕", "--on", day, "--paid-amount", "1万元", "--json")
    assert (sent.code, sent.json["paid_amount"]) == (0, "10000.00")
    assert CASE_NO in command("review", "list").out
    assert command("--as", "r1", "review", "pass", CASE_NO, "substantive").code == 4
    assert "由本次审核形成" in command("review", "show", CASE_NO).out
    assert "空白" in command("review", "form", CASE_NO).out
    assert command("review", "form", CASE_NO, "--to", tmp_path / "out", "--json").json["file"].endswith(".pdf")
    assert command("--as", "r1", "review", "return", CASE_NO, "substantive", "--reason", "缺件").code == 0
    drawn = command("review", "sample", "draw", "--seed", "7", "--size", "5", "--from", "2026-08-01", "--until", day)
    assert "（2026）豫9924执200号" in drawn.out
    assert command("--as", "r1", "review", "sample", "score", "1", "1", "--deduct", "空白", "5", "--json").json["score"] == 95
    assert "95" in command("review", "sample", "show", "1").out
    assert command("review", "sample", "list").code == 0
