"""The court's calendar: an official notice of a year comes in, a checked holiday file of this installation goes out."""

from __future__ import annotations

import json
import os

from dossier import access
from dossier.access import Actor
from dossier.errors import DossierError
from dossier.office import Office
from dossier.records import ledger
from review.holidays import NoticeError, from_notice


def import_year(office: Office, actor: Actor, data: bytes) -> int:
    """Keeps the notice of a year; deadlines count by it from the next start on. Importing it again changes nothing. Raises holidays_bad."""
    access.demand(actor, "holidays.import")
    try:
        year, text = from_notice(json.loads(data.decode("utf-8-sig")))
    except (ValueError, RecursionError):
        raise DossierError("holidays_bad", what="不是有效的 JSON") from None
    except NoticeError as error:
        raise DossierError("holidays_bad", what=str(error)) from error
    folder = office.settings.home / "holidays"
    folder.mkdir(exist_ok=True)
    target = folder / f"{year}.yaml"
    if target.exists() and target.read_text(encoding="utf-8") == text:
        return year
    draft = target.with_suffix(".tmp")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    with office.db.write() as session:
        ledger.append(
            session, at=office.clock.now(), actor=actor.login, action="holidays.import", subject=f"holidays:{year}", detail={"year": year}
        )
        draft.replace(target)
    return year
