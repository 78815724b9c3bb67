"""Putting a hand-over in order: one act and its form come in from the page, the way back to the hand-over goes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO, cast

from flask import Blueprint, request, url_for

from dossier.desks import moving, rescanning, sorting, viewing
from dossier.desks.uploads import Upload
from dossier.errors import DossierError
from dossier.web.answers import lead_back
from dossier.web.guard import actor, doing, office
from dossier.web.language import say

desk = Blueprint("sorting", __name__)


def _number(name: str) -> int:
    """Raises DossierError bad_request."""
    found = _optional(name)
    if found is None:
        raise DossierError("bad_request", what=name)
    return found


def _optional(name: str) -> int | None:
    value = request.form.get(name)
    if not value:
        return None
    try:
        return int(value)
    except ValueError:
        raise DossierError("bad_request", what=name) from None


def _text(name: str) -> str:
    return request.form.get(name, "")


def _seen() -> str | None:
    """How the page showed the hand-over."""
    return _text("seen") or None


def _order() -> list[int]:
    try:
        return [int(value) for value in request.form.get("pages", "").split()]
    except ValueError:
        raise DossierError("bad_request", what="pages") from None


def _type() -> str:
    """A type as chosen from the list (名称 · id), or its id alone."""
    return _text("type").rpartition("·")[2].strip()


# What each act needs of its form; the desk decides the rest.
ACTS: dict[str, Callable[[str], Any]] = {
    "split": lambda receipt: sorting.split(office(), actor(), receipt, _number("document"), _number("at"), seen=_seen()),
    "merge": lambda receipt: sorting.merge(office(), actor(), receipt, _number("document"), _number("into"), seen=_seen()),
    "move": lambda receipt: sorting.move(office(), actor(), receipt, _number("page"), _optional("to"), _optional("at"), seen=_seen()),
    "order": lambda receipt: sorting.order(office(), actor(), receipt, _number("document"), _order(), seen=_seen()),
    "turn": lambda receipt: sorting.turn(office(), actor(), receipt, _number("page"), _number("by"), seen=_seen()),
    "retype": lambda receipt: sorting.retype(office(), actor(), receipt, _number("document"), _type(), seen=_seen()),
    "set_aside": lambda receipt: sorting.set_aside(office(), actor(), receipt, _number("document"), _text("reason"), seen=_seen()),
    "take_up": lambda receipt: sorting.take_up(office(), actor(), receipt, _number("document"), seen=_seen()),
    "undo": lambda receipt: sorting.undo(office(), actor(), receipt, seen=_seen()),
}


def _answer(receipt_no: str, done: str, deed: Callable[[], object]) -> Any:
    """Does one act; leads back to where the person was, or answers with the hand-over as it is now."""
    # A document that was merged is where the other one is.
    at = f"document-{request.form['into']}" if request.form.get("into", "").isdigit() else request.form.get("anchor", "")
    back = url_for("handovers.show", receipt_no=receipt_no, _anchor=at if at.startswith("document-") else None)
    return lead_back(back, done, deed, lambda: viewing.submission_json(office(), actor(), receipt_no))


@desk.post("/hand-overs/<receipt_no>/sort/<verb>")
@doing("submission.sort")
def sort(receipt_no: str, verb: str) -> Any:
    if verb not in ACTS:
        raise DossierError("not_found")
    done = say("已撤销上一步。") if verb == "undo" else say("已%(verb)s；可撤销（Z）。", verb=say(sorting.VERBS[verb]))
    return _answer(receipt_no, done, lambda: ACTS[verb](receipt_no))


@desk.post("/hand-overs/<receipt_no>/rescan")
@doing("submission.sort")
def rescan(receipt_no: str) -> Any:
    file = request.files.get("scan")
    if file is None or not file.filename:
        raise DossierError("no_files")
    upload = Upload(file.filename, lambda: cast(BinaryIO, file.stream))
    page = _number("page")
    done = say("已收到重扫的页，正在识别；旧页保留在后。")
    return _answer(receipt_no, done, lambda: rescanning.rescan(office(), actor(), receipt_no, page, upload))


@desk.post("/hand-overs/<receipt_no>/take-back")
@doing("submission.take_back")
def take_back(receipt_no: str) -> Any:
    done = say("签收已撤回，恢复为待审核。")
    return _answer(receipt_no, done, lambda: moving.take_back(office(), actor(), receipt_no, _text("reason"), seen=_seen()))


@desk.post("/hand-overs/<receipt_no>/transfer")
@doing("submission.transfer")
def transfer(receipt_no: str) -> Any:
    case_no = _text("case_no").strip().replace("(", "（").replace(")", "）")
    number, reason = _number("document"), _text("reason")
    return _answer(
        receipt_no,
        say("已移至 %(case)s。", case=case_no),
        lambda: moving.transfer(office(), actor(), receipt_no, number, case_no, reason, seen=_seen()),
    )
