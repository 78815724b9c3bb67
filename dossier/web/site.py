"""The application: an open office comes in, a Flask application with every desk's routes, strict headers and one way to tell errors goes out."""

from __future__ import annotations

import os
import secrets
import tempfile
import traceback
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Request, Response, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as AnyResponse

from dossier.desks import rulesview
from dossier.desks.handover import NothingAcceptedError
from dossier.errors import DossierError
from dossier.office import Office
from dossier.web import (
    addresses,
    agreements,
    announcing,
    api,
    api_account,
    api_acts,
    api_house,
    api_loans,
    api_papers,
    api_parts,
    api_people,
    api_reviews,
    api_rules,
    api_running,
    api_sorting,
    borrowing,
    cases,
    closing,
    documents,
    factor,
    figures,
    guard,
    handovers,
    health,
    house,
    language,
    notices,
    oidc,
    openapi,
    outbox,
    pages,
    people,
    reviews,
    searching,
    separators,
    slips,
    sorting,
    staff,
    tokens,
    words,
    workbench,
)
from dossier.web.templating import SpokenEnvironment

log = structlog.get_logger()
CHECKOUT = Path(__file__).resolve().parent.parent.parent
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
DESKS = tuple(
    module.desk
    for module in (
        people,
        factor,
        tokens,
        staff,
        agreements,
        handovers,
        sorting,
        slips,
        separators,
        announcing,
        cases,
        closing,
        borrowing,
        figures,
        pages,
        documents,
        searching,
        health,
        house,
        api,
        api_acts,
        api_people,
        api_account,
        api_sorting,
        api_house,
        api_loans,
        api_rules,
        api_running,
        api_parts,
        api_papers,
        openapi,
        api_reviews,
        reviews,
        workbench,
        notices,
        outbox,
    )
)
IN_MEMORY = 512 * 1024
MAX_PARTS = 5000
MOST = 2**63 - 1


class _Site(Flask):
    jinja_environment = SpokenEnvironment


def create_app(office: Office) -> Flask:
    """The application over an open office; whoever opened the office closes it."""
    app = _Site("dossier.web", template_folder=str(CHECKOUT / "templates"), static_folder=str(Path(__file__).parent / "static"))
    app.extensions["office"] = office
    if office.settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=office.settings.proxies, x_proto=office.settings.proxies)  # type: ignore[method-assign]
    app.request_class = _request_class(office)
    app.config.update(
        SECRET_KEY=secret_key(office.settings.home / "web.key"),
        SESSION_COOKIE_NAME="dossier",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=office.settings.max_upload_mb * 1024 * 1024,
        MAX_FORM_PARTS=MAX_PARTS,
        # The token ends with the session, never in the middle of a long look at a hand-over.
        WTF_CSRF_TIME_LIMIT=None,
        # _ask_who checks it, for a program with a token has none.
        WTF_CSRF_CHECK_DEFAULT=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.filters.update(words.FILTERS | language.FILTERS | {"court_rules": partial(rulesview.named, office.rules)})
    app.jinja_env.globals.update(language.GLOBALS, at=addresses.at)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.speak_both()  # type: ignore[attr-defined]
    csrf = CSRFProtect(app)
    app.before_request(partial(_ask_who, csrf))
    for desk in DESKS:
        app.register_blueprint(desk)
    if office.settings.oidc_issuer:
        oidc.attach(app, office.settings)
    app.context_processor(
        lambda: {
            "me": guard.current(),
            "could": guard.could,
            "in_place": guard.in_place,
            "bell": notices.bell(office),
            "court": office.settings.court,
            "here_again": lambda: request.full_path.rstrip("?") if request.method == "GET" else "/",
            "oidc": bool(office.settings.oidc_issuer),
            "ldap": bool(office.settings.ldap_url),
        }
    )
    app.after_request(_headers)
    _tell_errors(app)
    return app


def _ask_who(csrf: CSRFProtect) -> None:
    health.begin()
    language.hear()
    # Before the check of the form's token, which reads the whole body.
    guard.arrive()
    _require_fit()
    if request.endpoint and guard.bearer() is None:
        csrf.protect()


def _require_fit() -> None:
    """No database knows these: such a thing cannot be there."""
    words = [value for value in (request.view_args or {}).values() if isinstance(value, str)]
    numbers = [value for value in (request.view_args or {}).values() if isinstance(value, int)]
    if any("\x00" in word for word in words) or any(number > MOST for number in numbers):
        raise DossierError("not_found")
    if any("\x00" in word for _, word in request.args.items(multi=True)):
        raise DossierError("bad_request", what="NUL")
    if request.method != "POST":
        return
    if not all(isinstance(name, str) for name in (*request.form, *request.files)):
        raise DossierError("bad_request", what="multipart/form-data")
    if any("\x00" in word for _, word in request.form.items(multi=True)):
        raise DossierError("bad_request", what="NUL")


def _request_class(office: Office) -> type[Request]:
    folder = office.scratch_dir

    class Incoming(Request):
        """A request whose large parts wait on the installation's own disk, not in the system's shared temporary folder."""

        def _get_file_stream(self, *_args: Any, **_values: Any) -> Any:
            folder.mkdir(parents=True, exist_ok=True)
            return tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(folder))

    return Incoming


def secret_key(path: Path) -> bytes:
    """The key that signs session cookies: made at the first start, readable by its owner only."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            # A link, unlike a rename, never replaces the key of a process that was quicker.
            os.link(draft, path)
        except FileExistsError:
            log.info("key made by another process")
        draft.unlink()
        return path.read_bytes()


def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
        response.vary.add("HX-Request")
    health.count(response.status_code)
    return response


def _tell_errors(app: Flask) -> None:
    @app.errorhandler(DossierError)
    def refused(error: DossierError) -> Any:
        return _tell(error)

    @app.errorhandler(CSRFError)
    def forged(_error: CSRFError) -> Any:
        # A page that stays is told why its token holds no longer.
        gone = guard.in_place() and guard.current() is None
        return _tell(DossierError("signed_out" if gone else "csrf"))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Any:
        if error.code == 413:
            return _tell(DossierError("too_large", limit=app.config["MAX_CONTENT_LENGTH"] // 1_048_576))
        if error.code == 404:
            return _tell(DossierError("not_found"))
        if error.code is not None and error.code < 500:
            return _tell(DossierError("bad_request", what=error.name), error.code)
        return _broken(getattr(error, "original_exception", None) or error)


def _broken(error: BaseException) -> Any:
    reference = secrets.token_hex(4)
    # As plain text: a rendering with every local variable would take a minute and print the papers themselves.
    trace = "".join(traceback.format_exception(error))
    log.error("request failed", ref=reference, method=request.method, endpoint=request.endpoint, trace=trace)
    return _tell(DossierError("internal", ref=reference))


def _tell(error: DossierError, status: int | None = None) -> tuple[AnyResponse | str, int] | AnyResponse:
    """One error as JSON or as a page; somebody who is not signed in is led to the sign-in and back."""
    if guard.wants_json():
        body: dict[str, Any] = {"error": error.as_json()}
        if isinstance(error, NothingAcceptedError):
            body["files"] = error.files
        return jsonify(body), status or error.status
    files = error.files if isinstance(error, NothingAcceptedError) else []
    if guard.in_place():
        return render_template("parts/told.html", error=error, files=files), status or error.status
    if error.code == "signed_out":
        back = request.full_path.rstrip("?") if request.method == "GET" else "/"
        return redirect(url_for("people.sign_in", next=back), 303)
    return render_template("error.html", error=error, files=files), status or error.status
