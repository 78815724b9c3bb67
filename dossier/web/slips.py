"""Slips of a hand-over to print: its number and the kind come in, a PDF goes out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from dossier.desks import slips
from dossier.web.answers import file_of
from dossier.web.describe import told
from dossier.web.guard import actor, doing, office

desk = Blueprint("slips", __name__)


@desk.get("/api/hand-overs/<receipt_no>/<any(receipt, refusal, cover):kind>.pdf")
@doing("submission.read")
@told(
    "移送回执、不予签收意见、移送封面",
    "The receipt, the notice of refusal or the cover, to print",
    "application/pdf",
    errors=("submission_unknown", "nothing_refused", "tool_missing", "export_failed"),
)
def slip_pdf(receipt_no: str, kind: str) -> Any:
    return file_of(lambda folder: slips.save(office(), actor(), receipt_no, kind, folder), "application/pdf")


@desk.get("/hand-overs/<receipt_no>/<any(receipt, refusal, cover):kind>.pdf")
@doing("submission.read")
def slip(receipt_no: str, kind: str) -> Any:
    return file_of(lambda folder: slips.save(office(), actor(), receipt_no, kind, folder))
