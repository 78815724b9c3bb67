"""The contents list: national order, the court's own order, page numbers that skip blanks and repeated pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from review.contents import contents, ordered
from review.facts import DocumentFact, PageFacts
from tests.support.rules import catalogue


def paper(ref: str, type_id: str | None, pages: str = "p", dated: date | None = None, title: str = "") -> DocumentFact:
    """pages: one letter a page; '_' is blank, equal letters are the same picture."""
    made = tuple(
        PageFacts(ref=f"{ref}{place}", index=place, lines=(), blank=letter == "_", digest="" if letter == "p" else letter)
        for place, letter in enumerate(pages, 1)
    )
    return DocumentFact(ref, type_id, pages=made, dated=dated, title=title)


def refs(entries) -> list[str]:
    return [entry.ref for entry in entries]


def test_national_groups_come_first_then_place_then_date():
    papers = [
        paper("service", "service_receipt"),
        paper("seizure", "seizure_ruling"),
        paper("notice", "enforcement_notice", dated=date(2026, 3, 6)),
        paper("earlier", "enforcement_notice", dated=date(2026, 3, 5)),
        paper("undated", "enforcement_notice"),
        paper("order", "property_report_order"),
        paper("application", "enforcement_application"),
        paper("cover", "cover_main"),
        paper("draft", "signed_draft"),
        paper("unknown", None, title="一页纸"),
    ]
    entries = contents(catalogue(), papers, kind="main", case_kind="执")
    assert refs(entries) == ["application", "earlier", "notice", "undated", "order", "seizure", "service", "unknown"]
    assert [entry.serial for entry in entries] == list(range(1, 9))
    assert entries[0].group == "申请执行书"
    assert entries[-1].name == "一页纸"
    assert refs(contents(catalogue(), papers, kind="sub", case_kind="执")) == ["draft"]
    assert entries[1].name == "执行通知书"


def test_the_list_depends_on_the_kind_of_case():
    papers = [paper("ruling", "preservation_ruling"), paper("application", "preservation_application"), paper("query", "net_query_total")]
    assert refs(contents(catalogue(), papers, kind="main", case_kind="执保")) == ["application", "ruling", "query"]
    assert refs(contents(catalogue(), papers, kind="main", case_kind="执")) == ["query", "application", "ruling"]


def test_a_court_may_keep_the_older_order():
    rules = catalogue()
    older = replace(rules, switches={**rules.switches, "contents_order": replace(rules.switches["contents_order"], value="order")})
    papers = [paper("address", "address_confirmation"), paper("seizure", "seizure_ruling")]
    assert refs(contents(rules, papers, kind="main", case_kind="执")) == ["seizure", "address"]
    assert refs(contents(older, papers, kind="main", case_kind="执")) == ["address", "seizure"]


def test_pages_run_on_and_skip_blanks_and_repeated_pictures():
    papers = [
        paper("application", "enforcement_application", "a_b"),
        paper("title", "title_document", "ac"),
        paper("copy", "identity_proof", "b"),
        paper("notice", "enforcement_notice", "pp"),
    ]
    entries = {entry.ref: entry for entry in contents(catalogue(), papers, kind="main", case_kind="执")}
    assert {ref: entry.range for ref, entry in entries.items()} == {"application": "1-2", "title": "3", "notice": "4-5", "copy": ""}
    assert entries["application"].numbers == {"application1": 1, "application3": 2}
    assert entries["title"].numbers == {"title2": 3}
    later = contents(catalogue(), papers, kind="main", case_kind="执", start=101)
    assert (later[0].first_page, later[0].last_page) == (101, 102)


def test_the_pouch_has_no_groups_and_keeps_its_order():
    papers = [paper("later", "post_closing_material"), paper("bag", "evidence_pouch")]
    assert [one.ref for one in ordered(catalogue(), papers, kind="pouch", case_kind="执")] == ["bag", "later"]
