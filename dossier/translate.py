"""Between the records and the judging room: rows come in, review's plain facts go out, and findings become rows again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dossier.clock import local
from dossier.records.tables import Case, Document, FindingRow, Page
from review.facts import CaseFact, DocumentFact, EventFact, PageFacts, PartyFact, SealFact, TextLine, WaiverFact, ZoneFact
from review.findings import Finding


def box_of(value: Sequence[int]) -> tuple[int, int, int, int]:
    """A JSON box as a tuple."""
    x0, y0, x1, y1 = value
    return int(x0), int(y0), int(x1), int(y1)


def text_lines(lines: Sequence[Mapping[str, Any]]) -> tuple[TextLine, ...]:
    """Stored lines as review sees them."""
    return tuple(TextLine(row["text"], box_of(row["box"]), float(row["confidence"])) for row in lines)


def mark_facts(marks: Mapping[str, Any] | None) -> tuple[tuple[SealFact, ...] | None, tuple[ZoneFact, ...] | None]:
    """Stored marks; None when nobody looked, and for the seals of a grey picture, in which red cannot be seen."""
    if marks is None:
        return None, None
    seals = tuple(SealFact(box_of(row["box"]), row["shape"], float(row["red"])) for row in marks["seals"]) if marks["colour"] else None
    zones = tuple(ZoneFact(row["label"], box_of(row["box"]), row["filled"]) for row in marks["zones"])
    return seals, zones


def page_facts(page: Page, file_name: str) -> PageFacts:
    """A page row as facts; ref is the page's id."""
    seals, zones = mark_facts(page.marks)
    return PageFacts(
        ref=str(page.id),
        index=page.position,
        lines=text_lines(page.lines),
        width=page.width,
        height=page.height,
        blank=page.blank,
        seals=seals,
        zones=zones,
        digest=page.digest,
        file=file_name,
        page=page.number,
        code=page.code,
    )


def document_fact(document: Document, *, with_pages: bool = True) -> DocumentFact:
    """A document row as facts; ref is its number in the hand-over."""
    return DocumentFact(
        ref=str(document.number),
        type_id=document.type_id,
        pages=tuple(page_facts(page, page.file.name) for page in document.pages) if with_pages else (),
        case_no=document.case_no,
        dated=document.dated,
        signed_for=local(document.signed_at).date() if document.signed_at else None,
        title=document.title or document.name,
    )


def case_fact(case: Case) -> CaseFact:
    """A case row as facts."""
    return CaseFact(
        case_no=case.case_no,
        kind=case.kind,
        court=case.court,
        filed_on=case.filed_on,
        profile=case.profile,
        parties=tuple(PartyFact(party.name, party.role) for party in case.parties),
        events=tuple(EventFact(event.anchor, event.on_day, event.source) for event in case.events if not _states(event.anchor)),
        conditions={event.anchor.removeprefix("no:"): not event.anchor.startswith("no:") for event in case.events if _states(event.anchor)},
        closed_on=case.closed_on,
        closing_mode=case.closing_mode,
        amount=case.amount or None,
        closing_amount=case.closing_amount or None,
        waived_amount=case.waived_amount or None,
        paid_amount=case.paid_amount or None,
        closing_reason=case.closing_reason or None,
        waivers=tuple(
            WaiverFact(one.target, one.reason, one.approver.display, local(one.at).date(), one.party or None) for one in case.waivers
        ),
    )


def _states(anchor: str) -> bool:
    """True for an event that says whether a condition holds; events are in the order of their days, so that the last word counts."""
    return anchor.startswith(("if_", "no:if_"))


def finding_row(finding: Finding, submission_id: int, documents: Mapping[str, int], pages: Mapping[tuple[str, int], int]) -> FindingRow:
    """A finding with the ids of the document (by ref) and page (by file and number) that it is about."""
    return FindingRow(
        submission_id=submission_id,
        document_id=documents.get(finding.document or ""),
        page_id=pages.get((finding.file or "", finding.page or 0)),
        rule=finding.rule,
        severity=finding.severity,
        message=finding.message,
        remedy=finding.remedy,
        node=finding.node,
        document_ref=finding.document,
        element=finding.element,
        file=finding.file,
        page=finding.page,
        who=finding.who,
        due=finding.due,
        cite=finding.cite,
    )


def finding_json(finding: Finding | FindingRow, roles: Mapping[str, str] | None = None) -> dict[str, Any]:
    """{"rule","node","document","element","file","page","severity","message","remedy","who","due","cite"} of the command line contract."""
    document = finding.document_ref if isinstance(finding, FindingRow) else finding.document
    return {
        "rule": finding.rule,
        "node": finding.node,
        "document": document,
        "element": finding.element,
        "file": finding.file,
        "page": finding.page,
        "severity": finding.severity,
        "message": finding.message,
        "remedy": finding.remedy,
        "who": (roles or {}).get(finding.who or "", finding.who),
        "due": finding.due.isoformat() if finding.due else None,
        "cite": finding.cite,
    }
