"""The outbox 回传: messages to the process system come in; sent in the order of their case, answered or given up they go out, and the unsent ones are listed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session, joinedload

from dossier import access, people
from dossier.access import Actor, Resource
from dossier.carriers.contract import Answer, said
from dossier.clock import local
from dossier.desks import bulletin, outgoing
from dossier.desks.figures import Asked
from dossier.errors import DossierError
from dossier.lifecycle import EXPORT
from dossier.listings import Column, Listing
from dossier.office import Office
from dossier.records import jobs, ledger
from dossier.records.tables import EXPORT_KINDS, ExportMessage, Job

PER_PAGE = 50
MOST_LISTED = 10_000
UNSENT = tuple(state for state in EXPORT.states if state != "confirmed")
# What a list may be asked for: nothing said means everything that the other side has not confirmed.
SHOWN = {"": "未确认", **{state: EXPORT.names[state] for state in EXPORT.states}, "all": "全部"}
NOT_SHOWN = "理由由卷宗管理员查看"
CARRIERS = {"none": "未设置", "folder": "文件夹", "push": "推送"}


def deliver(office: Office, case_id: int) -> Callable[[Session], None]:
    """One try with the next message of a case; raises what went wrong. A crash after it and before the commit sends it again, same number."""
    now = office.clock.now()
    with office.db.read() as session:
        first = outgoing.head(session, case_id)
        number, body = (first.id, payload(first)) if first is not None else (0, b"")
    answer = office.carrier.send(number, body, now) if number else None

    def apply(session: Session) -> None:
        row = session.get(ExportMessage, number) if number else None
        if row is not None and row.state in ("queued", "failed"):
            # Given up and put back among the jobs is tried again, too.
            ready = row.state if row.state == "queued" else EXPORT.move(row.state, "retry")
            row.state = EXPORT.move(ready, "send")
            row.sent_at, row.reason = now, None
            _note(office, session, people.SYSTEM, row, "send", way=office.carrier.name)
            if answer is not None:
                _settle(office, session, people.SYSTEM, row, answer)
        outgoing.wake(office, session, case_id)

    return apply


def payload(row: ExportMessage) -> bytes:
    """The message as it leaves, the same at every try: UTF-8 JSON; `message` is the number that both sides call it by."""
    return (json.dumps({**row.body, "message": row.id}, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def give_up(office: Office, case_id: int) -> Callable[[Session], None]:
    """The message could not be sent in all its tries: it stands in the unsent list, and what follows in its case waits."""

    def apply(session: Session) -> None:
        row = outgoing.head(session, case_id)
        if row is None or row.state == "failed":
            return
        job = session.execute(select(Job).where(Job.key == f"export:{case_id}")).scalar_one()
        row.state, row.reason = EXPORT.move(row.state, "give_up"), said(_last_line(job.error) or "")
        _note(office, session, people.SYSTEM, row, "give_up")

    return apply


def collect(office: Office) -> int:
    """Takes down what the other side has left in the folder since; how many answers."""
    if not office.carrier.wanted:
        return 0
    with office.db.read() as session:
        # What was given up was never told to have arrived: only its next try can say whether an answer that lies there is to it.
        open_ones = session.execute(select(ExportMessage.id).where(ExportMessage.state == "sent")).scalars().all()
    answers = office.carrier.answers(open_ones) if open_ones else []
    if not answers:
        return 0
    with office.db.write() as session:
        for answer in answers:
            row = session.get(ExportMessage, answer.number)
            if row is not None and row.state == "sent":
                _settle(office, session, people.SYSTEM, row, answer)
                outgoing.wake(office, session, row.case_id)
    return len(answers)


def acknowledge(office: Office, actor: Actor, number: int, *, taken: bool, reason: str = "") -> dict[str, Any]:
    """The process system says that it took a message, or refused it with a reason; said twice it counts once. The message's row.

    Raises not_allowed, export_unknown, reason_missing, move_refused.
    """
    access.demand(actor, "export.acknowledge")
    if not taken and not said(reason):
        raise DossierError("reason_missing")
    with office.db.write() as session:
        row = _load(session, number)
        if outgoing.head(session, row.case_id) is row:
            jobs.afresh(session, f"export:{row.case_id}")
        _settle(office, session, actor.login, row, Answer(number, taken, said(reason)))
        outgoing.wake(office, session, row.case_id)
        session.flush()
        return _json(row, None, shown=False)


def _settle(office: Office, session: Session, who: str, row: ExportMessage, answer: Answer) -> None:
    act = "confirm" if answer.taken else "reject"
    if row.state == EXPORT.moves["sent", act]:
        return
    row.state = EXPORT.move(row.state, act)
    row.answered_at, row.reason = office.clock.now(), answer.reason or None
    _note(office, session, who, row, act)


def retry(office: Office, actor: Actor, number: int | None = None) -> int:
    """Sends again: one message that is not confirmed, or all that were given up; how many. Raises not_allowed, export_unknown, move_refused."""
    access.demand(actor, "export.retry")
    with office.db.write() as session:
        if number is not None:
            rows: Sequence[ExportMessage] = [_load(session, number)]
        else:
            rows = session.execute(select(ExportMessage).where(ExportMessage.state == "failed").order_by(ExportMessage.id)).scalars().all()
        for row in rows:
            row.state = EXPORT.move(row.state, "retry")
            row.reason = row.sent_at = row.answered_at = None
            _note(office, session, actor.login, row, "retry")
            session.flush()
            if outgoing.head(session, row.case_id) is row:
                jobs.afresh(session, f"export:{row.case_id}")
            outgoing.wake(office, session, row.case_id)
        return len(rows)


def show(office: Office, actor: Actor, number: int) -> dict[str, Any]:
    """A message as it leaves, with "state". Raises not_allowed (also who may not read the 副卷, when it tells of that), export_unknown."""
    access.demand(actor, "export.show")
    with office.db.write() as session:
        row = _load(session, number)
        access.demand(actor, "export.show", Resource(team=row.case.team_id, sub=row.sub))
        _note(office, session, actor.login, row, "show")
        return {**json.loads(payload(row)), "state": row.state}


def _load(session: Session, number: int) -> ExportMessage:
    row = session.get(ExportMessage, number) if number.bit_length() < 64 else None
    if row is None:
        raise DossierError("export_unknown", number=number)
    return row


def listing(office: Office, actor: Actor, state: str = "", page: int = 1) -> dict[str, Any]:
    """{"total","page","last","rows","counts","way"}: messages by number, what they say left out. state: a key of SHOWN.

    Who has no business with cases is told no case numbers, nor why a message was refused. Raises not_allowed, bad_request.
    """
    access.demand(actor, "export.read")
    with office.db.read() as session:
        total = sum(n for one, n in counts(session).items() if one in _states(state))
        last = max(1, -(-total // PER_PAGE))
        page = min(max(1, page), last)
        rows = _rows(session, actor, state, PER_PAGE, (page - 1) * PER_PAGE)
        return {
            "total": total, "page": page, "last": last, "rows": rows, "counts": counts(session), "way": office.carrier.name,
            "way_name": CARRIERS[office.carrier.name],
        }  # fmt: skip


def _states(state: str) -> tuple[str, ...]:
    if state not in SHOWN:
        raise DossierError("bad_request", what="state")
    return {"": UNSENT, "all": EXPORT.states}.get(state, (state,))


def _rows(session: Session, actor: Actor, state: str, most: int, skip: int = 0) -> list[dict[str, Any]]:
    """What is unsent oldest first, for it goes first; everything else newest first."""
    order = ExportMessage.id if state not in ("all", "confirmed") else ExportMessage.id.desc()
    query = (
        select(ExportMessage, Job)
        .outerjoin(Job, Job.key == "export:" + cast(ExportMessage.case_id, String))
        .where(ExportMessage.state.in_(_states(state)))
        .options(joinedload(ExportMessage.case))
    )
    shown = access.could(actor, "case.list")
    rows = [_json(row, job, shown=shown) for row, job in session.execute(query.order_by(order).limit(most).offset(skip))]
    for row in rows:
        if not shown and row["state"] == "rejected":
            # The other side's words may name the case and its people.
            row["reason"] = NOT_SHOWN
    return rows


def counts(session: Session) -> dict[str, int]:
    """How many messages are in each state, none left out."""
    found = session.execute(select(ExportMessage.state, func.count()).group_by(ExportMessage.state))
    return dict.fromkeys(EXPORT.states, 0) | {row[0]: row[1] for row in found}


def state_counts(office: Office) -> dict[str, int]:
    """The same for the health page and the metrics, which name no message."""
    with office.db.read() as session:
        return counts(session)


def _json(row: ExportMessage, job: Job | None, *, shown: bool) -> dict[str, Any]:
    trying = job if job is not None and row.state == "queued" and job.state in ("queued", "leased") else None
    return {
        "message": row.id,
        "case_no": row.case.case_no if shown else None,
        "number": row.number,
        "kind": row.kind,
        "kind_name": EXPORT_KINDS[row.kind],
        "made_at": _moment(row.made_at),
        "state": row.state,
        "state_name": EXPORT.names[row.state],
        "sent_at": _moment(row.sent_at),
        "answered_at": _moment(row.answered_at),
        "next_try": _moment(trying.not_before) if trying is not None else None,
        "reason": row.reason or (_last_line(trying.error) if trying is not None else None),
        "acts": [act for act in EXPORT.allowed(row.state) if act == "retry"],
    }


def written(office: Office, actor: Actor, state: str, kind: str, folder: Path) -> Path:
    """The list as csv or xlsx in a folder, at most MOST_LISTED rows. Raises not_allowed, bad_request, export_failed."""
    access.demand(actor, "export.read")
    with office.db.read() as session:
        rows = _rows(session, actor, state, MOST_LISTED)
        total = sum(n for one, n in counts(session).items() if one in _states(state))
    columns = (
        Column("编号", 6, "number"), Column("案号", 16), Column("案内序号", 6, "number"), Column("事由", 8), Column("形成", 12), Column("状态", 8),
        Column("送出", 12), Column("答复", 12), Column("原因", 24),
    )  # fmt: skip
    keys = ("message", "case_no", "number", "kind_name", "made_at", "state_name", "sent_at", "answered_at", "reason")
    heads = (("法院", office.settings.court), ("范围", SHOWN[state]))
    notes = (f"只列出 {len(rows)} 件，共 {total} 件。",) if total > len(rows) else ()
    table = Listing("回传", f"办案系统回传·{SHOWN[state]}", heads, columns, tuple(tuple(row[key] for key in keys) for row in rows), notes)
    return bulletin.save(office, [table], kind, folder, Asked())


def _last_line(text: str | None) -> str | None:
    lines = (text or "").strip().splitlines()
    return lines[-1] if lines else None


def _moment(at: Any) -> str | None:
    return local(at).isoformat(timespec="seconds") if at is not None else None


def _note(office: Office, session: Session, who: str, row: ExportMessage, act: str, **more: Any) -> None:
    detail = {"number": row.number, "kind": row.kind, **({"reason": row.reason} if row.reason else {}), **more}
    ledger.append(
        session, at=office.clock.now(), actor=who, action=f"export.{act}", subject=f"export:{row.id}", case_id=row.case_id, detail=detail
    )
