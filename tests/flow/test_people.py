"""People through the doors: locked out with a growing wait, accounts without rights, rights without accounts, substitutes under both names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter

from dossier import people
from dossier.clock import Clock
from dossier.errors import DossierError
from dossier.office import Office
from dossier.people.passwords import Policy, wrong_with
from dossier.people.tries import TRIES, Bar
from dossier.records.tables import LedgerEvent
from dossier.web.guard import PUBLIC
from dossier.web.site import create_app
from tests.support.access_table import COLUMNS, parse
from tests.support.commands import CommandLine
from tests.support.office import CASE_NO, NOW, PASSWORD, TEAM, open_test_office, operator_of
from tests.support.pages_of_docs import page
from tests.support.webclient import Person

WRONG = "Wrong-password"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_test_office(tmp_path_factory.mktemp("house") / "home")
    operator = operator_of(opened)
    for login, role in (("sys", "system_admin"), ("sec", "security_admin"), ("aud", "auditor"), ("deputy", "reviewer")):
        people.add(opened, operator, login=login, display=login, roles=[role], team=None, password=PASSWORD, must_change=False)
    yield opened
    opened.close()


@pytest.fixture
def app(house: Office) -> Flask:
    return create_app(house)


def at(app: Flask, house: Office, **later: float) -> None:
    """Moves the application's clock."""
    moment = NOW + timedelta(**later)
    app.extensions["office"] = replace(house, clock=Clock(lambda: moment))


def events(house: Office, action: str) -> list[LedgerEvent]:
    with house.db.read() as session:
        return list(session.execute(select(LedgerEvent).where(LedgerEvent.action == action).order_by(LedgerEvent.seq)).scalars())


def test_failed_tries_close_the_door_for_longer_and_longer_also_after_a_restart(app: Flask, house: Office) -> None:
    for login in ("team1", "nobody-of-this-name"):
        at(app, house)
        told = [Person(app).sign_in(login, WRONG) for _ in range(TRIES + 1)]
        assert [answer.status_code for answer in told] == [401] * TRIES + [429]
        assert Person(create_app(house)).sign_in(login).get_json()["error"]["message"].count("1 分钟") == 1
        at(app, house, minutes=1)
        assert Person(app).sign_in(login, WRONG).status_code == 401
        at(app, house, minutes=2)
        assert Person(app).sign_in(login).status_code == 429
    at(app, house, minutes=3)
    assert Person(app).sign_in("team1").status_code == 200
    assert Person(app).sign_in("team1", WRONG).status_code == 401
    assert events(house, "sign_in.locked")[-1].detail == {"address": "127.0.0.1"}


def test_a_character_that_no_database_keeps_is_a_bad_request_before_anybody_is_asked(app: Flask) -> None:
    answer = Person(app).sign_in("a\x00b")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (400, "bad_request")
    assert Person(app, "clerk").post("/account/mail", {"mail": "a\x00@b.example"}, "application/json").status_code == 400


def test_the_wait_doubles_to_its_limit_whatever_the_number() -> None:
    bar = Bar("x", 5, 60, timedelta(days=1))
    assert [bar.minutes(n) for n in (0, 4, 5, 6, 7, 10, 11, 10**9)] == [0, 0, 1, 2, 4, 32, 60, 60]


def test_an_administrator_opens_a_waiting_account_again(app: Flask, house: Office) -> None:
    for _ in range(TRIES):
        Person(app).sign_in("clerk", WRONG)
    assert Person(app).sign_in("clerk").status_code == 429
    admin = Person(app, "sys")
    assert "暂停登录" in admin.get("/people/clerk").text
    assert admin.post("/people/clerk/enable").status_code == 303
    assert Person(app).sign_in("clerk").status_code == 200


@pytest.mark.parametrize(
    ("password", "policy", "good"),
    [
        ("Aa1aaaaaaa", Policy(1, None), False),
        ("short-Aa1", Policy(1, None), False),
        ("long enough words", Policy(1, None), True),
        ("long enough words", Policy(3, 90), False),
        ("Long enough words", Policy(3, 90), True),
        ("zhangsan-Long-1", Policy(1, None), False),
    ],
)
def test_the_policy_judges_passwords(password: str, policy: Policy, good: bool) -> None:
    assert (wrong_with(password, "zhangsan", policy) is None) is good


def test_an_old_password_must_be_changed_where_the_policy_says_so(app: Flask, house: Office) -> None:
    at(app, house, days=90)
    assert Person(app, "director").get("/cases").headers["Location"] == "/password"
    relaxed = replace(app.extensions["office"], settings=replace(house.settings, password_policy="asvs"))
    app.extensions["office"] = relaxed
    assert Person(app, "director").get("/cases").status_code == 200


