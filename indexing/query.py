"""The search box to a Query: what a clerk typed goes in, phrases, exclusions and fields come out, or a QueryError that says what to do."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from datetime import date

from indexing.analysis import fold
from indexing.contract import Query

MAX_CHARS = 1000

_FIELDS = {
    "案号": "case",
    "当事人": "party",
    "日期": "date",
    "类型": "type",
    "case": "case",
    "party": "party",
    "date": "date",
    "type": "type",
}
_NAMES = {"case": "案号", "party": "当事人", "date": "日期", "type": "类型"}
_WORD = re.compile(
    rf"""(?P<minus>[-－−])?
        (?:(?P<field>{"|".join(_FIELDS)})\s*[:：]\s*)?
        (?:["“”„＂「](?P<quoted>[^"“”„＂「」]*)["“”＂」]?
            # A type may be called “总对总”网络查询反馈表: what stands against the quote belongs to it.
            (?(field)(?P<rest>(?!(?:{"|".join(_FIELDS)})\s*[:：])[^\s"“”„＂「」]*))
          | (?P<bare>\S+))?""",
    re.VERBOSE | re.IGNORECASE,
)
_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2}))?)?[年月日]?")


class QueryError(ValueError):
    """A query that cannot be asked; code is 'query_empty' or 'query_bad', what and what_en say in Chinese and English what is wrong and what to do."""

    def __init__(self, code: str, what: str, what_en: str) -> None:
        super().__init__(what)
        self.code, self.what, self.what_en = code, what, what_en


def _bad(what: str, what_en: str) -> QueryError:
    return QueryError("query_bad", what, what_en)


def limited(field: str, value: str) -> str:
    """The words that limit a query to a value: 类型:执行裁定书. Quotes in the value are left out, since they leave no trace in folding."""
    bare = re.sub(r"[\"“”„＂「」]", "", value)
    return f'{field}:"{bare}"' if re.search(r"\s", bare) else f"{field}:{bare}"


def parse(text: str, types: Mapping[str, Sequence[str]] | None = None) -> Query:
    """A Query from what was typed; `types` maps the name of a document type to its ids (without it 类型: takes an id).

    "…" or a bare word: a phrase that must occur · -word: must not · 案号: 当事人: 类型: 日期:. Raises QueryError.
    """
    if len(text) > MAX_CHARS:
        raise _bad(
            f"检索词超过 {MAX_CHARS} 个字符，请只输入关键的一句话",
            f"it has more than {MAX_CHARS} characters; type the one sentence that matters",
        )
    phrases: list[str] = []
    excluded: list[str] = []
    fields: dict[str, list[str]] = {}
    for minus, name, value in _words(text):
        if name:
            if minus:
                raise _bad(
                    f"“-”不能放在“{_NAMES[name]}:”前，只能排除词语，例如：-终本",
                    f"a minus leaves out words only, not {_NAMES[name]}:, as in -终本",
                )
            if not fold(value):
                raise _bad(
                    f"“{_NAMES[name]}:”后面没有内容，请写在冒号后，或去掉“{_NAMES[name]}:”",
                    f"nothing stands behind {_NAMES[name]}: – write it behind the colon, or leave {_NAMES[name]}: out",
                )
            fields.setdefault(name, []).append(value)
        elif fold(value):
            (excluded if minus else phrases).append(value)
    if not phrases and not fields:
        raise _nothing(text, excluded)
    date_from, date_to = _dates(_single(fields, "date"))
    return Query(
        phrases=tuple(dict.fromkeys(phrases)),
        excluded=tuple(dict.fromkeys(excluded)),
        case_no=_single(fields, "case"),
        party=_single(fields, "party"),
        type_ids=_types(fields.get("type", []), types),
        date_from=date_from,
        date_to=date_to,
    )


def _words(text: str) -> list[tuple[bool, str, str]]:
    """(excluded?, field or '', value) of each word; a word with a colon that names no field is a phrase like any other."""
    words = []
    for match in _WORD.finditer(text):
        value = match["bare"] if match["quoted"] is None else match["quoted"] + (match["rest"] or "")
        words.append((bool(match["minus"]), _FIELDS.get((match["field"] or "").lower(), ""), value or ""))
    return words


def _nothing(text: str, excluded: list[str]) -> QueryError:
    if excluded:
        return _bad(
            "只有要排除的词。请再输入至少一个要查找的词，例如：裁定书 -终本",
            "it only leaves words out; type at least one to look for, as in 裁定书 -终本",
        )
    if text.strip():
        return _bad(
            "只有标点或空的引号。请输入汉字、字母或数字，例如：执行裁定书",
            "it holds only punctuation or empty quotes; type characters or digits, as in 执行裁定书",
        )
    return QueryError(
        "query_empty",
        "请输入要检索的词，例如：执行裁定书，或 案号:（2026）豫9924执118号",
        "type what to look for, as in 执行裁定书, or 案号:（2026）豫9924执118号",
    )


def _single(fields: Mapping[str, Sequence[str]], name: str) -> str:
    values = fields.get(name, ())
    if len(values) > 1:
        raise _bad(f"“{_NAMES[name]}:”写了 {len(values)} 次，请只保留一个", f"{_NAMES[name]}: stands there {len(values)} times; keep one")
    return values[0] if values else ""


def _types(values: Sequence[str], types: Mapping[str, Sequence[str]] | None) -> tuple[str, ...]:
    """Ids of every type whose name holds a value; an exact name alone where there is one."""
    if types is None:
        return tuple(dict.fromkeys(values))
    found: list[str] = []
    for value in values:
        wanted = fold(value)
        names = {name: fold(name) for name in types}
        exact = [name for name, folded in names.items() if folded == wanted]
        near = exact or [name for name, folded in names.items() if wanted in folded]
        if not near:
            raise _bad(
                f"没有名称含“{value}”的材料类型。请换一个说法，例如：类型:裁定书",
                f"no type of document has “{value}” in its name; put it another way, as in 类型:裁定书",
            )
        found.extend(type_id for name in near for type_id in types[name])
    return tuple(dict.fromkeys(found))


def _dates(value: str) -> tuple[str, str]:
    """First and last day, ISO, inclusive, '' where open; of a day, a month, a year, or of two of them with .. between."""
    if not value:
        return "", ""
    first, dots, last = value.replace("…", "..").replace("～", "..").replace("~", "..").replace("至", "..").partition("..")
    if not dots:
        last = first
    date_from = _day(first, value, last=False) if first else ""
    date_to = _day(last.lstrip("."), value, last=True) if last.strip(".") else ""
    if date_from and date_to and date_from > date_to:
        raise _bad(f"日期“{value}”的开始晚于结束，请把两个日期对调", f"“{value}” begins after it ends; swap the two days")
    return date_from, date_to


def _day(text: str, whole: str, *, last: bool) -> str:
    match = _DAY.fullmatch(text)
    if match is None:
        raise _bad(
            f"看不懂日期“{whole}”。请写成 2026-01-01、2026-01 或 2026-01-01..2026-03-01",
            f"“{whole}” is no date; write 2026-01-01, 2026-01 or 2026-01-01..2026-03-01",
        )
    year, month, day = int(match[1]), int(match[2] or (12 if last else 1)), int(match[3] or 0)
    try:
        if not day:
            day = calendar.monthrange(year, month)[1] if last else 1
        return date(year, month, day).isoformat()
    except ValueError as error:  # IllegalMonthError is one too
        raise _bad(f"没有“{text}”这一天。请核对月和日", f"there is no “{text}”; check month and day") from error
