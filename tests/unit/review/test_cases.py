"""The cases of tests/cases, written for clerks: what is in the dossier, what must be found and nothing else, what is due when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dossier.bench import goldens
from review.deadlines import due, shown
from review.findings import Finding
from tests.support.goldencases import ROOT, Golden, book, files, read
from tests.support.rules import calendar

GATE = [path for folder in ("gate", "complete", "defect") for path in files(folder)]
PAPERS = [*files("document"), *files("handover")]


def _named(path):
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", [*GATE, *PAPERS], ids=_named)
def test_golden_case(path):
    """A case at its gate, single papers, or papers as they are handed over: just what the file tells is found."""
    judged = goldens.judge(read(path), book())
    assert (judged.missed, judged.besides) == ((), ())


@pytest.mark.parametrize("path", GATE, ids=_named)
def test_what_a_gate_says_is_told_to_whom_why_and_by_when(path):
    golden = read(path)
    findings, _ = goldens.at_gate(golden, book())
    assert all((finding.cite or finding.rule == "document.unknown") and finding.who and finding.remedy for finding in findings)
    _check_first_form(golden, findings)
    _check_due(golden)


@pytest.mark.parametrize("line", ["阻断 node.3 没有这一句", "提醒 no.such.rule 材料", "待核对 element.seal 看不清"])
def test_an_expectation_that_nothing_meets_and_a_finding_that_none_expects_are_told(line):
    golden = read(next(path for path in files("defect") if path.stem == "终本_缺约谈笔录"))
    other = replace(golden, told={**golden.told, "发现": [line]})
    judged = goldens.judge(other, book())
    assert judged.missed == (line,)
    assert len(judged.besides) == len(golden.told["发现"]) == 1
    assert not judged.exact


def _check_first_form(golden: Golden, findings: tuple[Finding, ...]) -> None:
    told = golden.told
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
