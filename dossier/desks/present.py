"""How a hand-over lies now: its rows come in, its layout goes out, and a refusal for whoever acts on what they saw before it was changed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier.desks.layouts import Layout, Paper
from dossier.errors import DossierError
from dossier.records.tables import Document, ReplacedPage, SortAct, Submission

KEPT = ("state", "type_id", "name", "title", "score", "confident", "why", "case_no", "aside")


def layout_of(session: Session, submission: Submission) -> Layout:
    """How the documents and pages of a hand-over lie now."""
    replaced = session.execute(select(ReplacedPage).where(ReplacedPage.submission_id == submission.id)).scalars()
    return Layout(
        submission.state,
        tuple(_paper(document) for document in submission.documents),
        {page.id: page.turn for page in submission.pages if page.turn},
        {row.page_id: row.by_id for row in replaced},
    )


def _paper(document: Document) -> Paper:
    kept: dict[str, Any] = {name: getattr(document, name) for name in KEPT}
    dated = document.dated.isoformat() if document.dated else None
    return Paper(document.number, tuple(page.id for page in document.pages), dated=dated, typed_by=document.typed_by_id, **kept)


def last_act(session: Session, submission: Submission) -> SortAct | None:
    """The act that would be undone next."""
    query = select(SortAct).where(SortAct.submission_id == submission.id, SortAct.undone_at.is_(None))
    return session.execute(query.order_by(SortAct.id.desc()).limit(1)).scalar_one_or_none()


def seen_of(session: Session, submission: Submission) -> str:
    """The first half of a SHA-256 over what a person looks at who acts on it: order, types, findings, the act that would be undone, the decision.

    An act and its opposite leave all as it lay; what is undone, or taken back, next would yet be another act than the page said.
    """
    layout, act = layout_of(session, submission), last_act(session, submission)
    decided = submission.decided_at.isoformat() if submission.decided_at else None
    found = sorted((one.severity, one.rule, one.message) for one in submission.findings)
    looked_at = [layout.digest(), [one.type_id for one in layout.papers], found, act.id if act else None, decided]
    return hashlib.sha256(json.dumps(looked_at).encode()).hexdigest()[:32]


def require_seen(session: Session, submission: Submission, seen: str | None) -> None:
    """Raises changed_meanwhile when the hand-over is otherwise than the person saw it (seen_of()); None: they do not say what they saw.

    Documents go by their numbers, and these change while somebody else puts them in order.
    """
    if seen and seen_of(session, submission) != seen:
        raise DossierError("changed_meanwhile")
