"""The JSON door, /api, for paper: requests, approvals, counts and places come in; loans, slips, the register and where each volume stands go out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify

from dossier.desks import borrowing, loans, paper, register
from dossier.desks.borrowing import Wanted
from dossier.lifecycle import LOAN, LOAN_KINDS
from dossier.records.tables import VOLUME_KINDS
from dossier.web.answers import file_of
from dossier.web.describe import ANY, DAY, REASON, TEXT, TRUTH, WHOLE, WORD, asked, given, listed, maybe, number, obj, one_of, told, told_as
from dossier.web.guard import actor, doing, office

desk = Blueprint("api_loans", __name__, url_prefix="/api")
_COUNT = told_as(number(1, 100_000), "清点的张数，须与所列相符 sheets counted")
_PAGES = listed(number(1, 1_000_000), most=10_000)
_LATER = {**WORD, "minLength": 0}
_ROW = {
    "loan_no": TEXT, "case_no": TEXT, "volume": one_of(*VOLUME_KINDS), "whole": TRUTH, "kind": one_of(*LOAN_KINDS), "state": one_of(*LOAN.states),
    "state_name": TEXT, "borrower": TEXT, "unit": TEXT, "reason": TEXT, "until": DAY, "due": maybe(DAY), "left": maybe(WHOLE), "overdue": TRUTH,
    "provisional": TRUTH, "sheets": WHOLE, "missing": WHOLE, "ended_on": maybe(DAY), "copied": maybe(WHOLE), "received_by": TEXT, "place": TEXT,
}  # fmt: skip
_LOAN = obj(
    {**_ROW, "acts": listed(TEXT), "wanted": listed(ANY), "documents": listed(ANY), "out_of_house": listed(ANY), "terms": listed(ANY)}
)
_LOANS = obj({"loans": listed(obj(_ROW))})
_PAPER = obj(
    {
        "volumes": listed(
            obj(
                {
                    "volume": one_of(*VOLUME_KINDS),
                    "place": TEXT,
                    "sheets": WHOLE,
                    "out": WHOLE,
                    "documents": listed(ANY),
                    "loans": listed(ANY),
                }
            )
        )
    }
)
_WHICH = {
    "show": told_as({**one_of(*loans.SHOWN), "default": ""}, "空为待办 empty: what somebody has to do"),
    "case_no": told_as(WORD, "案号 case number"),
}
_PERIOD = {"from": told_as(DAY, "申请日自 asked for since"), "until": told_as(DAY, "申请日至 and up to")}
_COUNTS = dict.fromkeys(("asked", "out", "sheets", "overdue", "late", "on_time", "copied"), WHOLE)
_GROUPS = listed(obj({"key": listed(TEXT), **_COUNTS}))
_FIGURES = obj({"total": obj(_COUNTS), "by_team": _GROUPS, "by_kind": _GROUPS, "by_borrower": _GROUPS})
_ASK = obj(
    {"case_no": WORD, "kind": one_of(*LOAN_KINDS), "reason": REASON, "until": told_as(DAY, "约定归还日 agreed end")},
    {
        "volume": one_of(*VOLUME_KINDS),
        "documents": told_as(listed(number(1, 2**53 - 1), most=10_000), "材料 id；不给为整卷 none: the whole volume"),
        "borrower": _LATER,
        "unit": _LATER,
    },
)
_SAID = obj({}, {"reason": {**REASON, "minLength": 0}})
_COUNTED = obj({"count": _COUNT})
_COPIED = obj({"count": number(1, borrowing.MAX_COPIES), "received_by": WORD})
_EXTENDED = obj({"until": DAY, "reason": REASON})
_ENDED = obj({"on": DAY})
_BACK = obj(
    {"count": _COUNT},
    {"pages": told_as(_PAGES, "归还的页；不给为全部 these came back, else all"), "missing": told_as(_PAGES, "缺的页")},
)
_PLACE = obj({"volume": one_of(*VOLUME_KINDS), "room": WORD, "reason": REASON}, {"cabinet": _LATER, "box": _LATER})
_BACKS = obj({"volume": one_of(*VOLUME_KINDS), "pages": _PAGES}, {"apart": TRUTH})


def _became(loan_no: str) -> Any:
    return jsonify(loans.loan_json(office(), actor(), loan_no))


@desk.get("/loans")
@doing("loan.list")
@told("借阅列表，最先到期的在前", "Loans, what is due first comes first", _LOANS, query=_WHICH, errors=("case_unknown",))
def listing() -> Any:
    which = asked(_WHICH)
    return jsonify(loans=loans.listing(office(), actor(), which["show"], case_no=which["case_no"]))


@desk.post("/loans")
@doing("loan.ask")
@told(
    "申请借出、借阅或复制",
    "Ask for paper",
    _LOAN,
    status=201,
    body=_ASK,
    errors=(
        "case_unknown",
        "paper_none",
        "paper_not_here",
        "paper_kept_elsewhere",
        "document_unknown",
        "loan_until_bad",
        "text_bad",
        "reason_missing",
    ),
)
def ask() -> Any:
    said = given(_ASK)
    wanted = Wanted(
        case_no=said["case_no"],
        kind=said["kind"],
        reason=said["reason"],
        until=said["until"],
        volume=said["volume"] or "main",
        documents=said["documents"] or (),
        borrower=said["borrower"] or "",
        unit=said["unit"] or "",
    )
    return jsonify(loans.loan_json(office(), actor(), borrowing.ask(office(), actor(), wanted))), 201


@desk.get("/loans/figures")
@doing("loan.register")
@told("借阅统计", "Loans counted by team, kind and borrower", _FIGURES, query=_PERIOD, errors=("date_bad",))
def figures() -> Any:
    wanted = asked(_PERIOD)
    counts = register.counted(office(), actor(), wanted["from"], wanted["until"])
    return jsonify({name: counts[name] for name in _FIGURES["properties"]})


@desk.get("/loans/register.<any(xlsx, pdf, csv):kind>")
@doing("loan.register")
@told(
    "借阅登记簿",
    "The loan register",
    "application/octet-stream",
    query=_PERIOD,
    errors=("date_bad", "tool_missing", "export_failed"),
)
def register_file(kind: str) -> Any:
    wanted = asked(_PERIOD)
    return file_of(
        lambda folder: register.save_register(office(), actor(), kind, folder, wanted["from"], wanted["until"]), "application/octet-stream"
    )


@desk.get("/loans/<loan_no>/slip.pdf")
@doing("loan.read")
@told(
    "借阅单，供双方签名",
    "The slip of a loan, to print and sign",
    "application/pdf",
    errors=("loan_unknown", "tool_missing", "export_failed"),
)
def slip(loan_no: str) -> Any:
    return file_of(lambda folder: register.save_slip(office(), actor(), loan_no, folder), "application/pdf")


@desk.get("/loans/<loan_no>")
@doing("loan.read")
@told("一次借阅：张、期限、未还的页", "A loan", _LOAN)
def show(loan_no: str) -> Any:
    return _became(loan_no)


@desk.post("/loans/<loan_no>/<any(approve, decline):act>")
@doing("loan.approve")
@told(
    "局长批准或不予批准",
    "The director approves or declines",
    _LOAN,
    body=_SAID,
    errors=("own_loan", "reason_missing", "move_refused", "text_bad"),
)
def decide(loan_no: str, act: str) -> Any:
    borrowing.decide(office(), actor(), loan_no, act, given(_SAID)["reason"] or "")
    return _became(loan_no)


@desk.post("/loans/<loan_no>/withdraw")
@doing("loan.ask")
@told("撤回申请", "Take a request back", _LOAN, body=_SAID, errors=("move_refused", "text_bad"))
def withdraw(loan_no: str) -> Any:
    borrowing.withdraw(office(), actor(), loan_no, given(_SAID)["reason"] or "")
    return _became(loan_no)


@desk.post("/loans/<loan_no>/hand-out")
@doing("loan.lend")
@told(
    "发放，清点张数",
    "Hand the paper out",
    _LOAN,
    body=_COUNTED,
    errors=(
        "own_loan",
        "loan_kind_bad",
        "move_refused",
        "count_differs",
        "sheet_out",
        "paper_not_here",
        "paper_kept_elsewhere",
        "loan_empty",
    ),
)
def hand_out(loan_no: str) -> Any:
    borrowing.hand_out(office(), actor(), loan_no, given(_COUNTED)["count"])
    return _became(loan_no)


@desk.post("/loans/<loan_no>/copy")
@doing("loan.lend")
@told("登记复制", "Record copies", _LOAN, body=_COPIED, errors=("own_loan", "loan_kind_bad", "move_refused", "text_bad"))
def copy(loan_no: str) -> Any:
    wanted = given(_COPIED)
    borrowing.copy(office(), actor(), loan_no, wanted["count"], wanted["received_by"])
    return _became(loan_no)


@desk.post("/loans/<loan_no>/extend")
@doing("loan.extend")
@told(
    "延期",
    "Extend",
    _LOAN,
    body=_EXTENDED,
    errors=("own_loan", "move_refused", "loan_kind_bad", "loan_until_bad", "text_bad", "reason_missing"),
)
def extend(loan_no: str) -> Any:
    wanted = given(_EXTENDED)
    borrowing.extend(office(), actor(), loan_no, wanted["until"], wanted["reason"])
    return _became(loan_no)


@desk.post("/loans/<loan_no>/end")
@doing("loan.end")
@told("登记事由消失日", "The reason ended", _LOAN, body=_ENDED, errors=("move_refused", "loan_kind_bad", "date_bad"))
def end(loan_no: str) -> Any:
    borrowing.end_reason(office(), actor(), loan_no, given(_ENDED)["on"])
    return _became(loan_no)


@desk.post("/loans/<loan_no>/return")
@doing("loan.lend")
@told(
    "逐张清点归还",
    "Check sheets in",
    _LOAN,
    body=_BACK,
    errors=("own_loan", "move_refused", "count_differs", "paper_page_unknown", "loan_empty", "raced"),
)
def take_back(loan_no: str) -> Any:
    wanted = given(_BACK)
    borrowing.take_back(office(), actor(), loan_no, wanted["count"], pages=wanted["pages"], missing=wanted["missing"] or ())
    return _became(loan_no)


@desk.get("/cases/<case_no>/paper")
@doing("paper.read")
@told("纸质卷宗：存放位置、张、在外的张", "Where the paper is", _PAPER)
def papers(case_no: str) -> Any:
    return jsonify(volumes=loans.paper_json(office(), actor(), case_no))


@desk.post("/cases/<case_no>/paper")
@doing("paper.move")
@told("登记存放位置", "Write down where a volume stands", _PAPER, body=_PLACE, errors=("paper_none", "text_bad", "reason_missing"))
def move(case_no: str) -> Any:
    wanted = given(_PLACE)
    place = {name: wanted[name] or "" for name in ("room", "cabinet", "box", "reason")}
    paper.move(office(), actor(), case_no, wanted["volume"], **place)
    return jsonify(volumes=loans.paper_json(office(), actor(), case_no))


@desk.post("/cases/<case_no>/paper/backs")
@doing("paper.move")
@told("登记背面", "Which pages are backs", _PAPER, body=_BACKS, errors=("paper_none", "paper_page_unknown"))
def backs(case_no: str) -> Any:
    wanted = given(_BACKS)
    paper.backs(office(), actor(), case_no, wanted["volume"], wanted["pages"], apart=bool(wanted["apart"]))
    return jsonify(volumes=loans.paper_json(office(), actor(), case_no))
