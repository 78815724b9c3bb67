"""Text to tokens: a page or a phrase as written goes in, the folded text with its source offsets and the tokens of every engine come out.

The one rule that all engines share: a phrase is found on a page when its folded text occurs in the page's folded text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# Stored with every index; raise it whenever a token could come out differently, and the index is rebuilt.
ANALYSIS_VERSION = "1"
MAX_NUMBER = 64

_COMMA = ","
_GAP = " "  # stands for any punctuation; never found in the folded text otherwise
_PIECES = re.compile(r"(?P<letters>[^ ,]+)|(?P<thousands>(?<=[0-9]),(?=[0-9]))|(?P<gap>[ ,]+)")
_TRANSPARENT = frozenset(("Ps", "Pe", "Pi", "Pf", "Cc", "Cf", "Mn", "Me"))
_NUMBER = re.compile(r"[0-9a-z]*[0-9][0-9a-z]*")

# Years are written 二〇二六 with the numeral, a circle or a large circle; PDF text layers hold radicals that NFKC leaves alone.
_SAME = str.maketrans(
    "○◯⺠⺟⺫⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳",
    "〇〇民母目虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟",
)


class _Folds(dict[str, str]):
    """Character → what it becomes: letters and digits, '' when it is transparent, ',' or the gap for punctuation; filled as met."""

    def __missing__(self, char: str) -> str:
        plain = unicodedata.normalize("NFKC", char.translate(_SAME)).translate(_SAME).lower()
        folded = self[char] = "".join(map(_fold_one, plain))
        return folded


def _fold_one(char: str) -> str:
    if char.isalnum() or char == _COMMA:
        return char
    # Brackets, book-title marks and quotes are transparent: 《执行规定》第三条 must be found by 执行规定第三条, and OCR confuses 〔 with (.
    if char.isspace() or char in "\"'`" or unicodedata.category(char) in _TRANSPARENT:
        return ""
    return _GAP


_FOLDS = _Folds()


def normalise(text: str) -> tuple[str, tuple[int, ...]]:
    """The folded text, and for each of its characters the offset in `text` it came from (same length).

    NFKC, lower case. Blanks, line breaks, brackets, quotes and the commas of a number leave no trace (张 某 甲 = 张某甲, 50，000 = 50000).
    A stretch of other punctuation becomes one blank; none at either end. Every substring of `text` folds to a substring of the result.
    """
    parts = [_FOLDS[char] for char in text]
    raw = "".join(parts)
    origins = [offset for offset, part in enumerate(parts) for _ in part]
    folded: list[str] = []
    places: list[int] = []
    for piece in _PIECES.finditer(raw):
        if piece.lastgroup == "letters":
            folded.append(piece.group())
            places.extend(origins[piece.start() : piece.end()])
        elif piece.lastgroup == "gap" and folded and piece.end() < len(raw):
            folded.append(_GAP)
            places.append(origins[piece.start()])
    return "".join(folded), tuple(places)


def fold(text: str) -> str:
    """The folded text alone."""
    return normalise(text)[0]


def index_tokens(text: str) -> list[str]:
    """Tokens of a page in order: of each run its first character, its overlapping pairs, its last character."""
    tokens: list[str] = []
    for run in fold(text).split():
        if len(run) > 1:
            tokens.append(run[0])
            tokens.extend(map(str.__add__, run, run[1:]))
        tokens.append(run[-1])
    return tokens


def query_tokens(phrase: str) -> list[str]:
    """Tokens that stand side by side on every page that holds the phrase; [] when it has no letter or digit.

    The edges of the phrase may lie inside a longer run, so they carry no single-character token of their own.
    One token of one character stands for every token that begins with it.
    """
    runs = fold(phrase).split()
    tokens: list[str] = []
    for place, run in enumerate(runs):
        if len(run) == 1:
            tokens.append(run)
            continue
        if place > 0:
            tokens.append(run[0])
        tokens.extend(map(str.__add__, run, run[1:]))
        if place < len(runs) - 1:
            tokens.append(run[-1])
    return tokens


def anchored(tokens: Sequence[str]) -> list[tuple[int, str]]:
    """(place, token) of those of query_tokens() that already pin down the others: a page is looked through for half as many.

    Between two pairs two places apart nothing can stand but the pair that shares a character with each: a run that ended there would
    have left two single characters.
    """
    kept: list[tuple[int, str]] = []
    for place, token in enumerate(tokens):
        beside = tokens[max(0, place - 1) : place + 2]
        if not (kept and kept[-1][0] == place - 1 and len(beside) == 3 and all(len(one) == 2 for one in beside)):
            kept.append((place, token))
    return kept


def numbers(text: str) -> list[str]:
    """The whole numbers of a text, sorted, each once, at most MAX_NUMBER characters: they let a page with exactly 118 go before 21180."""
    return sorted({match.group()[:MAX_NUMBER] for match in _NUMBER.finditer(fold(text))})


def day_number(iso: str) -> int:
    """2026-03-01 → 20260301, the form in which engines compare days; 0 when there is no date."""
    return int(iso.replace("-", "")) if iso else 0
