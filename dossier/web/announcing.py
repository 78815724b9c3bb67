"""稍后移送: what a team announces and what the desk scans from a slip come in; what has not arrived, one announcement and its slip go out."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from dossier.desks import announcing
from dossier.desks.announcing import MOST_SHEETS, SHOWN, Wanted
from dossier.errors import DossierError
from dossier.web.answers import file_of, lead_back
from dossier.web.guard import actor, could, day_of, doing, number_asked, office, wants_json
from dossier.web.language import say, told_error

desk = Blueprint("announcing", __name__)


PER_PAGE = 50
_FIELDS = ("case_no", "what", "sheets", "expected_on", "receipt_no")
# Who records arrivals may see every announcement and every hand-over.
_PLAIN = ("announcement_unknown", "submission_unknown")


def _given(name: str) -> str:
    return request.form.get(name, "").strip()


def _place(number: str) -> str:
    return url_for("announcing.show", number=announcing.number_of(number))


@desk.get("/announcements")
@doing("announcement.list")
def listing() -> Any:
    which = request.args.get("show", "")
    which = which if which in SHOWN else ""
    found = announcing.leaf(office(), actor(), which, None, number_asked("page", 1), PER_PAGE)
    return render_template("announcing/listing.html", which=which, shown=SHOWN, **found)


@desk.get("/announcements/new")
@doing("announcement.make")
def new() -> Any:
    asked = {name: request.args.get(where, "").strip() for name, where in (("case_no", "case"), ("receipt_no", "receipt"))}
    return _form({**asked, "expected_on": (office().today() + timedelta(days=1)).isoformat()})


def _form(asked: Mapping[str, str]) -> str:
    key = _given("key") or secrets.token_urlsafe(16)
    return render_template("announcing/new.html", asked=asked, key=key, today=office().today(), most=MOST_SHEETS)


def _wanted() -> Wanted:
    sheets = _given("sheets")
    if not (sheets.isascii() and sheets.isdigit() and len(sheets) < 6):
        raise DossierError("announcement_bad", what=f"张数应为 1 至 {MOST_SHEETS}")
    return Wanted(_given("case_no"), _given("what"), int(sheets), day_of("expected_on"), _given("receipt_no") or None)


@desk.post("/announcements")
@doing("announcement.make")
def announce() -> Any:
    try:
        number = announcing.announce(office(), actor(), _wanted(), key=_given("key"))
    except DossierError as error:
        if wants_json():
            raise
        flash(told_error(error), "bad")
        return _form({name: _given(name) for name in _FIELDS}), error.status
    flash(say("已登记 %(number)s。请打印稍后移送单，随纸质材料送来。", number=number), "good")
    return redirect(_place(number), 303)


@desk.post("/announcements/arrived")
@doing("announcement.arrive")
def scanned() -> Any:
    number = _given("number")
    done = say("%(number)s 已登记送达。", number=announcing.number_of(number))
    return _arrive(number, url_for(".listing"), done, _PLAIN)


def _arrive(number: str, to: str, done: str, plain: Collection[str]) -> Any:
    return lead_back(to, done, lambda: announcing.arrive(office(), actor(), number, _given("receipt_no") or None), plain=plain)


@desk.get("/announcements/<number>")
@doing("announcement.read")
def show(number: str) -> Any:
    view = announcing.show(office(), actor(), number)
    acts = {"arrive": "announcement.arrive", "undo": "announcement.arrive", "withdraw": "announcement.withdraw"}
    may = {act: act in view["acts"] and could(action) for act, action in acts.items()}
    return render_template("announcing/show.html", view=view, may=may)


@desk.post("/announcements/<number>/arrive")
@doing("announcement.arrive")
def arrive(number: str) -> Any:
    return _arrive(number, _place(number), say("已登记送达。"), _PLAIN[1:])


@desk.post("/announcements/<number>/undo")
@doing("announcement.arrive")
def undo(number: str) -> Any:
    return lead_back(_place(number), say("已撤销送达登记。"), lambda: announcing.undo(office(), actor(), number, _given("reason")))


@desk.post("/announcements/<number>/withdraw")
@doing("announcement.withdraw")
def withdraw(number: str) -> Any:
    return lead_back(_place(number), say("已撤回。"), lambda: announcing.withdraw(office(), actor(), number, _given("reason")))


@desk.get("/announcements/<number>/slip.pdf")
@doing("announcement.read")
def slip(number: str) -> Any:
    return file_of(lambda folder: announcing.save_slip(office(), actor(), number, folder))
