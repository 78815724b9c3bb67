"""What a person calls a rule: an id or a Chinese name comes in, the id goes out, or the error says what may have been meant."""

from __future__ import annotations

from dossier.errors import DossierError
from review import naming
from review.rulebook import Catalogue


def id_of(rules: Catalogue, called: str) -> str:
    """The one id that is called so. Raises rule_ambiguous (with the ids), rule_unnamed (with the nearest)."""
    found = naming.meant(rules, called)
    if len(found) > 1:
        raise DossierError("rule_ambiguous", rule=called, ids=naming.told(rules, found))
    if not found:
        near = naming.told(rules, naming.like(rules, called))
        raise DossierError(
            "rule_unnamed", rule=called, near=f"相近的有：{near}" if near else "代码见 rules show nodes、types、deadlines 等"
        )
    return found[0]


def rule_of(rules: Catalogue, said: str) -> str:
    """A rule as findings name it stays as it is; a name in Chinese becomes its id. Raises what id_of() raises."""
    return said if said.isascii() else id_of(rules, said)
