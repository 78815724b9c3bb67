"""Opens the Office from the settings: the only file that names concrete engines, stores and rule files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from pathlib import Path

from dossier import pages, people
from dossier.carriers.contract import Carrier
from dossier.carriers.folder import DropFolder
from dossier.carriers.nowhere import Nowhere
from dossier.carriers.push import Push
from dossier.clock import Clock
from dossier.desks import parts, uploads
from dossier.errors import DossierError
from dossier.office import Lazy, Office, RuleBook
from dossier.records.database import Database
from dossier.settings import Settings
from indexing.contract import SearchEngine
from ocr.contract import EngineMissingError, Recognizer
from ocr.engines import open_engine
from ocr.pool import ReaderPool
from review.catalogue import RuleProblem, RulesError, check, load
from review.importwords import Words
from review.lexicon import load_lexicon
from review.rules_load import BASE, CURRENT, LEARNED
from review.versions import VERSION, profiles, versions
from review.workdays import Calendar
from scanners.orientation import ModelMissingError, model_path
from scanners.sandbox import Sandbox
from scanners.source import NoSource
from scanners.watched import WatchedFolder
from storage.ocfl import FolderVolumes
from storage.spool import FolderSpool

CHECKOUT = Path(__file__).resolve().parent.parent
RULES = CHECKOUT / "review" / "rules"


def texts_of(folder: Path) -> dict[str, str]:
    """Path within a rules folder → content: the rules, and the weights that were fitted for naming papers."""
    found = [*folder.rglob("*.yaml"), *(folder / LEARNED).glob("*.json")]
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in sorted(found)}


def rule_texts(home: Path | None = None) -> dict[str, str]:
    """Path from the rules folder → content: the rules of the checkout, and the holiday years and court's catalogues that were imported here.

    A version lies in rules/PROFILE/DAY/ of the home folder; among the texts its folder is PROFILE@DAY.
    """
    texts = texts_of(RULES)
    for path, text in texts_of(home / "rules").items() if home is not None else ():
        profile, _, rest = path.partition("/")
        texts[f"{profile}{VERSION}{rest}"] = text
    imported = home / "holidays" if home is not None else None
    if imported is not None and imported.is_dir():
        texts |= {f"holidays/{path.name}": path.read_text(encoding="utf-8") for path in sorted(imported.glob("*.yaml"))}
    return texts | (_fitted(home) if home is not None else {})


def _fitted(home: Path) -> dict[str, str]:
    """The weights that were fitted in this installation, and which version it uses."""
    found = [*(home / LEARNED).glob("*.json"), *(path for path in [home / CURRENT] if path.is_file())]
    return {path.relative_to(home).as_posix(): path.read_text(encoding="utf-8") for path in found}


def open_rules(home: Path | None = None) -> RuleBook:
    """Raises DossierError rules_broken with every problem. A process that opens several offices reads the same rules once."""
    return _kept(tuple(sorted(rule_texts(home).items())))


@lru_cache(maxsize=4)
def _kept(files: tuple[tuple[str, str], ...]) -> RuleBook:
    return book_of(dict(files))


def book_of(texts: Mapping[str, str]) -> RuleBook:
    """The rules of these files, read anew. Raises DossierError rules_broken with every problem."""
    try:
        known = {profile: versions(texts, profile) for profile in profiles(texts)}
        lexicons = {(one.profile, one.version): load_lexicon(texts, one) for all_of in known.values() for one in all_of}
        calendar = Calendar.of(texts)
    except RulesError as error:
        raise DossierError("rules_broken", what="；".join(str(problem) for problem in error.problems)) from error
    return RuleBook(texts, known, lexicons, calendar)


def rule_problems(texts: Mapping[str, str]) -> list[RuleProblem]:
    """Every problem of these rule files, each once: of each court's rules, of the words by which papers are told apart, of the calendar."""
    found = set(check(texts))
    attempts: list[Callable[[], object]] = [
        partial(Calendar.of, texts),
        partial(_import_words, texts),
        *(partial(_words, texts, profile) for profile in profiles(texts)),
    ]
    for attempt in attempts:
        try:
            attempt()
        except RulesError as error:
            found.update(error.problems)
    return sorted(found, key=lambda problem: (problem.file, problem.line, problem.message))


