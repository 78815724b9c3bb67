"""What a way to the process system promises: a numbered message comes in and arrives whole or not at all; what the other side says of it goes out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

MOST_SAID = 500  # characters of a reason that are kept


@dataclass(frozen=True)
class Answer:
    """What the other side says of a message: taken, or refused with a reason."""

    number: int
    taken: bool
    reason: str = ""


class Carrier(Protocol):
    """One way. Sending is repeatable: the same number again does no harm, so that whoever is not sure sends again."""

    @property
    def name(self) -> str:
        """none | folder | push."""

    @property
    def wanted(self) -> bool:
        """False: nothing is to be told, so that nobody need write messages."""

    def send(self, number: int, body: bytes, at: datetime, /) -> Answer | None:
        """Brings one message (UTF-8 JSON) across, whole or not at all; what the other side said at once, or None when it has still to say it.

        Raises OSError or http.client.HTTPException when it did not arrive, or when nobody can know.
        """

    def answers(self, numbers: Collection[int], /) -> list[Answer]:
        """What the other side has left here about these messages. Raises OSError."""


def said(text: str) -> str:
    """A reason of the other side as it is kept: one line, nothing that cannot be shown, not endless."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:MOST_SAID]
