"""The loan register 借阅登记簿 and the slip of a loan: loans come in; a spreadsheet, a printed table or a slip with QR goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dossier import access
from dossier.access import Actor, Resource
from dossier.binding.model import BindError
from dossier.clock import local
from dossier.desks import loans
from dossier.desks.borrowing import load_loan
from dossier.desks.bulletin import KINDS
from dossier.errors import DossierError
from dossier.lifecycle import PAPER_OUT
from dossier.listings import Cell, Column, Listing, Slip, write_slip
from dossier.office import Office
from dossier.records import ledger

_COLUMNS = (
    Column("编号", 10.8), Column("种类", 3.2), Column("案号", 9), Column("卷别", 3.2), Column("存放位置", 6), Column("张数", 3, "number"),
    Column("借卷人", 5.5), Column("单位", 6), Column("事由", 7.5), Column("批准", 7.4), Column("发放", 7.4), Column("约定至", 7.4, "date"),
    Column("应还日", 7.4, "date"), Column("归还", 7.4), Column("未还", 3, "number"), Column("状态", 5),
)  # fmt: skip
_COUNTS = (
    ("asked", "登记笔数"), ("out", "在外"), ("sheets", "在外张数"), ("overdue", "超期未还"), ("late", "超期归还"), ("on_time", "按期归还"),
    ("copied", "复制张数"),
)  # fmt: skip
_NOTES = (
    "部分归还的为未归还，逐张清点入库后才算归还。应还日按本院规则自借卷事由消失之日起算；借阅（院内阅卷）为约定日。",
)  # fmt: skip


@dataclass
class _Tally:
    """The counts of one group."""

    asked: int = 0
    out: int = 0
    sheets: int = 0
    overdue: int = 0
    late: int = 0
    on_time: int = 0
    copied: int = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Counts one loan."""
        away, back = row["state"] in PAPER_OUT, row["state"] == "returned"
        self.asked += 1
        self.out += away
        self.sheets += row["missing"]
        self.overdue += away and row["overdue"]
        self.late += back and row["overdue"]
        self.on_time += back and not row["overdue"]
        self.copied += row["copied"] or 0


def figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """{"total", "by_team", "by_kind", "by_borrower"}: the counts of some loans."""
    keys: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
        "by_team": lambda row: str(row["team"] or "未登记"),
        "by_kind": lambda row: str(row["kind_name"]),
        "by_borrower": lambda row: str(row["borrower"]),
    }
    total, groups = _Tally(), {name: dict[str, _Tally]() for name in keys}
    for row in rows:
        total.add(row)
        for name, key in keys.items():
            groups[name].setdefault(key(row), _Tally()).add(row)
    return {"total": vars(total), **{name: [{"key": [key], **vars(one)} for key, one in _worst(group)] for name, group in groups.items()}}


def _worst(group: Mapping[str, _Tally]) -> Iterable[tuple[str, _Tally]]:
    return sorted(group.items(), key=lambda pair: (-pair[1].overdue, -pair[1].out, -pair[1].late, pair[0]))


def register(office: Office, actor: Actor, first: date | None = None, last: date | None = None) -> list[Listing]:
    """The register of the loans that were asked for within the period, and the counts by team, kind and borrower. Writes that it was read.

    Raises not_allowed, date_bad.
    """
    rows = _asked_for(office, actor, first, last, "register")
    heads = _heads(office, first, last)
    return [Listing("登记簿", "借阅登记簿", heads, _COLUMNS, tuple(_cells(row) for row in rows), _NOTES), *groups(heads, figures(rows))]


def counted(office: Office, actor: Actor, first: date | None = None, last: date | None = None) -> dict[str, Any]:
    """As figures(), of the loans asked for within the period; with "listings", its tables. Raises not_allowed, date_bad."""
    counts = figures(_asked_for(office, actor, first, last, "figures"))
    return {**counts, "listings": groups(_heads(office, first, last), counts)}


def _asked_for(office: Office, actor: Actor, first: date | None, last: date | None, what: str) -> list[dict[str, Any]]:
    access.demand(actor, "loan.register", Resource(team=actor.team))
    if first and last and first > last:
        raise DossierError("date_bad", value=f"{first} 至 {last}")
    rows = sorted(loans.listing(office, actor, "all", first=first, last=last), key=lambda row: str(row["loan_no"]))
    with office.db.write() as session:
        detail = {"from": _iso(first), "until": _iso(last), "rows": len(rows)}
        ledger.append(session, at=office.clock.now(), actor=actor.login, action=f"loan.{what}", subject="loans", detail=detail)
    return rows


def _heads(office: Office, first: date | None, last: date | None) -> tuple[tuple[str, str], ...]:
    today = office.today().isoformat()
    return (("法院", office.settings.court), ("期间", f"{first or '启用'} 至 {last or today}"), ("制表日期", today))


def groups(heads: tuple[tuple[str, str], ...], counts: Mapping[str, Any]) -> list[Listing]:
    """The counts as tables: by team, by kind, by borrower."""
    return [
        _group(name, label, heads, counts) for name, label in (("by_team", "按团队"), ("by_kind", "按种类"), ("by_borrower", "按借卷人"))
    ]


