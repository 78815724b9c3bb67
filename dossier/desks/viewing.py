"""Looking at hand-overs: rows come in, the plain values that the command line and the pages show go out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from dossier import access
from dossier.access import Actor
from dossier.clock import local
from dossier.desks import sorting
from dossier.desks.present import seen_of
from dossier.desks.receiving import load, of_team, resource_of, term
from dossier.errors import DossierError
from dossier.lifecycle import ANNOUNCEMENT, DOCUMENT, SUBMISSION
from dossier.office import Office
from dossier.pages import restore_picture, thumbnail, upright
from dossier.records import ledger
from dossier.records.tables import Announcement, Case, Document, FindingRow, Page, Submission
from dossier.translate import finding_json
from review.rulebook import Catalogue
from review.sheets import Sheet, parse, sheet_name
from scanners.contract import UnreadableError

SHOWN_LIMIT = 200
SEALED = "副卷材料"
_SAID = ("type", "reason", "file")


def submission_json(office: Office, actor: Actor, receipt_no: str) -> dict[str, Any]:
    """A hand-over with its documents, blank pages, findings and corrections; the command line contract plus what the page needs."""
    with office.db.read() as session:
        submission = load(session, receipt_no)
        access.demand(actor, "submission.read", resource_of(submission))
        return _sealed(actor, submission, _submission(office, session, _with_papers(session, submission)))


def going_on(office: Office, actor: Actor, receipt_no: str) -> dict[str, bool]:
    """{"dispute","make"}: whether this actor may dispute the hand-over and bring papers for its case, which may be another team's by now."""
    with office.db.read() as session:
        of = resource_of(load(session, receipt_no))
    make = access.decide(actor, "submission.make", access.Resource(team=of.team))
    return {"dispute": access.decide(actor, "submission.dispute", of), "make": make}


def _with_papers(session: Session, submission: Submission) -> Submission:
    """The hand-over with its pages, documents and findings at hand in a few queries; the text of the pages stays where it is."""
    bare = defer(Page.lines), defer(Page.marks), joinedload(Page.file)
    pages = selectinload(Submission.pages).options(*bare)
    documents = selectinload(Submission.documents).options(joinedload(Document.volume), selectinload(Document.pages).options(*bare))
    whole = select(Submission).where(Submission.id == submission.id).options(pages, documents, selectinload(Submission.findings))
    return session.scalars(whole.execution_options(populate_existing=True)).one()


def _submission(office: Office, session: Session, submission: Submission) -> dict[str, Any]:
    catalogue = office.rules.for_case(submission.case)
    pages = submission.pages
    done = sorting.acts(session, submission)
    behind = sorting.behind(session, submission)
    later = select(Submission.receipt_no).where(Submission.again_of_id == submission.id, Submission.state != "withdrawn")
    return {
        "receipt_no": submission.receipt_no,
        "case_no": submission.case.case_no,
        "state": submission.state,
        "state_name": SUBMISSION.names[submission.state],
        "acts": list(SUBMISSION.allowed(submission.state)),
        "team": submission.team.name if submission.team else None,
        "handed_by": submission.handed_by.display,
        "received_at": local(submission.received_at).isoformat(timespec="seconds"),
        "decided_at": local(submission.decided_at).isoformat(timespec="seconds") if submission.decided_at else None,
        "decided_by": submission.decided_by.display if submission.decided_by else None,
        "reason": submission.reason,
        "rules_version": submission.rules_version,
        "node": submission.node or None,
        "node_name": _node_name(office, submission),
        "addendum": submission.addendum,
        "preview": submission.preview,
        "again_of": submission.again_of.receipt_no if submission.again_of else None,
        "again": list(session.execute(later).scalars()),
        "declared": submission.declared,
        "files": [{"name": f.name, "sha256": f.sha256, "bytes": f.bytes, "pages": f.page_count} for f in submission.files],
        "rejects": list(submission.rejects),
        "busy": _busy(session, submission.id),
        "pages_total": len(pages),
        "pages_read": sum(page.state in ("read", "unreadable") for page in pages),
        "pages": [{**_page(page), "behind": behind.get(page.id)} for page in pages],
        "documents": [_document(document) for document in submission.documents],
        "blank_pages": [{"file": p.file.name, "page": p.number} for p in pages if p.blank],
        "announcements": [
            {"number": one.number, "what": one.what, "sheets": one.sheets, "state": one.state, "state_name": ANNOUNCEMENT.names[one.state]}
            for one in session.execute(select(Announcement).where(Announcement.submission_id == submission.id)).scalars()
        ],
        "separator_pages": [_sheet(catalogue, p) for p in pages if _is_sheet(p)],
        "duplicate_pages": [{"file": p.file.name, "page": p.number} for p in pages if p.duplicate_of_id],
        "set_aside": [{"document": d.number, "name": d.name, "reason": d.aside} for d in submission.documents if d.state == "set_aside"],
        "seen": seen_of(session, submission),
        "sorted": done,
        "undo": next((act["name"] for act in reversed(done) if not act["undone"]), None),
        "moved_from": sorting.moved_from(session, submission),
        "findings": [
            {**finding_json(row, catalogue.roles), "document_number": _number(submission, row.document_id), "page_id": row.page_id}
            for row in submission.findings
        ],
        "corrections": _corrections(submission),
        "answers": _answers(submission),
        "disputes": _disputes(office, submission),
    }


