"""Cases and their events: files of the process system come in, case rows go out; everything of one import or nothing."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier import access, people
from dossier.access import Actor, Resource
from dossier.desks.uploads import BAD_NAME
from dossier.errors import DossierError
from dossier.lifecycle import CASE, REVIEW
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case, ClosingReview, Event, Outbox, Page, Party, Submission
from review.closing import FIELD_NAMES
from review.normalise import compact
from review.numerals import amounts

REQUIRED = ("case_no", "kind", "court", "filed_on")
OPTIONAL = (
    "team", "handler", "clerk", "applicants", "respondents", "cause", "title_document", "amount", "profile", "closed_on", "closing_mode",
    "closing_amount", "waived_amount", "paid_amount", "closing_reason",
)  # fmt: skip
KINDS = ("执", "执恢", "执保", "执异", "执复", "执监", "执协", "执他", "受托", "信访")
CLOSING_MODES = ("执行完毕", "终结本次执行程序", "终结执行", "和解", "驳回申请", "不予执行", "销案")
AMOUNTS = ("amount", "closing_amount", "waived_amount", "paid_amount")
CLOSING = (*AMOUNTS[1:], "closing_reason", "closing_mode")
ROLES = {"applicants": "申请执行人", "respondents": "被执行人"}
YEARS = range(1949, 2200)
MAX_YUAN, MAX_TEXT = 10**15, 500
_LIST = re.compile(r"[；;、]")
_TYPED = str.maketrans("(〔[［【)〕]］】０１２３４５６７８９", "（（（（（）））））0123456789")


def decode(data: bytes) -> str:
    """Bytes of a table as text: UTF-8 with or without BOM, UTF-16 with BOM, else GB 18030. Raises ValueError."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _rows(data: bytes) -> list[tuple[int, dict[str, Any]]]:
    """(line, row) of a CSV or JSON file."""
    try:
        text = decode(data)
    except ValueError:
        raise DossierError("case_import_bad", line=1, what="文字编码不是 UTF-8 或 GB 18030") from None
    if text.lstrip()[:1] in ("[", "{"):
        try:
            value = json.loads(text)
        except json.JSONDecodeError as error:
            raise DossierError("case_import_bad", line=error.lineno, what="不是有效的 JSON") from None
        except (ValueError, RecursionError):
            raise DossierError("case_import_bad", line=1, what="不是有效的 JSON") from None
        rows = value if isinstance(value, list) else [value]
        if not all(isinstance(row, dict) for row in rows):
            raise DossierError("case_import_bad", line=1, what="应为对象的列表")
        return list(enumerate(rows, 1))
    # Excel's "Unicode text" is separated by tabs.
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in head and "," not in head else ",")
    try:
        found = [(reader.line_num, dict(row)) for row in reader]
    except csv.Error as error:
        raise DossierError("case_import_bad", line=reader.line_num, what=f"不是有效的 CSV（{error}）") from None
    # Excel also keeps rows that were emptied.
    found = [(line, row) for line, row in found if any(row.values())]
    for line, row in found:
        if None in row or None in row.values():
            raise DossierError("case_import_bad", line=line, what="列数与表头不一致")
    return found


def plausible(day: date) -> date:
    """The day, when something of an enforcement case can have happened on it; else raises ValueError: nobody counts working days from year 1."""
    if day.year not in YEARS:
        raise ValueError(day)
    return day


def _day(value: Any, line: int, column: str) -> date:
    text = str(value).strip().replace("/", "-").replace(".", "-")
    match = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text) or re.fullmatch(r"(\d{4})年(\d{1,2})月(\d{1,2})日", str(value).strip())
    try:
        if match is None:
            raise ValueError
        return plausible(date(*map(int, match.groups())))
    except ValueError:
        raise DossierError("case_import_bad", line=line, what=f"{column} 的日期 {value} 不对") from None


def amount_text(value: str) -> str:
    """An amount with , 元 万元, or in Chinese numerals, as plain decimal yuan; raises ValueError."""
    text = re.sub(r"[\s,，￥¥]", "", value)
    if not text:
        return ""
    factor = Decimal(1)
    if text.endswith("元"):
        text = text[:-1]
    if text.endswith("万"):
        text, factor = text[:-1], Decimal(10_000)
    try:
        yuan = Decimal(text) * factor
    except ArithmeticError:
        yuan = _in_words(compact(value))
    if not yuan.is_finite() or not 0 <= yuan < MAX_YUAN:
        raise ValueError(value)
    return f"{yuan:.2f}"


