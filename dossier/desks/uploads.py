"""The bytes of a hand-over: uploads come in; spooled files with their page counts, or the error of each, go out."""

from __future__ import annotations

import os
import re
import shutil
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dossier.errors import DossierError
from dossier.office import Office
from dossier.pages import work_folder
from dossier.records.tables import Agreement, Document, File, Page, Submission
from scanners.contract import FileFacts, UnreadableError
from scanners.pages import inspect
from storage.contract import NoSpaceError, Spool, Spooled

MAX_NAME_BYTES, SHOWN_NAME = 240, 120
# The columns whose rows name spooled files.
NAMING = (File.spool_key, Agreement.spool_key)
UNCLAIMED_AFTER = timedelta(hours=1)
_ESCAPED = re.compile(r"[\udc80-\udcff]")
# Controls, and what makes a name look like another one: invisible characters, direction overrides, line separators, halves of characters.
BAD_NAME = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class Upload:
    """One file as it arrives: its name, and where its bytes can be read from."""

    name: str
    open: Callable[[], BinaryIO]

    @classmethod
    def of(cls, path: Path) -> Upload:
        """A file on this machine; what is no plain file (a folder, a pipe, a device) cannot be opened."""
        return cls(path.name, lambda: _open_plain(path))


def _open_plain(path: Path) -> BinaryIO:
    # O_NONBLOCK: a pipe must not hang the hand-over.
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError("not a plain file")
    return file


@dataclass(frozen=True)
class _Incoming:
    """An upload being read: what goes wrong on the sender's side is told apart from what goes wrong on ours."""

    file: BinaryIO

    def read(self, size: int = -1) -> bytes:
        try:
            return self.file.read(size)
        except OSError as error:
            raise DossierError("file_unavailable") from error


@dataclass
class Taken:
    """What became of one upload: either spooled with facts, or an error."""

    name: str
    spooled: Spooled | None = None
    facts: FileFacts | None = None
    error: DossierError | None = None

    def refusal(self) -> dict[str, Any]:
        """{"name","error"} of the receipt."""
        return {"name": self.name, "error": self.error.as_json() if self.error is not None else None}


def _as_text(name: str) -> str:
    """A name from a file system that keeps GB 18030 names arrives as escaped bytes: read them as what they are. Nothing else is changed."""
    try:
        return os.fsencode(name).decode("gb18030") if _ESCAPED.search(name) else name
    except ValueError:
        return name


def shown_name(name: str) -> str:
    """A refused file's name as a receipt can show it: the last part, what cannot be shown replaced, cut when it is endless."""
    last = _as_text(name).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    return BAD_NAME.sub("\ufffd", last)[:SHOWN_NAME]


def clean_name(name: str) -> str:
    """A file's name as it is shown and kept: the last part only, NFC, without characters that hide or deceive; raises file_name_bad."""
    last = unicodedata.normalize("NFC", _as_text(name)).replace("\\", "/").rsplit("/", 1)[-1].strip()
    if not last or last in (".", "..") or BAD_NAME.search(last) or len(last.encode()) > MAX_NAME_BYTES:
        raise DossierError("file_name_bad")
    return last


def told_name(name: str) -> str:
    """The name under which a receipt tells of a file: as it is kept, or as it can be shown when it cannot be kept so."""
    try:
        return clean_name(name)
    except DossierError:
        return shown_name(name)


def take_all(office: Office, case_id: int, uploads: Iterable[Upload], taken: list[Taken]) -> None:
    """Spools the uploads one after another and counts their pages side by side; what cannot be taken leaves nothing behind but its error.

    `taken` grows while it works: whatever ends it, the caller knows what was spooled.
    """
    first: dict[str, Taken] = {}
    repeats: list[tuple[Taken, Taken]] = []
    for upload in uploads:
        one = Taken(shown_name(upload.name))
        taken.append(one)
        with _told(office, one):
            one.name = clean_name(upload.name)
            one.spooled = _spool(office, upload)
            with office.db.read() as session:
                require_new(session, case_id, one.spooled.sha256)
            earlier = first.setdefault(one.spooled.sha256, one)
            if earlier is not one:
                repeats.append((one, earlier))
    with ThreadPoolExecutor(os.cpu_count() or 1, "count") as threads:
        for _ in threads.map(lambda one: _count(office, one), first.values()):
            pass
    for one, earlier in repeats:
        with _told(office, one):
            raise earlier.error or DossierError("file_repeated")


def take_one(office: Office, upload: Upload) -> Taken:
    """One file that belongs to no hand-over, spooled and looked through like any other. Raises its error; then nothing of it stays."""
    one = Taken(shown_name(upload.name))
    with _told(office, one):
        one.name = clean_name(upload.name)
        one.spooled = _spool(office, upload)
    _count(office, one)
    if one.error is not None:
        raise one.error
    return one


