"""A finding: one thing that is wrong, missing or not checked, typed, with what to do and the article that asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Severity = Literal["blocking", "warning", "unchecked"]


@dataclass(frozen=True)
class Finding:
    """rule: stable id of the check. message says what is wrong, remedy what to do (Chinese). who: role id. file/page: where to look."""

    rule: str
    severity: Severity
    message: str
    remedy: str
    node: str | None = None
    document: str | None = None  # ref of the document, or its type id when it is missing
    element: str | None = None
    file: str | None = None
    page: int | None = None
    who: str | None = None
    due: date | None = None
    cite: str | None = None
    party: str | None = None  # whose paper is missing, when one is needed for each


def blocking(findings: tuple[Finding, ...] | list[Finding]) -> bool:
    """True when at least one finding forbids signing for."""
    return any(finding.severity == "blocking" for finding in findings)
