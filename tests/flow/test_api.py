"""The JSON door: what each write takes, that a key is done once, that errors are typed, and what it tells of itself."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from dossier import people
from dossier.desks import repeating
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records.tables import Answer, Event
from dossier.web import api_acts
from dossier.web.once import HEADER, REPLAYED
from dossier.web.site import create_app
from tests.support.office import CASE, CASE_NO, fixed_clock, open_test_office
from tests.support.webclient import Person

EVENTS = f"/api/cases/{quote(CASE_NO)}/events"
HAN = re.compile("[\u4e00-\u9fff]")
TOLD = {"anchor": "filing", "date": "2026-08-17"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_test_office(tmp_path_factory.mktemp("api") / "home")
    yield opened
    opened.close()


@pytest.fixture
def app(house: Office) -> Flask:
    return create_app(house)


def ask(person: Person, path: str, body: Any, **headers: str) -> TestResponse:
    return person.client.post(
        path, data=json.dumps(body), content_type="application/json", headers={"X-CSRFToken": person.token, **headers}
    )


def error(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["error"]["code"]


def test_a_case_and_its_events_come_in_as_files(app: Flask, house: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = Person(app, "clerk")
    rows = json.dumps([{**CASE, "case_no": "（2026）豫9924执120号"}], ensure_ascii=False).encode()
    answer = clerk.post("/api/cases/import", {"file": (io.BytesIO(rows), "cases.json")})
    assert answer.get_json() == {"created": 1, "updated": 0, "unchanged": 0, "warnings": []}
    table = "case_no,anchor,date\n（2026）豫9924执120号,filing,2026-08-18\n".encode()
    answer = clerk.post("/api/events/import", {"file": (io.BytesIO(table), "events.csv")})
    assert answer.get_json() == {"recorded": 1, "corrected": 0, "unchanged": 0}
    for bad in (b"a,b\n1,2\n", b"case_no,anchor,date\n1\x002,filing,2026-08-17\n"):
        assert error(clerk.post("/api/events/import", {"file": (io.BytesIO(bad), "x.csv")})) == (400, "event_import_bad")
    assert error(clerk.post("/api/cases/import")) == (400, "no_files")
    with monkeypatch.context() as patched:
        patched.setattr(api_acts, "MOST_IMPORTED", 0)
        assert error(clerk.post("/api/cases/import", {"file": (io.BytesIO(rows), "x.csv")})) == (400, "bad_request")
    assert error(Person(app, "team1").post("/api/cases/import", {"file": (io.BytesIO(rows), "x")})) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "bad_request"),
        ([], "bad_request"),
        ("x", "bad_request"),
        ({"anchor": 1, "date": "2026-08-17"}, "bad_request"),
        ({"anchor": "", "date": "2026-08-17"}, "bad_request"),
        ({"anchor": "a\x00b", "date": "2026-08-17"}, "bad_request"),
        ({"anchor": "\ud800", "date": "2026-08-17"}, "bad_request"),
        ({"anchor": "filing", "date": "2026-13-01"}, "date_bad"),
        ({"anchor": "filing", "date": "0001-01-01"}, "date_bad"),
        ({"anchor": "nothing", "date": "2026-08-17"}, "anchor_unknown"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(app: Flask, body: Any, code: str) -> None:
    answer = ask(Person(app, "clerk"), EVENTS, body)
    assert error(answer) == (400, code)
    assert not HAN.search(answer.get_json()["error"]["message_en"])


@pytest.mark.parametrize("path", ["/api/pages/99999999999999999999999", "/api/cases/a%00b", "/api/hand-overs/none", "/api/nothing"])
def test_what_no_database_can_hold_is_not_there(app: Flask, path: str) -> None:
    assert error(Person(app, "clerk").get(path)) == (404, "not_found")


LINE = "（2026）豫9924执121号,filing,2026-08-17\n"
HEAD = "case_no,anchor,date\n"
WRONG_EVENTS = (b"\xff\xff\xff", HEAD, "a,b\n1,2\n", HEAD + "1,2\n", HEAD + "1,2,3,4\n", HEAD + LINE, "case_no,anchor,date,more\n" + LINE.strip() + ",\n",
                HEAD + LINE.replace("121", "118").replace("filing", "x"), HEAD + LINE.replace("121", "118").replace("17", "40"))  # fmt: skip
WRONG_CASES = (b"\xff\xff\xff", "[1]", "{", "[]", "a,b\n1\n", {"kind": "x"}, {"filed_on": "soon"}, {"amount": "many"}, {"court": ""}, {"more": "1"},
               {"case_no": "12"}, {"closed_on": "2001-01-01"}, {"closed_on": "2199-01-01"}, {"closing_mode": "x"}, {"clerk": "x" * 501}, {"profile": "x"})  # fmt: skip
NOT_WORDS = re.compile(r"（\d+）豫9924执\d+号|\S*、\S*")


def test_what_is_wrong_with_a_file_is_told_in_both_languages(app: Flask) -> None:
    clerk = Person(app, "clerk")
    files: list[tuple[str, Any]] = [*(("events", one) for one in WRONG_EVENTS), *(("cases", one) for one in WRONG_CASES)]
    for what, said in files:
        text = json.dumps([{**CASE, **said}], ensure_ascii=False) if isinstance(said, dict) else said
        data = text if isinstance(text, bytes) else text.encode()
        told = clerk.post(f"/api/{what}/import", {"file": (io.BytesIO(data), "x")}).get_json()["error"]
        assert told["code"] == ("event_import_bad" if what == "events" else "case_import_bad"), said
        assert HAN.search(told["message"]), said
        assert not HAN.search(NOT_WORDS.sub("", told["message_en"])), told["message_en"]


def test_a_key_is_done_once_and_answered_alike(app: Flask, house: Office) -> None:
    clerk = Person(app, "clerk")
    first, second = (ask(clerk, EVENTS, TOLD, **{HEADER: "k-1"}) for _ in range(2))
    assert (first.status_code, first.data) == (second.status_code, second.data) == (201, first.data)
    assert REPLAYED not in first.headers
    assert second.headers[REPLAYED] == "true"
    assert error(ask(clerk, EVENTS, {**TOLD, "date": "2026-08-18"}, **{HEADER: "k-1"})) == (409, "key_reused")
    with house.db.read() as session:
        events = select(func.count()).select_from(Event).where(Event.anchor == "filing", Event.on_day == CASE["filed_on"])
        assert session.execute(events.where(Event.source == "feed")).scalar_one() == 1


def test_a_key_belongs_to_its_sender_and_a_refusal_leaves_it_free(app: Flask) -> None:
    clerk, member = Person(app, "clerk"), Person(app, "team1")
    assert error(ask(clerk, EVENTS, {"anchor": "nothing", "date": "2026-08-17"}, **{HEADER: "k-2"})) == (400, "anchor_unknown")
    assert ask(clerk, EVENTS, TOLD, **{HEADER: "k-2"}).status_code == 201
    assert ask(member, EVENTS, {**TOLD, "date": "2026-08-19"}, **{HEADER: "k-2"}).status_code == 201
    assert error(ask(clerk, EVENTS, TOLD, **{HEADER: "two words"})) == (400, "bad_request")


def test_a_file_sent_again_in_another_envelope_is_the_same_request(app: Flask) -> None:
    clerk = Person(app, "clerk")
    rows = json.dumps([CASE], ensure_ascii=False).encode()
    answers = [clerk.post("/api/cases/import", {"file": (io.BytesIO(rows), "c.json")}, **{HEADER: "k-3"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].headers[REPLAYED] == "true"
    other = clerk.post("/api/cases/import", {"file": (io.BytesIO(rows + b" "), "c.json")}, **{HEADER: "k-3"})
    assert error(other) == (409, "key_reused")


def test_a_key_is_busy_until_its_process_is_surely_dead(house: Office, tmp_path: Path) -> None:
    clerk = people.acting_as(house, "clerk")
    assert repeating.begin(house, clerk, "k-4", "same") is None
    with pytest.raises(DossierError) as caught:
        repeating.begin(house, clerk, "k-4", "same")
    assert caught.value.code == "key_busy"
    later = open_test_office(tmp_path / "later", clock=fixed_clock(house.clock.now() + repeating.CLAIM))
    clerk = people.acting_as(later, "clerk")
    with later.db.write() as session:
        session.add(Answer(person_id=clerk.id, key="k", asked="same", at=house.clock.now()))
        session.add(Answer(person_id=clerk.id, key="old", asked="x", at=house.clock.now() - repeating.KEPT_FOR - timedelta(days=1)))
    assert repeating.begin(later, clerk, "k", "same") is None
    with later.db.read() as session:
        assert list(session.execute(select(Answer.key)).scalars()) == ["k"]
    later.close()


def test_a_waiver_is_given_and_taken_back(app: Flask) -> None:
    director = Person(app, "director")
    place = f"/api/cases/{quote(CASE_NO)}/waivers"
    target = "title_document"
    given = ask(director, place, {"target": target, "reason": "当事人已确认"})
    assert (given.status_code, given.get_json()["target"]) == (201, target)
    assert ask(director, f"{place}/withdraw", {"target": target, "reason": "误免"}).get_json()["target"] == target
    assert error(ask(director, f"{place}/withdraw", {"target": target, "reason": "误免"})) == (404, "waiver_unknown")


def test_figures_rules_working_days_and_checks_are_there_too(app: Flask, house: Office) -> None:
    clerk = Person(app, "clerk")
    assert clerk.get("/api/figures/overdue?from=2026-08-01&until=2026-08-31").get_json()["court"] == house.settings.court
    assert clerk.get("/api/figures/returns.xlsx").data[:2] == b"PK"
    assert clerk.get("/api/workdays/add?from=2026-02-13&days=2").get_json() == {"date": "2026-02-24", "provisional": False}
    assert clerk.get("/api/workdays/between?from=2026-02-13&until=2026-02-24").get_json() == {"workdays": 2}
    assert clerk.get("/api/rules/service").status_code == 200
    assert error(clerk.get("/api/rules/nothing-there")) == (404, "rule_unnamed")
    assert error(clerk.get("/api/search?q=a&limit=0")) == (400, "bad_request")
    assert clerk.get(f"/api/cases/{quote(CASE_NO)}/volumes/main").get_json()["entries"] == []
    assert error(clerk.get(f"/api/cases/{quote(CASE_NO)}/volumes/sub")) == (404, "not_found")
    assert error(clerk.get(f"/api/cases/{quote(CASE_NO)}/volumes/main.pdf")) == (404, "volume_empty")


def test_anybody_may_read_what_the_api_is_and_the_signed_in_may_try_it(app: Flask) -> None:
    told = Person(app).get("/api/openapi.json").get_json()
    assert told["openapi"] == "3.1.0"
    assert told["paths"]["/api/cases/{case_no}/events"]["post"]["requestBody"]["content"]["application/json"]["schema"]["required"] == [
        "anchor",
        "date",
    ]
    shown = Person(app, "clerk").get("/api").text
    assert all(path in shown for path in told["paths"])
    assert Person(app).get("/api").status_code in (303, 401)
