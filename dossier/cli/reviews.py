"""Commands about the closing review: submit, look, pass, return, withdraw; the review form; the samples of closed dossiers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dossier.cli.cases import parse_day, print_findings
from dossier.cli.common import Context, as_json, put, say
from dossier.desks import reviewform, reviewing, sampling
from dossier.desks.casefile import CLOSING_MODES
from dossier.desks.placing import KIND_NAMES
from dossier.desks.sampling import Wanted
from dossier.errors import DossierError
from dossier.lifecycle import REVIEW

KEY = click.Choice(list(reviewing.KEYS))


@click.group()
def review() -> None:
    """结案审核：报结、审核、退回、复核表、评查抽样。Closing review."""


def _tell(told: dict[str, Any], json_out: bool) -> None:
    if json_out:
        put(told)
        return
    awaited = "、".join(reviewing.KEYS[key] for key in told["awaited"])
    click.echo(f"{told['case_no']}\t{told['state_name']}\t{told['mode']}\t{told['closed_on'] or ''}\t{awaited and '待' + awaited}".rstrip())
    for one in told["opinions"]:
        click.echo(
            f"  {one['key_name']} {one['person']} {'通过' if one['verdict'] == 'pass' else '退回'} {'；'.join(one['reasons'])}".rstrip()
        )


@review.command("submit")
@click.argument("case_no")
@click.option("--mode", type=click.Choice(CLOSING_MODES), required=True, help="结案方式。Closing mode.")
@click.option("--on", "day", metavar="DATE", required=True, help="结案文书的日期。Day of the closing paper.")
@click.option("--closing-amount", default="", help="结案标的额。Sum closed.")
@click.option("--waived-amount", default="", help="放弃标的额。Sum given up.")
@click.option("--paid-amount", default="", help="到位标的额。Sum recovered.")
@click.option("--reason", default="", help="结案事由。Reason of the closing.")
@as_json
@click.pass_obj
def submit(context: Context, /, case_no: str, mode: str, day: str, reason: str, json_out: bool, **amounts: str) -> None:
    """报结：提交结案审核。Submit a case for closing.

    例 example: bin/dossier --as team1 review submit （2026）豫9924执118号 --mode 执行完毕 --on 2026-09-01 --paid-amount 20.465万元
    """
    on = parse_day(day)
    if on is None:
        raise DossierError("date_bad", value=day)
    with context.office() as (office, actor):
        told = reviewing.submit(office, actor, case_no, mode, on, {**amounts, "closing_reason": reason})
    _tell(told, json_out)
    if told["blocking_then"]:
        say(f"还有 {told['blocking_then']} 项须补正，补正前不能准予结案：bin/dossier review show {told['case_no']}")


@review.command("list")
@click.option("--state", type=click.Choice(["open", *REVIEW.states]), default="open", show_default=True, help="哪种状态。Which state.")
@click.option("--page", type=click.IntRange(1), default=1, help="第几页。Page.")
@as_json
@click.pass_obj
def list_(context: Context, state: str, page: int, json_out: bool) -> None:
    """列出结案审核，等得最久的在前。The reviews, the longest waiting first.

    例 example: bin/dossier review list --state returned
    """
    with context.office() as (office, actor):
        for row in reviewing.listing(office, actor, state, page)["rows"]:
            _tell(row, json_out)


@review.command("show")
@click.argument("case_no")
@as_json
@click.pass_obj
def show(context: Context, case_no: str, json_out: bool) -> None:
    """一件案件的结案审核和缺项清单。A case's reviews and its gaps.

    例 example: bin/dossier review show （2026）豫9924执118号
    """
    with context.office() as (office, actor):
        told = reviewing.case_review(office, actor, case_no)
    if json_out:
        put(told)
        return
    for one in told["reviews"]:
        _tell(one, json_out=False)
    print_findings(told["gaps"])
    for finding in told["made_here"]:
        click.echo(f"由本次审核形成：{finding['message']}")


@review.command("pass")
@click.argument("case_no")
@click.argument("key", type=KEY)
@click.option("--note", default="", help="意见。A note.")
@click.option(
    "--raise", "raise_reason", default="", metavar="REASON", help="提请提级审核的理由（终本、终结）。Why a third person shall decide."
)
@as_json
@click.pass_obj
def pass_(context: Context, case_no: str, key: str, note: str, raise_reason: str, json_out: bool) -> None:
    """审核通过一项；实体、程序须两人分别通过。Turn one key; two persons are needed.

    例 example: bin/dossier --as reviewer1 review pass （2026）豫9924执118号 substantive --note 履行完毕，案款已发放
    """
    with context.office() as (office, actor):
        _tell(reviewing.approve(office, actor, case_no, key, note, raise_reason), json_out)


@review.command("return")
@click.argument("case_no")
@click.argument("key", type=KEY)
@click.option("--reason", "reasons", multiple=True, required=True, help="一项理由（可多次）。One reason; may be given several times.")
@as_json
@click.pass_obj
def return_(context: Context, case_no: str, key: str, reasons: tuple[str, ...], json_out: bool) -> None:
    """退回办案团队，逐项写明理由。Return the case to its team with itemised reasons.

    例 example: bin/dossier --as reviewer2 review return （2026）豫9924执118号 procedural --reason 送达回证无签名 --reason 缺终本约谈笔录
    """
    with context.office() as (office, actor):
        _tell(reviewing.send_back(office, actor, case_no, key, reasons), json_out)


@review.command("withdraw")
@click.argument("case_no")
@click.option("--reason", required=True, help="理由。Why.")
@as_json
@click.pass_obj
def withdraw(context: Context, case_no: str, reason: str, json_out: bool) -> None:
    """办案团队撤回报结。The team takes its submission back.

    例 example: bin/dossier --as team1 review withdraw （2026）豫9924执118号 --reason 又发现财产
    """
    with context.office() as (office, actor):
        _tell(reviewing.withdraw(office, actor, case_no, reason), json_out)


@review.command("form")
@click.argument("case_no")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="存为 PDF 的文件夹。Folder for the PDF.")
@as_json
@click.pass_obj
def form(context: Context, case_no: str, folder: Path | None, json_out: bool) -> None:
    """卷宗复核表：在卷材料、空白项、责任人。The review form with its blanks.

    例 example: bin/dossier review form （2026）豫9924执118号 --to out/
    """
    with context.office() as (office, actor):
        told = reviewform.form(office, actor, case_no)
        path = reviewform.save(office, told, KIND_NAMES, folder) if folder is not None else None
    if json_out:
        put({**told, "file": str(path) if path else None})
    elif path is not None:
        click.echo(str(path))
    else:
        click.echo("\n".join(reviewform.sheet(told, KIND_NAMES).lines()))
        click.echo(f"在卷 {told['there']} 件，空白 {told['blanks']} 项，已免除 {told['waived']} 项。")


@review.group("sample")
def sample() -> None:
    """卷宗评查：抽样、打分。Samples of closed dossiers and their scores."""


def _tell_sample(told: dict[str, Any], json_out: bool) -> None:
    if json_out:
        put(told)
        return
    average = "—" if told["average"] is None else told["average"]
    click.echo(
        f"{told['number']}\t{told['from']} 至 {told['until']}\t种子 {told['seed']}\t{told['size']}/{told['population']} 件\t平均 {average}"
    )


@sample.command("draw")
@click.option("--seed", required=True, help="随机种子（抽签号码）；同一种子、同一范围抽出同样的案件。The seed.")
@click.option("--size", type=int, required=True, help="抽几件。How many.")
@click.option("--from", "first", metavar="DATE", required=True, help="结案期间首日。First closing day.")
@click.option("--until", "last", metavar="DATE", required=True, help="结案期间末日（含）。Last closing day.")
@click.option("--mode", type=click.Choice(CLOSING_MODES), help="只抽一种结案方式。One closing mode.")
@click.option("--team", help="只抽一个团队。One team.")
@as_json
@click.pass_obj
def draw(context: Context, seed: str, size: int, first: str, last: str, mode: str | None, team: str | None, json_out: bool) -> None:
    """从已结案件中随机抽样，可重复验证。Draw a reproducible random sample of closed cases.

    例 example: bin/dossier --as director review sample draw --seed 20260930-7 --size 10 --from 2026-07-01 --until 2026-09-30
    """
    begin, end = parse_day(first), parse_day(last)
    if begin is None or end is None:
        raise DossierError("date_bad", value=first or last)
    with context.office() as (office, actor):
        told = sampling.draw(office, actor, Wanted(seed, size, begin, end, mode, team))
    _tell_sample(told, json_out)
    if not json_out:
        for one in told["checks"]:
            click.echo(f"{one['position']:>3}  {one['case_no']}")


@sample.command("list")
@as_json
@click.pass_obj
def samples(context: Context, json_out: bool) -> None:
    """列出评查抽样。The samples, the newest first.

    例 example: bin/dossier review sample list
    """
    with context.office() as (office, actor):
        for one in sampling.samples(office, actor)["rows"]:
            _tell_sample(one, json_out)


@sample.command("show")
@click.argument("number", type=int)
@as_json
@click.pass_obj
def sample_show(context: Context, number: int, json_out: bool) -> None:
    """一次抽样的案件和评分。The cases of a sample and their scores.

    例 example: bin/dossier review sample show 1
    """
    with context.office() as (office, actor):
        told = sampling.sample_json(office, actor, number)
    _tell_sample(told, json_out)
    if not json_out:
        for one in told["checks"]:
            score = "未评" if one["score"] is None else one["score"]
            click.echo(f"{one['position']:>3}  {one['case_no']}  {score}  {one['remark']}".rstrip())


@sample.command("score")
@click.argument("number", type=int)
@click.argument("position", type=int)
@click.option("--deduct", "deductions", multiple=True, type=(str, int), metavar="WHAT POINTS", help="一项扣分（可多次）。One deduction.")
@click.option("--remark", default="", help="评语。Remark.")
@as_json
@click.pass_obj
def score(context: Context, number: int, position: int, deductions: tuple[tuple[str, int], ...], remark: str, json_out: bool) -> None:
    """给抽中的一卷打分：100 分减去各项扣分。Score one dossier of a sample.

    例 example: bin/dossier --as reviewer1 review sample score 1 3 --deduct 送达回证空白 5 --remark 基本合格
    """
    with context.office() as (office, actor):
        told = sampling.score(office, actor, number, position, deductions, remark)
    if json_out:
        put(told)
    else:
        click.echo(f"{told['case_no']}\t{told['score']} 分")


COMMANDS = (review,)
