"""Signing in with the password that the court's directory keeps, against Debian's slapd as a process of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from dossier import people
from dossier.office import Office
from dossier.people.tries import TRIES
from dossier.records.tables import LedgerEvent
from dossier.records.tables import Person as Account
from dossier.settings import Settings
from dossier.web.site import create_app
from tests.support.commands import CommandLine
from tests.support.office import PASSWORD, TEAM, open_test_office, operator_of
from tests.support.slapd import BASE, OUTSIDE, SEARCHER, SEARCHER_PASSWORD, Directory, directory
from tests.support.webclient import Person

DIRECTORY = ("ldap_url", "ldap_base", "ldap_bind_dn", "ldap_bind_password", "ldap_ca_file")
THERE = "kept-in-the-directory"
ADDRESSES = (f"10.0.{number // 250}.{number % 250}" for number in itertools.count())
LOGINS = ("li4", "wang5", "zhao6", "sec", "operator", "system", "nobody-here")


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with directory(tmp_path_factory.mktemp("slapd") / "d", dict.fromkeys(LOGINS, THERE)) as running:
        yield running


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, slapd: Directory) -> Iterator[Office]:
    opened = open_test_office(
        tmp_path_factory.mktemp("house") / "home",
        ldap_url=f"ldap://127.0.0.1:{slapd.port}",
        ldap_base=BASE,
        ldap_bind_dn=SEARCHER,
        ldap_bind_password=SEARCHER_PASSWORD,
        ldap_ca_file=str(slapd.authority),
    )
    operator = operator_of(opened)
    for login, role in (("li4", "team"), ("wang5", "clerk"), ("zhao6", "clerk"), ("absent", "clerk"), ("sec", "security_admin")):
        team = TEAM if role == "team" else None
        people.add(opened, operator, login=login, display=login, roles=[role], team=team, password=PASSWORD, must_change=False)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def site(house: Office) -> Flask:
    return create_app(house)


@pytest.fixture
def app(site: Flask, house: Office) -> Flask:
    site.extensions["office"] = house
    return site


def with_settings(app: Flask, house: Office, **settings: str) -> Flask:
    """The same door with other settings, until the end of the test."""
    app.extensions["office"] = replace(house, settings=replace(house.settings, **settings))
    return app


def tried(app: Flask, login: str, password: str, address: str = "") -> tuple[int, str]:
    """The status and the error's code of one sign-in, "" when it was good; from an address that nobody came from before unless one is given."""
    person = Person(app)
    person.client.environ_base["REMOTE_ADDR"] = address or next(ADDRESSES)
    answer = person.sign_in(login, password)
    return answer.status_code, answer.get_json().get("error", {}).get("code", "")


def last_event(house: Office, action: str) -> LedgerEvent:
    with house.db.read() as session:
        found = session.execute(select(LedgerEvent).where(LedgerEvent.action == action).order_by(LedgerEvent.seq.desc())).scalars().first()
        assert found is not None
        session.expunge(found)
        return found


def test_who_has_an_account_here_signs_in_with_the_password_there(app: Flask, house: Office) -> None:
    assert "法院目录" in Person(app).get("/sign-in").text
    person = Person(app, "li4", THERE)
    assert person.get("/cases").status_code == 200
    event = last_event(house, "sign_in")
    assert (event.actor, event.detail) == ("li4", {"address": "127.0.0.1", "by": "ldap"})
    people.disable(house, operator_of(house), "li4", "调离")
    assert person.get("/cases").status_code == 303
    assert tried(app, "li4", THERE) == (401, "sign_in_failed")
    people.enable(house, operator_of(house), "li4")


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("wang5", "wrong"),
        ("wang5", PASSWORD),
        ("wang5", ""),
        ("WANG5", THERE),
        ("wang*", THERE),
        ("*)(uid=wang5", THERE),
        ("absent", THERE),
        ("absent", PASSWORD),
        ("nobody-here", THERE),
        ("nobody-anywhere", THERE),
        ("王\\2a五", THERE),
        ("operator", THERE),
        ("system", THERE),
    ],
)
def test_everybody_else_hears_the_same(app: Flask, house: Office, login: str, password: str) -> None:
    assert tried(app, login, password) == (401, "sign_in_failed")
    people.enable(house, operator_of(house), "wang5")


def test_failed_tries_are_counted_as_with_passwords_here(app: Flask, house: Office) -> None:
    for _ in range(TRIES):
        assert tried(app, "zhao6", "wrong", "10.9.9.9")[0] == 401
    assert tried(app, "zhao6", THERE, "10.9.9.9") == (429, "too_many_tries")
    assert last_event(house, "sign_in.locked").detail == {"address": "10.9.9.9", "by": "ldap"}
    people.enable(house, operator_of(house), "zhao6")
    assert tried(app, "zhao6", THERE, "10.9.9.9") == (200, "")


def test_the_three_administrators_keep_their_passwords_here(app: Flask, house: Office) -> None:
    assert tried(app, "sec", THERE) == (401, "sign_in_failed")
    assert tried(app, "sec", PASSWORD) == (200, "")
    assert "by" not in last_event(house, "sign_in").detail


