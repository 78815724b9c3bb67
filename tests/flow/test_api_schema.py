"""Schemathesis asks the API what its description allows, and more: nothing breaks, and every answer is as described."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from dossier import people
from dossier.access import ACTIONS, Rule
from dossier.demo.papers import control
from dossier.desks import announcing, borrowing, cases, sampling
from dossier.desks.borrowing import Wanted
from dossier.office import Office
from dossier.web.site import create_app
from dossier.worker import Worker
from tests.support.office import CASE, CASE_NO, PASSWORD, hand_over, open_test_office, operator_of, upload
from tests.support.paperfiles import READER, pdf
from tests.support.webclient import Person

EXAMPLES = 2
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
# Slow by nature, and held by tests of their own: they re-read or rebuild everything.
HEAVY = ("/api/verify", "/api/ledger/check", "/api/index/rebuild", "/sign-in")
# A file as it lies on the disk, which schemathesis would not close; asked for in test_api_people.
FILES = ("/api/agreement/scan", "/api/people/{login}/agreement/scan")
# One login for those who work on cases, one for each administrator, who may not: the first that may asks. Nobody signs in as the one on the shelf.
ROLES = {
    "desk": ("clerk", "director", "reviewer", "records"),
    "root": ("system_admin",),
    "rights": ("security_admin",),
    "audit": ("auditor",),
    "shelf": ("team",),
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    root = tmp_path_factory.mktemp("schema")
    (root / "drop").mkdir()
    office = open_test_office(root / "home", reader=READER, export_folder=str(root / "drop"))
    receipt = hand_over(office, [upload("查控.pdf", pdf(control.QUERY))])
    Worker(office).run(until_idle=True)
    for login, roles in ROLES.items():
        people.add(office, operator_of(office), login=login, display=login, roles=roles, team=None, password=PASSWORD, must_change=False)
    made = create_app(office)
    made.extensions["receipt"] = receipt["receipt_no"]
    made.extensions["loan"] = borrowing.ask(office, operator_of(office), Wanted(CASE_NO, "reading", "核对", office.today()))
    made.extensions["announced"] = announcing.announce(office, operator_of(office), announcing.Wanted(CASE_NO, "原件", 3, office.today()))
    made.extensions["sample"] = _sample(office)["number"]
    yield made
    office.close()


def _sample(office: Office) -> dict[str, Any]:
    """A case that was closed before it came here, drawn."""
    closed = {**CASE, "case_no": "（2026）豫9924执119号", "closed_on": "2026-08-31", "closing_mode": "执行完毕"}
    cases.import_cases(office, operator_of(office), json.dumps([closed], ensure_ascii=False).encode())
    return sampling.draw(office, operator_of(office), sampling.Wanted("7", 1, date(2026, 8, 31), date(2026, 8, 31)))


def test_the_api_answers_as_it_says_and_never_breaks(app: Flask) -> None:
    hows = {login: _signed_in(app, login) for login in ROLES}
    known = {
        "case_no": CASE_NO,
        "receipt_no": app.extensions["receipt"],
        "loan_no": app.extensions["loan"],
        "page_id": 1,
        "document_id": 1,
        "rule_id": "service",
        "rule": "service",
        "profile": "sanya",
        "first": "yanling",
        "second": "sanya",
        "q": "查询",
        "message": 1,
        "login": "shelf",
    }
    answered: dict[str, set[int]] = {}
    for result in schemathesis.openapi.from_wsgi("/api/openapi.json", app).get_all_operations():
        operation = result.ok()
        if operation.path not in HEAVY + FILES:
            how = hows[_who_may(operation.definition.raw["description"])]
            volume = {"kind": "main"} if "volumes" in operation.path else {}
            volume |= {"kind": "receipt"} if operation.path.startswith("/api/hand-overs") else {}
            volume |= {"number": app.extensions["sample"]} if "samples" in operation.path else {}
            volume |= {"number": app.extensions["announced"]} if "announcements" in operation.path else {}
            fitting, unfitting = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
            answered[operation.label] = _try(operation, fitting, how, known | volume) | _try(operation, unfitting, how, {})
    assert [label for label, statuses in answered.items() if 401 in statuses] == []
    # Those that look need no luck: with names that exist they all answer.
    assert [label for label, statuses in answered.items() if label.startswith("GET") and 200 not in statuses] == []


def _who_may(described: str) -> str:
    """The first login whose roles the action named in an operation's description is for."""
    named = re.search(r"action: `([\w.]+)`", described)
    assert named is not None
    rule = ACTIONS.get(named[1], Rule(anyone=True))
    return next(login for login, roles in ROLES.items() if rule.anyone or not (rule.everywhere | rule.own_team).isdisjoint(roles))


def _signed_in(app: Flask, login: str) -> dict[str, Any]:
    person = Person(app, login)
    cookie = person.client.get_cookie("dossier")
    assert cookie is not None
    return {"cookies": {"dossier": cookie.value}, "headers": {"X-CSRFToken": person.token, "Accept": "application/json"}}


def _try(operation: Any, mode: GenerationMode, how: dict[str, Any], known: dict[str, Any]) -> set[int]:
    """The statuses that the answers had; names in the path are known ones where they are told."""
    statuses: set[int] = set()
    names = {parameter.name for parameter in operation.iter_parameters()}

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        case.headers.pop("Authorization", None)
        for place in (case.path_parameters, case.query) if known else ():
            place.update({name: known[name] for name in known.keys() & names})
        statuses.add(case.call_and_validate(checks=list(CHECKS), **how).status_code)

    ask()
    return statuses
