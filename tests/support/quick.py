"""What a suite need not pay for a thousand times: passwords get a cheap hash, and a template is compiled once a test process and language."""

from __future__ import annotations

import secrets
from types import CodeType

from argon2 import PasswordHasher
from jinja2.bccache import Bucket, BytecodeCache

from dossier.people import passwords
from dossier.web.templating import SpokenEnvironment

_compiled: dict[tuple[str, str, bool], CodeType] = {}


class _Shared(BytecodeCache):
    """Compiled templates of every application of this process."""

    def __init__(self, english: bool) -> None:
        self._english = english

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = _compiled.get((bucket.key, bucket.checksum, self._english))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            _compiled[bucket.key, bucket.checksum, self._english] = bucket.code


def be_quick() -> None:
    """Holds for this process only: the programs that tests start hash and compile in earnest, and test_docs_trust holds what a hash costs."""
    passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords._NOBODY = passwords.HASHER.hash(secrets.token_urlsafe(16))
    speak_both = SpokenEnvironment.speak_both

    def speak_shared(environment: SpokenEnvironment) -> None:
        environment.bytecode_cache = _Shared(english=False)
        speak_both(environment)
        other = environment._other
        assert other is not None
        other.bytecode_cache = _Shared(english=True)

    SpokenEnvironment.speak_both = speak_shared  # type: ignore[method-assign]
