"""Every page in a real browser at a desk and on a phone: it shows what it should, complains of nothing, asks nobody else, fits the window."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from dossier.demo.papers import orders
from dossier.worker import Worker
from tests.browser.conftest import Visitor
from tests.support.office import CASE_NO
from tests.support.web import House, write_pdf

Visit = Callable[[str | None], Visitor]
CASE = quote(CASE_NO)


def test_sign_in(visit: Visit) -> None:
    visitor = visit(None)
    visitor.go("/cases")
    expect(visitor.page.locator("h1")).to_contain_text("登录")
    visitor.look("sign-in")


def test_workbench(visit: Visit) -> None:
    visitor = visit("clerk")
    page = visitor.go("/workbench")
    expect(page.locator(".box").first).to_be_visible()
    expect(page.locator(".chart svg").first).to_be_visible()
    visitor.look("workbench")


def test_workbench_in_english(visit: Visit) -> None:
    """The switch at the top, by keyboard, and back again."""
    visitor = visit("clerk")
    page = visitor.go("/workbench")
    page.get_by_role("button", name="English").press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_contain_text("Workbench")
    expect(page.locator(".chart svg").first).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    visitor.look("workbench-english")
    page.get_by_role("button", name="中文").press("Enter")
    expect(page.locator("h1")).to_contain_text("工作台")


def test_inbox(visit: Visit, house: House) -> None:
    visitor = visit("clerk")
    page = visitor.go("/hand-overs")
    for receipt in (house.signed, house.refused, house.waiting):
        expect(page.get_by_role("link", name=receipt)).to_be_visible()
    visitor.look("hand-over-list")


def test_refused(visit: Visit, house: House) -> None:
    visitor = visit("team1")
    page = visitor.go(f"/hand-overs/{house.refused}")
    expect(page.locator("h1")).to_contain_text("不予签收")
    page.locator(".finding a[data-marks]").first.click()
    visitor.picture_shown()
    expect(page.locator(".box.zone")).to_have_attribute("title", "受送达人签名或盖章：空白")
    visitor.look("hand-over-refused")


def test_signed_for(visit: Visit, house: House) -> None:
    visitor = visit("clerk")
    page = visitor.go(f"/hand-overs/{house.signed}")
    visitor.picture_shown()
    expect(page.locator("h1")).to_contain_text("已签收")
    visitor.look("hand-over-signed")


def test_waiting(visit: Visit, house: House) -> None:
    visitor = visit("clerk")
    page = visitor.go(f"/hand-overs/{house.waiting}")
    visitor.picture_shown()
    expect(page.locator("#decide")).to_be_visible()
    visitor.look("hand-over-waiting")


def test_case_list(visit: Visit) -> None:
    visitor = visit("clerk")
    page = visitor.go("/cases")
    expect(page.get_by_role("link", name=CASE_NO)).to_be_visible()
    visitor.look("case-list")


def test_case(visit: Visit) -> None:
    visitor = visit("clerk")
    page = visitor.go(f"/cases/{CASE}")
    visitor.picture_shown()
    expect(page.locator(".contents li").first).to_be_visible()
    expect(page.locator(".timeline")).to_contain_text("个工作日")
    page.locator(".contents a").nth(2).click()
    expect(page.locator(".contents a").nth(2)).to_have_class("current")
    visitor.picture_shown()
    visitor.look("case")


def _until(page: Page, value: str, condition: str) -> None:
    """Waits, a frame at a time, until the condition holds of `now`, the value; unlike wait_for_function it needs no eval, which the page forbids."""
    told = page.evaluate(
        f"""async () => {{
          for (let frame = 0; frame < 900; frame += 1) {{
            const now = {value};
            if ({condition}) return "";
            await new Promise(requestAnimationFrame);
          }}
          return JSON.stringify({value});
        }}"""
    )
    assert told == "", f"{condition} does not hold of {told}"


def test_two_pages_side_by_side_and_their_text(visit: Visit) -> None:
    visitor = visit("clerk")
    page = visitor.go(f"/cases/{CASE}")
    visitor.picture_shown()
    page.click("[data-tool=compare]")
    visitor.picture_shown()
    page.locator(".contents a[data-show-page]", has_text="执行裁定书").first.click()
    visitor.picture_shown()
    left, right = page.locator(".viewer-leaf").nth(0), page.locator(".viewer-leaf").nth(1)
    expect(left.locator("[data-leaf-name]")).to_contain_text("受理案件通知书")
    expect(right.locator("[data-leaf-name]")).to_contain_text("执行裁定书")
    wide = "[...document.querySelectorAll('.text-layer')].map((layer) => Math.round(layer.getBoundingClientRect().width / 10))"
    _until(page, wide, "now.length === 2 && now[0] > 0 && now[1] > 0")
    before = page.evaluate(wide)
    page.click("[data-tool=in]")
    _until(page, wide, f"now[0] === now[1] && now[1] > {before[1]}")
    page.click("[data-tool=link]")
    page.click("[data-tool=out]")
    _until(page, wide, "now[1] < now[0]")
    page.click("[data-tool=whole]")
    page.click("[data-tool=link]")
    _until(page, wide, "now[0] === now[1]")
    page.click("[data-tool=select]")
    lines = left.locator(".text-layer text")
    first, last = lines.nth(3).bounding_box(), lines.nth(4).bounding_box()
    assert first is not None
    assert last is not None
    page.mouse.move(first["x"] + 1, first["y"] + first["height"] / 2)
    page.mouse.down()
    page.mouse.move(last["x"] + last["width"] - 1, last["y"] + last["height"] / 2, steps=4)
    page.mouse.up()
    assert "李测试" in page.evaluate("getSelection().toString()")
    visitor.look("case-compare")
    page.click("[data-tool=compare]")
    expect(page.locator(".viewer-leaf")).to_have_count(1)


def test_gate(visit: Visit) -> None:
    visitor = visit("clerk")
    page = visitor.go(f"/cases/{CASE}/check?gate=closing")
    expect(page.locator("h1")).to_contain_text("未通过")
    visitor.look("case-check")


def test_figures(visit: Visit) -> None:
    visitor = visit("clerk")
    page = visitor.go("/figures/overdue?until=2026-09-01")
    expect(page.locator(".chart svg").first).to_be_visible()
    expect(page.locator("tr.sum").first).to_contain_text("合计")
    visitor.look("figures-overdue")
    page = visitor.go("/figures/returns")
    expect(page.locator(".facts")).to_contain_text("退回率")
    visitor.look("figures-returns")


def test_an_answer_that_comes_too_late_shows_nothing(visit: Visit) -> None:
    page = visit("clerk").go("/search?q=" + quote("财产"))
    held: list[Route] = []
    page.route(re.compile(quote("财产线索")), lambda route: held.append(route))
    box, results = page.locator("#q"), page.locator("#results")
    with page.expect_request(re.compile(r"/search\?q=" + quote("财产线索"))):
        box.fill("财产线索")
    expect(results).to_have_class("stale")
    with page.expect_event("requestfailed", lambda request: "/search?" in request.url):
        box.fill("财产")
    expect(results).not_to_have_class("stale")
    with page.expect_request(re.compile("suggest")):
        box.fill("财产线索")
    with page.expect_event("requestfailed", lambda request: "suggest" in request.url):
        box.fill("")
    expect(page.locator("#suggestions")).to_be_hidden()


def test_search(visit: Visit) -> None:
    visitor = visit("clerk")
    page = visitor.go("/search")
    # Hits follow what is typed; what is not whole yet leaves them as they are.
    page.locator("#q").press_sequentially("财产 案号:")
    page.locator("#q").press("Escape")
    page.locator("#q").fill("财产")
    expect(page.locator("mark").first).to_have_text("财产")
    expect(page).to_have_url(re.compile("q=%E8%B4%A2%E4%BA%A7$"))
    page.locator("#q").press("Enter")
    expect(page.locator("mark").first).to_have_text("财产")
    expect(page.locator(".narrow a").first).to_be_visible()
    visitor.look("search")
    page.locator(".hit h3 a").first.click()
    visitor.picture_shown()
    expect(page.locator(".box.word").first).to_be_attached()
    visitor.look("search-page")


def test_hand_over_with_progress(visit: Visit, house: House) -> None:
    # What other tests left to do is done first: the page that is read in the middle is one of this hand-over.
    Worker(house.office).run(until_idle=True)
    visitor = visit("team1")
    page = visitor.go("/hand-overs/new")
    expect(page.locator("[data-nodes]")).to_be_hidden()
    page.fill("[name=case_no]", CASE_NO)
    page.press("[name=case_no]", "Tab")
    expect(page.locator("[data-nodes]")).to_be_visible()
    assert page.locator("[data-nodes] option").count() > 10
    papers = (orders.NOTICE_COMPANY, orders.DISHONEST)
    broken = house.folder / "坏文件.pdf"
    broken.write_bytes(b"not a pdf")
    page.set_input_files("#files", [*(write_pdf(house.folder, paper) for paper in papers), broken])
    expect(page.locator("[data-file-list] li")).to_have_count(3)
    visitor.look("hand-over-new")
    page.click("[data-send]")
    page.wait_for_selector("[data-progress]")
    expect(page.locator(".rejects")).to_contain_text("坏文件.pdf")
    work_until_read(house, 1)
    expect(page.locator("[data-thumbs] img")).not_to_have_count(0)
    visitor.look("hand-over-progress")
    Worker(house.office).run(until_idle=True)
    expect(page.locator("h1")).to_contain_text("已签收")
    visitor.picture_shown()


def work_until_read(house: House, pages: int) -> None:
    """Works until so many pages are read, then stops in good order."""
    worker = Worker(house.office, lambda tally: worker.stop() if tally.per_step.get("read", 0) >= pages else None)
    worker.run(until_idle=True)
