"""docs/trust.md and docs/dependencies.md are held against the program and the installed packages: numbers, roles, open doors, licences."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib

import pytest

from dossier import people
from dossier.access import ROLES
from dossier.pages import CHUNK
from dossier.people import tries
from dossier.settings import SETTINGS
from dossier.web.site import POLICY
from scanners.kinds import MAX_PAGES, MAX_PIXELS
from scanners.sandbox import Limits
from tests.support.pages_of_docs import ROOMS, ROOT, page, rows, section

TRUST = page("trust.md")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = {"运行 Runtime": PROJECT["project"]["dependencies"], "开发 Development": PROJECT["dependency-groups"]["dev"]}
STRONG_COPYLEFT = re.compile(r"(?<!L)\bA?GPL|GNU (?:Affero )?General Public", re.IGNORECASE)


def test_the_numbers_of_trust_are_those_of_the_program() -> None:
    hasher = people.HASHER
    default = {setting.name: setting.default for setting in SETTINGS}
    for told in (
        f"at least {people.MIN_PASSWORD} characters",
        f"({hasher.memory_cost // 1024} MiB, {hasher.time_cost} passes, {hasher.parallelism} lane)",
        f"after {tries.TRIES} failed tries for a login from an address, or {tries.TRIES_PER_LOGIN} for a login from anywhere",
        f"1, 2, 4 … {tries.LONGEST_MINUTES} minutes; after {tries.TRIES_PER_ADDRESS} for an address, of up to {tries.LONGEST_ADDRESS_MINUTES}",
        f"of three kinds, changed every {people.POLICIES[default['password_policy']].days} days",
        f"ended after {default['session_hours']} hours or {default['idle_minutes']} minutes without a request",
        f"at most {CHUNK} pages",
        f"{Limits().memory >> 20} MiB of memory, {Limits().file_size >> 20} MiB per written file, {Limits().open_files} open files",
        f"{MAX_PAGES} pages a file, {MAX_PIXELS} pixels a page",
    ):
        assert told in TRUST, told
    for directive in ("script-src 'self'", "frame-ancestors 'none'"):
        assert f"`{directive}`" in TRUST
        assert directive in POLICY.split("; ")


def test_every_role_is_named() -> None:
    assert all(f"`{role}` {name}" in TRUST for role, name in ROLES.items())


def names(lines: list[str]) -> set[str]:
    return {re.split(r"[\[<>=]", line)[0] for line in lines}


@pytest.mark.parametrize("group", GROUPS)
def test_every_dependency_has_its_line_and_no_other_has(group: str) -> None:
    assert {cells[0] for cells in rows(section(page("dependencies.md"), group))} == names(GROUPS[group])


@pytest.mark.parametrize("group", GROUPS)
def test_licences_are_those_of_the_installed_packages(group: str) -> None:
    for name, licence, why in rows(section(page("dependencies.md"), group)):
        told = importlib.metadata.metadata(name).json
        assert licence == told.get("license_expression", licence), name
        assert why, name


def test_what_is_called_unused_is_unused() -> None:
    program = "".join(path.read_text(encoding="utf-8") for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    for name, _, why in rows(section(page("dependencies.md"), "运行 Runtime")):
        imported = re.search(rf"^\s*(?:import|from) {name.replace('-', '_')}\b", program, flags=re.MULTILINE)
        assert "not used yet" not in why or imported is None, name


def test_nothing_under_a_strong_copyleft_is_installed() -> None:
    for installed in importlib.metadata.distributions():
        told = installed.metadata.json
        licences = [str(told.get("license_expression", "")), *(one for one in told.get("classifier", ()) if one.startswith("License"))]
        assert not STRONG_COPYLEFT.search(" ".join(licences)), installed.name
