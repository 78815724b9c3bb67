"""A folder that both sides see: a message comes in, a file that is whole or absent goes out; the other side puts an .ack or .err beside it."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import structlog

from dossier.carriers.contract import MOST_SAID, Answer, said

log = structlog.get_logger()
MESSAGE, TAKEN, REFUSED = ".json", ".ack", ".err"
_NO_SUCH_CALL = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)


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
        """Writes beside, fsyncs, renames, fsyncs the folder. An .ack beside this very message answers at once; any other answer is of an earlier
        try, or of another database's message, and is put aside. Raises OSError, also when another message of this number lies there."""
        target = self._folder / name_of(number)
        # A draft of one's own: two machines may send the same message at once when a lease is lost.
        beside = self._folder / f".{name_of(number)}.{secrets.token_hex(8)}.part"
        there = self._lies_there(target, body)
        if there and (answer := next(iter(self.answers((number,))), None)) is not None and answer.taken:
            return answer
        for ending in (TAKEN, REFUSED):
            self._put_aside(target.with_name(target.name + ending))
        try:
            with beside.open("xb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
        self._sync()
        return None

    def _lies_there(self, target: Path, body: bytes) -> bool:
        """Whether this message is there already, from an earlier try."""
        try:
            found = target.read_bytes()
        except FileNotFoundError:
            return False
        if found != body:
            # A database that was restored counts on from an older number; what the other side may not have read yet is not overwritten.
            raise FileExistsError(f"{target.name} 是另一件消息，不覆盖：请为恢复后的数据库换一个空的回传文件夹")
        return True

    def answers(self, numbers: Collection[int]) -> list[Answer]:
        """The .ack and .err files for these messages; an .err holds the reason as text, and one that cannot be read is asked again later. Raises OSError."""
        if not numbers:
            return []
        there = {path.name for path in self._folder.iterdir()}
        found = []
        for number in numbers:
            name = name_of(number)
            if name + TAKEN in there:
                found.append(Answer(number, True))
            elif name + REFUSED in there and (reason := self._reason(self._folder / (name + REFUSED))) is not None:
                found.append(Answer(number, False, reason))
        return found

    def _reason(self, path: Path) -> str | None:
        try:
            with path.open("rb") as file:
                text = file.read(MOST_SAID * 4)
        except OSError as error:
            # One file that cannot be read must not keep the answers to all the others back.
            log.warning("answer cannot be read", file=path.name, error=repr(error))
            return None
        try:
            return said(text.decode("utf-8-sig"))
        except UnicodeDecodeError:
            return said(text.decode("gb18030", "replace"))

    def _put_aside(self, answer: Path) -> None:
        """An answer to something else, kept under a name that answers nothing."""
        if not answer.exists():
            return
        count = 1
        while (kept := answer.with_name(f"{answer.name}.{count}")).exists():
            count += 1
        answer.replace(kept)
        self._sync()

    def _sync(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        except OSError as error:
            # Shares of other systems have no such call for folders.
            if error.errno not in _NO_SUCH_CALL:
                raise
        finally:
            os.close(handle)
