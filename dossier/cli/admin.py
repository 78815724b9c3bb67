"""Commands of the house: init, users, the worker, checks of the store, the index."""

from __future__ import annotations

import sys

import click

from dossier import app, intake, people
from dossier.cli.common import Context, Progress, as_json, put, say
from dossier.desks import searching, verifying
from dossier.errors import EXIT_DAMAGED, DossierError
from dossier.worker import Tally, Worker


@click.command()
@click.pass_obj
def init(context: Context) -> None:
    """初始化或升级；首次会建立管理员并给出一次性密码。Set up or upgrade; the first time it makes an administrator.

    例 example: bin/dossier init
    """
    with context.office(initialise=True) as (office, actor):
        for done in app.recover(office):
            say(done)
        if not any("system_admin" in str(row["roles"]) for row in people.listing(office)):
            password = people.one_time_password()
            people.add(
                office, actor, login="admin", display="系统管理员", roles=["system_admin"], team=None, password=password, must_change=True
            )
            click.echo(f"管理员 admin 的一次性密码 / one-time password of admin: {password}")
        say(f"就绪：{office.settings.home}")


@click.group()
def user() -> None:
    """用户：新建、列表、改密码。Users."""


@user.command("add")
@click.argument("login")
@click.option("--name", "display", required=True, help="姓名或岗位名称。Display name.")
@click.option("--role", "roles", multiple=True, required=True, help="角色（可多次）。Role; may be given several times.")
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
        people.manage(actor)
        people.add(office, actor, login=login, display=display, roles=roles, team=team, password=password, must_change=given is None)
    if given is None:
        click.echo(f"{login} 的一次性密码 / one-time password: {password}")


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
        people.manage(actor)
        people.set_password(office, actor, login, password, must_change=given is None)
    if given is None:
        click.echo(f"{login} 的一次性密码 / one-time password: {password}")


def _password(stdin: bool) -> str | None:
    return sys.stdin.readline().rstrip("\n") if stdin else None


@user.command("list")
@as_json
@click.pass_obj
def user_list(context: Context, json_out: bool) -> None:
    """列出用户。List users.

    例 example: bin/dossier user list
    """
    with context.office() as (office, actor):
        people.manage(actor)
        for row in people.listing(office):
            if json_out:
                put(row)
            else:
                click.echo(f"{row['login']}\t{row['display']}\t{'、'.join(people.role_names(row['roles']))}\t{row['team'] or ''}")


@click.command()
@click.option("--until-idle", is_flag=True, help="做完就结束。End when nothing is left to do.")
@click.option("--retry-failed", is_flag=True, help="先把放弃的步骤放回队列。First put back the steps that were given up.")
@as_json
@click.pass_obj
def work(context: Context, until_idle: bool, retry_failed: bool, json_out: bool) -> None:
    """后台处理：分页、识别、归类、核查、入卷。Do the waiting work.

    例 example: bin/dossier work --until-idle
    """
    progress = Progress()

    def show(tally: Tally) -> None:
        progress.show(f"已识别 {tally.per_step.get('read', 0)} 页，完成 {tally.done} 步，重试 {tally.retried}，失败 {tally.failed}")

    with context.office() as (office, _):
        for done in app.recover(office):
            say(done)
        if retry_failed:
            say(f"放回队列 {intake.retry_failed(office)} 步。")
        worker = Worker(office, show)
        worker.listen()
        tally = worker.run(until_idle=until_idle)
    progress.done()
    summary = {"done": tally.done, "retried": tally.retried, "failed": tally.failed, "indexed": tally.indexed, "steps": tally.per_step}
    if json_out:
        put(summary)
    else:
        say(f"完成 {tally.done} 步，重试 {tally.retried} 次，失败 {tally.failed} 步，更新检索 {tally.indexed} 页。")
    if tally.failed:
        raise click.exceptions.Exit(1)


@click.command()
@click.option("--all", "everything", is_flag=True, help="重读每一个字节。Re-read every byte.")
@as_json
@click.pass_obj
def verify(context: Context, everything: bool, json_out: bool) -> None:
    """核验存储与日志链；不能核验的绝不算通过。Check the store and the ledger.

    例 example: bin/dossier verify --all
    """
    progress = Progress()
    with context.office() as (office, actor):
        report = verifying.verify(office, actor, everything=everything, progress=lambda checked: progress.show(f"已核验 {checked} 项"))
    progress.done()
    if json_out:
        put(report.as_json())
    else:
        click.echo(f"核验 {report.checked} 项，完好 {report.ok} 项，损坏 {len(report.damaged)} 项，未能核验 {len(report.unchecked)} 项。")
    for item in report.damaged + report.unchecked:
        say(f"{item['name']}: {item.get('status', 'unchecked')} {item['detail']}")
    if not report.good:
        error = DossierError("damaged", what=f"{len(report.damaged) + len(report.unchecked)} 项")
        say(f"{error.zh}\n{error.en}")
        raise click.exceptions.Exit(EXIT_DAMAGED)


@click.command("rebuild-index")
@click.pass_obj
def rebuild_index(context: Context) -> None:
    """由数据库重建检索库。Make the search index anew.

    例 example: bin/dossier rebuild-index
    """
    with context.office() as (office, actor):
        people.require_rebuild(actor)
        say(f"已重建检索库：{searching.rebuild(office)} 页。")


COMMANDS = (init, user, work, verify, rebuild_index)
