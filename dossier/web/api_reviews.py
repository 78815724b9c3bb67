"""The JSON door, /api, of the closing review: submissions, keys, reasons and score sheets come in; reviews, the form and the samples go out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify

from dossier.desks import reviewform, reviewing, sampling
from dossier.desks.casefile import AMOUNTS, CLOSING_MODES
from dossier.desks.placing import KIND_NAMES
from dossier.lifecycle import REVIEW
from dossier.web.answers import file_of
from dossier.web.describe import (
    ANY,
    DAY,
    NUMBER,
    REASON,
    TEXT,
    WHOLE,
    WORD,
    asked,
    given,
    listed,
    maybe,
    number,
    obj,
    one_of,
    told,
    told_as,
)
from dossier.web.guard import actor, doing, office

desk = Blueprint("api_reviews", __name__, url_prefix="/api")
_KEY = one_of(*reviewing.KEYS)
_SUM = told_as({**WORD, "minLength": 0}, "元，可写 20.465万元 yuan")
_NOTE = {**REASON, "minLength": 0, "maxLength": reviewing.MOST_TEXT}
_OPINION = obj({"key": _KEY, "key_name": TEXT, "person": TEXT, "verdict": one_of("pass", "return"), "reasons": listed(TEXT), "at": TEXT})
_REVIEW = obj(
    {
        "case_no": TEXT,
        "state": one_of(*REVIEW.states),
        "state_name": TEXT,
        "mode": TEXT,
        "day": DAY,
        "awaited": listed(_KEY),
        "opinions": listed(_OPINION),
        "closed_on": maybe(DAY),
        "blocking_then": WHOLE,
    }
)
_PAGED = obj({"total": WHOLE, "page": WHOLE, "last": WHOLE})
_PAGE = {"page": number(1, 100_000, 1)}
_LIST = {"state": {**one_of("open", *REVIEW.states), "default": "open"}, **_PAGE}
_SUBMIT = obj({"mode": one_of(*CLOSING_MODES), "day": DAY}, {**dict.fromkeys(AMOUNTS[1:], _SUM), "closing_reason": _NOTE})
_WITHDRAW = obj({"reason": REASON})
_PASS = obj({"key": _KEY}, {"note": _NOTE, "raise": told_as(_NOTE, "提请提级审核的理由 why a third person shall decide")})
_RETURN = obj({"key": _KEY, "reasons": listed({**REASON, "maxLength": reviewing.MOST_TEXT}, least=1, most=reviewing.MOST_ITEMS)})
_CHECK = obj({"position": WHOLE, "case_no": maybe(TEXT), "score": maybe(WHOLE), "deductions": listed(ANY), "remark": TEXT})
_SAMPLE = obj(
    {"number": WHOLE, "seed": TEXT, "population": WHOLE, "population_digest": TEXT, "average": maybe(NUMBER), "checks": listed(_CHECK)}
)
_DRAW = obj(
    {"seed": {**WORD, "maxLength": 100}, "size": number(1, sampling.MOST), "from": DAY, "until": DAY},
    {"mode": maybe(one_of(*CLOSING_MODES)), "team": maybe(WORD)},
)
_DEDUCTION = obj({"what": {**REASON, "maxLength": 500}, "points": number(1, sampling.FULL)})
_SCORE = obj({"deductions": listed(_DEDUCTION, most=100)}, {"remark": {**REASON, "minLength": 0}})
_FORM = obj({"case": ANY, "rows": listed(ANY), "there": WHOLE, "blanks": WHOLE, "waived": WHOLE})
_CASE = obj({"case": ANY, "reviews": listed(_REVIEW), "gaps": listed(ANY), "made_here": listed(ANY), "blocking": WHOLE})
_KEY_ERRORS = ("review_unknown", "own_review", "second_key", "raced", "move_refused", "closing_bad")


@desk.get("/reviews")
@doing("review.list")
@told("结案审核列表", "Closing reviews", {**_PAGED, "properties": {**_PAGED["properties"], "rows": listed(_REVIEW)}}, query=_LIST)
def reviews() -> Any:
    wanted = asked(_LIST)
    return jsonify(reviewing.listing(office(), actor(), wanted["state"], wanted["page"]))


@desk.get("/cases/<case_no>/review")
@doing("review.read")
@told("一件案件的结案审核和缺项", "A case's reviews and gaps", _CASE)
def review(case_no: str) -> Any:
    return jsonify(reviewing.case_review(office(), actor(), case_no))


@desk.post("/cases/<case_no>/review/submit")
@doing("review.submit")
@told("报结", "Submit a case for closing", _REVIEW, status=201, body=_SUBMIT, errors=("closing_bad", "review_open", "move_refused"))
def submit(case_no: str) -> Any:
    wanted = given(_SUBMIT)
    stated = {name: wanted[name] or "" for name in (*AMOUNTS[1:], "closing_reason")}
    return jsonify(reviewing.submit(office(), actor(), case_no, wanted["mode"], wanted["day"], stated)), 201


@desk.post("/cases/<case_no>/review/withdraw")
@doing("review.submit")
@told("撤回报结", "Withdraw a submission", _REVIEW, body=_WITHDRAW, errors=("review_unknown", "move_refused", "reason_missing"))
def withdraw(case_no: str) -> Any:
    return jsonify(reviewing.withdraw(office(), actor(), case_no, given(_WITHDRAW)["reason"]))


@desk.post("/cases/<case_no>/review/pass")
@doing("review.turn")
@told("审核通过一项", "Turn one key", _REVIEW, body=_PASS, errors=(*_KEY_ERRORS, "gate_blocked", "raise_refused"))
def turn(case_no: str) -> Any:
    wanted = given(_PASS)
    return jsonify(reviewing.approve(office(), actor(), case_no, wanted["key"], wanted["note"] or "", wanted["raise"] or ""))


@desk.post("/cases/<case_no>/review/return")
@doing("review.turn")
@told("退回办案团队", "Return a case with reasons", _REVIEW, body=_RETURN, errors=(*_KEY_ERRORS, "reason_missing"))
def give_back(case_no: str) -> Any:
    wanted = given(_RETURN)
    return jsonify(reviewing.send_back(office(), actor(), case_no, wanted["key"], wanted["reasons"]))


@desk.get("/cases/<case_no>/review-form")
@doing("case.check")
@told("卷宗复核表", "The review form", _FORM)
def form(case_no: str) -> Any:
    return jsonify(reviewform.form(office(), actor(), case_no))


@desk.get("/cases/<case_no>/review-form.pdf")
@doing("case.check")
@told("卷宗复核表，供打印签名", "The review form to print and sign", "application/pdf", errors=("tool_missing", "export_failed"))
def form_pdf(case_no: str) -> Any:
    filled = reviewform.form(office(), actor(), case_no)
    return file_of(lambda folder: reviewform.save(office(), filled, KIND_NAMES, folder), "application/pdf")


@desk.get("/samples")
@doing("sample.read")
@told("评查抽样", "Quality samples", {**_PAGED, "properties": {**_PAGED["properties"], "rows": listed(_SAMPLE)}}, query=_PAGE)
def samples() -> Any:
    return jsonify(sampling.samples(office(), actor(), asked(_PAGE)["page"]))


@desk.post("/samples")
@doing("sample.draw")
@told("抽样", "Draw a sample", _SAMPLE, status=201, body=_DRAW, errors=("sample_bad",))
def draw() -> Any:
    wanted = given(_DRAW)
    found = sampling.Wanted(wanted["seed"], wanted["size"], wanted["from"], wanted["until"], wanted["mode"], wanted["team"])
    return jsonify(sampling.draw(office(), actor(), found)), 201


@desk.get("/samples/<int:number>")
@doing("sample.read")
@told("一次抽样和各件评分", "A sample with its score sheets", _SAMPLE, errors=("sample_unknown",))
def sample(number: int) -> Any:
    return jsonify(sampling.sample_json(office(), actor(), number))


@desk.post("/samples/<int:number>/<int:position>/score")
@doing("sample.score")
@told("评查打分", "Score a dossier", _CHECK, body=_SCORE, errors=("sample_unknown", "score_bad", "own_review"))
def score(number: int, position: int) -> Any:
    wanted = given(_SCORE)
    items = [(one["what"], one["points"]) for one in wanted["deductions"]]
    return jsonify(sampling.score(office(), actor(), number, position, items, wanted["remark"] or ""))
