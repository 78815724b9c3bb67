"""From pages to a verdict: the rows of a hand-over come in, review's judgement of them goes out and is written down."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier import people
from dossier.desks import nodes, receiving
from dossier.desks.announcing import slips_in
from dossier.errors import DossierError
from dossier.lifecycle import SUBMISSION
from dossier.office import Filed, Office
from dossier.pagework import labels_key
from dossier.records import ledger
from dossier.records.tables import Document, FindingRow, Outbox, Page, ReplacedPage, Submission
from dossier.translate import case_fact, document_fact, finding_row, page_facts
from review.completeness import check_document, ink_labels
from review.facts import DocumentFact, PageFacts
from review.findings import Finding
from review.handover import check_submission
from review.segment import Piece, Stack, as_one, segment
from review.sheets import Sheet, sheet_of


@dataclass(frozen=True)
class Found:
    """What segmentation made of a hand-over."""

    documents: tuple[Piece, ...]
    duplicates: dict[int, int]  # page id → id of the page that it repeats
    files: tuple[int, ...]  # ids of the files that it came in


def labels(office: Office, case: Filed) -> tuple[str, ...]:
    """The printed labels beside which the documents of this case want handwriting."""
    return labels_key(ink_labels(office.rules.lexicon_for(case)))


def _load(session: Session, submission_id: int) -> Submission:
    submission = session.get(Submission, submission_id)
    if submission is None:
        raise DossierError("internal", ref=f"submission {submission_id}")
    return submission


def facts_of(submission: Submission, replaced: Collection[int] = ()) -> tuple[PageFacts, ...]:
    """Every page of a hand-over as review sees it, without those that were scanned again."""
    return tuple(page_facts(page, page.file.name) for page in submission.pages if page.id not in replaced)


def find_documents(office: Office, submission_id: int) -> Found:
    """Segments and classifies the pages of a hand-over."""
    with office.db.read() as session:
        submission = _load(session, submission_id)
        stack: Stack = segment(facts_of(submission), office.rules.lexicon_for(submission.case))
        files = tuple(file.id for file in submission.files)
    return Found(stack.pieces, {int(page): int(first) for page, first in stack.duplicates.items()}, files)


def write_documents(session: Session, submission: Submission, found: Found) -> None:
    """Writes the documents and ties the pages to them; blank pages and repeats belong to none."""
    pages = {page.id: page for page in submission.pages}
    for number, piece in enumerate(found.documents, 1):
        document = Document(
            submission_id=submission.id,
            case_id=submission.case_id,
            number=number,
            type_id=piece.guess.type_id,
            name=piece.guess.name,
            title=piece.title,
            score=piece.guess.score,
            confident=piece.guess.confident,
            why=piece.guess.why,
            case_no=piece.case_no,
            dated=piece.dated,
        )
        session.add(document)
        session.flush()
        for ref in piece.pages:
            pages[int(ref)].document_id = document.id
            # It was found by its words at once; from now on by its type and its day, too.
            session.add(Outbox(page_id=int(ref)))
    for page_id, first in found.duplicates.items():
        pages[page_id].duplicate_of_id = first
    session.flush()
    session.expire_all()


@dataclass(frozen=True)
class Judged:
    """What is wrong: with the documents, one by one, and with the hand-over as a whole."""

    documents: tuple[Finding, ...]
    whole: tuple[Finding, ...]


def judge(office: Office, submission_id: int) -> Judged:
    """Every finding of a hand-over: of each document, of the whole, and one for each page that nobody could read."""
    with office.db.read() as session:
        submission = _load(session, submission_id)
        return Judged(judge_documents(office, submission, _filed(submission)), _judge_whole(office, session, submission))


def _filed(submission: Submission) -> list[Document]:
    return [document for document in submission.documents if document.state != "set_aside"]


def judge_documents(office: Office, submission: Submission, documents: Iterable[Document]) -> tuple[Finding, ...]:
    """What is wrong with these documents of a hand-over, each by itself."""
    lexicon, case, today = office.rules.lexicon_for(submission.case), case_fact(submission.case), office.today()
    return tuple(finding for one in documents for finding in check_document(document_fact(one), case, lexicon, today))


def _judge_whole(office: Office, session: Session, submission: Submission) -> tuple[Finding, ...]:
    lexicon, case = office.rules.lexicon_for(submission.case), case_fact(submission.case)
    documents = tuple(document_fact(document) for document in _filed(submission))
    replaced = set(session.execute(select(ReplacedPage.page_id).where(ReplacedPage.submission_id == submission.id)).scalars())
    declared = [(row["name"], row["pages"]) for row in submission.declared] if submission.declared else None
    pages, held = facts_of(submission, replaced), held_before(session, submission)
    found = check_submission(documents, pages, case, declared, lexicon, office.today(), held, slips_in(session, submission))
    proving = (*(replace(one, ref=f"held:{one.ref}") for one in held), *documents)
    lacking = nodes.lacks(office, submission, case, proving)
    unread = (_unread(page) for page in submission.pages if page.state == "unreadable" and page.id not in replaced)
    return (*found, *lacking, *unread)


def one_document(office: Office, case: Filed, pages: Sequence[Page]) -> Piece:
    """What pages that a person put together are, as one document."""
    facts = [page_facts(page, page.file.name) for page in pages]
    return as_one(facts, office.rules.lexicon_for(case), "由人工整理", _sheet_before(pages[0]))


def _sheet_before(first: Page) -> Sheet | None:
    """The separator right before a page as the stack was scanned; blank and repeated pages between them do not count."""
    for page in reversed([one for one in first.submission.pages if one.position < first.position]):
        if page.code and page.document_id is None:
            return sheet_of(page_facts(page, page.file.name))
        if not page.blank and page.duplicate_of_id is None:
            return None
    return None


def judge_again(office: Office, session: Session, submission: Submission, numbers: Collection[int], *, whole: bool) -> None:
    """Judges these documents, and the whole hand-over if wanted, anew; the findings of the other documents stay. Inside the caller's transaction."""
    concerned = [one for one in submission.documents if one.number in numbers and one.state != "set_aside"]
    rows = _rows(submission, judge_documents(office, submission, concerned), whole=False)
    if whole:
        for row in submission.findings:
            if row.whole:
                session.delete(row)
        rows += _rows(submission, _judge_whole(office, session, submission), whole=True)
    session.add_all(rows)
    session.flush()
    session.expire(submission)


