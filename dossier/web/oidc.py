"""Signing in through the court's own identity service (OpenID Connect): a browser that comes back from it comes in, a session goes out."""

from __future__ import annotations

from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, Flask, current_app, redirect, request, session, url_for
from joserfc.errors import JoseError
from requests import RequestException

from dossier import people
from dossier.errors import DossierError
from dossier.settings import Settings
from dossier.web.guard import begin, office, public, safe_next

desk = Blueprint("oidc", __name__, url_prefix="/sign-in/oidc")
SECONDS = 10
# Ways to the service that one browser may have begun and not come back from: more of them fill its cookie, and then it keeps none.
BEGUN = 4


def attach(app: Flask, settings: Settings) -> None:
    """Opens the two routes; only where an identity service is configured."""
    registry = OAuth(app)
    registry.register(
        "court",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256", "default_timeout": SECONDS},
    )
    app.extensions["oidc"] = registry.court
    app.register_blueprint(desk)


def _told(error: Exception) -> DossierError:
    return DossierError("sso_failed", what=type(error).__name__)


@desk.get("")
@public
def go() -> Any:
    session["next"] = safe_next(request.args.get("next", "/"))
    begun = sorted((key for key in session if key.startswith("_state_court_")), key=lambda key: float(session[key].get("exp", 0)))
    for key in begun[: 1 - BEGUN]:
        session.pop(key)
    try:
        return current_app.extensions["oidc"].authorize_redirect(url_for(".back", _external=True))
    except (AuthlibBaseError, RequestException, ValueError, KeyError, RuntimeError) as error:
        raise _told(error) from error


@desk.get("/back")
@public
def back() -> Any:
    """State, nonce, PKCE, signature, issuer, audience and time of the answer are checked before a word of it is believed."""
    try:
        claims = current_app.extensions["oidc"].authorize_access_token().get("userinfo") or {}
    except (AuthlibBaseError, JoseError, RequestException, ValueError, KeyError, RuntimeError) as error:
        raise _told(error) from error
    who, stamp = people.sign_in_by(office(), _login_of(claims), request.remote_addr or "", "oidc")
    target = session.get("next", "/")
    begin(who.login, stamp)
    session["sso"] = True
    return redirect(target, 303)


def _login_of(claims: dict[str, Any]) -> str:
    """The login that the configured claim names, of the configured service; an address counts only when the service has verified it."""
    settings = office().settings
    login = claims.get(settings.oidc_claim)
    ours = str(claims.get("iss", "")).rstrip("/") == settings.oidc_issuer.rstrip("/")
    if not ours or not isinstance(login, str) or (settings.oidc_claim == "email" and claims.get("email_verified") is not True):
        raise DossierError("sso_failed", what=settings.oidc_claim)
    return login
