"""Placing 入卷: documents that were signed for come in; volumes, the contents list, page numbers and an OCFL version go out."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from dossier import access, people
from dossier.access import Actor, Resource
from dossier.clock import local
from dossier.desks import outgoing
from dossier.desks.cases import case_json, load
from dossier.desks.waiving import waiver_json
from dossier.errors import DossierError
from dossier.lifecycle import DOCUMENT
from dossier.office import Office
from dossier.pages import restore_picture
from dossier.records import ledger
from dossier.records.tables import VOLUME_KINDS, Case, Document, File, Outbox, Page, Submission, Volume
from dossier.translate import document_fact
from review.contents import ContentsEntry, contents
from storage.contract import DamagedError

KIND_NAMES = {"main": "正卷", "sub": "副卷", "pouch": "证据袋"}


@dataclass
class _Plan:
    """What one volume gets from one hand-over: files by logical path, decided before the transaction and the same at every try."""

    kind: str
    object_id: str
    head: int
    documents: list[int] = field(default_factory=list)
    add: dict[str, Path | bytes] = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)  # what left the hand-over or the case since it was placed


def object_id(case_no: str, kind: str) -> str:
    """The identifier of a volume's OCFL object; the store hashes it, so that no path shows a case number."""
    return f"urn:dossier:{case_no}:{kind}"


def place(office: Office, submission_id: int) -> Callable[[Session], None]:
    """The place step: stores a version of each volume concerned, then (in the returned function) writes where everything is."""
    with office.db.read() as session:
        submission = _submission(session, submission_id)
        plans = _plans(office, submission)
        order = {plan.kind: _order(office, session, submission.case, plan.kind, set(plan.documents)) for plan in plans}
        for plan in plans:
            _add_meta(session, submission, plan, order[plan.kind])
            plan.remove = [path for path in plan.remove if path not in plan.add]
        message = f"place {submission.receipt_no}"
        stamp = local(office.clock.now()).isoformat(timespec="seconds")
    heads = {plan.kind: _store(office, plan, message, stamp) for plan in plans}

    def apply(session: Session) -> None:
        submission = _submission(session, submission_id)
        _write(office, session, submission, plans, heads, order)

    return apply


def _submission(session: Session, submission_id: int) -> Submission:
    found = session.get(Submission, submission_id)
    if found is None:
        raise DossierError("internal", ref=f"submission {submission_id}")
    return found


def _volume_kind(office: Office, document: Document, addendum: bool) -> str | None:
    """Where a document goes; None for what is registered and not filed. What comes after the volume is frozen goes to the pouch."""
    kind = office.rules.for_case(document.submission.case).type(document.type_id or "").volume
    if kind not in VOLUME_KINDS:
        return None
    return "pouch" if addendum and kind == "main" else kind


def _plans(office: Office, submission: Submission) -> list[_Plan]:
    """One plan for each volume that gets something of this hand-over, or still holds something that has left it."""
    volumes = {volume.kind: volume for volume in submission.case.volumes}
    secret = {page.file_id for document in submission.documents if _is_sub(office, document) for page in document.pages}
    secret |= _elsewhere(submission)
    plans = []
    for kind in VOLUME_KINDS:
        new = [d for d in submission.documents if d.state == "accepted" and _volume_kind(office, d, submission.addendum) == kind]
        stale = _stale(office, volumes[kind], submission, secret) if kind in volumes else []
        if new or stale:
            head = volumes[kind].head if kind in volumes else 0
            plan = _Plan(kind, object_id(submission.case.case_no, kind), head, [document.id for document in new], remove=stale)
            for document in new:
                _add_document(office, plan, submission, document, secret)
            plans.append(plan)
    return plans


def _elsewhere(submission: Submission) -> set[int]:
    """The files with pages of another hand-over: a document that was moved leaves the other papers of its file where they belong."""
    ids = {page.id for page in submission.pages}
    return {page.file_id for page in submission.pages if any(other.id not in ids for other in page.file.pages)}


def _stale(office: Office, volume: Volume, submission: Submission, secret: set[int]) -> list[str]:
    """What a volume holds of this hand-over that belongs to none of its placed documents any more."""
    store = office.store_of(volume.kind)
    if not store.head(volume.object_id):
        return []
    wanted: set[str] = set()
    for document in submission.documents:
        if document.state == "placed" and document.volume_id == volume.id:
            for number, page in enumerate(document.pages, 1):
                wanted |= {f"{_folder(document)}/{number:04d}.{ending}" for ending in ("jpg", "json")}
                if volume.kind == "sub" or page.file_id not in secret:
                    wanted.add(original_path(submission, page.file))
    mine = (f"documents/{submission.receipt_no}-", f"original/{submission.receipt_no}/")
    return [path for path in store.version(volume.object_id).state if path.startswith(mine) and path not in wanted]


def _folder(document: Document) -> str:
    return f"documents/{document.submission.receipt_no}-{document.number:03d}"


