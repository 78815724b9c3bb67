"""Templates in two languages: a template comes in; a program for Chinese and one for English pages, each with its own words filled in, go out."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any, cast

from flask.sansio.app import App
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer

from dossier.web import language

_FACT = re.compile(r"%\((\w+)\)[sd]|%%")


class SpokenEnvironment(Environment):
    """Flask's environment, which compiles a template once a language: a page of hundreds of labels is drawn without asking for each of them."""

    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(app, **options)
        self.english = False
        self._other: SpokenEnvironment | None = None

    def speak_both(self) -> None:
        """To be called once, when filters and globals are complete."""
        self._other = self.overlay()
        self._other.english, self._other._other = True, self

    def get_template(
        self, name: str | Template, parent: str | None = None, globals: MutableMapping[str, Any] | None = None
    ) -> Template:  # fmt: skip
        """The template for the language of the page that is drawn now. Raises TemplateNotFound."""
        if self._other is not None and language.english() != self.english:
            return self._other.get_template(name, parent, globals)
        return super().get_template(name, parent, globals)

    def getattr(self, obj: Any, attribute: str) -> Any:
        # Nearly all that pages show are plain dicts, and asking them for an attribute first raises an error each time.
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return cast("nodes.Template", _Filled(english=self.english).visit(super()._parse(source, name, filename)))


class _Filled(NodeTransformer):
    """Whatever only the language decides is replaced by what it gives; what a page shows stays the same to the letter."""

    def __init__(self, *, english: bool) -> None:
        self._english = english

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        told = self._told(_name(node), [_word(one) for one in node.args]) if not node.kwargs else None
        return node if told is None else nodes.Const(told, lineno=node.lineno)

    def _told(self, name: str, words: list[str | None]) -> Any:
        """What the call gives, None when that is known no sooner than a page is drawn."""
        if name == "english":
            return self._english
        if name == "in_zh" and not (words and self._english):
            return language.CHINESE_WITHIN if self._english else ""
        if name in ("_", "pgettext") and words and words[-1] is not None:
            return language.sentence(self._english, words[-1], words[0] if name == "pgettext" else None)
        return None

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:
        self.generic_visit(node)
        # On a Chinese page nothing is marked as Chinese.
        return node.node if node.name in ("zh", "mixed") and not self._english and node.node is not None else node

    def visit_Output(self, node: nodes.Output) -> nodes.Node:
        self.generic_visit(node)
        node.nodes = [part for one in node.nodes for part in self._pieces(one)]
        return node

    def _pieces(self, node: nodes.Expr) -> list[nodes.Expr]:
        """A sentence that is shown as it is: the program's words, and the facts between them."""
        if not (isinstance(node, nodes.Call) and _name(node) == "_" and node.kwargs):
            return [node]
        facts = {one.key: one.value for one in node.kwargs}
        text = _word(node.args[0])
        told = language.sentence(self._english, text) if text is not None else None
        # A plural is chosen by its number when the page is drawn.
        if told is None or not facts.keys() >= {name for name in _FACT.findall(told) if name} or "%" in _FACT.sub("", told):
            return [node]
        pieces: list[nodes.Expr] = []
        place = 0
        for found in _FACT.finditer(told):
            pieces.append(nodes.TemplateData(told[place : found.start()] + ("" if found[1] else "%"), lineno=node.lineno))
            pieces += [facts[found[1]]] if found[1] else []
            place = found.end()
        return [*pieces, nodes.TemplateData(told[place:], lineno=node.lineno)]


def _name(node: nodes.Call) -> str:
    return node.node.name if isinstance(node.node, nodes.Name) else ""


def _word(node: nodes.Expr) -> str | None:
    return str(node.value) if isinstance(node, nodes.Const) else None
