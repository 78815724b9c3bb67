"""The rules of the house, held by tests: sizes, docstrings, errors that are not swallowed, what may stand in a file, where names resolve to."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import os
import re
import statistics
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("dossier", "scanners", "ocr", "review", "storage", "indexing")
PACKAGES = (*ROOMS, "tests")
DOORS = ("dossier/cli/", "dossier/web/", "dossier/worker.py")
MODULE_LINES, FUNCTION_LINES, FUNCTION_MEDIAN = 400, 60, 10
BROAD = {"Exception", "BaseException"}
# Backslashes and brackets keep these patterns from finding themselves. In HTML and scripts a field has a placeholder.
LEFTOVERS = re.compile(r"\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K]|stu[b]|(?<!\.)placeholde[r](?!=)|not implemente[d]|for no[w])\b", re.IGNORECASE)
REGISTRIES = re.compile(r"pypi\.org|pythonhosted\.org|debian\.org|npmjs\.(?:org|com)|crates\.io|anaconda\.org|(?<!emit-)index-ur[l]")
MACHINE_PATHS = re.compile(r"(?<![\w.~$})\]-])/(?:root|home|work|Users)(?:/|\b)")
CLOCK = re.compile(r"\b(?:datetime\.now|date\.today|time\.time)\(")
# The second compares with the times of files, which are the file system's and not the court's.
ASKS_THE_MACHINE = ("dossier/clock.py", "dossier/desks/uploads.py")
# The settings read the environment; the other three only hand it down to the processes that they start.
READS_ENVIRONMENT = ("dossier/settings.py", "dossier/web/server.py", "ocr/pool.py", "ocr/tesseract.py")


@cache
def files() -> tuple[Path, ...]:
    """Every file that belongs to the checkout: all but what .gitignore names."""
    ignored = {line.rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split() if line.endswith("/")} | {".git"}
    found: list[Path] = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name not in ignored)
        found += (Path(folder) / name for name in sorted(names) if not name.endswith(".pyc"))
    return tuple(found)


@cache
def texts() -> dict[str, str]:
    """Path from the root → content, of every file that is text."""
    found: dict[str, str] = {}
    for path in files():
        try:
            found[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def modules(*packages: str) -> list[str]:
    """The paths of all modules in these packages."""
    return [path for path in texts() if path.endswith(".py") and path.split("/")[0] in packages]


def read_every_day(*packages: str) -> list[str]:
    """The modules without the migrations, which are records of what was done."""
    return [path for path in modules(*packages) if "/migrations/versions/" not in path]


@cache
def nodes(path: str) -> tuple[ast.AST, ...]:
    """The parts of a module that the rules are about: itself first, its imports, functions, handlers and calls."""
    wanted = (ast.Module, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ExceptHandler, ast.Call)
    return tuple(node for node in ast.walk(ast.parse(texts()[path])) if isinstance(node, wanted))


def functions(paths: list[str]) -> Iterator[tuple[str, int]]:
    """(path:line name, lines) of every function."""
    for path in paths:
        for node in nodes(path):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield f"{path}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def found_in(pattern: re.Pattern[str], paths: Iterator[str] | tuple[str, ...]) -> list[str]:
    return [f"{path}:{number}: {line.strip()[:100]}" for path in paths for number, line in lines(path) if pattern.search(line)]


def lines(path: str) -> list[tuple[int, str]]:
    return list(enumerate(texts()[path].splitlines(), 1))


def product(path: str) -> bool:
    """What ships and is ours: the rooms, the doors and the templates, without what is vendored."""
    ours = path.split("/")[0] in (*ROOMS, "bin", "templates") or path == "wsgi.py"
    return ours and "/vendor/" not in path


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    sizes = {path: texts()[path].count("\n") for path in read_every_day(*ROOMS)}
    assert [f"{path} {size}" for path, size in sizes.items() if size > MODULE_LINES] == []


def test_no_function_is_longer_than_a_screen() -> None:
    assert [f"{name} {size}" for name, size in functions(read_every_day(*PACKAGES)) if size > FUNCTION_LINES] == []


def test_most_functions_are_short() -> None:
    assert statistics.median(size for _, size in functions(read_every_day(*ROOMS))) <= FUNCTION_MEDIAN


def test_every_module_says_what_comes_in_and_what_goes_out() -> None:
    told = {path: ast.get_docstring(tree) for path in modules(*PACKAGES) if isinstance(tree := nodes(path)[0], ast.Module)}
    assert [path for path, words in told.items() if not words and (texts()[path].strip() or not path.startswith("tests/"))] == []


def swallows(node: ast.AST) -> bool:
    """Whether this catches everything and goes on as if nothing had happened."""
    if isinstance(node, ast.ExceptHandler):
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        broad = any(kind is None or (isinstance(kind, ast.Name) and kind.id in BROAD) for kind in kinds)
        return broad and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
        return any(isinstance(kind, ast.Name) and kind.id in BROAD for kind in node.args)
    return False


def test_only_the_doors_catch_everything() -> None:
    inside = [path for path in modules(*ROOMS) if not path.startswith(DOORS)]
    assert [f"{path}: {ast.unparse(node)}" for path in inside for node in nodes(path) if swallows(node)] == []


@pytest.mark.parametrize(
    ("source", "bad"),
    [
        ("try:\n    f()\nexcept Exception:\n    pass", True),
        ("try:\n    f()\nexcept:\n    pass", True),
        ("try:\n    f()\nexcept (OSError, Exception):\n    pass", True),
        ("with contextlib.suppress(Exception):\n    f()", True),
        ("try:\n    f()\nexcept Exception as error:\n    raise Known() from error", False),
        ("try:\n    f()\nexcept OSError:\n    pass", False),
    ],
)
def test_swallowing_is_recognised(source: str, bad: bool) -> None:
    assert any(swallows(node) for node in ast.walk(ast.parse(source))) is bad


def test_nothing_is_left_over_in_the_product() -> None:
    assert found_in(LEFTOVERS, filter(product, texts())) == []


def test_no_file_names_a_package_registry() -> None:
    assert found_in(REGISTRIES, tuple(texts())) == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    assert found_in(MACHINE_PATHS, tuple(texts())) == []


def test_time_comes_from_the_clock_alone() -> None:
    assert found_in(CLOCK, (path for path in modules(*ROOMS) if path not in ASKS_THE_MACHINE)) == []


def test_the_environment_is_read_in_one_place() -> None:
    assert found_in(re.compile(r"\bos\.(?:environ|getenv)\b"), (p for p in modules(*ROOMS) if p not in READS_ENVIRONMENT)) == []


def test_every_folder_of_code_is_a_package() -> None:
    folders = {Path(path).parent for path in modules(*PACKAGES)}
    assert [str(folder) for folder in folders if not (ROOT / folder / "__init__.py").is_file()] == []


@pytest.mark.parametrize("name", PACKAGES)
def test_generic_names_resolve_inside_the_checkout(name: str) -> None:
    """A stray `storage` in site-packages would win silently in some ways of starting."""
    site = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    assert Path(importlib.import_module(name).__file__ or "").is_relative_to(ROOT)
    assert not Path(importlib.import_module(name).__file__ or "").is_relative_to(ROOT / ".venv")
    # A package that only the tests need installs a `tests` of its own; ours wins because it has an __init__.py and comes first.
    assert name == "tests" or PathFinder.find_spec(name, site) is None
    assert name not in sys.stdlib_module_names


def test_the_product_imports_nothing_that_only_developers_install() -> None:
    groups = tomllib.loads(texts()["pyproject.toml"])["dependency-groups"]
    developers = {re.split(r"[\[<>=]", line)[0].lower() for line in groups["dev"]}
    owners = importlib.metadata.packages_distributions()
    bad = []
    for path in modules(*ROOMS):
        for node in nodes(path):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            tops = {name.split(".")[0] for name in names}
            bad += [f"{path}: {top}" for top in tops if developers & {owner.lower() for owner in owners.get(top, [])}]
    assert bad == []


SCRIPTS = tuple(path for path in files() if path.parent in (ROOT / "bin", ROOT / ".ci"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_scripts_can_be_started(script: Path) -> None:
    assert os.access(script, os.X_OK)
    first = script.read_text(encoding="utf-8").splitlines()[0]
    if "bash" in first:
        subprocess.run(["bash", "-n", script], check=True)
    else:
        assert "python" in first
        compile(script.read_text(encoding="utf-8"), script, "exec")


def test_the_gate_is_what_developers_run() -> None:
    """.ci/run does nothing but start bin/test, so that no check exists in one place only."""
    _, command = texts()[".ci/run"].splitlines()
    assert re.fullmatch(r'exec "\$\(dirname .*\)/\.\./bin/test"', command)


def test_what_is_vendored_has_its_licence_and_its_notice() -> None:
    vendored = {match[0] for path in texts() if (match := re.match(r".*/vendor/[^/]+/", path))}
    for folder in vendored:
        assert list((ROOT / folder).glob("LICENSE*")), folder
        assert folder in texts()["NOTICE"], folder
