"""Messages on their way out: a row comes in, a mail or a signed request goes out; what failed waits, tries again, and at last stays visible."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, not_, or_, select
from sqlalchemy.orm import Session

from dossier import access, messengers, people
from dossier.access import Actor
from dossier.clock import local
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import jobs, ledger
from dossier.records.tables import CHANNELS, NOTICE_KINDS, Delivery, Job, Person

# About a day and a half in all: a mail server that is away for a night loses nothing.
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1200))
STATES = {"sent": "已送出", "waiting": "等待送出", "failed": "未送达"}
PER_PAGE = 50


def deliver(office: Office, delivery_id: int) -> Callable[[Session], None]:
    """One try; raises what went wrong. A crash after it and before the commit sends a second copy under the same number."""
    with office.db.read() as session:
        one = session.get(Delivery, delivery_id)
        if one is None:
            raise DossierError("internal", ref=f"delivery {delivery_id}")
        reached = one.channel != "mail" or session.execute(select(Person.id).where(Person.mail == one.target, ~Person.disabled)).first()
    now = office.clock.now()
    if one.sent_at is None:
        if not reached:
            # Tries go on for days: who left meanwhile, or has another address now, is told nothing more at the old one.
            raise ConnectionError("no open account has this address any more")
        _send(office, one)

    def apply(session: Session) -> None:
        row = session.get(Delivery, delivery_id)
        if row is not None and row.sent_at is None:
            row.sent_at = now
            detail = {"channel": row.channel, "kind": row.body["kind"]}
            ledger.append(session, at=now, actor=people.SYSTEM, action="notice.send", subject=f"delivery:{row.id}", detail=detail)

    return apply


def _send(office: Office, one: Delivery) -> None:
    settings, now = office.settings, office.clock.now()
    if one.channel == "webhook":
        if not settings.webhook_url:
            raise ConnectionError("DOSSIER_WEBHOOK_URL is not set any more")
        messengers.push(settings, {"id": one.id, **one.body}, number=one.id, at=now)
        return
    if not settings.smtp_url:
        raise ConnectionError("DOSSIER_SMTP_URL is not set any more")
    kind = NOTICE_KINDS[one.body["kind"]]
    link = f"\n\n{settings.site_url}/notices" if settings.site_url else ""
    text = f"{one.body['text']}。\n\n请登录卷宗管理中心查看详情。{link}\n\n{settings.court} 卷宗管理中心\n（系统自动发送，请勿回复）\n"
    messengers.mail(settings, one.target, f"【卷宗管理中心】{kind}", text, number=one.id, at=now)


def deliveries(office: Office, actor: Actor, state: str = "", page: int = 1) -> dict[str, Any]:
    """{"total","page","last","rows"}: what went out and what did not, newest first, without the words. Raises not_allowed."""
    access.demand(actor, "delivery.read")
    with office.db.read() as session:
        query = select(Delivery, Job).outerjoin(Job, Job.key == "deliver:" + cast(Delivery.id, String))
        if state in STATES:
            query = query.where(_in_state(state))
        total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
        last = max(1, -(-total // PER_PAGE))
        page = min(max(1, page), last)
        found = session.execute(query.order_by(Delivery.id.desc()).limit(PER_PAGE).offset((page - 1) * PER_PAGE))
        return {"total": total, "page": page, "last": last, "rows": [_json(one, job) for one, job in found]}


def _in_state(state: str) -> ColumnElement[bool]:
    if state == "sent":
        return Delivery.sent_at.is_not(None)
    failed = or_(Job.id.is_(None), Job.state == "failed")
    return and_(Delivery.sent_at.is_(None), failed if state == "failed" else not_(failed))


def _state(one: Delivery, job: Job | None) -> str:
    if one.sent_at is not None:
        return "sent"
    return "failed" if job is None or job.state == "failed" else "waiting"


def _json(one: Delivery, job: Job | None) -> dict[str, Any]:
    state = _state(one, job)
    why = (job.error or "").strip().splitlines()[-1:] if job is not None and state != "sent" else []
    again = job.not_before if job is not None and state == "waiting" else None
    return {
        "id": one.id,
        "channel": one.channel,
        "channel_name": CHANNELS[one.channel],
        "target": one.target,
        "kind": one.body["kind"],
        "kind_name": NOTICE_KINDS[one.body["kind"]],
        "made_at": local(one.made_at).isoformat(timespec="seconds"),
        "sent_at": local(one.sent_at).isoformat(timespec="seconds") if one.sent_at else None,
        "state": state,
        "state_name": STATES[state],
        "tries": job.attempt if job is not None else 0,
        "next_try": local(again).isoformat(timespec="seconds") if again else None,
        "error": why[0] if why else None,
    }


def retry(office: Office, actor: Actor) -> int:
    """Everything that was given up is tried again; how many. Raises not_allowed."""
    access.demand(actor, "delivery.retry")
    with office.db.write() as session:
        count = jobs.retry_failed(session, ("deliver",))
        if count:
            ledger.append(
                session, at=office.clock.now(), actor=actor.login, action="notice.retry", subject="delivery", detail={"count": count}
            )
        return count
