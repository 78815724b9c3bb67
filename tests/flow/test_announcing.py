"""Paper that comes later: announced with a slip, waited for, arrived by its code or with a scanned stack, withdrawn; never moved to another case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select

from dossier import people
from dossier.clock import Clock
from dossier.demo.papers import orders
from dossier.desks import announcing, cases, delivering, handover, notices, noticing, viewing
from dossier.desks.announcing import Wanted
from dossier.desks.handover import Request
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records.tables import LedgerEvent
from dossier.web import announcing as web_announcing
from dossier.web import api_papers, handovers
from dossier.web.site import create_app
from tests.flow.test_receiving import work
from tests.flow.test_separators import joined
from tests.support.commands import CommandLine
from tests.support.office import CASE, CASE_NO, NOW, PASSWORD, TEAM, hand_over, open_test_office, operator_of, upload
from tests.support.paperfiles import READER, pdf
from tests.support.webclient import Person

OTHER, TODAY = "（2026）豫9924执87号", date(2026, 9, 1)
FOREIGN, TEAMLESS = "（2026）豫9924执88号", "（2026）豫9924执89号"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_test_office(tmp_path_factory.mktemp("announcing") / "home", reader=READER)
    cases.import_cases(opened, operator_of(opened), json.dumps([{**CASE, "case_no": OTHER}], ensure_ascii=False).encode())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(office: Office) -> Flask:
    return create_app(office)


def announced(office: Office, case_no: str = CASE_NO, days: int = 2, **more: Any) -> str:
    wanted = Wanted(case_no, "送达回证原件", 3, TODAY + timedelta(days=days), **more)
    return announcing.announce(office, people.acting_as(office, "team1"), wanted)


def slip(office: Office, number: str, folder: Path) -> bytes:
    return announcing.save_slip(office, people.acting_as(office, "team1"), number, folder).read_bytes()


def of(office: Office, number: str) -> dict[str, Any]:
    return announcing.show(office, operator_of(office), number)


def refused(code: str, deed: Any) -> None:
    with pytest.raises(DossierError) as caught:
        deed()
    assert caught.value.code == code


def test_a_team_announces_by_page_and_the_desk_scans_the_code_into_a_field(office: Office, app: Flask) -> None:
    team, clerk = Person(app, "team1"), Person(app, "clerk")
    assert "2026-09-02" in team.get(f"/announcements/new?case={CASE_NO}").text
    form = {"case_no": CASE_NO, "what": "现场笔录原件", "sheets": "2", "expected_on": "2026-09-03"}
    first, twice, changed = (team.post("/announcements", form | {"key": "k1"} | more).location for more in ({}, {}, {"sheets": "3"}))
    assert first == twice != changed
    number = first.rpartition("/")[2]
    assert team.get(f"/announcements/{number}/slip.pdf", "*/*").data.startswith(b"%PDF")
    assert f"/announcements/{number}" in clerk.get("/announcements").text
    assert f"/announcements/{number}" in clerk.get("/workbench").text
    # As a scanner with a Chinese input method types it.
    typed = number.lower().translate({**{ord(c): ord(c) + 0xFEE0 for c in "0123456789-"}})
    assert clerk.post("/announcements/arrived", {"number": f" {typed} "}).location == "/announcements"
    assert of(office, number)["state"] == "arrived"
    assert "已登记送达" in clerk.get("/announcements").text
    # The field shows a number as an example: only a link is a row.
    assert f"/announcements/{number}" not in clerk.get("/announcements").text
    assert f"/announcements/{number}" in clerk.get("/announcements?show=arrived").text
    assert team.post("/announcements/arrived", {"number": number}).status_code == 404


def test_a_stack_with_the_slip_on_top_arrives_and_a_slip_of_another_case_moves_nothing(office: Office, tmp_path: Path) -> None:
    number, other, uploaded = announced(office), announced(office, OTHER), announced(office)
    stack = joined(slip(office, number, tmp_path), pdf(orders.ACCEPTANCE), slip(office, other, tmp_path))
    receipt = hand_over(office, [upload("a.pdf", stack)], actor=people.acting_as(office, "clerk"))["receipt_no"]
    # The team has the slip too: that it uploads it does not bring the paper.
    scans = hand_over(office, [upload("b.pdf", slip(office, uploaded, tmp_path))])["receipt_no"]
    work(office)
    assert (of(office, uploaded)["state"], of(office, uploaded)["receipt_no"]) == ("announced", scans)
    view = viewing.submission_json(office, operator_of(office), receipt)
    assert [one["number"] for one in view["announcements"]] == [number]
    assert [(one["kind"], one["says"]) for one in view["separator_pages"]] == [("slip", number), ("slip", other)]
    assert len(view["documents"]) == 1
    found = of(office, number)
    assert (found["state"], found["receipt_no"], found["arrived_by"]) == (
        "arrived",
        receipt,
        people.acting_as(office, people.SYSTEM).display,
    )
    told = next(one for one in view["findings"] if one["rule"] == "sheet.other_case")
    assert other in told["message"]
    assert OTHER not in told["message"], "anybody can print the code of a number: it must not tell whose case that is"
    assert of(office, other)["state"] == "announced"
    with office.db.read() as session:
        events = session.scalars(select(LedgerEvent.action).where(LedgerEvent.subject.like("announcement:%"))).all()
    assert {"announcement.make", "announcement.slip", "announcement.arrive", "announcement.link"} <= set(events)


def test_what_may_not_be_seen_is_as_unknown_as_what_is_not_there(office: Office, app: Flask) -> None:
    operator, none = operator_of(office), "（2026）豫9924执999号"
    more = [{**CASE, "case_no": FOREIGN, "team": "执行实施二团队"}, {**CASE, "case_no": TEAMLESS, "team": ""}]
    cases.import_cases(office, operator, json.dumps(more, ensure_ascii=False).encode())
    people.add(office, operator, login="lone", display="孤", roles=["team"], team=None, password=PASSWORD, must_change=False)
    clerk, lone = people.acting_as(office, "clerk"), people.acting_as(office, "lone")
    announcing.announce(office, clerk, Wanted(TEAMLESS, "原件", 1, TODAY))
    handover.receive(office, clerk, Request(TEAMLESS, None, [upload("a.pdf", pdf(orders.ACCEPTANCE))]))
    assert (announcing.listing(office, lone), viewing.submissions(office, lone)) == ([], [])
    team = Person(app, "team1")
    for path in ("/api/announcements?case_no={}", "/separators?case={}", "/api/cases/{}/nodes", "/api/loans?case_no={}"):
        answers = [team.get(path.format(number), "application/json") for number in (FOREIGN, none)]
        assert [one.status_code for one in answers] == [404, 404]
        assert answers[0].text.replace(FOREIGN, none) == answers[1].text
    form = {"case_no": FOREIGN, "what": "写了很久的说明", "sheets": "2", "expected_on": "2026-09-03"}
    answer = team.post("/announcements", form)
    assert (answer.status_code, "没有案号为" in answer.text, "写了很久的说明" in answer.text) == (404, True, True)
    desk = Person(app, "clerk")
    assert desk.post("/announcements/arrived", {"number": "YG20260901-9999"}).location == "/announcements"
    assert "没有编号为 YG20260901-9999 的稍后移送" in desk.get("/announcements").text
    # PostgreSQL knows no NUL at all.
    assert [desk.post("/announcements/arrived", {"number": word}).status_code for word in ("\0", ["YG1", "\0"])] == [400, 400]


def test_what_does_not_arrive_is_overdue_from_the_day_after_in_working_days(office: Office) -> None:
    number = announced(office, OTHER, days=0)
    assert not of(office, number)["overdue"]
    with office.db.write() as session:
        row = session.scalars(select(announcing.Announcement).where(announcing.Announcement.number == number)).one()
        # A Friday; the made-up office's day is a Tuesday.
        row.expected_on, row.made_at = date(2026, 8, 28), row.made_at - timedelta(days=7)
    late = of(office, number)
    assert (late["overdue"], late["late"], late["waited"]) == (True, 2, 5)
    clerk = Person(create_app(office), "clerk")
    for page in (f"/cases/{quote(OTHER)}", "/workbench"):
        shown = clerk.get(page).text
        assert f"/announcements/{number}" in shown
        assert "超过预计日" in shown
    rows = announcing.listing(office, operator_of(office), "overdue")
    assert number in [row["number"] for row in rows]
    announcing.withdraw(office, people.acting_as(office, "team1"), number, "原件由法官保管")
    assert number not in [row["number"] for row in announcing.listing(office, operator_of(office), "overdue")]
    refused("move_refused", lambda: announcing.arrive(office, operator_of(office), number))


def told(office: Office, login: str) -> list[tuple[str, str]]:
    """Number and words of a person's notices about announced paper, after the notices of the day."""
    noticing.daily(office)
    rows = notices.listing(office, people.acting_as(office, login), all_of=True)["rows"]
    return [(row["subject"], row["text"]) for row in rows if row["kind"] == "announced_late"]


