"""Who is asking: a session cookie comes in, an actor goes out; each route declares what it does, and that is checked before it runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import current_app, g, redirect, request, session, url_for

from dossier import access, people
from dossier.access import Actor
from dossier.errors import DossierError
from dossier.office import Office

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
# What is not there and what may not be seen look the same, or case numbers could be tried out.
HIDDEN = frozenset({"case.read", "case.check", "case.event", "case.waive", "submission.read", "page.read"}) | frozenset(
    f"submission.{act}" for act in ("decide", "retype", "dispute", "rule")
)
UNSEEN = frozenset({"not_allowed", "case_unknown", "submission_unknown", "page_unknown"})
# Reached while the password still has to be changed.
ALWAYS_OPEN = frozenset({"people.password", "people.sign_out"})


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
        g.actor, g.must_change = _resume()
    return cast("Actor | None", g.actor)


def _resume() -> tuple[Actor | None, bool]:
    login, stamp, started = session.get("login"), session.get("stamp"), session.get("started")
    if not isinstance(login, str) or not isinstance(stamp, int) or not isinstance(started, int):
        return None, False
    age = office().clock.now() - datetime.fromtimestamp(started, UTC)
    if not timedelta(0) <= age < timedelta(hours=office().settings.session_hours):
        return None, False
    return people.resume(office(), login, stamp) or (None, False)


def begin(login: str, stamp: int) -> None:
    """A new session for this person; nothing of an earlier one stays."""
    session.clear()
    session.update(login=login, stamp=stamp, started=int(office().clock.now().timestamp()))
    g.pop("actor", None)


def wants_json() -> bool:
    """True when the answer goes to a program."""
    if request.path.startswith("/api/"):
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


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
            if g.must_change and request.endpoint not in ALWAYS_OPEN:
                if wants_json():
                    raise DossierError("must_change")
                return redirect(url_for("people.password"), 303)
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
