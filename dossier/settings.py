"""Every setting in one table: name, default, help; read once at the door from the environment, frozen, passed down."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ocr.engines import ENGINES

# Of one core, unless more are asked for: two pages that meet in one process wait for each other while a core may be idle.
WEB_PROCESSES_PER_CORE, MOST_WEB_PROCESSES = 2, 8
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_DATABASE_URL = re.compile(r"sqlite:///|postgresql(\+psycopg)?://")

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the metrics library reads it when it is imported; the server sets it for its processes


def several_processes(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether this process is one of several that leave their counts in one folder."""
    return METRICS_FOLDER in environ


@dataclass(frozen=True)
class Setting:
    """One setting: the environment variable is DOSSIER_<NAME>. least: it is a whole number of at least so much; choices: one of these words."""

    name: str
    default: str
    help: str
    least: int | None = None
    choices: tuple[str, ...] = ()

    @property
    def env(self) -> str:
        return f"DOSSIER_{self.name.upper()}"

    def value(self, environ: Mapping[str, str]) -> str:
        """What the environment says, else the default; raises ValueError naming the variable when it cannot be."""
        value = environ.get(self.env) or self.default
        if self.choices and value.partition(":")[0] not in self.choices:
            raise ValueError(f"{self.env} must be one of {', '.join(self.choices)}, not {value!r}")
        if self.least is not None and not (value.isascii() and value.isdigit() and int(value[:18]) >= self.least):
            raise ValueError(f"{self.env} must be a whole number of at least {self.least}, not {value!r}")
        return value


