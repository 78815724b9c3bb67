"""Notices from outside: what happens is told to whom it concerns, in the page, by mail to a real server and to a signed webhook, again when that failed."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from dossier import people
from dossier.clock import Clock
from dossier.desks import cases, delivering, figures, notices, noticing, receiving, reviewing
from dossier.desks.figures import Asked
from dossier.messengers import is_address, signature
from dossier.office import Office
from dossier.settings import Settings
from dossier.web.site import create_app
from dossier.worker import Worker
from tests.support.office import CASE, CASE_NO, NOW, PASSWORD, hand_over, operator_of, upload
from tests.support.web import House, build
from tests.support.webclient import Person

SECRET = "a-secret-of-the-court"
REASON = "当事人拒签，见证人已签名"


class Post(Controller):
    """A mail server on a free port; keeps what comes, or refuses everything while it is `away`."""

    def __init__(self) -> None:
        super().__init__(self, hostname="127.0.0.1", port=0)
        self.mails: list[Any] = []
        self.away = False

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()  # type: ignore[no-untyped-call]

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.away:
            return "451 try again later"
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


class Hook(http.server.BaseHTTPRequestHandler):
    """Another system's end of the webhook."""

    got: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        self.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_words: Any) -> None:
        """Nothing on the terminal."""


@dataclass
class Outside:
    """Both ends outside, and the settings that lead there."""

    post: Post
    got: list[tuple[dict[str, str], bytes]]
    settings: dict[str, str]


@pytest.fixture(scope="module")
def ends() -> Iterator[Outside]:
    post, got = Post(), list[tuple[dict[str, str], bytes]]()
    post.start()
    system = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Ours", (Hook,), {"got": got}))
    thread = threading.Thread(target=system.serve_forever)
    thread.start()
    settings = {
        "smtp_url": f"smtp://127.0.0.1:{post.port}",
        "mail_from": "juanzong@court.example",
        "site_url": "https://juanzong.example/",
        "webhook_url": f"http://127.0.0.1:{system.server_port}/in?from=dossier",
        "webhook_secret": SECRET,
    }
    yield Outside(post, got, settings)
    system.shutdown()
    thread.join()
    system.server_close()
    post.stop()


@pytest.fixture
def outside(ends: Outside) -> Outside:
    ends.post.mails.clear()
    ends.got.clear()
    ends.post.away = False
    return ends


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = build(tmp_path / "home")
    yield built
    built.office.close()


def texts(office: Office, login: str) -> list[str]:
    return [row["text"] for row in notices.listing(office, people.acting_as(office, login))["rows"]]


def dispute(house: House) -> None:
    receiving.dispute(house.office, people.acting_as(house.office, "team1"), house.refused, REASON)


def test_what_happens_is_told_to_whom_it_concerns_and_to_nobody_else(house: House) -> None:
    office, team, clerk = house.office, people.acting_as(house.office, "team1"), people.acting_as(house.office, "clerk")
    assert [house.refused in text for text in texts(office, "team1")] == [True], "told while the papers were checked"
    notices.tick(office, team)
    receiving.refuse(office, clerk, house.waiting, "类型不明", ["请写明材料名称"])
    dispute(house)
    noticing.drain(office)
    assert texts(office, "team1") == [f"{CASE_NO} 移送 {house.waiting} 不予签收，修改意见 1 项"]
    assert texts(office, "director") == [f"{CASE_NO} 移送 {house.refused} 的退回有争议，请作出决定"]
    assert texts(office, "clerk") == []

    receiving.rule(office, people.acting_as(office, "director"), house.refused, "fix", "应予改正")
    again = hand_over(office, [upload("a.pdf", (house.folder / "便条.pdf").read_bytes())], again_of=house.waiting)["receipt_no"]
    noticing.drain(office)
    assert texts(office, "team1")[0].endswith("已由局长决定：应予改正")
    assert texts(office, "clerk") == [f"{CASE_NO} 退回的 {house.waiting} 已改正，重新移送为 {again}"]
    assert noticing.drain(office) == 0
    people.add(
        office,
        operator_of(office),
        login="r1",
        display="审",
        roles=["procedural_reviewer"],
        team=None,
        password=PASSWORD,
        must_change=False,
    )
    reviewing.submit(office, team, CASE_NO, "执行完毕", office.today(), {})
    reviewing.send_back(office, people.acting_as(office, "r1"), CASE_NO, "procedural", ["缺结案报告", "缺领款凭证"])
    noticing.drain(office)
    assert texts(office, "team1")[0] == f"{CASE_NO} 结案被程序审核退回，理由 2 项"


