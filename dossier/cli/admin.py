"""Commands of the house: init, users, the worker, checks of the store, the index."""

from __future__ import annotations

import click

from dossier import app, intake, people
from dossier.cli.common import Context, Progress, as_json, put, say
from dossier.desks import searching, verifying
from dossier.errors import EXIT_DAMAGED, DossierError
from dossier.worker import Tally, Worker


@click.command()
@click.pass_obj
def init(context: Context) -> None:
    """初始化或升级；首次会建立三员账号并给出一次性密码。Set up or upgrade; the first time it makes the administrators.

    例 example: bin/dossier init
    """
    with context.office(initialise=True) as (office, actor):
        for done in app.recover(office):
            say(done)
        for login, password in people.ensure_administrators(office, actor):
            click.echo(f"{login} 的一次性密码 / one-time password: {password}")
        if office.settings.administrators == "compact":
            say("提示：系统管理员与安全管理员可由同一人担任（DOSSIER_ADMINISTRATORS=compact），审计员除外。")
        say(f"就绪：{office.settings.home}")


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

    with context.office() as (office, actor):
        for done in app.recover(office):
            say(done)
        if retry_failed:
            say(f"放回队列 {intake.retry_failed(office, actor)} 步。")
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


COMMANDS = (init, work, verify, rebuild_index)
