"""`rules check` sees every rule file: the courts' rules, the words of classify.yaml and completeness.yaml, the calendar; each problem once."""

from __future__ import annotations

import pytest

from dossier.app import rule_problems
from tests.support.rules import rule_texts


def test_the_shipped_rules_have_no_problem() -> None:
    assert rule_problems(rule_texts()) == []


@pytest.mark.parametrize(
    ("file", "addition"),
    [
        ("base/deadlines.yaml", "- id: lonely\n"),
        ("yanling/profile.yaml", "nonsense: []\n"),
        ("classify.yaml", "nonsense: [1]\n"),
        ("completeness.yaml", "- {id: nothing, when: [nothing], need: [], message: x, cite: nowhere}\n"),
        ("holidays/2026.yaml", "- {date: 2026-12-31, name: x, work: maybe}\n"),
    ],
)
def test_a_broken_file_is_named_with_its_line(file: str, addition: str) -> None:
    texts = rule_texts()
    problems = rule_problems(texts | {file: texts[file] + addition})
    assert {problem.file for problem in problems} == {file}
    assert all(problem.line > texts[file].count("\n") for problem in problems)
    assert len(set(problems)) == len(problems)


def test_a_missing_file_is_a_problem() -> None:
    texts = rule_texts()
    del texts["classify.yaml"]
    assert [problem.file for problem in rule_problems(texts)] == ["classify.yaml"]


def test_problems_of_all_kinds_are_told_at_once() -> None:
    texts = rule_texts()
    for file in ("luoyang/profile.yaml", "classify.yaml", "holidays/2025.yaml"):
        texts[file] += "nonsense: 1\n"
    assert {problem.file for problem in rule_problems(texts)} == {"luoyang/profile.yaml", "classify.yaml", "holidays/2025.yaml"}
