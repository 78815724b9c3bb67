"""人员: what administrators fill in comes in; the list of accounts and one account with its rights and its history go out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for

from dossier import people
from dossier.access import SCOPES
from dossier.desks import agreements
from dossier.errors import DossierError
from dossier.web.acts import OF_PEOPLE
from dossier.web.answers import lead_back
from dossier.web.guard import actor, day_of, doing, office, wants_json
from dossier.web.language import say

desk = Blueprint("staff", __name__, url_prefix="/people")


@desk.get("")
@doing("user.list")
def listing() -> Any:
    rows = people.listing(office(), actor())
    if wants_json():
        return jsonify(people=rows)
    words = request.args.get("q", "").strip()
    shown = [row for row in rows if not row["built_in"] and words in " ".join([row["login"], row["display"], row["team"] or ""])]
    return render_template("people/listing.html", rows=shown, q=words)


@desk.route("/new", methods=["GET", "POST"])
@doing("user.manage")
def new() -> Any:
    if request.method == "GET":
        return render_template("people/new.html", teams=people.teams(office()))
    form, password = request.form, people.one_time_password()
    login = form.get("login", "").strip()
    try:
        people.add(
            office(),
            actor(),
            login=login,
            display=form.get("display", ""),
            roles=[],
            team=form.get("team") or None,
            password=password,
            must_change=True,
        )
    except DossierError as error:
        return render_template("people/new.html", teams=people.teams(office()), error=error, form=form), error.status
    made = say("账号已建立，尚无权限，由安全管理员授权。一次性密码")
    if people.elsewhere(office(), ()):
        made = say("账号已建立，尚无权限，由安全管理员授权。本院用法院目录的密码登录，只有三员使用这个一次性密码")
    return _with_secret(login, made, password)


@desk.get("/<login>")
@doing("user.list")
def show(login: str) -> Any:
    view = people.show(office(), actor(), login)
    if wants_json():
        return jsonify(view)
    return _page(view)


def _page(view: dict[str, Any], **more: str) -> str:
    known, groups = people.grantable(), people.teams(office())
    held = agreements.state(office(), actor(), view["login"])
    keys = people.tokens(office(), actor(), view["login"])
    return render_template(
        "people/show.html",
        view=view,
        held=held,
        tokens=keys,
        scopes=SCOPES,
        roles=known,
        teams=groups,
        events=OF_PEOPLE,
        today=office().today(),
        **more,
    )


def _with_secret(login: str, what: str, secret: str) -> Any:
    """The account's page with something that is shown this once: never through a cookie, never again."""
    view = people.show(office(), actor(), login)
    return jsonify({**view, "secret": secret}) if wants_json() else _page(view, what=what, secret=secret)


def _act(login: str, done: str, deed: Callable[[], object]) -> Any:
    """Does one act upon an account and leads back to it."""
    return lead_back(url_for("staff.show", login=login), done, deed, lambda: people.show(office(), actor(), login))


@desk.post("/<login>/disable")
@doing("user.manage")
def disable(login: str) -> Any:
    return _act(
        login, say("账号已停用，其登录已全部结束。"), lambda: people.disable(office(), actor(), login, request.form.get("reason", ""))
    )


@desk.post("/<login>/enable")
@doing("user.manage")
def enable(login: str) -> Any:
    return _act(login, say("账号已启用。"), lambda: people.enable(office(), actor(), login))


@desk.post("/<login>/password")
@doing("user.manage")
def password(login: str) -> Any:
    made = people.one_time_password()
    people.set_password(office(), actor(), login, made, must_change=True)
    return _with_secret(login, say("原有登录已全部结束。一次性密码"), made)


@desk.post("/<login>/roles")
@doing("user.grant")
def roles(login: str) -> Any:
    chosen = request.form.getlist("role")
    return _act(login, say("权限已保存，立即生效。"), lambda: people.grant(office(), actor(), login, chosen))


@desk.post("/<login>/team")
@doing("user.grant")
def team(login: str) -> Any:
    chosen = request.form.get("team") or None
    return _act(login, say("团队已保存。"), lambda: people.move_to_team(office(), actor(), login, chosen))


@desk.post("/<login>/second-factor")
@doing("user.grant")
def reset_factor(login: str) -> Any:
    return _act(login, say("动态口令已解除，本人下次登录时重新绑定。"), lambda: people.reset_factor(office(), actor(), login))


@desk.post("/<login>/tokens/<int:number>/revoke")
@doing("user.list")
def revoke_token(login: str, number: int) -> Any:
    return _act(login, say("令牌已撤销。"), lambda: people.revoke_token(office(), actor(), number))


@desk.post("/<login>/substitutes")
@doing("user.grant")
def name_substitute(login: str) -> Any:
    form = request.form
    return _act(
        login,
        say("代理人已登记。"),
        lambda: people.name_substitute(
            office(), actor(), login, form.get("substitute", "").strip(), day_of("from"), day_of("until"), form.get("reason", "")
        ),
    )


@desk.post("/<login>/substitutes/<int:number>/end")
@doing("user.grant")
def end_substitute(login: str, number: int) -> Any:
    return _act(login, say("代理已结束。"), lambda: people.end_substitute(office(), actor(), number))
