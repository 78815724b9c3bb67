"""The closing review 结案审核: a case is submitted by its team, two persons turn two keys, a third may decide; closed or returned it goes out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from dossier import access
from dossier.access import Actor, Resource
from dossier.clock import local
from dossier.desks import outgoing
from dossier.desks.casefile import AMOUNTS, CLOSING_MODES, amount_text
from dossier.desks.cases import case_json, load
from dossier.desks.closing import judged, waived_json
from dossier.errors import DossierError
from dossier.lifecycle import CASE, REVIEW
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case, ClosingOpinion, ClosingReview
from dossier.translate import finding_json
from review.findings import Finding

# 武陟意见 第十七条: substance by one person in charge at the command centre, procedure by the trial management office, both must pass;
# 鄢陵细则 §三(八)14: a 终本 case is looked at by the 终本 management team before it is submitted to them.
KEYS = {"preaudit": "终本预审核", "substantive": "实体审核", "procedural": "程序审核", "raised": "提级审核"}
AWAITED = {"preaudit": ("preaudit",), "reviewing": ("substantive", "procedural"), "raised": ("raised",)}
TERMINATED = "终结本次执行程序"
RAISED_MODES = (TERMINATED, "终结执行")
# These papers are made of this review's opinions: asking for them before the opinions are given would close the door to itself.
MADE_HERE = frozenset({"closing_review_form", "final_preaudit"})
MOST_ITEMS, MOST_TEXT = 100, 1000
OPEN = tuple(AWAITED)
PER_PAGE = 50


def open_review(session: Session, case: Case) -> ClosingReview | None:
    """The review of a case that is not decided."""
    return session.execute(
        select(ClosingReview).where(ClosingReview.case_id == case.id, ClosingReview.state.in_(OPEN))
    ).scalar_one_or_none()


def turned_by(actor: Actor) -> ColumnElement[bool]:
    """SQL: this person, or whom they stand in for, gave an opinion in the review."""
    mine = or_(ClosingOpinion.person_id.in_(actor.persons), ClosingOpinion.for_id.in_(actor.persons))
    return select(ClosingOpinion.id).where(ClosingOpinion.review_id == ClosingReview.id, mine).exists()


def awaits(keys: Sequence[str]) -> ColumnElement[bool]:
    """SQL: the review waits for one of these keys."""
    given = select(ClosingOpinion.id).where(ClosingOpinion.review_id == ClosingReview.id)
    asked = [(state, key) for state, awaited in AWAITED.items() for key in awaited if key in keys]
    return or_(*(and_(ClosingReview.state == state, ~given.where(ClosingOpinion.key == key).exists()) for state, key in asked))


def submit(office: Office, actor: Actor, case_no: str, mode: str, day: date, stated: dict[str, str]) -> dict[str, Any]:
    """报结: the team states closing mode, day of the closing paper, sums and reason; gaps do not stop it, they are shown to everybody.

    stated: closing_amount, waived_amount, paid_amount (yuan, with , 元 万元) and closing_reason; what is left empty stays as it is known.
    Raises case_unknown, not_allowed, closing_bad, review_open, move_refused.
    """
    with office.db.write() as session:
        case = load(session, case_no)
        access.demand(actor, "review.submit", Resource(team=case.team_id))
        CASE.move(case.state, "close")
        if open_review(session, case) is not None:
            raise DossierError("review_open", case_no=case.case_no)
        values = _stated(stated)
        if mode not in CLOSING_MODES:
            raise _bad(f"结案方式应为 {'、'.join(CLOSING_MODES)} 之一", f"the closing mode is one of {'、'.join(CLOSING_MODES)}")
        if not case.filed_on <= day <= office.today():
            raise _bad("结案文书日期早于立案日期或晚于今天", "the closing paper is dated before the case was filed, or after today")
        case.closing_mode = mode
        for name, value in values.items():
            if value:
                setattr(case, name, value)
        session.flush()
        catalogue, blocking = _gaps(office, session, case, actor)
        review = ClosingReview(
            case_id=case.id, state=REVIEW.start, mode=mode, day=day, stated={name: getattr(case, name) for name in values}, blocking=len(blocking),
            submitted_by_id=actor.id, submitted_for_id=actor.stands_for, submitted_at=office.clock.now(), rules_version=f"{catalogue.profile} {catalogue.version}",
        )  # fmt: skip
        review.state = REVIEW.move(review.state, "ask_preaudit" if _preaudited(office, case, mode) else "begin")
        session.add(review)
        session.flush()
        _note(office, session, actor, review, case, "submit", mode=mode, day=day.isoformat(), blocking=len(blocking), **review.stated)
        return _json(office, review, case)


def _bad(what: str, what_en: str) -> DossierError:
    return DossierError("closing_bad", what=what, what_en=what_en)


def _stated(stated: dict[str, str]) -> dict[str, str]:
    unknown = set(stated) - {*AMOUNTS[1:], "closing_reason"}
    if unknown:
        raise _bad(f"不认识的项目 {min(unknown)}", f"{min(unknown)} is not known")
    try:
        values = {name: amount_text(stated.get(name, "")) for name in AMOUNTS[1:]}
    except ValueError as error:
        raise _bad(f"金额 {error} 不对", f"{error} is no sum") from None
    return values | {"closing_reason": _text(stated.get("closing_reason", ""))}


def _text(text: str) -> str:
    if len(text) > MOST_TEXT:
        raise _bad(f"一项文字超过 {MOST_TEXT} 字", f"a text has more than {MOST_TEXT} characters")
    return text.strip()


def _preaudited(office: Office, case: Case, mode: str) -> bool:
    """终本 is pre-audited where this court's rules have the step for this kind of case."""
    node = office.rules.for_case(case).nodes.get("final_preaudit")
    return mode == TERMINATED and node is not None and case.kind in node.applies_to


