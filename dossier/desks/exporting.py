"""Taking a volume out: a case comes in, the bound PDF/A of one of its volumes goes out."""

from __future__ import annotations

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier import access
from dossier.access import Actor, Resource
from dossier.binding import BindDocument, BindError, BindNote, BindPage, BindVolume, bind
from dossier.clock import local
from dossier.desks.cases import case_json, load
from dossier.desks.placing import require_version
from dossier.errors import DossierError
from dossier.office import Office
from dossier.pages import restore_picture
from dossier.records import ledger
from dossier.records.tables import Document, Page, Volume
from dossier.translate import box_of
from ocr.contract import Line

FILE_NAMES = {"main": "正卷", "sub": "副卷", "pouch": "证据袋"}


def export_pdf(office: Office, actor: Actor, case_no: str, kind: str, folder: Path) -> Path:
    """Binds a volume into `folder` and returns the file. Raises case_unknown, volume_empty, not_allowed, damaged."""
    with office.db.write() as session:
        case = load(session, case_no)
        access.demand(actor, "case.export", Resource(team=case.team_id, sub=kind == "sub"))
        volume = session.execute(select(Volume).where(Volume.case_id == case.id, Volume.kind == kind)).scalar_one_or_none()
        documents = _placed(session, volume) if volume is not None else []
        if volume is None or not documents:
            raise DossierError("volume_empty", case_no=case_no)
        require_version(office, volume)
        bound = _bound(office, volume, documents)
        ledger.append(
            session,
            at=office.clock.now(),
            actor=actor.login,
            action="volume.export",
            subject=f"volume:{volume.id}",
            case_id=case.id,
            detail={"as": "pdf", "version": volume.head},
        )
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / f"{re.sub(r'[^0-9A-Za-z一-鿿（）()-]', '_', case_no)}-{FILE_NAMES[kind]}.pdf"
    try:
        with _only_one(office.settings.home / "bound" / f"{volume.case_id}-{kind}") as cache:
            bind(bound, out, cache)
    except BindError as error:
        code = "tool_missing" if error.code == "font_missing" else "export_failed"
        raise DossierError(code, what=str(error)) from error
    return out


@contextmanager
def _only_one(cache: Path) -> Iterator[Path]:
    """The cache of one volume, for one binding at a time, whichever process binds."""
    cache.mkdir(parents=True, exist_ok=True)
    with cache.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield cache


def _placed(session: Session, volume: Volume) -> list[Document]:
    return list(
        session.execute(
            select(Document).where(Document.volume_id == volume.id, Document.state == "placed").order_by(Document.serial)
        ).scalars()
    )


def _bound(office: Office, volume: Volume, documents: list[Document]) -> BindVolume:
    case = case_json(volume.case)
    latest = max(document.signed_at for document in documents if document.signed_at)
    return BindVolume(
        case_no=case["case_no"],
        court=case["court"],
        bound_on=local(latest).date(),
        documents=tuple(_document(office, document) for document in documents),
        kind=volume.kind,  # type: ignore[arg-type]  # the table's CHECK allows the same three
        cause=case["cause"],
        title_document=case["title_document"],
        amount=case["amount"] or "",
        applicants=tuple(case["applicants"]),
        respondents=tuple(case["respondents"]),
        handler=case["handler"],
        clerk=case["clerk"],
        filed_on=volume.case.filed_on,
        closed_on=volume.case.closed_on,
        result=volume.case.closing_mode or "",
        retention=str(office.rules.for_case(volume.case).switch("retention")),
        note=BindNote(compiled_by=case["clerk"], checked_by="", on=local(latest).date(), remarks=""),
    )


def _document(office: Office, document: Document) -> BindDocument:
    return BindDocument(
        serial=document.serial or 0,
        name=document.name,
        pages=tuple(bind_page(office, page) for page in document.pages),
        on=document.dated,
        document_no=document.case_no or "",
    )


def bind_page(office: Office, page: Page) -> BindPage:
    """A page as binding wants it, its picture made again when it is gone. Raises UnreadableError."""
    return BindPage(
        view=restore_picture(office, page.file_id, page.file.spool_key, page.file.kind, page.number),
        width=page.width,
        height=page.height,
        dpi=page.dpi,
        digest=page.digest,
        rotation=page.rotation,
        skew=page.skew,
        lines=tuple(Line(row["text"], row["confidence"], box_of(row["box"])) for row in page.lines),
        page_no=page.page_no,
    )
