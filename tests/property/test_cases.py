"""Properties of the gate over whole cases: more evidence never lacks more, arrival has no order, what is explained is what was counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from review.closing import Matter, applies, faults
from review.conditions import holding
from review.daycounts import days_of
from review.deadlines import due
from review.explain import explain
from review.facts import CaseFact, DocumentFact, EventFact, PartyFact
from review.findings import Finding
from review.gate import check_case
from review.nodestates import by_type
from tests.support.rules import calendar, catalogue

PROFILES = st.sampled_from(("yanling", "sanya", "keyouqianqi", "wuzhi", "luoyang"))
GATES = st.sampled_from((None, "handover", "closing", "archiving"))
YUAN = st.none() | st.sampled_from(("0", "100.00", "204650.00"))
NAMES = ("李测试", "甲公司", "王某乙")


@st.composite
def cases(draw):
    rules = catalogue(draw(PROFILES))
    filed = draw(st.dates(date(2024, 1, 1), date(2026, 9, 1)))
    events = draw(st.lists(st.tuples(st.sampled_from(sorted(rules.anchors)), st.integers(0, 200)), max_size=5))
    closed = draw(st.none() | st.integers(1, 300).map(lambda days: filed + timedelta(days=days)))
    return CaseFact(
        "（2026）豫9924执118号",
        draw(st.sampled_from(sorted(rules.case_kinds))),
        "云川县人民法院",
        filed,
        rules.profile,
        parties=tuple(PartyFact(name, "被执行人") for name in draw(st.sets(st.sampled_from(NAMES)))),
        events=tuple(EventFact(anchor, filed + timedelta(days=days)) for anchor, days in events),
        closed_on=closed,
        closing_mode=draw(st.sampled_from(sorted(rules.closing_modes))) if closed else None,
        **{field: draw(YUAN) for field in ("amount", "closing_amount", "waived_amount", "paid_amount")},
    )


@st.composite
def dossiers(draw, least: int = 0):
    ids = draw(st.lists(st.sampled_from(sorted(catalogue().types)), min_size=least, max_size=20))
    days = st.none() | st.dates(date(2024, 1, 1), date(2027, 6, 1))
    return tuple(DocumentFact(f"{place}", id, dated=draw(days), signed_for=draw(days)) for place, id in enumerate(ids))


def check(case: CaseFact, documents, gate, today: date) -> tuple[Finding, ...]:
    return check_case(catalogue(case.profile), calendar(), case, documents, gate, today)


def plain(findings) -> list[str]:
    return sorted(repr(finding) for finding in findings)


@given(cases(), dossiers(), GATES, st.data())
@settings(max_examples=80, deadline=None)
def test_more_evidence_never_lacks_more(case, documents, gate, data):
    """As long as a new paper says nothing new about the case (opens no condition, starts no clock), it can only fill gaps."""
    rules, today = catalogue(case.profile), case.filed_on + timedelta(days=150)
    new = DocumentFact("new", data.draw(st.sampled_from(sorted(rules.types))))
    before, after = holding(rules, case, documents), holding(rules, case, (*documents, new))
    if set(before) != set(after):
        case = replace(case, conditions=dict.fromkeys(after, True))
    lacked = {one.document for one in check(case, documents, gate, today) if one.rule.startswith("node.")}
    lacks = {one.document for one in check(case, (*documents, new), gate, today) if one.rule.startswith("node.")}
    lines = [line for node in rules.nodes_of(new.type_id) for line in node.evidence]
    assert lacks - lacked <= {line.material for line in lines}, "only the step that the paper begins may ask for the rest of it"
    if not any(line.per for line in lines if new.type_id in line.accepted):
        assert new.type_id not in lacks


@given(cases(), dossiers(), GATES, st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_the_order_of_arrival_does_not_change_the_verdict(case, documents, gate, random):
    shuffled, events, parties = list(documents), list(case.events), list(case.parties)
    for one in (shuffled, events, parties):
        random.shuffle(one)
    again = replace(case, events=tuple(events), parties=tuple(parties))
    today = case.filed_on + timedelta(days=200)
    assert plain(check(again, shuffled, gate, today)) == plain(check(case, documents, gate, today))


@given(cases(), dossiers(least=1))
@settings(max_examples=60, deadline=None)
def test_a_paper_that_is_there_is_never_called_missing_by_any_form(case, documents):
    rules = catalogue(case.profile)
    matter = Matter(rules, case, by_type(documents), holding(rules, case, documents))
    there = {document.type_id for document in documents}
    for rule in rules.checks.values():
        for fault in faults(matter, rule):
            assert fault.message
            assert not (rule.form == "any_of" and set(rule.documents) & there)
            assert applies(rule, case, matter.holds) in (True, False)


@given(cases(), dossiers())
@settings(max_examples=40, deadline=None)
def test_every_day_that_is_told_is_every_day_that_was_counted(case, documents):
    rules = catalogue(case.profile)
    for clock in due(rules, calendar(), case, case.filed_on, documents=documents):
        days = list(days_of(rules, calendar(), clock))
        numbers = [day.number for day in days if day.number is not None]
        assert numbers == list(range(1, len(numbers) + 1))
        if clock.rule.unit == "wday" and clock.rule.kind == "max" and clock.rule.amount:
            assert numbers[-1] == clock.rule.amount
            assert days[-1].on == clock.due
            assert all(calendar().is_workday(day.on) for day in days if day.number is not None)
        if clock.rule.unit == "day" and clock.rule.kind == "max" and clock.rule.amount:
            assert numbers[-1] == clock.rule.amount
            assert days[-1].on == clock.due


@given(cases(), dossiers(), GATES)
@settings(max_examples=15, deadline=None)
def test_every_finding_can_be_explained(case, documents, gate):
    rules, today = catalogue(case.profile), case.filed_on + timedelta(days=200)
    for finding in check(case, documents, gate, today)[:12]:
        if finding.rule == "document.unknown":
            continue
        told = explain(rules, calendar(), case, documents, finding.rule, gate, today)
        assert finding in told.findings
        assert told.file
        assert told.line
