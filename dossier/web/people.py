"""Signing in and out, and changing one's own password: forms come in, sessions go out."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from typing import Any

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, session, url_for
from flask_wtf.csrf import generate_csrf

from dossier import people
from dossier.errors import DossierError
from dossier.web.guard import actor, begin, current, doing, office, public, wants_json

desk = Blueprint("people", __name__)
WINDOW_SECONDS = 300
TRIES, TRIES_PER_ADDRESS = 5, 50


class Throttle:
    """Counts failed sign-ins of the last minutes, per login and address and per address."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failures: dict[Hashable, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def require(self, login: str, address: str) -> None:
        """Raises DossierError too_many_tries."""
        with self._lock:
            self._forget()
            mine, all_of_them = self._failures.get((login, address), ()), self._failures.get(address, ())
            if len(mine) >= TRIES or len(all_of_them) >= TRIES_PER_ADDRESS:
                raise DossierError("too_many_tries", minutes=WINDOW_SECONDS // 60)

    def failed(self, login: str, address: str) -> None:
        with self._lock:
            for key in ((login, address), address):
                self._failures[key].append(self._now())

    def _forget(self) -> None:
        oldest = self._now() - WINDOW_SECONDS
        for key in list(self._failures):
            times = self._failures[key]
            while times and times[0] < oldest:
                times.popleft()
            if not times:
                del self._failures[key]


@desk.record_once
def _attach(state: Any) -> None:
    state.app.extensions["throttle"] = Throttle()


def _safe_next(target: str) -> str:
    """Only a place on this site."""
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) else "/"


@desk.get("/sign-in")
@public
def sign_in() -> Any:
    if wants_json():
        return jsonify(csrf_token=generate_csrf())
    if current() is not None:
        return redirect(url_for("handovers.home"), 303)
    return render_template("people/sign_in.html", next=_safe_next(request.args.get("next", "/")))


@desk.post("/sign-in")
@public
def sign_in_now() -> Any:
    login, password = request.form.get("login", "").strip(), request.form.get("password", "")
    target = _safe_next(request.form.get("next", "/"))
    throttle: Throttle = current_app.extensions["throttle"]
    address = request.remote_addr or ""
    try:
        throttle.require(login, address)
        who, stamp = people.sign_in(office(), login, password)
    except DossierError as error:
        if error.code == "sign_in_failed":
            throttle.failed(login, address)
        if wants_json():
            raise
        return render_template("people/sign_in.html", next=target, login=login, error=error), error.status
    begin(who.login, stamp)
    if wants_json():
        return jsonify(login=who.login, display=who.display, csrf_token=generate_csrf())
    return redirect(target, 303)


@desk.post("/sign-out")
@doing("home")
def sign_out() -> Any:
    people.sign_out(office(), actor())
    session.clear()
    return redirect(url_for("people.sign_in"), 303)


@desk.route("/password", methods=["GET", "POST"])
@doing("home")
def password() -> Any:
    if request.method == "GET":
        return render_template("people/password.html")
    new = request.form.get("new", "")
    try:
        if new != request.form.get("again", ""):
            raise DossierError("passwords_differ")
        stamp = people.change_own_password(office(), actor(), request.form.get("old", ""), new)
    except DossierError as error:
        return render_template("people/password.html", error=error), error.status
    begin(actor().login, stamp)
    flash("密码已修改。", "good")
    return redirect(url_for("handovers.home"), 303)
