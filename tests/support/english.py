"""What has to be said in English: templates, scripts and modules come in; their sentences, and what is told past the catalogue, go out."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from dossier import access, lifecycle
from dossier.desks import bulletin, closing, delivering, house, layouts, loans, loanwatch, outbox, placing, register, reviewform, reviewing
from dossier.desks.announcing import SHOWN as ANNOUNCED
from dossier.records import exports, notices
from dossier.web import acts, borrowing, figures, language, reviews, searching, words
from review import sheets
from review.overdue import STANDINGS

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES, WEB = ROOT / "templates", ROOT / "dossier" / "web"
# The court's own text stays as it is signed; the name of a language is told in it.
ORIGINAL = {"people/wording.html"}
OWN_NAMES = {"中文"}
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
# Signs that no English sentence has.
FOREIGN = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uf900-\ufaff\uff01-\uff60]")
PLACES = re.compile(r"%\((\w+)\)[a-z]|\{(\w+)\}")
# What tells somebody what came of an act.
ANSWERS = {"flash", "lead_back", "back_to_account", "_act", "_answer", "_with_secret"}
_MARKED = re.compile(r'<[^<>]*\blang="zh-CN"[^<>]*')


@dataclass(frozen=True)
class Said:
    """A sentence that a page may say: where, its key in the catalogue, its text and the names of the facts given."""

    place: str
    text: str
    context: str | None
    facts: frozenset[str]


@cache
def _parsed() -> dict[Path, nodes.Template]:
    environment = Environment()
    return {path: environment.parse(path.read_text(encoding="utf-8")) for path in sorted(TEMPLATES.rglob("*.html"))}


def _call(node: nodes.Node) -> str | None:
    name = node.node.name if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) else None
    return name if name in ("_", "pgettext") else None


def of_templates() -> Iterator[Said]:
    """Every _("…") and pgettext("…", "…") of the templates; anything but a literal there is an AssertionError."""
    for path, tree in _parsed().items():
        for call in tree.find_all(nodes.Call):
            name = _call(call)
            if name is None:
                continue
            place = f"{path.relative_to(ROOT)}:{call.lineno}"
            texts = [one.value for one in call.args if isinstance(one, nodes.Const)]
            assert len(texts) == len(call.args) == (1 if name == "_" else 2), f"{place}: only a literal can be found in the catalogue"
            facts = frozenset(one.key for one in call.kwargs)
            yield Said(place, texts[-1], texts[0] if name == "pgettext" else None, facts)


def past_the_catalogue() -> Iterator[str]:
    """Chinese in the templates that is not told through the catalogue, nor marked as Chinese by its element or the filter zh."""
    for path, tree in _parsed().items():
        if path.relative_to(TEMPLATES).as_posix() in ORIGINAL:
            continue
        told = {id(one) for call in tree.find_all(nodes.Call) if _call(call) for one in call.args}
        told |= {id(one.node) for one in tree.find_all(nodes.Filter) if one.name == "zh"}
        for const in tree.find_all(nodes.Const):
            if isinstance(const.value, str) and HAN.search(const.value) and id(const) not in told and const.value not in OWN_NAMES:
                yield f"{path.relative_to(ROOT)}:{const.lineno} {const.value}"
        for data in tree.find_all(nodes.TemplateData):
            if HAN.search(_MARKED.sub("", data.data)) or 'i lang="en"' in data.data:
                yield f"{path.relative_to(ROOT)}:{data.lineno} {data.data.strip()}"


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def of_modules() -> Iterator[Said]:
    """Every say("…") of the web door; what is not a literal there comes from a table of tables()."""
    for path in sorted(WEB.glob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id == "say" and call.args:
                text = _literal(call.args[0])
                if text is not None:
                    yield Said(f"{path.relative_to(ROOT)}:{call.lineno}", text, None, frozenset(one.arg or "" for one in call.keywords))


def answered_past_the_catalogue() -> Iterator[str]:
    """Chinese that a module tells somebody after an act without say()."""
    for path in sorted(WEB.glob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id in ANSWERS:
                for text in _unsaid(call):
                    yield f"{path.relative_to(ROOT)}:{call.lineno} {text}"


def _unsaid(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Constant) and isinstance(child.value, str) and HAN.search(child.value):
            yield child.value
        elif not (isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id == "say"):
            yield from _unsaid(child)


def tables() -> set[str]:
    """The words of the program that pages look up: names of states, acts, roles and the like. A new table of words is added here."""
    found = {*words.WEEKDAYS, *words.SEVERITIES.values(), *words.NODE_STATES.values(), *words.PAGE_STATES.values()}
    for machine in lifecycle.MACHINES:
        found |= {machine.label, *machine.names.values()}
    found |= {*lifecycle.LOAN_KINDS.values(), *notices.NOTICE_KINDS.values(), *notices.CHANNELS.values(), *delivering.STATES.values()}
    found |= {
        *acts.NAMES.values(),
        *layouts.VERBS.values(),
        *house.STEPS.values(),
        *sheets.NAMES.values(),
        *reviewing.KEYS.values(),
        *access.ROLES.values(),
        *(name for name, _ in access.SCOPES.values()),
    }
    found |= {*ANNOUNCED.values(), *loanwatch.BOXES.values()}
    found |= {*exports.EXPORT_KINDS.values(), *outbox.SHOWN.values(), *outbox.CARRIERS.values()}
    found |= {*closing.GATES.values(), *placing.KIND_NAMES.values(), *searching.FIELDS, *loans.SHOWN.values(), "查阅中", words.TOTAL}
    found |= {*reviews.STATES.values(), *reviewform.STANDINGS.values()}
    return found | _of_figures() | _titles(ROOT / "dossier" / "desks" / "workbench.py")


class _Nothing(defaultdict[str, Any]):
    """The counts of a court in which nothing happened."""

    def __missing__(self, key: str) -> Any:
        return None if key in ("from", "until") else () if key == "rows" or key.startswith("by_") else _Nothing()


def _of_figures() -> set[str]:
    """The names and columns of the tables that the figures' pages show, the legends of their bars, and what can be chosen."""
    tables = [*register.groups((), _Nothing()), *(one for _, made in bulletin.TABLES.values() for one in made(_Nothing(), date.min))]
    shown = [one for one in tables if one.name != "明细"]
    legends = {name for parts in (*figures._BARS.values(), borrowing._BARS) for _, name, _ in parts}
    chosen = {*figures.PERIODS.values(), *figures.FORMS.values(), *STANDINGS.values()}
    return {one.name for one in shown} | {column.title for one in shown for column in one.columns} | legends | chosen


