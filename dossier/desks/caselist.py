"""Words, a state and a place in the list come in; the cases that an actor may see, newest first, and how many there are, go out."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import selectinload

from dossier import access
from dossier.access import Actor
from dossier.desks.casefile import case_key
from dossier.desks.cases import case_json
from dossier.office import Office
from dossier.records.tables import Case, Party, Team

# More words than anybody types; a database has its limits, too.
MOST_CHARS, MOST_WORDS = 300, 20
_LOADED = (selectinload(Case.parties), selectinload(Case.team), selectinload(Case.events))


def listing(
    office: Office, actor: Actor, *, words: str = "", state: str = "", offset: int = 0, limit: int | None = None, events: bool = True
) -> tuple[list[dict[str, Any]], int]:
    """(`limit` cases from `offset` on, how many there are). Each of the words stands in the number, cause, handler, team or a party's name;
    of MOST_CHARS characters and MOST_WORDS words no more are looked at.

    events: whether each case tells its events, too. The database filters and counts: a page of the list costs the same in a court with a
    hundred cases and with a hundred thousand.
    """
    access.demand(actor, "case.list")
    wanted = [
        *_seen_by(actor),
        *([Case.state == state] if state else []),
        *map(_says, list(dict.fromkeys(words[:MOST_CHARS].split()))[:MOST_WORDS]),
    ]
    query: Select[Any] = (
        select(Case).where(*wanted).order_by(Case.filed_on.desc(), Case.id.desc()).options(*(_LOADED if events else _LOADED[:2]))
    )
    with office.db.read() as session:
        count = session.scalar(select(func.count()).select_from(Case).where(*wanted)) or 0
        shown = session.scalars(query.offset(offset).limit(limit))
        return [case_json(case, events=events) for case in shown], count


def _seen_by(actor: Actor) -> list[ColumnElement[bool]]:
    # Who belongs to no team sees no case, not those of no team.
    return [] if actor.roles & access.ACTIONS["case.read"].everywhere else [Case.team_id == actor.team, Case.team_id.is_not(None)]


def _says(word: str) -> ColumnElement[bool]:
    parties = select(Party.case_id).where(Party.name.contains(word, autoescape=True))
    teams = select(Team.id).where(Team.name.contains(word, autoescape=True))
    return or_(
        Case.case_no.contains(case_key(word), autoescape=True),
        Case.cause.contains(word, autoescape=True),
        Case.handler.contains(word, autoescape=True),
        Case.team_id.in_(teams),
        Case.id.in_(parties),
    )
