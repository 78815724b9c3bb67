"""The quality sample 卷宗评查: a period and a seed come in, a random sample that anybody can draw again goes out, and its score sheets are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from dossier import access
from dossier.access import Actor
from dossier.clock import local
from dossier.desks.casefile import CLOSING_MODES
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case, ClosingOpinion, ClosingReview, QualityCheck, QualitySample, Team

MOST, FULL = 500, 100
PER_PAGE = 50


@dataclass(frozen=True)
class Wanted:
    """A sample: cases closed from first to last (both included), of one closing mode or team if said, `size` of them."""

    seed: str
    size: int
    first: date
    last: date
    mode: str | None = None
    team: str | None = None


def pick(seed: str, case_nos: Sequence[str], size: int) -> list[str]:
    """The `size` case numbers with the smallest SHA-256 of 'seed:case number': the same for everybody, in whatever order they are given."""
    return sorted(case_nos, key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).digest())[:size]


def draw(office: Office, actor: Actor, wanted: Wanted) -> dict[str, Any]:
    """Draws and writes down a sample. Raises not_allowed, sample_bad."""
    access.demand(actor, "sample.draw")
    if not wanted.seed.strip() or len(wanted.seed) > 100:
        raise DossierError(
            "sample_bad",
            what="请写明随机种子（100 字以内），例如抽签号码",
            what_en="state a seed of at most 100 characters, a drawn lot for one",
        )
    if not 1 <= wanted.size <= MOST:
        raise DossierError("sample_bad", what=f"件数应为 1 至 {MOST}", what_en=f"its size is 1 to {MOST}")
    if wanted.first > wanted.last:
        raise DossierError("sample_bad", what="期间起止颠倒", what_en="the period ends before it begins")
    if wanted.mode and wanted.mode not in CLOSING_MODES:
        raise DossierError("sample_bad", what=f"没有结案方式 {wanted.mode}", what_en=f"there is no closing mode {wanted.mode}")
    with office.db.write() as session:
        known = _population(session, wanted)
        if not known:
            raise DossierError("sample_bad", what="这个期间没有符合条件的已结案件", what_en="no such case was closed in this period")
        chosen = pick(wanted.seed, list(known), wanted.size)
        digest = hashlib.sha256("\n".join(sorted(known)).encode()).hexdigest()
        sample = QualitySample(
            seed=wanted.seed, first=wanted.first, last=wanted.last, mode=wanted.mode or None, team=wanted.team or None, population=len(known),
            population_digest=digest, drawn_by_id=actor.id, drawn_at=office.clock.now(),
        )  # fmt: skip
        sample.checks = [QualityCheck(position=place, case_id=known[case_no]) for place, case_no in enumerate(chosen, 1)]
        session.add(sample)
        session.flush()
        detail = {"seed": wanted.seed, "from": str(wanted.first), "until": str(wanted.last), "mode": wanted.mode, "team": wanted.team}
        _note(office, session, actor, sample.id, "draw", detail | {"population": len(known), "digest": digest, "cases": chosen})
        return _sample(sample)


def _population(session: Session, wanted: Wanted) -> dict[str, int]:
    query = select(Case.case_no, Case.id).where(Case.closed_on >= wanted.first, Case.closed_on <= wanted.last)
    if wanted.mode:
        query = query.where(Case.closing_mode == wanted.mode)
    if wanted.team:
        query = query.join(Team, Team.id == Case.team_id).where(Team.name == wanted.team)
    return {row.case_no: row.id for row in session.execute(query)}


def score(
    office: Office, actor: Actor, number: int, position: int, deductions: Sequence[tuple[str, int]], remark: str = ""
) -> dict[str, Any]:
    """Fills in one score sheet: 100 less the points of the deductions. A second time replaces it; the ledger keeps both.

    Raises sample_unknown, not_allowed, own_review (who turned a key in the case's review), score_bad.
    """
    access.demand(actor, "sample.score")
    items = [(what.strip(), points) for what, points in deductions if what.strip() or points]
    if any(not what or not 1 <= points <= FULL or len(what) > 500 for what, points in items) or len(items) > 100 or len(remark) > 2000:
        raise DossierError(
            "score_bad", what="每项扣分须写明事由和 1 至 100 的分值", what_en="each deduction says what it is for and 1 to 100 points"
        )
    with office.db.write() as session:
        sample = _load(session, number)
        check = next((one for one in sample.checks if one.position == position), None)
        if check is None:
            raise DossierError("sample_unknown", number=f"{number}-{position}")
        if _reviewed(session, actor, check.case_id):
            raise DossierError("own_review")
        check.deductions = [{"what": what, "points": points} for what, points in items]
        check.score, check.remark = max(0, FULL - sum(points for _, points in items)), remark.strip()
        check.checked_by_id, check.checked_at = actor.id, office.clock.now()
        session.flush()
        session.refresh(check)
        _note(
            office, session, actor, sample.id, "score",
            {"position": position, "score": check.score, "deductions": check.deductions, "remark": check.remark}, check.case_id,
        )  # fmt: skip
        return _check(check)


def _reviewed(session: Session, actor: Actor, case_id: int) -> bool:
    query = (
        select(ClosingOpinion.id)
        .join(ClosingReview)
        .where(ClosingReview.case_id == case_id, or_(ClosingOpinion.person_id.in_(actor.persons), ClosingOpinion.for_id.in_(actor.persons)))
    )
    return session.execute(query.limit(1)).first() is not None


def _note(
    office: Office, session: Session, actor: Actor, sample: int, action: str, detail: dict[str, Any], case: int | None = None
) -> None:
    ledger.append(
        session,
        at=office.clock.now(),
        actor=actor.login,
        action=f"sample.{action}",
        subject=f"sample:{sample}",
        case_id=case,
        detail=detail,
    )


def _load(session: Session, number: int) -> QualitySample:
    sample = session.get(QualitySample, number)
    if sample is None:
        raise DossierError("sample_unknown", number=number)
    return sample


def sample_json(office: Office, actor: Actor, number: int) -> dict[str, Any]:
    """A sample with its cases and score sheets. Raises sample_unknown, not_allowed."""
    access.demand(actor, "sample.read")
    with office.db.read() as session:
        return _sample(_load(session, number))


def samples(office: Office, actor: Actor, page: int = 1) -> dict[str, Any]:
    """{"rows","total","page","last"}: the samples, the newest first."""
    access.demand(actor, "sample.read")
    with office.db.read() as session:
        total = session.execute(select(func.count()).select_from(QualitySample)).scalar_one()
        query = select(QualitySample).order_by(QualitySample.id.desc()).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
        rows = [_sample(one) for one in session.execute(query).scalars()]
    return {"rows": rows, "total": total, "page": page, "last": max(1, -(-total // PER_PAGE))}


def _sample(sample: QualitySample) -> dict[str, Any]:
    checks = [_check(one) for one in sample.checks]
    scores = [one["score"] for one in checks if one["score"] is not None]
    return {
        "number": sample.id,
        "seed": sample.seed,
        "from": sample.first.isoformat(),
        "until": sample.last.isoformat(),
        "mode": sample.mode,
        "team": sample.team,
        "population": sample.population,
        "population_digest": sample.population_digest,
        "drawn_by": sample.drawn_by.display if sample.drawn_by else None,
        "drawn_at": local(sample.drawn_at).isoformat(timespec="seconds"),
        "size": len(checks),
        "scored": len(scores),
        "average": round(sum(scores) / len(scores), 1) if scores else None,
        "checks": checks,
    }


def _check(check: QualityCheck) -> dict[str, Any]:
    return {
        "position": check.position,
        "case_no": check.case.case_no if check.case else None,
        "handler": check.case.handler if check.case else None,
        "clerk": check.case.clerk if check.case else None,
        "score": check.score,
        "deductions": list(check.deductions or []),
        "remark": check.remark or "",
        "checked_by": check.checked_by.display if check.checked_by else None,
        "checked_at": local(check.checked_at).isoformat(timespec="seconds") if check.checked_at else None,
    }
