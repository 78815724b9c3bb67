"""Printed slips of a hand-over: a receipt number comes in; the receipt, the notice of refusal or the cover of the stack goes out as PDF with QR."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from dossier.access import Actor
from dossier.clock import local
from dossier.desks import sorting, viewing
from dossier.desks.receiving import load
from dossier.desks.register import written
from dossier.errors import DossierError
from dossier.listings import Slip, write_slip
from dossier.office import Office

KINDS = {"receipt": "移送回执", "refusal": "不予签收意见", "cover": "移送封面"}
_RECEIVED = "本回执说明所列文件已收到并安全保存，不等于签收。文件后的字符是其 SHA-256 的前 16 位，可用来核对。"
_MEND = "请逐项改正后重新移送，并注明接续本编号；对不予签收有异议的，可以按本院规定报执行局局长决定。"
_STACK = "请将本页置于这批纸质材料之上。右上角的码是这次移送的编号。"


def save(office: Office, actor: Actor, receipt_no: str, kind: str, folder: Path) -> Path:
    """Writes one of KINDS into the folder, and that it was printed.

    Raises submission_unknown, not_allowed, nothing_refused, tool_missing, export_failed.
    """
    view, made_on = viewing.submission_json(office, actor, receipt_no), local(office.clock.now())
    slip = _MADE[kind](view, office.settings.court)
    with office.db.write() as session:
        sorting.note(office, session, actor, "slip", load(session, receipt_no), kind=kind)
    return written(folder / f"{KINDS[kind]}-{receipt_no}.pdf", lambda path: write_slip(path, slip, made_on))


def _moment(value: str | None) -> str:
    return f"{datetime.fromisoformat(value):%Y-%m-%d %H:%M}" if value else ""


def _heads(view: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return (
        ("案号", view["case_no"]),
        ("移送", " ".join(filter(None, (view["team"], view["handed_by"])))),
        ("收到", _moment(view["received_at"])),
        *((("接续", view["again_of"]),) if view["again_of"] else ()),
    )


def receipt(view: Mapping[str, Any], court: str) -> Slip:
    """What arrived and is safe, and which files were not taken and why; view: a hand-over as viewing.submission_json tells it. Raises DossierError not_handed_over."""
    if view["preview"]:
        raise DossierError("not_handed_over", receipt=view["receipt_no"])
    rows = [(str(n), one["name"], str(one["pages"]), one["sha256"][:16]) for n, one in enumerate(view["files"], 1)]
    rows.append(("", "合计", str(sum(one["pages"] for one in view["files"])), ""))
    rows += [("×", f"{one['name']}（未接收：{one['error']['message']}）", "", "") for one in view["rejects"]]
    columns = (("序号", 2.0), ("文件", 13.0), ("页数", 2.5), ("校验", 7.0))
    signs = ("移交人（签名）：______________　　　　　日期：______________", "接收人（签名）：______________　　　　　日期：______________")
    return Slip(KINDS["receipt"], court, view["receipt_no"], _heads(view), columns, tuple(rows), signs, (_RECEIVED,))


def refusal(view: Mapping[str, Any], court: str) -> Slip:
    """Each correction with its paper, its page and its article. Raises DossierError nothing_refused."""
    if view["state"] not in ("refused", "partly_signed_for", "disputed", "ruled"):
        raise DossierError("nothing_refused", receipt=view["receipt_no"])
    names = {one["number"]: f"{one['number']} {one['name'] or '未能确定类型'}" for one in view["documents"]}
    rows = [
        (str(n), names.get(one["document"], "整批移送"), _where(one), one["text"], one["cite"] or "")
        for n, one in enumerate(view["corrections"], 1)
    ]
    back = [names[one["number"]] for one in view["documents"] if one["state"] == "refused"]
    heads = (
        *_heads(view),
        ("处理", " ".join(filter(None, (view["decided_by"], _moment(view["decided_at"]))))),
        ("理由", view["reason"] or ""),
        ("退回", "、".join(back)),
    )
    columns = (("序号", 1.6), ("材料", 4.4), ("位置", 3.6), ("修改意见", 10.0), ("依据", 4.4))
    signs = ("经办人（签名）：______________　　　　　日期：______________", "办案团队签收：______________　　　　　日期：______________")
    return Slip(KINDS["refusal"], court, view["receipt_no"], heads, columns, tuple(rows), signs, (_MEND,))


def _where(one: Mapping[str, Any]) -> str:
    return f"{one['file'] or ''} 第 {one['page']} 页".strip() if one["page"] else (one["file"] or "")


def cover(view: Mapping[str, Any], court: str) -> Slip:
    """The documents that the stack of paper holds, as they were recognised."""
    rows = [(str(one["number"]), one["name"] or "未能确定类型", str(len(one["pages"])), one["state_name"]) for one in view["documents"]]
    beside = [f"{name} {len(view[key])}" for key, name in (("blank_pages", "空白页"), ("separator_pages", "分隔页")) if view[key]]
    rows.append(
        ("", f"合计（另有{'、'.join(beside)}）" if beside else "合计", str(sum(len(one["pages"]) for one in view["documents"])), "")
    )
    columns = (("序号", 2.0), ("材料", 14.0), ("页数", 2.5), ("状态", 5.0))
    signs = ("清点人（签名）：______________　　共____张　　日期：____________",)
    return Slip(KINDS["cover"], court, view["receipt_no"], _heads(view), columns, tuple(rows), signs, (_STACK,))


_MADE: dict[str, Callable[[Mapping[str, Any], str], Slip]] = {"receipt": receipt, "refusal": refusal, "cover": cover}
