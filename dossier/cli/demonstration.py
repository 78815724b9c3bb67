"""The demo: made-up scans go the whole way, a complete batch into the dossier and an incomplete one back, and what happened is printed."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from dossier import people
from dossier.access import Actor
from dossier.app import open_office
from dossier.cli.cases import print_findings
from dossier.cli.common import Progress, say
from dossier.clock import Clock
from dossier.demo import case as demo_case
from dossier.demo import compose, digital, stack
from dossier.demo.blocks import Paper, Text, title
from dossier.desks import agreements, cases, closing, exporting, handover, placing, searching, viewing
from dossier.desks.handover import Request, Upload
from dossier.office import Office
from dossier.settings import Settings
from dossier.worker import Tally, Worker

# The demo's own accounts; they exist in the demo's folder only.
PASSWORD = "demo-2026-yunchuan"  # noqa: S105 (printed for whoever looks at the demo)
USERS = (
    ("clerk", "卷宗管理员（演示）", ["clerk"], False),
    ("team1", "办案团队（演示）", ["team"], True),
    ("director", "执行局局长（演示）", ["director"], False),
    ("admin", "系统管理员（演示）", ["system_admin"], False),
    ("security", "安全管理员（演示）", ["security_admin"], False),
)


def run_demo(settings: Settings) -> Settings:
    """Runs the demo in a folder of its own (made anew) and returns the settings to serve it with."""
    home = settings.home / "demo"
    if home.exists():
        shutil.rmtree(home)
    demo = replace(settings, home=home, database_url=f"sqlite:///{home / 'dossier.db'}", court=demo_case.COURT, second_factor="optional")
    office = open_office(demo, Clock(), initialise=True)
    try:
        actor = people.acting_as(office, people.OPERATOR)
        _prepare(office, actor)
        team = people.acting_as(office, "team1")
        _headline("一、完整的一批：移送 → 识别 → 签收 → 入卷  A complete batch")
        _batch(office, team, stack.complete(home / "scans" / "complete"))
        _contents(office, actor)
        _headline("二、不完整的一批：不予签收，附修改意见  An incomplete batch, refused")
        _batch(office, team, stack.incomplete(home / "scans" / "incomplete"))
        _headline("三、结案前核查：还缺的节点材料  What the closing gate still misses")
        print_findings(closing.check(office, actor, demo_case.CASE_NO, "closing")["findings"])
        _headline("四、检索与导出  Search and export")
        _search(office, actor)
        click.echo(f"卷宗 PDF：{exporting.export_pdf(office, actor, demo_case.CASE_NO, 'main', home / 'out')}")
        say(f"演示账号 / demo accounts: {'、'.join(login for login, *_ in USERS)}  密码 / password: {PASSWORD}")
        say(
            "演示只需用户名和密码；正式使用时，审批人员、管理员和副卷查阅人还须动态口令。The demo asks for no second factor; real use does."
        )
    finally:
        office.close()
    return demo


def _headline(text: str) -> None:
    click.echo(f"\n── {text} ──")


def _prepare(office: Office, actor: Actor) -> None:
    rows = [demo_case.record(), demo_case.other_record()]
    cases.import_cases(office, actor, json.dumps(rows, ensure_ascii=False, default=str).encode())
    for anchor, day in demo_case.EVENTS:
        cases.record_event(office, actor, demo_case.CASE_NO, anchor, day, source="feed")
    for login, display, roles, in_team in USERS:
        people.add(
            office,
            actor,
            login=login,
            display=display,
            roles=roles,
            team=demo_case.TEAM if in_team else None,
            password=PASSWORD,
            must_change=False,
        )
        agreements.confirm(office, actor, Upload.of(_agreement(office, display)), office.today(), login)


def _agreement(office: Office, display: str) -> Path:
    """A made-up signed confidentiality agreement, without which nobody sees a case."""
    target = office.settings.home / "scans" / f"保密协议 {display}.pdf"
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = (title("保密协议"), Text("本人承诺：因工作知悉的案件材料，未经批准不向无关人员透露。"), Text(f"签署人：{display}"))
    digital.write(compose.draw(Paper("", "保密协议", lines, face="serif")), target)
    return target


def _batch(office: Office, team: Actor, truth: Any) -> None:
    """Hands a batch over, works until it is decided, and prints receipt, documents, findings and corrections."""
    started = time.perf_counter()
    folder = Path(truth.folder)
    uploads = [Upload.of(folder / name) for name in truth.files]
    receipt = handover.receive(office, team, Request(demo_case.CASE_NO, demo_case.TEAM, uploads, list(truth.declared)))
    pages = sum(file["pages"] for file in receipt["files"] if "error" not in file)
    click.echo(f"回执 {receipt['receipt_no']}：{len(receipt['files'])} 个文件，{pages} 页，已安全保存。")
    progress = Progress()
    Worker(office, lambda tally: progress.show(_progress(tally, pages))).run(until_idle=True)
    progress.done()
    view = viewing.submission_json(office, team, receipt["receipt_no"])
    spent = time.perf_counter() - started
    click.echo(f"{view['state_name']}：{len(view['documents'])} 份材料，空白页 {len(view['blank_pages'])} 页，用时 {spent:.0f} 秒。")
    _documents(view["documents"])
    serious = [finding for finding in view["findings"] if finding["severity"] != "unchecked"]
    print_findings(serious)
    waiting = len(view["findings"]) - len(serious)
    if waiting:
        click.echo(f"另有 {waiting} 项只能由人核对（如原件、复印件核对），在网页上逐项列出。")
    for correction in view["corrections"]:
        click.echo(f"修改意见：{correction['text']}")


def _progress(tally: Tally, pages: int) -> str:
    return f"已识别 {tally.per_step.get('read', 0)}/{pages} 页"


def _documents(documents: Sequence[dict[str, Any]]) -> None:
    for document in documents:
        doubt = "" if document["confident"] else "（待确认）"
        click.echo(f"{document['number']:>3}. {document['name']}{doubt}  {len(document['pages'])} 页  {document['state_name']}")


def _contents(office: Office, actor: Actor) -> None:
    click.echo("卷内目录：")
    for entry in placing.contents_json(office, actor, demo_case.CASE_NO):
        click.echo(f"{entry['serial']:>3}  {entry['name']}  第 {entry['first_page']}-{entry['last_page']} 页")


def _search(office: Office, actor: Actor) -> None:
    for query in ("银行存款", "报告财产 -终本"):
        found = searching.search(office, actor, query, limit=3)
        click.echo(f"“{query}”：{found['total']} 页")
        for hit in found["hits"]:
            click.echo(f"    {hit['document'] or '未归类'}  {hit['file']} 第 {hit['page']} 页  {hit['snippet']}")
