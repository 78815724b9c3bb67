"""Counting ahead: cases that changed come in, their rows of the overdue-node table are kept until the case, the rules or the day changes them."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from dossier.clock import local
from dossier.office import Office
from dossier.records.tables import CURRENT, Case, Counter, Document, FigureCase, FigureRow, FigureStep, LedgerEvent, Page, Submission
from dossier.translate import case_fact, text_lines
from review.deadlines import ROUNDS
from review.facts import DocumentFact, PageFacts
from review.nodestates import NodeState, node_states
from review.overdue import Matter, Row, as_of, near_days_of, rows, unread
from review.rulebook import Catalogue
from review.workdays import Calendar

NOBODY = "未登记"
FORM = 1  # another number when rows are made otherwise: everything is counted anew
_TOGETHER = 500  # ids that one query takes
_LOT = 100  # cases that are counted and written at once
_DAYS_KEPT = 12  # of past days
_TRANSFER = "dossier_transfer"
_MARK, _KEPT = "figures", "figures kept"
# What was only looked at changes no figure; every other event of a case does.
READINGS = ("case.read", "case.check", "case.explain", "page.read", "search", "verify", "volume.export")
Scope = Sequence[ColumnElement[bool]]


def fill(office: Office, scope: Scope, day: date, limit: int | None = None) -> tuple[int, int]:
    """Counts the cases of a scope whose figures do not hold, at most `limit` of them: (how many are in the scope, how many are left).

    day: CURRENT, or a past day at whose end the cases are looked at.
    """
    with office.db.read() as session:
        size = session.execute(select(func.count(Case.id)).where(*scope)).scalar_one()
        stale = _stale(office, session, scope, day)
    now = stale if limit is None else stale[:limit]
    for start in range(0, len(now), _LOT):
        with office.db.read() as session:
            head = _head(session)
            counted = _counted(office, session, now[start : start + _LOT], day)
        with office.db.write() as session:
            _keep(office, session, counted, day, head)
    return size, len(stale) - len(now)


def refresh(office: Office, limit: int) -> int:
    """Counts some of the open cases whose figures of today do not hold; how many are left. The worker's idle time is spent on this."""
    return fill(office, (Case.state != "archived",), CURRENT, limit)[1]


def rules_digest(office: Office) -> str:
    """Changes with every word of the rules, with the holidays and with the form of the rows."""
    return f"{FORM}-{office.rules.digest}"


def _stale(office: Office, session: Session, scope: Scope, day: date) -> list[int]:
    """Ids of the cases that were never counted, that changed since, or whose rules or whose time have passed."""
    kept = select(FigureCase).where(FigureCase.as_of == day).subquery()
    overtaken = or_(kept.c.case_id.is_(None), kept.c.stale, kept.c.rules != rules_digest(office), kept.c.valid_until <= office.today())
    query = select(Case.id).outerjoin(kept, kept.c.case_id == Case.id).where(*scope)
    found = set(session.execute(query.where(overtaken)).scalars())
    for some in batches(sorted(_changed(session, _mark(session)) - found)):
        found.update(session.execute(query.where(Case.id.in_(some))).scalars())
    return sorted(found)


def _mark(session: Session) -> int:
    """The number of the last event that is told to the kept figures."""
    return session.execute(select(Counter.value).where(Counter.name == _MARK)).scalar() or 0


def kept(session: Session) -> int:
    """How often figures have been kept: while it stands, so do they."""
    return session.execute(select(Counter.value).where(Counter.name == _KEPT)).scalar() or 0


def _set(session: Session, name: str, value: int) -> None:
    counter = session.get(Counter, name)
    if counter is None:
        session.add(Counter(name=name, value=value))
    else:
        counter.value = value
    session.flush()


def _head(session: Session) -> int:
    return session.execute(select(func.max(LedgerEvent.seq))).scalar() or 0


def _changed(session: Session, since: int) -> set[int]:
    """Ids of the cases of which an event after `since` tells a change."""
    query = select(LedgerEvent.case_id).where(
        LedgerEvent.seq > since, LedgerEvent.case_id.is_not(None), LedgerEvent.action.not_in(READINGS)
    )
    return {id for id in session.execute(query.distinct()).scalars() if id is not None}