def test_a_session_without_requests_ends_and_the_pages_own_questions_do_not_keep_it_awake(app: Flask, house: Office) -> None:
    person, idle = Person(app, "clerk"), house.settings.idle_minutes
    at(app, house, minutes=idle - 1)
    assert person.get("/api/hand-overs/none/progress").status_code == 404
    at(app, house, minutes=idle)
    assert person.get("/cases").status_code == 303


def test_the_system_administrator_makes_an_account_without_rights_and_the_security_administrator_gives_them(
    app: Flask, house: Office
) -> None:
    admin, security = Person(app, "sys"), Person(app, "sec")
    assert admin.post("/people/new", {"login": "x y", "display": "x"}).status_code == 400
    made = admin.post("/people/new", {"login": "li4", "display": "李测试", "team": TEAM})
    secret = re.search(r'class="secret">([^<]+)<', made.text)
    assert secret is not None
    person = Person(app, "li4", secret[1])
    form = {"old": secret[1], "new": "My-own-long-password", "again": "My-own-long-password"}
    assert person.post("/password", form).status_code == 303
    assert person.get("/cases").status_code == 403
    assert "尚未授权" in person.get("/account").text
    assert admin.post("/people/li4/roles", {"role": "team"}).status_code == 403
    assert security.post("/people/new", {"login": "y1"}).status_code == 403
    assert security.post("/people/li4/roles", {"role": ["team", "sub_reader"]}).status_code == 303
    assert person.get(f"/cases/{quote(CASE_NO)}").status_code == 200
    assert security.post("/people/li4/disable", {"reason": "x"}).status_code == 403
    assert admin.post("/people/li4/disable", {"reason": "调离"}).status_code == 303
    assert person.get("/cases").status_code == 303
    assert Person(app).sign_in("li4", "My-own-long-password").get_json()["error"]["code"] == "sign_in_failed"
    page = security.get("/people/li4").text
    assert "调离" in page
    assert "登录失败" in page


def test_the_three_administrators_are_apart_and_nobody_acts_upon_themselves(app: Flask, house: Office) -> None:
    security = Person(app, "sec")
    for roles in (["system_admin", "security_admin"], ["auditor", "system_admin"], ["auditor", "clerk"], ["system_admin", "sub_reader"]):
        error = security.post("/people/deputy/roles", {"role": roles}, "application/json").get_json()["error"]
        assert error["code"] == "roles_conflict"
    for login, path in (("sec", "roles"), ("sec", "team")):
        error = security.post(f"/people/{login}/{path}", {"role": "auditor"}, "application/json").get_json()["error"]
        assert error["code"] == "own_account"
    admin = Person(app, "sys")
    assert admin.post("/people/sys/disable", {"reason": "x"}, "application/json").get_json()["error"]["code"] == "own_account"
    assert admin.post("/people/system/password", {}, "application/json").status_code == 403
    compact = replace(house, settings=replace(house.settings, administrators="compact"))
    people.grant(compact, operator_of(house), "sys", ["system_admin", "security_admin"])
    with pytest.raises(DossierError) as caught:
        people.grant(compact, operator_of(house), "sys", ["system_admin", "auditor"])
    assert caught.value.code == "roles_conflict"
    people.grant(house, operator_of(house), "sys", ["system_admin"])


@pytest.mark.parametrize("login", ["sys", "sec", "aud"])
def test_administrators_see_people_and_no_case(app: Flask, login: str) -> None:
    person = Person(app, login)
    assert person.get("/").headers["Location"] == "/people"
    assert person.get("/people").status_code == 200
    assert person.get(f"/cases/{quote(CASE_NO)}").status_code == 404
    for path in ("/cases", "/hand-overs", "/search?q=a", "/figures/overdue"):
        assert person.get(path).status_code == 403
    assert Person(app, "deputy").get("/people").status_code == 403


def test_a_substitute_acts_with_the_rights_of_the_other_and_under_both_names_for_these_days_only(app: Flask, house: Office) -> None:
    director, deputy, today = Person(app, "director"), Person(app, "deputy"), house.today()
    days = {"from": today.isoformat(), "until": (today + timedelta(days=2)).isoformat(), "reason": "出差"}
    assert director.post("/account/substitutes", {"substitute": "nobody", **days}).status_code == 404
    assert director.post("/account/substitutes", {"substitute": "sec", **days}).status_code == 409
    assert director.post("/account/substitutes", {"substitute": "deputy", **days, "until": "2026-01-01"}).status_code == 409
    assert deputy.post("/account/act-for", {"login": "director"}).status_code == 409
    assert director.post("/account/substitutes", {"substitute": "deputy", **days}).status_code == 303
    assert deputy.get("/hand-overs").status_code == 403
    assert "以其名义办理" in deputy.get("/account").text
    assert deputy.post("/account/act-for", {"login": "director"}).status_code == 303
    assert "代理中" in deputy.get("/hand-overs").text
    assert deputy.get(f"/cases/{quote(CASE_NO)}").status_code == 200
    assert events(house, "case.read")[-1].actor == "deputy（代 director）"
    assert events(house, "user.substitute.begin")[-1].detail == {"substitute": "deputy"}
    at(app, house, days=3)
    assert Person(app).sign_in("deputy").status_code == 200
    assert people.resume(app.extensions["office"], "deputy", 0, "director") is not None
    standing = people.resume(app.extensions["office"], "deputy", 0, "director")
    assert standing is not None
    assert standing.actor.roles == {"reviewer"}


