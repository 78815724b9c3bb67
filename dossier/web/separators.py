"""Separator and cover sheets: what is wanted comes in from the page; a PDF to print goes out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from dossier.desks import separators
from dossier.desks.separators import MOST, Wanted
from dossier.errors import DossierError
from dossier.web.answers import file_of
from dossier.web.guard import actor, doing, office

desk = Blueprint("separators", __name__)
OFFERED = 4  # rows for types on the page; what needs more is printed twice


@desk.get("/separators")
@doing("submission.make")
def show() -> Any:
    case_no = request.args.get("case", "").strip()
    return render_template(
        "separators/show.html", case_no=case_no, most=MOST, rows=OFFERED, **separators.choices(office(), actor(), case_no or None)
    )


@desk.post("/separators")
@doing("submission.make")
def make() -> Any:
    form = request.form
    named = [one.rpartition("·")[2].strip() for one in form.getlist("type")]
    counts = [_count(one) for one in form.getlist("count")]
    if len(named) != len(counts):
        raise DossierError("bad_request", what="type, count")
    types = [(type_id, count) for type_id, count in zip(named, counts, strict=True) if type_id]
    wanted = Wanted(_count(form.get("plain", "")), types, form.get("case_no", "").strip() or None, form.get("node") or None)
    return file_of(lambda folder: separators.save(office(), actor(), wanted, folder))


def _count(text: str) -> int:
    """How many; an empty field is none. Raises bad_request."""
    text = text.strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise DossierError("bad_request", what=f"张数 {text[:20]}", what_en=f"{text[:20]} is no number of sheets")
    return int(text)
