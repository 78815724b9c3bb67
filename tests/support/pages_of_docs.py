"""The pages of docs/ as tests read them: sections, tables and examples come out of Markdown, and the generated list of modules of docs/rooms.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ROOMS = ("dossier", "scanners", "ocr", "review", "storage", "indexing")
_CELL = re.compile(r"(?<!\\)\|")


def page(name: str) -> str:
    """The text of a page of docs/."""
    return (DOCS / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """What stands under the heading that begins with (or, between · signs, contains) these words, up to the next heading of any level."""
    for part in re.split(r"^(?=#+ )", text, flags=re.MULTILINE):
        title = part.split("\n", 1)[0].lstrip("# ")
        if any(one.strip().startswith(heading) for one in title.split("·")):
            return part
    raise AssertionError(f"no section {heading}")


def rows(text: str) -> Iterator[tuple[str, ...]]:
    """The rows of every table in a text whose first cell is code, as (first cell without its backticks, other cells)."""
    for line in text.splitlines():
        if line.startswith("| `"):
            first, *others = (cell.strip() for cell in _CELL.split(line)[1:-1])
            yield first.strip("`"), *others


def examples(text: str) -> dict[str, str]:
    """Path → content of every fenced YAML block whose first line names its file."""
    return {match[1]: match[2] for match in re.finditer(r"^```yaml\n# (\S+)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)}


def links(path: Path) -> Iterator[Path]:
    """The files of this checkout that a page links to or shows."""
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:", "#", "mailto:")):
            yield (path.parent / target.split("#")[0]).resolve()


def modules_table(room: str) -> str:
    """One line per module of a room: its place, and the first sentence of its docstring."""
    lines = ["| module | |", "|---|---|"]
    for path in sorted((ROOT / room).rglob("*.py")):
        if "versions" in path.parts:
            continue
        told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        lines.append(f"| `{path.relative_to(ROOT).as_posix()}` | {told.splitlines()[0].replace('|', chr(92) + '|')} |")
    return "\n".join(lines)


def with_modules(text: str) -> str:
    """The page with the list of modules between its markers made anew."""
    for room in ROOMS:
        begin, end = f"<!-- modules of {room} -->", f"<!-- end of {room} -->"
        before, rest = text.split(begin)
        text = f"{before}{begin}\n{modules_table(room)}\n{end}{rest.split(end)[1]}"
    return text
