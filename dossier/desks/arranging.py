"""Between the order of a hand-over and its rows: rows come in, a layout goes out, and a changed layout becomes rows and findings again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dossier.desks import judging
from dossier.desks.layouts import Layout, Paper
from dossier.desks.present import KEPT, layout_of
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records.tables import Document, FindingRow, LoanDocument, Outbox, Page, ReplacedPage, Submission


def write_layout(office: Office, session: Session, submission: Submission, before: Layout, after: Layout) -> Layout:
    """Makes the rows say `after`; asks anew what changed documents are, and judges them and, while it waits, the whole. Returns what was written."""
    pages = {page.id: page for page in submission.pages}
    for page_id in {page for paper in after.papers for page in paper.pages} - pages.keys():
        pages[page_id] = _page(session, page_id)
    stay = _staying(before, after)
    named = replace(after, papers=tuple(_named(office, submission, paper, pages) for paper in after.papers))
    findings = _hold_findings(submission, {old: new for new, old in stay.items()}, before)
    _write_documents(session, submission, named, pages)
    _write_views(session, submission, named)
    session.flush()
    session.expire_all()
    _place_findings(session, submission, findings)
    concerned = {paper.number for paper in named.papers} - stay.keys()
    judging.judge_again(office, session, submission, concerned, whole=submission.state == "waiting")
    touched = [page for paper in named.papers if paper.number in concerned for page in paper.pages]
    touched += [page for paper in before.papers for page in paper.pages if paper.number not in stay.values() and page not in touched]
    session.add_all(Outbox(page_id=page) for page in dict.fromkeys(touched))
    session.flush()
    return named


def _page(session: Session, page_id: int) -> Page:
    page = session.get(Page, page_id)
    if page is None:
        raise DossierError("page_unknown")
    return page


def _named(office: Office, submission: Submission, paper: Paper, pages: Mapping[int, Page]) -> Paper:
    """A changed document with what its pages say now; what a person called it stays."""
    if not paper.fresh:
        return paper
    piece = judging.one_document(office, submission.case, [pages[page] for page in paper.pages])
    dated = piece.dated.isoformat() if piece.dated else None
    paper = replace(paper, fresh=False, title=piece.title, case_no=piece.case_no, dated=dated)
    if paper.typed_by is not None:
        return paper
    guess = piece.guess
    return replace(paper, type_id=guess.type_id, name=guess.name, score=guess.score, confident=guess.confident, why=guess.why)


def _staying(before: Layout, after: Layout) -> dict[int, int]:
    """New number → old number of the documents whose judgement still holds: the same pages taken for the same thing."""
    old = {paper.content: paper.number for paper in before.papers}
    return {paper.number: old[paper.content] for paper in after.papers if not paper.fresh and paper.content in old}


def _hold_findings(submission: Submission, stay: Mapping[int, int], before: Layout) -> dict[int, list[FindingRow]]:
    """Loosens every finding from its document: those of documents that stay by their new number, the others to be deleted (under 0)."""
    numbers = {document.id: document.number for document in submission.documents}
    held: dict[int, list[FindingRow]] = {}
    for row in submission.findings:
        if row.document_id is not None:
            kept = 0 if row.whole and before.state == "waiting" else stay.get(numbers[row.document_id], 0)
            held.setdefault(kept, []).append(row)
            row.document_id = None
    return held


def _place_findings(session: Session, submission: Submission, held: Mapping[int, list[FindingRow]]) -> None:
    rows = {document.number: document.id for document in submission.documents}
    for number, findings in held.items():
        for finding in findings:
            if number:
                finding.document_id, finding.document_ref = rows[number], str(number)
            else:
                session.delete(finding)


def _write_documents(session: Session, submission: Submission, layout: Layout, pages: Mapping[int, Page]) -> None:
    rows = {document.number: document for document in submission.documents}
    for page in pages.values():
        page.document_id = None
    session.flush()
    for paper in layout.papers:
        row = rows.pop(paper.number, None)
        if row is None:
            row = Document(submission_id=submission.id, case_id=submission.case_id, number=paper.number)
            session.add(row)
        for name in KEPT:
            setattr(row, name, getattr(paper, name))
        row.dated, row.typed_by_id = date.fromisoformat(paper.dated) if paper.dated else None, paper.typed_by
        session.flush()
        scanned = sorted(paper.pages, key=lambda page: pages[page].position)
        for place, page_id in enumerate(paper.pages, 1):
            page = pages[page_id]
            page.document_id, page.submission_id = row.id, submission.id
            page.place = 0 if scanned == list(paper.pages) else place
    session.flush()
    for row in rows.values():
        if session.execute(select(LoanDocument.id).where(LoanDocument.document_id == row.id).limit(1)).first() is not None:
            raise DossierError("sort_impossible", what=f"第 {row.number} 件有借阅登记", what_en=f"document {row.number} stands in a loan")
        session.execute(delete(Document).where(Document.id == row.id))
        session.expunge(row)


def _write_views(session: Session, submission: Submission, layout: Layout) -> None:
    session.execute(delete(ReplacedPage).where(ReplacedPage.submission_id == submission.id))
    session.add_all(ReplacedPage(page_id=page, by_id=by, submission_id=submission.id) for page, by in layout.behind.items())
    for page in session.execute(select(Page).where(Page.submission_id == submission.id)).scalars():
        page.turn = layout.turns.get(page.id, 0)


def pages_came(office: Office, session: Session, submission: Submission) -> None:
    """A page that was scanned again has been read: what it belongs to is asked and judged anew."""
    before = layout_of(session, submission)
    fresh = set(before.behind.values())
    papers = tuple(replace(one, fresh=one.state == "found" and not fresh.isdisjoint(one.pages)) for one in before.papers)
    write_layout(office, session, submission, before, replace(before, papers=papers))
