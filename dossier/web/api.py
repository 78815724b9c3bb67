"""The JSON door, /api, for looking: the same desks as the pages, for programs; a session and its token come from /sign-in."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, jsonify, request, send_file

from dossier.desks import casefile, caselist, closing, explaining, exporting, narrowing, placing, searching, viewing
from dossier.lifecycle import CASE, SUBMISSION
from dossier.web.answers import file_of
from dossier.web.describe import WORD, asked, number, one_of, ref, told, told_as
from dossier.web.guard import actor, doing, office
from dossier.web.pages import page_with_boxes
from dossier.web.schemas import GATE

desk = Blueprint("api", __name__, url_prefix="/api")
MOST_HITS = 200
MOST_CASES = 500

_WHICH = {"state": one_of(*SUBMISSION.states), "case_no": told_as(WORD, "案号 case number")}
_CASES = {
    "q": told_as({"type": "string", "maxLength": 200}, "案号、当事人、承办人、案由 words"),
    "state": one_of(*CASE.states),
    "limit": number(1, MOST_CASES, MOST_CASES),
    "offset": number(0, 10_000_000, 0),
}
_QUERY = {
    "q": told_as({"type": "string", "maxLength": 1000}, '检索式：词、"词组"、-排除、案号: 当事人: 日期: 类型:'),
    "limit": number(1, MOST_HITS, 20),
    "offset": number(0, 100_000, 0),
}
_TYPED = {"q": _QUERY["q"]}
_QUERY_ERRORS = ("query_empty", "query_bad", "index_unavailable")
_ON_PAGE = {"q": told_as({"type": "string", "maxLength": 1000, "default": ""}, "在图像上标出的检索词 words to mark on the page")}
_GATE = {"gate": GATE}
_EXPLAIN = {"rule": WORD, "gate": GATE, "receipt": told_as(WORD, "所属移送的回执号 the hand-over that it was found in")}


@desk.get("/hand-overs")
@doing("submission.list")
@told("移送列表", "Hand-overs, newest first", ref("HandOvers"), query=_WHICH)
def hand_overs() -> Any:
    which = asked(_WHICH)
    return jsonify(hand_overs=viewing.submissions(office(), actor(), state=which["state"], case_no=which["case_no"]))


@desk.get("/hand-overs/<receipt_no>")
@doing("submission.read")
@told("一次移送：页、材料、审查发现、修改意见", "A hand-over", ref("HandOver"))
def hand_over_of(receipt_no: str) -> Any:
    return jsonify(viewing.submission_json(office(), actor(), receipt_no))


@desk.get("/hand-overs/<receipt_no>/progress")
@doing("submission.read")
@told("识别进度", "How far the reading is", ref("Progress"))
def progress(receipt_no: str) -> Any:
    return jsonify(viewing.progress(office(), actor(), receipt_no))


@desk.get("/cases")
@doing("case.list")
@told("案件列表", "Cases, newest first", ref("Cases"), query=_CASES)
def case_list() -> Any:
    which = asked(_CASES)
    rows, total = caselist.listing(
        office(), actor(), words=which["q"] or "", state=which["state"] or "", offset=which["offset"], limit=which["limit"]
    )
    return jsonify(cases=rows, total=total)


@desk.get("/cases/<case_no>")
@doing("case.read")
@told("案件：卷内目录、节点、证据、期限", "A case with its volumes, nodes, evidence and due days", ref("Dossier"))
def case(case_no: str) -> Any:
    return jsonify(closing.case_page(office(), actor(), case_no))


@desk.get("/cases/<case_no>/check")
@doing("case.check")
@told("核查：还缺什么", "What is still missing", ref("Check"), query=_GATE)
def check(case_no: str) -> Any:
    gate: Any = asked(_GATE)["gate"]
    return jsonify(closing.check(office(), actor(), case_no, gate))


@desk.get("/cases/<case_no>/explain")
@doing("case.check")
@told(
    "一条规则为什么有、或没有发现",
    "Why a rule finds something, or why not",
    ref("Explanation"),
    query=_EXPLAIN,
    errors=(
        "rule_unknown",
        "rule_unnamed",
        "rule_ambiguous",
    ),
)
def explain(case_no: str) -> Any:
    which = asked(_EXPLAIN)
    gate: Any = which["gate"]
    return jsonify(explaining.explain_rule(office(), actor(), case_no, which["rule"] or "", gate, receipt_no=which["receipt"]))


@desk.get("/cases/<case_no>/volumes/<any(main, sub, pouch):kind>")
@doing("case.read")
@told("卷内目录", "The contents list of a volume", ref("Contents"))
def contents(case_no: str, kind: str) -> Any:
    entries = placing.contents_json(office(), actor(), case_no, kind)
    return jsonify(case_no=casefile.case_key(case_no), kind=kind, entries=entries)


@desk.get("/cases/<case_no>/volumes/<any(main, sub, pouch):kind>.pdf")
@doing("case.export")
@told(
    "整卷 PDF/A",
    "A volume as PDF/A",
    "application/pdf",
    errors=("case_unknown", "volume_empty", "damaged", "export_failed", "tool_missing"),
)
def volume_pdf(case_no: str, kind: str) -> Any:
    return file_of(lambda folder: exporting.export_pdf(office(), actor(), case_no, kind, folder))


@desk.get("/pages/<int:page_id>")
@doing("page.read")
@told("一页：文字行、标记、检索词的位置", "A page with its lines, marks and found words", ref("Page"), query=_ON_PAGE)
def page(page_id: int) -> Any:
    return jsonify(page_with_boxes(page_id, request.args.get("q", "").strip()))


@desk.get("/pages/<int:page_id>/picture")
@doing("page.read")
@told("一页的图像", "The picture of a page", "image/jpeg")
def picture(page_id: int) -> Any:
    return send_file(BytesIO(viewing.page_picture(office(), actor(), page_id).read_bytes()), mimetype="image/jpeg")


@desk.get("/pages/<int:page_id>/thumbnail")
@doing("page.read")
@told("一页的缩略图", "The thumbnail of a page", "image/jpeg")
def thumbnail(page_id: int) -> Any:
    return send_file(BytesIO(viewing.page_thumbnail(office(), actor(), page_id).read_bytes()), mimetype="image/jpeg")


@desk.get("/search")
@doing("search")
@told("全文检索", "Full text search", ref("Found"), query=_QUERY, errors=_QUERY_ERRORS)
def search() -> Any:
    which = asked(_QUERY)
    return jsonify(searching.search(office(), actor(), which["q"] or "", limit=which["limit"], offset=which["offset"]))


@desk.get("/search/suggest")
@doing("search")
@told("输入时的建议：案号、当事人、类型", "Suggestions while typing", ref("Suggestions"), query=_TYPED)
def suggest() -> Any:
    return jsonify(suggestions=narrowing.suggest(office(), actor(), asked(_TYPED)["q"] or ""))


@desk.get("/search/counts")
@doing("search")
@told("命中按类型、案号、年份的数量", "Hits counted by type, case and year", ref("Counts"), query=_TYPED, errors=_QUERY_ERRORS)
def counts() -> Any:
    return jsonify(narrowing.counts(office(), actor(), asked(_TYPED)["q"] or ""))


@desk.get("/search/near")
@doing("search")
@told("近似：有一个字可能识别错的页", "Pages on which one character may have been misread", ref("Near"), query=_TYPED, errors=_QUERY_ERRORS)
def near() -> Any:
    return jsonify(hits=narrowing.nearly(office(), actor(), asked(_TYPED)["q"] or ""))
