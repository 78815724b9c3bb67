"""Signing in through an identity service, against one by others that runs as a process of its own."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from sqlalchemy import select

from dossier import people
from dossier.office import Office
from dossier.records.tables import LedgerEvent
from dossier.web.site import create_app
from tests.support.office import PASSWORD, TEAM, open_test_office, operator_of
from tests.support.webclient import Person

WAIT_SECONDS = 60


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            end = time.monotonic() + WAIT_SECONDS
            while "running on" not in process.stderr.readline():
                assert process.poll() is None
                assert time.monotonic() < end
            yield f"http://localhost:{port}"
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, issuer: str) -> Iterator[Office]:
    opened = open_test_office(tmp_path_factory.mktemp("house") / "home")
    people.add(opened, operator_of(opened), login="li4", display="李测试", roles=["team"], team=TEAM, password=PASSWORD, must_change=True)
    settings = replace(opened.settings, oidc_issuer=issuer, oidc_client_id="dossier", oidc_client_secret="secret")
    yield replace(opened, settings=settings)
    opened.close()


@pytest.fixture
def app(house: Office) -> Flask:
    return create_app(house)


def vouched(person: Person, issuer: str, login: str, **claims: object) -> str:
    """Goes to the identity service and says who one is there; the address that it sends the browser back to."""
    requests.put(f"{issuer}/users/{login}", json={"preferred_username": login, **claims}, timeout=WAIT_SECONDS).raise_for_status()
    there = person.get("/sign-in/oidc?next=/cases").headers["Location"]
    asked = parse_qs(urlsplit(there).query)
    assert (asked["response_type"], asked["code_challenge_method"]) == (["code"], ["S256"])
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    answer = requests.post(there, data={"sub": login}, allow_redirects=False, timeout=WAIT_SECONDS)
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def test_who_has_an_account_here_signs_in_there_and_comes_back_to_where_they_wanted_to_go(app: Flask, house: Office, issuer: str) -> None:
    person = Person(app)
    assert 'href="/sign-in/oidc?next=' in person.get("/sign-in").text
    back = vouched(person, issuer, "li4")
    assert person.get(back).headers["Location"] == "/cases"
    assert person.get("/cases").status_code == 200
    with house.db.read() as session:
        event = (
            session.execute(select(LedgerEvent).where(LedgerEvent.action == "sign_in").order_by(LedgerEvent.seq.desc())).scalars().first()
        )
        assert event is not None
        assert (event.actor, event.detail["by"]) == ("li4", "oidc")
    assert Person(app).get(back).status_code == 401
    people.disable(house, operator_of(house), "li4", "调离")
    assert person.get("/cases").status_code == 303
    people.enable(house, operator_of(house), "li4")


@pytest.mark.parametrize("login", ["stranger", "operator", "system"])
def test_who_has_no_account_here_gets_none(app: Flask, issuer: str, login: str) -> None:
    person = Person(app)
    answer = person.get(vouched(person, issuer, login), "application/json")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "sso_unknown")
    assert person.get("/cases").headers["Location"].startswith("/sign-in")


def test_nobody_outside_vouches_for_an_administrator(app: Flask, house: Office, issuer: str) -> None:
    operator, person, login = operator_of(house), Person(app), "zhao6"
    people.add(house, operator, login=login, display="赵", roles=["clerk"], team=None, password=PASSWORD, must_change=False)
    person.get(vouched(person, issuer, login))
    assert person.get("/account").status_code == 200
    people.grant(house, operator, login, ["security_admin"])
    assert person.get("/account").headers["Location"].startswith("/sign-in"), "the open session ended"
    answer = person.get(vouched(person, issuer, login), "application/json")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "sso_administrator")
    assert person.get("/account").status_code == 303
    assert Person(app, login).get("/account").status_code == 200, "with the password here"
    with house.db.read() as session:
        query = select(LedgerEvent.action).where(LedgerEvent.actor == login).order_by(LedgerEvent.seq)
        assert list(session.scalars(query)) == ["sign_in", "sign_in.failed", "sign_in"]


def test_an_answer_that_nobody_asked_for_is_refused(app: Flask, issuer: str) -> None:
    first, second = Person(app), Person(app)
    back = vouched(first, issuer, "li4")
    second.get("/sign-in/oidc")
    forged = re.sub(r"code=[^&]+", "code=x", back)
    for person, place in (
        (second, back),
        (first, forged),
        (first, "/sign-in/oidc/back?error=access_denied"),
        (second, "/sign-in/oidc/back"),
    ):
        answer = person.get(place, "application/json")
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (401, "sso_failed")
        assert person.get("/cases").status_code == 303


def test_who_asks_again_and_again_comes_in_at_last(app: Flask, issuer: str) -> None:
    person = Person(app)
    for _ in range(20):
        assert len(person.get("/sign-in/oidc").headers["Set-Cookie"]) < 4000, "a browser keeps no larger one"
    assert person.get(vouched(person, issuer, "li4")).headers["Location"] == "/cases"


def test_an_unverified_address_and_a_foreign_issuer_name_nobody(house: Office, issuer: str) -> None:
    by_mail = create_app(replace(house, settings=replace(house.settings, oidc_claim="email")))
    person = Person(by_mail)
    assert person.get(vouched(person, issuer, "li4", email="li4")).status_code == 401
    gone = create_app(replace(house, settings=replace(house.settings, oidc_issuer="http://localhost:9")))
    assert Person(gone).get("/sign-in/oidc").status_code == 401


def test_without_an_identity_service_there_is_no_such_door(house: Office) -> None:
    plain = create_app(replace(house, settings=replace(house.settings, oidc_issuer="")))
    assert Person(plain).get("/sign-in/oidc").status_code == 404
    assert "oidc" not in Person(plain).get("/sign-in").text
