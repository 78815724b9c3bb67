"""The node 办案节点 for which paper comes: a case comes in, its nodes with what each lacks go out; a hand-over comes in, what its node still lacks goes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dossier.access import Actor
from dossier.desks import closing
from dossier.desks.cases import load_for
from dossier.office import Filed, Office
from dossier.records.tables import Submission
from review.casenumbers import parse as parse_case
from review.facts import CaseFact, DocumentFact
from review.findings import Finding
from review.nodestates import EvidenceState, node_states
from review.sheets import parse


def choices(office: Office, actor: Actor, case_no: str) -> list[dict[str, Any]]:
    """[{"node","name","lacking"}] of a case by its own rules, those that lack something first. Raises case_unknown."""
    with office.db.read() as session:
        case = load_for(session, case_no, actor, "submission.make")
        catalogue = office.rules.for_case(case)
        told = [
            {"node": state.node.id, "name": state.node.name, "lacking": [_name(office, case, line) for line in state.lines if line.lacking]}
            for state in closing.states_of(office, session, case, actor, catalogue)
            if state.state != "untracked"
        ]
    return sorted(told, key=lambda one: not one["lacking"])


def from_cover(office: Office, submission: Submission) -> None:
    """What nobody chose, a cover of this case in the stack may name."""
    if submission.node:
        return
    ours = parse_case(submission.case.case_no)
    for page in submission.pages:
        sheet = parse(page.code) if page.code and page.document_id is None else None
        if sheet is not None and sheet.node and ours is not None and sheet.case_no == ours.base:
            if sheet.node in office.rules.for_case(submission.case).nodes:
                submission.node = sheet.node
            return


def lacks(office: Office, submission: Submission, case: CaseFact, documents: Sequence[DocumentFact]) -> list[Finding]:
    """What the node of a hand-over lacks even with these papers, as one finding that only warns; nothing when it lacks nothing, or none was chosen."""
    if not submission.node:
        return []
    catalogue, node = office.rules.for_case(submission.case), submission.node
    states = node_states(catalogue, office.rules.calendar, case, documents, office.today(), forced=frozenset({node}))
    state = next((one for one in states if one.node.id == node), None)
    missing = [_name(office, submission.case, line) for line in state.lines if line.lacking] if state is not None else []
    if state is None or not missing:
        return []
    return [
        Finding(
            rule=node,
            severity="warning",
            message=f"本次移送后，节点“{state.node.name}”仍缺：{'、'.join(missing)}",
            remedy="可以随后补交；不影响本次签收",
            node=node,
            who="team",
            due=state.due,
            cite=catalogue.cited(state.node.cite),
        )
    ]


def _name(office: Office, case: Filed, line: EvidenceState) -> str:
    catalogue = office.rules.for_case(case)
    whose = "、".join(party for party in line.parties if party)
    return "或".join(catalogue.type(one).name for one in line.evidence.accepted) + (f"（{whose}）" if whose else "")