def test_who_becomes_an_administrator_signs_in_again_and_not_with_the_directory(app: Flask, house: Office) -> None:
    person = Person(app, "zhao6", THERE)
    people.grant(house, operator_of(house), "zhao6", ["auditor"])
    assert person.get("/account").status_code == 303
    assert tried(app, "zhao6", THERE) == (401, "sign_in_failed")
    people.set_password(house, operator_of(house), "zhao6", PASSWORD)
    assert tried(app, "zhao6", PASSWORD) == (200, "")
    people.grant(house, operator_of(house), "zhao6", ["clerk"])
    assert tried(app, "zhao6", PASSWORD) == (401, "sign_in_failed")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("ldap_url", "ldap://127.0.0.1:9"),
        ("ldap_bind_password", "not-the-searchers"),
        ("ldap_base", "dc=elsewhere,dc=example"),
        ("ldap_filter", "(uid={login})(uid=x)"),
    ],
)
def test_a_directory_that_cannot_be_asked_says_so_and_locks_nobody_out(app: Flask, house: Office, setting: str, value: str) -> None:
    with_settings(app, house, **{setting: value})
    for login in ("nobody-anywhere", "sec", *["wang5"] * (TRIES + 1)):
        assert tried(app, login, THERE, "10.2.2.2") == (503, "directory_down")
    assert last_event(house, "sign_in.unjudged").detail == {"address": "10.2.2.2", "by": "ldap"}
    assert tried(app, "sec", PASSWORD, "10.2.2.2") == (200, "")


def test_the_page_says_who_can_still_sign_in(app: Flask, house: Office) -> None:
    down = Person(with_settings(app, house, ldap_url="ldap://127.0.0.1:9"))
    page = down.post("/sign-in", {"login": "wang5", "password": THERE})
    assert page.status_code == 503
    assert "三员仍可用本系统的密码登录" in page.text


def test_what_leaves_the_machine_is_protected_and_the_next_server_is_asked(app: Flask, house: Office, slapd: Directory) -> None:
    secure, started = f"ldaps://{OUTSIDE}:{slapd.secure_port}", f"ldap://{OUTSIDE}:{slapd.port}"
    misnamed = f"ldaps://127.0.0.1:{slapd.secure_port}"
    for url in (secure, started, f"{misnamed} {secure}", f"ldap://127.0.0.1:9 {started}"):
        assert tried(with_settings(app, house, ldap_url=url), "wang5", THERE) == (200, ""), url
    for url in (secure, started):
        assert tried(with_settings(app, house, ldap_url=url, ldap_ca_file=""), "wang5", THERE) == (503, "directory_down"), url
    assert tried(with_settings(app, house, ldap_url=misnamed), "wang5", THERE) == (503, "directory_down")


def test_more_than_one_entry_is_nobody_and_other_names_may_be_looked_for(app: Flask, house: Office) -> None:
    with_settings(app, house, ldap_filter="(&(objectClass=person)(mail={login}@court.example))")
    assert tried(app, "wang5", THERE) == (200, "")
    with_settings(app, house, ldap_filter="(|(uid={login})(title=everybody))")
    assert tried(app, "wang5", THERE) == (401, "sign_in_failed")


def test_the_second_factor_is_still_asked_for_and_the_password_is_not_changed_here(app: Flask, house: Office) -> None:
    operator = operator_of(house)
    strict = with_settings(app, house, second_factor="required")
    assert Person(strict, "li4", THERE).get("/account").status_code == 200
    people.grant(house, operator, "li4", ["team", "sub_reader"])
    person = Person(strict, "li4", THERE)
    assert person.get("/account").headers["Location"] == "/second-factor/enrol"
    people.grant(house, operator, "li4", ["team"])
    page = person.get("/account").text
    assert "请在那里修改密码" in page
    assert 'href="/password"' not in page
    changed = person.post("/password", {"old": THERE, "new": PASSWORD, "again": PASSWORD}, "application/json")
    assert changed.status_code == 409
    assert people.show(house, operator, "li4")["directory"] is True


def test_an_old_password_here_stands_in_nobodys_way(app: Flask, house: Office) -> None:
    with house.db.write() as session:
        row = session.execute(select(Account).where(Account.login == "wang5")).scalar_one()
        row.must_change = True
    assert Person(app, "wang5", THERE).get("/cases").status_code == 200


def test_an_administrator_tries_the_settings_on_the_command_line(house: Office) -> None:
    settings = {name: getattr(house.settings, name) for name in DIRECTORY}
    run = CommandLine(house.settings.home, settings)
    assert run("user", "directory", "wang5").out == f"cn=wang5,ou=people,{BASE}\n"
    assert run("user", "directory", "nobody-anywhere", "--json").json == {"login": "nobody-anywhere", "entry": None}
    refused = run("user", "passwd", "wang5")
    assert (refused.code, "法院目录" in refused.err) == (4, True)
    down = CommandLine(house.settings.home, {**settings, "ldap_url": "ldap://127.0.0.1:9"})("user", "directory", "wang5")
    assert (down.code, "法院目录暂时无法核对密码" in down.err) == (9, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"LDAP_URL": "http://directory"},
        {"LDAP_URL": "ldaps://a:secret@directory", "LDAP_BASE": BASE},
        {"LDAP_URL": "ldaps://directory:99999", "LDAP_BASE": BASE},
        {"LDAP_URL": "ldaps://directory"},
        {"LDAP_FILTER": "uid={login}"},
        {"LDAP_FILTER": "(uid=li4)"},
        {"LDAP_BIND_DN": SEARCHER},
        {"LDAP_CA_FILE": "/nowhere/ca.pem"},
    ],
)
def test_settings_that_cannot_be_are_named(wrong: dict[str, str]) -> None:
    environ = {f"DOSSIER_{name}": value for name, value in wrong.items()}
    with pytest.raises(ValueError, match="|".join(environ)):
        Settings.read(environ)
