"""The JSON door, /api, for reading the rules: a court, a version, a year or a case come in; entries, differences, findings of a trial and days off go out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify

from dossier.desks import calendar, rulesview
from dossier.web.describe import ANY, DAY, TEXT, TRUTH, WHOLE, asked, listed, maybe, number, obj, ref, told, told_as
from dossier.web.guard import actor, doing, office
from dossier.web.schemas import GATE, RULES_OF

desk = Blueprint("api_rules", __name__, url_prefix="/api")
_VERSION = obj(
    {
        "profile": TEXT,
        "name": TEXT,
        "version": TEXT,
        "id": told_as(TEXT, "代号@版本，即下面各处的写法 how this version is asked for"),
        "effective_from": DAY,
        "nodes": WHOLE,
        "types": WHOLE,
        "deadlines": WHOLE,
        "default": TRUTH,
    }
)
_HEAD = obj({"profile": TEXT, "name": TEXT, "version": TEXT, "effective_from": DAY})
_NODE = obj(
    {
        "id": TEXT,
        "seq": ANY,
        "name": TEXT,
        "kinds": listed(TEXT),
        "evidence": listed(TEXT),
        "deadlines": listed(TEXT),
        "cite": listed(TEXT),
    }
)
_TYPE = obj({"id": TEXT, "name": TEXT, "volume": TEXT, "group": TEXT, "required": listed(TEXT), "cite": listed(TEXT)})
_WHICH = {
    "profile": RULES_OF,
    "q": told_as({"type": "string", "maxLength": 200}, "只要代码或名称中有这些字的 only entries whose id or name holds this"),
}
_TWO = {"first": RULES_OF, "second": RULES_OF}
_TRIAL = {"profile": RULES_OF, "gate": GATE}
_TRIED = obj(
    {
        "case_no": TEXT,
        "own": TEXT,
        "other": TEXT,
        "gate": maybe(TEXT),
        "same": told_as(WHOLE, "两者都有的发现 found by both"),
        "gone": told_as(listed(ref("Finding")), "不再发现的 found by the case's own rules only"),
        "new": told_as(listed(ref("Finding")), "新发现的 found by the other rules only"),
    }
)
_YEAR = {"year": number(1949, 9998)}
_HOLIDAYS = obj(
    {
        "years": told_as(listed(WHOLE), "已公布的年份，新的在前 announced, newest first"),
        "year": WHOLE,
        "announced": TRUTH,
        "days": listed(obj({"day": DAY, "name": maybe(TEXT), "work": TRUTH})),
        "waiting": told_as(listed(WHOLE), "已导入、下次启动起计算的年份 imported, count from the next start on"),
    }
)


def _default() -> str:
    return office().settings.default_profile


@desk.get("/rules")
@doing("rules.read")
@told("各法院规则和版本", "The courts' rules and their versions", obj({"versions": listed(_VERSION)}))
def versions() -> Any:
    return jsonify(versions=rulesview.listing(office(), actor()))


@desk.get("/rules/catalogue")
@doing("rules.read")
@told(
    "一个版本的节点、材料类型和开关",
    "Nodes, document types and switches of one version",
    obj({"head": _HEAD, "nodes": listed(_NODE), "types": listed(_TYPE), "switches": listed({"type": "object"})}),
    query=_WHICH,
    errors=("profile_unknown",),
)
def catalogue() -> Any:
    which = asked(_WHICH)
    return jsonify(rulesview.catalogue(office(), actor(), which["profile"] or _default(), (which["q"] or "").strip()))


@desk.get("/rules/differences")
@doing("rules.read")
@told(
    "两个法院或两个版本的规则有何不同",
    "What differs between two",
    obj({"changes": listed(TEXT)}),
    query=_TWO,
    errors=("profile_unknown",),
)
def differences() -> Any:
    which = asked(_TWO)
    first, second = (which[name] or _default() for name in _TWO)
    return jsonify(changes=rulesview.compare(office(), actor(), first, second))


@desk.get("/cases/<case_no>/trial")
@doing("case.check")
@told(
    "用另一个法院或版本的规则核查一个案件；不改变案件",
    "What other rules would find in a case; nothing of it changes",
    _TRIED,
    query=_TRIAL,
    errors=("case_unknown", "profile_unknown", "rules_apart"),
)
def trial(case_no: str) -> Any:
    which = asked(_TRIAL)
    return jsonify(rulesview.trial(office(), actor(), case_no, which["profile"] or _default(), which["gate"]))


@desk.get("/holidays")
@doing("rules.read")
@told("放假安排：某年与周一至周五不同的日子", "Days off and make-up days of a year", _HOLIDAYS, query=_YEAR)
def holidays() -> Any:
    return jsonify(calendar.table(office(), actor(), asked(_YEAR)["year"]))
