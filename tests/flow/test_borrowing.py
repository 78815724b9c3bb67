"""Paper goes out and comes back: asked for, approved, handed out by count, extended, checked in sheet by sheet; a case with paper out is not archived."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dossier import people
from dossier.access import Actor
from dossier.desks import borrowing, closing, delivering, explaining, loans, notices, noticing, paper, workbench
from dossier.desks.borrowing import Wanted
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records.tables import Case, LedgerEvent, Loan
from tests.support.commands import CommandLine
from tests.support.office import CASE_NO, PASSWORD, TEAM, open_test_office, operator_of, reopen_test_office
from tests.support.shelf import Days, shelve

END = date(2026, 9, 10)  # a Thursday


@pytest.fixture
def days() -> Days:
    return Days()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a house in which three documents of 3, 2 and 4 pages stand on the shelf."""
    home = tmp_path_factory.mktemp("shelf") / "home"
    opened = open_test_office(home, clock=Days().clock())
    shelve(opened)
    opened.close()
    return home


@pytest.fixture
def office(shelf: Path, tmp_path: Path, days: Days) -> Iterator[Office]:
    """A copy of that house."""
    shutil.copytree(shelf, tmp_path / "home")
    opened = reopen_test_office(tmp_path / "home", clock=days.clock())
    yield opened
    opened.close()


@pytest.fixture
def each(tmp_path: Path, database_url: str, days: Days) -> Iterator[Office]:
    """The same house on each kind of database."""
    opened = open_test_office(tmp_path / "home", database_url=database_url, clock=days.clock())
    shelve(opened)
    yield opened
    opened.close()


def who(office: Office, login: str) -> Actor:
    return people.acting_as(office, login)


def ask(office: Office, login: str = "team1", **more: Any) -> str:
    return borrowing.ask(office, who(office, login), Wanted(CASE_NO, **({"kind": "out", "reason": "评估机构核对", "until": END} | more)))


def lent(office: Office, count: int = 9, **more: Any) -> str:
    """The number of a loan that was approved and handed out."""
    number = ask(office, **more)
    if loans.loan_json(office, who(office, "clerk"), number)["state"] == "asked":
        borrowing.decide(office, who(office, "director"), number, "approve")
    borrowing.hand_out(office, who(office, "clerk"), number, count)
    return number


def view(office: Office, number: str) -> dict[str, Any]:
    return loans.loan_json(office, who(office, "clerk"), number)


def shelf_of(office: Office) -> tuple[int, int]:
    """Sheets of the 正卷 and how many are out, as the case page tells them; the page of the paper tells the same."""
    told = loans.shelves(office, who(office, "clerk"), CASE_NO)["main"]
    (volume,) = loans.paper_json(office, who(office, "clerk"), CASE_NO)
    assert told == {key: volume[key] for key in ("sheets", "out", "place")}
    return told["sheets"], told["out"]


def refused(code: str, act: Callable[[], Any]) -> DossierError:
    with pytest.raises(DossierError) as caught:
        act()
    assert caught.value.code == code
    return caught.value


def test_a_loan_goes_its_way_and_each_step_is_in_the_ledger(each: Office, days: Days) -> None:
    clerk = who(each, "clerk")
    number = lent(each)
    assert view(each, number)["due"] == "2026-09-11"
    days.forward(3)
    borrowing.extend(each, clerk, number, date(2026, 9, 17), "评估未完成")
    assert (view(each, number)["due"], view(each, number)["left"]) == ("2026-09-18", 10)
    borrowing.end_reason(each, who(each, "team1"), number, each.today())
    assert (view(each, number)["due"], view(each, number)["left"]) == ("2026-09-07", 1)
    left = borrowing.take_back(each, clerk, number, 6, missing=[4, 8, 9])
    assert [(one["name"], one["pages"], one["sheets"]) for one in left] == [("报告财产令", "4", 1), ("执行裁定书", "8-9", 2)]
    assert (view(each, number)["state"], view(each, number)["missing"]) == ("ended", 3)
    days.forward(4)
    assert (view(each, number)["overdue"], view(each, number)["left"]) == (True, -1)
    borrowing.take_back(each, clerk, number, 2, pages=[8, 9])
    assert view(each, number)["state"] == "ended"
    assert borrowing.take_back(each, clerk, number, 1) == []
    done = view(each, number)
    assert (done["state"], done["missing"], done["acts"], done["left"]) == ("returned", 0, [], -1)
    with each.db.read() as session:
        told = session.execute(select(LedgerEvent.action).where(LedgerEvent.subject == "loan:1").order_by(LedgerEvent.seq)).scalars().all()
    acts = ["ask", "approve", "hand_out", "extend", "end_reason", "check_in", "check_in", "return"]
    assert told == [f"loan.{act}" for act in acts]


