"""The JSON door, /api, for putting a hand-over in order: one act comes in, the hand-over as it is then goes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO, cast

from flask import Blueprint, jsonify, request

from dossier.desks import moving, rescanning, sorting, viewing
from dossier.desks.uploads import Upload
from dossier.errors import DossierError
from dossier.web.describe import FILE, LARGEST, REASON, SEEN, WORD, given, listed, maybe, number, obj, ref, told, told_as
from dossier.web.guard import actor, doing, office

desk = Blueprint("api_sorting", __name__, url_prefix="/api/hand-overs/<receipt_no>")
_SEEN = {"seen": SEEN}
_DOCUMENT, _PAGE = number(1, 100_000), told_as(number(1, LARGEST), "页的编号 id of a page")
_PLACE = number(1, 100_000)
_SPLIT = obj({"document": _DOCUMENT, "at": told_as(number(2, 100_000), "从第几页起 first page of the new document")}, _SEEN)
_MERGE = obj({"document": _DOCUMENT, "into": _DOCUMENT}, _SEEN)
_MOVE = obj(
    {"page": _PAGE}, {"to": told_as(maybe(_DOCUMENT), "不给则自成一件 without it, a document of its own"), "at": maybe(_PLACE), **_SEEN}
)
_ORDER = obj({"document": _DOCUMENT, "pages": listed(_PAGE, least=1, most=5000)}, _SEEN)
_TURN = obj({"page": _PAGE, "by": {"type": "integer", "enum": [90, 180, 270]}}, _SEEN)
_ASIDE = obj({"document": _DOCUMENT, "reason": REASON}, _SEEN)
_ONE = obj({"document": _DOCUMENT}, _SEEN)
_SCAN = obj({"page": _PAGE, "scan": FILE})
_BACK = obj({"reason": REASON}, _SEEN)
_UNDO = obj({}, _SEEN)
_TRANSFER = obj({"document": _DOCUMENT, "case_no": WORD, "reason": REASON}, _SEEN)
_SORTING = ("sort_impossible", "document_unknown", "move_refused", "changed_meanwhile")


def _after(receipt_no: str, deed: Callable[[], Any]) -> Any:
    deed()
    return jsonify(viewing.submission_json(office(), actor(), receipt_no))


@desk.post("/sort/split")
@doing("submission.sort")
@told("拆分一件", "A new document begins with a page", ref("HandOver"), body=_SPLIT, errors=_SORTING)
def split(receipt_no: str) -> Any:
    wanted = given(_SPLIT)
    return _after(receipt_no, lambda: sorting.split(office(), actor(), receipt_no, wanted["document"], wanted["at"], seen=wanted["seen"]))


@desk.post("/sort/merge")
@doing("submission.sort")
@told("合并两件", "Put a document behind another", ref("HandOver"), body=_MERGE, errors=_SORTING)
def merge(receipt_no: str) -> Any:
    wanted = given(_MERGE)
    return _after(receipt_no, lambda: sorting.merge(office(), actor(), receipt_no, wanted["document"], wanted["into"], seen=wanted["seen"]))


@desk.post("/sort/move")
@doing("submission.sort")
@told("移一页到另一件", "Move a page to another document", ref("HandOver"), body=_MOVE, errors=(*_SORTING, "page_unknown"))
def move(receipt_no: str) -> Any:
    wanted = given(_MOVE)
    return _after(
        receipt_no, lambda: sorting.move(office(), actor(), receipt_no, wanted["page"], wanted["to"], wanted["at"], seen=wanted["seen"])
    )


@desk.post("/sort/order")
@doing("submission.sort")
@told("调整页序", "Put the pages of a document in another order", ref("HandOver"), body=_ORDER, errors=_SORTING)
def order(receipt_no: str) -> Any:
    wanted = given(_ORDER)
    return _after(
        receipt_no, lambda: sorting.order(office(), actor(), receipt_no, wanted["document"], wanted["pages"], seen=wanted["seen"])
    )


@desk.post("/sort/turn")
@doing("submission.sort")
@told("转动页面的显示方向", "Turn the view of a page", ref("HandOver"), body=_TURN, errors=(*_SORTING, "page_unknown"))
def turn(receipt_no: str) -> Any:
    wanted = given(_TURN)
    return _after(receipt_no, lambda: sorting.turn(office(), actor(), receipt_no, wanted["page"], wanted["by"], seen=wanted["seen"]))


@desk.post("/sort/set-aside")
@doing("submission.sort")
@told("标记不归档", "Keep a document without filing it", ref("HandOver"), body=_ASIDE, errors=_SORTING)
def set_aside(receipt_no: str) -> Any:
    wanted = given(_ASIDE)
    return _after(
        receipt_no, lambda: sorting.set_aside(office(), actor(), receipt_no, wanted["document"], wanted["reason"], seen=wanted["seen"])
    )


@desk.post("/sort/take-up")
@doing("submission.sort")
@told("恢复归档", "File a document after all", ref("HandOver"), body=_ONE, errors=_SORTING)
def take_up(receipt_no: str) -> Any:
    wanted = given(_ONE)
    return _after(receipt_no, lambda: sorting.take_up(office(), actor(), receipt_no, wanted["document"], seen=wanted["seen"]))


@desk.post("/sort/undo")
@doing("submission.sort")
@told(
    "撤销最近一步整理", "Take the last act back", ref("HandOver"), body=_UNDO, errors=("nothing_to_undo", "undo_stale", "changed_meanwhile")
)
def undo(receipt_no: str) -> Any:
    # It may come without a body.
    wanted = given(_UNDO)
    return _after(receipt_no, lambda: sorting.undo(office(), actor(), receipt_no, seen=wanted["seen"]))


@desk.post("/rescan")
@doing("submission.sort")
@told(
    "重扫一页",
    "A better scan takes the place of a page",
    ref("HandOver"),
    files=_SCAN,
    errors=("no_files", "page_unknown", "rescan_one_page", "move_refused"),
)
def rescan(receipt_no: str) -> Any:
    wanted, file = given(obj({"page": _PAGE})), request.files.get("scan")
    if file is None or not file.filename:
        raise DossierError("no_files")
    upload = Upload(file.filename, lambda: cast(BinaryIO, file.stream))
    return _after(receipt_no, lambda: rescanning.rescan(office(), actor(), receipt_no, wanted["page"], upload))


@desk.post("/take-back")
@doing("submission.take_back")
@told(
    "撤回签收",
    "Take a signing back",
    ref("HandOver"),
    body=_BACK,
    errors=("volume_frozen", "still_working", "move_refused", "changed_meanwhile"),
)
def take_back(receipt_no: str) -> Any:
    wanted = given(_BACK)
    return _after(receipt_no, lambda: moving.take_back(office(), actor(), receipt_no, wanted["reason"], seen=wanted["seen"]))


@desk.post("/transfer")
@doing("submission.transfer")
@told(
    "移至所属案件",
    "Move a document to the case that it belongs to",
    ref("HandOver"),
    body=_TRANSFER,
    errors=(*_SORTING, "case_unknown", "volume_frozen", "still_working"),
)
def transfer(receipt_no: str) -> Any:
    wanted = given(_TRANSFER)
    return _after(
        receipt_no,
        lambda: moving.transfer(
            office(), actor(), receipt_no, wanted["document"], wanted["case_no"], wanted["reason"], seen=wanted["seen"]
        ),
    )