def _in_words(text: str) -> Decimal:
    """壹佰贰拾叁万元整, 人民币1.2亿元: one sum and nothing beside it. Raises ValueError."""
    bare = re.sub(r"^(?:人民币|大写|[:：])+", "", text)
    for amount in amounts(bare):
        if (amount.start, re.sub(r"[整正]$", "", bare[amount.end :])) == (0, ""):
            return amount.yuan
    raise ValueError(text)


def _names(value: Any) -> list[str]:
    parts = value if isinstance(value, list) else _LIST.split(str(value or ""))
    return [name for name in dict.fromkeys(map(_one_line, parts)) if name]


def _one_line(value: Any) -> str:
    """A cell as text of one line: Excel keeps line breaks inside cells."""
    return re.sub(r"[ \t\r\n]+", " ", "" if value is None else str(value)).strip()


def _clean(row: Mapping[str, Any], line: int, pattern: re.Pattern[str], today: date) -> dict[str, Any]:
    """One row checked and typed; raises case_import_bad naming the line."""

    def bad(what: str) -> DossierError:
        return DossierError("case_import_bad", line=line, what=what)

    unknown = [key for key in row if key not in REQUIRED + OPTIONAL]
    if unknown:
        raise bad(f"不认识的列 {unknown[0]}")
    for column in REQUIRED:
        if not str(row.get(column) or "").strip():
            raise bad(f"缺少 {column}")
    value: dict[str, Any] = {key: _one_line(row.get(key)) for key in REQUIRED + OPTIONAL if key not in ROLES}
    value["case_no"] = case_key(value["case_no"])
    if not pattern.fullmatch(value["case_no"]):
        raise bad(f"案号 {value['case_no']} 的格式不对")
    if value["kind"] not in KINDS:
        raise bad(f"案件类型 {value['kind']} 不在 {'、'.join(KINDS)} 之中")
    value["filed_on"] = _day(value["filed_on"], line, "filed_on")
    value["closed_on"] = _day(value["closed_on"], line, "closed_on") if value["closed_on"] else None
    if value["closing_mode"] and value["closing_mode"] not in CLOSING_MODES:
        raise bad(f"结案方式 {value['closing_mode']} 不在 {'、'.join(CLOSING_MODES)} 之中")
    if value["closed_on"] and value["closed_on"] < value["filed_on"]:
        raise bad("结案日期早于立案日期")
    if value["closed_on"] and value["closed_on"] > today:
        raise bad(f"结案日期 {value['closed_on']} 尚未到")
    for column in AMOUNTS:
        try:
            value[column] = amount_text(value[column])
        except ValueError:
            raise bad(f"金额 {row.get(column)} 不对") from None
    for column in ROLES:
        value[column] = _names(row.get(column))
    for column in value:
        for text in value[column] if isinstance(value[column], list) else (value[column],):
            if isinstance(text, str) and (len(text) > MAX_TEXT or BAD_NAME.search(text)):
                raise bad(f"{column} 过长，或含有看不见的控制字符")
    return value


def import_cases(office: Office, actor: Actor, data: bytes) -> dict[str, Any]:
    """Imports or updates cases from CSV or JSON: {"created","updated","unchanged","warnings"}. Idempotent; one bad line and nothing is imported."""
    access.demand(actor, "case.import")
    rows = _rows(data)
    if not rows:
        raise DossierError("case_import_bad", line=1, what="没有任何案件")
    pattern = re.compile(office.rules.of(office.settings.default_profile).case_no_regex)
    today = office.today()
    cleaned = [(line, _clean(row, line, pattern, today)) for line, row in rows]
    result: dict[str, Any] = {"created": 0, "updated": 0, "unchanged": 0, "warnings": []}
    with office.db.write() as session:
        for line, value in cleaned:
            result[_import_one(office, session, actor, line, value, result["warnings"])] += 1
    return result


