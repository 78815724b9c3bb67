"""Handing over 移送: a team's files come in, safe bytes, a receipt and the first jobs go out; bad files are named, the others go on."""

from __future__ import annotations

import re
import shutil
import unicodedata
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier import access, people
from dossier.access import Actor, Resource
from dossier.clock import local
from dossier.errors import DossierError
from dossier.lifecycle import SUBMISSION
from dossier.office import Office
from dossier.records import jobs, ledger
from dossier.records.tables import Case, Counter, Document, File, Page, Submission
from scanners.contract import FileFacts, UnreadableError
from scanners.pages import inspect
from storage.contract import NoSpaceError, Spooled

SPLIT_PRIORITY = 40
_BAD_NAME = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069/\\]")


@dataclass(frozen=True)
class Upload:
    """One file as it arrives: its name, and where its bytes can be read from."""

    name: str
    open: Callable[[], BinaryIO]

    @classmethod
    def of(cls, path: Path) -> Upload:
        """A file on this machine."""
        return cls(path.name, lambda: path.open("rb"))


@dataclass(frozen=True)
class Request:
    """One hand-over. declared: [{"name","pages"}] as the team counts them; again_of: the receipt of the refused hand-over it answers."""

    case_no: str
    team: str | None
    uploads: Sequence[Upload]
    declared: Sequence[dict[str, Any]] | None = None
    again_of: str | None = None
    idempotency_key: str | None = None


@dataclass
class _Taken:
    """What became of one upload: either spooled with facts, or an error."""

    name: str
    spooled: Spooled | None = None
    facts: FileFacts | None = None
    error: DossierError | None = None
    position: int = field(default=0)


class NothingAcceptedError(DossierError):
    """No file of a hand-over was taken; `files` says why, one by one."""

    def __init__(self, files: list[dict[str, Any]]) -> None:
        super().__init__("nothing_accepted")
        self.files = files


def clean_declared(value: Any) -> list[dict[str, Any]] | None:
    """The declared list as [{"name": str, "pages": int}]; raises DossierError declared_bad."""
    if value is None:
        return None
    if not isinstance(value, list):
        raise DossierError("declared_bad")
    rows = []
    for row in value:
        pages = row.get("pages") if isinstance(row, dict) else None
        if not isinstance(row, dict) or not isinstance(row.get("name"), str) or not row["name"].strip():
            raise DossierError("declared_bad")
        if isinstance(pages, bool) or not isinstance(pages, int) or not 1 <= pages <= 10_000:
            raise DossierError("declared_bad")
        rows.append({"name": row["name"].strip(), "pages": pages})
    return rows


def clean_name(name: str) -> str:
    """A file's name as it is shown and kept: the last part only, NFC, without control characters; raises file_name_bad."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1].strip()
    if not last or last in (".", "..") or _BAD_NAME.search(last) or len(last.encode()) > 240:
        raise DossierError("file_name_bad")
    return last


def receive(office: Office, actor: Actor, request: Request) -> dict[str, Any]:
    """Takes a hand-over; returns the receipt of the command line contract. When it returns, the bytes and the rows survive a power cut.

    Raises case_unknown, case_archived, not_allowed, no_files, declared_bad, refused_not_resolved, nothing_accepted.
    """
    known = _known_receipt(office, actor, request)
    if known is not None:
        return known
    if not request.uploads:
        raise DossierError("no_files")
    declared = clean_declared(request.declared)
    with office.db.read() as session:
        case, team = _admit(session, actor, request)
        case_id = case.id
        again_of = _refused(session, case, request.again_of)
    taken = _take_all(office, case_id, request.uploads)
    good = [one for one in taken if one.error is None]
    if not good:
        raise NothingAcceptedError([{"name": one.name, "error": one.error.as_json()} for one in taken if one.error is not None])
    try:
        with office.db.write() as session:
            case, _ = _admit(session, actor, request)
            receipt = _record(office, session, actor, request, case, team, again_of, taken, declared)
    except BaseException:
        for one in good:
            if one.spooled is not None:
                office.spool.delete(one.spooled.key)
        raise
    return receipt


def _known_receipt(office: Office, actor: Actor, request: Request) -> dict[str, Any] | None:
    if request.idempotency_key is None:
        return None
    with office.db.read() as session:
        key = _scoped_key(actor, request.idempotency_key)
        found = session.execute(select(Submission).where(Submission.idempotency_key == key)).scalar_one_or_none()
        return receipt_json(found) if found is not None else None


def _scoped_key(actor: Actor, key: str) -> str:
    return f"{actor.id}:{key}"


def _admit(session: Session, actor: Actor, request: Request) -> tuple[Case, int | None]:
    """The case and the team's id, when this actor may hand over papers of this case for this team."""
    case = session.execute(select(Case).where(Case.case_no == request.case_no)).scalar_one_or_none()
    if case is None:
        raise DossierError("case_unknown", case_no=request.case_no)
    team = people.team_id(session, request.team) if request.team else (actor.team or case.team_id)
    access.demand(actor, "submission.make", Resource(team=case.team_id))
    if case.state == "archived":
        raise DossierError("case_archived", case_no=case.case_no)
    return case, team


def _refused(session: Session, case: Case, receipt_no: str | None) -> int | None:
    if receipt_no is None:
        return None
    old = session.execute(select(Submission).where(Submission.receipt_no == receipt_no, Submission.case_id == case.id)).scalar_one_or_none()
    if old is None:
        raise DossierError("submission_unknown", receipt=receipt_no)
    if old.state not in ("refused", "partly_signed_for", "ruled"):
        raise DossierError("refused_not_resolved", receipt=receipt_no)
    return old.id


