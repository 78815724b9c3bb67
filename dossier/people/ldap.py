"""The court's directory over LDAP: settings, a login and a password come in; whether the directory knows the two together goes out."""

from __future__ import annotations

import secrets
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import structlog

from dossier.errors import DossierError
from dossier.settings import LOOPBACK, Settings

with warnings.catch_warnings():
    # ldap3 asks pyasn1 for two names of old.
    warnings.simplefilter("ignore", DeprecationWarning)
    from ldap3 import ANONYMOUS, NONE, SIMPLE, SUBTREE, Connection, Server, Tls
    from ldap3.core import results
    from ldap3.core.exceptions import LDAPException
    from ldap3.utils.conv import escape_filter_chars

log = structlog.get_logger()
CONNECT_SECONDS, ANSWER_SECONDS = 5, 10
# What a directory says of a password that is not good, or of an account that may not sign in; anything else is its own trouble.
_NOT_GOOD = frozenset(
    {
        results.RESULT_INVALID_CREDENTIALS,
        results.RESULT_INAPPROPRIATE_AUTHENTICATION,
        results.RESULT_INSUFFICIENT_ACCESS_RIGHTS,
        results.RESULT_UNWILLING_TO_PERFORM,
        results.RESULT_CONSTRAINT_VIOLATION,
        results.RESULT_NO_SUCH_OBJECT,
    }
)


class _Tls(Tls):  # type: ignore[misc]
    """TLS with the certificate and the name of the host checked by Python itself."""

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        context = ssl.create_default_context(cafile=self.ca_certs_file)
        connection.socket = context.wrap_socket(
            connection.socket, server_hostname=connection.server.host, do_handshake_on_connect=do_handshake
        )


def proves(settings: Settings, login: str | None, password: str) -> bool:
    """Whether exactly one entry is this login's and takes this password; None: nobody's login, for the time that the answer takes.

    Raises directory_down when the directory cannot be asked, with the reason in the log.
    """
    if not password:
        # A directory takes a name without a password for nobody in particular, and says yes.
        return False
    with _connected(settings) as connection:
        return _proves(settings, connection, login, password)


def entry_of(settings: Settings, login: str) -> str | None:
    """The name of this login's entry; None when there is none or more than one. Raises directory_down."""
    with _connected(settings) as connection:
        return _search(settings, connection, login)


@contextmanager
def _connected(settings: Settings) -> Iterator[Any]:
    connection = _open(settings)
    try:
        yield connection
    except (LDAPException, OSError) as error:
        raise _trouble(connection.server.host, error) from error
    finally:
        _close(connection)


def _proves(settings: Settings, connection: Any, login: str | None, password: str) -> bool:
    name = _search(settings, connection, login or secrets.token_hex(8))
    if name is None or login is None:
        name, password = f"cn={secrets.token_hex(8)},{settings.ldap_base}", secrets.token_hex(8)
    # Bytes go as they are; a text might be normalised away to nothing.
    if connection.rebind(name, password.encode(), SIMPLE, read_server_info=False):
        return True
    if connection.result["result"] not in _NOT_GOOD:
        raise LDAPException(f"bind: {connection.result['description']}")
    return False


def _search(settings: Settings, connection: Any, login: str) -> str | None:
    if not connection.bind(read_server_info=False):
        raise LDAPException(f"search account: {connection.result['description']}")
    wanted = settings.ldap_filter.replace("{login}", escape_filter_chars(login))
    connection.search(settings.ldap_base, wanted, SUBTREE, size_limit=2, time_limit=ANSWER_SECONDS)
    if connection.result["result"] not in (results.RESULT_SUCCESS, results.RESULT_SIZE_LIMIT_EXCEEDED):
        raise LDAPException(f"search: {connection.result['description']}")
    names = [found["dn"] for found in connection.response if found["type"] == "searchResEntry"]
    if len(names) > 1:
        log.warning("more than one entry of the directory has this login", login=login[:80])
    return names[0] or None if len(names) == 1 else None


def _open(settings: Settings) -> Any:
    """A connection to the first server that answers, protected unless it ends on this machine. Raises directory_down."""
    down = DossierError("directory_down")
    for url in settings.ldap_url.split():
        connection, protect = _connection(settings, url)
        try:
            connection.open(read_server_info=False)
            if protect:
                connection.start_tls(read_server_info=False)
            return connection
        except (LDAPException, OSError) as error:
            _close(connection)
            down = _trouble(connection.server.host, error)
    raise down


def _connection(settings: Settings, url: str) -> tuple[Any, bool]:
    """A connection that is not open yet, and whether StartTLS must come first."""
    parts = urlsplit(url)
    secure = parts.scheme == "ldaps"
    tls = _Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=settings.ldap_ca_file or None)
    server = Server(
        parts.hostname, port=parts.port or (636 if secure else 389), use_ssl=secure, tls=tls, get_info=NONE, connect_timeout=CONNECT_SECONDS
    )
    known = {"user": settings.ldap_bind_dn, "password": settings.ldap_bind_password} if settings.ldap_bind_dn else {}
    connection = Connection(
        server,
        authentication=SIMPLE if known else ANONYMOUS,
        auto_referrals=False,
        check_names=False,
        read_only=True,
        receive_timeout=ANSWER_SECONDS,
        **known,
    )
    return connection, not secure and parts.hostname not in LOOPBACK


def _close(connection: Any) -> None:
    try:
        connection.unbind()
    except (LDAPException, OSError) as error:
        log.debug("directory hung up first", reason=str(error))
    if connection.socket is not None:
        connection.socket.close()


def _trouble(host: str, error: Exception) -> DossierError:
    log.warning("directory cannot be asked", host=host, reason=str(error))
    return DossierError("directory_down")
