"""The hand-over pages: files and a person's decisions come in, the inbox and a hand-over with its pages, documents and findings go out."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from typing import Any, BinaryIO, cast

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage

from dossier.desks import caselist, handover, nodes, previewing, receiving, viewing
from dossier.desks.handover import Request, Upload
from dossier.errors import DossierError
from dossier.lifecycle import SUBMISSION
from dossier.web.answers import lead_back
from dossier.web.guard import UNSEEN, actor, could, doing, number_asked, office, wants_json
from dossier.web.language import say
from dossier.web.words import SEVERITIES

desk = Blueprint("handovers", __name__)
USUAL_REASON = "有须改正的问题，见修改意见。"  # what a refusal says when nothing else is written
PER_PAGE = 50
OFFERED = 300  # cases in the list behind the field; any number may be typed
_DECLARED = re.compile(r"(.+?)[\s,，、:：]+(\d{1,5})\s*页?")


@desk.get("/")
@doing("home")
def home() -> Any:
    for action, endpoint in (("case.list", "workbench.show"), ("user.list", "staff.listing")):
        if could(action):
            return redirect(url_for(endpoint), 303)
    return redirect(url_for("people.account"), 303)


@desk.get("/hand-overs")
@doing("submission.list")
def inbox() -> Any:
    state, page = request.args.get("state", ""), number_asked("page", 1)
    asked = state if state in SUBMISSION.states else None
    total = viewing.how_many(office(), actor(), asked)
    last = max(1, -(-total // PER_PAGE))
    page = min(page, last)
    return render_template(
        "handovers/inbox.html",
        rows=viewing.submissions(office(), actor(), state=asked, offset=(page - 1) * PER_PAGE, limit=PER_PAGE),
        total=total,
        page=page,
        last=last,
        state=state,
        states=[(one, SUBMISSION.names[one]) for one in SUBMISSION.states],
    )


@desk.get("/hand-overs/new")
@doing("submission.make")
def new() -> Any:
    newest, _ = caselist.listing(office(), actor(), limit=OFFERED, events=False)
    known = [case for case in newest if case["state"] != "archived"]
    again_of = request.args.get("again", "")
    return render_template(
        "handovers/new.html",
        cases=known,
        case_no=request.args.get("case", ""),
        again_of=again_of,
        nodes=_nodes(request.args.get("case", "")),
        corrections=_corrections(again_of) if again_of else [],
        key=secrets.token_urlsafe(16),
        limit=office().settings.max_upload_mb,
    )


def _corrections(receipt_no: str) -> list[dict[str, Any]]:
    """What the hand-over that is answered was refused for; one that may not be seen is as unknown as one that is not there."""
    try:
        return list(viewing.submission_json(office(), actor(), receipt_no)["corrections"])
    except DossierError as error:
        if error.code in UNSEEN:
            raise DossierError("submission_unknown", receipt=receipt_no) from None
        raise


def _nodes(case_no: str) -> list[dict[str, Any]]:
    """The nodes that may be chosen; none while the case is not known, or not to be seen."""
    try:
        return nodes.choices(office(), actor(), case_no) if case_no else []
    except DossierError as error:
        if error.code in UNSEEN:
            return []
        raise


def take() -> dict[str, Any]:
    """The receipt of the hand-over in this request; a case that may not be seen is as unknown as one that is not there."""
    form = request.form
    case_no = form.get("case_no", "").strip().replace("(", "（").replace(")", "）")
    wanted = Request(
        case_no=case_no,
        team=form.get("team") or None,
        uploads=[upload_of(file) for file in request.files.getlist("files") if file.filename],
        declared=declared(form.get("declared", "")),
        again_of=form.get("again_of") or None,
        answers=form.getlist("answer") or None,
        node=form.get("node") or None,
        look=form.get("look") in ("1", "true"),
        idempotency_key=request.headers.get("Idempotency-Key") or form.get("key") or None,
    )
    try:
        return handover.receive(office(), actor(), wanted)
    except DossierError as error:
        if error.code in UNSEEN:
            raise DossierError("case_unknown", case_no=case_no) from None
        raise


def upload_of(file: FileStorage) -> Upload:
    """A file of this request as the desks take it."""
    return Upload(file.filename or "", lambda: cast(BinaryIO, file.stream))


def declared(text: str) -> list[dict[str, Any]] | None:
    """The declared list: JSON, or one line per paper, its name and its number of pages. None when nothing is declared. Raises declared_bad."""
    text = text.strip()
    if not text:
        return None
    if text.startswith("["):
        try:
            return handover.clean_declared(json.loads(text))
        except json.JSONDecodeError:
            raise DossierError("declared_bad") from None
    rows = []
    for line in filter(None, map(str.strip, text.splitlines())):
        match = _DECLARED.fullmatch(line)
        if match is None:
            raise DossierError("declared_bad")
        rows.append({"name": match[1].strip(), "pages": int(match[2])})
    return handover.clean_declared(rows)


@desk.post("/hand-overs")
@doing("submission.make")
def make() -> Any:
    receipt = take()
    place = url_for(".show", receipt_no=receipt["receipt_no"])
    if wants_json():
        return jsonify({**receipt, "url": place}), 201
    return redirect(place, 303)


@desk.get("/hand-overs/<receipt_no>")
@doing("submission.read")
def show(receipt_no: str) -> Any:
    view = viewing.submission_json(office(), actor(), receipt_no)
    if view["state"] in ("received", "reading"):
        return render_template("handovers/reading.html", view=view)
    return render_template(
        "handovers/show.html",
        usual_reason=USUAL_REASON,
        view=view,
        counts={severity: sum(f["severity"] == severity for f in view["findings"]) for severity in SEVERITIES},
        hard=groups_of(view, {"blocking", "warning"}),
        soft=groups_of(view, {"unchecked"}),
        may=_may(view),
        types=receiving.types_of(office(), view["case_no"]) if could("submission.sort") else [],
        blocked={f["document_number"] for f in view["findings"] if f["severity"] == "blocking"},
        next_waiting=viewing.longest_waiting(office(), actor(), receipt_no) if could("submission.decide") else None,
        first=next((f["page_id"] for f in view["findings"] if f["page_id"]), view["pages"][0]["id"] if view["pages"] else None),
    )


def _may(view: dict[str, Any]) -> dict[str, bool]:
    """What this person may do with it now; the desk decides again."""
    acts = set(view["acts"])
    mine = viewing.going_on(office(), actor(), view["receipt_no"])
    decide = could("submission.decide")
    return {
        "sign": "sign" in acts and decide and view["state"] == "waiting",
        "refuse": "refuse" in acts and decide and view["state"] == "waiting",
        "sort": view["state"] == "waiting" and could("submission.sort"),
        "take_back": "take_back" in acts and could("submission.take_back"),
        "transfer": view["state"] in ("waiting", "signed_for", "partly_signed_for") and could("submission.transfer"),
        "dispute": "dispute" in acts and mine["dispute"],
        "rule": "rule" in acts and could("submission.rule"),
        "hand_over": view["state"] == "ready" and mine["make"],
        "again": view["state"] in ("refused", "partly_signed_for", "ruled") and mine["make"],
    }


def groups_of(view: dict[str, Any], severities: set[str]) -> list[dict[str, Any]]:
    """[{"number","name","findings"}]: the findings of these severities by document, what blocks first; number None: the hand-over as a whole."""
    rank = list(SEVERITIES)
    documents = {document["number"]: document for document in view["documents"]}
    found: dict[int | None, list[dict[str, Any]]] = {}
    for finding in sorted(view["findings"], key=lambda f: rank.index(f["severity"])):
        if finding["severity"] in severities:
            words = _words(finding, documents.get(finding["document_number"]))
            found.setdefault(finding["document_number"], []).append({**finding, "words": words})
    order = sorted(found, key=lambda number: (rank.index(found[number][0]["severity"]), number or 0))
    return [
        {"number": number, "name": documents[number]["name"] if number in documents else say("整批移送"), "findings": found[number]}
        for number in order
    ]


def _words(finding: dict[str, Any], document: dict[str, Any] | None) -> str:
    """What to mark on the page besides empty zones: the case number that a finding complains of."""
    number = (document or {}).get("case_no") or ""
    return f'"{number}"' if number and number in finding["message"] else ""


def _act(receipt_no: str, done: str, deed: Callable[[], object]) -> Any:
    """Does one act of the desk and leads back to the hand-over."""
    return lead_back(url_for("handovers.show", receipt_no=receipt_no), done, deed, lambda: viewing.progress(office(), actor(), receipt_no))


def _numbers() -> list[int]:
    try:
        return [int(value) for value in request.form.getlist("document")]
    except ValueError:
        raise DossierError("bad_request", what="document") from None


@desk.post("/hand-overs/<receipt_no>/hand-over")
@doing("submission.make")
def hand_over(receipt_no: str) -> Any:
    return _act(receipt_no, say("已移送。"), lambda: previewing.hand_over(office(), actor(), receipt_no, seen=request.form.get("seen")))


@desk.post("/hand-overs/<receipt_no>/drop")
@doing("submission.make")
def drop(receipt_no: str) -> Any:
    done = say("已取消，没有移送。同样的文件可以重新移送。")
    return _act(receipt_no, done, lambda: previewing.drop(office(), actor(), receipt_no, seen=request.form.get("seen")))


@desk.post("/hand-overs/<receipt_no>/sign")
@doing("submission.decide")
def sign(receipt_no: str) -> Any:
    some = request.form.get("which") == "some"
    only, reason = (_numbers(), request.form.get("reason", "")) if some else (None, None)
    return _act(
        receipt_no,
        say("已签收，正在入卷。"),
        lambda: receiving.sign(office(), actor(), receipt_no, only, reason, seen=request.form.get("seen")),
    )


@desk.post("/hand-overs/<receipt_no>/refuse")
@doing("submission.decide")
def refuse(receipt_no: str) -> Any:
    corrections = [text.strip() for text in request.form.getlist("correction") if text.strip()]
    reason = request.form.get("reason", "")
    return _act(
        receipt_no,
        say("已退回，修改意见已送办案团队。"),
        lambda: receiving.refuse(office(), actor(), receipt_no, reason, corrections or None, seen=request.form.get("seen")),
    )


@desk.post("/hand-overs/<receipt_no>/dispute")
@doing("submission.dispute")
def dispute(receipt_no: str) -> Any:
    return _act(
        receipt_no,
        say("争议已报执行局局长决定。"),
        lambda: receiving.dispute(office(), actor(), receipt_no, request.form.get("reason", ""), seen=request.form.get("seen")),
    )


@desk.post("/hand-overs/<receipt_no>/rule")
@doing("submission.rule")
def rule(receipt_no: str) -> Any:
    outcome, reason, seen = (request.form.get(name, "") for name in ("outcome", "reason", "seen"))
    return _act(receipt_no, say("决定已记录。"), lambda: receiving.rule(office(), actor(), receipt_no, outcome, reason, seen=seen))
