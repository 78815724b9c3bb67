"""No way out: a message comes in, and the error says that no process system is named."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from dossier.carriers.contract import Answer


class Nowhere:
    """What an installation has that names no process system; messages of an earlier setting wait until one is named again."""

    name = "none"
    wanted = False

    def send(self, _number: int, _body: bytes, _at: datetime) -> Answer | None:
        """Raises ConnectionError."""
        raise ConnectionError("neither DOSSIER_EXPORT_FOLDER nor DOSSIER_EXPORT_URL is set")

    def answers(self, _numbers: Collection[int]) -> list[Answer]:
        """Nobody says anything."""
        return []
