"""One-time codes 动态口令 as in RFC 6238 (SHA-1, 6 digits, 30 seconds): a secret and a moment come in, the code or the step it belongs to goes out."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

PERIOD, DIGITS = 30, 6
# Phones' clocks differ: the code before and the code after are good, too.
WINDOW = 1


def new_secret() -> str:
    """160 bits in base32, as RFC 4226 §4 recommends."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code(secret: str, step: int, digits: int = DIGITS) -> str:
    """The code of one step (RFC 4226 §5.3)."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    return str(int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF)[-digits:].zfill(digits)


def step_of(moment: datetime) -> int:
    """The number of the 30 seconds that a moment lies in."""
    return int(moment.timestamp()) // PERIOD


def matching_step(secret: str, given: str, moment: datetime, after: int) -> int | None:
    """The step that this code belongs to now, or None; a step not later than `after` was used already (RFC 6238 §5.2)."""
    now, typed = step_of(moment), given.encode(errors="replace")
    found = [step for step in range(now - WINDOW, now + WINDOW + 1) if hmac.compare_digest(code(secret, step).encode(), typed)]
    return next((step for step in found if step > after), None)


def uri(secret: str, login: str, issuer: str) -> str:
    """What an authenticator app reads from the QR code."""
    return f"otpauth://totp/{quote(issuer)}:{quote(login)}?secret={secret}&issuer={quote(issuer)}&digits={DIGITS}&period={PERIOD}"