def _import_words(texts: Mapping[str, str]) -> None:
    Words(texts, load(texts, BASE))


def _words(texts: Mapping[str, str], profile: str) -> None:
    for catalogue in versions(texts, profile):
        load_lexicon(texts, catalogue)


def _search(settings: Settings) -> SearchEngine:
    folder = settings.home / "index"
    if settings.search == "tantivy":
        from indexing.tantivy_engine import TantivyEngine

        return TantivyEngine(folder / "tantivy")
    if settings.search == "whoosh":
        from indexing.whoosh_engine import WhooshEngine

        return WhooshEngine(folder / "whoosh")
    raise DossierError("tool_missing", what=f"DOSSIER_SEARCH={settings.search}")


def open_reader(settings: Settings) -> Recognizer:
    """One reading engine in this process. Raises DossierError tool_missing."""
    try:
        return open_engine(settings.reader)
    except EngineMissingError as error:
        raise DossierError("tool_missing", what=str(error)) from error


def open_pool(settings: Settings) -> ReaderPool:
    """Warm page processes. Raises DossierError tool_missing."""
    try:
        model_path()
        pool = ReaderPool(partial(open_engine, settings.reader), settings.page_processes)
        pool.warm()
        return pool
    except (EngineMissingError, ModelMissingError) as error:
        raise DossierError("tool_missing", what=str(error)) from error


def open_sandbox(settings: Settings) -> Sandbox:
    """bwrap where it works, resource limits always. Raises DossierError tool_missing when bwrap is demanded and does not work."""
    if settings.sandbox == "auto":
        return Sandbox()
    if settings.sandbox == "bwrap":
        from scanners.sandbox import bwrap_works

        if not bwrap_works():
            raise DossierError("tool_missing", what="bubblewrap")
        return Sandbox("bwrap")
    return Sandbox("rlimits")


def open_carrier(settings: Settings) -> Carrier:
    """The way to the court's process system."""
    if settings.export_folder is not None:
        return DropFolder(settings.export_folder)
    return Push(settings.export_url, settings.export_secret) if settings.export_url else Nowhere()


def open_office(settings: Settings, clock: Clock | None = None, *, initialise: bool = False) -> Office:
    """Everything open and checked. initialise: make folders and schema first. Raises not_initialised, schema_old, rules_broken, tool_missing."""
    home = settings.home
    if initialise:
        home.mkdir(parents=True, exist_ok=True)
    elif not home.is_dir():
        raise DossierError("not_initialised")
    db = Database(settings.database_url)
    if initialise:
        db.migrate()
    db.require_current()
    office = Office(
        settings=settings,
        clock=clock or Clock(),
        db=db,
        spool=FolderSpool(home / "spool"),
        parts=lambda person: FolderSpool(home / "parts" / str(person)),
        stores={"main": FolderVolumes(home / "volumes" / "main"), "sub": FolderVolumes(home / "volumes" / "sub")},
        rules=open_rules(home),
        sandbox=open_sandbox(settings),
        carrier=open_carrier(settings),
        stacks=WatchedFolder(settings.watch_folder, settings.watch_quiet) if settings.watch_folder is not None else NoSource(),
        search=Lazy(lambda: _search(settings)),
        reader=Lazy(lambda: open_pool(settings)),
    )
    if settings.default_profile not in office.rules.catalogues:
        raise DossierError("profile_unknown", profile=settings.default_profile)
    if initialise:
        with db.write() as session:
            people.ensure_built_in(session)
    return office


def recover(office: Office) -> list[str]:
    """What a crash left is finished or cleared; what was done, in words. Called by whoever starts to work, before the first job."""
    done = [*office.spool.recover(), *uploads.set_aside_unclaimed(office)]
    done += parts.forget_old(office, sorted(int(folder.name) for folder in (office.settings.home / "parts").glob("[0-9]*")))
    for store in office.stores.values():
        done += store.recover()
    return done + pages.clear_scratch(office)
