"""The JSON door, /api, for the house itself: figures, rules, working days and checks go out; notices and catalogues come in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify

from dossier import people
from dossier.desks import bulletin, calendar, rulebooks, rulesview, searching, verifying
from dossier.desks.figures import Asked
from dossier.web.answers import file_of
from dossier.web.api_acts import uploaded
from dossier.web.describe import DAY, FILE, TRUTH, WHOLE, WORD, asked, given, number, obj, ref, told, told_as
from dossier.web.guard import actor, doing, office
from dossier.web.schemas import RULES_OF

desk = Blueprint("api_house", __name__, url_prefix="/api")
_FIGURES = {"team": WORD, "handler": WORD, "node": WORD, "from": DAY, "until": DAY}
_FIGURE_ERRORS = ("team_unknown", "date_bad")
_CATALOGUE = obj(
    {"file": told_as(FILE, "XLSX 或 CSV"), "profile": told_as({"type": "string", "pattern": "^[a-z][a-z0-9_-]{1,30}$"}, "法院规则代号")},
    {
        "effective_from": DAY,
        "court": WORD,
        "court_code": {**WORD, "minLength": 0},
        "version": WORD,
        "partial": TRUTH,
        "only_listed": TRUTH,
        "dry_run": TRUTH,
    },
)
_ADD = {"from": DAY, "days": number(0, 10_000)}
_BETWEEN = {"from": DAY, "until": DAY}
_PROFILE = {"profile": RULES_OF}
_ALL = obj({}, {"all": told_as(TRUTH, "重读每一个字节 re-read every byte")})


def _figures() -> Asked:
    wanted = asked(_FIGURES)
    return Asked(wanted["team"], wanted["handler"], wanted["node"], wanted["from"], wanted["until"])


@desk.get("/figures/<any(overdue, returns, intake):what>")
@doing("figures.read")
@told("超期节点统计、退回率、移送收件", "Overdue nodes; returns; intake", ref("Figures"), query=_FIGURES, errors=_FIGURE_ERRORS)
def figures_json(what: str) -> Any:
    return jsonify(bulletin.TABLES[what][0](office(), actor(), _figures()))


@desk.get("/figures/<any(overdue, returns, intake):what>.<any(xlsx, pdf, csv):kind>")
@doing("figures.read")
@told(
    "统计表文件",
    "The same as a spreadsheet, PDF or CSV",
    "application/octet-stream",
    query=_FIGURES,
    errors=(*_FIGURE_ERRORS, "tool_missing"),
)
def figures_file(what: str, kind: str) -> Any:
    wanted = _figures()
    return file_of(lambda folder: bulletin.written(office(), actor(), what, kind, folder, wanted), "application/octet-stream")


@desk.get("/rules/<rule_id>")
@doing("rules.read")
@told(
    "一个节点、材料类型、期限或其他规则",
    "A node, type, deadline …",
    {"type": "object"},
    query=_PROFILE,
    errors=("profile_unknown", "rule_unnamed", "rule_ambiguous"),
)
def rule(rule_id: str) -> Any:
    said = asked(_PROFILE)["profile"] or office().settings.default_profile
    return jsonify(rulesview.entry(office(), actor(), said, rule_id))


@desk.post("/rules/import")
@doing("rules.import")
@told(
    "导入本院的节点目录",
    "Import a court's node catalogue",
    ref("RulesImported"),
    files=_CATALOGUE,
    errors=("no_files", "rules_import_bad", "rules_version_exists", "rules_broken", "date_bad"),
)
def import_rules() -> Any:
    data, name = uploaded()
    wanted = given(
        {**_CATALOGUE, "properties": {k: v for k, v in _CATALOGUE["properties"].items() if k != "file"}, "required": ["profile"]}
    )
    how = {key: wanted[key] or False for key in ("partial", "only_listed", "dry_run")}
    first = wanted["effective_from"] or office().today()
    made = rulebooks.Wanted(wanted["profile"], first, wanted["court"], wanted["court_code"] or "", wanted["version"], **how)
    return jsonify(rulebooks.import_catalogue(office(), actor(), data, name, made))


@desk.get("/workdays/add")
@doing("home")
@told(
    "某日之后第 N 个工作日", "The N-th working day after a day", obj({"date": DAY, "provisional": TRUTH}), query=_ADD, errors=("date_bad",)
)
def workdays_add() -> Any:
    wanted = asked(_ADD)
    found, provisional = office().rules.calendar.add(wanted["from"] or office().today(), wanted["days"] or 0)
    return jsonify(date=found.isoformat(), provisional=provisional)


@desk.get("/workdays/between")
@doing("home")
@told("两日之间的工作日", "Working days between two days", obj({"workdays": WHOLE}), query=_BETWEEN, errors=("date_bad",))
def workdays_between() -> Any:
    wanted = asked(_BETWEEN)
    today = office().today()
    return jsonify(workdays=office().rules.calendar.between(wanted["from"] or today, wanted["until"] or today))


@desk.post("/holidays/import")
@doing("holidays.import")
@told("导入某年放假安排", "Import a year's notice", obj({"year": WHOLE}), files=obj({"file": FILE}), errors=("no_files", "holidays_bad"))
def import_holidays() -> Any:
    return jsonify(year=calendar.import_year(office(), actor(), uploaded()[0]))


@desk.post("/verify")
@doing("verify")
@told("核验存储与日志链", "Check the store and the ledger", ref("Verified"), body=_ALL)
def verify() -> Any:
    return jsonify(verifying.verify(office(), actor(), everything=bool(given(_ALL)["all"])).as_json())


@desk.post("/index/rebuild")
@doing("rebuild")
@told("重建检索库", "Make the search index anew", obj({"pages": WHOLE}), body=obj({}), errors=("index_unavailable",))
def rebuild() -> Any:
    people.require_rebuild(actor())
    return jsonify(pages=searching.rebuild(office()))
