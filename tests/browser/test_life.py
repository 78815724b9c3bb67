"""The whole life of a case through the pages: from a phone at the roadside to the two keys that close it, with a refusal, a ruling, a loan and a gap on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dossier import people
from dossier.demo.blocks import Paper, Text, title
from dossier.desks import cases
from dossier.office import Office
from dossier.web.site import create_app
from dossier.worker import Worker
from tests.browser.conftest import DESK, PHONE, Visitor
from tests.support.office import CASE, PASSWORD, open_test_office, operator_of
from tests.support.web import READER, served, write_pdf

CASE_NO = "（2026）豫9924执他3号"
STAFF = (("substance", "reviewer"), ("procedure", "procedural_reviewer"))


def report(case_no: str) -> Paper:
    """The report that closes the case, under this number."""
    lines = (
        f"{case_no}",
        "本案于2026年8月17日立案，申请执行人李测试，被执行人张某甲，申请标的额204650元。",
        "执行情况：被执行人已自动履行完毕，到位标的额204650元，放弃标的额0元，结案标的额204650元。",
        "结案方式：执行完毕。结案日期：2026年9月1日。结案事由：自动履行。",
        "承办人：周执行",
        "2026年9月1日",
    )
    return Paper("closing_report", "结案报告", (title("结案报告"), *(Text(line) for line in lines)), face="serif", case_no=case_no)


NOTE = Paper("", "便条", (title("便　条"), Text("收到张某甲交来的还款收条复印件一份，随案附卷。"), Text("周执行")), face="serif")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_test_office(tmp_path_factory.mktemp("life") / "home", reader=READER)
    operator = operator_of(opened)
    cases.import_cases(opened, operator, json.dumps([CASE | {"case_no": CASE_NO, "kind": "执他"}], ensure_ascii=False).encode())
    for login, role in STAFF:
        people.add(opened, operator, login=login, display=login, roles=[role], team=None, password=PASSWORD, must_change=False)
    yield opened
    opened.close()


@pytest.fixture
def visit(browser: Browser, office: Office, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """visit(login): the page of this person, signed in; a phone for the team."""
    contexts: list[BrowserContext] = []
    windows: dict[str, Visitor] = {}
    with served(create_app(office)) as address:

        def arrive(login: str) -> Page:
            if login not in windows:
                phone: dict[str, Any] = (
                    {"viewport": PHONE, "is_mobile": True, "has_touch": True} if login == "team1" else {"viewport": DESK}
                )
                contexts.append(browser.new_context(base_url=address, locale="zh-CN", **phone))
                windows[login] = Visitor(contexts[-1].new_page(), address, tmp_path)
                page = windows[login].go("/sign-in")
                page.fill("input[name=login]", login)
                page.fill("input[name=password]", PASSWORD)
                page.press("input[name=password]", "Enter")
                page.wait_for_selector(".top-me")
            return windows[login].page

        yield arrive
        for window in windows.values():
            assert window.complaints == []
            assert window.outside == []
        for context in contexts:
            context.close()


def work(office: Office) -> None:
    Worker(office).run(until_idle=True)


def hand_over(page: Page, *files: Path) -> str:
    """Picks files on the page where one hands over, sends them; the receipt's number."""
    page.set_input_files("#files", list(files))
    expect(page.locator("[data-file-list] li")).to_have_count(len(files))
    page.click("[data-send]")
    page.wait_for_url("**/hand-overs/HZ*")
    return page.url.rsplit("/", 1)[1]


def refused_disputed_and_ruled(visit: Callable[..., Page], office: Office, papers: Path) -> str:
    team = visit("team1")
    team.goto(f"/hand-overs/new?case={quote(CASE_NO)}")
    receipt = hand_over(team, write_pdf(papers / "first", report("（2026）豫9924执118号")))
    work(office)
    expect(team.locator("h1")).to_contain_text("不予签收")
    expect(team.locator(".corrections")).to_contain_text("案号")
    team.click("summary:has-text('报请局长决定')")
    team.fill("form[action$='/dispute'] textarea", "两案并案报结，用的是主案案号")
    team.click("button:has-text('报请决定')")
    expect(team.locator("h1")).to_contain_text("争议")
    director = visit("director")
    director.goto("/workbench")
    director.get_by_role("link", name=receipt).first.click()
    if not director.url.endswith("/ruling"):
        director.click("text=作出决定")
    director.fill("textarea[name=reason]", "各案分别报结，应当写本案案号")
    director.click("button[value=fix]")
    team.goto(f"/hand-overs/{receipt}")
    expect(team.locator(".dispute")).to_contain_text("应予改正")
    return receipt


