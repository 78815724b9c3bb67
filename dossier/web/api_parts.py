"""The JSON door, /api, for files that are sent in parts: parts and lists of their digests come in; what is still to send, and a receipt, go out."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from flask import Blueprint, jsonify, request

from dossier.desks import parts
from dossier.desks.handover import Request
from dossier.desks.parts import Parted
from dossier.errors import DossierError
from dossier.web.describe import FILE, REASON, TEXT, TRUTH, WHOLE, WORD, given, listed, maybe, obj, ref, told, told_as
from dossier.web.guard import UNSEEN, actor, doing, office
from dossier.web.handovers import declared

desk = Blueprint("api_parts", __name__, url_prefix="/api")
_SHA = {"type": "string", "pattern": "^[0-9a-f]{64}$", "minLength": 64, "maxLength": 64}
_ASK = obj({"case_no": WORD, "files": listed(_SHA, most=1000), "parts": listed(_SHA, most=10_000)})
_PUT = obj({"sha256": told_as(_SHA, "这一段的 SHA-256 of this part"), "part": FILE})
_PARTED = obj({"name": told_as(WORD, "文件名 name of the file"), "sha256": _SHA, "parts": listed(_SHA, least=1, most=10_000)})
_MAKE = obj(
    {"case_no": WORD, "files": listed(_PARTED, least=1, most=1000)},
    {
        "team": WORD,
        "declared": told_as(TEXT, '移送清单 JSON：[{"name","pages"}]，或一行一份“名称 页数”'),
        "node": told_as(maybe(WORD), "为哪个办案节点 the step that the papers are for"),
        "look": told_as(TRUTH, "先看识别结果，不即移送 recognise first, hand over later"),
        "again_of": told_as(WORD, "所补正的回执号 the refused hand-over that this one answers"),
        "answers": told_as(
            listed({**REASON, "minLength": 0}, most=500), "对修改意见逐项的答复，依其次序；空的为不答 one for each correction"
        ),
        "key": told_as(WORD, "同一个键只生成一张回执 one receipt for one key"),
    },
)
_LACKING = obj({"missing": listed(_SHA), "known": listed(obj({"sha256": _SHA, "receipt_no": TEXT}))})


def _case(value: str) -> str:
    return value.strip().replace("(", "（").replace(")", "）")


@desk.post("/parts/missing")
@doing("submission.make")
@told("还要传哪些分段", "Which parts are still to send, which files the case has already", _LACKING, body=_ASK, errors=("case_unknown",))
def missing() -> Any:
    wanted = given(_ASK)
    case_no = _case(wanted["case_no"])
    try:
        return jsonify(parts.missing(office(), actor(), case_no, wanted["files"], wanted["parts"]))
    except DossierError as error:
        if error.code in UNSEEN:
            raise DossierError("case_unknown", case_no=case_no) from None
        raise


@desk.post("/parts")
@doing("submission.make")
@told(
    "传一个分段",
    "Send one part of at most 8 MiB; one that is here already is not written again",
    obj({"sha256": _SHA, "bytes": WHOLE}),
    files=_PUT,
    errors=("no_files", "part_damaged", "parts_full", "no_space"),
)
def put() -> Any:
    wanted, file = given(obj({"sha256": _SHA})), request.files.get("part")
    if file is None:
        raise DossierError("no_files")
    return jsonify(parts.put(office(), actor(), wanted["sha256"], cast(BinaryIO, file.stream)))


@desk.post("/hand-overs/from-parts")
@doing("submission.make")
@told(
    "由已传的分段移送",
    "Hand over files whose parts are here",
    ref("Receipt"),
    status=201,
    body=_MAKE,
    errors=(
        "declared_bad",
        "node_unknown",
        "case_unknown",
        "case_archived",
        "refused_not_resolved",
        "submission_unknown",
        "nothing_accepted",
        "no_space",
        "too_large",
    ),
)
def make() -> Any:
    wanted = given(_MAKE)
    case_no = _case(wanted["case_no"])
    asked = Request(
        case_no=case_no,
        team=wanted["team"],
        uploads=(),
        declared=declared(wanted["declared"] or ""),
        again_of=wanted["again_of"],
        answers=wanted["answers"],
        idempotency_key=wanted["key"],
        node=wanted["node"],
        look=bool(wanted["look"]),
    )
    files = [Parted(one["name"], one["sha256"], one["parts"]) for one in wanted["files"]]
    try:
        return jsonify(parts.hand_over(office(), actor(), asked, files)), 201
    except DossierError as error:
        if error.code in UNSEEN:
            raise DossierError("case_unknown", case_no=case_no) from None
        raise
