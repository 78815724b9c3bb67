"""The outbox's page and its JSON door: what the process system was told, and what it has not confirmed, goes out; its word on each message comes in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for

from dossier.desks import outbox
from dossier.lifecycle import EXPORT
from dossier.web.answers import file_of, lead_back
from dossier.web.describe import LARGEST, TEXT, TRUTH, WHOLE, asked, given, listed, maybe, number, obj, one_of, ref, told, told_as
from dossier.web.guard import actor, doing, number_asked, office
from dossier.web.language import say

desk = Blueprint("outbox", __name__)
_ROW = obj(
    {"message": WHOLE, "case_no": maybe(TEXT), "number": WHOLE, "kind": TEXT, "state": one_of(*EXPORT.states), "reason": maybe(TEXT)}
)
_LIST = {"state": one_of(*outbox.SHOWN), "page": number(1, 100_000, 1)}
_LISTED = obj({"total": WHOLE, "page": WHOLE, "last": WHOLE, "rows": listed(_ROW), "counts": obj(dict.fromkeys(EXPORT.states, WHOLE))})
_RETRY = obj({}, {"message": number(1, LARGEST)})
_ACKNOWLEDGED = obj(
    {"message": told_as(number(1, LARGEST), "消息编号 message"), "taken": told_as(TRUTH, "true 已接收，false 拒收")},
    {"reason": told_as({"type": "string", "maxLength": 2000}, "拒收的理由 why not")},
)
KINDS = ("xlsx", "csv")


@desk.get("/outbox")
@doing("export.read")
def listing() -> Any:
    state = request.args.get("state", "")
    found = outbox.listing(office(), actor(), state, number_asked("page", 1))
    return render_template("outbox/listing.html", found=found, state=state, states=outbox.SHOWN, kinds=KINDS)


@desk.get("/outbox.<any(xlsx, csv):kind>")
@doing("export.read")
def file(kind: str) -> Any:
    state = request.args.get("state", "")
    return file_of(lambda folder: outbox.written(office(), actor(), state, kind, folder))


@desk.post("/outbox/retry")
@doing("export.retry")
def retry() -> Any:
    message = request.form.get("message", type=int)
    if message is not None:
        return lead_back(url_for(".listing"), say("已放回待发送。"), lambda: outbox.retry(office(), actor(), message))
    flash(say("重新发送 %(n)d 件。", n=outbox.retry(office(), actor())), "good")
    return redirect(url_for(".listing"), 303)


@desk.get("/api/export/messages")
@doing("export.read")
@told("办案系统回传的消息", "Messages to the process system", _LISTED, query=_LIST)
def listing_json() -> Any:
    wanted = asked(_LIST)
    return jsonify(outbox.listing(office(), actor(), wanted["state"] or "", wanted["page"]))


@desk.get("/api/export/messages.<any(xlsx, csv):kind>")
@doing("export.read")
@told(
    "回传消息的表",
    "The same as a spreadsheet or CSV",
    "application/octet-stream",
    query={"state": _LIST["state"]},
    errors=("export_failed",),
)
def listing_file(kind: str) -> Any:
    state = asked(_LIST)["state"] or ""
    return file_of(lambda folder: outbox.written(office(), actor(), state, kind, folder), "application/octet-stream")


@desk.get("/api/export/messages/<int:message>")
@doing("export.show")
@told("一件回传消息的内容", "What one message says", ref("ExportMessage"), errors=("export_unknown",))
def show_json(message: int) -> Any:
    return jsonify(outbox.show(office(), actor(), message))


@desk.post("/api/export/retry")
@doing("export.retry")
@told("重新发送", "Send again", obj({"retried": WHOLE}), body=_RETRY, errors=("export_unknown", "move_refused"))
def retry_json() -> Any:
    return jsonify(retried=outbox.retry(office(), actor(), given(_RETRY)["message"]))


@desk.post("/api/export/acknowledgements")
@doing("export.acknowledge")
@told(
    "办案系统确认或拒收一件消息",
    "The process system took a message, or refused it",
    _ROW,
    body=_ACKNOWLEDGED,
    errors=("export_unknown", "reason_missing", "move_refused"),
)
def acknowledge_json() -> Any:
    word = given(_ACKNOWLEDGED)
    return jsonify(outbox.acknowledge(office(), actor(), word["message"], taken=word["taken"], reason=word["reason"] or ""))