def handed_over_again_and_signed_for(visit: Callable[..., Page], office: Office, papers: Path, refused: str) -> None:
    team = visit("team1")
    team.click("text=改正后重新移送")
    receipt = hand_over(team, write_pdf(papers / "second", report(CASE_NO)), write_pdf(papers / "second", NOTE))
    work(office)
    expect(team.locator("h1")).to_contain_text("待审核")
    expect(team.get_by_role("link", name=refused).first).to_be_visible()
    clerk = visit("clerk")
    clerk.goto(f"/hand-overs/{receipt}")
    unknown = clerk.locator("article", has_text="未识别材料")
    unknown.locator("summary").click()
    unknown.locator("input[name=type]").fill("当事人举证材料 · party_evidence")
    unknown.locator("form[data-act=retype] button").click()
    expect(clerk.locator(".notice.good")).to_be_visible()
    clerk.click("text=全部签收")
    expect(clerk.locator("h1")).to_contain_text("已签收")
    work(office)


def lent_and_brought_back(visit: Callable[..., Page]) -> None:
    reviewer, director, clerk = visit("substance"), visit("director"), visit("clerk")
    reviewer.goto(f"/loans/new?case={quote(CASE_NO)}")
    reviewer.check("input[name=whole]")
    reviewer.fill("input[name=reason]", "核对原件")
    reviewer.fill("input[name=until]", "2026-09-03")
    reviewer.click("text=提交申请")
    expect(reviewer.locator("h1")).to_contain_text("待批准")
    loan = reviewer.url.rsplit("/", 1)[1]
    director.goto(f"/loans/{loan}")
    director.click("button:has-text('批准'):not(.danger)")
    clerk.goto(f"/loans/{loan}")
    for done in ("已发放", "已清点入库"):
        clerk.fill("#act input[name=count]", "2")
        clerk.press("#act input[name=count]", "Enter")
        expect(clerk.locator(".notice.good")).to_contain_text(done)
    expect(clerk.locator("h1")).to_contain_text("已归还")


def found_again(visit: Callable[..., Page]) -> None:
    clerk = visit("clerk")
    clerk.goto("/search")
    clerk.fill("input[name=q]", "自动履行")
    clerk.press("input[name=q]", "Enter")
    expect(clerk.locator(".hit mark").first).to_contain_text("自动履行")
    clerk.locator(".hit h3 a").first.click()
    expect(clerk.locator(".box.word").first).to_be_attached()


def closed_by_two_keys_once_the_gap_is_closed(visit: Callable[..., Page]) -> None:
    team, director = visit("team1"), visit("director")
    path = f"/cases/{quote(CASE_NO)}/review"
    team.goto(path)
    team.select_option("select[name=mode]", "执行完毕")
    team.fill("input[name=day]", "2026-09-01")
    for name in ("closing_amount", "paid_amount"):
        team.fill(f"input[name={name}]", "204650")
    team.fill("input[name=waived_amount]", "0")
    team.fill("input[name=closing_reason]", "自动履行")
    team.click("#submit button")
    expect(team.locator("h1")).to_contain_text("审核")
    reviewer, second = visit("substance"), visit("procedure")
    reviewer.goto(path)
    expect(reviewer.locator(".keys")).to_contain_text("须补正")
    expect(reviewer.locator("#keys button.primary")).to_have_count(0)
    director.goto(f"/cases/{quote(CASE_NO)}/check?gate=closing")
    gaps = director.locator("li.bad", has=director.locator("button:text-is('免除这一项')"))
    while gaps.count():
        gaps.first.locator("summary").click()
        gaps.first.locator("input[name=reason]").fill("立案手续在原案卷宗")
        with director.expect_navigation():
            gaps.first.locator("button").click()
    expect(director.locator("h1")).to_contain_text("通过")
    expect(director.locator("h1")).not_to_contain_text("未通过")
    for page, key in ((reviewer, "实体"), (second, "程序")):
        page.goto(path)
        page.click("#keys button.primary")
        expect(page.locator("main")).to_contain_text(key)
    team.goto(f"/cases/{quote(CASE_NO)}")
    expect(team.locator("h1")).to_contain_text("已结案")


def test_a_case_lives_through_the_pages(visit: Callable[..., Page], office: Office, tmp_path: Path) -> None:
    refused = refused_disputed_and_ruled(visit, office, tmp_path)
    handed_over_again_and_signed_for(visit, office, tmp_path, refused)
    lent_and_brought_back(visit)
    found_again(visit)
    closed_by_two_keys_once_the_gap_is_closed(visit)
