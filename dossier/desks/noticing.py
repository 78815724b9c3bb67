"""Who has to be told: new events of the ledger and the day's overdue steps come in; notices of people, and messages on their way out, go out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dossier import people
from dossier.desks import announcewatch, figures, loanwatch
from dossier.desks.figures import Asked
from dossier.desks.reviewing import KEYS
from dossier.office import Office
from dossier.records import jobs
from dossier.records.tables import Case, Correction, Counter, Delivery, LedgerEvent, Loan, Notice, Person, Submission, Team

DELIVER_PRIORITY = 40  # after everything that papers wait for
MARK, DAY_MARK = "notices", "notices_day"
_LOT = 200  # events that one transaction reads
OUTCOMES = {"sign_as_is": "按现状签收", "fix": "应予改正"}


@dataclass(frozen=True)
class Said:
    """One thing to tell: to whom (ids), in which words, and which page shows it. The words hold no text of papers and no names of parties.

    sub: it tells of the 副卷, so no other system is told.
    """

    key: str
    kind: str
    to: frozenset[int]
    text: str
    place: str
    subject: str
    sub: bool = False


def drain(office: Office) -> int:
    """Tells what the ledger tells since the last time; how many notices. A crash repeats the lot and tells nobody twice."""
    with office.db.read() as session:
        if _value(session, MARK) >= _head(session):
            return 0
    with office.db.write() as session:
        mark, head = _value(session, MARK), _head(session)
        query = select(LedgerEvent).where(LedgerEvent.seq > mark, LedgerEvent.action.in_(_TELLERS)).order_by(LedgerEvent.seq).limit(_LOT)
        events = session.execute(query).scalars().all()
        told = 0
        for event in events:
            said = _TELLERS[event.action](session, event)
            if said is not None:
                told += _tell(office, session, said, event.actor)
        _keep(session, MARK, events[-1].seq if len(events) == _LOT else head)
        return told


def daily(office: Office) -> int:
    """Once a working day, when the figures are counted: each team how many of its steps are overdue or near, which paper is due and which did not come; how many."""
    today = office.today()
    with office.db.read() as session:
        if _value(session, DAY_MARK) >= today.toordinal():
            return 0
    table = None
    if office.rules.calendar.is_workday(today):
        table = figures.overdue(office, people.acting_as(office, people.OPERATOR), Asked(), ("overdue",), 1)
    with office.db.write() as session:
        if _value(session, DAY_MARK) >= today.toordinal():
            return 0
        told = 0
        for one in table["by_team"] if table else ():
            told += sum(_tell(office, session, said, "") for said in _of_team(session, one, today.isoformat()))
        for due in loanwatch.reminders(office, session) if table else ():
            said = Said(f"loan_due:{today.isoformat()}:{due.loan_no}", "loan_due", due.to, due.text, "loan", due.loan_no, due.sub)
            told += _tell(office, session, said, "")
        for paper in announcewatch.late(office, session) if table else ():
            said = Said(f"announced_late:{paper.number}", "announced_late", paper.to, paper.text, "announcement", paper.number)
            told += _tell(office, session, said, "")
        _keep(session, DAY_MARK, today.toordinal())
        return told


def _of_team(session: Session, counted: Mapping[str, Any], day: str) -> list[Said]:
    name = counted["key"][0]
    team = session.execute(select(Team.id).where(Team.name == name)).scalar_one_or_none()
    if team is None:
        return []
    words = (("overdue", "超期未办"), ("due_soon", "即将到期"))
    counts = {"overdue": counted["overdue"], "due_soon": counted["near"]}
    return [
        Said(f"{kind}:{day}:{team}", kind, _team(session, team), f"{name}有 {counts[kind]} 项节点{word}", "overdue", name)
        for kind, word in words
        if counts[kind]
    ]


def _value(session: Session, name: str) -> int:
    return session.execute(select(Counter.value).where(Counter.name == name)).scalar() or 0


def _head(session: Session) -> int:
    return session.execute(select(func.max(LedgerEvent.seq))).scalar() or 0


def _keep(session: Session, name: str, value: int) -> None:
    counter = session.get(Counter, name)
    if counter is None:
        session.add(Counter(name=name, value=value))
    else:
        counter.value = value
    session.flush()


def _tell(office: Office, session: Session, said: Said, actor: str) -> int:
    """Writes the notices, and the messages with their jobs; nobody is told what they did themselves."""
    known = set(session.execute(select(Notice.person_id).where(Notice.key == said.key)).scalars())
    persons = session.execute(select(Person).where(Person.id.in_(said.to - known), Person.login != actor)).scalars().all()
    now, settings = office.clock.now(), office.settings
    body = {"kind": said.kind, "at": now.isoformat(), "text": said.text, "place": said.place, "subject": said.subject}
    ways = [("webhook", urlsplit(settings.webhook_url).hostname or "")] if settings.webhook_url and not known and not said.sub else []
    for person in persons:
        session.add(
            Notice(person_id=person.id, key=said.key, kind=said.kind, at=now, text=said.text, place=said.place, subject=said.subject)
        )
        if settings.smtp_url and person.mail:
            ways.append(("mail", person.mail))
    for channel, target in ways:
        delivery = Delivery(channel=channel, target=target, body=body, made_at=now)
        session.add(delivery)
        session.flush()
        jobs.add(session, "deliver", delivery.id, priority=DELIVER_PRIORITY, at=now)
    return len(persons)


def _team(session: Session, team: int | None) -> frozenset[int]:
    """The members of a team who hand over and close cases."""
    rows = session.execute(select(Person.id, Person.roles).where(Person.team_id == team, ~Person.disabled)) if team is not None else ()
    return frozenset(id for id, roles in rows if "team" in roles)


def _due(session: Session, one: Submission) -> frozenset[int]:
    """Who has to go on with a hand-over: the team of its case as it is now, and where the case has none, the team that brought it."""
    return _team(session, one.team_id if one.case.team_id is None else one.case.team_id)


def _holding(session: Session, role: str) -> frozenset[int]:
    rows = session.execute(select(Person.id, Person.roles).where(~Person.disabled))
    return frozenset(id for id, roles in rows if role in roles)


def _decider(session: Session, one: Submission) -> frozenset[int]:
    """The person who decided a hand-over; the system reads no notices."""
    found = session.get(Person, one.decided_by_id) if one.decided_by_id is not None else None
    return frozenset({found.id}) if found is not None and not found.disabled and found.login != people.SYSTEM else frozenset()


def _submission(session: Session, event: LedgerEvent) -> Submission:
    return session.execute(select(Submission).where(Submission.id == int(event.subject.partition(":")[2]))).scalar_one()


def _handed(event: LedgerEvent, kind: str, to: frozenset[int], one: Submission, text: str, place: str = "handover") -> Said:
    return Said(f"ledger:{event.seq}", kind, to, f"{one.case.case_no} {text}", place, one.receipt_no)


def _refused(session: Session, event: LedgerEvent) -> Said:
    one = _submission(session, event)
    count = session.execute(select(func.count()).where(Correction.submission_id == one.id)).scalar_one()
    return _handed(event, "refused", _due(session, one), one, f"移送 {one.receipt_no} 不予签收，修改意见 {count} 项")


def _partly(session: Session, event: LedgerEvent) -> Said | None:
    one, refused = _submission(session, event), event.detail.get("refused")
    if not refused:
        return None
    return _handed(event, "refused", _due(session, one), one, f"移送 {one.receipt_no} 部分签收，退回 {len(refused)} 件材料")


def _corrected(session: Session, event: LedgerEvent) -> Said | None:
    one = _submission(session, event)
    if one.again_of is None:
        return None
    text = f"退回的 {one.again_of.receipt_no} 已改正，重新移送为 {one.receipt_no}"
    return _handed(event, "corrected", _decider(session, one.again_of), one, text)


def _disputed(session: Session, event: LedgerEvent) -> Said:
    one = _submission(session, event)
    return _handed(event, "disputed", _holding(session, "director"), one, f"移送 {one.receipt_no} 的退回有争议，请作出决定", "ruling")


def _ruled(session: Session, event: LedgerEvent) -> Said:
    one = _submission(session, event)
    to = _due(session, one) | _decider(session, one)
    return _handed(event, "ruled", to, one, f"移送 {one.receipt_no} 的争议已由局长决定：{OUTCOMES[event.detail['outcome']]}")


def _returned(session: Session, event: LedgerEvent) -> Said:
    case = session.execute(select(Case).where(Case.id == event.case_id)).scalar_one()
    reasons: Sequence[str] = event.detail["reasons"]
    text = f"{case.case_no} 结案被{KEYS[event.detail['key']]}退回，理由 {len(reasons)} 项"
    return Said(f"ledger:{event.seq}", "returned", _team(session, case.team_id), text, "review", case.case_no)


def _asked_for(session: Session, event: LedgerEvent) -> Said | None:
    loan = session.get_one(Loan, int(event.subject.partition(":")[2]))
    if loan.state != "asked":
        return None
    to = _cleared(session, loan, _holding(session, "director"))
    return _lent(event, "loan_asked", to, loan, "待批准")


def _answered(session: Session, event: LedgerEvent) -> Said:
    loan = session.get_one(Loan, int(event.subject.partition(":")[2]))
    words = loanwatch.ANSWERS[event.action.rpartition(".")[2]]
    to = _cleared(session, loan, frozenset({loan.asked_by_id}))
    return _lent(event, "loan_decided", to, loan, words)


def _lent(event: LedgerEvent, kind: str, to: frozenset[int], loan: Loan, words: str) -> Said:
    text = f"{loan.case.case_no} 借阅 {loan.loan_no} {words}"
    return Said(f"ledger:{event.seq}", kind, to, text, "loan", loan.loan_no, loan.volume.kind == "sub")


def _cleared(session: Session, loan: Loan, to: frozenset[int]) -> frozenset[int]:
    """Of a loan of the 副卷 only those are told who may read it."""
    return to & _holding(session, "sub_reader") if loan.volume.kind == "sub" else to


_TELLERS: Mapping[str, Callable[[Session, LedgerEvent], Said | None]] = {
    "submission.refuse": _refused,
    "submission.sign": _partly,
    "submission.receive": _corrected,
    "submission.dispute": _disputed,
    "submission.rule": _ruled,
    "review.return": _returned,
    "loan.ask": _asked_for,
    "loan.approve": _answered,
    "loan.decline": _answered,
}
