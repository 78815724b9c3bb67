"""Commands about cases: import, list, events, the gates."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from dossier.cli.common import Context, as_json, put, say
from dossier.desks import casefile, caselist, cases, closing, events, explaining
from dossier.errors import EXIT_REFUSED, DossierError
from review.gate import Gate

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def parse_day(value: str | None) -> date | None:
    """An ISO day; raises DossierError date_bad."""
    if value is None:
        return None
    try:
        return casefile.plausible(date.fromisoformat(value))
    except ValueError:
        raise DossierError("date_bad", value=value) from None


@click.group()
def case() -> None:
    """案件：导入、列表、事件。Cases: import, list, events."""


@case.command("import")
@click.argument("file", type=FILE)
@as_json
@click.pass_obj
def import_(context: Context, file: Path, json_out: bool) -> None:
    """从 CSV 或 JSON 导入案件；重复导入不会重复。Import cases; safe to repeat.

    例 example: bin/dossier case import cases.csv
    """
    with context.office() as (office, actor):
        result = cases.import_cases(office, actor, file.read_bytes())
    for warning in result["warnings"]:
        say(warning)
    if json_out:
        put(result)
    else:
        say(f"新建 {result['created']} 件，更新 {result['updated']} 件，未变 {result['unchanged']} 件。")


@case.command("list")
@as_json
@click.pass_obj
def list_(context: Context, json_out: bool) -> None:
    """列出案件，每行一件。List cases, one a line.

    例 example: bin/dossier case list --json
    """
    with context.office() as (office, actor):
        for row in caselist.listing(office, actor)[0]:
            if json_out:
                put(row)
            else:
                click.echo(f"{row['case_no']}\t{row['kind']}\t{row['state_name']}\t{row['filed_on']}\t{row['team'] or ''}\t{row['cause']}")


@case.command("event")
@click.argument("case_no")
@click.argument("anchor")
@click.argument("day", metavar="DATE")
@click.option("--instead-of", metavar="DATE", help="更正多次发生的事件中的这一天。The day of several that is corrected.")
@click.option("--withdraw", is_flag=True, help="撤销这一天的事件（没有发生、登记错了案件）。Take the event of that day back.")
@click.option("--reason", default="", help="撤销的理由。Why it is taken back.")
@click.pass_obj
def event(context: Context, case_no: str, anchor: str, day: str, instead_of: str | None, withdraw: bool, reason: str) -> None:
    """登记案件事件（期限从它起算），写代码或名称；也可以更正、撤销。Record, correct or take back an event.

    例 example: bin/dossier case event （2026）豫9924执118号 returned 2026-09-01
    """
    on = parse_day(day)
    if on is None:
        raise DossierError("date_bad", value=day)
    with context.office() as (office, actor):
        if withdraw:
            events.withdraw(office, actor, case_no, anchor, on, reason)
        else:
            events.record(office, actor, case_no, anchor, on, instead_of=parse_day(instead_of))


@click.command()
@click.argument("case_no")
@click.option("--gate", type=click.Choice(["handover", "closing", "archiving"]), help="哪一关：移送、结案、归档前。Which gate.")
@click.option("--today", metavar="DATE", help="按哪一天核查（默认今天）。As of which day.")
@click.option("--explain", "rule", metavar="RULE", help="说明一条规则：出处、所用事实、逐日计算。Why a rule finds something, or why not.")
@click.option(
    "--receipt", metavar="RECEIPT_NO", help="与 --explain 合用：看哪一次移送的材料。With --explain: the papers of which hand-over."
)
@as_json
@click.pass_obj
def check(
    context: Context, /, case_no: str, gate: Gate | None, today: str | None, rule: str | None, receipt: str | None, json_out: bool
) -> None:
    """核查一个案件还缺什么节点材料。What node evidence a case still lacks.

    例 example: bin/dossier check （2026）豫9924执118号 --gate closing
    """
    if rule is not None:
        with context.office() as (office, actor):
            told = explaining.explain_rule(office, actor, case_no, rule, gate, parse_day(today), receipt)
        print_explanation(told, json_out)
        return
    with context.office() as (office, actor):
        result = closing.check(office, actor, case_no, gate, parse_day(today))
    if json_out:
        # Scripts know the first two keys; the third stands only where something was waived.
        put({key: result[key] for key in ("case_no", "findings", "waived") if key != "waived" or result["waived"]})
    else:
        print_findings(result["findings"])
        print_waived(result["waived"])
    if gate and result["blocking"]:
        error = DossierError("gate_blocked", gate=result["gate_name"], count=result["blocking"])
        say(f"{error.zh}\n{error.en}")
        raise click.exceptions.Exit(EXIT_REFUSED)


MARKS = {"blocking": "✗ 须改正", "warning": "! 提醒", "unchecked": "? 待人工核对"}


def print_findings(findings: list[dict[str, Any]]) -> None:
    """Findings as a clerk reads them: what, where, what to do, who, by when, which article."""
    for finding in findings:
        where = f"（{finding['file']} 第 {finding['page']} 页）" if finding["file"] else ""
        click.echo(f"{MARKS[finding['severity']]}  {finding['message']}{where}")
        tail = [
            finding["remedy"],
            finding["who"] and f"责任：{finding['who']}",
            finding["due"] and f"期限：{finding['due']}",
            finding["cite"],
        ]
        click.echo("    " + "  ".join(str(part) for part in tail if part))
    if not findings:
        click.echo("没有发现问题。")


def print_waived(waived: list[dict[str, Any]]) -> None:
    """What is missing and was waived: by whom, when and why."""
    for one in waived:
        waiver = one["waiver"]
        click.echo(f"○ 已免除  {one['message']}\n    {waiver['approver']}于{waiver['on']}免除：{waiver['reason']}")


def place_of(told: dict[str, Any]) -> str:
    """Where a rule is written: file and line of the rule files, or that it is the same everywhere."""
    if not told["file"]:
        return "程序固定，各院相同"
    return f"review/rules/{told['file']}" + (f":{told['line']}" if told["line"] else "")


def print_explanation(told: dict[str, Any], json_out: bool) -> None:
    """One rule as a judge reads it: where it stands, the facts, the days one by one, the verdict."""
    if json_out:
        put(told)
        return
    click.echo(f"{told['rule']}  {told['name']}\n依据：{told['cite'] or '无'}\n规则：{place_of(told)}")
    if told["receipt_no"]:
        click.echo(f"移送：{told['receipt_no']}")
    click.echo("\n".join(f"  {fact}" for fact in told["facts"]))
    for clock in told["clocks"]:
        click.echo(f"期限 {clock['rule']} {clock['action']}" + ("（暂定）" if clock["provisional"] else ""))
        click.echo("\n".join(f"  {line}" for line in (*clock["steps"], *(day["text"] for day in clock["days"]))))
    click.echo(told["verdict"])


COMMANDS = (case, check)
