"""The JSON door, /api, for one's own account: substitutes, tokens, a mail address and the signed agreement come in; the account as it is goes out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, session

from dossier import people
from dossier.access import ROLES, SCOPES
from dossier.desks import agreements
from dossier.people import factor
from dossier.people.tokens import MOST_DAYS, USUAL_DAYS
from dossier.web.agreements import download, scan_sent
from dossier.web.describe import (
    DAY,
    FILE,
    MOMENT,
    REASON,
    TEXT,
    TRUTH,
    WHOLE,
    WORD,
    given,
    listed,
    maybe,
    number,
    obj,
    one_of,
    told,
    told_as,
)
from dossier.web.guard import actor, doing, go_on, office

desk = Blueprint("api_account", __name__, url_prefix="/api")
SECRET = told_as(maybe(TEXT), "只告知这一次；重复的请求得到 null told this once; null when the request is repeated")
SUBSTITUTE = obj(
    {
        "id": WHOLE,
        "login": TEXT,
        "display": TEXT,
        "substitute": TEXT,
        "substitute_display": TEXT,
        "from": DAY,
        "until": DAY,
        "reason": TEXT,
        "ended": TRUTH,
    }
)
TOKEN = obj(
    {
        "id": WHOLE,
        "login": TEXT,
        "name": TEXT,
        "scopes": listed(TEXT),
        "made_at": MOMENT,
        "expires_at": MOMENT,
        "last_used_at": maybe(MOMENT),
        "state": one_of("valid", "expired", "revoked"),
    }
)
AGREEMENT = obj({"name": TEXT, "wording": TEXT, "signed_on": DAY, "confirmed_at": MOMENT})
STAND_IN = obj({"substitute": WORD, "from": DAY, "until": DAY, "reason": REASON})
STAND_IN_ERRORS = ("user_unknown", "own_account", "substitute_bad", "reason_missing", "date_bad")
MAIL = obj({"mail": {"type": "string", "maxLength": 254}})
SIGNED = obj({"signed_on": told_as(DAY, "签字日期 the day on which it was signed")})
_AGREED = told_as({"type": "boolean", "enum": [True]}, "已阅读并承诺遵守 read, and promised to keep")
_OWN_SIGNED = obj({**SIGNED["properties"], "agreed": _AGREED})
_PICTURE = {"scan": told_as(FILE, "签字后的扫描件 the signed sheet: JPEG, PNG, TIFF, PDF")}
SCAN = obj({**_PICTURE, **SIGNED["properties"]})
AGREEMENT_ERRORS = ("no_files", "date_bad", "file_unavailable", "no_space")
_SUBSTITUTES = obj({"substitutes": listed(SUBSTITUTE)})
_TOKENS = obj({"tokens": listed(TOKEN)})
_ADD_TOKEN = obj(
    {"name": told_as(WORD, "用途 purpose"), "scopes": listed(one_of(*SCOPES), least=1, most=len(SCOPES))},
    {"days": number(1, MOST_DAYS, USUAL_DAYS)},
)
_ACCOUNT = obj(
    {
        "login": TEXT,
        "display": TEXT,
        "roles": listed(one_of(*ROLES)),
        "role_names": listed(TEXT),
        "directory": told_as(TRUTH, "密码是否由法院目录保管 whether the court's directory keeps the password"),
        "second_factor": obj({"enrolled": TRUTH, "needed": TRUTH, "recovery_left": WHOLE}),
        "agreement": maybe(AGREEMENT),
        "substitutes": listed(SUBSTITUTE),
        "may_act_for": listed(SUBSTITUTE),
    }
)
_WORDING = obj({"wording": TEXT, "terms": listed(TEXT), "held": maybe(AGREEMENT)})


@desk.get("/account")
@doing("home")
@told("本人账号", "One's own account", _ACCOUNT)
def account() -> Any:
    who = actor()
    held = sorted(who.roles)
    return jsonify(
        login=who.login,
        display=who.display,
        roles=held,
        role_names=people.role_names(held),
        directory=people.elsewhere(office(), held),
        second_factor=factor.state(office(), who),
        agreement=agreements.state(office(), who),
        substitutes=people.substitutes(office(), person=who.id),
        may_act_for=people.may_act_for(office(), who),
    )


@desk.post("/account/mail")
@doing("notice.own")
@told("登记本人邮箱，空为取消", "Where one's notices are mailed; empty: nowhere", MAIL, body=MAIL)
def mail() -> Any:
    address = given(MAIL)["mail"]
    people.set_mail(office(), actor(), actor().login, address)
    return jsonify(mail=address.strip())


@desk.get("/substitutes")
@doing("home")
@told("代理：管理员看全部，其他人看本人的", "Substitutions: administrators see all, others their own", _SUBSTITUTES)
def substitutes() -> Any:
    return jsonify(substitutes=people.all_substitutes(office(), actor()))


@desk.post("/account/substitutes")
@doing("substitute.own")
@told("指定本人的代理人", "Name one's own substitute", _SUBSTITUTES, status=201, body=STAND_IN, errors=STAND_IN_ERRORS)
def name_substitute() -> Any:
    wanted = given(STAND_IN)
    people.name_substitute(office(), actor(), session["login"], wanted["substitute"], wanted["from"], wanted["until"], wanted["reason"])
    return jsonify(substitutes=people.substitutes(office(), person=actor().id)), 201


@desk.post("/account/substitutes/<int:number>/end")
@doing("substitute.own")
@told("结束本人的代理", "End one's own substitution", _SUBSTITUTES, errors=("substitute_bad",))
def end_substitute(number: int) -> Any:
    people.end_substitute(office(), actor(), number)
    return jsonify(substitutes=people.substitutes(office(), person=actor().id))


@desk.get("/account/tokens")
@doing("token.own")
@told("本人的令牌", "One's own tokens, without their secrets", _TOKENS)
def tokens() -> Any:
    return jsonify(tokens=people.tokens(office(), actor(), session["login"]))


@desk.post("/account/tokens")
@doing("token.own")
@told(
    "新建令牌，密文只告知一次",
    "Make a token; its secret is told once",
    obj({"secret": SECRET}),
    status=201,
    body=_ADD_TOKEN,
    errors=("token_bad",),
)
def add_token() -> Any:
    wanted = given(_ADD_TOKEN)
    secret = people.add_token(office(), actor(), session["login"], wanted["name"], wanted["scopes"], wanted["days"] or USUAL_DAYS)
    return jsonify(secret=secret), 201


@desk.post("/account/tokens/<int:number>/revoke")
@doing("token.own")
@told("撤销本人的令牌", "Revoke one's own token", _TOKENS, errors=("token_unknown",))
def revoke_token(number: int) -> Any:
    people.revoke_token(office(), actor(), number)
    return jsonify(tokens=people.tokens(office(), actor(), session["login"]))


@desk.get("/agreement")
@doing("home")
@told("现行保密协议和本人签署情况", "The agreement in force, and whether one signed it", _WORDING)
def agreement() -> Any:
    return jsonify(wording=agreements.WORDING, terms=agreements.TERMS, held=agreements.state(office(), actor()))


@desk.post("/agreement")
@doing("home")
@told(
    "上传本人签字后的保密协议",
    "Upload the agreement that one signed",
    AGREEMENT,
    status=201,
    files=obj({**_PICTURE, **_OWN_SIGNED["properties"]}),
    errors=AGREEMENT_ERRORS,
)
def agree() -> Any:
    agreements.confirm(office(), actor(), scan_sent("no_files"), given(_OWN_SIGNED)["signed_on"])
    go_on()
    return jsonify(agreements.state(office(), actor())), 201


@desk.get("/agreement/scan")
@doing("home")
@told("本人签字的保密协议扫描件", "The agreement that one signed", "application/octet-stream", errors=("agreement_unknown",))
def scan() -> Any:
    return download(None)