def test_paper_that_does_not_come_by_its_day_is_told_once_to_who_announced_it_and_the_team(tmp_path: Path) -> None:
    now = [NOW]
    webhook = {"webhook_url": "http://127.0.0.1:9/in", "webhook_secret": "a-secret-of-the-court"}
    office = open_test_office(tmp_path / "home", clock=Clock(lambda: now[0]), **webhook)
    operator = operator_of(office)
    add: dict[str, Any] = {"display": "某", "password": PASSWORD, "must_change": False}
    people.add(office, operator, login="brought", roles=["scanner"], team=None, **add)
    people.add(office, operator, login="left", roles=["team"], team=TEAM, **add)
    friday, made = date(2026, 9, 4), people.acting_as(office, "brought")
    number = announcing.announce(office, made, Wanted(CASE_NO, "某甲的私密笔录", 3, friday))
    arrived, gone = (announcing.announce(office, made, Wanted(CASE_NO, "原件", 1, friday)) for _ in range(2))
    other = announcing.announce(office, people.acting_as(office, "left"), Wanted(CASE_NO, "原件", 1, friday))
    announcing.arrive(office, operator, arrived)
    announcing.withdraw(office, operator, gone, "不送了")
    people.add_team(office, operator, "执行实施二团队")
    people.move_to_team(office, operator, "left", "执行实施二团队")
    now[0] = datetime(2026, 9, 4, 15, 59, tzinfo=UTC)  # the last minute of that Friday
    assert told(office, "brought") == told(office, "team1") == []
    now[0] = datetime(2026, 9, 7, 1, 0, tzinfo=UTC)
    words = f"{CASE_NO} 稍后移送 {number}：3 张纸质材料尚未送达，已超过预计日 1 个工作日"
    assert told(office, "brought") == [(number, words)]
    assert [subject for subject, _ in told(office, "team1")] == [other, number]
    assert told(office, "clerk") == told(office, "left") == []
    team = Person(create_app(office), "team1")
    page = team.get("/notices").text
    assert "纸质材料未送达" in page
    link = page.partition('href="/notices/')[2].partition('"')[0]
    assert team.get(f"/notices/{link}").headers["Location"] == f"/announcements/{other}"
    for day in (8, 9):
        now[0] = datetime(2026, 9, day, 1, 0, tzinfo=UTC)
        assert (len(told(office, "brought")), len(told(office, "team1"))) == (1, 2)
    sent = [one["kind"] for one in delivering.deliveries(office, operator)["rows"]]
    office.close()
    assert sent.count("announced_late") == 2


