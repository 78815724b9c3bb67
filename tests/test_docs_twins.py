"""The pages are held against the API: each address of a page comes in, the operation that is the same for a program, or why there is none, goes out."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from dossier.web.openapi import declared
from dossier.web.site import DESKS
from dossier.web.sorting import ACTS

# What a page does or shows → operation, where the address is not that of the page behind /api.
ELSEWHERE = {
    "GET": {
        "/": "/api/workbench",
        "/documents/<>.pdf": "/api/documents/<>/copy",
        "/house/holidays": "/api/holidays",
        "/house/ledger": "/api/ledger",
        "/house/rules": "/api/rules",
        "/house/rules/<>": "/api/rules/catalogue",
        "/house/rules/<>/<>": "/api/rules/<>",
        "/house/rules/trial": "/api/cases/<>/trial",
        "/outbox": "/api/export/messages",
        "/outbox.<any(xlsx, csv)>": "/api/export/messages.<any(xlsx, csv)>",
        "/pages/<>.jpg": "/api/pages/<>/picture",
        "/pages/<>.pdf": "/api/pages/<>/copy",
        "/pages/<>/thumb.jpg": "/api/pages/<>/thumbnail",
    },
    "POST": {
        "/announcements/arrived": "/api/announcements/<>/arrive",
        "/hand-overs/<>/sort/<>": "/api/hand-overs/<>/sort/undo",
        "/house/holidays": "/api/holidays/import",
        "/house/jobs/retry": "/api/jobs/retry",
        "/house/ledger/check": "/api/ledger/check",
        "/outbox/retry": "/api/export/retry",
        "/people/new": "/api/people",
        "/people/<>/second-factor": "/api/people/<>/second-factor/reset",
        "/people/<>/substitutes/<>/end": "/api/substitutes/<>/end",
        "/people/<>/tokens/<>/revoke": "/api/tokens/<>/revoke",
    },
}
_SESSION = "a step of signing in: a program carries a token, or signs in at /sign-in"
_PHONE = "for the person in front of the screen: a phone is shown a picture"
_PASSWORD = "for the person in front of the screen; nothing made of a password is kept for a repeated request"
_FORM = "an empty form: what goes into it is told beside the operation that takes it"
_PROGRAM = "for programs as it is"
# What a page does or shows → why the API has none.
PAGES_ONLY = {
    "GET": {
        "/announcements/new": _FORM,
        "/hand-overs/<>/ruling": _FORM,
        "/hand-overs/new": _FORM,
        "/loans/new": _FORM,
        "/people/new": _FORM,
        "/separators": _FORM,
        "/notices/<>": "leads to the page that a notice is about, and ticks it off as POST /api/notices/read does",
        "/password": _PASSWORD,
        "/second-factor": _SESSION,
        "/second-factor/enrol": _PHONE,
        "/sign-in": _PROGRAM,
        "/healthz": _PROGRAM,
        "/metrics": _PROGRAM,
        "/readyz": _PROGRAM,
        "/api": "the page on which operations are tried",
    },
    "POST": {
        "/sign-in": _PROGRAM,
        "/sign-out": _SESSION,
        "/second-factor": _SESSION,
        "/second-factor/enrol": _PHONE,
        "/second-factor/renew": _PHONE,
        "/password": _PASSWORD,
        "/account/act-for": "whom a browser's session acts for; a program acts under its owner's name",
        "/language/<any(zh, en)>": _PROGRAM,
    },
}
METHODS = tuple(ELSEWHERE)
# The page shows who signs in where to begin, whatever they may do.
WIDER = {"/"}
# Most verbs of the page that puts a hand-over in order are operations below /sort.
SORTED_ELSEWHERE = {"retype": "/api/hand-overs/<>/retype"}


def _shape(rule: str) -> str:
    return re.sub(r"<(any\([^)]*\))?[^<>]*>", lambda part: f"<{part[1] or ''}>", rule)


@pytest.fixture(scope="module")
def app() -> Flask:
    made = Flask("twins", static_folder=None)
    for desk in DESKS:
        made.register_blueprint(desk)
    return made


@pytest.fixture(scope="module")
def operations(app: Flask) -> dict[str, dict[str, str]]:
    """Method → address → action of each operation."""
    told = [(rule, method) for rule, method, _ in declared(app) if rule.rule.startswith("/api/")]
    return {one: {_shape(rule.rule): _action(app, rule.endpoint) for rule, method in told if method == one} for one in METHODS}


@pytest.fixture(scope="module")
def pages(app: Flask) -> dict[str, dict[str, str]]:
    """Method → address → action of each page."""
    rules = [rule for rule in app.url_map.iter_rules() if not rule.rule.startswith("/api/")]
    return {one: {_shape(rule.rule): _action(app, rule.endpoint) for rule in rules if one in (rule.methods or ())} for one in METHODS}


def _action(app: Flask, endpoint: str) -> str:
    return str(app.view_functions[endpoint].action)  # type: ignore[attr-defined]


def _twins(pages: dict[str, dict[str, str]], method: str) -> dict[str, str]:
    """Page → the operation that should be there."""
    return {page: ELSEWHERE[method].get(page, f"/api{page}") for page in pages[method].keys() - PAGES_ONLY[method].keys()}


@pytest.mark.parametrize("method", METHODS)
def test_what_a_page_does_and_shows_is_an_operation_or_says_why_not(
    pages: dict[str, dict[str, str]], operations: dict[str, dict[str, str]], method: str
) -> None:
    alone = {page: twin for page, twin in _twins(pages, method).items() if twin not in operations[method]}
    assert alone == {}, "add these operations, or tell in PAGES_ONLY why there is none"


@pytest.mark.parametrize("method", METHODS)
def test_an_operation_asks_for_the_right_that_its_page_asks_for(
    pages: dict[str, dict[str, str]], operations: dict[str, dict[str, str]], method: str
) -> None:
    twins = {page: twin for page, twin in _twins(pages, method).items() if page not in WIDER}
    assert {page: operations[method].get(twin) for page, twin in twins.items()} == {page: pages[method][page] for page in twins}


def test_each_verb_of_putting_in_order_is_an_operation(operations: dict[str, dict[str, str]]) -> None:
    wanted = {SORTED_ELSEWHERE.get(verb, f"/api/hand-overs/<>/sort/{verb.replace('_', '-')}") for verb in ACTS}
    assert wanted <= operations["POST"].keys()


@pytest.mark.parametrize("method", METHODS)
def test_the_tables_name_nothing_that_is_gone_or_has_come(
    pages: dict[str, dict[str, str]], operations: dict[str, dict[str, str]], method: str
) -> None:
    assert (ELSEWHERE[method].keys() | PAGES_ONLY[method].keys()) - pages[method].keys() == set()
    assert [page for page in PAGES_ONLY[method] if f"/api{page}" in operations[method]] == []
