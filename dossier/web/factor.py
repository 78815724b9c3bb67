"""The second factor: a code from a phone comes in, the session goes on; at the first time a QR code and recovery codes go out."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, flash, jsonify, redirect, render_template, request, session, url_for

from dossier.errors import DossierError
from dossier.people import factor
from dossier.web.guard import actor, doing, go_on, office, wants_json
from dossier.web.language import told_error

desk = Blueprint("factor", __name__, url_prefix="/second-factor")


def _given() -> str:
    return request.form.get("code", "")


def _proved() -> None:
    session["factor"] = True
    go_on()


@desk.route("", methods=["GET", "POST"])
@doing("home")
def ask() -> Any:
    if request.method == "GET":
        return render_template("people/factor_ask.html")
    try:
        factor.prove(office(), actor(), _given())
    except DossierError as error:
        if wants_json():
            raise
        return render_template("people/factor_ask.html", error=error), error.status
    _proved()
    return jsonify(proved=True) if wants_json() else redirect(session.pop("next", "/"), 303)


@desk.route("/enrol", methods=["GET", "POST"])
@doing("home")
def enrol() -> Any:
    error, status = None, 200
    if request.method == "POST":
        try:
            codes = factor.enrol(office(), actor(), _given())
        except DossierError as refused:
            error, status = refused, refused.status
        else:
            _proved()
            return jsonify(recovery_codes=codes) if wants_json() else render_template("people/factor_codes.html", codes=codes)
    waiting = factor.begin_enrolment(office(), actor())
    if wants_json():
        return jsonify(secret=waiting.secret, uri=waiting.uri, **({"error": error.as_json()} if error else {})), status
    picture = segno.make(waiting.uri, error="m", micro=False).svg_data_uri(scale=5, border=3)
    return render_template("people/factor_enrol.html", secret=waiting.secret, picture=picture, error=error), status


@desk.post("/renew")
@doing("home")
def renew() -> Any:
    try:
        factor.renew(office(), actor(), _given())
    except DossierError as error:
        if wants_json():
            raise
        flash(told_error(error), "bad")
        return redirect(url_for("people.account"), 303)
    return redirect(url_for(".enrol"), 303)
