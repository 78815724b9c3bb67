"""Words that were read with one wrong character: a phrase comes in, queries that still meet it, and where it stands on a page, go out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from indexing.analysis import fold, normalise
from indexing.contract import Query

# Below four characters one wrong one makes another word; above, a phrase is long enough to be asked for in two.
LEAST, MOST = 4, 24
MAX_QUERIES = 48


def loosened(query: Query) -> Iterator[tuple[Query, str]]:
    """(query, phrase): for each character of each phrase, the query that leaves it open, and the folded phrase that is then to be looked for."""
    left = MAX_QUERIES
    for number, phrase in enumerate(query.phrases):
        folded = fold(phrase)
        if " " in folded or not LEAST <= len(folded) <= MOST:
            continue
        others = query.phrases[:number] + query.phrases[number + 1 :]
        for place in range(min(len(folded), left)):
            halves = tuple(filter(None, (folded[:place], folded[place + 1 :])))
            yield replace(query, phrases=(*halves, *others)), folded
        left -= len(folded)
        if left <= 0:
            return


def find(text: str, folded: str) -> str | None:
    """How the page writes the phrase with exactly one other character in its place, as it stands there; None when it does not."""
    page, places = normalise(text)
    met = re.search("|".join(f"{re.escape(folded[:at])}[^ ,]{re.escape(folded[at + 1 :])}" for at in range(len(folded))), page)
    if met is None or met.group() == folded:
        return None
    return re.sub(r"\s+", "", text[places[met.start()] : places[met.end() - 1] + 1])
