"""Commands about what the process system is told: the unsent list, one message, another try, and its word taken down by hand."""

from __future__ import annotations

from pathlib import Path

import click

from dossier.cli.common import Context, as_json, put
from dossier.desks import outbox as desk


@click.group()
def outbox() -> None:
    """办案系统回传：未确认清单、重发、确认。What the process system is told."""


@outbox.command("list")
@click.option("--state", type=click.Choice(list(desk.SHOWN)[1:]), help="哪种状态（默认：未确认的）。Which state (default: unconfirmed).")
@click.option("--page", type=click.IntRange(1), default=1, help="第几页。Page.")
@click.option("--as", "kind", type=click.Choice(["table", "csv", "xlsx"]), default="table", help="输出形式。Form.")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="csv、xlsx 存到哪里。Where files go.")
@as_json
@click.pass_obj
def list_(context: Context, state: str | None, page: int, kind: str, folder: Path | None, json_out: bool) -> None:
    """未确认清单：待发送、已发送待确认、对方拒收、发送失败。What the other side has not confirmed.

    例 example: bin/dossier outbox list --state failed
    """
    if kind != "table" and folder is None:
        raise click.UsageError("--as csv、xlsx 须用 --to 指定文件夹。--as csv or xlsx needs --to DIR.")
    with context.office() as (office, actor):
        if kind != "table" and folder is not None:
            click.echo(str(desk.written(office, actor, state or "", kind, folder)))
            return
        for row in desk.listing(office, actor, state or "", page)["rows"]:
            if json_out:
                put(row)
            else:
                cells = (
                    row["message"],
                    row["state_name"],
                    row["case_no"] or "",
                    row["number"],
                    row["kind_name"],
                    row["made_at"],
                    row["reason"] or "",
                )
                click.echo("\t".join(map(str, cells)).rstrip())


@outbox.command("show")
@click.argument("message", type=int)
@click.pass_obj
def show(context: Context, message: int) -> None:
    """一件消息的内容（JSON）。What one message says.

    例 example: bin/dossier outbox show 12
    """
    with context.office() as (office, actor):
        put(desk.show(office, actor, message))


@outbox.command("retry")
@click.argument("message", type=int, required=False)
@click.pass_obj
def retry(context: Context, message: int | None) -> None:
    """重发：一件，或全部发送失败的。Send one again, or all that failed.

    例 example: bin/dossier outbox retry 12
    """
    with context.office() as (office, actor):
        click.echo(f"重新发送 {desk.retry(office, actor, message)} 件。")


@outbox.command("acknowledge")
@click.argument("message", type=int)
@click.option("--rejected", metavar="REASON", help="对方拒收的理由；不给则为已接收。Refused, with this reason.")
@as_json
@click.pass_obj
def acknowledge(context: Context, message: int, rejected: str | None, json_out: bool) -> None:
    """登记办案系统的答复：已接收，或拒收。The process system took a message, or refused it.

    例 example: bin/dossier outbox acknowledge 12
    """
    with context.office() as (office, actor):
        row = desk.acknowledge(office, actor, message, taken=rejected is None, reason=rejected or "")
        if json_out:
            put(row)
        else:
            click.echo(f"{row['message']}\t{row['state_name']}")


COMMANDS = (outbox,)
