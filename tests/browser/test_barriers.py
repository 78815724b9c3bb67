"""Every page that the application has, at a desk and on a phone: axe-core finds nothing that bars people, nothing is wider than the window."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext

from dossier.web.site import create_app
from tests.browser.conftest import DESK, PHONE, SCREENS, Visitor
from tests.support import english
from tests.support.furnished import furnish
from tests.support.looks import LEAD_ON, PAGES
from tests.support.web import House
from tests.support.webclient import Person

# The same rules run; of what they pass, nothing is told, which would be most of what comes back.
ONLY_VIOLATIONS = {"resultTypes": ["violations"]}
LOOKS = [(name, login, path) for looks in PAGES.values() for name, login, path in looks]


@pytest.fixture(scope="session")
def facts(house: House) -> dict[str, Any]:
    return furnish(house)


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
    found = Axe().run(page, options=ONLY_VIOLATIONS).response["violations"]
    told = [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]
    assert not told, "\n".join(told)
    if os.environ.get("UPDATE_SCREENS") == "1" and name not in LEAD_ON:
        if page.locator("[data-viewer][data-page]:not([data-page=''])").count():
            visitor.picture_shown()
        visitor.folder = SCREENS
        visitor.look(name)
        return
    for viewport in (PHONE, DESK):
        page.set_viewport_size(viewport)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{wide} px wider than the window ({viewport['width']} px)"
    assert visitor.outside == []


def test_an_english_page_says_where_it_is_chinese(house: House, facts: dict[str, Any]) -> None:
    """Every page again, in English and without a browser: what is not English stands in an element that is marked as Chinese."""
    app = create_app(house.office)
    readers: dict[str | None, Person] = {}
    found: dict[str, list[str]] = {}
    for name, login, path in LOOKS:
        if login not in readers:
            readers[login] = Person(app, login)
            readers[login].post("/language/en")
        answer = readers[login].get(path.format_map(facts))
        assert answer.status_code == (303 if name in LEAD_ON else 200), name
        language, untold = english.untold(answer.text)
        if name not in LEAD_ON and (language != "en" or untold):
            found[name] = untold
    for reader in readers.values():
        reader.post("/language/zh")
    assert found == {}
