"""The documentation is held against the program: every setting, command, exit code, error, step and state stands in it."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import click
import pytest

from dossier.cli.root import cli
from dossier.errors import SENTENCES
from dossier.intake import STEPS
from dossier.lifecycle import MACHINES
from dossier.settings import SETTINGS
from tests.support.pages_of_docs import DOCS, ROOT, links, page, with_modules

PAGES = (*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md")))


def commands(group: click.Group, prefix: str = "") -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found += commands(command, f"{prefix}{name} ")
        else:
            found.append((prefix + name, command))
    return found


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.name)
def test_every_setting_stands_in_operations_with_its_default(setting: object) -> None:
    row = next(line for line in page("operations.md").splitlines() if line.startswith(f"| `{setting.env}` "))  # type: ignore[attr-defined]
    assert setting.default in row  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "command"), commands(cli), ids=lambda v: v if isinstance(v, str) else "")
def test_every_command_stands_in_operations_and_shows_an_example(name: str, command: click.Command) -> None:
    assert f"`{name}" in page("operations.md")
    assert "bin/dossier " in (command.help or "")


def test_no_command_stands_in_operations_that_is_not_there() -> None:
    known = {name for name, _ in commands(cli)}
    section = page("operations.md").split("## 设置")[0]
    told = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
    for text in told:
        assert any(text == name or text.startswith(name + " ") for name in known), text


@pytest.mark.parametrize("code", SENTENCES)
def test_every_error_stands_in_errors_with_its_status_and_exit_code(code: str) -> None:
    sentence = SENTENCES[code]
    assert f"| `{code}` | {sentence.status} | {sentence.exit} |" in page("errors.md")


def test_every_exit_code_is_explained() -> None:
    for code in {sentence.exit for sentence in SENTENCES.values()} | {0}:
        assert f"| {code} | " in page("errors.md")


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)
def test_every_state_and_move_stands_in_pipeline(machine: object) -> None:
    text = page("pipeline.md")
    for (origin, act), target in machine.moves.items():  # type: ignore[attr-defined]
        assert f"| `{origin}` {machine.names[origin]} | `{act}` | `{target}` {machine.names[target]} |" in text  # type: ignore[attr-defined]


def test_every_step_stands_in_pipeline() -> None:
    for step in STEPS:
        assert f"| `{step.name}` |" in page("pipeline.md")


def test_every_module_stands_in_rooms_with_its_sentence() -> None:
    wanted = with_modules(page("rooms.md"))
    if os.environ.get("UPDATE_DOCS") == "1":
        (DOCS / "rooms.md").write_text(wanted, encoding="utf-8")
    assert page("rooms.md") == wanted, "UPDATE_DOCS=1 .venv/bin/python -m pytest tests/test_docs.py"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    assert [target for target in links(path) if not target.exists()] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_a_newcomer_is_led_to_every_page(name: str) -> None:
    led = set(links(ROOT / name))
    assert {path for path in PAGES if path.parent == DOCS} <= led
    assert ROOT / "docs" / "decisions" in led
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "bin/demo" in text
    assert "bin/test" in text


def test_the_changelog_begins_with_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    headings = [line for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
    assert headings[0].startswith(f"## {version}")


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in sorted((DOCS / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
