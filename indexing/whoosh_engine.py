"""The search engine of a small site, in pure Python: pages and queries go in as tokens of indexing.analysis, hits of a whoosh index come out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from whoosh import fields, query
from whoosh import index as whoosh_index
from whoosh.analysis import SpaceSeparatedTokenizer

from indexing.analysis import ANALYSIS_VERSION, day_number, index_tokens, numbers, query_tokens
from indexing.contract import Hit, IndexUnavailableError, PageDoc, Query, Result, Tally, ranked
from indexing.folder import IndexFolder

SCHEMA_VERSION = "3"  # also raised when what stands in a field changes, as the tokens of who may read
ADVISED_PAGES = 20_000  # a phrase takes about 0.2 s of CPU there, and twice the pages take twice as long
_SEQ = "seq"
_Answer = TypeVar("_Answer")


def _build_schema() -> Any:
    words = SpaceSeparatedTokenizer()
    return fields.Schema(
        page_id=fields.ID(stored=True, unique=True),
        doc_date=fields.NUMERIC(int, bits=32),
        text=fields.TEXT(analyzer=words),
        case_no=fields.TEXT(analyzer=words),
        parties=fields.TEXT(analyzer=words),
        numbers=fields.KEYWORD(scorable=True),
        acl=fields.KEYWORD(),
        type_id=fields.KEYWORD(),
        told=fields.STORED(),
        seq=fields.STORED(),
    )


class WhooshEngine:
    """SearchEngine (indexing.contract) in `folder`; wait_seconds: how long a writer waits for another before IndexBusyError."""

    def __init__(self, folder: Path, *, wait_seconds: float = 10.0) -> None:
        self._version = version("whoosh")
        stamp = {"engine": "whoosh", "version": self._version, "analysis": ANALYSIS_VERSION, "schema": SCHEMA_VERSION}
        self._folder = IndexFolder(folder, stamp, wait_seconds)

    @property
    def name(self) -> str:
        return f"whoosh {self._version}"

    def apply(self, upserts: Iterable[PageDoc], deletes: Iterable[int], seq: int) -> None:
        gone = set(deletes)
        pages = {page.page_id: _document(page) for page in upserts if page.page_id not in gone}
        with self._folder.updating() as path, _reported(), closing(whoosh_index.open_dir(str(path))) as index:
            with closing(index.searcher()) as searcher:
                reached = _last_seq(searcher)
            if seq < reached:
                raise IndexUnavailableError(f"outbox number {seq} lies before the index's own: the outbox began anew")
            _commit(index, lambda writer: _replace(writer, pages, gone, seq))

    def last_seq(self) -> int:
        return self._folder.read(lambda path: _ask(path, _last_seq), tells_seq=True)

    def search(self, query: Query, acl: Sequence[str], *, limit: int = 20, offset: int = 0) -> Result:
        return self._folder.read(lambda path: _ask(path, lambda searcher: _slice(searcher, query, acl, limit, offset)))

    def tally(self, query: Query, acl: Sequence[str], *, most: int, without: Collection[int] = ()) -> Tally:
        return self._folder.read(lambda path: _ask(path, lambda searcher: _counted(searcher, query, acl, most, without)))

    def count(self) -> int:
        # The one document that is no page holds the outbox number.
        return self._folder.read(lambda path: _ask(path, lambda searcher: int(searcher.doc_count()) - 1))

    def rebuild(self, docs: Iterable[PageDoc], seq: int) -> None:
        with self._folder.building() as path, closing(whoosh_index.create_in(str(path), _build_schema())) as index:
            _commit(index, lambda writer: _fill(writer, docs, seq))

    def close(self) -> None:
        """Nothing stays open between calls."""


def _ask(path: Path, ask: Callable[[Any], _Answer]) -> _Answer:
    with _reported(), closing(whoosh_index.open_dir(str(path))) as index, closing(index.searcher()) as searcher:
        return ask(searcher)


@contextmanager
def _reported() -> Iterator[None]:
    """Damaged files make whoosh raise nearly anything (struct, zlib, pickle, assertions): all of it becomes IndexUnavailableError."""
    try:
        yield
    except IndexUnavailableError:
        raise
    except Exception as error:
        raise IndexUnavailableError(f"{type(error).__name__}: {error}") from error


def _commit(index: Any, fill: Callable[[Any], None]) -> None:
    """One commit or none."""
    with _reported():
        writer = index.writer(limitmb=64)
    try:
        fill(writer)
    except BaseException:
        with _reported():
            writer.cancel()
        raise
    with _reported():
        writer.commit()


def _replace(writer: Any, documents: Mapping[int, Mapping[str, object]], gone: Iterable[int], seq: int) -> None:
    for page_id in gone:
        writer.delete_by_term("page_id", str(page_id))
    for document in documents.values():
        writer.update_document(**document)
    writer.update_document(page_id=_SEQ, seq=seq)


def _fill(writer: Any, docs: Iterable[PageDoc], seq: int) -> None:
    for page in docs:
        document = _document(page)
        with _reported():
            writer.add_document(**document)
    with _reported():
        writer.add_document(page_id=_SEQ, seq=seq)


def _last_seq(searcher: Any) -> int:
    stored = searcher.document(page_id=_SEQ)
    if stored is None:
        raise IndexUnavailableError("the index does not say how far it goes")
    return int(stored["seq"])


def _document(page: PageDoc) -> dict[str, object]:
    return {
        "page_id": str(page.page_id),
        "doc_date": day_number(page.doc_date),
        "text": " ".join(index_tokens(page.text)),
        "case_no": " ".join(index_tokens(page.case_no)),
        "parties": " ".join(index_tokens(page.parties)),
        "numbers": " ".join(numbers(page.text)),
        "acl": " ".join(map(_word, page.acl)),
        "type_id": _word(page.type_id),
        "told": (page.type_id, page.case_no, page.doc_date[:4]),
    }


def _word(token: str) -> str:
    return quote(token, safe="")


def _slice(searcher: Any, asked: Query, acl: Sequence[str], limit: int, offset: int) -> Result:
    if not acl:
        return Result(0, ())
    results = searcher.search(_wanted(asked), filter=_allowed(asked, acl), mask=_refused(asked), limit=None)
    hits = [Hit(int(searcher.stored_fields(place)["page_id"]), float(score)) for score, place in results.top_n]
    hits.sort(key=lambda hit: (-hit.score, hit.page_id))
    return Result(len(hits), tuple(hits[offset : offset + max(limit, 0)]))


def _counted(searcher: Any, asked: Query, acl: Sequence[str], most: int, without: Collection[int]) -> Tally:
    if not acl:
        return Tally(0, (), (), ())
    results = searcher.search(_wanted(asked), filter=_allowed(asked, acl), mask=_refused(asked), limit=None)
    stored = (searcher.stored_fields(place) for _, place in results.top_n)
    told = [one["told"] for one in stored if int(one["page_id"]) not in without]
    types, cases, years = (ranked(Counter(one[kind] for one in told), most) for kind in range(3))
    return Tally(len(told), types, cases, years)


def _wanted(asked: Query) -> Any:
    phrases = [_phrase("text", tokens) for tokens in map(query_tokens, asked.phrases) if tokens]
    if not phrases:
        return query.Every()
    whole = sorted({number for phrase in asked.phrases for number in numbers(phrase)})
    if not whole:
        return query.And(phrases)
    return query.AndMaybe(query.And(phrases), query.Or([query.Term("numbers", number) for number in whole]))


def _allowed(asked: Query, acl: Sequence[str]) -> Any:
    must = [query.Or([query.Term("acl", _word(token)) for token in acl])]
    must += [
        _phrase(field, tokens) for field, value in (("case_no", asked.case_no), ("parties", asked.party)) if (tokens := query_tokens(value))
    ]
    if asked.type_ids:
        must.append(query.Or([query.Term("type_id", _word(type_id)) for type_id in asked.type_ids]))
    if asked.date_from or asked.date_to:
        must.append(query.NumericRange("doc_date", day_number(asked.date_from) or 1, day_number(asked.date_to) or 99991231))
    return query.And(must)


def _refused(asked: Query) -> Any:
    phrases = [_phrase("text", tokens) for tokens in map(query_tokens, asked.excluded) if tokens]
    return query.Or(phrases) if phrases else None


def _phrase(field: str, tokens: Sequence[str]) -> Any:
    if len(tokens) > 1:
        return query.Phrase(field, list(tokens))
    return query.Prefix(field, tokens[0]) if len(tokens[0]) == 1 else query.Term(field, tokens[0])
