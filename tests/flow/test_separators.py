"""Separator and cover sheets from the printer through the scanner: printed by page, API and command line, known in a stack, kept and never filed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import select

from dossier.demo.papers import orders
from dossier.desks import placing, viewing
from dossier.office import Office
from dossier.records.tables import LedgerEvent
from dossier.web.site import create_app
from review.sheets import Sheet, code_of
from scanners.separator import codes
from tests.flow.test_receiving import work
from tests.support.commands import CommandLine
from tests.support.office import CASE_NO, hand_over, open_test_office, operator_of, upload
from tests.support.paperfiles import READER, pdf
from tests.support.webclient import Person


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_test_office(tmp_path_factory.mktemp("separators") / "home", reader=READER)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(office: Office) -> Flask:
    return create_app(office)


@pytest.fixture(scope="module")
def printed(office: Office, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A cover of the case with a step, a separator for a notice, a plain one."""
    run = CommandLine(office.settings.home)
    words = ("--plain", "1", "--type", "consumption_restriction_order=1", "--case", CASE_NO, "--node", "service", "--to")
    made = run("--as", "team1", "separator", *words, str(tmp_path_factory.mktemp("out")))
    assert made.code == 0, made.err
    return Path(made.out.strip()).read_bytes()


def joined(*files: bytes) -> bytes:
    """The files' pages, as one stack goes through the scanner."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        for one in files:
            with pikepdf.open(io.BytesIO(one)) as part:
                made.pages.extend(part.pages)
        made.save(out)
    return out.getvalue()


def leaf(data: bytes, number: int) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as whole, pikepdf.new() as made:
        made.pages.append(whole.pages[number])
        made.save(out)
    return out.getvalue()


def test_each_printed_sheet_says_by_its_code_what_it_is(printed: bytes) -> None:
    sheets = [page.render(scale=200 / 72).to_numpy()[:, :, ::-1] for page in pypdfium2.PdfDocument(printed)]
    wanted = (
        Sheet("cover", case_no=CASE_NO, node="service"),
        Sheet("separator", type_id="consumption_restriction_order"),
        Sheet("separator"),
    )
    assert [codes(sheet) for sheet in sheets] == [(code_of(one),) for one in wanted]


def test_a_stack_with_sheets_is_parted_by_them_and_the_sheets_are_kept_and_not_filed(office: Office, app: Flask, printed: bytes) -> None:
    cover, typed, plain = (leaf(printed, number) for number in range(3))
    stack = joined(cover, typed, pdf(orders.CONSUMPTION_DEBTOR), plain, pdf(orders.ACCEPTANCE))
    receipt = hand_over(office, [upload("整批.pdf", stack)])["receipt_no"]
    work(office)
    view = viewing.submission_json(office, operator_of(office), receipt)
    pages = {page["page"] for document in view["documents"] for page in document["pages"]}
    assert [(one["page"], one["kind"], one["says"]) for one in view["separator_pages"]] == [
        (1, "cover", CASE_NO),
        (2, "separator", view["documents"][0]["name"]),
        (view["documents"][1]["pages"][0]["page"] - 1, "separator", ""),
    ]
    assert view["documents"][0]["type"] == "consumption_restriction_order"
    assert view["documents"][0]["why"].startswith("分隔页注明")
    assert not [one["rule"] for one in view["findings"] if one["rule"].startswith("sheet.")]
    assert len(pages) + 3 == view["pages_total"]
    assert view["state"] == "signed_for"
    contents = placing.contents_json(office, operator_of(office), CASE_NO, "main")
    assert contents[-1]["last_page"] == len(pages)
    shown = Person(app, "clerk").get(f"/hand-overs/{view['receipt_no']}").text
    assert "分隔页 3" in shown
    told = CommandLine(office.settings.home)("submission", view["receipt_no"]).out
    assert f"封页 {CASE_NO}" in told


def test_sheets_are_printed_by_page_and_api_and_the_ledger_tells(office: Office, app: Flask) -> None:
    team = Person(app, "team1")
    assert "限制消费令" in team.get("/separators").text
    assert "办案节点" in team.get(f"/separators?case={CASE_NO}").text
    page = team.post(
        "/separators", {"plain": "1", "type": ["限制消费令 · consumption_restriction_order"] * 2, "count": ["1", "1"]}, accept="*/*"
    )
    made = team.client.post("/api/separators", json={"case_no": CASE_NO}, headers={"X-CSRFToken": team.token})
    counts = [len(pypdfium2.PdfDocument(answer.data)) for answer in (page, made)]
    assert counts == [3, 1]
    with office.db.read() as session:
        events = session.scalars(select(LedgerEvent).where(LedgerEvent.action == "separator.print")).all()
    assert {"plain": 1, "types": {"consumption_restriction_order": 2}, "cover": False, "node": None} in [event.detail for event in events]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({}, "separators_none"),
        ({"plain": 201}, "bad_request"),
        ({"types": [{"type": "nothing", "count": 1}]}, "type_unknown"),
        ({"case_no": CASE_NO, "node": "nothing"}, "node_unknown"),
        ({"plain": 1, "node": "service"}, "bad_request"),
        ({"case_no": "（2026）豫9924执9号"}, "case_unknown"),
    ],
)
def test_what_cannot_be_printed_is_told(app: Flask, wanted: dict[str, Any], code: str) -> None:
    team = Person(app, "team1")
    answer = team.client.post("/api/separators", json=wanted, headers={"X-CSRFToken": team.token})
    assert answer.get_json()["error"]["code"] == code