def test_a_case_that_goes_to_another_team_takes_what_is_still_to_do_along(house: House) -> None:
    office, operator = house.office, operator_of(house.office)
    cases.import_cases(office, operator, json.dumps([CASE | {"team": "执行实施二团队"}]).encode())
    people.add(office, operator, login="t2", display="二", roles=["team"], team="执行实施二团队", password=PASSWORD, must_change=False)
    noticing.drain(office)
    notices.tick(office, people.acting_as(office, "team1"))
    receiving.refuse(office, people.acting_as(office, "clerk"), house.waiting, "类型不明", ["请写明材料名称"])
    noticing.drain(office)
    assert (len(texts(office, "t2")), texts(office, "team1")) == (1, [])
    # Who brought the papers may still look at them; what happens to them is the new team's.
    first, second = Person(create_app(office), "team1"), Person(create_app(office), "t2")
    said = {"reason": REASON}
    for person, shown in ((first, False), (second, True)):
        page = person.get(f"/hand-overs/{house.waiting}")
        assert (page.status_code, "报请决定" in page.text, "改正后重新移送" in page.text) == (200, shown, shown)
    assert first.post(f"/hand-overs/{house.waiting}/dispute", said, "application/json").status_code == 404
    assert second.post(f"/hand-overs/{house.waiting}/dispute", said).status_code == 303


def test_the_bell_leads_to_the_page_and_the_page_says_that_it_is_the_only_way(house: House) -> None:
    dispute(house)
    noticing.drain(house.office)
    app = create_app(house.office)
    director, clerk = Person(app, "director"), Person(app, "clerk")
    assert "条未读" in director.get("/workbench").text
    page = director.get("/notices").text
    assert "只在页面提醒" in page
    number = director.get("/api/notices").get_json()["rows"][0]["id"]
    assert f"/notices/{number}" in page
    assert clerk.get(f"/notices/{number}").status_code == 404
    assert director.get(f"/notices/{number}").headers["Location"] == f"/hand-overs/{house.refused}/ruling"
    assert "条未读" not in director.get("/workbench").text
    assert "已读" in director.get("/notices?all=1").text
    director.post("/account/mail", {"mail": "no address"})
    assert "格式不对" in director.get("/notices").text
    assert Person(app, "team1").post("/api/notices/read", accept="application/json").get_json() == {"read": 1}
    assert clerk.get("/deliveries").status_code == 403


def test_mail_and_webhook_get_case_and_receipt_but_no_words_of_people(tmp_path: Path, outside: Outside) -> None:
    house = build(tmp_path / "home", clock=None, **outside.settings)
    office = house.office
    app = create_app(office)
    director = Person(app, "director")
    director.post("/account/mail", {"mail": "chief@court.example"})
    assert "chief@court.example" in director.get("/notices").text
    dispute(house)
    Worker(office).run(until_idle=True)
    office.close()
    (mail,) = outside.post.mails
    assert (mail["To"], mail["Subject"], mail["From"]) == ("chief@court.example", "【卷宗管理中心】争议待决定", "juanzong@court.example")
    words = mail.get_content()
    assert house.refused in words
    assert CASE_NO in words
    assert "https://juanzong.example/notices" in words
    assert REASON not in words
    ((headers, body),) = outside.got
    told = json.loads(body)
    assert (told["kind"], told["subject"], told["place"]) == ("disputed", house.refused, "ruling")
    assert REASON not in body.decode()
    assert headers["X-Dossier-Signature"] == "sha256=" + signature(SECRET, headers["X-Dossier-Time"], body)
    assert headers["X-Dossier-Time"] == str(int(NOW.timestamp()))


