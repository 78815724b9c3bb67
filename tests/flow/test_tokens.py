"""Tokens for programs: made by a person or at the command line, used without a session, within scopes only, ended at once."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from dossier import access, people
from dossier.clock import Clock
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records.tables import LedgerEvent, Token
from dossier.web.site import create_app
from tests.support.commands import CommandLine
from tests.support.office import CASE_NO, NOW, PASSWORD, TEAM, open_test_office, operator_of
from tests.support.webclient import Person


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_test_office(tmp_path_factory.mktemp("house") / "home")
    for login, role in (("admin", "system_admin"), ("wide", "sub_reader")):
        people.add(opened, operator_of(opened), login=login, display=login, roles=[role], team=None, password=PASSWORD, must_change=False)
    people.grant(opened, operator_of(opened), "wide", ["director", "sub_reader"])
    yield opened
    opened.close()


@pytest.fixture
def app(house: Office) -> Flask:
    return create_app(house)


def asked(app: Flask, secret: str, path: str, **form: object) -> TestResponse:
    """A program asks; with a form it writes, without any token of a form."""
    client, headers = app.test_client(), {"Authorization": f"Bearer {secret}"}
    return client.post(path, data=form, headers=headers) if form else client.get(path, headers=headers)


def test_a_person_makes_a_token_that_is_shown_once_and_works_within_its_scopes(app: Flask, house: Office) -> None:
    clerk = Person(app, "clerk")
    made = clerk.post("/account/tokens", {"name": "流程系统", "scope": ["read", "submit"], "days": "30"}, "application/json")
    secret = made.get_json()["secret"]
    page = clerk.get("/account/tokens").text
    assert "流程系统" in page
    assert secret not in page
    assert asked(app, secret, "/api/cases").get_json()["cases"][0]["case_no"] == CASE_NO
    assert asked(app, secret, f"/api/cases/{quote(CASE_NO)}").status_code == 200
    with house.db.read() as session:
        event = session.execute(select(LedgerEvent).order_by(LedgerEvent.seq.desc()).limit(1)).scalar_one()
        assert (event.action, event.actor) == ("case.read", "clerk［令牌 流程系统］")
        kept = session.execute(select(Token).where(Token.name == "流程系统")).scalar_one()
        assert kept.last_used_at == NOW
        assert secret not in str(kept.digest)
    taken = asked(app, secret, "/api/hand-overs", case_no=CASE_NO, team=TEAM, files=(io.BytesIO(b"x"), "a.pdf"))
    assert taken.get_json()["files"][0]["error"]["code"].startswith("file_")
    for path in ("/account", "/people", "/account/tokens", f"/cases/{quote(CASE_NO)}/volumes/main.pdf"):
        assert asked(app, secret, path).status_code in (403, 404)
    assert asked(app, secret, "/sign-out", x="1").status_code == 403


def test_an_unknown_ended_or_expired_token_is_nobody(app: Flask, house: Office) -> None:
    operator = operator_of(house)
    secrets = [people.add_token(house, operator, "director", f"程序{number}", ["read"], 30) for number in range(3)]
    answers = [asked(app, "dossier_nothing", "/api/cases"), asked(app, "", "/api/cases")]
    newest = people.tokens(house, operator)[0]["id"]
    admin = Person(app, "admin")
    assert "程序2" in admin.get("/people/director").text
    assert admin.post(f"/people/director/tokens/{newest}/revoke").status_code == 303
    answers.append(asked(app, secrets[2], "/api/cases"))
    assert Person(app, "clerk").post(f"/account/tokens/{newest - 1}/revoke").status_code == 404
    assert asked(app, secrets[1], "/api/cases").status_code == 200
    later = NOW + timedelta(days=30)
    app.extensions["office"] = replace(house, clock=Clock(lambda: later))
    answers.append(asked(app, secrets[1], "/api/cases"))
    assert [(answer.status_code, answer.get_json()["error"]["code"]) for answer in answers] == [(401, "signed_out")] * 4
    app.extensions["office"] = house
    people.disable(house, operator, "director", "调离")
    assert asked(app, secrets[0], "/api/cases").status_code == 401


def test_a_session_cookie_beside_a_token_does_not_count(app: Flask) -> None:
    clerk = Person(app, "clerk")
    assert clerk.client.get("/api/cases", headers={"Authorization": "Bearer x"}).status_code == 401
    assert clerk.client.post("/sign-out", headers={"Authorization": "Basic eDp5"}).status_code == 400


def test_no_token_decides_keeps_accounts_or_reads_the_secret_volume(house: Office) -> None:
    given = {action for _, actions in access.SCOPES.values() for action in actions}
    assert given <= set(access.ACTIONS)
    never = {"submission.decide", "submission.rule", "case.waive", "user.manage", "user.grant", "token.own", "token.any", "home"}
    assert given.isdisjoint(never)
    secret = people.add_token(house, operator_of(house), "wide", "x", list(access.SCOPES), 1)
    standing = people.bearer(house, secret)
    assert standing is not None
    actor = standing.actor
    assert access.decide(actor, "page.read", access.Resource())
    assert not access.decide(actor, "page.read", access.Resource(sub=True))
    assert "sub" not in access.reader_tokens(actor)


@pytest.mark.parametrize(
    ("actor", "login", "name", "scopes", "days", "code"),
    [
        ("clerk", "clerk", "", ["read"], 1, "token_bad"),
        ("clerk", "clerk", "x\n", ["read"], 1, None),
        ("clerk", "clerk", "x\ny", ["read"], 1, "token_bad"),
        ("clerk", "clerk", "x", [], 1, "token_bad"),
        ("clerk", "clerk", "x", ["everything"], 1, "token_bad"),
        ("clerk", "clerk", "x", ["read"], 366, "token_bad"),
        ("admin", "clerk", "x", ["read"], 1, "not_allowed"),
        ("operator", "operator", "x", ["read"], 1, "not_allowed"),
    ],
)
def test_what_makes_no_token(house: Office, actor: str, login: str, name: str, scopes: list[str], days: int, code: str | None) -> None:
    who = people.acting_as(house, actor)
    if code is None:
        assert people.add_token(house, who, login, name, scopes, days)
        return
    with pytest.raises(DossierError) as caught:
        people.add_token(house, who, login, name, scopes, days)
    assert caught.value.code == code


def test_the_command_line_makes_lists_and_revokes_tokens(house: Office) -> None:
    command = CommandLine(house.settings.home)
    secret = command("token", "add", "clerk", "--name", "夜间导入", "--scope", "cases").out.strip()
    assert people.bearer(house, secret) is not None
    (row,) = [row for row in command("token", "list", "--json").lines if row["name"] == "夜间导入"]
    assert (row["scopes"], row["state"]) == (["cases"], "valid")
    assert command("token", "revoke", str(row["id"])).code == 0
    assert people.bearer(house, secret) is None
    assert command("token", "revoke", "999").code == 3
