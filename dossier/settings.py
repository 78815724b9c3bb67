"""Every setting in one table: name, default, help; read once at the door from the environment, frozen, passed down."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Setting:
    """One setting: the environment variable is DOSSIER_<NAME>."""

    name: str
    default: str
    help: str

    @property
    def env(self) -> str:
        return f"DOSSIER_{self.name.upper()}"


SETTINGS = (
    Setting("home", "./var", "Folder that holds everything the embedded default writes (database, spool, volumes, index)."),
    Setting("database_url", "", "SQLAlchemy URL of the database; empty: SQLite in the home folder. PostgreSQL: postgresql+psycopg://…"),
    Setting("court", "云川县人民法院", "Name of the court, printed on covers and slips."),
    Setting("default_profile", "yanling", "Rules of the cases that name no profile of their own."),
    Setting("reader", "pdftext", "Reading engine: pdftext (text layer, else rapid) | rapid | tesseract | none | replay:FOLDER."),
    Setting("search", "tantivy", "Search engine: tantivy | whoosh."),
    Setting("page_processes", "0", "Processes that read pages; 0: one per core."),
    Setting("lease_seconds", "120", "How long a job is leased before another worker may take it (renewed while its worker lives)."),
    Setting("sandbox", "auto", "Parser sandbox: auto (bwrap when it works) | bwrap | rlimits."),
    Setting("threads", "8", "Request threads of the web server."),
    Setting("session_hours", "12", "Hours after which a sign-in ends."),
    Setting("max_upload_mb", "512", "Largest hand-over that the web door takes, in MiB."),
)


@dataclass(frozen=True)
class Settings:
    """The values of SETTINGS, typed."""

    home: Path
    database_url: str
    court: str
    default_profile: str
    reader: str
    search: str
    page_processes: int
    lease_seconds: int
    sandbox: str
    threads: int
    session_hours: int
    max_upload_mb: int

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Raises ValueError naming the variable when a number is not one."""
        values: dict[str, str] = {setting.name: environ.get(setting.env) or setting.default for setting in SETTINGS}
        home = Path(values["home"]).absolute()

        def number(name: str) -> int:
            try:
                return int(values[name])
            except ValueError:
                raise ValueError(f"DOSSIER_{name.upper()} must be a whole number, not {values[name]!r}") from None

        return cls(
            home=home,
            database_url=values["database_url"] or f"sqlite:///{home / 'dossier.db'}",
            court=values["court"],
            default_profile=values["default_profile"],
            reader=values["reader"],
            search=values["search"],
            page_processes=number("page_processes") or os.cpu_count() or 1,
            lease_seconds=number("lease_seconds"),
            sandbox=values["sandbox"],
            threads=number("threads"),
            session_hours=number("session_hours"),
            max_upload_mb=number("max_upload_mb"),
        )
