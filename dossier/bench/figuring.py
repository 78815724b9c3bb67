"""Many made-up open cases come in; how long judging all of them takes, and how fast the overdue-node table answers before and after a change, goes out."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from dossier import people
from dossier.access import Actor
from dossier.app import open_office
from dossier.bench import meter
from dossier.clock import Clock
from dossier.desks import bulletin, cases, figures
from dossier.desks.figures import Asked
from dossier.office import Office
from dossier.records.tables import Case, Document, Event, Person, Submission
from dossier.settings import Settings

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
MOST_CPU, MOST_WALL = 60.0, 1.0
_LOT = 1000
_EVENTS = (("case_assigned", 1), ("feedback", 9), ("found_property", 12), ("payment_arrived", 40))
_PAPERS = (
    "filing_approval", "enforcement_application", "title_document", "identity_proof", "enforcement_notice", "property_report_order",
    "service_receipt", "net_query_total", "net_query_point", "seizure_ruling", "seizure_record", "investigation_record",
)  # fmt: skip


def run(count: int) -> bool:
    """Prints a table; True when all cases took at most a minute of CPU and the table answers within a second."""
    meter.headline(f"figures: {count} open cases, {len(_PAPERS)} papers and {len(_EVENTS)} events each")
    with tempfile.TemporaryDirectory(prefix="bench-figures-") as folder:
        settings = replace(Settings.read({}), home=Path(folder), database_url=f"sqlite:///{folder}/dossier.db", court="云川县人民法院")
        office = open_office(settings, Clock(lambda: NOW), initialise=True)
        try:
            return _measure(office, people.acting_as(office, people.OPERATOR), count)
        finally:
            office.close()


def _measure(office: Office, actor: Actor, count: int) -> bool:
    for start in range(0, count, _LOT):
        _fill(office, actor, range(start, min(start + _LOT, count)))
    first = _cost(lambda: figures.prepare(office, actor, Asked()))
    again = _cost(lambda: _page(office, actor))
    cases.record_event(office, actor, _number(0), "case_assigned", date(2026, 11, 2), source="feed")
    changed = _cost(lambda: _page(office, actor))
    meter.table(
        ("what", "CPU s", "wall s", "target"),
        [
            ("all cases judged and counted", f"{first.cpu:.1f}", f"{first.wall:.1f}", f"≤ {MOST_CPU:.0f} s of CPU"),
            ("the overdue-node table, nothing changed", f"{again.cpu:.2f}", f"{again.wall:.2f}", f"≤ {MOST_WALL:.0f} s"),
            ("the overdue-node table, one case changed", f"{changed.cpu:.2f}", f"{changed.wall:.2f}", f"≤ {MOST_WALL:.0f} s"),
        ],
    )
    return first.cpu <= MOST_CPU and max(again.cpu, changed.cpu) <= MOST_WALL


def _page(office: Office, actor: Actor) -> None:
    """What the page asks for."""
    figures.overdue(office, actor, Asked(), bulletin.SHOWN, 200)


def _cost(work: Callable[[], object]) -> meter.Cost:
    start = meter.now()
    work()
    return meter.now() - start


def _number(place: int) -> str:
    return f"（2026）豫9924执{place + 1000}号"


def _filed(place: int) -> date:
    return date(2026, 3, 2) + timedelta(days=place % 250)


def _fill(office: Office, actor: Actor, places: range) -> None:
    rows = [
        {
            "case_no": _number(place),
            "kind": "执",
            "court": "云川县人民法院",
            "filed_on": _filed(place).isoformat(),
            "team": f"执行实施{'一二三四五六七八'[place % 8]}团队",
            "handler": f"{'赵钱孙李周吴郑王冯陈'[place % 10]}执行",
            "applicants": "李测试",
            "respondents": "张某甲；甲公司" if place % 3 == 0 else "张某甲",
            "amount": "204650.00",
        }
        for place in places
    ]
    cases.import_cases(office, actor, json.dumps(rows, ensure_ascii=False).encode())
    _events_and_papers(office, places)


def _events_and_papers(office: Office, places: range) -> None:
    with office.db.write() as session:
        ids: dict[str, int] = {one.case_no: one.id for one in session.execute(select(Case.case_no, Case.id))}
        person = session.execute(select(Person.id).limit(1)).scalar_one()
        events: list[dict[str, Any]] = []
        papers: list[dict[str, Any]] = []
        for place in places:
            case, filed = ids[_number(place)], _filed(place)
            events += [
                {"case_id": case, "anchor": anchor, "on_day": filed + timedelta(days=days), "source": "feed", "recorded_at": NOW}
                for anchor, days in _EVENTS
            ]
            at = datetime(filed.year, filed.month, filed.day, 2, tzinfo=UTC) + timedelta(days=5)
            given = Submission(receipt_no=f"B{place}", case_id=case, handed_by_id=person, state="signed_for", received_at=at, rejects=[])
            session.add(given)
            session.flush()
            papers += [
                {
                    "submission_id": given.id, "case_id": case, "number": number, "type_id": kind, "name": kind, "state": "accepted",
                    "score": 1.0, "confident": True, "why": "", "signed_at": at, "dated": filed + timedelta(days=number),
                }
                for number, kind in enumerate(_PAPERS[: 4 + place % 9], 1)
            ]  # fmt: skip
        session.execute(insert(Event), events)
        session.execute(insert(Document), papers)
