"""Handing over 移送: a team's files come in, safe bytes, a receipt and the first jobs go out; bad files are named, the others go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dossier import access, people
from dossier.access import Actor, Resource
from dossier.clock import local
from dossier.desks.cases import load
from dossier.desks.uploads import BAD_NAME, Taken, distinct, give_back, require_new, take_all
from dossier.desks.uploads import Upload as Upload
from dossier.errors import DossierError
from dossier.lifecycle import SUBMISSION
from dossier.office import Office
from dossier.records import jobs, ledger
from dossier.records.tables import Case, Correction, Counter, File, Page, Submission

SPLIT_PRIORITY = 40
MAX_DECLARED, MAX_DECLARED_NAME, MAX_DECLARED_PAGES = 2_000, 200, 10_000
MAX_ANSWER = 2_000


@dataclass(frozen=True)
class Request:
    """One hand-over. declared: [{"name","pages"}] as the team counts them; again_of: the receipt of the refused hand-over it answers.

    answers: what the team says to each correction of that one, in their order; "" says nothing. node: for which step the papers come.
    look: the team wants to see what is recognised before it hands the papers over.
    """

    case_no: str
    team: str | None
    uploads: Sequence[Upload]
    declared: Sequence[dict[str, Any]] | None = None
    again_of: str | None = None
    idempotency_key: str | None = None
    answers: Sequence[str] | None = None
    node: str | None = None
    look: bool = False


class NothingAcceptedError(DossierError):
    """No file of a hand-over was taken; `files` says why, one by one."""

    def __init__(self, files: list[dict[str, Any]]) -> None:
        super().__init__("nothing_accepted")
        self.files = files


def clean_declared(value: Any) -> list[dict[str, Any]] | None:
    """The declared list as [{"name": str, "pages": int}], at most MAX_DECLARED rows; raises DossierError declared_bad."""
    if value is None:
        return None
    if not isinstance(value, list) or len(value) > MAX_DECLARED:
        raise DossierError("declared_bad")
    rows = []
    for row in value:
        pages = row.get("pages") if isinstance(row, dict) else None
        if not isinstance(row, dict) or not isinstance(row.get("name"), str):
            raise DossierError("declared_bad")
        name = row["name"].strip()
        if not 1 <= len(name) <= MAX_DECLARED_NAME or BAD_NAME.search(name):
            raise DossierError("declared_bad")
        if isinstance(pages, bool) or not isinstance(pages, int) or not 1 <= pages <= MAX_DECLARED_PAGES:
            raise DossierError("declared_bad")
        rows.append({"name": name, "pages": pages})
    return rows


def receive(office: Office, actor: Actor, request: Request, *, action: str = "submission.make") -> dict[str, Any]:
    """Takes a hand-over; returns the receipt of the command line contract. When it returns, the bytes and the rows survive a power cut.

    action: the right by which it is handed over.
    Raises case_unknown, case_archived, not_allowed, no_files, declared_bad, refused_not_resolved, node_unknown, nothing_accepted, no_space.
    """
    declared = clean_declared(request.declared)
    with office.db.read() as session:
        known = _known_receipt(session, actor, request)
        if known is not None:
            return known
        if not request.uploads:
            raise DossierError("no_files")
        case, _ = _admit(session, actor, request, action)
        case_id = case.id
        _node(office, case, request.node)
        clean_answers(session, _refused(session, case, request.again_of), request.answers)
    taken: list[Taken] = []
    try:
        take_all(office, case_id, request.uploads, taken)
        _require_any(taken)
        with office.db.write() as session:
            receipt = _record(office, session, actor, request, taken, declared, action)
    except BaseException as error:
        give_back(office, taken, error)
        raise
    give_back(office, [one for one in taken if one.error is not None or receipt.get("known")])
    receipt.pop("known", None)
    return receipt


def _require_any(taken: Sequence[Taken]) -> None:
    if all(one.error is not None for one in taken):
        raise NothingAcceptedError([one.refusal() for one in taken])


def _known_receipt(session: Session, actor: Actor, request: Request) -> dict[str, Any] | None:
    if request.idempotency_key is None:
        return None
    key = _scoped_key(actor, request.idempotency_key)
    found = session.execute(select(Submission).where(Submission.idempotency_key == key)).scalar_one_or_none()
    return receipt_json(found) if found is not None else None


def known_receipt(office: Office, actor: Actor, key: str) -> str | None:
    """The number of the receipt that this actor's hand-over with this idempotency key got."""
    with office.db.read() as session:
        query = select(Submission.receipt_no).where(Submission.idempotency_key == _scoped_key(actor, key))
        return session.execute(query).scalar_one_or_none()


def _scoped_key(actor: Actor, key: str) -> str:
    return f"{actor.id}:{key}"


