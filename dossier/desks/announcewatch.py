"""Announced paper whose day has passed: announcements come in; who has to be told of each in which words, once, goes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from dossier import access, people
from dossier.access import Resource
from dossier.lifecycle import ANNOUNCEMENT
from dossier.office import Office
from dossier.records.tables import Announcement, Person


@dataclass(frozen=True)
class Late:
    """Announced paper that did not come: its number, the words (none of what was written about it), and the persons (ids) whom it concerns."""

    number: str
    text: str
    to: frozenset[int]


def late(office: Office, session: Session) -> Iterator[Late]:
    """What is past its day and was not told yet, marked as told: who announced it, while they may see it, and the team of its case."""
    query = select(Announcement).where(
        Announcement.state == ANNOUNCEMENT.start, Announcement.expected_on < office.today(), Announcement.told_late_at.is_(None)
    )
    found = session.execute(query.order_by(Announcement.id).options(joinedload(Announcement.case))).scalars().all()
    persons = session.execute(select(Person).where(~Person.disabled)).scalars().all() if found else ()
    for one in found:
        team = one.case.team_id
        to = [
            person.id
            for person in persons
            if (person.id == one.made_by_id and access.decide(people.actor_of(person), "announcement.read", Resource(team=team)))
            or (team is not None and person.team_id == team and "team" in person.roles)
        ]
        # Not by the notices: a webhook is told of it too, also when there is nobody to be told.
        one.told_late_at = office.clock.now()
        days = office.rules.calendar.between(one.expected_on, office.today())
        words = f"{one.case.case_no} 稍后移送 {one.number}：{one.sheets} 张纸质材料尚未送达，已超过预计日 {days} 个工作日"
        yield Late(one.number, words, frozenset(to))
