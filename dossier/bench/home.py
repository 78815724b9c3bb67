"""An empty folder comes in, an office with the demo's cases and default settings goes out; hand-overs go the whole way in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from dossier import people
from dossier.access import Actor
from dossier.app import open_office
from dossier.clock import Clock
from dossier.demo import case as demo_case
from dossier.desks import cases, handover
from dossier.desks.handover import Request, Upload
from dossier.office import Office
from dossier.settings import Settings
from dossier.worker import Tally, Worker


@contextmanager
def open_home(home: Path) -> Iterator[tuple[Office, Actor]]:
    """An office of its own in `home`, whatever the environment says: default reader, default search, one page process per core."""
    settings = replace(Settings.read({}), home=home, database_url=f"sqlite:///{home / 'dossier.db'}", court=demo_case.COURT)
    office = open_office(settings, Clock(), initialise=True)
    try:
        actor = people.acting_as(office, people.OPERATOR)
        rows = [demo_case.record(), demo_case.other_record()]
        cases.import_cases(office, actor, json.dumps(rows, ensure_ascii=False, default=str).encode())
        for anchor, day in demo_case.EVENTS:
            cases.record_event(office, actor, demo_case.CASE_NO, anchor, day, source="feed")
        yield office, actor
    finally:
        office.close()


def hand_over(office: Office, actor: Actor, paths: Sequence[Path], declared: Sequence[dict[str, Any]] | None = None) -> str:
    """Hands the files over for the demo's case; gives the number of the receipt. Raises DossierError."""
    request = Request(demo_case.CASE_NO, demo_case.TEAM, [Upload.of(path) for path in paths], declared)
    return str(handover.receive(office, actor, request)["receipt_no"])


def work(office: Office) -> Tally:
    """Works until nothing is left to do and everything is indexed."""
    return Worker(office).run(until_idle=True)
