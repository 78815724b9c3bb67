"""The top of a page to its title, if it has one; a title to the document types that it may name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from statistics import median_low

from rapidfuzz.distance import Levenshtein

from review import casenumbers
from review.facts import PageFacts
from review.lexicon import Lexicon, bare_title
from review.normalise import Row, compact, han, rows

HEAD_ROWS = 9
_OTHERS_ABOVE = 3  # rows that may stand above a title without being one: a stamp, a header, a running number
_LONGEST = 34
_COURT = re.compile(r"^[\u4e00-\u9fff]{0,16}?人民法院(?:执行局|执行指挥中心)?")
_COURT_ONLY = re.compile(r"^[\u4e00-\u9fff]{0,16}人民法?院?(?:执行局|执行指挥中心)?$")
_REMARKS = r"副本|正本|存根|附卷|第[一二三四五]联|样式.*|内部资料|密级.*|存档联|附件[一二三四五六七八九十\d]*"
_SMALL_PRINT = re.compile(rf"^(?:\(?(?:{_REMARKS})\)?[::]?|[\dA-Za-z\-./ ]{{1,30}}|(?:编号|No|NO|页码)[.::]?.{{0,24}})$")
_PREFIX = re.compile(r"^附件?[一二三四五六七八九十\d]*[::.]?")
_NUMBERED = re.compile(r"^\(?(?:\d{1,2}|[一二三四五六七八九十]{1,3})\)?[.、,]|^\([一二三四五六七八九十\d]{1,3}\)|^[①-⑳]")
_SUFFIX = re.compile(
    r"\((?:副本|正本|存根|附卷|续页?|续表|第[^)]{1,3}页|样本|试行|稿|一式.份|\d{4}年?.*|共[^)]{1,3}页)\)$|(?:第\d+页)?共\d+页$|续表$|续页$|存根$"
)
_IN_BRACKETS = re.compile(r"\([^)]*\)")
_CONTINUED = re.compile(r"\(续|续[表页]")
_NAMES_A_BODY = re.compile(r"(?:法院|银行|公司|事务所|公证处|中心|委员会|人民法.|局|厅|院)$")
_SUBTITLE = re.compile(r"^\([\u4e00-\u9fff、]{2,12}\)$")
_NOT_TITLE = re.compile(r"[。;;!!??]|[,，].{6,}|[::].|《|年\d{1,2}月|(?:^|[^\u4e00-\u9fff])\d{5,}")
_PROSE = re.compile(r"[。;]|^[^,]{6,},|^(?:问|答)[::]|.{26,}")
_VERBS = re.compile(r"(?:作出的|依据|依照|根据|收到|本院|你院|特此|请将|提交|出具)")

_SAME_CORE = 0.95
_LETTER = "函"  # alone below the name of a law firm
_EMPTY_WORDS = re.compile("关于|的|情况|有关|相关|本案|执行案件|案件")
_TURNS = ("解除", "撤销", "撤回", "不予", "终结", "恢复", "变更", "延长", "补正", "驳回", "取消", "续行")  # before a title: another paper
_FORMS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("记录表", "笔录", "记录", "纪要"), "笔录"),
    (("审批表", "审核表", "审查表", "审批单", "审批笺", "呈批表", "报批表"), "审批表"),
    (
        (
            "登记表",
            "反馈表",
            "信息表",
            "汇总表",
            "统计表",
            "一览表",
            "明细表",
            "提供表",
            "清单",
            "反馈单",
            "回执单",
            "登记单",
            "确认表",
            "列表",
        ),
        "表",
    ),
    (("报告书",), "报告"),
    (("通知单",), "通知书"),
    (("通知函", "函件", "公函"), "函"),
    (("申请书", "申请表", "请求书", "申请"), "申请书"),
    (("协议书",), "协议"),
    (("证明书", "证明信"), "证明"),
)


@dataclass(frozen=True)
class Title:
    """text: as printed, compact, without the court's name and remarks such as (副本); row: which row of the page it is; continued: marked 续."""

    text: str
    row: int
    continued: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The bare title, and the same without what stands in brackets: 进账单(案款到账通知) is also a 进账单."""
        full, short = bare_title(self.text), bare_title(_IN_BRACKETS.sub("", self.text))
        return (full, short) if short and short != full else (full,)


@dataclass(frozen=True)
class Match:
    """A type that a title may name. quality: 1 when the title is the type's own, less for parts and slips. title: the type's."""

    type_id: str
    quality: float
    title: str

    def whole(self, name: str) -> bool:
        """True when the bare title is the type's, give or take a misread character, and not one that holds it."""
        if _core(name) == _core(self.title):
            return True
        return self.quality >= 0.8 and abs(len(name) - len(self.title)) <= 1 and not (len(name) > len(self.title) and self.title in name)


