"""A loan of paper and the court's rules to its due day; the loans of a case to what they mean at a gate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from review.counting import last_day
from review.facts import CaseFact
from review.findings import Finding
from review.rulebook import Catalogue, DeadlineRule
from review.workdays import Calendar

NODE, ANCHOR = "loan", "loan_reason_ended"


@dataclass(frozen=True)
class LoanDue:
    """When paper must be back: due None while the clock has not begun; start: the day from which it runs; cite: the article."""

    due: date | None
    start: date | None = None
    provisional: bool = False
    cite: str | None = None


def needs_approval(catalogue: Catalogue, kind: str) -> bool:
    """True when the director must approve a loan of this kind (out | reading | copying)."""
    return catalogue.switch("loan_approval") in ("all", kind)


def due_of(catalogue: Catalogue, calendar: Calendar, kind: str, until: date, ended_on: date | None) -> LoanDue:
    """The due day of paper that is out. until: the agreed end; ended_on: the day on which the reason ended, when somebody told it.

    Switch loan_return_from: stated_end takes the agreed end for the day on which the reason ends, unless it is told to have ended earlier;
    reason_ended waits for that word. What is read in the house is back by the agreed day; so is a loan in a court that wrote no limit.
    """
    if kind == "reading":
        start: date | None = until
    elif catalogue.switch("loan_return_from") == "reason_ended":
        start = ended_on
    else:
        start = min(until, ended_on or until)
    if start is None:
        return LoanDue(None)
    rule = _rule(catalogue)
    if rule is None or kind == "reading":
        counted = calendar.next_workday(start)
        return LoanDue(counted.date, start, counted.provisional)
    count = last_day(catalogue, calendar, rule, start)
    return LoanDue(count.day, start, count.provisional, catalogue.cited(rule.cite))


def _rule(catalogue: Catalogue) -> DeadlineRule | None:
    """This court's limit for giving back what was borrowed."""
    found = (one for one in catalogue.deadlines.values() if one.node == NODE and one.anchor == ANCHOR and one.kind == "max")
    return next(found, None)


def check_loans(catalogue: Catalogue, case: CaseFact, gate: str | None, today: date) -> Iterable[Finding]:
    """Paper that is out forbids archiving; at the other gates it is a warning once it is overdue."""
    node = catalogue.nodes.get(NODE)
    for loan in case.loans:
        over = loan.due is not None and loan.due < today
        if gate != "archiving" and not over:
            continue
        by = f"，应于{loan.due}归还" if loan.due else ""
        yield Finding(
            rule="loan.out",
            severity="blocking" if gate == "archiving" else "warning",
            message=f"借阅 {loan.number}（{loan.borrower}）尚有 {loan.sheets} 张纸质卷宗没有归还{by}{'，已超期' if over else ''}：{loan.missing}",
            remedy="催还并逐张清点，全部归还后才能归档",
            node=NODE if node else None,
            who=node.roles[0] if node else None,
            due=loan.due,
            cite=catalogue.cited(node.cite) if node else None,
        )
