"""Pieces of a volume come in under the digest of what they were made from; the same pieces go out at the next binding, unless damaged."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

_MARK = b"\n%sha256 "  # a comment to PDF readers
_SEAL = len(_MARK) + 64 + 1
_CHUNK = 1 << 20


class Shelf:
    """A folder that belongs to one volume; one binding uses it at a time. Every file ends with the digest of its own bytes."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder. Raises OSError."""
        self._folder = folder
        self._used: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True)

    def find(self, name: str) -> Path | None:
        """The file kept under the name, or None when there is none or its bytes are not what was kept."""
        path = self._folder / name
        if not path.is_file() or not _intact(path):
            return None
        self._used.add(name)
        return path

    def put(self, name: str, body: bytes) -> Path:
        """Keeps the bytes under the name, whole or not at all. Raises OSError."""
        handle, scratch = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=".new")
        path = self._folder / name
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(body)
                out.write(_MARK + hashlib.sha256(body).hexdigest().encode("ascii") + b"\n")
            Path(scratch).replace(path)
        except OSError:
            Path(scratch).unlink(missing_ok=True)
            raise
        self._used.add(name)
        return path

    def read(self, path: Path) -> bytes:
        """The bytes that were put."""
        return path.read_bytes()[:-_SEAL]

    def sweep(self) -> None:
        """Removes what this binding did not use, and what a killed one left half written."""
        for path in self._folder.iterdir():
            if path.name not in self._used and path.suffix in (".pdf", ".cff", ".new"):
                path.unlink(missing_ok=True)


def _intact(path: Path) -> bool:
    left = path.stat().st_size - _SEAL
    if left < 0:
        return False
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while left > 0 and (part := file.read(min(_CHUNK, left))):
            digest.update(part)
            left -= len(part)
        return file.read() == _MARK + digest.hexdigest().encode("ascii") + b"\n"