def find_title(page: PageFacts, lexicon: Lexicon) -> Title | None:
    """The title at the top of a page; None when the page begins with something else (prose, a table, an answer).

    The first row that reads like a title is it; failing that, the largest print there, whose words the reader may have garbled.
    """
    shown = rows(page)
    usual = median_low(row.height for row in shown) if shown else 0
    head = tuple(_head(shown, page, usual))
    for number, row in head:
        text = _joined(shown, number, _stripped(row.text))
        if _could_be(text) and _stands_out(row, page, usual) and _reads_like(text, lexicon):
            return Title(text + _subtitle(shown, number), number, continued=bool(_CONTINUED.search(row.compact)))
    large = [one for one in head if _headline(one[1], page, usual) and not _NAMES_A_BODY.search(one[1].compact)]
    if not large:
        return None
    number, row = max(large, key=lambda pair: pair[1].height)
    return Title(_stripped(row.text), number)


def _head(shown: tuple[Row, ...], page: PageFacts, usual: float) -> Iterator[tuple[int, Row]]:
    """The rows among which a title may be: from the top down to the first prose, without headers, numbers and marks."""
    others = 0
    for number, row in enumerate(shown[:HEAD_ROWS]):
        if (page.height and row.box[1] > 0.45 * page.height) or others > _OTHERS_ABOVE:
            return
        if _passes_over(row, _stripped(row.text)):
            continue
        if _is_prose(row, usual, page.width):
            return
        others += 1
        yield number, row


def _stripped(text: str) -> str:
    """The row without page mark, remark in brackets and leading court name; '' when nothing else stands there."""
    plain = _PREFIX.sub("", compact(text))
    while (shorter := _SUFFIX.sub("", plain)) != plain:
        plain = shorter
    return _COURT.sub("", plain, count=1) or ""


def _passes_over(row: Row, text: str) -> bool:
    plain = row.compact
    if not text or _COURT_ONLY.match(plain) or _SMALL_PRINT.match(plain):
        return True
    found = next(casenumbers.find(plain), None)
    if found is not None and len(plain) - (found.end - found.start) <= 4:
        return True
    return bool(re.match(r"^(?:第.{1,3}页|共.{1,3}页|-\d+-$|\d{1,2}/\d{1,2}$)", plain))


def _is_prose(row: Row, usual: float, width: int) -> bool:
    plain = row.compact
    if re.search(r"[。;]|^(?:问|答)[::]", plain) or _PROSE.match(plain):
        return not (usual and row.height >= 1.35 * usual)
    return bool(width) and row.box[2] - row.box[0] > 0.72 * width and row.height < 1.35 * usual


def _joined(shown: tuple[Row, ...], number: int, text: str) -> str:
    """A long title runs over two rows: 关于案件未进行初次接待 / 原因的说明."""
    if (
        text.startswith("关于")
        and number + 1 < len(shown)
        and len(text) < _LONGEST
        and not re.search(r"(?:的|说明|报告|意见|函|请示|通知)$", text[-2:])
    ):
        return text + _stripped(shown[number + 1].text)
    if text.startswith("关于") and text.endswith("的") and number + 1 < len(shown):
        return text + _stripped(shown[number + 1].text)
    return text


def _subtitle(shown: tuple[Row, ...], number: int) -> str:
    """What stands alone in brackets below a title belongs to it: 协助执行通知书 / (回执)."""
    below = shown[number + 1].compact if number + 1 < len(shown) else ""
    return below if _SUBTITLE.match(below) and not _SUFFIX.search(below) else ""


def _could_be(text: str) -> bool:
    if not (2 <= len(text) <= _LONGEST or text == _LETTER) or _NUMBERED.match(text) or _NOT_TITLE.search(text) or _VERBS.match(text):
        return False
    return next(casenumbers.find(text), None) is None


def _reads_like(text: str, lexicon: Lexicon) -> bool:
    return any(ends_with_noun(name, lexicon) or best_quality(name, lexicon) >= 0.82 for name in Title(text, 0).names)


def _headline(row: Row, page: PageFacts, usual: float) -> bool:
    """Large print in the middle of the upper page: a title even when the reader garbled its words."""
    if not page.height or row.height < 1.4 * usual or not 3 <= len(han(row.text)) <= _LONGEST:
        return False
    middle = (row.box[0] + row.box[2]) / 2
    return abs(middle - page.width / 2) < 0.08 * page.width and row.box[1] < 0.3 * page.height


def _stands_out(row: Row, page: PageFacts, usual: float) -> bool:
    """Centred or larger than the usual row; without boxes the words alone must do."""
    if not page.width or row.height <= 0:
        return True
    middle = (row.box[0] + row.box[2]) / 2
    return abs(middle - page.width / 2) < 0.1 * page.width or row.height >= 1.3 * usual


