"""Waivers: the director lifts one requirement of one case, with a reason; what is lifted stays listed, and the ledger keeps both ways."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from dossier import access
from dossier.access import Actor, Resource
from dossier.clock import local
from dossier.desks.cases import load
from dossier.desks.rulenames import rule_of
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case, Waiver
from review.waivers import waivable


def waive(office: Office, actor: Actor, case_no: str, target: str, reason: str, party: str = "") -> dict[str, Any]:
    """Waives a rule, node or material in a case, for everybody or one party; a second time replaces the reason. The waiver as JSON.

    Raises case_unknown, not_allowed, reason_missing, waiver_refused, party_unknown.
    """
    with office.db.write() as session:
        case, target = _open(office, session, actor, case_no, target, reason)
        if party and party not in {one.name for one in case.parties}:
            raise DossierError("party_unknown", name=party)
        waiver = _find(case, target, party)
        if waiver is None:
            waiver = Waiver(case_id=case.id, target=target, party=party, reason="", approver_id=actor.id, at=office.clock.now())
            case.waivers.append(waiver)
        waiver.reason, waiver.approver_id, waiver.at = reason.strip(), actor.id, office.clock.now()
        session.flush()
        session.refresh(waiver)
        _write_down(office, session, actor, case, "case.waive", waiver)
        return waiver_json(waiver)


def withdraw(office: Office, actor: Actor, case_no: str, target: str, reason: str, party: str = "") -> None:
    """Takes a waiver back: the requirement stands again. Raises case_unknown, not_allowed, reason_missing, waiver_unknown."""
    with office.db.write() as session:
        case, target = _open(office, session, actor, case_no, target, reason)
        waiver = _find(case, target, party)
        if waiver is None:
            raise DossierError("waiver_unknown", target=target)
        waiver.reason = reason.strip()
        _write_down(office, session, actor, case, "case.waiver_withdrawn", waiver)
        case.waivers.remove(waiver)
        session.delete(waiver)


def waiver_json(waiver: Waiver) -> dict[str, Any]:
    """{"target","party","reason","approver","at"}"""
    return {
        "target": waiver.target,
        "party": waiver.party or None,
        "reason": waiver.reason,
        "approver": waiver.approver.display,
        "at": local(waiver.at).isoformat(timespec="seconds"),
    }


def _open(office: Office, session: Session, actor: Actor, case_no: str, target: str, reason: str) -> tuple[Case, str]:
    case = load(session, case_no)
    access.demand(actor, "case.waive", Resource(team=case.team_id))
    if not reason.strip():
        raise DossierError("reason_missing")
    target = rule_of(office.rules.for_case(case), target)
    if not waivable(office.rules.for_case(case), target):
        raise DossierError("waiver_refused", target=target)
    return case, target


def _find(case: Case, target: str, party: str) -> Waiver | None:
    return next((one for one in case.waivers if one.target == target and one.party == party), None)


def _write_down(office: Office, session: Session, actor: Actor, case: Case, action: str, waiver: Waiver) -> None:
    ledger.append(
        session,
        at=office.clock.now(),
        actor=actor.login,
        action=action,
        subject=f"case:{case.id}",
        case_id=case.id,
        detail={"target": waiver.target, "party": waiver.party or None, "reason": waiver.reason},
    )