def _gaps(office: Office, session: Session, case: Case, actor: Actor) -> tuple[Any, list[Finding]]:
    """The rules of a case, and what keeps it from being closed today."""
    catalogue, findings, _ = judged(office, session, case, actor, "closing", office.today())
    return catalogue, [one for one in findings if one.severity == "blocking" and one.document not in MADE_HERE]


def approve(office: Office, actor: Actor, case_no: str, key: str, note: str = "", raise_reason: str = "") -> dict[str, Any]:
    """Turns one key. The last one closes the case; with a raise_reason (or by the court's rules) a third person decides after the two.

    Raises case_unknown, review_unknown, not_allowed, own_review, second_key, raced, closing_bad (another closing mode since), gate_blocked,
    raise_refused, move_refused.
    """
    with office.db.write() as session:
        case, review = _awaiting(session, actor, case_no, key)
        if case.closing_mode != review.mode:
            # Pre-audit and raised review were chosen by the mode that the team stated: another one needs a review of its own.
            now = case.closing_mode or "无"
            raise _bad(
                f"报结后结案方式由“{review.mode}”改为“{now}”，请退回重新报结",
                f"the closing mode was changed from {review.mode} to {now} since; return the case to be submitted anew",
            )
        _, blocking = _gaps(office, session, case, actor)
        if blocking:
            raise DossierError("gate_blocked", gate="结案", count=len(blocking))
        if raise_reason.strip():
            if key not in ("substantive", "procedural") or not _may_raise(office, case, review.mode):
                raise DossierError("raise_refused")
            review.raise_reason = _text(raise_reason)
        _opine(office, review, actor, key, "pass", [_text(note)] if note.strip() else [])
        act = _next(office, case, review)
        _note(office, session, actor, review, case, f"pass_{key}", note=note.strip(), raised=raise_reason.strip())
        if act is not None:
            review.state = REVIEW.move(review.state, act)
        if act == "approve":
            _close(office, session, actor, review, case)
        session.flush()
        return _json(office, review, case)


def send_back(office: Office, actor: Actor, case_no: str, key: str, reasons: Sequence[str]) -> dict[str, Any]:
    """A holder of a key returns the case to its team with itemised reasons; the other keys need not be turned any more.

    Raises as approve(), and reason_missing.
    """
    items = [_text(one) for one in reasons if one.strip()]
    if not items or len(items) > MOST_ITEMS:
        raise DossierError("reason_missing")
    with office.db.write() as session:
        case, review = _awaiting(session, actor, case_no, key)
        _opine(office, review, actor, key, "return", items)
        review.state, review.decided_at = REVIEW.move(review.state, "return"), office.clock.now()
        session.flush()
        _note(office, session, actor, review, case, "return", key=key, reasons=items)
        outgoing.reviewed(office, session, "close_returned", case, review)
        return _json(office, review, case)


