"""A number of documents comes in; the home of a court with that many, each a copy of the demo's papers, its index full, goes out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Table, insert, select

from dossier import people
from dossier.access import Actor
from dossier.app import open_office
from dossier.bench import home as bench_home
from dossier.clock import Clock
from dossier.demo import case as demo_case
from dossier.demo import compose, digital, papers
from dossier.desks import cases, figures, receiving
from dossier.desks.figures import Asked
from dossier.office import Office
from dossier.records.tables import Base, Case, Document, Event, File, Outbox, Page, Party, Submission, Volume
from dossier.settings import Settings

LOGIN, PASSWORD = "clerk", "bench-2026-yunchuan"
STRIDE = 10_000  # ids of one copied case lie within so many
BATCH = 50  # cases a transaction
# In this order every row finds the rows that it refers to. What does not belong to a case is not copied.
COPIED: tuple[type[Base], ...] = (Case, Party, Event, Volume, Submission, File, Document, Page)
_NAMED = demo_case.CASE_NO.partition("）")[2]  # the year before it stands in brackets of several kinds
_OWN = {"court_case": "case_no", "submission": "receipt_no", "file": "spool_key", "volume": "object_id"}


@dataclass(frozen=True)
class Court:
    """What was made. first: the case with real pictures; cases, documents, pages: how many there are."""

    settings: Settings
    first: str
    receipt_no: str
    cases: int
    documents: int
    pages: int


def make(folder: Path, documents: int) -> Court:
    """A court in `folder` with at least so many documents. The first case is real; the others are copies of its rows without pictures."""
    settings = replace(
        Settings.read({}),
        home=folder,
        database_url=f"sqlite:///{folder / 'dossier.db'}",
        court=demo_case.COURT,
        reader="pdftext:none",
        second_factor="optional",
        agreement="off",
    )
    office = open_office(settings, Clock(), initialise=True)
    try:
        actor = people.acting_as(office, people.OPERATOR)
        receipt = _real(office, actor, folder / "papers")
        people.add(office, actor, login=LOGIN, display="卷宗管理员", roles=["clerk"], team=None, password=PASSWORD, must_change=False)
        rows = _rows(office)
        copies = -(-documents // len(rows["document"])) - 1
        for start in range(1, copies + 1, BATCH):
            _copy(office, rows, range(start, min(start + BATCH, copies + 1)))
        click.echo(f"   {copies + 1} cases made, indexing", err=True)
        bench_home.work(office)
        # The worker does this in its idle time, and the bench serves without one.
        figures.prepare(office, actor, Asked())
        return Court(
            settings,
            demo_case.CASE_NO,
            receipt,
            copies + 1,
            (copies + 1) * len(rows["document"]),
            (copies + 1) * len(rows["page"]),
        )
    finally:
        office.close()


def _real(office: Office, actor: Actor, folder: Path) -> str:
    """The demo's complete papers as born-digital files go the whole way; the receipt's number."""
    folder.mkdir(parents=True)
    cases.import_cases(office, actor, json.dumps([demo_case.record()], ensure_ascii=False, default=str).encode())
    for anchor, day in demo_case.EVENTS:
        cases.record_event(office, actor, demo_case.CASE_NO, anchor, day, source="feed")
    paths = []
    for number, paper in enumerate(papers.COMPLETE, 1):
        paths.append(folder / f"{number:03d}.pdf")
        digital.write(compose.draw(paper), paths[-1])
    receipt = bench_home.hand_over(office, actor, paths)
    bench_home.work(office)
    # Seals and signatures are drawn on scans only: these papers are refused, and a ruling takes them in.
    people.add(office, actor, login="director", display="执行局局长", roles=["director"], team=None, password=PASSWORD, must_change=False)
    receiving.dispute(office, actor, receipt, "材料齐全")
    receiving.rule(office, people.acting_as(office, "director"), receipt, "sign_as_is", "准予签收")
    bench_home.work(office)
    return receipt


def _rows(office: Office) -> dict[str, list[dict[str, Any]]]:
    """Table → the rows of the real case."""
    with office.db.read() as session:
        return {model.__tablename__: [dict(row._mapping) for row in session.execute(select(_table(model)))] for model in COPIED}


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _copy(office: Office, rows: dict[str, list[dict[str, Any]]], numbers: range) -> None:
    """Copies of the case's rows under other ids and numbers, and a line in the outbox for each page."""
    with office.db.write() as session:
        for model in COPIED:
            table = _table(model)
            copies = [_copied(table, row, number) for number in numbers for row in rows[table.name]]
            if copies:
                session.execute(insert(table), copies)
        pages = [{"page_id": row["id"] + number * STRIDE} for number in numbers for row in rows["page"]]
        session.execute(insert(Outbox), pages)


def _copied(table: Table, row: dict[str, Any], number: int) -> dict[str, Any]:
    copy = dict(row)
    for name in _moved(table):
        if copy[name] is not None:
            copy[name] += number * STRIDE
    if table.name in _OWN:
        copy[_OWN[table.name]] = f"{row[_OWN[table.name]]}-{number}"
    if table.name == "court_case":
        copy["case_no"] = f"（2026）豫9924执{10_000 + number}号"
        copy["filed_on"] = row["filed_on"] - timedelta(days=number % 300)
    if table.name == "page":
        # Papers name their own case: a number that stands on every page of a court would be found as none is.
        copy["lines"] = [{**line, "text": line["text"].replace(_NAMED, f"豫9924执{10_000 + number}号")} for line in row["lines"]]
    if table.name == "submission":
        copy["idempotency_key"] = None
        copy["received_at"] = row["received_at"] - timedelta(minutes=number)
    return copy


def _moved(table: Table) -> Iterator[str]:
    """The columns that hold an id of a copied table."""
    copied = {model.__tablename__ for model in COPIED}
    for column in table.columns:
        if column.primary_key or any(key.column.table.name in copied for key in column.foreign_keys):
            yield column.name
