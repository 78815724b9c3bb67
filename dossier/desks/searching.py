"""Search: what a person typed comes in, pages with snippets and places go out; the index follows the records through the outbox."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import delete, func, select
from sqlalchemy.orm import joinedload, load_only

from dossier import access
from dossier.access import Actor
from dossier.desks.viewing import may_see
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case, Document, File, Outbox, Page, Submission, Volume
from indexing.contract import IndexBusyError, IndexUnavailableError, PageDoc, Query, SearchEngine
from indexing.highlight import share, snippet, spans
from indexing.query import QueryError, parse

Answer = TypeVar("Answer")
BATCH = 200
_one_at_a_time = threading.Lock()


def page_doc(page: Page) -> PageDoc:
    """A page as the index knows it; its access tokens follow where it is placed."""
    document, case = page.document, page.submission.case
    volume = document.volume.kind if document is not None and document.volume is not None else None
    return PageDoc(
        page_id=page.id,
        case_no=case.case_no,
        text="\n".join(row["text"] for row in page.lines),
        acl=access.page_tokens(team=case.team_id, brought_by=page.submission.team_id, volume=volume),
        type_id=(document.type_id or "") if document is not None else "",
        doc_date=document.dated.isoformat() if document is not None and document.dated else "",
        parties="\n".join(party.name for party in case.parties),
        page_no=page.page_no or 0,
    )


def drain(office: Office, *, wait: bool = False) -> int:
    """Brings the index up to the outbox; how many pages it took. A missing index is rebuilt. Raises IndexUnavailableError.

    One thread of one process does it at a time: the others take nothing, unless they wait for their turn. IndexBusyError: try again later.
    """
    if not _one_at_a_time.acquire(blocking=wait):
        return 0
    try:
        with office.db.read() as session:
            if session.execute(select(Outbox.seq).limit(1)).first() is None:
                return 0
        with _only_process(office, wait) as mine:
            return _drain(office) if mine else 0
    finally:
        _one_at_a_time.release()


@contextmanager
def _only_process(office: Office, wait: bool) -> Iterator[bool]:
    """Whether the outbox is this process's alone now; the lock falls with the process. It lies beside the index, which may vanish."""
    try:
        handle = os.open(office.settings.home / "index.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise IndexUnavailableError(f"the index cannot be locked: {error}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)


def _drain(office: Office) -> int:
    engine = office.search()
    total = 0
    while True:
        rows, docs = _waiting(office)
        if not rows:
            return total
        last = rows[-1][0]
        try:
            engine.apply(docs, {page_id for _, page_id in rows} - {doc.page_id for doc in docs}, last)
        except IndexBusyError:
            raise
        except IndexUnavailableError:
            return total + _rebuild(office)
        with office.db.write() as session:
            session.execute(delete(Outbox).where(Outbox.seq <= last))
        total += len(docs)


def _waiting(office: Office) -> tuple[list[tuple[int, int]], list[PageDoc]]:
    """The next (seq, page id) of the outbox, and those of the pages that are to be found; the others are to be found no more."""
    with office.db.read() as session:
        rows = [(seq, page_id) for seq, page_id in session.execute(select(Outbox.seq, Outbox.page_id).order_by(Outbox.seq).limit(BATCH))]
        pages = session.execute(select(Page).where(Page.id.in_({page_id for _, page_id in rows}), Page.state == "read")).scalars()
        return rows, [page_doc(page) for page in pages]


def rebuild(office: Office) -> int:
    """Makes the index anew from the records; how many pages it holds. Raises IndexUnavailableError."""
    with _one_at_a_time, _only_process(office, wait=True):
        return _rebuild(office)


def _rebuild(office: Office) -> int:
    with office.db.read() as session:
        seq = session.execute(select(func.max(Outbox.seq))).scalar_one_or_none() or 0
    office.search().rebuild(_all_docs(office), seq)
    with office.db.write() as session:
        session.execute(delete(Outbox).where(Outbox.seq <= seq))
        return session.execute(select(func.count()).select_from(Page).where(Page.state == "read")).scalar_one()