def _titles(path: Path) -> set[str]:
    """The short Chinese literals of a desk that are titles of what it gives."""
    found = (_literal(node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.expr))
    return {text for text in found if text and HAN.search(text) and len(text) < 20}


def messages() -> Iterator[tuple[str, Message]]:
    """(file, message) of the catalogue."""
    for path in sorted(language.CATALOGUE.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="en", abort_invalid=True):
                if message.id:
                    yield path.name, message


class Reader(HTMLParser):
    """What an English page shows in signs that no English sentence has, outside of the elements that are marked as Chinese."""

    VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
    SPOKEN = frozenset({"title", "alt", "aria-label", "placeholder", "data-th", "data-told", "value", "content"})

    def __init__(self) -> None:
        super().__init__()
        self.marks: list[bool] = []
        self.found: list[str] = []
        self.language = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given["lang"]
        chinese = given["lang"] == "zh-CN" if "lang" in given else bool(self.marks) and self.marks[-1]
        hidden = given.get("type") == "hidden"
        for name in self.SPOKEN & given.keys():
            # The address of a page, a name that was typed and the like are the court's; scripts' words are written with escapes.
            text = given[name].encode().decode("unicode_escape") if name == "data-told" else given[name]
            if FOREIGN.search(text) and not chinese and not hidden:
                self.found.append(f"<{tag} {name}> {text}")
        if tag not in self.VOID:
            self.marks.append(chinese)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID and self.marks:
            self.marks.pop()

    def handle_data(self, data: str) -> None:
        if FOREIGN.search(data) and not (self.marks and self.marks[-1]):
            self.found.append(data.strip())


def untold(page: str) -> tuple[str, list[str]]:
    """(language of the page, what it shows in Chinese without saying that it is)."""
    reader = Reader()
    reader.feed(page)
    return reader.language, reader.found
