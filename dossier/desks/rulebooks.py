"""The court's own rules: its node catalogue as a clerk's table comes in; a checked, dated version of its profile, and what it changes, go out."""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from dossier import access
from dossier.access import Actor
from dossier.errors import DossierError
from dossier.listings import NotATableError, read_table
from dossier.office import Office
from dossier.records import ledger
from dossier.records.tables import Case
from review.catalogue import diff, load
from review.importing import Head, Reading, TableRow, base_of, files, read
from review.importwords import Words
from review.lexicon import load_lexicon
from review.rulebook import Catalogue, RulesError
from review.rules_load import BASE, HOLIDAYS
from review.versions import in_force, versions

_PROFILE = re.compile(r"[a-z][a-z0-9_-]{1,30}")


@dataclass(frozen=True)
class Wanted:
    """What is to be imported, and how.

    profile: id of the court's rules. court: its name (None: as the profile says, else the setting). effective_from: its first day.
    partial: rows that are understood count although others are not. only_listed: materials that a named node's row does not name become optional.
    """

    profile: str
    effective_from: date
    court: str | None = None
    court_code: str = ""
    version: str | None = None
    partial: bool = False
    only_listed: bool = False
    dry_run: bool = False


def import_catalogue(office: Office, actor: Actor, data: bytes, file_name: str, wanted: Wanted) -> dict[str, Any]:
    """{"profile","version","effective_from","rows","applied","unknown_columns","problems","changes","kept","rebased"}.

    problems: [{"row","column","said","message","near"}]. Nothing is kept when dry_run, or when there are problems and not partial. What is
    kept is in force for cases filed from its first day on, from the next start on; open ones among them are put under it at once.
    Raises not_allowed, rules_import_bad, rules_version_exists, rules_broken.
    """
    access.demand(actor, "rules.import")
    if not _PROFILE.fullmatch(wanted.profile) or wanted.profile in (BASE, HOLIDAYS):
        raise DossierError("rules_import_bad", what=f"法院规则代号“{wanted.profile}”应为小写字母开头的字母、数字、连字符")
    texts = dict(office.rules.texts)
    try:
        before = load(texts, base_of(texts, wanted.profile))
        words = Words(texts, before)
        head = _head(office, before, file_name, wanted)
        rows, unknown = _rows(data, words)
        reading = read(rows, words, head)
        made = files(texts, before, reading, head)
        known = versions({path: text for path, text in texts.items() if not path.startswith(f"{head.home}/")} | made, wanted.profile)
        after = next(one for one in known if one.effective_from == wanted.effective_from)
        load_lexicon(texts | made, after)
    except RulesError as error:
        raise DossierError("rules_broken", what="；".join(map(str, error.problems))) from error
    report = _report(head, reading, unknown, before, after)
    if wanted.dry_run or not reading.nodes or (reading.problems and not wanted.partial):
        return report
    _keep(office, head, made)
    report["kept"], report["rebased"] = True, _rebase(office, actor, head, known, report)
    return report


def _head(office: Office, before: Catalogue, file_name: str, wanted: Wanted) -> Head:
    court = wanted.court or (before.name if before.profile != BASE else office.settings.court)
    return Head(
        profile=wanted.profile,
        name=court,
        version=wanted.version or wanted.effective_from.strftime("%Y.%m.%d"),
        effective_from=wanted.effective_from,
        source=f"{court}节点目录",
        title=f"{court}节点目录（{file_name}）",
        court_code=wanted.court_code,
        only_listed=wanted.only_listed,
    )


def _rows(data: bytes, words: Words) -> tuple[list[TableRow], list[str]]:
    """The rows, and the titles of columns that say nothing to us."""
    titles = frozenset(title for title, column in words.columns.items() if column == "node")
    try:
        records = read_table(data, titles)
    except NotATableError as error:
        raise DossierError("rules_import_bad", what=str(error)) from error
    if not records:
        raise DossierError("rules_import_bad", what="表中没有任何节点")
    unknown = [title for title in records[0].cells if title not in words.columns]
    columns = [words.columns[title] for title in records[0].cells if title in words.columns]
    for column in set(columns):
        if columns.count(column) > 1:
            same = [title for title in records[0].cells if words.columns.get(title) == column]
            raise DossierError("rules_import_bad", what=f"{'、'.join(same)} 几列意思相同，只能留一列")
    return [TableRow(record.number, record.cells) for record in records], unknown


def _report(head: Head, reading: Reading, unknown: Sequence[str], before: Catalogue, after: Catalogue) -> dict[str, Any]:
    return {
        "profile": head.profile,
        "version": head.version,
        "effective_from": head.effective_from.isoformat(),
        "over": f"{before.profile} {before.version}",
        "rows": reading.rows,
        "applied": reading.rows - len(reading.bad_rows),
        "unknown_columns": list(unknown),
        "problems": [asdict(problem) for problem in reading.problems],
        "changes": diff(before, after),
        "kept": False,
        "rebased": 0,
    }


def folder_of(home: Path, head: Head) -> Path:
    """Where a version lies."""
    return home / "rules" / head.profile / head.effective_from.isoformat()


def _keep(office: Office, head: Head, made: Mapping[str, str]) -> None:
    """Writes the version, whole or not at all. A version that is there is never written over: verdicts rest on it."""
    target = folder_of(office.settings.home, head)
    names = {path.removeprefix(f"{head.home}/"): text for path, text in made.items()}
    if target.exists():
        if {path.name: path.read_text(encoding="utf-8") for path in target.iterdir()} != names:
            raise DossierError("rules_version_exists", profile=head.profile, day=head.effective_from)
        return
    draft = office.scratch_dir / f"rules-{uuid.uuid4().hex}"
    draft.mkdir(parents=True)
    try:
        for name, text in names.items():
            _write(draft / name, text)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    for folder in (target, target.parent, target.parent.parent):
        _sync(folder)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _rebase(office: Office, actor: Actor, head: Head, known: Sequence[Catalogue], report: Mapping[str, Any]) -> int:
    """Puts the open cases that were filed under the new version under it, and writes down that it was imported; how many cases."""
    now, count = office.clock.now(), 0
    with office.db.write() as session:
        detail = {key: report[key] for key in ("profile", "version", "effective_from", "rows", "applied")}
        ledger.append(session, at=now, actor=actor.login, action="rules.import", subject=f"rules:{head.profile}", detail=detail)
        query = select(Case).where(Case.profile == head.profile, Case.state == "open", Case.filed_on >= head.effective_from)
        for case in session.execute(query.order_by(Case.id)).scalars():
            version = in_force(known, case.filed_on).version
            if case.profile_version == version:
                continue
            told = {"from": case.profile_version, "to": version}
            case.profile_version = version
            ledger.append(session, at=now, actor=actor.login, action="case.rebase", subject=f"case:{case.id}", case_id=case.id, detail=told)
            count += 1
    return count
