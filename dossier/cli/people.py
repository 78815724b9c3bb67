"""Commands about people: accounts, rights, teams, substitutes."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from dossier import people
from dossier.cli.common import Context, as_json, put, say
from dossier.desks import agreements
from dossier.desks.uploads import Upload

DAY = click.DateTime(["%Y-%m-%d"])


def _password(stdin: bool) -> str | None:
    return sys.stdin.readline().rstrip("\n") if stdin else None


def _tell_password(login: str, given: str | None, password: str, *, elsewhere: bool = False) -> None:
    if elsewhere:
        say(f"{login} 用法院目录的密码登录 / signs in with the password of the court's directory")
    elif given is None:
        click.echo(f"{login} 的一次性密码 / one-time password: {password}")


@click.group()
def user() -> None:
    """用户：新建、停用、授权、改密码、代理。Users."""


@user.command("add")
@click.argument("login")
@click.option("--name", "display", required=True, help="姓名或岗位名称。Display name.")
@click.option("--role", "roles", multiple=True, help="角色（可多次）；不给则没有权限。Role; may be given several times.")
@click.option("--team", help="所属团队。Team.")
@click.option("--password-stdin", is_flag=True, help="从标准输入读密码。Read the password from stdin.")
@click.pass_obj
def user_add(context: Context, login: str, display: str, roles: tuple[str, ...], team: str | None, password_stdin: bool) -> None:
    """新建用户；不给密码时生成一次性密码。Make a user; without a password a one-time one is made.

    例 example: bin/dossier user add clerk1 --name 卷宗管理员甲 --role clerk
    """
    given = _password(password_stdin)
    password = given or people.one_time_password()
    with context.office() as (office, actor):
        people.add(office, actor, login=login, display=display, roles=roles, team=team, password=password, must_change=given is None)
        elsewhere = people.elsewhere(office, roles)
    _tell_password(login, given, password, elsewhere=elsewhere and bool(roles))


@user.command("passwd")
@click.argument("login")
@click.option("--password-stdin", is_flag=True, help="从标准输入读密码。Read the password from stdin.")
@click.pass_obj
def user_passwd(context: Context, login: str, password_stdin: bool) -> None:
    """重设密码；已登录的会话立即失效。Reset a password; open sessions end.

    例 example: bin/dossier user passwd clerk1
    """
    given = _password(password_stdin)
    password = given or people.one_time_password()
    with context.office() as (office, actor):
        people.set_password(office, actor, login, password, must_change=given is None)
    _tell_password(login, given, password)


@user.command("directory")
@click.argument("login")
@as_json
@click.pass_obj
def user_directory(context: Context, login: str, json_out: bool) -> None:
    """按设置在法院目录里查这个用户名，不需要密码；退出码 9 表示目录不可用。Look a user name up in the court's directory, to try the settings.

    例 example: bin/dossier user directory li4
    """
    with context.office() as (office, actor):
        found = people.entry_of(office, actor, login)
    if json_out:
        put({"login": login, "entry": found})
    elif found is None:
        say(f"目录里没有唯一的 {login} / not exactly one {login} in the directory")
    else:
        click.echo(found)


@user.command("mail")
@click.argument("login")
@click.argument("address")
@click.pass_obj
def user_mail(context: Context, login: str, address: str) -> None:
    """消息同时发往这个邮箱；"" 表示不再发送。Notices go to this address of mail, too; "" takes it away.

    例 example: bin/dossier user mail clerk1 clerk1@court.example
    """
    with context.office() as (office, actor):
        people.set_mail(office, actor, login, address)


@user.command("disable")
@click.argument("login")
@click.option("--reason", required=True, help="理由。Reason.")
@click.pass_obj
def user_disable(context: Context, login: str, reason: str) -> None:
    """停用账号；其登录立即结束。Close an account; its sessions end at once.

    例 example: bin/dossier user disable clerk1 --reason 调离
    """
    with context.office() as (office, actor):
        people.disable(office, actor, login, reason)


@user.command("enable")
@click.argument("login")
@click.pass_obj
def user_enable(context: Context, login: str) -> None:
    """启用账号，或解除登录失败后的暂停。Open a closed or locked account again.

    例 example: bin/dossier user enable clerk1
    """
    with context.office() as (office, actor):
        people.enable(office, actor, login)


@user.command("grant")
@click.argument("login")
@click.option("--role", "roles", multiple=True, help="角色（可多次）；不给则收回全部权限。Role; none takes all away.")
@click.pass_obj
def user_grant(context: Context, login: str, roles: tuple[str, ...]) -> None:
    """授予这些角色，且只有这些。Give exactly these roles.

    例 example: bin/dossier --as security user grant clerk1 --role clerk --role sub_reader
    """
    with context.office() as (office, actor):
        people.grant(office, actor, login, roles)


@user.command("team")
@click.argument("login")
@click.argument("team", required=False)
@click.pass_obj
def user_team(context: Context, login: str, team: str | None) -> None:
    """调整所属团队；不给团队则移出。Put a person into a team, or into none.

    例 example: bin/dossier user team member1 执行实施一团队
    """
    with context.office() as (office, actor):
        people.move_to_team(office, actor, login, team)


@user.command("agree")
@click.argument("login")
@click.argument("scan", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--signed-on", type=DAY, help="签字日期。Day of the signature.")
@click.option("--void", metavar="REASON", help="作废，写明理由。Void it, with a reason.")
@click.pass_obj
def user_agree(context: Context, login: str, scan: Path | None, signed_on: datetime | None, void: str | None) -> None:
    """登记签字后的保密协议扫描件，或作废。Keep the signed confidentiality agreement, or void it.

    例 example: bin/dossier user agree clerk1 保密协议.pdf --signed-on 2026-11-20
    """
    if (void is None) == (scan is None or signed_on is None):
        raise click.UsageError("SCAN --signed-on DATE | --void REASON")
    with context.office() as (office, actor):
        if void is not None:
            agreements.void(office, actor, login, void)
        elif scan is not None and signed_on is not None:
            agreements.confirm(office, actor, Upload.of(scan), signed_on.date(), login)


@user.command("reset-factor")
@click.argument("login")
@click.pass_obj
def user_reset_factor(context: Context, login: str) -> None:
    """解除动态口令（手机和恢复码都丢失时）；下次登录重新绑定。Let somebody set up the second factor again.

    例 example: bin/dossier --as security user reset-factor director
    """
    with context.office() as (office, actor):
        people.reset_factor(office, actor, login)


@user.command("substitute")
@click.argument("login")
@click.argument("substitute")
@click.option("--from", "first", type=DAY, required=True, help="起始日。First day.")
@click.option("--until", "last", type=DAY, required=True, help="最后一日（含）。Last day.")
@click.option("--reason", required=True, help="理由。Reason.")
@click.pass_obj
def user_substitute(context: Context, login: str, substitute: str, first: datetime, last: datetime, reason: str) -> None:
    """指定代理人：期限内以被代理人的权限办理，两人姓名均入日志。Name a substitute for some days.

    例 example: bin/dossier --as director user substitute director deputy --from 2026-12-01 --until 2026-12-05 --reason 出差
    """
    with context.office() as (office, actor):
        people.name_substitute(office, actor, login, substitute, first.date(), last.date(), reason)


@user.command("substitutes")
@click.option("--end", "number", type=int, help="结束这一项代理。End this one.")
@as_json
@click.pass_obj
def user_substitutes(context: Context, number: int | None, json_out: bool) -> None:
    """列出代理，或结束一项。List substitutions, or end one.

    例 example: bin/dossier user substitutes --end 3
    """
    with context.office() as (office, actor):
        if number is not None:
            people.end_substitute(office, actor, number)
        for row in people.all_substitutes(office, actor):
            if json_out:
                put(row)
            else:
                ended = "\t已结束" if row["ended"] else ""
                click.echo(f"{row['id']}\t{row['substitute']} 代 {row['login']}\t{row['from']} 至 {row['until']}\t{row['reason']}{ended}")


@user.command("list")
@as_json
@click.pass_obj
def user_list(context: Context, json_out: bool) -> None:
    """列出用户。List users.

    例 example: bin/dossier user list
    """
    with context.office() as (office, actor):
        for row in people.listing(office, actor):
            if json_out:
                put(row)
            else:
                state = "\t已停用" if row["disabled"] else "\t暂停登录" if row["locked"] else ""
                click.echo(f"{row['login']}\t{row['display']}\t{'、'.join(row['role_names'])}\t{row['team'] or ''}{state}")


@click.group()
def team() -> None:
    """团队。Teams."""


@team.command("add")
@click.argument("name")
@click.pass_obj
def team_add(context: Context, name: str) -> None:
    """登记团队；已有则不变。Make a team.

    例 example: bin/dossier team add 执行实施三团队
    """
    with context.office() as (office, actor):
        people.add_team(office, actor, name)


@team.command("list")
@click.pass_obj
def team_list(context: Context) -> None:
    """列出团队。List teams.

    例 example: bin/dossier team list
    """
    with context.office() as (office, _):
        for name in people.teams(office):
            click.echo(name)


COMMANDS = (user, team)
