"""The cases of tests/cases, written for clerks: what is in the dossier, what must be found and nothing else, what is due when."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from review.completeness import check_document
from review.deadlines import due, shown
from review.findings import Finding
from review.gate import check_case
from review.handover import check_submission
from review.waivers import settle
from tests.support.goldencases import ROOT, Golden, files, read
from tests.support.papers import lexicon
from tests.support.rules import calendar

SEVERITIES = {"阻断": "blocking", "提醒": "warning", "待核对": "unchecked"}
GATE = [path for folder in ("gate", "complete", "defect") for path in files(folder)]
PAPERS = [*files("document"), *files("handover")]
LATE = ("late.", "clash.")


def _named(path):
    return f"{path.parent.name}/{path.stem}"


def _matches(finding: Finding, expected: str) -> bool:
    """'阻断 rule.id 片段': severity, rule, and words of the message."""
    severity, rule, words = expected.split(" ", 2)
    return finding.severity == SEVERITIES[severity] and finding.rule == rule and words in finding.message


def _exactly(findings: Iterable[Finding], expected: list[str]) -> None:
    """Each expectation is met by one finding of its own, and no finding is left over."""
    left = list(findings)
    for one in expected:
        found = next((finding for finding in left if _matches(finding, one)), None)
        assert found is not None, f"没有发现：{one}；发现了 {[(f.severity, f.rule, f.message) for f in left]}"
        left.remove(found)
    assert not left, [(finding.severity, finding.rule, finding.message) for finding in left]


@pytest.mark.parametrize("path", GATE, ids=_named)
def test_golden_case(path):
    golden = read(path)
    told = golden.told
    findings, waived = settle(
        golden.rules, check_case(golden.rules, calendar(), golden.case, golden.papers, golden.gate, golden.day), golden.case.waivers
    )
    assert all((finding.cite or finding.rule == "document.unknown") and finding.who and finding.remedy for finding in findings)
    if "发现" in told:
        _exactly([one for one in findings if one.severity != "unchecked" and not one.rule.startswith(LATE)], told["发现"])
        assert all(one.severity == "warning" for one in findings if one.rule.startswith(LATE))
    if "待核对" in told:
        _exactly([one for one in findings if one.severity == "unchecked"], told["待核对"])
    if "逾期" in told:
        _exactly([one for one in findings if one.rule.startswith(LATE)], told["逾期"])
    assert [one.finding.message for one in waived if not any(words in one.finding.message for words in told.get("已免除", ()))] == []
    assert len(waived) == len(told.get("已免除", ()))
    _check_first_form(golden, findings)
    _check_due(golden)


def _check_first_form(golden: Golden, findings: tuple[Finding, ...]) -> None:
    told = golden.told
    stops = [finding.message for finding in findings if finding.severity == "blocking"]
    if "阻断" in told:
        assert len(stops) == len(told["阻断"]), stops
        assert all(any(expected in stop for stop in stops) for expected in told["阻断"]), stops
    if "缺少" in told:
        types = golden.rules.types
        lacking = {types[one.document].name for one in findings if one.rule.startswith("node.") and one.document}
        assert lacking == set(told["缺少"])
    warnings = [finding.message for finding in findings if finding.severity == "warning"]
    assert all(any(expected in warning for warning in warnings) for expected in told.get("提醒", ())), warnings


def _check_due(golden: Golden) -> None:
    for name, expected in golden.told.get("期限", {}).items():
        node = next(node for node in golden.rules.nodes.values() if node.name == name)
        first = shown(due(golden.rules, calendar(), golden.case, golden.day, node=node.id, documents=golden.papers))
        assert first is not None, name
        assert first.due == expected, f"{name}: {first.steps}"
        assert first.provisional == (expected.year > 2026)


@pytest.mark.parametrize("path", PAPERS, ids=_named)
def test_golden_papers(path):
    """Papers as they are handed over: what is wrong with each, and with the hand-over as a whole."""
    golden = read(path)
    words = lexicon(golden.rules.profile)
    found: list[Finding] = []
    if path.parent.name == "document":
        for document in golden.papers:
            found += check_document(document, golden.case, words, golden.day)
    else:
        declared = golden.told.get("移送清单")
        listed = [(line.rsplit(" ", 1)[0], int(line.rsplit(" ", 1)[1])) for line in declared] if declared is not None else None
        pages = sorted([page for document in golden.papers for page in document.pages] + list(golden.blanks), key=lambda page: page.index)
        found += check_submission(golden.papers, pages, golden.case, listed, words, golden.day, golden.held)
    _exactly([one for one in found if one.severity != "unchecked"], golden.told["发现"])
    if "待核对" in golden.told:
        _exactly([one for one in found if one.severity == "unchecked"], golden.told["待核对"])


def test_there_are_enough_cases_and_each_says_what_it_is_for():
    every = sorted(ROOT.rglob("*.yaml"))
    assert len(every) >= 60
    listed = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in every:
        assert f"| `{path.parent.name}/{path.stem}` | " in listed, path


def test_every_form_of_rule_has_a_case_with_exactly_this_defect():
    rules = read(files("complete")[0]).rules
    expected = {
        line.split(" ")[1] for path in files("defect") for line in read(path).told.get("发现", []) + read(path).told.get("待核对", [])
    }
    forms = {rules.checks[id].form for id in expected if id in rules.checks}
    assert forms == {rule.form for rule in rules.checks.values()}
    assert {id.split(".")[0] for id in expected} >= {"node", "early", "stale", "closing", "document"}
    ids = {id for id in rules.checks if id.startswith(("final.", "field.", "sum.", "same.", "order."))}
    covered_by_steps = {"final.survey", "final.restricted", "final.clue_checked", "final.missing_person"}
    assert ids - covered_by_steps <= expected, ids - covered_by_steps - expected
