"""Passwords that the court's directory keeps: an account's roles come in; where its password is kept, and whether one is good, go out."""

from __future__ import annotations

from collections.abc import Collection

from dossier.access import ADMINISTRATORS, Actor, demand
from dossier.errors import DossierError
from dossier.office import Office
from dossier.people import passwords
from dossier.records.tables import Person


def elsewhere(office: Office, roles: Collection[str]) -> bool:
    """Whether the court's directory keeps the password of somebody with these roles."""
    return bool(office.settings.ldap_url) and not stays_here(roles)


def stays_here(roles: Collection[str]) -> bool:
    """Whether somebody with these roles proves who they are here and nowhere else: the three administrators, for whoever keeps the court's
    directory or identity service would otherwise keep accounts and rights here, too."""
    return not ADMINISTRATORS.isdisjoint(roles)


def door_changes(office: Office, before: Collection[str], after: Collection[str]) -> bool:
    """Whether who had these roles and has those now comes in by another door, so that a session begun at the old one is worth nothing."""
    outside = office.settings.ldap_url or office.settings.oidc_issuer
    return bool(outside) and stays_here(before) != stays_here(after)


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
