"""Papers as a reader gives them come in; how fast the rules load, a stack is taken apart and a large case is judged again goes out."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from dossier.app import book_of, open_rules, rule_texts
from dossier.bench import meter
from dossier.demo import case as demo_case
from dossier.demo import papers
from dossier.demo.compose import draw
from dossier.demo.draw import HEIGHT, WIDTH
from dossier.demo.truth import in_reading_order
from dossier.office import RuleBook
from dossier.settings import Settings
from review.completeness import check_document
from review.facts import CaseFact, DocumentFact, EventFact, PageFacts, PartyFact, SealFact, TextLine
from review.gate import check_case
from review.handover import check_submission
from review.segment import segment

DOCUMENTS = 150
ROUNDS = 5
TODAY = date(2026, 11, 20)


def drawn_documents() -> list[DocumentFact]:
    """The papers of the demo's complete batch as if they had been read without an error."""
    documents, index = [], 0
    for number, paper in enumerate(papers.COMPLETE, 1):
        pages = []
        for page, sheet in enumerate(draw(paper), 1):
            index += 1
            lines = tuple(TextLine(line.text, line.box) for line in in_reading_order(sheet.lines, sheet.marks)[0])
            seals = tuple(SealFact(mark.box, mark.shape, 0.2) for mark in sheet.marks if mark.kind == "seal")
            pages.append(PageFacts(f"{number}.{page}", index, lines, WIDTH, HEIGHT, seals=seals, zones=(), file=f"{number}", page=page))
        documents.append(DocumentFact(str(number), paper.type_id, tuple(pages), paper.case_no, title=paper.name))
    return documents


def _as_case() -> CaseFact:
    record = demo_case.record()
    parties = (PartyFact(demo_case.APPLICANT.name, "申请执行人"), PartyFact(demo_case.DEBTOR.name, "被执行人"))
    events = tuple(EventFact(anchor, day) for anchor, day in demo_case.EVENTS)
    kind = str(record["kind"])
    return CaseFact(demo_case.CASE_NO, kind, demo_case.COURT, demo_case.FILED_ON, Settings.read({}).default_profile, parties, events)


def _seconds(work: Callable[[], object]) -> float:
    """CPU seconds of the middle one of ROUNDS runs."""
    spent = []
    for _ in range(ROUNDS):
        start = meter.now()
        work()
        spent.append((meter.now() - start).cpu)
    return statistics.median(spent)


def _judged(rules: RuleBook, case: CaseFact, documents: list[DocumentFact]) -> None:
    """What the pipeline asks when a hand-over is complete, and what the closing desk asks before a case may be closed."""
    lexicon, catalogue = rules.lexicon(case.profile), rules.of(case.profile)
    for document in documents:
        check_document(document, case, lexicon, TODAY)
    pages = [page for document in documents for page in document.pages]
    check_submission(documents, pages, case, None, lexicon, TODAY, ())
    check_case(catalogue, rules.calendar, case, documents, "closing", TODAY)


def run() -> None:
    """Prints CPU milliseconds."""
    meter.headline(f"review: CPU milliseconds, middle of {ROUNDS} runs")
    rules = open_rules()
    case, documents = _as_case(), drawn_documents()
    lexicon = rules.lexicon(case.profile)
    pages = [page for document in documents for page in document.pages]
    stacked = [replace(one, ref=f"{turn}-{one.ref}") for turn in range(DOCUMENTS) for one in documents][:DOCUMENTS]
    count = sum(len(document.pages) for document in stacked)
    load, taken_apart = _seconds(lambda: book_of(rule_texts())), _seconds(lambda: segment(pages, lexicon))
    judged = _seconds(lambda: _judged(rules, case, stacked))
    gate = _seconds(lambda: check_case(rules.of(case.profile), rules.calendar, case, stacked, "closing", TODAY))
    types = len(rules.of(case.profile).types)
    meter.table(
        ("what", "size", "ms"),
        [
            ("rules of all profiles loaded and checked", f"{len(rules.catalogues)} profiles, {types} types", f"{load * 1000:.0f}"),
            ("a stack taken apart and named", f"{len(pages)} pages", f"{taken_apart * 1000:.0f}"),
            ("  a page of it", "1 page", f"{taken_apart / len(pages) * 1000:.1f}"),
            (
                "a case judged again, all its papers and the closing gate",
                f"{len(stacked)} documents, {count} pages",
                f"{judged * 1000:.0f}",
            ),
            ("  the closing gate alone", f"{len(stacked)} documents", f"{gate * 1000:.1f}"),
        ],
    )
