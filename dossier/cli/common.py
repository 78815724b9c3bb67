"""What every command needs: the office, who acts, JSON or sentences, a progress line that stays quiet in a pipe."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click

from dossier import people
from dossier.access import Actor
from dossier.app import open_office
from dossier.errors import DossierError
from dossier.office import Office
from dossier.settings import Settings

as_json = click.option("--json", "json_out", is_flag=True, help="输出 JSON。Print JSON.")


@dataclass
class Context:
    """What the group hands to each command."""

    login: str
    principal: str | None = None

    @contextmanager
    def office(self, *, initialise: bool = False) -> Iterator[tuple[Office, Actor]]:
        """The open office and the acting person; closed afterwards."""
        office = open_office(read_settings(), initialise=initialise)
        try:
            actor = people.acting_as(office, self.login)
            yield office, people.act_for(office, actor, self.principal) if self.principal else actor
        finally:
            office.close()


def read_settings() -> Settings:
    """The settings; a malformed one is a usage error."""
    try:
        return Settings.read()
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def complain(error: DossierError) -> int:
    """The sentence on stderr; the exit code."""
    click.echo(f"{error.zh}\n{error.en}", err=True)
    return error.exit_code


def put(value: Any) -> None:
    """One JSON value on one line of stdout; escaped where the terminal's encoding, or half a character in a file's name, asks for it."""
    utf = sys.stdout.encoding.lower().startswith("utf")
    click.echo(json.dumps(value, ensure_ascii=not utf).encode("utf-8", "backslashreplace").decode("utf-8"))


def say(text: str) -> None:
    """A message for the person, on stderr, so that stdout stays data."""
    click.echo(text, err=True)


class Progress:
    """A line that is rewritten on a terminal and never appears in a pipe."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._width = 0

    def show(self, text: str) -> None:
        if self._live:
            click.echo("\r" + text.ljust(self._width), nl=False, err=True)
            self._width = len(text)

    def done(self) -> None:
        if self._live and self._width:
            click.echo("\r" + " " * (self._width * 2) + "\r", nl=False, err=True)
            self._width = 0
