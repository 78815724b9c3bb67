"""The JSON door, /api: the same desks as the pages, for programs; a session and its token come from /sign-in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request

from dossier.desks import caselist, closing, searching, viewing
from dossier.web.guard import actor, doing, office
from dossier.web.handovers import take
from dossier.web.pages import page_with_boxes

desk = Blueprint("api", __name__, url_prefix="/api")
MOST_HITS = 200
MOST_CASES = 500


@desk.post("/hand-overs")
@doing("submission.make")
def hand_over() -> Any:
    return jsonify(take()), 201


@desk.get("/hand-overs")
@doing("submission.list")
def hand_overs() -> Any:
    rows = viewing.submissions(office(), actor(), state=request.args.get("state"), case_no=request.args.get("case_no"))
    return jsonify(hand_overs=rows)


@desk.get("/hand-overs/<receipt_no>")
@doing("submission.read")
def hand_over_of(receipt_no: str) -> Any:
    return jsonify(viewing.submission_json(office(), actor(), receipt_no))


@desk.get("/hand-overs/<receipt_no>/progress")
@doing("submission.read")
def progress(receipt_no: str) -> Any:
    return jsonify(viewing.progress(office(), actor(), receipt_no))


@desk.get("/cases")
@doing("case.list")
def case_list() -> Any:
    offset, limit = max(0, request.args.get("offset", 0, type=int)), request.args.get("limit", MOST_CASES, type=int)
    rows, total = caselist.listing(
        office(),
        actor(),
        words=request.args.get("q", ""),
        state=request.args.get("state", ""),
        offset=offset,
        limit=max(1, min(limit, MOST_CASES)),
    )
    return jsonify(cases=rows, total=total)


@desk.get("/cases/<case_no>")
@doing("case.read")
def case(case_no: str) -> Any:
    return jsonify(closing.case_page(office(), actor(), case_no))


@desk.get("/pages/<int:page_id>")
@doing("page.read")
def page(page_id: int) -> Any:
    return jsonify(page_with_boxes(page_id, request.args.get("q", "").strip()))


@desk.get("/search")
@doing("search")
def search() -> Any:
    limit = min(MOST_HITS, max(1, request.args.get("limit", 20, type=int)))
    offset = max(0, request.args.get("offset", 0, type=int))
    return jsonify(searching.search(office(), actor(), request.args.get("q", ""), limit=limit, offset=offset))
