"""docs/rules-switches.md is held against the rules: all 38 points in order, each switch with its default, and whether the program asks for it."""

from __future__ import annotations

import re

import pytest

from review.rules_schema import EVIDENCE, PROFILE, SECTIONS
from tests.support.pages_of_docs import ROOMS, ROOT, page
from tests.support.rules import catalogue

TABLE = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page("rules-switches.md").splitlines() if re.match(r"\| \d", line)]
KEYS = {*SECTIONS, "profile", *PROFILE, *EVIDENCE, *SECTIONS["deadlines"]}
PROGRAM = "".join(path.read_text(encoding="utf-8") for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def test_all_points_stand_in_order() -> None:
    assert [cells[0] for cells in TABLE] == [str(number) for number in range(1, 39)]
    assert len({cells[1] for cells in TABLE}) == 38


@pytest.mark.parametrize("cells", TABLE, ids=lambda cells: cells[0])
def test_each_point_has_a_switch_a_kind_of_data_or_a_fixed_way(cells: list[str]) -> None:
    _, _, key, default, where = cells
    switches = catalogue().switches
    if key.startswith("数据"):
        assert re.fullmatch(r"数据 `?(\w+)`?", key)[1] in KEYS  # type: ignore[index]
    elif key != "程序" and key.strip("`") != "archive_chain":
        switch = switches[key.strip("`")]
        value = switch.value[0] if isinstance(switch.value, tuple) else switch.value
        assert default.strip("`") == (str(value).lower() if isinstance(value, bool) else value)
        assert where.startswith("暂不生效") is (f'switch("{switch.id}")' not in PROGRAM)


def test_every_switch_resolves_a_point_or_is_a_way_of_working() -> None:
    named = {cells[2].strip("`") for cells in TABLE}
    assert set(catalogue().switches) - named == {
        "contents_order",
        "verdict",
        "near_days",
        "ruling_days",
        "loan_approval",
        "raised_review",
        "raised_review_when",
    }
