"""A folder that scanning stations save to: complete stacks come in; taken ones go to 已收, refused ones with an explanation to 退回, and nothing is deleted."""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from scanners.source import Fault, Stack, StackChangedError, StationState

TAKEN, REFUSED, NOTE = "已收", "退回", "说明.txt"
MARKERS = ("完成", "done")
# What systems leave behind without being asked.
_LITTER = ("thumbs.db", "desktop.ini")
_CHUNK = 1 << 20
_NAMED = 40  # characters of a stack's name that a made-up name repeats: 255 bytes is all a file system gives
# The first line of our notes: without it a file of their name is somebody's own.
_OURS = "卷宗管理中心 Dossier centre"
_HEAD = _OURS.encode("utf-8-sig")
_FRESH = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


class WatchedFolder:
    """ROOT/STATION/STACK/files. quiet: seconds without a change after which a stack is complete; with a marker file a tenth of that."""

    wanted = True

    def __init__(self, root: Path, quiet: int) -> None:
        self._root, self._quiet = root, quiet

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Holds a lock in the folder itself, so that workers on several machines do not take one stack at the same time."""
        number = os.open(self._root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
        finally:
            os.close(number)

    def scan(self) -> Iterator[Stack]:
        """Complete stacks, by station and name; what cannot be looked into is told when all others were listed."""
        now, trouble = self._now(), None
        for station in _folders(self._root):
            try:
                entries = sorted(filter(_is_stack, station.iterdir()), key=lambda path: _natural(path.name))
            except OSError as error:
                trouble = trouble or error
                continue
            for entry in entries:
                try:
                    stack = self._complete(station.name, entry, now)
                except OSError as error:
                    trouble = trouble or error
                    continue
                if stack is not None:
                    yield stack
        if trouble is not None:
            raise trouble

    def _now(self) -> float:
        """The time of the file system, which is what its files' times are compared with: a share may keep another than this machine."""
        clock = self._root / ".clock"
        clock.touch(mode=0o600)
        return clock.stat().st_mtime

    def _complete(self, station: str, folder: Path, now: float) -> Stack | None:
        """The stack, unless something may still come. A file's change time counts too: it cannot be set, as copying programs set the other."""
        if folder.is_symlink():
            return Stack(station, folder.name, (), 0, "link")
        try:
            entries = sorted(folder.iterdir(), key=lambda path: _natural(path.name))
            seen = {path: path.lstat() for path in (folder, *entries)}
        except FileNotFoundError:
            return None
        marked = any(_is_marker(path.name) for path in entries)
        newest = max(max(one.st_mtime, one.st_ctime) for one in seen.values())
        papers = [path for path in entries if _is_paper(path.name)]
        if now - newest < (self._quiet / 10 if marked else self._quiet) or (not papers and not marked):
            return None
        fault = _fault([seen[path].st_mode for path in papers])
        size = sum(seen[path].st_size for path in papers)
        return Stack(station, folder.name, tuple(path.name for path in papers), size, fault)

    def digests(self, stack: Stack, /) -> Mapping[str, str]:
        """Reads every file of the stack; what is not there any more, or more than was listed, means that it changed."""
        folder = self._folder(stack)
        try:
            found = {}
            for name in stack.files:
                with _opened(folder / name) as file:
                    digest = hashlib.sha256()
                    while piece := file.read(_CHUNK):
                        digest.update(piece)
                found[name] = digest.hexdigest()
            there = {path.name for path in folder.iterdir() if _is_paper(path.name)}
        except FileNotFoundError as error:
            raise StackChangedError(stack.name) from error
        if there != set(stack.files):
            raise StackChangedError(stack.name)
        return found

    def open(self, stack: Stack, name: str, sha256: str, /) -> BinaryIO:
        """Raises StackChangedError also when the file has gone."""
        try:
            return cast(BinaryIO, _Checked(_opened(self._folder(stack) / name), sha256))
        except FileNotFoundError as error:
            raise StackChangedError(stack.name) from error

    def settled(self, station: str, receipt_no: str, /) -> bool:
        """Whether 已收 has a folder of this receipt."""
        return (self._root / station / TAKEN / receipt_no).exists()

    def settle(self, stack: Stack, receipt_no: str, not_taken: Mapping[str, str], /) -> None:
        """Copies what was not taken to 退回, then moves the whole stack to 已收: moved last, so that a crash before it repeats all of this."""
        folder, station = self._folder(stack), self._root / stack.station
        if not_taken:
            aside = _made(station / REFUSED) / f"{stack.name[:_NAMED]}（{receipt_no}）"
            _made(aside)
            for name in not_taken:
                if name in stack.files:
                    _copy(folder / name, aside / name)
            lines = [f"{name}：{why}" for name, why in not_taken.items()]
            _write_note(aside, "\n".join((f"这叠材料已收，回执 {receipt_no}；下列文件没有收下，改正后请另放一叠：", *lines)))
        _move(folder, _made(station / TAKEN), receipt_no)

    def refuse(self, stack: Stack, text: str, /) -> None:
        """Puts the explanation into the stack and moves it to 退回; a link is moved into a folder of its name."""
        folder, refused = self._folder(stack), _made(self._root / stack.station / REFUSED)
        if folder.is_symlink():
            refused = _made(refused / stack.name[:_NAMED])
            _write_note(refused, text)
        else:
            _write_note(folder, text)
        _move(folder, refused, stack.name)

    def stations(self) -> Sequence[StationState]:
        """Every station's folder, by name; one that is closed to us keeps no other from being told."""
        return [_state(station) for station in _folders(self._root)]

    def _folder(self, stack: Stack) -> Path:
        return self._root / stack.station / stack.name


