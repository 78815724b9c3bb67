"""Commands that tell a case more: a file of events, and what the director waives."""

from __future__ import annotations

from pathlib import Path

import click

from dossier.cli.cases import FILE, case
from dossier.cli.common import Context, as_json, put, say
from dossier.desks import events, waiving


@case.command("events")
@click.argument("file", type=FILE)
@as_json
@click.pass_obj
def import_events(context: Context, file: Path, json_out: bool) -> None:
    """从 CSV 导入许多案件的事件；重复导入不会重复，新日期更正旧日期。Import events.

    例 example: bin/dossier case events events.csv
    """
    with context.office() as (office, actor):
        result = events.import_events(office, actor, file.read_bytes())
    if json_out:
        put(result)
    else:
        say(f"登记 {result['recorded']} 项，更正 {result['corrected']} 项，未变 {result['unchanged']} 项。")


@click.command()
@click.argument("case_no")
@click.argument("rule")
@click.option("--reason", required=True, help="理由。Why.")
@click.option("--party", default="", help="只对这名当事人（默认对全部）。For this party only.")
@click.option("--withdraw", is_flag=True, help="撤回免除。Take the waiver back.")
@as_json
@click.pass_obj
def waive(context: Context, case_no: str, rule: str, reason: str, party: str, withdraw: bool, json_out: bool) -> None:
    """免除一项要求（规则、节点或材料），只有局长可以。Waive one requirement; only the director may.

    例 example: bin/dossier --as director waive （2026）豫9924执118号 final_interview_record --reason 申请执行人书面申请终本
    """
    with context.office() as (office, actor):
        if withdraw:
            waiving.withdraw(office, actor, case_no, rule, reason, party)
            done = {"target": rule, "party": party or None, "withdrawn": True}
        else:
            done = waiving.waive(office, actor, case_no, rule, reason, party)
    if json_out:
        put(done)
    else:
        say(f"{'已撤回免除' if withdraw else '已免除'}：{rule}{f'（{party}）' if party else ''}")


COMMANDS = (waive,)
