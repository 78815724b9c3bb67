"""The ruling on a dispute as a paper 局长决定: a dispute that was ruled on comes in, a sheet that tells both sides and the decision goes into the 副卷."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier import people
from dossier.clock import local
from dossier.desks import receiving
from dossier.desks.handover import SPLIT_PRIORITY, next_number, record_file
from dossier.desks.register import written
from dossier.desks.uploads import Taken, Upload, take_one
from dossier.errors import DossierError
from dossier.lifecycle import SUBMISSION
from dossier.listings import Slip, write_slip
from dossier.office import Office
from dossier.pages import work_folder
from dossier.records import jobs, ledger
from dossier.records.tables import Dispute, Document, Submission

TYPE: Final = "leader_decision"
OUTCOMES: Final = {"sign_as_is": "按现状签收", "fix": "应予改正"}
_TITLE: Final = "局长决定"
_NOTE: Final = "本件由系统按局长在系统中作出的决定生成，入副卷；决定人、时间和经过以操作日志为准。"
_WHY: Final = "系统按局长决定生成"


def file_paper(office: Office, dispute_id: int) -> Callable[[Session], None]:
    """The step: writes the sheet onto the spool; the returned function hands it over, to be read and placed as any paper. A ruling has one paper.

    Raises tool_missing, export_failed, no_space.
    """
    with office.db.read() as session:
        dispute = _dispute(session, dispute_id)
        if dispute.paper_id is not None or TYPE not in office.rules.for_case(dispute.submission.case).types:
            return lambda _session: None
        slip = _slip(dispute, office.settings.court)
        name = f"{_TITLE}-{dispute.submission.receipt_no}-{dispute.id}.pdf"
    with work_folder(office) as folder:
        path = written(folder / name, lambda path: write_slip(path, slip, local(office.clock.now())))
        taken = take_one(office, Upload.of(path))
    return lambda session: _hand_over(office, session, _dispute(session, dispute_id), taken)


def _dispute(session: Session, dispute_id: int) -> Dispute:
    found = session.get(Dispute, dispute_id)
    if found is None or found.ruled_at is None:
        raise DossierError("internal", ref=f"dispute {dispute_id}")
    return found


def _moment(value: datetime | None) -> str:
    return f"{local(value):%Y-%m-%d %H:%M}" if value else ""


def _slip(dispute: Dispute, court: str) -> Slip:
    one = dispute.submission
    heads = (
        ("案号", one.case.case_no),
        ("移送", " ".join(filter(None, (one.receipt_no, one.team.name if one.team else "", one.handed_by.display)))),
        ("材料", "、".join(document.name or "未能确定类型" for document in one.documents)),
    )
    rows = [("不予签收", " ".join(filter(None, (one.reason, f"（{one.decided_by.display}）" if one.decided_by else ""))))]
    rows += [(f"修改意见 {number}", correction.text) for number, correction in enumerate(one.corrections, 1)]
    rows += [
        ("团队意见", f"{dispute.reason}（{dispute.raised_by.display} {_moment(dispute.raised_at)}）"),
        ("局长决定", OUTCOMES[dispute.outcome or ""]),
        ("理由", dispute.ruling_reason or ""),
        ("决定人", f"{dispute.ruled_by.display if dispute.ruled_by else ''}　{_moment(dispute.ruled_at)}"),
    ]
    return Slip(_TITLE, court, one.receipt_no, heads, (("事项", 4.0), ("内容", 20.0)), tuple(rows), (), (_NOTE,))


def _hand_over(office: Office, session: Session, dispute: Dispute, taken: Taken) -> None:
    """Writes the rows of the sheet. Nobody brought it: it is of no team."""
    now, case = office.clock.now(), dispute.submission.case
    day = local(now).strftime("%Y%m%d")
    paper = Submission(
        receipt_no=f"HZ{day}-{next_number(session, f'receipt:{day}'):04d}",
        case_id=case.id,
        handed_by_id=people.find(session, people.SYSTEM).id,
        received_at=now,
        state=SUBMISSION.move(SUBMISSION.start, "read"),
        addendum=case.state == "frozen",
        rejects=[],
    )
    session.add(paper)
    session.flush()
    record_file(session, paper, 1, taken, 0)
    dispute.paper_id = paper.id
    session.flush()
    session.expire(paper)
    jobs.add(session, "split", paper.files[0].id, priority=SPLIT_PRIORITY, at=now)
    detail = {"receipt_no": paper.receipt_no, "of": dispute.submission.receipt_no, "sha256": paper.files[0].sha256}
    ledger.append(
        session,
        at=now,
        actor=people.SYSTEM,
        action="submission.ruling_paper",
        subject=f"submission:{paper.id}",
        case_id=case.id,
        detail=detail,
    )


def settle(office: Office, session: Session, submission: Submission) -> bool:
    """Signs for the paper of a ruling, which the system made and need not judge; False when the hand-over is none. In the caller's transaction."""
    dispute = session.execute(select(Dispute).where(Dispute.paper_id == submission.id)).scalar_one_or_none()
    if dispute is None or dispute.ruled_at is None:
        return False
    kind = office.rules.for_case(submission.case).type(TYPE)
    document = Document(
        submission_id=submission.id,
        case_id=submission.case_id,
        number=1,
        type_id=TYPE,
        name=kind.name,
        title=_TITLE,
        score=1.0,
        confident=True,
        why=_WHY,
        case_no=submission.case.case_no,
        dated=local(dispute.ruled_at).date(),
    )
    session.add(document)
    session.flush()
    for page in submission.pages:
        page.document_id = document.id
    session.flush()
    session.expire(submission)
    receiving.verdict(office, session, submission, "automatic")
    return True
