"""Slips of a hand-over to print: its number and the kind come in, a PDF goes out."""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Blueprint, send_file

from dossier.desks import slips
from dossier.web.guard import actor, doing, office

desk = Blueprint("slips", __name__)


@desk.get("/hand-overs/<receipt_no>/<any(receipt, refusal, cover):kind>.pdf")
@doing("submission.read")
def slip(receipt_no: str, kind: str) -> Any:
    scratch = office().scratch_dir
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch, prefix="slips-") as folder:
        path = slips.save(office(), actor(), receipt_no, kind, Path(folder))
        return send_file(BytesIO(path.read_bytes()), as_attachment=True, download_name=path.name)
