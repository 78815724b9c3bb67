"""The second factor through the door: set up at the first sign-in, asked for from then on, good once, with a way back for a lost phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from dossier import people
from dossier.clock import Clock
from dossier.office import Office
from dossier.people import totp
from dossier.people.tries import TRIES
from dossier.web.site import create_app
from tests.support.office import NOW, PASSWORD, open_test_office, operator_of
from tests.support.webclient import Person


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_test_office(tmp_path_factory.mktemp("house") / "home")
    people.add(
        opened, operator_of(opened), login="sec", display="sec", roles=["security_admin"], team=None, password=PASSWORD, must_change=False
    )
    strict = replace(opened, settings=replace(opened.settings, second_factor="required"))
    yield strict
    strict.close()


@pytest.fixture
def app(house: Office) -> Flask:
    return create_app(house)


def at(app: Flask, house: Office, steps: int) -> None:
    """So many half minutes later."""
    moment = NOW + timedelta(seconds=30 * steps)
    app.extensions["office"] = replace(house, clock=Clock(lambda: moment))


def code(secret: str, steps: int) -> str:
    return totp.code(secret, totp.step_of(NOW) + steps)


def set_up(app: Flask, login: str, steps: int = 0) -> tuple[Person, str, list[str]]:
    """Somebody who signs in for the first time and shows their phone the picture."""
    person = Person(app, login)
    page = person.get("/second-factor/enrol").text
    assert 'src="data:image/svg+xml' in page
    (secret,) = re.findall(r'class="secret">([A-Z2-7]{32})<', page)
    assert person.post("/second-factor/enrol", {"code": "000000"}).status_code == 401
    done = person.post("/second-factor/enrol", {"code": code(secret, steps)})
    return person, secret, re.findall(r'class="secret">([a-z0-9-]{11})<', done.text)


def test_who_decides_sets_it_up_before_anything_else_and_then_is_asked_each_time(app: Flask, house: Office) -> None:
    assert Person(app, "clerk").get("/cases").status_code == 200
    first = Person(app, "director")
    assert first.get("/cases").headers["Location"] == "/second-factor/enrol"
    assert first.get("/api/cases").get_json()["error"]["code"] == "enrol_factor"
    person, secret, codes = set_up(app, "director")
    assert len(set(codes)) == 10
    assert person.get("/cases").status_code == 200
    at(app, house, 10)
    again = Person(app, "director")
    assert again.get("/account").status_code == 303
    assert again.get("/cases?q=x").headers["Location"] == "/second-factor"
    assert again.get("/api/cases").get_json()["error"]["code"] == "second_factor"
    assert again.get("/second-factor/enrol").status_code == 303
    assert again.post("/second-factor", {"code": code(secret, 0)}).status_code == 401
    assert again.post("/second-factor", {"code": code(secret, 10)}).headers["Location"] == "/cases?q=x"
    assert again.get("/cases").status_code == 200
    thief = Person(app, "director")
    assert thief.post("/second-factor", {"code": code(secret, 10)}).status_code == 401
    assert thief.post("/second-factor", {"code": codes[0].upper()}).status_code == 303
    assert Person(app, "director").post("/second-factor", {"code": codes[0]}).status_code == 401


def test_wrong_codes_close_the_door_and_the_security_administrator_opens_a_way_back(app: Flask, house: Office) -> None:
    security, secret, _ = set_up(app, "sec")
    at(app, house, 2)
    thief = Person(app, "sec")
    told = [thief.post("/second-factor", {"code": "000000"}).status_code for _ in range(TRIES + 1)]
    assert told == [401] * TRIES + [429]
    assert thief.post("/second-factor", {"code": code(secret, 2)}).status_code == 429
    assert security.post("/people/sec/second-factor", {}, "application/json").get_json()["error"]["code"] == "own_account"
    people.grant(house, operator_of(house), "team1", ["team", "sub_reader"])
    team, _, _ = set_up(app, "team1", 2)
    assert "已绑定" in security.get("/people/team1").text
    assert security.post("/people/team1/second-factor").status_code == 303
    assert team.get("/cases").status_code == 303
    assert Person(app, "team1").get("/cases").headers["Location"] == "/second-factor/enrol"


def test_a_new_phone_is_set_up_with_the_old_one_and_a_substitute_needs_one_too(app: Flask, house: Office) -> None:
    today = house.today()
    people.name_substitute(house, operator_of(house), "director", "clerk", today, today, "出差")
    clerk = Person(app, "clerk")
    clerk.post("/account/act-for", {"login": "director"})
    assert clerk.get("/cases").headers["Location"] == "/second-factor/enrol"
    person, secret, _ = set_up(app, "clerk")
    at(app, house, 5)
    assert "还有 10 个恢复码" in person.get("/account").text
    assert person.post("/second-factor/renew", {"code": "000000"}).headers["Location"] == "/account"
    assert person.post("/second-factor/renew", {"code": code(secret, 5)}).headers["Location"] == "/second-factor/enrol"
    assert secret not in person.get("/second-factor/enrol").text
