"""How a page answers an act: what is to be done comes in; the way back with what came of it, or a file to keep, goes out."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Response, flash, jsonify, redirect, send_file

from dossier.errors import DossierError
from dossier.web.guard import UNSEEN, in_place, office, wants_json
from dossier.web.language import told_error


def lead_back(
    to: str, done: str, deed: Callable[[], object], told: Callable[[], object] | None = None, *, plain: Collection[str] = ()
) -> Any:
    """Does one act and leads to a page, which shows `done` (in the language of the page) or what the error says. What may not be seen stays an error.

    A page that stays while it asks gets errors as errors, too: nothing of it is drawn anew, and nothing that was typed is lost.

    told: what a program is answered instead; it gets errors as errors. plain: codes that hide nothing here, for whoever may do this may see all.
    """
    program = told is not None and wants_json()
    try:
        deed()
    except DossierError as error:
        # Who acted on what is no longer so has to see how it is now, in place or not.
        stays = in_place() and error.code not in ("changed_meanwhile", "raced")
        if program or stays or (error.code in UNSEEN and error.code not in plain):
            raise
        flash(told_error(error), "bad")
        return redirect(to, 303)
    if program and told is not None:
        return jsonify(told())
    flash(done, "good")
    return redirect(to, 303)


def file_of(write: Callable[[Path], Path], mimetype: str | None = None) -> Response:
    """What was written into a folder of its own, for the person to keep; nothing stays behind."""
    scratch = office().scratch_dir
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch, prefix="file-") as folder:
        path = write(Path(folder))
        return send_file(BytesIO(path.read_bytes()), mimetype=mimetype, as_attachment=True, download_name=path.name)
