"""Properties of deadlines and of the gate that hold for every case, not only for the ones we thought of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from review.contents import contents
from review.deadlines import due
from review.facts import CaseFact, DocumentFact, EventFact
from review.gate import check_case
from tests.support.rules import calendar, catalogue

PROFILES = st.sampled_from(("yanling", "sanya", "keyouqianqi", "wuzhi", "luoyang"))
DAYS = st.dates(date(2015, 1, 1), date(2028, 12, 31))


@st.composite
def cases(draw):
    rules = catalogue(draw(PROFILES))
    filed = draw(DAYS)
    anchors = draw(st.lists(st.sampled_from(sorted(rules.anchors)), max_size=6))
    events = tuple(EventFact(anchor, filed + timedelta(days=draw(st.integers(0, 200)))) for anchor in anchors)
    closed = draw(st.none() | st.integers(1, 300).map(lambda days: filed + timedelta(days=days)))
    return CaseFact(
        "（2026）豫9924执118号",
        draw(st.sampled_from(sorted(rules.case_kinds))),
        "云川县人民法院",
        filed,
        rules.profile,
        events=events,
        closed_on=closed,
        closing_mode=draw(st.sampled_from(sorted(rules.closing_modes))) if closed else None,
    )


papers = st.lists(st.sampled_from(sorted(catalogue().types)), max_size=25).map(
    lambda ids: tuple(DocumentFact(f"{place}", id) for place, id in enumerate(ids))
)


@given(cases(), papers, st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_no_limit_ends_on_a_day_off_and_none_before_their_anchor(case, documents, later):
    rules = catalogue(case.profile)
    for clock in due(rules, calendar(), case, case.filed_on + timedelta(days=later), documents=documents):
        if clock.due is None or clock.rule.kind == "within_before":
            continue
        assert clock.due >= clock.anchor_on
        assert calendar().is_workday(clock.due)
        assert clock.steps


@given(cases(), papers, st.sampled_from((None, "handover", "closing", "archiving")))
@settings(max_examples=60, deadline=None)
def test_handing_over_what_is_asked_for_silences_the_gate(case, documents, gate):
    """Whoever brings every paper that the gate names, until it names none, is never blocked for want of a paper."""
    rules, today = catalogue(case.profile), case.filed_on + timedelta(days=120)
    held = list(documents)
    for _ in range(12):
        findings = check_case(rules, calendar(), case, held, gate, today)
        wanted = {one.document for one in findings if one.rule.startswith("node.")}
        if not wanted:
            break
        assert not wanted & {one.type_id for one in held}, "what is there is not asked for again"
        held += [DocumentFact(f"new {id}", id) for id in wanted]
    assert not wanted


@given(cases(), papers)
@settings(max_examples=40, deadline=None)
def test_lateness_alone_never_blocks(case, documents):
    rules = catalogue(case.profile)
    for finding in check_case(rules, calendar(), case, documents, None, case.filed_on + timedelta(days=365)):
        if finding.rule.startswith(("late.", "early.")):
            assert finding.severity == "warning"


@given(papers, st.randoms())
@settings(max_examples=60, deadline=None)
def test_the_contents_list_does_not_depend_on_the_order_of_arrival(documents, random):
    rules = catalogue()
    dated = [replace(one, dated=date(2026, 1, 1) + timedelta(days=place)) for place, one in enumerate(documents)]
    shuffled = list(dated)
    random.shuffle(shuffled)
    for kind in ("main", "sub", "pouch"):
        first = contents(rules, dated, kind=kind, case_kind="执")
        assert [one.ref for one in first] == [one.ref for one in contents(rules, shuffled, kind=kind, case_kind="执")]
        assert [one.serial for one in first] == list(range(1, len(first) + 1))
