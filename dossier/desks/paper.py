"""The paper itself: a volume comes in; its sheets, where they are, and where the volume stands in the house, go out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session, aliased

from dossier import access
from dossier.access import Actor, Resource
from dossier.clock import local
from dossier.desks.casefile import MAX_TEXT
from dossier.desks.cases import load
from dossier.desks.placing import KIND_NAMES
from dossier.desks.uploads import BAD_NAME
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case, Document, Loan, LoanSheet, Page, PaperPlace, Sheet, Volume

_LOT, MAX_SPAN = 500, 10_000


@dataclass(frozen=True)
class Leaf:
    """One sheet with the document it belongs to: the numbers on its front and back, and the loan on which it is out."""

    sheet_id: int
    document_id: int
    serial: int
    name: str
    page_no: int
    back_no: int | None
    loan_id: int | None


def clean(text: str, field: str, *, needed: bool = True) -> str:
    """What a person typed, as one line. Raises text_bad; reason_missing for an empty reason."""
    line = " ".join(text.split())
    if needed and not line:
        raise DossierError("reason_missing") if field == "理由" else DossierError("text_bad", field=field)
    if len(line) > MAX_TEXT or BAD_NAME.search(line):
        raise DossierError("text_bad", field=field)
    return line


def volume_of(case: Case, kind: str) -> Volume:
    """Raises paper_none."""
    found = next((volume for volume in case.volumes if volume.kind == kind), None)
    if found is None:
        raise DossierError("paper_none", case_no=case.case_no, volume=KIND_NAMES.get(kind, kind)[:20])
    return found


def ensure_sheets(session: Session, volume: Volume) -> None:
    """Every numbered page of the volume is a sheet until somebody says that it is the back of one. Call it in a write transaction."""
    known = select(Sheet.page_id)
    query = (
        select(Page.id)
        .join(Document, Page.document_id == Document.id)
        .where(Document.volume_id == volume.id, Document.state == "placed", Page.page_no.is_not(None), Page.id.not_in(known))
        .order_by(Page.page_no)
    )
    session.add_all([Sheet(page_id=page_id) for page_id in session.execute(query).scalars()])
    session.flush()


def leaves(session: Session, volume: Volume, documents: Sequence[int] | None = None) -> list[Leaf]:
    """The sheets of a volume, or of some of its documents, in the order of their numbers."""
    back, behind = aliased(Sheet), aliased(Page)
    query = (
        select(Sheet.id, Document.id, Document.serial, Document.name, Page.page_no, behind.page_no, Sheet.loan_id)
        .join(Page, Sheet.page_id == Page.id)
        .join(Document, Page.document_id == Document.id)
        .outerjoin(back, back.front_id == Sheet.id)
        .outerjoin(behind, back.page_id == behind.id)
        .where(Document.volume_id == volume.id, Document.state == "placed", Page.page_no.is_not(None), Sheet.front_id.is_(None))
        .order_by(Page.page_no)
    )
    chosen = None if documents is None else set(documents)
    return [
        Leaf(sheet_id, document_id, serial or 0, name, page_no or 0, back_no, loan_id)
        for sheet_id, document_id, serial, name, page_no, back_no, loan_id in session.execute(query)
        if chosen is None or document_id in chosen
    ]


def counted(session: Session, volume_id: int) -> tuple[int, int]:
    """How many sheets a volume has, and how many of them are out: a numbered page that nobody called a back is one, whether or not it was met before."""
    query = (
        select(func.count(), func.count(Sheet.front_id), func.count(Sheet.loan_id))
        .select_from(Page)
        .join(Document, Page.document_id == Document.id)
        .outerjoin(Sheet, Sheet.page_id == Page.id)
        .where(Document.volume_id == volume_id, Document.state == "placed", Page.page_no.is_not(None))
    )
    numbered, backs, out = session.execute(query).one()
    return numbered - backs, out


def pages_text(numbers: Iterable[int]) -> str:
    """3, 4, 5, 9 as '3-5、9'."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return "、".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def page_numbers(text: str) -> list[int]:
    """'1-3，7' as [1, 2, 3, 7]. Raises paper_page_unknown when it is none of that."""
    found: list[int] = []
    try:
        for part in re.split(r"[,，、]", text):
            first, _, last = part.partition("-")
            span = range(int(first), int(last or first) + 1)
            if not 1 <= len(span) <= MAX_SPAN:
                raise ValueError(part)
            found += span
    except ValueError:
        raise DossierError("paper_page_unknown", pages=text[:40]) from None
    return found


