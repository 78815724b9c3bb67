"""Passwords that the court's directory keeps: an account's roles come in; where its password is kept, and whether one is good, go out."""

from __future__ import annotations

from collections.abc import Collection

from dossier.access import ADMINISTRATORS, Actor, demand
from dossier.errors import DossierError
from dossier.office import Office
from dossier.people import passwords
from dossier.records.tables import Person


def elsewhere(office: Office, roles: Collection[str]) -> bool:
    """Whether the court's directory keeps the password of somebody with these roles.

    Never that of the three administrators: whoever keeps the directory would otherwise keep accounts and rights here, too.
    """
    return bool(office.settings.ldap_url) and not ADMINISTRATORS.intersection(roles)


def require_here(office: Office, person: Person) -> None:
    """Raises password_elsewhere when the password is not kept here."""
    if elsewhere(office, person.roles):
        raise DossierError("password_elsewhere", login=person.login)


def proves(office: Office, person: Person | None, login: str, password: str) -> bool:
    """Whether the password is this person's, wherever it is kept. person: None when no account has the login. Raises directory_down.

    Unknown logins and wrong passwords ask the same of the directory; so does the wrong password of an administrator, who asks for nobody:
    neither the time nor a directory that is down tells whose logins are theirs.
    """
    is_open = person is not None and not person.disabled and person.password_hash is not None
    here = person is not None and not elsewhere(office, person.roles)
    known = person.password_hash if person is not None and is_open and here else None
    if passwords.matches(known, password):
        return True
    if not office.settings.ldap_url:
        return False
    # Only where a court has a directory is the library for it loaded.
    from dossier.people import ldap

    return ldap.proves(office.settings, None if here else login, password) and is_open and not here


def entry_of(office: Office, actor: Actor, login: str) -> str | None:
    """The name of a login's entry in the directory, None without exactly one: how an administrator tries the settings.

    Raises directory_unset, directory_down.
    """
    demand(actor, "user.list")
    if not office.settings.ldap_url:
        raise DossierError("directory_unset")
    from dossier.people import ldap

    return ldap.entry_of(office.settings, login)
