"""Commands about the rules: check, show, diff; working days; the next year's holidays."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from dossier import app
from dossier.cli.cases import parse_day
from dossier.cli.common import Context, as_json, put, read_settings, say
from dossier.desks import calendar, rulebooks, rulesview
from dossier.errors import EXIT_BAD_INPUT, DossierError
from review import naming
from review.catalogue import diff
from review.gate import Gate


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
@click.argument("called", metavar="RULE")
@click.option("--profile", help="哪个法院（默认见设置）。Which court.")
def show(called: str, profile: str | None) -> None:
    """查看一个节点、材料类型、期限或其他规则，写代码或名称；写 nodes、types、deadlines、conditions、anchors、packs、checks 则列出全部。

    Show a node, type, deadline… by its id or name, or list a whole section.

    例 example: bin/dossier rules show 送达回证
    """
    settings = read_settings()
    catalogue = app.open_rules(settings.home).of(profile or settings.default_profile)
    if called in naming.SECTIONS:
        for id, name in naming.listed(catalogue, called):
            put({"id": id, "name": name})
        return
    put(rulesview.shown(catalogue, called))


@rules.command("diff")
@click.argument("first", metavar="PROFILE")
@click.argument("second", metavar="PROFILE")
def compare(first: str, second: str) -> None:
    """比较两个法院、或一个法院两个版本的规则。Compare two profiles, or two versions (PROFILE@VERSION) of one.

    例 example: bin/dossier rules diff yanling sanya
    """
    book = app.open_rules(read_settings().home)
    for change in diff(rulesview.version_of(book, first), rulesview.version_of(book, second)):
        put(change)


@rules.command("try")
@click.argument("case_no", metavar="CASE_NO")
@click.argument("version", metavar="PROFILE")
@click.option("--gate", type=click.Choice(["handover", "closing", "archiving"]), help="哪一环节（默认只看到期）。Which gate.")
@as_json
@click.pass_obj
def try_on(context: Context, case_no: str, version: str, gate: Gate | None, json_out: bool) -> None:
    """另一个法院或版本的规则会在一个案件里发现什么；不改变案件。What other rules would find in a case.

    例 example: bin/dossier rules try （2026）豫9924执118号 sanya --gate closing
    """
    with context.office() as (office, actor):
        told = rulesview.trial(office, actor, case_no, version, gate)
    if json_out:
        put(told)
        return
    for mark, findings in (("-", told["gone"]), ("+", told["new"])):
        for one in findings:
            click.echo(f"{mark} {one['message']}")
    say(f"{told['own']} → {told['other']}：相同 {told['same']} 项，不再发现 {len(told['gone'])} 项，新发现 {len(told['new'])} 项。")


@rules.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--profile", required=True, metavar="NAME", help="法院规则代号，如 yunchuan。Id of the court's rules.")
@click.option("--effective-from", "day", metavar="DATE", help="施行日（默认今天）。First day in force.")
@click.option("--court", help="法院名称。Name of the court.")
@click.option("--court-code", default="", help="法院代字，如 豫9924。Code in case numbers.")
@click.option("--version", help="版本名（默认取施行日）。Name of the version.")
@click.option("--partial", is_flag=True, help="看不懂的行略过，其余照导。Leave out rows with unknown names.")
@click.option("--only-listed", is_flag=True, help="本表没有列的材料改为可选。Materials that are not listed become optional.")
@click.option("--dry-run", is_flag=True, help="只报告，不保存。Report only.")
@as_json
@click.pass_obj
def import_rules(context: Context, /, file: Path, profile: str, day: str | None, dry_run: bool, json_out: bool, **how: Any) -> None:
    """导入本院的节点目录（XLSX 或 CSV），逐行报告认不出的名称和改变了什么。Import a court's node catalogue.

    例 example: bin/dossier rules import 节点目录.xlsx --profile yunchuan --effective-from 2026-03-01 --dry-run
    """
    with context.office() as (office, actor):
        wanted = rulebooks.Wanted(profile, _day(day) if day else office.today(), dry_run=dry_run, **how)
        report = rulebooks.import_catalogue(office, actor, file.read_bytes(), file.name, wanted)
    if json_out:
        put(report)
    else:
        _tell_import(report)
    if not report["applied"] or (report["problems"] and not wanted.partial):
        raise click.exceptions.Exit(EXIT_BAD_INPUT)


def _tell_import(report: dict[str, Any]) -> None:
    for problem in report["problems"]:
        near = f"；相近的有“{problem['near']}”" if problem["near"] else ""
        click.echo(f"第 {problem['row']} 行 {problem['column']}：{problem['message']}{near}")
    for title in report["unknown_columns"]:
        click.echo(f"不认识的列“{title}”，未导入")
    for change in report["changes"]:
        click.echo(change)
    done = (
        f"已保存，自 {report['effective_from']} 起施行，{report['rebased']} 件在办案件改用新版本；重新启动后生效"
        if report["kept"]
        else "没有保存"
    )
    say(f"{report['rows']} 行，可用 {report['applied']} 行，以 {report['over']} 为底；{done}。")


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
