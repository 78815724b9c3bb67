"""Addresses of numbered things: an endpoint and a number come in, its path goes out, built once an endpoint and not once a link."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import current_app, request, url_for

_SAMPLE = 7_046_029_254  # a number that stands in no route


def at(endpoint: str, number: int) -> str:
    """The path of the thing with this number; `endpoint` takes just that number. A page of hundreds of links builds its addresses a tenth as long."""
    return _around(request.script_root, endpoint).format(int(number))


@lru_cache(maxsize=64)
def _around(_root: str, endpoint: str) -> str:
    (name,) = {name for rule in current_app.url_map.iter_rules(endpoint) for name in rule.arguments}
    values: dict[str, Any] = {name: _SAMPLE}
    return url_for(endpoint, **values).replace(str(_SAMPLE), "{}")
