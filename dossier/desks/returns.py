"""Who returned what how often: decided hand-overs come in; the rates of refusals 退回率 and of blanks 空白率 by team, person, desk, type and reason go out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from dossier.access import Actor
from dossier.clock import SHANGHAI
from dossier.desks import figures
from dossier.desks.figures import Asked
from dossier.desks.figurestore import NOBODY, batches
from dossier.desks.receiving import brought
from dossier.office import FiledUnder, Office
from dossier.records.tables import Case, Dispute, Document, FindingRow, Page, Person, Submission, Team
from review.overdue import Row
from review.rulebook import Catalogue

UNKNOWN_TYPE = "未识别"
_ELEMENT = "element."
# How the checks of a hand-over are called in a table; a check of an element is called by its label.
_REASONS = {
    "case_no.": "案号不符",
    "submission.other_case": "交错案件",
    "pages.missing": "缺页",
    "date.": "日期有误",
    "declared.": "与移送清单不符",
    "together.": "缺少应一并移送的材料",
    "type.": "种类未识别",
    "node.": "缺少节点材料",
}


@dataclass
class Count:
    """The counts of one group.

    handovers: decided ones. refused: as a whole; partly: in part; overruled: refusals that the director set aside; again: second tries.
    documents, pages: what was in them. returned: documents that were refused. asked: elements that the documents had to carry; empty: those
    found missing or blank, in so many faulty documents. blank_pages: pages with nothing on them. missing: materials that overdue steps lack.
    """

    handovers: int = 0
    refused: int = 0
    partly: int = 0
    overruled: int = 0
    again: int = 0
    documents: int = 0
    returned: int = 0
    asked: int = 0
    empty: int = 0
    faulty: int = 0
    pages: int = 0
    blank_pages: int = 0
    missing: int = 0

    def as_json(self, key: Sequence[str]) -> dict[str, Any]:
        """The counts and, where there is something to divide by, the rates."""
        return {
            "key": list(key),
            **asdict(self),
            "return_rate": _rate(self.refused + self.partly, self.handovers),
            "blank_rate": _rate(self.empty, self.asked),
            "faulty_rate": _rate(self.faulty, self.documents),
        }


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True)
class _Handover:
    """A decided hand-over: whose it was, who decided it, and what became of it."""

    id: int
    filed: FiledUnder
    team: str
    handler: str
    person: str
    desk: str
    state: str
    again: bool
    ruled_at: datetime | None
    outcome: str | None


@dataclass(frozen=True)
class _Paper:
    """A document of a hand-over; elements: how many of those that it must carry are missing or empty."""

    id: int
    type_id: str | None
    state: str
    signed_at: datetime | None
    elements: int


Groups = dict[tuple[str, ...], Count]


def returns(office: Office, actor: Actor, asked: Asked) -> dict[str, Any]:
    """{"court","from","until","total","by_team","by_handler","by_person","by_desk","by_type","by_reason"}; decided within the period.

    Raises not_allowed, team_unknown, date_bad.
    """
    team = figures.require(office, actor, asked)
    lacking = figures.lacking(office, actor, asked)
    with office.db.read() as session:
        handovers = _handovers(session, asked, team)
        ids = [one.id for one in handovers]
        papers, sheets, reasons = _papers(session, ids), _pages(session, ids), _reasons(office, session, handovers)
    by = _Tables(office)
    for one in handovers:
        by.add(one, papers.get(one.id, []), sheets.get(one.id, (0, 0)))
    by.add_missing(lacking)
    figures.note(office, actor, "returns", asked, len(handovers))
    return {
        "court": office.settings.court,
        "from": asked.first.isoformat() if asked.first else None,
        "until": asked.last.isoformat() if asked.last else None,
        "total": by.total.as_json(()),
        **{f"by_{name}": _sorted(groups) for name, groups in by.groups.items()},
        "by_reason": [{"key": list(key), "count": count} for key, count in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))],
    }


def _sorted(groups: Groups) -> list[dict[str, Any]]:
    ranked = sorted(groups.items(), key=lambda pair: (-pair[1].refused - pair[1].partly, -pair[1].returned, -pair[1].empty, pair[0]))
    return [count.as_json(key) for key, count in ranked]


class _Tables:
    """The counts of every group while they are being added up."""

    _KEYS: Mapping[str, Callable[[_Handover], tuple[str, ...]]] = {
        "team": lambda one: (one.team,),
        "handler": lambda one: (one.team, one.handler),
        "person": lambda one: (one.person,),
        "desk": lambda one: (one.desk,),
    }

    def __init__(self, office: Office) -> None:
        self._office = office
        self.total = Count()
        self.groups: dict[str, Groups] = {name: defaultdict(Count) for name in (*self._KEYS, "type")}

    def add(self, one: _Handover, papers: Sequence[_Paper], sheets: tuple[int, int]) -> None:
        """Counts a hand-over in every group that it belongs to."""
        catalogue = self._office.rules.for_case(one.filed)
        into = [self.total, *(self.groups[name][key(one)] for name, key in self._KEYS.items())]
        partly = _partly(one, papers)
        for count in into:
            count.handovers += 1
            count.refused += one.state in ("refused", "disputed", "ruled") and not partly
            count.partly += partly
            count.overruled += one.outcome == "sign_as_is"
            count.again += one.again
            count.pages += sheets[0]
            count.blank_pages += sheets[1]
        for paper in papers:
            known = catalogue.types.get(paper.type_id or "")
            for count in (*into, self.groups["type"][(known.name if known else UNKNOWN_TYPE,)]):
                _add_paper(count, paper, len(known.required) if known else 0, one)

    def add_missing(self, rows: Iterable[Row]) -> None:
        """Counts the materials that overdue steps lack, for team and handler."""
        for row in rows:
            for count in (self.total, self.groups["team"][(row.team,)], self.groups["handler"][(row.team, row.handler)]):
                count.missing += len(row.lacking)


def _add_paper(count: Count, paper: _Paper, required: int, one: _Handover) -> None:
    count.documents += 1
    count.returned += paper.state == "refused" or (one.outcome == "sign_as_is" and _overruled(paper, one))
    count.asked += required
    count.empty += paper.elements
    count.faulty += paper.elements > 0


def _overruled(paper: _Paper, one: _Handover) -> bool:
    """True for a paper that was refused first and is signed for by the director's word."""
    return paper.signed_at is not None and one.ruled_at is not None and paper.signed_at >= one.ruled_at


