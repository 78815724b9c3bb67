"""Looking at loans: rows come in; a loan, the list sorted by due day, the paper of a case and the facts for its gates go out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import case as choose
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from dossier import access
from dossier.access import Actor, Resource
from dossier.clock import local
from dossier.desks import paper
from dossier.desks.borrowing import chosen_leaves, load_loan, missing_of, missing_text, resource_of, still_out
from dossier.desks.cases import load, load_for
from dossier.desks.placing import KIND_NAMES
from dossier.errors import DossierError
from dossier.lifecycle import LOAN, LOAN_KINDS, LOAN_ONLY, PAPER_OUT
from dossier.office import Office
from dossier.records.tables import Case, Loan, LoanSheet, Volume
from review.facts import LoanFact
from review.loans import LoanDue, due_of

# What the list can show; '' is everything that somebody still has to do.
SHOWN: Mapping[str, str] = {
    "": "待办", "asked": "待批准", "approved": "待发放", "out": "在外", "overdue": "已超期", "done": "已办结", "all": "全部",
}  # fmt: skip
_STATES: Mapping[str, Sequence[str]] = {
    "": ("asked", "approved", *PAPER_OUT),
    "asked": ("asked",),
    "approved": ("approved",),
    "out": PAPER_OUT,
    "overdue": PAPER_OUT,
    "done": ("returned", "copied", "declined", "withdrawn"),
    "all": LOAN.states,
}


def due(office: Office, loan: Loan) -> LoanDue:
    """When the paper of this loan must be back."""
    return due_of(office.rules.for_case(loan.case), office.rules.calendar, loan.kind, loan.until, loan.ended_on)


def left_of(office: Office, day: date | None, today: date) -> int | None:
    """Working days from today to the day; negative when it is past."""
    return office.rules.calendar.between(today, day) if day else None


def loan_json(office: Office, actor: Actor, loan_no: str) -> dict[str, Any]:
    """A loan with its sheets, extensions, what is still out and what may be done with it now. Raises loan_unknown, not_allowed."""
    with office.db.write() as session:
        loan = load_loan(session, loan_no)
        access.demand(actor, "loan.read", resource_of(loan))
        paper.ensure_sheets(session, loan.volume)
        row = _row(office, loan, _own_counts(loan), paper.place_text(paper.place_of(session, loan.volume_id)))
        return {
            **row,
            "wanted": _wanted(session, loan),
            "acts": [act for act in LOAN.allowed(loan.state) if loan.kind in LOAN_ONLY.get(act, (loan.kind,))],
            "out_of_house": still_out(loan),
            "documents": _documents(loan.sheets),
            "terms": [{"until": _iso(one.until), "reason": one.reason, "by": one.by.display, "at": _moment(one.at)} for one in loan.terms],
            "own": not actor.persons.isdisjoint({loan.asked_by_id, loan.asked_for_id}),
        }


def _wanted(session: Session, loan: Loan) -> list[dict[str, Any]]:
    """What was asked for, by document, with the sheets that are there to be handed out; out: how many of them are away on a loan."""
    found: dict[int, dict[str, Any]] = {}
    for leaf in chosen_leaves(session, loan):
        row = found.setdefault(
            leaf.document_id, {"document": leaf.document_id, "serial": leaf.serial, "name": leaf.name, "numbers": [], "away": 0}
        )
        row["numbers"].append(leaf.page_no)
        row["away"] += leaf.loan_id is not None and leaf.loan_id != loan.id
    return [{**row, "pages": paper.pages_text(row["numbers"]), "sheets": len(row["numbers"])} for row in found.values()]


def _documents(sheets: Iterable[LoanSheet]) -> list[dict[str, Any]]:
    """The sheets that were handed out, by document."""
    found: dict[int, dict[str, Any]] = {}
    for one in sheets:
        row = found.setdefault(one.document_id, {"document": one.document_id, "name": one.name, "sheets": []})
        row["sheets"].append({"page": one.page_no, "back": one.back_no, "returned_at": _moment(one.returned_at)})
    return [{**row, "pages": paper.pages_text(sheet["page"] for sheet in row["sheets"])} for row in found.values()]


def _row(office: Office, loan: Loan, counts: tuple[int, int], place: str) -> dict[str, Any]:
    today = office.today()
    told = due(office, loan) if loan.state in (*PAPER_OUT, "returned") else LoanDue(None)
    back_on = local(loan.returned_at).date() if loan.returned_at else None
    left = left_of(office, told.due, back_on or today)
    return {
        "loan_no": loan.loan_no,
        "case_no": loan.case.case_no,
        "team": loan.case.team.name if loan.case.team else None,
        "volume": loan.volume.kind,
        "volume_name": KIND_NAMES[loan.volume.kind],
        "whole": loan.whole,
        "kind": loan.kind,
        "kind_name": LOAN_KINDS[loan.kind],
        "state": loan.state,
        "state_name": LOAN.names[loan.state] if loan.state != "out" or loan.kind == "out" else "查阅中",
        "borrower": loan.borrower,
        "unit": loan.unit,
        "reason": loan.reason,
        "until": _iso(loan.until),
        "agreed_left": left_of(office, loan.until, today),
        "due": _iso(told.due) if told.due else None,
        "provisional": told.provisional,
        "cite": told.cite,
        "left": left,
        "overdue": left is not None and left < 0,
        "sheets": counts[0],
        "missing": counts[1],
        "asked_by": loan.asked_by.display,
        "asked_at": _moment(loan.asked_at),
        "decided_by": loan.decided_by.display if loan.decided_by else None,
        "decided_at": _moment(loan.decided_at),
        "decided_note": loan.decided_note,
        "handed_out_by": loan.handed_out_by.display if loan.handed_out_by else None,
        "handed_out_at": _moment(loan.handed_out_at),
        "ended_on": _iso(loan.ended_on) if loan.ended_on else None,
        "returned_at": _moment(loan.returned_at),
        "copied": loan.copied,
        "received_by": loan.received_by,
        "place": place,
    }


def _own_counts(loan: Loan) -> tuple[int, int]:
    return len(loan.sheets), len(missing_of(loan))


def listing(
    office: Office,
    actor: Actor,
    show: str = "",
    *,
    case_no: str | None = None,
    first: date | None = None,
    last: date | None = None,
    most: int | None = None,
) -> list[dict[str, Any]]:
    """The loans that an actor may see: what is due first comes first, then what waits for somebody, then the newest.

    show: a key of SHOWN. first, last: days on which they were asked for. most: of the newest only so many. Raises not_allowed, case_unknown, bad_request.
    """
    access.demand(actor, "loan.list")
    if show not in SHOWN:
        raise DossierError("bad_request", what="show")
    query = (
        select(Loan)
        .join(Case, Loan.case_id == Case.id)
        .join(Volume, Loan.volume_id == Volume.id)
        .where(Loan.state.in_(_STATES[show]))
        .options(*(joinedload(part) for part in (Loan.volume, Loan.asked_by, Loan.decided_by, Loan.handed_out_by)))
        .options(joinedload(Loan.case).joinedload(Case.team))
    )
    if not actor.roles & access.ACTIONS["loan.read"].everywhere:
        query = query.where(Case.team_id == actor.team, Case.team_id.is_not(None))
    if not access.decide(actor, "loan.read", Resource(team=actor.team, sub=True)):
        query = query.where(Volume.kind != "sub")
    with office.db.read() as session:
        if case_no:
            query = query.where(Loan.case_id == load_for(session, case_no, actor, "loan.read").id)
        newest = session.execute(query.order_by(Loan.id.desc()).limit(most)).scalars()
        found = [loan for loan in newest if _asked_within(loan, first, last)]
        counts = _counts(session, [loan.id for loan in found])
        places = paper.places_text(session, {loan.volume_id for loan in found})
        rows = [_row(office, loan, counts.get(loan.id, (0, 0)), places.get(loan.volume_id, "")) for loan in found]
    kept = [row for row in rows if show != "overdue" or row["overdue"]]
    return sorted(kept, key=_urgency)


def _asked_within(loan: Loan, first: date | None, last: date | None) -> bool:
    day = local(loan.asked_at).date()
    return (first is None or day >= first) and (last is None or day <= last)


def _counts(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Loan id → sheets handed out, sheets still out."""
    away = func.sum(choose((LoanSheet.returned_at.is_(None), 1), else_=0))
    found: dict[int, tuple[int, int]] = {}
    for some in paper.lots(ids):
        query = select(LoanSheet.loan_id, func.count(), away).where(LoanSheet.loan_id.in_(some)).group_by(LoanSheet.loan_id)
        found |= {loan_id: (count, int(out or 0)) for loan_id, count, out in session.execute(query)}
    return found


