"""Separator and cover sheets in a stack: codes and back, certain boundaries, types that are named, covers of other cases, nothing lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from review.facts import CaseFact, DocumentFact, PageFacts
from review.findings import Finding
from review.handover import check_submission
from review.segment import Piece, as_one, segment
from review.sheets import STATEMENT, Sheet, code_of, ours, parse, sheet_of
from tests.support.papers import lexicon, page, paper

CASE_NO, OTHER = "（2026）豫9924执118号", "（2026）豫9924执87号"
CASE = CaseFact(CASE_NO, "执", "云川县人民法院", date(2026, 3, 12), "yanling")
NOTICE, ORDER, LETTER = paper("enforcement_notice"), paper("property_report_order"), "便条\n今日天气晴朗，院内杏花已开。\n约同仁午后观赏。"
REPLY = "亲爱的朋友：\n你好，很久没有见面了，最近工作还顺利吗？我这里一切都好。\n祝身体健康"
PLAIN, TYPED = Sheet("separator"), Sheet("separator", type_id="inquiry_record")


def sheet(of: Sheet, text: str | None = None) -> PageFacts:
    return replace(page(f"{of.name}\n{STATEMENT}" if text is None else text), code=code_of(of))


def stack(*parts: str | PageFacts) -> list[PageFacts]:
    pages = [page(part) if isinstance(part, str) else part for part in parts]
    return [replace(one, ref=f"p{n}", index=n, page=n + 1) for n, one in enumerate(pages)]


def pieces(*parts: str | PageFacts) -> tuple[Piece, ...]:
    return segment(stack(*parts), lexicon()).pieces


def findings(*parts: str | PageFacts, types: dict[int, str | None] | None = None) -> dict[str, Finding]:
    pages = stack(*parts)
    by_ref = {one.ref: one for one in pages}
    documents = [
        DocumentFact(str(n), (types or {}).get(n, one.guess.type_id), tuple(by_ref[ref] for ref in one.pages), one.case_no, title=one.title)
        for n, one in enumerate(segment(pages, lexicon()).pieces, 1)
    ]
    found = check_submission(documents, pages, CASE, None, lexicon(), date(2026, 9, 1))
    return {one.rule: one for one in found if one.rule.startswith(("sheet.", "pages."))}


@pytest.mark.parametrize(
    "one",
    [
        PLAIN,
        TYPED,
        Sheet("cover", case_no=CASE_NO),
        Sheet("cover", case_no=CASE_NO, node="service"),
        Sheet("slip", number="YG20260901-0001"),
    ],
)
def test_a_code_says_which_sheet_it_is_in_ascii(one: Sheet) -> None:
    assert parse(code_of(one)) == one
    assert code_of(one).isascii()


@pytest.mark.parametrize(
    "code",
    [
        "HZ20260901-0001",
        "https://example.com/",
        "DOSSIER/1/",
        "DOSSIER/1/cover",
        "DOSSIER/1/cover/x",
        "DOSSIER/1/separator/a/b",
        "DOSSIER/1/separator/中",
        "DOSSIER/2/separator",
        "YG2026-1",
        "DOSSIER/1/separator/" + "a" * 600,
    ],
)
def test_a_foreign_code_is_no_sheet(code: str) -> None:
    assert parse(code) is None
    assert ours([code]) == ""


def test_two_sheets_on_one_page_are_none() -> None:
    assert ours([code_of(PLAIN), "https://example.com/"]) == code_of(PLAIN)
    assert ours([code_of(PLAIN), code_of(TYPED)]) == ""


def test_a_separator_parts_what_nothing_else_would_and_every_page_is_accounted_for() -> None:
    head, tail = "\n".join(NOTICE.splitlines()[:5]), "二、负担案件受理费四千元。"
    pages = stack(sheet(PLAIN), head, sheet(PLAIN), tail, "", sheet(PLAIN), sheet(PLAIN), ORDER)
    found = segment(pages, lexicon())
    assert [one.pages for one in found.pieces] == [("p1",), ("p3",), ("p7",)]
    assert found.pieces[1].why == "前面有分隔页"
    assert (found.sheets, found.blank, dict(found.duplicates)) == (("p0", "p2", "p5", "p6"), ("p4",), {})
    assert len(pages) == len(found.sheets) + len(found.blank) + sum(len(one.pages) for one in found.pieces)


def test_between_two_sheets_only_titles_and_marks_part() -> None:
    assert len(pieces(NOTICE, REPLY)) == 2
    assert [one.pages for one in pieces(sheet(PLAIN), NOTICE, REPLY, sheet(PLAIN), ORDER)] == [("p1", "p2"), ("p4",)]
    assert [one.pages for one in pieces(sheet(PLAIN), NOTICE, ORDER)] == [("p1",), ("p2",)]


def test_the_type_that_a_separator_names_is_used() -> None:
    (one,) = pieces(sheet(TYPED), LETTER)
    assert (one.guess.type_id, one.guess.confident, one.guess.why) == ("inquiry_record", True, f"分隔页注明“{one.guess.name}”")
    assert one.guess.nodes


def test_a_content_that_clearly_is_another_type_makes_the_clerk_look() -> None:
    (one,) = pieces(sheet(TYPED), NOTICE)
    assert (one.guess.type_id, one.guess.confident) == ("inquiry_record", False)
    told = findings(sheet(TYPED), NOTICE)["sheet.type_differs"]
    assert (told.severity, told.document) == ("warning", "1")
    assert "执行通知书" in told.message
    assert "sheet.type_differs" not in findings(sheet(TYPED), NOTICE, types={1: "enforcement_notice"})


def test_a_type_of_another_catalogue_is_told_and_the_content_decides() -> None:
    unknown = Sheet("separator", type_id="nowhere")
    assert pieces(sheet(unknown), NOTICE)[0].guess.type_id == "enforcement_notice"
    assert findings(sheet(unknown), NOTICE)["sheet.type_unknown"].severity == "warning"


def test_a_sheet_with_nothing_behind_is_told() -> None:
    assert findings(sheet(PLAIN), NOTICE, sheet(TYPED), "")["sheet.empty"].page == 3
    assert findings(sheet(PLAIN), NOTICE, sheet(PLAIN)) == {}


def test_a_cover_of_another_case_is_a_finding_that_blocks_unless_the_papers_are_ours() -> None:
    other, own = Sheet("cover", case_no=OTHER), Sheet("cover", case_no=CASE_NO)
    assert findings(sheet(own), NOTICE) == {}
    assert findings(sheet(other), NOTICE)["sheet.other_case"].severity == "warning"
    told = findings(sheet(own), NOTICE, sheet(other), LETTER)["sheet.other_case"]
    assert (told.severity, told.page) == ("blocking", 3)
    assert OTHER in told.message
    assert CASE_NO in told.message


def test_paper_on_which_only_the_code_was_stuck_stays_paper() -> None:
    stuck = sheet(PLAIN, NOTICE)
    assert sheet_of(stuck) is None
    assert [one.guess.type_id for one in pieces(stuck)] == ["enforcement_notice"]
    assert findings(stuck)["sheet.doubtful"].severity == "unchecked"
    assert sheet_of(replace(stuck, lines=())) == PLAIN


def test_what_a_person_puts_together_behind_a_sheet_keeps_its_type() -> None:
    assert as_one([page(LETTER)], lexicon(), "由人工整理", TYPED).guess.type_id == "inquiry_record"
