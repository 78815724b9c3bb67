"""The confidentiality agreement 保密协议 as a gate: an account comes in; whether it must be signed before any case is seen goes out."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier.access import BUSINESS
from dossier.office import Office
from dossier.records.tables import Agreement, Person


def standing_agreement(session: Session, person_id: int) -> Agreement | None:
    """The agreement of this person that holds, the latest if there are several."""
    query = select(Agreement).where(Agreement.person_id == person_id, Agreement.voided_at.is_(None)).order_by(Agreement.id.desc()).limit(1)
    return session.execute(query).scalar_one_or_none()


def agreement_missing(office: Office, session: Session, person: Person) -> bool:
    """Whether this account has a dossier role and no agreement that holds."""
    if office.settings.agreement != "required" or BUSINESS.isdisjoint(person.roles):
        return False
    return standing_agreement(session, person.id) is None
