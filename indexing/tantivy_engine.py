"""The default search engine: pages and queries go in as tokens of indexing.analysis, hits of a tantivy index on local disk come out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import tantivy
from tantivy import FieldType, Occur, Order

from indexing.analysis import ANALYSIS_VERSION, anchored, day_number, index_tokens, numbers, query_tokens
from indexing.contract import Hit, IndexUnavailableError, PageDoc, Query, Result, Tally, ranked
from indexing.folder import IndexFolder

SCHEMA_VERSION = "3"  # also raised when what stands in a field changes, as the tokens of who may read
_YEAR = 10_000  # a day is a number like 20260301
_VALUES = 65_000  # of one kind in one segment: more than a court has cases in a year
TIED = 1000
_HEAP_APPLY = 32_000_000  # bytes; 15 MB is tantivy's least
_HEAP_REBUILD = 128_000_000


def _build_schema() -> Any:
    builder = tantivy.SchemaBuilder()
    # Signed: deleting by term on an unsigned field deletes nothing, and replaced pages would stay to be found.
    builder.add_integer_field("page_id", stored=True, indexed=True, fast=True)
    builder.add_integer_field("doc_date", indexed=True, fast=True)
    for tokens in ("text", "case_no", "parties"):
        builder.add_text_field(tokens, tokenizer_name="whitespace")
    builder.add_text_field("numbers", tokenizer_name="whitespace", index_option="basic")
    for raw in ("acl", "meta"):
        builder.add_text_field(raw, tokenizer_name="raw", index_option="basic")
    for counted in ("type_id", "case"):
        builder.add_text_field(counted, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_integer_field("seq", stored=True)
    return builder.build()


_SCHEMA = _build_schema()
_Answer = TypeVar("_Answer")


class TantivyEngine:
    """SearchEngine (indexing.contract) in `folder`; wait_seconds: how long a writer waits for another before IndexBusyError."""

    def __init__(self, folder: Path, *, wait_seconds: float = 10.0) -> None:
        self._version = version("tantivy")
        stamp = {"engine": "tantivy", "version": self._version, "analysis": ANALYSIS_VERSION, "schema": SCHEMA_VERSION}
        self._folder = IndexFolder(folder, stamp, wait_seconds)
        self._lock = threading.Lock()
        self._open: tuple[Path, Any] | None = None

    @property
    def name(self) -> str:
        return f"tantivy {self._version}"

    def apply(self, upserts: Iterable[PageDoc], deletes: Iterable[int], seq: int) -> None:
        gone = set(deletes)
        pages = {page.page_id: _document(page) for page in upserts if page.page_id not in gone}
        with self._folder.updating() as path, _reported():
            # Opened anew under the lock: a writer on an Index from before another process's commit leaves orphan files.
            index = tantivy.Index.open(str(path))
            if seq < _last_seq(index.searcher()):
                raise IndexUnavailableError(f"outbox number {seq} lies before the index's own: the outbox began anew")
            _commit(index, _HEAP_APPLY, lambda writer: _replace(writer, pages, gone, seq))

    def last_seq(self) -> int:
        return self._folder.read(lambda path: self._ask(path, _last_seq), tells_seq=True)

    def search(self, query: Query, acl: Sequence[str], *, limit: int = 20, offset: int = 0) -> Result:
        asked, scored = _compile(query, acl)
        return self._folder.read(lambda path: self._ask(path, lambda searcher: _slice(searcher, asked, scored, limit, offset)))

    def tally(self, query: Query, acl: Sequence[str], *, most: int, without: Collection[int] = ()) -> Tally:
        asked, _ = _compile(query, acl, without)
        return self._folder.read(lambda path: self._ask(path, lambda searcher: _counted(searcher, asked, most)))

    def count(self) -> int:
        # The one document that is no page holds the outbox number.
        return self._folder.read(lambda path: self._ask(path, lambda searcher: int(searcher.num_docs) - 1))

    def rebuild(self, docs: Iterable[PageDoc], seq: int) -> None:
        with self._folder.building() as path:
            with _reported():
                index = tantivy.Index(_SCHEMA, path=str(path))
            _commit(index, _HEAP_REBUILD, lambda writer: _fill(writer, docs, seq))

    def close(self) -> None:
        with self._lock:
            self._open = None

    def _ask(self, path: Path, ask: Callable[[Any], _Answer]) -> _Answer:
        with _reported():
            return ask(self._searcher(path))

    def _searcher(self, path: Path) -> Any:
        """A searcher that sees the last commit of any process."""
        with self._lock:
            if self._open is None or self._open[0] != path:
                index = tantivy.Index.open(str(path))
                index.config_reader("manual")
                self._open = (path, index)
            self._open[1].reload()
            return self._open[1].searcher()


@contextmanager
def _reported() -> Iterator[None]:
    """Whatever tantivy raises over its files becomes IndexUnavailableError; a damaged segment shows as a Rust panic, a BaseException."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise IndexUnavailableError(str(error)) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise IndexUnavailableError(f"damaged: {error}") from error
        raise


