"""Every spool keeps incoming bytes whole, finds them again, and never calls good what it could not check."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage.contract import Spool
from storage.spool import FolderSpool
from tests.support.scratch import scratch

IMPLEMENTATIONS: dict[str, Callable[[Path], Spool]] = {"folder": lambda place: FolderSpool(place / "spool")}


@pytest.fixture
def place() -> Iterator[Path]:
    with scratch() as folder:
        yield folder


@pytest.fixture(params=sorted(IMPLEMENTATIONS))
def spool(request: pytest.FixtureRequest, place: Path) -> Spool:
    return IMPLEMENTATIONS[request.param](place)


class Breaking(io.BytesIO):
    """A connection that dies in the middle of an upload."""

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(7)
        if not piece:
            raise ConnectionResetError
        return piece


@pytest.mark.parametrize("data", [b"", b"x", "移送清单".encode() * 1000, bytes(range(256)) * 12_345], ids=["empty", "one", "text", "3 MB"])
def test_what_was_put_is_found_again(spool: Spool, data: bytes) -> None:
    kept = spool.put(io.BytesIO(data))
    assert (kept.sha256, kept.bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    assert spool.path(kept.key).read_bytes() == data
    assert list(spool.keys()) == [kept.key]
    assert spool.verify(kept.key, kept.sha256).status == "ok"


def test_the_same_bytes_twice_are_two_files(spool: Spool) -> None:
    first, second = spool.put(io.BytesIO(b"same")), spool.put(io.BytesIO(b"same"))
    assert first.key != second.key
    assert first.sha256 == second.sha256
    spool.delete(first.key)
    assert list(spool.keys()) == [second.key]


def test_reads_from_where_the_stream_stands(spool: Spool) -> None:
    source = io.BytesIO(b"head body")
    source.seek(5)
    assert spool.path(spool.put(source).key).read_bytes() == b"body"


def test_a_broken_upload_leaves_nothing(spool: Spool, place: Path) -> None:
    with pytest.raises(ConnectionResetError):
        spool.put(Breaking(b"half of a file"))
    assert list(spool.keys()) == []
    assert [path for path in place.rglob("*") if path.is_file()] == []


def test_deleting_twice_ends_well(spool: Spool) -> None:
    kept = spool.put(io.BytesIO(b"x"))
    spool.delete(kept.key)
    spool.delete(kept.key)
    assert list(spool.keys()) == []
    with pytest.raises(KeyError):
        spool.path(kept.key)


@pytest.mark.parametrize(
    "key", ["", "../../etc/passwd", "a" * 64, "/etc/passwd", "A" * 64 + "." + "b" * 32, "a" * 64 + "." + "b" * 32 + "\n"]
)
def test_a_key_that_is_none_reaches_no_file(spool: Spool, key: str) -> None:
    with pytest.raises(KeyError):
        spool.path(key)
    with pytest.raises(KeyError):
        spool.delete(key)
    assert spool.verify(key, "0" * 64).status == "missing"


def test_verify_tells_damaged_from_missing(spool: Spool) -> None:
    kept = spool.put(io.BytesIO(b"evidence"))
    assert spool.verify(kept.key, hashlib.sha256(b"other").hexdigest()).status == "damaged"
    path = spool.path(kept.key)
    path.chmod(0o640)
    path.write_bytes(b"evidencf")
    assert spool.verify(kept.key, kept.sha256).status == "damaged"
    assert spool.verify(kept.key, hashlib.sha256(b"evidencf").hexdigest()).status == "damaged"
    spool.delete(kept.key)
    assert spool.verify(kept.key, kept.sha256).status == "missing"


def test_a_second_opening_sees_the_same_files(place: Path) -> None:
    for make in IMPLEMENTATIONS.values():
        kept = make(place).put(io.BytesIO(b"x"))
        assert list(make(place).keys()) == [kept.key]
