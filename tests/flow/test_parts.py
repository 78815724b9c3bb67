"""Files that arrive in parts: a broken line loses nothing, nothing is sent or kept twice, and the parts go when the receipt is there."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from dossier import people
from dossier.app import recover
from dossier.demo.papers import orders
from dossier.desks import parts as desk
from dossier.office import Office
from dossier.web.site import create_app
from tests.support.office import CASE_NO, PASSWORD, TEAM, open_test_office, operator_of
from tests.support.paperfiles import READER, pdf
from tests.support.webclient import Person

PART = 4096


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_test_office(tmp_path_factory.mktemp("parts") / "home", reader=READER, max_upload_mb="1")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(office: Office) -> Flask:
    return create_app(office)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def cut(data: bytes) -> list[bytes]:
    return [data[at : at + PART] for at in range(0, len(data), PART)]


def send(person: Person, part: bytes, sha256: str | None = None) -> TestResponse:
    form: dict[str, Any] = {"sha256": sha256 or sha(part), "part": (io.BytesIO(part), "part")}
    return person.post("/api/parts", form, accept="application/json")


def ask(person: Person, path: str, body: dict[str, Any]) -> TestResponse:
    return person.client.post(path, json=body, headers={"X-CSRFToken": person.token, "Accept": "application/json"})


def kept(office: Office, parts: Sequence[bytes]) -> int:
    digests = {sha(part) for part in parts}
    return sum(path.name.partition(".")[0] in digests for path in (office.settings.home / "parts").glob("*/*"))


def lacking(person: Person, data: bytes) -> Any:
    body = {"case_no": CASE_NO, "files": [sha(data)], "parts": [sha(part) for part in cut(data)]}
    return ask(person, "/api/parts/missing", body).get_json()


def hand(person: Person, data: bytes, *, key: str, whole: str | None = None, parts: Sequence[str] | None = None) -> TestResponse:
    file = {"name": "a.pdf", "sha256": whole or sha(data), "parts": parts or [sha(part) for part in cut(data)]}
    return ask(person, "/api/hand-overs/from-parts", {"case_no": CASE_NO, "files": [file], "key": key})


def test_a_broken_line_goes_on_where_it_stopped_and_the_parts_go_with_the_receipt(app: Flask, office: Office) -> None:
    team, data = Person(app, "team1"), pdf(orders.ACCEPTANCE)
    parts = cut(data)
    assert len(parts) > 2
    assert lacking(team, data)["missing"] == [sha(part) for part in parts]
    assert send(team, parts[0]).get_json() == {"sha256": sha(parts[0]), "bytes": PART}
    assert send(team, parts[0]).status_code == 200
    assert lacking(team, data)["missing"] == [sha(part) for part in parts[1:]]
    assert hand(team, data, key="first").get_json()["files"][0]["error"]["code"] == "part_missing"
    for part in parts[1:]:
        send(team, part)
    assert kept(office, parts) == len(parts)
    receipt = hand(team, data, key="first").get_json()
    assert [file["sha256"] for file in receipt["files"]] == [sha(data)]
    assert kept(office, parts) == 0
    assert hand(team, data, key="first").get_json() == receipt
    assert lacking(team, data)["known"] == [{"sha256": sha(data), "receipt_no": receipt["receipt_no"]}]


def test_damaged_bytes_are_not_taken(app: Flask) -> None:
    team, data = Person(app, "team1"), pdf(orders.NOTICE_DEBTOR)
    assert send(team, b"else", sha(data)).get_json()["error"]["code"] == "part_damaged"
    for part in cut(data):
        send(team, part)
    wrong = hand(team, data, key="wrong", whole=sha(b"else"))
    assert (wrong.status_code, wrong.get_json()["files"][0]["error"]["code"]) == (422, "part_damaged")
    assert lacking(team, data)["missing"] == []


def test_parts_are_their_senders_alone_and_have_a_limit(app: Flask, office: Office) -> None:
    clerk, other = Person(app, "clerk"), b"x" * 400_000
    assert send(clerk, other).status_code == 200
    assert lacking(clerk, other)["missing"] == [sha(part) for part in dict.fromkeys(cut(other))]
    assert ask(clerk, "/api/parts/missing", {"case_no": CASE_NO, "files": [], "parts": [sha(other)]}).get_json()["missing"] == []
    team = Person(app, "team1")
    assert ask(team, "/api/parts/missing", {"case_no": CASE_NO, "files": [], "parts": [sha(other)]}).get_json()["missing"] == [sha(other)]
    assert send(clerk, b"z" * 400_000).status_code == 200
    full = send(clerk, b"y" * 400_000)
    assert (full.status_code, full.get_json()["error"]["code"]) == (413, "parts_full")
    strange = ask(team, "/api/parts/missing", {"case_no": "（2026）豫9924执999号", "files": [], "parts": []})
    assert strange.get_json()["error"]["code"] == "case_unknown"
    assert Person(app, "director").post("/api/parts", {}, accept="application/json").status_code == 403


def test_forgotten_parts_go_after_a_week(app: Flask, office: Office) -> None:
    part = b"forgotten"
    send(Person(app, "team1"), part)
    (path,) = (office.settings.home / "parts").glob(f"*/{sha(part)}.*")
    assert not any(path.name in told for told in recover(office))
    os.utime(path, (0, 0))
    assert any(path.name in told for told in recover(office))
    assert not path.exists()


def test_one_part_that_stands_in_a_file_many_times_does_not_fill_the_disk(app: Flask, office: Office) -> None:
    team, part = Person(app, "team1"), b"w" * 100_000
    send(team, part)
    grown = hand(team, part * 11, key="grown", parts=[sha(part)] * 11)
    assert (grown.status_code, grown.get_json()["error"]["code"]) == (413, "too_large")
    assert hand(team, part * 2, key="small", parts=[sha(part)] * 2).get_json()["files"][0]["error"]["code"] != "too_large"


def test_a_person_has_so_many_parts_at_most(app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    people.add(office, operator_of(office), login="team2", display="team2", roles=["team"], team=TEAM, password=PASSWORD, must_change=False)
    team = Person(app, "team2")
    monkeypatch.setattr(desk, "MOST_PARTS", 2)
    assert [send(team, bytes([number])).status_code for number in (1, 2, 3, 1)] == [200, 200, 413, 200]


def test_a_part_that_a_hand_over_takes_meanwhile_is_taken_again(app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another request deletes the parts between this one's look into the folder and its look at the file."""
    team, part, gone = Person(app, "team1"), b"meanwhile", sha(b"meanwhile")
    monkeypatch.setattr(desk, "_held", lambda _spool: {gone: f"{gone}.{'0' * 32}"})
    assert send(team, part).get_json() == {"sha256": gone, "bytes": len(part)}
    assert hand(team, part, key="gone").get_json()["files"][0]["error"]["code"] == "part_missing"
