"""The search index follows the records: what is gone from them is gone from it, it may vanish or be busy, and it never shows too much."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from dossier import people
from dossier.demo.papers import control, orders
from dossier.desks import cases, narrowing, searching, viewing
from dossier.errors import DossierError
from dossier.office import Lazy, Office
from dossier.records.tables import Case, Outbox, Page, Person, Submission, Team
from dossier.worker import Worker
from indexing.contract import IndexBusyError, IndexUnavailableError, PageDoc
from tests.support.office import CASE, CASE_NO, PASSWORD, hand_over, open_test_office, operator_of, reopen_test_office, upload
from tests.support.paperfiles import READER, pdf


@pytest.fixture(scope="module", params=["tantivy", "whoosh"])
def indexed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """An engine, and the folder of an office that has read two pages and indexed them. Read only."""
    home = tmp_path_factory.mktemp("indexed") / "home"
    opened = open_test_office(home, reader=READER, search=request.param)
    hand_over(opened, [upload("a.pdf", pdf(control.QUERY))])
    work(opened)
    opened.close()
    return request.param, home


@pytest.fixture
def office(indexed: tuple[str, Path], tmp_path: Path) -> Iterator[Office]:
    """A copy of it, open."""
    shutil.copytree(indexed[1], tmp_path / "home")
    opened = reopen_test_office(tmp_path / "home", reader=READER, search=indexed[0])
    yield opened
    opened.close()


def work(office: Office) -> None:
    tally = Worker(office).run(until_idle=True)
    assert (tally.retried, tally.failed) == (0, 0)


def found(office: Office, text: str = "网络查控", login: str = people.OPERATOR) -> list[int]:
    return [hit["page_id"] for hit in searching.search(office, people.acting_as(office, login), text)["hits"]]


def waiting(office: Office) -> int:
    with office.db.read() as session:
        return len(session.execute(select(Outbox.seq)).all())


class Wrapped:
    """An engine that does something of its own in one method."""

    def __init__(self, engine: Any, **methods: Callable[..., Any]) -> None:
        self._engine, self._methods = engine, methods

    def __getattr__(self, name: str) -> Any:
        return self._methods.get(name) or getattr(self._engine, name)


def with_engine(office: Office, **methods: Callable[..., Any]) -> Office:
    engine = Wrapped(office.search(), **methods)
    return replace(office, search=Lazy(lambda: engine))


def put_into_outbox(office: Office, *, state: str = "read") -> None:
    with office.db.write() as session:
        for page in session.execute(select(Page)).scalars():
            page.state = state
            session.add(Outbox(page_id=page.id))


def test_a_page_that_is_read_no_more_is_found_no_more(office: Office) -> None:
    assert found(office)
    put_into_outbox(office, state="unreadable")
    assert searching.drain(office) == 0
    assert office.search().count() == 0
    assert found(office) == []
    put_into_outbox(office)
    assert searching.drain(office) == 2
    assert found(office)


def test_a_busy_index_is_left_alone_until_later(office: Office) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise IndexBusyError("somebody writes")

    def never(*_: Any) -> None:
        raise AssertionError("rebuilt")

    put_into_outbox(office)
    with pytest.raises(IndexBusyError):
        searching.drain(with_engine(office, apply=busy, rebuild=never))
    with pytest.raises(DossierError) as caught:
        found(with_engine(office, search=busy, rebuild=never))
    assert caught.value.code == "index_unavailable"
    assert waiting(office) == 2
    Worker(with_engine(office, apply=busy, rebuild=never)).run(until_idle=True)
    assert waiting(office) == 2
    assert searching.drain(office) == 2
    assert waiting(office) == 0


def test_what_is_applied_before_a_rebuild_gets_its_lock_is_in_the_rebuilt_index(office: Office) -> None:
    """The rebuilder has its number already when another page is read, applied and taken from the outbox."""
    engine = office.search()

    def late(docs: Iterable[PageDoc], seq: int) -> None:
        with office.db.write() as session:
            page = session.execute(select(Page).order_by(Page.id)).scalars().first()
            assert page is not None
            page.lines = [{"text": "刚刚识别", "confidence": 1.0, "box": [0, 0, 9, 9]}]
            doc = searching.page_doc(page)
        engine.apply([doc], (), engine.last_seq() + 1)
        engine.rebuild(docs, seq)

    searching.rebuild(with_engine(office, rebuild=late))
    assert len(found(office, "刚刚识别")) == 1


@pytest.mark.parametrize("way", ["drain", "search"])
def test_an_index_that_is_gone_is_made_anew(office: Office, way: str) -> None:
    shutil.rmtree(office.settings.home / "index")
    if way == "drain":
        put_into_outbox(office)
        assert searching.drain(office) == 2
        assert office.search().count() == 2
    assert len(found(office)) >= 1
    assert waiting(office) == 0


def test_an_index_that_is_gone_or_broken_never_fails_an_intake(office: Office) -> None:
    home = office.settings.home
    shutil.rmtree(home / "index")
    hand_over(office, [upload("b.pdf", pdf(orders.NOTICE_DEBTOR))])
    work(office)
    assert office.search().count() == 3
    for path in (home / "index").rglob("*"):
        if path.is_file():
            path.write_bytes(b"rubbish")
    hand_over(office, [upload("c.pdf", pdf(orders.REPORT_DEBTOR))])
    work(office)
    assert office.search().count() == 4

    def dead(*_: Any) -> None:
        raise IndexUnavailableError("the disk is read-only")

    hand_over(office, [upload("d.pdf", pdf(orders.DISHONEST))])
    work(with_engine(office, apply=dead, rebuild=dead))
    with office.db.read() as session:
        assert set(session.execute(select(Submission.state)).scalars()) == {"signed_for"}
    assert searching.drain(office) > 0
    assert office.search().count() == 5


def test_an_outbox_that_began_anew_makes_a_new_index(office: Office) -> None:
    """As after the database was put back to an older day."""
    office.search().apply([], [], 10_000)
    put_into_outbox(office)
    assert searching.drain(office) == 2
    assert office.search().last_seq() < 10_000
    assert found(office)


def test_hits_are_decided_on_again_by_the_records(office: Office) -> None:
    """The index still says that the page is the team's, the records say that the case went to another one."""
    assert found(office, login="team1")
    with office.db.write() as session:
        other = Team(name="执行实施二团队")
        session.add(other)
        session.flush()
        session.execute(update(Submission).values(team_id=other.id))
        session.execute(update(Case).values(team_id=other.id))
    seen = searching.search(office, people.acting_as(office, "team1"), "网络查控")
    assert (seen["total"], seen["hits"]) == (0, [])
    assert found(office)


