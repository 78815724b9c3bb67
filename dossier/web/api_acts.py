"""The JSON door, /api, for acting: hand-overs, decisions, imports, events and waivers come in as JSON or files; what became of them goes out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request

from dossier.desks import cases, events, previewing, receiving, sorting, viewing, waiving
from dossier.errors import DossierError
from dossier.web.describe import DAY, FILE, REASON, SEEN, TEXT, WORD, given, listed, maybe, number, obj, one_of, ref, told, told_as
from dossier.web.guard import actor, doing, office
from dossier.web.handovers import take

desk = Blueprint("api_acts", __name__, url_prefix="/api")
MOST_IMPORTED = 32  # MiB of one table
_DOCUMENT = number(1, 100_000)

_HAND_OVER = obj(
    {"case_no": WORD, "files": told_as(listed(FILE, least=1), "PDF、JPEG、PNG、TIFF")},
    {
        "team": WORD,
        "declared": told_as(TEXT, '移送清单 JSON：[{"name","pages"}]，或一行一份“名称 页数”'),
        "answer": told_as(
            listed({**REASON, "minLength": 0}, most=500), "对修改意见逐项的答复，依其次序；空的为不答 one for each correction"
        ),
        "node": told_as(WORD, "为哪个办案节点 the step that the papers are for"),
        "look": told_as(one_of("true", "false"), "先看识别结果，不即移送 recognise first, hand over later"),
        "again_of": told_as(WORD, "所补正的回执号 the refused hand-over that this one answers"),
    },
)
_SIGN = obj(
    {},
    {
        "only": told_as(maybe(listed(_DOCUMENT, most=2000)), "只签收这些材料 only these documents"),
        "reason": maybe({**REASON, "minLength": 0}),
        "seen": SEEN,
    },
)
_REFUSE = obj(
    {"reason": REASON},
    {"corrections": told_as(listed(REASON, most=500), "修改意见；不给时取自审查发现 else taken from the findings"), "seen": SEEN},
)
_SEEN = obj({}, {"seen": SEEN})
_RETYPE = obj({"document": _DOCUMENT, "type": WORD}, {"seen": SEEN})
_DISPUTE = obj({"reason": REASON}, {"seen": SEEN})
_RULE = obj({"outcome": one_of("sign_as_is", "fix"), "reason": REASON}, {"seen": SEEN})
_FILE = obj({"file": FILE})
_EVENT = obj({"anchor": WORD, "date": DAY}, {"instead_of": told_as(maybe(DAY), "更正哪一天 the day that is corrected")})
_NO_EVENT = obj({"anchor": WORD, "date": DAY, "reason": REASON})
_WAIVER = obj({"target": told_as(WORD, "规则、节点或材料 rule, node or material"), "reason": REASON}, {"party": {**WORD, "minLength": 0}})


@desk.post("/hand-overs")
@doing("submission.make")
@told(
    "移送材料",
    "Hand papers over",
    ref("Receipt"),
    status=201,
    files=_HAND_OVER,
    errors=("no_files", "node_unknown", "declared_bad", "case_unknown", "case_archived", "nothing_accepted", "no_space"),
)
def hand_over() -> Any:
    return jsonify(take()), 201


def _became(receipt_no: str) -> Any:
    return jsonify(viewing.progress(office(), actor(), receipt_no))


@desk.post("/hand-overs/<receipt_no>/hand-over")
@doing("submission.make")
@told(
    "看过识别结果后移送",
    "Hand over what was looked at",
    ref("Progress"),
    body=_SEEN,
    errors=("move_refused", "changed_meanwhile", "case_archived"),
)
def hand_over_looked_at(receipt_no: str) -> Any:
    previewing.hand_over(office(), actor(), receipt_no, seen=given(_SEEN)["seen"])
    return _became(receipt_no)


@desk.post("/hand-overs/<receipt_no>/drop")
@doing("submission.make")
@told(
    "看过识别结果后不移送", "Do not hand over what was looked at", ref("Progress"), body=_SEEN, errors=("move_refused", "changed_meanwhile")
)
def drop(receipt_no: str) -> Any:
    previewing.drop(office(), actor(), receipt_no, seen=given(_SEEN)["seen"])
    return _became(receipt_no)


@desk.post("/hand-overs/<receipt_no>/sign")
@doing("submission.decide")
@told(
    "签收全部或部分",
    "Sign for all or some",
    ref("Progress"),
    body=_SIGN,
    errors=("blocking_findings", "type_missing", "nothing_chosen", "nothing_to_sign", "move_refused", "raced", "changed_meanwhile"),
)
def sign(receipt_no: str) -> Any:
    wanted = given(_SIGN)
    receiving.sign(office(), actor(), receipt_no, wanted["only"], wanted["reason"], seen=wanted["seen"])
    return _became(receipt_no)


@desk.post("/hand-overs/<receipt_no>/refuse")
@doing("submission.decide")
@told("不予签收", "Refuse with corrections", ref("Progress"), body=_REFUSE, errors=("move_refused", "raced", "changed_meanwhile"))
def refuse(receipt_no: str) -> Any:
    wanted = given(_REFUSE)
    receiving.refuse(office(), actor(), receipt_no, wanted["reason"], wanted["corrections"] or None, seen=wanted["seen"])
    return _became(receipt_no)


@desk.post("/hand-overs/<receipt_no>/retype")
@doing("submission.sort")
@told(
    "改定材料类型",
    "Say what a document is",
    ref("Progress"),
    body=_RETYPE,
    errors=("type_unknown", "document_unknown", "move_refused", "changed_meanwhile"),
)
def retype(receipt_no: str) -> Any:
    wanted = given(_RETYPE)
    sorting.retype(office(), actor(), receipt_no, wanted["document"], wanted["type"], seen=wanted["seen"])
    return _became(receipt_no)


@desk.post("/hand-overs/<receipt_no>/dispute")
@doing("submission.dispute")
@told("提出争议", "Dispute a refusal", ref("Progress"), body=_DISPUTE, errors=("dispute_not_provided", "move_refused", "changed_meanwhile"))
def dispute(receipt_no: str) -> Any:
    wanted = given(_DISPUTE)
    receiving.dispute(office(), actor(), receipt_no, wanted["reason"], seen=wanted["seen"])
    return _became(receipt_no)


@desk.post("/hand-overs/<receipt_no>/rule")
@doing("submission.rule")
@told("局长决定", "Rule on a dispute", ref("Progress"), body=_RULE, errors=("move_refused", "changed_meanwhile"))
def rule(receipt_no: str) -> Any:
    wanted = given(_RULE)
    receiving.rule(office(), actor(), receipt_no, wanted["outcome"], wanted["reason"], seen=wanted["seen"])
    return _became(receipt_no)


def uploaded() -> tuple[bytes, str]:
    """The bytes and the name of the one file in this request. Raises no_files, bad_request: a table is held in memory while it is taken."""
    file = request.files.get("file")
    if file is None:
        raise DossierError("no_files")
    data = file.stream.read(MOST_IMPORTED * 1024 * 1024 + 1)
    if len(data) > MOST_IMPORTED * 1024 * 1024:
        raise DossierError(
            "bad_request",
            what=f"导入的文件超过 {MOST_IMPORTED} MB，请拆成几个文件分别导入",
            what_en=f"the file is larger than {MOST_IMPORTED} MB; split it",
        )
    return data, file.filename or ""


@desk.post("/cases/import")
@doing("case.import")
@told("导入案件（CSV 或 JSON）", "Import cases, all or nothing", ref("Imported"), files=_FILE, errors=("no_files", "case_import_bad"))
def import_cases() -> Any:
    return jsonify(cases.import_cases(office(), actor(), uploaded()[0]))


@desk.post("/events/import")
@doing("case.event")
@told(
    "导入事件（CSV）",
    "Import events of many cases",
    ref("EventsImported"),
    files=_FILE,
    errors=("no_files", "event_import_bad"),
)
def import_events() -> Any:
    return jsonify(events.import_events(office(), actor(), uploaded()[0]))


@desk.post("/cases/<case_no>/events")
@doing("case.event")
@told(
    "登记事件", "Record an event", obj({"case_no": TEXT}), status=201, body=_EVENT, errors=("anchor_unknown", "case_archived", "date_bad")
)
def event(case_no: str) -> Any:
    wanted = given(_EVENT)
    events.record(office(), actor(), case_no, wanted["anchor"], wanted["date"], "feed", wanted["instead_of"])
    return jsonify(case_no=case_no), 201


@desk.post("/cases/<case_no>/events/withdraw")
@doing("case.event")
@told(
    "撤销事件",
    "Take an event back that never happened",
    obj({"case_no": TEXT}),
    body=_NO_EVENT,
    errors=("event_unknown", "case_archived", "reason_missing"),
)
def withdraw_event(case_no: str) -> Any:
    wanted = given(_NO_EVENT)
    events.withdraw(office(), actor(), case_no, wanted["anchor"], wanted["date"], wanted["reason"])
    return jsonify(case_no=case_no)


@desk.post("/cases/<case_no>/waivers")
@doing("case.waive")
@told(
    "免除一项要求",
    "Waive a requirement",
    ref("Waiver"),
    status=201,
    body=_WAIVER,
    errors=("waiver_refused", "rule_unnamed", "rule_ambiguous", "party_unknown", "reason_missing"),
)
def waive(case_no: str) -> Any:
    wanted = given(_WAIVER)
    return jsonify(waiving.waive(office(), actor(), case_no, wanted["target"], wanted["reason"], wanted["party"] or "")), 201


@desk.post("/cases/<case_no>/waivers/withdraw")
@doing("case.waive")
@told(
    "撤回免除",
    "Take a waiver back",
    obj({"case_no": TEXT, "target": TEXT}),
    body=_WAIVER,
    errors=("waiver_unknown", "waiver_refused", "rule_unnamed", "rule_ambiguous", "reason_missing"),
)
def withdraw(case_no: str) -> Any:
    wanted = given(_WAIVER)
    waiving.withdraw(office(), actor(), case_no, wanted["target"], wanted["reason"], wanted["party"] or "")
    return jsonify(case_no=case_no, target=wanted["target"])
