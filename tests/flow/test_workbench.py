"""The workbench and the ruling page from outside: each role sees what waits for it and is led there; the director decides with both sides in sight."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select

from dossier import people
from dossier.desks import figures, receiving, reviewing
from dossier.desks.figures import Asked
from dossier.office import Office
from dossier.records.tables import Case, Submission
from dossier.records.tables import Person as Account
from dossier.web.site import create_app
from tests.support.office import CASE_NO, PASSWORD, TEAM, open_test_office, operator_of
from tests.support.web import House, build
from tests.support.webclient import Person


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    built = build(tmp_path_factory.mktemp("desk") / "home")
    office = built.office
    for login, role in (("substance", "reviewer"), ("procedure", "procedural_reviewer"), ("chief2", "director")):
        people.add(office, operator_of(office), login=login, display=login, roles=[role], team=None, password=PASSWORD, must_change=False)
    yield built
    office.close()


@pytest.fixture(scope="module")
def app(house: House) -> Flask:
    return create_app(house.office)


def boxes(app: Flask, login: str) -> dict[str, Any]:
    return {box["id"]: box for box in Person(app, login).get("/api/workbench").get_json()["boxes"]}


@contextmanager
def a_term_of(office: Office, days: int) -> Iterator[None]:
    """The court's switch ruling_days set to this."""
    rules, ways = office.rules, type(office.rules).for_case

    def set_anew(self: Any, case: Any) -> Any:
        plain = ways(self, case)
        return replace(plain, switches={**plain.switches, "ruling_days": replace(plain.switches["ruling_days"], value=days)})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(rules), "for_case", set_anew)
        yield


def test_each_role_sees_what_waits_for_it_and_what_follows_from_what_others_do(app: Flask, house: House) -> None:
    office = house.office
    clerk = Person(app, "clerk")
    assert clerk.get("/").headers["Location"] == "/workbench"
    text = clerk.get("/workbench").text
    assert house.waiting in text
    assert "今天的移送" in text
    assert "3 次" in text
    assert [row["what"] for row in boxes(app, "team1")["refused"]["rows"]] == [house.refused]
    assert boxes(app, "director")["disputed"]["count"] == 0

    receiving.dispute(office, people.acting_as(office, "team1"), house.refused, "当事人拒签，已注明")
    assert boxes(app, "team1")["refused"]["rows"] == []
    director = Person(app, "director")
    assert f"/hand-overs/{house.refused}/ruling" in director.get("/workbench").text
    waits = boxes(app, "director")["disputed"]["rows"][0]
    assert (waits["due"], waits["left"], waits["note"]) == (None, None, f"{TEAM} 当事人拒签，已注明")
    with a_term_of(office, 2):
        waits = boxes(app, "director")["disputed"]["rows"][0]
        assert (waits["due"], waits["left"]) == ("2026-09-03", 2)
        assert "还剩 2 个工作日" in director.get("/workbench").text
        assert "决定期限 2026-09-03 周四" in director.get(f"/hand-overs/{house.refused}/ruling").text
    page = director.get(f"/hand-overs/{house.refused}/ruling").text
    assert "决定期限" not in page
    for words in ("当事人拒签，已注明", "须改正", "应予改正", "按现状签收", "data-show-page"):
        assert words in page
    assert clerk.get(f"/hand-overs/{house.refused}/ruling").status_code == 404
    director.post(f"/hand-overs/{house.refused}/rule", {"outcome": "fix", "reason": "应抽出他案材料"})
    assert "应抽出他案材料" in director.get(f"/hand-overs/{house.refused}/ruling").text
    assert boxes(app, "director")["disputed"]["count"] == 0
    assert boxes(app, "team1")["ruled"]["rows"][0]["of"] == "应予改正"


def test_a_review_waits_with_those_who_hold_its_keys_and_comes_back_to_its_team(app: Flask, house: House) -> None:
    office = house.office
    reviewing.submit(office, people.acting_as(office, "team1"), CASE_NO, "执行完毕", office.today(), {})
    assert [boxes(app, login)["reviews"]["count"] for login in ("substance", "procedure", "chief2")] == [1, 1, 0]
    assert quote(CASE_NO) in Person(app, "substance").get("/workbench").text
    reviewing.send_back(office, people.acting_as(office, "procedure"), CASE_NO, "procedural", ["缺结案报告"])
    assert boxes(app, "substance")["reviews"]["count"] == 0
    assert boxes(app, "team1")["returned"]["rows"][0]["case_no"] == CASE_NO
    page = Person(app, "team1").get(f"/cases/{quote(CASE_NO)}/review").text
    assert page.count("缺结案报告") == 1
    assert page.index("缺结案报告") < page.index('id="submit"')


def test_overdue_steps_are_drawn_with_their_numbers_behind(app: Flask, house: House) -> None:
    steps = Person(app, "clerk").get("/api/workbench").get_json()["steps"]
    assert steps["left"] == 0
    table = figures.overdue(house.office, operator_of(house.office), Asked(), ("overdue", "near"), len(steps["rows"]))
    assert steps["total"] == {kind: table["total"][kind] for kind in ("overdue", "near")}
    assert steps["rows"] == json.loads(json.dumps(table["rows"]))
    assert [one["overdue"] for one in steps["by_team"]] == [one["overdue"] for one in table["by_team"]]
    text = Person(app, "team1").get("/workbench").text
    assert "超期未办" in text
    assert "<svg" in text
    assert "图中的数字" in text
    assert "style=" not in text


def test_a_long_list_of_hand_overs_is_gone_through_page_by_page_and_the_longest_waiting_comes_next(tmp_path: Path) -> None:
    office = open_test_office(tmp_path / "home")
    with office.db.write() as session:
        case, clerk = (
            session.execute(select(Case)).scalar_one(),
            session.execute(select(Account).where(Account.login == "clerk")).scalar_one(),
        )
        session.add_all(
            Submission(
                receipt_no=f"HZ20260901-{number:04d}",
                case_id=case.id,
                handed_by_id=clerk.id,
                received_at=office.clock.now(),
                state="waiting",
            )
            for number in range(1, 252)
        )
    app = create_app(office)
    person = Person(app, "clerk")
    first, last = person.get("/hand-overs").text, person.get("/hand-overs?page=6&state=waiting").text
    assert ("HZ20260901-0251" in first, "HZ20260901-0001" in first, "共 251 次移送" in first) == (True, False, True)
    assert ("HZ20260901-0001" in last, 'rel="next"' in last) == (True, False)
    assert "HZ20260901-0001" in person.get("/hand-overs/HZ20260901-0100").text
    assert "HZ20260901-0002" in person.get("/hand-overs/HZ20260901-0001").text
    office.close()
