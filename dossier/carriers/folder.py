"""A folder that both sides see: a message comes in, a file that is whole or absent goes out; the other side puts an .ack or .err beside it."""

from __future__ import annotations

import os
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from dossier.carriers.contract import MOST_SAID, Answer, said

MESSAGE, TAKEN, REFUSED = ".json", ".ack", ".err"


def name_of(number: int) -> str:
    """00000042.json: sorted by name, messages stand in their order."""
    return f"{number:08d}{MESSAGE}"


class DropFolder:
    """One file for each message. The folder itself is never made: a share that is not mounted must not become a folder of this machine."""

    name = "folder"
    wanted = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, number: int, body: bytes, _at: datetime) -> Answer | None:
        """Writes beside, fsyncs, renames, fsyncs the folder. An .err of an earlier try is put aside, an .ack answers at once. Raises OSError."""
        for answer in self.answers((number,)):
            if answer.taken:
                return answer
            self._put_aside(number)
        beside, target = self._folder / f".{name_of(number)}.part", self._folder / name_of(number)
        with beside.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
        self._sync()
        return None

    def answers(self, numbers: Collection[int]) -> list[Answer]:
        """The .ack and .err files for these messages; an .err holds the reason as text. Raises OSError."""
        if not numbers:
            return []
        there = {path.name for path in self._folder.iterdir()}
        found = []
        for number in numbers:
            name = name_of(number)
            if name + TAKEN in there:
                found.append(Answer(number, True))
            elif name + REFUSED in there:
                found.append(Answer(number, False, self._reason(self._folder / (name + REFUSED))))
        return found

    def _reason(self, path: Path) -> str:
        with path.open("rb") as file:
            text = file.read(MOST_SAID * 4)
        try:
            return said(text.decode("utf-8-sig"))
        except UnicodeDecodeError:
            return said(text.decode("gb18030", "replace"))

    def _put_aside(self, number: int) -> None:
        """The refusal of an earlier try, kept under a name that answers nothing."""
        refusal = self._folder / (name_of(number) + REFUSED)
        count = 1
        while (kept := refusal.with_name(f"{refusal.name}.{count}")).exists():
            count += 1
        refusal.replace(kept)
        self._sync()

    def _sync(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
