"""The workbench's page: a person comes in; boxes of what waits for them, today's intake and a chart of overdue steps with its table go out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, render_template

from dossier.desks import viewing
from dossier.desks import workbench as workbench_desk
from dossier.web.describe import ANY, DAY, TEXT, WHOLE, listed, maybe, obj, told
from dossier.web.figures import bars
from dossier.web.guard import actor, could, doing, office
from dossier.web.handovers import groups_of

desk = Blueprint("workbench", __name__)
PARTS = (("overdue", "超期未办", "bad"), ("near", "临期", "near"))
TEAMS = 12  # bars; the others are in the figures
_BOX = obj({"id": TEXT, "title": TEXT, "count": WHOLE, "rows": listed(ANY)})


@desk.get("/workbench")
@doing("case.list")
def show() -> Any:
    found = workbench_desk.workbench(office(), actor())
    steps = found["steps"]
    teams = sorted((steps or {}).get("by_team", ()), key=lambda one: (-one["overdue"], -one["near"]))
    teams = [one for one in teams if one["overdue"] or one["near"]]
    return render_template(
        "workbench/show.html",
        found=found,
        steps=steps,
        teams=teams[:TEAMS],
        bars=bars(teams[:TEAMS], PARTS),
        legend=PARTS,
        more=len(teams) - TEAMS,
    )


@desk.get("/api/workbench")
@doing("case.list")
@told(
    "工作台",
    "What waits for me",
    obj({"today": DAY, "boxes": listed(_BOX), "intake": maybe({"type": "object"}), "steps": maybe({"type": "object"})}),
)
def show_json() -> Any:
    return jsonify(workbench_desk.workbench(office(), actor()))


@desk.get("/hand-overs/<receipt_no>/ruling")
@doing("submission.rule")
def ruling(receipt_no: str) -> Any:
    """The picture, the finding, both sides and the decision on one page."""
    view = viewing.submission_json(office(), actor(), receipt_no)
    groups = groups_of(view, {"blocking", "warning"})
    findings = [one for group in groups for one in group["findings"]]
    placed = [one for one in findings if one["page_id"]]
    first = placed[0] if placed else {"page_id": view["pages"][0]["id"] if view["pages"] else None}
    return render_template(
        "workbench/ruling.html",
        view=view,
        groups=groups,
        contested=len(findings),
        first=first,
        dispute=view["disputes"][-1] if view["disputes"] else None,
        may=view["state"] == "disputed" and could("submission.rule"),
    )
