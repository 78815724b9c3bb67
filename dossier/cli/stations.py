"""Commands about scanning stations: what lies at each, and what was received last."""

from __future__ import annotations

import click

from dossier.cli.common import Context, as_json, put
from dossier.desks import stations as desk


@click.group()
def station() -> None:
    """扫描站：监视文件夹里各站的情况。Scanning stations."""


@station.command("list")
@as_json
@click.pass_obj
def list_(context: Context, json_out: bool) -> None:
    """各扫描站等待、退回、散放的材料，和最近收到的。What waits, was refused or lies loose at each.

    例 example: bin/dossier station list
    """
    with context.office() as (office, actor):
        told = desk.state(office, actor)
        if not told["reachable"]:
            raise click.ClickException("监视文件夹不可用。The watched folder cannot be reached.")
        for row in told["stations"]:
            if json_out:
                put(row)
            else:
                last = row["last"] or {"at": "", "receipt_no": ""}
                team = row["team"] or ("没有团队" if row["account"] else "没有账号")
                closed = "" if row["readable"] else "\t有文件夹打不开，请检查权限"
                click.echo(
                    f"{row['name']}\t{team}\t等待 {row['waiting']}\t退回 {row['refused']}\t散放 {row['loose']}\t{last['at']}\t{last['receipt_no']}{closed}"
                )


COMMANDS = (station,)
