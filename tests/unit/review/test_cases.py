"""The cases of tests/cases/gate, written for clerks: what is in the dossier, what the gate must say, what is due when."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from review.deadlines import due, shown
from review.facts import CaseFact, DocumentFact, EventFact, PartyFact
from review.gate import check_case
from review.normalise import page_of_text
from review.rulebook import Catalogue
from tests.support.rules import calendar, catalogue

CASES = sorted((Path(__file__).parents[2] / "cases" / "gate").glob("*.yaml"))
KEYS = {"说明", "规则", "案件", "事件", "材料", "核查", "阻断", "缺少", "提醒", "期限"}
PAPER = re.compile(r"^(?P<name>\S+) (?P<signed>\d{4}-\d\d-\d\d)(?: \((?P<dated>\d{4}-\d\d-\d\d)\))?(?: (?P<text>.+))?$")


def _case(told: dict[str, Any], rules: Catalogue) -> CaseFact:
    facts = told["案件"]
    anchors = {anchor.name: anchor.id for anchor in rules.anchors.values()}
    events = [line.rsplit(" ", 1) for line in told.get("事件", ())]
    return CaseFact(
        case_no=facts["案号"],
        kind=facts["类型"],
        court="云川县人民法院",
        filed_on=facts["立案"],
        profile=rules.profile,
        parties=tuple(PartyFact(name, role) for role in ("申请执行人", "被执行人") for name in facts.get(role, ())),
        events=tuple(EventFact(anchors[name], date.fromisoformat(day)) for name, day in events),
        closed_on=facts.get("结案"),
        closing_mode=facts.get("结案方式"),
    )


def _paper(line: str, index: int, rules: Catalogue) -> DocumentFact:
    read = PAPER.match(line)
    assert read is not None, line
    types = {type.name: type.id for type in rules.types.values()}
    text = read["text"]
    return DocumentFact(
        ref=f"{index}",
        type_id=types[read["name"]],
        pages=(page_of_text(text, ref=f"{index}-1"),) if text else (),
        dated=date.fromisoformat(read["dated"]) if read["dated"] else None,
        signed_for=date.fromisoformat(read["signed"]),
    )


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_golden_case(path):
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(told) <= KEYS, "a case may only say what the runner checks"
    rules = catalogue(told["规则"])
    case, day = _case(told, rules), told["核查"]["日期"]
    papers = [_paper(line, index, rules) for index, line in enumerate(told["材料"], 1)]
    gate = told["核查"]["环节"]
    findings = check_case(rules, calendar(), case, papers, None if gate == "无" else gate, day)
    stops = [finding.message for finding in findings if finding.severity == "blocking"]
    assert all(finding.cite and finding.who and finding.remedy for finding in findings)
    if "阻断" in told:
        assert len(stops) == len(told["阻断"]), stops
        assert all(any(expected in stop for stop in stops) for expected in told["阻断"]), stops
    if "缺少" in told:
        lacking = {rules.types[finding.document].name for finding in findings if finding.rule.startswith("node.") and finding.document}
        assert lacking == set(told["缺少"])
    warnings = [finding.message for finding in findings if finding.severity == "warning"]
    assert all(any(expected in warning for warning in warnings) for expected in told.get("提醒", ())), warnings
    for name, expected in told.get("期限", {}).items():
        node = next(node for node in rules.nodes.values() if node.name == name)
        first = shown(due(rules, calendar(), case, day, node=node.id, documents=papers))
        assert first is not None, name
        assert first.due == expected, f"{name}: {first.steps}"
        assert first.provisional == (expected.year > 2026)