def _import_one(office: Office, session: Session, actor: Actor, line: int, value: dict[str, Any], warnings: list[str]) -> str:
    """created | updated | unchanged"""
    profile = value["profile"] or office.settings.default_profile
    if profile not in office.rules.catalogues:
        raise DossierError("case_import_bad", line=line, what=f"没有名为 {profile} 的法院规则")
    team = None
    if value["team"]:
        team, made = people.ensure_team(session, value["team"])
        if made:
            warnings.append(f"第 {line} 行：团队 {value['team']} 原不存在，已新建")
            subject, told = f"team:{team}", {"name": value["team"]}
            ledger.append(session, at=office.clock.now(), actor=actor.login, action="team.add", subject=subject, detail=told)
    case = session.execute(select(Case).where(Case.case_no == value["case_no"])).scalar_one_or_none()
    fields = {key: value[key] for key in ("kind", "court", "filed_on", "handler", "clerk", "cause", "title_document", "amount", *CLOSING)}
    fields["closing_mode"] = fields["closing_mode"] or None
    fields["team_id"] = team
    parties = {(role, name) for column, role in ROLES.items() for name in value[column]}
    changed: dict[str, Any] = {}
    if case is None:
        case = Case(
            case_no=value["case_no"], profile=profile, profile_version=office.rules.of(profile, value["filed_on"]).version, **fields
        )
        case.parties = [Party(role=role, name=name) for column, role in ROLES.items() for name in value[column]]
        session.add(case)
        outcome = "created"
    else:
        before, of_team = _findable(case), case.team.name if case.team else None
        if value["profile"] and profile != case.profile:
            warnings.append(f"第 {line} 行：案件 {case.case_no} 适用的法院规则 {case.profile} 不因导入改变，未改为 {profile}")
        if case.state != "open":
            fields = _still_open_to_change(session, case, line, fields | {"closed_on": value["closed_on"]}, warnings)
        changed = _update(case, fields, parties)
        outcome = "updated" if changed else "unchanged"
        if changed.pop("team_id", None):
            changed["team"] = [of_team, value["team"]]
        if _findable(case) != before:
            read = select(Page.id).join(Submission).where(Submission.case_id == case.id, Page.state == "read")
            session.add_all(Outbox(page_id=page_id) for page_id in session.scalars(read))
    if value["closed_on"] and case.state in (None, "open") and _in_review(session, case):
        warnings.append(f"第 {line} 行：案件 {case.case_no} 正在结案审核，未按导入的结案日期结案；请先完成或撤回审核，再导入")
    elif value["closed_on"] and case.state in (None, "open"):
        case.state = CASE.move(case.state or CASE.start, "close")
        case.closed_on = value["closed_on"]
        changed["closed_on"] = [None, case.closed_on.isoformat()]
        outcome = "updated" if outcome == "unchanged" else outcome
    session.flush()
    if outcome != "unchanged":
        ledger.append(
            session, at=office.clock.now(), actor=actor.login, action=f"case.{outcome}", subject=f"case:{case.id}", case_id=case.id,
            detail={"case_no": case.case_no, "profile": case.profile, "profile_version": case.profile_version, "changed": changed},
        )  # fmt: skip
    return outcome


def _in_review(session: Session, case: Case) -> bool:
    """Whether the two keys are being turned: no file closes a case behind the reviewers' backs."""
    undecided = [state for state in REVIEW.states if REVIEW.allowed(state)]
    query = select(ClosingReview.id).where(ClosingReview.case_id == case.id, ClosingReview.state.in_(undecided))
    return session.execute(query.limit(1)).first() is not None


def _findable(case: Case) -> tuple[Any, ...]:
    """What of a case decides by whom and by which words its pages are found."""
    return case.team_id, sorted((party.role, party.name) for party in case.parties)


def _still_open_to_change(session: Session, case: Case, line: int, fields: dict[str, Any], warnings: list[str]) -> dict[str, Any]:
    """The fields of a closed case that a file may still change: not how and when it was closed, once that was decided here."""
    reviewed = select(ClosingReview.id).where(ClosingReview.case_id == case.id, ClosingReview.state == "approved").limit(1)
    if case.state == "closed" and session.execute(reviewed).first() is None:
        return fields
    kept = [key for key in ("closed_on", *CLOSING) if fields[key] not in ("", None, getattr(case, key))]
    if kept:
        why = "经结案审核结案" if case.state == "closed" else CASE.names[case.state]
        names = "、".join(FIELD_NAMES[key] for key in kept)
        warnings.append(f"第 {line} 行：案件 {case.case_no} {why}，以下各项以本系统的为准，未按导入更改：{names}")
    return {key: value for key, value in fields.items() if key not in kept}


def _update(case: Case, fields: Mapping[str, Any], parties: set[tuple[str, str]]) -> dict[str, Any]:
    """What changed, for the ledger: {field: [before, after]}, and how many parties came."""
    changed: dict[str, Any] = {}
    for key, new in fields.items():
        # An empty column says nothing; it does not wipe what is known.
        if new not in ("", None) and getattr(case, key) != new:
            changed[key] = [value.isoformat() if isinstance(value, date) else value for value in (getattr(case, key), new)]
            setattr(case, key, new)
    known = {(party.role, party.name) for party in case.parties}
    for role, name in sorted(parties - known):
        case.parties.append(Party(role=role, name=name))
        changed["parties"] = changed.get("parties", 0) + 1
    return changed


