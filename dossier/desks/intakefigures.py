"""Intake: the hand-overs of a period come in; how many there were, with how many files, pages and documents, by day, by who brought them and by team go out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dossier.access import Actor
from dossier.clock import SHANGHAI, local
from dossier.desks import figures
from dossier.desks.figures import Asked
from dossier.desks.figurestore import NOBODY, batches
from dossier.desks.receiving import brought
from dossier.office import Office
from dossier.records.tables import Case, Document, File, Page, Person, Submission, Team


@dataclass
class Count:
    """The counts of one group. rejects: files that were not taken; unread: pages that wait for a person's eyes; signed: documents signed for."""

    handovers: int = 0
    again: int = 0
    files: int = 0
    rejects: int = 0
    pages: int = 0
    blank_pages: int = 0
    unread: int = 0
    documents: int = 0
    signed: int = 0

    def add(self, other: Count) -> None:
        """Adds the counts of a part."""
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)


Key = tuple[str, ...]


def intake(office: Office, actor: Actor, asked: Asked) -> dict[str, Any]:
    """{"court","from","until","total","by_day","by_person","by_team"}: what was received within the period; days in the court's time.

    by_person: whoever handed the papers over, a scanning station's clerk or the team itself. Raises not_allowed, team_unknown, date_bad.
    """
    team = figures.require(office, actor, asked)
    groups: dict[str, dict[Key, Count]] = {name: defaultdict(Count) for name in ("day", "person", "team")}
    total = Count()
    with office.db.read() as session:
        rows = _handovers(session, asked, team)
        counted = _counts(session, [row.id for row in rows])
        for row in rows:
            one = counted[row.id]
            one.handovers, one.again, one.rejects = 1, int(row.again_of_id is not None), len(row.rejects)
            day = local(row.received_at).date().isoformat()
            for name, key in (("day", (day,)), ("person", (row.display,)), ("team", (row.name or NOBODY,))):
                groups[name][key].add(one)
            total.add(one)
    figures.note(office, actor, "intake", asked, len(rows))
    return {
        "court": office.settings.court,
        "from": asked.first.isoformat() if asked.first else None,
        "until": asked.last.isoformat() if asked.last else None,
        "total": _told((), total),
        "by_day": [_told(key, count) for key, count in sorted(groups["day"].items(), reverse=True)],
        "by_person": _most(groups["person"]),
        "by_team": _most(groups["team"]),
    }


def _most(groups: dict[Key, Count]) -> list[dict[str, Any]]:
    return [_told(key, count) for key, count in sorted(groups.items(), key=lambda pair: (-pair[1].pages, pair[0]))]


def _told(key: Key, count: Count) -> dict[str, Any]:
    return {"key": list(key), **asdict(count)}


def _handovers(session: Session, asked: Asked, team: int | None) -> Sequence[Any]:
    query = (
        select(Submission.id, Submission.received_at, Submission.again_of_id, Submission.rejects, Person.display, Team.name)
        .join(Person, Person.id == Submission.handed_by_id)
        .join(Case, Case.id == Submission.case_id)
        .outerjoin(Team, Team.id == Submission.team_id)
        .where(brought())
        .order_by(Submission.id)
    )
    if asked.first:
        query = query.where(Submission.received_at >= datetime.combine(asked.first, time(), SHANGHAI))
    if asked.last:
        query = query.where(Submission.received_at < datetime.combine(asked.last + timedelta(days=1), time(), SHANGHAI))
    if team is not None:
        query = query.where(Submission.team_id == team)
    if asked.handler is not None:
        query = query.where(Case.handler == asked.handler)
    return session.execute(query).all()


def _counts(session: Session, ids: Sequence[int]) -> dict[int, Count]:
    found: dict[int, Count] = defaultdict(Count)
    for some in batches(ids):
        files = select(File.submission_id, func.count()).where(File.submission_id.in_(some)).group_by(File.submission_id)
        for submission, number in session.execute(files):
            found[submission].files = number
        of_pages = (Page.submission_id, Page.blank, Page.state)
        pages = select(*of_pages, func.count()).where(Page.submission_id.in_(some)).group_by(*of_pages)
        for submission, blank, state, number in session.execute(pages):
            found[submission].pages += number
            found[submission].blank_pages += number if blank else 0
            found[submission].unread += number if state == "unreadable" else 0
        of_papers = (Document.submission_id, Document.signed_at.is_not(None))
        papers = select(*of_papers, func.count()).where(Document.submission_id.in_(some)).group_by(*of_papers)
        for submission, signed, number in session.execute(papers):
            found[submission].documents += number
            found[submission].signed += number if signed else 0
    return found
