"""The notices' pages and their JSON door: a person comes in; their notices, and for administrators what went out, go out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for

from dossier import people
from dossier.desks import delivering, notices
from dossier.office import Office
from dossier.web import guard
from dossier.web.answers import lead_back
from dossier.web.describe import LARGEST, TEXT, TRUTH, WHOLE, asked, given, listed, maybe, number, obj, one_of, told
from dossier.web.guard import actor, doing, number_asked, office
from dossier.web.language import say

desk = Blueprint("notices", __name__)
_NOTICE = obj({"id": WHOLE, "kind": TEXT, "kind_name": TEXT, "at": TEXT, "text": TEXT, "place": TEXT, "subject": TEXT, "read": TRUTH})
_PAGED = {"total": WHOLE, "page": WHOLE, "last": WHOLE}
_PAGE = {"page": number(1, 100_000, 1)}
_LIST = {"all": {**TRUTH, "default": False}, **_PAGE}
_TICK = obj({}, {"ids": listed(number(1, LARGEST), most=1000)})
_DELIVERY = obj({"id": WHOLE, "channel": TEXT, "target": TEXT, "kind": TEXT, "state": TEXT, "tries": WHOLE, "error": maybe(TEXT)})
_DELIVERIES = {"state": one_of("", *delivering.STATES), **_PAGE}


def bell(of: Office) -> Any:
    """How many notices are unread, for the bell of every page; asked of the records once a request, and only when a page is drawn."""

    def count() -> int:
        who = guard.current()
        if "bell" not in g:
            g.bell = notices.unread(of, who) if who is not None and not g.first else 0
        return int(g.bell)

    return count


def _page() -> int:
    return number_asked("page", 1)


@desk.get("/notices")
@doing("notice.own")
def listing() -> Any:
    all_of = request.args.get("all") == "1"
    found = notices.listing(office(), actor(), all_of=all_of, page=_page())
    return render_template("notices/listing.html", found=found, all_of=all_of, own=not actor().stands_for)


@desk.get("/notices/<int:number>")
@doing("notice.own")
def follow(number: int) -> Any:
    """Leads to the page that shows what a notice tells, and ticks it off."""
    one = notices.opened(office(), actor(), number)
    ways = {
        "handover": lambda: url_for("handovers.show", receipt_no=one["subject"]),
        "ruling": lambda: url_for("workbench.ruling", receipt_no=one["subject"]),
        "review": lambda: url_for("reviews.show", case_no=one["subject"]),
        "announcement": lambda: url_for("announcing.show", number=one["subject"]),
        "loan": lambda: url_for("borrowing.show", loan_no=one["subject"]),
        "overdue": lambda: url_for("figures.show", what="overdue", team=one["subject"]),
    }
    return redirect(ways[one["place"]](), 303)


@desk.post("/notices/read")
@doing("notice.own")
def tick() -> Any:
    flash(say("已标为已读：%(n)d 条。", n=notices.tick(office(), actor())), "good")
    return redirect(url_for(".listing"), 303)


@desk.post("/account/mail")
@doing("notice.own")
def mail() -> Any:
    address = request.form.get("mail", "")
    done = say("邮箱已保存。") if address.strip() else say("不再发送邮件。")
    return lead_back(url_for(".listing"), done, lambda: people.set_mail(office(), actor(), actor().login, address))


@desk.get("/deliveries")
@doing("delivery.read")
def deliveries() -> Any:
    state = request.args.get("state", "")
    found = delivering.deliveries(office(), actor(), state, _page())
    return render_template("notices/deliveries.html", found=found, state=state, states={"": "全部", **delivering.STATES})


@desk.post("/deliveries/retry")
@doing("delivery.retry")
def retry() -> Any:
    flash(say("重新送出 %(n)d 件。", n=delivering.retry(office(), actor())), "good")
    return redirect(url_for(".deliveries"), 303)


@desk.get("/api/notices")
@doing("notice.own")
@told("本人的消息", "One's notices", obj({**_PAGED, "rows": listed(_NOTICE)}), query=_LIST)
def listing_json() -> Any:
    wanted = asked(_LIST)
    return jsonify(notices.listing(office(), actor(), all_of=wanted["all"], page=wanted["page"]))


@desk.post("/api/notices/read")
@doing("notice.own")
@told("标为已读", "Mark notices as read", obj({"read": WHOLE}), body=_TICK)
def tick_json() -> Any:
    return jsonify(read=notices.tick(office(), actor(), given(_TICK)["ids"]))


@desk.get("/api/deliveries")
@doing("delivery.read")
@told("邮件和推送的送出情况", "What went out", obj({**_PAGED, "rows": listed(_DELIVERY)}), query=_DELIVERIES)
def deliveries_json() -> Any:
    wanted = asked(_DELIVERIES)
    return jsonify(delivering.deliveries(office(), actor(), wanted["state"] or "", wanted["page"]))


@desk.post("/api/deliveries/retry")
@doing("delivery.retry")
@told("未送达的再试一遍", "Try again what was given up", obj({"retried": WHOLE}))
def retry_json() -> Any:
    return jsonify(retried=delivering.retry(office(), actor()))
