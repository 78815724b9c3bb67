"""docs/rules.md is held against the rules: every section, key, choice and switch stands in it, and its examples do what they say."""

from __future__ import annotations

import re

import pytest

from review.catalogue import load
from review.lexicon import _KEYS, _TOP, load_lexicon
from review.rules_schema import CITED, EVIDENCE, NEEDED_BY_FORM, PROFILE, SECTIONS, UNITS, Key
from tests.support.pages_of_docs import ROOMS, ROOT, examples, page, rows, section
from tests.support.rules import catalogue, rule_texts

TEXT = page("rules.md")
TABLES = {**SECTIONS, "profile": PROFILE}


def told(text: str) -> dict[str, tuple[str, str]]:
    """Key → (value, meaning) of a table of keys."""
    return {cells[0]: (cells[1], cells[2]) for cells in rows(text) if len(cells) == 3}


def require(keys: dict[str, Key] | object, text: str) -> None:
    assert isinstance(keys, dict)
    table = told(text)
    assert set(table) == set(keys)
    for name, key in keys.items():
        value, meaning = table[name]
        assert ("必填" in value) is key.needed, name
        assert (f"→ `{key.refers}`" in value) if key.refers else ("→" not in value), name
        assert all(f"`{choice}`" in meaning for choice in key.among), name


@pytest.mark.parametrize("name", TABLES)
def test_every_section_and_key_is_told(name: str) -> None:
    text = section(TEXT, f"`{name}`")
    require(dict(TABLES[name]), text.split("\n`evidence` ")[0].split("\n| 形式 |")[0])


def test_the_keys_of_evidence_are_told() -> None:
    require(dict(EVIDENCE), section(TEXT, "`nodes`").split("\n`evidence` ")[1])


def test_every_unit_is_told() -> None:
    assert all(f"`{unit}`" in told(section(TEXT, "`deadlines`"))["unit"][1] for unit in UNITS)


def test_every_form_of_a_check_is_told_with_what_it_needs() -> None:
    forms = section(TEXT, "`checks`").split("\n| 形式 |")[1]
    assert {form: tuple(re.findall(r"`(\w+)`", needs)) for form, needs, _ in rows(forms)} == dict(NEEDED_BY_FORM)


def test_the_sections_that_must_cite_are_named() -> None:
    named = section(TEXT, "依据 Citations").split("以及 `profile`")[0].split("\n")[-1]
    assert set(re.findall(r"`(\w+)`", named)) == CITED


def test_every_switch_is_told_with_its_default_and_whether_it_works() -> None:
    program = "".join(path.read_text(encoding="utf-8") for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    switches = load(rule_texts(), "yanling").switches
    table = told(section(TEXT, "开关"))
    assert set(table) == set(switches)
    for id, switch in switches.items():
        default, meaning = table[id]
        shown = switch.value[0] if isinstance(switch.value, tuple) else switch.value
        assert default == f"`{str(shown).lower() if isinstance(shown, bool) else shown}`", id
        assert ("暂不生效" in meaning) is (f'switch("{id}")' not in program), id


@pytest.mark.parametrize("file", _TOP)
def test_the_keys_of_the_two_other_files_are_told(file: str) -> None:
    text = section(TEXT, "认材料和查要素").split(f"`{file}`")[1].split(".yaml`（")[0]
    text = text.split("\n`completeness.yaml`")[0]
    assert {cells[0] for cells in rows(text)} == set(_TOP[file])
    for name in set(_TOP[file]) & set(_KEYS):
        assert all(f"`{key}`" in text for key in _KEYS[name]), name


def test_the_examples_load_and_do_what_they_say() -> None:
    given = {path.removeprefix("review/rules/"): content for path, content in examples(TEXT).items()}
    assert {path.split("/")[0] for path in given} == {"yanling", "yunchuan"}
    yanling = {"yanling/deadlines.yaml": _changed(rule_texts()["yanling/deadlines.yaml"])}
    assert load(rule_texts() | yanling, "yanling").deadlines["yanling.archive"].amount == 20
    court = load(rule_texts() | {path: text for path, text in given.items() if path.startswith("yunchuan/")}, "yunchuan")
    assert court.switch("verdict") == "propose"
    assert court.deadlines["yunchuan.archive"].amount == 30
    assert [line.material for line in court.node("payment_register").evidence] == ["payment_arrival", "money_claim_slip"]
    assert court.binding(court.node("payment_register").cite)
    load_lexicon(rule_texts(), court)


def _changed(text: str) -> str:
    """The shipped file with the one line of the example changed; the example's entry is the shipped one but for that line."""
    example = examples(TEXT)["review/rules/yanling/deadlines.yaml"].removeprefix("deadlines:\n")
    (new,) = [line for line in example.splitlines() if "原为" in line]
    amount = re.sub(r" +#.*", "", new)
    old = f"  amount: {catalogue().deadlines['yanling.archive'].amount}"
    assert f"# 原为 {old.split()[-1]}" in new
    shipped = example.replace(new, old)
    assert shipped in text
    return text.replace(shipped, example.replace(new, amount))
