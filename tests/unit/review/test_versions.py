"""Versions of a court's rules: each is loaded on its own, and the one in force on a day is found."""

from __future__ import annotations

from datetime import date

import pytest

from review.rulebook import RulesError
from review.versions import in_force, profiles, versions
from tests.support.rules import rule_texts

HEAD = """
profile:
  name: 云川县人民法院
  version: '{version}'
  effective_from: {day}
  archive_chain: [archive]
  cite: [云川细则 第二条]
sources:
- {{id: 云川细则, title: 云川县人民法院《执行卷宗管理细则》, profile: yunchuan}}
deadlines:
- {{id: yunchuan.archive, node: archive, action: 归档, amount: {days}, unit: day, anchor: closed, kind: max, cite: [云川细则 第三条]}}
"""


def texts(*told: tuple[str, str, str, int]) -> dict[str, str]:
    """(folder, version, effective day, days until archiving) for each version."""
    return rule_texts() | {
        f"{folder}/profile.yaml": HEAD.format(version=version, day=day, days=days) for folder, version, day, days in told
    }


THREE = texts(
    ("yunchuan", "2025.1", "2025-01-01", 90),
    ("yunchuan@2026-06-01", "2026.2", "2026-06-01", 15),
    ("yunchuan@2026-03-01", "2026.1", "2026-03-01", 30),
)


def test_every_version_is_loaded_as_its_profile() -> None:
    assert "yunchuan" in profiles(THREE)
    assert len(profiles(THREE)) == len(profiles(rule_texts())) + 1
    found = versions(THREE, "yunchuan")
    assert [(one.profile, one.version, one.deadlines["yunchuan.archive"].amount) for one in found] == [
        ("yunchuan", "2025.1", 90),
        ("yunchuan", "2026.1", 30),
        ("yunchuan", "2026.2", 15),
    ]
    assert all(one.binding(("云川细则 第三条",)) for one in found)
    assert [one.version for one in versions(THREE, "yanling")] == ["2022.1"]


@pytest.mark.parametrize(
    ("on", "version"),
    [
        (date(2019, 1, 1), "2025.1"),
        (date(2026, 2, 28), "2025.1"),
        (date(2026, 3, 1), "2026.1"),
        (date(2026, 5, 31), "2026.1"),
        (date(2026, 6, 1), "2026.2"),
        (date(2030, 1, 1), "2026.2"),
    ],
)
def test_the_version_in_force_is_the_last_that_has_begun(on: date, version: str) -> None:
    assert in_force(versions(THREE, "yunchuan"), on).version == version


def test_versions_must_differ_in_day_and_name() -> None:
    twice = texts(("yunchuan", "1", "2026-01-01", 1), ("yunchuan@x", "2", "2026-01-01", 1), ("yunchuan@y", "1", "2026-05-01", 1))
    with pytest.raises(RulesError) as told:
        versions(twice, "yunchuan")
    assert {one.message for one in told.value.problems} == {"有两个版本自 2026-01-01 起施行", "版本“1”重复"}
    with pytest.raises(RulesError, match="没有法院规则配置"):
        versions(rule_texts(), "nowhere")


def test_problems_name_the_file_of_the_version() -> None:
    broken = THREE | {"yunchuan@2026-06-01/more.yaml": "nodes:\n- {id: no_such, override: true}\n"}
    with pytest.raises(RulesError) as told:
        versions(broken, "yunchuan")
    assert [(one.file, one.line) for one in told.value.problems] == [("yunchuan@2026-06-01/more.yaml", 2)]