class _Checked(io.RawIOBase):
    """A file whose bytes must be what they were when it was listed."""

    def __init__(self, file: BinaryIO, sha256: str) -> None:
        self._file, self._wanted, self._digest = file, sha256, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes. Raises StackChangedError at the end of another file than was listed."""
        piece = self._file.read(size)
        self._digest.update(piece)
        if (not piece or size < 0) and self._digest.hexdigest() != self._wanted:
            raise StackChangedError(self._wanted)
        return piece

    def close(self) -> None:
        self._file.close()
        super().close()


def _opened(path: Path) -> BinaryIO:
    """A plain file, not what a link leads to, and no pipe that would hold everybody up. Raises OSError."""
    file = os.fdopen(os.open(path, _READ), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(f"{path.name} is no plain file")
    return file


def _folders(root: Path) -> list[Path]:
    return sorted(path for path in root.iterdir() if _shown(path.name) and path.is_dir() and not path.is_symlink())


def _state(station: Path) -> StationState:
    refused = station / REFUSED
    try:
        entries = [path for path in station.iterdir() if _shown(path.name)]
        stacks = [path for path in entries if _is_stack(path)]
        back = sum(1 for path in refused.iterdir() if _shown(path.name)) if refused.is_dir() else 0
        closed = [path for path in stacks if not os.access(path, os.R_OK | os.X_OK)]
        return StationState(station.name, len(stacks), back, sum(1 for path in entries if not path.is_dir()), not closed)
    except OSError:
        return StationState(station.name, 0, 0, 0, readable=False)


def _shown(name: str) -> bool:
    return not name.startswith((".", "~$")) and name.casefold() not in _LITTER


def _is_stack(path: Path) -> bool:
    return _shown(path.name) and path.name not in (TAKEN, REFUSED) and path.is_dir()


def _is_marker(name: str) -> bool:
    return unicodedata.normalize("NFC", name).casefold().removesuffix(".txt") in MARKERS


def _is_paper(name: str) -> bool:
    return _shown(name) and not _is_marker(name) and name != NOTE


def _fault(modes: Sequence[int]) -> Fault | None:
    if not modes:
        return "empty"
    if any(stat.S_ISLNK(mode) for mode in modes):
        return "link"
    return None if all(stat.S_ISREG(mode) for mode in modes) else "folder"


def _natural(name: str) -> tuple[Any, ...]:
    """2.jpg comes before 10.jpg."""
    # isdigit() alone is true of ① and ² as well, which are no numbers.
    return tuple((1, int(part), "") if part.isascii() and part.isdigit() else (0, 0, part) for part in re.split(r"([0-9]+)", name))


def _made(folder: Path) -> Path:
    """The folder, made when it is missing, durably; never one that a link leads to. Raises OSError."""
    if folder.is_symlink():
        raise OSError(f"{folder} is a link")
    if not folder.is_dir():
        folder.mkdir()
        _sync(folder.parent)
    return folder


def _copy(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    with _opened(source) as file, os.fdopen(os.open(target, _FRESH, 0o666), "wb") as copy:
        while piece := file.read(_CHUNK):
            copy.write(piece)
        copy.flush()
        os.fsync(copy.fileno())


def _write_note(folder: Path, text: str) -> None:
    """As an editor on the station's machine shows it: UTF-8 with its mark, lines ended as there. What lies there under its name and is not ours stays."""
    beside, note = folder / f".{NOTE}", folder / NOTE
    # A link or a pipe of this name would lead the writing elsewhere, or hold it up.
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, _FRESH, 0o666), "wb") as file:
        file.write(f"{_OURS}\n{text.rstrip()}\n".replace("\n", "\r\n").encode("utf-8-sig", "replace"))
        file.flush()
        os.fsync(file.fileno())
    if os.path.lexists(note) and not _is_ours(note):
        note.rename(_free(folder, Path(NOTE).stem, Path(NOTE).suffix))
    beside.replace(note)
    _sync(folder)


def _is_ours(note: Path) -> bool:
    try:
        with _opened(note) as file:
            return file.read(len(_HEAD)) == _HEAD
    except OSError:
        return False


def _free(folder: Path, name: str, ending: str = "") -> Path:
    """A path of this name, or with a number when there is one already."""
    target, count = folder / f"{name}{ending}", 1
    while os.path.lexists(target):
        count += 1
        target = folder / f"{name[:_NAMED]} ({count}){ending}"
    return target


def _move(folder: Path, into: Path, name: str) -> None:
    """Under this name, or with a number when there is one already. Raises OSError."""
    folder.rename(_free(into, name))
    _sync(into)
    _sync(folder.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
