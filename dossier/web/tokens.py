"""Tokens of one's own: a purpose, scopes and days come in; the secret goes out once, the list always."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, session, url_for

from dossier import people
from dossier.access import SCOPES
from dossier.errors import DossierError
from dossier.people.tokens import MOST_DAYS, USUAL_DAYS
from dossier.web.guard import actor, doing, office, wants_json
from dossier.web.language import say

desk = Blueprint("tokens", __name__, url_prefix="/account/tokens")


def _page(**more: Any) -> str:
    rows = people.tokens(office(), actor(), session["login"])
    return render_template("people/tokens.html", rows=rows, scopes=SCOPES, usual=USUAL_DAYS, most=MOST_DAYS, **more)


@desk.get("")
@doing("token.own")
def listing() -> Any:
    return jsonify(tokens=people.tokens(office(), actor(), session["login"])) if wants_json() else _page()


@desk.post("")
@doing("token.own")
def add() -> Any:
    form = request.form
    try:
        days = form.get("days", USUAL_DAYS, type=int)
        secret = people.add_token(office(), actor(), session["login"], form.get("name", ""), form.getlist("scope"), days)
    except DossierError as error:
        if wants_json():
            raise
        return _page(error=error), error.status
    return (jsonify(secret=secret), 201) if wants_json() else _page(secret=secret)


@desk.post("/<int:number>/revoke")
@doing("token.own")
def revoke(number: int) -> Any:
    people.revoke_token(office(), actor(), number)
    if wants_json():
        return jsonify(revoked=number)
    flash(say("令牌已撤销。"), "good")
    return redirect(url_for(".listing"), 303)
