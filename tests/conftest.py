"""Fixtures that every test may ask for: real databases of both kinds, and an open office over each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dossier.office import Office
from tests.support import postgres
from tests.support.office import open_test_office
from tests.support.quick import be_quick

be_quick()

# The longest first, or one of two processes waits at the end while the other is still at them.
LONGEST = (
    "test_storage_kill", "test_barriers", "test_worker_killed", "test_api_schema", "test_interrupted", "test_receiving", "test_sorting", "test_screens",
    "test_life", "test_web_server", "test_cli", "test_case_list", "test_canary", "test_classifier", "test_search_index", "test_people",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files keep the order that chance gave them, but for those that take longest."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONGEST)))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """One PostgreSQL for the whole run."""
    with postgres.server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database; tests that ask for it run on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'dossier.db'}"
    server: postgres.Server = request.getfixturevalue("postgres_server")
    return server.new_database()


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Iterator[Office]:
    """An initialised office with one case, on each kind of database, whose reader reads nothing."""
    opened = open_test_office(tmp_path / "home", database_url=database_url)
    yield opened
    opened.close()
