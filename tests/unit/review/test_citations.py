"""Where each rule says that it comes from: what a court's own text backs, and what must be compared with the law first."""

from __future__ import annotations

from review.catalogue import borders, show
from review.rulebook import UNCONFIRMED, source_of
from tests.support.rules import catalogue

PROFILES = ("yanling", "sanya", "keyouqianqi", "wuzhi", "luoyang")
# National law whose text nobody here had; only what stands in a public reprint is taken as confirmed.
CONFIRMED_FROM_MEMORY = {"终本规定 第一条"}


def _cites(rules):
    entries = (rules.types, rules.nodes, rules.deadlines, rules.packs, rules.checks, rules.switches, rules.contents_lists)
    return {cite for section in entries for entry in section.values() for cite in entry.cite}


def test_only_the_courts_own_texts_count_as_read_in_full():
    for source in catalogue().sources.values():
        assert (source.origin == "full_text") == (source.profile is not None), source.id
        assert source.origin != "memory" or source.note, source.id


def test_articles_from_memory_are_marked_wherever_they_are_shown():
    for profile in PROFILES:
        rules = catalogue(profile)
        from_memory = {cite for cite in _cites(rules) if rules.sources[source_of(cite)].origin == "memory"}
        assert {cite for cite in from_memory if rules.confirmed(cite)} <= CONFIRMED_FROM_MEMORY
        for cite in from_memory - CONFIRMED_FROM_MEMORY:
            assert rules.cited((cite,)) == f"{cite}{UNCONFIRMED}"
    assert catalogue().cited(("终本规定 第一条",)) == "终本规定 第一条"
    assert catalogue().cited(("终本规定 第三条", "三亚细则 第四条")) == f"终本规定 第三条{UNCONFIRMED}"


def test_every_type_that_no_court_lists_says_where_it_comes_from_and_how_it_differs():
    rules = catalogue()
    ours = [id for id in rules.types if rules.where[f"type:{id}"][0].endswith("98_applications.yaml")]
    assert len(ours) == 16
    for id in ours:
        type = rules.types[id]
        assert type.cite, id
        assert type.required, id
        assert type.order, id
        assert type.near, id
        assert type.origin in ("implied", "standard_memory"), id


def test_a_border_is_shown_from_both_sides():
    rules = catalogue()
    assert set(borders(rules, "general_ruling")) >= {"seizure_ruling", "deduct_ruling", "correction_ruling"}
    assert "receipt_slip" in borders(rules, "case_handover_list")
    assert "suspend_ruling" in borders(rules, "end_ruling")
    told = show(rules, "final_notice")
    assert told["cited"].endswith(UNCONFIRMED)
    assert "双方签名" in told["near"]["终本约谈笔录"]