def _tell(session: Session) -> None:
    """Marks the figures of every case that changed since the last time, whatever day they are of."""
    since, head = _mark(session), _head(session)
    for some in batches(sorted(_changed(session, since))):
        session.execute(update(FigureCase).where(FigureCase.case_id.in_(some)).values(stale=True))
    _set(session, _MARK, head)


@dataclass(frozen=True)
class _Case:
    """One case counted: the rows, the rules behind them, and the day from which something that is known already changes them."""

    id: int
    catalogue: Catalogue
    rows: tuple[Row, ...]
    valid_until: date | None


def _counted(office: Office, session: Session, ids: Sequence[int], day: date) -> list[_Case]:
    on = office.today() if day == CURRENT else day
    whole = {case.id: (case, matter) for case, matter in _matters(office, session, ids)}
    found: dict[int, list[Row]] = defaultdict(list)
    for id, made in _rows(office, session, whole, on):
        found[id] += made
    return [
        _Case(id, rules := office.rules.for_case(case), tuple(found[id]), _until(rules, matter, found[id], on) if day == CURRENT else None)
        for id, (case, matter) in whole.items()
    ]


def _until(catalogue: Catalogue, matter: Matter, made: Sequence[Row], today: date) -> date | None:
    """The first day after today on which the case is another one by itself: an event, a paper or an act of that day comes true."""
    case = matter.case
    known = [
        *(event.on for event in case.events),
        *(document.signed_for for document in matter.documents if document.signed_for),
        *(act for acts in matter.acts.values() for act in acts),
        *((case.closed_on,) if case.closed_on else ()),
    ]
    later = [one for one in known if one > today]
    if any(catalogue.deadlines[row.rule].anchor in ROUNDS for row in made):
        later.append(today + timedelta(days=1))
    return min(later, default=None)


def _keep(office: Office, session: Session, counted: Sequence[_Case], day: date, head: int) -> None:
    """Writes what was counted from a snapshot of the ledger at `head`; what changed since then is kept as stale."""
    _tell(session)
    _set(session, _KEPT, kept(session) + 1)
    since = _changed(session, head)
    ids = [one.id for one in counted]
    for table in (FigureRow, FigureCase):
        session.execute(delete(table).where(table.case_id.in_(ids), table.as_of == day))
    rules = rules_digest(office)
    session.execute(
        insert(FigureCase),
        [{"case_id": one.id, "as_of": day, "rules": rules, "valid_until": one.valid_until, "stale": one.id in since} for one in counted],
    )
    steps = _Steps(session)
    made = [
        {
            "case_id": one.id,
            "as_of": day,
            "step_id": steps.id_of(row, near_days_of(one.catalogue)),
            "opened": row.opened,
            "source": row.source,
            "due": row.due,
            "firm": row.firm,
            "done_on": row.done_on,
            "provisional": row.provisional,
            "lacking": list(row.lacking),
        }
        for one in counted
        for row in one.rows
    ]
    if made:
        session.execute(insert(FigureRow), made)
    if day != CURRENT:
        _prune(session, day)