@contextmanager
def _told(office: Office, one: Taken) -> Iterator[None]:
    """What is wrong with one upload is written beside its name, and its bytes go."""
    try:
        yield
    except UnreadableError as error:
        one.error = DossierError(error.code)
    except NoSpaceError:
        one.error = DossierError("no_space")
    except DossierError as error:
        one.error = error
    if one.error is not None and one.spooled is not None:
        office.spool.delete(one.spooled.key)
        one.spooled = None


def _count(office: Office, one: Taken) -> None:
    if one.spooled is None:
        return
    with _told(office, one), work_folder(office) as work:
        try:
            one.facts = inspect(office.spool.path(one.spooled.key), one.name, office.sandbox, work)
        except UnreadableError as error:
            if error.code == "page_count_disputed":
                _quarantine(office, one.spooled)
            raise


def _quarantine(office: Office, spooled: Spooled) -> None:
    """Keeps the bytes of a file that two parsers read differently, for somebody to look at; nothing of it enters a dossier."""
    folder = office.settings.home / "quarantine"
    folder.mkdir(exist_ok=True)
    shutil.copyfile(office.spool.path(spooled.key), folder / spooled.key)
    for path in (folder / spooled.key, folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _spool(office: Office, upload: Upload) -> Spooled:
    try:
        source = upload.open()
    except (OSError, ValueError) as error:
        raise DossierError("file_unavailable") from error
    with source:
        return office.spool.put(cast(BinaryIO, _Incoming(source)))


def require_new(session: Session, case_id: int, sha256: str) -> None:
    """Raises file_duplicate when these bytes are in a hand-over of this case that still stands."""
    rows = session.execute(
        select(File.id, Submission.receipt_no, Submission.state)
        .join(Submission)
        .where(File.sha256 == sha256, Submission.case_id == case_id)
    ).all()
    for file_id, receipt_no, state in rows:
        if state in ("received", "reading", "ready", "waiting", "signed_for", "disputed"):
            raise DossierError("file_duplicate", receipt=receipt_no)
        stands = select(Document.id).join(Page, Page.document_id == Document.id).where(Page.file_id == file_id)
        if session.execute(stands.where(Document.state.in_(("accepted", "placed", "kept")))).first():
            raise DossierError("file_duplicate", receipt=receipt_no)


def distinct(name: str, names: set[str]) -> str:
    """001.jpg, 001 (2).jpg …: two folders may hold files of one name, and a finding tells its place by file name and page."""
    stem, dot, ending = name.rpartition(".")
    stem, tail = (stem, dot + ending) if stem else (name, "")
    made, count = name, 1
    while made.casefold() in names:
        count += 1
        made = f"{stem} ({count}){tail}"
    names.add(made.casefold())
    return made


def give_back(office: Office, taken: Iterable[Taken], error: BaseException | None = None) -> None:
    """Deletes the bytes that no row names. It asks the rows: a commit may have come through although we were told that it did not."""
    keys = {one.spooled.key for one in taken if one.spooled is not None}
    if not keys:
        return
    try:
        with office.db.write() as session:
            kept = {key for column in NAMING for key in session.execute(select(column).where(column.in_(keys))).scalars()}
            for key in keys - kept:
                office.spool.delete(key)
    except (SQLAlchemyError, DossierError, OSError) as second:
        # They stay in the spool, where recover() finds them.
        if error is None:
            raise
        error.add_note(f"{len(keys)} spooled files could not be given back: {second}")


def set_aside_unclaimed(office: Office) -> list[str]:
    """Moves spooled files that no row has named for UNCLAIMED_AFTER out of the spool, into the folder `unclaimed`; what it did, in words.

    A crash before the receipt leaves such files. So does a database put back to an older day, and then they are somebody's papers:
    this is why they are not deleted.
    """
    done = []
    # Inside a write transaction no hand-over can name one of them meanwhile.
    with office.db.write() as session:
        for key in unclaimed(office, session, UNCLAIMED_AFTER):
            folder = office.settings.home / "unclaimed"
            folder.mkdir(exist_ok=True)
            office.spool.path(key).replace(folder / key)
            done.append(f"{key}: no receipt names it, moved to {folder}")
    return done


def unclaimed(office: Office, session: Session, age: timedelta) -> list[str]:
    """The keys of spooled files that no row names and that have lain there longer than `age`; younger ones may be on their way."""
    keys = set(office.spool.keys())
    for column in NAMING:
        keys -= set(session.execute(select(column)).scalars())
    return sorted(key for key in keys if older(office.spool, key, age))


def older(spool: Spool, key: str, age: timedelta) -> bool:
    """Whether a kept file was written longer than `age` ago; one that is gone was not."""
    try:
        written = spool.path(key).stat().st_mtime
    except (KeyError, FileNotFoundError):
        return False
    # The file system's clock, not the court's: the office's may stand still or run ahead.
    return datetime.now(UTC) - datetime.fromtimestamp(written, UTC) > age
