"""A second opinion on our storage roots: ocfl-py, an OCFL validator written by others."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from ocfl.layout import Layout
from ocfl.layout_registry import add_layout
from ocfl.storage_root import StorageRoot
from ocfl.validator import Validator

NAME = "0004-hashed-n-tuple-storage-layout"


class HashedNTuple(Layout):  # type: ignore[misc]
    """Extension 0004, which ocfl-py does not bring along; written from the text of the extension."""

    def __init__(self) -> None:
        super().__init__()
        self.NAME = NAME
        self.DESCRIPTION = "Hashed N-tuple Storage Layout"
        self.PARAMS = dict.fromkeys(("digestAlgorithm", "tupleSize", "numberOfTuples", "shortObjectRoot"), self._keep)
        self.settings: list[object] = []

    def _keep(self, value: object) -> None:
        self.settings.append(value)

    def identifier_to_path(self, identifier: str) -> str:
        digest = hashlib.sha256(identifier.encode()).hexdigest()
        return "/".join([digest[0:3], digest[3:6], digest[6:9], digest])


add_layout(NAME, HashedNTuple)


def complaints_about_object(object_root: Path) -> str:
    """What ocfl-py has against an object; empty when it is valid."""
    validator = Validator()
    valid = validator.validate_object(str(object_root))
    return "" if valid else str(validator.status_str()) or "invalid"


def complaints_about_root(root: Path) -> str:
    """What ocfl-py has against a storage root and the objects in it; empty when all is valid and every object is in its place."""
    store: Any = StorageRoot(str(root))
    valid = store.validate()
    good = store.good_objects == store.num_objects
    said = [*(str(error) for error in store.errors), store.log.status_str()]
    for path, identifier in store.list_objects():
        if HashedNTuple().identifier_to_path(identifier) != path:
            said.append(f"{identifier} lies at {path}")
    if valid and good:
        return "\n".join(line for line in said if line)
    return "\n".join(["invalid", *said])
