"""Cases and their events: checked rows of the process system come in, cases and their events go out; everything of one import or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier import access, people
from dossier.access import Actor, Resource
from dossier.desks import casefile
from dossier.desks.casefile import CLOSING, ROLES, case_key
from dossier.errors import DossierError
from dossier.lifecycle import CASE, REVIEW
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case, ClosingReview, Event, Outbox, Page, Party, Submission
from review.closing import FIELD_NAMES


def import_cases(office: Office, actor: Actor, data: bytes) -> dict[str, Any]:
    """Imports or updates cases from CSV or JSON: {"created","updated","unchanged","warnings"}. Idempotent; one bad line and nothing is imported."""
    access.demand(actor, "case.import")
    pattern = re.compile(office.rules.of(office.settings.default_profile).case_no_regex)
    rows = casefile.read(data, pattern, office.today())
    result: dict[str, Any] = {"created": 0, "updated": 0, "unchanged": 0, "warnings": []}
    with office.db.write() as session:
        for line, value in rows:
            result[_import_one(office, session, actor, line, value, result["warnings"])] += 1
    return result


def _import_one(office: Office, session: Session, actor: Actor, line: int, value: dict[str, Any], warnings: list[str]) -> str:
    """created | updated | unchanged"""
    profile = value["profile"] or office.settings.default_profile
    if profile not in office.rules.catalogues:
        raise casefile.bad(line, f"没有名为 {profile} 的法院规则", f"there are no rules of a court called {profile}")
    team = None
    if value["team"]:
        team, made = people.ensure_team(session, value["team"])
        if made:
            warnings.append(f"第 {line} 行：团队 {value['team']} 原不存在，已新建")
            subject, told = f"team:{team}", {"name": value["team"]}
            ledger.append(session, at=office.clock.now(), actor=actor.login, action="team.add", subject=subject, detail=told)
    case = session.execute(select(Case).where(Case.case_no == value["case_no"])).scalar_one_or_none()
    fields = {key: value[key] for key in ("kind", "court", "filed_on", "handler", "clerk", "cause", "title_document", "amount", *CLOSING)}
    fields["closing_mode"] = fields["closing_mode"] or None
    fields["team_id"] = team
    parties = {(role, name) for column, role in ROLES.items() for name in value[column]}
    changed: dict[str, Any] = {}
    if case is None:
        case = Case(
            case_no=value["case_no"], profile=profile, profile_version=office.rules.of(profile, value["filed_on"]).version, **fields
        )
        case.parties = [Party(role=role, name=name) for column, role in ROLES.items() for name in value[column]]
        session.add(case)
        outcome = "created"
    else:
        before, of_team = _findable(case), case.team.name if case.team else None
        if value["profile"] and profile != case.profile:
            warnings.append(f"第 {line} 行：案件 {case.case_no} 适用的法院规则 {case.profile} 不因导入改变，未改为 {profile}")
        if case.state != "open":
            fields = _still_open_to_change(session, case, line, fields | {"closed_on": value["closed_on"]}, warnings)
        changed = _update(case, fields, parties)
        outcome = "updated" if changed else "unchanged"
        if changed.pop("team_id", None):
            changed["team"] = [of_team, value["team"]]
        if _findable(case) != before:
            read = select(Page.id).join(Submission).where(Submission.case_id == case.id, Page.state == "read")
            session.add_all(Outbox(page_id=page_id) for page_id in session.scalars(read))
    if value["closed_on"] and case.state in (None, "open") and _in_review(session, case):
        warnings.append(f"第 {line} 行：案件 {case.case_no} 正在结案审核，未按导入的结案日期结案；请先完成或撤回审核，再导入")
    elif value["closed_on"] and case.state in (None, "open"):
        case.state = CASE.move(case.state or CASE.start, "close")
        case.closed_on = value["closed_on"]
        changed["closed_on"] = [None, case.closed_on.isoformat()]
        outcome = "updated" if outcome == "unchanged" else outcome
    session.flush()
    if outcome != "unchanged":
        ledger.append(
            session, at=office.clock.now(), actor=actor.login, action=f"case.{outcome}", subject=f"case:{case.id}", case_id=case.id,
            detail={"case_no": case.case_no, "profile": case.profile, "profile_version": case.profile_version, "changed": changed},
        )  # fmt: skip
    return outcome


def _in_review(session: Session, case: Case) -> bool:
    """Whether the two keys are being turned: no file closes a case behind the reviewers' backs."""
    undecided = [state for state in REVIEW.states if REVIEW.allowed(state)]
    query = select(ClosingReview.id).where(ClosingReview.case_id == case.id, ClosingReview.state.in_(undecided))
    return session.execute(query.limit(1)).first() is not None


def _findable(case: Case) -> tuple[Any, ...]:
    """What of a case decides by whom and by which words its pages are found."""
    return case.team_id, sorted((party.role, party.name) for party in case.parties)


def _still_open_to_change(session: Session, case: Case, line: int, fields: dict[str, Any], warnings: list[str]) -> dict[str, Any]:
    """The fields of a closed case that a file may still change: not how and when it was closed, once that was decided here."""
    reviewed = select(ClosingReview.id).where(ClosingReview.case_id == case.id, ClosingReview.state == "approved").limit(1)
    if case.state == "closed" and session.execute(reviewed).first() is None:
        return fields
    kept = [key for key in ("closed_on", *CLOSING) if fields[key] not in ("", None, getattr(case, key))]
    if kept:
        why = "经结案审核结案" if case.state == "closed" else CASE.names[case.state]
        names = "、".join(FIELD_NAMES[key] for key in kept)
        warnings.append(f"第 {line} 行：案件 {case.case_no} {why}，以下各项以本系统的为准，未按导入更改：{names}")
    return {key: value for key, value in fields.items() if key not in kept}