def _is_sub(office: Office, document: Document) -> bool:
    return document.type_id is not None and office.rules.for_case(document.submission.case).type(document.type_id).volume == "sub"


def _add_document(office: Office, plan: _Plan, submission: Submission, document: Document, secret: set[int]) -> None:
    """The document's pages as pictures and text, and the files that they came in, whole: a file with any page of the 副卷 only goes there."""
    folder = _folder(document)
    for number, page in enumerate(document.pages, 1):
        plan.add[f"{folder}/{number:04d}.jpg"] = restore_picture(office, page.file_id, page.file.spool_key, page.file.kind, page.number)
        plan.add[f"{folder}/{number:04d}.json"] = _json(_page_meta(page))
        if plan.kind == "sub" or page.file_id not in secret:
            plan.add[original_path(submission, page.file)] = office.spool.path(page.file.spool_key)


def original_path(submission: Submission, file: File) -> str:
    """The logical path of a file as it was received."""
    return f"original/{submission.receipt_no}/{file.position:03d}-{file.name}"


def _page_meta(page: Page) -> dict[str, Any]:
    return {
        "file": page.file.name,
        "sha256": page.file.sha256,
        "page": page.number,
        "width": page.width,
        "height": page.height,
        "dpi": page.dpi,
        "rotation": page.rotation,
        "skew": page.skew,
        "engine": page.engine,
        "duplicate": page.duplicate_of_id is not None,
        "lines": page.lines,
        "marks": page.marks,
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _order(office: Office, session: Session, case: Case, kind: str, new: Iterable[int]) -> tuple[ContentsEntry, ...]:
    """The contents list of a volume with the new documents in it."""
    rows = session.execute(
        select(Document)
        .outerjoin(Volume, Document.volume_id == Volume.id)
        .where(Document.case_id == case.id, (Volume.kind == kind) & (Document.state == "placed") | Document.id.in_(list(new)))
        .order_by(Document.id)
        .options(selectinload(Document.pages).joinedload(Page.file))
    ).scalars()
    facts = [fact_by_id(document) for document in rows]
    return contents(office.rules.for_case(case), facts, kind=cast(Any, kind), case_kind=case.kind)


def fact_by_id(document: Document) -> Any:
    """A document as facts whose ref is its row id: a contents list spans hand-overs, in which numbers repeat."""
    return replace(document_fact(document), ref=str(document.id))


def _add_meta(session: Session, submission: Submission, plan: _Plan, order: Sequence[ContentsEntry]) -> None:
    """What makes the object describe itself: the case, its contents list, and the hand-over it grew by."""
    documents = {str(d.id): d for d in session.execute(select(Document).where(Document.case_id == submission.case_id)).scalars()}
    plan.add["meta/case.json"] = _json(case_json(submission.case))
    plan.add["meta/contents.json"] = _json(
        [
            {
                "serial": entry.serial,
                "name": documents[entry.ref].name,
                "type": documents[entry.ref].type_id,
                "dated": _day(documents[entry.ref]),
                "first_page": entry.first_page,
                "last_page": entry.last_page,
                "receipt_no": documents[entry.ref].submission.receipt_no,
                "document": documents[entry.ref].number,
            }
            for entry in order
        ]
    )
    if submission.case.waivers:
        plan.add["meta/waivers.json"] = _json([waiver_json(one) for one in submission.case.waivers])
    plan.add[f"meta/handovers/{submission.receipt_no}.json"] = _json(_handover_meta(submission, plan))


def _day(document: Document) -> str | None:
    return document.dated.isoformat() if document.dated else None


def _handover_meta(submission: Submission, plan: _Plan) -> dict[str, Any]:
    placed = [d for d in submission.documents if d.state == "placed" and d.volume is not None and d.volume.kind == plan.kind]
    chosen = [document for document in submission.documents if document.id in plan.documents or document in placed]
    return {
        "receipt_no": submission.receipt_no,
        "case_no": submission.case.case_no,
        "team": submission.team.name if submission.team else None,
        "handed_by": submission.handed_by.login,
        "received_at": local(submission.received_at).isoformat(timespec="seconds"),
        "decided_by": submission.decided_by.login if submission.decided_by else None,
        "decided_at": local(submission.decided_at).isoformat(timespec="seconds") if submission.decided_at else None,
        "state": submission.state,
        "reason": submission.reason,
        "rules_version": submission.rules_version,
        "documents": [
            {"number": d.number, "type": d.type_id, "name": d.name, "case_no": d.case_no, "dated": _day(d), "score": d.score, "why": d.why}
            for d in chosen
        ],
        # Why is told in the 副卷 only, by the paper of the ruling.
        "rulings": [{"outcome": d.outcome} for d in submission.disputes if d.outcome],
    }


def _store(office: Office, plan: _Plan, message: str, stamp: str) -> int:
    """Commits the version. One that an earlier try left without rows is taken as ours, if it says what this one would, else another follows it."""
    store = office.store_of(plan.kind)
    message, head = f"{message} {_mark(plan)}", plan.head
    if store.head(plan.object_id) == plan.head + 1:
        left = store.version(plan.object_id).message
        if left == message:
            return plan.head + 1
        if left.rpartition(" ")[0] == message.rpartition(" ")[0]:
            head += 1
    add, remove, user = plan.add, plan.remove, people.SYSTEM
    return store.commit(plan.object_id, add=add, remove=remove, expect_head=head, user=user, message=message, created=stamp).number


def _mark(plan: _Plan) -> str:
    """Which documents a version brings and which paths it takes away, in short."""
    body = json.dumps([sorted(path for path in plan.add if not path.startswith("meta/")), sorted(plan.remove)])
    return hashlib.sha256(body.encode()).hexdigest()[:12]


def _write(
    office: Office,
    session: Session,
    submission: Submission,
    plans: Sequence[_Plan],
    heads: Mapping[str, int],
    order: Mapping[str, Sequence[ContentsEntry]],
) -> None:
    now = office.clock.now()
    for plan in plans:
        volume = session.execute(select(Volume).where(Volume.object_id == plan.object_id)).scalar_one_or_none()
        if volume is None:
            volume = Volume(case_id=submission.case_id, kind=plan.kind, object_id=plan.object_id)
            session.add(volume)
        volume.head = heads[plan.kind]
        session.flush()
        for document in submission.documents:
            if document.id in plan.documents:
                document.volume_id, document.state = volume.id, DOCUMENT.move(document.state, "place")
                session.add_all(Outbox(page_id=page.id) for page in document.pages)
        _number(session, order[plan.kind])
        detail = {"receipt_no": submission.receipt_no, "volume": plan.kind, "version": volume.head, "documents": len(plan.documents)}
        if plan.remove:
            detail["removed_files"] = len(plan.remove)
        ledger.append(
            session,
            at=now,
            actor=people.SYSTEM,
            action="volume.place",
            subject=f"volume:{volume.id}",
            case_id=submission.case_id,
            detail=detail,
        )
    for document in submission.documents:
        if document.state == "accepted":
            document.state = DOCUMENT.move(document.state, "keep")
    session.flush()
    session.expire(submission.case, ["volumes"])
    outgoing.placed(office, session, submission, heads, [one for plan in plans for one in plan.documents])


def _number(session: Session, order: Sequence[ContentsEntry]) -> None:
    """Writes serial and page numbers; they move while the dossier grows and stand still once it is frozen."""
    for entry in order:
        document = session.get(Document, int(entry.ref))
        if document is None:
            raise DossierError("internal", ref=f"document {entry.ref}")
        document.serial, document.first_page, document.last_page = entry.serial, entry.first_page, entry.last_page
        for page in document.pages:
            page.page_no = entry.numbers.get(str(page.id))


def contents_json(office: Office, actor: Actor, case_no: str, kind: str = "main") -> list[dict[str, Any]]:
    """The contents list 卷内目录 of a volume with page ranges. 副卷 only for those who may see it."""
    with office.db.read() as session:
        case = load(session, case_no)
        access.demand(actor, "case.read", Resource(team=case.team_id, sub=kind == "sub"))
        here = Document.case_id == case.id, Volume.kind == kind, Document.state == "placed"
        entries = select(*_LISTED, Submission.receipt_no).join(Volume, Document.volume_id == Volume.id).join(Document.submission)
        numbered = select(Page.id, Page.document_id, Page.page_no).join(Page.document).join(Volume, Document.volume_id == Volume.id)
        pages: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        for page in session.execute(numbered.where(*here).order_by(Page.place, Page.position)):
            pages[page.document_id].append({"id": page.id, "page_no": page.page_no})
        return [_entry_json(row, pages[row.id]) for row in session.execute(entries.where(*here).order_by(Document.serial))]


# As columns: a page of a hundred entries is told several times quicker than from their rows as objects.
_LISTED = (
    Document.id,
    Document.serial,
    Document.name,
    Document.title,
    Document.type_id,
    Document.dated,
    Document.first_page,
    Document.last_page,
    Document.signed_at,
)


def _entry_json(row: Any, pages: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "serial": row.serial,
        "document": row.id,
        "name": row.name,
        "title": row.title,
        "type": row.type_id,
        "dated": row.dated.isoformat() if row.dated else None,
        "first_page": row.first_page,
        "last_page": row.last_page,
        "receipt_no": row.receipt_no,
        "signed_at": local(row.signed_at).isoformat(timespec="minutes") if row.signed_at else None,
        "pages": pages,
    }


def require_version(office: Office, volume: Volume) -> None:
    """Raises DossierError damaged when the store has another version than the records say."""
    try:
        head = office.store_of(volume.kind).head(volume.object_id)
    except DamagedError as error:
        raise DossierError("damaged", what=str(error)) from error
    if head != volume.head:
        raise DossierError("damaged", what=f"{volume.case.case_no} {KIND_NAMES[volume.kind]}: v{volume.head} / v{head}")
