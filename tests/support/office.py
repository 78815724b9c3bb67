"""An office for tests: a temporary folder and a reader's name come in, an initialised open office with one case goes out."""

from __future__ import annotations

import atexit
import functools
import io
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from dossier import people
from dossier.access import Actor
from dossier.app import open_office
from dossier.clock import Clock
from dossier.desks import cases, handover
from dossier.desks.handover import Request, Upload
from dossier.office import Lazy, Office
from dossier.settings import Settings
from ocr.engines import open_engine
from ocr.pool import ReaderPool

CASE_NO = "（2026）豫9924执118号"
TEAM = "执行实施一团队"
PASSWORD = "A-long-test-password"
NOW = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
CASE: dict[str, Any] = {
    "case_no": CASE_NO,
    "kind": "执",
    "court": "云川县人民法院",
    "filed_on": "2026-08-17",
    "team": TEAM,
    "handler": "周执行",
    "clerk": "吴记录",
    "applicants": "李测试",
    "respondents": "张某甲",
    "cause": "民间借贷纠纷",
    "amount": "204650.00",
}


def fixed_clock(moment: datetime = NOW) -> Clock:
    """A clock that stands still."""
    return Clock(lambda: moment)


def settings_for(home: Path, *, reader: str = "none", database_url: str = "", **more: str) -> Settings:
    """Settings as the environment would give them; one page process and the quick sandbox unless said otherwise."""
    environ = {"DOSSIER_HOME": str(home), "DOSSIER_READER": reader, "DOSSIER_PAGE_PROCESSES": "1", "DOSSIER_DATABASE_URL": database_url}
    # Most tests sign in with a password alone, and have promised nothing.
    environ |= {"DOSSIER_SECOND_FACTOR": "optional", "DOSSIER_AGREEMENT": "off"}
    return Settings.read(environ | {f"DOSSIER_{name.upper()}": value for name, value in more.items()})


class _SharedPool(ReaderPool):
    """A pool that many offices use one after another: closing an office leaves it warm for the next."""

    def close(self) -> None:
        """Left to the end of the run."""

    def really_close(self) -> None:
        super().close()


@functools.cache
def shared_pool(reader: str) -> ReaderPool:
    """One warm page process per reader and test process."""
    pool = _SharedPool(functools.partial(open_engine, reader), 1)
    atexit.register(pool.really_close)
    return pool


def open_test_office(home: Path, *, reader: str = "none", clock: Clock | None = None, database_url: str = "", **more: str) -> Office:
    """An initialised office with the case CASE, a clerk, a team member and a director (password PASSWORD)."""
    settings = settings_for(home, reader=reader, database_url=database_url, **more)
    if clock is None and not home.exists():
        home.mkdir(parents=True)
        if settings.database_url.startswith("sqlite"):
            shutil.copyfile(_begun("sqlite"), settings.database_url.removeprefix("sqlite:///"))
        else:
            _copy_postgres(settings.database_url)
        opened = open_office(settings, fixed_clock())
    else:
        opened = open_office(settings, clock or fixed_clock(), initialise=True)
        _begin(opened)
    return replace(opened, reader=Lazy(lambda: shared_pool(reader)))


def _begin(office: Office) -> None:
    operator = operator_of(office)
    cases.import_cases(office, operator, json.dumps([CASE], ensure_ascii=False).encode())
    for login, roles, team in (("clerk", ["clerk"], None), ("team1", ["team"], TEAM), ("director", ["director"], None)):
        people.add(office, operator, login=login, display=login, roles=roles, team=team, password=PASSWORD, must_change=False)


@functools.cache
def _begun(database_url: str) -> str:
    """A database that is begun once in each test process, to be copied: the SQLite file, or the name of the one on this PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="begun-"))
    atexit.register(shutil.rmtree, folder)
    url = "" if database_url == "sqlite" else database_url
    office = open_office(settings_for(folder / "home", database_url=url), fixed_clock(), initialise=True)
    _begin(office)
    office.close()
    return str(folder / "home" / "dossier.db") if database_url == "sqlite" else make_url(url).database or ""


def _copy_postgres(database_url: str) -> None:
    """Makes the empty database anew as a copy of the one that is begun."""
    url = make_url(database_url)
    server = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        pattern = f"begun_{uuid.uuid5(uuid.NAMESPACE_URL, f'{os.getpid()}').hex}"
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (pattern,)).fetchone() is None:
            connection.execute(f"CREATE DATABASE {pattern}")
            _begun(url.set(database=pattern).render_as_string(hide_password=False))
        connection.execute(f"DROP DATABASE {url.database}")
        connection.execute(f"CREATE DATABASE {url.database} TEMPLATE {pattern}")


def reopen_test_office(home: Path, *, reader: str = "none", clock: Clock | None = None, **more: str) -> Office:
    """The office of a home folder that open_test_office() made, or of a copy of one."""
    office = open_office(settings_for(home, reader=reader, **more), clock or fixed_clock())
    return replace(office, reader=Lazy(lambda: shared_pool(reader)))


def operator_of(office: Office) -> Actor:
    """The command line's built-in actor."""
    return people.acting_as(office, people.OPERATOR)


def upload(name: str, data: bytes) -> Upload:
    """Bytes as an upload."""
    return Upload(name, lambda: io.BytesIO(data))


def hand_over(office: Office, uploads: Sequence[Upload], *, actor: Actor | None = None, **more: Any) -> dict[str, Any]:
    """A hand-over of the test case by its team; the receipt."""
    return handover.receive(office, actor or people.acting_as(office, "team1"), Request(CASE_NO, TEAM, uploads, **more))