def _update(case: Case, fields: Mapping[str, Any], parties: set[tuple[str, str]]) -> dict[str, Any]:
    """What changed, for the ledger: {field: [before, after]}, and how many parties came."""
    changed: dict[str, Any] = {}
    for key, new in fields.items():
        # An empty column says nothing; it does not wipe what is known.
        if new not in ("", None) and getattr(case, key) != new:
            changed[key] = [value.isoformat() if isinstance(value, date) else value for value in (getattr(case, key), new)]
            setattr(case, key, new)
    known = {(party.role, party.name) for party in case.parties}
    for role, name in sorted(parties - known):
        case.parties.append(Party(role=role, name=name))
        changed["parties"] = changed.get("parties", 0) + 1
    return changed


def record_event(
    office: Office, actor: Actor, case_no: str, anchor: str, on: date, source: str = "form", instead_of: date | None = None
) -> None:
    """Records that an anchor happened, or that a condition holds (no:CONDITION: does not). The same one on the same day is recorded once.

    An anchor that happens once in a case takes the new day instead of the old one, which the ledger keeps; instead_of corrects one of
    several. Only what the process system tells may lie ahead. Raises case_unknown, case_archived, anchor_unknown, not_allowed, date_bad.
    """
    if source == "form" and on > office.today():
        raise DossierError("date_bad", value=f"{on}（尚未到，事件发生后再登记）")
    with office.db.write() as session:
        case = load(session, case_no)
        access.demand(actor, "case.event", Resource(team=case.team_id))
        put_event(office, session, actor, case, anchor, on, source, instead_of)


def put_event(
    office: Office, session: Session, actor: Actor, case: Case, anchor: str, on: date, source: str, instead_of: date | None = None
) -> str:
    """recorded | corrected | unchanged; in the caller's transaction, and after it was asked whether the actor may. Raises anchor_unknown, case_archived."""
    catalogue = office.rules.for_case(case)
    if anchor not in catalogue.anchors and anchor.removeprefix("no:") not in catalogue.conditions:
        raise DossierError("anchor_unknown", anchor=anchor)
    repeats = anchor in catalogue.anchors and catalogue.anchors[anchor].repeats
    same = [event for event in case.events if event.anchor == anchor]
    gone = [event for event in same if event.on_day != on and (not repeats or event.on_day == instead_of)]
    there = any(event.on_day == on for event in same)
    if there and not gone:
        return "unchanged"
    if case.state == "archived":
        raise DossierError("case_archived", case_no=case.case_no)
    detail: dict[str, Any] = {"anchor": anchor, "on": on.isoformat(), "source": source}
    if gone:
        detail["instead_of"] = [{"on": old.on_day.isoformat(), "source": old.source, "at": old.recorded_at.isoformat()} for old in gone]
    for old in gone:
        case.events.remove(old)
        session.delete(old)
    if not there:
        case.events.append(Event(anchor=anchor, on_day=on, source=source, recorded_at=office.clock.now()))
    session.flush()
    ledger.append(
        session, at=office.clock.now(), actor=actor.login, action="case.event", subject=f"case:{case.id}", case_id=case.id, detail=detail
    )
    return "corrected" if gone else "recorded"


def anchor_names(office: Office, case_no: str) -> list[tuple[str, str]]:
    """(id, name) of every event and condition that may be recorded in this case, and of conditions that do not hold. Raises case_unknown."""
    with office.db.read() as session:
        catalogue = office.rules.for_case(load(session, case_no))
    conditions = [(one.id, one.name) for one in catalogue.conditions.values() if one.id.startswith("if_")]
    denied = [(f"no:{id}", f"{name}：否") for id, name in conditions]
    return [*((anchor.id, anchor.name) for anchor in catalogue.anchors.values()), *conditions, *denied]


def load(session: Session, case_no: str) -> Case:
    """Raises DossierError case_unknown."""
    case = session.execute(select(Case).where(Case.case_no == case_key(case_no))).scalar_one_or_none()
    if case is None:
        raise DossierError("case_unknown", case_no=case_no[:80])
    return case


def load_for(session: Session, case_no: str, actor: Actor, action: str) -> Case:
    """The case, for somebody who may do this with it. Raises case_unknown also when they may not: numbers of cases are not for trying out."""
    case = load(session, case_no)
    if not access.decide(actor, action, Resource(team=case.team_id)):
        raise DossierError("case_unknown", case_no=case_no[:80])
    return case


def case_json(case: Case, *, events: bool = True) -> dict[str, Any]:
    """A case as plain values, with or without what happened in it."""
    told = {"events": [{"anchor": e.anchor, "on": e.on_day.isoformat(), "source": e.source} for e in case.events]} if events else {}
    return {
        "case_no": case.case_no,
        "kind": case.kind,
        "state": case.state,
        "state_name": CASE.names[case.state],
        "court": case.court,
        "filed_on": case.filed_on.isoformat(),
        "closed_on": case.closed_on.isoformat() if case.closed_on else None,
        "closing_mode": case.closing_mode,
        "team": case.team.name if case.team else None,
        "handler": case.handler,
        "clerk": case.clerk,
        "cause": case.cause,
        "title_document": case.title_document,
        "amount": case.amount or None,
        "closing_amount": case.closing_amount or None,
        "waived_amount": case.waived_amount or None,
        "paid_amount": case.paid_amount or None,
        "closing_reason": case.closing_reason or None,
        "profile": case.profile,
        "profile_version": case.profile_version,
        "applicants": [p.name for p in case.parties if p.role == ROLES["applicants"]],
        "respondents": [p.name for p in case.parties if p.role == ROLES["respondents"]],
        **told,
    }
