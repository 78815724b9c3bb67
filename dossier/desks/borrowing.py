"""The borrowing desk: a request for paper comes in; approved, handed out, extended, ended and checked in sheet by sheet it goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier import access
from dossier.access import Actor, Resource
from dossier.clock import local
from dossier.desks import outgoing, paper, repeating
from dossier.desks.casefile import plausible
from dossier.desks.cases import load
from dossier.desks.handover import next_number
from dossier.desks.placing import KIND_NAMES
from dossier.errors import DossierError
from dossier.lifecycle import LOAN, LOAN_KINDS, LOAN_ONLY
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case, Document, Loan, LoanDocument, LoanSheet, LoanTerm
from review.loans import needs_approval

MAX_COPIES = 100_000


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for. kind: out | reading | copying. documents: row ids; empty: the whole volume. borrower '': who asks. until: agreed end."""

    case_no: str
    kind: str
    reason: str
    until: date
    volume: str = "main"
    documents: Sequence[int] = field(default_factory=tuple)
    borrower: str = ""
    unit: str = ""


def ask(office: Office, actor: Actor, wanted: Wanted, *, key: str = "") -> str:
    """Registers a request and returns its number; what the court's rules let pass without the director is approved at once. key: of the form; sent
    twice it asks once.

    Raises case_unknown, not_allowed, paper_none, paper_not_here, paper_kept_elsewhere, document_unknown, reason_missing, loan_until_bad, text_bad.
    """
    if wanted.kind not in LOAN_KINDS:
        raise DossierError("bad_request", what="kind")
    now = office.clock.now()
    with office.db.write() as session:
        case = load(session, wanted.case_no)
        access.demand(actor, "loan.ask", Resource(team=case.team_id, sub=wanted.volume == "sub"))
        _require_here(office, case)
        if (before := repeating.made_before(session, actor, key, wanted)) is not None:
            return before
        volume = paper.volume_of(case, wanted.volume)
        if wanted.until < office.today() or not _plausible(wanted.until):
            raise DossierError("loan_until_bad", value=wanted.until)
        day = local(now).strftime("%Y%m%d")
        loan = Loan(
            loan_no=f"JY{day}-{next_number(session, f'loan:{day}'):04d}",
            case_id=case.id,
            volume_id=volume.id,
            kind=wanted.kind,
            state=LOAN.start,
            whole=not wanted.documents,
            borrower=paper.clean(wanted.borrower or actor.display, "借卷人"),
            unit=paper.clean(wanted.unit, "单位", needed=False),
            reason=paper.clean(wanted.reason, "理由"),
            until=wanted.until,
            asked_by_id=actor.id,
            asked_for_id=actor.stands_for,
            asked_at=now,
            wanted=[LoanDocument(document_id=id) for id in _documents(session, case, volume.id, wanted.documents)],
        )
        session.add(loan)
        session.flush()
        detail = {"kind": loan.kind, "volume": wanted.volume, "documents": len(loan.wanted), "whole": loan.whole, "until": _iso(loan.until)}
        _note(office, session, actor, loan, "ask", reason=loan.reason, borrower=loan.borrower, **detail)
        if not needs_approval(office.rules.for_case(case), loan.kind):
            loan.state, loan.decided_at = LOAN.move(loan.state, "approve"), now
            loan.decided_note = "本院规则不须批准"
            _note(office, session, actor, loan, "approve", by_rule=True)
        repeating.made(session, actor, key, wanted, loan.loan_no, now)
        return loan.loan_no


def _plausible(day: date) -> bool:
    try:
        plausible(day)
    except ValueError:
        return False
    return True


def _documents(session: Session, case: Case, volume_id: int, wanted: Sequence[int]) -> list[int]:
    query = select(Document.id).where(Document.case_id == case.id, Document.volume_id == volume_id, Document.state == "placed")
    placed = list(session.execute(query.order_by(Document.serial)).scalars())
    if unknown := [number for number in wanted if number not in placed]:
        raise DossierError("document_unknown", number=unknown[0])
    return [id for id in placed if not wanted or id in set(wanted)]


def _require_here(office: Office, case: Case) -> None:
    if case.state not in ("open", "closed"):
        raise DossierError("paper_not_here", case_no=case.case_no)
    catalogue = office.rules.for_case(case)
    keepers = catalogue.switch("paper_kept_by")
    if isinstance(keepers, tuple) and "dossier" not in keepers:
        raise DossierError("paper_kept_elsewhere", keeper="、".join(catalogue.roles.get(one, one) for one in keepers))


