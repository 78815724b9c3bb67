"""The receiving desk by keyboard in a real browser: keys are counted, and what they did is undone by keys."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from dossier.demo.blocks import Paper, Space, Text
from dossier.demo.papers import control, orders
from dossier.desks import sorting, viewing
from dossier.worker import Worker
from tests.browser.conftest import DESK, PHONE, Visitor
from tests.support.office import CASE_NO, hand_over, operator_of, upload
from tests.support.paperfiles import pdf
from tests.support.web import House

Visit = Callable[[str | None], Visitor]
MOST_KEYS = 12
PARTS = ((orders.ACCEPTANCE, 18), (orders.NOTICE_DEBTOR, 9), (orders.REPORT_DEBTOR, 5), (orders.GENERAL_RULING, 3))


def longer(paper: Paper, pages: int, word: str) -> Paper:
    """The paper with so many more pages, each of its own words, and its seal on the last."""
    *first, last = paper.blocks
    more = [block for number in range(pages) for block in (Space(700), Text(f"{word}所附清单第{number + 1}页，接上页。"))]
    return replace(paper, blocks=(*first, *more, last))


def view(house: House, receipt: str) -> dict[str, Any]:
    return viewing.submission_json(house.office, operator_of(house.office), receipt)


def told(house: House, receipt: str) -> list[dict[str, Any]]:
    """The documents as people are told of them, without the numbers of their rows."""
    return [{name: value for name, value in document.items() if name != "id"} for document in view(house, receipt)["documents"]]


@pytest.fixture(scope="module")
def forty(house: House) -> str:
    """A clean hand-over of forty pages that waits: the system does not know two of its annexes by themselves."""
    files = [upload(f"{number}.pdf", pdf(longer(paper, pages, paper.name))) for number, (paper, pages) in enumerate(PARTS)]
    receipt = str(hand_over(house.office, files)["receipt_no"])
    Worker(house.office).run(until_idle=True)
    assert [len(document["pages"]) for document in view(house, receipt)["documents"]] == [1, 18, 10, 1, 5, 5]
    return receipt


class Keys:
    """A person's fingers: every key is counted, and waits until the page that it leads to is there."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.pressed += 1
            self.page.keyboard.press(key)

    def and_then(self, key: str, words: str) -> None:
        """Presses a key that changes the hand-over, and waits until the desk says so."""
        with self.page.expect_response(lambda answer: answer.request.method == "GET" and "/hand-overs/" in answer.url):
            self.press(key)
        expect(self.page.locator("[data-working]")).to_be_hidden()
        expect(self.page.locator("#told .notice.good")).to_contain_text(words)


def test_forty_pages_are_put_in_order_and_signed_for_with_twelve_keys(visit: Visit, house: House, forty: str) -> None:
    """The keys come quicker than the answers: each is done once, after the one before it."""
    visitor = visit("clerk")
    page = visitor.go(f"/hand-overs/{forty}")
    visitor.picture_shown()
    page.evaluate("window.stays = true")
    keys = Keys(page)
    keys.press("j", "m", "j", "j", "j", "m")
    expect(page.locator("[data-document]")).to_have_count(4)
    expect(page.locator(".document.at")).to_have_id("document-3")
    visitor.picture_shown()
    visitor.look("sorting")
    keys.and_then("s", "已签收")
    expect(page.locator("h1")).to_contain_text("已签收")
    assert keys.pressed <= MOST_KEYS
    assert page.evaluate("window.stays") is True, "the page was loaded again"
    signed = view(house, forty)
    assert [(document["type"], len(document["pages"])) for document in signed["documents"]] == [
        ("acceptance_notice", 19),
        ("enforcement_notice", 10),
        ("property_report_order", 6),
        ("general_ruling", 5),
    ]
    assert len(signed["pages"]) == 40
    assert [act["verb"] for act in signed["sorted"]] == ["merge", "merge"]


def test_keys_split_and_undo_and_nothing_typed_is_lost(visit: Visit, house: House) -> None:
    visitor = visit("clerk")
    page = visitor.go(f"/hand-overs/{house.waiting}")
    visitor.picture_shown()
    heads = [page.locator(part).bounding_box() for part in (".text-layer", "[data-viewer-stage]")]
    assert heads[0]["y"] >= heads[1]["y"] - 1, "the head of the page is cut off"
    before = told(house, house.waiting)
    keys = Keys(page)
    keys.press("?")
    expect(page.locator("dialog[data-keys]")).to_be_visible()
    visitor.look("sorting-keys")
    keys.press("Escape", "r")
    reason = page.locator("[data-refuse] [name=reason]")
    reason.fill("缺一页")
    keys.press("Escape", "j")
    keys.and_then("m", "已合并")
    expect(page.locator("[data-document]")).to_have_count(1)
    keys.press("ArrowRight")
    keys.and_then("x", "已拆分")
    expect(page.locator("[data-document]")).to_have_count(2)
    keys.and_then("z", "已撤销")
    keys.and_then("z", "已撤销")
    expect(reason).to_have_value("缺一页")
    assert told(house, house.waiting) == before


