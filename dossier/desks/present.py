"""How a hand-over lies now: its rows come in, its layout goes out, and a refusal for whoever acts on what they saw before it was changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier.desks.layouts import Layout, Paper
from dossier.errors import DossierError
from dossier.records.tables import Document, ReplacedPage, Submission

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


def require_seen(session: Session, submission: Submission, seen: str | None) -> None:
    """Raises changed_meanwhile when the hand-over lies otherwise than the person saw it (Layout.seen()); None: they do not say what they saw.

    Documents go by their numbers, and these change while somebody else puts them in order.
    """
    if seen and layout_of(session, submission).seen() != seen:
        raise DossierError("changed_meanwhile")
