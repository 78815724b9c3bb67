"""Runs in the confined child only: a TIFF comes in, the size of each of its pages goes out, found by walking its directories ourselves."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from scanners.kinds import MAX_PAGES, Refusal

_WIDTH, _HEIGHT, _OFFSETS, _LENGTHS, _TILE_OFFSETS, _TILE_LENGTHS = 256, 257, 273, 279, 324, 325
_TYPES = {1: "B", 3: "H", 4: "I", 16: "Q"}
_MAX_ENTRIES, _MAX_STRIPS = 4096, 1_000_000


class _Reader:
    """Numbers of a classic or big TIFF at given offsets; anything beyond the end of the file is damage."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.order = "<" if data[:2] == b"II" else ">"
        self.big = self.numbers(2, "H")[0] == 43

    def numbers(self, offset: int, kind: str, amount: int = 1) -> tuple[int, ...]:
        pattern = f"{self.order}{amount}{kind}"
        if offset < 0 or offset + struct.calcsize(pattern) > len(self.data):
            raise Refusal("file_damaged", f"nothing at offset {offset}")
        return struct.unpack_from(pattern, self.data, offset)

    def first(self) -> int:
        return self.numbers(8, "Q")[0] if self.big else self.numbers(4, "I")[0]

    def directory(self, offset: int) -> tuple[dict[int, Callable[[], tuple[int, ...]]], int]:
        """The values of one directory by tag, read when asked for, and the offset of the next directory."""
        head, size, count_kind, word = (8, 20, "Q", "Q") if self.big else (2, 12, "H", "I")
        entries = self.numbers(offset, count_kind)[0]
        if entries > _MAX_ENTRIES:
            raise Refusal("file_damaged", f"{entries} entries in a directory")
        start = offset + head
        tags = {self.numbers(at, "H")[0]: self._value(at, word) for at in range(start, start + entries * size, size)}
        return tags, self.numbers(start + entries * size, word)[0]

    def _value(self, at: int, word: str) -> Callable[[], tuple[int, ...]]:
        def read() -> tuple[int, ...]:
            kind = _TYPES.get(self.numbers(at + 2, "H")[0])
            amount = self.numbers(at + 4, word)[0]
            if kind is None or amount > _MAX_STRIPS:
                raise Refusal("file_damaged", "a tag of a strange type or length")
            inline = at + 4 + struct.calcsize(f"={word}")
            fits = amount * struct.calcsize(f"={kind}") <= struct.calcsize(f"={word}")
            return self.numbers(inline if fits else self.numbers(inline, word)[0], kind, amount)

        return read


def directories(source: Path) -> list[tuple[int, int]]:
    """(width, height) in pixels of each page, in order. Raises Refusal: file_damaged for a loop, a missing size or pixels that lie
    beyond the end of the file (a cut-off file), file_too_many_pages."""
    return list(_walk(_Reader(source.read_bytes())))


def _walk(reader: _Reader) -> Iterator[tuple[int, int]]:
    seen: set[int] = set()
    offset = reader.first()
    while offset:
        if offset in seen:
            raise Refusal("file_damaged", "the directories run in a circle")
        if len(seen) >= MAX_PAGES:
            raise Refusal("file_too_many_pages", f"more than {MAX_PAGES} directories")
        seen.add(offset)
        tags, offset = reader.directory(offset)
        if _WIDTH not in tags or _HEIGHT not in tags:
            raise Refusal("file_damaged", "a page without a size")
        _check_extents(reader, tags)
        yield tags[_WIDTH]()[0], tags[_HEIGHT]()[0]


def _check_extents(reader: _Reader, tags: dict[int, Callable[[], tuple[int, ...]]]) -> None:
    for where, how_long in ((_OFFSETS, _LENGTHS), (_TILE_OFFSETS, _TILE_LENGTHS)):
        if where in tags and how_long in tags:
            ends = (start + length for start, length in zip(tags[where](), tags[how_long](), strict=False))
            if max(ends, default=0) > len(reader.data):
                raise Refusal("file_damaged", "pixels beyond the end of the file")
