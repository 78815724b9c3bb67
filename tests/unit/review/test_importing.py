"""A court's own node catalogue: its words are understood or reported, never guessed, and what it says becomes a version that loads."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from review.catalogue import diff, load
from review.importing import Head, Reading, TableRow, base_of, files, read
from review.importwords import Limit, Words, bare
from review.rulebook import Catalogue, RulesError
from review.versions import versions
from tests.support.rules import rule_texts

SAMPLE = Path(__file__).parents[2] / "data" / "node_catalogue.csv"
HEAD = Head(
    "yunchuan", "云川县人民法院", "2026.1", date(2026, 3, 1), "云川县人民法院节点目录", "云川县人民法院节点目录（节点.csv）", "豫9924"
)


@cache
def words(profile: str = "base") -> Words:
    return Words(rule_texts(), load(rule_texts(), profile))


def row(number: int = 2, **cells: str) -> TableRow:
    return TableRow(number, {"节点": "送达", **cells})


def sample() -> list[TableRow]:
    with SAMPLE.open(encoding="utf-8") as file:
        lines = list(csv.reader(file))
    return [TableRow(number, dict(zip(lines[1], line, strict=True))) for number, line in enumerate(lines[2:], 3)]


def version(reading: Reading, head: Head = HEAD) -> Catalogue:
    texts = rule_texts()
    made = files(texts, load(texts, base_of(texts, head.profile)), reading, head)
    return next(one for one in versions(texts | made, head.profile) if one.effective_from == head.effective_from)


@pytest.mark.parametrize(
    ("said", "unit", "limit"),
    [
        ("2", "工作日", Limit(2, "wday")),
        ("十五个工作日内", "", Limit(15, "wday")),
        ("15", "日", Limit(15, "day")),
        ("24 小时", "", Limit(24, "hour")),
        ("３个月", "", Limit(3, "month")),
        ("两周", "", Limit(14, "day")),
        ("当日", "", Limit(0, "same_day")),
        ("", "次日", Limit(1, "next_day")),
        ("满三个月", "", Limit(3, "month", at_least=True)),
        ("每工作日15:00", "", Limit(15, "clock", anchor="each_workday")),
        ("每月", "", Limit(0, "monthly", anchor="each_month")),
    ],
)
def test_limits_are_read_as_people_write_them(said: str, unit: str, limit: Limit) -> None:
    assert words().limit(said, unit) == limit


@pytest.mark.parametrize(
    ("said", "unit"), [("尽快", ""), ("90", ""), ("2-3日", ""), ("3个月后", ""), ("5日", "工作日"), ("10", "光年"), ("25:00", "")]
)
def test_a_limit_that_may_mean_two_things_is_not_read(said: str, unit: str) -> None:
    assert words().limit(said, unit) is None


def test_names_are_found_by_id_name_alias_and_other_punctuation() -> None:
    find = words().find
    assert find("nodes", "service") == find("nodes", "送达") == find("nodes", " 送 达 ") == "service"
    assert find("types", "《“总对总”网络查询反馈表》") == find("types", '"总对总"网络查询反馈表') == "net_query_total"
    assert find("anchors", "自立案之日起") == find("anchors", "立案日") == "filing"
    assert find("roles", "立案庭") == "filing"
    assert find("types", "现场调查笔录") == "investigation_record"
    assert find("nodes", "查封") is None
    assert bare("（首次）案款到账日") == "案款到账"


def test_likely_names_are_offered_and_nothing_else() -> None:
    assert words().near("types", "执行通之书") == "执行通知书"
    assert words().near("nodes", "网络冻节") == "网络冻结"
    assert words().near("nodes", "zzzz") is None


def test_the_sample_becomes_a_version_that_loads_and_tells_what_changed() -> None:
    reading = read(sample(), words(), HEAD)
    assert reading.problems == []
    assert reading.rows == 7
    made = version(reading)
    assert (made.name, made.version, made.court_code, made.effective_from) == ("云川县人民法院", "2026.1", "豫9924", date(2026, 3, 1))
    clock = made.deadlines["yunchuan.format_docs"]
    assert (clock.amount, clock.unit, clock.anchor, clock.kind) == (5, "wday", "filing", "max")
    assert clock.cite == ("云川县人民法院节点目录 第四条",)
    assert made.deadlines["yunchuan.archive"].kind == "min"
    assert made.deadlines["yunchuan.archive.1"].kind == "max"
    assert made.node("offline_control").roles == ("field", "team")
    assert made.node("archive").roles == ("archive",)
    assert all(made.binding(made.node(id).cite) for id in reading.nodes)
    changes = diff(load(rule_texts(), "base"), made)
    assert any(line.startswith("+ deadline yunchuan.net_query_start ") for line in changes)
    assert any(line.startswith("~ node offline_control evidence") for line in changes)
    touched = {line.split()[2] for line in changes if " node " in line}
    assert touched == {"first_reception", "format_docs", "net_query_start", "offline_control", "final_interview", "archive"}


def test_materials_keep_what_is_known_of_them_and_new_ones_are_added() -> None:
    before = {line.material: line for line in words().catalogue.node("format_docs").evidence}
    after = {line.material: line for line in version(read(sample(), words(), HEAD)).node("format_docs").evidence}
    assert list(after) == list(before)
    assert after["enforcement_notice"].per == "被执行人"
    assert "云川县人民法院节点目录" in after["property_declaration_form"].asked_by
    offline = version(read(sample(), words(), HEAD)).node("offline_control").evidence
    assert any({"assist_notice", "service_receipt"} <= set(line.accepted) for line in offline)


def test_what_is_not_listed_stays_unless_the_list_is_said_to_be_whole() -> None:
    rows = [row(应有材料="送达回证")]
    kept = read(rows, words(), HEAD).nodes["service"].evidence
    assert [line.optional for line in kept] == [line.optional for line in words().catalogue.node("service").evidence]
    whole = read(rows, words(), Head(**{**vars(HEAD), "only_listed": True})).nodes["service"].evidence
    assert [line.material for line in whole if not line.optional] == ["service_receipt"]


@pytest.mark.parametrize(
    ("cells", "column", "near"),
    [
        ({"节点": ""}, "节点", None),
        ({"节点": "查人"}, "节点", "查人找物"),
        ({"责任岗位": "某某办公室"}, "责任岗位", None),
        ({"应有材料": "送达回证、执行通之书"}, "应有材料", "执行通知书"),
        ({"应有材料": "送达回证或没有这种材料啊"}, "应有材料", None),
        ({"期限": "尽快", "起算": "立案"}, "期限", None),
        ({"期限": "5", "单位": "日"}, "起算", None),
        ({"期限": "5", "单位": "日", "起算": "吉日"}, "起算", None),
        ({"期限": "5", "单位": "日", "起算": "立案", "期限种类": "差不多"}, "期限种类", None),
    ],
)
def test_a_row_with_an_unknown_name_is_reported_and_changes_nothing(cells: dict[str, str], column: str, near: str | None) -> None:
    reading = read([row(7, **cells), row(8, 应有材料="送达回证")], words(), HEAD)
    assert [(one.row, one.column) for one in reading.problems] == [(7, column)]
    assert near is None or reading.problems[0].near == near
    assert reading.bad_rows == {7}
    assert set(reading.nodes) == {"service"}
    assert reading.deadlines == {}


def test_over_a_court_that_is_shipped_its_own_limit_takes_the_place_of_the_old_one() -> None:
    head = Head("yanling", "鄢陵县人民法院", "2026.1", date(2026, 3, 1), "鄢陵节点目录", "鄢陵节点目录（表）")
    same = row(2, 节点="格式化文书制作与发送", 期限="5", 单位="工作日", 起算="立案日")
    other = row(3, 节点="归档", 期限="20", 单位="日", 起算="结案日")
    reading = read([same, other], words("yanling"), head)
    assert [rule.id for rule in reading.deadlines.values()] == [next(iter(reading.deadlines))]
    made = version(reading, head)
    old = load(rule_texts(), "yanling")
    (clock,) = (rule for id, rule in made.deadlines.items() if id not in old.deadlines)
    assert set(clock.instead_of) == {rule.id for rule in old.deadlines_of("archive") if rule.kind == "max"}
    assert made.archive_chain == old.archive_chain
    assert {id: one.value for id, one in made.switches.items()} == {id: one.value for id, one in old.switches.items()}
    assert [one.version for one in versions(rule_texts() | files(rule_texts(), old, reading, head), "yanling")] == ["2022.1", "2026.1"]


def test_a_court_keeps_its_switches_in_the_new_version() -> None:
    head = Head("wuzhi", "武陟县人民法院", "2026.1", date(2026, 3, 1), "武陟节点目录", "武陟节点目录（表）")
    made = version(read([row(应有材料="送达回证")], words("wuzhi"), head), head)
    assert (made.switch("overdue_report_every"), made.switch("dispute_path")) == ("day", ())


def test_the_words_themselves_are_checked() -> None:
    texts = rule_texts()
    base = load(texts, "base")
    for old, new, said in (
        ("\nnodes:\n", "\nnodes:\n  no_such_node: [甲]\n", "no_such_node"),
        ("units:\n", "more: {}\nunits:\n", "more"),
        ("columns:", "spalten:", "columns"),
    ):
        with pytest.raises(RulesError, match=said):
            Words(texts | {"import.yaml": texts["import.yaml"].replace(old, new, 1)}, base)
    with pytest.raises(RulesError, match="缺少规则文件"):
        Words({path: text for path, text in texts.items() if path != "import.yaml"}, base)


def test_a_row_that_stands_twice_makes_one_deadline() -> None:
    again = row(期限="20 工作日", 起算="立案")
    assert len(read([again, again], words(), HEAD).deadlines) == 1
