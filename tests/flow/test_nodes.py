"""The step for which papers come: chosen at the form, by programs and on the command line, or named by a cover; what it lacks is told, and blocks nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dossier import people
from dossier.demo.papers import orders
from dossier.desks import nodes, separators, viewing
from dossier.desks.separators import Wanted
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records.tables import LedgerEvent, Submission
from dossier.web.site import create_app
from tests.flow.test_receiving import work
from tests.flow.test_separators import joined
from tests.support.commands import CommandLine
from tests.support.office import CASE_NO, hand_over, open_test_office, operator_of, upload
from tests.support.paperfiles import READER, pdf
from tests.support.webclient import Person

NODE = "service"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_test_office(tmp_path_factory.mktemp("nodes") / "home", reader=READER)
    yield opened
    opened.close()


def view(office: Office, receipt: str) -> dict[str, Any]:
    return viewing.submission_json(office, operator_of(office), receipt)


def test_the_form_offers_the_nodes_of_the_case_and_the_chosen_one_is_kept_and_shown(office: Office, tmp_path: Path) -> None:
    offered = nodes.choices(office, people.acting_as(office, "team1"), CASE_NO)
    lacking = [bool(one["lacking"]) for one in offered]
    assert lacking == sorted(lacking, reverse=True)
    assert NODE in [one["node"] for one in offered]
    team = Person(create_app(office), "team1")
    assert f'value="{NODE}"' in team.get(f"/hand-overs/new?case={CASE_NO}").text
    assert team.get(f"/api/cases/{CASE_NO}/nodes").get_json()["nodes"] == offered
    form = {"case_no": CASE_NO, "node": NODE, "files": (io.BytesIO(pdf(orders.CONSUMPTION_DEBTOR)), "a.pdf")}
    receipt = team.post("/api/hand-overs", form, accept="application/json").get_json()["receipt_no"]
    assert view(office, receipt)["node"] == NODE
    file = tmp_path / "b.pdf"
    file.write_bytes(pdf(orders.ACCEPTANCE))
    made = CommandLine(office.settings.home)("submit", "--case", CASE_NO, "--node", NODE, file, "--json").json
    assert view(office, made["receipt_no"])["node"] == NODE


def test_a_cover_names_the_node_and_what_it_lacks_is_told_without_a_block(office: Office, tmp_path: Path) -> None:
    team = people.acting_as(office, "team1")
    printed = separators.save(office, team, Wanted(case_no=CASE_NO, node=NODE), tmp_path)
    assert printed.name == f"封页{CASE_NO}.pdf", "covers of several cases go into one folder"
    cover = printed.read_bytes()
    receipt = str(hand_over(office, [upload("c.pdf", joined(cover, pdf(orders.NOTICE_DEBTOR)))])["receipt_no"])
    work(office)
    seen = view(office, receipt)
    assert (seen["node"], seen["state"]) == (NODE, "signed_for")
    told = next(one for one in seen["findings"] if one["rule"] == NODE)
    assert (told["severity"], told["node"]) == ("warning", NODE)
    assert seen["node_name"] in told["message"]
    shown = Person(create_app(office), "clerk")
    assert seen["node_name"] in shown.get(f"/hand-overs/{receipt}").text
    assert f"· {seen['node_name']}" in shown.get(f"/cases/{CASE_NO}").text
    assert shown.get(f"/cases/{CASE_NO}/explain?rule={NODE}&receipt={receipt}").status_code == 200
    assert "送达" in told["message"].partition("仍缺：")[2]
    with office.db.read() as session:
        subject = f"submission:{session.scalars(select(Submission.id).where(Submission.receipt_no == receipt)).one()}"
        told_by = select(LedgerEvent).where(LedgerEvent.action == "submission.classify", LedgerEvent.subject == subject)
        assert session.scalars(told_by).one().detail["node"] == NODE, "that the cover named it is in the ledger"


def test_a_node_of_no_rule_is_refused_and_nothing_is_taken(office: Office) -> None:
    with pytest.raises(DossierError) as caught:
        hand_over(office, [upload("d.pdf", b"%PDF-")], node="nowhere")
    assert caught.value.code == "node_unknown"
