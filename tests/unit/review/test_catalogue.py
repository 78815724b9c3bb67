"""The shipped rules as a whole: loading, lookups, citations, the national groups, show and diff."""

from __future__ import annotations

from dataclasses import replace

import pytest

from review.catalogue import UnknownRuleError, diff, load, show
from review.rulebook import FILED_VOLUMES, source_of
from tests.support.rules import catalogue, rule_texts

PROFILES = ("yanling", "sanya", "keyouqianqi", "wuzhi", "luoyang")


@pytest.mark.parametrize("profile", PROFILES)
def test_every_entry_cites_its_source_or_says_that_it_is_from_memory(profile):
    rules = catalogue(profile)
    for entry in (*rules.nodes.values(), *rules.deadlines.values(), *rules.packs.values(), *rules.switches.values()):
        assert entry.cite, entry.id
        assert all(source_of(cite) in rules.sources for cite in entry.cite)
    for type in rules.types.values():
        assert type.cite or type.origin == "standard_memory", type.id


def test_every_type_belongs_to_one_national_group_and_every_filed_one_has_its_place():
    rules = catalogue()
    assert len(rules.types) >= 205
    main = rules.contents_lists["enforcement_main"]
    assert len(main.items) == 31
    assert [len(rules.contents_lists[id].items) for id in ("resumption_main", "preservation_main", "sub")] == [30, 12, 4]
    listed = {volume: {g for one in rules.contents_lists.values() if one.volume == volume for item in one.items for g in item.groups}
              for volume in ("main", "sub")}  # fmt: skip
    for type in rules.types.values():
        assert type.group in rules.groups
        if type.volume in listed and type.group != "frame":
            assert type.group in listed[type.volume], type.id
        assert (type.order is not None) == (type.volume in FILED_VOLUMES), type.id


def test_every_court_keeps_only_its_own_clocks():
    clocks = {profile: {rule.id.split(".")[0] for rule in catalogue(profile).deadlines.values()} for profile in PROFILES}
    assert clocks == {profile: {"base", profile} for profile in PROFILES}
    assert [len(catalogue(profile).deadlines) for profile in PROFILES] == [68, 33, 20, 3, 3]


def test_every_profile_has_version_effective_day_chain_and_switches():
    for profile in PROFILES:
        rules = catalogue(profile)
        assert rules.version
        assert rules.effective_from.year >= 2017
        assert rules.archive_chain[-1] == "archive" or profile == "luoyang"
        assert rules.switch("verdict") == "automatic"
    assert catalogue("yanling").switch("dispute_path") == ("chief",)
    assert catalogue("sanya").switch("dispute_path") == ()
    assert catalogue("wuzhi").switch("overdue_report_every") == "day"


def test_every_closing_mode_has_its_pack():
    rules = catalogue()
    for mode in rules.closing_modes:
        assert any("执" in pack.kinds and mode in pack.modes for pack in rules.packs.values()), mode


def test_known_titles_have_their_keywords():
    rules = catalogue()
    assert "失信决定书" in rules.type("dishonest_decision").title_keywords
    assert "执行裁定书" in rules.type("termination_ruling").title_keywords


def test_citations_that_bind_the_court_come_first():
    rules = catalogue("wuzhi")
    assert rules.cited(rules.node("closing_review").cite) == "武陟意见 第十七条；武陟意见 第十四条"
    assert rules.cited(()) is None
    assert catalogue("luoyang").cited(("鄢陵细则 §二(一)8",)) == "鄢陵细则 §二(一)8"


def test_show_tells_all_about_an_id():
    told = show(catalogue(), "service_receipt")
    assert told["type"]["name"] == "送达回证"
    assert told["type"]["file"] == "base/types/30_service.yaml"
    assert "service" in told["nodes"]
    assert [rule["id"] for rule in show(catalogue(), "image_dossier")["deadlines"]] == ["yanling.image_dossier"]
    with pytest.raises(UnknownRuleError):
        show(catalogue(), "nothing")


def test_diff_tells_every_change():
    before = catalogue()
    texts = rule_texts()
    path = "yanling/deadlines.yaml"
    at = texts[path].index("id: yanling.image_dossier")
    texts[path] = texts[path][:at] + texts[path][at:].replace("amount: 15", "amount: 20", 1)
    after = load(texts, "yanling")
    assert diff(before, after) == ["~ deadline yanling.image_dossier amount: 15 → 20"]
    assert diff(before, before) == []
    moved = replace(before, types=before.types | {"service_receipt": replace(before.types["service_receipt"], aliases=("送达证", "回证"))})
    assert diff(before, moved) == ["~ type service_receipt aliases: 增加 回证"]
    assert "- deadline yanling.loan" in diff(before, catalogue("sanya"))
    new = replace(before, deadlines={id: one for id, one in before.deadlines.items() if id != "yanling.loan"})
    loan = before.deadlines["yanling.loan"]
    assert diff(new, before) == [f"+ deadline yanling.loan {loan.node} {loan.action} {loan.kind} {loan.amount} {loan.unit} ← {loan.anchor}"]