def withdraw(office: Office, actor: Actor, case_no: str, reason: str) -> dict[str, Any]:
    """The team takes its submission back. Raises case_unknown, review_unknown, not_allowed, reason_missing."""
    if not reason.strip():
        raise DossierError("reason_missing")
    with office.db.write() as session:
        case = load(session, case_no)
        access.demand(actor, "review.submit", Resource(team=case.team_id))
        review = _required(session, case)
        review.state, review.decided_at = REVIEW.move(review.state, "withdraw"), office.clock.now()
        session.flush()
        _note(office, session, actor, review, case, "withdraw", reason=reason.strip())
        outgoing.reviewed(office, session, "close_withdrawn", case, review)
        return _json(office, review, case)


def _required(session: Session, case: Case) -> ClosingReview:
    review = open_review(session, case)
    if review is None:
        raise DossierError("review_unknown", case_no=case.case_no)
    return review


def _awaiting(session: Session, actor: Actor, case_no: str, key: str) -> tuple[Case, ClosingReview]:
    """The open review that waits for this key and this person."""
    if key not in KEYS:
        raise DossierError("bad_request", what="key")
    case = load(session, case_no)
    access.demand(actor, f"review.{key}", Resource(team=case.team_id))
    review = _required(session, case)
    if not actor.persons.isdisjoint({review.submitted_by_id, review.submitted_for_id}):
        raise DossierError("own_review")
    for opinion in review.opinions:
        if opinion.key == key:
            raise DossierError("raced", who=opinion.person.display)
        if _persons(opinion) & actor.persons:
            raise DossierError("second_key")
    if key not in AWAITED[review.state]:
        raise DossierError(
            "move_refused", machine=REVIEW.label, machine_en=REVIEW.name, state=REVIEW.names[review.state], act=KEYS[key], act_en=key
        )
    return case, review


def _persons(opinion: ClosingOpinion) -> frozenset[int]:
    """Whoever gave an opinion, and whom they stood in for: neither turns another key."""
    return frozenset({opinion.person_id} if opinion.for_id is None else {opinion.person_id, opinion.for_id})


def _opine(office: Office, review: ClosingReview, actor: Actor, key: str, verdict: str, reasons: list[str]) -> None:
    review.opinions.append(
        ClosingOpinion(key=key, person_id=actor.id, for_id=actor.stands_for, verdict=verdict, reasons=reasons, at=office.clock.now())
    )


def _may_raise(office: Office, case: Case, mode: str) -> bool:
    return mode in RAISED_MODES and bool(office.rules.for_case(case).switch("raised_review"))


def _next(office: Office, case: Case, review: ClosingReview) -> str | None:
    """The act that follows from the keys turned so far; None: another key is awaited."""
    if any(key not in {one.key for one in review.opinions} for key in AWAITED[review.state]):
        return None
    if review.state == "preaudit":
        return "begin"
    always = office.rules.for_case(case).switch("raised_review_when") == "always" and _may_raise(office, case, review.mode)
    return "raise" if review.state == "reviewing" and (always or review.raise_reason) else "approve"


def _close(office: Office, session: Session, actor: Actor, review: ClosingReview, case: Case) -> None:
    """The case is closed on the day that its court means by 结案日 (switch closed_means)."""
    means = office.rules.for_case(case).switch("closed_means")
    days = {"approval": office.today(), "ruling": review.day, "report": local(review.submitted_at).date()}
    review.decided_at, review.closed_on = office.clock.now(), days[str(means)]
    case.state, case.closed_on = CASE.move(case.state, "close"), review.closed_on
    session.flush()
    _note(office, session, actor, review, case, "approve", closed_on=review.closed_on.isoformat(), means=means)
    outgoing.reviewed(office, session, "closed", case, review)


def _note(office: Office, session: Session, actor: Actor, review: ClosingReview, case: Case, action: str, **detail: Any) -> None:
    ledger.append(
        session, at=office.clock.now(), actor=actor.login, action=f"review.{action}", subject=f"review:{review.id}", case_id=case.id,
        detail={"case_no": case.case_no, **detail},
    )  # fmt: skip


