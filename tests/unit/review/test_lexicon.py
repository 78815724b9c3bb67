"""The two rule files of reading: shipped ones load for every court, broken ones are refused with file and line."""

import pytest

from review.catalogue import load, profiles
from review.lexicon import load_lexicon
from review.phrases import phrase
from review.rulebook import RulesError
from tests.support.papers import lexicon
from tests.support.rules import catalogue, rule_texts


def test_every_court_can_read() -> None:
    texts = rule_texts()
    for profile in profiles(texts):
        assert load_lexicon(texts, load(texts, profile)).titles


def test_every_required_element_is_described() -> None:
    words = lexicon()
    required = {element for kind in words.catalogue.types.values() for element in kind.required}
    assert required <= set(words.checks)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("classify.yaml", "threshold: 80", "threshold: 180", "threshold"),
        ("classify.yaml", "unknown_below:", "unknown_under:", "不认识的键"),
        ("classify.yaml", "type: termination_ruling", "type: terminated_ruling", "terminated_ruling"),
        ("classify.yaml", "everyday: [lease_contract", "everyday: [lease", "lease"),
        ("classify.yaml", "{type: non_enforcement_ruling, any: [不予执行]}", "{type: non_enforcement_ruling}", "都为空"),
        ("classify.yaml", "at_least: 3", "at_least: 30", "at_least"),
        ("classify.yaml", "families:", "families: [", "YAML"),
        ("completeness.yaml", "id: case_no", "id: case_number", "case_number"),
        ("completeness.yaml", "{id: esign,", "{id: case_no,", "重复"),
        ("completeness.yaml", "severity: blocking}", "severity: fatal}", "severity"),
        ("completeness.yaml", "need: [power_of_attorney]", "need: [power]", "power"),
        ("completeness.yaml", "cite: '科右前旗方案", "cite: '某方案", "某方案"),
        ("completeness.yaml", "only_when: [系", "when: [系", "不认识的键"),
    ],
)
def test_broken_file_is_refused_with_its_line(file: str, old: str, new: str, message: str) -> None:
    texts = rule_texts()
    assert old in texts[file]
    line = texts[file][: texts[file].index(old)].count("\n") + 1
    texts[file] = texts[file].replace(old, new, 1)
    with pytest.raises(RulesError) as error:
        load_lexicon(texts, catalogue())
    problems = error.value.problems
    assert any(message in problem.message and problem.file == file for problem in problems), problems
    assert any(abs(problem.line - line) <= 3 for problem in problems), (line, problems)


def test_missing_file_is_refused() -> None:
    texts = rule_texts()
    del texts["classify.yaml"]
    with pytest.raises(RulesError) as error:
        load_lexicon(texts, catalogue())
    assert error.value.problems[0].file == "classify.yaml"


@pytest.mark.parametrize(
    ("rule", "text", "strength"),
    [
        ("终结本次执行程序", "裁定终结本次执行程序。", 1.0),
        ("终结本次执行程序", "裁定终结本决执行程序。", 0.9),
        ("终结本次执行程序", "裁定终结执行。", 0.0),
        ("裁定如下", "裁决如下", 0.0),
        ("驳回…异议", "驳回钱某丁的异议请求", 1.0),
        ("驳回…异议", "驳回" + "甲" * 41 + "异议", 0.0),
        ("驳回…异议", "驳回申请。不服可提异议", 0.0),
        ("系.*亲属", "系李测试的亲属", 1.0),
        ("问：", "问:在吗", 1.0),
    ],
)
def test_phrases(rule: str, text: str, strength: float) -> None:
    assert phrase(rule).strength(text) == strength