def test_a_clearance_does_not_go_over_and_a_substitute_names_no_other(house: Office) -> None:
    operator = operator_of(house)
    people.grant(house, operator, "director", ["director", "sub_reader"])
    first, last = date(2026, 9, 1), date(2026, 9, 30)
    people.name_substitute(house, operator, "director", "clerk", first, last, "休假")
    standing = people.resume(house, "clerk", _stamp(house, "clerk"), "director")
    assert standing is not None
    assert standing.actor.roles == {"director"}
    assert standing.actor.persons == {people.acting_as(house, login).id for login in ("clerk", "director")}
    with pytest.raises(DossierError):
        people.name_substitute(house, standing.actor, "director", "team1", first, last, "x")


def _stamp(house: Office, login: str) -> int:
    stamps = (number for number in range(50) if people.resume(house, login, number) is not None)
    return next(stamps)


def test_the_command_line_keeps_people_with_the_same_rights(tmp_path: Path) -> None:
    command = CommandLine(tmp_path / "home")
    made = command("init")
    assert made.out.count("一次性密码") == 3
    assert command("init").out == ""
    assert command("--as", "admin", "user", "add", "li4", "--name", "李测试", "--role", "clerk").code == 4
    assert command("--as", "admin", "user", "add", "li4", "--name", "李测试").code == 0
    assert command("--as", "admin", "user", "grant", "li4", "--role", "director").code == 4
    assert command("--as", "security", "user", "grant", "li4", "--role", "director").code == 0
    assert command("user", "add", "wang5", "--name", "王某甲", "--role", "clerk").code == 0
    assert command("team", "add", "执行实施三团队").code == 0
    assert command("team", "list").out.split() == ["执行实施三团队"]
    assert command("--as", "security", "user", "team", "wang5", "执行实施三团队").code == 0
    days = ("--from", "2026-01-01", "--until", "2099-12-31", "--reason", "出差")
    assert command("--as", "li4", "user", "substitute", "li4", "wang5", *days).code == 0
    assert command("--as", "wang5", "--for", "li4", "case", "list", "--json").code == 0
    (row,) = command("--as", "li4", "user", "substitutes", "--json").lines
    assert (row["substitute"], row["ended"]) == ("wang5", False)
    assert command("--as", "li4", "user", "substitutes", "--end", str(row["id"])).code == 0
    assert command("--as", "wang5", "--for", "li4", "case", "list").code == 4
    assert command("--as", "admin", "user", "disable", "wang5", "--reason", "调离").code == 0
    assert command("--as", "wang5", "case", "list").code == 3
    assert command("--as", "admin", "user", "enable", "wang5").code == 0
    known = {row["login"]: row for row in command("--as", "auditor", "user", "list", "--json").lines}
    assert (known["wang5"]["team"], known["wang5"]["disabled"], known["li4"]["roles"]) == ("执行实施三团队", False, ["director"])


def some_value(converter: BaseConverter) -> object:
    """Anything that such a part of an address may be."""
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 1 if isinstance(converter, IntegerConverter) else "x"


def test_every_route_refuses_every_role_that_the_table_leaves_blank(app: Flask, house: Office) -> None:
    operator, marks = operator_of(house), parse(page("access.md"))
    roles = [role for role in COLUMNS if role != "operator"]
    adapter = app.url_map.bind("localhost")
    for role in roles:
        people.add(house, operator, login=f"only_{role}", display=role, roles=[role], team=None, password=PASSWORD, must_change=False)
        person = Person(app, f"only_{role}")
        for rule in app.url_map.iter_rules():
            action = getattr(app.view_functions[rule.endpoint], "action", PUBLIC)
            if action == PUBLIC or marks[action].marks[role]:
                continue
            path = adapter.build(rule.endpoint, {name: some_value(kind) for name, kind in rule._converters.items()})
            write = "POST" in (rule.methods or ())
            answer = person.post(path, {}, "application/json") if write else person.get(path, "application/json")
            told = (answer.get_json() or {}).get("error", {}).get("code")
            assert (answer.status_code, told) in ((403, "not_allowed"), (404, "not_found")), (role, rule.rule)
