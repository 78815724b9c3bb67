"""What this process worked out lately: a key that names every fact behind an answer comes in, the answer, kept or worked out now, goes out."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

T = TypeVar("T")
ANSWERS = 256


class Memory:
    """The latest `most` answers. Whatever changes an answer must be part of its key: nothing is ever taken back."""

    def __init__(self, most: int = ANSWERS) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, object] = OrderedDict()

    def recall(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """The answer to `key`. Two threads that ask at once may both work it out; what work_out raises is raised."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return cast(T, self._known[key])
        answer = work_out()
        with self._lock:
            self._known[key] = answer
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return answer
