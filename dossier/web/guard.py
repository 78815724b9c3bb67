"""Who is asking: a session cookie comes in, an actor goes out; each route declares what it does, and that is checked before it runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import current_app, g, redirect, request, session, url_for

from dossier import access, people
from dossier.access import Actor
from dossier.desks.casefile import plausible
from dossier.errors import DossierError
from dossier.office import Office
from dossier.people import Standing
from dossier.web import language

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
# What is not there and what may not be seen look the same, or case numbers could be tried out.
HIDDEN = (
    frozenset({"case.read", "case.check", "case.event", "case.waive", "submission.read", "page.read"})
    | frozenset(f"submission.{act}" for act in ("decide", "sort", "take_back", "transfer", "dispute", "rule"))
    | frozenset({"review.read", "review.submit", "review.turn"})
)
HIDDEN |= {"loan.read", "loan.ask", "loan.approve", "loan.lend", "loan.extend", "loan.end", "paper.read", "paper.move"}
HIDDEN |= {"announcement.read", "announcement.arrive", "announcement.withdraw"}
UNSEEN = frozenset(
    {"not_allowed", "case_unknown", "submission_unknown", "announcement_unknown", "page_unknown", "loan_unknown", "user_unknown"}
)
# What must be done before anything else → where; reached meanwhile: that page, and the way out.
FIRST = {"second_factor": "factor.ask", "must_change": "people.password", "enrol_factor": "factor.enrol", "agreement": "agreements.own"}
WAY_OUT = frozenset({"people.sign_out"})
BESIDE = {"agreement": frozenset({"agreements.confirm", "api_account.agreement", "api_account.agree"})}
# Asked by the page itself, not by the person in front of it: these do not keep a session awake.
ASKED_BY_PAGES = frozenset({"api.progress"})
# Beyond it nothing is numbered, and fifty times as many still fit a database.
MOST_ASKED = 10**15
SEEN_EVERY = timedelta(minutes=1)


def office() -> Office:
    """The open office of this application."""
    return cast(Office, current_app.extensions["office"])


def actor() -> Actor:
    """Who is signed in. Raises DossierError signed_out."""
    found = current()
    if found is None:
        raise DossierError("signed_out")
    return found


def current() -> Actor | None:
    """Who is signed in, or None; asked of the records once a request, so that an ended session ends at once."""
    if "actor" not in g:
        secret = bearer()
        standing = _resume() if secret is None else people.bearer(office(), secret)
        g.actor, g.first = (standing.actor, standing.first) if standing else (None, None)
    return cast("Actor | None", g.actor)


def bearer() -> str | None:
    """The token that this request carries; then its cookie does not count, and no other site can have sent it."""
    sent = request.authorization
    return sent.token or "" if sent is not None and sent.type == "bearer" else None


def arrive() -> None:
    """Called when a request comes in, before its body: a long upload does not outlive the session that began it."""
    g.pop("actor", None)
    if request.endpoint != "static":
        current()


def _resume() -> Standing | None:
    login, stamp, started, seen = (session.get(key) for key in ("login", "stamp", "started", "seen"))
    if not (isinstance(login, str) and isinstance(stamp, int) and isinstance(started, int) and isinstance(seen, int)):
        return None
    now, settings = office().clock.now(), office().settings
    age, idle = (now - datetime.fromtimestamp(moment, UTC) for moment in (started, seen))
    if not timedelta(0) <= age < timedelta(hours=settings.session_hours) or idle >= timedelta(minutes=settings.idle_minutes):
        return None
    if idle >= SEEN_EVERY and request.endpoint not in ASKED_BY_PAGES:
        session["seen"] = int(now.timestamp())
    return people.resume(
        office(), login, stamp, session.get("acting_for"), proved=session.get("factor") is True, vouched=session.get("sso") is True
    )


def begin(login: str, stamp: int) -> None:
    """A new session for this person; nothing of an earlier one stays."""
    # The choice that this person made once comes before one made at this sign-in page.
    chosen = people.language_of(office(), login) or session.get("language", language.CHINESE)
    session.clear()
    language.speak(chosen)
    now = int(office().clock.now().timestamp())
    session.update(login=login, stamp=stamp, started=now, seen=now)
    g.pop("actor", None)


def begin_again(stamp: int) -> None:
    """The session goes on after its person ended all others."""
    session["stamp"] = stamp
    go_on()


def go_on() -> None:
    """The session knows more about its person than a moment ago: ask again."""
    g.pop("actor", None)


def safe_next(target: str) -> str:
    """Only a place on this site."""
    return target if target.startswith("/") and not target.startswith(("//", "/\\")) else "/"


def day_of(name: str) -> date:
    """A day of the form. Raises date_bad."""
    return _day(request.form.get(name, "").strip())


def day_asked(name: str) -> date | None:
    """A day of the query, if one was asked for. Raises date_bad."""
    text = request.args.get(name, "").strip()
    return _day(text) if text else None


def _day(text: str) -> date:
    try:
        return plausible(date.fromisoformat(text))
    except ValueError:
        raise DossierError("date_bad", value=text[:40]) from None


def number_asked(name: str, default: int) -> int:
    """A number of the query from 1 to MOST_ASKED; default when it is none."""
    return min(max(1, request.args.get(name, default, type=int)), MOST_ASKED)


def wants_json() -> bool:
    """True when the answer goes to a program."""
    if request.path.startswith("/api/") or bearer() is not None:
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def in_place() -> bool:
    """True when the answer goes into a page that stays: of it, only what changes is told."""
    return request.headers.get("HX-Request") == "true"


def public(view: View) -> View:
    """A route that needs no sign-in."""
    view.action = PUBLIC  # type: ignore[attr-defined]
    return view


def doing(action: str) -> Callable[[View], View]:
    """A route that does `action` (a key of access.ACTIONS): somebody must be signed in who could do it somewhere; the desk decides about the thing itself."""
    if action not in access.ACTIONS:
        raise KeyError(action)

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **values: Any) -> Any:
            who = actor()
            if g.first and request.endpoint not in {FIRST[g.first], *WAY_OUT, *BESIDE.get(g.first, ())}:
                if wants_json() or in_place():
                    raise DossierError(g.first)
                if request.method == "GET" and request.endpoint not in FIRST.values():
                    session["next"] = request.full_path.rstrip("?")
                return redirect(url_for(FIRST[g.first]), 303)
            try:
                if not access.could(who, action):
                    raise DossierError("not_allowed")
                return view(*args, **values)
            except DossierError as error:
                if action in HIDDEN and error.code in UNSEEN:
                    raise DossierError("not_found") from None
                raise

        guarded.action = action  # type: ignore[attr-defined]
        return cast(View, guarded)

    return mark


def could(action: str) -> bool:
    """Whether the page should show the way to this action."""
    who = current()
    return who is not None and access.could(who, action)