def load_loan(session: Session, loan_no: str) -> Loan:
    """Raises DossierError loan_unknown."""
    found = session.execute(select(Loan).where(Loan.loan_no == loan_no.strip().upper())).scalar_one_or_none()
    if found is None:
        raise DossierError("loan_unknown", loan_no=loan_no[:40])
    return found


def resource_of(loan: Loan) -> Resource:
    """What access decides on."""
    return Resource(team=loan.case.team_id, sub=loan.volume.kind == "sub")


def _begin(session: Session, actor: Actor, loan_no: str, action: str, *, own: bool = False) -> Loan:
    """The loan, when this actor may do this; own: also somebody who asked for it themselves."""
    loan = load_loan(session, loan_no)
    access.demand(actor, action, resource_of(loan))
    if not own and not actor.persons.isdisjoint({loan.asked_by_id, loan.asked_for_id}) and "operator" not in actor.roles:
        raise DossierError("own_loan")
    return loan


def _move(loan: Loan, act: str, **facts: Any) -> None:
    """The next state and what belongs to it, together: the records accept neither alone. Raises loan_kind_bad, move_refused."""
    if loan.kind not in LOAN_ONLY.get(act, (loan.kind,)):
        raise DossierError("loan_kind_bad", kind=LOAN_KINDS[loan.kind], act=LOAN.names[act])
    loan.state = LOAN.move(loan.state, act)
    for name, value in facts.items():
        setattr(loan, name, value)


def decide(office: Office, actor: Actor, loan_no: str, act: str, note: str = "") -> None:
    """The director approves or declines (act: approve | decline; declining needs its reason). Raises own_loan, reason_missing, move_refused."""
    if act not in ("approve", "decline"):
        raise DossierError("bad_request", what="act")
    with office.db.write() as session:
        loan = _begin(session, actor, loan_no, "loan.approve")
        said = paper.clean(note, "理由", needed=act == "decline")
        _move(loan, act, decided_by_id=actor.id, decided_at=office.clock.now(), decided_note=said)
        _note(office, session, actor, loan, act, reason=loan.decided_note or None)


def withdraw(office: Office, actor: Actor, loan_no: str, reason: str = "") -> None:
    """A request is taken back before anything was handed out."""
    with office.db.write() as session:
        loan = _begin(session, actor, loan_no, "loan.ask", own=True)
        _move(loan, "withdraw")
        _note(office, session, actor, loan, "withdraw", reason=paper.clean(reason, "理由", needed=False) or None)


def chosen_leaves(session: Session, loan: Loan) -> list[paper.Leaf]:
    """The sheets that would be handed out now."""
    return paper.leaves(session, loan.volume, None if loan.whole else [one.document_id for one in loan.wanted])


def hand_out(office: Office, actor: Actor, loan_no: str, counted: int) -> int:
    """The paper is given to the borrower, who counted so many sheets; that number must be the listed one.

    Raises not_allowed, own_loan, loan_kind_bad, move_refused, paper_not_here, count_differs, sheet_out.
    """
    with office.db.write() as session:
        loan = _begin(session, actor, loan_no, "loan.lend")
        _move(loan, "hand_out", handed_out_by_id=actor.id, handed_out_at=office.clock.now())
        _require_here(office, loan.case)
        paper.ensure_sheets(session, loan.volume)
        chosen = chosen_leaves(session, loan)
        if not chosen:
            raise DossierError("loan_empty")
        if counted != len(chosen):
            raise DossierError("count_differs", counted=counted, listed=len(chosen))
        paper.take(session, loan, chosen)
        _note(office, session, actor, loan, "hand_out", sheets=len(chosen), pages=paper.pages_text(leaf.page_no for leaf in chosen))
        outgoing.lent(office, session, "lent", loan, len(chosen))
        return len(chosen)


def copy(office: Office, actor: Actor, loan_no: str, sheets: int, received_by: str) -> None:
    """Copies were made and given to somebody: how many sheets, and who received them. Raises loan_kind_bad, move_refused, text_bad."""
    if not 1 <= sheets <= MAX_COPIES:
        raise DossierError("bad_request", what="sheets")
    with office.db.write() as session:
        loan = _begin(session, actor, loan_no, "loan.lend")
        who = paper.clean(received_by, "接收人")
        _move(loan, "copy", handed_out_by_id=actor.id, handed_out_at=office.clock.now(), copied=sheets, received_by=who)
        _note(office, session, actor, loan, "copy", sheets=sheets, received_by=loan.received_by)


