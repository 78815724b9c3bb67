"""Chinese and Arabic numerals as read to whole numbers, days and sums of money; also the other way round for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from review.normalise import fold

# What readers make of the round zero of a Chinese year, and of 1 and 0 in numbers.
_ZERO = "〇○◯Oo0QＯ口。零C"
_DIGIT = "[0-9OoQlI|〇○]"
_AS_DIGIT = str.maketrans({"O": "0", "o": "0", "Q": "0", "〇": "0", "○": "0", "l": "1", "I": "1", "|": "1"})
_ONES = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "两": 2, "元": 1, "正": 1}
_FORMAL = str.maketrans("零壹贰貳弍叁叄參肆伍陆陸柒捌玖拾佰仟圆萬億", "〇一二二二三三三四五六六七八九十百千元万亿")
_UNITS = {"十": 10, "百": 100, "千": 1000}

DATE = re.compile(
    rf"(?P<y>(?<!\d)(?:19|20|l9|2O|2o){_DIGIT}{{2}}|[一二三四五六七八九{_ZERO}]{{4}})\s*(?P<s>[年\-./])\s*"
    rf"(?P<m>{_DIGIT}{{1,2}}|[一二三四五六七八九十元正]{{1,3}})\s*[月\-./]\s*"
    rf"(?P<d>{_DIGIT}{{1,2}}(?!\d)|[一二三四五六七八九十廿卅]{{1,4}})\s*(?P<e>[日号]?)"
)
_FIGURES = re.compile(
    r"(?P<sign>¥|人民币)?\s*(?P<int>\d{1,3}(?:,\s?\d{3})+|\d+)(?P<frac>\.\d{1,4})?\s*(?P<unit>亿元|万元|元|万(?=[,。;、\s]|$))?"
)
_WORDS = re.compile(
    r"(?=[壹贰貳弍叁叄參肆伍陆陸柒捌玖拾])[零壹贰貳弍叁叄參肆伍陆陸柒捌玖拾佰仟万萬亿億]{1,24}[元圆](?:[零壹贰貳弍叁叄參肆伍陆陸柒捌玖角分整正]{0,6})"
)
# Small numerals are words of every sentence: only with a unit in them (五万元, 三千五百元) are they a sum.
_PLAIN = re.compile(
    r"(?<![第一二两三四五六七八九十百千万亿零〇\d])(?=[一二两三四五六七八九十])[一二两三四五六七八九零〇]?[十百千万亿][一二两三四五六七八九十百千万亿零〇]{0,22}元(?!月)"
)
_SCALE = {"亿元": Decimal(100_000_000), "万元": Decimal(10_000), "万": Decimal(10_000)}


def digits(text: str) -> str:
    """Digits with the reader's l, I, O, o put right; other characters stay."""
    return text.translate(_AS_DIGIT)


def chinese_number(text: str) -> int | None:
    """'三十一' → 31, '叁万贰仟伍佰' → 32500, '二〇二六' → 2026; None when it is no number."""
    plain = fold(text).translate(_FORMAL).replace("廿", "二十").replace("卅", "三十")
    if not plain or any(c not in _ONES and c not in _UNITS and c not in "〇万亿" for c in plain):
        return None
    if len(plain) > 1 and not any(c in _UNITS or c in "万亿" for c in plain):
        return int("".join("0" if c == "〇" else str(_ONES[c]) for c in plain))
    total = section = current = 0
    for c in plain:
        if c in _ONES:
            current = _ONES[c]
        elif c in _UNITS:
            section += (current or 1) * _UNITS[c]
            current = 0
        elif c == "万":
            total, section, current = total + (section + current) * 10_000, 0, 0
        elif c == "亿":
            total, section, current = (total + section + current) * 100_000_000, 0, 0
    return total + section + current


def _year(token: str) -> int | None:
    if re.fullmatch(rf"{_DIGIT}{{4}}", token):
        return int(digits(token))
    figures = "".join("0" if c in _ZERO else str(_ONES.get(c, "")) for c in token)
    return int(figures) if len(figures) == 4 else None


def _small(token: str) -> int | None:
    return int(digits(token)) if re.fullmatch(rf"{_DIGIT}{{1,2}}", token) else chinese_number(token)


@dataclass(frozen=True)
class DateRead:
    """A date as it stands in a text from `start` to `end`; value is None when there is no such day (month 13, 31 June)."""

    text: str
    value: date | None
    start: int
    end: int


def dates(text: str) -> Iterator[DateRead]:
    """Every date of a text (any width of digits), in order: 2026年3月1日, 2026-03-01, 2026.3.1, 二〇二六年三月一日."""
    folded = fold(text)
    for found in DATE.finditer(folded):
        if found["s"] != "年" and not found["y"][0].isdigit():
            continue
        year, month, day = _year(found["y"]), _small(found["m"]), _small(found["d"])
        if year is None or month is None or day is None:
            continue
        try:
            value = date(year, month, day) if 1900 <= year <= 2100 else None
        except ValueError:
            value = None
        yield DateRead(found[0], value, found.start(), found.end())


@dataclass(frozen=True)
class Amount:
    """A sum of money in yuan as it stands in a text from `start` to `end`."""

    text: str
    yuan: Decimal
    start: int
    end: int


def amounts(text: str) -> tuple[Amount, ...]:
    """Every sum of a text in order: 186500元, ￥32,500.00, 3.5万元, 叁万贰仟伍佰元整, 三万二千元. A bare number is not a sum."""
    folded = fold(text)
    found = [_figure(match) for match in _FIGURES.finditer(folded) if match["sign"] or match["unit"]]
    found += [amount for words in (_WORDS, _PLAIN) for match in words.finditer(folded) if (amount := _formal(match))]
    return tuple(sorted(found, key=lambda amount: amount.start))


def _figure(match: re.Match[str]) -> Amount:
    number = Decimal(re.sub(r"[,\s]", "", match["int"]) + (match["frac"] or ""))
    return Amount(match[0], number * _SCALE.get(match["unit"] or "", Decimal(1)), match.start(), match.end())


def _formal(match: re.Match[str]) -> Amount | None:
    whole, _, rest = match[0].replace("圆", "元").partition("元")
    yuan = chinese_number(whole)
    if yuan is None:
        return None
    value = Decimal(yuan)
    for unit, worth in (("角", Decimal("0.1")), ("分", Decimal("0.01"))):
        if (part := re.search(rf"(.){unit}", rest)) and (number := chinese_number(part[1])) is not None:
            value += number * worth
    return Amount(match[0], value, match.start(), match.end())


def in_chinese(day: date) -> str:
    """A day as court papers write it: 二〇二六年三月一日."""
    year = "".join("〇一二三四五六七八九"[int(c)] for c in str(day.year))
    return f"{year}年{_count(day.month)}月{_count(day.day)}日"


def _count(number: int) -> str:
    tens, ones = divmod(number, 10)
    names = "〇一二三四五六七八九"
    return ("" if tens < 2 else names[tens]) + ("十" if tens else "") + (names[ones] if ones else "")
