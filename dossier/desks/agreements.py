"""Confidentiality agreements 保密协议: a signed scan comes in, safe bytes and an open gate go out; a security administrator may void one."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from dossier.access import Actor, demand
from dossier.clock import local
from dossier.desks import uploads
from dossier.desks.uploads import Taken, Upload
from dossier.errors import DossierError
from dossier.office import Office
from dossier.people.accounts import find, known, tell
from dossier.people.gate import standing_agreement
from dossier.records.tables import Agreement, Person

# Which wording was signed; a new wording gets a new name, and what was signed before stays valid until it is voided.
WORDING = "2026-11"
TERMS = (
    "因工作知悉的案件材料、当事人信息和内部意见，未经批准不向任何无关人员透露，离岗后仍予保密。",
    "只为办理本职工作查阅卷宗；不替他人查阅，不查阅与职责无关的案件。",
    "不擅自复制、拍照、下载、打印、传输卷宗材料；经批准复制的，用后按规定交还或销毁。",
    "副卷及合议、讨论、内部请示等材料，未经批准不得查阅、引用或透露。",
    "账号、密码、动态口令仅由本人使用；发现泄露或者异常，立即报告。",
    "知悉本人的每次查阅和操作均被记录，并可能被审计。",
    "违反本协议的，依法依规承担责任。",
)


def _own_or(session: Session, actor: Actor, login: str | None, action: str) -> Person:
    """One's own account, or somebody else's for who may do `action`. Raises not_allowed, user_unknown."""
    person = session.get_one(Person, actor.id) if login is None else known(session, login)
    if person.id != actor.id:
        demand(actor, action)
    return person


def confirm(office: Office, actor: Actor, upload: Upload, signed_on: date, login: str | None = None) -> None:
    """Keeps the signed scan and opens the gate: for oneself, or by a security administrator for `login`.

    Raises date_bad when it was signed in the future, the error of the file, not_allowed, user_unknown.
    """
    if signed_on > office.today():
        raise DossierError("date_bad", value=signed_on.isoformat())
    with office.db.read() as session:
        _own_or(session, actor, login, "user.grant")
    taken = uploads.take_one(office, upload)
    try:
        _keep(office, actor, taken, signed_on, login)
    except BaseException as error:
        uploads.give_back(office, [taken], error)
        raise


def _keep(office: Office, actor: Actor, taken: Taken, signed_on: date, login: str | None) -> None:
    if taken.spooled is None or taken.facts is None:
        raise DossierError("file_unavailable")
    with office.db.write() as session:
        person = _own_or(session, actor, login, "user.grant")
        session.add(
            Agreement(
                person_id=person.id,
                wording=WORDING,
                signed_on=signed_on,
                confirmed_at=office.clock.now(),
                confirmed_by_id=actor.id,
                name=taken.name,
                spool_key=taken.spooled.key,
                sha256=taken.spooled.sha256,
                bytes=taken.spooled.bytes,
                voided_at=None,
            )
        )
        facts = {"wording": WORDING, "signed_on": signed_on.isoformat(), "sha256": taken.spooled.sha256}
        tell(office, session, actor, "agreement", person, **facts)


def void(office: Office, actor: Actor, login: str, reason: str) -> None:
    """The scan is not what it should be: the gate closes with the person's next request. Raises reason_missing, agreement_unknown."""
    demand(actor, "user.grant")
    if not reason.strip():
        raise DossierError("reason_missing")
    with office.db.write() as session:
        person = find(session, login)
        row = standing_agreement(session, person.id)
        if row is None:
            raise DossierError("agreement_unknown")
        row.voided_at = office.clock.now()
        tell(office, session, actor, "agreement.void", person, reason=reason.strip())


def state(office: Office, actor: Actor, login: str | None = None) -> dict[str, Any] | None:
    """The agreement that holds, as plain values; None when there is none. Raises not_allowed, user_unknown."""
    with office.db.read() as session:
        row = standing_agreement(session, _own_or(session, actor, login, "user.list").id)
        if row is None:
            return None
        return {
            "name": row.name,
            "wording": row.wording,
            "signed_on": row.signed_on.isoformat(),
            "confirmed_at": local(row.confirmed_at).isoformat(),
        }


def scan(office: Office, actor: Actor, login: str | None = None) -> tuple[Path, str]:
    """Where the signed scan lies, and its name; looking at somebody's is an event. Raises not_allowed, agreement_unknown."""
    with office.db.write() as session:
        person = _own_or(session, actor, login, "user.list")
        row = standing_agreement(session, person.id)
        if row is None:
            raise DossierError("agreement_unknown")
        tell(office, session, actor, "agreement.read", person)
        return office.spool.path(row.spool_key), row.name
