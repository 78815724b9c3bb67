"""The reasons behind a gate: a rule of a case comes in, its explanation goes out; the director's waivers come in from the same list."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from dossier.desks import closing, explaining, waiving
from dossier.web.answers import lead_back
from dossier.web.guard import actor, doing, office
from dossier.web.language import say

desk = Blueprint("closing", __name__)


def _gate(default: Any = None) -> Any:
    asked = request.values.get("gate")
    return asked if asked in closing.GATES else default


def _told(case_no: str) -> dict[str, Any]:
    given = request.args
    return explaining.explain_rule(office(), actor(), case_no, given.get("rule", ""), _gate(), receipt_no=given.get("receipt") or None)


@desk.get("/cases/<case_no>/explain")
@doing("case.check")
def explain(case_no: str) -> Any:
    told = _told(case_no)
    return render_template("cases/explain.html", told=told, gate=_gate("closing"))


@desk.post("/cases/<case_no>/waivers")
@doing("case.waive")
def waive(case_no: str) -> Any:
    act = waiving.withdraw if request.form.get("withdraw") else waiving.waive
    rule, reason, party = (request.form.get(name, "") for name in ("rule", "reason", "party"))
    done = say("已撤回免除。") if request.form.get("withdraw") else say("已免除，理由已记入日志。")
    back = url_for("cases.check", case_no=case_no, gate=_gate("closing"))
    return lead_back(back, done, lambda: act(office(), actor(), case_no, rule, reason, party))
