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
    if sha256 not in held:
        whole = source.read(MOST_BYTES + 1)
        if len(whole) > MOST_BYTES or hashlib.sha256(whole).hexdigest() != sha256:
            raise DossierError("part_damaged")
        if sum(spool.path(key).stat().st_size for key in held.values()) + len(whole) > office.settings.max_upload_mb * 1024 * 1024:
            raise DossierError("parts_full", limit=office.settings.max_upload_mb)
        try:
            held[sha256] = spool.put(io.BytesIO(whole)).key
        except NoSpaceError as error:
            raise DossierError("no_space") from error
    return {"sha256": sha256, "bytes": spool.path(held[sha256]).stat().st_size}


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

    wanted: without uploads. A file that lacks a part stands on the receipt with part_missing. Raises as handover.receive().
    """
    spool = office.parts(actor.id)
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
        return cast(BinaryIO, _Joined(file, [spool.path(held[part]) for part in file.parts]))

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
