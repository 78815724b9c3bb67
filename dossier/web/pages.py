"""Pages of paper: a page's id comes in; its picture, its thumbnail, or the page with its text, marks and found words goes out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, render_template, request, send_file

from dossier.desks import searching, viewing
from dossier.web.guard import actor, doing, office, wants_json

desk = Blueprint("pages", __name__)


def page_with_boxes(page_id: int, words: str) -> dict[str, Any]:
    """A page, and where on its picture the searched words stand: {"boxes": [[x0,y0,x1,y1]], "found": [line numbers]}."""
    view = viewing.page_view(office(), actor(), page_id)
    shown = words and not view["as_scanned"]
    view["boxes"] = searching.boxes(office(), view["lines"], words) if shown else []
    view["found"] = [number for number, line in enumerate(view["lines"]) if any(_inside(box, line["box"]) for box in view["boxes"])]
    return view


def _inside(box: list[int], line: list[int]) -> bool:
    return box[1] == line[1] and box[3] == line[3] and line[0] <= box[0] and box[2] <= line[2] + 1


@desk.get("/pages/<int:page_id>")
@doing("page.read")
def show(page_id: int) -> Any:
    words = request.args.get("q", "").strip()
    view = page_with_boxes(page_id, words)
    if wants_json():
        return jsonify(view)
    index = view["beside"].index(page_id)
    return render_template(
        "pages/show.html",
        view=view,
        q=words,
        before=view["beside"][index - 1] if index else None,
        after=view["beside"][index + 1] if index + 1 < len(view["beside"]) else None,
        place=index + 1,
    )


@desk.get("/pages/<int:page_id>.jpg")
@doing("page.read")
def picture(page_id: int) -> Any:
    return send_file(viewing.page_picture(office(), actor(), page_id), mimetype="image/jpeg", etag=False, last_modified=None, max_age=0)


@desk.get("/pages/<int:page_id>/thumb.jpg")
@doing("page.read")
def thumbnail(page_id: int) -> Any:
    return send_file(viewing.page_thumbnail(office(), actor(), page_id), mimetype="image/jpeg", etag=False, last_modified=None, max_age=0)
