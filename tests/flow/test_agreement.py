"""The confidentiality agreement as a gate: no case before the signed scan is safe, on the page, by token and on the command line."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from dossier import people
from dossier.desks import agreements, uploads, verifying
from dossier.errors import DossierError
from dossier.office import Office
from dossier.web.site import create_app
from tests.support.commands import CommandLine
from tests.support.office import PASSWORD, open_test_office, operator_of, upload
from tests.support.paperfiles import jpeg
from tests.support.webclient import Person


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_test_office(tmp_path_factory.mktemp("house") / "home")
    for login, role in (("sec", "security_admin"), ("admin", "system_admin")):
        people.add(opened, operator_of(opened), login=login, display=login, roles=[role], team=None, password=PASSWORD, must_change=False)
    strict = replace(opened, settings=replace(opened.settings, agreement="required"))
    yield strict
    strict.close()


@pytest.fixture
def app(house: Office) -> Flask:
    return create_app(house)


def form(house: Office, data: bytes, **more: Any) -> dict[str, Any]:
    return {"agreed": "yes", "signed_on": house.today().isoformat(), "scan": (io.BytesIO(data), "保密协议.jpg"), **more}


def test_a_case_is_seen_only_after_the_signed_scan_is_safe_and_again_not_when_it_is_void(app: Flask, house: Office) -> None:
    clerk, security = Person(app, "clerk"), Person(app, "sec")
    assert clerk.get("/cases").headers["Location"] == "/agreement"
    assert clerk.get("/api/cases").get_json()["error"]["code"] == "agreement"
    assert clerk.get("/account").status_code == 303
    assert "未经批准不向任何无关人员透露" in clerk.get("/agreement").text
    before = list(house.spool.keys())
    future = (house.today() + timedelta(days=1)).isoformat()
    for bad in (form(house, b"no picture"), form(house, jpeg(1), agreed=""), form(house, jpeg(1), signed_on=future), {"agreed": "yes"}):
        assert clerk.post("/agreement", bad).status_code in (400, 415, 422)
    assert list(house.spool.keys()) == before
    assert "未签署" in security.get("/people/clerk").text
    assert clerk.post("/agreement", form(house, jpeg(1))).status_code == 303
    assert clerk.get("/cases").status_code == 200
    assert "已签署" in clerk.get("/account").text
    scan = security.get("/people/clerk/agreement/scan")
    assert (scan.data, scan.headers["Content-Disposition"].split(";")[0]) == (jpeg(1), "attachment")
    assert clerk.get("/agreement/scan").data == jpeg(1)
    assert clerk.get("/people/sec/agreement/scan").status_code == 403
    assert Person(app, "admin").post("/people/clerk/agreement/void", {"reason": "x"}).status_code == 403
    assert security.post("/people/clerk/agreement/void", {"reason": ""}).status_code == 303
    assert clerk.get("/cases").status_code == 200
    assert security.post("/people/clerk/agreement/void", {"reason": "没有签字"}).status_code == 303
    assert clerk.get("/cases").status_code == 303
    assert security.get("/people/clerk/agreement/scan").status_code == 404


def test_administrators_need_none_and_tokens_and_the_command_line_ask_for_it_too(app: Flask, house: Office, tmp_path: Path) -> None:
    assert Person(app, "admin").get("/people").status_code == 200
    operator = operator_of(house)
    secret = people.add_token(house, operator, "director", "x", ["read"], 1)
    told = app.test_client().get("/api/cases", headers={"Authorization": f"Bearer {secret}"})
    assert (told.status_code, told.get_json()["error"]["code"]) == (403, "agreement")
    command = CommandLine(house.settings.home, {"agreement": "required"})
    assert command("--as", "director", "case", "list").code == 4
    scan = tmp_path / "signed.jpg"
    scan.write_bytes(jpeg(2))
    assert command("--as", "admin", "user", "agree", "director", scan, "--signed-on", "2026-01-02").code == 4
    assert command("user", "agree", "director").code == 2
    assert command("--as", "sec", "user", "agree", "director", scan, "--signed-on", "2026-01-02").code == 0
    assert command("--as", "director", "case", "list").code == 0
    assert app.test_client().get("/api/cases", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert command("user", "agree", "director", "--void", "签字不清").code == 0
    assert command("--as", "director", "case", "list").code == 4


def test_the_scan_is_kept_and_verified_like_papers(house: Office) -> None:
    operator = operator_of(house)
    agreements.confirm(house, operator, upload("保密协议.jpg", jpeg(3)), house.today(), "team1")
    with house.db.read() as session:
        assert uploads.unclaimed(house, session, timedelta(0)) == []
    assert verifying.verify(house, operator, everything=True).good
    path, name = agreements.scan(house, operator, "team1")
    path.write_bytes(b"other bytes")
    assert (name, verifying.verify(house, operator, everything=False).good) == ("保密协议.jpg", False)
    with pytest.raises(DossierError):
        agreements.confirm(house, people.acting_as(house, "admin"), upload("a.jpg", jpeg(4)), house.today(), "team1")
