"""Events of many cases in one file: a table of the process system comes in, anchors of the cases go out; everything or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date

from dossier import access
from dossier.access import Actor, Resource
from dossier.desks import cases
from dossier.errors import DossierError
from dossier.office import Office
from review.rulebook import Catalogue

REQUIRED = ("case_no", "anchor", "date")
OPTIONAL = ("source", "instead_of")
SOURCES = ("csv", "feed", "form")


def _bad(line: int, what: str) -> DossierError:
    return DossierError("event_import_bad", line=line, what=what)


def _day(text: str, line: int, column: str) -> date:
    try:
        return cases.plausible(date.fromisoformat(text.replace("/", "-").replace(".", "-")))
    except ValueError:
        raise _bad(line, f"{column} 的日期 {text} 不对，应如 2026-03-01") from None


def _rows(data: bytes) -> list[tuple[int, dict[str, str]]]:
    """(line, row) of a CSV file; cells stripped."""
    try:
        text = cases.decode(data)
    except ValueError:
        raise _bad(1, "文字编码不是 UTF-8 或 GB 18030") from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        found = [(reader.line_num, row) for row in reader if any(row.values())]
    except csv.Error as error:
        raise _bad(reader.line_num, f"不是有效的 CSV（{error}）") from None
    head = [name.strip() for name in reader.fieldnames or ()]
    if lacking := [name for name in REQUIRED if name not in head]:
        raise _bad(1, f"缺少列 {lacking[0]}")
    if unknown := [name for name in head if name not in REQUIRED + OPTIONAL]:
        raise _bad(1, f"不认识的列 {unknown[0]}")
    for line, row in found:
        if None in row or None in row.values():
            raise _bad(line, "列数与表头不一致")
    return [(line, {key.strip(): value.strip() for key, value in row.items()}) for line, row in found]


def _source(row: Mapping[str, str], line: int) -> str:
    source = row.get("source") or "csv"
    if source not in SOURCES:
        raise _bad(line, f"来源 {source} 不在 {'、'.join(SOURCES)} 之中")
    return source


def import_events(office: Office, actor: Actor, data: bytes) -> dict[str, int]:
    """Imports events: {"recorded","corrected","unchanged"}. Columns case_no, anchor (id or Chinese name), date; source, instead_of optional.

    Idempotent; one bad line and nothing is imported. Raises event_import_bad, case_unknown, not_allowed.
    """
    rows = _rows(data)
    if not rows:
        raise _bad(1, "没有任何事件")
    result = {"recorded": 0, "corrected": 0, "unchanged": 0}
    seen: dict[tuple[int, str], date] = {}
    with office.db.write() as session:
        for line, row in rows:
            case = cases.load(session, cases.case_key(row["case_no"]))
            access.demand(actor, "case.event", Resource(team=case.team_id))
            anchor = _anchor(office.rules.for_case(case), row["anchor"], line)
            instead = _day(row["instead_of"], line, "instead_of") if row.get("instead_of") else None
            day = _day(row["date"], line, "date")
            if not _repeats(office.rules.for_case(case), anchor) and seen.setdefault((case.id, anchor), day) != day:
                raise _bad(line, f"同一案件的 {row['anchor']} 有两个日期，只能有一个")
            result[cases.put_event(office, session, actor, case, anchor, day, _source(row, line), instead)] += 1
    return result


def _repeats(catalogue: Catalogue, anchor: str) -> bool:
    return anchor in catalogue.anchors and catalogue.anchors[anchor].repeats


def _anchor(catalogue: Catalogue, said: str, line: int) -> str:
    if said in catalogue.anchors or said.removeprefix("no:") in catalogue.conditions:
        return said
    named = {one.name: one.id for one in catalogue.conditions.values()} | {one.name: one.id for one in catalogue.anchors.values()}
    if said not in named:
        raise _bad(line, f"没有名为 {said} 的事件类型")
    return named[said]
