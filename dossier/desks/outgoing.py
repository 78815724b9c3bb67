"""What the court's process system is told: something final that happens comes in; in the same transaction a numbered message of its case goes out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier import people
from dossier.clock import local
from dossier.desks.handover import next_number
from dossier.lifecycle import LOAN_KINDS, SUBMISSION
from dossier.office import Office
from dossier.records import jobs, ledger
from dossier.records.tables import EXPORT_KINDS, Case, ClosingReview, Document, ExportMessage, Loan, Submission

SCHEMA = "dossier.export/1"
EXPORT_PRIORITY = 40  # after everything that papers wait for


def handed(office: Office, session: Session, kind: str, one: Submission, documents: Iterable[Document], **more: Any) -> None:
    """A hand-over was decided, ruled on or taken back, or one of its papers moved away. more: members of the message besides."""
    chosen = list(documents)
    shown = [paper for paper in chosen if _told(office, _is_sub(office, paper))]
    if not office.carrier.wanted or (chosen and not shown):
        return
    members = {"hand_over": _hand_over(one), "documents": [document_json(office, paper) for paper in shown], **more}
    _queue(office, session, kind, one.case, members, sub=any(_is_sub(office, paper) for paper in shown))


def placed(office: Office, session: Session, one: Submission, volumes: Mapping[str, int], new: Iterable[int]) -> None:
    """Volumes (kind → version) have a new contents list; new: the ids of the documents of this hand-over that came into it."""
    kinds = {kind: version for kind, version in volumes.items() if _told(office, kind == "sub")}
    if not office.carrier.wanted or not kinds:
        return
    ids = set(new)
    shown = [paper for paper in one.documents if paper.id in ids and paper.volume is not None and paper.volume.kind in kinds]
    members = {
        "hand_over": _hand_over(one),
        "documents": [document_json(office, paper) for paper in shown],
        "volumes": [
            {"volume": kind, "version": version, "contents": _contents(session, one.case, kind)} for kind, version in kinds.items()
        ],
    }
    _queue(office, session, "placed", one.case, members, sub="sub" in kinds)


def reviewed(office: Office, session: Session, kind: str, case: Case, review: ClosingReview) -> None:
    """A closing review was approved, returned or withdrawn."""
    if office.carrier.wanted:
        told = {"mode": review.mode, "closing_paper_of": _day(review.day), "closed_on": _day(review.closed_on)}
        _queue(office, session, kind, case, {"review": told})


def lent(office: Office, session: Session, kind: str, loan: Loan, sheets: int) -> None:
    """Paper of a volume left the house's hands, or the last sheet of it is back."""
    sub = loan.volume.kind == "sub"
    if office.carrier.wanted and _told(office, sub):
        told = {
            "loan_no": loan.loan_no, "kind": loan.kind, "kind_name": LOAN_KINDS[loan.kind], "volume": loan.volume.kind, "whole": loan.whole,
            "sheets": sheets, "until": _day(loan.until),
        }  # fmt: skip
        _queue(office, session, kind, loan.case, {"loan": told}, sub=sub)


def _told(office: Office, sub: bool) -> bool:
    return not sub or office.settings.export_sub == "allow"


def _is_sub(office: Office, paper: Document) -> bool:
    """Whether a paper lies in the 副卷, or would."""
    if paper.volume is not None:
        return paper.volume.kind == "sub"
    known = office.rules.for_case(paper.submission.case).types.get(paper.type_id or "")
    return known is not None and known.volume == "sub"


def _queue(office: Office, session: Session, kind: str, case: Case, members: Mapping[str, Any], *, sub: bool = False) -> None:
    now = office.clock.now()
    number = next_number(session, f"export:{case.id}")
    body = {
        "schema": SCHEMA, "case_no": case.case_no, "number": number, "kind": kind, "kind_name": EXPORT_KINDS[kind], "at": _moment(now),
        "court": case.court, "case_state": case.state, **members,
    }  # fmt: skip
    row = ExportMessage(case_id=case.id, number=number, kind=kind, body=body, sub=sub, made_at=now)
    session.add(row)
    session.flush()
    detail = {"number": number, "kind": kind}
    ledger.append(session, at=now, actor=people.SYSTEM, action="export.queue", subject=f"export:{row.id}", case_id=case.id, detail=detail)
    wake(office, session, case.id)


def head(session: Session, case_id: int) -> ExportMessage | None:
    """The message of a case that goes next: none overtakes another."""
    waiting = select(ExportMessage).where(ExportMessage.case_id == case_id, ExportMessage.state.in_(("queued", "failed")))
    return session.execute(waiting.order_by(ExportMessage.number).limit(1)).scalar_one_or_none()


def wake(office: Office, session: Session, case_id: int) -> None:
    """Has the next message of a case sent, unless it was given up: then a person says when, and what follows waits behind it."""
    first = head(session, case_id)
    if first is not None and first.state == "queued":
        jobs.again(session, "export", case_id, priority=EXPORT_PRIORITY, at=office.clock.now())


def document_json(office: Office, paper: Document) -> dict[str, Any]:
    """A paper as the process system is told of it: what it is, what it proves, where it lies, never its words."""
    catalogue = office.rules.for_case(paper.submission.case)
    known = catalogue.types.get(paper.type_id or "")
    return {
        "receipt_no": paper.submission.receipt_no,
        "document": paper.number,
        "state": paper.state,
        "type": paper.type_id,
        "name": known.name if known is not None else None,
        "nodes": [{"id": node.id, "name": node.name} for node in catalogue.nodes_of(paper.type_id or "")],
        "case_no": paper.case_no,
        "dated": _day(paper.dated),
        "pages": len(paper.pages),
        "volume": paper.volume.kind if paper.volume is not None else None,
        "serial": paper.serial,
        "first_page": paper.first_page,
        "last_page": paper.last_page,
        "signed_at": _moment(paper.signed_at),
        "digest": digest(paper),
    }


def digest(paper: Document) -> str:
    """SHA-256 in hex over the canonical JSON of what is bound together: type, case number, day, and each page's file, place in it and picture."""
    pages = [{"sha256": page.file.sha256, "page": page.number, "picture": page.digest} for page in paper.pages]
    facts = {"type": paper.type_id, "case_no": paper.case_no, "dated": _day(paper.dated), "pages": pages}
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _hand_over(one: Submission) -> dict[str, Any]:
    return {
        "receipt_no": one.receipt_no,
        "state": one.state,
        "state_name": SUBMISSION.names[one.state],
        "handed_by": one.handed_by.display,
        "handed_at": _moment(one.received_at),
        "decided_at": _moment(one.decided_at),
        "again_of": one.again_of.receipt_no if one.again_of is not None else None,
        "addendum": one.addendum,
    }


def _contents(session: Session, case: Case, kind: str) -> list[dict[str, Any]]:
    """Where each paper of a volume stands now: page numbers move while a dossier grows."""
    volume = next(one for one in case.volumes if one.kind == kind)
    query = select(Document).where(Document.volume_id == volume.id, Document.state == "placed").order_by(Document.serial)
    return [
        {
            "receipt_no": paper.submission.receipt_no, "document": paper.number, "serial": paper.serial, "first_page": paper.first_page,
            "last_page": paper.last_page,
        }
        for paper in session.execute(query).scalars()
    ]  # fmt: skip


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _moment(at: datetime | None) -> str | None:
    return local(at).isoformat(timespec="seconds") if at is not None else None
