"""系统: administrators' questions come in; how the house runs, its ledger, its rules and its calendar go out, and what was given up goes back to work."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for

from dossier import intake
from dossier.desks import calendar, ledgerbook, rulesview
from dossier.desks import house as house_desk
from dossier.desks.closing import GATES
from dossier.errors import DossierError
from dossier.web.acts import NAMES, name_of
from dossier.web.guard import MOST_ASKED, actor, day_asked, doing, number_asked, office, wants_json
from dossier.web.language import say, told_error
from review.gate import Gate
from review.rules_load import BASE

desk = Blueprint("house", __name__, url_prefix="/house")


def _or_json(told: Any, template: str, **more: Any) -> Any:
    return jsonify(told) if wants_json() else render_template(template, told=told, **more)


@desk.get("")
@doing("metrics.read")
def show() -> Any:
    return _or_json(house_desk.state(office(), actor()), "house/show.html", retried=intake.RETRIED)


@desk.post("/jobs/retry")
@doing("jobs.retry")
def retry() -> Any:
    number = request.form.get("job", type=int)
    count = intake.retry_failed(office(), actor(), number)
    if wants_json():
        return jsonify(retried=count)
    flash(say("%(n)d 个任务已放回队列。", n=count) if count else say("没有可以重试的任务。"), "good" if count else "near")
    return redirect(url_for(".show"), 303)


def _asked() -> ledgerbook.Asked:
    args = request.args
    words = {name: args.get(name, "").strip() for name in ("actor", "action", "case_no")}
    return ledgerbook.Asked(**words, first=day_asked("first"), last=day_asked("last"), before=number_asked("before", MOST_ASKED))


@desk.get("/ledger")
@doing("ledger.read")
def ledger() -> Any:
    asked = _asked()
    return _or_json(ledgerbook.events(office(), actor(), asked), "house/ledger.html", asked=asked, name_of=name_of, names=NAMES)


@desk.post("/ledger/check")
@doing("verify")
def check_chain() -> Any:
    told = ledgerbook.check_chain(office(), actor())
    if wants_json():
        return jsonify(told)
    faults = [*told["damaged"], *told["unchecked"]]
    if faults:
        places = "；".join(f"{one['name']} {one['detail']}" for one in faults[:5])
        flash(say("日志链有 %(n)d 处不符：%(places)s。请立即停用并联系安全管理员。", n=len(faults), places=places), "bad")
    else:
        flash(say("日志链逐条重算，全部相符。"), "good")
    return redirect(url_for(".show"), 303)


@desk.get("/holidays")
@doing("rules.read")
def holidays() -> Any:
    return _or_json(calendar.table(office(), actor(), request.args.get("year", type=int)), "house/holidays.html")


@desk.post("/holidays")
@doing("holidays.import")
def import_holidays() -> Any:
    sent = request.files.get("notice")
    try:
        year = calendar.import_year(office(), actor(), sent.read() if sent is not None else b"")
    except DossierError as error:
        if wants_json() or error.code != "holidays_bad":
            raise
        flash(told_error(error), "bad")
        return redirect(url_for(".holidays"), 303)
    if wants_json():
        return jsonify(year=year)
    flash(say("%(year)s 年放假安排已保存，重新启动后开始使用。", year=year), "good")
    return redirect(url_for(".holidays", year=year), 303)


@desk.get("/rules")
@doing("rules.read")
def rules() -> Any:
    """The versions; two of them compared when both are named."""
    first, second = request.args.get("first", ""), request.args.get("second", "")
    lines = rulesview.compare(office(), actor(), first, second) if first and second else None
    told = {"versions": rulesview.listing(office(), actor()), "changes": lines}
    return _or_json(told, "house/rules.html", first=_id(first), second=_id(second))


def _id(said: str) -> str:
    """As the list of versions names it."""
    return said if said in ("", BASE) else rulesview.id_of(rulesview.version_of(office().rules, said))


@desk.get("/rules/<said>")
@doing("rules.read")
def catalogue(said: str) -> Any:
    words = request.args.get("q", "").strip()
    return _or_json(rulesview.catalogue(office(), actor(), said, words), "house/catalogue.html", said=said, q=words)


@desk.get("/rules/<said>/<id>")
@doing("rules.read")
def entry(said: str, id: str) -> Any:
    return _or_json(rulesview.entry(office(), actor(), said, id), "house/entry.html", said=said, id=id)


@desk.get("/rules/trial")
@doing("case.check")
def trial() -> Any:
    case_no, said, gate = (request.args.get(name, "").strip() for name in ("case_no", "rules", "gate"))
    if gate and gate not in GATES:
        raise DossierError("bad_request", what=gate)
    told = rulesview.trial(office(), actor(), case_no, said, cast("Gate | None", gate or None)) if case_no and said else None
    versions = rulesview.listing(office(), actor())
    return _or_json(told, "house/trial.html", versions=versions, gates=GATES, case_no=case_no, rules=_id(said), gate=gate)
