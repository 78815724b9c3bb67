"""A disk that forgets: from the calls of a run, every state in which a power cut could have left the disk.

The model is harsher than ext4: bytes survive by fsync of their file, a name by fsync of the folder that holds it, a rename by fsync
of the folder that receives it; anything else may or may not survive, each piece for itself, and bytes may be torn.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.disk_calls import watched

Call = tuple[str, tuple[Any, ...], Any]
Tree = dict[str, bytes | None]  # path → bytes of a file, None for a folder


@dataclass(eq=False)
class Node:
    """A file (data) or a folder (names), as it is now and as it is safe."""

    folder: bool
    data: bytes = b""
    safe_data: bytes = b""
    now: dict[str, Node] = field(default_factory=dict)
    safe: dict[str, Node] = field(default_factory=dict)


@dataclass(eq=False)
class Change:
    """A change of names that is not safe yet; `owner` is the folder whose fsync makes it safe."""

    owner: Node
    name: str
    node: Node | None
    old_folder: Node | None = None
    old_name: str = ""

    def settle(self) -> None:
        if self.old_folder is not None and self.old_folder.safe.get(self.old_name) is self.node:
            del self.old_folder.safe[self.old_name]
        if self.node is None:
            self.owner.safe.pop(self.name, None)
        else:
            self.owner.safe[self.name] = self.node


class Disk:
    """What the calls so far have made of the folder `base`, which was empty at the start."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.top = Node(folder=True)
        self.pending: list[Change] = []
        self.open: dict[int, Node] = {}

    def apply(self, call: Call) -> None:
        name, arguments, result = call
        if name == "open":
            self._open(Path(arguments[0]), arguments[1], result)
        elif name == "write":
            if node := self.open.get(arguments[0]):
                node.data += bytes(arguments[1])[:result]
        elif name == "fsync":
            if node := self.open.get(arguments[0]):
                self._sync(node)
        elif name in ("rename", "replace", "rename_new"):
            self._rename(Path(arguments[0]), Path(arguments[1]))
        elif name == "mkdir":
            self._add(Path(arguments[0]), Node(folder=True))
        elif name in ("unlink", "rmdir"):
            parent, last = self._at(Path(arguments[0]))
            del parent.now[last]
            self.pending.append(Change(parent, last, None))

    def survivor(self, rng: random.Random | None, *, all_of_it: bool = False) -> Tree:
        """One state after a power cut: nothing that was not safe (rng None), all of it, or each piece by chance."""
        if all_of_it:
            return _tree(self.top, lambda node: node.now, lambda node: node.data)
        if rng is None:
            return _tree(self.top, lambda node: node.safe, lambda node: node.safe_data)
        kept = {id(node): dict(node.safe) for node in _all(self.top, self.pending)}
        for change in self.pending:
            if rng.random() < 0.5:
                if change.old_folder is not None and kept[id(change.old_folder)].get(change.old_name) is change.node:
                    del kept[id(change.old_folder)][change.old_name]
                if change.node is None:
                    kept[id(change.owner)].pop(change.name, None)
                else:
                    kept[id(change.owner)][change.name] = change.node
        return _tree(self.top, lambda node: kept.get(id(node), {}), lambda node: _torn(node, rng))

    def _open(self, path: Path, flags: int, number: int) -> None:
        self.open.pop(number, None)
        if not path.is_relative_to(self.base):
            return
        if flags & os.O_CREAT:
            self._add(path, Node(folder=False))
        node = self.top
        for part in path.relative_to(self.base).parts:
            node = node.now[part]
        self.open[number] = node

    def _sync(self, node: Node) -> None:
        node.safe_data = node.data
        for change in [change for change in self.pending if change.owner is node]:
            change.settle()
            self.pending.remove(change)

    def _rename(self, source: Path, target: Path) -> None:
        old, old_name = self._at(source)
        new, new_name = self._at(target)
        node = old.now.pop(old_name)
        new.now[new_name] = node
        self.pending.append(Change(new, new_name, node, old, old_name))

    def _add(self, path: Path, node: Node) -> None:
        parent, last = self._at(path)
        parent.now[last] = node
        self.pending.append(Change(parent, last, node))

    def _at(self, path: Path) -> tuple[Node, str]:
        *folders, last = path.relative_to(self.base).parts
        node = self.top
        for part in folders:
            node = node.now[part]
        return node, last


def recorded(act: Callable[[Callable[[str], None]], None]) -> list[Call]:
    """The calls of act(acknowledge), with acknowledgements in their place among them."""
    calls: list[Call] = []
    with watched(after=lambda name, arguments, result: calls.append((name, tuple(_frozen(a) for a in arguments), result))):
        act(lambda what: calls.append(("ack", (what,), None)))
    return calls


def crash_states(base: Path, calls: Sequence[Call], chances: int) -> Iterator[tuple[frozenset[str], Tree]]:
    """(what was acknowledged, what is on the disk) for a power cut after each call: the two extremes and `chances` random ones.

    `base` is the folder the calls were made in; it was empty before, and need not be there any more.
    """
    disk, acknowledged, rng = Disk(base), frozenset[str](), random.Random(20260302)
    for call in [("start", (), None), *calls]:
        if call[0] == "ack":
            acknowledged |= {call[1][0]}
        disk.apply(call)
        yield acknowledged, disk.survivor(None)
        yield acknowledged, disk.survivor(None, all_of_it=True)
        for _ in range(chances):
            yield acknowledged, disk.survivor(rng)


def write_tree(tree: Tree, base: Path) -> None:
    """Puts a state on a real disk."""
    for name, data in sorted(tree.items()):
        if data is None:
            (base / name).mkdir()
        else:
            (base / name).write_bytes(data)


def _frozen(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def _torn(node: Node, rng: random.Random) -> bytes:
    if node.data == node.safe_data:
        return node.data
    kept = node.data[: rng.randrange(len(node.data) + 1)]
    return kept + bytes(len(node.data) - len(kept)) if rng.random() < 0.3 else kept


def _all(top: Node, pending: Sequence[Change]) -> Iterator[Node]:
    seen: set[int] = set()
    todo = [top, *(node for change in pending for node in (change.owner, change.node, change.old_folder) if node)]
    while todo:
        node = todo.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            todo += [*node.now.values(), *node.safe.values()]


def _tree(top: Node, names: Callable[[Node], dict[str, Node]], data: Callable[[Node], bytes], at: str = "") -> Tree:
    found: Tree = {}
    for name, node in names(top).items():
        path = f"{at}{name}"
        if node.folder:
            found[path] = None
            found |= _tree(node, names, data, path + "/")
        else:
            found[path] = data(node)
    return found
