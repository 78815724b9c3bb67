"""Commands about figures: the overdue-node table, and who returned what how often."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from dossier.access import Actor
from dossier.cli.cases import parse_day
from dossier.cli.common import Context, put
from dossier.desks import bulletin
from dossier.desks.figures import Asked, overdue, period_of
from dossier.desks.intakefigures import intake
from dossier.desks.returns import returns
from dossier.listings import Listing
from dossier.office import Office

Compute = Callable[[Office, Actor, Asked], dict[str, Any]]
Arrange = Callable[[dict[str, Any], date], list[Listing]]


@click.group()
def figures() -> None:
    """统计：超期节点、退回与空白。Figures: overdue nodes, returns and blanks."""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--team", help="只统计一个团队。One team."),
        click.option("--handler", help="只统计一名承办人。One handler."),
        click.option("--from", "first", metavar="DATE", help="期间首日。First day of the period."),
        click.option("--until", "last", metavar="DATE", help="期间末日（含）。Last day of the period."),
        click.option(
            "--period", type=click.Choice(["day", "week", "month"]), help="--until（默认今天）所在的日、周、月。The day, week or month."
        ),
        click.option("--as", "kind", type=click.Choice(["table", "json", "xlsx", "pdf", "csv"]), default="table", help="输出形式。Form."),
        click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="xlsx、pdf、csv 存到哪里。Where files go."),
    ):
        command = option(command)
    return command


def _run(context: Context, compute: Compute, arrange: Arrange, team: str | None, handler: str | None, node: str | None, **how: Any) -> None:
    kind, folder = how["kind"], how["folder"]
    if kind in bulletin.KINDS and folder is None:
        raise click.UsageError("--as xlsx、pdf、csv 须用 --to 指定文件夹。--as xlsx, pdf or csv needs --to DIR.")
    with context.office() as (office, actor):
        first, last = _period(office, parse_day(how["first"]), parse_day(how["last"]), how["period"], report=kind in bulletin.KINDS)
        asked = Asked(team, handler, node, first, last)
        table = compute(office, actor, asked)
        if kind == "json":
            put(table)
            return
        listings = arrange(table, office.today())
        if kind in bulletin.KINDS:
            click.echo(str(bulletin.save(office, listings, kind, folder, asked)))
            return
    for listing in listings:
        click.echo(f"# {listing.title}  {'  '.join(': '.join(head) for head in listing.heads)}")
        click.echo("\n".join(listing.lines()) + "\n")


def _period(office: Office, first: date | None, last: date | None, kind: str | None, *, report: bool) -> tuple[date | None, date | None]:
    """The period asked for; a bulletin without one is of the running day, week or month, as the court's rules want it."""
    if first is not None:
        return first, last
    if kind is None and report:
        kind = bulletin.default_period(office)
    return period_of(kind, last or office.today()) if kind else (None, last)


@figures.command("overdue")
@_options
@click.option("--node", help="只统计一个节点（代码或名称）。One node (id or name).")
@click.pass_obj
def overdue_(context: Context, /, team: str | None, handler: str | None, node: str | None, **how: Any) -> None:
    """超期节点统计表：按团队、承办人、节点、岗位。The overdue-node table.

    例 example: bin/dossier figures overdue --period week --as xlsx --to out/
    """
    _run(context, overdue, bulletin.overdue_listings, team, handler, node, **how)


@figures.command("returns")
@_options
@click.pass_obj
def returns_(context: Context, /, team: str | None, handler: str | None, **how: Any) -> None:
    """退回率、空白率：按团队、承办人、移送人、审核人、材料、原因。Who returned what how often, and what was left blank.

    例 example: bin/dossier figures returns --from 2026-09-01 --until 2026-09-30 --as pdf --to out/
    """
    _run(context, returns, bulletin.returns_listings, team, handler, None, **how)


@figures.command("intake")
@_options
@click.pass_obj
def intake_(context: Context, /, team: str | None, handler: str | None, **how: Any) -> None:
    """移送收件统计表：按日、移送人、团队的移送、文件、页数。What came in, by day, person and team.

    例 example: bin/dossier figures intake --period week
    """
    _run(context, intake, bulletin.intake_listings, team, handler, None, **how)


COMMANDS = (figures,)
