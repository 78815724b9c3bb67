"""Documents of the dossier: an id comes in; its page with its versions, and marked copies of it or of one of its pages, go out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, jsonify, render_template

from dossier.access import Actor
from dossier.desks import documents
from dossier.desks.placing import KIND_NAMES
from dossier.office import Office
from dossier.web.answers import file_of
from dossier.web.describe import ref, told
from dossier.web.guard import actor, doing, office

desk = Blueprint("documents", __name__)
_ERRORS = ("page_unknown", "page_unread", "export_failed", "tool_missing")


@desk.get("/documents/<int:document_id>")
@doing("page.read")
def show(document_id: int) -> Any:
    return render_template("documents/show.html", view=documents.document_view(office(), actor(), document_id), volumes=KIND_NAMES)


@desk.get("/documents/<int:document_id>.pdf")
@doing("page.copy")
def copy(document_id: int) -> Any:
    return _pdf(documents.copy_document, document_id)


@desk.get("/pages/<int:page_id>.pdf")
@doing("page.copy")
def page_copy(page_id: int) -> Any:
    return _pdf(documents.copy_page, page_id)


@desk.get("/api/documents/<int:document_id>")
@doing("page.read")
@told(
    "一件材料：来源、签收、各版本",
    "A document: where it came from, who signed for it, its versions",
    ref("DocumentView"),
    errors=("page_unknown",),
)
def document_json(document_id: int) -> Any:
    return jsonify(documents.document_view(office(), actor(), document_id))


@desk.get("/api/documents/<int:document_id>/copy")
@doing("page.copy")
@told("一件材料的副本，带查阅人和时间水印", "A copy of a document, marked with who took it and when", "application/pdf", errors=_ERRORS)
def document_copy(document_id: int) -> Any:
    return _pdf(documents.copy_document, document_id)


@desk.get("/api/pages/<int:page_id>/copy")
@doing("page.copy")
@told("一页的副本，带查阅人和时间水印", "A copy of a page, marked with who took it and when", "application/pdf", errors=_ERRORS)
def page_copy_pdf(page_id: int) -> Any:
    return _pdf(documents.copy_page, page_id)


def _pdf(make: Callable[[Office, Actor, int, Path], Path], number: int) -> Any:
    return file_of(lambda folder: make(office(), actor(), number, folder), "application/pdf")
