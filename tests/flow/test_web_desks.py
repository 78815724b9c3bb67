"""Through the pages and the JSON door: papers are handed over, decided on, disputed, ruled, read and found."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from dossier.demo.papers import control, orders, second
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records.tables import FindingRow, LedgerEvent
from dossier.web.handovers import declared
from dossier.web.site import create_app
from dossier.worker import Worker
from tests.flow.test_receiving import FOREIGN
from tests.support.office import CASE_NO, TEAM, fixed_clock, open_test_office
from tests.support.paperfiles import READER, pdf
from tests.support.webclient import Person

IN_PLACE = {"HX-Request": "true"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """On SQLite only: the desks themselves are held to both databases elsewhere."""
    opened = open_test_office(tmp_path / "home", reader=READER)
    yield opened
    opened.close()


@pytest.fixture
def app(office: Office) -> Flask:
    return create_app(office)


def work(office: Office) -> None:
    tally = Worker(office).run(until_idle=True)
    assert (tally.retried, tally.failed) == (0, 0)


def files(**named: bytes) -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(data), f"{name}.pdf") for name, data in named.items()]


def hand_over(app: Flask, named: dict[str, bytes], **more: Any) -> str:
    answer = Person(app, "team1").post("/api/hand-overs", {"case_no": CASE_NO, "team": TEAM, "files": files(**named), **more})
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["receipt_no"])


def state(app: Flask, receipt_no: str) -> str:
    return str(Person(app, "clerk").get(f"/api/hand-overs/{receipt_no}/progress").get_json()["state"])


def events(office: Office, action: str) -> int:
    with office.db.read() as session:
        return session.execute(select(func.count()).select_from(LedgerEvent).where(LedgerEvent.action == action)).scalar_one()


def test_what_is_handed_over_is_shown_page_by_page_then_in_the_case_and_in_search(app: Flask, office: Office) -> None:
    receipt_no = hand_over(app, {"查控": pdf(control.QUERY), "坏": b"no pdf"}, declared="总对总网络查询反馈表 2")
    clerk = Person(app, "clerk")
    before = clerk.get(f"/hand-overs/{receipt_no}").text
    assert "已识别 0 /" in before
    assert "坏.pdf" in before
    first = clerk.get(f"/api/hand-overs/{receipt_no}/progress").get_json()["pages"][0]["id"]
    assert clerk.get(f"/pages/{first}/thumb.jpg").status_code == 404
    work(office)
    assert state(app, receipt_no) == "signed_for"
    thumbnail = clerk.get(f"/pages/{first}/thumb.jpg")
    assert thumbnail.data[:2] == b"\xff\xd8"
    assert thumbnail.headers["Cache-Control"] == "no-store"
    read = events(office, "page.read")
    assert clerk.get(f"/pages/{first}.jpg").data[:2] == b"\xff\xd8"
    assert clerk.get("/pages/999.jpg").status_code == 404
    assert events(office, "page.read") == read + 1
    assert f"/pages/{first}" in clerk.get(f"/cases/{quote(CASE_NO)}").text
    hits = clerk.get("/api/search?q=" + quote("冻结")).get_json()
    assert hits["total"] > 0
    page = clerk.get(f"/api/pages/{hits['hits'][0]['page_id']}?q=" + quote("冻结")).get_json()
    assert page["boxes"]
    assert "<mark>冻结</mark>" in clerk.get("/search?q=" + quote("冻结")).text


def test_a_hand_over_that_waits_is_typed_and_signed_for_in_part_by_a_clerk(app: Flask, office: Office) -> None:
    receipt_no = hand_over(app, {"a": pdf(control.QUERY), "b": pdf(FOREIGN)})
    work(office)
    page = f"/hand-overs/{receipt_no}"
    clerk = Person(app, "clerk")
    assert "待定类型" in clerk.get(page).text
    assert 'action="' + page + '/sign"' not in Person(app, "team1").get(page).text
    assert Person(app, "team1").post(f"{page}/sign", {"which": "all"}).status_code == 404
    for chosen in ({"which": "all"}, {"which": "some", "reason": "一件也没有勾选"}):
        clerk.post(f"{page}/sign", chosen)
    assert "没有选出要签收的材料" in clerk.get(page).text
    clerk.post(f"{page}/sign", {"which": "all"})
    assert state(app, receipt_no) == "waiting"
    assert "尚未确定类型" in clerk.get(page).text
    refused, unknown = (person.post(f"{page}/sign", {"which": "all"}, **IN_PLACE) for person in (clerk, Person(app)))
    assert (refused.status_code, unknown.status_code) == (409, 401)
    assert "尚未确定类型" in refused.text
    assert "在新窗口登录" in unknown.text
    assert not any("<html" in answer.text for answer in (refused, unknown))
    # After a new sign-in elsewhere the page of the same person goes on with the new token.
    expired = clerk.post(f"{page}/sign", {"which": "all", "csrf_token": "old"}, **IN_PLACE)
    assert expired.status_code == 400
    assert 'data-person="clerk" data-token="' in expired.text
    # Whoever chooses another language in another window is answered here in that of the page.
    clerk.post("/language/en")
    told = [clerk.client.get(page, headers={**IN_PLACE, **more}).text for more in ({}, {"X-Page-Language": "zh"})]
    assert ["<title>" + receipt_no + " 待审核" in one for one in told] == [False, True]
    clerk.post("/language/zh")
    assert "尚未确定类型" not in clerk.get(page).text, "what was told in place is told again"
    # Somebody else puts it in order meanwhile: what was meant for document 1 as it was seen is not done to what it is now.
    seen = str(re.findall(r'name="seen" value="(\w+)"', clerk.get(page).text)[0])
    other, some = Person(app, "clerk"), {"which": "some", "document": "1", "reason": "与本案无关", "seen": seen}
    other.post(f"{page}/sort/merge", {"document": "2", "into": "1"})
    for way in ({}, IN_PLACE):
        assert clerk.post(f"{page}/sign", some, **way).status_code == 303
        assert "刚被改动过" in clerk.get(page).text
    for door in (f"{page}/sort/set_aside", f"/api{page}/sort/set-aside"):
        late = clerk.post(door, {"document": "1", "reason": "便条", "seen": seen}, "application/json")
        assert (late.status_code, late.get_json()["error"]["code"]) == (409, "changed_meanwhile")
    assert state(app, receipt_no) == "waiting"
    other.post(f"{page}/sort/undo")
    clerk.post(f"{page}/sign", some)
    assert state(app, receipt_no) == "partly_signed_for"
    work(office)
    assert "已入卷" in clerk.get(page).text
    # A page of before the decision is shown the decision, whatever it asks for.
    for late in (some, {"which": "all"}):
        assert clerk.post(f"{page}/sign", late, **IN_PLACE).status_code == 303
        assert "刚刚已处理" in clerk.get(page).text
    assert clerk.post(f"{page}/sort/merge", {"document": "2", "into": "1", "seen": seen}, **IN_PLACE).status_code == 303
    assert "刚被改动过" in clerk.get(page).text


def test_what_lies_as_before_is_not_undone_or_taken_back_for_what_it_was(app: Flask, office: Office) -> None:
    receipt_no = hand_over(app, {"a": pdf(control.QUERY), "b": pdf(FOREIGN)})
    work(office)
    page, door = f"/hand-overs/{receipt_no}", f"/api/hand-overs/{receipt_no}"
    later = create_app(replace(office, clock=fixed_clock(office.clock.now() + timedelta(minutes=1))))
    clerk, other, team = Person(app, "clerk"), Person(later, "clerk"), Person(app, "team1")

    def now() -> dict[str, Any]:
        return dict(clerk.get(door).get_json())

    def refused(way: str, who: Person = clerk, **more: str) -> None:
        answer = who.post(f"{door}/{way}", {"seen": seen, **more})
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "changed_meanwhile")

    clerk.post(f"{page}/sort/merge", {"document": "2", "into": "1"})
    seen, turned = now()["seen"], now()["pages"][0]["id"]
    for by in ("90", "270"):
        other.post(f"{page}/sort/turn", {"page": turned, "by": by})
    refused("sort/undo")
    assert clerk.client.post(f"{door}/sort/undo", headers={"X-CSRFToken": clerk.token}, content_type="application/json").status_code == 200
    clerk.post(f"{door}/sort/undo")
    assert clerk.post(f"{door}/sort/undo", {"seen": seen}).status_code == 200
    assert len(now()["documents"]) == 2
    # A page that is read again may be taken for the same, and another thing be found.
    seen = now()["seen"]
    with office.db.write() as session:
        session.execute(update(FindingRow).values(message=FindingRow.message + "（重扫后）"))
    refused("refuse", reason="见修改意见")
    some = {"which": "some", "document": "1", "reason": "与本案无关"}
    clerk.post(f"{page}/sign", some)
    work(office)
    seen = now()["seen"]
    other.post(f"{page}/take-back", {"reason": "重看"})
    work(office)
    other.post(f"{page}/sign", some)
    work(office)
    refused("take-back", reason="签错了")
    refused("dispute", team, reason="不应退回")
    assert now()["state"] == "partly_signed_for"
    for person in (clerk, team):
        shown = person.get(page).text
        assert shown.count('name="seen"') == shown.count("hx-boost") > 0, "a form does not tell what it was drawn from"


def test_a_clerk_retypes_by_name_and_refuses_with_corrections_of_their_own(app: Flask, office: Office) -> None:
    receipt_no = hand_over(app, {"a": pdf(control.QUERY), "b": pdf(FOREIGN)})
    work(office)
    clerk = Person(app, "clerk")
    page, data = f"/hand-overs/{receipt_no}", f"/api/hand-overs/{receipt_no}"
    clerk.post(f"{page}/refuse", {"reason": "", "correction": ["抽出登记表"]})
    assert state(app, receipt_no) == "waiting"
    number = clerk.get(data).get_json()["documents"][-1]["number"]
    clerk.post(f"{page}/sort/retype", {"document": number, "type": "被执行人财产线索提供表 · property_clue_form"})
    shown = clerk.get(data).get_json()
    assert (shown["documents"][-1]["type"], shown["busy"]) == ("property_clue_form", False)
    clerk.post(f"{page}/refuse", {"reason": "夹带", "correction": ["抽出登记表", "  "]})
    shown = clerk.get(data).get_json()
    assert shown["state"] == "refused"
    assert [one["text"] for one in shown["corrections"]] == ["抽出登记表"]


def test_a_refusal_is_disputed_by_the_team_and_ruled_by_the_director(app: Flask, office: Office) -> None:
    receipt_no = hand_over(app, {"a": pdf(orders.NOTICE_DEBTOR, second.STRAY_NOTICE)})
    work(office)
    page = f"/hand-overs/{receipt_no}"
    team, director = Person(app, "team1"), Person(app, "director")
    assert "（2026）豫9924执87号" in team.get(page).text
    assert "改正后重新移送" in team.get(page).text
    team.post(f"{page}/dispute", {"reason": "两案合并"})
    assert "局长决定" in director.get(page).text
    director.post(f"{page}/rule", {"outcome": "fix", "reason": "应抽出"})
    assert state(app, receipt_no) == "ruled"


def test_sending_the_same_form_twice_makes_one_hand_over(app: Flask) -> None:
    data = pdf(control.QUERY)
    numbers = {hand_over(app, {"查控": data}, key="form-1") for _ in range(2)}
    assert len(numbers) == 1


def test_files_that_are_all_bad_are_named_one_by_one(app: Flask) -> None:
    team = Person(app, "team1")
    answer = team.post("/hand-overs", {"case_no": CASE_NO, "files": files(坏=b"x", 空=b"")}, "application/json")
    assert answer.status_code == 422
    assert {one["name"] for one in answer.get_json()["files"]} == {"坏.pdf", "空.pdf"}
    assert "空.pdf" in team.post("/hand-overs", {"case_no": CASE_NO, "files": files(空=b"")}).text


def test_an_event_is_recorded_on_the_case_page_and_a_bad_day_is_told(app: Flask) -> None:
    clerk = Person(app, "clerk")
    path = f"/cases/{quote(CASE_NO)}"
    for day, words in (("2026-13-01", "日期 2026-13-01 不能用"), ("2026-08-18", "事件已登记")):
        clerk.post(f"{path}/events", {"anchor": "filing_docs_received", "on": day})
        assert words in clerk.get(path).text
    assert len(clerk.get(f"/api/cases/{quote(CASE_NO)}").get_json()["case"]["events"]) == 1
    taken_back = {"anchor": "filing_docs_received", "on": day, "withdraw": "1", "reason": "登记错了案件"}
    clerk.post(f"{path}/events", taken_back)
    assert "事件已撤销" in clerk.get(path).text
    assert clerk.get(f"/api/cases/{quote(CASE_NO)}").get_json()["case"]["events"] == []


def test_the_gate_lists_what_is_missing_by_who_must_act(app: Flask) -> None:
    text = Person(app, "clerk").get(f"/cases/{quote(CASE_NO)}/check?gate=closing").text
    assert "未通过" in text
    assert "缺少" in text


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", None),
        ("执行申请书 3\n送达回证，2页", [{"name": "执行申请书", "pages": 3}, {"name": "送达回证", "pages": 2}]),
        (json.dumps([{"name": "a", "pages": 1}]), [{"name": "a", "pages": 1}]),
    ],
)
def test_the_declared_list_is_lines_or_json(text: str, rows: list[dict[str, Any]] | None) -> None:
    assert declared(text) == rows


@pytest.mark.parametrize("text", ["执行申请书", "[1", '[{"name": "a"}]', "a 0"])
def test_a_declared_list_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(DossierError) as caught:
        declared(text)
    assert caught.value.code == "declared_bad"
