"""Every page in a real browser at a desk and on a phone: it shows what it should, complains of nothing, asks nobody else, fits the window."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from playwright.sync_api import Page, expect

from dossier.demo.papers import orders
from dossier.worker import Worker
from tests.browser.conftest import DESK, Visitor
from tests.support.office import CASE_NO
from tests.support.web import House, write_pdf

Keep = Callable[[Page, str], None]
CASE = quote(CASE_NO)


def test_sign_in(visitor: Visitor, keep: Keep) -> None:
    visitor.go("/cases")
    expect(visitor.page.locator("h1")).to_contain_text("登录")
    keep(visitor.page, "sign-in")
    visitor.require_well()


def test_inbox(visitor: Visitor, house: House, keep: Keep) -> None:
    visitor.sign_in("clerk")
    page = visitor.go("/hand-overs")
    for receipt in (house.signed, house.refused, house.waiting):
        expect(page.get_by_role("link", name=receipt)).to_be_visible()
    keep(page, "hand-over-list")
    visitor.require_well()


def test_refused(visitor: Visitor, house: House, keep: Keep) -> None:
    visitor.sign_in("team1")
    page = visitor.go(f"/hand-overs/{house.refused}")
    expect(page.locator("h1")).to_contain_text("不予签收")
    page.locator(".finding a[data-marks]").first.click()
    visitor.picture_shown()
    expect(page.locator(".box.zone").first).to_be_attached()
    keep(page, "hand-over-refused")
    visitor.require_well()


def test_signed_for(visitor: Visitor, house: House, keep: Keep) -> None:
    visitor.sign_in("clerk")
    page = visitor.go(f"/hand-overs/{house.signed}")
    visitor.picture_shown()
    expect(page.locator("h1")).to_contain_text("已签收")
    keep(page, "hand-over-signed")
    visitor.require_well()


def test_waiting(visitor: Visitor, house: House, keep: Keep) -> None:
    visitor.sign_in("clerk")
    page = visitor.go(f"/hand-overs/{house.waiting}")
    visitor.picture_shown()
    expect(page.locator("#decide")).to_be_visible()
    keep(page, "hand-over-waiting")
    visitor.require_well()


def test_case_list(visitor: Visitor, keep: Keep) -> None:
    visitor.sign_in("clerk")
    page = visitor.go("/cases")
    expect(page.get_by_role("link", name=CASE_NO)).to_be_visible()
    keep(page, "case-list")
    visitor.require_well()


def test_case(visitor: Visitor, keep: Keep) -> None:
    visitor.sign_in("clerk")
    page = visitor.go(f"/cases/{CASE}")
    visitor.picture_shown()
    expect(page.locator(".contents li").first).to_be_visible()
    expect(page.locator(".timeline")).to_contain_text("个工作日")
    page.locator(".contents a").nth(2).click()
    expect(page.locator(".contents a").nth(2)).to_have_class("current")
    visitor.picture_shown()
    keep(page, "case")
    visitor.require_well()


def test_gate(visitor: Visitor, keep: Keep) -> None:
    visitor.sign_in("clerk")
    page = visitor.go(f"/cases/{CASE}/check?gate=closing")
    expect(page.locator("h1")).to_contain_text("未通过")
    keep(page, "case-check")
    visitor.require_well()


def test_search(visitor: Visitor, keep: Keep) -> None:
    visitor.sign_in("clerk")
    page = visitor.go("/search?q=" + quote("财产"))
    expect(page.locator("mark").first).to_have_text("财产")
    keep(page, "search")
    page.locator(".hit h2 a").first.click()
    visitor.picture_shown()
    expect(page.locator(".box.word").first).to_be_attached()
    keep(page, "search-page")
    visitor.require_well()


def test_hand_over_with_progress(visitor: Visitor, house: House, keep: Keep) -> None:
    visitor.sign_in("team1")
    page = visitor.go("/hand-overs/new?case=" + CASE)
    # What is of the case already is not taken twice, so the second visitor brings other papers.
    at_desk = (page.viewport_size or DESK)["width"] == DESK["width"]
    papers = (orders.NOTICE_COMPANY, orders.DISHONEST) if at_desk else (orders.REPORT_COMPANY, orders.CONSUMPTION_COMPANY)
    broken = house.folder / "坏文件.pdf"
    broken.write_bytes(b"not a pdf")
    page.set_input_files("#files", [*(write_pdf(house.folder, paper) for paper in papers), broken])
    expect(page.locator("[data-file-list] li")).to_have_count(3)
    keep(page, "hand-over-new")
    page.click("[data-send]")
    page.wait_for_selector("[data-progress]")
    expect(page.locator(".rejects")).to_contain_text("坏文件.pdf")
    work_until_read(house, 1)
    expect(page.locator("[data-thumbs] img")).not_to_have_count(0)
    keep(page, "hand-over-progress")
    Worker(house.office).run(until_idle=True)
    expect(page.locator("h1")).to_contain_text("已签收")
    visitor.picture_shown()
    visitor.require_well()


def work_until_read(house: House, pages: int) -> None:
    """Works until so many pages are read, then stops in good order."""
    worker = Worker(house.office, lambda tally: worker.stop() if tally.per_step.get("read", 0) >= pages else None)
    worker.run(until_idle=True)
