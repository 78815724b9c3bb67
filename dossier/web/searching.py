"""The search page: words come in; snippets of the pages that have them, with counts to narrow by and pages read with a slip, go out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from dossier.desks import narrowing, searching
from dossier.errors import DossierError
from dossier.web.guard import actor, doing, number_asked, office
from indexing.query import limited

desk = Blueprint("searching", __name__)
PER_PAGE = 20
# So few hits that a slip of the reader may hide others.
FEW = 5
FIELDS = ("类型", "案号", "日期")
# The words of the query language are Chinese on every page.
HINT = {"fields": "案号: 当事人: 日期: 类型:", "example": "银行存款 类型:执行裁定书 日期:2026-08"}


@desk.get("/search")
@doing("search")
def results() -> Any:
    words = request.args.get("q", "").strip()
    page = number_asked("page", 1)
    if not words:
        return render_template("searching/results.html", q="", found=None, page=1, last=1, hint=HINT)
    try:
        found = searching.search(office(), actor(), words, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    except DossierError as error:
        if error.code not in ("query_empty", "query_bad", "index_unavailable"):
            raise
        return render_template("searching/results.html", q=words, found=None, error=error, page=1, last=1, hint=HINT), error.status
    last = max(1, -(-found["total"] // PER_PAGE))
    if page > last and found["total"]:
        return redirect(url_for(".results", q=words, page=last), 303)
    near = narrowing.nearly(office(), actor(), words) if page == 1 and found["total"] <= FEW else []
    return render_template(
        "searching/results.html",
        q=words,
        found=found,
        page=page,
        last=last,
        counts=_counted(words) if found["total"] > 1 and request.args.get("counts") else None,
        near=near,
        hint=HINT,
    )


@desk.get("/search/counts")
@doing("search")
def counts() -> Any:
    """The counts of a search alone: the page asks for them when its hits are there, for they take as long again."""
    return render_template("searching/narrow.html", counts=_counted(request.args.get("q", "").strip()))


def _counted(words: str) -> dict[str, Any]:
    """{"whole","counted","narrower"}: by field that was not asked for yet, the values that part the hits, with their count and the query that takes them.

    query None: no words ask for these.
    """
    counts = narrowing.counts(office(), actor(), words)
    plain = words.replace("：", ":")
    open_fields = [name for name in FIELDS if f"{name}:" not in plain and len(counts[name]) > 1]
    narrower = {name: [{**one, "query": _limited(words, name, one["value"])} for one in counts[name]] for name in open_fields}
    return {"whole": counts["whole"], "counted": counts["counted"], "narrower": narrower}


def _limited(words: str, name: str, value: str) -> str | None:
    return None if value == narrowing.UNNAMED else f"{words} {limited(name, value)}"
