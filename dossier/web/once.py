"""Writes that are done once: a request with an Idempotency-Key comes in; it is done, or answered as it was the first time."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from flask import Response, make_response, request

from dossier.desks import repeating
from dossier.errors import DossierError
from dossier.web.guard import actor, office

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
# What is told once is not kept for the next request, nor anywhere.
TOLD_ONCE = "secret"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_CHUNK = 1 << 20


def answer(act: Callable[[], Any]) -> Any:
    """What the act answers, or answered the first time. Raises DossierError bad_request, key_reused, key_busy."""
    key = request.headers.get(HEADER)
    if request.method != "POST" or not request.path.startswith("/api/") or key is None:
        return act()
    if not _KEY.fullmatch(key):
        raise DossierError("bad_request", what=HEADER)
    known = repeating.begin(office(), actor(), key, _asked())
    if known is not None:
        return Response(known.body, known.status, {REPLAYED: "true"}, mimetype="application/json")
    done: Response | None = None
    try:
        done = make_response(act())
    finally:
        # What was refused may be asked again under the same key: nothing was done.
        if done is None or done.status_code >= 400 or done.mimetype != "application/json":
            repeating.give_up(office(), actor(), key)
        else:
            repeating.keep(office(), actor(), key, done.status_code, _to_keep(done))
    return done


def _to_keep(done: Response) -> str:
    told = done.get_json()
    if isinstance(told, dict) and TOLD_ONCE in told:
        return json.dumps({**told, TOLD_ONCE: None}, ensure_ascii=False)
    return done.get_data(as_text=True)


def _asked() -> str:
    """SHA-256 over what this request asks for: its path and the meaning of its body, however a form is cut into parts."""
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    if request.form or request.files:
        fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
        digest.update(json.dumps(fields).encode())
        for name, file in request.files.items(multi=True):
            digest.update(f"\n{name}\n{json.dumps(file.filename)}\n".encode())
            while chunk := file.stream.read(_CHUNK):
                digest.update(chunk)
            file.stream.seek(0)
    else:
        digest.update(request.get_data())
    return digest.hexdigest()
