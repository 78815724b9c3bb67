"""Sample papers for the judging room: texts of tests/data/papers.txt, pages laid out from lines, a reader's slips."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from review.facts import PageFacts, SealFact, TextLine, ZoneFact
from review.lexicon import Lexicon, load_lexicon
from review.normalise import compact
from tests.support.rules import catalogue, rule_texts

PAPERS = Path(__file__).parents[1] / "data" / "papers.txt"
WIDTH, HEIGHT = 1654, 2339
ROUND_SEAL = SealFact((900, 1900, 1230, 2230), "round", 0.4)
_SOME_HAN = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面"


@cache
def lexicon(profile: str = "yanling") -> Lexicon:
    """The words of a court's profile as shipped."""
    return load_lexicon(rule_texts(), catalogue(profile))


@cache
def papers() -> tuple[tuple[str | None, str, str], ...]:
    """(type id or None, name, text) of every sample paper."""
    found = []
    for block in PAPERS.read_text(encoding="utf-8").split("=== ")[1:]:
        head, _, text = block.partition("\n")
        id, _, name = head.strip().partition(" ")
        found.append((None if id == "unknown" else id, name or id, text.strip()))
    return tuple(found)


def paper(type_id: str) -> str:
    """The text of the sample paper of a type."""
    return next(text for id, _, text in papers() if id == type_id)


def page(
    text: str,
    *,
    index: int = 0,
    seals: Sequence[SealFact] | None = (ROUND_SEAL,),
    zones: Sequence[tuple[str, bool | None]] | None = None,
    digest: str = "",
    file: str = "扫描.pdf",
) -> PageFacts:
    """A page of A4 at 200 dpi: heading lines large and in the middle, case numbers and dates to the right, the rest from the left margin."""
    lines: list[TextLine] = []
    y, heading = 190, True
    for line in filter(None, (one.strip() for one in text.splitlines())):
        plain = compact(line)
        heading = heading and len(plain) <= 26 and not any(char in plain for char in ":,。0123456789") and len(lines) < 3
        size = 60 if heading else 36
        width = min(len(line) * round(size * 0.9), WIDTH - 420)
        left = (WIDTH - width) // 2 if heading else WIDTH - 210 - width if _right(plain) else 210
        lines.append(TextLine(line, (left, y, left + width, y + size)))
        y += size + 26
    marked = None if zones is None else tuple(ZoneFact(label, (400, 1500, 900, 1580), filled) for label, filled in zones)
    return PageFacts(
        ref=f"p{index}",
        index=index,
        lines=tuple(lines),
        width=WIDTH,
        height=HEIGHT,
        blank=not lines,
        seals=None if seals is None else tuple(seals),
        zones=marked,
        digest=digest,
        file=file,
        page=index + 1,
    )


def _right(plain: str) -> bool:
    return (plain.startswith("(20") and len(plain) < 26) or (plain.endswith("日") and len(plain) < 14)


def stack(*texts: str) -> tuple[PageFacts, ...]:
    """Pages one behind the other; '' is a blank one."""
    return tuple(page(text, index=index) for index, text in enumerate(texts))


def misread(text: str, rate: float, seed: int) -> str:
    """The text with so large a share of its characters misread; line breaks and blanks stay."""
    source = random.Random(seed)
    return "".join(source.choice(_SOME_HAN) if not char.isspace() and source.random() < rate else char for char in text)
