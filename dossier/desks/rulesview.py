"""The courts' rules for reading: a profile and a version come in; their entries, what differs between two, and what another version would find in a case, go out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from dossier import access
from dossier.access import Actor, Resource
from dossier.desks import closing, rulenames
from dossier.desks.cases import load
from dossier.errors import DossierError
from dossier.office import Office, RuleBook
from dossier.records import ledger
from dossier.translate import finding_json
from review.catalogue import diff, show
from review.catalogue import load as load_rules
from review.findings import Finding
from review.gate import Gate, check_case
from review.rulebook import Catalogue
from review.rules_load import BASE
from review.versions import VERSION
from review.waivers import settle


def version_of(book: RuleBook, said: str) -> Catalogue:
    """'yanling', 'yanling@2022.1' for a version of it by its name or first day, or 'base' for the common part. Raises profile_unknown."""
    if said == BASE:
        return load_rules(book.texts, BASE)
    profile, _, wanted = said.partition(VERSION)
    newest = book.of(profile)
    if not wanted:
        return newest
    found = next((one for one in book.versions[profile] if wanted in (one.version, one.effective_from.isoformat())), None)
    if found is None:
        raise DossierError("profile_unknown", profile=said)
    return found


def id_of(rules: Catalogue) -> str:
    """How version_of() is asked for exactly this version."""
    return f"{rules.profile}{VERSION}{rules.version}"


def named(book: RuleBook, said: str) -> str:
    """'yanling 2022.1', as cases and hand-overs keep it, with the court's name instead of the profile's; as it is when no such rules are here any more."""
    profile, _, version = said.partition(" ")
    return f"{book.catalogues[profile].name} {version}" if profile in book.catalogues else said


def listing(office: Office, actor: Actor) -> list[dict[str, Any]]:
    """[{"profile","name","version","id","effective_from","nodes","types","deadlines","default"}], a row for each version, the newest of each court first."""
    access.demand(actor, "rules.read")
    default = office.settings.default_profile
    return [
        {
            "profile": one.profile,
            "name": one.name,
            "version": one.version,
            "id": id_of(one),
            "effective_from": one.effective_from.isoformat(),
            "nodes": len(one.nodes),
            "types": len(one.types),
            "deadlines": len(one.deadlines),
            "default": one.profile == default,
        }
        for known in office.rules.versions.values()
        for one in reversed(known)
    ]


def catalogue(office: Office, actor: Actor, said: str, words: str = "") -> dict[str, Any]:
    """{"head","nodes","types","switches"} of one version: nodes with evidence and deadlines, types with required elements, switches.

    words: only entries whose id or name holds them. Raises not_allowed, profile_unknown.
    """
    access.demand(actor, "rules.read")
    rules = version_of(office.rules, said)
    return {
        "head": {
            "profile": rules.profile,
            "name": rules.name,
            "version": rules.version,
            "effective_from": rules.effective_from.isoformat(),
        },
        "nodes": [_node(rules, id) for id, node in rules.nodes.items() if words in f"{id} {node.name}"],
        "types": [_type(rules, id) for id, type in rules.types.items() if words in f"{id} {type.name} {'、'.join(type.aliases)}"],
        "switches": [asdict(switch) for id, switch in rules.switches.items() if words in f"{id} {switch.name}"],
    }


def _node(rules: Catalogue, id: str) -> dict[str, Any]:
    node = rules.nodes[id]
    clocks = [f"{rule.action} {rule.amount} {rules.units.get(rule.unit, rule.unit)}" for rule in rules.deadlines_of(id)]
    return {
        "id": id,
        "seq": node.seq,
        "name": node.name,
        "kinds": [rules.case_kinds.get(kind, kind) for kind in node.applies_to],
        "evidence": [" / ".join(rules.types[type_id].name for type_id in one.accepted) for one in node.evidence],
        "deadlines": clocks,
        "cite": list(node.cite),
    }


def _type(rules: Catalogue, id: str) -> dict[str, Any]:
    type = rules.types[id]
    return {
        "id": id,
        "name": type.name,
        "volume": rules.volumes.get(type.volume, type.volume),
        "group": rules.groups[type.group].name if type.group in rules.groups else type.group,
        "required": [rules.elements[element].label for element in type.required],
        "cite": list(type.cite),
    }


def entry(office: Office, actor: Actor, said: str, id: str) -> dict[str, Any]:
    """Everything the rules say about one id or name, as review.catalogue.show() tells it. Raises not_allowed, profile_unknown, rule_unnamed, rule_ambiguous."""
    access.demand(actor, "rules.read")
    return shown(version_of(office.rules, said), id)


def shown(rules: Catalogue, called: str) -> dict[str, Any]:
    """What the rules say about an id, or about what a clerk calls it. Raises rule_ambiguous (with the ids), rule_unnamed (with the nearest)."""
    return show(rules, rulenames.id_of(rules, called))


def compare(office: Office, actor: Actor, first: str, second: str) -> list[str]:
    """What differs from the first to the second, one sentence each. Raises not_allowed, profile_unknown."""
    access.demand(actor, "rules.read")
    return diff(version_of(office.rules, first), version_of(office.rules, second))


def trial(office: Office, actor: Actor, case_no: str, said: str, gate: Gate | None) -> dict[str, Any]:
    """{"case_no","own","other","gate","same":n,"gone":[finding],"new":[finding]}: what another version would find in a case today, and no more.

    Nothing of the case changes. Raises not_allowed, case_unknown, profile_unknown, rules_apart.
    """
    access.demand(actor, "rules.read")
    other = version_of(office.rules, said)
    day = office.today()
    with office.db.write() as session:
        case = load(session, case_no)
        access.demand(actor, "case.check", Resource(team=case.team_id))
        own, found, _ = closing.judged(office, session, case, actor, gate, day)
        facts = closing.case_facts(office, session, case)
        documents = closing.documents_of(session, case, actor)
        strange = sorted({one.type_id for one in documents if one.type_id and one.type_id not in other.types})
        if strange or case.kind not in other.case_kinds:
            raise DossierError("rules_apart", what="、".join(strange) or case.kind)
        would, _ = settle(other, check_case(other, office.rules.calendar, facts, documents, gate, day), facts.waivers)
        detail = {"rules": id_of(other), "gate": gate}
        ledger.append(
            session,
            at=office.clock.now(),
            actor=actor.login,
            action="rules.trial",
            subject=f"case:{case.id}",
            case_id=case.id,
            detail=detail,
        )
    before, after = {_key(one) for one in found}, {_key(one) for one in would}
    return {
        "case_no": case_no,
        "own": f"{own.name} {own.version}",
        "other": f"{other.name} {other.version}",
        "gate": gate,
        "same": len(before & after),
        "gone": [finding_json(one, own.roles) for one in found if _key(one) not in after],
        "new": [finding_json(one, other.roles) for one in would if _key(one) not in before],
    }


def _key(finding: Finding) -> tuple[str | None, ...]:
    day = finding.due.isoformat() if finding.due else None
    return finding.rule, finding.severity, finding.node, finding.document, finding.party, finding.message, day
