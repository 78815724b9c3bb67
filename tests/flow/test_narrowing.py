"""What helps to find: suggestions while typing, counts to narrow by, and pages on which one character was read wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask import Flask

from dossier import people
from dossier.demo.papers import control, orders, second
from dossier.desks.narrowing import UNNAMED
from dossier.office import Office
from dossier.web.site import create_app
from dossier.worker import Worker
from indexing import near
from indexing.contract import Query
from indexing.query import limited
from tests.support.commands import CommandLine
from tests.support.office import CASE_NO, PASSWORD, hand_over, open_test_office, operator_of, upload
from tests.support.paperfiles import READER, blank_pdf, pdf
from tests.support.webclient import Person


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    opened: Office = open_test_office(tmp_path_factory.mktemp("narrow") / "home", reader=READER)
    hand_over(opened, [upload("查控.pdf", pdf(control.QUERY)), upload("受理.pdf", pdf(orders.ACCEPTANCE))])
    hand_over(opened, [upload("另案.pdf", pdf(orders.NOTICE_DEBTOR, second.STRAY_NOTICE)), upload("空白.pdf", blank_pdf())])
    Worker(opened).run(until_idle=True)
    yield create_app(opened)
    opened.close()


def ask(app: Flask, path: str, login: str = "clerk") -> object:
    return Person(app, login).get(path).get_json()


def test_what_is_typed_is_gone_on_from(app: Flask) -> None:
    assert ask(app, "/api/search/suggest?q=" + quote("财产 118")) == {
        "suggestions": [{"kind": "案号", "text": CASE_NO, "query": f"财产 案号:{CASE_NO}"}]
    }
    assert ask(app, "/api/search/suggest?q=" + quote("当事人：张某")) == {
        "suggestions": [{"kind": "当事人", "text": "张某甲", "query": "当事人:张某甲"}]
    }
    offered = ask(app, "/api/search/suggest?q=" + quote("类型:限制"))
    assert "类型:限制消费令" in str(offered)
    assert ask(app, "/api/search/suggest?q=") == {"suggestions": []}


def test_the_command_line_offers_counts_and_meets_the_same(app: Flask) -> None:
    office: Office = app.extensions["office"]
    run = CommandLine(office.settings.home)
    assert run("search", "财产 118", "--suggest", "--json").json == {"kind": "案号", "text": CASE_NO, "query": f"财产 案号:{CASE_NO}"}
    assert run("search", f"案号:{CASE_NO}", "--counts", "--json").json == ask(app, "/api/search/counts?q=" + quote(f"案号:{CASE_NO}"))
    near = run("search", "受理案件通知术", "--near", "--json").lines
    assert [hit["found"] for hit in near] == ["受理案件通知书"]
    assert "原文作“受理案件通知书”" in run("search", "受理案件通知术", "--near").out
    assert f"案号\t{CASE_NO}" in run("search", f"案号:{CASE_NO}", "--counts").out
    # Who sees nothing is told nothing, and whoever may not search may do none of it.
    people.add(office, operator_of(office), login="other", display="别", roles=["team"], team=None, password=PASSWORD, must_change=False)
    assert run("--as", "other", "search", "118", "--suggest").out == ""
    assert run("--as", "other", "search", "受理案件通知术", "--near").out == ""
    people.add(
        office, operator_of(office), login="admin9", display="管", roles=["system_admin"], team=None, password=PASSWORD, must_change=False
    )
    for how in ("--near", "--suggest", "--counts"):
        assert run("--as", "admin9", "search", "118", how).code == 4


def test_hits_are_counted_to_narrow_by(app: Flask) -> None:
    counts = Person(app, "clerk").get("/api/search/counts?q=" + quote(f"案号:{CASE_NO}")).get_json()
    assert counts["counted"] == sum(one["count"] for one in counts["类型"]) > 1
    assert counts["whole"]
    named = [one for one in counts["类型"] if one["value"] != UNNAMED]
    wider, narrower = named[0], named[-1]
    beyond = Person(app, "clerk").get("/search?page=9&q=" + quote(f"案号:{CASE_NO}"))
    assert (beyond.status_code, beyond.location[-7:]) == (303, "&page=1")
    hits, beside, both = (
        Person(app, "clerk").get(f"/search{more}q=" + quote(f"案号:{CASE_NO}")).text for more in ("?", "/counts?", "?counts=1&")
    )
    link = quote(f"类型:{narrower['value']}", safe=":")
    assert [link in text for text in (hits, beside, both)] == [False, True, True]
    assert "/search/counts?q=" in hits
    asked = Person(app, "clerk").get("/api/search?q=" + quote(f"案号:{CASE_NO} {limited('类型', wider['value'])}")).get_json()
    assert asked["total"] == wider["count"]


def test_pages_are_found_by_type_and_day_before_anybody_signs_for_them(app: Flask) -> None:
    assert [row["state"] for row in Person(app, "clerk").get("/api/hand-overs?state=refused").get_json()["hand_overs"]] == ["refused"]
    hits = Person(app, "clerk").get("/api/search?q=" + quote("类型:执行通知书 日期:2026")).get_json()["hits"]
    assert {hit["file"] for hit in hits} == {"另案.pdf"}


def test_pages_without_a_type_are_counted_and_lead_nowhere(app: Flask) -> None:
    text = Person(app, "clerk").get("/search/counts?q=" + quote(f"案号:{CASE_NO}")).text
    assert "<p><span>未归类的页</span>" in text
    assert quote("未归类的页") not in text


def test_a_character_read_wrongly_is_met_and_said_so(app: Flask) -> None:
    words = "受理案件通知书"
    slip = words.replace("理", "埋")
    (hit, *_) = Person(app, "clerk").get("/api/search/near?q=" + quote(slip)).get_json()["hits"]
    assert hit["found"] == words
    shown = Person(app, "clerk").get("/search?q=" + quote(slip)).text
    assert "近似" in shown
    assert f"<mark>{words}</mark>" in shown


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("张某甲的银行存敦", "银行存敦"),
        ("银行\n存敦", "银行存敦"),
        ("银行存款", None),
        ("银行敦", None),
        ("银，存款", None),
        ("根行存款", "根行存款"),
    ],
)
def test_one_other_character_and_no_more(text: str, met: str | None) -> None:
    assert near.find(text, "银行存款") == met


def test_short_and_parted_phrases_are_not_loosened() -> None:
    assert list(near.loosened(Query(phrases=("存款", "银行，存款")))) == []
    loose = [query.phrases for query, _ in near.loosened(Query(phrases=("银行存款", "冻结")))]
    assert loose == [("行存款", "冻结"), ("银", "存款", "冻结"), ("银行", "款", "冻结"), ("银行存", "冻结")]
    assert len(list(near.loosened(Query(phrases=("甲乙丙丁戊己庚辛壬癸" * 2,) * 5)))) <= near.MAX_QUERIES