def take(session: Session, loan: Loan, chosen: Sequence[Leaf]) -> None:
    """Marks sheets as out on a loan, all or none. Raises sheet_out naming who has them."""
    ids = [leaf.sheet_id for leaf in chosen]
    taken = 0
    for some in lots(ids):
        taken += _count(session, update(Sheet).where(Sheet.id.in_(some), Sheet.loan_id.is_(None)).values(loan_id=loan.id))
    if taken != len(ids):
        raise _taken(session, loan, chosen)
    session.add_all(
        LoanSheet(
            loan_id=loan.id, sheet_id=leaf.sheet_id, document_id=leaf.document_id, name=leaf.name, page_no=leaf.page_no, back_no=leaf.back_no
        )
        for leaf in chosen
    )  # fmt: skip
    session.flush()


def _taken(session: Session, loan: Loan, chosen: Sequence[Leaf]) -> DossierError:
    ids = {leaf.sheet_id for leaf in chosen}
    query = select(Sheet.id, Loan).join(Loan, Sheet.loan_id == Loan.id).where(Loan.case_id == loan.case_id, Loan.id != loan.id)
    others = [(sheet_id, other) for sheet_id, other in session.execute(query.order_by(Loan.id)) if sheet_id in ids]
    if not others:
        return DossierError("raced", who="另一位管理员")
    first = others[0][1]
    away = {sheet_id for sheet_id, other in others if other.id == first.id}
    pages = pages_text(leaf.page_no for leaf in chosen if leaf.sheet_id in away)
    return DossierError("sheet_out", pages=pages, borrower=first.borrower, loan_no=first.loan_no)


def give_back(session: Session, loan: Loan, chosen: Sequence[LoanSheet]) -> None:
    """Marks sheets as in the house again, all or none. Raises raced when somebody else has just checked one in."""
    ids = [one.sheet_id for one in chosen]
    back = 0
    for some in lots(ids):
        back += _count(session, update(Sheet).where(Sheet.id.in_(some), Sheet.loan_id == loan.id).values(loan_id=None))
    if back != len(ids):
        raise DossierError("raced", who="另一位管理员")


