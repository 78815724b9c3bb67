"""The search page: words come in; snippets of the pages that have them, each leading to the place on the page, go out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from dossier.desks import searching
from dossier.errors import DossierError
from dossier.web.guard import actor, doing, office

desk = Blueprint("searching", __name__)
PER_PAGE = 20


@desk.get("/search")
@doing("search")
def results() -> Any:
    words = request.args.get("q", "").strip()
    page = max(1, request.args.get("page", 1, type=int))
    if not words:
        return render_template("searching/results.html", q="", found=None, page=1, last=1)
    try:
        found = searching.search(office(), actor(), words, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    except DossierError as error:
        if error.code not in ("query_empty", "query_bad", "index_unavailable"):
            raise
        return render_template("searching/results.html", q=words, found=None, error=error, page=1, last=1), error.status
    last = max(1, -(-found["total"] // PER_PAGE))
    return render_template("searching/results.html", q=words, found=found, page=page, last=last)
