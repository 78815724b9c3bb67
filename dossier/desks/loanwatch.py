"""Loans that somebody has to act on: events and due days come in; who has to be told in which words, and boxes of the workbench, go out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dossier import access
from dossier.access import Actor
from dossier.desks import loans
from dossier.desks.borrowing import missing_of
from dossier.lifecycle import PAPER_OUT
from dossier.office import Office
from dossier.records.tables import Loan, Person

NEAR = 1  # working days before the due day from which the borrower is reminded
BOXES = {"asked": "待批准的借阅", "approved": "待发放的借阅", "overdue": "超期未还的卷宗"}
ANSWERS = {"approve": "已批准", "decline": "不予批准"}


@dataclass(frozen=True)
class Reminder:
    """A loan whose paper is due: its number, the words, the persons (ids) whom it concerns, and whether it is of the 副卷."""

    loan_no: str
    text: str
    to: frozenset[int]
    sub: bool


def reminders(office: Office, session: Session) -> Iterator[Reminder]:
    """Every loan that is due soon or past its day; the desk is told when it is past. Loans of the 副卷: only those who may read it."""
    query = select(Loan).where(Loan.state.in_(PAPER_OUT)).order_by(Loan.id).options(joinedload(Loan.case), joinedload(Loan.volume))
    persons = session.execute(select(Person).where(~Person.disabled)).scalars().all()
    for loan in session.execute(query).scalars():
        said = _said(office, loan)
        if said is None:
            continue
        words, late = said
        team = loan.case.team_id
        to = [
            one
            for one in persons
            if one.id == loan.asked_by_id
            or (late and "clerk" in one.roles)
            or (team is not None and one.team_id == team and "team" in one.roles)
        ]
        sub = loan.volume.kind == "sub"
        seen = frozenset(one.id for one in to if not sub or "sub_reader" in one.roles)
        yield Reminder(loan.loan_no, f"{loan.case.case_no} 借阅 {loan.loan_no}：{len(missing_of(loan))} 张未还，{words}", seen, sub)


def _said(office: Office, loan: Loan) -> tuple[str, bool] | None:
    """The words, and whether the day is past; None while there is time. Whose reason has not ended is late from the agreed end on."""
    today, day = office.today(), loans.due(office, loan).due
    if day is None:
        return ("约定的归还日期已过，请确认借阅事由是否已消失", True) if loan.until < today else None
    left = office.rules.calendar.between(today, day)
    if left > NEAR:
        return None
    if left < 0:
        return f"已超期 {-left} 个工作日", True
    return ("今天应还" if left == 0 else f"还剩 {left} 个工作日"), False


def boxes(office: Office, actor: Actor, most: int) -> Iterator[dict[str, Any]]:
    """The workbench's boxes: what waits for approval or for being handed out, and what should be back; each with at most so many rows."""
    if access.could(actor, "loan.approve"):
        yield _box(office, actor, "asked", most)
    if access.could(actor, "loan.lend"):
        yield _box(office, actor, "approved", most)
    if access.could(actor, "loan.lend") or (actor.team is not None and access.could(actor, "loan.end")):
        yield _box(office, actor, "overdue", most)


def _box(office: Office, actor: Actor, show: str, most: int) -> dict[str, Any]:
    found = loans.listing(office, actor, show)
    rows = [
        {
            "what": one["loan_no"],
            "of": one["case_no"],
            "note": one["borrower"],
            "since": one["asked_at"],
            "waited": None
            if show == "overdue"
            else office.rules.calendar.between(datetime.fromisoformat(one["asked_at"]).date(), office.today()),
            "left": one["left"] if show == "overdue" else None,
            "loan_no": one["loan_no"],
            "state": one["state"],
        }
        for one in found[:most]
    ]
    return {"id": f"loans-{show}", "title": BOXES[show], "count": len(found), "rows": rows}
