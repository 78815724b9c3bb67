"""The pages that are looked at and pictured are those that the application has."""

from __future__ import annotations

from flask import Flask

from dossier.web.site import DESKS
from tests.support.looks import FILES, PAGES


def routes() -> set[str]:
    """The endpoints that can be looked at, as the application has them; those of the API for programs are told by its description."""
    app = Flask("looked")
    for desk in DESKS:
        app.register_blueprint(desk)
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return {rule.endpoint for rule in rules if not rule.rule.startswith("/api/")}


def test_every_route_is_a_page_that_is_looked_at_or_a_file() -> None:
    assert routes() - PAGES.keys() - FILES == set(), "put the route into PAGES or FILES of tests/support/looks.py"
    assert (PAGES.keys() | FILES) - routes() == set()
    assert not PAGES.keys() & FILES
