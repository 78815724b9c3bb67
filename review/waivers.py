"""Findings and what people waived to two lists: what still stands, and what is waived, by whom and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from review.facts import WaiverFact
from review.findings import Finding
from review.rulebook import Catalogue

_NEVER = ("closing.", "document.unknown", "case_no.", "submission.", "loan.")


@dataclass(frozen=True)
class Waived:
    """A finding that no longer stands, and the waiver that lifted it."""

    finding: Finding
    waiver: WaiverFact


def waivable(catalogue: Catalogue, target: str) -> bool:
    """True when a person may waive this: a check that says so, a node, a material, or a rule that a finding of the case can carry."""
    if target in catalogue.checks:
        return catalogue.checks[target].waivable
    if target in catalogue.nodes or target in catalogue.types or target in catalogue.deadlines:
        return True
    head, _, rest = target.partition(".")
    if head == "node":
        node, _, material = rest.partition(".")
        return node in catalogue.nodes and material in catalogue.types
    return head in ("late", "early", "stale", "clash") and rest in catalogue.deadlines


def named(catalogue: Catalogue, target: str) -> str:
    """What a target is called: the check, step, material or time limit, or the material and step that a finding names."""
    for entries in (catalogue.checks, catalogue.nodes, catalogue.types):
        if target in entries:
            return entries[target].name
    head, _, rest = target.partition(".")
    node, _, material = rest.partition(".")
    if head == "node" and node in catalogue.nodes and material in catalogue.types:
        return f"{catalogue.types[material].name}（{catalogue.nodes[node].name}）"
    clock = catalogue.deadlines.get(target) or catalogue.deadlines.get(rest)
    return clock.action if clock else target


def settle(
    catalogue: Catalogue, findings: Sequence[Finding], waivers: Sequence[WaiverFact]
) -> tuple[tuple[Finding, ...], tuple[Waived, ...]]:
    """What stands and what is waived, each in the given order; what may not be waived stands whatever is on record."""
    standing: list[Finding] = []
    waived: list[Waived] = []
    for finding in findings:
        waiver = next((one for one in waivers if _lifts(catalogue, one, finding)), None)
        if waiver is None:
            standing.append(finding)
        else:
            waived.append(Waived(finding, waiver))
    return tuple(standing), tuple(waived)


def _lifts(catalogue: Catalogue, waiver: WaiverFact, finding: Finding) -> bool:
    if finding.rule.startswith(_NEVER) or (finding.rule in catalogue.checks and not catalogue.checks[finding.rule].waivable):
        return False
    if waiver.party is not None and waiver.party != finding.party:
        return False
    _, _, rest = finding.rule.partition(".")
    return waiver.target in (finding.rule, finding.node, finding.document, rest)
