"""What is wrong with a hand-over as a whole: against the declared list, repeats, papers that come together, the wrong case."""

from datetime import date

import pytest

from review.completeness import check_submission
from review.facts import CaseFact, DocumentFact, PageFacts
from review.findings import Finding
from review.segment import segment
from tests.support.papers import lexicon, page, paper, stack

TODAY = date(2026, 11, 21)
CASE = CaseFact("（2026）豫9924执118号", "执", "云川县人民法院", date(2026, 3, 16), "yanling")
NOTICE, ORDER, RECEIPT, RULING = (paper(id) for id in ("enforcement_notice", "property_report_order", "service_receipt", "general_ruling"))


def documents(pages: tuple[PageFacts, ...]) -> list[DocumentFact]:
    by_ref = {one.ref: one for one in pages}
    pieces = segment(pages, lexicon()).pieces
    return [
        DocumentFact(
            str(number), piece.guess.type_id, tuple(by_ref[ref] for ref in piece.pages), piece.case_no, piece.dated, title=piece.title
        )
        for number, piece in enumerate(pieces, 1)
    ]


def check(
    pages: tuple[PageFacts, ...], declared: list[tuple[str, int]] | None = None, held: tuple[DocumentFact, ...] = ()
) -> dict[str, Finding]:
    found = check_submission(documents(pages), pages, CASE, declared, lexicon(), TODAY, held)
    return {finding.rule: finding for finding in found}


def test_declared_list_that_agrees() -> None:
    pages = stack(NOTICE, ORDER, RECEIPT, "")
    assert not {rule for rule in check(pages, [("执行通知书", 1), ("报告财产令", 1), ("送达回证", 1)]) if rule.startswith("declared")}


@pytest.mark.parametrize("name", ["财产申报表", "被执行人财产申报表", "财产报告表"])
def test_declared_by_another_name(name: str) -> None:
    assert not {rule for rule in check(stack(paper("property_declaration_form")), [(name, 1)]) if rule.startswith("declared")}


def test_declared_and_not_scanned_blocks() -> None:
    found = check(stack(NOTICE), [("执行通知书", 1), ("送达回证", 1)])["declared.missing"]
    assert found.severity == "blocking"
    assert "送达回证" in found.message


def test_fewer_pages_than_declared_block_more_do_not() -> None:
    fewer = check(stack(NOTICE), [("执行通知书", 2)])["declared.pages"]
    assert (fewer.severity, fewer.page) == ("blocking", 1)
    more = check(stack(NOTICE, NOTICE.replace("张某甲", "甲公司")), [("执行通知书", 1)])
    assert more["declared.extra"].severity == "warning"


def test_blank_backs_may_be_counted() -> None:
    assert "declared.pages" not in check(stack(NOTICE, ""), [("执行通知书", 2)])
    assert "declared.pages" not in check(stack(NOTICE, ""), [("执行通知书", 1)])


def test_papers_of_one_kind_declared_together() -> None:
    pages = stack(RECEIPT, RECEIPT.replace("张某甲", "甲公司"))
    assert not {rule for rule in check(pages, [("送达回证", 2)]) if rule.startswith("declared")}


def test_not_declared_is_a_warning() -> None:
    assert check(stack(NOTICE, ORDER), [("执行通知书", 1)])["declared.extra"].severity == "warning"


def test_repeats_are_warnings() -> None:
    found = check(stack(NOTICE, ORDER, NOTICE))["pages.duplicate"]
    assert (found.severity, found.page) == ("warning", 3)


def test_second_scan_of_a_paper_is_noticed() -> None:
    again = NOTICE.replace("民间借贷", "民间借货")
    assert check(stack(NOTICE, again))["document.repeated"].severity == "warning"
    assert "document.repeated" not in check(stack(NOTICE, NOTICE.replace("张某甲：", "甲公司：")))


def test_papers_that_come_together() -> None:
    found = check(stack(NOTICE))
    assert found["together.service_with_notice"].severity == "warning"
    assert found["together.service_with_notice"].cite
    assert "together.service_with_notice" not in check(stack(NOTICE, RECEIPT))
    held = (DocumentFact("old", "service_receipt"),)
    assert "together.service_with_notice" not in check(stack(NOTICE), held=held)


def test_whole_hand_over_of_another_case() -> None:
    pages = tuple(page(text.replace("执118号", "执87号"), index=index) for index, text in enumerate((NOTICE, ORDER, RULING)))
    assert check(pages)["submission.other_case"].severity == "blocking"
    assert "submission.other_case" not in check(stack(NOTICE, ORDER, RULING))


def test_blank_pages_are_listed_and_unknown_papers_do_not_block() -> None:
    found = check(stack(NOTICE, "", RECEIPT, "产品使用说明书\n请在使用前仔细阅读本说明书。"))
    assert found["pages.blank"].severity == "unchecked"
    assert not [one for one in found.values() if one.severity == "blocking"]


def test_nothing_declared_nothing_found() -> None:
    assert check(()) == {}
    assert check((), [("送达回证", 1)])["declared.missing"].severity == "blocking"
