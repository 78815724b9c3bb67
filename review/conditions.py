"""Case and documents to conditions: which 'if' of the rules holds, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from review.facts import CaseFact, DocumentFact
from review.rulebook import Catalogue, Condition

ALWAYS = "always"


def holding(catalogue: Catalogue, case: CaseFact, documents: Sequence[DocumentFact] = ()) -> dict[str, str]:
    """The conditions that hold, each with its reason (Chinese). What the case states outright overrules what the papers suggest.

    Conditions with an `unless` are judged after all others, so that an exception is known before what it prevents.
    """
    found = {ALWAYS: "一律适用"} | {id: "案件登记时指定" for id, holds in case.conditions.items() if holds}
    refused = {id for id, holds in case.conditions.items() if not holds}
    plain = [one for one in catalogue.conditions.values() if not one.unless and one.id not in refused]
    exceptional = [one for one in catalogue.conditions.values() if one.unless and one.id not in refused]
    types = {document.type_id for document in documents if document.type_id}
    anchors = {event.anchor for event in case.events}
    for group in (plain, exceptional, plain):
        while _grow(catalogue, case, types, anchors, group, found):
            pass
    return found


def _grow(
    catalogue: Catalogue, case: CaseFact, types: set[str], anchors: set[str], group: Sequence[Condition], found: dict[str, str]
) -> bool:
    grown = False
    for one in group:
        if one.id in found or any(other in found for other in one.unless):
            continue
        if reason := _reason(catalogue, case, types, anchors, one, found):
            found[one.id] = reason
            grown = True
    return grown


def _reason(
    catalogue: Catalogue, case: CaseFact, types: set[str], anchors: set[str], one: Condition, found: Mapping[str, str]
) -> str | None:
    if case.kind in one.case_kinds:
        return f"案件类型为{case.kind}"
    if case.closing_mode in one.closing_modes:
        return f"结案方式为{case.closing_mode}"
    for id in one.documents:
        if id in types:
            return f"卷内有《{catalogue.types[id].name}》"
    for id in one.anchors:
        if id in anchors:
            return f"已登记{catalogue.anchors[id].name}"
    for id in one.conditions:
        if id in found:
            return f"{catalogue.conditions[id].name}（{found[id]}）"
    return None