# A hit tells its file, its document and its case: fetched with the page, not one after the other, and no more of them than is told.
_AROUND = (
    load_only(Page.number, Page.lines),
    joinedload(Page.file).load_only(File.name),
    joinedload(Page.document).load_only(Document.name, Document.type_id).joinedload(Document.volume).load_only(Volume.kind),
    joinedload(Page.submission)
    .load_only(Submission.team_id, Submission.handed_by_id)
    .joinedload(Submission.case)
    .load_only(Case.case_no, Case.team_id),
)


def _all_docs(office: Office) -> Iterator[PageDoc]:
    """Every page that can be found. The snapshot is taken when the engine asks for the first one, holding its lock: nothing is applied
    to the old index after it and lost."""
    with office.db.read() as session:
        for page in session.execute(select(Page).where(Page.state == "read").order_by(Page.id)).scalars().yield_per(BATCH):
            yield page_doc(page)


def search(office: Office, actor: Actor, text: str, *, limit: int = 20, offset: int = 0) -> dict[str, Any]:
    """{"total","hits":[{"page_id","case_no","document","type","file","page","snippet","parts"}]}; only what the actor may see, also in the count.

    The index may be older than the records: each hit is decided on again by them. Raises query_empty, query_bad, index_unavailable,
    not_allowed. What a snippet showed is in the ledger.
    """
    access.demand(actor, "search")
    query = parsed(office, text)
    tokens = access.reader_tokens(actor)
    result = ask(office, lambda engine: engine.search(query, tokens, limit=limit, offset=offset))
    with office.db.read() as session:
        ids = [hit.page_id for hit in result.hits]
        found = select(Page).where(Page.id.in_(ids), Page.state == "read").options(*_AROUND)
        pages = {page.id: page for page in session.scalars(found)}
        hits = [hit_json(pages[page_id], query) for page_id in ids if page_id in pages and may_see(actor, pages[page_id])]
    with office.db.write() as session:
        ledger.append(
            session,
            at=office.clock.now(),
            actor=actor.login,
            action="search",
            subject="index",
            detail={"hits": [hit["page_id"] for hit in hits]},
        )
    return {"total": result.total - (len(ids) - len(hits)), "hits": hits}


def parsed(office: Office, text: str) -> Query:
    """What was typed as a query. Raises query_empty, query_bad."""
    try:
        return parse(text, type_names(office))
    except QueryError as error:
        raise DossierError(error.code, what=error.what, what_en=error.what_en) from error


def ask(office: Office, question: Callable[[SearchEngine], Answer]) -> Answer:
    """Asks the engine; an index that is gone is rebuilt once and asked again."""
    try:
        try:
            return question(office.search())
        except IndexBusyError:
            raise
        except IndexUnavailableError:
            rebuild(office)
            return question(office.search())
    except IndexUnavailableError as error:
        raise DossierError("index_unavailable") from error


def hit_json(page: Page, query: Query) -> dict[str, Any]:
    """A page that was found, with a snippet around the words."""
    shown = snippet("\n".join(row["text"] for row in page.lines), query)
    return {
        "page_id": page.id,
        "case_no": page.submission.case.case_no,
        "document": page.document.name if page.document is not None else None,
        "type": page.document.type_id if page.document is not None else None,
        "file": page.file.name,
        "page": page.number,
        "snippet": "".join(part.text for part in shown.parts),
        "parts": [{"text": part.text, "marked": part.marked} for part in shown.parts],
    }


def type_names(office: Office) -> dict[str, tuple[str, ...]]:
    """Name → ids of document types, for the field 类型: of a query."""
    names: dict[str, tuple[str, ...]] = {}
    for catalogue in office.rules.catalogues.values():
        for kind in catalogue.types.values():
            if kind.id not in names.get(kind.name, ()):
                names[kind.name] = (*names.get(kind.name, ()), kind.id)
    return names


def boxes(office: Office, lines: Sequence[dict[str, Any]], text: str) -> list[list[int]]:
    """Where on a page the words of a query stand: boxes in pixels of the upright page, a part of a line in proportion to its characters."""
    try:
        query = parse(text, type_names(office))
    except QueryError:
        return []
    found = []
    for index, start, end in spans([row["text"] for row in lines], query):
        x0, y0, x1, y1 = lines[index]["box"]
        left, right = share(lines[index]["text"], start, end)
        found.append([round(x0 + (x1 - x0) * left), y0, round(x0 + (x1 - x0) * right), y1])
    return found
