"""Looking first: a team sees what was recognised and what is missing before anything is handed over; then it hands over, or does not."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dossier import people
from dossier.demo.papers import orders, second
from dossier.desks import intakefigures, previewing, receiving, viewing, workbench
from dossier.desks.figures import Asked
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records.tables import LedgerEvent
from dossier.web.site import create_app
from tests.flow.test_receiving import work
from tests.support.commands import CommandLine
from tests.support.office import CASE_NO, hand_over, open_test_office, operator_of, upload
from tests.support.paperfiles import READER, pdf
from tests.support.webclient import Person


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened = open_test_office(tmp_path / "home", reader=READER)
    yield opened
    opened.close()


def view(office: Office, receipt: str) -> dict[str, Any]:
    return viewing.submission_json(office, operator_of(office), receipt)


def ask(who: Person, receipt: str, verb: str, **wanted: Any) -> Any:
    return who.client.post(f"/api/hand-overs/{receipt}/{verb}", json=wanted, headers={"X-CSRFToken": who.token})


def waiting(office: Office, login: str = "team1") -> dict[str, list[str]]:
    """What the boxes of a person's workbench name."""
    boxes = workbench.workbench(office, people.acting_as(office, login))["boxes"]
    return {box["id"]: [row["what"] for row in box["rows"]] for box in boxes}


def test_a_team_looks_and_then_hands_over(office: Office) -> None:
    team, clerk = Person(create_app(office), "team1"), Person(create_app(office), "clerk")
    form = {"case_no": CASE_NO, "look": "1", "files": (io.BytesIO(pdf(orders.NOTICE_DEBTOR, second.STRAY_NOTICE)), "a.pdf")}
    receipt = team.post("/hand-overs", form, accept="application/json").get_json()["receipt_no"]
    work(office)
    seen = view(office, receipt)
    assert (seen["state"], seen["corrections"], seen["decided_at"]) == ("ready", [], None)
    assert "执行通知书" in [one["name"] for one in seen["documents"]]
    assert any(finding["severity"] == "blocking" for finding in seen["findings"])
    page = team.get(f"/hand-overs/{receipt}").text
    assert f"/hand-overs/{receipt}/hand-over" in page
    assert "没有移送" in page
    assert waiting(office)["ready"] == [receipt]
    assert receipt not in str(waiting(office, "clerk"))
    assert team.get(f"/hand-overs/{receipt}/receipt.pdf").status_code == 409
    assert intakefigures.intake(office, operator_of(office), Asked())["total"]["handovers"] == 0
    for verb in ("sign", "refuse"):
        assert ask(clerk, receipt, verb, reason="不行").status_code == 409
    assert team.post(f"/hand-overs/{receipt}/hand-over", {"seen": seen["seen"]}).status_code == 303
    work(office)
    after = view(office, receipt)
    assert (after["state"], after["preview"], bool(after["corrections"])) == ("refused", False, True)
    assert intakefigures.intake(office, operator_of(office), Asked())["total"]["handovers"] == 1
    with office.db.read() as session:
        acts = session.execute(select(LedgerEvent.actor).where(LedgerEvent.action == "submission.hand_over")).scalars().all()
    assert acts == ["team1"]


def test_what_is_not_handed_over_may_come_again_and_answers_nothing(office: Office) -> None:
    team = Person(create_app(office), "team1")
    refused = str(hand_over(office, [upload("first.pdf", pdf(orders.NOTICE_DEBTOR, second.STRAY_NOTICE))])["receipt_no"])
    work(office)
    assert waiting(office)["refused"] == [refused]
    files = [upload("a.pdf", pdf(orders.ACCEPTANCE))]
    looked = str(hand_over(office, files, again_of=refused, look=True)["receipt_no"])
    work(office)
    assert ask(team, looked, "drop", seen="stale").status_code == 409
    assert ask(team, looked, "drop").get_json()["state"] == "withdrawn"
    assert waiting(office)["refused"] == [refused]
    assert view(office, refused)["again"] == []
    with pytest.raises(DossierError) as said:
        previewing.hand_over(office, people.acting_as(office, "team1"), looked)
    assert said.value.code == "move_refused"
    again = str(hand_over(office, files, again_of=refused)["receipt_no"])
    work(office)
    assert view(office, again)["state"] == "signed_for"
    assert view(office, refused)["again"] == [again]
    with pytest.raises(DossierError):
        previewing.drop(office, people.acting_as(office, "team1"), again)


def test_a_clean_one_is_signed_for_once_it_is_handed_over_on_the_command_line(office: Office, tmp_path: Path) -> None:
    run = CommandLine(office.settings.home)
    file = tmp_path / "a.pdf"
    file.write_bytes(pdf(orders.ACCEPTANCE))
    receipt = run("submit", "--case", CASE_NO, "--look", file, "--json").json["receipt_no"]
    work(office)
    assert view(office, receipt)["state"] == "ready"
    with pytest.raises(DossierError):
        receiving.sign(office, people.acting_as(office, "clerk"), receipt)
    assert run("hand-over", receipt).code == 0
    work(office)
    assert view(office, receipt)["state"] == "signed_for"
    assert run("drop", receipt).code == 4
