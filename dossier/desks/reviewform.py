"""The review form 卷宗复核表: a case comes in; its papers, its blanks and who answers for them go out, as values and as a sheet to sign."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier import access
from dossier.access import Actor, Resource
from dossier.binding.model import BindError
from dossier.clock import local
from dossier.desks.cases import case_json, load
from dossier.desks.closing import judged
from dossier.desks.reviewing import MADE_HERE
from dossier.errors import DossierError
from dossier.listings import Column, Listing, write_pdf
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case, Document, FindingRow, Volume
from review.closing import FIELD_NAMES
from review.findings import Finding
from review.rulebook import Catalogue

STANDINGS = {"there": "在卷", "blank": "空白", "waived": "已免除"}
# 科右前旗方案 §八(二): the handler checks, both sign, and both answer for what is found blank afterwards.
ANSWERABLE = "承办人 {handler} / 书记员 {clerk}"
_COLUMNS = (
    Column("序号", 3, "number"),
    Column("材料或必填项", 16),
    Column("卷", 4),
    Column("页次", 5),
    Column("状态", 4),
    Column("说明", 18),
    Column("责任人", 12),
)


def form(office: Office, actor: Actor, case_no: str) -> dict[str, Any]:
    """{"case","rows","there","blanks","waived","today"}: a row for each paper in the dossier and for each blank.

    A blank is a required paper that is missing, a required element of a paper that is empty, or a required closing field without a value.
    Raises case_unknown, not_allowed. The secret volume's papers are told to those only who may see it.
    """
    with office.db.write() as session:
        case = load(session, case_no)
        access.demand(actor, "case.check", Resource(team=case.team_id))
        catalogue, findings, waived = judged(office, session, case, actor, "closing", office.today())
        who = ANSWERABLE.format(handler=case.handler or "未登记", clerk=case.clerk or "未登记")
        rows = [*_papers(session, case, who, sub="sub_reader" in actor.roles), *_fields(case, who)]
        rows += [_missing(catalogue, one, "blank", who) for one in findings if _counts(one, case)]
        rows += [_missing(catalogue, one.finding, "waived", f"{one.waiver.approver} 免除：{one.waiver.reason}") for one in waived]
        counts = {name: sum(row["standing"] == name for row in rows) for name in STANDINGS}
        ledger.append(
            session, at=office.clock.now(), actor=actor.login, action="case.review_form", subject=f"case:{case.id}", case_id=case.id,
            detail={"blanks": counts["blank"], "rules": catalogue.version},
        )  # fmt: skip
        return {
            "case": case_json(case),
            "court": office.settings.court,
            "rows": rows,
            "there": counts["there"],
            "blanks": counts["blank"],
            "waived": counts["waived"],
            "today": office.today().isoformat(),
        }


def _counts(finding: Finding, case: Case) -> bool:
    """A paper that a step asks for and nobody brought; the papers of the closing review itself only once it is over."""
    missing = finding.rule.startswith("node.") and finding.severity == "blocking"
    return missing and not (case.state == "open" and finding.document in MADE_HERE)


def _papers(session: Session, case: Case, who: str, *, sub: bool) -> Sequence[dict[str, Any]]:
    query = select(Document, Volume.kind).join(Volume).where(Document.case_id == case.id, Document.state == "placed")
    found = session.execute(query.order_by(Volume.id, Document.serial)).all()
    empty = _empty_elements(session, [document.id for document, _ in found])
    rows = []
    for document, kind in found:
        if kind == "sub" and not sub:
            continue
        pages = f"{document.first_page}-{document.last_page}" if document.first_page else ""
        said = empty.get(document.id, [])
        rows.append(_row(document.name, kind, pages, "blank" if said else "there", "；".join(said), who if said else ""))
    return rows


def _empty_elements(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """What is blank in papers that were signed for all the same (by a ruling, or with a warning), by document."""
    query = select(FindingRow.document_id, FindingRow.message).where(
        FindingRow.document_id.in_(ids), FindingRow.element.is_not(None), FindingRow.severity.in_(("blocking", "warning"))
    )
    found: dict[int, list[str]] = {}
    for id, message in session.execute(query.order_by(FindingRow.id)):
        found.setdefault(int(id or 0), []).append(message)
    return found


def _fields(case: Case, who: str) -> Sequence[dict[str, Any]]:
    """The required closing fields that nobody filled in (三亚细则 第四条1(1)⑤); the closing day only once the case is closed."""
    asked = [field for field in FIELD_NAMES if field != "closed_on" or case.state != "open"]
    return [_row(FIELD_NAMES[field], "", "", "blank", "结案必填项没有登记", who) for field in asked if getattr(case, field) in (None, "")]


def _missing(catalogue: Catalogue, finding: Finding, standing: str, who: str) -> dict[str, Any]:
    kind = catalogue.types.get(finding.document or "")
    name = (kind.name if kind else finding.message) + (f"（{finding.party}）" if finding.party else "")
    return _row(name, kind.volume if kind else "", "", standing, finding.message, who)


def _row(name: str, volume: str, pages: str, standing: str, said: str, who: str) -> dict[str, Any]:
    return {"name": name, "volume": volume, "pages": pages, "standing": standing, "said": said, "who": who}


def sheet(told: dict[str, Any], volumes: dict[str, str]) -> Listing:
    """The form as a listing for print, with lines to sign."""
    case = told["case"]
    heads = (
        ("法院", told["court"]), ("案号", case["case_no"]), ("案由", case["cause"] or "—"),
        ("结案", f"{case['closed_on'] or '未结'} {case['closing_mode'] or ''}".strip()), ("承办人", case["handler"] or "—"),
        ("书记员", case["clerk"] or "—"), ("在卷", f"{told['there']} 件"), ("空白", f"{told['blanks']} 项"), ("制表", told["today"]),
    )  # fmt: skip
    rows = tuple(
        (number, row["name"], volumes.get(row["volume"], ""), row["pages"], STANDINGS[row["standing"]], row["said"], row["who"])
        for number, row in enumerate(told["rows"], 1)
    )
    notes = (
        "空白：应有而没有的材料、材料中应填而未填的要素、没有登记的结案必填项。评查发现空白的，由承办人、书记员负责。",
        "承办人签名：　　　　　　　　　书记员签名：　　　　　　　　　复核日期：　　　　年　　月　　日",
    )
    return Listing("卷宗复核表", "卷宗复核表", heads, _COLUMNS, rows, notes)


def save(office: Office, told: dict[str, Any], volumes: dict[str, str], folder: Path) -> Path:
    """Writes the form as PDF into the folder. Raises tool_missing, export_failed."""
    path = folder / f"卷宗复核表-{told['case']['case_no']}-{date.fromisoformat(told['today']):%Y%m%d}.pdf"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_pdf(path, [sheet(told, volumes)], local(office.clock.now()))
    except BindError as error:
        raise DossierError("tool_missing", what=str(error)) from error
    except OSError as error:
        raise DossierError("export_failed", what=str(error)) from error
    return path
