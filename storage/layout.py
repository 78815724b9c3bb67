"""Names come in; checked names, the places of OCFL objects under a storage root, and a new root go out."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path, PurePosixPath
from uuid import uuid4

from storage import files

LAYOUT = "0004-hashed-n-tuple-storage-layout"  # no case number and no party's name ever shows in a path
TUPLE_SIZE = 3
TUPLES = 3
TUPLE = re.compile(r"[0-9a-f]{3}", re.ASCII)
OBJECT = re.compile(r"[0-9a-f]{64}", re.ASCII)
VERSION = re.compile(r"v([1-9][0-9]*)", re.ASCII)

INVENTORY = "inventory.json"
SIDECAR = "inventory.json.sha512"
OBJECT_DECLARATION = "0=ocfl_object_1.1"
OBJECT_DECLARATION_BYTES = b"ocfl_object_1.1\n"
CONTENT = "content"


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


# The root's own files, byte for byte (OCFL 1.1 §4.1 and extension 0004).
ROOT_FILES = {
    "0=ocfl_1.1": b"ocfl_1.1\n",
    "ocfl_layout.json": _json({"extension": LAYOUT, "description": "Object ids hashed with SHA-256, three levels of three characters"}),
    f"extensions/{LAYOUT}/config.json": _json(
        {
            "extensionName": LAYOUT,
            "digestAlgorithm": "sha256",
            "tupleSize": TUPLE_SIZE,
            "numberOfTuples": TUPLES,
            "shortObjectRoot": False,
        }
    ),
}
DECLARATION = "0=ocfl_1.1"


def object_path(object_id: str) -> PurePosixPath:
    """Where an object lies, relative to the root."""
    digest = hashlib.sha256(object_id.encode()).hexdigest()
    return PurePosixPath(*(digest[i * TUPLE_SIZE : (i + 1) * TUPLE_SIZE] for i in range(TUPLES)), digest)


def tuple_folders(root: Path, depth: int = TUPLES) -> Iterator[Path]:
    """The folders between the root and its objects, leaves first, sorted."""
    for path in sorted(root.iterdir()):
        if TUPLE.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            if depth > 1:
                yield from tuple_folders(path, depth - 1)
            yield path


def object_roots(root: Path) -> Iterator[Path]:
    """Every folder under the root that lies where an object lies, sorted. Raises OSError."""
    for folder in tuple_folders(root):
        if len(folder.relative_to(root).parts) == TUPLES:
            yield from (path for path in sorted(folder.iterdir()) if OBJECT.fullmatch(path.name) and path.is_dir())


def version_numbers(object_root: Path) -> list[int]:
    """The numbers of the version folders that are there, rising. Raises OSError."""
    names = (VERSION.fullmatch(path.name) for path in object_root.iterdir() if path.is_dir())
    return sorted(int(match[1]) for match in names if match)


def staging_of(root: Path) -> Path:
    """The folder beside a root in which its versions are built: same file system, but no stray in the root."""
    return root.with_name(root.name + ".staging")


def make_root(root: Path) -> None:
    """Makes an empty storage root, whole or not at all, where nothing or an empty folder is; leaves any other folder alone."""
    staging = staging_of(root)
    files.make_folders(staging)
    if root.is_dir() and any(root.iterdir()):
        return
    with workplace(staging) as work:
        for name, data in ROOT_FILES.items():
            path = work / "root" / name
            path.parent.mkdir(files.FOLDER_MODE, parents=True, exist_ok=True)
            files.write_new(path, [data])
        files.sync_tree(work / "root", 1)
        try:
            (work / "root").rename(root)
        except OSError:
            # Another process was first: then the root is there, and complete.
            if not (root / DECLARATION).is_file():
                raise
        files.sync(root.parent)


@contextmanager
def workplace(staging: Path) -> Iterator[Path]:
    """A folder of our own in `staging`, locked while we live, removed at the end."""
    with ExitStack() as stack:
        work = _claim(staging, stack)
        try:
            yield work
        except BaseException as error:
            try:
                files.remove_tree(work)
            except OSError as second:
                error.add_note(f"{work} could not be removed either: {second}")
            raise
        # What was to be kept is kept by now; an empty folder that stays is taken by the next recover().
        with suppress(OSError):
            files.remove_tree(work)


def _claim(staging: Path, stack: ExitStack) -> Path:
    while True:
        work = staging / uuid4().hex
        work.mkdir(files.FOLDER_MODE)
        try:
            stack.enter_context(files.locked(work))
        except FileNotFoundError:
            continue  # a recover() came between mkdir and lock: take another
        return work


def check_object_id(object_id: str) -> None:
    """Raises ValueError for an id that is empty, too long, or holds control characters."""
    if not object_id or len(object_id.encode()) > 1024 or _has_control(object_id):
        raise ValueError(f"not an object id: {object_id!r}")


def check_logical_path(path: str) -> None:
    """Raises ValueError for a path that could leave the object or that some system could not write."""
    parts = path.split("/")
    if any(part in ("", ".", "..") or len(part.encode()) > 255 for part in parts) or _has_control(path) or "\\" in path:
        raise ValueError(f"not a logical path: {path!r}")
    if len(path.encode()) > 2048:
        raise ValueError(f"logical path too long: {path[:80]!r}…")


def check_stamp(user: str, message: str, created: str) -> None:
    """Raises ValueError when who, why or when is missing; `created` is RFC 3339 with its offset from UTC."""
    if not user or not message:
        raise ValueError("a version says who made it and why")
    (user + message).encode()
    if datetime.fromisoformat(created).tzinfo is None or "T" not in created:
        raise ValueError(f"a time with its offset from UTC, please: {created!r}")


def _has_control(text: str) -> bool:
    return any(unicodedata.category(character) in ("Cc", "Cs") for character in text)