def test_an_arrival_that_was_a_mistake_is_taken_back(office: Office) -> None:
    clerk, number = people.acting_as(office, "clerk"), announced(office)
    announcing.arrive(office, clerk, number)
    refused("reason_missing", lambda: announcing.undo(office, clerk, number, " "))
    announcing.undo(office, clerk, number, "扫错了编号")
    assert (of(office, number)["state"], of(office, number)["arrived_at"]) == ("announced", None)


def test_it_is_all_there_on_the_command_line_and_for_programs(office: Office, app: Flask, tmp_path: Path) -> None:
    run = CommandLine(office.settings.home)
    soon = datetime.now(UTC).date() + timedelta(days=3)
    words = ("--what", "笔录原件", "--sheets", "4", "--expected", soon.isoformat())
    number = run("--as", "team1", "announce", "add", CASE_NO, *words).out.strip()
    assert number in run("announce", "list").out
    assert Path(run("announce", "slip", number, "--to", tmp_path).out.strip()).is_file()
    assert run("announce", "arrived", number).code == 0
    assert run("announce", "undo", number, "--reason", "误登").code == 0
    assert run("announce", "withdraw", number, "--reason", "不送了").code == 0
    team = Person(app, "team1")
    body = {"case_no": CASE_NO, "what": "原件", "sheets": 1, "expected_on": "2026-09-02"}
    made = team.client.post("/api/announcements", json=body, headers={"X-CSRFToken": team.token})
    assert (made.status_code, made.get_json()["state"]) == (201, "announced")
    assert made.get_json() in team.get("/api/announcements").get_json()["announcements"]


def test_a_long_list_is_gone_through_page_by_page(office: Office, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (web_announcing, api_papers, handovers):
        monkeypatch.setattr(module, "PER_PAGE", 2)
    numbers, desk = [announced(office, days=3) for _ in range(3)], Person(app, "clerk")
    seen: list[str] = []
    last = desk.get("/api/announcements", "application/json").get_json()["last"]
    for page in range(1, last + 1):
        shown = desk.get(f"/announcements?page={page}").text
        found = desk.get(f"/api/announcements?page={page}").get_json()
        assert all(f"/announcements/{one['number']}" in shown for one in found["announcements"])
        seen += [one["number"] for one in found["announcements"]]
    assert (len(seen), len(set(seen))) == (found["total"], found["total"])
    assert set(numbers) <= set(seen)
    for path in ("/announcements", "/hand-overs"):
        first, behind = desk.get(path), desk.get(f"{path}?page=999")
        assert (behind.status_code, "没有符合条件" in behind.text) == (200, "没有符合条件" in first.text)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Wanted(CASE_NO, "原件", 0, TODAY), "announcement_bad"),
        (Wanted(CASE_NO, "原件", 1, TODAY - timedelta(days=1)), "announcement_bad"),
        (Wanted(CASE_NO, " ", 1, TODAY), "text_bad"),
        (Wanted(CASE_NO, "原件", 1, TODAY, "HZ20200101-0001"), "submission_unknown"),
        (Wanted("（2026）豫9924执9号", "原件", 1, TODAY), "case_unknown"),
    ],
)
def test_what_cannot_be_announced_is_told(office: Office, wanted: Wanted, code: str) -> None:
    refused(code, lambda: announcing.announce(office, people.acting_as(office, "team1"), wanted))


def test_a_number_that_nobody_gave_out_is_unknown(office: Office) -> None:
    refused("announcement_unknown", lambda: announcing.arrive(office, operator_of(office), "YG20200101-0001"))
