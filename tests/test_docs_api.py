"""The API's description is held against its routes: each declares itself, and the document is valid OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from jsonschema_rs import Draft202012Validator

from dossier.web.guard import PUBLIC
from dossier.web.openapi import VERSION, declared, document
from dossier.web.site import DESKS
from tests.support.pages_of_docs import page


@pytest.fixture(scope="module")
def app() -> Flask:
    made = Flask("described")
    for desk in DESKS:
        made.register_blueprint(desk)
    return made


@pytest.fixture(scope="module")
def told(app: Flask) -> dict[str, Any]:
    return document(app)


def test_every_api_route_declares_what_it_takes_and_gives(app: Flask) -> None:
    silent = [f"{method} {rule.rule}: put @told(...) right above the function" for rule, method, told in declared(app) if told is None]
    assert silent == []


def test_what_a_page_does_a_program_can_do_too(app: Flask) -> None:
    """By their actions: whatever a page declares, some address of the API declares, too."""
    pages, offered = set(), set()
    for rule in app.url_map.iter_rules():
        (offered if rule.rule.startswith("/api/") else pages).add(getattr(app.view_functions[rule.endpoint], "action", None))
    assert pages - offered <= {None}


def test_every_operation_has_a_name_of_its_own_and_says_who_may(told: dict[str, Any]) -> None:
    operations = [operation for methods in told["paths"].values() for operation in methods.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    for operation in operations:
        assert PUBLIC in operation["description"] or operation["security"], operation["operationId"]


def test_every_schema_is_one(told: dict[str, Any]) -> None:
    for name, schema in told["components"]["schemas"].items():
        Draft202012Validator({**schema, "components": told["components"]}), name


def test_references_lead_somewhere(told: dict[str, Any]) -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [value["$ref"]] if "$ref" in value else [one for inner in value.values() for one in references(inner)]
        return [one for inner in value for one in references(inner)] if isinstance(value, list) else []

    known = {f"#/components/schemas/{name}" for name in told["components"]["schemas"]}
    assert set(references(told)) <= known


def test_the_documentation_tells_the_version_and_the_page() -> None:
    assert f"`/api/openapi.json`（第 {VERSION} 版）" in page("api.md")
