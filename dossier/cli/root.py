"""The command group and its one place where errors become sentences and exit codes."""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
import uuid

import click

from dossier import logs
from dossier.cli import (
    admin,
    announcing,
    cases,
    classifier,
    events,
    figures,
    loans,
    notices,
    outbox,
    papers,
    people,
    reading,
    reviews,
    rules,
    separators,
    serving,
    sorting,
    stations,
    tokens,
)
from dossier.cli.common import Context, complain
from dossier.errors import EXIT_USAGE, DossierError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--as",
    "login",
    default="operator",
    metavar="USER",
    help="以哪个用户的身份操作（默认：内置操作员）。Who acts (default: the built-in operator).",
)
@click.option("--for", "principal", metavar="USER", help="作为该用户的代理人操作。As the substitute of this user.")
@click.pass_context
def cli(context: click.Context, login: str, principal: str | None) -> None:
    """卷宗管理中心命令行。The dossier centre's command line.

    退出码 exit codes: 0 ok · 2 usage · 3 bad input · 4 refused · 5 damaged · 9 tool missing
    """
    context.obj = Context(login, principal)


for module in (
    admin,
    people,
    cases,
    classifier,
    events,
    figures,
    loans,
    papers,
    reading,
    rules,
    separators,
    announcing,
    serving,
    sorting,
    stations,
    tokens,
    reviews,
    notices,
    outbox,
):
    for command in module.COMMANDS:
        cli.add_command(command)


def main() -> None:
    """Runs the command line and ends the process with its exit code."""
    logs.configure()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A file's name may hold what no encoding can tell.
            stream.reconfigure(errors="backslashreplace")
    sys.exit(_run(sys.argv[1:]))


def _run(words: list[str]) -> int:
    try:
        # Not cli.main(), which takes a reader that went away for an error.
        with cli.make_context("bin/dossier", words) as context:
            cli.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return EXIT_USAGE
    except (click.Abort, KeyboardInterrupt, EOFError):
        return 130
    except DossierError as error:
        return complain(error)
    except UnicodeEncodeError:
        return complain(DossierError("bad_request", what="参数不是有效的文字", what_en="an argument is no valid text"))
    except BrokenPipeError:
        # The reader of our output went away (`… | head`): nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        return complain(DossierError("no_space")) if error.errno in (errno.ENOSPC, errno.EDQUOT) else _surprise(error)
    except Exception as error:  # noqa: BLE001 (a door: what nobody foresaw is told with its traceback and a number)
        return _surprise(error)
    return 0


def _surprise(error: Exception) -> int:
    traceback.print_exception(error)
    return complain(DossierError("internal", ref=uuid.uuid4().hex[:8]))
