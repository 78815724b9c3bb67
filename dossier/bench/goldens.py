"""Cases written for clerks come in, each with what must be found; what was not found and what was found besides goes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import click

from dossier.bench import meter
from dossier.bench.goldencases import Golden, files, read
from dossier.office import RuleBook
from review.completeness import check_document
from review.findings import Finding
from review.gate import check_case
from review.handover import check_submission
from review.waivers import Waived, settle

SEVERITIES = {"阻断": "blocking", "提醒": "warning", "待核对": "unchecked"}
LATE = ("late.", "clash.")
FOLDERS = (
    ("complete", "complete cases: nothing found but lateness"),
    ("defect", "cases with one defect, or none when waived: just that found"),
    ("gate", "other cases at a gate"),
    ("document", "single papers"),
    ("handover", "hand-overs"),
)


@dataclass(frozen=True)
class Judged:
    """One case file after its case was judged. missed: expectations that nothing met; besides: findings that none expected."""

    name: str
    missed: tuple[str, ...]
    besides: tuple[str, ...]

    @property
    def exact(self) -> bool:
        return not self.missed and not self.besides


def run(book: RuleBook) -> bool:
    """Prints a row for each folder of cases and every case that is not met exactly; True when all are."""
    meter.headline("judge: golden cases")
    rows, wrong = [], []
    for folder, what in FOLDERS:
        judged = [judge(read(path, book), book) for path in files(folder)]
        wrong += [one for one in judged if not one.exact]
        expected = sum(not one.missed for one in judged)
        rows.append((what, len(judged), expected, sum(not one.besides for one in judged)))
    meter.table(("what", "cases", "all expected found", "nothing else found"), rows)
    for one in wrong:
        click.echo(f"   {one.name}: missed {'; '.join(one.missed) or '–'} · besides {'; '.join(one.besides) or '–'}")
    return not wrong


def judge(golden: Golden, book: RuleBook) -> Judged:
    """The case of a file judged by the rules that it names, against what the file tells."""
    folder = golden.path.parent.name
    if folder == "document":
        pairs = _against(golden, of_papers(golden, book), ())
    elif folder == "handover":
        pairs = _against(golden, of_hand_over(golden, book), ())
    else:
        pairs = _against(golden, *at_gate(golden, book))
    return Judged(
        f"{folder}/{golden.path.stem}", tuple(one for left, _ in pairs for one in left), tuple(one for _, left in pairs for one in left)
    )


def at_gate(golden: Golden, book: RuleBook) -> tuple[tuple[Finding, ...], tuple[Waived, ...]]:
    """What stands and what is waived when the case is looked at at its gate on its day."""
    found = check_case(golden.rules, book.calendar, golden.case, golden.papers, golden.gate, golden.day)
    return settle(golden.rules, found, golden.case.waivers)


def of_papers(golden: Golden, book: RuleBook) -> list[Finding]:
    """What is wrong with each paper by itself."""
    words = book.lexicon(golden.rules.profile)
    return [finding for one in golden.papers for finding in check_document(one, golden.case, words, golden.day)]


def of_hand_over(golden: Golden, book: RuleBook) -> Sequence[Finding]:
    """What is wrong with the papers as a whole, and against what was declared."""
    listed = None
    if (declared := golden.told.get("移送清单")) is not None:
        listed = [(name, int(pages)) for name, _, pages in (line.rpartition(" ") for line in declared)]
    pages = sorted([page for paper in golden.papers for page in paper.pages] + list(golden.blanks), key=lambda page: page.index)
    words = book.lexicon(golden.rules.profile)
    return check_submission(golden.papers, pages, golden.case, listed, words, golden.day, golden.held)


def _against(golden: Golden, findings: Sequence[Finding], waived: Sequence[Waived]) -> list[tuple[list[str], list[str]]]:
    """(missed, besides) of each kind that the file tells about: what is wrong, what only a person can see, what is late, what is waived."""
    late = [one for one in findings if one.rule.startswith(LATE)]
    seen = [one for one in findings if one.severity != "unchecked" and not one.rule.startswith(LATE)]
    kinds = (("发现", seen), ("待核对", [one for one in findings if one.severity == "unchecked"]), ("逾期", late))
    pairs = [_exactly(found, golden.told[key]) for key, found in kinds if key in golden.told]
    pairs.append(([], [_said(one) for one in late if one.severity != "warning"]))
    pairs.append(_among([one.finding.message for one in waived], golden.told.get("已免除", ())))
    if "阻断" in golden.told:
        pairs.append(_among([one.message for one in findings if one.severity == "blocking"], golden.told["阻断"]))
    return pairs


def _exactly(findings: Iterable[Finding], expected: Iterable[str]) -> tuple[list[str], list[str]]:
    """Each expectation takes one finding of its own; what is left of both."""
    left, missed = list(findings), []
    for one in expected:
        found = next((finding for finding in left if _meets(finding, one)), None)
        if found is None:
            missed.append(one)
        else:
            left.remove(found)
    return missed, [_said(one) for one in left]


def _meets(finding: Finding, expected: str) -> bool:
    """expected: '阻断 rule.id 片段', severity, rule, and words of the message."""
    severity, rule, words = expected.split(" ", 2)
    return finding.severity == SEVERITIES[severity] and finding.rule == rule and words in finding.message


def _among(messages: Iterable[str], expected: Iterable[str]) -> tuple[list[str], list[str]]:
    """The same for messages of which only some words are told."""
    left, missed = list(messages), []
    for words in expected:
        found = next((message for message in left if words in message), None)
        if found is None:
            missed.append(words)
        else:
            left.remove(found)
    return missed, left


def _said(finding: Finding) -> str:
    return f"{finding.severity} {finding.rule} {finding.message}"
