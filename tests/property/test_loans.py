"""Whatever people do with the paper: sheets out and sheets in the house are all sheets, and a loan is returned only with its last sheet."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from dossier import people
from dossier.desks import borrowing, loans
from dossier.desks.borrowing import Wanted
from dossier.errors import DossierError
from dossier.lifecycle import LOAN, PAPER_OUT
from dossier.office import Office
from dossier.records.tables import Loan, Sheet
from tests.support.office import CASE_NO, open_test_office, reopen_test_office
from tests.support.shelf import Days, shelve

SHEETS = (2, 1, 2)
ACTS = ("ask", "approve", "decline", "withdraw", "hand_out", "copy", "extend", "end_reason", "check_in", "return")
HISTORY = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 3), st.sets(st.integers(1, 5)), st.sampled_from(["out", "reading", "copying"])),
    min_size=4,
    max_size=14,
)


@pytest.fixture(scope="module")
def shelf() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        office = open_test_office(Path(folder) / "home", clock=Days().clock())
        shelve(office, SHEETS)
        office.close()
        yield Path(folder) / "home"


@pytest.fixture(scope="module")
def office(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One house for all histories: each goes on where the one before ended, so that the paper is never all at home."""
    home = tmp_path_factory.mktemp("histories") / "home"
    shutil.copytree(shelf, home)
    opened = reopen_test_office(home, clock=Days().clock())
    yield opened
    opened.close()


def act(office: Office, numbers: list[str], name: str, which: int, pages: set[int], kind: str) -> None:
    """One act, possible or not; the desk refuses what cannot be."""
    team, clerk, director = (people.acting_as(office, login) for login in ("team1", "clerk", "director"))
    until = office.today() + timedelta(days=3 + which)
    if name == "ask":
        documents = [one["document"] for one in loans.paper_json(office, clerk, CASE_NO)[0]["documents"]]
        wanted = [documents[page % len(documents)] for page in pages]
        numbers.append(borrowing.ask(office, team, Wanted(CASE_NO, kind, "核对", until, documents=wanted)))
        return
    if not numbers:
        return
    number = numbers[which % len(numbers)]
    deeds: dict[str, Any] = {
        "approve": lambda: borrowing.decide(office, director, number, "approve"),
        "decline": lambda: borrowing.decide(office, director, number, "decline", "不必"),
        "withdraw": lambda: borrowing.withdraw(office, team, number),
        "hand_out": lambda: borrowing.hand_out(
            office, clerk, number, sum(one["sheets"] for one in loans.loan_json(office, clerk, number)["wanted"])
        ),
        "copy": lambda: borrowing.copy(office, clerk, number, 1 + which, "王测试"),
        "extend": lambda: borrowing.extend(office, clerk, number, until + timedelta(days=10), "未完"),
        "end_reason": lambda: borrowing.end_reason(office, clerk, number, office.today()),
        "check_in": lambda: borrowing.take_back(office, clerk, number, len(pages), pages=sorted(pages)),
        "return": lambda: borrowing.take_back(office, clerk, number, loans.loan_json(office, clerk, number)["missing"]),
    }
    deeds[name]()


def hold(office: Office) -> None:
    with office.db.read() as session:
        sheets = session.execute(select(Sheet)).scalars().all()
        every = session.execute(select(Loan)).scalars().all()
        out = {one.sheet_id: loan.id for loan in every for one in loan.sheets if one.returned_at is None}
        assert {sheet.id: sheet.loan_id for sheet in sheets if sheet.loan_id} == out
        assert sum(sheet.loan_id is None for sheet in sheets) + len(out) == sum(SHEETS)
        for loan in every:
            away = [one for one in loan.sheets if one.returned_at is None]
            assert bool(away) == (loan.state in PAPER_OUT)
            assert (loan.state == "returned") == bool(loan.sheets and not away)
            assert loan.state in LOAN.states


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORY)
def test_no_history_loses_or_doubles_a_sheet(office: Office, history: list[tuple[str, int, set[int], str]]) -> None:
    numbers: list[str] = [row["loan_no"] for row in loans.listing(office, people.acting_as(office, "clerk"))]
    refusals = set()
    for name, which, pages, kind in history:
        try:
            act(office, numbers, name, which, pages, kind)
        except DossierError as error:
            refusals.add(error.code)
        hold(office)
    assert refusals.isdisjoint({"internal", "damaged", "raced"})