def test_paper_that_is_out_forbids_archiving_and_names_the_loan(office: Office, days: Days) -> None:
    clerk = who(office, "clerk")

    def blocking(gate: Any) -> list[dict[str, Any]]:
        return [one for one in closing.check(office, clerk, CASE_NO, gate)["findings"] if one["rule"] == "loan.out"]

    number = ask(office)
    assert blocking("archiving") == []
    borrowing.decide(office, who(office, "director"), number, "approve")
    borrowing.hand_out(office, clerk, number, 9)
    borrowing.take_back(office, clerk, number, 7, missing=[1, 9])
    (finding,) = blocking("archiving")
    assert finding["severity"] == "blocking"
    assert finding["due"] == "2026-09-11"
    assert all(word in finding["message"] for word in (number, "team1", "2 张", "《执行通知书》第 1 页", "《执行裁定书》第 9 页"))
    assert "鄢陵细则" in finding["cite"]
    assert blocking("closing") == []
    days.forward(14)
    assert [one["severity"] for one in blocking("closing")] == ["warning"]
    assert "已超期" in blocking("archiving")[0]["message"]
    assert explaining.explain_rule(office, clerk, CASE_NO, "loan.out", "archiving")["findings"]
    with office.db.read() as session:
        case = session.execute(select(Case)).scalar_one()
        error = refused("paper_out", lambda: loans.require_home(session, case))
    assert number in error.zh
    borrowing.take_back(office, clerk, number, 2)
    assert blocking("archiving") == []
    with office.db.read() as session:
        loans.require_home(session, session.execute(select(Case)).scalar_one())


def test_of_two_who_hand_out_the_same_sheet_at_once_one_wins(each: Office) -> None:
    with each.db.read() as session:
        documents = [leaf.document_id for leaf in paper.leaves(session, session.execute(select(Case)).scalar_one().volumes[0])]
    assert documents == []
    first = ask(each)
    wanted = [one["document"] for one in view(each, first)["wanted"]]
    second = ask(each, documents=wanted[1:2], borrower="李测试")
    for number in (first, second):
        borrowing.decide(each, who(each, "director"), number, "approve")
    clerk, together, ends = who(each, "clerk"), threading.Barrier(2), {}

    def give(number: str, count: int) -> None:
        together.wait()
        try:
            borrowing.hand_out(each, clerk, number, count)
            ends[number] = "out"
        except DossierError as error:
            ends[number] = error.code

    threads = [threading.Thread(target=give, args=one) for one in ((first, 9), (second, 2))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends.values()) == ["out", "sheet_out"]
    (volume,) = loans.paper_json(each, clerk, CASE_NO)
    winner = next(number for number, end in ends.items() if end == "out")
    assert volume["out"] == view(each, winner)["missing"] > 0
    loser = first if winner == second else second
    assert view(each, loser)["state"] == "approved"
    assert winner in refused("sheet_out", lambda: borrowing.hand_out(each, clerk, loser, 9 if loser == first else 2)).zh


def test_nobody_approves_hands_out_or_checks_in_their_own_loan(office: Office) -> None:
    own = ask(office, "director")
    refused("own_loan", lambda: borrowing.decide(office, who(office, "director"), own, "approve"))
    for login in ("clerk", "team1"):
        refused("not_allowed", lambda login=login: borrowing.decide(office, who(office, login), own, "approve"))  # type: ignore[misc]
    mine = ask(office, "clerk", kind="reading")
    refused("own_loan", lambda: borrowing.hand_out(office, who(office, "clerk"), mine, 9))
    borrowing.hand_out(office, operator_of(office), mine, 9)
    refused("own_loan", lambda: borrowing.take_back(office, who(office, "clerk"), mine, 9))


def test_a_count_that_differs_records_nothing(office: Office) -> None:
    clerk, number = who(office, "clerk"), ask(office)
    borrowing.decide(office, who(office, "director"), number, "approve", "准")
    refused("count_differs", lambda: borrowing.hand_out(office, clerk, number, 8))
    assert view(office, number)["state"] == "approved"
    borrowing.hand_out(office, clerk, number, 9)
    refused("count_differs", lambda: borrowing.take_back(office, clerk, number, 9, missing=[1]))
    refused("paper_page_unknown", lambda: borrowing.take_back(office, clerk, number, 1, pages=[10]))
    refused("loan_empty", lambda: borrowing.take_back(office, clerk, number, 0, pages=[]))
    refused("move_refused", lambda: borrowing.hand_out(office, clerk, number, 9))
    assert view(office, number)["missing"] == 9


