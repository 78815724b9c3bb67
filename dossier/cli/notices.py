"""Commands about notices: one's own, what went out by mail and webhook, and another try for what did not."""

from __future__ import annotations

import click

from dossier.cli.common import Context, as_json, put
from dossier.desks import delivering, notices


@click.group()
def notice() -> None:
    """消息：本人的提醒、邮件和推送的送出情况。Notices."""


@notice.command("list")
@click.option("--all", "all_of", is_flag=True, help="包括已读。Read ones, too.")
@click.option("--page", type=click.IntRange(1), default=1, help="第几页。Page.")
@as_json
@click.pass_obj
def list_(context: Context, all_of: bool, page: int, json_out: bool) -> None:
    """本人未读的消息，新的在前。One's unread notices, newest first.

    例 example: bin/dossier --as director notice list
    """
    with context.office() as (office, actor):
        for row in notices.listing(office, actor, all_of=all_of, page=page)["rows"]:
            if json_out:
                put(row)
            else:
                click.echo(f"{row['id']}\t{'已读' if row['read'] else '未读'}\t{row['at']}\t{row['kind_name']}\t{row['text']}")


@notice.command("read")
@click.argument("numbers", type=int, nargs=-1)
@click.pass_obj
def read(context: Context, numbers: tuple[int, ...]) -> None:
    """标为已读；不给编号则全部。Mark as read; without numbers all of them.

    例 example: bin/dossier --as director notice read 12 13
    """
    with context.office() as (office, actor):
        click.echo(f"已读 {notices.tick(office, actor, numbers or None)} 条。")


@notice.command("deliveries")
@click.option("--state", type=click.Choice(list(delivering.STATES)), help="哪种状态。Which state.")
@click.option("--page", type=click.IntRange(1), default=1, help="第几页。Page.")
@as_json
@click.pass_obj
def deliveries(context: Context, state: str | None, page: int, json_out: bool) -> None:
    """邮件和推送的送出情况。What went out by mail and webhook, and what did not.

    例 example: bin/dossier notice deliveries --state failed
    """
    with context.office() as (office, actor):
        for row in delivering.deliveries(office, actor, state or "", page)["rows"]:
            if json_out:
                put(row)
            else:
                tail = f"{row['tries']} 次 {row['error'] or ''}".rstrip() if row["state"] != "sent" else row["sent_at"]
                click.echo(f"{row['id']}\t{row['state_name']}\t{row['channel_name']}\t{row['target']}\t{row['kind_name']}\t{tail}")


@notice.command("retry")
@click.pass_obj
def retry(context: Context) -> None:
    """未送达的再试一遍。Try again what was given up.

    例 example: bin/dossier notice retry
    """
    with context.office() as (office, actor):
        click.echo(f"重新送出 {delivering.retry(office, actor)} 件。")


COMMANDS = (notice,)
