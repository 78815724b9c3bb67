"""Paper on the shelf without reading any: an office comes in, its case gets placed documents with numbered pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from dossier.clock import Clock
from dossier.desks.placing import object_id
from dossier.office import Office
from dossier.records.tables import Case, Document, File, Page, Person, Submission, Volume
from tests.support.office import CASE_NO

NAMES = ("执行通知书", "报告财产令", "执行裁定书", "送达回证")


def shelve(office: Office, sheets: Sequence[int] = (3, 2, 4), *, kind: str = "main", case_no: str = CASE_NO) -> list[int]:
    """Places documents of so many pages each, numbered through; their row ids."""
    with office.db.write() as session:
        case = session.execute(select(Case).where(Case.case_no == case_no)).scalar_one()
        clerk = session.execute(select(Person).where(Person.login == "clerk")).scalar_one()
        now, mark = office.clock.now(), f"{kind}-{case.id}"
        volume = Volume(case_id=case.id, kind=kind, object_id=object_id(case.case_no, kind), head=1)
        submission = Submission(
            receipt_no=f"HZ-{mark}", case_id=case.id, team_id=case.team_id, handed_by_id=clerk.id, received_at=now, state="signed_for",
            decided_by_id=clerk.id, decided_at=now,
        )  # fmt: skip
        session.add_all([volume, submission])
        session.flush()
        file = File(
            submission_id=submission.id, position=1, name="a.pdf", kind="pdf", sha256="0" * 64, bytes=1, page_count=sum(sheets),
            spool_key=mark, state="split",
        )  # fmt: skip
        session.add(file)
        session.flush()
        found, number = [], 0
        for serial, count in enumerate(sheets, 1):
            document = Document(
                submission_id=submission.id, case_id=case.id, number=serial, state="placed", type_id="enforcement_notice",
                name=NAMES[(serial - 1) % len(NAMES)], score=1.0, confident=True, why="", volume_id=volume.id, serial=serial,
                first_page=number + 1, last_page=number + count, signed_at=now,
            )  # fmt: skip
            session.add(document)
            session.flush()
            for _ in range(count):
                number += 1
                session.add(
                    Page(
                        file_id=file.id, submission_id=submission.id, number=number, position=number, state="read", document_id=document.id,
                        page_no=number,
                    )
                )  # fmt: skip
            found.append(document.id)
        return found


class Days:
    """A clock that a test moves from day to day; it begins on Tuesday 2026-09-01 at ten in the morning."""

    def __init__(self) -> None:
        self.now = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)

    def clock(self) -> Clock:
        return Clock(lambda: self.now)

    def forward(self, days: int) -> None:
        self.now += timedelta(days=days)
