"""What is told to a case and asked of it before closing: events of a file, corrections, waivers, the reasons of a rule."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select, update

from dossier import people
from dossier.access import Actor
from dossier.desks import casefile, caselist, cases, closing, events, explaining, waiving
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records.tables import Case, LedgerEvent, Page
from dossier.web.site import create_app
from tests.support.commands import CommandLine
from tests.support.office import CASE, CASE_NO, operator_of
from tests.support.shelf import shelve
from tests.support.webclient import Person

HEAD = "case_no,anchor,date,source\n"


def director(office: Office) -> Actor:
    return people.acting_as(office, "director")


def told(office: Office, action: str) -> list[dict[str, Any]]:
    with office.db.read() as session:
        rows = session.execute(select(LedgerEvent).where(LedgerEvent.action == action).order_by(LedgerEvent.seq)).scalars()
        return [row.detail for row in rows]


def known(office: Office) -> list[tuple[str, str, str]]:
    ((case,), _) = caselist.listing(office, operator_of(office))
    return [(one["anchor"], one["on"], one["source"]) for one in case["events"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_events_come_from_a_file_in_every_encoding_once(office: Office, encoding: str) -> None:
    table = (HEAD + f"{CASE_NO},外出返回单位日(材料形成后),2026-08-20,feed\n{CASE_NO},case_assigned,2026-08-18,\n").encode(encoding)
    assert events.import_events(office, operator_of(office), table) == {"recorded": 2, "corrected": 0, "unchanged": 0}
    assert events.import_events(office, operator_of(office), table) == {"recorded": 0, "corrected": 0, "unchanged": 2}
    assert known(office) == [("case_assigned", "2026-08-18", "csv"), ("returned", "2026-08-20", "feed")]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (f"{CASE_NO},nonsense,2026-08-20,", "第 3 行有误：没有名为 nonsense"),
        (f"{CASE_NO},returned,2026-02-30,", "第 3 行有误：date 的日期 2026-02-30"),
        (f"{CASE_NO},returned,2026-08-20,rumour", "第 3 行有误：来源 rumour"),
        (f"{CASE_NO},returned", "第 3 行有误：列数"),
        (f"{CASE_NO},case_assigned,2026-08-19,", "第 3 行有误：同一案件"),
        ("（2026）豫9924执999号,returned,2026-08-20,", "第 3 行有误：没有案号为"),
    ],
)
def test_one_bad_line_and_no_event_is_recorded(office: Office, line: str, what: str) -> None:
    with pytest.raises(DossierError) as caught:
        events.import_events(office, operator_of(office), (HEAD + f"{CASE_NO},case_assigned,2026-08-18,\n{line}\n").encode())
    assert what in caught.value.zh
    assert known(office) == []


def test_an_archived_case_keeps_its_events_and_a_feed_may_repeat_them(office: Office) -> None:
    actor, day = operator_of(office), date(2026, 8, 18)
    cases.record_event(office, actor, CASE_NO, "case_assigned", day)
    with office.db.write() as session:
        session.execute(update(Case).values(state="archived", closed_on=day, closing_mode="执行完毕"))
    repeated = HEAD + f"{CASE_NO},case_assigned,2026-08-18,\n"
    assert events.import_events(office, actor, repeated.encode())["unchanged"] == 1
    for refused, code in (
        (lambda: events.import_events(office, actor, (repeated + f"{CASE_NO},returned,2026-08-20,\n").encode()), "event_import_bad"),
        (lambda: cases.record_event(office, actor, CASE_NO, "returned", day), "case_archived"),
        (lambda: events.withdraw(office, actor, CASE_NO, "case_assigned", day, "误登记"), "case_archived"),
    ):
        with pytest.raises(DossierError) as caught:
            refused()
        assert caught.value.code == code
    assert [one[:2] for one in known(office)] == [("case_assigned", "2026-08-18")]


@pytest.mark.parametrize("data", [b"", b"case_no,date\n", HEAD.encode(), b"case_no,anchor,date,colour\n"])
def test_a_file_that_holds_no_events_is_refused(office: Office, data: bytes) -> None:
    with pytest.raises(DossierError) as caught:
        events.import_events(office, operator_of(office), data)
    assert caught.value.code == "event_import_bad"


def test_a_new_day_takes_the_place_of_the_old_one_and_the_ledger_keeps_both(office: Office) -> None:
    actor = operator_of(office)
    cases.record_event(office, actor, CASE_NO, "case_assigned", date(2026, 8, 18))
    due = explaining.explain_rule(office, actor, CASE_NO, "yanling.site_survey", None)["clocks"][0]["due"]
    cases.record_event(office, actor, CASE_NO, "case_assigned", date(2026, 8, 21))
    assert known(office) == [("case_assigned", "2026-08-21", "form")]
    assert told(office, "case.event")[-1]["instead_of"][0]["on"] == "2026-08-18"
    assert explaining.explain_rule(office, actor, CASE_NO, "yanling.site_survey", None)["clocks"][0]["due"] > due


def test_what_may_happen_often_stays_unless_it_is_corrected_by_name(office: Office) -> None:
    actor = operator_of(office)
    for day in (18, 20):
        cases.record_event(office, actor, CASE_NO, "returned", date(2026, 8, day))
    assert len(known(office)) == 2
    table = "case_no,anchor,date,instead_of\n" + f"{CASE_NO},returned,2026-08-19,2026-08-18\n"
    assert events.import_events(office, actor, table.encode())["corrected"] == 1
    assert events.import_events(office, actor, table.encode())["unchanged"] == 1
    assert [day for _, day, _ in known(office)] == ["2026-08-19", "2026-08-20"]


def test_a_condition_is_stated_and_taken_back_like_an_event(office: Office) -> None:
    actor = operator_of(office)
    assert "不成立" in explaining.explain_rule(office, actor, CASE_NO, "if_property_outside", None)["facts"][0]
    cases.record_event(office, actor, CASE_NO, "if_property_outside", date(2026, 8, 18))
    assert "案件登记时指定" in explaining.explain_rule(office, actor, CASE_NO, "if_property_outside", None)["facts"][0]
    assert "entrust_letter" in {one["document"] for one in closing.check(office, actor, CASE_NO, "closing")["findings"]}
    cases.record_event(office, actor, CASE_NO, "no:if_property_outside", date(2026, 8, 19))
    assert "entrust_letter" not in {one["document"] for one in closing.check(office, actor, CASE_NO, "closing")["findings"]}


def test_an_event_that_never_happened_is_taken_back_with_a_reason(office: Office) -> None:
    actor, day = operator_of(office), date(2026, 8, 20)
    before = closing.check(office, actor, CASE_NO, "closing")["findings"]
    events.record(office, actor, CASE_NO, "外出返回单位日(材料形成后)", day)
    assert known(office) == [("returned", "2026-08-20", "form")]
    assert closing.check(office, actor, CASE_NO, "closing")["findings"] != before
    for called, reason, code in (("returned", " ", "reason_missing"), ("closed", "误登", "event_unknown")):
        with pytest.raises(DossierError) as caught:
            events.withdraw(office, actor, CASE_NO, called, day, reason)
        assert caught.value.code == code
    with pytest.raises(DossierError, match="尚未到"):
        events.record(office, actor, CASE_NO, "returned", office.today() + timedelta(days=1))
    events.withdraw(office, actor, CASE_NO, "returned", day, "登记到了另一案")
    assert known(office) == []
    assert told(office, "case.event_withdrawn")[-1]["reason"] == "登记到了另一案"
    assert closing.check(office, actor, CASE_NO, "closing")["findings"] == before


def test_only_the_director_waives_and_what_is_waived_stays_listed(office: Office) -> None:
    for login in ("clerk", "team1", people.OPERATOR):
        with pytest.raises(DossierError) as caught:
            waiving.waive(office, people.acting_as(office, login), CASE_NO, "title_document", "不要")
        assert caught.value.code == "not_allowed"
    before = closing.check(office, operator_of(office), CASE_NO, "closing")
    waiving.waive(office, director(office), CASE_NO, "执行依据", "执行依据在原案卷宗")
    after = closing.check(office, operator_of(office), CASE_NO, "closing")
    assert after["blocking"] == before["blocking"] - 1
    with pytest.raises(DossierError) as caught:
        waiving.waive(office, director(office), CASE_NO, "冻结裁定", "不要")
    assert caught.value.code == "rule_ambiguous"
    (waived,) = after["waived"]
    assert (waived["document"], waived["severity"]) == ("title_document", "blocking")
    waiver = {"target": "title_document", "party": None, "reason": "执行依据在原案卷宗", "approver": "director", "on": "2026-09-01"}
    assert waived["waiver"] == waiver
    assert [(one["target"], one["name"]) for one in after["waivers"]] == [("title_document", "执行依据")]
    explained = explaining.explain_rule(office, operator_of(office), CASE_NO, waived["rule"], "closing")
    assert explained["verdict"] == "已由director免除：执行依据在原案卷宗"
    waiving.withdraw(office, director(office), CASE_NO, "title_document", "原案卷宗里没有")
    assert closing.check(office, operator_of(office), CASE_NO, "closing")["blocking"] == before["blocking"]
    assert [one["reason"] for one in (*told(office, "case.waive"), *told(office, "case.waiver_withdrawn"))] == [
        "执行依据在原案卷宗",
        "原案卷宗里没有",
    ]


@pytest.mark.parametrize(
    ("target", "reason", "party", "code"),
    [
        ("closing.mode", "理由", "", "waiver_refused"),
        ("same.case_no", "理由", "", "waiver_refused"),
        ("nonsense", "理由", "", "waiver_refused"),
        ("title_document", " ", "", "reason_missing"),
        ("title_document", "理由", "赵某丁", "party_unknown"),
    ],
)
def test_what_may_not_be_waived(office: Office, target: str, reason: str, party: str, code: str) -> None:
    with pytest.raises(DossierError) as caught:
        waiving.waive(office, director(office), CASE_NO, target, reason, party)
    assert caught.value.code == code
    with pytest.raises(DossierError):
        waiving.withdraw(office, director(office), CASE_NO, target, reason or "理由", party)


def test_closing_fields_come_with_the_case_and_an_open_case_may_name_its_closing_mode(office: Office) -> None:
    row = CASE | {
        "closing_mode": "执行完毕",
        "closing_amount": "20.465万元",
        "waived_amount": "0",
        "paid_amount": "204,650",
        "closing_reason": "履行完毕",
    }
    assert cases.import_cases(office, operator_of(office), json.dumps([row]).encode())["updated"] == 1
    assert cases.import_cases(office, operator_of(office), json.dumps([row]).encode())["unchanged"] == 1
    ((case,), _) = caselist.listing(office, operator_of(office))
    assert (case["state"], case["closing_mode"], case["closing_amount"], case["waived_amount"]) == ("open", "执行完毕", "204650.00", "0.00")
    rules = {one["rule"] for one in closing.check(office, operator_of(office), CASE_NO, "closing")["findings"]}
    assert "closing.mode" not in rules


@pytest.mark.parametrize(("says", "lacking"), [("被执行人：张某甲、乙公司", []), ("被执行人：张某甲", ["乙公司"])])
def test_the_case_page_reads_a_paper_that_may_name_several_parties(office: Office, says: str, lacking: list[str]) -> None:
    cases.import_cases(office, operator_of(office), json.dumps([CASE | {"respondents": "张某甲；乙公司"}]).encode())
    shelve(office, (1,))
    with office.db.write() as session:
        session.execute(update(Page).values(lines=[{"text": says, "box": [0, 0, 100, 20], "confidence": 1.0}]))
    nodes = closing.case_page(office, operator_of(office), CASE_NO)["nodes"]
    found = [line for node in nodes for line in node["evidence"] if line["type"] == "enforcement_notice" and line["demanded"]]
    assert found
    assert {(line["lacking"], *line["parties"]) for line in found} == {(bool(lacking), *lacking)}


def test_a_rule_is_explained_day_by_day(office: Office) -> None:
    found = explaining.explain_rule(office, operator_of(office), CASE_NO, "yanling.format_docs", None)
    assert found["cite"] == "鄢陵细则 §二(一)4；鄢陵细则 §三(二)6"
    assert found["file"] == "yanling/deadlines.yaml"
    (clock,) = found["clocks"]
    assert [day["text"] for day in clock["days"]] == [
        "2026-08-17 星期一 不计，起算日", "2026-08-18 星期二 第1日", "2026-08-19 星期三 第2日", "2026-08-20 星期四 第3日",
        "2026-08-21 星期五 第4日", "2026-08-22 星期六 不计，休息日", "2026-08-23 星期日 不计，休息日", "2026-08-24 星期一 第5日",
    ]  # fmt: skip
    assert clock["due"] == "2026-08-24"
    with pytest.raises(DossierError) as caught:
        explaining.explain_rule(office, operator_of(office), CASE_NO, "nonsense", None)
    assert caught.value.code == "rule_unknown"


def test_the_director_waives_on_the_page_where_everybody_reads_why(office: Office) -> None:
    app = create_app(office)
    chief, clerk = Person(app, "director"), Person(app, "clerk")
    path = f"/cases/{quote(CASE_NO)}"
    assert "免除这一项" in chief.get(f"{path}/check?gate=closing").text
    assert "免除这一项" not in clerk.get(f"{path}/check?gate=closing").text
    rule = "node.filing_review.title_document"
    assert "执行依据" in clerk.get(f"{path}/explain?rule={rule}&gate=closing").text
    assert clerk.get(f"{path}/explain?rule=nonsense").status_code == 404
    given = {"rule": rule, "reason": "执行依据在原案卷宗", "gate": "closing"}
    assert clerk.post(f"{path}/waivers", given).status_code == 404
    assert chief.post(f"{path}/waivers", given).status_code == 303
    assert "director 2026" in clerk.get(f"{path}/check?gate=closing").text.replace("年", "-")
    answer = clerk.get(f"/api{path}/check?gate=closing").get_json()
    assert [one["rule"] for one in answer["waived"]] == [rule]
    assert clerk.get(f"/api{path}/explain?rule={rule}&gate=closing").get_json()["verdict"].startswith("已由director免除")
    assert clerk.post(f"/api{path}/events", {"anchor": "case_assigned", "date": "2026-08-18"}).status_code == 201
    assert clerk.post(f"/api{path}/events", {"anchor": "case_assigned", "date": "2026-02-30"}).status_code == 400
    assert known(office) == [("case_assigned", "2026-08-18", "feed")]
    assert "撤回免除" not in clerk.get(f"{path}/check?gate=closing").text
    assert "撤回免除" in chief.get(f"{path}/check?gate=closing").text
    assert chief.post(f"{path}/waivers", given | {"withdraw": "1", "reason": ""}).status_code == 303
    assert len(clerk.get(f"/api{path}/check?gate=closing").get_json()["waivers"]) == 1, "to take a waiver back needs a reason too"
    assert chief.post(f"{path}/waivers", given | {"withdraw": "1"}).status_code == 303
    assert clerk.get(f"/api{path}/check?gate=closing").get_json()["waived"] == []
    debtor = clerk.get(f"/api{path}/check?gate=closing").get_json()["parties"][-1]
    one = {"rule": "consumption_restriction_order", "reason": "已经履行", "gate": "closing", "party": debtor}
    assert f"<option>{debtor}</option>" in chief.get(f"{path}/check?gate=closing").text
    assert chief.post(f"{path}/waivers", one).status_code == 303
    assert f"（只对{debtor}）" in clerk.get(f"{path}/check?gate=closing").text


def test_the_command_line_takes_events_waives_and_explains(tmp_path: Path) -> None:
    """The same through the command line: files in, lines and exit codes out."""
    command = CommandLine(tmp_path / "home")
    assert command("init").code == 0
    row = CASE | {"closing_mode": "终结本次执行程序"}
    (tmp_path / "cases.json").write_text(json.dumps([row], ensure_ascii=False), encoding="utf-8")
    (tmp_path / "events.csv").write_bytes((HEAD + f"{CASE_NO},case_assigned,2026-08-18,\n").encode("gb18030"))
    assert command("case", "import", tmp_path / "cases.json").code == 0
    assert command("case", "events", tmp_path / "events.csv", "--json").json == {"recorded": 1, "corrected": 0, "unchanged": 0}
    assert command("waive", CASE_NO, "final_interview_record", "--reason", "申请终本").code == 4
    assert command("user", "add", "chief", "--name", "局长", "--role", "director").code == 0
    assert command("--as", "chief", "waive", CASE_NO, "final_interview_record", "--reason", "申请终本", "--json").json["approver"] == "局长"
    gate = command("check", CASE_NO, "--gate", "closing", "--today", "2026-09-01", "--json")
    assert (gate.code, [one["document"] for one in gate.json["waived"]]) == (4, ["final_interview_record"])
    told = command("check", CASE_NO, "--explain", "yanling.site_survey", "--today", "2026-09-01")
    assert told.code == 0
    assert "承办人接收案件日 2026-08-18（导入）" in told.out
    assert command("check", CASE_NO, "--explain", "nonsense").code == 3


@pytest.mark.parametrize(
    ("written", "yuan"),
    [
        ("壹佰贰拾叁万元整", "1230000.00"),
        ("人民币叁仟元伍角", "3000.50"),
        ("1.2亿元", "120000000.00"),
        ("１２，５００元", "12500.00"),
        ("1 234 567元", "1234567.00"),
        ("1 234 567", "1234567.00"),
        ("500元左右", None),
        ("负一元", None),
    ],
)
def test_an_amount_may_be_written_as_papers_write_it(written: str, yuan: str | None) -> None:
    if yuan is None:
        with pytest.raises(ValueError, match="元"):
            casefile.amount_text(written)
    else:
        assert casefile.amount_text(written) == yuan
