"""Commands about paper: ask for a loan, approve, hand out, extend, check in, list, and where each volume stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from dossier.cli.cases import parse_day
from dossier.cli.common import Context, as_json, put, say
from dossier.desks import borrowing, loans, paper, placing, register
from dossier.desks.borrowing import Wanted
from dossier.errors import DossierError
from dossier.lifecycle import LOAN_KINDS

VOLUME = click.Choice(["main", "sub", "pouch"])


def numbers(text: str | None) -> list[int] | None:
    """'1-3,7' as [1, 2, 3, 7]; None stays None. A usage error when it is none of that."""
    try:
        return None if text is None else paper.page_numbers(text)
    except DossierError:
        raise click.UsageError(f"{text} 应如 1-3,7 / must be like 1-3,7") from None


def needed_day(value: str) -> date:
    """An ISO day; raises DossierError date_bad."""
    day = parse_day(value)
    if day is None:
        raise DossierError("date_bad", value=value)
    return day


@click.group()
def loan() -> None:
    """借阅：借出、借阅、复制纸质卷宗。Loans of paper."""


@loan.command("ask")
@click.argument("case_no")
@click.option("--kind", type=click.Choice(list(LOAN_KINDS)), default="out", show_default=True, help="借出、借阅或复制。Which kind.")
@click.option("--volume", type=VOLUME, default="main", show_default=True, help="哪一卷。Which volume.")
@click.option("--documents", help="卷内序号，如 1,3-5；不写为整卷。Serials in the contents list; none: the whole volume.")
@click.option("--until", required=True, metavar="DATE", help="约定的归还日。Agreed end.")
@click.option("--reason", required=True, help="事由。Reason.")
@click.option("--borrower", default="", help="借卷人；不写为申请人。Who borrows.")
@click.option("--unit", default="", help="借卷人的单位或部门。Their unit.")
@as_json
@click.pass_obj
def ask(context: Context, /, case_no: str, documents: str | None, until: str, json_out: bool, **told: str) -> None:
    """申请借出、借阅或复制，得到编号。Ask for paper.

    例 example: bin/dossier loan ask （2026）豫9924执118号 --documents 1,3-5 --until 2026-09-10 --reason 评估机构核对
    """
    serials = numbers(documents) or []
    with context.office() as (office, actor):
        ids = []
        if serials:
            known = {one["serial"]: one["document"] for one in placing.contents_json(office, actor, case_no, told["volume"])}
            if unknown := [serial for serial in serials if serial not in known]:
                raise DossierError("document_unknown", number=unknown[0])
            ids = [known[serial] for serial in serials]
        loan_no = borrowing.ask(office, actor, Wanted(case_no, until=needed_day(until), documents=ids, **told))
        view = loans.loan_json(office, actor, loan_no)
    if json_out:
        put(view)
    else:
        click.echo(f"{loan_no}\t{view['state_name']}")


@loan.command("show")
@click.argument("loan_no")
@as_json
@click.pass_obj
def show(context: Context, loan_no: str, json_out: bool) -> None:
    """查看一次借阅：张数、期限、未还的页。One loan.

    例 example: bin/dossier loan show JY20260901-0001
    """
    with context.office() as (office, actor):
        view = loans.loan_json(office, actor, loan_no)
    if json_out:
        put(view)
        return
    click.echo(_line(view))
    for one in view["out_of_house"]:
        click.echo(f"未还 {one['sheets']} 张：{one['name']} 第 {one['pages']} 页")


@loan.command("list")
@click.option("--show", type=click.Choice([key or "open" for key in loans.SHOWN]), default="open", show_default=True, help="列哪些。Which.")
@click.option("--case", "case_no", help="只列一件案件的。One case.")
@as_json
@click.pass_obj
def list_(context: Context, show: str, case_no: str | None, json_out: bool) -> None:
    """列出借阅，最先到期的在前。Loans, what is due first comes first.

    例 example: bin/dossier loan list --show overdue --json
    """
    with context.office() as (office, actor):
        rows = loans.listing(office, actor, "" if show == "open" else show, case_no=case_no)
    for row in rows:
        put(row) if json_out else click.echo(_line(row))


def _line(row: Mapping[str, Any]) -> str:
    due = (
        f"应还 {row['due']}（{'超期' if row['overdue'] else '还剩'} {abs(row['left'])} 个工作日）"
        if row["due"]
        else f"约定至 {row['until']}"
    )
    sheets = (
        f"{row['sheets'] - row['missing']}/{row['sheets']} 张已还" if row["sheets"] else f"复制 {row['copied']} 张" if row["copied"] else ""
    )
    head = (row["loan_no"], row["kind_name"], row["state_name"], row["case_no"], row["volume_name"], row["borrower"], due, sheets)
    return "\t".join(head)


@loan.command("approve")
@click.argument("loan_no")
@click.option("--note", default="", help="附言。A note.")
@click.pass_obj
def approve(context: Context, loan_no: str, note: str) -> None:
    """局长批准借阅。The director approves.

    例 example: bin/dossier --as director loan approve JY20260901-0001
    """
    with context.office() as (office, actor):
        borrowing.decide(office, actor, loan_no, "approve", note)


@loan.command("decline")
@click.argument("loan_no")
@click.option("--reason", required=True, help="理由。Why.")
@click.pass_obj
def decline(context: Context, loan_no: str, reason: str) -> None:
    """局长不予批准。The director declines.

    例 example: bin/dossier --as director loan decline JY20260901-0001 --reason 可查阅电子卷宗
    """
    with context.office() as (office, actor):
        borrowing.decide(office, actor, loan_no, "decline", reason)


@loan.command("withdraw")
@click.argument("loan_no")
@click.option("--reason", default="", help="理由。Why.")
@click.pass_obj
def withdraw(context: Context, loan_no: str, reason: str) -> None:
    """撤回尚未发放的申请。Take a request back.

    例 example: bin/dossier --as team1 loan withdraw JY20260901-0001
    """
    with context.office() as (office, actor):
        borrowing.withdraw(office, actor, loan_no, reason)


@loan.command("hand-out")
@click.argument("loan_no")
@click.option("--count", type=click.IntRange(1), required=True, help="双方清点的张数。Sheets counted.")
@click.pass_obj
def hand_out(context: Context, loan_no: str, count: int) -> None:
    """发放纸质材料，清点张数须相符。Hand the paper out.

    例 example: bin/dossier --as clerk loan hand-out JY20260901-0001 --count 12
    """
    with context.office() as (office, actor):
        borrowing.hand_out(office, actor, loan_no, count)


@loan.command("copy")
@click.argument("loan_no")
@click.option("--count", type=click.IntRange(1), required=True, help="复制的张数。Sheets copied.")
@click.option("--received-by", required=True, help="接收人。Who received the copies.")
@click.pass_obj
def copy(context: Context, loan_no: str, count: int, received_by: str) -> None:
    """登记复制的张数和接收人。Record copies.

    例 example: bin/dossier --as clerk loan copy JY20260901-0002 --count 6 --received-by 代理人王测试
    """
    with context.office() as (office, actor):
        borrowing.copy(office, actor, loan_no, count, received_by)


@loan.command("extend")
@click.argument("loan_no")
@click.option("--until", required=True, metavar="DATE", help="新的约定归还日。New agreed end.")
@click.option("--reason", required=True, help="理由。Why.")
@click.pass_obj
def extend(context: Context, loan_no: str, until: str, reason: str) -> None:
    """延期。Extend a loan.

    例 example: bin/dossier --as clerk loan extend JY20260901-0001 --until 2026-09-20 --reason 评估未完成
    """
    with context.office() as (office, actor):
        borrowing.extend(office, actor, loan_no, needed_day(until), reason)


@loan.command("end")
@click.argument("loan_no")
@click.option("--on", metavar="DATE", help="事由消失日，默认今天。The day on which the reason ended.")
@click.pass_obj
def end(context: Context, loan_no: str, on: str | None) -> None:
    """登记借卷事由消失，归还期限从它起算。The reason of the loan ended.

    例 example: bin/dossier --as team1 loan end JY20260901-0001 --on 2026-09-08
    """
    with context.office() as (office, actor):
        borrowing.end_reason(office, actor, loan_no, parse_day(on) or office.today())


@loan.command("return")
@click.argument("loan_no")
@click.option("--count", type=click.IntRange(1), required=True, help="清点归还的张数。Sheets counted.")
@click.option("--pages", help="归还的是这几页，如 1-12。These pages came back.")
@click.option("--missing", help="除这几页外都已归还。All but these came back.")
@as_json
@click.pass_obj
def return_(context: Context, loan_no: str, count: int, pages: str | None, missing: str | None, json_out: bool) -> None:
    """逐张清点归还；部分归还不算归还。Check sheets in; part returned is not returned.

    例 example: bin/dossier --as clerk loan return JY20260901-0001 --count 10 --missing 7,8
    """
    if pages and missing:
        raise click.UsageError("--pages 与 --missing 只用一个 / use one of --pages and --missing")
    with context.office() as (office, actor):
        left = borrowing.take_back(office, actor, loan_no, count, pages=numbers(pages), missing=numbers(missing) or ())
    if json_out:
        put({"loan_no": loan_no, "missing": left})
    for one in left:
        say(f"未还 {one['sheets']} 张：{one['name']} 第 {one['pages']} 页")


@loan.command("slip")
@click.argument("loan_no")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="放到哪个文件夹。Into which folder.")
@click.pass_obj
def slip(context: Context, loan_no: str, folder: Path) -> None:
    """借阅单（PDF，带二维码）。The slip of a loan, with its number as QR.

    例 example: bin/dossier loan slip JY20260901-0001 --to out/
    """
    with context.office() as (office, actor):
        click.echo(str(register.save_slip(office, actor, loan_no, folder)))


@loan.command("register")
@click.option(
    "--as", "kind", type=click.Choice(["table", "xlsx", "pdf", "csv"]), default="table", show_default=True, help="输出形式。Form."
)
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="文件存到哪里。Where files go.")
@click.option("--from", "first", metavar="DATE", help="登记期间首日。First day.")
@click.option("--until", "last", metavar="DATE", help="登记期间末日（含）。Last day.")
@click.pass_obj
def register_(context: Context, kind: str, folder: Path | None, first: str | None, last: str | None) -> None:
    """借阅登记簿和按团队、种类、借卷人的统计。The loan register and its counts.

    例 example: bin/dossier loan register --as xlsx --to out/
    """
    if kind != "table" and folder is None:
        raise click.UsageError("--as xlsx、pdf 或 csv 须用 --to 指定文件夹。--as xlsx, pdf or csv needs --to DIR.")
    with context.office() as (office, actor):
        if folder is not None and kind != "table":
            click.echo(str(register.save_register(office, actor, kind, folder, parse_day(first), parse_day(last))))
            return
        listings = register.register(office, actor, parse_day(first), parse_day(last))
    for listing in listings:
        click.echo(f"# {listing.title}")
        click.echo("\n".join(listing.lines()) + "\n")


@click.group("paper")
def paper_group() -> None:
    """纸质卷宗：存放位置、张。Where the paper is."""


@paper_group.command("show")
@click.argument("case_no")
@as_json
@click.pass_obj
def paper_show(context: Context, case_no: str, json_out: bool) -> None:
    """各卷的存放位置、张数和在外的张数。Where each volume stands.

    例 example: bin/dossier paper show （2026）豫9924执118号
    """
    with context.office() as (office, actor):
        for row in loans.paper_json(office, actor, case_no):
            if json_out:
                put(row)
            else:
                click.echo(f"{row['name']}\t{row['place'] or '未登记位置'}\t{row['sheets']} 张，在外 {row['out']} 张")


@paper_group.command("move")
@click.argument("case_no")
@click.option("--volume", type=VOLUME, default="main", show_default=True, help="哪一卷。Which volume.")
@click.option("--room", required=True, help="房间。Room.")
@click.option("--cabinet", default="", help="柜。Cabinet.")
@click.option("--box", default="", help="盒。Box.")
@click.option("--reason", required=True, help="理由。Why.")
@click.pass_obj
def paper_move(context: Context, case_no: str, volume: str, room: str, cabinet: str, box: str, reason: str) -> None:
    """登记一卷纸质材料存放在哪里。Write down where a volume's paper stands.

    例 example: bin/dossier paper move （2026）豫9924执118号 --room 三楼库房 --cabinet 2柜 --box 5盒 --reason 入库
    """
    with context.office() as (office, actor):
        paper.move(office, actor, case_no, volume, room=room, cabinet=cabinet, box=box, reason=reason)


@paper_group.command("backs")
@click.argument("case_no")
@click.option("--volume", type=VOLUME, default="main", show_default=True, help="哪一卷。Which volume.")
@click.option("--pages", required=True, help="这几页是前一页的背面，如 2,4。These pages are backs.")
@click.option("--apart", is_flag=True, help="相反：它们各是一张。They are sheets of their own.")
@click.pass_obj
def paper_backs(context: Context, case_no: str, volume: str, pages: str, apart: bool) -> None:
    """两面印刷的纸：哪些页是前一页的背面，张数随之减少。Which pages are backs of the sheets before them.

    例 example: bin/dossier paper backs （2026）豫9924执118号 --pages 2,4
    """
    with context.office() as (office, actor):
        count = paper.backs(office, actor, case_no, volume, numbers(pages) or [], apart=apart)
    say(f"{count} 张")


COMMANDS = (loan, paper_group)
