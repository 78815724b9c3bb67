"""Commands about paper that comes later: announce it, its slip, what is awaited, and what of it arrived."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from dossier.cli.common import Context, as_json, put
from dossier.cli.loans import needed_day
from dossier.desks import announcing


@click.group()
def announce() -> None:
    """稍后移送：纸质材料稍后送来。Paper that comes later."""


@announce.command("add")
@click.argument("case_no")
@click.option("--what", required=True, help="什么材料。What will come.")
@click.option("--sheets", type=int, required=True, help="几张。How many sheets.")
@click.option("--expected", required=True, metavar="DATE", help="预计送达日。When.")
@click.option("--receipt", "receipt_no", help="已先移送的扫描件的回执号。The hand-over of its scans.")
@as_json
@click.pass_obj
def add(context: Context, case_no: str, what: str, sheets: int, expected: str, receipt_no: str | None, json_out: bool) -> None:
    """登记稍后移送的纸质材料，得到编号。Announce paper and get its number.

    例 example: bin/dossier --as team1 announce add （2026）豫9924执118号 --what 送达回证原件 --sheets 3 --expected 2026-09-03
    """
    wanted = announcing.Wanted(case_no, what, sheets, needed_day(expected), receipt_no)
    with context.office() as (office, actor):
        number = announcing.announce(office, actor, wanted)
        view = announcing.show(office, actor, number)
    put(view) if json_out else click.echo(number)


@announce.command("list")
@click.option(
    "--show",
    "which",
    type=click.Choice([key or "open" for key in announcing.SHOWN]),
    default="open",
    show_default=True,
    help="列哪些。Which.",
)
@click.option("--case", "case_no", help="只列一件案件的。One case.")
@as_json
@click.pass_obj
def list_(context: Context, which: str, case_no: str | None, json_out: bool) -> None:
    """列出稍后移送的纸质材料，预计日在前的在前。What was announced.

    例 example: bin/dossier announce list --show overdue --json
    """
    with context.office() as (office, actor):
        rows = announcing.listing(office, actor, "" if which == "open" else which, case_no)
    for row in rows:
        put(row) if json_out else click.echo(_line(row))


def _line(row: Mapping[str, Any]) -> str:
    late = f"已超过 {row['late']} 个工作日" if row["overdue"] else ""
    waited = f"已等 {row['waited']} 个工作日" if row["waited"] is not None else ""
    facts = (
        row["number"],
        row["state_name"],
        row["case_no"],
        row["what"],
        f"{row['sheets']} 张",
        f"预计 {row['expected_on']}",
        waited,
        late,
    )
    return "\t".join(filter(None, facts))


@announce.command("arrived")
@click.argument("number")
@click.option("--receipt", "receipt_no", help="其扫描件的回执号。The hand-over of its scans.")
@click.pass_obj
def arrived(context: Context, number: str, receipt_no: str | None) -> None:
    """登记纸质材料已送达。The paper is here.

    例 example: bin/dossier --as clerk announce arrived YG20260901-0001
    """
    with context.office() as (office, actor):
        announcing.arrive(office, actor, number, receipt_no)


@announce.command("undo")
@click.argument("number")
@click.option("--reason", required=True, help="理由。Why.")
@click.pass_obj
def undo(context: Context, number: str, reason: str) -> None:
    """撤销误登的送达。It is not here after all.

    例 example: bin/dossier --as clerk announce undo YG20260901-0001 --reason 扫错了编号
    """
    with context.office() as (office, actor):
        announcing.undo(office, actor, number, reason)


@announce.command("withdraw")
@click.argument("number")
@click.option("--reason", required=True, help="理由。Why.")
@click.pass_obj
def withdraw(context: Context, number: str, reason: str) -> None:
    """撤回：纸质材料不再送来。It will not come.

    例 example: bin/dossier --as team1 announce withdraw YG20260901-0001 --reason 原件由法官保管
    """
    with context.office() as (office, actor):
        announcing.withdraw(office, actor, number, reason)


@announce.command("slip")
@click.argument("number")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="放到哪个文件夹。Into which folder.")
@click.pass_obj
def slip(context: Context, number: str, folder: Path) -> None:
    """稍后移送单（PDF，带二维码），随纸质材料送来。The slip that goes with the paper.

    例 example: bin/dossier --as team1 announce slip YG20260901-0001 --to out/
    """
    with context.office() as (office, actor):
        click.echo(str(announcing.save_slip(office, actor, number, folder)))


COMMANDS = (announce,)
