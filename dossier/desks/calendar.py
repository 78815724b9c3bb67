"""The court's calendar: an official notice of a year comes in, a checked holiday file of this installation goes out."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from datetime import date, timedelta
from typing import Any

from dossier import access
from dossier.access import Actor
from dossier.errors import DossierError
from dossier.listings import NotATableError, Record, read_table
from dossier.office import Office
from dossier.records import ledger
from review.holidays import NoticeError, from_notice

DAY, NAME, WORK = "日期", "节日", "安排"
_OFF, _ON = ("放假", "休", "放"), ("上班", "班", "补班", "调休上班")


def table(office: Office, actor: Actor, year: int | None = None) -> dict[str, Any]:
    """{"years":[newest first],"year","announced","days":[{"day","name","work"}],"waiting":[years that count from the next start on]}.

    days: what differs from "Monday to Friday works"; year: the newest announced one when none is asked for. Raises not_allowed.
    """
    access.demand(actor, "rules.read")
    calendar = office.rules.calendar
    shown = year if year is not None and 1949 <= year <= 9998 else calendar.announced[-1]
    every = (date(shown, 1, 1) + timedelta(days=one) for one in range(366))
    days = [day for day in every if day.year == shown and (calendar.name_of(day) or calendar.is_workday(day) != (day.weekday() < 5))]
    told = [{"day": day.isoformat(), "name": calendar.name_of(day), "work": calendar.is_workday(day)} for day in days]
    folder = office.settings.home / "holidays"
    kept = {f"holidays/{path.name}": path for path in sorted(folder.glob("*.yaml"))} if folder.is_dir() else {}
    new = [path for name, path in kept.items() if office.rules.texts.get(name) != path.read_text(encoding="utf-8")]
    waiting = [int(path.stem) for path in new if re.fullmatch(r"[0-9]{4}", path.stem)]
    return {
        "years": list(reversed(calendar.announced)),
        "year": shown,
        "announced": shown in calendar.announced,
        "days": told,
        "waiting": waiting,
    }


def _notice(data: bytes) -> object:
    """The notice as {"year","days"}, whether it came as JSON or as a table."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        try:
            return json.loads(data.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            raise DossierError("holidays_bad", what="不是有效的 JSON") from None
    try:
        rows = read_table(data, frozenset({DAY}))
    except NotATableError as error:
        raise DossierError("holidays_bad", what=str(error)) from error
    if not rows:
        raise DossierError("holidays_bad", what="表中没有任何日子")
    days = [_table_day(row) for row in rows]
    return {"year": int(Counter(day["date"][:4] for day in days).most_common(1)[0][0]), "days": days}


def _table_day(row: Record) -> dict[str, Any]:
    said, what = row.cells.get(DAY, ""), row.cells.get(WORK, "")
    try:
        day = date.fromisoformat(said[:10].replace("/", "-").replace(".", "-"))
    except ValueError:
        raise DossierError("holidays_bad", what=f"第 {row.number} 行的日期“{said}”应写作 2027-01-01") from None
    if what not in (*_OFF, *_ON):
        raise DossierError("holidays_bad", what=f"第 {row.number} 行的安排“{what}”应写“放假”或“上班”")
    return {"name": row.cells.get(NAME, ""), "date": day.isoformat(), "isOffDay": what in _OFF}


def import_year(office: Office, actor: Actor, data: bytes) -> int:
    """Keeps the notice of a year; deadlines count by it from the next start on. Importing it again changes nothing.

    data: JSON {"year","days":[{"name","date","isOffDay"}]}, or a table (XLSX, CSV) with the columns 日期, 节日 and 安排 (放假 or 上班).
    Raises not_allowed, holidays_bad.
    """
    access.demand(actor, "holidays.import")
    try:
        year, text = from_notice(_notice(data))
    except NoticeError as error:
        raise DossierError("holidays_bad", what=str(error)) from error
    folder = office.settings.home / "holidays"
    folder.mkdir(exist_ok=True)
    target = folder / f"{year}.yaml"
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return year
    draft = target.with_suffix(".tmp")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    with office.db.write() as session:
        ledger.append(
            session, at=office.clock.now(), actor=actor.login, action="holidays.import", subject=f"holidays:{year}", detail={"year": year}
        )
        draft.replace(target)
    return year