def test_who_scans_a_page_again_goes_on_with_the_new_one(visit: Visit, house: House) -> None:
    page = visit("clerk").go(f"/hand-overs/{house.waiting}")
    shown = page.locator(".documents .at .thumb")
    old = shown.first.get_attribute("data-show-page")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.set_input_files(
        "[name=scan]",
        {"name": "again.pdf", "mimeType": "application/pdf", "buffer": pdf(replace(orders.NOTICE_DEBTOR, blocks=(Text("重扫的一页。"),)))},
    )
    page.click(".page-tools form[enctype] button")
    expect(page.locator("#told .notice.good")).to_contain_text("重扫")
    Worker(house.office).run(until_idle=True)
    expect(page.locator(f"[data-show-page='{old}'][data-behind]")).to_have_count(1)
    new = page.locator(f"[data-show-page='{old}']").get_attribute("data-behind")
    expect(page.locator("form[data-act=turn] [name=page]")).to_have_value(str(new))
    keys = Keys(page)
    keys.and_then("z", "已撤销")
    expect(page.locator(f".documents [data-document] [data-show-page='{old}']")).to_have_count(1)


def test_sheets_are_printed_again_from_the_same_page(visit: Visit) -> None:
    page = visit("team1").go("/separators")

    def printer(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(body=(route.request.post_data or "").encode(), headers={"Content-Disposition": "attachment; filename=sheets.pdf"})
        else:
            route.continue_()

    page.route("**/separators", printer)
    for count in ("1", "2"):
        page.fill("[name=plain]", count)
        with page.expect_download() as download:
            page.click("main button.primary")
        assert f"plain={count}&" in download.value.path().read_text(encoding="utf-8")


def test_an_error_and_a_broken_line_are_told_in_place(visit: Visit, house: House) -> None:
    visitor = visit("clerk")
    page = visitor.go(f"/hand-overs/{house.waiting}")
    keys = Keys(page)
    keys.press("j", "t")
    chosen = page.locator(".documents .at input[name=type]")
    expect(chosen).to_be_focused()
    page.keyboard.type("便条 · note")
    page.keyboard.press("Enter")
    expect(page.locator("#told [role=alert]")).to_contain_text("note")
    expect(chosen).to_be_focused()
    expect(chosen).to_have_value("便条 · note")
    page.keyboard.press("Escape")
    for address in ("sort/merge", house.waiting):
        page.route(f"**/{address}", lambda route: route.abort(), times=1)
    keys.press("m", "m")
    expect(page.locator("#told")).to_contain_text("连接已恢复")
    expect(page.locator("#told")).to_contain_text("其后按的键没有执行")
    assert not any("undefined" in one for one in visitor.complaints), "an error that nobody takes"
    assert len(told(house, house.waiting)) == 2, "a key that was pressed before the line broke was carried out after it"
    expect(chosen).to_have_value("便条 · note")
    # Somebody else turns a page meanwhile: what was typed and chosen for an act that was not done is still there.
    turned = view(house, house.waiting)["pages"][0]["id"]
    keys.press("r")
    reason, target = page.locator("[data-refuse] [name=reason]"), page.locator("[data-act=move] select")
    reason.fill("缺一页")
    target.select_option("2")
    sorting.turn(house.office, operator_of(house.office), house.waiting, turned, 90)
    page.click("[data-refuse] button.danger")
    expect(page.locator("#told")).to_contain_text("刚被改动过")
    expect(reason).to_be_visible()
    expect(reason).to_have_value("缺一页")
    expect(target).to_have_value("2")
    # What is pressed for the page as it was is not done to the page as it is.
    sorting.turn(house.office, operator_of(house.office), house.waiting, turned, 90)
    keys.press("m", "z")
    expect(page.locator("#told")).to_contain_text("刚被改动过")
    expect(page.locator("#told")).to_contain_text("其后按的键没有执行")
    assert [act["undone"] for act in view(house, house.waiting)["sorted"][-1:]] == [False], (
        "a key was carried out after an act that was not"
    )
    assert len(told(house, house.waiting)) == 2
    keys.and_then("z", "已撤销")
    keys.and_then("z", "已撤销")


def test_a_phone_on_a_bad_line_sends_every_part_once(visit: Visit, house: House) -> None:
    visitor = visit("team1")
    visitor.page.set_viewport_size(PHONE)
    page = visitor.go(f"/hand-overs/new?case={quote(CASE_NO)}")
    expect(page.locator("label.camera")).to_be_visible()
    for colour in ("red", "blue"):
        taken = io.BytesIO()
        Image.new("RGB", (30, 40), colour).save(taken, "JPEG")
        page.set_input_files("#camera", {"name": "image.jpg", "mimeType": "image/jpeg", "buffer": taken.getvalue()})
    expect(page.locator("[data-file-list] li:has(img) b")).to_have_text(["照片_001.jpg", "照片_002.jpg"])
    for _ in range(2):
        page.locator("[data-file-list] button").first.click()
    photo = house.folder / "photo.pdf"
    photo.write_bytes(pdf(orders.NOTICE_DEBTOR, control.QUERY))
    page.set_input_files("#files", [photo])
    sent: list[int] = []

    def line(route: Route) -> None:
        if len(sent) == 0:
            sent.append(0)
            route.abort()
        else:
            answer = route.fetch()
            sent.append(answer.status)
            route.fulfill(response=answer)

    page.route("**/api/parts", line)
    page.click("[data-send]")
    expect(page.locator("[data-upload-text]")).to_contain_text("正在重试")
    page.wait_for_url(re.compile("/hand-overs/HZ"))
    assert sent == [0, 200]
    visitor.page.set_viewport_size(DESK)
    assert [one for one in visitor.complaints if "ERR_FAILED" not in one] == []
