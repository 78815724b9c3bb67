"""The list of cases, page by page: words and states pick from it, the database counts, and a team finds its own cases only."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from dossier import people
from dossier.desks import caselist, cases
from dossier.office import Office
from dossier.web.site import create_app
from tests.support.office import CASE, operator_of
from tests.support.webclient import Person


@pytest.fixture
def court(office: Office) -> Office:
    """125 cases of two teams beside the one that every test office has; every fifth is of 乙公司, every tenth is closed."""
    rows = [
        {
            **CASE,
            "case_no": f"（2026）豫9924执{number}号",
            "filed_on": "2026-03-02",
            "team": "二团队" if number % 2 else CASE["team"],
            "respondents": "乙_公司" if number % 5 == 0 else "丙公司",
            "cause": "买卖合同纠纷",
            **({"closed_on": "2026-08-03", "closing_mode": "执行完毕"} if number % 10 == 0 else {}),
        }
        for number in range(1001, 1126)
    ]
    cases.import_cases(office, operator_of(office), json.dumps(rows).encode())
    return office


def numbers(court: Office, **asked: object) -> tuple[list[str], int]:
    rows, total = caselist.listing(court, operator_of(court), **asked)  # type: ignore[arg-type]
    return [row["case_no"] for row in rows], total


def test_pages_follow_each_other_without_a_gap(court: Office) -> None:
    everything, total = numbers(court)
    assert total == len(everything) == len(set(everything)) == 126
    pages = [numbers(court, offset=start, limit=50)[0] for start in (0, 50, 100)]
    assert [len(page) for page in pages] == [50, 50, 26]
    assert [number for page in pages for number in page] == everything


@pytest.mark.parametrize(
    ("words", "state", "found"),
    [
        ("豫9924执1010号", "", 1),
        ("（2026） 豫9924执1010号", "", 1),
        ("买卖合同 乙_公司", "", 25),
        ("买卖合同 乙_公司", "closed", 12),
        ("二团队", "", 63),
        ("乙%公司", "", 0),
        ("没有这样的案件", "", 0),
    ],
)
def test_every_word_must_be_found_somewhere_in_a_case(court: Office, words: str, state: str, found: int) -> None:
    shown, total = numbers(court, words=words, state=state, limit=10)
    assert (len(shown), total) == (min(found, 10), found)


def test_a_team_sees_and_counts_its_own_cases_only(court: Office) -> None:
    actor = people.acting_as(court, "team1")
    rows, total = caselist.listing(court, actor)
    assert total == len(rows) == 63
    assert {row["team"] for row in rows} == {CASE["team"]}
    assert caselist.listing(court, actor, words="二团队") == ([], 0)


def test_the_page_and_the_api_tell_the_whole_number(court: Office) -> None:
    clerk = Person(create_app(court), "clerk")
    page = clerk.get(f"/cases?q={quote('乙_公司')}")
    assert page.status_code == 200
    assert page.text.count("row-link") == 25
    answer = clerk.get("/api/cases?limit=7&state=closed").get_json()
    assert (len(answer["cases"]), answer["total"]) == (7, 12)


def test_however_many_words_and_whichever_page_the_list_answers(court: Office) -> None:
    clerk = Person(create_app(court), "clerk")
    assert clerk.get("/cases?page=99999999999999999999").status_code == 200
    assert clerk.get(f"/cases?q={'+'.join(f'w{number}' for number in range(900))}").status_code == 200
    assert clerk.get(f"/api/search/suggest?q={'1' * 60_000}").status_code in (200, 400)
    assert numbers(court, words="买卖合同 " * 30)[1] == 125
    assert numbers(court, words="1" * 60_000)[1] == 0
