"""Commands that put a waiting hand-over in order, page by page, and undo it; papers of the wrong case, a signing taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dossier.cli.common import Context, as_json, put
from dossier.desks import moving, rescanning, sorting, viewing
from dossier.desks.uploads import Upload


@click.group()
def sort() -> None:
    """整理待审核的移送：拆分、合并、移页、调序、转动、不归档、重扫，每一步都可撤销。Put a waiting hand-over in order.

    页用编号指明，见 submission --json 的 pages[].id。Pages are named by their id.
    """


@sort.command()
@click.argument("receipt_no")
@click.argument("number", type=int)
@click.argument("at", type=int)
@click.pass_obj
def split(context: Context, receipt_no: str, number: int, at: int) -> None:
    """从第 AT 页起拆成另一件。A new document begins with page AT (2..).

    例 example: bin/dossier --as clerk sort split HZ20260901-0001 3 2
    """
    with context.office() as (office, actor):
        sorting.split(office, actor, receipt_no, number, at)


@sort.command()
@click.argument("receipt_no")
@click.argument("number", type=int)
@click.argument("into", type=int)
@click.pass_obj
def merge(context: Context, receipt_no: str, number: int, into: int) -> None:
    """把一件并入另一件之后。Put the pages of a document behind those of another.

    例 example: bin/dossier --as clerk sort merge HZ20260901-0001 4 3
    """
    with context.office() as (office, actor):
        sorting.merge(office, actor, receipt_no, number, into)


@sort.command()
@click.argument("receipt_no")
@click.argument("page", type=int)
@click.option("--to", type=int, help="移到第几件；不写则自成一件。To which document; without it, one of its own.")
@click.option("--at", type=int, help="排在该件第几页；不写则排在最后。At which place; without it, at the end.")
@click.pass_obj
def move(context: Context, receipt_no: str, page: int, to: int | None, at: int | None) -> None:
    """把一页移到另一件。Move a page to another document.

    例 example: bin/dossier --as clerk sort move HZ20260901-0001 57 --to 3 --at 1
    """
    with context.office() as (office, actor):
        sorting.move(office, actor, receipt_no, page, to, at)


@sort.command()
@click.argument("receipt_no")
@click.argument("number", type=int)
@click.argument("pages", nargs=-1, required=True, type=int)
@click.pass_obj
def order(context: Context, receipt_no: str, number: int, pages: tuple[int, ...]) -> None:
    """调整一件之内的页序。Put the pages of a document in this order.

    例 example: bin/dossier --as clerk sort order HZ20260901-0001 3 58 57
    """
    with context.office() as (office, actor):
        sorting.order(office, actor, receipt_no, number, pages)


@sort.command()
@click.argument("receipt_no")
@click.argument("page", type=int)
@click.option("--by", type=click.Choice(["90", "180", "270"]), default="90", show_default=True, help="顺时针度数。Degrees clockwise.")
@click.pass_obj
def turn(context: Context, receipt_no: str, page: int, by: str) -> None:
    """转动一页的显示方向，原始文件不变。Turn the view of a page; the file stays as it is.

    例 example: bin/dossier --as clerk sort turn HZ20260901-0001 57 --by 180
    """
    with context.office() as (office, actor):
        sorting.turn(office, actor, receipt_no, page, int(by))


@sort.command()
@click.argument("receipt_no")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="为什么不归档。Why it is not filed.")
@click.pass_obj
def aside(context: Context, receipt_no: str, number: int, reason: str) -> None:
    """标记一件不归档，保留并列明。Keep a document without filing it.

    例 example: bin/dossier --as clerk sort aside HZ20260901-0001 5 --reason 便条，与案件无关
    """
    with context.office() as (office, actor):
        sorting.set_aside(office, actor, receipt_no, number, reason)


@sort.command()
@click.argument("receipt_no")
@click.argument("number", type=int)
@click.pass_obj
def file(context: Context, receipt_no: str, number: int) -> None:
    """恢复归档一件曾标记不归档的材料。File a document after all.

    例 example: bin/dossier --as clerk sort file HZ20260901-0001 5
    """
    with context.office() as (office, actor):
        sorting.take_up(office, actor, receipt_no, number)


@sort.command()
@click.argument("receipt_no")
@click.argument("page", type=int)
@click.argument("scan", type=click.Path(path_type=Path), metavar="FILE")
@as_json
@click.pass_obj
def rescan(context: Context, receipt_no: str, page: int, scan: Path, json_out: bool) -> None:
    """用重扫的一页代替不清楚的一页，旧页保留在后。A better scan takes the place of a page, which is kept behind it.

    例 example: bin/dossier --as clerk sort rescan HZ20260901-0001 57 again.jpg
    """
    with context.office() as (office, actor):
        made = rescanning.rescan(office, actor, receipt_no, page, Upload.of(scan))
    if json_out:
        put(made)
    else:
        click.echo(f"{made['file']}：新页编号 {made['page']}，正在识别。")


@sort.command()
@click.argument("receipt_no")
@click.pass_obj
def undo(context: Context, receipt_no: str) -> None:
    """撤销最近一步整理。Take the last act back.

    例 example: bin/dossier --as clerk sort undo HZ20260901-0001
    """
    with context.office() as (office, actor):
        verb = sorting.undo(office, actor, receipt_no)
    click.echo(f"已撤销：{sorting.VERBS[verb]}")


@sort.command()
@click.argument("receipt_no")
@as_json
@click.pass_obj
def acts(context: Context, receipt_no: str, json_out: bool) -> None:
    """列出对一次移送做过的整理。What was done to a hand-over, oldest first.

    例 example: bin/dossier sort acts HZ20260901-0001 --json
    """
    with context.office() as (office, actor):
        done: list[dict[str, Any]] = viewing.submission_json(office, actor, receipt_no)["sorted"]
    for act in done:
        if json_out:
            put(act)
        else:
            click.echo(f"{act['at'][:16].replace('T', ' ')}  {act['who']}  {act['name']}{'（已撤销）' if act['undone'] else ''}")


@click.command("take-back")
@click.argument("receipt_no")
@click.option("--reason", required=True, help="为什么撤回签收。Why.")
@click.pass_obj
def take_back(context: Context, receipt_no: str, reason: str) -> None:
    """撤回签收，直到案件固化为止；已入卷的材料退出卷宗，移送恢复为待审核。Take a signing back until the case is frozen.

    例 example: bin/dossier --as clerk take-back HZ20260901-0001 --reason 误签
    """
    with context.office() as (office, actor):
        moving.take_back(office, actor, receipt_no, reason)


@click.command()
@click.argument("receipt_no")
@click.argument("number", type=int)
@click.argument("case_no")
@click.option("--reason", required=True, help="为什么移至他案，两案都记明。Why; it stands in both cases.")
@click.pass_obj
def transfer(context: Context, receipt_no: str, number: int, case_no: str, reason: str) -> None:
    """把错放的材料移至所属案件，签收之后也可以。Move a document to the case that it belongs to.

    例 example: bin/dossier --as clerk transfer HZ20260901-0001 3 （2026）豫9924执87号 --reason 案号为87号
    """
    with context.office() as (office, actor):
        receipt = moving.transfer(office, actor, receipt_no, number, case_no, reason)
    click.echo(receipt)


COMMANDS = (sort, take_back, transfer)
