"""Broken rule files: every kind of mistake is found, all at once, each with its file and line."""

from __future__ import annotations

import pytest

from review.catalogue import RulesError, check, load, profiles
from tests.support.rules import rule_texts

COURT = """profile:
  name: 云川县人民法院
  version: '2026.1'
  effective_from: 2026-01-01
  archive_chain: [archive]
  cite: [立卷办法]
"""
TYPE = """types:
- id: extra
  name: 补充表
  volume: main
  group: other
  order: 9001
  title_keywords: [补充表]
  media: [paper]
  origin: regulation
  cite: [立卷办法]
"""
NODE = """nodes:
- id: extra_node
  seq: 5000
  name: 补充节点
  phase: 卷宗
  applies_to: [执]
  condition: always
  roles: [team]
  evidence:
    - {material: closing_report}
  cite: [立卷办法]
"""
CLOCK = """deadlines:
- id: yunchuan.extra
  node: archive
  action: 归档
  amount: 30
  unit: day
  anchor: closed
  kind: max
  cite: [立卷办法]
"""


def problems(text: str, court: str = COURT) -> list[tuple[str, int, str]]:
    texts = rule_texts() | {"yunchuan/profile.yaml": court, "yunchuan/more.yaml": text}
    with pytest.raises(RulesError) as caught:
        load(texts, "yunchuan")
    return [(p.file, p.line, p.message) for p in caught.value.problems]


def test_the_shipped_rules_have_no_problem():
    assert check(rule_texts()) == []
    assert profiles(rule_texts()) == ("keyouqianqi", "luoyang", "sanya", "wuzhi", "yanling")


@pytest.mark.parametrize("text", [TYPE, NODE, CLOCK])
def test_a_court_adds_an_entry_with_one_block(text):
    load(rule_texts() | {"yunchuan/profile.yaml": COURT, "yunchuan/more.yaml": text}, "yunchuan")


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        (TYPE.replace("  group: other", "  group: other\n  colour: red"), 6, "不认识的键“colour”"),
        (TYPE.replace("  name: 补充表\n", ""), 2, "缺少“name”"),
        (TYPE.replace("  cite: [立卷办法]\n", ""), 2, "缺少依据"),
        (TYPE.replace("[立卷办法]", "[某办法 第一条]"), 10, "来源“某办法”未登记"),
        (TYPE.replace("group: other", "group: nowhere"), 5, "目录组“nowhere”不存在"),
        (TYPE.replace("volume: main", "volume: attic"), 4, "卷别“attic”不存在"),
        (TYPE.replace("order: 9001", "order: 800"), 6, "位次 800 与“enforcement_notice”重复"),
        (TYPE.replace("  order: 9001\n", ""), 2, "须有“order”"),
        (TYPE.replace("order: 9001", "order: last"), 6, "“order”应为整数"),
        (TYPE.replace("origin: regulation", "origin: hearsay"), 9, "“hearsay”不在"),
        (TYPE.replace("[补充表]", "['补充(表']"), 2, "不是有效的正则表达式"),
        (TYPE.replace("id: extra", "id: enforcement_notice"), 2, "“enforcement_notice”重复，已见于 base/types/"),
        (TYPE.replace("  media", "  required: {moon_phase: regulation}\n  media"), 8, "要素“moon_phase”不存在"),
        (TYPE.replace("- id: extra\n  name", "- name"), 2, "缺少“id”"),
        (NODE.replace("closing_report", "closing_raport"), 10, "材料类型“closing_raport”不存在"),
        (NODE.replace("{material: closing_report}", "{material: closing_report, whenn: always}"), 10, "不认识的键“whenn”"),
        (NODE.replace("[team]", "[nobody]"), 8, "角色“nobody”不存在"),
        (NODE.replace("condition: always", "condition: if_raining"), 7, "条件“if_raining”不存在"),
        (NODE.replace("applies_to: [执]", "applies_to: [民初]"), 6, "案件类型“民初”不存在"),
        (NODE.replace("seq: 5000", "seq: 10"), 3, "顺序号 10 与“filing_review”重复"),
        (CLOCK.replace("unit: day", "unit: fortnight"), 6, "单位“fortnight”不存在"),
        (CLOCK.replace("kind: max", "kind: soon"), 8, "“soon”不在"),
        (CLOCK.replace("amount: 30", "amount: -1"), 5, "数量 -1 超出范围"),
        (CLOCK.replace("anchor: closed", "anchor: doomsday"), 7, "起算事件“doomsday”不存在"),
        (CLOCK.replace("node: archive", "node: attic"), 3, "节点“attic”不存在"),
        (CLOCK + "  instead_of: [yunchuan.other]\n", 10, "期限“yunchuan.other”不存在"),
        (CLOCK + "- {id: yunchuan.b, node: service, action: 送达, amount: 1, unit: day, anchor: filing, kind: max, "
         "instead_of: [yunchuan.extra], cite: [立卷办法]}\n", 10, "属于别的节点"),
        (CLOCK.replace("- id", "- override: true\n  id"), 3, "override 所改的条目不存在"),
        ("typos: []\n", 1, "不认识的段“typos”"),
        ("types: 书\n", 1, "应为条目列表"),
        ("- a\n", 1, "键: 值"),
        ("types:\n- {id: a\n", 3, "不是有效的 YAML"),
        ("anchors:\n- {id: x1, name: 甲, fallback: x2}\n- {id: x2, name: 乙, fallback: x1}\n", 2, "成环"),
        ("contents:\n- {id: c, volume: pouch, kinds: [执], cite: [立卷办法], items: [{name: 甲, groups: [other, other]}]}\n", 2, "“other”重复"),
        ("types:\n- id: a\n  id: b\n", 3, "键“id”重复"),
        ("elements:\n- {id: e, label: 1.5, detector: regex}\n", 2, "不是文字、整数"),
    ],
)  # fmt: skip
def test_a_mistake_names_file_and_line(text, line, word):
    found = problems(text)
    assert any(file == "yunchuan/more.yaml" and at == line and word in message for file, at, message in found), found


