"""The closing review's pages: a submission, keys and reasons come in; the waiting list, a case's review, its form and the samples go out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from dossier.desks import reviewform, reviewing, sampling
from dossier.desks.casefile import CLOSING_MODES
from dossier.desks.placing import KIND_NAMES
from dossier.errors import DossierError
from dossier.lifecycle import REVIEW
from dossier.web.answers import file_of, lead_back
from dossier.web.guard import actor, day_of, doing, number_asked, office
from dossier.web.language import say
from dossier.web.words import SEVERITIES

desk = Blueprint("reviews", __name__)
STATES = {"open": "未审结", **{state: REVIEW.names[state] for state in REVIEW.states if state != REVIEW.start}}
_STATED = ("closing_amount", "waived_amount", "paid_amount", "closing_reason")


def _page() -> int:
    return number_asked("page", 1)


def _lines(name: str) -> list[str]:
    """The lines of a field, without empty ones."""
    return [line.strip() for line in request.form.get(name, "").splitlines() if line.strip()]


@desk.get("/reviews")
@doing("review.list")
def listing() -> Any:
    state = request.args.get("state", "open")
    state = state if state in STATES else "open"
    found = reviewing.listing(office(), actor(), state, _page())
    return render_template("reviews/listing.html", found=found, state=state, states=STATES, keys=reviewing.KEYS)


@desk.get("/cases/<case_no>/review")
@doing("review.read")
def show(case_no: str) -> Any:
    told = reviewing.case_review(office(), actor(), case_no)
    running = next((one for one in told["reviews"] if one["state"] in reviewing.OPEN), None)
    return render_template(
        "reviews/show.html",
        told=told,
        case=told["case"],
        running=running,
        past=[one for one in told["reviews"] if one is not running],
        may=told["may"],
        keys=reviewing.KEYS,
        modes=CLOSING_MODES,
        severities=SEVERITIES,
    )


def _back(case_no: str) -> str:
    return url_for("reviews.show", case_no=case_no)


@desk.post("/cases/<case_no>/review/submit")
@doing("review.submit")
def submit(case_no: str) -> Any:
    form = request.form
    stated = {name: form.get(name, "") for name in _STATED}
    return lead_back(
        _back(case_no),
        say("已报结，等待审核。"),
        lambda: reviewing.submit(office(), actor(), case_no, form.get("mode", ""), day_of("day"), stated),
    )


@desk.post("/cases/<case_no>/review/withdraw")
@doing("review.submit")
def withdraw(case_no: str) -> Any:
    return lead_back(
        _back(case_no), say("已撤回报结。"), lambda: reviewing.withdraw(office(), actor(), case_no, request.form.get("reason", ""))
    )


@desk.post("/cases/<case_no>/review/pass")
@doing("review.turn")
def turn(case_no: str) -> Any:
    key, note, why = (request.form.get(name, "") for name in ("key", "note", "raise"))
    done = say("%(key)s已通过。", key=say(reviewing.KEYS.get(key, key)))
    return lead_back(_back(case_no), done, lambda: reviewing.approve(office(), actor(), case_no, key, note, why))


@desk.post("/cases/<case_no>/review/return")
@doing("review.turn")
def give_back(case_no: str) -> Any:
    key, reasons = request.form.get("key", ""), _lines("reason")
    return lead_back(_back(case_no), say("已退回办案团队。"), lambda: reviewing.send_back(office(), actor(), case_no, key, reasons))


@desk.get("/cases/<case_no>/review-form")
@doing("case.check")
def form(case_no: str) -> Any:
    told = reviewform.form(office(), actor(), case_no)
    return render_template("reviews/form.html", told=told, case=told["case"], volumes=KIND_NAMES, standings=reviewform.STANDINGS)


@desk.get("/cases/<case_no>/review-form.pdf")
@doing("case.check")
def form_pdf(case_no: str) -> Any:
    told = reviewform.form(office(), actor(), case_no)
    return file_of(lambda folder: reviewform.save(office(), told, KIND_NAMES, folder))


@desk.get("/samples")
@doing("sample.read")
def samples() -> Any:
    found = sampling.samples(office(), actor(), _page())
    today = office().today()
    return render_template("reviews/samples.html", found=found, modes=CLOSING_MODES, today=today, since=today.replace(day=1))


@desk.post("/samples")
@doing("sample.draw")
def draw() -> Any:
    return lead_back(url_for(".samples"), say("已抽样。"), lambda: sampling.draw(office(), actor(), _wanted()))


def _wanted() -> sampling.Wanted:
    form = request.form
    size = form.get("size", "")
    if not (size.isascii() and size.isdigit()):
        raise DossierError("sample_bad", what="件数应为整数", what_en="its size is a whole number")
    first, last, team = day_of("from"), day_of("until"), form.get("team", "").strip()
    return sampling.Wanted(form.get("seed", ""), int(size[:9]), first, last, form.get("mode") or None, team or None)


@desk.get("/samples/<int:number>")
@doing("sample.read")
def sample(number: int) -> Any:
    told = sampling.sample_json(office(), actor(), number)
    return render_template("reviews/sample.html", told=told)


@desk.post("/samples/<int:number>/<int:position>/score")
@doing("sample.score")
def score(number: int, position: int) -> Any:
    back = url_for(".sample", number=number, _anchor=f"dossier-{position}")
    remark = request.form.get("remark", "")
    return lead_back(back, say("评分已登记。"), lambda: sampling.score(office(), actor(), number, position, _deductions(), remark))


def _deductions() -> list[tuple[str, int]]:
    """One a line: what it is for, and its points at the end."""
    found: list[tuple[str, int]] = []
    for line in _lines("deductions"):
        what, _, points = line.replace("　", " ").replace("，", " ").replace("分", " ").strip().rpartition(" ")
        if not (points.isascii() and points.isdigit() and len(points) < 4):
            raise DossierError(
                "score_bad", what="每行一项：事由，空格，分值", what_en="one item a line: what it is for, a blank, its points"
            )
        found.append((what, int(points)))
    return found
