"""A real directory: Debian's slapd, started in a folder of its own on free ports of this machine; where it answers goes out."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

BASE = "dc=court,dc=example"
SEARCHER, SEARCHER_PASSWORD = f"cn=searcher,{BASE}", "the-searcher-searches"
# Beside 127.0.0.1, which is this machine itself: an address that must be protected like any other.
OUTSIDE = "127.0.0.2"
CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
allow bind_anon_cred
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
database mdb
suffix "{base}"
rootdn "{searcher}"
rootpw {searcher_password}
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to dn.exact="{base}" by * read
access to * by dn.exact="{searcher}" read by * none
"""


@dataclass(frozen=True)
class Directory:
    """Where it listens, without and with TLS, and who vouches for its certificate, which names OUTSIDE only."""

    port: int
    secure_port: int
    authority: Path


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "directory of a test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(OUTSIDE))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "server.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.key").write_bytes(secret)


def _entry(login: str, password: str, more: str = "") -> str:
    lines = (f"dn: cn={login},ou=people,{BASE}", "objectClass: inetOrgPerson", f"cn: {login}", f"sn: {login}", f"uid: {login}")
    return "\n".join((*lines, f"userPassword: {password}")) + f"\n{more}\n"


def _contents(people: dict[str, str]) -> str:
    top = f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: court\no: court\n\n"
    return f"{top}dn: ou=people,{BASE}\nobjectClass: organizationalUnit\nou: people\n\n" + "\n".join(
        _entry(login, password, f"mail: {login}@court.example\ntitle: everybody\n") for login, password in people.items()
    )


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind((OUTSIDE, 0))
        return int(one.getsockname()[1]), int(other.getsockname()[1])


@contextmanager
def directory(folder: Path, people: dict[str, str]) -> Iterator[Directory]:
    """A directory of these people, login → password, that lets nobody but the searcher look. Raises when it cannot be started."""
    (folder / "data").mkdir(parents=True)
    _certificate(folder)
    config, ldif = folder / "slapd.conf", folder / "people.ldif"
    config.write_text(CONFIG.format(folder=folder, base=BASE, searcher=SEARCHER, searcher_password=SEARCHER_PASSWORD), encoding="utf-8")
    ldif.write_text(_contents(people), encoding="utf-8")
    subprocess.run(["/usr/sbin/slapadd", "-q", "-f", str(config), "-l", str(ldif)], check=True, capture_output=True)
    plain, secure = _free_ports()
    places = " ".join(
        (f"ldap://127.0.0.1:{plain}", f"ldap://{OUTSIDE}:{plain}", f"ldaps://127.0.0.1:{secure}", f"ldaps://{OUTSIDE}:{secure}")
    )
    command = ["/usr/sbin/slapd", "-f", str(config), "-h", places, "-d", "sync"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = ""
            for line in process.stderr:
                said += line
                if "slapd starting" in line:
                    break
            if process.poll() is not None:
                raise RuntimeError(f"slapd: {said}")
            yield Directory(plain, secure, folder / "server.pem")
        finally:
            process.terminate()
