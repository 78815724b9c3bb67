"""The borrowing pages: requests, approvals, counts and check-ins come in; the list by due day, a loan, its slip, the register and the paper's place go out."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from dossier.desks import borrowing, closing, loans, paper, register
from dossier.desks.borrowing import Wanted
from dossier.desks.placing import KIND_NAMES
from dossier.errors import DossierError
from dossier.lifecycle import LOAN_KINDS
from dossier.web.answers import file_of, lead_back
from dossier.web.figures import bars
from dossier.web.guard import actor, could, day_asked, day_of, doing, office
from dossier.web.language import say

desk = Blueprint("borrowing", __name__)
# What is done stays on the list for good: the page shows the newest, the register has all.
_LONG, _MOST = ("done", "all"), 300
_BARS = (("overdue", "超期未还", "bad"), ("late", "超期归还", "near"), ("on_time", "按期归还", "calm"))


def _given(name: str) -> str:
    return request.form.get(name, "").strip()


def _several(name: str) -> list[int]:
    """A field that may stand several times, as whole numbers. Raises bad_request."""
    try:
        return [int(value) for value in request.form.getlist(name)]
    except ValueError:
        raise DossierError("bad_request", what=name) from None


def _number(name: str) -> int:
    try:
        return int(_given(name))
    except ValueError:
        raise DossierError("bad_request", what="张数" if name == "count" else name, what_en=name) from None


@desk.get("/loans")
@doing("loan.list")
def listing() -> Any:
    words = request.args.get("q", "").strip()
    if words.upper().startswith("JY"):
        return redirect(url_for(".show", loan_no=words.upper()), 303)
    show = request.args.get("show", "")
    rows = loans.listing(office(), actor(), show if show in loans.SHOWN else "", most=_MOST if show in _LONG else None)
    kept = [
        row
        for row in rows
        if all(word in " ".join((row["case_no"], row["borrower"], row["unit"], row["loan_no"])) for word in words.split())
    ]
    counts = {"overdue": sum(row["overdue"] and row["missing"] > 0 for row in rows), "sheets": sum(row["missing"] for row in rows)}
    return render_template("borrowing/listing.html", rows=kept, show=show, shown=loans.SHOWN, q=words, counts=counts)


@desk.get("/loans/new")
@doing("loan.ask")
def new() -> Any:
    case_no = request.args.get("case", "").strip()
    volumes = loans.paper_json(office(), actor(), case_no) if case_no else []
    chosen = next((one for one in volumes if one["volume"] == request.args.get("volume", "main")), volumes[0] if volumes else None)
    told = {"case_no": case_no, "volumes": volumes, "volume": chosen, "kinds": LOAN_KINDS, "today": office().today()}
    return render_template("borrowing/new.html", key=secrets.token_urlsafe(16), **told)


@desk.post("/loans")
@doing("loan.ask")
def ask() -> Any:
    wanted = Wanted(
        case_no=_given("case_no"),
        kind=_given("kind"),
        reason=_given("reason"),
        until=day_of("until"),
        volume=_given("volume") or "main",
        documents=() if _given("whole") else _several("document"),
        borrower=_given("borrower"),
        unit=_given("unit"),
    )
    if not _given("whole") and not wanted.documents:
        raise DossierError("loan_empty")
    number = borrowing.ask(office(), actor(), wanted, key=_given("key"))
    flash(say("已登记 %(number)s。", number=number), "good")
    return redirect(url_for(".show", loan_no=number), 303)


@desk.get("/loans/<loan_no>")
@doing("loan.read")
def show(loan_no: str) -> Any:
    view = loans.loan_json(office(), actor(), loan_no)
    acts = set(view["acts"])
    lend = could("loan.lend") and not view["own"]
    may = {
        "approve": "approve" in acts and could("loan.approve") and not view["own"],
        "hand_out": "hand_out" in acts and lend,
        "copies": "copy" in acts and lend,
        "return": "return" in acts and lend,
        "extend": "extend" in acts and could("loan.extend") and not view["own"],
        "end": "end_reason" in acts and could("loan.end"),
        "withdraw": "withdraw" in acts and could("loan.ask"),
    }
    handed = sum(one["sheets"] for one in view["wanted"])
    return render_template(
        "borrowing/show.html", view=view, may=may, listed=handed, away=sum(one["away"] for one in view["wanted"]), today=office().today()
    )


def _loan(loan_no: str) -> str:
    return url_for("borrowing.show", loan_no=loan_no)


def _papers(case_no: str) -> str:
    return url_for("borrowing.papers", case_no=case_no)


@desk.post("/loans/<loan_no>/<any(approve, decline):act>")
@doing("loan.approve")
def decide(loan_no: str, act: str) -> Any:
    done = say("已批准。") if act == "approve" else say("未予批准，理由已记录。")
    return lead_back(_loan(loan_no), done, lambda: borrowing.decide(office(), actor(), loan_no, act, _given("reason")))


@desk.post("/loans/<loan_no>/withdraw")
@doing("loan.ask")
def withdraw(loan_no: str) -> Any:
    return lead_back(_loan(loan_no), say("已撤回。"), lambda: borrowing.withdraw(office(), actor(), loan_no, _given("reason")))


@desk.post("/loans/<loan_no>/hand-out")
@doing("loan.lend")
def hand_out(loan_no: str) -> Any:
    return lead_back(
        _loan(loan_no), say("已发放，请双方在借阅单上签名。"), lambda: borrowing.hand_out(office(), actor(), loan_no, _number("count"))
    )


@desk.post("/loans/<loan_no>/copy")
@doing("loan.lend")
def copy(loan_no: str) -> Any:
    return lead_back(
        _loan(loan_no), say("复制已登记。"), lambda: borrowing.copy(office(), actor(), loan_no, _number("count"), _given("received_by"))
    )


@desk.post("/loans/<loan_no>/extend")
@doing("loan.extend")
def extend(loan_no: str) -> Any:
    return lead_back(
        _loan(loan_no), say("已延期。"), lambda: borrowing.extend(office(), actor(), loan_no, day_of("until"), _given("reason"))
    )


@desk.post("/loans/<loan_no>/end")
@doing("loan.end")
def end(loan_no: str) -> Any:
    return lead_back(
        _loan(loan_no),
        say("事由消失日已登记，归还期限已重新计算。"),
        lambda: borrowing.end_reason(office(), actor(), loan_no, day_of("on")),
    )


@desk.post("/loans/<loan_no>/return")
@doing("loan.lend")
def take_back(loan_no: str) -> Any:
    """document: all sheets of these documents came back; page: these sheets did."""

    def deed() -> None:
        view = loans.loan_json(office(), actor(), loan_no)
        whole = set(_several("document"))
        pages = set(_several("page")) | {
            sheet["page"]
            for one in view["documents"]
            if one["document"] in whole
            for sheet in one["sheets"]
            if sheet["returned_at"] is None
        }
        borrowing.take_back(office(), actor(), loan_no, _number("count"), pages=sorted(pages))

    return lead_back(_loan(loan_no), say("已清点入库。没有归还的页列在下面，全部归还后本次借阅才办结。"), deed)


@desk.get("/loans/<loan_no>/slip.pdf")
@doing("loan.read")
def slip(loan_no: str) -> Any:
    return file_of(lambda folder: register.save_slip(office(), actor(), loan_no, folder))


@desk.get("/loans/figures")
@doing("loan.register")
def figures() -> Any:
    first, last = day_asked("from"), day_asked("until")
    told = register.counted(office(), actor(), first, last)
    chosen = {name: request.args[name] for name in ("from", "until") if request.args.get(name)}
    return render_template(
        "borrowing/figures.html", told=told, bars=bars(told["by_team"], _BARS), legend=_BARS, first=first, last=last, chosen=chosen
    )


@desk.get("/loans/register.<any(xlsx, pdf, csv):kind>")
@doing("loan.register")
def register_file(kind: str) -> Any:
    first, last = day_asked("from"), day_asked("until")
    return file_of(lambda folder: register.save_register(office(), actor(), kind, folder, first, last))


@desk.get("/cases/<case_no>/paper")
@doing("paper.read")
def papers(case_no: str) -> Any:
    volumes: Sequence[dict[str, Any]] = loans.paper_json(office(), actor(), case_no)
    return render_template("borrowing/paper.html", case_no=case_no, volumes=volumes, names=KIND_NAMES, gates=closing.GATES)


@desk.post("/cases/<case_no>/paper")
@doing("paper.move")
def move(case_no: str) -> Any:
    place = {name: _given(name) for name in ("room", "cabinet", "box", "reason")}
    return lead_back(_papers(case_no), say("存放位置已登记。"), lambda: paper.move(office(), actor(), case_no, _given("volume"), **place))


@desk.post("/cases/<case_no>/paper/backs")
@doing("paper.move")
def backs(case_no: str) -> Any:
    def deed() -> None:
        pages = paper.page_numbers(_given("pages"))
        paper.backs(office(), actor(), case_no, _given("volume"), pages, apart=_given("apart") == "1")

    return lead_back(_papers(case_no), say("张数已更正。"), deed)