def test_copies_count_their_sheets_and_name_who_received_them(office: Office) -> None:
    number = ask(office, kind="copying", borrower="申请执行人代理人")
    clerk = who(office, "clerk")
    refused("loan_kind_bad", lambda: borrowing.hand_out(office, clerk, number, 9))
    refused("text_bad", lambda: borrowing.copy(office, clerk, number, 6, " "))
    borrowing.copy(office, clerk, number, 6, "王测试")
    assert {key: view(office, number)[key] for key in ("state", "copied", "received_by", "decided_note")} == {
        "state": "copied", "copied": 6, "received_by": "王测试", "decided_note": "本院规则不须批准",
    }  # fmt: skip
    assert loans.paper_json(office, clerk, CASE_NO)[0]["out"] == 0


def test_what_cannot_be_asked_for_is_told(office: Office) -> None:
    refused("reason_missing", lambda: ask(office, reason=" "))
    refused("loan_until_bad", lambda: ask(office, until=date(2026, 8, 31)))
    refused("document_unknown", lambda: ask(office, documents=[999]))
    refused("paper_none", lambda: ask(office, volume="pouch"))
    refused("text_bad", lambda: ask(office, borrower="张\u202e某甲"))
    refused("bad_request", lambda: ask(office, kind="gift"))
    number = ask(office)
    refused("reason_missing", lambda: borrowing.decide(office, who(office, "director"), number, "decline"))
    borrowing.decide(office, who(office, "director"), number, "decline", "可查阅电子卷宗")
    refused("move_refused", lambda: borrowing.withdraw(office, who(office, "team1"), number))
    again = lent(office)
    refused("loan_until_bad", lambda: borrowing.extend(office, who(office, "clerk"), again, END, "未完"))
    refused("date_bad", lambda: borrowing.end_reason(office, who(office, "clerk"), again, date(2026, 9, 2)))
    refused("not_allowed", lambda: borrowing.extend(office, who(office, "team1"), again, date(2026, 9, 20), "未完"))
    refused("loan_unknown", lambda: view(office, "JY20260901-9999"))


def test_paper_of_a_frozen_case_stays(office: Office) -> None:
    number = ask(office)
    borrowing.decide(office, who(office, "director"), number, "approve")
    with office.db.write() as session:
        case = session.execute(select(Case)).scalar_one()
        case.state, case.closed_on = "frozen", office.today()
    refused("paper_not_here", lambda: borrowing.hand_out(office, who(office, "clerk"), number, 9))
    refused("paper_not_here", lambda: ask(office))


def test_the_sub_volume_is_lent_by_and_to_those_who_may_read_it(office: Office) -> None:
    shelve(office, (2,), kind="sub")
    for login in ("team1", "clerk", "director"):
        refused("not_allowed", lambda login=login: ask(office, login, volume="sub"))  # type: ignore[misc]
    add: dict[str, Any] = {"display": "有权者", "password": PASSWORD, "must_change": False}
    people.add(office, operator_of(office), login="reader", roles=["team", "sub_reader"], team=TEAM, **add)
    people.add(office, operator_of(office), login="keeper", roles=["clerk", "sub_reader"], team=None, **add)
    number = ask(office, "reader", volume="sub", kind="reading")
    for act in (lambda: view(office, number), lambda: borrowing.hand_out(office, who(office, "clerk"), number, 2)):
        refused("not_allowed", act)
    borrowing.hand_out(office, who(office, "keeper"), number, 2)
    assert loans.listing(office, who(office, "clerk")) == []
    assert [row["loan_no"] for row in loans.listing(office, who(office, "keeper"))] == [number]
    assert [one["volume"] for one in loans.paper_json(office, who(office, "clerk"), CASE_NO)] == ["main"]
    assert list(loans.shelves(office, who(office, "clerk"), CASE_NO)) == ["main"]
    (finding,) = [one for one in closing.check(office, who(office, "clerk"), CASE_NO, "archiving")["findings"] if one["rule"] == "loan.out"]
    assert "副卷" in finding["message"]
    assert "执行通知书" not in finding["message"]