def _commit(index: Any, heap: int, fill: Callable[[Any], None]) -> None:
    """One commit or none. Never `with writer`: leaving that block by an exception commits the half that was written."""
    with _reported():
        writer = index.writer(heap, 1)
    try:
        fill(writer)
        with _reported():
            writer.commit()
    except BaseException:
        with _reported():
            writer.rollback()
        raise
    finally:
        with _reported():
            writer.wait_merging_threads()  # also gives tantivy's own lock back, which a traceback would keep


def _replace(writer: Any, documents: Mapping[int, Any], gone: Iterable[int], seq: int) -> None:
    for page_id in gone:
        writer.delete_documents_by_term("page_id", page_id)
    for page_id, document in documents.items():
        writer.delete_documents_by_term("page_id", page_id)
        writer.add_document(document)
    writer.delete_documents_by_term("meta", "seq")
    writer.add_document(_meta(seq))


def _fill(writer: Any, docs: Iterable[PageDoc], seq: int) -> None:
    for page in docs:
        document = _document(page)
        with _reported():
            writer.add_document(document)
    with _reported():
        writer.add_document(_meta(seq))


def _meta(seq: int) -> Any:
    return tantivy.Document(meta="seq", seq=seq)


def _last_seq(searcher: Any) -> int:
    hits = searcher.search(tantivy.Query.term_query(_SCHEMA, "meta", "seq"), limit=1).hits
    if not hits:
        raise IndexUnavailableError("the index does not say how far it goes")
    return int(searcher.doc(hits[0][1]).get_first("seq"))


def _document(page: PageDoc) -> Any:
    document = tantivy.Document()
    document.add_integer("page_id", page.page_id)
    document.add_integer("doc_date", day_number(page.doc_date))
    document.add_text("text", " ".join(index_tokens(page.text)))
    document.add_text("numbers", " ".join(numbers(page.text)))
    document.add_text("case_no", " ".join(index_tokens(page.case_no)))
    document.add_text("parties", " ".join(index_tokens(page.parties)))
    document.add_text("type_id", page.type_id)
    document.add_text("case", page.case_no)
    for token in page.acl:
        document.add_text("acl", token)
    return document


def _compile(query: Query, acl: Sequence[str], without: Collection[int] = ()) -> tuple[Any, bool]:
    """The engine's query, and whether its scores differ from page to page."""
    must = [(Occur.Must, _any_of("acl", acl))]
    must += [(Occur.MustNot, tantivy.Query.term_query(_SCHEMA, "page_id", page_id)) for page_id in without]
    phrases = [tokens for tokens in map(query_tokens, query.phrases) if tokens]
    must += [(Occur.Must, _phrase("text", tokens)) for tokens in phrases]
    must += [(Occur.MustNot, _phrase("text", tokens)) for tokens in map(query_tokens, query.excluded) if tokens]
    for field, value in (("case_no", query.case_no), ("parties", query.party)):
        if tokens := query_tokens(value):
            must.append((Occur.Must, _silent(_phrase(field, tokens))))
    if query.type_ids:
        must.append((Occur.Must, _any_of("type_id", query.type_ids)))
    if query.date_from or query.date_to:
        first, last = day_number(query.date_from) or 1, day_number(query.date_to) or 99991231
        days = tantivy.Query.range_query(_SCHEMA, "doc_date", FieldType.Integer, first, last)
        must.append((Occur.Must, _silent(days)))
    whole = sorted({number for phrase in query.phrases for number in numbers(phrase)})
    must += [(Occur.Should, tantivy.Query.term_query(_SCHEMA, "numbers", number)) for number in whole]
    return tantivy.Query.boolean_query(must), bool(whole) or any(len(tokens) > 1 or len(tokens[0]) > 1 for tokens in phrases)


