"""People through the JSON door: accounts, rights, substitutes, tokens and agreements, with the administrators as far apart as on the pages."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from dossier import people
from dossier.access import SCOPES
from dossier.office import Office
from dossier.records.tables import Answer
from dossier.web.site import create_app
from tests.support.office import PASSWORD, TEAM, open_test_office, operator_of
from tests.support.paperfiles import jpeg
from tests.support.webclient import Person


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_test_office(tmp_path_factory.mktemp("house") / "home")
    for login, role in (("sys", "system_admin"), ("sec", "security_admin"), ("aud", "auditor"), ("deputy", "reviewer")):
        people.add(opened, operator_of(opened), login=login, display=login, roles=[role], team=None, password=PASSWORD, must_change=False)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(house: Office) -> Flask:
    return create_app(house)


def send(who: Person, path: str, body: dict[str, Any] | None = None, **headers: str) -> TestResponse:
    return who.client.post(f"/api{path}", json=body or {}, headers={"X-CSRFToken": who.token, **headers})


def code(answer: TestResponse) -> str:
    return str(answer.get_json()["error"]["code"])


def test_an_account_is_made_by_one_administrator_and_given_rights_by_another(app: Flask) -> None:
    system, security = Person(app, "sys"), Person(app, "sec")
    wanted = {"login": "zhang1", "display": "张某甲", "team": TEAM}
    assert code(send(security, "/people", wanted)) == "not_allowed"
    made = send(system, "/people", wanted)
    assert (made.status_code, made.get_json()["roles"], made.get_json()["team"]) == (201, [], TEAM)
    assert Person(app).sign_in("zhang1", made.get_json()["secret"]).status_code == 200
    assert code(send(system, "/people", wanted)) == "user_exists"
    assert code(send(system, "/people/zhang1/roles", {"roles": ["team"]})) == "not_allowed"
    assert send(security, "/people/zhang1/roles", {"roles": ["team", "sub_reader"]}).get_json()["roles"] == ["team", "sub_reader"]
    assert send(security, "/people/zhang1/roles", {"roles": ["team"]}).get_json()["roles"] == ["team"]
    assert code(send(security, "/people/zhang1/roles", {"roles": ["team", "auditor"]})) == "roles_conflict"
    assert code(send(security, "/people/zhang1/roles", {"roles": ["operator"]})) == "bad_request"
    assert send(security, "/people/zhang1/team", {"team": None}).get_json()["team"] is None
    assert code(send(security, "/people/sec/roles", {"roles": ["clerk"]})) == "own_account"
    assert "zhang1" in [one["login"] for one in Person(app, "aud").get("/api/people").get_json()["people"]]


def test_an_account_is_closed_opened_and_given_a_new_password(app: Flask, house: Office) -> None:
    system, security = Person(app, "sys"), Person(app, "sec")
    send(system, "/people", {"login": "li2"})
    assert code(send(security, "/people/li2/disable", {"reason": "调离"})) == "not_allowed"
    assert code(send(system, "/people/li2/disable", {})) == "bad_request"
    assert send(system, "/people/li2/disable", {"reason": "调离"}).get_json()["disabled"] is True
    assert send(system, "/people/li2/enable").get_json()["disabled"] is False
    secret = send(system, "/people/li2/password").get_json()["secret"]
    assert Person(app).sign_in("li2", secret).status_code == 200
    assert send(system, "/people/li2/mail", {"mail": "li2@court.example"}).status_code == 200
    assert code(send(system, "/people/li2/mail", {"mail": "nowhere"})) == "bad_request"
    assert code(send(system, "/people/li2/second-factor/reset")) == "not_allowed"
    assert send(security, "/people/li2/second-factor/reset").get_json()["second_factor"] is False
    assert send(system, "/teams", {"name": "执行实施九团队"}).get_json()["made"] is True
    assert "执行实施九团队" in security.get("/api/teams").get_json()["teams"]
    acts = [event["action"] for event in security.get("/api/people/li2").get_json()["events"]]
    assert {"user.add", "user.disable", "user.enable", "user.passwd", "user.mail"} <= set(acts)


def test_a_secret_is_told_once_and_kept_nowhere_though_the_request_is_repeated(app: Flask, house: Office) -> None:
    system = Person(app, "sys")
    first, again = (send(system, "/people", {"login": "wang3"}, **{"Idempotency-Key": "wang3"}) for _ in range(2))
    secret = first.get_json()["secret"]
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert again.get_json() == {**first.get_json(), "secret": None}
    with house.db.read() as session:
        kept = [body or "" for body in session.execute(select(Answer.body)).scalars()]
    assert secret
    assert not any(secret in body for body in kept)


def test_a_person_names_and_ends_their_own_substitute_and_a_security_administrator_anybody_s(app: Flask, house: Office) -> None:
    director, security, system = Person(app, "director"), Person(app, "sec"), Person(app, "sys")
    days = {"from": house.today().isoformat(), "until": (house.today() + timedelta(days=3)).isoformat(), "reason": "出差"}
    named = send(director, "/account/substitutes", {"substitute": "deputy", **days})
    assert (named.status_code, named.get_json()["substitutes"][0]["substitute"]) == (201, "deputy")
    number = named.get_json()["substitutes"][0]["id"]
    assert "director" in [one["login"] for one in Person(app, "deputy").get("/api/account").get_json()["may_act_for"]]
    assert code(send(Person(app, "clerk"), f"/account/substitutes/{number}/end")) == "substitute_bad"
    assert code(send(system, f"/substitutes/{number}/end")) == "not_allowed"
    assert send(director, f"/account/substitutes/{number}/end").get_json()["substitutes"][0]["ended"] is True
    assert code(send(system, "/people/director/substitutes", {"substitute": "deputy", **days})) == "not_allowed"
    other = send(security, "/people/director/substitutes", {"substitute": "deputy", **days}).get_json()["substitutes"][0]
    ended = send(security, f"/substitutes/{other['id']}/end").get_json()["substitutes"]
    assert [one["ended"] for one in ended if one["id"] == other["id"]] == [True]
    assert number in [one["id"] for one in security.get("/api/substitutes").get_json()["substitutes"]]
    assert Person(app, "clerk").get("/api/substitutes").get_json()["substitutes"] == []


def test_tokens_are_made_listed_and_revoked_and_reach_no_account(app: Flask) -> None:
    system = Person(app, "sys")
    made = send(system, "/account/tokens", {"name": "巡检", "scopes": list(SCOPES), "days": 3})
    bearer = {"Authorization": f"Bearer {made.get_json()['secret']}"}
    bare = app.test_client()
    for path in ("/people", "/people/clerk", "/account", "/account/tokens", "/substitutes", "/roles", "/teams", "/agreement"):
        assert bare.get(f"/api{path}", headers=bearer).status_code == 403, path
    for path in ("/people", "/people/clerk/password", "/people/clerk/disable", "/people/clerk/roles", "/account/tokens", "/account/mail"):
        assert bare.post(f"/api{path}", json={}, headers=bearer).status_code == 403, path
    number = system.get("/api/account/tokens").get_json()["tokens"][0]["id"]
    assert code(send(Person(app, "aud"), f"/tokens/{number}/revoke")) == "token_unknown"
    assert code(send(Person(app, "clerk"), f"/account/tokens/{number}/revoke")) == "token_unknown"
    revoked = send(Person(app, "sec"), f"/tokens/{number}/revoke").get_json()["tokens"]
    assert [one["state"] for one in revoked if one["id"] == number] == ["revoked"]
    assert bare.get("/api/people", headers=bearer).status_code == 401
    second = send(system, "/account/tokens", {"name": "备用", "scopes": ["watch"]})
    assert second.status_code == 201
    latest = system.get("/api/account/tokens").get_json()["tokens"][0]
    assert send(system, f"/account/tokens/{latest['id']}/revoke").get_json()["tokens"][0]["state"] == "revoked"


def test_an_agreement_opens_the_gate_and_its_scan_comes_out_again(house: Office) -> None:
    app = create_app(replace(house, settings=replace(house.settings, agreement="required")))
    team, system, security = Person(app, "team1"), Person(app, "sys"), Person(app, "sec")
    assert code(team.get("/api/account")) == "agreement"
    told = team.get("/api/agreement").get_json()
    assert (told["held"], len(told["terms"])) == (None, 7)
    day = house.today().isoformat()

    def sheet(who: Person, path: str, **more: Any) -> TestResponse:
        return who.post(f"/api{path}", {"signed_on": day, "scan": (io.BytesIO(jpeg(5)), "协议.jpg"), **more})

    assert code(sheet(team, "/agreement", agreed="no")) == "bad_request"
    assert code(team.post("/api/agreement", {"signed_on": day, "agreed": "yes"})) == "no_files"
    assert sheet(team, "/agreement", agreed="yes").get_json()["signed_on"] == day
    assert team.get("/api/account").get_json()["agreement"]["name"] == "协议.jpg"
    assert team.get("/api/agreement/scan").data == jpeg(5)
    assert security.get("/api/people/team1/agreement/scan").data == jpeg(5)
    assert code(send(system, "/people/team1/agreement/void", {"reason": "不清"})) == "not_allowed"
    assert send(security, "/people/team1/agreement/void", {"reason": "不清"}).get_json()["agreement"] is None
    assert code(team.get("/api/cases")) == "agreement"
    assert code(sheet(system, "/people/team1/agreement")) == "not_allowed"
    assert sheet(security, "/people/team1/agreement").get_json()["agreement"]["signed_on"] == day
    assert team.get("/api/cases").status_code == 200


def test_one_s_own_mail_is_kept_and_taken_away(app: Flask) -> None:
    clerk = Person(app, "clerk")
    assert send(clerk, "/account/mail", {"mail": " clerk@court.example "}).get_json() == {"mail": "clerk@court.example"}
    assert send(clerk, "/account/mail", {"mail": ""}).get_json() == {"mail": ""}
    assert clerk.get("/api/people").status_code == 403
