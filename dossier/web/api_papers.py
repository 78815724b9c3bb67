"""The JSON door, /api, for paper that comes with slips: sheets that are wanted, paper that will come and paper that came come in; PDFs and lists go out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify

from dossier.desks import announcing, nodes, separators
from dossier.desks.announcing import MOST_SHEETS, SHOWN
from dossier.desks.separators import MOST, Wanted
from dossier.web.answers import file_of
from dossier.web.describe import DAY, REASON, WHOLE, WORD, asked, given, listed, maybe, number, obj, one_of, ref, told, told_as
from dossier.web.guard import actor, doing, office

desk = Blueprint("api_papers", __name__, url_prefix="/api")
PER_PAGE = 300  # announcements of one answer
_SHEETS = obj(
    {},
    {
        "plain": told_as(number(0, MOST, 0), "不写类型的分隔页张数 plain ones"),
        "types": listed(obj({"type": WORD, "count": number(1, MOST)}), most=MOST),
        "case_no": told_as(maybe(WORD), "另印这个案件的封页 and a cover of this case"),
        "node": told_as(maybe(WORD), "封页写明的办案节点 the step that the cover names"),
    },
)
_WHICH = {
    "show": told_as({**one_of(*SHOWN), "default": ""}, "空为待送达 empty: what has not arrived"),
    "case_no": told_as(WORD, "案号 case number"),
    "page": number(1, 100_000, 1),
}
_ANNOUNCE = obj(
    {"case_no": WORD, "what": WORD, "sheets": number(1, MOST_SHEETS), "expected_on": told_as(DAY, "预计送达日 when it will come")},
    {"receipt_no": told_as(maybe(WORD), "已先移送的扫描件 the hand-over of its scans")},
)
_ARRIVE = obj({}, {"receipt_no": maybe(WORD)})
_REASON = obj({"reason": REASON})


@desk.post("/separators")
@doing("submission.make")
@told(
    "分隔页、封页（PDF）",
    "Separator and cover sheets to print",
    "application/pdf",
    body=_SHEETS,
    errors=("separators_none", "type_unknown", "node_unknown", "case_unknown", "tool_missing", "export_failed"),
)
def separator_sheets() -> Any:
    sheets = given(_SHEETS)
    types = [(one["type"], one["count"]) for one in sheets["types"] or ()]
    wanted = Wanted(sheets["plain"] or 0, types, sheets["case_no"], sheets["node"])
    return file_of(lambda folder: separators.save(office(), actor(), wanted, folder))


@desk.get("/cases/<case_no>/nodes")
@doing("submission.make")
@told(
    "可以为之移送的办案节点，缺材料的在前",
    "The steps that papers may be handed over for, those that lack something first",
    obj({"nodes": listed(obj({"node": WORD, "name": WORD, "lacking": listed(WORD)}))}),
    errors=("case_unknown",),
)
def nodes_of(case_no: str) -> Any:
    return jsonify(nodes=nodes.choices(office(), actor(), case_no))


@desk.get("/announcements")
@doing("announcement.list")
@told(
    "稍后移送的纸质材料",
    "Paper that was announced",
    obj({"total": WHOLE, "page": WHOLE, "last": WHOLE, "announcements": listed(ref("Announcement"))}),
    query=_WHICH,
    errors=("case_unknown",),
)
def announcements() -> Any:
    which = asked(_WHICH)
    found = announcing.leaf(office(), actor(), which["show"] or "", which["case_no"], which["page"], PER_PAGE)
    return jsonify(announcements=found.pop("rows"), **found)


@desk.post("/announcements")
@doing("announcement.make")
@told(
    "登记稍后移送",
    "Announce paper that will come",
    ref("Announcement"),
    status=201,
    body=_ANNOUNCE,
    errors=("case_unknown", "case_archived", "announcement_bad", "text_bad", "submission_unknown"),
)
def announce() -> Any:
    wanted = given(_ANNOUNCE)
    number = announcing.announce(office(), actor(), announcing.Wanted(**wanted))
    return jsonify(announcing.show(office(), actor(), number)), 201


@desk.get("/announcements/<number>")
@doing("announcement.read")
@told("一项稍后移送", "One announcement", ref("Announcement"))
def announcement(number: str) -> Any:
    return jsonify(announcing.show(office(), actor(), number))


@desk.get("/announcements/<number>/slip.pdf")
@doing("announcement.read")
@told("稍后移送单（PDF）", "The slip that goes with the paper", "application/pdf", errors=("tool_missing", "export_failed"))
def slip(number: str) -> Any:
    return file_of(lambda folder: announcing.save_slip(office(), actor(), number, folder))


@desk.post("/announcements/<number>/arrive")
@doing("announcement.arrive")
@told("登记送达", "The paper is here", ref("Announcement"), body=_ARRIVE, errors=("move_refused", "submission_unknown"))
def arrive(number: str) -> Any:
    announcing.arrive(office(), actor(), number, given(_ARRIVE)["receipt_no"])
    return jsonify(announcing.show(office(), actor(), number))


@desk.post("/announcements/<number>/undo")
@doing("announcement.arrive")
@told("撤销送达登记", "It is not here after all", ref("Announcement"), body=_REASON, errors=("move_refused", "reason_missing", "text_bad"))
def undo(number: str) -> Any:
    announcing.undo(office(), actor(), number, given(_REASON)["reason"])
    return jsonify(announcing.show(office(), actor(), number))


@desk.post("/announcements/<number>/withdraw")
@doing("announcement.withdraw")
@told("撤回稍后移送", "It will not come", ref("Announcement"), body=_REASON, errors=("move_refused", "reason_missing", "text_bad"))
def withdraw(number: str) -> Any:
    announcing.withdraw(office(), actor(), number, given(_REASON)["reason"])
    return jsonify(announcing.show(office(), actor(), number))
