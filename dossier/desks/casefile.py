"""A file of the process system comes in, CSV or JSON; checked and typed rows of cases go out, or what is wrong in which line."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from dossier.desks.uploads import BAD_NAME
from dossier.errors import DossierError
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
# What is wrong with any table, in both languages.
NO_TEXT = ("文字编码不是 UTF-8 或 GB 18030", "its text is neither UTF-8 nor GB 18030")
UNEVEN = ("列数与表头不一致", "it has other columns than the header")
_NO_JSON = ("不是有效的 JSON", "this is no JSON")
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


def read(data: bytes, pattern: re.Pattern[str], today: date) -> list[tuple[int, dict[str, Any]]]:
    """(line, checked and typed values by column) of every case in a CSV or JSON file.

    pattern: of case numbers. Raises case_import_bad naming the first line that is wrong.
    """
    rows = _rows(data)
    if not rows:
        raise bad(1, "没有任何案件", "there is no case in it")
    return [(line, _clean(row, line, pattern, today)) for line, row in rows]


def bad(line: int, what: str, what_en: str) -> DossierError:
    """case_import_bad with what is wrong, in both languages."""
    return DossierError("case_import_bad", line=line, what=what, what_en=what_en)


def _rows(data: bytes) -> list[tuple[int, dict[str, Any]]]:
    """(line, row) of a CSV or JSON file."""
    try:
        text = decode(data)
    except ValueError:
        raise bad(1, *NO_TEXT) from None
    if text.lstrip()[:1] in ("[", "{"):
        try:
            value = json.loads(text)
        except json.JSONDecodeError as error:
            raise bad(error.lineno, *_NO_JSON) from None
        except (ValueError, RecursionError):
            raise bad(1, *_NO_JSON) from None
        rows = value if isinstance(value, list) else [value]
        if not all(isinstance(row, dict) for row in rows):
            raise bad(1, "应为对象的列表", "a list of objects is wanted")
        return list(enumerate(rows, 1))
    # Excel's "Unicode text" is separated by tabs.
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in head and "," not in head else ",")
    try:
        found = [(reader.line_num, dict(row)) for row in reader]
    except csv.Error as error:
        raise bad(reader.line_num, f"不是有效的 CSV（{error}）", f"this is no CSV ({error})") from None
    # Excel also keeps rows that were emptied.
    found = [(line, row) for line, row in found if any(row.values())]
    for line, row in found:
        if None in row or None in row.values():
            raise bad(line, *UNEVEN)
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
        raise bad(line, f"{column} 的日期 {value} 不对", f"{value} in {column} is no usable day") from None


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
    value = _of_columns(row, line)
    value["case_no"] = case_key(value["case_no"])
    if not pattern.fullmatch(value["case_no"]):
        raise bad(line, f"案号 {value['case_no']} 的格式不对", f"the case number {value['case_no']} is malformed")
    _chosen(value, line, "kind", "案件类型", KINDS)
    if value["closing_mode"]:
        _chosen(value, line, "closing_mode", "结案方式", CLOSING_MODES)
    value["filed_on"] = _day(value["filed_on"], line, "filed_on")
    value["closed_on"] = _day(value["closed_on"], line, "closed_on") if value["closed_on"] else None
    if value["closed_on"] and value["closed_on"] < value["filed_on"]:
        raise bad(line, "结案日期早于立案日期", "the case is closed before it is filed")
    if value["closed_on"] and value["closed_on"] > today:
        raise bad(line, f"结案日期 {value['closed_on']} 尚未到", f"closed_on {value['closed_on']} has not come yet")
    for column in AMOUNTS:
        try:
            value[column] = amount_text(value[column])
        except ValueError:
            raise bad(line, f"金额 {row.get(column)} 不对", f"{row.get(column)} in {column} is no sum") from None
    return value


def _of_columns(row: Mapping[str, Any], line: int) -> dict[str, Any]:
    """The columns of a row as texts of one line and lists of names, none unknown, none of the required ones empty. Raises case_import_bad."""
    unknown = [key for key in row if key not in REQUIRED + OPTIONAL]
    if unknown:
        raise bad(line, f"不认识的列 {unknown[0]}", f"the column {unknown[0]} is not known")
    for column in REQUIRED:
        if not str(row.get(column) or "").strip():
            raise bad(line, f"缺少 {column}", f"{column} is missing")
    value: dict[str, Any] = {key: _one_line(row.get(key)) for key in REQUIRED + OPTIONAL if key not in ROLES}
    value |= {column: _names(row.get(column)) for column in ROLES}
    for column in value:
        for text in value[column] if isinstance(value[column], list) else (value[column],):
            if len(text) > MAX_TEXT or BAD_NAME.search(text):
                raise bad(line, f"{column} 过长，或含有看不见的控制字符", f"{column} is too long or holds invisible control characters")
    return value


def _chosen(value: Mapping[str, Any], line: int, column: str, name: str, among: Sequence[str]) -> None:
    said, known = value[column], "、".join(among)
    if said not in among:
        raise bad(line, f"{name} {said} 不在 {known} 之中", f"{said} in {column} is none of {known}")


def case_key(typed: str) -> str:
    """A case number as it is stored: however its brackets, digits and blanks were typed."""
    return re.sub(r"\s", "", typed).translate(_TYPED)