def lots(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The ids in lots that one query can take."""
    return (ids[start : start + _LOT] for start in range(0, len(ids), _LOT))


def _count(session: Session, statement: Any) -> int:
    done = session.execute(statement, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", done).rowcount


def places_of(session: Session, volume_id: int) -> list[PaperPlace]:
    """Where the paper of a volume stands and stood, the newest first."""
    query = select(PaperPlace).where(PaperPlace.volume_id == volume_id).order_by(PaperPlace.id.desc())
    return list(session.execute(query).scalars())


def place_of(session: Session, volume_id: int) -> PaperPlace | None:
    """Where the paper of a volume stands; None: nobody wrote it down."""
    query = select(PaperPlace).where(PaperPlace.volume_id == volume_id).order_by(PaperPlace.id.desc())
    return session.execute(query.limit(1)).scalar_one_or_none()


def place_text(place: PaperPlace | None) -> str:
    """'三楼库房 2 柜 5 盒'; '' when nobody wrote it down."""
    return " ".join(part for part in (place.room, place.cabinet, place.box) if part) if place else ""


def move(office: Office, actor: Actor, case_no: str, volume: str, *, room: str, cabinet: str, box: str, reason: str) -> dict[str, Any]:
    """Writes down where a volume's paper stands from now on. The place as JSON. Raises paper_none, reason_missing, text_bad, not_allowed."""
    with office.db.write() as session:
        case = load(session, case_no)
        access.demand(actor, "paper.move", Resource(team=case.team_id, sub=volume == "sub"))
        found = volume_of(case, volume)
        before = place_of(session, found.id)
        place = PaperPlace(
            volume_id=found.id,
            room=clean(room, "房间"),
            cabinet=clean(cabinet, "柜", needed=False),
            box=clean(box, "盒", needed=False),
            reason=clean(reason, "理由"),
            moved_by_id=actor.id,
            moved_at=office.clock.now(),
        )
        session.add(place)
        session.flush()
        session.refresh(place)
        detail = {"volume": volume, "from": place_text(before) or None, "to": place_text(place), "reason": place.reason}
        _note(office, session, actor, case, found, "paper.move", detail)
        return place_json(place)


def backs(office: Office, actor: Actor, case_no: str, volume: str, pages: Sequence[int], *, apart: bool = False) -> int:
    """Says that these numbered pages are the backs of the sheets before them (apart: that they are sheets of their own); the sheets of the volume now.

    Raises paper_page_unknown (no such page, the first of its document, or out of the house), paper_none, not_allowed.
    """
    with office.db.write() as session:
        case = load(session, case_no)
        access.demand(actor, "paper.move", Resource(team=case.team_id, sub=volume == "sub"))
        found = volume_of(case, volume)
        ensure_sheets(session, found)
        for number in dict.fromkeys(pages):
            _apart(session, found, number) if apart else _behind(session, found, number)
            session.flush()
        _note(office, session, actor, case, found, "paper.backs", {"volume": volume, "pages": sorted(set(pages)), "apart": apart})
        return len(leaves(session, found))


def _behind(session: Session, volume: Volume, number: int) -> None:
    known = {leaf.page_no: leaf for leaf in leaves(session, volume)}
    own, front = known.get(number), known.get(number - 1)
    if own is None or front is None or own.document_id != front.document_id or own.back_no or front.back_no or own.loan_id or front.loan_id:
        raise DossierError("paper_page_unknown", pages=number)
    sheet = session.get_one(Sheet, own.sheet_id)
    sheet.front_id = front.sheet_id


def _apart(session: Session, volume: Volume, number: int) -> None:
    front = next((leaf for leaf in leaves(session, volume) if leaf.back_no == number), None)
    if front is None or front.loan_id:
        raise DossierError("paper_page_unknown", pages=number)
    back = session.execute(select(Sheet).where(Sheet.front_id == front.sheet_id)).scalar_one()
    back.front_id = None


def _note(office: Office, session: Session, actor: Actor, case: Case, volume: Volume, action: str, detail: dict[str, Any]) -> None:
    ledger.append(
        session, at=office.clock.now(), actor=actor.login, action=action, subject=f"volume:{volume.id}", case_id=case.id, detail=detail
    )


def places_text(session: Session, volumes: Iterable[int]) -> dict[int, str]:
    """Volume id → where its paper stands, for those that have a place."""
    found: dict[int, str] = {}
    for some in lots(sorted(volumes)):
        query = select(PaperPlace).where(PaperPlace.volume_id.in_(some)).order_by(PaperPlace.id)
        found |= {place.volume_id: place_text(place) for place in session.execute(query).scalars()}
    return found


def place_json(place: PaperPlace | None) -> dict[str, Any]:
    """{"place","room","cabinet","box","reason","by","at"}."""
    return {
        "place": place_text(place),
        "room": place.room if place else "",
        "cabinet": place.cabinet if place else "",
        "box": place.box if place else "",
        "reason": place.reason if place else "",
        "by": place.moved_by.display if place else "",
        "at": local(place.moved_at).isoformat(timespec="minutes") if place else None,
    }
