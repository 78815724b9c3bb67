"""Commands about hand-overs: submit, look, sign for, refuse, retype, slip, dispute, rule; the contents list and the volume."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from dossier.cli.cases import print_findings
from dossier.cli.common import Context, as_json, put, say
from dossier.desks import exporting, handover, placing, previewing, receiving, slips, sorting, viewing
from dossier.desks.casefile import decode
from dossier.desks.handover import NothingAcceptedError, Request, Upload
from dossier.errors import EXIT_BAD_INPUT, DossierError

PATH = click.Path(exists=True, dir_okay=False, path_type=Path)
# A file that is not there is an error of its own, like every bad file: the others go on.
FILE = click.Path(path_type=Path)


@click.command()
@click.option("--case", "case_no", required=True, help="案号。Case number.")
@click.option("--team", help="办案团队名称。Name of the team.")
@click.option("--declared", type=PATH, help='移送清单 JSON：[{"name","pages"}]。The declared list.')
@click.option("--again-of", metavar="RECEIPT_NO", help="补正后再次移送：原回执号。Receipt of the refused hand-over.")
@click.option(
    "--answer", "answers", multiple=True, help="对修改意见的答复，依其次序（可多次）。Answers to the corrections, in their order."
)
@click.option("--key", help="幂等键：同一个键只生成一张回执。Idempotency key.")
@click.option("--node", help="为哪个办案节点（代码）。The step that the papers are for.")
@click.option("--look", is_flag=True, help="先看识别结果，之后用 hand-over 移送。Recognise first, hand over later.")
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE…")
@as_json
@click.pass_obj
def submit(
    context: Context,
    case_no: str,
    team: str | None,
    declared: Path | None,
    again_of: str | None,
    answers: tuple[str, ...],
    key: str | None,
    node: str | None,
    look: bool,
    files: tuple[Path, ...],
    json_out: bool,
) -> None:
    """移送材料，得到回执。Hand over papers and get the receipt.

    例 example: bin/dossier submit --case （2026）豫9924执118号 --team 执行一团队 scans/*.jpg
    """
    uploads = [Upload.of(path) for path in files]
    request = Request(case_no, team, uploads, _declared(declared), again_of, key, answers, node, look)
    with context.office() as (office, actor):
        try:
            receipt = handover.receive(office, actor, request)
        except NothingAcceptedError as error:
            if json_out:
                put({"receipt_no": None, "case_no": case_no, "received_at": None, "files": error.files})
            _say_rejects(error.files)
            say(f"{error.zh}\n{error.en}")
            raise click.exceptions.Exit(EXIT_BAD_INPUT) from None
    if json_out:
        put(receipt)
    else:
        good = [file for file in receipt["files"] if "error" not in file]
        click.echo(f"回执 {receipt['receipt_no']}：已收到 {len(good)} 个文件，{sum(file['pages'] for file in good)} 页。")
    _say_rejects([file for file in receipt["files"] if "error" in file])


def _say_rejects(files: list[dict[str, Any]]) -> None:
    for file in files:
        say(f"未接收 {file['name']}：{file['error']['message']} / {file['error']['message_en']}")


def _declared(path: Path | None) -> Any:
    if path is None:
        return None
    try:
        return handover.clean_declared(json.loads(decode(path.read_bytes())))
    except (ValueError, RecursionError):
        raise DossierError("declared_bad") from None


@click.command()
@click.argument("receipt_no")
@as_json
@click.pass_obj
def submission(context: Context, receipt_no: str, json_out: bool) -> None:
    """查看一次移送的状态、材料和问题。A hand-over's state, documents and findings.

    例 example: bin/dossier submission HZ20260901-0001 --json
    """
    with context.office() as (office, actor):
        view = viewing.submission_json(office, actor, receipt_no)
    if json_out:
        put(view)
        return
    click.echo(f"{view['receipt_no']}  {view['case_no']}  {view['state_name']}  {view['pages_read']}/{view['pages_total']} 页已识别")
    for document in view["documents"]:
        pages = "、".join(f"{page['file']}#{page['page']}" for page in document["pages"])
        doubt = "" if document["confident"] else "（待确认）"
        click.echo(f"{document['number']:>3}. {document['name']}{doubt}  {document['state_name']}  {pages}")
    for sheet in view["separator_pages"]:
        click.echo(f"  –  {sheet['name']} {sheet['says']}  {sheet['file']}#{sheet['page']}")
    print_findings(view["findings"])
    for correction in view["corrections"]:
        click.echo(f"修改意见：{correction['text']}")


@click.command("hand-over")
@click.argument("receipt_no")
@click.pass_obj
def looked_at(context: Context, receipt_no: str) -> None:
    """移送用 submit --look 识别过的材料。Hand over what was looked at first.

    例 example: bin/dossier hand-over HZ20260901-0001
    """
    with context.office() as (office, actor):
        previewing.hand_over(office, actor, receipt_no)


@click.command()
@click.argument("receipt_no")
@click.pass_obj
def drop(context: Context, receipt_no: str) -> None:
    """不移送用 submit --look 识别过的材料。Do not hand over what was looked at first.

    例 example: bin/dossier drop HZ20260901-0001
    """
    with context.office() as (office, actor):
        previewing.drop(office, actor, receipt_no)


@click.command()
@click.argument("receipt_no")
@click.option("--only", help="只签收这几份（材料序号，逗号分隔）。Only these documents.")
@click.option("--reason", help="其余不予签收的理由。Why the others are not signed for.")
@click.pass_obj
def sign(context: Context, receipt_no: str, only: str | None, reason: str | None) -> None:
    """签收全部或部分材料。Sign for all or some of the documents.

    例 example: bin/dossier --as clerk sign HZ20260901-0001 --only 1,2,5 --reason 第3份缺签名
    """
    try:
        numbers = [int(part) for part in only.replace("，", ",").split(",")] if only else None
    except ValueError:
        raise click.UsageError("--only 应为逗号分隔的序号 / must be numbers separated by commas") from None
    with context.office() as (office, actor):
        receiving.sign(office, actor, receipt_no, numbers, reason)


@click.command()
@click.argument("receipt_no")
@click.option("--reason", required=True, help="不予签收的理由。Why.")
@click.option("--correction", "corrections", multiple=True, help="一条修改意见（可多次）。One correction; may be given several times.")
@click.pass_obj
def refuse(context: Context, receipt_no: str, reason: str, corrections: tuple[str, ...]) -> None:
    """不予签收，附修改意见。Refuse with itemised corrections.

    例 example: bin/dossier --as clerk refuse HZ20260901-0001 --reason 缺签名 --correction 送达回证请补受送达人签名
    """
    with context.office() as (office, actor):
        receiving.refuse(office, actor, receipt_no, reason, list(corrections) or None)


@click.command()
@click.argument("receipt_no")
@click.argument("number", type=int)
@click.argument("type_id", metavar="TYPE")
@click.pass_obj
def retype(context: Context, receipt_no: str, number: int, type_id: str) -> None:
    """由人确定一份材料的类型。Say what a document is.

    例 example: bin/dossier --as clerk retype HZ20260901-0001 3 bank_receipt
    """
    with context.office() as (office, actor):
        sorting.retype(office, actor, receipt_no, number, type_id)


@click.command()
@click.argument("receipt_no")
@click.option("--reason", required=True, help="不同意的理由。Why the handler does not agree.")
@click.pass_obj
def dispute(context: Context, receipt_no: str, reason: str) -> None:
    """对不予签收提出争议，报局长决定。Dispute a refusal.

    例 example: bin/dossier --as team1 dispute HZ20260901-0001 --reason 当事人拒签已注明
    """
    with context.office() as (office, actor):
        receiving.dispute(office, actor, receipt_no, reason)


@click.command()
@click.argument("receipt_no")
@click.argument("outcome", type=click.Choice(["sign_as_is", "fix"]))
@click.option("--reason", required=True, help="决定的理由。The reason of the ruling.")
@click.pass_obj
def rule(context: Context, receipt_no: str, outcome: str, reason: str) -> None:
    """局长对争议作出决定：照现状签收，或补正。The director's ruling.

    例 example: bin/dossier --as director rule HZ20260901-0001 sign_as_is --reason 已录像佐证
    """
    with context.office() as (office, actor):
        receiving.rule(office, actor, receipt_no, outcome, reason)


@click.command()
@click.argument("case_no")
@click.option("--volume", type=click.Choice(["main", "sub", "pouch"]), default="main", show_default=True, help="哪一卷。Which volume.")
@as_json
@click.pass_obj
def contents(context: Context, case_no: str, volume: str, json_out: bool) -> None:
    """卷内目录（含页码范围）。The contents list with page ranges.

    例 example: bin/dossier contents （2026）豫9924执118号
    """
    with context.office() as (office, actor):
        entries = placing.contents_json(office, actor, case_no, volume)
    for entry in entries:
        if json_out:
            put(entry)
        else:
            click.echo(f"{entry['serial']:>3}  {entry['name']}  {entry['first_page']}-{entry['last_page']}")


@click.command()
@click.argument("case_no")
@click.option("--as", "kind", type=click.Choice(["pdf"]), required=True, help="导出成什么。Into what.")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="放到哪个文件夹。Into which folder.")
@click.option("--volume", type=click.Choice(["main", "sub", "pouch"]), default="main", show_default=True, help="哪一卷。Which volume.")
@as_json
@click.pass_obj
def export(context: Context, case_no: str, kind: str, folder: Path, volume: str, json_out: bool) -> None:
    """导出卷宗（封面、目录、正文、备考表）。Export a volume.

    例 example: bin/dossier export （2026）豫9924执118号 --as pdf --to out/
    """
    with context.office() as (office, actor):
        path = exporting.export_pdf(office, actor, case_no, volume, folder)
    if json_out:
        put({"case_no": case_no, "as": kind, "file": str(path)})
    else:
        click.echo(str(path))


@click.command()
@click.argument("receipt_no")
@click.argument("kind", type=click.Choice(list(slips.KINDS)))
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="放到哪个文件夹。Into which folder.")
@click.pass_obj
def slip(context: Context, receipt_no: str, kind: str, folder: Path) -> None:
    """打印件（PDF，带二维码）：移送回执、不予签收意见、移送封面。Slips of a hand-over to print.

    例 example: bin/dossier slip HZ20260901-0001 refusal --to out/
    """
    with context.office() as (office, actor):
        click.echo(str(slips.save(office, actor, receipt_no, kind, folder)))


COMMANDS = (submit, looked_at, drop, submission, sign, refuse, retype, slip, dispute, rule, contents, export)