def case_review(office: Office, actor: Actor, case_no: str) -> dict[str, Any]:
    """{"case","reviews" (newest first),"gaps","made_here","waived","may","modes"}: everything the review page of a case shows."""
    with office.db.write() as session:
        case = load(session, case_no)
        access.demand(actor, "review.read", Resource(team=case.team_id))
        known = (
            session.execute(select(ClosingReview).where(ClosingReview.case_id == case.id).order_by(ClosingReview.id.desc())).scalars().all()
        )
        catalogue, findings, waived = judged(office, session, case, actor, "closing", office.today())
        ledger.append(session, at=office.clock.now(), actor=actor.login, action="review.read", subject=f"case:{case.id}", case_id=case.id)
        told = [(one.document in MADE_HERE, finding_json(one, catalogue.roles)) for one in findings]
        return {
            "case": case_json(case),
            "reviews": [_json(office, review, case) for review in known],
            "gaps": [one for made, one in told if not made],
            "made_here": [one for made, one in told if made],
            "blocking": sum(one["severity"] == "blocking" for made, one in told if not made),
            "waived": [waived_json(one, catalogue) for one in waived],
            "may": _may(actor, case, known[0] if known else None),
            "may_raise": _may_raise(office, case, case.closing_mode or ""),
            "today": office.today().isoformat(),
        }


def _may(actor: Actor, case: Case, last: ClosingReview | None) -> dict[str, Any]:
    """What this person can do with the case now: {"submit","withdraw","keys"}."""
    resource = Resource(team=case.team_id)
    running = last if last is not None and last.state in OPEN else None
    own = access.decide(actor, "review.submit", resource)
    keys = []
    if running is not None and actor.persons.isdisjoint(
        {running.submitted_by_id, running.submitted_for_id}.union(*map(_persons, running.opinions))
    ):
        given = {one.key for one in running.opinions}
        keys = [key for key in AWAITED[running.state] if key not in given and access.decide(actor, f"review.{key}", resource)]
    return {"submit": own and running is None and case.state == "open", "withdraw": own and running is not None, "keys": keys}


def _json(office: Office, review: ClosingReview, case: Case) -> dict[str, Any]:
    return {
        "case_no": case.case_no,
        "state": review.state,
        "state_name": REVIEW.names[review.state],
        "mode": review.mode,
        "day": review.day.isoformat(),
        **review.stated,
        "blocking_then": review.blocking,
        "submitted_by": review.submitted_by.display,
        "submitted_at": local(review.submitted_at).isoformat(timespec="seconds"),
        "decided_at": local(review.decided_at).isoformat(timespec="seconds") if review.decided_at else None,
        "closed_on": review.closed_on.isoformat() if review.closed_on else None,
        "raise_reason": review.raise_reason,
        "rules": review.rules_version,
        "awaited": [key for key in AWAITED.get(review.state, ()) if key not in {one.key for one in review.opinions}],
        "waiting_days": office.rules.calendar.between(local(review.submitted_at).date(), office.today()) if review.state in OPEN else None,
        "opinions": [
            {
                "key": one.key,
                "key_name": KEYS[one.key],
                "person": one.person.display + (f"（代 {one.stood_for.display}）" if one.stood_for else ""),
                "verdict": one.verdict,
                "reasons": list(one.reasons),
                "at": local(one.at).isoformat(timespec="seconds"),
            }
            for one in review.opinions
        ],
    }


def listing(office: Office, actor: Actor, state: str = "open", page: int = 1) -> dict[str, Any]:
    """{"rows","total","page","last"}: reviews in a state ('open': not decided), the longest waiting first; a team sees its own."""
    access.demand(actor, "review.list")
    query = select(ClosingReview).join(Case, Case.id == ClosingReview.case_id)
    if not actor.roles & access.ACTIONS["review.read"].everywhere:
        query = query.where(Case.team_id == actor.team, Case.team_id.is_not(None))
    query = query.where(ClosingReview.state.in_(OPEN) if state == "open" else ClosingReview.state == state)
    oldest = ClosingReview.submitted_at if state in ("open", *OPEN) else ClosingReview.submitted_at.desc()
    with office.db.read() as session:
        total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
        whole = query.options(selectinload(ClosingReview.opinions), selectinload(ClosingReview.case).selectinload(Case.team))
        found = session.execute(whole.order_by(oldest, ClosingReview.id).limit(PER_PAGE).offset((page - 1) * PER_PAGE)).scalars().all()
        rows = [
            {**_json(office, one, one.case), "team": one.case.team.name if one.case.team else None, "handler": one.case.handler}
            for one in found
        ]
    return {"rows": rows, "total": total, "page": page, "last": max(1, -(-total // PER_PAGE))}
