"""A waiting hand-over put in order: split, merged, moved, turned, set aside, scanned again; undone; taken back; moved to another case."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from dossier import people
from dossier.demo.papers import control, orders
from dossier.desks import borrowing, cases, moving, placing, receiving, rescanning, sorting, viewing
from dossier.desks.present import layout_of
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import LedgerEvent, Page
from tests.flow.test_receiving import FOREIGN, work
from tests.support.commands import CommandLine
from tests.support.office import CASE, CASE_NO, PASSWORD, hand_over, open_test_office, operator_of, upload
from tests.support.paperfiles import READER, blank_pdf, pdf
from tests.support.web import UNKNOWN

OTHER = "（2026）豫9924执87号"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_test_office(tmp_path_factory.mktemp("sorting") / "home", reader=READER)
    cases.import_cases(opened, operator_of(opened), json.dumps([{**CASE, "case_no": OTHER}], ensure_ascii=False).encode())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def stack(office: Office) -> str:
    """Six pages of five papers, and a blank one; a paper of no known kind makes it wait."""
    files = [
        upload("a.pdf", pdf(control.QUERY, control.FREEZE)),
        upload("b.pdf", pdf(FOREIGN, orders.NOTICE_DEBTOR)),
        upload("c.pdf", blank_pdf()),
    ]
    receipt = str(hand_over(office, files)["receipt_no"])
    work(office)
    return receipt


def clerk(office: Office) -> Any:
    return people.acting_as(office, "clerk")


def view(office: Office, receipt: str) -> dict[str, Any]:
    return viewing.submission_json(office, operator_of(office), receipt)


def shape(office: Office, receipt: str) -> list[tuple[str | None, str, tuple[int, ...], int]]:
    """Each document: its type, state, pages and number of findings."""
    seen = view(office, receipt)
    found = [finding["document_number"] for finding in seen["findings"]]
    return [(d["type"], d["state"], tuple(p["id"] for p in d["pages"]), found.count(d["number"])) for d in seen["documents"]]


def refused(code: str, deed: Any, *words: Any) -> None:
    with pytest.raises(DossierError) as caught:
        deed(*words)
    assert caught.value.code == code


def whole(office: Office, receipt: str) -> Any:
    """The order and the judgement, without the ids that a rewritten row gets anew."""
    seen = view(office, receipt)
    with office.db.read() as session:
        layout = layout_of(session, receiving.load(session, receipt)).as_json()
    findings = sorted((f["rule"], f["message"], f["document_number"] or 0, f["page_id"] or 0) for f in seen["findings"])
    return layout, findings


def homes(office: Office, receipts: list[str]) -> None:
    """Every page of every file is in exactly one document, or listed as blank, repeated, replaced or not read."""
    seen = [view(office, receipt) for receipt in receipts]
    placed = [page["id"] for one in seen for document in one["documents"] for page in document["pages"]]
    loose = [p["id"] for one in seen for p in one["pages"] if p["document_id"] is None and (p["blank"] or p["duplicate"] or p["behind"])]
    with office.db.read() as session:
        files = [file.id for receipt in receipts for file in receiving.load(session, receipt).files]
        everything = sorted(session.execute(select(Page.id).where(Page.file_id.in_(files))).scalars())
    assert sorted(placed + loose) == everything


VERBS = st.sampled_from(["split", "merge", "move", "alone", "order", "turn", "retype", "set_aside", "take_up", "transfer", "undo"])
HISTORY = st.lists(st.tuples(VERBS, st.integers(0, 99), st.integers(0, 99)), max_size=7)


def act(office: Office, receipt: str, verb: str, one: int, two: int) -> str | None:
    """Does what the numbers choose; the receipt of the hand-over that it made, if any. What is impossible is refused and changes nothing."""
    who, seen = clerk(office), view(office, receipt)
    numbers = [document["number"] for document in seen["documents"]] or [1]
    number, other = numbers[one % len(numbers)], numbers[two % len(numbers)]
    document = next((d for d in seen["documents"] if d["number"] == number), {"pages": []})
    page = seen["pages"][one % len(seen["pages"])]["id"] if seen["pages"] else 0
    deeds: dict[str, Any] = {
        "split": lambda: sorting.split(office, who, receipt, number, 2 + two % 2),
        "merge": lambda: sorting.merge(office, who, receipt, number, other),
        "move": lambda: sorting.move(office, who, receipt, page, other, 1 + two % 3),
        "alone": lambda: sorting.move(office, who, receipt, page, None),
        "order": lambda: sorting.order(office, who, receipt, number, [p["id"] for p in reversed(document["pages"])]),
        "turn": lambda: sorting.turn(office, who, receipt, page, 90 * (1 + two % 3)),
        "retype": lambda: sorting.retype(office, who, receipt, number, ("party_evidence", "net_query_total")[two % 2]),
        "set_aside": lambda: sorting.set_aside(office, who, receipt, number, "与案件无关"),
        "take_up": lambda: sorting.take_up(office, who, receipt, number),
        "transfer": lambda: moving.transfer(office, who, receipt, number, OTHER, "错放"),
        "undo": lambda: sorting.undo(office, who, receipt),
    }
    before, made = whole(office, receipt), None
    with contextlib.suppress(DossierError):
        made = deeds[verb]()
        return str(made) if verb == "transfer" else None
    assert whole(office, receipt) == before
    return None


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(history=HISTORY)
def test_no_history_loses_or_doubles_a_page_and_undoing_all_of_it_gives_the_first_state(
    office: Office, stack: str, history: list[tuple[str, int, int]]
) -> None:
    first, receipts = whole(office, stack), [stack]
    for verb, one, two in history:
        made = act(office, stack, verb, one, two)
        receipts += [made] if made else []
        homes(office, receipts)
    while view(office, stack)["undo"]:
        sorting.undo(office, clerk(office), stack)
        homes(office, receipts)
    assert whole(office, stack) == first
    with office.db.read() as session:
        assert {receiving.load(session, made).state for made in receipts[1:]} <= {"withdrawn"}


def test_only_what_an_act_concerns_is_judged_anew(office: Office, stack: str) -> None:
    before = shape(office, stack)
    with office.db.read() as session:
        submission = receiving.load(session, stack)
        others = {f.id for f in submission.findings if not f.whole and f.document_id not in (None, submission.documents[0].id)}
    sorting.split(office, clerk(office), stack, 1, 2)
    with office.db.read() as session:
        kept = {finding.id for finding in receiving.load(session, stack).findings}
    after = shape(office, stack)
    assert [one[2] for one in after[:2]] == [before[0][2][:1], before[0][2][1:]]
    assert [one[2:] for one in after[2:]] == [one[2:] for one in before[1:]]
    assert set() < others <= kept
    sorting.undo(office, clerk(office), stack)
    assert shape(office, stack) == before


def test_a_page_is_scanned_again_and_the_old_one_kept_behind_it(office: Office, stack: str) -> None:
    before = shape(office, stack)
    old = before[2][2][0]
    refused(
        "rescan_one_page", rescanning.rescan, office, clerk(office), stack, old, upload("two.pdf", pdf(control.QUERY, orders.ACCEPTANCE))
    )
    made = rescanning.rescan(office, clerk(office), stack, old, upload("again.pdf", pdf(orders.REPORT_DEBTOR)))
    refused("still_working", receiving.sign, office, clerk(office), stack)
    assert view(office, stack)["busy"]
    work(office)
    seen = view(office, stack)
    assert [page["id"] for page in seen["documents"][2]["pages"]] == [made["page"]]
    assert seen["documents"][2]["type"] == "property_report_order"
    assert next(page for page in seen["pages"] if page["id"] == old)["behind"] == made["page"]
    homes(office, [stack])
    sorting.undo(office, clerk(office), stack)
    homes(office, [stack])
    assert shape(office, stack) == before


def signed(office: Office, paper: Any) -> str:
    receipt = str(hand_over(office, [upload("q.pdf", pdf(paper))])["receipt_no"])
    work(office)
    assert view(office, receipt)["state"] == "signed_for"
    return receipt


def contents(office: Office, case_no: str = CASE_NO) -> list[str]:
    return [entry["type"] for entry in placing.contents_json(office, operator_of(office), case_no)]


def stored(office: Office, case_no: str = CASE_NO) -> set[str]:
    return {path for path in office.stores["main"].version(placing.object_id(case_no, "main")).state if path.startswith(("doc", "orig"))}


def test_a_signing_is_taken_back_and_given_again_until_the_case_is_frozen(office: Office) -> None:
    others = contents(office)
    receipt = signed(office, orders.GENERAL_RULING)
    files = stored(office)
    assert any(receipt in path for path in files)
    refused("reason_missing", moving.take_back, office, clerk(office), receipt, " ")
    refused("not_allowed", moving.take_back, office, people.acting_as(office, "team1"), receipt, "误签")
    moving.take_back(office, clerk(office), receipt, "误签")
    refused("still_working", moving.take_back, office, clerk(office), receipt, "误签")
    work(office)
    assert not any(receipt in path for path in stored(office))
    assert (view(office, receipt)["state"], contents(office)) == ("waiting", others)
    receiving.sign(office, clerk(office), receipt)
    work(office)
    assert (stored(office), len(contents(office))) == (files, len(others) + 1)
    freeze(office, receipt, "frozen")
    refused("volume_frozen", moving.take_back, office, clerk(office), receipt, "误签")
    freeze(office, receipt, "open")


def freeze(office: Office, receipt: str, state: str) -> None:
    with office.db.write() as session:
        case = receiving.load(session, receipt).case
        case.state, case.closed_on = state, office.today() if state == "frozen" else None


def test_what_has_nothing_left_is_not_signed_for(office: Office) -> None:
    receipt = str(hand_over(office, [upload("only.pdf", pdf(FOREIGN))])["receipt_no"])
    work(office)
    moving.transfer(office, clerk(office), receipt, 1, OTHER, "案号为87号")
    refused("nothing_to_sign", receiving.sign, office, clerk(office), receipt)
    receiving.refuse(office, clerk(office), receipt, "材料已移至87号案")
    assert view(office, receipt)["state"] == "refused"


def test_a_signed_paper_of_another_case_goes_there_and_comes_back_with_a_reason_on_both_sides(office: Office) -> None:
    receipt = signed(office, orders.ACCEPTANCE)
    before, files = contents(office), stored(office)
    target = moving.transfer(office, clerk(office), receipt, 1, OTHER, "案号为87号")
    work(office)
    assert len(contents(office)) == len(before) - 1
    assert not any(receipt in path for path in stored(office))
    assert view(office, target)["case_no"] == OTHER
    assert view(office, target)["moved_from"] == {"receipt_no": receipt, "case_no": CASE_NO, "reason": "案号为87号"}
    assert any("案号" in finding["message"] for finding in view(office, target)["findings"])
    with office.db.read() as session:
        rows = session.execute(
            select(LedgerEvent).where(LedgerEvent.action.in_(("submission.transfer", "submission.transferred")))
        ).scalars()
        assert len({row.case_id for row in rows if row.detail["reason"] == "案号为87号"}) == 2
        assert list(ledger.verify(session)) == []
    refused("not_allowed", sorting.undo, office, person(office, "scanner"), receipt)
    for one in (receipt, target):
        freeze(office, one, "frozen")
        refused("volume_frozen", sorting.undo, office, clerk(office), receipt)
        freeze(office, one, "open")
    sorting.undo(office, clerk(office), receipt)
    work(office)
    assert (contents(office), stored(office)) == (before, files)
    assert view(office, target)["state"] == "withdrawn"


def person(office: Office, *roles: str) -> Any:
    """Somebody with these roles, and of no team."""
    login = "-".join(roles).replace("_", "-")
    people.add(office, operator_of(office), login=login, display=login, roles=list(roles), team=None, password=PASSWORD, must_change=False)
    return people.acting_as(office, login)


def test_only_its_readers_take_a_paper_out_of_the_sub_volume(office: Office) -> None:
    receipt = str(hand_over(office, [upload("notes.pdf", pdf(UNKNOWN))])["receipt_no"])
    work(office)
    sorting.retype(office, clerk(office), receipt, 1, "reading_notes")
    receiving.sign(office, clerk(office), receipt)
    work(office)
    with office.db.read() as session:
        (document,) = receiving.load(session, receipt).documents
        assert document.volume is not None
        assert document.volume.kind == "sub"
    told = viewing.submission_json(office, clerk(office), receipt)
    assert [act["verb"] for act in told["sorted"]] == ["retype"]
    assert "reading_notes" not in json.dumps(told)
    refused("not_allowed", moving.take_back, office, clerk(office), receipt, "想看一看")
    refused("not_allowed", moving.transfer, office, clerk(office), receipt, 1, OTHER, "想看一看")
    moving.take_back(office, person(office, "clerk", "sub_reader"), receipt, "误签")
    work(office)
    assert view(office, receipt)["state"] == "waiting"


def test_a_signing_is_not_taken_back_while_its_paper_is_out(office: Office) -> None:
    receipt = signed(office, orders.CONSUMPTION_DEBTOR)
    with office.db.read() as session:
        (document,) = receiving.load(session, receipt).documents
    wanted = borrowing.Wanted(CASE_NO, "out", "开庭", office.today(), documents=[document.id])
    loan_no = borrowing.ask(office, people.acting_as(office, "team1"), wanted)
    borrowing.decide(office, people.acting_as(office, "director"), loan_no, "approve")
    borrowing.hand_out(office, clerk(office), loan_no, 1)
    refused("sort_impossible", moving.take_back, office, clerk(office), receipt, "误签")
    refused("sort_impossible", moving.transfer, office, clerk(office), receipt, 1, OTHER, "误放")
    borrowing.take_back(office, clerk(office), loan_no, 1)
    moving.take_back(office, clerk(office), receipt, "误签")
    work(office)


def test_the_command_line_sorts_and_undoes(office: Office, stack: str) -> None:
    run = CommandLine(office.settings.home)
    before = shape(office, stack)
    page = str(before[0][2][0])
    assert run("--as", "clerk", "sort", "turn", stack, page).code == 0
    assert run("--as", "clerk", "sort", "merge", stack, "2", "1").code == 0
    assert run("--as", "team1", "sort", "undo", stack).code == 4
    assert [act["verb"] for act in run("sort", "acts", stack, "--json").lines[-2:]] == ["turn", "merge"]
    assert run("--as", "clerk", "sort", "undo", stack).out.strip() == "已撤销：合并"
    assert run("--as", "clerk", "sort", "undo", stack).code == 0
    assert shape(office, stack) == before
    assert run("--as", "clerk", "sort", "split", stack, "1", "9").code == 4
