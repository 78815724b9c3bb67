"""Paper that comes later 稍后移送: what a team announces comes in; a numbered slip, what has not arrived yet, and what came go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from dossier import access, people
from dossier.access import Actor, Resource
from dossier.clock import local
from dossier.desks import receiving, repeating
from dossier.desks.cases import load_for
from dossier.desks.handover import next_number
from dossier.desks.paper import clean
from dossier.desks.register import written
from dossier.errors import DossierError
from dossier.lifecycle import ANNOUNCEMENT
from dossier.listings import Slip, write_slip
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Announcement, Case, Page, Submission
from review.sheets import NAMES, STATEMENT, parse

MOST_SHEETS = 5_000
# What a list shows; "" is what has not arrived.
SHOWN: dict[str, str] = {"": "待送达", "overdue": "超过预计日", "arrived": "已送达", "withdrawn": "已撤回", "all": "全部"}
_LATER = "请将本单放在纸质材料之上，一起送交卷宗管理中心；中心或扫描站与材料一起扫描的，系统自动登记送达。"
# Whose scanning of a slip means that the paper lies before them.
_HERE = access.ACTIONS["announcement.arrive"].everywhere | {"station"}


@dataclass(frozen=True)
class Wanted:
    """What will come. receipt_no: the hand-over of its scans or photographs, when they came first."""

    case_no: str
    what: str
    sheets: int
    expected_on: date
    receipt_no: str | None = None


def announce(office: Office, actor: Actor, wanted: Wanted, *, key: str = "") -> str:
    """Registers paper that will come; its number. key: of the form; sent twice it registers once.

    Raises case_unknown, case_archived, announcement_bad, text_bad, submission_unknown.
    """
    if not 1 <= wanted.sheets <= MOST_SHEETS:
        raise DossierError("announcement_bad", what=f"张数应为 1 至 {MOST_SHEETS}")
    if not office.today() <= wanted.expected_on <= date(office.today().year + 2, 12, 31):
        raise DossierError("announcement_bad", what=f"预计送达日应在今天至 {office.today().year + 2} 年末之间")
    now = office.clock.now()
    with office.db.write() as session:
        case = load_for(session, wanted.case_no, actor, "announcement.make")
        if case.state == "archived":
            raise DossierError("case_archived", case_no=case.case_no)
        if (before := repeating.made_before(session, actor, key, wanted)) is not None:
            return before
        day = local(now).strftime("%Y%m%d")
        made = Announcement(
            number=f"YG{day}-{next_number(session, f'announcement:{day}'):04d}",
            case_id=case.id,
            team_id=case.team_id,
            what=clean(wanted.what, "材料"),
            sheets=wanted.sheets,
            expected_on=wanted.expected_on,
            made_by_id=actor.id,
            made_at=now,
            submission_id=_scans(session, case, wanted.receipt_no),
        )
        session.add(made)
        session.flush()
        _note(office, session, actor.login, "make", made, sheets=made.sheets, expected_on=made.expected_on.isoformat())
        repeating.made(session, actor, key, wanted, made.number, now)
        return made.number


def arrive(office: Office, actor: Actor, number: str, receipt_no: str | None = None) -> None:
    """The paper is here. Raises announcement_unknown, not_allowed, move_refused, submission_unknown."""
    with office.db.write() as session:
        found = _begin(session, actor, number, "announcement.arrive")
        scans = _scans(session, found.case, receipt_no)
        _arrived(office, found, actor.id)
        found.submission_id = scans or found.submission_id
        _note(office, session, actor.login, "arrive", found, receipt_no=receipt_no or None)


def withdraw(office: Office, actor: Actor, number: str, reason: str) -> None:
    """The paper will not come. Raises announcement_unknown, not_allowed, move_refused, reason_missing, text_bad."""
    with office.db.write() as session:
        found = _begin(session, actor, number, "announcement.withdraw")
        found.reason = clean(reason, "理由")
        found.state = ANNOUNCEMENT.move(found.state, "withdraw")
        _note(office, session, actor.login, "withdraw", found, reason=found.reason)


def undo(office: Office, actor: Actor, number: str, reason: str) -> None:
    """The paper is not here after all: it was marked by mistake. Raises as withdraw()."""
    with office.db.write() as session:
        found = _begin(session, actor, number, "announcement.arrive")
        why = clean(reason, "理由")
        found.state = ANNOUNCEMENT.move(found.state, "undo")
        found.arrived_at = found.arrived_by_id = None
        _note(office, session, actor.login, "undo", found, reason=why)


def slips_in(session: Session, submission: Submission) -> dict[str, str]:
    """Number → case number of the announcements whose slips lie in a hand-over; numbers that nobody gave out are not in it."""
    numbers = {sheet.number for page in submission.pages if (sheet := parse(page.code)) and sheet.kind == "slip" and sheet.number}
    if not numbers:
        return {}
    query = select(Announcement.number, Case.case_no).join(Case, Case.id == Announcement.case_id).where(Announcement.number.in_(numbers))
    return {row.number: row.case_no for row in session.execute(query)}


def link(office: Office, session: Session, submission: Submission) -> None:
    """Announced paper of this case whose slip was scanned with the stack has arrived. Inside the step's transaction, once the stack is parted.

    Only when the desk or a station scanned it: what a team uploads are scans, and the paper is still with the team.
    """
    numbers = {sheet.number for page in submission.pages if _loose(page) and (sheet := parse(page.code)) and sheet.kind == "slip"}
    if not numbers:
        return
    query = select(Announcement).where(Announcement.number.in_(numbers), Announcement.case_id == submission.case_id)
    system, here = people.find(session, people.SYSTEM), not _HERE.isdisjoint(submission.handed_by.roles)
    for found in session.execute(query.order_by(Announcement.id)).scalars():
        arrives = here and found.state == ANNOUNCEMENT.start
        if arrives:
            _arrived(office, found, system.id)
        elif found.state == "withdrawn" or found.submission_id is not None:
            continue
        found.submission_id = found.submission_id or submission.id
        _note(office, session, system.login, "arrive" if arrives else "link", found, receipt_no=submission.receipt_no)


def _loose(page: Page) -> bool:
    return bool(page.code) and page.document_id is None


def _arrived(office: Office, found: Announcement, who: int) -> None:
    found.state = ANNOUNCEMENT.move(found.state, "arrive")
    found.arrived_at, found.arrived_by_id = office.clock.now(), who


def _scans(session: Session, case: Case, receipt_no: str | None) -> int | None:
    if not receipt_no:
        return None
    found = receiving.load(session, receipt_no)
    if found.case_id != case.id:
        raise DossierError("submission_unknown", receipt=receipt_no)
    return found.id


def number_of(typed: str) -> str:
    """What a scanner or a person typed, as the number is written: full-width characters and blanks do not matter."""
    return "".join(typed.split()).translate({**{ord(c): ord(c) - 0xFEE0 for c in map(chr, range(0xFF01, 0xFF5F))}, 0x2014: "-"}).upper()


def _load(session: Session, number: str) -> Announcement:
    found = session.execute(select(Announcement).where(Announcement.number == number_of(number))).scalar_one_or_none()
    if found is None:
        raise DossierError("announcement_unknown", number=number.strip()[:40])
    return found


def _begin(session: Session, actor: Actor, number: str, action: str) -> Announcement:
    found = _load(session, number)
    access.demand(actor, action, Resource(team=found.case.team_id))
    return found


def _note(office: Office, session: Session, who: str, action: str, found: Announcement, **detail: Any) -> None:
    ledger.append(
        session,
        at=office.clock.now(),
        actor=who,
        action=f"announcement.{action}",
        subject=f"announcement:{found.id}",
        case_id=found.case_id,
        detail={"number": found.number, **detail},
    )


def show(office: Office, actor: Actor, number: str) -> dict[str, Any]:
    """One announcement as plain values. Raises announcement_unknown, not_allowed."""
    with office.db.read() as session:
        return as_json(office, _begin(session, actor, number, "announcement.read"))


def listing(office: Office, actor: Actor, which: str = "", case_no: str | None = None) -> list[dict[str, Any]]:
    """What is announced, by the expected day; arrived and withdrawn ones newest first. which: a key of SHOWN. Raises not_allowed, case_unknown."""
    access.demand(actor, "announcement.list")
    with office.db.read() as session:
        return [as_json(office, one) for one in session.execute(_listed(office, session, actor, which, case_no)).scalars()]


def leaf(office: Office, actor: Actor, which: str, case_no: str | None, page: int, most: int) -> dict[str, Any]:
    """{"total","page","last","rows"}: one page of listing(); a page behind the last is the last. Raises as listing()."""
    access.demand(actor, "announcement.list")
    with office.db.read() as session:
        query = _listed(office, session, actor, which, case_no)
        total = session.execute(select(func.count()).select_from(query.order_by(None).subquery())).scalar_one()
        last = max(1, -(-total // most))
        page = min(page, last)
        found = session.execute(query.offset((page - 1) * most).limit(most)).scalars()
        return {"total": total, "page": page, "last": last, "rows": [as_json(office, one) for one in found]}


def _listed(office: Office, session: Session, actor: Actor, which: str, case_no: str | None) -> Select[Announcement]:
    query = awaited(office, actor, overdue=which == "overdue") if which in ("", "overdue") else _seen(actor)
    if which in ANNOUNCEMENT.states:
        query = query.where(Announcement.state == which)
    if which not in ("", "overdue"):
        query = query.order_by(Announcement.id.desc())
    if case_no:
        query = query.where(Announcement.case_id == load_for(session, case_no, actor, "announcement.read").id)
    return query


def _seen(actor: Actor) -> Select[Announcement]:
    told = (Announcement.case, Announcement.team, Announcement.made_by, Announcement.arrived_by, Announcement.submission)
    query = select(Announcement).options(*(joinedload(one) for one in told))
    if not actor.roles & access.ACTIONS["announcement.read"].everywhere:
        query = query.where(Announcement.case_id.in_(select(Case.id).where(Case.team_id == actor.team, Case.team_id.is_not(None))))
    return query


def awaited(office: Office, actor: Actor, *, overdue: bool = False) -> Select[Announcement]:
    """What an actor may see of the paper that has not arrived, what is expected first comes first."""
    query = _seen(actor).where(Announcement.state == ANNOUNCEMENT.start).order_by(Announcement.expected_on, Announcement.id)
    return query.where(Announcement.expected_on < office.today()) if overdue else query


def as_json(office: Office, one: Announcement) -> dict[str, Any]:
    """waited: working days since it was announced, late: since the expected day; both None once it came or was withdrawn."""
    waits, today, between = one.state == ANNOUNCEMENT.start, office.today(), office.rules.calendar.between
    return {
        "number": one.number,
        "case_no": one.case.case_no,
        "team": one.team.name if one.team else None,
        "what": one.what,
        "sheets": one.sheets,
        "expected_on": one.expected_on.isoformat(),
        "state": one.state,
        "state_name": ANNOUNCEMENT.names[one.state],
        "acts": list(ANNOUNCEMENT.allowed(one.state)),
        "waited": between(local(one.made_at).date(), today) if waits else None,
        "late": between(one.expected_on, today) if waits and one.expected_on < today else None,
        "overdue": waits and one.expected_on < today,
        "made_by": one.made_by.display,
        "made_at": local(one.made_at).isoformat(timespec="seconds"),
        "arrived_by": one.arrived_by.display if one.arrived_by else None,
        "arrived_at": local(one.arrived_at).isoformat(timespec="seconds") if one.arrived_at else None,
        "reason": one.reason,
        "receipt_no": one.submission.receipt_no if one.submission else None,
    }


def save_slip(office: Office, actor: Actor, number: str, folder: Path) -> Path:
    """Writes the slip that goes with the paper. Raises announcement_unknown, not_allowed, tool_missing, export_failed."""
    with office.db.write() as session:
        found = _begin(session, actor, number, "announcement.read")
        view = as_json(office, found)
        _note(office, session, actor.login, "slip", found)
    slip, made_on = slip_of(view, office.settings.court), local(office.clock.now())
    return written(folder / f"{slip.title}-{view['number']}.pdf", lambda path: write_slip(path, slip, made_on))


def slip_of(view: Mapping[str, Any], court: str) -> Slip:
    """The slip of an announcement as as_json() tells it."""
    heads = (
        ("案号", view["case_no"]),
        ("办案团队", view["team"] or ""),
        ("登记", f"{view['made_by']} {view['made_at'][:10]}"),
        ("预计送达", view["expected_on"]),
        *((("扫描件", view["receipt_no"]),) if view["receipt_no"] else ()),
    )
    signs = (
        "送交人（签名）：______________　　　　　日期：______________",
        "接收人（签名）：____________　　实收______张　　日期：____________",
    )
    columns = (("材料", 20.0), ("张数", 4.0))
    return Slip(NAMES["slip"], court, view["number"], heads, columns, ((view["what"], str(view["sheets"])),), signs, (_LATER, STATEMENT))