def _urgency(row: Mapping[str, Any]) -> tuple[int, int]:
    """What is out by its due day (or its agreed end), then what waits, then what is done; sorting keeps the newest first."""
    if row["state"] in PAPER_OUT:
        days = row["left"] if row["left"] is not None else row["agreed_left"]
        return 0, int(days)
    return (1 if row["state"] in ("asked", "approved") else 2), 0


def facts(office: Office, session: Session, case: Case) -> tuple[LoanFact, ...]:
    """The case's paper that is out, as its gates see it."""
    query = select(Loan).where(Loan.case_id == case.id, Loan.state.in_(PAPER_OUT)).order_by(Loan.id)
    return tuple(
        LoanFact(loan.loan_no, loan.borrower, len(missing_of(loan)), missing_text(loan), due(office, loan).due)
        for loan in session.execute(query).scalars()
    )


def require_home(session: Session, case: Case) -> None:
    """Raises paper_out while a sheet of the case is out: asked in the transaction that archives it."""
    query = select(Loan).where(Loan.case_id == case.id, Loan.state.in_(PAPER_OUT)).order_by(Loan.id)
    out = [(loan.loan_no, len(missing_of(loan))) for loan in session.execute(query).scalars()]
    if out:
        raise DossierError("paper_out", case_no=case.case_no, count=sum(n for _, n in out), loans="、".join(number for number, _ in out))