def test_a_volume_is_moved_with_a_reason_and_its_history_stays(office: Office) -> None:
    clerk = who(office, "clerk")
    paper.move(office, clerk, CASE_NO, "main", room="三楼库房", cabinet="2柜", box="5盒", reason="入库")
    refused("reason_missing", lambda: paper.move(office, clerk, CASE_NO, "main", room="一楼", cabinet="", box="", reason=""))
    refused("not_allowed", lambda: paper.move(office, who(office, "team1"), CASE_NO, "main", room="一楼", cabinet="", box="", reason="x"))
    paper.move(office, clerk, CASE_NO, "main", room="一楼库房", cabinet="", box="", reason="移库")
    (volume,) = loans.paper_json(office, who(office, "team1"), CASE_NO)
    assert (volume["place"], [one["place"] for one in volume["history"]]) == ("一楼库房", ["一楼库房", "三楼库房 2柜 5盒"])
    assert (volume["sheets"], volume["out"], volume["keeper"]) == (9, 0, "卷宗管理中心/卷宗整理组")


def test_a_page_on_the_back_is_no_sheet_of_its_own(office: Office) -> None:
    clerk = who(office, "clerk")
    assert shelf_of(office) == (9, 0)
    assert paper.backs(office, clerk, CASE_NO, "main", [2, 9]) == 7
    for page in (4, 3, 99):  # the first of its document, behind a back, and none at all
        refused("paper_page_unknown", lambda page=page: paper.backs(office, clerk, CASE_NO, "main", [page]))  # type: ignore[misc]
    number = lent(office, 7)
    refused("paper_page_unknown", lambda: paper.backs(office, clerk, CASE_NO, "main", [2], apart=True))
    assert view(office, number)["documents"][0]["sheets"][0] == {"page": 1, "back": 2, "returned_at": None}
    assert shelf_of(office) == (7, 7)
    borrowing.take_back(office, clerk, number, 7)
    assert paper.backs(office, clerk, CASE_NO, "main", [2], apart=True) == 8
    assert shelf_of(office) == (8, 0)


def test_the_list_begins_with_what_is_due_first(office: Office, days: Days) -> None:
    wanted = [one["document"] for one in view(office, ask(office))["wanted"]]
    late = lent(office, 3, documents=wanted[:1], until=date(2026, 9, 2))
    soon = lent(office, 2, documents=wanted[1:2], until=date(2026, 9, 8), kind="reading")
    days.forward(6)  # Monday 7 September
    rows = loans.listing(office, who(office, "team1"))
    assert [(row["loan_no"], row["left"]) for row in rows] == [(late, -2), (soon, 1), ("JY20260901-0001", None)]
    assert [row["loan_no"] for row in loans.listing(office, who(office, "clerk"), "overdue")] == [late]
    assert [row["loan_no"] for row in loans.listing(office, who(office, "clerk"), "asked", case_no=CASE_NO)] == ["JY20260901-0001"]
    assert loans.listing(office, who(office, "clerk"), "all", first=office.today()) == []


def told(office: Office, login: str) -> list[tuple[str, str]]:
    """Kind and words of the unread notices of a person, after everything that happened was told; they are read then."""
    noticing.drain(office)
    noticing.daily(office)
    rows = notices.listing(office, who(office, login))["rows"]
    notices.tick(office, who(office, login))
    return [(row["kind"], row["text"]) for row in rows if row["place"] == "loan"]


def box(office: Office, login: str, name: str) -> list[str]:
    found = {one["id"]: one for one in workbench.workbench(office, who(office, login))["boxes"]}
    return [row["what"] for row in found[f"loans-{name}"]["rows"]]


def test_who_must_act_on_a_loan_is_told_and_finds_it_on_the_workbench(office: Office, days: Days) -> None:
    number = ask(office)
    assert told(office, "director") == [("loan_asked", f"{CASE_NO} 借阅 {number} 待批准")]
    assert box(office, "director", "asked") == [number]
    borrowing.decide(office, who(office, "director"), number, "approve")
    assert told(office, "team1") == [("loan_decided", f"{CASE_NO} 借阅 {number} 已批准")]
    assert (box(office, "director", "asked"), box(office, "clerk", "approved")) == ([], [number])
    borrowing.hand_out(office, who(office, "clerk"), number, 9)
    days.forward(1)
    assert (told(office, "team1"), box(office, "clerk", "overdue")) == ([], [])
    while not office.rules.calendar.is_workday(office.today()) or office.today() <= END:
        days.forward(1)
    assert told(office, "team1") == [("loan_due", f"{CASE_NO} 借阅 {number}：9 张未还，今天应还")]
    assert told(office, "clerk") == [], "the desk is told when the day is past"
    borrowing.end_reason(office, who(office, "clerk"), number, END)
    days.forward(7)
    (late,) = loans.listing(office, who(office, "clerk"), "overdue")
    assert told(office, "team1") == [("loan_due", f"{CASE_NO} 借阅 {number}：9 张未还，已超期 {-late['left']} 个工作日")]
    assert box(office, "team1", "overdue") == box(office, "clerk", "overdue") == [number]
    borrowing.take_back(office, who(office, "clerk"), number, 9)
    days.forward(1)
    assert (told(office, "team1"), box(office, "clerk", "overdue")) == ([], [])


