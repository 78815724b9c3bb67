"""One document of the dossier: its id comes in; where it came from, who signed for it, its other versions, and copies marked with the taker's name go out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from dossier import access
from dossier.access import Actor
from dossier.binding import BindDocument, BindError
from dossier.binding.copy import write_copy
from dossier.clock import local
from dossier.desks.exporting import bind_page
from dossier.desks.receiving import resource_of
from dossier.desks.viewing import may_see
from dossier.errors import DossierError
from dossier.lifecycle import DOCUMENT
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Document, LedgerEvent, Page, Person, Submission, Volume
from scanners.contract import UnreadableError

# Other papers of the same type in a case that are told beside a document, the newest first.
SHOWN = 50
COPIED = 300
# A Chinese character takes three bytes of the 255 that a file's name may have.
NAMED = 60


def document_view(office: Office, actor: Actor, document_id: int) -> dict[str, Any]:
    """{"id","name",…,"handed_by","signed_by","volume","versions":[…],"pages":[…]}: the paper's way into the dossier. The ledger has the reading.

    versions: every paper of its type that the case was handed, and what became of it. Raises page_unknown, also when the actor may not see it.
    """
    with office.db.write() as session:
        document = _seen(session, actor, document_id)
        submission, volume = document.submission, document.volume
        view = {
            **_told(document),
            "case_no": submission.case.case_no,
            "type": document.type_id,
            "title": document.title,
            "why": document.why,
            "confident": document.confident,
            "serial": document.serial,
            "first_page": document.first_page,
            "last_page": document.last_page,
            "typed_by": _name(session, document.typed_by_id),
            "volume": volume.kind if volume is not None else None,
            "volume_versions": _volume_versions(session, volume, submission.receipt_no) if volume is not None else [],
            "versions": [_told(one) for one in _alike(session, document) if _may(actor, one)],
            "pages": [{"id": page.id, "file": page.file.name, "page": page.number, "page_no": page.page_no} for page in document.pages],
            "may_copy": _may_copy(actor, document.pages),
        }
        ledger.append(
            session, at=office.clock.now(), actor=actor.login, action="document.read", subject=f"document:{document.id}",
            case_id=document.case_id, detail={"pages": len(document.pages)},
        )  # fmt: skip
    return view


def _seen(session: Session, actor: Actor, document_id: int) -> Document:
    document = session.get(Document, document_id)
    if document is None or not _may(actor, document):
        raise DossierError("page_unknown")
    return document


def _may(actor: Actor, document: Document) -> bool:
    return all(may_see(actor, page) for page in document.pages)


def _may_copy(actor: Actor, pages: Sequence[Page]) -> bool:
    for page in pages:
        submission, document = page.submission, page.document
        sub = document is not None and document.volume is not None and document.volume.kind == "sub"
        if not access.decide(actor, "page.copy", replace(resource_of(submission), sub=sub)):
            return False
    return True


def _told(document: Document) -> dict[str, Any]:
    """What the list of versions tells of a paper."""
    submission = document.submission
    decided = submission.decided_at
    return {
        "id": document.id,
        "name": document.name,
        "dated": document.dated.isoformat() if document.dated else None,
        "state": document.state,
        "state_name": DOCUMENT.names[document.state],
        "receipt_no": submission.receipt_no,
        "again_of": submission.again_of.receipt_no if submission.again_of else None,
        "handed_by": submission.handed_by.display,
        "handed_at": local(submission.received_at).isoformat(timespec="seconds"),
        "decided_by": submission.decided_by.display if submission.decided_by else ("系统" if decided else None),
        "decided_at": local(decided).isoformat(timespec="seconds") if decided else None,
        "signed_at": local(document.signed_at).isoformat(timespec="seconds") if document.signed_at else None,
        "page_count": len(document.pages),
    }


def _name(session: Session, person_id: int | None) -> str | None:
    person = session.get(Person, person_id) if person_id is not None else None
    return person.display if person is not None else None


def _alike(session: Session, document: Document) -> Sequence[Document]:
    """The papers of the same type that were handed in for the case, this one among them, the newest first."""
    if document.type_id is None:
        return [document]
    query = (
        select(Document)
        .where(Document.case_id == document.case_id, Document.type_id == document.type_id)
        .options(
            joinedload(Document.submission).joinedload(Submission.handed_by),
            joinedload(Document.volume),
            selectinload(Document.pages),
        )
        .order_by(Document.id.desc())
        .limit(SHOWN)
    )
    return session.scalars(query).all()


def _volume_versions(session: Session, volume: Volume, receipt_no: str) -> list[dict[str, Any]]:
    """The versions of the volume that the hand-over made: [{"version","at"}]."""
    events = session.scalars(
        select(LedgerEvent)
        .where(LedgerEvent.subject == f"volume:{volume.id}", LedgerEvent.action == "volume.place")
        .order_by(LedgerEvent.seq)
    )
    return [
        {"version": event.detail["version"], "at": local(event.at).isoformat(timespec="seconds")}
        for event in events
        if event.detail.get("receipt_no") == receipt_no
    ]


def copy_page(office: Office, actor: Actor, page_id: int, folder: Path) -> Path:
    """A PDF of one page with the taker's name and the time across it. Raises page_unknown, not_allowed, page_unread, export_failed, tool_missing."""
    with office.db.write() as session:
        page = session.get(Page, page_id)
        if page is None or not may_see(actor, page):
            raise DossierError("page_unknown")
        name = page.document.name if page.document is not None else page.file.name
        taken = _taken(office, actor, session, [page], f"{name} 第{page.page_no or page.number}页")
    return _written(office, taken, folder)