def test_a_message_that_is_not_taken_waits_is_given_up_visibly_and_can_be_tried_again(tmp_path: Path, outside: Outside) -> None:
    now = [NOW]
    house = build(tmp_path / "home", clock=Clock(lambda: now[0]), **(outside.settings | {"webhook_url": ""}))
    office, operator = house.office, operator_of(house.office)
    people.set_mail(office, operator, "director", "chief@court.example")
    outside.post.away = True
    dispute(house)
    Worker(office).run(until_idle=True)
    (row,) = delivering.deliveries(office, operator)["rows"]
    assert (row["state"], row["tries"]) == ("waiting", 1)
    assert row["next_try"] == "2026-09-01T10:01:00+08:00"
    assert "451" in row["error"]
    for delay in delivering.DELAYS:
        now[0] += delay
        Worker(office).run(until_idle=True)
    (row,) = delivering.deliveries(office, operator, "failed")["rows"]
    assert row["tries"] == len(delivering.DELAYS) + 1
    people.disable(office, operator, "director", "调离")
    assert delivering.retry(office, operator) == 1
    outside.post.away = False
    for delay in (timedelta(0), *delivering.DELAYS):
        now[0] += delay
        Worker(office).run(until_idle=True)
    assert outside.post.mails == [], "who has left is told nothing more"
    assert "no open account" in delivering.deliveries(office, operator, "failed")["rows"][0]["error"]
    people.enable(office, operator, "director")
    people.add(office, operator, login="sys", display="系统", roles=["system_admin"], team=None, password=PASSWORD, must_change=False)
    system = Person(create_app(office), "sys")
    page = system.get("/deliveries?state=failed").text
    assert "未送达" in page
    assert CASE_NO not in page
    assert "重新送出 1 件" in system.client.post("/deliveries/retry", data={"csrf_token": system.token}, follow_redirects=True).text
    Worker(office).run(until_idle=True)
    assert [one["state"] for one in delivering.deliveries(office, operator)["rows"]] == ["sent"]
    assert delivering.retry(office, operator) == 0
    office.close()
    (mail,) = outside.post.mails
    assert mail["Message-ID"] == f"<dossier-{row['id']}@court.example>"


def test_once_a_working_day_each_team_is_told_what_is_overdue_and_near(tmp_path: Path) -> None:
    now = [NOW]
    house = build(tmp_path / "home", clock=Clock(lambda: now[0]))
    office = house.office
    notices.tick(office, people.acting_as(office, "team1"))
    total = figures.overdue(office, operator_of(office), Asked(), ("overdue",), 1)["total"]
    assert noticing.daily(office) == 2
    assert noticing.daily(office) == 0
    assert sorted(texts(office, "team1")) == [
        f"执行实施一团队有 {total['near']} 项节点即将到期",
        f"执行实施一团队有 {total['overdue']} 项节点超期未办",
    ]
    now[0] = datetime.fromisoformat("2026-09-05T02:00:00+00:00")  # a Saturday
    assert noticing.daily(office) == 0
    now[0] += timedelta(days=2)
    assert noticing.daily(office) > 0
    office.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"SMTP_URL": "mail.example"},
        {"SMTP_URL": "smtp://a:b@mail.example", "MAIL_FROM": "a@b.example"},
        {"SMTP_URL": "smtps://mail.example"},
        {"WEBHOOK_URL": "ftp://x.example", "WEBHOOK_SECRET": SECRET},
        {"SMTP_URL": "smtps://mail.example", "MAIL_FROM": "a@b.example\nBcc: x@y.example"},
        {"SMTP_URL": "smtps://mail.example:port", "MAIL_FROM": "a@b.example"},
        {"WEBHOOK_URL": "https://x.example", "WEBHOOK_SECRET": "short"},
        {"WEBHOOK_URL": "https://x.example:99999", "WEBHOOK_SECRET": SECRET},
        {"WEBHOOK_URL": "https://a:b@x.example/in", "WEBHOOK_SECRET": SECRET},
        {"WEBHOOK_URL": "https://x.example/收", "WEBHOOK_SECRET": SECRET},
    ],
)
def test_ways_out_that_cannot_work_or_would_show_a_password_are_refused_at_the_start(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="DOSSIER_"):
        Settings.read({f"DOSSIER_{name}": value for name, value in wrong.items()})


@pytest.mark.parametrize("address", ["nobody", "a b@c.example", "a@c", "a@c.example\r\nBcc: x@y.example", "a@c.example,b@c.example"])
def test_what_is_no_address_of_mail_is_none(address: str) -> None:
    assert not is_address(address)
    assert is_address("chief.a+x@court.example.cn")
