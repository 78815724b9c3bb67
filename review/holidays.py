"""Holiday files to years: our YAML tables (path → text) or an official notice as JSON in, announced years of days off and make-up days out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from review.rulebook import RuleProblem, RulesError
from review.rules_load import HOLIDAYS, home_of
from review.yamlmarks import Entry, parse


class NoticeError(ValueError):
    """A notice is not of the shape {"year", "days": [{"name", "date", "isOffDay"}]}; the text says what is wrong (Chinese)."""


@dataclass(frozen=True)
class HolidayYear:
    """One announced year: the days that differ from 'Monday to Friday works'. work: day → True (make-up) or False (day off).

    A notice may also move days of the December before or the January after.
    """

    year: int
    cite: tuple[str, ...]
    work: Mapping[date, bool]
    names: Mapping[date, str]


def years(texts: Mapping[str, str]) -> tuple[HolidayYear, ...]:
    """The announced years among rule files (path from the rules folder → content), oldest first. RulesError names every problem."""
    problems: list[RuleProblem] = []
    found: dict[int, HolidayYear] = {}
    for path in sorted(path for path in texts if home_of(path) == HOLIDAYS):
        try:
            year = _year(parse(path, texts[path]), problems)
        except RulesError as error:
            problems += error.problems
            continue
        if year.year in found:
            problems.append(RuleProblem(path, 1, f"{year.year} 年重复"))
        found[year.year] = year
    if problems:
        raise RulesError(tuple(problems))
    return tuple(found[year] for year in sorted(found))


def _year(root: Entry, problems: list[RuleProblem]) -> HolidayYear:
    def complain(entry: Entry, key: str, message: str) -> None:
        problems.append(RuleProblem(entry.file, entry.line_of(key), message))

    for key in root:
        if key not in ("year", "cite", "days"):
            complain(root, key, f"不认识的键“{key}”")
    year = root.get("year")
    if not isinstance(year, int):
        complain(root, "year", "缺少年份 year")
        year = 0
    if not root.texts("cite"):
        complain(root, "cite", "缺少依据（cite）")
    work: dict[date, bool] = {}
    names: dict[date, str] = {}
    for entry in root.entries("days"):
        day, works = entry.get("date"), entry.get("work")
        if not isinstance(day, date) or not isinstance(works, bool) or set(entry) != {"date", "name", "work"}:
            complain(entry, "date", "每天应写 date（日期）、name、work（true 上班，false 放假）")
        elif abs(day.year - year) > 1:
            complain(entry, "date", f"{day} 不属于 {year} 年的通知")
        elif day in work:
            complain(entry, "date", f"{day} 重复")
        else:
            work[day], names[day] = works, entry.text("name")
    if not work:
        complain(root, "days", "没有任何日子")
    return HolidayYear(year, root.texts("cite"), work, names)


def from_notice(payload: object) -> tuple[int, str]:
    """An official notice as JSON to the year and the text of our table. payload: {"year", "days": [{"name", "date", "isOffDay"}]}. NoticeError."""
    if not isinstance(payload, dict):
        raise NoticeError("应为 {year, days} 的 JSON 对象")
    year, days = payload.get("year"), payload.get("days")
    if not isinstance(year, int) or isinstance(year, bool) or not 1949 <= year <= 9998:
        raise NoticeError(f"year 应为年份，实为“{year}”")
    if not isinstance(days, list) or not days:
        raise NoticeError("days 应为非空列表")
    rows = [_notice_day(year, day) for day in days]
    if len({day for day, _, _ in rows}) != len(rows):
        raise NoticeError("days 中有重复的日期")
    lines = [
        f"# {year}年放假调休：work 为 false 的放假，为 true 的上班；其余日子周一至周五上班。",
        f"year: {year}",
        "cite:",
        f"- 国务院办公厅关于{year}年部分节假日安排的通知",
        "days:",
        *(f"- {{date: {day}, name: {_quoted(name)}, work: {'true' if works else 'false'}}}" for day, name, works in sorted(rows)),
    ]
    return year, "\n".join(lines) + "\n"


def _notice_day(year: int, day: object) -> tuple[date, str, bool]:
    if not isinstance(day, dict) or not isinstance(day.get("isOffDay"), bool) or not isinstance(day.get("name"), str):
        raise NoticeError(f"每天应有 name、date、isOffDay，实为“{day}”")
    try:
        on = date.fromisoformat(str(day.get("date")))
    except ValueError as error:
        raise NoticeError(f"“{day.get('date')}”不是日期") from error
    if abs(on.year - year) > 1:
        raise NoticeError(f"{on} 不属于 {year} 年的通知")
    return on, day["name"], not day["isOffDay"]


def _quoted(name: str) -> str:
    return name if name.isalnum() and not name.isascii() else "'" + name.replace("'", "''").replace("\n", " ") + "'"
