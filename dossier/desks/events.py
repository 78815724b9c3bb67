"""Events of cases: a table of the process system, a name that a clerk types or an event taken back comes in; the anchors of the cases go out."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from dossier import access
from dossier.access import Actor, Resource
from dossier.desks import casefile, cases
from dossier.desks.uploads import BAD_NAME
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case
from review.rulebook import Catalogue

REQUIRED = ("case_no", "anchor", "date")
OPTIONAL = ("source", "instead_of")
SOURCES = ("csv", "feed", "form")


def _bad(line: int, what: str, what_en: str) -> DossierError:
    return DossierError("event_import_bad", line=line, what=what, what_en=what_en)


def _day(text: str, line: int, column: str) -> date:
    try:
        return casefile.plausible(date.fromisoformat(text.replace("/", "-").replace(".", "-")))
    except ValueError:
        raise _bad(
            line, f"{column} 的日期 {text} 不对，应如 2026-03-01", f"{text} in {column} is no usable day; write 2026-03-01"
        ) from None


def _rows(data: bytes) -> list[tuple[int, dict[str, str]]]:
    """(line, row) of a CSV file; cells stripped."""
    try:
        text = casefile.decode(data)
    except ValueError:
        raise _bad(1, *casefile.NO_TEXT) from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        found = [(reader.line_num, row) for row in reader if any(row.values())]
    except csv.Error as error:
        raise _bad(reader.line_num, f"不是有效的 CSV（{error}）", f"this is no CSV ({error})") from None
    head = [name.strip() for name in reader.fieldnames or ()]
    if lacking := [name for name in REQUIRED if name not in head]:
        raise _bad(1, f"缺少列 {lacking[0]}", f"the column {lacking[0]} is missing")
    if unknown := [name for name in head if name not in REQUIRED + OPTIONAL]:
        raise _bad(1, f"不认识的列 {unknown[0]}", f"the column {unknown[0]} is not known")
    for line, row in found:
        if None in row or None in row.values():
            raise _bad(line, *casefile.UNEVEN)
        # Trailing blanks and line ends are stripped below; anything else of the kind is looked for in no database.
        if any(BAD_NAME.search(value.strip()) for value in row.values()):
            raise _bad(line, "含有看不见的控制字符", "it holds invisible control characters")
    return [(line, {key.strip(): value.strip() for key, value in row.items()}) for line, row in found]


def _source(row: Mapping[str, str], line: int) -> str:
    source = row.get("source") or "csv"
    if source not in SOURCES:
        raise _bad(line, f"来源 {source} 不在 {'、'.join(SOURCES)} 之中", f"the source {source} is none of {', '.join(SOURCES)}")
    return source


def import_events(office: Office, actor: Actor, data: bytes) -> dict[str, int]:
    """Imports events: {"recorded","corrected","unchanged"}. Columns case_no, anchor (id or Chinese name), date; source, instead_of optional.

    Idempotent; one bad line and nothing is imported. Raises event_import_bad, not_allowed.
    """
    rows = _rows(data)
    if not rows:
        raise _bad(1, "没有任何事件", "there is no event in it")
    result = {"recorded": 0, "corrected": 0, "unchanged": 0}
    seen: dict[tuple[int, str], date] = {}
    with office.db.write() as session:
        for line, row in rows:
            case = _case(session, actor, row["case_no"], line)
            anchor = _anchor(office.rules.for_case(case), row["anchor"], line)
            instead = _day(row["instead_of"], line, "instead_of") if row.get("instead_of") else None
            day = _day(row["date"], line, "date")
            if not _repeats(office.rules.for_case(case), anchor) and seen.setdefault((case.id, anchor), day) != day:
                raise _bad(
                    line,
                    f"同一案件的 {row['anchor']} 有两个日期，只能有一个",
                    f"{row['anchor']} has two days in one case and can have only one",
                )
            try:
                result[cases.put_event(office, session, actor, case, anchor, day, _source(row, line), instead)] += 1
            except DossierError as error:
                if error.code != "case_archived":
                    raise
                raise _bad(
                    line,
                    f"案件 {case.case_no} 已归档，事件不再变更",
                    f"the case {case.case_no} is archived and its events no longer change",
                ) from None
    return result


def _case(session: Session, actor: Actor, case_no: str, line: int) -> Case:
    """The case of a line; one that may not be changed is told as one that is not there."""
    try:
        case = cases.load(session, casefile.case_key(case_no))
        access.demand(actor, "case.event", Resource(team=case.team_id))
    except DossierError as error:
        if error.code not in ("case_unknown", "not_allowed") or not access.could(actor, "case.event"):
            raise
        raise _bad(
            line, f"没有案号为 {case_no} 的案件，或您无权登记它的事件", f"there is no case {case_no}, or you may not record its events"
        ) from None
    return case


def record(office: Office, actor: Actor, case_no: str, called: str, on: date, source: str = "form", instead_of: date | None = None) -> None:
    """Records an event that is told by its id or its Chinese name, as cases.record_event() does. Raises what that raises."""
    with office.db.read() as session:
        anchor = _known(office.rules.for_case(cases.load(session, case_no)), called)
    cases.record_event(office, actor, case_no, anchor or called, on, source, instead_of)


def withdraw(office: Office, actor: Actor, case_no: str, called: str, on: date, reason: str) -> None:
    """Takes an event back that never happened; the ledger keeps it, and its deadlines fall away.

    called: id or Chinese name. Raises case_unknown, case_archived, event_unknown, reason_missing, not_allowed.
    """
    with office.db.write() as session:
        case = cases.load(session, case_no)
        access.demand(actor, "case.event", Resource(team=case.team_id))
        if not reason.strip():
            raise DossierError("reason_missing")
        if case.state == "archived":
            raise DossierError("case_archived", case_no=case.case_no)
        anchor = _known(office.rules.for_case(case), called) or called
        gone = next((event for event in case.events if event.anchor == anchor and event.on_day == on), None)
        if gone is None:
            raise DossierError("event_unknown", anchor=called, day=on.isoformat())
        detail = {
            "anchor": anchor,
            "on": on.isoformat(),
            "source": gone.source,
            "at": gone.recorded_at.isoformat(),
            "reason": reason.strip(),
        }
        case.events.remove(gone)
        session.delete(gone)
        session.flush()
        ledger.append(
            session,
            at=office.clock.now(),
            actor=actor.login,
            action="case.event_withdrawn",
            subject=f"case:{case.id}",
            case_id=case.id,
            detail=detail,
        )


def _repeats(catalogue: Catalogue, anchor: str) -> bool:
    return anchor in catalogue.anchors and catalogue.anchors[anchor].repeats


def _anchor(catalogue: Catalogue, said: str, line: int) -> str:
    anchor = _known(catalogue, said)
    if anchor is None:
        raise _bad(line, f"没有名为 {said} 的事件类型", f"there is no kind of event called {said}")
    return anchor


def _known(catalogue: Catalogue, said: str) -> str | None:
    """The id that is meant by an id or a name, with no: before it when a condition does not hold."""
    denied = "no:" if said.startswith("no:") else ""
    bare = said.removeprefix("no:")
    if bare in catalogue.conditions or (bare in catalogue.anchors and not denied):
        return said
    named = {one.name: one.id for one in catalogue.conditions.values()}
    named |= {} if denied else {one.name: one.id for one in catalogue.anchors.values()}
    return f"{denied}{named[bare]}" if bare in named else None
