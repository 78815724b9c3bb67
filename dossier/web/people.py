"""Signing in and out, one's own password and substitutes: forms come in, sessions go out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, session, url_for
from flask_wtf.csrf import generate_csrf

from dossier import people
from dossier.desks import agreements
from dossier.errors import DossierError
from dossier.people import factor
from dossier.web import language
from dossier.web.describe import TEXT, WORD, obj, told
from dossier.web.guard import actor, begin, begin_again, current, day_of, doing, office, public, safe_next, wants_json
from dossier.web.language import say

desk = Blueprint("people", __name__)
_LOGIN = obj({"login": WORD, "password": WORD})
_SIGNED_IN = obj({"login": TEXT, "display": TEXT, "csrf_token": TEXT})


@desk.get("/sign-in")
@public
@told("写操作所需的令牌", "The token for the sign-in itself", obj({"csrf_token": TEXT}))
def sign_in() -> Any:
    if wants_json():
        return jsonify(csrf_token=generate_csrf())
    if current() is not None:
        return redirect(url_for("handovers.home"), 303)
    return render_template("people/sign_in.html", next=safe_next(request.args.get("next", "/")))


@desk.post("/sign-in")
@public
@told("登录", "Sign in", _SIGNED_IN, files=_LOGIN, errors=("sign_in_failed", "too_many_tries", "directory_down"))
def sign_in_now() -> Any:
    login, password = request.form.get("login", "").strip(), request.form.get("password", "")
    target = safe_next(request.form.get("next", "/"))
    try:
        who, stamp = people.sign_in(office(), login, password, request.remote_addr or "")
    except DossierError as error:
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


@desk.post("/language/<any(zh, en):chosen>")
@public
@told("界面语言", "Language of the pages", obj({"language": TEXT}))
def speak(chosen: str) -> Any:
    """Before the sign-in the browser remembers it, after it the account, too."""
    language.speak(chosen)
    who = current()
    if who is not None and not g.first:
        people.set_language(office(), who, chosen)
    if wants_json():
        return jsonify(language=chosen)
    return redirect(safe_next(request.form.get("next", "/")), 303)


@desk.get("/account")
@doing("home")
def account() -> Any:
    """One's own account: the ways to change it, and for whom one may act."""
    who = actor()
    return render_template(
        "people/account.html",
        roles=people.role_names(sorted(who.roles)),
        mine=people.substitutes(office(), person=who.id),
        held=agreements.state(office(), who),
        factor=factor.state(office(), who),
        others=people.may_act_for(office(), who),
        elsewhere=people.elsewhere(office(), who.roles),
        today=office().today(),
    )


def _told(policy: people.Policy) -> str:
    """What a password must be like, in one line."""
    parts = [say("至少 %(n)d 个字符", n=people.MIN_PASSWORD)]
    if policy.classes > 1:
        parts.append(say("大写字母、小写字母、数字、符号中至少 %(count)d 种", count=policy.classes))
    parts.append(say("不含用户名"))
    if policy.days:
        parts.append(say("每 %(n)d 天须更换", n=policy.days))
    return say("，").join(parts)


@desk.route("/password", methods=["GET", "POST"])
@doing("home")
def password() -> Any:
    policy = _told(people.POLICIES[office().settings.password_policy])
    if request.method == "GET":
        return render_template("people/password.html", policy=policy)
    new = request.form.get("new", "")
    try:
        if new != request.form.get("again", ""):
            raise DossierError("passwords_differ")
        stamp = people.change_own_password(office(), actor(), request.form.get("old", ""), new)
    except DossierError as error:
        return render_template("people/password.html", policy=policy, error=error), error.status
    begin_again(stamp)
    flash(say("密码已修改，其他终端上的登录已结束。"), "good")
    return redirect(session.pop("next", "/"), 303)


def back_to_account(done: str) -> Any:
    """The account page, with what was done."""
    flash(done, "good")
    return redirect(url_for("people.account"), 303)


@desk.post("/account/substitutes")
@doing("substitute.own")
def name_substitute() -> Any:
    form = request.form
    session_login, first, last = session["login"], day_of("from"), day_of("until")
    people.name_substitute(office(), actor(), session_login, form.get("substitute", "").strip(), first, last, form.get("reason", ""))
    return back_to_account(say("代理人已登记。"))


@desk.post("/account/substitutes/<int:number>/end")
@doing("substitute.own")
def end_substitute(number: int) -> Any:
    people.end_substitute(office(), actor(), number)
    return back_to_account(say("代理已结束。"))


@desk.post("/account/act-for")
@doing("home")
def act_for() -> Any:
    """Begins to act for somebody, or as oneself again."""
    login = request.form.get("login", "")
    if login:
        people.act_for(office(), actor(), login)
        session["acting_for"] = login
    else:
        session.pop("acting_for", None)
    return redirect(url_for("handovers.home"), 303)
