"""The database: one URL comes in, transactions go out; SQLite in WAL with synchronous=FULL, or PostgreSQL 15 and newer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from dossier.errors import DossierError

MIGRATIONS = Path(__file__).parent / "migrations"
# Any fixed number: every writer takes this lock first, so that the ledger has one order and fan-in sees every sibling.
WRITER_LOCK = 0x0D055E
# What the drivers call it: SQLITE_FULL, SQLITE_IOERR_SHMSIZE, disk_full; SQLITE_CORRUPT, SQLITE_NOTADB, data_corrupted, index_corrupted.
_FULL, _CORRUPT = (13, 4874, "53100"), (11, 26, "XX001", "XX002")


class Database:
    """Opens sessions: write() is one serial transaction, read() a consistent snapshot."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        if self.sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        arguments: dict[str, Any] = {"connect_args": {"timeout": 60}} if self.sqlite else {"pool_pre_ping": True}
        self.engine = create_engine(self.url, **arguments)
        self._writer = self.engine.execution_options(dossier_writes=True)
        if self.sqlite:
            event.listen(self.engine, "connect", _configure_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that may change things; writers go one after another. Commits at the end, rolls back on any error.

        Raises DossierError no_space when the database's disk is full, damaged when the database itself is.
        """
        with _told(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            if not self.sqlite:
                session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK})
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One snapshot to look at; what is changed in it is thrown away. Raises DossierError damaged."""
        with _told(), Session(self.engine, expire_on_commit=False) as session:
            if not self.sqlite:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    def _alembic(self) -> Config:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["engine"] = self.engine
        return config

    def migrate(self) -> None:
        """Brings the schema to this program's version; safe to run again."""
        command.upgrade(self._alembic(), "head")

    def require_current(self) -> None:
        """Raises DossierError not_initialised, schema_old or damaged."""
        with _told(), self.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        if current is None:
            raise DossierError("not_initialised")
        if current != ScriptDirectory(str(MIGRATIONS)).get_current_head():
            raise DossierError("schema_old")

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _told() -> Iterator[None]:
    """A full disk and a damaged database are told as what they are."""
    try:
        yield
    except DBAPIError as error:
        codes = {getattr(error.orig, "sqlite_errorcode", None), getattr(error.orig, "sqlstate", None)}
        if codes.intersection(_FULL):
            raise DossierError("no_space") from error
        if codes.intersection(_CORRUPT):
            raise DossierError("damaged", what=str(error.orig)) from error
        raise


def _configure_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: _begin_sqlite decides which kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE for writers: a deferred one that is upgraded later fails instead of waiting.
    writes = connection.get_execution_options().get("dossier_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
