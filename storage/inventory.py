"""An OCFL inventory, from bytes and back: every version of an object, where its files lie, and their digests."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from storage import files, layout
from storage.contract import DamagedError, Version

_TYPE = "https://ocfl.io/1.1/spec/#inventory"
_SHA512 = re.compile(r"[0-9a-f]{128}", re.ASCII)
_CONTENT_PATH = re.compile(rf"v([1-9][0-9]*)/{layout.CONTENT}/.+", re.DOTALL)

Paths = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Inventory:
    """What one inventory.json says. manifest: sha512 → content paths; fixity: algorithm → digest → content paths; versions from 1 on."""

    object_id: str
    manifest: Paths
    versions: Mapping[int, Version]
    fixity: Mapping[str, Paths] = field(default_factory=dict)

    @property
    def head(self) -> int:
        """The number of the newest version."""
        return len(self.versions)

    def content_path(self, logical_path: str, number: int) -> str:
        """Where a file of a version lies inside the object. Raises KeyError when the version has no such file."""
        return self.manifest[self.versions[number].state[logical_path]][0]

    def content(self) -> Mapping[str, Mapping[str, str]]:
        """Each content path with all its digests: {algorithm: hex}."""
        found = {path: {"sha512": digest} for digest, paths in self.manifest.items() for path in paths}
        for algorithm, block in self.fixity.items():
            for digest, paths in block.items():
                for path in paths:
                    found[path][algorithm] = digest
        return found

    def upto(self, number: int) -> Inventory:
        """The inventory as it stood when version `number` was the newest."""
        return Inventory(
            self.object_id,
            _older(self.manifest, number),
            {n: version for n, version in self.versions.items() if n <= number},
            {algorithm: older for algorithm, block in self.fixity.items() if (older := _older(block, number))},
        )

    def to_bytes(self) -> bytes:
        """The one way in which this store writes it: readable, sorted, UTF-8."""
        document = {
            "id": self.object_id,
            "type": _TYPE,
            "digestAlgorithm": "sha512",
            "head": f"v{self.head}",
            "manifest": {digest: sorted(paths) for digest, paths in self.manifest.items()},
            "versions": {f"v{number}": _version_out(version) for number, version in self.versions.items()},
            "fixity": {name: {digest: sorted(paths) for digest, paths in block.items()} for name, block in self.fixity.items()},
        }
        return (json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def sidecar(data: bytes) -> bytes:
    """The content of inventory.json.sha512 for an inventory of these bytes."""
    return f"{hashlib.sha512(data).hexdigest()} {layout.INVENTORY}\n".encode()


def content_version(content_path: str) -> int:
    """The version whose folder holds this content path."""
    match = _CONTENT_PATH.fullmatch(content_path)
    if not match:
        raise DamagedError(f"not a content path: {content_path!r}")
    return int(match[1])


def read(folder: Path) -> tuple[Inventory, bytes]:
    """The inventory in a folder, once its sidecar agrees. Raises DamagedError when it does not, OSError when it cannot be read."""
    try:
        data, side = files.read_small(folder / layout.INVENTORY), files.read_small(folder / layout.SIDECAR)
    except FileNotFoundError as error:
        raise DamagedError(str(error)) from error
    if side != sidecar(data):
        raise DamagedError(f"{folder / layout.INVENTORY} and its sidecar disagree")
    return parse(data), data


def parse(data: bytes) -> Inventory:
    """Reads an inventory strictly. Raises DamagedError for whatever this store would not have written or could not follow."""
    try:
        document = json.loads(data)
        if document["type"] != _TYPE or document["digestAlgorithm"] != "sha512" or "contentDirectory" in document:
            raise DamagedError("an inventory of another kind than this store writes")
        versions = document["versions"]
        inventory = Inventory(
            _text(document["id"]),
            _paths(document["manifest"]),
            {number: _version_in(number, versions[f"v{number}"]) for number in range(1, len(versions) + 1)},
            {_text(algorithm): _paths(block) for algorithm, block in document.get("fixity", {}).items()},
        )
        if not versions or document["head"] != f"v{inventory.head}":
            raise DamagedError(f"head is {document['head']!r} of {inventory.head} versions")
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DamagedError(f"not an inventory: {type(error).__name__}: {error}") from error
    _check(inventory)
    return inventory


def _check(inventory: Inventory) -> None:
    paths = [path for block in inventory.manifest.values() for path in block]
    used = {digest for version in inventory.versions.values() for digest in version.state.values()}
    faults = [
        (len(set(paths)) != len(paths), "a content path stands twice in the manifest"),
        (any(content_version(path) > inventory.head for path in paths), "content of a version that is not there"),
        (used != set(inventory.manifest), "manifest and versions name different digests"),
        (not all(_SHA512.fullmatch(digest) for digest in used), "a digest is not SHA-512 in lower-case hex"),
        (any(set(_flat(block)) - set(paths) for block in inventory.fixity.values()), "fixity of a file that the manifest does not know"),
    ]
    for fault, words in faults:
        if fault:
            raise DamagedError(words)


def _version_out(version: Version) -> dict[str, object]:
    state: dict[str, list[str]] = {}
    for path, digest in sorted(version.state.items()):
        state.setdefault(digest, []).append(path)
    return {"created": version.created, "message": version.message, "user": {"name": version.user}, "state": state}


def _version_in(number: int, block: Mapping[str, object]) -> Version:
    user = block["user"]
    if not isinstance(user, dict):
        raise TypeError("user is not an object")
    state = {path: digest for digest, paths in _blocks(block["state"]).items() for path in paths}
    for path in state:
        layout.check_logical_path(path)
    return Version(number, _text(block["created"]), _text(user["name"]), _text(block["message"]), state)


def _paths(block: object) -> Paths:
    found = _blocks(block)
    for path in _flat(found):
        content_version(path)
        layout.check_logical_path(path.split("/", 2)[2])
    return found


def _blocks(block: object) -> Paths:
    if not isinstance(block, dict):
        raise TypeError("a block of digests is not an object")
    if not all(isinstance(paths, list) and paths for paths in block.values()):
        raise TypeError("a digest without a list of paths")
    return {_text(digest): tuple(_text(path) for path in paths) for digest, paths in block.items()}


def _older(block: Paths, number: int) -> Paths:
    kept = {digest: tuple(path for path in paths if content_version(path) <= number) for digest, paths in block.items()}
    return {digest: paths for digest, paths in kept.items() if paths}


def _flat(block: Paths) -> list[str]:
    return [path for paths in block.values() for path in paths]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value