def _take_all(office: Office, case_id: int | None, uploads: Sequence[Upload]) -> list[_Taken]:
    taken: list[_Taken] = []
    seen: set[str] = set()
    for upload in uploads:
        taken.append(_take(office, case_id, upload, seen))
    return taken


def _take(office: Office, case_id: int | None, upload: Upload, seen: set[str]) -> _Taken:
    """Spools one upload and counts its pages; what cannot be taken leaves nothing behind."""
    one = _Taken(upload.name)
    try:
        one.name = clean_name(upload.name)
        with upload.open() as source:
            one.spooled = office.spool.put(source)
        _require_new(office, case_id, one.spooled.sha256, seen)
        one.facts = _inspect(office, one.spooled, one.name)
        seen.add(one.spooled.sha256)
    except UnreadableError as error:
        one.error = DossierError(error.code)
    except NoSpaceError:
        one.error = DossierError("no_space")
    except DossierError as error:
        one.error = error
    if one.error is not None and one.spooled is not None:
        office.spool.delete(one.spooled.key)
        one.spooled = None
    return one


def _inspect(office: Office, spooled: Spooled, name: str) -> FileFacts:
    work = office.scratch_dir / f"count-{uuid.uuid4().hex}"
    work.mkdir(parents=True)
    try:
        return inspect(office.spool.path(spooled.key), name, office.sandbox, work)
    finally:
        shutil.rmtree(work)


def _require_new(office: Office, case_id: int | None, sha256: str, seen: set[str]) -> None:
    """Raises file_duplicate when these bytes are in this hand-over already, or in one of this case that still stands."""
    if sha256 in seen:
        raise DossierError("file_duplicate", receipt="本次")
    with office.db.read() as session:
        rows = session.execute(
            select(File.id, Submission.receipt_no, Submission.state)
            .join(Submission)
            .where(File.sha256 == sha256, Submission.case_id == case_id)
        ).all()
        for file_id, receipt_no, state in rows:
            if state in ("received", "reading", "waiting", "signed_for", "disputed"):
                raise DossierError("file_duplicate", receipt=receipt_no)
            stands = select(Document.id).join(Page, Page.document_id == Document.id).where(Page.file_id == file_id)
            if session.execute(stands.where(Document.state.in_(("accepted", "placed", "kept")))).first():
                raise DossierError("file_duplicate", receipt=receipt_no)


def next_number(session: Session, name: str) -> int:
    """The next value of a running number, in the caller's write transaction."""
    counter = session.get(Counter, name)
    if counter is None:
        counter = Counter(name=name, value=0)
        session.add(counter)
    counter.value += 1
    return counter.value


def _record(
    office: Office,
    session: Session,
    actor: Actor,
    request: Request,
    case: Case,
    team: int | None,
    again_of: int | None,
    taken: Sequence[_Taken],
    declared: list[dict[str, Any]] | None,
) -> dict[str, Any]:
    now = office.clock.now()
    day = local(now).strftime("%Y%m%d")
    submission = Submission(
        receipt_no=f"HZ{day}-{next_number(session, f'receipt:{day}'):04d}",
        case_id=case.id,
        team_id=team,
        handed_by_id=actor.id,
        again_of_id=again_of,
        idempotency_key=_scoped_key(actor, request.idempotency_key) if request.idempotency_key else None,
        received_at=now,
        declared=declared,
        addendum=case.state == "frozen",
        rejects=[{"name": one.name, "error": one.error.as_json()} for one in taken if one.error is not None],
    )
    session.add(submission)
    session.flush()
    position = 0
    for number, one in enumerate((one for one in taken if one.error is None), 1):
        position = _record_file(session, submission, number, one, position)
    submission.state = SUBMISSION.move(submission.state, "read")
    session.flush()
    session.expire(submission)
    for file in submission.files:
        jobs.add(session, "split", file.id, priority=SPLIT_PRIORITY, at=now)
    ledger.append(
        session,
        at=now,
        actor=actor.login,
        action="submission.receive",
        subject=f"submission:{submission.id}",
        case_id=case.id,
        detail={
            "receipt_no": submission.receipt_no,
            "files": [{"sha256": f.sha256, "bytes": f.bytes, "pages": f.page_count} for f in submission.files],
            "rejected": len(submission.rejects),
            "again_of": again_of,
        },
    )
    return receipt_json(submission)


def _record_file(session: Session, submission: Submission, number: int, one: _Taken, position: int) -> int:
    """Writes the rows of one file and its pages; returns the position of its last page in the hand-over."""
    if one.spooled is None or one.facts is None:
        raise DossierError("internal", ref=f"upload {number}")
    file = File(
        submission_id=submission.id,
        position=number,
        name=one.name,
        kind=one.facts.kind,
        sha256=one.spooled.sha256,
        bytes=one.spooled.bytes,
        page_count=one.facts.pages,
        spool_key=one.spooled.key,
    )
    session.add(file)
    session.flush()
    for page in range(1, one.facts.pages + 1):
        session.add(Page(file_id=file.id, submission_id=submission.id, number=page, position=position + page))
    return position + one.facts.pages


def receipt_json(submission: Submission) -> dict[str, Any]:
    """The receipt 回执: what arrived and is safe, what was not taken and why."""
    files: list[dict[str, Any]] = [{"name": f.name, "sha256": f.sha256, "bytes": f.bytes, "pages": f.page_count} for f in submission.files]
    return {
        "receipt_no": submission.receipt_no,
        "case_no": submission.case.case_no,
        "received_at": local(submission.received_at).isoformat(timespec="seconds"),
        "files": files + list(submission.rejects),
    }