def _admit(session: Session, actor: Actor, request: Request, action: str) -> tuple[Case, int | None]:
    """The case and the team's id, when this actor may hand over papers of this case for this team."""
    case = load(session, request.case_no)
    team = people.team_id(session, request.team) if request.team else (actor.team or case.team_id)
    access.demand(actor, action, Resource(team=case.team_id))
    if case.state == "archived":
        raise DossierError("case_archived", case_no=case.case_no)
    return case, team


def _node(office: Office, case: Case, node: str | None) -> str:
    """The node as it is kept; "" when none was chosen. Raises node_unknown."""
    if not node:
        return ""
    if node not in office.rules.for_case(case).nodes:
        raise DossierError("node_unknown", node=node[:80])
    return node


def _refused(session: Session, case: Case, receipt_no: str | None) -> int | None:
    if receipt_no is None:
        return None
    old = session.execute(select(Submission).where(Submission.receipt_no == receipt_no, Submission.case_id == case.id)).scalar_one_or_none()
    if old is None:
        raise DossierError("submission_unknown", receipt=receipt_no)
    if old.state not in ("refused", "partly_signed_for", "ruled"):
        raise DossierError("refused_not_resolved", receipt=receipt_no)
    return old.id


def clean_answers(session: Session, old_id: int | None, answers: Sequence[str] | None) -> list[str] | None:
    """The answers as they are kept; None when nothing is said. Raises bad_request when there are more than corrections."""
    said = [answer.replace("\r\n", "\n").strip() for answer in answers or ()]
    if not any(said):
        return None
    corrections = session.execute(select(func.count()).select_from(Correction).where(Correction.submission_id == old_id)).scalar_one()
    if len(said) > corrections or any(len(answer) > MAX_ANSWER or "\0" in answer for answer in said):
        raise DossierError(
            "bad_request",
            what=f"answers：对 {corrections} 项修改意见逐项答复，每项不超过 {MAX_ANSWER} 字",
            what_en=f"answers: one for each of the {corrections} corrections, each at most {MAX_ANSWER} characters",
        )
    return said


def _look_again(office: Office, session: Session, case_id: int, taken: Sequence[Taken]) -> list[Taken]:
    """The uploads that are still good inside the transaction, under names of their own: the same file may have come in beside this one."""
    names: set[str] = set()
    for one in taken:
        if one.error is not None or one.spooled is None:
            continue
        try:
            require_new(session, case_id, one.spooled.sha256)
            office.spool.path(one.spooled.key)
        except DossierError as error:
            one.error = error
            continue
        except KeyError as error:
            raise DossierError("internal", ref=f"spool {one.spooled.key[:12]}") from error
        one.name = distinct(one.name, names)
    _require_any(taken)
    return [one for one in taken if one.error is None]


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
    taken: Sequence[Taken],
    declared: list[dict[str, Any]] | None,
    action: str,
) -> dict[str, Any]:
    """Writes the hand-over with its files, pages, jobs and event; everything is checked again, for others may have been quicker."""
    known = _known_receipt(session, actor, request)
    if known is not None:
        return {**known, "known": True}
    case, team = _admit(session, actor, request, action)
    now = office.clock.now()
    good = _look_again(office, session, case.id, taken)
    day = local(now).strftime("%Y%m%d")
    old = _refused(session, case, request.again_of)
    submission = Submission(
        receipt_no=f"HZ{day}-{next_number(session, f'receipt:{day}'):04d}",
        case_id=case.id,
        team_id=team,
        handed_by_id=actor.id,
        handed_for_id=actor.stands_for,
        again_of_id=old,
        answers=clean_answers(session, old, request.answers),
        idempotency_key=_scoped_key(actor, request.idempotency_key) if request.idempotency_key else None,
        received_at=now,
        declared=declared,
        node=_node(office, case, request.node),
        addendum=case.state == "frozen",
        preview=request.look,
        rejects=[one.refusal() for one in taken if one.error is not None],
    )
    session.add(submission)
    session.flush()
    position = 0
    for number, one in enumerate(good, 1):
        position = record_file(session, submission, number, one, position)
    submission.state = SUBMISSION.move(submission.state, "read")
    session.flush()
    session.expire(submission)
    for file in submission.files:
        jobs.add(session, "split", file.id, priority=SPLIT_PRIORITY, at=now)
    _note(office, session, actor, submission)
    return receipt_json(submission)


def _note(office: Office, session: Session, actor: Actor, submission: Submission) -> None:
    ledger.append(
        session,
        at=office.clock.now(),
        actor=actor.login,
        action="submission.receive",
        subject=f"submission:{submission.id}",
        case_id=submission.case_id,
        detail={
            "receipt_no": submission.receipt_no,
            "files": [{"sha256": f.sha256, "bytes": f.bytes, "pages": f.page_count} for f in submission.files],
            "rejected": len(submission.rejects),
            "again_of": submission.again_of_id,
            "node": submission.node,
            "look": submission.preview,
        },
    )


def record_file(session: Session, submission: Submission, number: int, one: Taken, position: int) -> int:
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
