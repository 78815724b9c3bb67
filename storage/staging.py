"""The newest inventory and the changes come in; the complete next version, durable in a staging folder, goes out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from storage import files, layout
from storage.contract import Version
from storage.inventory import Inventory, sidecar


@dataclass(frozen=True)
class Changes:
    """What the next version does: files to add or replace (a path or the bytes), logical paths to leave out, and who, why, when."""

    add: Mapping[str, Path | bytes]
    remove: tuple[str, ...]
    user: str
    message: str
    created: str

    def check(self) -> None:
        """Raises ValueError for what no version may hold."""
        layout.check_stamp(self.user, self.message, self.created)
        if not self.add and not self.remove:
            raise ValueError("a version adds or removes something")
        for path in (*self.add, *self.remove):
            layout.check_logical_path(path)
        if both := set(self.add) & set(self.remove):
            raise ValueError(f"added and removed at once: {sorted(both)}")


def next_state(state: Mapping[str, str], changes: Changes) -> dict[str, str]:
    """The logical paths after the changes (digests of added ones still empty). Raises ValueError when they cannot stand together."""
    if strangers := set(changes.remove) - set(state):
        raise ValueError(f"not in the version to change: {sorted(strangers)}")
    after = {path: digest for path, digest in state.items() if path not in changes.remove} | dict.fromkeys(changes.add, "")
    for path in after:
        parts = path.split("/")
        for count in range(1, len(parts)):
            if "/".join(parts[:count]) in after:
                raise ValueError(f"a file and a folder of one name: {path!r}")
    return after


def build(top: Path, object_id: str, old: Inventory | None, changes: Changes, threads: int) -> Inventory:
    """Writes under `top` what becomes the object (v1), or the version folder and the new root inventory (later versions); all durable.

    Bytes that the object holds already are not kept again. Raises ValueError, OSError (also of a source that cannot be read).
    """
    number = old.head + 1 if old else 1
    state = next_state(old.versions[old.head].state if old else {}, changes)
    manifest = dict(old.manifest) if old else {}
    fixity = {name: dict(block) for name, block in old.fixity.items()} if old else {}
    sha256 = fixity.setdefault("sha256", {})
    version = top / f"v{number}"
    version.mkdir(files.FOLDER_MODE, parents=True)
    for logical, source in changes.add.items():
        path = f"v{number}/{layout.CONTENT}/{logical}"
        digest, digest256 = _keep(source, top / path)
        state[logical] = digest
        if digest in manifest:
            (top / path).unlink()
        else:
            manifest[digest] = (path,)
            sha256[digest256] = (*sha256.get(digest256, ()), path)
    versions = dict(old.versions) if old else {}
    versions[number] = Version(number, changes.created, changes.user, changes.message, state)
    inventory = Inventory(object_id, manifest, versions, {name: block for name, block in fixity.items() if block})
    data = inventory.to_bytes()
    for folder in (top, version):
        write_copies(folder, data)
    if number == 1:
        files.write_new(top / layout.OBJECT_DECLARATION, [layout.OBJECT_DECLARATION_BYTES])
    files.sync_tree(top, threads)
    return inventory


def write_copies(folder: Path, data: bytes) -> None:
    """Writes an inventory and its sidecar, not yet durable."""
    files.write_new(folder / layout.INVENTORY, [data])
    files.write_new(folder / layout.SIDECAR, [sidecar(data)])


def publish_copies(source: Path, object_root: Path) -> None:
    """Moves a durable inventory and its sidecar over those of the object's root; durable when it returns."""
    for name in (layout.SIDECAR, layout.INVENTORY):
        (source / name).replace(object_root / name)
    files.sync(object_root)


def _keep(source: Path | bytes, target: Path) -> tuple[str, str]:
    target.parent.mkdir(files.FOLDER_MODE, parents=True, exist_ok=True)
    sha512, sha256 = hashlib.sha512(), hashlib.sha256()
    if isinstance(source, bytes):
        files.write_new(target, [source], [sha512, sha256])
    else:
        with source.open("rb") as stream:
            files.write_new(target, files.chunks(stream), [sha512, sha256])
    return sha512.hexdigest(), sha256.hexdigest()


def remake_copies(work: Path, object_root: Path, data: bytes) -> None:
    """Writes the root copies of an inventory anew, by way of an empty folder `work`."""
    work.mkdir(files.FOLDER_MODE)
    write_copies(work, data)
    files.sync_tree(work, 1)
    publish_copies(work, object_root)