def _disputes(office: Office, submission: Submission) -> list[dict[str, Any]]:
    return [
        {
            "raised_by": d.raised_by.display,
            "raised_at": local(d.raised_at).isoformat(timespec="seconds"),
            "reason": d.reason,
            "outcome": d.outcome,
            "ruled_by": d.ruled_by.display if d.ruled_by else None,
            "ruling_reason": d.ruling_reason,
            "paper": d.paper.receipt_no if d.paper else None,
            **(term(office, submission, d.raised_at) if d.outcome is None else {"due": None, "left": None}),
        }
        for d in submission.disputes
    ]


def _corrections(submission: Submission) -> list[dict[str, Any]]:
    """What has to be mended, with the page and the article of the finding that it stands for."""
    findings = {row.id: row for row in submission.findings}
    found = [(one, findings.get(one.finding_id) if one.finding_id else None) for one in submission.corrections]
    return [
        {
            "text": one.text,
            "document": _number(submission, one.document_id),
            "file": about.file if about else None,
            "page": about.page if about else None,
            "page_id": about.page_id if about else None,
            "cite": about.cite if about else None,
        }
        for one, about in found
    ]


def _answers(submission: Submission) -> list[dict[str, Any]]:
    """What the team says to each correction of the hand-over that this one answers."""
    if not submission.answers or submission.again_of is None:
        return []
    old = submission.again_of.corrections
    hidden = {one.id for one in submission.again_of.documents if one.volume is not None and one.volume.kind == "sub"}
    told = [None if one.document_id in hidden else one.text for one in old]
    return [
        {"number": n, "correction": dict(enumerate(told, 1)).get(n), "answer": said} for n, said in enumerate(submission.answers, 1) if said
    ]


def _sealed(actor: Actor, submission: Submission, view: dict[str, Any]) -> dict[str, Any]:
    """The hand-over without what was read in papers of the 副卷, for those who may not see it; that there was such a paper stays."""
    resource = replace(resource_of(submission), sub=True)
    hidden = {d.number for d in submission.documents if d.volume is not None and d.volume.kind == "sub"}
    if not hidden or access.decide(actor, "submission.read", resource):
        return view
    bare = {"type": None, "name": SEALED, "title": "", "why": "", "case_no": None, "dated": None}
    view["documents"] = [{**one, **bare} if one["number"] in hidden else one for one in view["documents"]]
    for told, number in (("findings", "document_number"), ("corrections", "document")):
        view[told] = [one for one in view[told] if one[number] not in hidden]
    # Documents change their numbers while they are sorted: what an act says of any of them may be about a hidden one.
    view["sorted"] = [{**act, "detail": {key: value for key, value in act["detail"].items() if key not in _SAID}} for act in view["sorted"]]
    return view


def _busy(session: Session, submission_id: int) -> bool:
    """Whether what is shown will change by itself: it is being judged or placed."""
    coming = select(Page.id).where(Page.submission_id == submission_id, Page.state.in_(("expected", "decoded"))).limit(1)
    return sorting.busy(session, submission_id) or session.execute(coming).first() is not None


def _number(submission: Submission, document_id: int | None) -> int | None:
    return next((d.number for d in submission.documents if d.id == document_id), None)


def _is_sheet(page: Page) -> bool:
    """A separator or cover that no person took for paper."""
    return bool(page.code) and page.document_id is None


