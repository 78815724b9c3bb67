"""Files that arrive in parts over a bad line: parts come in once, however often they are sent; a hand-over of the files they make goes out."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from dossier import access
from dossier.access import Actor, Resource
from dossier.desks import handover
from dossier.desks.cases import load
from dossier.desks.handover import Request, Upload
from dossier.desks.uploads import older, require_new
from dossier.errors import DossierError
from dossier.office import Office
from storage.contract import NoSpaceError, Spool

MOST_BYTES = 8 * 1024 * 1024  # of one part
MOST_PARTS = 4000  # of one person, or small ones fill the folder before they fill the disk
FORGOTTEN_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Parted:
    """A file of a hand-over: the SHA-256 (hex) of the whole and of each part, in order."""

    name: str
    sha256: str
    parts: Sequence[str]


def put(office: Office, actor: Actor, sha256: str, source: BinaryIO) -> dict[str, Any]:
    """Keeps one part of this person's, durably: {"sha256","bytes"}. One that is here already is not written again.

    Raises not_allowed, part_damaged (other bytes than announced, or more than MOST_BYTES), parts_full, no_space.
    """
    access.demand(actor, "submission.make", Resource(team=actor.team))
    spool = office.parts(actor.id)
    held = _held(spool)
    size = _size(spool, held[sha256]) if sha256 in held else None
    if size is None:
        whole = source.read(MOST_BYTES + 1)
        if len(whole) > MOST_BYTES or hashlib.sha256(whole).hexdigest() != sha256:
            raise DossierError("part_damaged")
        if len(held) >= MOST_PARTS or sum(_size(spool, key) or 0 for key in held.values()) + len(whole) > _limit(office):
            raise DossierError("parts_full", limit=office.settings.max_upload_mb, most=MOST_PARTS)
        try:
            size = spool.put(io.BytesIO(whole)).bytes
        except NoSpaceError as error:
            raise DossierError("no_space") from error
    return {"sha256": sha256, "bytes": size}


def _limit(office: Office) -> int:
    """Bytes that one hand-over may have, in parts as in one piece."""
    return office.settings.max_upload_mb * 1024 * 1024


def _size(spool: Spool, key: str) -> int | None:
    """Bytes of a part; None when a hand-over took it meanwhile."""
    try:
        return spool.path(key).stat().st_size
    except (KeyError, FileNotFoundError):
        return None


def missing(office: Office, actor: Actor, case_no: str, files: Iterable[str], parts: Iterable[str]) -> dict[str, Any]:
    """{"missing": parts still to send, "known": [{"sha256","receipt_no"}] files that the case has already}. Raises case_unknown, not_allowed."""
    known = []
    with office.db.read() as session:
        case = load(session, case_no)
        access.demand(actor, "submission.make", Resource(team=case.team_id))
        for sha256 in files:
            try:
                require_new(session, case.id, sha256)
            except DossierError as error:
                known.append({"sha256": sha256, "receipt_no": str(error.facts["receipt"])})
    held = _held(office.parts(actor.id))
    return {"missing": [part for part in dict.fromkeys(parts) if part not in held], "known": known}


def hand_over(office: Office, actor: Actor, wanted: Request, files: Sequence[Parted]) -> dict[str, Any]:
    """The receipt of a hand-over whose files lie here in parts; the parts go when the receipt is there, not before.

    wanted: without uploads. A file that lacks a part stands on the receipt with part_missing. Raises as handover.receive(), and too_large:
    a part may stand in several files and several times in one, so what the files make is counted, not what lies here.
    """
    spool = office.parts(actor.id)
    sizes = {sha256: _size(spool, key) or 0 for sha256, key in _held(spool).items()}
    if sum(sizes.get(part, 0) for file in files for part in file.parts) > _limit(office):
        raise DossierError("too_large", limit=office.settings.max_upload_mb)
    uploads = [Upload(file.name, _opener(spool, file)) for file in files]
    receipt = handover.receive(office, actor, Request(**{**vars(wanted), "uploads": uploads}))
    used = {part for file in files for part in file.parts}
    for key in list(spool.keys()):
        if key.partition(".")[0] in used:
            spool.delete(key)
    return receipt


def forget_old(office: Office, people: Iterable[int]) -> list[str]:
    """Clears what crashes left and parts that no hand-over took for FORGOTTEN_AFTER: their files still lie with who sent them."""
    done = []
    for person in people:
        spool = office.parts(person)
        done += [f"parts of {person}: {told}" for told in spool.recover()]
        for key in list(spool.keys()):
            if older(spool, key, FORGOTTEN_AFTER):
                spool.delete(key)
                done.append(f"parts of {person}: {key} forgotten")
    return done


def _held(spool: Spool) -> dict[str, str]:
    """SHA-256 → key of the parts that are here."""
    return {key.partition(".")[0]: key for key in list(spool.keys())}


def _opener(spool: Spool, file: Parted) -> Callable[[], BinaryIO]:
    def opened() -> BinaryIO:
        held = _held(spool)
        if any(part not in held for part in file.parts):
            raise DossierError("part_missing")
        try:
            return cast(BinaryIO, _Joined(file, [spool.path(held[part]) for part in file.parts]))
        except KeyError as error:
            raise DossierError("part_missing") from error

    return opened


class _Joined(io.RawIOBase):
    """The parts read as one file; at its end the whole must be what was announced."""

    def __init__(self, file: Parted, paths: Sequence[Path]) -> None:
        self._pieces = _pieces(paths)
        self._digest = hashlib.sha256()
        self._wanted = file.sha256
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; none at the end. Raises DossierError part_damaged, part_missing."""
        if not self._rest:
            self._rest = next(self._pieces, b"")
            self._digest.update(self._rest)
            if not self._rest and self._digest.hexdigest() != self._wanted:
                raise DossierError("part_damaged")
        given, self._rest = (self._rest, b"") if size < 0 else (self._rest[:size], self._rest[size:])
        return given


def _pieces(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        try:
            yield path.read_bytes()
        except FileNotFoundError as error:
            raise DossierError("part_missing") from error
