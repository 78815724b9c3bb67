"""The borrowing pages in a real browser: paper is asked for, approved, handed out and checked in with one sheet missing."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from playwright.sync_api import expect

from dossier import people
from dossier.desks import borrowing
from tests.browser.conftest import Visitor
from tests.support.office import CASE_NO
from tests.support.web import House

CASE = quote(CASE_NO)


def test_paper_goes_out_and_comes_back_but_for_one_sheet(visit: Callable[[str | None], Visitor], house: House) -> None:
    team = visit("team1")
    page = team.go(f"/loans/new?case={CASE}")
    page.check(".picks li:nth-child(1) input")
    page.check(".picks li:nth-child(2) input")
    page.fill("input[name=reason]", "评估机构核对原件")
    page.fill("input[name=until]", "2026-09-03")
    page.fill("input[name=borrower]", "李测试")
    team.look("loan-new")
    page.click("text=提交申请")
    expect(page.locator("h1")).to_contain_text("待批准")
    number = page.url.rsplit("/", 1)[1]
    borrowing.decide(house.office, people.acting_as(house.office, "director"), number, "approve")
    clerk = visit("clerk")
    page = clerk.go(f"/loans/{number}")
    listed = page.locator("#act small").inner_text().split()[1]
    page.fill("input[name=count]", listed)
    page.press("input[name=count]", "Enter")
    expect(page.locator(".notice.good")).to_contain_text("已发放")
    clerk.look("loan-out")
    page.uncheck(".paper:nth-of-type(1) input[name=document]")
    page.fill("input[name=count]", str(int(listed) - page.locator(".paper:nth-of-type(1) input[name=page]").count()))
    page.press("input[name=count]", "Enter")
    expect(page.locator(".notice.good")).to_contain_text("已清点入库")
    expect(page.locator("h1")).to_contain_text("借出中")
    page = clerk.go("/loans")
    expect(page.get_by_role("link", name=number)).to_be_visible()
    expect(page.locator("tbody")).to_contain_text("个工作日")
    clerk.look("loan-list")
    page = clerk.go("/loans/figures")
    expect(page.locator(".chart svg").first).to_be_visible()
    clerk.look("loan-figures")
    page = clerk.go(f"/cases/{CASE}/paper")
    page.fill("input[name=room]", "三楼库房")
    page.fill("input[name=reason]", "入库")
    page.press("input[name=reason]", "Enter")
    expect(page.locator(".where")).to_have_text("三楼库房")
    clerk.look("paper")
