"""A house in which every page has something to show: a house with papers comes in, what the pages' addresses name goes out."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from sqlalchemy import select

from dossier import people
from dossier.demo.papers import second
from dossier.desks import announcing, borrowing, cases, receiving, reviewing, sampling
from dossier.records.tables import Document, Page
from dossier.worker import Worker
from tests.support.office import CASE, CASE_NO, PASSWORD, TEAM, operator_of
from tests.support.web import House, give

CLOSING = "（2026）豫9924执119号"


def furnish(house: House) -> dict[str, Any]:
    """What the addresses of looks.PAGES name; a loan, a review, a dispute and a sample are made first."""
    office, operator = house.office, operator_of(house.office)
    for login, role in (("keeper", "system_admin"), ("auditor", "auditor"), ("substance", "reviewer")):
        people.add(office, operator, login=login, display=login, roles=[role], team=None, password=PASSWORD, must_change=False)
    closed = [CASE | {"case_no": f"（2026）豫9924执{n}号", "closed_on": "2026-08-20", "closing_mode": "执行完毕"} for n in range(200, 203)]
    cases.import_cases(office, operator, json.dumps([CASE | {"case_no": CLOSING}, *closed], ensure_ascii=False).encode())
    stated = {"closing_amount": "204650", "paid_amount": "204650", "waived_amount": "0", "closing_reason": "履行完毕"}
    reviewing.submit(office, people.acting_as(office, "team1"), CLOSING, "执行完毕", office.today(), stated)
    wanted = sampling.Wanted("0901-7", 2, office.today() - timedelta(days=30), office.today(), team=TEAM)
    sampling.draw(office, people.acting_as(office, "director"), wanted)
    with office.db.read() as session:
        document, page = session.execute(
            select(Document.id, Page.id).join(Page, Page.document_id == Document.id).where(Document.state == "placed").order_by(Page.id)
        ).first() or (0, 0)
    disputed = give(office, house.folder / "disputed", (second.STRAY_NOTICE,))
    Worker(office).run(until_idle=True)
    receiving.dispute(office, people.acting_as(office, "team1"), disputed, "本件系并案执行材料，不是他案材料")
    borrow = borrowing.Wanted(CASE_NO, "reading", "核对送达日期", office.today() + timedelta(days=3), documents=[document])
    loan = borrowing.ask(office, people.acting_as(office, "team1"), borrow)
    paper = announcing.Wanted(CASE_NO, "送达回证原件", 3, office.today() + timedelta(days=2), house.signed)
    known = {
        "announced": announcing.announce(office, people.acting_as(office, "team1"), paper),
        "signed": house.signed,
        "refused": house.refused,
        "waiting": house.waiting,
        "disputed": disputed,
        "loan": loan,
        "page": page,
        "document": document,
    }
    return {**known, "case": quote(CASE_NO), "closing": quote(CLOSING)}
