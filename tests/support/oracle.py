"""The search engine that cannot be wrong: every page is compared with the query letter by letter, in its own words."""

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from indexing.contract import PageDoc, Query, Tally

_DROPPED = ("Zs", "Zl", "Zp", "Ps", "Pe", "Pi", "Pf", "Cc", "Cf", "Mn", "Me")


@functools.cache
def plain(text: str) -> str:
    """NFKC, lower case, without blanks, brackets and quotes; one · for a stretch of punctuation; commas inside a number left out."""
    chars = [char for source in text for char in unicodedata.normalize("NFKC", source.replace("○", "〇")).lower()]
    kept = "".join(char for char in chars if unicodedata.category(char) not in _DROPPED and char not in "\"'`")
    kept = re.sub(r"([0-9]),(?=[0-9])", r"\1", kept)
    return re.sub(r"·+", "·", "".join(char if char.isalnum() else "·" for char in kept)).strip("·")


def matches(page: PageDoc, query: Query, acl: Sequence[str]) -> bool:
    """Whether a reader who holds `acl` must find the page."""
    text = plain(page.text)
    dated = bool(page.doc_date) or not (query.date_from or query.date_to)
    return (
        not set(page.acl).isdisjoint(acl)
        and all(plain(phrase) in text for phrase in query.phrases)
        and not any(plain(phrase) in text for phrase in query.excluded if plain(phrase))
        and plain(query.case_no) in plain(page.case_no)
        and plain(query.party) in plain(page.parties)
        and (not query.type_ids or page.type_id in query.type_ids)
        and dated
        and (not query.date_from or page.doc_date >= query.date_from)
        and (not query.date_to or page.doc_date <= query.date_to)
    )


def expected(pages: Iterable[PageDoc], query: Query, acl: Sequence[str]) -> set[int]:
    return {page.page_id for page in pages if matches(page, query, acl)}


def tally(pages: Sequence[PageDoc], most: int) -> Tally:
    """The pages counted one by one."""
    types, cases, years = (
        tuple(sorted(Counter(values).items(), key=lambda pair: (-pair[1], pair[0]))[:most])
        for values in ([page.type_id for page in pages], [page.case_no for page in pages], [page.doc_date[:4] for page in pages])
    )
    return Tally(len(pages), types, cases, years)
