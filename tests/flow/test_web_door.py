"""The web door itself: who gets in, what each route declares, what every answer carries, and that the unseen looks like the absent."""

from __future__ import annotations

import io
import json
import re
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask

from dossier import access, people
from dossier.clock import Clock
from dossier.desks import cases
from dossier.office import Office
from dossier.web.guard import PUBLIC
from dossier.web.site import POLICY, create_app, secret_key
from tests.support.office import CASE, CASE_NO, NOW, PASSWORD, TEAM, open_test_office, operator_of
from tests.support.webclient import Person

# Reached without signing in; whoever adds to this list decides for every case in the house.
OPEN = {"/healthz", "/readyz", "/sign-in", "/api/openapi.json", "/static/<path:filename>", "/language/<any(zh, en):chosen>"}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_test_office(tmp_path_factory.mktemp("house") / "home")
    operator = operator_of(opened)
    other = CASE | {"case_no": "（2026）豫9924执119号", "team": "执行实施二团队"}
    cases.import_cases(opened, operator, json.dumps([other], ensure_ascii=False).encode())
    people.add(opened, operator, login="auditor", display="审计员", roles=["auditor"], team=None, password=PASSWORD, must_change=False)
    yield opened
    opened.close()


@pytest.fixture
def app(house: Office) -> Flask:
    return create_app(house)


def test_every_route_declares_its_action_and_only_the_known_ones_are_open(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        action = PUBLIC if rule.endpoint == "static" else getattr(app.view_functions[rule.endpoint], "action", None)
        assert action is not None, f"{rule.rule} declares no action"
        assert (action == PUBLIC) == (rule.rule in OPEN), rule.rule
        assert action == PUBLIC or action in access.ACTIONS


@pytest.mark.parametrize(
    "path", ["/", "/hand-overs", "/cases", f"/cases/{quote(CASE_NO)}", "/search?q=a", "/pages/1", "/pages/1.jpg", "/metrics"]
)
def test_nothing_is_shown_to_somebody_who_is_not_signed_in(app: Flask, path: str) -> None:
    nobody = Person(app)
    answer = nobody.get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in?next=")
    assert nobody.get(path, "application/json").get_json()["error"]["code"] == "signed_out"


@pytest.mark.parametrize("path", ["/healthz", "/sign-in", "/nothing", "/static/css/base.css", "/cases", "/api/cases"])
def test_every_answer_carries_the_strict_headers(app: Flask, path: str) -> None:
    answer = Person(app).get(path)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert path.startswith("/static") or answer.headers["Cache-Control"] == "no-store"
    assert "unsafe" not in POLICY


def test_no_template_has_a_style_or_script_of_its_own_or_asks_anybody_else() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*src=)|https?://", text), path
    for path in (ROOT / "dossier" / "web" / "static").rglob("*"):
        if path.suffix in (".css", ".js") and "vendor" not in path.parts:
            # The name of SVG is no address: nobody asks there.
            text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
            assert not re.search(r"https?://|@import", text), path


def test_a_write_without_the_sessions_token_does_nothing(app: Flask) -> None:
    person = Person(app, "clerk")
    answer = person.client.post("/hand-overs", data={"case_no": CASE_NO})
    assert answer.status_code == 400
    person.token = Person(app).token
    assert person.post("/hand-overs", {"case_no": CASE_NO}, "application/json").get_json()["error"]["code"] == "csrf"


def _without_token(text: str) -> str:
    """A form's token carries the second in which it was made, the switch of the language the address that was asked for."""
    return re.sub(r'(name="(?:csrf[-_]token|next)" (?:content|value)=")[^"]*', r"\1", text)


def test_a_case_of_another_team_looks_like_one_that_is_not_there(app: Flask) -> None:
    person = Person(app, "team1")
    hidden, absent = (f"（2026）豫9924执{number}号" for number in (119, 999))
    for path in ("/cases/{}", "/cases/{}/check", "/api/cases/{}"):
        first, second = (person.get(path.format(quote(case_no))) for case_no in (hidden, absent))
        assert (first.status_code, second.status_code) == (404, 404)
        assert _without_token(first.text) == _without_token(second.text)
    for case_no in (hidden, absent):
        form = {"case_no": case_no, "files": (io.BytesIO(b"x"), "a.pdf")}
        error = person.post("/api/hand-overs", form).get_json()["error"]
        assert (error["code"], case_no in error["message"]) == ("case_unknown", True)


