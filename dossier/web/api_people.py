"""The JSON door, /api, for people: accounts, roles, teams, agreements and substitutes come in from administrators; an account as it is then goes out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify

from dossier import people
from dossier.access import ROLES
from dossier.desks import agreements
from dossier.web.agreements import download, scan_sent
from dossier.web.api_account import AGREEMENT, AGREEMENT_ERRORS, MAIL, SCAN, SECRET, SIGNED, STAND_IN, STAND_IN_ERRORS, SUBSTITUTE, TOKEN
from dossier.web.describe import MOMENT, REASON, TEXT, TRUTH, WORD, given, listed, maybe, obj, one_of, told, told_as
from dossier.web.guard import actor, doing, office

desk = Blueprint("api_people", __name__, url_prefix="/api")
_ROW = {
    "login": TEXT, "display": TEXT, "roles": listed(one_of(*ROLES)), "role_names": listed(TEXT), "team": maybe(TEXT), "disabled": TRUTH,
    "locked": TRUTH, "must_change": TRUTH, "directory": TRUTH, "second_factor": TRUTH, "built_in": TRUTH, "last_sign_in": maybe(MOMENT),
}  # fmt: skip
_SHOWN = {
    **_ROW,
    "own": told_as(TRUTH, "是否本人 whether it is one's own"),
    "events": listed(obj({"at": MOMENT, "actor": TEXT, "action": TEXT, "detail": {"type": "object"}})),
    "substitutes": listed(SUBSTITUTE),
    "agreement": maybe(AGREEMENT),
    "tokens": listed(TOKEN),
}
_PERSON = obj(_SHOWN)
_WITH_SECRET = obj({**_SHOWN, "secret": SECRET})
_ADD = obj({"login": WORD}, {"display": {**WORD, "minLength": 0}, "team": maybe(WORD)})
_ROLES = obj(
    {"roles": told_as(listed(one_of(*(one["role"] for one in people.grantable()))), "全部职责，未列出的即收回 these and no others")}
)
_TEAM = obj({"team": told_as(maybe(WORD), "null 为不属于任何团队 null: of no team")})
_WHY = obj({"reason": REASON})


def _seen(login: str) -> dict[str, Any]:
    view = people.show(office(), actor(), login)
    held, keys = agreements.state(office(), actor(), login), people.tokens(office(), actor(), login)
    return {**view, "agreement": held, "tokens": keys}


def _became(login: str) -> Any:
    return jsonify(_seen(login))


@desk.get("/people")
@doing("user.list")
@told("全部账号", "All accounts", obj({"people": listed(obj(_ROW))}))
def listing() -> Any:
    return jsonify(people=people.listing(office(), actor()))


@desk.post("/people")
@doing("user.manage")
@told(
    "建立账号，尚无职责；一次性密码只告知一次",
    "Make an account without roles; its one-time password is told once",
    _WITH_SECRET,
    status=201,
    body=_ADD,
    errors=("login_bad", "user_exists", "team_unknown"),
)
def add() -> Any:
    wanted, password = given(_ADD), people.one_time_password()
    login, display = wanted["login"].strip(), wanted["display"] or ""
    people.add(office(), actor(), login=login, display=display, roles=[], team=wanted["team"], password=password, must_change=True)
    return jsonify({**_seen(login), "secret": password}), 201


@desk.get("/people/<login>")
@doing("user.list")
@told("一个账号及其近来的事项", "An account and what lately happened to it", _PERSON, errors=("user_unknown",))
def show(login: str) -> Any:
    return _became(login)


@desk.post("/people/<login>/disable")
@doing("user.manage")
@told("停用账号", "Close an account", _PERSON, body=_WHY, errors=("user_unknown", "own_account", "reason_missing"))
def disable(login: str) -> Any:
    people.disable(office(), actor(), login, given(_WHY)["reason"])
    return _became(login)


@desk.post("/people/<login>/enable")
@doing("user.manage")
@told("启用账号，解除暂停登录", "Open a closed or locked account", _PERSON, errors=("user_unknown", "own_account"))
def enable(login: str) -> Any:
    people.enable(office(), actor(), login)
    return _became(login)


@desk.post("/people/<login>/password")
@doing("user.manage")
@told(
    "换发一次性密码，只告知一次",
    "A new one-time password, told once; all sessions end",
    _WITH_SECRET,
    errors=("user_unknown", "own_account", "password_elsewhere"),
)
def password(login: str) -> Any:
    made = people.one_time_password()
    people.set_password(office(), actor(), login, made, must_change=True)
    return jsonify({**_seen(login), "secret": made})


@desk.post("/people/<login>/mail")
@doing("user.manage")
@told("登记邮箱，空为取消", "Where notices are mailed; empty: nowhere", _PERSON, body=MAIL, errors=("user_unknown", "own_account"))
def mail(login: str) -> Any:
    people.set_mail(office(), actor(), login, given(MAIL)["mail"])
    return _became(login)


@desk.post("/people/<login>/roles")
@doing("user.grant")
@told(
    "授予和收回职责",
    "Grant and take roles",
    _PERSON,
    body=_ROLES,
    errors=("user_unknown", "own_account", "role_unknown", "roles_conflict"),
)
def roles(login: str) -> Any:
    people.grant(office(), actor(), login, given(_ROLES)["roles"])
    return _became(login)


@desk.post("/people/<login>/team")
@doing("user.grant")
@told("调整团队", "Put a person into a team", _PERSON, body=_TEAM, errors=("user_unknown", "own_account", "team_unknown"))
def team(login: str) -> Any:
    people.move_to_team(office(), actor(), login, given(_TEAM)["team"])
    return _became(login)


@desk.post("/people/<login>/second-factor/reset")
@doing("user.grant")
@told("解除动态口令", "Take the second factor away; it is set up anew at the next sign-in", _PERSON, errors=("user_unknown", "own_account"))
def reset_factor(login: str) -> Any:
    people.reset_factor(office(), actor(), login)
    return _became(login)


@desk.post("/people/<login>/substitutes")
@doing("user.grant")
@told("为他人指定代理人", "Name a substitute for somebody", _PERSON, body=STAND_IN, errors=STAND_IN_ERRORS)
def name_substitute(login: str) -> Any:
    wanted = given(STAND_IN)
    people.name_substitute(office(), actor(), login, wanted["substitute"], wanted["from"], wanted["until"], wanted["reason"])
    return _became(login)


@desk.get("/people/<login>/agreement/scan")
@doing("user.list")
@told("保密协议扫描件", "The signed agreement", "application/octet-stream", errors=("user_unknown", "agreement_unknown"))
def scan_of(login: str) -> Any:
    return download(login)


@desk.post("/people/<login>/agreement")
@doing("user.grant")
@told(
    "代为上传签字后的保密协议", "Upload the agreement that somebody signed", _PERSON, files=SCAN, errors=("user_unknown", *AGREEMENT_ERRORS)
)
def agree(login: str) -> Any:
    agreements.confirm(office(), actor(), scan_sent("no_files"), given(SIGNED)["signed_on"], login)
    return _became(login)


@desk.post("/people/<login>/agreement/void")
@doing("user.grant")
@told("作废保密协议", "Void an agreement", _PERSON, body=_WHY, errors=("user_unknown", "agreement_unknown", "reason_missing"))
def void(login: str) -> Any:
    agreements.void(office(), actor(), login, given(_WHY)["reason"])
    return _became(login)


@desk.post("/substitutes/<int:number>/end")
@doing("user.grant")
@told("结束任何人的代理", "End anybody's substitution", obj({"substitutes": listed(SUBSTITUTE)}), errors=("substitute_bad",))
def end_substitute(number: int) -> Any:
    people.end_substitute(office(), actor(), number)
    return jsonify(substitutes=people.all_substitutes(office(), actor()))


@desk.post("/tokens/<int:number>/revoke")
@doing("user.list")
@told("撤销任何人的令牌", "Revoke anybody's token", obj({"tokens": listed(TOKEN)}), errors=("token_unknown",))
def revoke_token(number: int) -> Any:
    people.revoke_token(office(), actor(), number)
    return jsonify(tokens=people.tokens(office(), actor()))


_GRANTABLE = obj({"role": TEXT, "name": TEXT, "kind": one_of("business", "clearance", "administrator")})


@desk.get("/roles")
@doing("user.list")
@told("可以授予的职责", "The roles that can be granted", obj({"roles": listed(_GRANTABLE)}))
def grantable() -> Any:
    return jsonify(roles=people.grantable())


@desk.get("/teams")
@doing("user.list")
@told("全部团队", "All teams", obj({"teams": listed(TEXT)}))
def teams() -> Any:
    return jsonify(teams=people.teams(office()))


_NAMED = obj({"name": WORD})


@desk.post("/teams")
@doing("user.manage")
@told("登记团队；已有则不变", "Make a team, unless it is there", obj({"made": TRUTH, "teams": listed(TEXT)}), body=_NAMED)
def add_team() -> Any:
    made = people.add_team(office(), actor(), given(_NAMED)["name"])
    return jsonify(made=made, teams=people.teams(office()))