def _partly(one: _Handover, papers: Sequence[_Paper]) -> bool:
    """True when some papers were signed for and others were not."""
    if one.state == "partly_signed_for":
        return True
    taken = any(paper.signed_at is not None and not _overruled(paper, one) for paper in papers)
    return taken and one.state in ("disputed", "ruled")


def _handovers(session: Session, asked: Asked, team: int | None) -> list[_Handover]:
    handed, decided = aliased(Person), aliased(Person)
    query = (
        select(
            Submission.id, Case.profile, Case.profile_version, Case.filed_on, Team.name, Case.handler, handed.display, decided.display, Submission.state,
            Submission.again_of_id, Dispute.ruled_at, Dispute.outcome,
        )
        .join(Case, Submission.case_id == Case.id)
        .join(handed, Submission.handed_by_id == handed.id)
        .join(decided, Submission.decided_by_id == decided.id)
        .outerjoin(Team, Case.team_id == Team.id)
        .outerjoin(Dispute, (Dispute.submission_id == Submission.id) & Dispute.outcome.is_not(None))
        .where(Submission.decided_at.is_not(None), brought())
        .order_by(Submission.id)
    )  # fmt: skip
    if asked.first:
        query = query.where(Submission.decided_at >= _midnight(asked.first))
    if asked.last:
        query = query.where(Submission.decided_at < _midnight(asked.last + timedelta(days=1)))
    if team is not None:
        query = query.where(Case.team_id == team)
    if asked.handler is not None:
        query = query.where(Case.handler == asked.handler)
    return [
        _Handover(
            id,
            FiledUnder(profile, version, filed_on),
            team or NOBODY,
            handler or NOBODY,
            person,
            desk,
            state,
            again is not None,
            ruled_at,
            outcome,
        )
        for id, profile, version, filed_on, team, handler, person, desk, state, again, ruled_at, outcome in session.execute(query)
    ]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _papers(session: Session, ids: Sequence[int]) -> Mapping[int, list[_Paper]]:
    """The documents of each hand-over, with how many of their elements are missing or empty."""
    found: dict[int, list[_Paper]] = defaultdict(list)
    for some in batches(ids):
        faults = (
            select(FindingRow.document_id, func.count())
            .where(FindingRow.submission_id.in_(some), FindingRow.rule.startswith(_ELEMENT), FindingRow.severity != "unchecked")
            .group_by(FindingRow.document_id)
        )
        elements = {row[0]: row[1] for row in session.execute(faults)}
        query = select(Document.submission_id, Document.id, Document.type_id, Document.state, Document.signed_at)
        for submission, id, type_id, state, signed_at in session.execute(
            query.where(Document.submission_id.in_(some)).order_by(Document.id)
        ):
            found[submission].append(_Paper(id, type_id, state, signed_at, elements.get(id, 0)))
    return found


def _pages(session: Session, ids: Sequence[int]) -> Mapping[int, tuple[int, int]]:
    """How many pages each hand-over has, and how many of them are blank."""
    found: dict[int, tuple[int, int]] = {}
    for some in batches(ids):
        query = (
            select(Page.submission_id, Page.blank, func.count())
            .where(Page.submission_id.in_(some))
            .group_by(Page.submission_id, Page.blank)
        )
        for submission, blank, count in session.execute(query):
            pages, bare = found.get(submission, (0, 0))
            found[submission] = (pages + count, bare + (count if blank else 0))
    return found


def _reasons(office: Office, session: Session, handovers: Sequence[_Handover]) -> Mapping[tuple[str, ...], int]:
    """How often each reason forbade signing."""
    filed = {one.id: one.filed for one in handovers if one.state != "signed_for"}
    found: dict[tuple[str, ...], int] = defaultdict(int)
    for some in batches(list(filed)):
        query = select(FindingRow.submission_id, FindingRow.rule).where(
            FindingRow.submission_id.in_(some), FindingRow.severity == "blocking"
        )
        for submission, rule in session.execute(query):
            found[(_reason(office.rules.for_case(filed[submission]), rule),)] += 1
    return found


def _reason(catalogue: Catalogue, rule: str) -> str:
    if rule.startswith(_ELEMENT):
        element = catalogue.elements.get(rule.removeprefix(_ELEMENT))
        return f"“{element.label}”空白" if element else "必备要素空白"
    return next((name for prefix, name in _REASONS.items() if rule.startswith(prefix)), rule)
