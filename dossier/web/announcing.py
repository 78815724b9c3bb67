"""稍后移送: what a team announces and what the desk scans from a slip come in; what has not arrived, one announcement and its slip go out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from dossier.desks import announcing
from dossier.desks.announcing import MOST_SHEETS, SHOWN, Wanted
from dossier.errors import DossierError
from dossier.web.answers import file_of, lead_back
from dossier.web.guard import actor, could, day_of, doing, office
from dossier.web.language import say

desk = Blueprint("announcing", __name__)


def _given(name: str) -> str:
    return request.form.get(name, "").strip()


def _place(number: str) -> str:
    return url_for("announcing.show", number=announcing.number_of(number))


@desk.get("/announcements")
@doing("announcement.list")
def listing() -> Any:
    which = request.args.get("show", "")
    which = which if which in SHOWN else ""
    return render_template("announcing/listing.html", rows=announcing.listing(office(), actor(), which), which=which, shown=SHOWN)


@desk.get("/announcements/new")
@doing("announcement.make")
def new() -> Any:
    day = office().today() + timedelta(days=1)
    asked = {name: request.args.get(name, "").strip() for name in ("case", "receipt")}
    return render_template("announcing/new.html", asked=asked, day=day, today=office().today(), most=MOST_SHEETS)


@desk.post("/announcements")
@doing("announcement.make")
def announce() -> Any:
    sheets = _given("sheets")
    if not (sheets.isascii() and sheets.isdigit() and len(sheets) < 6):
        raise DossierError("announcement_bad", what=f"张数应为 1 至 {MOST_SHEETS}")
    wanted = Wanted(_given("case_no"), _given("what"), int(sheets), day_of("expected_on"), _given("receipt_no") or None)
    number = announcing.announce(office(), actor(), wanted)
    flash(say("已登记 %(number)s。请打印稍后移送单，随纸质材料送来。", number=number), "good")
    return redirect(_place(number), 303)


@desk.post("/announcements/arrived")
@doing("announcement.arrive")
def scanned() -> Any:
    number = _given("number")
    done = say("%(number)s 已登记送达。", number=announcing.number_of(number))
    return lead_back(url_for(".listing"), done, lambda: announcing.arrive(office(), actor(), number, _given("receipt_no") or None))


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
    return lead_back(
        _place(number), say("已登记送达。"), lambda: announcing.arrive(office(), actor(), number, _given("receipt_no") or None)
    )


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