def _sheet(catalogue: Catalogue, page: Page) -> dict[str, Any]:
    """{"file","page","kind","name","says"}: says is the type, the case or the announcement that the sheet names."""
    sheet = parse(page.code) or Sheet("separator")
    kind = catalogue.types.get(sheet.type_id or "")
    says = kind.name if kind else sheet.type_id or sheet.case_no or sheet.number or ""
    return {"file": page.file.name, "page": page.number, "kind": sheet.kind, "name": sheet.name, "says": says}


def _page(page: Page) -> dict[str, Any]:
    return {
        "id": page.id,
        "file": page.file.name,
        "page": page.number,
        "position": page.position,
        "state": page.state,
        "blank": page.blank,
        "duplicate": page.duplicate_of_id is not None,
        "sheet": sheet_name(page.code) if _is_sheet(page) else "",
        "rotation": page.rotation,
        "turn": page.turn,
        "width": page.width,
        "height": page.height,
        "document_id": page.document_id,
    }


def _document(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "number": document.number,
        "state": document.state,
        "state_name": DOCUMENT.names[document.state],
        "pages": [
            {"file": page.file.name, "page": page.number, "id": page.id, "turn": page.turn, "state": page.state} for page in document.pages
        ],
        "type": document.type_id,
        "name": document.name,
        "title": document.title,
        "score": round(document.score, 4),
        "confident": document.confident,
        "why": document.why,
        "case_no": document.case_no,
        "dated": document.dated.isoformat() if document.dated else None,
        "aside": document.aside,
        "serial": document.serial,
        "first_page": document.first_page,
        "last_page": document.last_page,
    }


def progress(office: Office, actor: Actor, receipt_no: str) -> dict[str, Any]:
    """{"state","busy","pages_total","pages_read","pages":[{"id","state"}]}: what the live page asks for again and again."""
    with office.db.read() as session:
        submission = load(session, receipt_no)
        access.demand(actor, "submission.read", resource_of(submission))
        rows = session.execute(select(Page.id, Page.state).where(Page.submission_id == submission.id).order_by(Page.position)).all()
        return {
            "state": submission.state,
            "state_name": SUBMISSION.names[submission.state],
            "busy": _busy(session, submission.id),
            "pages_total": len(rows),
            "pages_read": sum(state in ("read", "unreadable") for _, state in rows),
            "pages": [{"id": page_id, "state": state} for page_id, state in rows],
        }


def _seen(actor: Actor, state: str | None = None) -> list[ColumnElement[bool]]:
    everywhere = actor.roles & access.ACTIONS["submission.read"].everywhere
    return [*([] if everywhere else [of_team(actor.team)]), *([Submission.state == state] if state else [])]


def how_many(office: Office, actor: Actor, state: str | None = None) -> int:
    """How many hand-overs submissions() would go through."""
    access.demand(actor, "submission.list")
    with office.db.read() as session:
        return session.scalar(select(func.count()).select_from(Submission).where(*_seen(actor, state))) or 0


def longest_waiting(office: Office, actor: Actor, besides: str) -> str | None:
    """The receipt number of the hand-over that waits the longest, another than `besides`."""
    access.demand(actor, "submission.list")
    query = select(Submission.receipt_no).where(*_seen(actor, "waiting"), Submission.receipt_no != besides)
    with office.db.read() as session:
        return session.scalar(query.order_by(Submission.id).limit(1))


def submissions(
    office: Office, actor: Actor, *, state: str | None = None, case_no: str | None = None, offset: int = 0, limit: int = SHOWN_LIMIT
) -> list[dict[str, Any]]:
    """`limit` of the hand-overs that an actor may see, newest first, from `offset` on."""
    access.demand(actor, "submission.list")
    pages, documents, blocking = _counts()
    query = select(Submission, pages, documents, blocking).where(*_seen(actor, state)).order_by(Submission.id.desc())
    query = query.options(joinedload(Submission.case), joinedload(Submission.team), joinedload(Submission.handed_by))
    if case_no:
        query = query.join(Case).where(Case.case_no == case_no)
    query = query.offset(offset).limit(limit)
    with office.db.read() as session:
        return [
            {
                "receipt_no": row.receipt_no,
                "case_no": row.case.case_no,
                "state": row.state,
                "state_name": SUBMISSION.names[row.state],
                "team": row.team.name if row.team else None,
                "handed_by": row.handed_by.display,
                "received_at": local(row.received_at).isoformat(timespec="seconds"),
                "node_name": _node_name(office, row),
                "pages": of_pages,
                "documents": of_documents,
                "blocking": of_blocking,
            }
            for row, of_pages, of_documents, of_blocking in session.execute(query)
        ]


