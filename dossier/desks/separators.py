"""Separator 分隔页 and cover 封页 sheets for a stack of paper: which ones are wanted comes in; a PDF to print, each sheet with its QR, goes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from dossier import access
from dossier.access import Actor, Resource
from dossier.clock import local
from dossier.desks.cases import load_for
from dossier.desks.register import written
from dossier.errors import DossierError
from dossier.listings import Separator, write_separators
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case
from review.rulebook import Catalogue
from review.sheets import STATEMENT, Sheet, code_of

MOST = 200  # sheets of one print
_USE = "放在每份材料之前，与材料一起扫描；系统据此分件。"
_TYPED = "其后到下一张分隔页之前的材料，按上面写明的类型登记；要件仍逐项审查。"
_COVER = "放在这批材料之上，与材料一起扫描；案号与移送的案件不同的，系统会提示。"


@dataclass(frozen=True)
class Wanted:
    """What is to be printed: so many plain sheets; types (id, how many); a cover of this case, if named, and of one of its nodes."""

    plain: int = 0
    types: Sequence[tuple[str, int]] = ()
    case_no: str | None = None
    node: str | None = None


def save(office: Office, actor: Actor, wanted: Wanted, folder: Path) -> Path:
    """Writes the sheets into the folder, the cover first, and that they were printed.

    Raises not_allowed, case_unknown, type_unknown, node_unknown, separators_none, tool_missing, export_failed.
    """
    counts: Counter[str] = Counter()
    for type_id, count in wanted.types:
        counts[type_id] += count
    with office.db.write() as session:
        case = _case(session, actor, wanted.case_no)
        if wanted.node and case is None:
            raise DossierError(
                "bad_request",
                what="办案节点写在封页上，请同时写明案号",
                what_en="a step is written on the cover of a case: name the case, too",
            )
        catalogue = office.rules.for_case(case) if case else office.rules.of(office.settings.default_profile)
        sheets = _sheets(catalogue, case, wanted)
        # Covers of several cases may go into one folder.
        name = f"{sheets[0].title}{case.case_no if case else ''}.pdf"
        _note(office, session, actor, case, wanted, counts)
    made_on = local(office.clock.now())
    return written(folder / name, lambda path: write_separators(path, sheets, office.settings.court, made_on))


def choices(office: Office, actor: Actor, case_no: str | None = None) -> dict[str, Any]:
    """{"types": [(id, name)], "nodes": [(id, name)]}: what sheets may name, by the rules of the case or else of this court."""
    with office.db.read() as session:
        case = _case(session, actor, case_no)
        catalogue = office.rules.for_case(case) if case else office.rules.of(office.settings.default_profile)
        kinds = sorted(catalogue.types.values(), key=lambda kind: (kind.order is None, kind.order or 0))
        nodes = [one for one in catalogue.nodes.values() if case and case.kind in one.applies_to]
        return {"types": [(one.id, one.name) for one in kinds], "nodes": [(one.id, one.name) for one in nodes]}


def _case(session: Session, actor: Actor, case_no: str | None) -> Case | None:
    if case_no:
        return load_for(session, case_no, actor, "submission.make")
    access.demand(actor, "submission.make", Resource(team=actor.team))
    return None


def _note(office: Office, session: Session, actor: Actor, case: Case | None, wanted: Wanted, types: Mapping[str, int]) -> None:
    ledger.append(
        session,
        at=office.clock.now(),
        actor=actor.login,
        action="separator.print",
        subject=f"case:{case.id}" if case else "separators",
        case_id=case.id if case else None,
        detail={"plain": wanted.plain, "types": dict(types), "cover": case is not None, "node": wanted.node},
    )


def _sheets(catalogue: Catalogue, case: Case | None, wanted: Wanted) -> list[Separator]:
    made = [_cover(catalogue, case, wanted.node)] if case is not None else []
    for type_id, count in wanted.types:
        if type_id not in catalogue.types:
            raise DossierError("type_unknown", type=type_id[:80])
        sheet = Sheet("separator", type_id=type_id)
        made += [Separator(sheet.name, catalogue.types[type_id].name, code_of(sheet), (_TYPED, STATEMENT))] * max(0, min(count, MOST + 1))
    plain = Sheet("separator")
    made += [Separator(plain.name, "", code_of(plain), (_USE, STATEMENT))] * max(0, min(wanted.plain, MOST + 1))
    if not 1 <= len(made) <= MOST:
        raise DossierError("separators_none", most=MOST)
    return made


def _cover(catalogue: Catalogue, case: Case, node: str | None) -> Separator:
    if node and node not in catalogue.nodes:
        raise DossierError("node_unknown", node=node[:80])
    sheet = Sheet("cover", case_no=case.case_no, node=node or None)
    heads = (
        ("办案团队", case.team.name if case.team else ""),
        ("承办人", case.handler),
        ("办案节点", catalogue.nodes[node].name if node else ""),
    )
    return Separator(sheet.name, case.case_no, code_of(sheet), (_COVER, STATEMENT), tuple(one for one in heads if one[1]))
