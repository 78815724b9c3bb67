"""The case pages: a case number comes in; its contents lists, its nodes with evidence and due days, and its gates go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, render_template, request, url_for

from dossier.desks import announcing, caselist, cases, closing, events, loans, viewing
from dossier.desks.placing import KIND_NAMES
from dossier.lifecycle import CASE
from dossier.web.answers import lead_back
from dossier.web.guard import actor, could, day_of, doing, number_asked, office
from dossier.web.language import say
from dossier.web.words import SEVERITIES

desk = Blueprint("cases", __name__)
PER_PAGE = 50
# Shown at once; the steps that are not due yet are folded away.
OPEN_STATES = ("overdue", "missing", "present")


@desk.get("/cases")
@doing("case.list")
def listing() -> Any:
    words, state = request.args.get("q", "").strip(), request.args.get("state", "")
    page = number_asked("page", 1)
    rows, total = caselist.listing(office(), actor(), words=words, state=state, offset=(page - 1) * PER_PAGE, limit=PER_PAGE, events=False)
    return render_template(
        "cases/listing.html",
        rows=rows,
        total=total,
        page=page,
        last=max(1, -(-total // PER_PAGE)),
        q=words,
        state=state,
        states=[(one, CASE.names[one]) for one in CASE.states],
    )


@desk.get("/cases/<case_no>")
@doing("case.read")
def show(case_no: str) -> Any:
    page = closing.case_page(office(), actor(), case_no)
    nodes = page["nodes"]
    handed = viewing.submissions(office(), actor(), case_no=case_no) if could("submission.list") else []
    first = next((entry["pages"][0]["id"] for volume in page["volumes"] for entry in volume["entries"] if entry["pages"]), None)
    return render_template(
        "cases/show.html",
        case=page["case"],
        volumes=[{**volume, "name": KIND_NAMES[volume["kind"]]} for volume in page["volumes"]],
        now=_phases([node for node in nodes if node["state"] in OPEN_STATES]),
        later=_phases([node for node in nodes if node["state"] not in OPEN_STATES]),
        counts={state: sum(node["state"] == state for node in nodes) for state in ("overdue", "missing", "present")},
        documents=_places(page["volumes"]),
        handed=handed,
        announced=announcing.listing(office(), actor(), case_no=case_no) if could("announcement.list") else [],
        paper=loans.shelves(office(), actor(), case_no) if could("paper.read") else {},
        first=first,
        anchors=cases.anchor_names(office(), case_no) if could("case.event") else [],
        gates=closing.GATES,
        today=office().today(),
    )


def _phases(nodes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The nodes by phase, in the order of the catalogue."""
    found: dict[str, list[dict[str, Any]]] = {}
    for node in nodes:
        found.setdefault(node["phase"], []).append(node)
    return [{"name": name, "nodes": members} for name, members in found.items()]


def _places(volumes: Sequence[Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """Document id → its entry in the contents list, for the links of the evidence."""
    return {entry["document"]: entry for volume in volumes for entry in volume["entries"]}


@desk.get("/cases/<case_no>/check")
@doing("case.check")
def check(case_no: str) -> Any:
    asked = request.args.get("gate", "closing")
    gate: Any = asked if asked in closing.GATES else "closing"
    result = closing.check(office(), actor(), case_no, gate)
    groups: dict[str, list[dict[str, Any]]] = {}
    for finding in result["findings"]:
        groups.setdefault(finding["who"] or "", []).append(finding)
    return render_template("cases/check.html", result=result, groups=groups, gates=closing.GATES, severities=SEVERITIES)


@desk.post("/cases/<case_no>/events")
@doing("case.event")
def event(case_no: str) -> Any:
    form = request.form

    def deed() -> None:
        on, anchor = day_of("on"), form.get("anchor", "")
        if form.get("withdraw"):
            events.withdraw(office(), actor(), case_no, anchor, on, form.get("reason", ""))
        else:
            cases.record_event(office(), actor(), case_no, anchor, on)

    done = say("事件已撤销，期限已重新计算。") if form.get("withdraw") else say("事件已登记，期限已重新计算。")
    return lead_back(url_for(".show", case_no=case_no), done, deed)