def extend(office: Office, actor: Actor, loan_no: str, until: date, reason: str) -> None:
    """The agreed end is moved to a later day, for a reason. Raises loan_until_bad, reason_missing, own_loan, move_refused."""
    with office.db.write() as session:
        loan = _begin(session, actor, loan_no, "loan.extend")
        _move(loan, "extend")
        if until <= loan.until or until < office.today() or not _plausible(until):
            raise DossierError("loan_until_bad", value=until)
        before, loan.until = loan.until, until
        term = LoanTerm(until=until, reason=paper.clean(reason, "理由"), by_id=actor.id, at=office.clock.now())
        loan.terms.append(term)
        _note(office, session, actor, loan, "extend", before=_iso(before), until=_iso(until), reason=term.reason)


def end_reason(office: Office, actor: Actor, loan_no: str, on: date) -> None:
    """The reason of the loan ended on this day: the paper must come back. Raises date_bad when that is not between handing out and today."""
    with office.db.write() as session:
        loan = _begin(session, actor, loan_no, "loan.end", own=True)
        _move(loan, "end_reason", ended_on=on)
        if loan.handed_out_at is None or not local(loan.handed_out_at).date() <= on <= office.today():
            raise DossierError("date_bad", value=f"{on}（应在发放日与今天之间）")
        _note(office, session, actor, loan, "end_reason", on=_iso(on))


def missing_of(loan: Loan) -> list[LoanSheet]:
    """The sheets that are still out."""
    return [one for one in loan.sheets if one.returned_at is None]


def take_back(
    office: Office, actor: Actor, loan_no: str, counted: int, *, pages: Sequence[int] | None = None, missing: Sequence[int] = ()
) -> list[dict[str, Any]]:
    """Sheets come back, checked one by one: those with these page numbers, or all that are out but the missing ones; what is still out.

    The loan is returned only with the last sheet. Raises count_differs, paper_page_unknown, loan_empty, own_loan, move_refused, raced.
    """
    with office.db.write() as session:
        loan = _begin(session, actor, loan_no, "loan.lend")
        LOAN.move(loan.state, "check_in")
        out = {one.page_no: one for one in missing_of(loan)}
        named = set(missing) if pages is None else set(pages)
        if strange := named - set(out):
            raise DossierError("paper_page_unknown", pages=paper.pages_text(strange))
        chosen = [one for number, one in out.items() if (number in named) is (pages is not None)]
        if not chosen:
            raise DossierError("loan_empty")
        if counted != len(chosen):
            raise DossierError("count_differs", counted=counted, listed=len(chosen))
        now, act = office.clock.now(), "check_in"
        if len(chosen) == len(out):
            act = "return"
            _move(loan, act, returned_at=now, ended_on=loan.ended_on or office.today())
        for one in chosen:
            one.returned_at, one.returned_to_id = now, actor.id
        session.flush()
        paper.give_back(session, loan, chosen)
        told = {"sheets": len(chosen), "pages": paper.pages_text(one.page_no for one in chosen), "left": len(out) - len(chosen)}
        _note(office, session, actor, loan, act, **told)
        if act == "return":
            outgoing.lent(office, session, "lent_back", loan, len(loan.sheets))
        return still_out(loan)


def still_out(loan: Loan) -> list[dict[str, Any]]:
    """What is out, by document: {"document","name","pages","sheets"}."""
    by: dict[tuple[int, str], list[int]] = {}
    for one in missing_of(loan):
        by.setdefault((one.document_id, one.name), []).append(one.page_no)
    return [
        {"document": document, "name": name, "pages": paper.pages_text(numbers), "sheets": len(numbers)}
        for (document, name), numbers in by.items()
    ]


def missing_text(loan: Loan) -> str:
    """What is out, for people: '《执行通知书》第 3-4 页'. Papers of the 副卷 are not named."""
    if loan.volume.kind == "sub":
        return KIND_NAMES["sub"]
    return "、".join(f"《{one['name']}》第 {one['pages']} 页" for one in still_out(loan))


def _iso(day: date) -> str:
    return day.isoformat()


def _note(office: Office, session: Session, actor: Actor, loan: Loan, action: str, **detail: Any) -> None:
    ledger.append(
        session,
        at=office.clock.now(),
        actor=actor.login,
        action=f"loan.{action}",
        subject=f"loan:{loan.id}",
        case_id=loan.case_id,
        detail={"loan_no": loan.loan_no, **detail},
    )
