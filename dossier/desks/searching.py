"""Search: what a person typed comes in, pages with snippets and places go out; the index follows the records through the outbox."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from dossier import access
from dossier.access import Actor
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Outbox, Page
from indexing.contract import IndexUnavailableError, PageDoc
from indexing.highlight import share, snippet, spans
from indexing.query import QueryError, parse

BATCH = 200
_one_at_a_time = threading.Lock()


def page_doc(page: Page) -> PageDoc:
    """A page as the index knows it; its access tokens follow where it is placed."""
    document, case = page.document, page.submission.case
    volume = document.volume.kind if document is not None and document.volume is not None else None
    team = page.submission.team_id if page.submission.team_id is not None else case.team_id
    return PageDoc(
        page_id=page.id,
        case_no=case.case_no,
        text="\n".join(row["text"] for row in page.lines),
        acl=access.page_tokens(team=team, volume=volume),
        type_id=(document.type_id or "") if document is not None else "",
        doc_date=document.dated.isoformat() if document is not None and document.dated else "",
        parties="\n".join(party.name for party in case.parties),
        page_no=page.page_no or 0,
    )


def drain(office: Office) -> int:
    """Brings the index up to the outbox; how many pages it took. A missing index is rebuilt. Raises IndexUnavailableError."""
    if not _one_at_a_time.acquire(blocking=False):
        return 0
    try:
        return _drain(office)
    finally:
        _one_at_a_time.release()


def _drain(office: Office) -> int:
    with office.db.read() as session:
        if session.execute(select(Outbox.seq).limit(1)).first() is None:
            return 0
    engine = office.search()
    total = 0
    while True:
        with office.db.read() as session:
            rows = session.execute(select(Outbox.seq, Outbox.page_id).order_by(Outbox.seq).limit(BATCH)).all()
            if not rows:
                return total
            pages = session.execute(select(Page).where(Page.id.in_({page_id for _, page_id in rows}), Page.state == "read")).scalars()
            docs = [page_doc(page) for page in pages]
        last = rows[-1][0]
        try:
            engine.apply(docs, (), last)
        except IndexUnavailableError:
            return total + rebuild(office)
        with office.db.write() as session:
            session.execute(delete(Outbox).where(Outbox.seq <= last))
        total += len(docs)


def rebuild(office: Office) -> int:
    """Makes the index anew from the records; how many pages it holds."""
    with office.db.read() as session:
        seq = session.execute(select(func.max(Outbox.seq))).scalar_one_or_none() or 0
        office.search().rebuild(_all_docs(session), seq)
        count = session.execute(select(func.count()).select_from(Page).where(Page.state == "read")).scalar_one()
    with office.db.write() as session:
        session.execute(delete(Outbox).where(Outbox.seq <= seq))
    return count


def _all_docs(session: Session) -> Iterator[PageDoc]:
    for page in session.execute(select(Page).where(Page.state == "read").order_by(Page.id)).scalars().yield_per(BATCH):
        yield page_doc(page)


def search(office: Office, actor: Actor, text: str, *, limit: int = 20, offset: int = 0) -> dict[str, Any]:
    """{"total","hits":[{"page_id","case_no","document","type","file","page","snippet","parts"}]}; only what the actor may see, also in the count.

    Raises query_empty, query_bad, index_unavailable, not_allowed. What a snippet showed is in the ledger.
    """
    access.demand(actor, "search")
    try:
        query = parse(text, type_names(office))
    except QueryError as error:
        raise DossierError(error.code, what=error.what) from error
    tokens = access.reader_tokens(actor)
    result = _ask(office, lambda engine: engine.search(query, tokens, limit=limit, offset=offset))
    with office.db.write() as session:
        pages = {page.id: page for page in session.execute(select(Page).where(Page.id.in_([hit.page_id for hit in result.hits]))).scalars()}
        hits = [_hit(pages[hit.page_id], query) for hit in result.hits if hit.page_id in pages]
        ledger.append(
            session,
            at=office.clock.now(),
            actor=actor.login,
            action="search",
            subject="index",
            detail={"hits": [hit.page_id for hit in result.hits]},
        )
    return {"total": result.total, "hits": hits}


def _ask(office: Office, question: Any) -> Any:
    """Asks the engine; an index that is gone is rebuilt once and asked again."""
    try:
        return question(office.search())
    except IndexUnavailableError:
        try:
            rebuild(office)
            return question(office.search())
        except IndexUnavailableError as error:
            raise DossierError("index_unavailable") from error


def _hit(page: Page, query: Any) -> dict[str, Any]:
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
