"""The overdue-node table: rows of cases on a day, what each standing means, and what the counts of a period add up to."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from review.facts import CaseFact, DocumentFact, EventFact, PartyFact
from review.nodestates import node_states
from review.normalise import page_of_text
from review.overdue import GROUPINGS, STANDINGS, Matter, Row, as_of, rows, tally, total, unread, within
from tests.support.rules import calendar, catalogue

FILED = date(2026, 3, 2)
PARTIES = (PartyFact("张某甲", "申请执行人"), PartyFact("李测试", "被执行人"), PartyFact("甲公司", "被执行人"))
CASE = CaseFact("（2026）豫9924执118号", "执", "云川县人民法院", FILED, "yanling", PARTIES)


def table(matter: Matter, day: date) -> dict[str, Row]:
    known = as_of(matter, day)
    states = node_states(catalogue(), calendar(), known.case, known.documents, day)
    return {row.node: row for row in rows(catalogue(), calendar(), known, states, day)}


def survey(matter: Matter, day: date) -> Row:
    """The row of 传统调查: 45 days from filing, so due on 2026-04-16 (a Thursday)."""
    return table(matter, day)["traditional_survey"]


@pytest.mark.parametrize(
    ("day", "standing", "left"),
    [
        (date(2026, 4, 8), "running", 6),
        (date(2026, 4, 10), "running", 4),
        (date(2026, 4, 13), "near", 3),
        (date(2026, 4, 16), "near", 0),
        (date(2026, 4, 17), "overdue", -1),
        (date(2026, 4, 20), "overdue", -2),
    ],
)
def test_a_step_comes_near_and_then_is_overdue(day: date, standing: str, left: int) -> None:
    row = survey(Matter(CASE, team="一团队", handler="周执行"), day)
    assert (row.standing, row.left, row.due, row.opened) == (standing, left, date(2026, 4, 16), FILED)
    assert (row.team, row.handler, row.done_on) == ("一团队", "周执行", None)
    assert row.lacking
    assert "鄢陵细则" in (row.cite or "")


@pytest.mark.parametrize(("signed", "standing"), [(date(2026, 4, 16), "on_time"), (date(2026, 4, 17), "late")])
def test_what_is_done_was_done_in_time_or_late(signed: date, standing: str) -> None:
    matter = Matter(CASE, [DocumentFact("1", "investigation_record", signed_for=signed)])
    assert survey(matter, date(2026, 5, 8)).standing == standing
    assert survey(matter, date(2026, 5, 8)).done_on == signed
    assert survey(matter, date(2026, 4, 15)).standing == "near"  # on that day it was still to be done


def test_a_limit_from_a_stand_in_day_blames_nobody() -> None:
    row = table(Matter(CASE), date(2026, 5, 8))["site_survey"]
    assert (row.source, row.standing) == ("fallback", "unsure")
    known = replace(CASE, events=(EventFact("case_assigned", date(2026, 3, 4)),))
    assert table(Matter(known), date(2026, 5, 8))["site_survey"].standing == "overdue"


def test_each_return_to_the_office_asks_for_a_transfer_of_its_own() -> None:
    events = (EventFact("returned", date(2026, 3, 4)), EventFact("returned", date(2026, 3, 10)), EventFact("returned", date(2026, 3, 24)))
    matter = Matter(replace(CASE, events=events), acts={"dossier_transfer": [date(2026, 3, 6), date(2026, 3, 17)]})
    known = as_of(matter, date(2026, 3, 31))
    states = node_states(catalogue(), calendar(), known.case, known.documents, date(2026, 3, 31))
    found = [row for row in rows(catalogue(), calendar(), known, states, date(2026, 3, 31)) if row.node == "dossier_transfer"]
    assert [(row.due, row.standing) for row in found] == [
        (date(2026, 3, 6), "on_time"),
        (date(2026, 3, 12), "late"),
        (date(2026, 3, 26), "overdue"),
    ]
    assert "dossier_transfer" not in table(replace(matter, acts={}), date(2026, 3, 31))  # without acts nobody can tell


def test_what_happened_later_is_not_known_earlier() -> None:
    closed = replace(CASE, closed_on=date(2026, 6, 1), closing_mode="执行完毕", events=(EventFact("returned", date(2026, 5, 6)),))
    before = as_of(Matter(closed, acts={"x": [date(2026, 5, 7)]}), date(2026, 5, 5))
    assert (before.case.closed_on, before.case.closing_mode, before.case.events, before.acts) == (None, None, (), {"x": []})
    assert as_of(Matter(closed), date(2026, 6, 1)).case == closed


def test_only_papers_that_may_name_several_parties_have_to_be_read() -> None:
    day = date(2026, 4, 20)
    one = [DocumentFact("n1", "enforcement_notice", signed_for=FILED), DocumentFact("r1", "filing_form", signed_for=FILED)]
    assert unread(node_states(catalogue(), calendar(), CASE, one, day)) == {"n1"}
    read = [replace(one[0], pages=(page_of_text("被执行人：李测试、甲公司", ref="n1"),)), one[1]]
    assert unread(node_states(catalogue(), calendar(), CASE, read, day)) == set()
    both = [*one, DocumentFact("n2", "enforcement_notice", signed_for=FILED)]
    assert "n1" not in unread(node_states(catalogue(), calendar(), CASE, both, day))


def row(due: date, standing: str, *, team: str = "一团队", handler: str = "周执行", name: str = "传统调查") -> Row:
    sample = survey(Matter(CASE), FILED)
    return replace(sample, due=due, standing=standing, team=team, handler=handler, name=name)  # type: ignore[arg-type]


def test_a_period_holds_what_is_due_in_it_and_what_is_carried_into_it() -> None:
    first, last = date(2026, 4, 6), date(2026, 4, 12)
    before, inside, after = first - timedelta(days=1), first, last + timedelta(days=1)
    found = [row(day, standing) for day in (before, inside, after) for standing in STANDINGS]
    kept = within(found, first, last)
    assert [(one.due, one.standing) for one in kept] == [(before, "overdue"), *((inside, standing) for standing in STANDINGS)]
    (counts,) = tally(kept, GROUPINGS["team"], first)
    assert (counts.due, counts.carried, counts.overdue, counts.on_time) == (6, 1, 1, 1)
    assert counts.rate == pytest.approx(2 / 3)
    assert within(found, None, None) == tuple(found)


def test_counts_are_by_team_person_node_and_period_with_the_worst_first() -> None:
    found = [
        row(date(2026, 4, 6), "overdue"),
        row(date(2026, 4, 13), "overdue", team="二团队", handler="吴执行"),
        row(date(2026, 4, 14), "overdue", team="二团队", handler="郑执行"),
        row(date(2026, 5, 1), "near", team="二团队", handler="郑执行", name="送达"),
    ]
    assert [(one.key, one.overdue) for one in tally(found, GROUPINGS["team"])] == [(("二团队",), 2), (("一团队",), 1)]
    assert [one.key for one in tally(found, GROUPINGS["handler"])] == [("二团队", "郑执行"), ("一团队", "周执行"), ("二团队", "吴执行")]
    assert [one.key[1] for one in tally(found, GROUPINGS["node"])] == ["传统调查", "送达"]
    assert [(one.key, one.due) for one in tally(found, GROUPINGS["month"])] == [(("2026-04",), 3), (("2026-05",), 1)]
    assert ("2026-04-13 至 2026-04-19",) in {one.key for one in tally(found, GROUPINGS["week"])}
    for by in GROUPINGS.values():
        assert sum(one.due for one in tally(found, by)) == total(found).due == 4
    assert total([]).rate is None


def test_every_row_is_of_a_step_that_this_court_asks_for() -> None:
    found = table(Matter(CASE), date(2026, 8, 31))
    assert Counter(one.standing for one in found.values())["overdue"] > 5
    for one in found.values():
        assert one.role in catalogue().roles.values()
        assert (one.left < 0) == (one.due < date(2026, 8, 31)) or one.left == 0
