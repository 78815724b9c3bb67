"""The system's pages: what was given up is seen and put back, the ledger is read and checked, next year's holidays come in, rules are read, compared and tried."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import select, update

from dossier import intake, people
from dossier.app import open_rules
from dossier.desks import cases, house, rulesview
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import jobs
from dossier.records.tables import LedgerEvent
from dossier.records.work import Job
from dossier.web.acts import NAMES
from dossier.web.once import HEADER, REPLAYED
from dossier.web.site import create_app
from tests.support.commands import CommandLine
from tests.support.office import CASE_NO, NOW, PASSWORD, open_test_office, operator_of
from tests.support.shelf import shelve
from tests.support.webclient import Person


@pytest.fixture
def office(tmp_path: Any) -> Iterator[Office]:
    opened = open_test_office(tmp_path / "home")
    for login, role in (("keeper", "system_admin"), ("auditor", "auditor")):
        people.add(opened, operator_of(opened), login=login, display=login, roles=[role], team=None, password=PASSWORD, must_change=False)
    yield opened
    opened.close()


@pytest.fixture
def app(office: Office) -> Flask:
    return create_app(office)


def give_up(office: Office, step: str, subject: int) -> int:
    with office.db.write() as session:
        jobs.add(session, step, subject, priority=1, at=NOW)
        session.execute(update(Job).where(Job.step == step).values(state="failed", attempt=3, error="No space left on device"))
        return session.execute(select(Job.id).where(Job.step == step, Job.subject_id == subject)).scalar_one()


def test_given_up_work_is_seen_and_put_back_by_who_may(app: Flask, office: Office) -> None:
    placed, read = give_up(office, "place", 7), give_up(office, "read", 8)
    keeper = Person(app, "keeper")
    page = keeper.get("/house").text
    assert "No space left on device" in page
    assert "各页已列为须人工查看" in page
    assert keeper.post("/house/jobs/retry", {"job": str(read)}).status_code == 409
    assert keeper.post("/house/jobs/retry", {"job": "999"}).status_code == 404
    assert keeper.post("/house/jobs/retry", {"job": "9" * 30}).status_code == 404
    assert Person(app, "auditor").post("/house/jobs/retry", {"job": str(placed)}).status_code == 403
    assert Person(app, "clerk").get("/house").status_code == 403
    assert keeper.post("/house/jobs/retry", {"job": str(placed)}, "application/json").get_json() == {"retried": 1}
    told = keeper.get("/house", "application/json").get_json()
    assert (told["jobs"]["queued"], told["jobs"]["failed"], told["waiting"][0]["attempt"]) == (1, 1, 0)
    assert told["waiting"][0]["state_name"] == "排队"
    assert set(house.STEPS) >= set(intake.BY_NAME)
    with office.db.read() as session:
        event = session.execute(select(LedgerEvent).order_by(LedgerEvent.seq.desc()).limit(1)).scalar_one()
    assert (event.actor, event.action, event.detail) == ("keeper", "jobs.retry", {"jobs": 1, "job": placed})


def test_a_program_sees_how_the_house_runs_and_puts_work_back_once(app: Flask, office: Office) -> None:
    placed, read = give_up(office, "place", 7), give_up(office, "read", 8)
    keeper = Person(app, "keeper")
    told = keeper.get("/api/house").get_json()
    assert (told["ready"], told["watch"]["watched"], [one["id"] for one in told["failed"]]) == (True, False, [read, placed])
    assert keeper.get("/api/jobs").get_json() == {name: told[name] for name in ("jobs", "failed", "waiting")}
    assert keeper.get("/api/stations").get_json() == told["watch"]
    answers = [keeper.post("/api/jobs/retry", {"job": str(placed)}, **{HEADER: "again"}) for _ in range(2)]
    assert [(one.get_json(), one.headers.get(REPLAYED)) for one in answers] == [({"retried": 1}, None), ({"retried": 1}, "true")]
    codes = [keeper.post("/api/jobs/retry", {"job": str(job)}).get_json()["error"]["code"] for job in (read, 999)]
    assert codes == ["job_final", "job_unknown"]
    assert Person(app, "auditor").post("/api/jobs/retry").status_code == 403
    assert {Person(app, "clerk").get(f"/api/{one}").status_code for one in ("house", "jobs", "stations", "ledger")} == {403}


def test_a_program_reads_the_ledger_leaf_by_leaf_and_checks_its_chain(app: Flask, office: Office) -> None:
    for day in range(1, 30):
        for anchor in ("doc_sent", "feedback"):
            cases.record_event(office, people.acting_as(office, "clerk"), CASE_NO, anchor, date(2026, 8, day))
    auditor = Person(app, "auditor")
    asked = "action=case.event&actor=clerk&from=2026-09-01&until=2026-09-01"
    first = auditor.get(f"/api/ledger?{asked}&case_no={CASE_NO}").get_json()
    rest = auditor.get(f"/api/ledger?{asked}&before={first['older']}").get_json()
    seen = [one["seq"] for one in (*first["events"], *rest["events"])]
    assert (len(seen), seen, rest["older"]) == (58, sorted(set(seen), reverse=True), None)
    assert auditor.get("/api/ledger?until=2026-08-31").get_json() == {"events": [], "older": None}
    assert auditor.get("/api/ledger?from=soon").get_json()["error"]["code"] == "date_bad"
    checked = auditor.post("/api/ledger/check").get_json()
    assert (checked["ok"], checked["damaged"], checked["unchecked"]) == (1, [], [])
    assert Person(app, "keeper").get("/api/ledger").status_code == 403


def test_a_program_reads_compares_and_tries_rules(app: Flask, office: Office) -> None:
    clerk, keeper = Person(app, "clerk"), Person(app, "keeper")
    versions = keeper.get("/api/rules").get_json()["versions"]
    default = next(one for one in versions if one["default"])
    assert default["profile"] == "yanling"
    catalogue = clerk.get(f"/api/rules/catalogue?profile={default['id']}&q=送达").get_json()
    assert catalogue["head"]["version"] == default["version"]
    assert {one["name"] for one in catalogue["types"]} >= {"送达回证"}
    assert clerk.get("/api/rules/service?profile=sanya@2024").get_json()["error"]["code"] == "profile_unknown"
    assert clerk.get(f"/api/rules/service?profile={default['id']}").get_json() == clerk.get("/api/rules/service").get_json()
    assert any("archive_chain" in one for one in keeper.get("/api/rules/differences?second=sanya").get_json()["changes"])
    told = clerk.get(f"/api/cases/{CASE_NO}/trial?profile=sanya&gate=closing").get_json()
    assert told["new"]
    assert told["gone"]
    assert clerk.get(f"/api/cases/{CASE_NO}/trial?profile=sanya&gate=x").status_code == 400
    assert keeper.get(f"/api/cases/{CASE_NO}/trial?profile=sanya").status_code == 404
    days = clerk.get("/api/holidays?year=2026").get_json()["days"]
    assert [one["work"] for one in days if one["day"] == "2026-02-14"] == [True]
    assert clerk.get("/api/holidays?year=2027").get_json()["announced"] is False


def test_an_auditor_finds_who_did_what_and_a_changed_event_breaks_the_chain(app: Flask, office: Office) -> None:
    cases.record_event(office, people.acting_as(office, "clerk"), CASE_NO, "filing", date(2026, 8, 17))
    auditor = Person(app, "auditor")
    page = auditor.get("/house/ledger?action=case.event&actor=clerk").text
    assert "anchor: filing" in page
    assert ">case.created</span>" not in page
    found = auditor.get(f"/house/ledger?case_no={CASE_NO}&first=2026-09-01&last=2026-09-01", "application/json").get_json()["events"]
    assert [one["action"] for one in found] == ["case.event", "case.created"]
    assert auditor.get(f"/house/ledger?before={'9' * 30}").status_code == 200
    for odd in ("first=0001-01-01", "last=9999-12-31", "first=2026-13-01"):
        assert auditor.get(f"/house/ledger?{odd}", "application/json").get_json()["error"]["code"] == "date_bad"
    assert auditor.get("/house/ledger?last=2026-08-31", "application/json").get_json() == {"events": [], "older": None}
    assert auditor.get("/house/ledger?first=soon").status_code == 400
    assert "ledger.read" in auditor.get("/house/ledger").text
    for login in ("keeper", "clerk", "director"):
        assert Person(app, login).get("/house/ledger").status_code == 403
    assert auditor.post("/house/ledger/check", None, "application/json").get_json()["damaged"] == []
    with office.db.write() as session:
        session.execute(update(LedgerEvent).where(LedgerEvent.action == "case.event").values(actor="somebody"))
    assert len(auditor.post("/house/ledger/check", None, "application/json").get_json()["damaged"]) == 1
    auditor.post("/house/ledger/check")
    assert "日志链有 1 处不符" in auditor.get("/house").text


def test_the_ledger_goes_on_from_page_to_page(app: Flask, office: Office) -> None:
    for day in range(1, 29):
        for anchor in ("doc_sent", "feedback"):
            cases.record_event(office, people.acting_as(office, "clerk"), CASE_NO, anchor, date(2026, 8, day))
    auditor, seen, before = Person(app, "auditor"), [], ""
    while True:
        told = auditor.get(f"/house/ledger?action=case.event&before={before}", "application/json").get_json()
        seen += [one["seq"] for one in told["events"]]
        if told["older"] is None:
            break
        before = told["older"]
    assert len(seen) == len(set(seen)) >= 56
    assert seen == sorted(seen, reverse=True)


def sheet(*rows: tuple[str, ...]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def test_a_clerk_brings_in_next_years_holidays_as_a_table(app: Flask, office: Office) -> None:
    clerk = Person(app, "clerk")
    assert "2026-02-14 周六" in clerk.get("/house/holidays?year=2026").text
    assert clerk.get("/house/holidays?year=2027", "application/json").get_json()["announced"] is False
    bad = [
        b"",
        sheet(("甲",)),
        sheet(("日期", "节日", "安排"), ("2027-13-01", "元旦", "放假")),
        sheet(("日期", "节日", "安排"), ("2027-01-01", "元旦", "?")),
    ]
    for data in bad:
        answer = clerk.post("/house/holidays", {"notice": (io.BytesIO(data), "a.xlsx")}, "application/json")
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (400, "holidays_bad")
    table = sheet(("日期", "节日", "安排"), ("2027-01-01", "元旦", "放假"), ("2027-01-03", "元旦", "上班"))
    assert clerk.post("/house/holidays", {"notice": (io.BytesIO(table), "2027.xlsx")}).status_code == 303
    page = clerk.get("/house/holidays").text
    assert "2027 年的放假安排已保存" in page
    assert clerk.get("/house/holidays", "application/json").get_json()["waiting"] == [2027]
    calendar = open_rules(office.settings.home).calendar
    assert (calendar.is_workday(date(2027, 1, 1)), calendar.is_workday(date(2027, 1, 3))) == (False, True)
    assert Person(app, "auditor").get("/house/holidays").status_code == 403


def test_rules_are_read_compared_and_tried_on_a_case(app: Flask, office: Office) -> None:
    clerk, keeper = Person(app, "clerk"), Person(app, "keeper")
    versions = keeper.get("/house/rules", "application/json").get_json()["versions"]
    assert {one["profile"] for one in versions} >= {"yanling", "sanya", "luoyang"}
    assert "~ archive_chain" in keeper.get("/house/rules?first=yanling&second=sanya").text
    assert keeper.get("/house/rules?first=yanling&second=yanling", "application/json").get_json()["changes"] == []
    page = clerk.get("/house/rules/yanling?q=送达").text
    assert "送达回证" in page
    assert "立案审批表" not in page
    assert "送达" in clerk.get("/house/rules/yanling/service").text
    for place in (f"/cases/{CASE_NO}", f"/cases/{CASE_NO}/check?gate=closing"):
        assert "规则 鄢陵县人民法院 2022.1" in clerk.get(place).text
    assert rulesview.named(office.rules, "nowhere 1") == "nowhere 1"
    assert clerk.get("/house/rules/nowhere").status_code == 400
    assert clerk.get("/house/rules/yanling/nothing").status_code == 404
    told = clerk.get(f"/house/rules/trial?case_no={CASE_NO}&rules=sanya&gate=closing", "application/json").get_json()
    assert told["new"]
    assert told["gone"]
    same = clerk.get(f"/house/rules/trial?case_no={CASE_NO}&rules=yanling&gate=closing", "application/json").get_json()
    assert (same["new"], same["gone"]) == ([], [])
    assert same["same"] == told["same"] + len(told["gone"])
    assert "不再发现" in clerk.get(f"/house/rules/trial?case_no={CASE_NO}&rules=sanya&gate=closing").text
    assert clerk.get(f"/house/rules/trial?case_no={CASE_NO}&rules=sanya&gate=x").status_code == 400
    assert keeper.get("/house/rules/trial").status_code == 404


def test_rules_that_do_not_know_the_papers_of_a_case_are_not_tried_on_it(office: Office) -> None:
    shelve(office, (1,))
    known = office.rules.of("sanya")
    poorer = replace(known, types={id: one for id, one in known.types.items() if id != "enforcement_notice"})
    elsewhere = replace(known, case_kinds={"执恢": known.case_kinds["执恢"]})
    for other, told in ((poorer, "enforcement_notice"), (elsewhere, "执")):
        book = replace(office.rules, versions={**office.rules.versions, "sanya": (other,)})
        with pytest.raises(DossierError, match=told) as caught:
            rulesview.trial(replace(office, rules=book), operator_of(office), CASE_NO, "sanya", "closing")
        assert caught.value.code == "rules_apart"


def test_holiday_files_with_odd_names_wait_for_nobody(office: Office) -> None:
    folder = office.settings.home / "holidays"
    folder.mkdir()
    (folder / "草稿.yaml").write_text("year: 2027", encoding="utf-8")
    assert Person(create_app(office), "keeper").get("/house/holidays").status_code == 200


def test_the_command_line_tries_rules_too(office: Office) -> None:
    command = CommandLine(office.settings.home)
    told = command("rules", "try", CASE_NO, "sanya", "--gate", "closing", "--json").json
    assert told["new"]
    shown = command("rules", "try", CASE_NO, "sanya", "--gate", "closing").out.splitlines()
    assert len([line for line in shown if line.startswith("+ ")]) == len(told["new"])
    assert json.dumps(told)


def test_every_action_that_is_written_out_has_a_name() -> None:
    written = {
        code for path in Path("dossier").rglob("*.py") for code in re.findall(r'action="([a-z_.]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(written) > 20
    assert written - set(NAMES) == set()
