"""Commands about the rules: check, show, diff; working days; the next year's holidays."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from dossier import app
from dossier.cli.cases import parse_day
from dossier.cli.common import Context, as_json, put, read_settings, say
from dossier.desks import calendar
from dossier.errors import EXIT_BAD_INPUT, DossierError
from review.catalogue import RulesError, UnknownRuleError, diff
from review.catalogue import load as load_rules
from review.catalogue import show as show_rule


@click.group()
def rules() -> None:
    """法院规则：检查、查看、比较。The court's rules."""


@rules.command("check")
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="检查别处的规则文件夹。Another folder of rules."
)
def check(folder: Path | None) -> None:
    """检查全部规则文件，逐条指出文件和行号。Check every rule file.

    例 example: bin/dossier rules check
    """
    texts = app.rule_texts(read_settings().home) if folder is None else app.texts_of(folder)
    problems = app.rule_problems(texts)
    for problem in problems:
        click.echo(str(problem))
    if problems:
        raise click.exceptions.Exit(EXIT_BAD_INPUT)
    say(f"{len(texts)} 个文件，没有问题。")


@rules.command("show")
@click.argument("id", metavar="ID")
@click.option("--profile", help="哪个法院（默认见设置）。Which court.")
def show(id: str, profile: str | None) -> None:
    """查看一个节点、材料类型、期限或其他规则。Show a node, type, deadline…

    例 example: bin/dossier rules show service
    """
    settings = read_settings()
    catalogue = app.open_rules(settings.home).of(profile or settings.default_profile)
    try:
        put(show_rule(catalogue, id))
    except UnknownRuleError:
        raise DossierError("type_unknown", type=id) from None


@rules.command("diff")
@click.argument("first", metavar="PROFILE")
@click.argument("second", metavar="PROFILE")
def compare(first: str, second: str) -> None:
    """比较两个法院的规则。Compare two profiles.

    例 example: bin/dossier rules diff yanling sanya
    """
    texts = app.rule_texts(read_settings().home)
    try:
        changes = diff(load_rules(texts, first), load_rules(texts, second))
    except RulesError as error:
        raise DossierError("rules_broken", what="；".join(map(str, error.problems))) from error
    for change in changes:
        put(change)


@click.group()
def workdays() -> None:
    """工作日计算（含调休）。Working days, with make-up days."""


def _day(value: str) -> date:
    day = parse_day(value)
    if day is None:
        raise DossierError("date_bad", value=value)
    return day


@workdays.command("add")
@click.argument("day", metavar="DATE")
@click.argument("count", metavar="N", type=click.IntRange(0, 10_000))
@as_json
def add(day: str, count: int, json_out: bool) -> None:
    """某日之后第 N 个工作日（N=0：当日或顺延至下一工作日）。The N-th working day after DATE.

    例 example: bin/dossier workdays add 2026-02-13 2
    """
    found, provisional = app.open_rules(read_settings().home).calendar.add(_day(day), count)
    if json_out:
        put({"date": found.isoformat(), "provisional": provisional})
    else:
        click.echo(found.isoformat() + ("（暂定：当年放假安排尚未公布）" if provisional else ""))


@workdays.command("between")
@click.argument("first", metavar="A")
@click.argument("last", metavar="B")
def between(first: str, last: str) -> None:
    """A 之后到 B（含）有几个工作日。Working days after A up to and including B.

    例 example: bin/dossier workdays between 2026-02-13 2026-02-24
    """
    click.echo(app.open_rules(read_settings().home).calendar.between(_day(first), _day(last)))


@click.group()
def holidays() -> None:
    """放假安排。Holidays."""


@holidays.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def import_(context: Context, file: Path) -> None:
    """导入某年的放假安排（JSON：{"year","days":[{"name","date","isOffDay"}]}）。Import a year's notice.

    例 example: bin/dossier holidays import 2027.json
    """
    with context.office() as (office, actor):
        year = calendar.import_year(office, actor, file.read_bytes())
    say(f"已导入 {year} 年放假安排。")


COMMANDS = (rules, workdays, holidays)