def _rows(submission: Submission, findings: Iterable[Finding], *, whole: bool) -> list[FindingRow]:
    documents = {str(document.number): document.id for document in submission.documents}
    pages = {(page.file.name, page.number): page.id for page in submission.pages}
    rows = [finding_row(finding, submission.id, documents, pages) for finding in findings]
    for row in rows:
        row.whole = whole
    return rows


def held_before(session: Session, submission: Submission) -> tuple[DocumentFact, ...]:
    """What the dossier of the case has already."""
    rows = session.execute(
        select(Document)
        .where(Document.case_id == submission.case_id, Document.state.in_(("accepted", "placed", "kept")))
        .order_by(Document.id)
    ).scalars()
    return tuple(document_fact(document) for document in rows)


def _unread(page: Page) -> Finding:
    return Finding(
        rule="page.unreadable",
        severity="unchecked",
        message=f"{page.file.name} 第 {page.number} 页无法识别，须由人工查看。",
        remedy="请查看原图；看不清的请重新扫描。",
        file=page.file.name,
        page=page.number,
        who="dossier",
    )


def write_verdict(office: Office, session: Session, submission: Submission, judged: Judged) -> None:
    """Replaces the findings of a hand-over and lets the profile's policy decide what follows."""
    if submission.state not in ("reading", "waiting", "ready"):
        return
    catalogue = office.rules.for_case(submission.case)
    for row in list(submission.findings):
        session.delete(row)
    session.flush()
    session.add_all(_rows(submission, judged.documents, whole=False) + _rows(submission, judged.whole, whole=True))
    findings = (*judged.documents, *judged.whole)
    submission.rules_version = f"{catalogue.profile} {catalogue.version}"
    session.flush()
    session.expire(submission)
    ledger.append(
        session,
        at=office.clock.now(),
        actor=people.SYSTEM,
        action="submission.check",
        subject=f"submission:{submission.id}",
        case_id=submission.case_id,
        detail={"rules": submission.rules_version, "findings": len(findings), "blocking": sum(f.severity == "blocking" for f in findings)},
    )
    if submission.state == "reading" and submission.preview:
        submission.state = SUBMISSION.move(submission.state, "show")
    elif submission.state == "reading":
        receiving.verdict(office, session, submission, str(catalogue.switch("verdict")))
