"""One document from outside: who handed it in, who signed for it, its versions; copies carry the taker's name and the time on every page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pdfplumber
import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select

from dossier import people
from dossier.demo.blocks import Text
from dossier.demo.papers import control, orders
from dossier.desks import documents, receiving
from dossier.office import Office
from dossier.records.tables import Document, LedgerEvent, Page
from dossier.web.site import create_app
from dossier.worker import Worker
from tests.support.office import CASE_NO, PASSWORD, hand_over, open_test_office, operator_of, upload
from tests.support.paperfiles import READER, blank_pdf, pdf
from tests.support.webclient import Person


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_test_office(tmp_path_factory.mktemp("documents") / "home", reader=READER)
    for login, role in (("scanner1", "scanner"), ("stranger", "team")):
        people.add(opened, operator_of(opened), login=login, display=login, roles=[role], team=None, password=PASSWORD, must_change=False)
    again = replace(orders.ACCEPTANCE, blocks=(*orders.ACCEPTANCE.blocks, Text("附：再次送达。")))
    hand_over(opened, [upload("受理.pdf", pdf(orders.ACCEPTANCE)), upload("查控.pdf", pdf(control.QUERY))])
    Worker(opened).run(until_idle=True)
    hand_over(opened, [upload("受理.pdf", pdf(again))])
    Worker(opened).run(until_idle=True)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(office: Office) -> Flask:
    return create_app(office)


def document_of(office: Office, type_id: str) -> tuple[int, list[int]]:
    with office.db.read() as session:
        query = select(Document).where(Document.type_id == type_id, Document.state == "placed").order_by(Document.id)
        document = session.scalars(query).first()
        assert document is not None
        return document.id, [page.id for page in document.pages]


def straight(sheet: Any) -> str:
    """The text of a sheet without the slanting watermark."""
    return str(sheet.filter(lambda part: "matrix" not in part or part["matrix"][1] == 0).extract_text())


def events(office: Office, action: str) -> list[LedgerEvent]:
    with office.db.read() as session:
        return list(session.scalars(select(LedgerEvent).where(LedgerEvent.action == action).order_by(LedgerEvent.seq)))


def test_a_paper_tells_its_way_into_the_dossier_and_its_versions(app: Flask, office: Office) -> None:
    number, _ = document_of(office, "acceptance_notice")
    before = len(events(office, "document.read"))
    clerk = Person(app, "clerk")
    told = clerk.get(f"/api/documents/{number}").get_json()
    assert told["handed_by"] == "team1"
    assert told["signed_at"].startswith("2026-09-01T10:00")
    assert told["volume"] == "main"
    assert [one["version"] for one in told["volume_versions"]] == [1]
    assert len(told["versions"]) == 2
    assert number in {one["id"] for one in told["versions"]}
    assert len({one["receipt_no"] for one in told["versions"]}) == 2
    page = clerk.get(f"/documents/{number}").text
    assert told["receipt_no"] in page
    assert f"/documents/{number}.pdf" in page
    assert f"/documents/{number}" in clerk.get(f"/cases/{quote(CASE_NO)}").text
    assert len(events(office, "document.read")) == before + 2


def test_a_copy_says_on_every_page_who_took_it_and_when(app: Flask, office: Office) -> None:
    number, pages = document_of(office, "net_query_total")
    assert len(pages) == 2
    answer = Person(app, "clerk").get(f"/documents/{number}.pdf")
    assert answer.mimetype == "application/pdf"
    assert "attachment" in answer.headers["Content-Disposition"]
    with pdfplumber.open(io.BytesIO(answer.data)) as copy:
        texts = [straight(sheet) for sheet in copy.pages]
        grey = [char for sheet in copy.pages for char in sheet.chars if char["matrix"][1]]
    assert len(texts) == 2
    assert all("云川县人民法院 clerk（clerk）2026-09-01 10:00 查阅" in text for text in texts)
    assert "财产查询反馈表" in texts[0]
    assert len(grey) > 200
    with pikepdf.open(io.BytesIO(answer.data)) as copy:
        assert "clerk" in str(copy.open_metadata()["dc:rights"])
    assert events(office, "page.copy")[-1].detail == {"pages": pages}


def test_a_single_page_is_copied_too(app: Flask, office: Office) -> None:
    _, pages = document_of(office, "net_query_total")
    answer = Person(app, "team1").get(f"/api/pages/{pages[1]}/copy")
    with pdfplumber.open(io.BytesIO(answer.data)) as copy:
        (sheet,) = copy.pages
        assert "team1（team1）" in straight(sheet)


def test_a_copy_of_a_file_with_an_endless_name_has_a_short_one(office: Office, tmp_path: Path) -> None:
    receipt = hand_over(office, [upload(f"{'执' * 78}.pdf", blank_pdf())])["receipt_no"]
    Worker(office).run(until_idle=True)
    with office.db.read() as session:
        page = receiving.load(session, str(receipt)).pages[0].id
    made = documents.copy_page(office, people.acting_as(office, "clerk"), page, tmp_path)
    assert made.is_file()
    assert len(made.name.encode()) <= 255


def test_who_may_not_see_or_copy_gets_nothing(app: Flask, office: Office) -> None:
    number, pages = document_of(office, "acceptance_notice")
    for path in (f"/documents/{number}", f"/documents/{number}.pdf", f"/pages/{pages[0]}.pdf", f"/api/documents/{number}"):
        assert Person(app, "stranger").get(path).status_code == 404, path
    scanner = Person(app, "scanner1")
    assert scanner.get(f"/documents/{number}").status_code == 200
    assert f"/documents/{number}.pdf" not in scanner.get(f"/documents/{number}").text
    assert scanner.get(f"/documents/{number}.pdf").status_code in (403, 404)
    for path in ("/documents/9999", "/documents/9999.pdf", "/pages/9999.pdf", "/api/documents/9999/copy"):
        assert Person(app, "clerk").get(path).status_code == 404, path


def test_what_is_not_read_yet_is_not_copied(app: Flask, office: Office) -> None:
    _, (page, *_) = document_of(office, "acceptance_notice")
    with office.db.write() as session:
        session.get_one(Page, page).state = "decoded"
    answer = Person(app, "clerk").get(f"/api/pages/{page}/copy", accept="application/json")
    with office.db.write() as session:
        session.get_one(Page, page).state = "read"
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "page_unread")