@pytest.mark.parametrize(
    ("court", "line", "word"),
    [
        (COURT.replace("[archive]", "[attic]"), 5, "节点“attic”不存在"),
        (COURT.replace("  version: '2026.1'\n", ""), 2, "缺少“version”"),
        (COURT.replace("2026-01-01", "'soon'"), 4, "应为日期"),
        (COURT.replace("  cite: [立卷办法]\n", ""), 2, "缺少“cite”"),
        (COURT + "  switches: {verdict: maybe}\n", 7, "值“maybe”不在"),
        (COURT + "  switches: {count_first_day: 1}\n", 7, "值“1”不在"),
        (COURT + "  switches: {dispute_path: [emperor]}\n", 7, "角色“emperor”不存在"),
        (COURT + "  switches: {mood: good}\n", 7, "开关“mood”不存在"),
        (COURT + "  motto: 公正\n", 7, "不认识的键“motto”"),
    ],
)
def test_a_mistake_in_the_profile_names_file_and_line(court, line, word):
    found = problems(CLOCK, court)
    assert any(file == "yunchuan/profile.yaml" and at == line and word in message for file, at, message in found), found


def test_all_problems_are_reported_together():
    text = (
        TYPE.replace("group: other", "group: nowhere") + NODE.replace("[team]", "[nobody]") + CLOCK.replace("unit: day", "unit: fortnight")
    )
    words = ("“nowhere”", "“nobody”", "“fortnight”")
    found = problems(text)
    assert len(found) == 3
    assert all(any(word in message for _, _, message in found) for word in words)


def test_a_folder_without_a_profile_and_an_unknown_profile_are_refused():
    with pytest.raises(RulesError, match="缺少 profile"):
        load(rule_texts() | {"yunchuan/more.yaml": CLOCK}, "yunchuan")
    with pytest.raises(RulesError, match="没有法院规则配置"):
        load(rule_texts(), "nowhere")


def test_the_case_number_pattern_must_keep_its_groups():
    texts = rule_texts()
    texts["base/registries.yaml"] = texts["base/registries.yaml"].replace("?P<court>", "?P<house>")
    assert any("缺少分组 court" in problem.message for problem in check(texts))


def test_a_court_overrides_single_keys_of_the_base():
    text = "types:\n- {id: enforcement_notice, override: true, name: 执行通知, cite: [立卷办法]}\n"
    loaded = load(rule_texts() | {"yunchuan/profile.yaml": COURT, "yunchuan/more.yaml": text}, "yunchuan")
    plain = load(rule_texts(), "yanling")
    assert loaded.type("enforcement_notice").name == "执行通知"
    assert loaded.type("enforcement_notice").order == plain.type("enforcement_notice").order
    assert loaded.where["type:enforcement_notice"] == ("yunchuan/more.yaml", 2)
