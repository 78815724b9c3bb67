"""Through the pages and the JSON door: paper is asked for, approved, handed out, checked in; its slip, its register and its place."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import cv2
import numpy as np
import pdfplumber
import pypdfium2
import pytest
from flask import Flask
from openpyxl import load_workbook

from dossier import people
from dossier.desks import cases
from dossier.office import Office
from dossier.web.site import create_app
from tests.support.office import CASE, CASE_NO, PASSWORD, open_test_office, operator_of, reopen_test_office
from tests.support.shelf import Days, shelve
from tests.support.webclient import Person

OTHER = "（2026）豫9924执119号"
PAPER = f"/cases/{quote(CASE_NO)}/paper"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("shelf") / "home"
    opened = open_test_office(home, clock=Days().clock())
    other = CASE | {"case_no": OTHER, "team": "执行实施二团队"}
    cases.import_cases(opened, operator_of(opened), json.dumps([other], ensure_ascii=False).encode())
    shelve(opened)
    shelve(opened, (2,), case_no=OTHER)
    people.add(
        opened, operator_of(opened), login="scan", display="扫描员甲", roles=["scanner"], team=None, password=PASSWORD, must_change=False
    )
    opened.close()
    return home


@pytest.fixture
def office(shelf: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copytree(shelf, tmp_path / "home")
    opened = reopen_test_office(tmp_path / "home", clock=Days().clock())
    yield opened
    opened.close()


@pytest.fixture
def app(office: Office) -> Flask:
    return create_app(office)


def asked(app: Flask, case_no: str = CASE_NO, login: str = "team1", **more: str) -> str:
    form = {"case_no": case_no, "kind": "out", "reason": "评估机构核对", "until": "2026-09-10", "borrower": "李测试", **more}
    answer = Person(app, login).post("/api/loans", form)
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["loan_no"])


def test_a_loan_is_walked_through_the_pages(app: Flask) -> None:
    number, clerk = asked(app), Person(app, "clerk")
    page = f"/loans/{number}"
    assert "待批准" in clerk.get("/loans").text
    director = Person(app, "director")
    assert "不批准" in director.get(page).text
    director.post(f"{page}/approve", {"reason": "准"})
    assert "双方清点的张数" in clerk.get(page).text
    clerk.post(f"{page}/hand-out", {"count": "8"})
    assert "张数" in clerk.get(page).text
    clerk.post(f"{page}/hand-out", {"count": "9"})
    listed = clerk.get("/loans?show=out&q=" + quote("李测试")).text
    assert "2026-09-11 周五" in listed
    assert "还剩 8 个工作日" in listed
    clerk.post(f"{page}/extend", {"until": "2026-09-17", "reason": "评估未完成"})
    Person(app, "team1").post(f"{page}/end", {"on": "2026-09-01"})
    first = clerk.get(f"/api/loans/{number}").get_json()["documents"][0]["document"]
    clerk.post(f"{page}/return", {"document": [str(first)], "page": ["4", "6"], "count": "5"})
    shown = clerk.get(page).text
    assert "第 5 页" in shown
    assert "待归还" in shown
    assert "未还 4 / 9" in clerk.get(PAPER).text
    rest = clerk.post(f"/api/loans/{number}/return", {"pages": ["5", "7", "8", "9"], "count": "4"}).get_json()
    assert (rest["state"], rest["missing"]) == ("returned", 0)
    assert clerk.get(f"/loans?q={number.lower()}").headers["Location"].endswith(number)


def test_who_may_not_see_a_loan_finds_none(app: Flask) -> None:
    hidden = asked(app, OTHER, "clerk")
    team = Person(app, "team1")
    for path in ("/loans/{}", "/api/loans/{}", "/loans/{}/slip.pdf", "/api/loans/{}/slip.pdf"):
        numbers = (hidden, "JY20260901-9999")
        first, second = (team.get(path.format(number)) for number in numbers)
        assert (first.status_code, second.status_code) == (404, 404)
        # The switch of the language leads back to the address that was asked for.
        assert first.text.replace(numbers[0], "") == second.text.replace(numbers[1], "")
    assert hidden not in team.get("/loans").text
    assert team.get(f"/cases/{quote(OTHER)}/paper").status_code == 404
    assert team.post(f"/loans/{hidden}/approve").status_code == 404
    assert Person(app, "scan").get("/loans").status_code == 403


def test_the_slip_says_what_is_lent_and_its_code_is_the_number(app: Flask, office: Office) -> None:
    number = asked(app)
    data = Person(app, "clerk").get(f"/loans/{number}/slip.pdf", "*/*").data
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        text = pdf.pages[0].extract_text()
    assert all(word in text for word in (number, CASE_NO, "李测试", "评估机构核对", "执行通知书", "1-3", "合计", "归还清点"))
    shown = pypdfium2.PdfDocument(data)[0].render(scale=3).to_numpy()
    assert cv2.QRCodeDetector().detectAndDecode(np.ascontiguousarray(shown[:, :, :3]))[0] == number
    assert not list(office.scratch_dir.glob("loans-*"))
    assert Person(app, "clerk").get(f"/api/loans/{number}/slip.pdf", "*/*").data[:5] == b"%PDF-"


def test_the_register_is_a_spreadsheet_and_a_printed_table(app: Flask) -> None:
    number = asked(app)
    asked(app, kind="copying")
    clerk = Person(app, "clerk")
    clerk.post(PAPER, {"volume": "main", "room": "三楼库房", "cabinet": "2柜", "box": "", "reason": "入库"})
    book = load_workbook(io.BytesIO(clerk.get("/loans/register.xlsx", "*/*").data))
    assert book.sheetnames == ["登记簿", "按团队", "按种类", "按借卷人"]
    cells = [row[0].value for row in book["登记簿"].iter_rows(min_row=4)]
    assert number in cells
    assert "三楼库房 2柜" in [row[4].value for row in book["登记簿"].iter_rows(min_row=4)]
    with pdfplumber.open(io.BytesIO(clerk.get("/loans/register.pdf?from=2026-09-01", "*/*").data)) as pdf:
        assert "借阅登记簿" in pdf.pages[0].extract_text()
    assert "借阅登记簿" in clerk.get("/loans/register.csv", "*/*").data.decode("utf-8-sig").splitlines()[0]
    assert clerk.get("/loans/register.pdf?from=2026-09-02&until=2026-09-01").status_code == 400
    assert "借阅登记簿" in clerk.get("/api/loans/register.csv?from=2026-09-01", "*/*").data.decode("utf-8-sig").splitlines()[0]
    assert clerk.get("/api/loans/register.csv?from=2026-09-02&until=2026-09-01").get_json()["error"]["code"] == "date_bad"
    counted = clerk.get("/api/loans/figures").get_json()
    assert (counted["total"]["asked"], [one["key"] for one in counted["by_borrower"]]) == (2, [["李测试"]])
    text = clerk.get("/loans/figures").text
    assert all(word in text for word in ("登记 2 笔", "按团队", "按借卷人", "李测试", "<svg"))
    assert "没有登记过借阅" in clerk.get("/loans/figures?from=2026-09-02").text


def test_the_case_page_shows_where_the_paper_is(app: Flask) -> None:
    clerk = Person(app, "clerk")
    case = f"/cases/{quote(CASE_NO)}"
    assert "未登记位置" in clerk.get(case).text
    clerk.post(PAPER, {"volume": "main", "room": "三楼库房", "cabinet": "", "box": "", "reason": ""})
    assert "请写明理由" in clerk.get(PAPER).text
    moved = clerk.post(f"/api{PAPER}", {"volume": "main", "room": "三楼库房", "reason": "入库"}).get_json()
    assert moved["volumes"][0]["place"] == "三楼库房"
    assert "三楼库房" in clerk.get(case).text
    clerk.post(f"{PAPER}/backs", {"volume": "main", "pages": "2"})
    assert "8 张" in clerk.get(PAPER).text
    clerk.post(f"{PAPER}/backs", {"volume": "main", "pages": "两"})
    assert "不在可办的范围内" in clerk.get(PAPER).text
    assert Person(app, "team1").post(PAPER, {"volume": "main", "room": "x", "reason": "x"}).status_code == 404


def test_the_form_offers_what_can_be_borrowed(app: Flask) -> None:
    team = Person(app, "team1")
    assert "下一步" in team.get("/loans/new").text
    text = team.get("/loans/new?case=" + quote(CASE_NO)).text
    assert all(word in text for word in ("执行通知书", "整卷", "9 张", "院内阅卷"))
    form = {"case_no": CASE_NO, "kind": "out", "reason": "核对", "until": "2026-09-10"}
    assert team.post("/loans", form).status_code == 400
    for wrong in ({"until": "soon", "whole": "1"}, {"document": "x"}, {"whole": "1", "kind": "gift"}):
        assert team.post("/loans", form | wrong).status_code == 400
    first, twice = (team.post("/loans", form | {"whole": "1", "key": "k1"}).headers["Location"] for _ in range(2))
    assert first == twice
    assert first.startswith("/loans/JY")
    number = asked(app)
    assert team.post(f"/api/loans/{number}/withdraw").get_json()["state"] == "withdrawn"
    copies = asked(app, kind="copying")
    done = Person(app, "clerk").post(f"/api/loans/{copies}/copy", {"count": "3", "received_by": "王测试"}).get_json()
    assert (done["state"], done["copied"]) == ("copied", 3)
    assert {one["loan_no"] for one in team.get("/api/loans?show=done").get_json()["loans"]} == {number, copies}
