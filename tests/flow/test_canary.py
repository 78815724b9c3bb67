"""A string in a 副卷 is given to nobody without the right: not by any page, list, count, suggestion or address of the API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from dossier import people
from dossier.demo.papers import control, orders
from dossier.desks import outgoing, searching
from dossier.office import Office
from dossier.records.tables import Document, Outbox, Volume
from dossier.web.site import create_app
from dossier.worker import Worker
from tests.support.office import CASE_NO, PASSWORD, hand_over, open_test_office, operator_of, upload
from tests.support.paperfiles import READER, pdf
from tests.support.webclient import Person

# Asked for by its beginning, betrayed by its end: a page may repeat what was typed.
BEGIN, END = "合议庭秘密意见", "鹦鹉螺珊瑚砗磲"
OTHERS = ("clerk", "team1", "director", "reviewer1", "scanner1", "records1", "auditor1", "admin1")
CHECK = f"/api/cases/{quote(CASE_NO)}/check"
QUERIES = (BEGIN, "财产", f"{BEGIN[:3]}某{BEGIN[4:]}", f"案号:{CASE_NO}", "类型:限制消费令")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    root = tmp_path_factory.mktemp("canary")
    (root / "drop").mkdir()
    opened = open_test_office(root / "home", reader=READER, export_folder=str(root / "drop"))
    for role in ("reviewer", "scanner", "records", "auditor"):
        people.add(
            opened, operator_of(opened), login=f"{role}1", display=role, roles=[role], team=None, password=PASSWORD, must_change=False
        )
    people.add(
        opened, operator_of(opened), login="admin1", display="管", roles=["system_admin"], team=None, password=PASSWORD, must_change=False
    )
    people.add(
        opened,
        operator_of(opened),
        login="cleared",
        display="查",
        roles=["clerk", "sub_reader"],
        team=None,
        password=PASSWORD,
        must_change=False,
    )
    hand_over(opened, [upload("查控.pdf", pdf(control.QUERY)), upload("受理.pdf", pdf(orders.ACCEPTANCE))])
    Worker(opened).run(until_idle=True)
    _hide(opened)
    yield opened
    opened.close()


def _hide(office: Office) -> None:
    """The second paper becomes one of the 副卷 that says the secret in its text and in all that was made of its text."""
    with office.db.write() as session:
        main, secret = session.scalars(select(Document).where(Document.state == "placed").order_by(Document.id))
        assert main.volume is not None
        volume = Volume(case_id=main.case_id, kind="sub", object_id=f"{main.volume.object_id}-sub", head=main.volume.head)
        session.add(volume)
        session.flush()
        secret.volume_id = volume.id
        secret.title = secret.why = BEGIN + END
        for page in secret.pages:
            page.lines = [*page.lines, {"text": BEGIN + END, "confidence": 0.99, "box": [10, 10, 400, 40]}]
            session.add(Outbox(page_id=page.id))
        session.flush()
        session.expire(secret.submission.case)
        outgoing.handed(office, session, "ruled", secret.submission, secret.submission.documents)
        outgoing.placed(office, session, secret.submission, {"main": 1, "sub": 1}, [main.id, secret.id])
    searching.drain(office, wait=True)
    Worker(office).run(until_idle=True)


@pytest.fixture(scope="module")
def app(office: Office) -> Flask:
    return create_app(office)


def addresses(app: Flask, office: Office) -> list[str]:
    """Every address that can be looked at, its names filled in with those of the case and its secret."""
    with office.db.read() as session:
        secret = session.scalars(select(Document).where(Document.title == BEGIN + END)).one()
        pages, receipt = [page.id for page in secret.pages], secret.submission.receipt_no
    known: dict[str, list[object]] = {
        "case_no": [quote(CASE_NO)],
        "receipt_no": [receipt],
        "page_id": [*pages],
        "document_id": [secret.id],
        "kind": ["main", "sub"],
        "message": [1, 2, 3, 4],
    }
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "static" and rule.arguments <= known.keys() and not packed(rule):
            found += filled(rule, {name: [str(value) for value in known[name]] for name in rule.arguments})
    asked = [path for path in found if "/search" in path or path == f"/api/pages/{pages[0]}" or path.endswith("/cases")]
    queries = [f"{path}?q={quote(query)}" for path in asked for query in QUERIES]
    return [*found, *queries]


def packed(rule: Rule) -> bool:
    """What is compressed tells nothing to who looks for a word in its bytes; whether it is given at all is asked for below."""
    return rule.rule.endswith((".pdf", ".jpg", "/copy", "/picture", "/thumbnail"))


def filled(rule: Rule, values: dict[str, list[str]]) -> list[str]:
    paths = [rule.rule]
    for name, choices in values.items():
        paths = [_put(path, name, choice) for path in paths for choice in choices]
    return paths


def _put(path: str, name: str, value: str) -> str:
    start = path.index("<")
    while not path[start : path.index(">", start)].endswith((f":{name}", f"<{name}")):
        start = path.index("<", start + 1)
    return path[:start] + value + path[path.index(">", start) + 1 :]


def test_who_has_the_right_finds_it(app: Flask) -> None:
    answer = Person(app, "cleared").get(f"/api/search?q={quote(BEGIN)}")
    assert END in answer.text
    assert answer.get_json()["total"] == 1


@pytest.mark.parametrize("login", OTHERS)
def test_nobody_else_is_told_it(app: Flask, office: Office, login: str) -> None:
    person = Person(app, login)
    rules = {one["rule"] for one in (person.get(CHECK).get_json().get("findings") or [])} | {"service", "filing"}
    reasons = [f"{CHECK.removesuffix('/check')}/explain?rule={quote(rule)}" for rule in sorted(rules)]
    # Everybody else is told reasons by the same rights as these two.
    reasons = reasons if login in ("clerk", "team1") else []
    betrayed = [path for path in [*addresses(app, office), *reasons] if END.encode() in person.get(path).data]
    assert betrayed == []
    if person.get("/api/search/counts?q=a").status_code != 403:
        assert person.get(f"/api/search?q={quote(BEGIN)}").get_json() == {"total": 0, "hits": []}
        assert person.get(f"/api/search/counts?q={quote(BEGIN)}").get_json()["counted"] == 0
        assert person.get(f"/api/search/near?q={quote(QUERIES[2])}").get_json()["hits"] == []
        assert person.get(f"/api/search/suggest?q={quote(BEGIN)}").get_json()["suggestions"] == []


def test_the_process_system_is_not_told_of_it(office: Office) -> None:
    folder = office.settings.export_folder
    assert folder is not None
    told = [json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))]
    assert [one["kind"] for one in told] == ["signed_for", "placed", "ruled", "placed"]
    assert [len(one["documents"]) for one in told] == [2, 2, 1, 1]
    assert [volume["volume"] for volume in told[3]["volumes"]] == ["main"]
    assert END not in json.dumps(told, ensure_ascii=False)


def test_not_even_a_picture_or_a_copy_of_it_is_given(app: Flask, office: Office) -> None:
    with office.db.read() as session:
        document = session.scalars(select(Document).where(Document.title == BEGIN + END)).one()
        page, number = document.pages[0].id, document.id
    pictures = [f"/pages/{page}.jpg", f"/pages/{page}/thumb.jpg", f"/api/pages/{page}/picture", f"/api/pages/{page}/thumbnail"]
    copies = [f"/pages/{page}.pdf", f"/documents/{number}.pdf", f"/api/pages/{page}/copy", f"/api/documents/{number}/copy"]
    for login in ("clerk", "director"):
        person = Person(app, login)
        for path in [*pictures, *copies]:
            assert person.get(path).status_code == 404, path
        assert person.get(f"/api/cases/{quote(CASE_NO)}/volumes/sub.pdf").status_code in (403, 404)
    assert Person(app, "cleared").get(f"/pages/{page}.pdf").data[:5] == b"%PDF-"
