"""What a hand-over tells in print and what is answered: receipt, notice of refusal and cover with their code; each correction with its answer."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import cv2
import numpy as np
import pdfplumber
import pypdfium2
import pytest
from flask import Flask

from dossier import people
from dossier.demo.papers import orders, second
from dossier.desks import cases, moving, receiving, viewing
from dossier.errors import DossierError
from dossier.office import Office
from dossier.web.site import create_app
from tests.flow.test_receiving import work
from tests.support.commands import CommandLine
from tests.support.office import CASE, CASE_NO, hand_over, open_test_office, operator_of, upload
from tests.support.paperfiles import READER, pdf
from tests.support.webclient import Person

OTHER = "（2026）豫9924执87号"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_test_office(tmp_path_factory.mktemp("slips") / "home", reader=READER)
    cases.import_cases(opened, operator_of(opened), json.dumps([{**CASE, "case_no": OTHER}], ensure_ascii=False).encode())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def refused(office: Office) -> str:
    files = [upload("送达回证.pdf", pdf(second.RECEIPT_UNSIGNED)), upload("empty.pdf", b"")]
    receipt = str(hand_over(office, files)["receipt_no"])
    work(office)
    return receipt


@pytest.fixture(scope="module")
def app(office: Office) -> Flask:
    return create_app(office)


def text_of(data: bytes) -> str:
    with pdfplumber.open(io.BytesIO(data)) as made:
        return "".join("".join(page.extract_text().split()) for page in made.pages)


def test_the_notice_of_refusal_tells_page_remedy_and_article(app: Flask, office: Office, refused: str) -> None:
    answer = Person(app, "team1").get(f"/hand-overs/{refused}/refusal.pdf", "*/*")
    text = text_of(answer.data)
    correction = viewing.submission_json(office, operator_of(office), refused)["corrections"][0]
    assert correction["cite"]
    for told in (CASE_NO, refused, f"{correction['file']}第{correction['page']}页", correction["text"], correction["cite"]):
        assert "".join(told.split()) in text or all(part in text for part in told), told
    shown = pypdfium2.PdfDocument(answer.data)[0].render(scale=3).to_numpy()
    assert cv2.QRCodeDetector().detectAndDecode(np.ascontiguousarray(shown[:, :, :3]))[0] == refused
    assert not list(office.scratch_dir.glob("slips-*"))


def test_the_receipt_names_what_was_not_taken_and_the_cover_what_was_recognised(
    app: Flask, office: Office, refused: str, tmp_path: Path
) -> None:
    receipt = text_of(Person(app, "clerk").get(f"/hand-overs/{refused}/receipt.pdf", "*/*").data)
    assert all(word in receipt for word in ("移送回执", "送达回证.pdf", "empty.pdf", "未接收", "合计"))
    made = CommandLine(office.settings.home)("--as", "clerk", "slip", refused, "cover", "--to", str(tmp_path))
    assert "送达回证" in text_of(Path(made.out.strip()).read_bytes())


def test_there_is_no_notice_without_a_refusal_and_no_slip_for_strangers(app: Flask, office: Office) -> None:
    receipt = str(hand_over(office, [upload("a.pdf", pdf(orders.ACCEPTANCE))])["receipt_no"])
    clerk = Person(app, "clerk")
    assert clerk.get(f"/hand-overs/{receipt}/refusal.pdf", "application/json").get_json()["error"]["code"] == "nothing_refused"
    assert clerk.get(f"/api/hand-overs/{receipt}/refusal.pdf").get_json()["error"]["code"] == "nothing_refused"
    assert clerk.get(f"/api/hand-overs/{receipt}/receipt.pdf", "*/*").data[:5] == b"%PDF-"
    assert Person(app).get(f"/api/hand-overs/{receipt}/receipt.pdf").status_code == 401
    assert Person(app).get(f"/hand-overs/{receipt}/receipt.pdf", "*/*").status_code in (302, 303, 401)


def test_a_correction_that_a_clerk_words_anew_keeps_its_page_and_article(office: Office) -> None:
    clerk = people.acting_as(office, "clerk")
    signed = str(hand_over(office, [upload("w.pdf", pdf(orders.GENERAL_RULING))])["receipt_no"])
    work(office)
    receipt = moving.transfer(office, clerk, signed, 1, OTHER, "错放")
    finding = next(one for one in viewing.submission_json(office, clerk, receipt)["findings"] if one["severity"] == "blocking")
    receiving.refuse(office, clerk, receipt, "见意见", [f"{finding['message']}，请本周内换来。", "另请附清单。"])
    first, second_ = viewing.submission_json(office, clerk, receipt)["corrections"]
    assert (first["page_id"], first["cite"]) == (finding["page_id"], finding["cite"])
    assert (second_["page_id"], second_["cite"]) == (None, None)


def test_each_correction_is_answered_with_the_next_hand_over(app: Flask, office: Office, refused: str) -> None:
    team = Person(app, "team1")
    corrections = viewing.submission_json(office, operator_of(office), refused)["corrections"]
    page = team.get(f"/hand-overs/new?case={quote(CASE_NO)}&again={refused}").text
    assert page.count('name="answer"') == len(corrections) > 1
    form = {"case_no": CASE_NO, "again_of": refused, "key": "again", "answer": ["", "已补签。\r\n见第 2 页"]}
    made = team.post("/hand-overs", {**form, "files": (io.BytesIO(pdf(orders.NOTICE_COMPANY)), "补.pdf")}, accept="application/json")
    receipt = made.get_json()["receipt_no"]
    view = viewing.submission_json(office, operator_of(office), receipt)
    assert view["answers"] == [{"number": 2, "correction": corrections[1]["text"], "answer": "已补签。\n见第 2 页"}]
    work(office)
    assert "对修改意见的答复" in Person(app, "clerk").get(f"/hand-overs/{receipt}").text
    with pytest.raises(DossierError) as caught:
        hand_over(office, [upload("c.pdf", pdf(orders.DISHONEST))], answers=["没有被退回"])
    assert caught.value.code == "bad_request"
