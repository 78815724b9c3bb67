"""Every page that the application has, at a desk and on a phone: axe-core finds nothing that bars people, nothing is wider than the window."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext
from sqlalchemy import select

from dossier import people
from dossier.demo.papers import second
from dossier.desks import borrowing, cases, receiving, reviewing, sampling
from dossier.records.tables import Document, Page
from dossier.worker import Worker
from tests.browser.conftest import DESK, PHONE, SCREENS, Visitor
from tests.support.looks import LEAD_ON, PAGES
from tests.support.office import CASE, CASE_NO, PASSWORD, TEAM, operator_of
from tests.support.web import House, give

CLOSING = "（2026）豫9924执119号"
LOOKS = [(name, login, path) for looks in PAGES.values() for name, login, path in looks]


@pytest.fixture(scope="session")
def facts(house: House) -> dict[str, Any]:
    """What the addresses name; a loan, a review and a sample are made first."""
    office, operator = house.office, operator_of(house.office)
    for login, role in (("keeper", "system_admin"), ("auditor", "auditor"), ("substance", "reviewer")):
        people.add(office, operator, login=login, display=login, roles=[role], team=None, password=PASSWORD, must_change=False)
    closed = [CASE | {"case_no": f"（2026）豫9924执{n}号", "closed_on": "2026-08-20", "closing_mode": "执行完毕"} for n in range(200, 203)]
    cases.import_cases(office, operator, json.dumps([CASE | {"case_no": CLOSING}, *closed], ensure_ascii=False).encode())
    stated = {"closing_amount": "204650", "paid_amount": "204650", "waived_amount": "0", "closing_reason": "履行完毕"}
    reviewing.submit(office, people.acting_as(office, "team1"), CLOSING, "执行完毕", office.today(), stated)
    wanted = sampling.Wanted("0901-7", 2, office.today() - timedelta(days=30), office.today(), team=TEAM)
    sampling.draw(office, people.acting_as(office, "director"), wanted)
    with office.db.read() as session:
        document, page = session.execute(
            select(Document.id, Page.id).join(Page, Page.document_id == Document.id).where(Document.state == "placed").order_by(Page.id)
        ).first() or (0, 0)
    disputed = give(office, house.folder / "disputed", (second.STRAY_NOTICE,))
    Worker(office).run(until_idle=True)
    receiving.dispute(office, people.acting_as(office, "team1"), disputed, "本件系并案执行材料，不是他案材料")
    borrow = borrowing.Wanted(CASE_NO, "reading", "核对送达日期", office.today() + timedelta(days=3), documents=[document])
    loan = borrowing.ask(office, people.acting_as(office, "team1"), borrow)
    known = {
        "signed": house.signed,
        "refused": house.refused,
        "waiting": house.waiting,
        "disputed": disputed,
        "loan": loan,
        "page": page,
        "document": document,
    }
    return {**known, "case": quote(CASE_NO), "closing": quote(CLOSING)}


@pytest.fixture(scope="session")
def person(browser: Browser, address: str, signed_in: Callable[[str], Any]) -> Iterator[Callable[[str | None], Visitor]]:
    """One window for each person, for all pages."""
    known: dict[str | None, Visitor] = {}
    contexts: list[BrowserContext] = []

    def window(login: str | None) -> Visitor:
        if login not in known:
            contexts.append(browser.new_context(viewport=DESK, locale="zh-CN", storage_state=signed_in(login) if login else None))
            known[login] = Visitor(contexts[-1].new_page(), address, Path())
        return known[login]

    yield window
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("name", "login", "path"), LOOKS, ids=[name for name, *_ in LOOKS])
def test_nothing_bars_anybody(
    facts: dict[str, Any], person: Callable[[str | None], Visitor], name: str, login: str | None, path: str
) -> None:
    visitor = person(login)
    page = visitor.page
    answer = page.goto(visitor.address + path.format(**facts))
    assert answer is not None
    assert answer.ok, f"{path} answers {answer.status}"
    assert (name in LEAD_ON) == (answer.request.redirected_from is not None), f"{path} leads on to {page.url}"
    found = Axe().run(page).response["violations"]
    told = [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]
    assert not told, "\n".join(told)
    if os.environ.get("UPDATE_SCREENS") == "1" and name not in LEAD_ON:
        if page.locator("[data-viewer][data-page]:not([data-page=''])").count():
            visitor.picture_shown()
        visitor.folder = SCREENS
        visitor.look(name)
        return
    for viewport in (DESK, PHONE):
        page.set_viewport_size(viewport)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{wide} px wider than the window ({viewport['width']} px)"
    page.set_viewport_size(DESK)
    assert visitor.outside == []
