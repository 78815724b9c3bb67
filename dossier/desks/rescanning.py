"""Scanning a page again: a bad page of a hand-over that waits and a better scan come in; the new page stands in its place, the old one behind it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from dossier.access import Actor
from dossier.desks import layouts
from dossier.desks.handover import SPLIT_PRIORITY, record_file
from dossier.desks.present import layout_of
from dossier.desks.sorting import record, waiting
from dossier.desks.uploads import Taken, Upload, distinct, give_back, require_new, take_all
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import jobs
from dossier.records.tables import Page, Submission


def rescan(office: Office, actor: Actor, receipt_no: str, page_id: int, upload: Upload) -> dict[str, Any]:
    """Takes a scan of one page in place of a bad one: {"page": the new page's id, "file"}. It is read next, and its document judged with it.

    Raises page_unknown, rescan_one_page, the codes of files, move_refused, not_allowed, no_space.
    """
    with office.db.read() as session:
        submission = waiting(session, actor, receipt_no)
        _old(session, submission, page_id)
        case_id = submission.case_id
    taken: list[Taken] = []
    try:
        take_all(office, case_id, [upload], taken)
        (one,) = taken
        if one.error is not None:
            raise one.error
        if one.facts is None or one.facts.pages != 1:
            raise DossierError("rescan_one_page")
        with office.db.write() as session:
            return _write(office, session, actor, waiting(session, actor, receipt_no), page_id, one)
    except BaseException as error:
        give_back(office, taken, error)
        raise


def _old(session: Session, submission: Submission, page_id: int) -> Page:
    page = session.get(Page, page_id)
    if page is None or page.submission_id != submission.id:
        raise DossierError("page_unknown")
    return page


def _write(office: Office, session: Session, actor: Actor, submission: Submission, page_id: int, one: Taken) -> dict[str, Any]:
    old = _old(session, submission, page_id)
    if one.spooled is not None:
        require_new(session, submission.case_id, one.spooled.sha256)
    one.name = distinct(one.name, {file.name.casefold() for file in submission.files})
    before = layout_of(session, submission)
    number = max((file.position for file in submission.files), default=0) + 1
    last = max((page.position for page in submission.pages), default=0)
    record_file(session, submission, number, one, last)
    session.flush()
    session.expire(submission)
    file = submission.files[-1]
    (new,) = file.pages
    detail = {"page": old.id, "by": new.id, "file": file.name}
    record(office, session, actor, submission, "rescan", before, layouts.substitute(before, old.id, new.id), detail)
    jobs.add(session, "split", file.id, priority=SPLIT_PRIORITY, at=office.clock.now())
    return {"page": new.id, "file": file.name}
