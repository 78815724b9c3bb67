"""The switch between Chinese and English: remembered with the account and in the browser, and safe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from dossier.office import Office
from dossier.records.tables import Person as Row
from dossier.web.site import create_app
from tests.support import english
from tests.support.office import open_test_office
from tests.support.webclient import Person


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_test_office(tmp_path_factory.mktemp("english") / "home")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(office: Office) -> Flask:
    return create_app(office)


def _language(person: Person, path: str = "/account") -> str:
    return english.untold(person.get(path).text)[0]


def test_the_choice_is_kept_with_the_account(app: Flask, office: Office) -> None:
    person = Person(app, "clerk")
    assert _language(person) == "zh-CN"
    person.post("/language/en", {"next": "/account"})
    assert _language(person) == "en"
    with office.db.read() as session:
        assert session.query(Row.language).where(Row.login == "clerk").scalar() == "en"
    # Another browser, another day.
    assert _language(Person(app, "clerk")) == "en"
    person.post("/language/zh")
    assert _language(person) == _language(Person(app, "clerk")) == "zh-CN"


def test_the_choice_before_the_sign_in_is_kept_by_the_browser(app: Flask) -> None:
    person = Person(app)
    answer = person.client.get("/sign-in", headers={"Accept-Language": "en"})
    assert english.untold(answer.text)[0] == "zh-CN", "Chinese is the court's language, whatever the browser prefers"
    assert person.post("/language/en", {"next": "/sign-in"}).location == "/sign-in"
    assert _language(person, "/sign-in") == "en"
    person.sign_in("team1")
    assert _language(person) == "en"
    assert _language(Person(app, "team1")) == "zh-CN", "nothing was chosen for the account"


def test_a_switch_leads_nowhere_else_and_needs_its_token(app: Flask) -> None:
    person = Person(app)
    assert person.post("/language/en", {"next": "https://elsewhere.example/"}).location == "/"
    assert person.post("/language/fr").status_code == 404
    assert person.client.post("/language/en").status_code == 400


def test_errors_are_told_in_the_language_of_the_page(app: Flask) -> None:
    person = Person(app, "director")
    assert "请核对" in person.get("/cases/x").text or "没有" in person.get("/cases/x").text
    person.post("/language/en")
    language, untold = english.untold(person.get("/cases/x").text)
    assert (language, untold) == ("en", [])
    answer = person.get("/cases/x", accept="application/json").get_json()["error"]
    assert answer["message"] != answer["message_en"], "programs get both"
