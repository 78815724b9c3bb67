"""保密协议: the signed scan comes in, the way to the cases opens; the scan goes out again as a download."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, send_file, session, url_for

from dossier.desks import agreements
from dossier.desks.uploads import Upload
from dossier.errors import DossierError
from dossier.web.answers import lead_back
from dossier.web.guard import actor, day_of, doing, go_on, office, wants_json
from dossier.web.handovers import upload_of
from dossier.web.language import say

desk = Blueprint("agreements", __name__)


@desk.get("/agreement")
@doing("home")
def own() -> Any:
    return _page(held=agreements.state(office(), actor()))


def _page(**more: Any) -> str:
    return render_template("people/agreement.html", terms=agreements.TERMS, today=office().today(), **more)


def scan_sent(missing: str) -> Upload:
    """The signed sheet of this request. Raises DossierError `missing` when it carries none."""
    sent = request.files.get("scan")
    if sent is None or not sent.filename:
        raise DossierError(missing)
    return upload_of(sent)


@desk.post("/agreement")
@doing("home")
def confirm() -> Any:
    try:
        if request.form.get("agreed") != "yes":
            raise DossierError("bad_request", what="请勾选“已阅读并承诺遵守”", what_en="tick that you have read it and will keep to it")
        agreements.confirm(office(), actor(), scan_sent("file_unavailable"), day_of("signed_on"))
    except DossierError as error:
        if wants_json():
            raise
        return _page(held=None, error=error), error.status
    go_on()
    if wants_json():
        return jsonify(agreements.state(office(), actor())), 201
    flash(say("保密协议已保存。"), "good")
    return redirect(session.pop("next", "/"), 303)


@desk.get("/agreement/scan")
@doing("home")
def scan() -> Any:
    return download(None)


@desk.get("/people/<login>/agreement/scan")
@doing("user.list")
def scan_of(login: str) -> Any:
    return download(login)


def download(login: str | None) -> Response:
    """The signed sheet to keep: one's own, or that of `login`. Raises agreement_unknown, not_allowed, user_unknown."""
    path, name = agreements.scan(office(), actor(), login)
    return send_file(path, mimetype="application/octet-stream", as_attachment=True, download_name=name, etag=False, max_age=0)


@desk.post("/people/<login>/agreement/void")
@doing("user.grant")
def void(login: str) -> Any:
    return lead_back(
        url_for("staff.show", login=login),
        say("保密协议已作废，其本人须重新签署上传。"),
        lambda: agreements.void(office(), actor(), login, request.form.get("reason", "")),
        lambda: {"voided": login},
    )