def _any_of(field: str, words: Sequence[str]) -> Any:
    terms = [(Occur.Should, tantivy.Query.term_query(_SCHEMA, field, word, index_option="basic")) for word in words]
    return _silent(tantivy.Query.boolean_query(terms))


def _silent(query: Any) -> Any:
    return tantivy.Query.const_score_query(query, 0.0)


def _phrase(field: str, tokens: Sequence[str]) -> Any:
    if len(tokens) > 1:
        return tantivy.Query.phrase_query(_SCHEMA, field, [*anchored(tokens)])
    if len(tokens[0]) == 1:
        return tantivy.Query.regex_query(_SCHEMA, field, f"{tokens[0]}.?")
    return tantivy.Query.term_query(_SCHEMA, field, tokens[0])


def _slice(searcher: Any, asked: Any, scored: bool, limit: int, offset: int) -> Result:
    # Never more than there are: tantivy makes room for as many hits as it is asked for.
    wanted = min(offset + max(limit, 0), int(searcher.num_docs))
    total, hits = _best(searcher, asked, wanted) if scored else _by_id(searcher, asked, wanted)
    return Result(total, tuple(hits[offset:wanted]))


def _counted(searcher: Any, asked: Any, most: int) -> Tally:
    terms = {"size": _VALUES, "segment_size": _VALUES}
    found = searcher.aggregate(
        asked,
        {
            "types": {"terms": {"field": "type_id", **terms}},
            "cases": {"terms": {"field": "case", **terms}},
            "years": {"histogram": {"field": "doc_date", "interval": _YEAR, "min_doc_count": 1}},
        },
    )
    types, cases, days = (found[name]["buckets"] for name in ("types", "cases", "years"))
    years = {str(int(one["key"]) // _YEAR) if one["key"] else "": int(one["doc_count"]) for one in days}
    return Tally(
        total=sum(years.values()),
        types=ranked({str(one["key"]): int(one["doc_count"]) for one in types}, most),
        cases=ranked({str(one["key"]): int(one["doc_count"]) for one in cases}, most),
        years=ranked(years, most),
    )


def _by_id(searcher: Any, asked: Any, wanted: int) -> tuple[int, list[Hit]]:
    found = searcher.search(asked, limit=wanted + 1, order_by_field="page_id", order=Order.Asc)
    return int(found.count), [Hit(_page_id(page_id), 0.0) for page_id, _ in found.hits]


def _best(searcher: Any, asked: Any, wanted: int) -> tuple[int, list[Hit]]:
    """All there are and the `wanted` best, ties by page_id: tantivy breaks ties by place, so whatever ties with the last is fetched too.

    Where more than TIED do, their places decide between them, in every slice of a commit alike.
    """
    # One look at so many more costs less than a second one.
    found = searcher.search(asked, limit=wanted + TIED + 1)
    hits = found.hits
    ids = map(_page_id, searcher.fast_field_values("page_id", [address for _, address in hits]))
    ranked: list[Hit] = []
    for _, tying in groupby(zip(hits, ids, strict=True), key=lambda pair: pair[0][0]):
        together = [Hit(page_id, float(score)) for (score, _), page_id in tying]
        ranked += together if len(together) > TIED else sorted(together, key=lambda hit: hit.page_id)
    return int(found.count), ranked[:wanted]


def _page_id(value: float | None) -> int:
    if value is None:
        raise IndexUnavailableError("damaged: a hit without a page")
    return int(value)
