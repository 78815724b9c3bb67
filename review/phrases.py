"""A phrase of the rules to a way of finding it in text as it was read: literally first, then with a slip or two of the reader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from review.normalise import compact

_GAP = re.compile(r"…|\.\*")
_REACH = 40  # characters of one sentence that a gap may span
_SLIPS = ((10, 2), (5, 1))  # a part of at least so many characters may have so many misread


@dataclass(frozen=True)
class Phrase:
    """Parts that follow each other within a sentence, at most 40 characters apart. text is as the rules have it; pattern: it is a regular expression."""

    text: str
    parts: tuple[str, ...]
    exact: re.Pattern[str]
    pattern: bool = False

    def find(self, text: str) -> int:
        """Where the phrase begins in compact text, literally; -1 when it is not there."""
        if len(self.parts) == 1 and not self.pattern:
            return text.find(self.parts[0])
        match = self.exact.search(text)
        return match.start() if match else -1

    def seen(self, text: str) -> str:
        """What a person is told was found in compact text: the words of the rule, or those that its pattern met."""
        match = self.exact.search(text) if self.pattern else None
        return match[0] if match else self.text

    def strength(self, text: str, *, slips: bool = True) -> float:
        """1 when the phrase stands in compact text, 0.9 when it does but for a misread character, 0 when it does not."""
        if self.find(text) >= 0:
            return 1.0
        return 0.9 if slips and not self.pattern and self._slipped(text) else 0.0

    def _slipped(self, text: str) -> bool:
        start = 0
        for number, part in enumerate(self.parts):
            area = text[start:] if number == 0 else text[start : start + _REACH + len(part)].partition("。")[0]
            place = _place(part, area)
            if place < 0:
                return False
            start += place + len(part)
        return True


def _place(part: str, text: str) -> int:
    place = text.find(part)
    allowed = next((slips for length, slips in _SLIPS if len(part) >= length), 0)
    if place >= 0 or not allowed:
        return place
    cutoff = 100.0 * (1 - allowed / len(part)) - 0.01
    found = fuzz.partial_ratio_alignment(part, text, score_cutoff=cutoff) if len(text) >= len(part) else None
    return found.dest_start if found is not None and found.score >= cutoff else -1


@lru_cache(maxsize=8192)
def phrase(text: str) -> Phrase:
    """The phrase of a rule text; … or .* stands for a gap; between two slashes it is a regular expression over compact text."""
    if len(text) > 2 and text[0] == text[-1] == "/":
        return Phrase(text[1:-1], (text[1:-1],), re.compile(text[1:-1]), pattern=True)
    parts = tuple(part for part in (compact(piece) for piece in _GAP.split(text)) if part)
    pattern = rf"[^。;]{{0,{_REACH}}}?".join(re.escape(part) for part in parts)
    return Phrase(text, parts or (compact(text),), re.compile(pattern))


def first_found(phrases: tuple[Phrase, ...], text: str, *, slips: bool = True) -> tuple[Phrase, float] | None:
    """The first phrase that stands in compact text and how well; literal finds come before slipped ones."""
    for one in phrases:
        if one.find(text) >= 0:
            return one, 1.0
    if slips:
        for one in phrases:
            if one.strength(text):
                return one, 0.9
    return None
