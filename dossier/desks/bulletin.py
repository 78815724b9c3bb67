"""The weekly and monthly bulletin 通报: figures come in; the listings of their tables, and a spreadsheet or a printed sheet of them, go out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from dossier.access import Actor
from dossier.binding.model import BindError
from dossier.clock import local
from dossier.desks.figures import Asked, overdue, period_of
from dossier.desks.intakefigures import intake
from dossier.desks.returns import returns
from dossier.errors import DossierError
from dossier.listings import Cell, Column, Listing, write_csv, write_pdf, write_xlsx
from dossier.office import Office
from review.deadlines import SOURCES
from review.overdue import STANDINGS

KINDS = {"xlsx": write_xlsx, "pdf": write_pdf, "csv": write_csv}
_REPORTS = {"day": "日报", "week": "周报", "month": "月报"}
SHOWN = ("overdue", "unsure", "near")  # what somebody has to see to; the rest is in the counts
_GROUPS: Mapping[str, tuple[str, tuple[Column, ...]]] = {
    "team": ("按团队", (Column("团队", 14),)),
    "handler": ("按承办人", (Column("团队", 12), Column("承办人", 7))),
    "node": ("按节点", (Column("阶段", 8), Column("节点", 14))),
    "role": ("按责任岗位", (Column("责任岗位", 20),)),
    "person": ("按移送人", (Column("移送人", 14),)),
    "desk": ("按审核人", (Column("审核人", 14),)),
    "day": ("按日", (Column("日期", 10),)),
    "type": ("按材料", (Column("材料", 18),)),
}
_STEPS = (
    ("due", "本期应办"), ("on_time", "按期办结"), ("late", "超期办结"), ("overdue", "超期未办"), ("carried", "往期未办"), ("near", "临期"),
    ("running", "未到期"), ("unsure", "起算日待核"),
)  # fmt: skip
_HANDOVERS = (("handovers", "移送次数"), ("refused", "不予签收"), ("partly", "部分签收"), ("overruled", "决定改签"), ("again", "再次移送"))
_PAPERS = (("documents", "材料件数"), ("returned", "退回件数"), ("asked", "应备要素"), ("empty", "要素空白"), ("faulty", "有空白的件"))
_SHEETS = (("pages", "页数"), ("blank_pages", "空白页"), ("missing", "缺项（超期节点缺材料）"))
_INTAKE = (
    ("handovers", "移送次数"), ("again", "再次移送"), ("files", "文件"), ("rejects", "未收文件"), ("pages", "页数"), ("blank_pages", "空白页"),
    ("unread", "须人工查看"), ("documents", "材料件数"), ("signed", "已签收件"),
)  # fmt: skip
_DETAIL = (
    Column("案号", 15), Column("团队", 8), Column("承办人", 5), Column("节点", 9), Column("应办事项", 13), Column("起算日", 7),
    Column("到期日", 6, "date"), Column("状态", 6), Column("距到期（工作日）", 5, "number"), Column("缺少材料", 14), Column("依据", 11),
)  # fmt: skip


def overdue_listings(table: Mapping[str, Any], made_on: date) -> list[Listing]:
    """The tables of `figures.overdue`: by team, handler, node and post, and the list of what is overdue, near or to be checked."""
    title, heads = f"超期节点统计表{_report(table)}", _heads(table, made_on)
    notes = (
        f"临期：距到期日不超过 {table['near_days']} 个工作日。往期未办：到期日早于本期、至今未办。"
        "起算日待核：按替代日期计算，登记起算事件后才计入超期。超期率＝（超期办结＋超期未办）÷（按期办结＋超期办结＋超期未办），只计本期应办。",
    )
    measures = (*(Column(name, 4.5, "number") for _, name in _STEPS), Column("超期率", 5, "percent"))

    def values(one: Mapping[str, Any]) -> tuple[Cell, ...]:
        return (*(one[key] for key, _ in _STEPS), one["rate"])

    groups = [_group(name, title, heads, measures, table, values, notes) for name in ("team", "handler", "node", "role")]
    detail = tuple(_detail(row) for row in table["rows"] if row["standing"] in SHOWN)
    return [*groups, Listing("明细", f"{title}·明细", heads, _DETAIL, detail, notes)]


def _detail(row: Mapping[str, Any]) -> tuple[Cell, ...]:
    provisional = "（暂定）" if row["provisional"] else ""
    return (
        row["case_no"],
        row["team"],
        row["handler"],
        row["name"],
        row["action"],
        f"{row['opened']} {SOURCES.get(row['source'], row['source'])}",
        date.fromisoformat(row["due"]),
        STANDINGS[row["standing"]] + provisional,
        row["left"],
        "、".join(row["lacking"]),
        row["cite"] or "",
    )


def returns_listings(table: Mapping[str, Any], made_on: date) -> list[Listing]:
    """The tables of `returns.returns`: by team, handler, person who handed over, clerk who decided, type of material, and by reason."""
    title, heads = f"退回与空白统计表{_report(table)}", _heads(table, made_on)
    notes = (
        "退回率＝（不予签收＋部分签收）÷移送次数。空白率＝要素空白÷应备要素。要素空白、空白页、缺项分别计数；缺项按期末超期节点所缺材料计。",
    )
    counted = (*_HANDOVERS, *_PAPERS, *_SHEETS)
    rates = (Column("退回率", 5, "percent"), Column("空白率", 5, "percent"))
    measures = (*(Column(name, 4.2, "number") for _, name in counted), *rates)

    def values(one: Mapping[str, Any]) -> tuple[Cell, ...]:
        return (*(one[key] for key, _ in counted), one["return_rate"], one["blank_rate"])

    groups = [_group(name, title, heads, measures, table, values, notes) for name in ("team", "handler", "person", "desk")]
    kinds = (*_GROUPS["type"][1], *(Column(name, 5, "number") for _, name in _PAPERS), rates[1])
    papers = tuple((*one["key"], *(one[key] for key, _ in _PAPERS), one["blank_rate"]) for one in table["by_type"])
    reasons = tuple((one["key"][0], one["count"]) for one in table["by_reason"])
    return [
        *groups,
        Listing("按材料", f"{title}·按材料", heads, kinds, papers, notes),
        Listing("按原因", f"{title}·退回原因", heads, (Column("原因", 24), Column("次数", 6, "number")), reasons),
    ]


def intake_listings(table: Mapping[str, Any], made_on: date) -> list[Listing]:
    """The tables of `intakefigures.intake`: by day, by who handed over and by team."""
    title, heads = f"移送收件统计表{_report(table)}", _heads(table, made_on)
    measures = tuple(Column(name, 5, "number") for _, name in _INTAKE)

    def values(one: Mapping[str, Any]) -> tuple[Cell, ...]:
        return tuple(one[key] for key, _ in _INTAKE)

    return [_group(name, title, heads, measures, table, values, ()) for name in ("day", "person", "team")]


def _group(
    name: str,
    title: str,
    heads: tuple[tuple[str, str], ...],
    measures: tuple[Column, ...],
    table: Mapping[str, Any],
    values: Callable[[Mapping[str, Any]], tuple[Cell, ...]],
    notes: tuple[str, ...],
) -> Listing:
    label, keys = _GROUPS[name]
    rows = [(*one["key"], *values(one)) for one in table[f"by_{name}"]]
    rows.append(("合计", *("" for _ in keys[1:]), *values(table["total"])))
    return Listing(label, f"{title}·{label}", heads, (*keys, *measures), tuple(rows), notes)


def _heads(table: Mapping[str, Any], made_on: date) -> tuple[tuple[str, str], ...]:
    last = table["until"] or made_on.isoformat()
    period = f"{table['from']} 至 {last}" if table["from"] else f"截至 {last}"
    until = (("数据截至", table["as_of"]),) if "as_of" in table else ()
    return (("法院", table["court"]), ("期间", period), *until, ("制表日期", made_on.isoformat()))


def _report(table: Mapping[str, Any]) -> str:
    """（周报） when the period is just a week, and so on."""
    if not table["from"] or not table["until"]:
        return ""
    first, last = date.fromisoformat(table["from"]), date.fromisoformat(table["until"])
    return next((f"（{name}）" for kind, name in _REPORTS.items() if period_of(kind, first) == (first, last)), "")


def default_period(office: Office) -> str:
    """day | week | month: how often the court's rules want the bulletin (switch overdue_report_every)."""
    return str(office.rules.of(office.settings.default_profile).switch("overdue_report_every"))


