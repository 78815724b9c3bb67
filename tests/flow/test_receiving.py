"""A hand-over's ways: signed for, signed in part, refused, handed over again, disputed and ruled, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dossier import people
from dossier.demo.blocks import Paper, paras, title
from dossier.demo.papers import control, orders, second, service
from dossier.desks import placing, receiving, sorting, viewing
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case, Document, LedgerEvent, Page, Submission, Volume
from dossier.worker import Worker
from tests.support.office import CASE_NO, PASSWORD, hand_over, open_test_office, operator_of, upload
from tests.support.paperfiles import READER, pdf
from tests.support.web import UNKNOWN


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Iterator[Office]:
    opened = open_test_office(tmp_path / "home", database_url=database_url, reader=READER)
    yield opened
    opened.close()


def work(office: Office) -> None:
    tally = Worker(office).run(until_idle=True)
    assert (tally.retried, tally.failed) == (0, 0)


def view(office: Office, receipt: dict[str, Any]) -> dict[str, Any]:
    return viewing.submission_json(office, operator_of(office), receipt["receipt_no"])


def person(office: Office, login: str) -> Any:
    return people.acting_as(office, login)


FOREIGN = Paper(
    "", "新生入学登记表", (title("新生入学登记表"), *paras("学生姓名、班级、家长联系电话、既往病史，由学校存档。开学第一周交班主任。"))
)


def waiting(office: Office) -> str:
    """A hand-over that waits for the clerk: a paper of no known kind keeps the system from deciding."""
    receipt = hand_over(office, [upload("a.pdf", pdf(control.QUERY)), upload("b.pdf", pdf(FOREIGN))])
    work(office)
    assert view(office, receipt)["state"] == "waiting"
    return str(receipt["receipt_no"])


def test_a_submission_with_blocking_findings_is_refused_with_its_corrections_and_nothing_is_placed(office: Office) -> None:
    receipt = hand_over(office, [upload("a.pdf", pdf(orders.NOTICE_DEBTOR, second.STRAY_NOTICE))])
    work(office)
    seen = view(office, receipt)
    assert seen["state"] == "refused"
    assert any("（2026）豫9924执87号" in correction["text"] for correction in seen["corrections"])
    assert {document["state"] for document in seen["documents"]} == {"refused"}
    assert placing.contents_json(office, operator_of(office), CASE_NO) == []


def test_a_refused_submission_is_handed_over_again_with_the_same_file_and_linked(office: Office) -> None:
    data = pdf(orders.NOTICE_DEBTOR, second.STRAY_NOTICE)
    first = hand_over(office, [upload("a.pdf", data)])
    work(office)
    again = hand_over(office, [upload("a.pdf", data)], again_of=first["receipt_no"])
    assert view(office, again)["again_of"] == first["receipt_no"]
    assert view(office, first)["again"] == [again["receipt_no"]]


def test_only_a_refused_submission_can_be_handed_over_again(office: Office) -> None:
    first = hand_over(office, [upload("a.pdf", pdf(orders.NOTICE_DEBTOR))])
    with pytest.raises(DossierError) as caught:
        hand_over(office, [upload("b.pdf", pdf(orders.REPORT_DEBTOR))], again_of=first["receipt_no"])
    assert caught.value.code == "refused_not_resolved"


def refused(office: Office) -> str:
    receipt = hand_over(office, [upload("a.pdf", pdf(orders.NOTICE_DEBTOR, second.STRAY_NOTICE))])
    work(office)
    return str(receipt["receipt_no"])


def test_a_dispute_is_ruled_by_the_director_and_the_ruling_places_the_papers(office: Office) -> None:
    receipt_no = refused(office)
    receiving.dispute(office, person(office, "team1"), receipt_no, "两案合并办理")
    assert view(office, {"receipt_no": receipt_no})["state"] == "disputed"
    receiving.rule(office, person(office, "director"), receipt_no, "sign_as_is", "已核实")
    work(office)
    seen = view(office, {"receipt_no": receipt_no})
    assert seen["state"] == "ruled"
    assert {document["state"] for document in seen["documents"]} == {"placed"}
    assert seen["disputes"][0]["ruling_reason"] == "已核实"
    goes_into_the_sub_volume(office, seen["disputes"][0]["paper"], "按现状签收", "已核实")


def goes_into_the_sub_volume(office: Office, paper: str, *told: str) -> None:
    """The ruling as a paper: made by the system, of no team, its words in the 副卷 and nowhere else."""
    sheet = view(office, {"receipt_no": paper})
    assert (sheet["state"], sheet["team"], sheet["findings"]) == ("signed_for", None, [])
    with office.db.read() as session:
        of_paper = select(Document).join(Submission, Submission.id == Document.submission_id).where(Submission.receipt_no == paper)
        assert [(one.type_id, one.state) for one in session.execute(of_paper).scalars()] == [("leader_decision", "placed")]
        volumes = {one.kind: one.object_id for one in session.execute(select(Volume)).scalars()}
        page = session.execute(
            select(Page).join(Submission, Submission.id == Page.submission_id).where(Submission.receipt_no == paper)
        ).scalar_one()
        assert all(word in "".join(line["text"] for line in page.lines or ()) for word in told)
    assert any(path.startswith(f"documents/{paper}-001") for path in office.store_of("sub").version(volumes["sub"]).state)
    if "main" in volumes:
        meta = [path for path in office.store_of("main").version(volumes["main"]).state if path.startswith("meta/")]
        said = "".join(office.store_of("main").path(volumes["main"], path).read_text("utf-8") for path in meta)
        assert told[-1] not in said


def test_a_ruling_to_fix_leaves_the_papers_refused(office: Office) -> None:
    receipt_no = refused(office)
    receiving.dispute(office, person(office, "team1"), receipt_no, "不同意")
    receiving.rule(office, person(office, "director"), receipt_no, "fix", "应当抽出")
    work(office)
    seen = view(office, {"receipt_no": receipt_no})
    assert {d["state"] for d in seen["documents"]} == {"refused"}
    goes_into_the_sub_volume(office, seen["disputes"][0]["paper"], "应予改正", "应当抽出")


def test_a_court_without_disputes_takes_none(office: Office) -> None:
    receipt_no = refused(office)
    with office.db.write() as session:
        for case in session.execute(select(Case)).scalars():
            case.profile = "sanya"
    with pytest.raises(DossierError) as caught:
        receiving.dispute(office, person(office, "team1"), receipt_no, "不同意")
    assert caught.value.code == "dispute_not_provided"
    assert view(office, {"receipt_no": receipt_no})["state"] == "refused"


def test_nobody_rules_on_their_own_dispute_and_the_team_does_not_rule(office: Office) -> None:
    receipt_no = refused(office)
    receiving.dispute(office, operator_of(office), receipt_no, "不同意")
    for actor, code in (
        (operator_of(office), "own_dispute"),
        (person(office, "team1"), "not_allowed"),
        (person(office, "clerk"), "not_allowed"),
    ):
        with pytest.raises(DossierError) as caught:
            receiving.rule(office, actor, receipt_no, "fix", "理由")
        assert caught.value.code == code


def test_who_refused_or_handed_over_does_not_rule_in_the_directors_place(office: Office) -> None:
    receipt_no = str(hand_over(office, [upload("a.pdf", pdf(UNKNOWN))])["receipt_no"])
    work(office)
    receiving.refuse(office, person(office, "clerk"), receipt_no, "看不清")
    receiving.dispute(office, operator_of(office), receipt_no, "不同意")
    director, today = person(office, "director"), office.today()
    for login in ("clerk", "team1"):
        people.name_substitute(office, director, "director", login, today, today, "出差")
        with pytest.raises(DossierError) as caught:
            receiving.rule(office, people.act_for(office, person(office, login), "director"), receipt_no, "fix", "维持")
        assert caught.value.code == "own_dispute"
    receiving.rule(office, director, receipt_no, "fix", "维持")


def test_what_a_substitute_did_in_somebodys_place_binds_that_person_too(office: Office) -> None:
    people.add(office, operator_of(office), login="deputy", display="代", roles=["clerk"], team=None, password=PASSWORD, must_change=False)
    today = office.today()
    for login, substitute in (("team1", "deputy"), ("clerk", "deputy"), ("director", "team1")):
        people.name_substitute(office, person(office, login), login, substitute, today, today, "出差")
    for_team, for_clerk = (people.act_for(office, person(office, "deputy"), login) for login in ("team1", "clerk"))
    receipt_no = str(hand_over(office, [upload("a.pdf", pdf(UNKNOWN))], actor=for_clerk)["receipt_no"])
    work(office)
    assert refused_code(lambda: receiving.sign(office, person(office, "clerk"), receipt_no)) == "own_submission"
    receiving.refuse(office, operator_of(office), receipt_no, "看不清")
    receiving.dispute(office, for_team, receipt_no, "不同意")
    in_place = people.act_for(office, person(office, "team1"), "director")
    assert refused_code(lambda: receiving.rule(office, in_place, receipt_no, "fix", "维持")) == "own_dispute"
    receiving.rule(office, person(office, "director"), receipt_no, "fix", "维持")


def refused_code(act: Callable[[], object]) -> str:
    with pytest.raises(DossierError) as caught:
        act()
    return caught.value.code


def test_a_clean_and_confident_submission_is_signed_for_and_placed_by_the_system(office: Office) -> None:
    receipt = hand_over(office, [upload("a.pdf", pdf(control.QUERY))], declared=[{"name": "总对总网络查询反馈表", "pages": 2}])
    work(office)
    seen = view(office, receipt)
    assert (seen["state"], seen["decided_by"]) == ("signed_for", "系统")
    entries = placing.contents_json(office, operator_of(office), CASE_NO)
    assert [(entry["serial"], entry["type"], entry["first_page"], entry["last_page"]) for entry in entries] == [
        (1, "net_query_total", 1, 2)
    ]


def test_a_clerk_signs_for_some_and_the_rest_is_refused_with_a_reason(office: Office) -> None:
    receipt_no = waiting(office)
    clerk = person(office, "clerk")
    with pytest.raises(DossierError) as caught:
        receiving.sign(office, clerk, receipt_no, [1])
    assert caught.value.code == "reason_missing"
    receiving.sign(office, clerk, receipt_no, [1], "入学登记表与本案无关")
    work(office)
    seen = view(office, {"receipt_no": receipt_no})
    assert seen["state"] == "partly_signed_for"
    assert [document["state"] for document in seen["documents"]] == ["placed", "refused"]


def test_a_paper_without_a_type_is_not_signed_for_until_a_person_names_it(office: Office) -> None:
    receipt_no = waiting(office)
    clerk = person(office, "clerk")
    with pytest.raises(DossierError) as caught:
        receiving.sign(office, clerk, receipt_no)
    assert caught.value.code == "type_missing"
    sorting.retype(office, clerk, receipt_no, 2, "party_evidence")
    work(office)
    receiving.sign(office, clerk, receipt_no)
    work(office)
    seen = view(office, {"receipt_no": receipt_no})
    assert seen["state"] == "signed_for"
    assert [document["state"] for document in seen["documents"]] == ["placed", "placed"]


def test_a_clerk_refuses_with_corrections_of_their_own(office: Office) -> None:
    receipt_no = waiting(office)
    receiving.refuse(office, person(office, "clerk"), receipt_no, "夹有无关材料", ["请抽出入学登记表"])
    seen = view(office, {"receipt_no": receipt_no})
    assert (seen["state"], seen["reason"]) == ("refused", "夹有无关材料")
    assert [correction["text"] for correction in seen["corrections"]] == ["请抽出入学登记表"]


def test_two_who_decide_at_once_one_wins_and_the_other_is_told(office: Office) -> None:
    receipt_no = refused(office)
    with pytest.raises(DossierError) as caught:
        receiving.refuse(office, person(office, "clerk"), receipt_no, "再退一次")
    assert caught.value.code == "raced"
    assert "系统" in caught.value.zh


def test_a_team_neither_signs_nor_sees_the_hand_overs_of_another_team(office: Office) -> None:
    receipt_no = refused(office)
    people.add(
        office,
        operator_of(office),
        login="team2",
        display="二团队",
        roles=["team"],
        team=None,
        password="Another-long-one",
        must_change=False,
    )
    for act in (
        lambda: viewing.submission_json(office, person(office, "team2"), receipt_no),
        lambda: receiving.sign(office, person(office, "team1"), receipt_no),
        lambda: receiving.dispute(office, person(office, "team2"), receipt_no, "不同意"),
    ):
        with pytest.raises(DossierError) as caught:
            act()
        assert caught.value.code == "not_allowed"


def test_every_step_leaves_its_event_and_the_chain_holds(office: Office) -> None:
    receipt_no = refused(office)
    with office.db.read() as session:
        actions = list(session.execute(select(LedgerEvent.action).order_by(LedgerEvent.seq)).scalars())
        assert list(ledger.verify(session)) == []
    expected = ["submission.receive", "file.split", "page.read_by_engine", "submission.classify", "submission.check", "submission.refuse"]
    assert [action for action in dict.fromkeys(actions) if action in expected] == expected
    assert receipt_no.startswith("HZ20260901-")


def test_the_same_idempotency_key_gives_the_same_receipt(office: Office) -> None:
    first = hand_over(office, [upload("a.pdf", pdf(service.TO_DEBTOR))], idempotency_key="k1")
    second_time = hand_over(office, [upload("a.pdf", pdf(service.TO_DEBTOR))], idempotency_key="k1")
    assert first == second_time