def test_the_cookie_is_closed_to_scripts_and_other_sites(app: Flask) -> None:
    person = Person(app)
    cookie = person.sign_in("clerk").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_wrong_password_and_an_unknown_login_are_told_alike(app: Flask) -> None:
    answers = [Person(app).sign_in(login, "wrong-password") for login in ("clerk", "nobody")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].get_json() == answers[1].get_json()


def test_after_sign_in_one_gets_where_one_wanted_to_go_but_never_to_another_site(app: Flask) -> None:
    for wanted, reached in (("/cases", "/cases"), ("//evil.example", "/"), ("https://evil.example", "/"), ("/\\evil.example", "/")):
        answer = Person(app).post("/sign-in", {"login": "clerk", "password": PASSWORD, "next": wanted})
        assert answer.headers["Location"] == reached


def test_signing_out_ends_a_copied_session_too(app: Flask) -> None:
    person = Person(app, "clerk")
    copied = person.client.get_cookie("dossier")
    assert copied is not None
    assert person.post("/sign-out").status_code == 303
    thief = Person(app)
    thief.client.set_cookie("dossier", copied.value)
    assert thief.get("/cases").status_code == 303


def test_a_new_password_ends_the_sessions_of_the_old_one(app: Flask, house: Office) -> None:
    person = Person(app, "director")
    assert person.get("/cases").status_code == 200
    people.set_password(house, operator_of(house), "director", PASSWORD)
    assert person.get("/cases").headers["Location"].startswith("/sign-in")


def test_a_session_ends_after_its_hours(app: Flask, house: Office) -> None:
    person = Person(app, "clerk")
    minutes = [*range(0, house.settings.session_hours * 60, house.settings.idle_minutes - 1), house.settings.session_hours * 60]
    for minute in minutes:
        later, status = NOW + timedelta(minutes=minute), 303 if minute == minutes[-1] else 200
        app.extensions["office"] = replace(house, clock=Clock(lambda moment=later: moment))  # type: ignore[misc]
        assert person.get("/cases").status_code == status


def test_a_first_password_must_be_changed_before_anything_else(app: Flask, house: Office) -> None:
    people.add(house, operator_of(house), login="new", display="新人", roles=["team"], team=TEAM, password=PASSWORD, must_change=True)
    person = Person(app, "new")
    assert person.get("/cases").headers["Location"] == "/password"
    assert person.get("/api/cases").get_json()["error"]["code"] == "must_change"
    form = {"old": PASSWORD, "new": "Another-long-password", "again": "Another-long-password"}
    assert person.post("/password", form | {"again": "Different-long-one"}).status_code == 400
    assert person.post("/password", form | {"old": "wrong"}).status_code == 401
    assert person.post("/password", form).status_code == 303
    assert person.get("/cases").status_code == 200


def test_the_signing_key_is_made_once_and_is_its_owners(tmp_path: Path) -> None:
    first = secret_key(tmp_path / "web.key")
    assert secret_key(tmp_path / "web.key") == first
    assert len(first) == 32
    assert stat.S_IMODE((tmp_path / "web.key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["web.key"]


def test_health_is_told_to_anybody_and_numbers_to_those_who_watch(app: Flask) -> None:
    assert Person(app).get("/healthz").get_json() == {"status": "up"}
    ready = Person(app).get("/readyz")
    assert ready.status_code == 200
    assert ready.get_json()["database"] == "current"
    assert Person(app, "clerk").get("/metrics").status_code == 403
    assert 'dossier_jobs{state="queued"}' in Person(app, "auditor").get("/metrics").text


def test_an_unexpected_error_is_a_number_not_a_trace(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("dossier.desks.caselist.listing", broken)
    answer = Person(app, "clerk").get("/cases")
    assert answer.status_code == 500
    assert "系统内部错误" in answer.text
    assert "secret" not in answer.text
