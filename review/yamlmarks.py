"""YAML text to plain values that remember their lines: text in, mappings with line marks (or the problems of the text) out."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import yaml

from review.rulebook import RuleProblem, RulesError

_LOADER: type[yaml.CSafeLoader] = yaml.CSafeLoader
_PLAIN = "tag:yaml.org,2002:"


class Entry(dict[str, object]):
    """A mapping of a rule file; `file` and `line` say where it begins, `lines` where each key stands (1-based)."""

    def __init__(self, file: str, line: int) -> None:
        super().__init__()
        self.file = file
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        """The line of a key, or of the entry when the key is absent."""
        return self.lines.get(key, self.line)

    def entries(self, key: str) -> list[Entry]:
        """The mappings listed under a key; anything else in the list is left out (the schema check reports it)."""
        value = self.get(key)
        return [item for item in value if isinstance(item, Entry)] if isinstance(value, list) else []

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts under a key: a list, or a single text as a list of one."""
        value = self.get(key)
        if isinstance(value, str):
            return (value,)
        return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()

    def text(self, key: str, default: str = "") -> str:
        """The text under a key, or the default."""
        value = self.get(key)
        return value if isinstance(value, str) else default


@lru_cache(maxsize=512)  # every court's profile is read over the same base
def parse(file: str, text: str) -> Entry:
    """The top mapping of a YAML text; shared, not to be changed. RulesError when the text is no YAML, no mapping, or repeats a key."""
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise RulesError(
            (RuleProblem(file, mark.line + 1 if mark else 1, f"不是有效的 YAML：{error.problem or error.context}"),)
        ) from error
    except yaml.YAMLError as error:
        raise RulesError((RuleProblem(file, 1, f"不是有效的 YAML：{error}"),)) from error
    if not isinstance(root, yaml.MappingNode):
        raise RulesError((RuleProblem(file, 1, "文件最外层应为“键: 值”"),))
    problems: list[RuleProblem] = []
    entry = _mapping(file, root, problems)
    if problems:
        raise RulesError(tuple(problems))
    return entry


def _mapping(file: str, node: yaml.MappingNode, problems: list[RuleProblem]) -> Entry:
    entry = Entry(file, node.start_mark.line + 1)
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = str(key_node.value)
        if key in entry:
            problems.append(RuleProblem(file, line, f"键“{key}”重复"))
        entry.lines[key] = line
        entry[key] = _value(file, value_node, problems)
    return entry


def _value(file: str, node: yaml.Node, problems: list[RuleProblem]) -> object:
    if isinstance(node, yaml.MappingNode):
        return _mapping(file, node, problems)
    if isinstance(node, yaml.SequenceNode):
        return [_value(file, item, problems) for item in node.value]
    return _scalar(file, node, problems)


def _scalar(file: str, node: yaml.Node, problems: list[RuleProblem]) -> object:
    text = str(node.value)
    kind = node.tag.removeprefix(_PLAIN)
    if kind == "str":
        return text
    if kind == "bool":
        return text.lower() in ("true", "yes", "on")
    if kind == "null":
        return None
    try:
        if kind == "int":
            return int(text)
        if kind == "timestamp":
            return date.fromisoformat(text)
    except ValueError:
        kind = "value"
    problems.append(RuleProblem(file, node.start_mark.line + 1, f"值“{text}”不是文字、整数、是/否或日期（{kind}）"))
    return None