def paper_json(office: Office, actor: Actor, case_no: str) -> list[dict[str, Any]]:
    """Each volume that the actor may see: where its paper stands and stood, its documents with their sheets, how many are out, and its open loans."""
    with office.db.write() as session:
        case = load(session, case_no)
        access.demand(actor, "paper.read", Resource(team=case.team_id))
        found = []
        for volume in case.volumes:
            if access.decide(actor, "paper.read", Resource(team=case.team_id, sub=volume.kind == "sub")):
                paper.ensure_sheets(session, volume)
                found.append(_volume(office, session, volume))
        return found


def shelves(office: Office, actor: Actor, case_no: str) -> dict[str, dict[str, Any]]:
    """Volume → {"sheets","out","place"}: the little of paper_json() that stands beside a contents list. Raises as it does."""
    with office.db.read() as session:
        case = load(session, case_no)
        access.demand(actor, "paper.read", Resource(team=case.team_id))
        seen = [one for one in case.volumes if access.decide(actor, "paper.read", Resource(team=case.team_id, sub=one.kind == "sub"))]
        return {one.kind: _shelf(session, one) for one in seen}


def _shelf(session: Session, volume: Volume) -> dict[str, Any]:
    sheets, out = paper.counted(session, volume.id)
    return {"sheets": sheets, "out": out, "place": paper.place_text(paper.place_of(session, volume.id))}


def _volume(office: Office, session: Session, volume: Volume) -> dict[str, Any]:
    catalogue = office.rules.for_case(volume.case)
    keepers = catalogue.switch("paper_kept_by")
    leaves = paper.leaves(session, volume)
    query = select(Loan).where(Loan.volume_id == volume.id, Loan.state.in_(_STATES[""])).order_by(Loan.id.desc())
    place = paper.place_of(session, volume.id)
    rows = [_row(office, loan, _own_counts(loan), paper.place_text(place)) for loan in session.execute(query).scalars()]
    documents: dict[int, dict[str, Any]] = {}
    for leaf in leaves:
        row = documents.setdefault(
            leaf.document_id, {"document": leaf.document_id, "serial": leaf.serial, "name": leaf.name, "numbers": [], "backs": [], "out": 0}
        )
        row["numbers"].append(leaf.page_no)
        row["backs"] += [leaf.back_no] if leaf.back_no else []
        row["out"] += leaf.loan_id is not None
    return {
        "volume": volume.kind,
        "name": KIND_NAMES[volume.kind],
        **paper.place_json(place),
        "keeper": "、".join(catalogue.roles.get(one, one) for one in (keepers if isinstance(keepers, tuple) else ())),
        "history": [paper.place_json(place) for place in paper.places_of(session, volume.id)],
        "sheets": len(leaves),
        "out": sum(leaf.loan_id is not None for leaf in leaves),
        "documents": [
            {**row, "pages": paper.pages_text(row["numbers"]), "backs": paper.pages_text(row["backs"])} for row in documents.values()
        ],
        "loans": sorted(rows, key=_urgency),
    }


def _iso(day: date) -> str:
    return day.isoformat()


def _moment(at: Any) -> str | None:
    return local(at).isoformat(timespec="minutes") if at else None