SETTINGS = (
    Setting("home", "./var", "Folder that holds everything the embedded default writes (database, spool, volumes, index)."),
    Setting("database_url", "", "SQLAlchemy URL of the database; empty: SQLite in the home folder. PostgreSQL: postgresql+psycopg://…"),
    Setting("court", "云川县人民法院", "Name of the court, printed on covers and slips."),
    Setting("default_profile", "yanling", "Rules of the cases that name no profile of their own."),
    Setting(
        "reader", "pdftext", "Reading engine: pdftext (text layer, else rapid) | rapid | tesseract | none | replay:FOLDER.", choices=ENGINES
    ),
    Setting("search", "tantivy", "Search engine: tantivy | whoosh.", choices=("tantivy", "whoosh")),
    Setting("page_processes", "0", "Processes that read pages; 0: one per core.", 0),
    Setting("lease_seconds", "120", "How long a job is leased before another worker may take it (renewed while its worker lives).", 1),
    Setting("sandbox", "auto", "Parser sandbox: auto (bwrap when it works) | bwrap | rlimits.", choices=("auto", "bwrap", "rlimits")),
    Setting("web_processes", "0", "Processes of the web server; 0: two per core, at most eight.", 0),
    Setting("threads", "8", "Request threads of each process of the web server.", 1),
    Setting("session_hours", "12", "Hours after which a sign-in ends.", 1),
    Setting("idle_minutes", "15", "Minutes without a request after which a sign-in ends.", 1),
    Setting(
        "password_policy",
        "djbh3",
        "Passwords: djbh3 (three kinds of characters, changed every 90 days) | asvs (length only, never forced to change).",
        choices=("djbh3", "asvs"),
    ),
    Setting(
        "second_factor",
        "required",
        "One-time codes of a phone beside the password: required (of those who decide, administrators, readers of the 副卷) | optional.",
        choices=("required", "optional"),
    ),
    Setting(
        "agreement",
        "required",
        "The confidentiality agreement, signed and uploaded before an account with a dossier role sees any case: required | off.",
        choices=("required", "off"),
    ),
    Setting(
        "administrators",
        "separate",
        "The three administrators: separate | compact (one person may be system and security administrator, never auditor).",
        choices=("separate", "compact"),
    ),
    Setting("oidc_issuer", "", "Address of the court's identity service (OpenID Connect); empty: sign-in with passwords only."),
    Setting("oidc_client_id", "", "Under which name the identity service knows this system."),
    Setting("oidc_client_secret", "", "The secret it was given there."),
    Setting("oidc_claim", "preferred_username", "Which word of the identity service is the user name here."),
    Setting(
        "ldap_url",
        "",
        "The court's directory, which checks passwords: ldaps://HOST or ldap://HOST (StartTLS, but on this machine); several by spaces, "
        "tried in turn; empty: none.",
    ),
    Setting("ldap_base", "", "Below which entry people are looked for in it; needed with DOSSIER_LDAP_URL."),
    Setting("ldap_filter", "(uid={login})", "Which entry is a user's; {login} is the user name here. Exactly one must be found."),
    Setting("ldap_bind_dn", "", "The account that looks for people in it; empty: anonymously."),
    Setting("ldap_bind_password", "", "Its password."),
    Setting("ldap_ca_file", "", "Certificates (PEM) of who vouches for the directory's; empty: those that the machine knows."),
    Setting(
        "smtp_url",
        "",
        "Mail server: smtp://HOST:25, smtp+starttls://USER:PASSWORD@HOST:587 or smtps://…:465; empty: notices stay in the page.",
    ),
    Setting("mail_from", "", "Sender of the mails; needed with DOSSIER_SMTP_URL."),
    Setting("site_url", "", "Address under which people open the pages, written into mails; empty: mails hold no link."),
    Setting("webhook_url", "", "Another system's address (http:// or https://) that gets every notice as signed JSON; empty: none."),
    Setting("webhook_secret", "", "The secret that signs what the webhook gets (HMAC-SHA256), at least 16 characters; needed with it."),
    Setting(
        "export_folder",
        "",
        "Folder that the court's process system reads: what happened to a case goes there, one file a message; empty: none.",
    ),
    Setting(
        "export_url", "", "Address of the process system (http:// or https://) that gets the same as signed JSON, instead of the folder."
    ),
    Setting(
        "export_secret", "", "The secret that signs what goes to it (HMAC-SHA256), at least 16 characters; needed with DOSSIER_EXPORT_URL."
    ),
    Setting(
        "export_sub",
        "deny",
        "Papers of the 副卷 in what the process system is told: deny | allow (it may see them).",
        choices=("deny", "allow"),
    ),
    Setting("watch_folder", "", "Folder that scanning stations save to: STATION/CASE NUMBER/files; empty: none is watched."),
    Setting(
        "watch_quiet",
        "60",
        "Seconds without a change after which a stack there is complete; a tenth of it once a file 完成 or done lies in it.",
        0,
    ),
    Setting("proxies", "0", "Reverse proxies in front whose X-Forwarded-For names the address that signs in.", 0),
    Setting("max_upload_mb", "512", "Largest hand-over that the web door takes, in MiB.", 1),
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
    web_processes: int
    threads: int
    session_hours: int
    idle_minutes: int
    password_policy: str
    second_factor: str
    agreement: str
    administrators: str
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str
    oidc_claim: str
    ldap_url: str
    ldap_base: str
    ldap_filter: str
    ldap_bind_dn: str
    ldap_bind_password: str
    ldap_ca_file: str
    smtp_url: str
    mail_from: str
    site_url: str
    webhook_url: str
    webhook_secret: str
    export_folder: Path | None
    export_url: str
    export_secret: str
    export_sub: str
    watch_folder: Path | None
    watch_quiet: int
    proxies: int
    max_upload_mb: int

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Raises ValueError naming the variable when its value cannot be."""
        values = {setting.name: setting.value(environ) for setting in SETTINGS}
        home = Path(values["home"]).absolute()
        if values["database_url"] and not _DATABASE_URL.match(values["database_url"]):
            raise ValueError("DOSSIER_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://")
        _check_directory(values)
        _check_ways_out(values)

        def number(name: str) -> int:
            return int(values[name])

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
            web_processes=number("web_processes") or min((os.cpu_count() or 1) * WEB_PROCESSES_PER_CORE, MOST_WEB_PROCESSES),
            threads=number("threads"),
            session_hours=number("session_hours"),
            idle_minutes=number("idle_minutes"),
            password_policy=values["password_policy"],
            second_factor=values["second_factor"],
            agreement=values["agreement"],
            administrators=values["administrators"],
            oidc_issuer=values["oidc_issuer"],
            oidc_client_id=values["oidc_client_id"],
            oidc_client_secret=values["oidc_client_secret"],
            oidc_claim=values["oidc_claim"],
            ldap_url=values["ldap_url"],
            ldap_base=values["ldap_base"],
            ldap_filter=values["ldap_filter"],
            ldap_bind_dn=values["ldap_bind_dn"],
            ldap_bind_password=values["ldap_bind_password"],
            ldap_ca_file=values["ldap_ca_file"],
            smtp_url=values["smtp_url"],
            mail_from=values["mail_from"],
            site_url=values["site_url"].rstrip("/"),
            webhook_url=values["webhook_url"],
            webhook_secret=values["webhook_secret"],
            export_folder=Path(values["export_folder"]).absolute() if values["export_folder"] else None,
            export_url=values["export_url"],
            export_secret=values["export_secret"],
            export_sub=values["export_sub"],
            watch_folder=Path(values["watch_folder"]).absolute() if values["watch_folder"] else None,
            watch_quiet=number("watch_quiet"),
            proxies=number("proxies"),
            max_upload_mb=number("max_upload_mb"),
        )


def _check_directory(values: Mapping[str, str]) -> None:
    """What the court's directory needs. Raises ValueError naming the variable."""
    urls, wanted = values["ldap_url"].split(), values["ldap_filter"]
    for url in urls:
        if not re.fullmatch(r"ldaps?://([\w.-]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?/?", url) or _port(url) == 0:
            raise ValueError("DOSSIER_LDAP_URL must be ldaps://HOST[:PORT] or ldap://HOST[:PORT], several by spaces")
    if urls and not values["ldap_base"]:
        raise ValueError("DOSSIER_LDAP_BASE must be given when DOSSIER_LDAP_URL is set")
    if not (wanted.startswith("(") and wanted.endswith(")") and wanted.count("(") == wanted.count(")") and "{login}" in wanted):
        raise ValueError("DOSSIER_LDAP_FILTER must be a filter in parentheses that names {login}")
    if bool(values["ldap_bind_dn"]) != bool(values["ldap_bind_password"]):
        raise ValueError("DOSSIER_LDAP_BIND_DN and DOSSIER_LDAP_BIND_PASSWORD must be given together")
    if values["ldap_ca_file"] and not Path(values["ldap_ca_file"]).is_file():
        raise ValueError("DOSSIER_LDAP_CA_FILE must be a file with certificates")


def _port(url: str) -> int | None:
    """The port of an address, 0 when there is no such port."""
    try:
        return urlsplit(url).port
    except ValueError:
        return 0


def _check_ways_out(values: Mapping[str, str]) -> None:
    """What the ways out of the house need. Raises ValueError naming the variable."""
    if (mail := values["smtp_url"]) and not re.fullmatch(r"(smtp|smtp\+starttls|smtps)://[^/\s]+", mail):
        raise ValueError("DOSSIER_SMTP_URL must be smtp://, smtp+starttls:// or smtps://, and name a host")
    if mail.startswith("smtp://") and "@" in mail:
        raise ValueError("DOSSIER_SMTP_URL would send the password unprotected; use smtp+starttls:// or smtps://")
    if mail and not re.fullmatch(r"[^\s@]+@[^\s@]+", values["mail_from"]):
        raise ValueError("DOSSIER_MAIL_FROM must be an address when DOSSIER_SMTP_URL is set")
    for name in ("site_url", "webhook_url", "export_url"):
        if values[name] and not re.fullmatch(r"https?://[^/?\s@]+([/?][!-~]*)?", values[name]):
            raise ValueError(f"DOSSIER_{name.upper()} must begin with http:// or https:// and name a host, without a password")
    for name in ("smtp_url", "site_url", "webhook_url", "export_url"):
        if _port(values[name]) == 0:
            raise ValueError(f"DOSSIER_{name.upper()} names a port that there is not")
    for name in ("webhook", "export"):
        if values[f"{name}_url"] and len(values[f"{name}_secret"]) < 16:
            raise ValueError(f"DOSSIER_{name.upper()}_SECRET must have at least 16 characters when DOSSIER_{name.upper()}_URL is set")
    if values["export_folder"] and values["export_url"]:
        raise ValueError("set either DOSSIER_EXPORT_FOLDER or DOSSIER_EXPORT_URL: each message goes one way")
