"""Importing a court's node catalogue: what is kept, what is reported, and which cases are judged by it, through the desk and the command line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook
from sqlalchemy import select

from dossier import people
from dossier.app import open_rules
from dossier.cli.root import cli
from dossier.desks import caselist, cases, closing, figures, rulebooks
from dossier.desks.figures import Asked
from dossier.desks.rulebooks import Wanted
from dossier.errors import DossierError
from dossier.office import FiledUnder, Office
from dossier.records.tables import Case, LedgerEvent
from tests.support.office import CASE, open_test_office, operator_of

SAMPLE = Path(__file__).parents[1] / "data" / "node_catalogue.csv"
MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 1)


def workbook(data: bytes, **cells: Any) -> bytes:
    """The sample as a workbook; cells: other values by address."""
    book = Workbook()
    for row in csv.reader(io.StringIO(data.decode())):
        book.active.append(row)
    for address, value in cells.items():
        book.active[address] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened = open_test_office(tmp_path / "home")
    yield opened
    opened.close()


def bring(office: Office, wanted: Wanted, data: bytes | None = None) -> dict[str, Any]:
    return rulebooks.import_catalogue(office, operator_of(office), data or SAMPLE.read_bytes(), "节点.csv", wanted)


def again(office: Office) -> Office:
    """The office as it is after the next start."""
    from dossier.app import open_office

    return open_office(office.settings, office.clock)


def files(office: Office) -> list[str]:
    rules = office.settings.home / "rules"
    return sorted(path.relative_to(rules).as_posix() for path in rules.rglob("*.yaml")) if rules.exists() else []


def test_a_dry_run_reports_and_keeps_nothing(office: Office) -> None:
    report = bring(office, Wanted("yunchuan", MARCH, dry_run=True))
    assert (report["rows"], report["applied"], report["problems"], report["kept"]) == (7, 7, [], False)
    assert report["over"].startswith("base ")
    assert any(line.startswith("+ deadline yunchuan.format_docs ") for line in report["changes"])
    assert files(office) == []


def test_a_catalogue_is_kept_as_a_version_and_loaded_at_the_next_start(office: Office) -> None:
    report = bring(office, Wanted("yunchuan", MARCH, court="云川县人民法院", court_code="豫9924"), workbook(SAMPLE.read_bytes(), E5=5))
    assert report["kept"]
    assert files(office) == ["yunchuan/2026-03-01/imported.yaml", "yunchuan/2026-03-01/profile.yaml"]
    assert list(office.scratch_dir.glob("rules-*")) == []
    book = open_rules(office.settings.home)
    assert (book.of("yunchuan").version, book.of("yunchuan").name) == ("2026.03.01", "云川县人民法院")
    assert book.lexicon("yunchuan").catalogue is book.of("yunchuan")
    assert bring(office, Wanted("yunchuan", MARCH, court="云川县人民法院", court_code="豫9924"), workbook(SAMPLE.read_bytes(), E5=5))[
        "kept"
    ]
    with pytest.raises(DossierError) as told:
        bring(office, Wanted("yunchuan", MARCH, court="别的法院"))
    assert told.value.code == "rules_version_exists"


def test_each_case_keeps_the_version_in_force_when_it_was_filed(office: Office) -> None:
    bring(office, Wanted("yunchuan", MARCH))
    longer = SAMPLE.read_text(encoding="utf-8").replace("五个工作日内", "九个工作日内")
    bring(office, Wanted("yunchuan", JUNE), longer.encode())
    opened = again(office)
    book = opened.rules
    assert [one.version for one in book.versions["yunchuan"]] == ["2026.03.01", "2026.06.01"]
    for filed, version in ((date(2025, 1, 1), "2026.03.01"), (date(2026, 5, 31), "2026.03.01"), (JUNE, "2026.06.01")):
        assert book.of("yunchuan", filed).version == version
        assert book.for_case(FiledUnder("yunchuan", "no longer here", filed)).version == version
        assert book.for_case(FiledUnder("yunchuan", "2026.06.01", filed)).version == "2026.06.01"
    row = CASE | {"profile": "yunchuan"}
    early, late = row | {"case_no": "（2026）豫9924执7号", "filed_on": "2026-05-06"}, row | {"case_no": "（2026）豫9924执8号"}
    cases.import_cases(opened, operator_of(opened), json.dumps([early, late], ensure_ascii=False).encode())
    listed = {one["case_no"]: one["profile_version"] for one in caselist.listing(opened, operator_of(opened))[0]}
    assert (listed["（2026）豫9924执7号"], listed["（2026）豫9924执8号"]) == ("2026.03.01", "2026.06.01")
    told = closing.check(opened, operator_of(opened), "（2026）豫9924执7号", None)
    assert told["rules"] == "yunchuan 2026.03.01"
    due = {(row["case_no"], row["node"]): row["due"] for row in figures.overdue(opened, operator_of(opened), Asked())["rows"]}
    assert due["（2026）豫9924执7号", "format_docs"] == "2026-05-12"  # the Saturday of the 9th was worked
    assert due["（2026）豫9924执8号", "format_docs"] == "2026-08-28"
    opened.close()


def test_open_cases_of_the_new_time_are_put_under_the_new_version_and_the_ledger_tells(office: Office) -> None:
    rows = [
        CASE | {"case_no": "（2026）豫9924执7号", "filed_on": "2026-05-06"},
        CASE | {"case_no": "（2026）豫9924执8号", "filed_on": "2026-07-01"},
        CASE | {"case_no": "（2026）豫9924执9号", "filed_on": "2026-07-01", "closed_on": "2026-08-01", "closing_mode": "执行完毕"},
    ]
    cases.import_cases(office, operator_of(office), json.dumps(rows, ensure_ascii=False).encode())
    report = bring(office, Wanted("yanling", JUNE))
    assert report["rebased"] == 2  # the one of July that is open, and the one of August that every test has
    with office.db.read() as session:
        versions = {case.case_no[-3:-1]: case.profile_version for case in session.execute(select(Case)).scalars()}
        events = (
            session.execute(select(LedgerEvent).where(LedgerEvent.action.in_(("rules.import", "case.rebase"))).order_by(LedgerEvent.seq))
            .scalars()
            .all()
        )
    assert (versions["执7"], versions["执8"], versions["执9"]) == ("2022.1", "2026.06.01", "2022.1")
    assert [event.action for event in events] == ["rules.import", "case.rebase", "case.rebase"]
    assert events[1].detail == {"from": "2022.1", "to": "2026.06.01"}
    assert office.rules.for_case(FiledUnder("yanling", "2026.06.01", date(2026, 7, 1))).version == "2022.1"  # until the next start
    opened = again(office)
    assert opened.rules.for_case(FiledUnder("yanling", "2026.06.01", date(2026, 7, 1))).version == "2026.06.01"
    opened.close()


def test_unknown_names_stop_the_import_unless_the_rest_is_wanted(office: Office) -> None:
    data = SAMPLE.read_text(encoding="utf-8").replace("终本约谈,", "终本谈话谈谈,").replace("依据", "依据文件名").encode()
    report = bring(office, Wanted("yunchuan", MARCH), data)
    assert [(one["row"], one["column"], one["near"]) for one in report["problems"]] == [(7, "节点", "终本约谈")]
    assert (report["applied"], report["kept"], report["unknown_columns"]) == (6, False, ["依据文件名"])
    assert files(office) == []
    assert bring(office, Wanted("yunchuan", MARCH, partial=True), data)["kept"]


@pytest.mark.parametrize(
    ("data", "profile", "said"),
    [
        (b"a,b\n1,2\n", "yunchuan", "没有找到表头"),
        ("节点,期限\n".encode(), "yunchuan", "没有任何节点"),
        ("节点,期限,时限\n送达,1,2\n".encode(), "yunchuan", "只能留一列"),
        (SAMPLE.read_bytes(), "base", "代号"),
        (SAMPLE.read_bytes(), "../x", "代号"),
    ],
)
def test_what_cannot_be_imported_is_told(office: Office, data: bytes, profile: str, said: str) -> None:
    with pytest.raises(DossierError) as told:
        bring(office, Wanted(profile, MARCH), data)
    assert told.value.code == "rules_import_bad"
    assert said in told.value.zh


def test_only_who_keeps_the_system_may_import_rules(office: Office) -> None:
    with pytest.raises(DossierError) as told:
        rulebooks.import_catalogue(office, people.acting_as(office, "clerk"), SAMPLE.read_bytes(), "a.csv", Wanted("yunchuan", MARCH))
    assert told.value.code == "not_allowed"


def test_the_command_line_imports_compares_and_checks(tmp_path: Path) -> None:
    open_test_office(tmp_path / "home").close()

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(cli, ["rules", *arguments], env={"DOSSIER_HOME": str(tmp_path / "home")})

    first = run("import", str(SAMPLE), "--profile", "yunchuan", "--effective-from", "2026-03-01", "--dry-run")
    assert first.exit_code == 0
    assert "+ deadline yunchuan.archive" in first.output
    assert "没有保存" in first.output
    kept = run("import", str(SAMPLE), "--profile", "yunchuan", "--effective-from", "2026-03-01", "--json")
    assert json.loads(kept.output)["kept"]
    other = tmp_path / "other.csv"
    other.write_text(SAMPLE.read_text(encoding="utf-8").replace("五个工作日内", "九个工作日内"), encoding="gb18030")
    assert run("import", str(other), "--profile", "yunchuan", "--effective-from", "2026-06-01").exit_code == 0
    compared = run("diff", "yunchuan@2026-03-01", "yunchuan@2026.06.01")
    assert [json.loads(line) for line in compared.output.splitlines()] == ["~ deadline yunchuan.format_docs amount: 5 → 9"]
    assert run("check").exit_code == 0
    assert "yunchuan.archive" in run("diff", "base", "yunchuan").output
    assert run("diff", "yunchuan@1999", "yunchuan").exception.code == "profile_unknown"
    assert json.loads(run("show", "yunchuan.format_docs", "--profile", "yunchuan").output)["deadline"]["amount"] == 9
    broken = tmp_path / "broken.csv"
    broken.write_text("节点,期限,单位,起算\n送哒,1,日,立案\n", encoding="utf-8")
    refused = run("import", str(broken), "--profile", "yunchuan")
    assert refused.exit_code == 3
    assert "第 2 行 节点：没有名为“送哒”的节点；相近的有“送达”" in refused.output
