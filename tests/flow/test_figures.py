"""The figures desk and its bulletin, on both databases: what is counted, for whom, who may see it, and what the files hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from sqlalchemy import select

from dossier import people
from dossier.access import Actor
from dossier.cli.root import cli
from dossier.desks import bulletin, cases, figures, returns
from dossier.desks.figures import Asked, period_of
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case, Dispute, Document, File, FindingRow, LedgerEvent, Page, Person, Submission
from tests.support.office import CASE_NO, TEAM, open_test_office, operator_of

OTHER = "（2026）豫9924执119号"
OTHER_TEAM = "执行实施二团队"
SECOND: dict[str, Any] = {
    "case_no": OTHER,
    "kind": "执",
    "court": "云川县人民法院",
    "filed_on": "2026-08-10",
    "team": OTHER_TEAM,
    "handler": "郑执行",
    "applicants": "王某乙",
    "respondents": "赵某丙；丙公司",
}


def moment(day: str) -> datetime:
    """Ten in the morning at the court."""
    return datetime.fromisoformat(f"{day}T02:00:00").replace(tzinfo=UTC)


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Iterator[Office]:
    opened = open_test_office(tmp_path / "home", database_url=database_url)
    cases.import_cases(opened, operator_of(opened), json.dumps([SECOND], ensure_ascii=False).encode())
    yield opened
    opened.close()


class Desk:
    """Writes decided hand-overs into the records."""

    def __init__(self, office: Office) -> None:
        self.office, self.made = office, 0

    def handover(self, case_no: str, day: str, state: str, papers: list[tuple[str | None, str]], **more: Any) -> int:
        """papers: (type, state). more: again_of, faults (rules of findings on the first paper), blank (of how many pages), text, ruled."""
        at = moment(day)
        self.made += 1
        with self.office.db.write() as session:
            case = session.execute(select(Case).where(Case.case_no == case_no)).scalar_one()
            clerk = session.execute(select(Person).where(Person.login == "clerk")).scalar_one()
            team1 = session.execute(select(Person).where(Person.login == "team1")).scalar_one()
            one = Submission(
                receipt_no=f"HZ-{self.made}", case_id=case.id, team_id=case.team_id, handed_by_id=team1.id, state=state, received_at=at,
                declared=None, rejects=[], decided_at=at, decided_by_id=clerk.id, reason="有问题", again_of_id=more.get("again_of"),
            )  # fmt: skip
            session.add(one)
            session.flush()
            ledger.append(session, at=at, actor="team1", action="submission.receive", subject=f"submission:{one.id}", case_id=case.id)
            for number, (kind, paper_state) in enumerate(papers, 1):
                self._paper(session, one, number, kind, paper_state, more)
            if outcome := more.get("ruled"):
                session.add(
                    Dispute(
                        submission_id=one.id,
                        raised_by_id=team1.id,
                        raised_at=at,
                        reason="不同意",
                        outcome=outcome,
                        ruled_by_id=clerk.id,
                        ruled_at=at,
                        ruling_reason="已看",
                    )
                )
            return one.id

    def _paper(self, session: Any, one: Submission, number: int, kind: str | None, state: str, more: dict[str, Any]) -> None:
        document = Document(
            submission_id=one.id, case_id=one.case_id, number=number, state=state, type_id=kind, name=kind or "未识别", score=1.0,
            confident=True, why="", signed_at=one.decided_at if state != "refused" else None,
        )  # fmt: skip
        session.add(document)
        session.flush()
        if number > 1:
            return
        for rule, severity in more.get("faults", ()):
            session.add(
                FindingRow(
                    submission_id=one.id, document_id=document.id, rule=rule, severity=severity, message="x", remedy="y", element=None
                )
            )
        blank, pages = more.get("blank", (0, 1))
        file = File(
            submission_id=one.id, position=1, name="a.pdf", kind="pdf", sha256="0", bytes=1, page_count=pages, spool_key=f"k{one.id}"
        )
        session.add(file)
        session.flush()
        lines = [{"text": more.get("text", ""), "confidence": 1.0, "box": [0, 0, 9, 9]}]
        for place in range(1, pages + 1):
            session.add(
                Page(
                    file_id=file.id,
                    submission_id=one.id,
                    number=place,
                    position=place,
                    blank=place <= blank,
                    document_id=document.id,
                    lines=lines,
                )
            )


def person(office: Office, login: str) -> Actor:
    return people.acting_as(office, login)


def steps(table: dict[str, Any], case_no: str) -> dict[str, dict[str, Any]]:
    return {row["node"]: row for row in table["rows"] if row["case_no"] == case_no}


def test_the_table_tells_each_step_and_adds_up_by_team_and_handler(office: Office) -> None:
    Desk(office).handover(CASE_NO, "2026-08-19", "signed_for", [("net_query_total", "kept")])
    table = figures.overdue(office, operator_of(office), Asked())
    assert (table["court"], table["as_of"], table["near_days"]) == ("云川县人民法院", "2026-09-01", 3)
    assert steps(table, OTHER)["format_docs"]["standing"] == "overdue"
    assert steps(table, OTHER)["format_docs"]["due"] == "2026-08-17"
    assert {tuple(one["key"]) for one in table["by_handler"]} == {(TEAM, "周执行"), (OTHER_TEAM, "郑执行")}
    for name in ("team", "handler", "node", "role", "week", "month"):
        assert sum(one["overdue"] for one in table[f"by_{name}"]) == table["total"]["overdue"] > 0
    only = figures.overdue(office, operator_of(office), Asked(team=OTHER_TEAM, node="送达"))
    assert {(row["team"], row["name"]) for row in only["rows"]} <= {(OTHER_TEAM, "送达")}
    assert figures.overdue(office, operator_of(office), Asked(handler="没有此人"))["rows"] == []
    with office.db.read() as session:
        event = session.execute(select(LedgerEvent).where(LedgerEvent.action == "figures.overdue")).scalars().first()
        assert event is not None
        assert event.detail["rows"] == len(table["rows"])


def test_a_period_that_is_over_is_told_as_it_stood_at_its_end(office: Office) -> None:
    desk = Desk(office)
    first, last = period_of("week", date(2026, 8, 19))
    asked = Asked(first=first, last=last)
    before = steps(figures.overdue(office, operator_of(office), asked), OTHER)["format_docs"]["standing"]
    papers = ["enforcement_notice", "property_report_order", "property_declaration_form", "signed_draft"]
    desk.handover(OTHER, "2026-08-31", "signed_for", [(kind, "kept") for kind in papers for _ in range(2)])
    assert before == "overdue"
    assert steps(figures.overdue(office, operator_of(office), asked), OTHER)["format_docs"]["standing"] == "overdue"
    now = steps(figures.overdue(office, operator_of(office), Asked()), OTHER)["format_docs"]
    assert (now["standing"], now["done_on"]) == ("late", "2026-08-31")
    later = figures.overdue(office, operator_of(office), Asked(first=date(2026, 8, 24), last=date(2026, 8, 28)))
    assert all(row["due"] >= "2026-08-24" or row["standing"] == "overdue" for row in later["rows"])
    assert later["total"]["carried"] > 0


def test_one_paper_that_names_both_parties_is_read_before_it_is_blamed(office: Office) -> None:
    def lacking(text: str) -> list[str]:
        papers: list[tuple[str | None, str]] = [("enforcement_notice", "kept")]
        Desk(office).handover(OTHER, "2026-08-12", "signed_for", papers, text=text)
        found = steps(figures.overdue(office, operator_of(office), Asked()), OTHER)["enforcement_notice_sent"]["lacking"]
        with office.db.write() as session:
            for kind in (Page, Document, File, Submission):
                for row in session.execute(select(kind)).scalars():
                    session.delete(row)
                session.flush()
        return list(found)

    assert "执行通知书" in lacking("被执行人：赵某丙")
    assert "执行通知书" not in lacking("被执行人：赵某丙、丙公司")


def test_a_corrected_handover_counts_without_the_time_that_the_desk_had_it(office: Office) -> None:
    desk = Desk(office)
    cases.record_event(office, operator_of(office), CASE_NO, "returned", date(2026, 8, 24))  # a Monday: due on Wednesday
    refused = desk.handover(CASE_NO, "2026-08-25", "refused", [("seizure_record", "refused")])
    with office.db.write() as session:
        found = session.get(Submission, refused)
        assert found is not None
        found.decided_at = moment("2026-08-27")
    assert steps(figures.overdue(office, operator_of(office), Asked()), CASE_NO)["dossier_transfer"]["standing"] == "overdue"
    desk.handover(CASE_NO, "2026-08-28", "signed_for", [("seizure_record", "kept")], again_of=refused)
    row = steps(figures.overdue(office, operator_of(office), Asked()), CASE_NO)["dossier_transfer"]
    assert (row["due"], row["standing"], row["done_on"]) == ("2026-08-26", "on_time", "2026-08-26")


def test_a_team_sees_its_own_figures_only(office: Office) -> None:
    mine = figures.overdue(office, person(office, "team1"), Asked())
    assert {row["team"] for row in mine["rows"]} == {TEAM}
    for ask, code in ((Asked(team=OTHER_TEAM), "not_allowed"), (Asked(team="无此团队"), "team_unknown")):
        with pytest.raises(DossierError) as told:
            figures.overdue(office, person(office, "team1"), ask)
        assert told.value.code == code
    people.add(
        office,
        operator_of(office),
        login="scan",
        display="扫描员甲",
        roles=["scanner"],
        team=None,
        password="A-long-test-password",
        must_change=False,
    )
    for compute in (figures.overdue, returns.returns):
        with pytest.raises(DossierError) as told:
            compute(office, person(office, "scan"), Asked())
        assert told.value.code == "not_allowed"
    with pytest.raises(DossierError) as told:
        figures.overdue(office, operator_of(office), Asked(first=date(2027, 1, 1)))
    assert told.value.code == "date_bad"


def test_returns_are_counted_by_who_and_what_and_why(office: Office) -> None:
    desk = Desk(office)
    faults = [("element.court_seal", "blocking"), ("element.date", "warning"), ("element.copy_verified", "unchecked")]
    refused = desk.handover(
        CASE_NO, "2026-08-20", "refused", [("seizure_record", "refused"), (None, "refused")], faults=faults, blank=(1, 4)
    )
    desk.handover(CASE_NO, "2026-08-24", "signed_for", [("seizure_record", "kept")], again_of=refused)
    partly: list[tuple[str | None, str]] = [("search_record", "refused"), ("seizure_record", "kept")]
    desk.handover(OTHER, "2026-08-25", "partly_signed_for", partly)
    desk.handover(OTHER, "2026-08-26", "ruled", [("seizure_record", "kept")], ruled="sign_as_is")
    table = returns.returns(office, operator_of(office), Asked(first=date(2026, 8, 1), last=date(2026, 8, 31)))
    total = table["total"]
    assert [total[key] for key in ("handovers", "refused", "partly", "overruled", "again")] == [4, 2, 1, 1, 1]
    assert total["return_rate"] == 3 / 4
    assert [total[key] for key in ("documents", "returned", "empty", "faulty")] == [6, 4, 2, 1]
    assert (total["pages"], total["blank_pages"]) == (7, 1)
    assert total["blank_rate"] == 2 / total["asked"]
    assert total["missing"] > 0
    assert {tuple(one["key"]): one["return_rate"] for one in table["by_team"]} == {(TEAM,): 1 / 2, (OTHER_TEAM,): 1.0}
    assert [one["key"] for one in table["by_desk"]] == [["clerk"]]
    assert {one["key"][0]: one["returned"] for one in table["by_type"]}["未识别"] == 1
    assert table["by_reason"] == [{"key": ["“院印”空白"], "count": 1}]
    july = returns.returns(office, operator_of(office), Asked(first=date(2026, 7, 1), last=date(2026, 7, 31)))
    assert (july["total"]["handovers"], july["total"]["return_rate"]) == (0, None)


def test_the_bulletin_is_a_spreadsheet_or_a_printed_table_of_the_same_figures(office: Office, tmp_path: Path) -> None:
    first, last = period_of("month", date(2026, 8, 31))
    asked = Asked(first=first, last=last)
    table = figures.overdue(office, operator_of(office), asked)
    listings = bulletin.overdue_listings(table, office.today())
    book = load_workbook(bulletin.save(office, listings, "xlsx", tmp_path, asked))
    assert book.sheetnames == ["按团队", "按承办人", "按节点", "按责任岗位", "明细"]
    assert book["按团队"]["A1"].value == "超期节点统计表（月报）·按团队"
    assert book["按团队"]["A2"].value == "法院：云川县人民法院　期间：2026-08-01 至 2026-08-31　数据截至：2026-08-31　制表日期：2026-09-01"
    assert [cell.value for cell in list(book["按团队"].rows)[2 + len(table["by_team"]) + 1]][:2] == ["合计", table["total"]["due"]]
    path = bulletin.save(office, listings, "pdf", tmp_path, asked)
    assert path.name == "超期节点统计表（月报）-2026-08-01至2026-08-31.pdf"
    with pdfplumber.open(path) as pdf:
        text = "".join(page.extract_text() for page in pdf.pages)
    assert OTHER in text.replace("\n", "")
    assert "鄢陵细则" in text
    told = bulletin.returns_listings(returns.returns(office, operator_of(office), asked), office.today())
    assert [one.name for one in told] == ["按团队", "按承办人", "按移送人", "按审核人", "按材料", "按原因"]
    assert load_workbook(bulletin.save(office, told, "xlsx", tmp_path, asked))["按团队"]["A1"].value == "退回与空白统计表（月报）·按团队"


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["figures", *arguments], env={"DOSSIER_HOME": str(home)}, catch_exceptions=True)


def test_the_command_line_prints_and_saves_them(tmp_path: Path) -> None:
    open_test_office(tmp_path / "home").close()
    printed = run(tmp_path / "home", "overdue", "--until", "2026-09-01")
    assert printed.exit_code == 0
    assert "# 超期节点统计表·按团队" in printed.output
    told = json.loads(run(tmp_path / "home", "overdue", "--period", "week", "--until", "2026-08-26", "--as", "json").output)
    assert (told["from"], told["until"], told["as_of"]) == ("2026-08-24", "2026-08-30", "2026-08-30")
    saved = run(tmp_path / "home", "returns", "--until", "2026-09-01", "--as", "xlsx", "--to", str(tmp_path / "out"))
    assert Path(saved.output.strip()).name == "退回与空白统计表（周报）-2026-08-31至2026-09-06.xlsx"
    assert Path(saved.output.strip()).is_file()
    assert run(tmp_path / "home", "overdue", "--as", "pdf").exit_code == 2


@pytest.mark.parametrize(
    ("kind", "day", "first", "last"),
    [
        ("day", "2026-09-01", "2026-09-01", "2026-09-01"),
        ("week", "2026-09-06", "2026-08-31", "2026-09-06"),
        ("month", "2026-02-11", "2026-02-01", "2026-02-28"),
        ("month", "2026-12-31", "2026-12-01", "2026-12-31"),
    ],
)
def test_a_period_is_a_day_a_week_from_monday_or_a_month(kind: str, day: str, first: str, last: str) -> None:
    assert period_of(kind, date.fromisoformat(day)) == (date.fromisoformat(first), date.fromisoformat(last))
