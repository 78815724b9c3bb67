"""The language of a person's pages: a choice comes in and is kept with the account, and comes back at the next sign-in."""

from __future__ import annotations

from dossier.access import Actor
from dossier.office import Office
from dossier.people.accounts import known, tell
from dossier.records.tables import Person


def set_language(office: Office, actor: Actor, language: str) -> None:
    """Keeps one's own choice, also while one acts for somebody else."""
    with office.db.write() as session:
        person = session.get_one(Person, actor.id)
        if person.language != language:
            person.language = language
            tell(office, session, actor, "language", person, language=language)


def language_of(office: Office, login: str) -> str | None:
    """The language that this person chose; None: none yet. Raises user_unknown."""
    with office.db.read() as session:
        return known(session, login).language
