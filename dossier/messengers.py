"""A message comes in; by mail (SMTP) or as a signed request to another system's address it goes out, or the error says why it did not."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from dossier.settings import Settings

TIMEOUT = 20  # seconds without a word
LONGEST = 120.0  # seconds for one message in all: who answers letter by letter would hold a worker for days
MOST_ANSWERED = 64 * 1024
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]+(\.[\w-]+)+", re.ASCII)


def is_address(text: str) -> bool:
    """Whether mail can be sent there: one plain address in ASCII."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


def mail(settings: Settings, to: str, subject: str, text: str, *, number: int, at: datetime) -> None:
    """Hands one message to the mail server. number: the same for every try, so that a second copy can be known. Raises OSError, SMTPException."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, to, subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<dossier-{number}@{settings.mail_from.rpartition('@')[2]}>"
    message.set_content(text)
    place = urlsplit(settings.smtp_url)
    server = _server(place)
    with _cut_off(lambda: server.sock), server:
        if place.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if place.username:
            server.login(unquote(place.username), unquote(place.password or ""))
        server.send_message(message)


def _server(place: SplitResult) -> smtplib.SMTP:
    host = place.hostname or ""
    if place.scheme == "smtps":
        return _PunctualTls(host, place.port or 465, timeout=TIMEOUT, context=ssl.create_default_context())
    return _Punctual(host, place.port or 25, timeout=TIMEOUT)


class _Punctual(smtplib.SMTP):
    """A mail server whose greeting, too, must be whole in time."""

    def connect(self, *place: Any, **more: Any) -> tuple[int, bytes]:
        try:
            with _cut_off(lambda: self.sock):
                return super().connect(*place, **more)
        except (OSError, smtplib.SMTPException):
            self.close()
            raise


class _PunctualTls(_Punctual, smtplib.SMTP_SSL):
    """The same inside TLS from the first byte on."""


def signature(secret: str, stamp: str, body: bytes) -> str:
    """HMAC-SHA256 in hex over the time (seconds since 1970), a full stop and the body."""
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def push(settings: Settings, message: Mapping[str, Any], *, number: int, at: datetime) -> None:
    """Posts one notice as signed JSON to the webhook; any answer but 2xx is a failure. Raises OSError, HTTPException."""
    body = json.dumps(message, ensure_ascii=False, sort_keys=True).encode()
    status, _ = post(settings.webhook_url, settings.webhook_secret, body, number=number, at=at)
    if not 200 <= status < 300:
        raise ConnectionError(f"webhook answered HTTP {status}")


def post(url: str, secret: str, body: bytes, *, number: int, at: datetime) -> tuple[int, bytes]:
    """Posts signed JSON; the status and the first MOST_ANSWERED bytes of the answer. No redirect is followed. Raises OSError, HTTPException.

    number: the same for every try, so that a second copy can be known.
    """
    stamp = str(int(at.timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": str(number),
        "X-Dossier-Delivery": str(number),
        "X-Dossier-Time": stamp,
        "X-Dossier-Signature": f"sha256={signature(secret, stamp, body)}",
    }
    place = urlsplit(url)
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    connection = kind(place.hostname or "", place.port, timeout=TIMEOUT)
    try:
        connection.connect()
        connected = connection.sock  # the connection forgets it before its answer is read
        with _cut_off(lambda: connected):
            connection.request("POST", place._replace(scheme="", netloc="", fragment="").geturl() or "/", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(MOST_ANSWERED)
    finally:
        connection.close()


@contextmanager
def _cut_off(connected: Callable[[], socket.socket | None]) -> Iterator[None]:
    """Ends what is said on this connection after LONGEST. Raises TimeoutError then, whatever the other side had said until there."""
    late = threading.Event()

    def cut() -> None:
        late.set()
        # It may have ended this moment. Not TLS's own way to end, which would wait for its turn.
        if (open_one := connected()) is not None:
            with suppress(OSError):
                socket.socket.shutdown(open_one, socket.SHUT_RDWR)

    timer = threading.Timer(LONGEST, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException, smtplib.SMTPException):
        if not late.is_set():
            raise
    finally:
        timer.cancel()
    if late.is_set():
        raise TimeoutError(f"no whole answer within {LONGEST:.0f} s")