def copy_document(office: Office, actor: Actor, document_id: int, folder: Path) -> Path:
    """A PDF of a document's pages, marked as copy_page() does. Raises as it."""
    with office.db.write() as session:
        document = _seen(session, actor, document_id)
        taken = _taken(office, actor, session, document.pages, document.name)
    return _written(office, taken, folder)


@dataclass(frozen=True)
class _Taken:
    """A copy that may be made and is in the ledger: its pages (ids), the paper's name, its watermark and its title."""

    pages: tuple[int, ...]
    name: str
    mark: str
    title: str


def _taken(office: Office, actor: Actor, session: Session, pages: Sequence[Page], name: str) -> _Taken:
    if not _may_copy(actor, pages):
        raise DossierError("not_allowed")
    if not pages or len(pages) > COPIED or any(page.state != "read" or not page.width for page in pages):
        raise DossierError("page_unread", most=COPIED)
    case, now = pages[0].submission.case, office.clock.now()
    ledger.append(
        session, at=now, actor=actor.login, action="page.copy", subject=f"page:{pages[0].id}", case_id=case.id,
        detail={"pages": [page.id for page in pages]},
    )  # fmt: skip
    mark = f"{office.settings.court} {actor.display}（{actor.login}）{local(now):%Y-%m-%d %H:%M} 查阅"
    return _Taken(tuple(page.id for page in pages), name, mark, f"{case.case_no} {name}")


def _bound(office: Office, taken: _Taken) -> BindDocument:
    """Beside the transaction that wrote the event: pictures that have to be made again would keep every writer waiting."""
    try:
        with office.db.read() as session:
            return BindDocument(1, taken.name, tuple(bind_page(office, session.get_one(Page, page)) for page in taken.pages))
    except UnreadableError as error:
        raise DossierError(error.code) from error


def _written(office: Office, taken: _Taken, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / f"{re.sub(r'[^0-9A-Za-z一-鿿（）()-]+', '-', taken.title)[:NAMED]}.pdf"
    try:
        write_copy(_bound(office, taken), taken.mark, taken.title, out)
    except BindError as error:
        raise DossierError("tool_missing" if error.code == "font_missing" else "export_failed", what=str(error)) from error
    return out
