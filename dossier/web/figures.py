"""The figures pages: a period, a team, a handler come in; the overdue-node table and the return rates, with bars, and their files go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, render_template, request

from dossier.desks import bulletin
from dossier.desks import figures as figures_desk
from dossier.desks.figures import Asked, period_of
from dossier.web.answers import file_of
from dossier.web.guard import actor, day_asked, doing, office
from review.overdue import STANDINGS

desk = Blueprint("figures", __name__)
PERIODS = {"": "在办案件，不限期间", "day": "当日", "week": "本周", "month": "本月"}
FORMS = {"overdue": "超期节点", "returns": "退回与空白", "intake": "移送收件"}
# How much of a group's bar each count takes, the worst first; the tone colours it.
_BARS = {
    "overdue": (("overdue", "超期未办", "bad"), ("carried", "往期未办", "old"), ("late", "超期办结", "near"), ("near", "临期", "calm")),
    "returns": (("refused", "不予签收", "bad"), ("partly", "部分签收", "near")),
    "intake": (("pages", "页数", "calm"),),
}
_BARS_OF = {"intake": "by_day"}
_SHOWN = 200
_MOST_BARS = 31
_AT_ONCE = 150  # cases that one request counts; more are counted by the requests that follow, and by the worker
_CHOICES = ("period", "from", "until", "team", "handler", "node")


@desk.get("/figures/<any(overdue, returns, intake):what>")
@doing("figures.read")
def show(what: str) -> Any:
    asked, period = _asked()
    size, left = figures_desk.prepare(office(), actor(), asked, _AT_ONCE) if what != "intake" else (0, 0)
    if left:
        return render_template("figures/counting.html", what=what, size=size, done=size - left)
    table = _page_table(what, asked)
    listings = bulletin.TABLES[what][1](table, office().today())
    groups = [listing for listing in listings if listing.name != "明细"]
    detail = table.get("rows", [])
    return render_template(
        f"figures/{what}.html",
        what=what,
        forms=FORMS,
        periods=PERIODS,
        period=period,
        asked=asked,
        table=table,
        groups=groups,
        bars=bars(table[_BARS_OF.get(what, "by_team")][:_MOST_BARS], _BARS[what]),
        legend=_BARS[what],
        detail=detail,
        more=_unlisted(table, detail),
        standings=STANDINGS,
        kinds=tuple(bulletin.KINDS),
        chosen={key: request.args[key] for key in _CHOICES if request.args.get(key)},
    )


def _page_table(what: str, asked: Asked) -> dict[str, Any]:
    """The table with as many rows as a page lists."""
    if what == "overdue":
        return figures_desk.overdue(office(), actor(), asked, bulletin.SHOWN, _SHOWN)
    return bulletin.TABLES[what][0](office(), actor(), asked)


def _unlisted(table: Mapping[str, Any], detail: Sequence[Any]) -> int:
    """How many rows that somebody has to see to are not on the page."""
    return sum(table["total"].get(key, 0) for key in (*bulletin.SHOWN, "carried")) - len(detail) if detail else 0


@desk.get("/figures/<any(overdue, returns, intake):what>.<any(xlsx, pdf, csv):kind>")
@doing("figures.read")
def file(what: str, kind: str) -> Any:
    asked, _ = _asked()
    return file_of(lambda folder: bulletin.written(office(), actor(), what, kind, folder, asked))


def _asked() -> tuple[Asked, str]:
    """What the query asks for, and the kind of period; from and until are days of their own choice."""
    period = request.args.get("period", "")
    first, last = day_asked("from"), day_asked("until")
    if period in ("day", "week", "month"):
        first, last = period_of(period, last or office().today())
    return Asked(_word("team"), _word("handler"), _word("node"), first, last), period


def _word(name: str) -> str | None:
    return request.args.get(name, "").strip() or None


def bars(groups: Sequence[Mapping[str, Any]], parts: Sequence[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """For each group its name, its sum and the parts of its bar as (tone, start, width) in per cent of the longest bar."""
    longest = max((sum(group[key] for key, _, _ in parts) for group in groups), default=0) or 1
    found = []
    for group in groups:
        at, drawn = 0.0, []
        for key, _, tone in parts:
            width = group[key] * 100 / longest
            if width:
                drawn.append((tone, round(at, 2), round(width, 2)))
            at += width
        found.append({"name": " ".join(group["key"]), "sum": sum(group[key] for key, _, _ in parts), "parts": drawn})
    return found
