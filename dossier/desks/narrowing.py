"""What helps to find: a query as typed comes in; words to go on with, counts by type, case and year, and pages read with a slip go out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select

from dossier import access
from dossier.access import Actor
from dossier.desks import caselist
from dossier.desks.searching import ask, hit_json, parsed, type_names
from dossier.desks.viewing import may_see
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case, Outbox, Page, Party
from indexing import near
from indexing.contract import Query, ranked
from indexing.query import limited

MOST_WAITING, MOST_VALUES = 500, 1000
UNNAMED = "未归类的页"
SUGGESTED, SHOWN, MAX_NEAR = 4, 8, 10
MOST_TYPED = 100  # characters of a word that begins a name; nothing is called by a longer one


def suggest(office: Office, actor: Actor, typed: str) -> list[dict[str, str]]:
    """[{"kind","text","query"}] for the last word that was typed: case numbers, parties and document types; only what the actor may see.

    The text of papers is never suggested, so nothing of the 副卷 is. Raises not_allowed.
    """
    access.demand(actor, "search")
    before, _, word = typed.replace("：", ":").rpartition(" ")
    name, colon, value = word.rpartition(":")
    value = value.strip('"“”')
    if not value or len(value) > MOST_TYPED:
        return []
    found: list[dict[str, str]] = []
    for kind, words in _SOURCES.items():
        if not colon or name == kind:
            found += [
                {"kind": kind, "text": text, "query": f"{before} {limited(kind, text)}".strip()}
                for text in words(office, actor, value)[:SUGGESTED]
            ]
    return found[:SHOWN]


def _cases(office: Office, actor: Actor, value: str) -> list[str]:
    if not access.could(actor, "case.list"):
        return []
    rows, _ = caselist.listing(office, actor, words=value, limit=SUGGESTED, events=False)
    return [row["case_no"] for row in rows]


def _parties(office: Office, actor: Actor, value: str) -> list[str]:
    query = select(Party.name).join(Case, Party.case_id == Case.id).where(Party.name.contains(value, autoescape=True))
    if not actor.roles & access.ACTIONS["case.read"].everywhere:
        query = query.where(Case.team_id == actor.team, Case.team_id.is_not(None))
    with office.db.read() as session:
        return list(session.scalars(query.distinct().order_by(Party.name).limit(SUGGESTED)))


def _types(office: Office, _actor: Actor, value: str) -> list[str]:
    """Names of the rules, which are everybody's; those that begin with the word first."""
    return sorted((name for name in type_names(office) if value in name), key=lambda name: (not name.startswith(value), len(name), name))


_SOURCES: dict[str, Callable[[Office, Actor, str], Sequence[str]]] = {"案号": _cases, "当事人": _parties, "类型": _types}


def counts(office: Office, actor: Actor, text: str) -> dict[str, Any]:
    """{"counted","whole","类型","案号","日期"}: of the pages found, how many are of each type, case and year, the most first.

    whole: False while pages wait for the index: whoever may see them may have changed, so they are not counted; of more than MOST_WAITING
    none is. Raises as search().
    """
    access.demand(actor, "search")
    query = parsed(office, text)
    # Asked before the index is: what changes from now on was as it is counted when this look began.
    with office.db.read() as session:
        waiting = set(session.scalars(select(Outbox.page_id).distinct().limit(MOST_WAITING + 1)))
    if len(waiting) > MOST_WAITING:
        return {"counted": 0, "whole": False, "类型": [], "案号": [], "日期": []}
    found = ask(office, lambda engine: engine.tally(query, access.reader_tokens(actor), most=MOST_VALUES, without=waiting))
    names = {id: name for name, ids in type_names(office).items() for id in ids}
    types: Counter[str] = Counter()
    for id, count in found.types:
        types[names.get(id, id) or UNNAMED] += count
    return {
        "counted": found.total,
        "whole": not waiting,
        "类型": _first(ranked(types, SHOWN)),
        "案号": _first(found.cases),
        "日期": _first([(year, count) for year, count in found.years if year]),
    }


def _first(counted: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"value": value, "count": count} for value, count in counted[:SHOWN]]


def nearly(office: Office, actor: Actor, text: str) -> list[dict[str, Any]]:
    """Hits as of search(), with "found" as the page writes it: pages on which one character of a phrase was read as another; at most MAX_NEAR.

    What a snippet showed is in the ledger. Raises as search().
    """
    access.demand(actor, "search")
    query = parsed(office, text)
    tokens = access.reader_tokens(actor)
    met: dict[int, str] = {}
    hits: list[dict[str, Any]] = []
    for loose, phrase in near.loosened(query):
        result = ask(office, lambda engine, loose=loose: engine.search(loose, tokens, limit=MAX_NEAR))  # type: ignore[misc]
        met |= {hit.page_id: phrase for hit in result.hits if hit.page_id not in met}
    with office.db.read() as session:
        for page in session.scalars(select(Page).where(Page.id.in_(met), Page.state == "read").order_by(Page.id)):
            found = near.find("\n".join(row["text"] for row in page.lines), met[page.id])
            if found is not None and may_see(actor, page) and len(hits) < MAX_NEAR:
                hits.append({**hit_json(page, Query(phrases=(found,))), "found": found})
    with office.db.write() as session:
        ledger.append(
            session, at=office.clock.now(), actor=actor.login, action="search", subject="index",
            detail={"hits": [hit["page_id"] for hit in hits], "near": True},
        )  # fmt: skip
    return hits
