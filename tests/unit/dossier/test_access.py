"""The whole table of rights: role × action × relation to the case × volume, held against docs/access.md, which a clerk can read."""

from __future__ import annotations

import itertools
import os
import re

import pytest

from dossier import access
from dossier.access import ACTIONS, ADMINISTRATORS, ROLES, SCOPES, Actor, Resource
from tests.support.access_table import CASES, COLUMNS, EVERYWHERE, OWN_TEAM, UNNAMED, anew, parse
from tests.support.pages_of_docs import DOCS, page

MINE, OTHER = 1, 2
RELATIONS = {
    "own team": (MINE, MINE),
    "another team": (MINE, OTHER),
    "nobody's case": (MINE, None),
    "in no team": (None, MINE),
    "no team at all": (None, None),
}


def actor(*roles: str, team: int | None = MINE, only: frozenset[str] | None = None) -> Actor:
    return Actor(7, "li4", "李测试", frozenset(roles), team, only=only)


def test_the_page_is_the_table_of_the_program() -> None:
    wanted = anew(page("access.md"))
    if os.environ.get("UPDATE_DOCS") == "1":
        (DOCS / "access.md").write_text(wanted, encoding="utf-8")
    assert page("access.md") == wanted, "UPDATE_DOCS=1 .venv/bin/python -m pytest tests/unit/dossier/test_access.py"


@pytest.mark.parametrize("action", ACTIONS)
def test_every_cell_holds_for_each_relation_and_volume(action: str) -> None:
    row = parse(page("access.md"))[action]
    for role, (relation, (own, team)), sub, cleared in itertools.product(COLUMNS, RELATIONS.items(), (False, True), (False, True)):
        mark = row.marks[role]
        allowed = mark == EVERYWHERE or (mark == OWN_TEAM and relation == "own team")
        expected = allowed and (cleared or not sub)
        roles = (role, "sub_reader") if cleared else (role,)
        assert access.decide(actor(*roles, team=own), action, Resource(team=team, sub=sub)) is expected, (role, relation, sub, cleared)
        assert access.could(actor(*roles, team=own), action) is (mark != "")


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_has_a_chinese_name_and_a_clearance_alone_opens_nothing(action: str) -> None:
    row = parse(page("access.md"))[action]
    assert re.search("[\u4e00-\u9fff]", row.name)
    assert row.name != UNNAMED
    assert access.decide(actor("sub_reader"), action, Resource(team=MINE)) is ACTIONS[action].anyone
    assert access.decide(actor(), action, Resource(team=MINE)) is ACTIONS[action].anyone


def test_administrators_have_no_mark_among_the_cases() -> None:
    for action, row in parse(page("access.md")).items():
        marked = {role for role in ADMINISTRATORS if row.marks[role]}
        assert row.section != CASES or not marked, action
    for role in ADMINISTRATORS:
        assert access.reader_tokens(actor(role)) == ()


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_does_what_is_marked_for_its_scope_and_nothing_else(scope: str) -> None:
    marked = {action for action, row in parse(page("access.md")).items() if scope in row.scopes}
    assert marked == set(SCOPES[scope][1])
    for action, role in itertools.product(ACTIONS, COLUMNS):
        token = actor(role, "sub_reader", only=frozenset(SCOPES[scope][1]))
        expected = action in marked and access.decide(actor(role), action, Resource(team=MINE))
        assert access.decide(token, action, Resource(team=MINE)) is expected
        assert not access.decide(token, action, Resource(team=MINE, sub=True))


@pytest.mark.parametrize("compact", [False, True])
def test_two_roles_go_together_unless_one_is_an_administrators(compact: bool) -> None:
    for first, second in itertools.combinations([role for role in ROLES if role != "operator"], 2):
        merged = compact and {first, second} == {"system_admin", "security_admin"}
        forbidden = bool(ADMINISTRATORS & {first, second}) and not merged
        assert (access.conflict([second, first], compact=compact) is not None) is forbidden
