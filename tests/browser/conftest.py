"""A browser and a served house, once for all browser tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, ViewportSize, sync_playwright

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


def _shrink(path: Path) -> None:
    """A picture of a page has few colours: a palette makes it a third, and nobody sees it. What is below the fourth screen is left out."""
    with Image.open(path) as picture:
        seen = picture.crop((0, 0, picture.width, min(picture.height, 4 * PHONE["height"])))
        small = seen.convert("RGB").quantize(160, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


@dataclass
class Visitor:
    """A person at a browser, and what went wrong in it."""

    page: Page
    address: str
    folder: Path
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
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

    def picture_shown(self) -> None:
        """Waits until the viewer has drawn a page."""
        self.page.wait_for_selector("[data-viewer][data-shown]")

    def look(self, name: str) -> None:
        """The page at a desk and on a phone: it shows something, nothing is wider than the window, nobody complains, nobody else is asked."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for size, viewport in (("desk", DESK), ("phone", PHONE)):
            self.page.set_viewport_size(viewport)
            wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{name} is {wide} px wider than the window ({size})"
            if self.folder == SCREENS or size == "desk":
                path = self.folder / f"{name}-{size}.png"
                data = self.page.screenshot(path=path, full_page=size == "phone")
                assert len(data) > 8_000, f"{name} is blank ({size})"
                if self.folder == SCREENS:
                    _shrink(path)
        self.page.set_viewport_size(DESK)
        assert self.complaints == []
        assert self.outside == []


@pytest.fixture(scope="session")
def signed_in(browser: Browser, address: str) -> Callable[[str], Any]:
    """The cookies of somebody who signed in through the page, once a run."""
    known: dict[str, Any] = {}

    def state(login: str) -> Any:
        if login not in known:
            context = browser.new_context()
            page = context.new_page()
            page.goto(address + "/sign-in")
            page.fill("input[name=login]", login)
            page.fill("input[name=password]", PASSWORD)
            page.press("input[name=password]", "Enter")
            page.wait_for_selector(".top-me")
            known[login] = context.storage_state()
            context.close()
        return known[login]

    return state


@pytest.fixture
def visit(browser: Browser, address: str, signed_in: Callable[[str], Any], tmp_path: Path) -> Iterator[Callable[[str | None], Visitor]]:
    """visit(login): this person at a desk. Pictures go to docs/screens when UPDATE_SCREENS=1, else they are thrown away."""
    folder = SCREENS if os.environ.get("UPDATE_SCREENS") == "1" else tmp_path
    contexts: list[BrowserContext] = []

    def arrive(login: str | None) -> Visitor:
        state = signed_in(login) if login else None
        contexts.append(browser.new_context(viewport=DESK, locale="zh-CN", storage_state=state))
        return Visitor(contexts[-1].new_page(), address, folder)

    yield arrive
    for context in contexts:
        context.close()