def test_a_page_moved_to_the_sub_volume_is_shown_to_nobody_without_the_right(office: Office) -> None:
    with office.db.write() as session:
        for page in session.execute(select(Page)).scalars():
            assert page.document is not None
            assert page.document.volume is not None
            page.document.volume.kind = "sub"
    assert found(office) == []
    put_into_outbox(office)
    searching.drain(office)
    with office.db.write() as session:
        session.execute(update(Person).where(Person.login == "clerk").values(roles=["clerk", "sub_reader"]))
        session.execute(update(Person).where(Person.login == "team1").values(roles=["team", "sub_reader"]))
    assert found(office) == []
    pages = found(office, login="clerk")
    assert pages
    assert found(office, login="team1") == pages
    # The clearance of a team is for its own cases: the case goes to others, and neither hits nor counts tell of it any more.
    give_to_second_team(office)
    team = people.acting_as(office, "team1")
    for state in ("before", "after"):
        assert (state, searching.search(office, team, "网络查控")["hits"]) == (state, [])
        searching.drain(office)
    assert searching.search(office, team, "网络查控")["total"] == 0
    assert narrowing.counts(office, team, "网络查控")["案号"] == []
    assert viewing.submissions(office, team)
    assert found(office, login="clerk") == pages
    with pytest.raises(DossierError, match="无权查看"):
        viewing.page_view(office, team, pages[0])


def give_to_second_team(office: Office) -> None:
    cases.import_cases(
        office, operator_of(office), json.dumps([CASE | {"team": "执行实施二团队", "respondents": "张某甲；丙公司"}]).encode()
    )


def test_two_drain_at_once_and_one_waits_or_takes_nothing(office: Office) -> None:
    inside, go = threading.Event(), threading.Event()
    real = office.search().apply

    def slow(*args: Any) -> None:
        inside.set()
        assert go.wait(20)
        real(*args)

    put_into_outbox(office)
    first = threading.Thread(target=lambda: searching.drain(with_engine(office, apply=slow)))
    first.start()
    assert inside.wait(20)
    assert searching.drain(office) == 0
    go.set()
    assert searching.drain(office, wait=True) == 0
    first.join()
    assert waiting(office) == 0
    assert len(found(office, CASE_NO)) >= 1
    assert operator_of(office).login == people.OPERATOR


def test_a_page_that_waits_for_the_index_is_not_counted(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = people.acting_as(office, "clerk")
    before = narrowing.counts(office, actor, "网络查控")
    assert (before["whole"], before["counted"]) == (True, len(found(office)))
    put_into_outbox(office)
    assert narrowing.counts(office, actor, "网络查控") == {"counted": 0, "whole": False, "类型": [], "案号": [], "日期": []}
    monkeypatch.setattr(narrowing, "MOST_WAITING", 1)
    assert narrowing.counts(office, actor, "案号:无") == {"counted": 0, "whole": False, "类型": [], "案号": [], "日期": []}
    searching.drain(office)
    assert narrowing.counts(office, actor, "网络查控") == before


def test_the_papers_of_a_case_that_goes_to_another_team_go_with_it(office: Office) -> None:
    other = CASE | {"case_no": "（2026）豫9924执119号", "team": "执行实施二团队"}
    cases.import_cases(office, operator_of(office), json.dumps([other]).encode())
    people.add(
        office,
        operator_of(office),
        login="team2",
        display="二",
        roles=["team"],
        team="执行实施二团队",
        password=PASSWORD,
        must_change=False,
    )
    second = people.acting_as(office, "team2")
    assert (found(office, login="team2"), viewing.submissions(office, second)) == ([], [])
    give_to_second_team(office)
    searching.drain(office)
    pages = found(office)
    assert pages
    assert found(office, login="team2") == found(office, login="team1") == pages
    assert found(office, "网络查控 当事人:丙公司", "team2") == pages
    (row,) = viewing.submissions(office, second)
    assert viewing.submission_json(office, second, row["receipt_no"])["pages"]
    assert viewing.page_view(office, second, pages[0])
