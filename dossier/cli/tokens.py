"""Commands about tokens for programs: make one, list them, revoke one."""

from __future__ import annotations

import click

from dossier import people
from dossier.access import SCOPES
from dossier.cli.common import Context, as_json, put
from dossier.people.tokens import MOST_DAYS, USUAL_DAYS


@click.group()
def token() -> None:
    """接口令牌：供其他系统的程序使用。Tokens for programs."""


@token.command("add")
@click.argument("login")
@click.option("--name", required=True, help="用途。Purpose.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(list(SCOPES)), help="权限范围（可多次）。Scope.")
@click.option("--days", default=USUAL_DAYS, show_default=True, type=click.IntRange(1, MOST_DAYS), help="有效天数。Days.")
@click.pass_obj
def token_add(context: Context, login: str, name: str, scopes: tuple[str, ...], days: int) -> None:
    """建立令牌并显示一次；程序以该用户的身份、在范围内使用接口。Make a token and show it once.

    例 example: bin/dossier token add clerk1 --name 流程系统导入 --scope cases --days 180
    """
    with context.office() as (office, actor):
        click.echo(people.add_token(office, actor, login, name, scopes, days))


@token.command("list")
@as_json
@click.pass_obj
def token_list(context: Context, json_out: bool) -> None:
    """列出令牌（不含密文）。List tokens.

    例 example: bin/dossier token list
    """
    states = {"valid": "有效", "expired": "已到期", "revoked": "已撤销"}
    with context.office() as (office, actor):
        for row in people.tokens(office, actor):
            if json_out:
                put(row)
            else:
                used = row["last_used_at"] or "从未使用"
                click.echo(f"{row['id']}\t{row['login']}\t{row['name']}\t{'、'.join(row['scopes'])}\t{states[row['state']]}\t{used}")


@token.command("revoke")
@click.argument("number", type=int)
@click.pass_obj
def token_revoke(context: Context, number: int) -> None:
    """撤销令牌，立即生效。Revoke a token.

    例 example: bin/dossier token revoke 3
    """
    with context.office() as (office, actor):
        people.revoke_token(office, actor, number)


COMMANDS = (token,)
