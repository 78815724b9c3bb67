"""THE PIPELINE: a hand-over that has its receipt comes in, and step by step pages, text, documents, findings and a placed dossier come out.

receive (desks.handover) → split → read (clean, read, mark) → classify → check (verdict) → place; the search index follows through its outbox.
Each step first does its slow work, changing nothing, then writes all results, the ledger event and the next jobs in one transaction
together with its own job row: a crash anywhere repeats one step and doubles nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dossier import people
from dossier.access import Actor
from dossier.desks import announcing, arranging, delivering, house, judging, nodes, noticing, outbox, outgoing, placing, rulings
from dossier.desks.handover import SPLIT_PRIORITY
from dossier.desks.receiving import CHECK_PRIORITY, PLACE_PRIORITY, RULING_PRIORITY
from dossier.errors import DossierError
from dossier.lifecycle import FILE, PAGE
from dossier.office import Office
from dossier.pages import Decoded, decode_file, decode_page, drop_scratch, drop_scratch_of, page_job
from dossier.pagework import PageResult, read_page
from dossier.records import jobs, ledger
from dossier.records.jobs import Claimed
from dossier.records.tables import File, Outbox, Page, Submission
from ocr.contract import ReaderError
from review.sheets import ours

CLASSIFY_PRIORITY, READ_PRIORITY = 14, 30

Apply = Callable[[Session], None]


@dataclass(frozen=True)
class Step:
    """One arrow of the pipeline. prepare(office, subject id) may take long and writes no row; what it returns is run in the transaction.

    give_up runs instead, when the last try has failed.
    """

    name: str
    priority: int
    prepare: Callable[[Office, int], Apply]
    give_up: Callable[[Office, int], Apply]
    delays: Sequence[timedelta] = jobs.DELAYS


def _note(office: Office, session: Session, action: str, subject: str, case_id: int, **detail: object) -> None:
    ledger.append(session, at=office.clock.now(), actor=people.SYSTEM, action=action, subject=subject, case_id=case_id, detail=detail)


# split: a file becomes decoded pages


def split(office: Office, file_id: int) -> Apply:
    """Decodes a file in the sandbox: pictures for people now, pixels for the reader as far as they are needed next."""
    with office.db.read() as session:
        file = _file(session, file_id)
        key, kind, count = file.spool_key, file.kind, file.page_count
    decoded = decode_file(office, file_id, key, kind, count)

    def apply(session: Session) -> None:
        file = _file(session, file_id)
        if file.state == "split":
            return
        file.state = FILE.move(file.state, "split")
        for page, facts in zip(file.pages, decoded, strict=True):
            _decoded(page, facts)
            jobs.add(session, "read", page.id, priority=READ_PRIORITY, at=office.clock.now())
        _note(office, session, "file.split", f"file:{file.id}", file.submission.case_id, pages=len(decoded))

    return apply


def _decoded(page: Page, facts: Decoded) -> None:
    page.state = PAGE.move(page.state, "decode")
    page.width, page.height, page.dpi = facts.width, facts.height, facts.dpi


def split_given_up(office: Office, file_id: int) -> Apply:
    """A file that was counted and cannot be decoded: a person must look at each of its pages."""

    def apply(session: Session) -> None:
        file = _file(session, file_id)
        for page in file.pages:
            if page.state == "expected":
                page.state = PAGE.move(page.state, "give_up")
        _note(office, session, "file.unreadable", f"file:{file.id}", file.submission.case_id)
        _when_all_read(office, session, file.submission_id)

    return apply


# read: a page becomes text and marks


def read(office: Office, page_id: int) -> Apply:
    """Cleans, reads and marks one page in a page process."""
    with office.db.read() as session:
        page = _page(session, page_id)
        if page.state == "read":
            return lambda _session: None
        case, file_id, number = page.submission.case, page.file_id, page.number
        source = (page.file.spool_key, page.file.kind)
    job = page_job(office, file_id, number, judging.labels(office, case))
    if job is None:
        decode_page(office, file_id, source[0], source[1], number)
        job = page_job(office, file_id, number, judging.labels(office, case))
    if job is None:
        raise ReaderError(f"page {page_id} has no pixels")
    result: PageResult = office.reader().submit(read_page, job).result()

    def apply(session: Session) -> None:
        page = _page(session, page_id)
        if page.state == "read":
            return
        page.state = PAGE.move(page.state, "read")
        page.width, page.height, page.rotation, page.skew = result.width, result.height, result.rotation, result.skew
        page.blank, page.digest, page.engine = result.blank, result.digest, result.engine
        page.lines, page.marks, page.read_at = list(result.lines), result.marks, office.clock.now()
        page.code = ours(result.codes)
        session.add(Outbox(page_id=page.id))
        _note(
            office,
            session,
            "page.read_by_engine",
            f"page:{page.id}",
            page.submission.case_id,
            engine=result.engine,
            lines=len(result.lines),
        )
        _when_all_read(office, session, page.submission_id)

    drop_scratch(office, file_id, number)
    return apply


def read_given_up(office: Office, page_id: int) -> Apply:
    """A page that no engine can read: a person must look; it is never an empty page instead."""

    def apply(session: Session) -> None:
        page = _page(session, page_id)
        if page.state == "decoded":
            page.state = PAGE.move(page.state, "give_up")
            _note(office, session, "page.unreadable", f"page:{page.id}", page.submission.case_id)
        _when_all_read(office, session, page.submission_id)

    return apply


def _when_all_read(office: Office, session: Session, submission_id: int) -> None:
    """Writers go one after another, so exactly one page finds itself the last."""
    session.flush()
    open_pages = select(func.count()).select_from(Page).where(Page.submission_id == submission_id, Page.state.in_(("expected", "decoded")))
    if session.execute(open_pages).scalar_one() != 0:
        return
    if not jobs.add(session, "classify", submission_id, priority=CLASSIFY_PRIORITY, at=office.clock.now()):
        submission = _submission(session, submission_id)
        if submission.state == "waiting":
            arranging.pages_came(office, session, submission)


# classify, check, place: pages become documents, findings, a verdict, a dossier


def classify(office: Office, submission_id: int) -> Apply:
    """Segments the stack into documents and says what each is."""
    found = judging.find_documents(office, submission_id)
    drop_scratch_of(office, found.files)

    def apply(session: Session) -> None:
        submission = _submission(session, submission_id)
        if submission.documents or rulings.settle(office, session, submission):
            return
        judging.write_documents(session, submission, found)
        announcing.link(office, session, submission)
        nodes.from_cover(office, submission)
        jobs.add(session, "check", submission.id, priority=CHECK_PRIORITY, at=office.clock.now())
        subject, facts = f"submission:{submission.id}", {"documents": len(found.documents), "node": submission.node}
        _note(office, session, "submission.classify", subject, submission.case_id, **facts)

    return apply


def check(office: Office, submission_id: int) -> Apply:
    """Judges completeness and, unless a person has to, decides."""
    findings = judging.judge(office, submission_id)
    return lambda session: judging.write_verdict(office, session, _submission(session, submission_id), findings)


def place(office: Office, submission_id: int) -> Apply:
    """Puts what was signed for into the volumes and their stores."""
    return placing.place(office, submission_id)


def nothing_to_give_up(_office: Office, _subject_id: int) -> Apply:
    """These steps wait in the failed jobs until somebody retries them: half a judgement is worse than none."""
    return lambda _session: None


STEPS = (
    Step("split", SPLIT_PRIORITY, split, split_given_up),
    Step("read", READ_PRIORITY, read, read_given_up),
    Step("classify", CLASSIFY_PRIORITY, classify, nothing_to_give_up),
    Step("check", CHECK_PRIORITY, check, nothing_to_give_up),
    Step("place", PLACE_PRIORITY, place, nothing_to_give_up),
    Step("file_ruling", RULING_PRIORITY, rulings.file_paper, nothing_to_give_up),
    Step("deliver", noticing.DELIVER_PRIORITY, delivering.deliver, nothing_to_give_up, delivering.DELAYS),
    Step("export", outgoing.EXPORT_PRIORITY, outbox.deliver, outbox.give_up, delivering.DELAYS),
)
BY_NAME = {step.name: step for step in STEPS}


# Given up, these leave everything as it was; the pages of the other steps wait for a person's eyes instead.
RETRIED = tuple(step.name for step in STEPS if step.give_up in (nothing_to_give_up, outbox.give_up))


def retry_failed(office: Office, actor: Actor, number: int | None = None) -> int:
    """Puts back what was given up for a cause that is mended by now, a full disk for one; how many jobs. number: this job only."""
    with office.db.write() as session:
        return house.put_back(session, office, actor, RETRIED, number)


def run(office: Office, job: Claimed, owner: str) -> bool:
    """Does one claimed job; False when the lease was lost meanwhile and nothing was written."""
    apply = BY_NAME[job.step].prepare(office, job.subject_id)
    with office.db.write() as session:
        if not jobs.finish(session, job.id, owner):
            session.rollback()
            return False
        apply(session)
    return True


def fail(office: Office, job: Claimed, owner: str, error: str) -> bool:
    """Puts a job back for another try, or gives it up with what that means; True when given up."""
    with office.db.write() as session:
        gave_up = jobs.fail(session, job.id, owner, error, now=office.clock.now(), delays=BY_NAME[job.step].delays)
        if gave_up:
            BY_NAME[job.step].give_up(office, job.subject_id)(session)
    return gave_up


def _file(session: Session, file_id: int) -> File:
    found = session.get(File, file_id)
    if found is None:
        raise DossierError("internal", ref=f"file {file_id}")
    return found


def _page(session: Session, page_id: int) -> Page:
    found = session.get(Page, page_id)
    if found is None:
        raise DossierError("internal", ref=f"page {page_id}")
    return found


def _submission(session: Session, submission_id: int) -> Submission:
    found = session.get(Submission, submission_id)
    if found is None:
        raise DossierError("internal", ref=f"submission {submission_id}")
    return found