def record_event(
    office: Office, actor: Actor, case_no: str, anchor: str, on: date, source: str = "form", instead_of: date | None = None
) -> None:
    """Records that an anchor happened, or that a condition holds (no:CONDITION: does not). The same one on the same day is recorded once.

    An anchor that happens once in a case takes the new day instead of the old one, which the ledger keeps; instead_of corrects one of
    several. Only what the process system tells may lie ahead. Raises case_unknown, case_archived, anchor_unknown, not_allowed, date_bad.
    """
    if source == "form" and on > office.today():
        raise DossierError("date_bad", value=f"{on}（尚未到，事件发生后再登记）")
    with office.db.write() as session:
        case = load(session, case_no)
        access.demand(actor, "case.event", Resource(team=case.team_id))
        put_event(office, session, actor, case, anchor, on, source, instead_of)


def put_event(
    office: Office, session: Session, actor: Actor, case: Case, anchor: str, on: date, source: str, instead_of: date | None = None
) -> str:
    """recorded | corrected | unchanged; in the caller's transaction, and after it was asked whether the actor may. Raises anchor_unknown, case_archived."""
    catalogue = office.rules.for_case(case)
    if anchor not in catalogue.anchors and anchor.removeprefix("no:") not in catalogue.conditions:
        raise DossierError("anchor_unknown", anchor=anchor)
    repeats = anchor in catalogue.anchors and catalogue.anchors[anchor].repeats
    same = [event for event in case.events if event.anchor == anchor]
    gone = [event for event in same if event.on_day != on and (not repeats or event.on_day == instead_of)]
    there = any(event.on_day == on for event in same)
    if there and not gone:
        return "unchanged"
    if case.state == "archived":
        raise DossierError("case_archived", case_no=case.case_no)
    detail: dict[str, Any] = {"anchor": anchor, "on": on.isoformat(), "source": source}
    if gone:
        detail["instead_of"] = [{"on": old.on_day.isoformat(), "source": old.source, "at": old.recorded_at.isoformat()} for old in gone]
    for old in gone:
        case.events.remove(old)
        session.delete(old)
    if not there:
        case.events.append(Event(anchor=anchor, on_day=on, source=source, recorded_at=office.clock.now()))
    session.flush()
    ledger.append(
        session, at=office.clock.now(), actor=actor.login, action="case.event", subject=f"case:{case.id}", case_id=case.id, detail=detail
    )
    return "corrected" if gone else "recorded"


def anchor_names(office: Office, case_no: str) -> list[tuple[str, str]]:
    """(id, name) of every event and condition that may be recorded in this case, and of conditions that do not hold. Raises case_unknown."""
    with office.db.read() as session:
        catalogue = office.rules.for_case(load(session, case_no))
    conditions = [(one.id, one.name) for one in catalogue.conditions.values() if one.id.startswith("if_")]
    denied = [(f"no:{id}", f"{name}：否") for id, name in conditions]
    return [*((anchor.id, anchor.name) for anchor in catalogue.anchors.values()), *conditions, *denied]


def case_key(typed: str) -> str:
    """A case number as it is stored: however its brackets, digits and blanks were typed."""
    return re.sub(r"\s", "", typed).translate(_TYPED)


def load(session: Session, case_no: str) -> Case:
    """Raises DossierError case_unknown."""
    case = session.execute(select(Case).where(Case.case_no == case_key(case_no))).scalar_one_or_none()
    if case is None:
        raise DossierError("case_unknown", case_no=case_no[:80])
    return case


def load_for(session: Session, case_no: str, actor: Actor, action: str) -> Case:
    """The case, for somebody who may do this with it. Raises case_unknown also when they may not: numbers of cases are not for trying out."""
    case = load(session, case_no)
    if not access.decide(actor, action, Resource(team=case.team_id)):
        raise DossierError("case_unknown", case_no=case_no[:80])
    return case


def case_json(case: Case, *, events: bool = True) -> dict[str, Any]:
    """A case as plain values, with or without what happened in it."""
    told = {"events": [{"anchor": e.anchor, "on": e.on_day.isoformat(), "source": e.source} for e in case.events]} if events else {}
    return {
        "case_no": case.case_no,
        "kind": case.kind,
        "state": case.state,
        "state_name": CASE.names[case.state],
        "court": case.court,
        "filed_on": case.filed_on.isoformat(),
        "closed_on": case.closed_on.isoformat() if case.closed_on else None,
        "closing_mode": case.closing_mode,
        "team": case.team.name if case.team else None,
        "handler": case.handler,
        "clerk": case.clerk,
        "cause": case.cause,
        "title_document": case.title_document,
        "amount": case.amount or None,
        "closing_amount": case.closing_amount or None,
        "waived_amount": case.waived_amount or None,
        "paid_amount": case.paid_amount or None,
        "closing_reason": case.closing_reason or None,
        "profile": case.profile,
        "profile_version": case.profile_version,
        "applicants": [p.name for p in case.parties if p.role == ROLES["applicants"]],
        "respondents": [p.name for p in case.parties if p.role == ROLES["respondents"]],
        **told,
    }
