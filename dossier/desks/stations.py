"""Scanning stations 扫描站: complete stacks of a source come in; hand-overs with a receipt go out, or the stack goes back with what to do about it."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier import access, pages, people
from dossier.access import Actor
from dossier.clock import local
from dossier.desks import handover, receiving
from dossier.desks.handover import NothingAcceptedError, Request, Upload
from dossier.desks.uploads import shown_name, told_name
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import LedgerEvent, Person, Submission
from ocr.contract import ReaderError
from review.casenumbers import parse as parse_case
from review.sheets import ours, parse
from scanners.contract import UnreadableError
from scanners.source import Stack, StackChangedError
from storage.contract import NoSpaceError

RIGHT: Final = "station.hand_over"
SETTLED: Final = "station.settle"
FAULTS: Final = {"link": "stack_link", "folder": "stack_folder", "empty": "stack_empty"}
# A case number and, if somebody wrote more, a word: （2026）豫9924执118号 第二批.
_NAMED = re.compile(r"\s*(\S.*?号)")


def poll(office: Office, enough: Callable[[], bool] = lambda: False) -> int:
    """Takes what is complete; how many stacks were taken or refused. What is still growing is left for the next look.

    enough: asked after each stack; True leaves the others for the next look.
    Raises OSError when the source cannot be reached, or at the end when a stack could not be read or moved: one station's trouble keeps no
    other waiting. Raises DossierError no_space and the like: then every stack that is left stays where it is.
    """
    if not office.stacks.wanted:
        return 0
    done, trouble = 0, list[OSError]()
    with office.stacks.alone() as alone:
        for stack in _listed(office, trouble) if alone else ():
            try:
                _handle(office, stack)
            except (StackChangedError, FileNotFoundError):
                continue
            except OSError as error:
                trouble.append(error)
                continue
            done += 1
            # Only now: what cannot be taken is met again at every look, and must not use it up.
            if enough():
                break
    if trouble:
        raise trouble[0]
    return done


def _listed(office: Office, trouble: list[OSError]) -> Iterator[Stack]:
    try:
        yield from office.stacks.scan()
    except OSError as error:
        trouble.append(error)


def _handle(office: Office, stack: Stack) -> None:
    try:
        receipt = _receive(office, stack)
    except DossierError as error:
        # Our own trouble is no fault of the stack's.
        if error.status >= 500:
            raise
        if isinstance(error, NothingAcceptedError) and any(one["error"]["code"] == "no_space" for one in error.files):
            raise DossierError("no_space") from error
        _refuse(office, stack, error)
        return
    wrong = {one["name"]: one["error"]["message"] for one in receipt["files"] if "error" in one}
    told = {name: wrong[told_name(name)] for name in stack.files if told_name(name) in wrong}
    office.stacks.settle(stack, receipt["receipt_no"], told)
    with office.db.write() as session:
        subject = f"submission:{receiving.load(session, receipt['receipt_no']).id}"
        if not _was_settled(session, subject):
            detail = {
                "station": shown_name(stack.station),
                "receipt_no": receipt["receipt_no"],
                "files": len(stack.files),
                "not_taken": len(told),
            }
            ledger.append(session, at=office.clock.now(), actor=people.SYSTEM, action=SETTLED, subject=subject, detail=detail)


def _was_settled(session: Session, subject: str) -> bool:
    query = select(LedgerEvent.seq).where(LedgerEvent.subject == subject, LedgerEvent.action == SETTLED)
    return session.execute(query.limit(1)).first() is not None


def _refuse(office: Office, stack: Stack, error: DossierError) -> None:
    lines = [f"这叠材料没有收下：{error.zh}"]
    if isinstance(error, NothingAcceptedError):
        lines += [f"{one['name']}：{one['error']['message']}" for one in error.files]
    lines.append("改正后，把这个文件夹移回上一级（扫描站的文件夹），系统会重新收。文件都还在，没有删除。")
    with office.db.write() as session:
        station = shown_name(stack.station)
        detail = {"station": station, "code": error.code, "files": len(stack.files)}
        ledger.append(
            session, at=office.clock.now(), actor=people.SYSTEM, action="station.refuse", subject=f"station:{station}", detail=detail
        )
        # Within the transaction: a stack that cannot be moved is met again at every look, and would be told each time.
        office.stacks.refuse(stack, "\n".join(lines))


def _receive(office: Office, stack: Stack) -> dict[str, Any]:
    """The receipt of the stack; the same one when a crash came between the receipt and the moving of the folder."""
    with office.db.read() as session:
        # A share may keep its names in another encoding.
        person = account(session, shown_name(stack.station))
        if person is None:
            raise DossierError("station_unknown", station=shown_name(stack.station))
        actor = people.actor_of(person)
    if stack.fault is not None:
        raise DossierError(FAULTS[stack.fault])
    if stack.bytes > office.settings.max_upload_mb * 1024 * 1024:
        raise DossierError("too_large", limit=office.settings.max_upload_mb)
    try:
        digests = office.stacks.digests(stack)
    except FileNotFoundError as error:
        raise StackChangedError(stack.name) from error
    except OSError as error:
        raise DossierError("file_unavailable") from error
    case_no = _case_of(office, stack, digests)
    uploads = [Upload(name, partial(office.stacks.open, stack, name, digests[name])) for name in stack.files]
    key = _key(office, actor, stack, digests)
    try:
        return handover.receive(office, actor, Request(case_no, None, uploads, idempotency_key=key), action=RIGHT)
    except DossierError as error:
        if error.code != "not_allowed":
            raise
        raise DossierError("station_other_team", station=shown_name(stack.station), case_no=case_no) from error


def _key(office: Office, actor: Actor, stack: Stack, digests: Mapping[str, str]) -> str:
    """One key for one stack: station, folder, contents. The same folder brought once more, after the first was moved away, is another stack.

    That it was moved is asked of the ledger: people clear 已收. It is asked of 已收 too: a crash may come between the moving and the event.
    """
    facts = json.dumps([stack.station, stack.name, sorted(digests.items())]).encode("utf-8", "surrogatepass")
    base = f"stack:{hashlib.sha256(facts).hexdigest()}"
    for number in count():
        key = f"{base}:{number}"
        known = handover.known_receipt(office, actor, key)
        if known is None:
            return key
        with office.db.read() as session:
            settled = _was_settled(session, f"submission:{receiving.load(session, known).id}")
        if not settled and not office.stacks.settled(stack.station, known):
            return key
    raise DossierError("internal", ref="stack key")


def _case_of(office: Office, stack: Stack, digests: Mapping[str, str]) -> str:
    """The case that the stack's name begins with, or else the one that the cover sheet 封页 on top of it names. Raises stack_name_bad."""
    found = _NAMED.match(_text(stack.name))
    # 三号箱 ends like a case number and is none; a number in a manner of its own that no cover contradicts is looked up as it is.
    if found is not None and parse_case(found[1]) is not None:
        return found[1]
    top = stack.files[0]
    try:
        with office.stacks.open(stack, top, digests[top]) as file:
            sheet = parse(ours(pages.first_codes(office, file)))
    except (UnreadableError, ReaderError):
        sheet = None
    except NoSpaceError as error:
        raise DossierError("no_space") from error
    if sheet is not None and sheet.case_no is not None:
        return sheet.case_no
    return case_of(stack.name)