class _Steps:
    """The ids of steps, looked up or written."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, int] = {one.key: one.id for one in session.execute(select(FigureStep.key, FigureStep.id))}

    def id_of(self, row: Row, near_days: int) -> int:
        """The id of the step as this row words it."""
        said = {name: getattr(row, name) for name in ("node", "name", "phase", "role", "rule", "action", "cite")} | {"near_days": near_days}
        key = hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
        if key not in self._known:
            step = FigureStep(key=key, **said)
            self._session.add(step)
            self._session.flush()
            self._known[key] = step.id
        return self._known[key]


def _prune(session: Session, day: date) -> None:
    """Of past days only the latest are kept, and the one that is being counted."""
    known = select(FigureCase.as_of).where(FigureCase.as_of.not_in((CURRENT, day))).distinct().order_by(FigureCase.as_of.desc())
    old = list(session.execute(known.offset(_DAYS_KEPT)).scalars())
    for table in (FigureRow, FigureCase):
        session.execute(delete(table).where(table.as_of.in_(old)))


def _rows(office: Office, session: Session, whole: Mapping[int, tuple[Case, Matter]], day: date) -> Iterator[tuple[int, tuple[Row, ...]]]:
    """The rows of some cases at the end of a day; the few papers whose words decide are read in a second look."""
    found = {id: (case, as_of(matter, day)) for id, (case, matter) in whole.items()}
    states = {id: _states(office, case, matter, day) for id, (case, matter) in found.items()}
    texts = texts_of(session, [int(ref) for one in states.values() for ref in unread(one)])
    for id, (case, matter) in found.items():
        again = any(document.ref in texts for document in matter.documents)
        known = replace(matter, documents=with_texts(matter.documents, texts)) if again else matter
        judged = _states(office, case, known, day) if again else states[id]
        yield id, rows(office.rules.for_case(case), office.rules.calendar, known, judged, day)


def _states(office: Office, case: Case, matter: Matter, day: date) -> tuple[NodeState, ...]:
    return node_states(office.rules.for_case(case), office.rules.calendar, matter.case, matter.documents, day)


def _matters(office: Office, session: Session, ids: Sequence[int]) -> Iterator[tuple[Case, Matter]]:
    papers, transfers = _papers(session, ids), _transfers(office, session, ids)
    query = select(Case).where(Case.id.in_(ids)).order_by(Case.id)
    whole = query.options(joinedload(Case.team), selectinload(Case.parties), selectinload(Case.events), selectinload(Case.waivers))
    for case in session.execute(whole).scalars():
        yield (
            case,
            Matter(
                case=case_fact(case),
                documents=papers.get(case.id, []),
                team=case.team.name if case.team else NOBODY,
                handler=case.handler or NOBODY,
                acts={_TRANSFER: transfers.get(case.id, [])},
            ),
        )


def _papers(session: Session, ids: Sequence[int]) -> Mapping[int, list[DocumentFact]]:
    """The papers that prove something, without their pages, by case."""
    query = (
        select(Document.case_id, Document.id, Document.type_id, Document.dated, Document.signed_at)
        .where(Document.case_id.in_(ids), Document.state.in_(("accepted", "placed", "kept")))
        .order_by(Document.id)
    )
    found: dict[int, list[DocumentFact]] = defaultdict(list)
    for case_id, id, type_id, dated, signed_at in session.execute(query):
        signed = local(signed_at).date() if signed_at else None
        found[case_id].append(DocumentFact(str(id), type_id, dated=dated, signed_for=signed))
    return found


def _transfers(office: Office, session: Session, ids: Sequence[int]) -> Mapping[int, list[date]]:
    """The days on which papers were handed over, by case.

    A refused hand-over is none; the clock stood still while the desk had it, so the corrected one counts as made that much earlier.
    """
    query = (
        select(Submission.id, Submission.case_id, Submission.again_of_id, Submission.state, Submission.received_at, Submission.decided_at)
        .where(Submission.case_id.in_(ids))
        .order_by(Submission.id)
    )
    found: dict[int, list[date]] = defaultdict(list)
    held: dict[int, int] = {}
    for id, case_id, again_of, state, received_at, decided_at in session.execute(query):
        handed = local(received_at).date()
        before = held.get(again_of or 0, 0)
        if decided_at is not None:
            held[id] = before + office.rules.calendar.between(handed, local(decided_at).date())
        if state not in ("refused", "disputed"):
            found[case_id].append(_days_before(office.rules.calendar, handed, before))
    return found


def _days_before(calendar: Calendar, day: date, count: int) -> date:
    """The day from which `count` working days lead to `day`."""
    while count > 0:
        count -= calendar.is_workday(day)
        day -= timedelta(days=1)
    return day


def texts_of(session: Session, ids: Sequence[int]) -> Mapping[str, tuple[PageFacts, ...]]:
    """The words of some documents' pages, by the document's ref."""
    found: dict[str, list[PageFacts]] = defaultdict(list)
    for some in batches(ids):
        query = select(Page.document_id, Page.id, Page.position, Page.lines).where(Page.document_id.in_(some)).order_by(Page.position)
        for document_id, id, position, lines in session.execute(query):
            found[str(document_id)].append(PageFacts(str(id), position, text_lines(lines)))
    return {ref: tuple(pages) for ref, pages in found.items()}


def batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The ids in lots that one query can take."""
    return (ids[start : start + _TOGETHER] for start in range(0, len(ids), _TOGETHER))


def with_texts(documents: Sequence[DocumentFact], texts: Mapping[str, tuple[PageFacts, ...]]) -> list[DocumentFact]:
    """The same papers, those with words having them."""
    return [replace(one, pages=texts.get(one.ref, ())) for one in documents]