def _node_name(office: Office, submission: Submission) -> str | None:
    """The step that the papers are said to be for, by the rules of their case."""
    known = office.rules.for_case(submission.case).nodes.get(submission.node) if submission.node else None
    return known.name if known else None


def _counts() -> tuple[ScalarSelect[int], ScalarSelect[int], ScalarSelect[int]]:
    """How many pages, documents and blocking findings a hand-over has."""
    count = select(func.count())
    return (
        count.select_from(Page).where(Page.submission_id == Submission.id).scalar_subquery(),
        count.select_from(Document).where(Document.submission_id == Submission.id).scalar_subquery(),
        count.select_from(FindingRow).where(FindingRow.submission_id == Submission.id, FindingRow.severity == "blocking").scalar_subquery(),
    )


def page_view(office: Office, actor: Actor, page_id: int) -> dict[str, Any]:
    """One page with its lines and marks, and the pages beside it. Writes the ledger event of the reading before it returns anything.

    Raises page_unknown both when there is no such page and when the actor may not see it.
    """
    with office.db.write() as session:
        page = _noted(office, session, actor, page_id, "text")
        document = page.document
        beside = document.pages if document is not None else page.submission.pages
        return {
            **_page(page),
            "skew": page.skew,
            "dpi": page.dpi,
            "lines": list(page.lines),
            "marks": page.marks,
            "case_no": page.submission.case.case_no,
            "receipt_no": page.submission.receipt_no,
            "document": document.name if document is not None else None,
            "page_no": page.page_no,
            "findings": [{"severity": one.severity, "message": one.message} for one in _of_page(session, page)],
            # Boxes are of the upright page: they fit only when that is the picture shown.
            "as_scanned": page.rotation != 0 and not upright(office, page.file_id, page.number, page.rotation).exists(),
            "beside": [one.id for one in beside if may_see(actor, one)],
        }


def _of_page(session: Session, page: Page) -> list[FindingRow]:
    return list(session.scalars(select(FindingRow).where(FindingRow.page_id == page.id).order_by(FindingRow.id)))


def page_picture(office: Office, actor: Actor, page_id: int) -> Path:
    """The picture of a page for people, upright once it was read; the ledger has the reading first. Raises page_unknown, the codes of files."""
    with office.db.write() as session:
        page = _noted(office, session, actor, page_id, "picture")
        file_id, number, rotation = page.file_id, page.number, page.rotation
        source = (page.file.spool_key, page.file.kind)
    path = upright(office, file_id, number, rotation)
    if path.exists():
        return path
    try:
        return restore_picture(office, file_id, source[0], source[1], number)
    except UnreadableError as error:
        raise DossierError(error.code) from error


def page_thumbnail(office: Office, actor: Actor, page_id: int) -> Path:
    """The small picture of a read page, too small to be read: the event of the list that shows it tells enough. Raises page_unknown."""
    with office.db.read() as session:
        page = session.get(Page, page_id)
        if page is None or not may_see(actor, page):
            raise DossierError("page_unknown")
        path = thumbnail(office, page.file_id, page.number)
    if not path.exists():
        raise DossierError("page_unknown")
    return path


def _noted(office: Office, session: Session, actor: Actor, page_id: int, shown: str) -> Page:
    page = session.get(Page, page_id)
    if page is None or not may_see(actor, page):
        raise DossierError("page_unknown")
    placed = page.document is not None and page.document.volume is not None
    ledger.append(
        session,
        at=office.clock.now(),
        actor=actor.login,
        action="page.read",
        subject=f"page:{page.id}",
        case_id=page.submission.case_id,
        detail={"placed": placed, "shown": shown},
    )
    return page


def may_see(actor: Actor, page: Page) -> bool:
    """A page of the 副卷 follows the volume it is in, or would go to; everything else follows its hand-over or case."""
    sub = page.document is not None and page.document.volume is not None and page.document.volume.kind == "sub"
    return access.decide(actor, "page.read", replace(resource_of(page.submission), sub=sub))