def _text(name: str) -> str:
    return shown_name(unicodedata.normalize("NFC", name))


def case_of(name: str) -> str:
    """The case number at the beginning of a stack's name. Raises stack_name_bad."""
    found = _NAMED.match(_text(name))
    if found is None:
        raise DossierError("stack_name_bad", name=shown_name(name))
    return found[1]


def account(session: Session, station: str) -> Person | None:
    """The account of a station: it has the role for that, and the station's name as login or as name."""
    query = select(Person).where(~Person.disabled, (Person.login == station) | (Person.display == station)).order_by(Person.id)
    return next((one for one in session.execute(query).scalars() if "station" in one.roles), None)


def state(office: Office, actor: Actor) -> dict[str, Any]:
    """{"watched","reachable","stations":[{"name","team","waiting","refused","loose","readable","last"}]}; team None: no account. Raises not_allowed."""
    access.demand(actor, "metrics.read")
    try:
        found = office.stacks.stations()
    except OSError:
        return {"watched": True, "reachable": False, "stations": []}
    rows = []
    with office.db.read() as session:
        for one in found:
            person = account(session, shown_name(one.name))
            rows.append(
                {
                    "name": shown_name(one.name),
                    "account": person is not None,
                    "team": person.team.name if person is not None and person.team is not None else None,
                    "waiting": one.waiting,
                    "refused": one.refused,
                    "loose": one.loose,
                    "readable": one.readable,
                    "last": _last(session, person) if person is not None else None,
                }
            )
    return {"watched": office.stacks.wanted, "reachable": True, "stations": rows}


def _last(session: Session, person: Person) -> dict[str, Any] | None:
    query = select(Submission).where(Submission.handed_by_id == person.id).order_by(Submission.id.desc()).limit(1)
    found = session.execute(query).scalar_one_or_none()
    return {"receipt_no": found.receipt_no, "at": local(found.received_at).isoformat(timespec="seconds")} if found is not None else None