def test_a_loan_of_the_sub_volume_is_told_to_those_who_may_read_it(office: Office, days: Days) -> None:
    office = replace(office, settings=replace(office.settings, webhook_url="https://other.example/in"))
    shelve(office, (2,), kind="sub")
    add: dict[str, Any] = {"display": "有权者", "password": PASSWORD, "must_change": False}
    people.add(office, operator_of(office), login="reader", roles=["team", "sub_reader"], team=TEAM, **add)
    number = ask(office, "reader", volume="sub", kind="out")
    assert told(office, "director") == []
    with office.db.write() as session:
        loan = session.execute(select(Loan).where(Loan.loan_no == number)).scalar_one()
        loan.state, loan.handed_out_at, loan.handed_out_by_id = "out", office.clock.now(), loan.asked_by_id
    while office.today() <= END or not office.rules.calendar.is_workday(office.today()):
        days.forward(1)
    assert [kind for kind, _ in told(office, "reader")] == ["loan_due"]
    assert told(office, "team1") == told(office, "clerk") == []
    assert {one["kind"] for one in delivering.deliveries(office, operator_of(office))["rows"]} <= {"overdue", "due_soon"}, "no other system"


def test_the_command_line_walks_the_same_way(shelf: Path, tmp_path: Path) -> None:
    shutil.copytree(shelf, tmp_path / "home")
    run = CommandLine(tmp_path / "home")
    asked = run("--as", "team1", "loan", "ask", CASE_NO, "--documents", "1,3", "--until", "2099-01-05", "--reason", "核对", "--json")
    number = asked.json["loan_no"]
    assert [one["sheets"] for one in asked.json["wanted"]] == [3, 4]
    assert run("--as", "clerk", "loan", "hand-out", number, "--count", "7").code == 4
    for login, *words in (
        ("director", "approve", number),
        ("clerk", "hand-out", number, "--count", "7"),
        ("clerk", "extend", number, "--until", "2099-02-05", "--reason", "未完"),
        ("team1", "end", number),
    ):
        assert run("--as", login, "loan", *words).code == 0
    assert "未还 2 张" in run("--as", "clerk", "loan", "return", number, "--count", "5", "--missing", "1-2").err
    assert "未还 2 张" in run("loan", "show", number).out
    assert run("--as", "clerk", "loan", "return", number, "--count", "2", "--pages", "1,2", "--json").json["missing"] == []
    assert run("loan", "list", "--show", "done").out.startswith(f"{number}\t借出\t已归还")
    assert run("loan", "return", number, "--count", "1", "--pages", "x").code == 2


def test_copies_and_the_paper_itself_have_their_commands(shelf: Path, tmp_path: Path) -> None:
    shutil.copytree(shelf, tmp_path / "home")
    run = CommandLine(tmp_path / "home")
    asking = ("--as", "team1", "loan", "ask", CASE_NO, "--until", "2099-01-05", "--reason", "质证")
    copying = run(*asking, "--kind", "copying").out.split("\t")[0]
    assert run("--as", "clerk", "loan", "copy", copying, "--count", "9", "--received-by", "王测试").code == 0
    declined = run(*asking, "--json").json["loan_no"]
    assert run("--as", "director", "loan", "decline", declined, "--reason", "看电子卷宗").code == 0
    assert run("--as", "team1", "loan", "withdraw", declined).code == 4
    assert run("paper", "move", CASE_NO, "--room", "三楼库房", "--reason", "入库").code == 0
    assert run("paper", "backs", CASE_NO, "--pages", "2").err == "8 张\n"
    assert run("paper", "show", CASE_NO).out == "正卷\t三楼库房\t8 张，在外 0 张\n"
