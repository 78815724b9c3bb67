"""The figures pages: who sees which figures, what they show, and the files that they give."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pdfplumber
import pytest
from flask import Flask
from openpyxl import load_workbook

from dossier import people
from dossier.desks import cases
from dossier.desks.figures import Asked
from dossier.desks.intakefigures import intake
from dossier.listings import Column, Listing, write_csv
from dossier.office import Office
from dossier.web.figures import bars
from dossier.web.site import create_app
from tests.flow.test_figures import OTHER, OTHER_TEAM, SECOND
from tests.support.commands import CommandLine
from tests.support.office import CASE_NO, NOW, PASSWORD, TEAM, hand_over, open_test_office, operator_of, upload
from tests.support.paperfiles import jpeg
from tests.support.webclient import Person


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = open_test_office(tmp_path_factory.mktemp("house") / "home")
    operator = operator_of(opened)
    cases.import_cases(opened, operator, json.dumps([SECOND], ensure_ascii=False).encode())
    people.add(opened, operator, login="scan", display="扫描员甲", roles=["scanner"], team=None, password=PASSWORD, must_change=False)
    yield opened
    opened.close()


@pytest.fixture
def app(house: Office) -> Flask:
    return create_app(house)


def test_the_overdue_page_shows_counts_bars_and_what_is_to_be_seen_to(app: Flask) -> None:
    text = Person(app, "clerk").get("/figures/overdue?until=2026-09-01").text
    assert all(word in text for word in (CASE_NO, OTHER, TEAM, OTHER_TEAM, "按承办人", "超期未办", "合计", "<svg", "鄢陵细则"))
    assert 'href="/figures/overdue?period=week"' in text
    assert "下载 XLSX" in text
    week = Person(app, "clerk").get("/figures/overdue?period=week&until=2026-08-19&node=送达").text
    assert "2026-08-17 周一 至 2026-08-23 周日" in week


def test_a_team_sees_its_own_and_others_see_nothing(app: Flask) -> None:
    team = Person(app, "team1")
    assert OTHER not in team.get("/figures/overdue").text
    assert team.get(f"/figures/overdue?team={OTHER_TEAM}").status_code == 403
    scanner = Person(app, "scan")
    assert scanner.get("/figures/overdue").status_code == 403
    assert "/figures/" not in scanner.get("/hand-overs").text
    assert Person(app).get("/figures/returns").status_code == 303


@pytest.mark.parametrize("query", ["from=abc", "until=2026-13-01", "from=2027-01-01", "from=2026-09-01&until=2026-08-01"])
def test_a_wrong_period_is_told(app: Flask, query: str) -> None:
    assert Person(app, "clerk").get(f"/figures/overdue?{query}").status_code == 400


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "٢٠٢٦-01-01", "x" * 5000])
def test_days_on_which_nothing_can_have_happened_are_told_by_every_door(app: Flask, day: str) -> None:
    clerk, director, team = Person(app, "clerk"), Person(app, "director"), Person(app, "team1")
    pages = ("/figures/overdue", "/figures/returns", "/figures/intake", "/figures/returns.csv", "/loans/figures", "/loans/register.xlsx")
    told = [clerk.get(f"{page}?{name}={quote(day)}").status_code for page in pages for name in ("from", "until")]
    told += [clerk.get(f"/api/figures/intake?{name}={quote(day)}").status_code for name in ("from", "until")]
    assert set(told) == {400}
    case = f"/cases/{quote(CASE_NO)}"
    for person, path, form in (
        (team, f"{case}/events", {"anchor": "filing", "on": day}),
        (team, f"{case}/review/submit", {"mode": "执行完毕", "day": day}),
        (director, "/samples", {"seed": "1", "size": "3", "from": day, "until": day}),
    ):
        assert person.post(path, form).status_code == 303
        assert "不能用。请核对后重填" in person.get(case if "samples" not in path else path).text


def test_unknown_parts_of_the_query_do_no_harm(app: Flask) -> None:
    answer = Person(app, "clerk").get("/figures/returns?what=x&kind=y&_external=1&period=year")
    assert answer.status_code == 200
    assert not re.search(r'(?:href|action)="[^"]*_external', answer.text)


@pytest.mark.parametrize("what", ["overdue", "returns", "intake"])
def test_the_figures_can_be_taken_along(app: Flask, house: Office, what: str) -> None:
    clerk = Person(app, "clerk")
    sheet = clerk.get(f"/figures/{what}.xlsx?period=month&until=2026-08-31", "*/*")
    assert sheet.headers["Content-Disposition"].startswith("attachment")
    assert "月报" in str(load_workbook(io.BytesIO(sheet.data)).worksheets[0]["A1"].value)
    with pdfplumber.open(io.BytesIO(clerk.get(f"/figures/{what}.pdf", "*/*").data)) as pdf:
        assert "云川县人民法院" in pdf.pages[0].extract_text()
    text = clerk.get(f"/figures/{what}.csv", "*/*").data.decode("utf-8-sig")
    assert "云川县人民法院" in text
    assert "合计" in text
    assert not list(Path(house.scratch_dir).glob("figures-*"))


def test_bars_share_the_scale_of_the_longest() -> None:
    parts = (("overdue", "超期", "bad"), ("near", "临期", "near"))
    first, second = bars([{"key": ["一"], "overdue": 3, "near": 1}, {"key": ["二", "三"], "overdue": 0, "near": 1}], parts)
    assert (first["sum"], first["parts"]) == (4, [("bad", 0.0, 75.0), ("near", 75.0, 25.0)])
    assert (second["name"], second["parts"]) == ("二 三", [("near", 0.0, 25.0)])
    assert bars([], parts) == []
    assert bars([{"key": ["一"], "overdue": 0, "near": 0}], parts)[0]["parts"] == []


def test_intake_is_counted_by_day_person_and_team(app: Flask, house: Office) -> None:
    first = len(intake(house, operator_of(house), Asked())["by_day"])
    assert first == 0
    hand_over(house, [upload("一.jpg", jpeg(1)), upload("二.jpg", jpeg(2)), upload("空.jpg", b"")])
    text = Person(app, "clerk").get("/figures/intake?period=day&until=2026-09-01").text
    assert "2026-09-01" in text
    assert "移送 1 次" in text
    table = Person(app, "clerk").get("/api/figures/intake").get_json()
    assert (table["total"]["files"], table["total"]["rejects"], table["by_person"][0]["key"]) == (2, 1, ["team1"])
    assert Person(app, "clerk").get("/api/figures/intake?until=2026-08-31").get_json()["total"]["handovers"] == 0
    told = CommandLine(house.settings.home)("figures", "intake", "--as", "json").json
    assert told["by_team"][0]["key"] == [TEAM]


def test_no_cell_of_a_csv_is_a_formula(tmp_path: Path) -> None:
    listing = Listing("甲", "=1+1", (("团队", "@x"),), (Column("甲", 3), Column("乙", 3, "number")), (("-2+3", -4), ("=A1", None)))
    write_csv(tmp_path / "a.csv", [replace(listing, title="表")], NOW)
    lines = (tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[1:5] == ["团队,'@x", "甲,乙", "'-2+3,-4", "'=A1,"]
