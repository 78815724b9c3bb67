"""Case files that a clerk can read to facts: a file of tests/cases and those it builds on come in, case, papers and expectations go out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

from dossier.app import CHECKOUT
from dossier.office import RuleBook
from review.facts import CaseFact, DocumentFact, EventFact, PageFacts, PartyFact, SealFact, WaiverFact, ZoneFact
from review.normalise import page_of_text
from review.rulebook import Catalogue
from review.yamlmarks import parse

ROOT = CHECKOUT / "tests" / "cases"
KEYS = {
    "说明", "依据", "规则", "案件", "事件", "条件", "材料", "去掉", "换成", "加入", "免除", "移送清单", "已在卷", "核查",
    "阻断", "缺少", "提醒", "期限", "发现", "待核对", "已免除", "逾期",
}  # fmt: skip
LINE = re.compile(r"^(?P<name>\S+)(?: (?P<signed>\d{4}-\d\d-\d\d))?(?: \((?P<dated>\d{4}-\d\d-\d\d)\))?(?: (?P<text>.+))?$")
SUM = re.compile(r"(?<=: )\d+\.\d+(?=[,}\s])")  # stays as it is written; a clerk puts no quotes round it
SEAL = SealFact((900, 1900, 1230, 2230), "round", 0.4)
FIELDS = {
    "申请标的额": "amount",
    "结案标的额": "closing_amount",
    "放弃标的额": "waived_amount",
    "到位标的额": "paid_amount",
    "结案事由": "closing_reason",
}
ROLES = ("申请执行人", "被执行人", "申请人", "被申请人", "异议人")


@dataclass(frozen=True)
class Golden:
    """One case file, read: what is told (with what it inherits), and the facts that are made of it."""

    path: Path
    told: dict[str, Any]
    rules: Catalogue
    case: CaseFact
    papers: tuple[DocumentFact, ...]
    held: tuple[DocumentFact, ...]
    blanks: tuple[PageFacts, ...]

    @property
    def gate(self) -> Any:
        """handover | closing | archiving | None."""
        gate = self.told["核查"]["环节"]
        return None if gate == "无" else gate

    @property
    def day(self) -> date:
        """The day on which the case is checked."""
        day: date = self.told["核查"]["日期"]
        return day


def files(folder: str) -> list[Path]:
    """The case files of one folder of tests/cases."""
    return sorted((ROOT / folder).glob("*.yaml"))


class GoldenError(ValueError):
    """A case file that cannot be meant as it is written."""


def read(path: Path, book: RuleBook) -> Golden:
    """A case file with everything that it builds on. Raises GoldenError, and RulesError when it is no YAML."""
    told = _told(path)
    rules = book.of(told["规则"])
    return Golden(
        path=path,
        told=told,
        rules=rules,
        case=_case(told, rules),
        papers=tuple(paper(line, index, rules) for index, line in enumerate(told.get("材料", ()), 1) if line != "空白页"),
        held=tuple(paper(line, index, rules) for index, line in enumerate(told.get("已在卷", ()), 900)),
        blanks=tuple(
            PageFacts(f"b{n}", n, (), blank=True, file="扫描.pdf", page=n)
            for n, line in enumerate(told.get("材料", ()), 1)
            if line == "空白页"
        ),
    )


def _told(path: Path) -> dict[str, Any]:
    own = cast(dict[str, Any], parse(path.name, SUM.sub(r"'\g<0>'", path.read_text(encoding="utf-8"))))
    _demand(set(own) <= KEYS, f"{path.name}: {set(own) - KEYS}")
    if "依据" not in own:
        return own
    base = _told(ROOT / f"{own['依据']}.yaml")
    # What the base expects is not inherited: each file says what it must find.
    told = {key: value for key, value in base.items() if key not in ("阻断", "缺少", "提醒", "期限", "发现", "待核对", "已免除", "逾期")}
    told |= {key: value for key, value in own.items() if key not in ("案件", "核查", "材料", "事件")}
    for key in ("案件", "核查"):
        told[key] = {k: v for k, v in (base.get(key, {}) | own.get(key, {})).items() if v is not None}
    told["事件"] = own.get("事件", base.get("事件", ()))
    told["材料"] = _changed(base["材料"], own, path)
    return told


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise GoldenError(otherwise)


def _changed(lines: list[Any], own: dict[str, Any], path: Path) -> list[Any]:
    if "材料" in own:
        return list(own["材料"])
    for gone in own.get("去掉", ()):
        _demand(any(_is(line, gone) for line in lines), f"{path.name}: 没有“{gone}”可去掉")
        lines = [line for line in lines if not _is(line, gone)]
    for name, new in own.get("换成", {}).items():
        _demand(any(_is(line, name) for line in lines), f"{path.name}: 没有“{name}”可换")
        first = next(place for place, line in enumerate(lines) if _is(line, name))
        lines = [new if place == first else line for place, line in enumerate(lines) if place == first or not _is(line, name)]
    return [*lines, *own.get("加入", ())]


def _is(line: Any, name: str) -> bool:
    """A paper is named by its name, or by its whole line when there are several."""
    return name in ((line["名称"],) if isinstance(line, dict) else (line, line.split(" ")[0]))


def _case(told: dict[str, Any], rules: Catalogue) -> CaseFact:
    facts = told["案件"]
    anchors = {anchor.name: anchor.id for anchor in rules.anchors.values()}
    conditions = {one.name: one.id for one in rules.conditions.values()}
    events = [line.split(" ") for line in told.get("事件", ())]
    sums: dict[str, Any] = {field: str(facts[name]) for name, field in FIELDS.items() if name in facts}
    return CaseFact(
        case_no=facts["案号"],
        kind=facts["类型"],
        court="云川县人民法院",
        filed_on=facts["立案"],
        profile=rules.profile,
        parties=tuple(PartyFact(name, role) for role in ROLES for name in facts.get(role, ())),
        events=tuple(EventFact(anchors[name], date.fromisoformat(day)) for name, day in events),
        conditions={conditions[name]: bool(holds) for name, holds in told.get("条件", {}).items()},
        closed_on=facts.get("结案"),
        closing_mode=facts.get("结案方式"),
        waivers=tuple(WaiverFact(one["目标"], one["理由"], one["批准人"], one["日期"], one.get("当事人")) for one in told.get("免除", ())),
        **sums,
    )


def paper(line: Any, index: int, rules: Catalogue) -> DocumentFact:
    """One paper: '名称 签收日 (形成日) 文字', or the same spelled out with pages, seal and signature zones."""
    types = {type.name: type.id for type in rules.types.values()}
    if isinstance(line, str):
        read = LINE.match(line)
        if read is None:
            raise GoldenError(line)
        line = {"名称": read["name"], "签收": read["signed"], "日期": read["dated"], "文字": read["text"]}
    texts = line.get("页") or ([line["文字"]] if line.get("文字") else [])
    name = line["名称"]
    return DocumentFact(
        ref=f"{index}",
        type_id=None if name == "未识别" else types[name],
        pages=tuple(_page(text, index, number, line) for number, text in enumerate(texts, 1)),
        case_no=line.get("案号"),
        dated=_day(line.get("日期")),
        signed_for=_day(line.get("签收")),
        title=line.get("标题", ""),
    )


def _page(text: str, index: int, number: int, line: dict[str, Any]) -> PageFacts:
    plain = page_of_text(text, ref=f"{index}-{number}")
    seal = {"有": (SEAL,), "无": (), None: None}[line.get("印章")]
    zones = line.get("签名处")
    filled = {"有字": True, "空白": False, "未测": None}
    return PageFacts(
        ref=plain.ref,
        index=index * 10 + number,
        lines=plain.lines,
        seals=seal,
        zones=None if zones is None else tuple(ZoneFact(label, (0, 0, 0, 0), filled[said]) for label, said in zones.items()),
        digest=line.get("图", ""),
        file="扫描.pdf",
        page=index * 10 + number,
    )


def _day(value: Any) -> date | None:
    return value if value is None or isinstance(value, date) else date.fromisoformat(value)