def _group(name: str, label: str, heads: tuple[tuple[str, str], ...], counts: Mapping[str, Any]) -> Listing:
    columns = (Column(label[1:], 14), *(Column(title, 5, "number") for _, title in _COUNTS))
    rows = [(one["key"][0], *(one[key] for key, _ in _COUNTS)) for one in counts[name]]
    rows.append(("合计", *(counts["total"][key] for key, _ in _COUNTS)))
    return Listing(label, f"借阅统计·{label}", heads, columns, tuple(rows))


def _cells(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    approved = " ".join(filter(None, (row["decided_by"] or (row["decided_note"] if row["decided_at"] else ""), _day(row["decided_at"]))))
    state = f"{row['state_name']}{'（已超期）' if row['overdue'] and row['state'] in PAPER_OUT else ''}"
    return (
        row["loan_no"],
        row["kind_name"],
        row["case_no"],
        row["volume_name"],
        row["place"],
        row["copied"] or row["sheets"] or None,
        row["borrower"],
        row["unit"],
        row["reason"],
        approved,
        " ".join(
            filter(None, (_day(row["handed_out_at"]), row["handed_out_by"], f"{row['received_by']}接收" if row["received_by"] else ""))
        ),
        date.fromisoformat(row["until"]),
        date.fromisoformat(row["due"]) if row["due"] else None,
        _day(row["returned_at"]),
        row["missing"] if row["sheets"] else None,
        state,
    )


def _day(moment: str | None) -> str:
    return moment[:10] if moment else ""


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def save_register(office: Office, actor: Actor, kind: str, folder: Path, first: date | None = None, last: date | None = None) -> Path:
    """Writes the register as xlsx, pdf or csv into the folder. Raises not_allowed, date_bad, tool_missing, export_failed."""
    listings, made_on = register(office, actor, first, last), local(office.clock.now())
    period = f"{first.isoformat()}至{(last or made_on.date()).isoformat()}" if first else f"截至{(last or made_on.date()).isoformat()}"
    return written(folder / f"借阅登记簿-{period}.{kind}", lambda path: KINDS[kind](path, listings, made_on))


def save_slip(office: Office, actor: Actor, loan_no: str, folder: Path) -> Path:
    """Writes the slip that both sides sign: what is handed out, or what was asked for. Raises loan_unknown, not_allowed, tool_missing, export_failed."""
    view, made_on = loans.loan_json(office, actor, loan_no), local(office.clock.now())
    with office.db.write() as session:
        loan, detail = load_loan(session, loan_no), {"loan_no": view["loan_no"]}
        ledger.append(
            session, at=office.clock.now(), actor=actor.login, action="loan.slip", subject=f"loan:{loan.id}", case_id=loan.case_id, detail=detail
        )  # fmt: skip
    slip = slip_of(view, office.settings.court)
    return written(folder / f"借阅单-{view['loan_no']}.pdf", lambda path: write_slip(path, slip, made_on))


def slip_of(view: Mapping[str, Any], court: str) -> Slip:
    """The slip of a loan as `loans.loan_json` tells it."""
    handed = view["documents"] or view["wanted"]
    rows = [(str(number), one["name"], one["pages"], str(_count(one))) for number, one in enumerate(handed, 1)]
    rows.append(("", "合计", "", str(sum(_count(one) for one in handed))))
    until = f"{view['until']}" + (f"（应还 {view['due']}）" if view["due"] else "")
    heads = (
        ("案号", view["case_no"]),
        ("卷别", view["volume_name"] + ("（整卷）" if view["whole"] else "")),
        ("存放位置", view["place"] or "未登记"),
        ("借卷人", " ".join(filter(None, (view["borrower"], view["unit"])))),
        ("事由", view["reason"]),
        ("约定归还", until),
        ("批准", " ".join(filter(None, (view["decided_by"], view["decided_note"], _day(view["decided_at"])))) or "待批准"),
        ("发放", " ".join(filter(None, (view["handed_out_by"], _day(view["handed_out_at"])))) or "尚未发放"),
    )
    signs = (
        "借卷人（签名）：______________　　　　　日期：______________",
        "发放人（签名）：______________　　　　　日期：______________",
        "归还清点（签名）：____________　　实还______张　　日期：____________",
    )
    notes = (*_NOTES, "归还时请出示本单，扫描右上角的码即可打开这次借阅。")
    columns = (("序号", 2), ("材料", 14), ("页码", 8), ("张数", 3))
    return Slip(f"卷宗{view['kind_name']}单", court, view["loan_no"], heads, columns, tuple(rows), signs, notes)


def _count(one: Mapping[str, Any]) -> int:
    return int(one["sheets"]) if isinstance(one["sheets"], int) else len(one["sheets"])


def written(path: Path, write: Callable[[Path], None]) -> Path:
    """Writes a file into a folder that may not be there yet. Raises tool_missing, export_failed."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path)
    except BindError as error:
        raise DossierError("tool_missing", what=str(error)) from error
    except OSError as error:
        raise DossierError("export_failed", what=str(error)) from error
    return path
