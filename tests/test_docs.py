"""The documentation is held against the program: every setting, command, exit code, error, step and state stands in it."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from dossier.cli.root import cli
from dossier.errors import SENTENCES
from dossier.intake import STEPS
from dossier.lifecycle import MACHINES
from dossier.settings import SETTINGS

DOCS = Path(__file__).resolve().parent.parent / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


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