def ends_with_noun(name: str, lexicon: Lexicon) -> str:
    """The word of the rules that a bare title ends with (longest first), '' when there is none."""
    return next((noun for noun in lexicon.nouns if name.endswith(noun)), "")


def best_quality(name: str, lexicon: Lexicon) -> float:
    """How well the best type's title agrees with a bare title, 0..1."""
    found = matches(name, lexicon)
    return found[0].quality if found else 0.0


def matches(name: str, lexicon: Lexicon) -> tuple[Match, ...]:
    """The types that a bare title may name, best first, one entry a type."""
    return _matches(name, lexicon.titles, lexicon.nouns)


@lru_cache(maxsize=2048)
def _matches(name: str, titles: tuple[tuple[str, str], ...], nouns: tuple[str, ...]) -> tuple[Match, ...]:
    best: dict[str, Match] = {}
    noun = next((one for one in nouns if name.endswith(one)), "")
    own = frozenset(name)
    for title, type_id, characters in _spelled(titles):
        if len(own & characters) < min(2, len(own), len(characters)):
            continue  # no part, no slip and no other form of a title leaves fewer of its characters
        quality = _quality(name, title, noun)
        if quality > 0.3 and (type_id not in best or quality > best[type_id].quality):
            best[type_id] = Match(type_id, quality, title)
    return tuple(sorted(best.values(), key=lambda match: (-match.quality, match.type_id)))


@lru_cache(maxsize=32)
def _spelled(titles: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str, frozenset[str]], ...]:
    return tuple((title, type_id, frozenset(title)) for title, type_id in titles)


def _quality(name: str, title: str, noun: str) -> float:
    if name == title:
        return 1.0
    if _core(name) == _core(title) and len(title) >= 3:
        return _SAME_CORE
    core, other = _core(name), _core(title)
    parts = 0.88 * _overlap(core, other, noun) if len(other) >= 4 and core[-1] == other[-1] else 0.0
    return max(_overlap(name, title, noun), parts, _woven(core, other))


@lru_cache(maxsize=4096)
def _core(title: str) -> str:
    """A title without the words that tell nothing, and with one word for each kind of form: 留置送达情况记录 and 留置送达笔录 are the same."""
    plain = _EMPTY_WORDS.sub("", title) or title
    for forms, form in _FORMS:
        for one in forms:
            if plain.endswith(one) and len(plain) > len(one) + 1:
                return plain[: -len(one)] + form
    return plain


def _woven(name: str, title: str) -> float:
    """立案登记审批表 holds every character of 立案审批表 in order, and 限制消费令 those of 限制高消费令 but one."""
    shorter, longer = sorted((name, title), key=len)
    if len(shorter) < 5 or shorter[-1] != longer[-1] or shorter[0] != longer[0] or shorter == longer:
        return 0.0
    rest = iter(longer)
    return 0.5 + 0.42 * len(shorter) / len(longer) if all(char in rest for char in shorter) else 0.0


def _overlap(name: str, title: str, noun: str) -> float:
    covered = len(title) / len(name)
    if name.endswith(title):
        if any(word in name[: -len(title)] and word not in title for word in _TURNS):
            return 0.45
        return 0.74 + 0.2 * covered if len(title) >= 3 else 0.35 + 0.4 * covered
    if title in name:
        # 财产保全申请书 holds 财产保全 but is an application: what a paper is stands at its end.
        return (0.5 + 0.25 * covered) * (1.0 if not noun or (len(title) >= 4 and noun in title) else 0.6)
    slips = _slips_allowed(len(title)) if len(noun) < 2 or title.endswith(noun) else 0  # no reader makes one whole noun of another
    if slips and abs(len(name) - len(title)) <= slips:
        distance = Levenshtein.distance(name, title, score_cutoff=slips)
        if distance <= slips:
            return 0.97 - 0.6 * distance / len(title)
    if slips and len(name) > len(title) >= 5:
        distance = Levenshtein.distance(name[-len(title) :], title, score_cutoff=1)
        if distance <= 1:
            return 0.7 + 0.15 * covered
    return 0.0


def _slips_allowed(length: int) -> int:
    return 0 if length < 4 else 1 if length < 8 else 2


def family_title(name: str, family_titles: Iterable[str]) -> float:
    """How well a bare title is one of a family's: 1 the same, 0.94 with a slip, 0.88 at the end of a longer title, else 0."""
    best = 0.0
    for title in family_titles:
        if name == title:
            return 1.0
        slips = _slips_allowed(len(title))
        if slips and abs(len(name) - len(title)) <= 1 and Levenshtein.distance(name, title, score_cutoff=1) <= 1:
            best = max(best, 0.94)
        elif name.endswith(title):
            best = max(best, 0.88)
    return best