def save(office: Office, listings: Sequence[Listing], kind: str, folder: Path, asked: Asked) -> Path:
    """Writes the bulletin as xlsx, pdf or csv into the folder, named after what it is and its period. Raises tool_missing, export_failed."""
    made_on = local(office.clock.now())
    last = (asked.last or made_on.date()).isoformat()
    period = f"{asked.first.isoformat()}至{last}" if asked.first else f"截至{last}"
    path = folder / f"{listings[0].title.partition('·')[0]}-{period}.{kind}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        KINDS[kind](path, listings, made_on)
    except BindError as error:
        raise DossierError("tool_missing", what=str(error)) from error
    except OSError as error:
        raise DossierError("export_failed", what=str(error)) from error
    return path


# What may be asked for: how it is computed, and how it is arranged in tables.
TABLES: Mapping[str, tuple[Callable[[Office, Actor, Asked], dict[str, Any]], Callable[[Mapping[str, Any], date], list[Listing]]]] = {
    "overdue": (overdue, overdue_listings),
    "returns": (returns, returns_listings),
    "intake": (intake, intake_listings),
}


def written(office: Office, actor: Actor, what: str, kind: str, folder: Path, asked: Asked) -> Path:
    """One of TABLES computed and saved. Raises what computing and save() raise."""
    compute, arrange = TABLES[what]
    return save(office, arrange(compute(office, actor, asked), office.today()), kind, folder, asked)
