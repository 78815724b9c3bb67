"""docs/access.md as tests read it: the page comes in, who may do what goes out; and the page made anew from the program, names kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dossier.access import ACTIONS, ROLES, SCOPES

# In the order of the columns; 副卷查阅人 widens another role and has no column of its own.
COLUMNS = tuple(role for role in ROLES if role != "sub_reader")
EVERYWHERE, OWN_TEAM, NOWHERE = "●", "○", ""
CASES, HOUSE = "案件与卷宗", "人员与系统"
UNNAMED = "（请写中文名）"


@dataclass(frozen=True)
class Row:
    """One action of the table: its section, its Chinese name, the mark of each role, and the scopes of tokens that hold it."""

    section: str
    name: str
    marks: dict[str, str]
    scopes: frozenset[str]


def parse(text: str) -> dict[str, Row]:
    """Action → row."""
    found, section = {}, ""
    for line in text.splitlines():
        if line.startswith("## "):
            section = line[3:].split(" ")[0]
        elif line.startswith("| `"):
            action, name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            marks = dict(zip(COLUMNS, cells, strict=False))
            found[action.strip("`")] = Row(section, name, marks, frozenset(re.findall(r"\w+", cells[len(COLUMNS)])))
    return found


def _mark(action: str, role: str) -> str:
    rule = ACTIONS[action]
    if rule.anyone or role in rule.everywhere:
        return EVERYWHERE
    return OWN_TEAM if role in rule.own_team else NOWHERE


def _line(action: str, name: str) -> str:
    scopes = "、".join(scope for scope, (_, actions) in SCOPES.items() if action in actions)
    return "| " + " | ".join((f"`{action}`", name, *(_mark(action, role) for role in COLUMNS), scopes)) + " |"


def _lines(text: str, known: dict[str, Row]) -> Iterator[str]:
    section = ""
    for line in text.splitlines():
        if line.startswith("## "):
            section = line[3:].split(" ")[0]
        if line.startswith("| `"):
            continue
        yield line
        if line.startswith("|---"):
            for action in ACTIONS:
                row = known.get(action)
                if (row.section if row else CASES) == section:
                    yield _line(action, row.name if row else UNNAMED)


def anew(text: str) -> str:
    """The page with a row for each action of the program; a new action comes under the cases, where no administrator may be."""
    return "\n".join(_lines(text, parse(text))) + "\n"
