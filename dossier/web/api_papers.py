"""The JSON door, /api, for paper that comes with slips: sheets that are wanted come in; PDFs to print go out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from dossier.desks import separators
from dossier.desks.separators import MOST, Wanted
from dossier.web.answers import file_of
from dossier.web.describe import WORD, given, listed, maybe, number, obj, told, told_as
from dossier.web.guard import actor, doing, office

desk = Blueprint("api_papers", __name__, url_prefix="/api")
_SHEETS = obj(
    {},
    {
        "plain": told_as(number(0, MOST, 0), "不写类型的分隔页张数 plain ones"),
        "types": listed(obj({"type": WORD, "count": number(1, MOST)}), most=MOST),
        "case_no": told_as(maybe(WORD), "另印这个案件的封页 and a cover of this case"),
        "node": told_as(maybe(WORD), "封页写明的办案节点 the step that the cover names"),
    },
)


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
    asked = given(_SHEETS)
    types = [(one["type"], one["count"]) for one in asked["types"] or ()]
    wanted = Wanted(asked["plain"] or 0, types, asked["case_no"], asked["node"])
    return file_of(lambda folder: separators.save(office(), actor(), wanted, folder))
