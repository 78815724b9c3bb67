"""A browser and a served house, once for all browser tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, ViewportSize, sync_playwright

from dossier.web.site import create_app
from tests.support.office import PASSWORD
from tests.support.web import House, build, served

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"]
DESK: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}
SCREENS = Path(__file__).resolve().parents[2] / "docs" / "screens"


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    built = build(tmp_path_factory.mktemp("house") / "home")
    yield built
    built.office.close()


@pytest.fixture(scope="session")
def address(house: House) -> Iterator[str]:
    with served(create_app(house.office)) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@dataclass
class Visitor:
    """A person at a browser, and what went wrong in it."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} {message.location}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.outside.append(request.url)

    def go(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, login: str) -> None:
        self.go("/sign-in")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_selector(".top-me")

    def picture_shown(self) -> None:
        """Waits until the viewer has drawn a page."""
        self.page.wait_for_selector("[data-viewer][data-shown]")

    def require_well(self) -> None:
        """No console error, no request elsewhere, nothing wider than the window."""
        assert self.complaints == []
        assert self.outside == []
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{wide} px wider than the window"


@pytest.fixture(params=["desk", "phone"])
def visitor(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Visitor]:
    """Somebody at a desk (1366 × 768) or at a phone (390 px), not signed in."""
    context = browser.new_context(viewport=DESK if request.param == "desk" else PHONE, locale="zh-CN")
    person = Visitor(context.new_page(), address)
    person.listen()
    yield person
    context.close()


@pytest.fixture
def keep(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Page, str], None]:
    """keep(page, name): the picture of a page, into docs/screens when UPDATE_SCREENS=1, else thrown away; it must show something."""
    size = "phone" if "phone" in request.node.name else "desk"
    update = os.environ.get("UPDATE_SCREENS") == "1"

    def take(page: Page, name: str) -> None:
        folder = SCREENS if update else tmp_path
        folder.mkdir(parents=True, exist_ok=True)
        data = page.screenshot(path=folder / f"{name}-{size}.png", full_page=size == "phone")
        assert len(data) > 8_000, "the page is blank"

    return take
