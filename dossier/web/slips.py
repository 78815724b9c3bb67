"""Slips of a hand-over to print: its number and the kind come in, a PDF goes out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from dossier.desks import slips
from dossier.web.answers import file_of
from dossier.web.guard import actor, doing, office

desk = Blueprint("slips", __name__)


@desk.get("/hand-overs/<receipt_no>/<any(receipt, refusal, cover):kind>.pdf")
@doing("submission.read")
def slip(receipt_no: str, kind: str) -> Any:
    return file_of(lambda folder: slips.save(office(), actor(), receipt_no, kind, folder))
