"""A signed request to the process system: a message comes in, a POST goes out; its answer says taken, refused, or that the word comes later."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from dossier import messengers
from dossier.carriers.contract import Answer, said


class Push:
    """One POST for each message, with its number as the idempotency key."""

    name = "push"
    wanted = True

    def __init__(self, url: str, secret: str) -> None:
        self._url, self._secret = url, secret

    def send(self, number: int, body: bytes, at: datetime) -> Answer | None:
        """2xx: arrived, and taken when the body says {"acknowledged": number}. 4xx with {"rejected": number, "reason"}: refused.

        Raises OSError or HTTPException for every other answer.
        """
        status, text = messengers.post(self._url, self._secret, body, number=number, at=at)
        told = _object(text)
        if 200 <= status < 300:
            return Answer(number, True) if _is(told.get("acknowledged"), number) else None
        if 400 <= status < 500 and _is(told.get("rejected"), number):
            return Answer(number, False, said(str(told.get("reason", ""))))
        raise ConnectionError(f"the process system answered HTTP {status}")

    def answers(self, _numbers: Collection[int]) -> list[Answer]:
        """What it says later comes in at the API."""
        return []


def _is(said_number: object, number: int) -> bool:
    """True is no number, though it equals 1."""
    return said_number == number and not isinstance(said_number, bool)


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
