"""The command line for tests: words come in, it runs inside this process as `bin/dossier` would, exit code and both streams go out."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from dossier.cli import main

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True)
class Ran:
    """What a command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """Every line of stdout as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def json(self) -> Any:
        """The one line of stdout as JSON."""
        (line,) = self.lines
        return line


def environment(home: Path, **settings: str) -> dict[str, str]:
    """The variables of a quick installation in `home`."""
    values = {"home": str(home), "reader": "pdftext:none", "page_processes": "1", "agreement": "off", **settings}
    return {f"DOSSIER_{name.upper()}": value for name, value in values.items()}


@dataclass(frozen=True)
class CommandLine:
    """Runs commands over one home folder."""

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, *words: str | Path, stdin: str = "") -> Ran:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        handlers = {number: signal.getsignal(number) for number in SIGNALS}
        try:
            with (
                patch.dict(os.environ, environment(self.home, **self.settings)),
                patch.object(sys, "argv", ["bin/dossier", *map(str, words)]),
                patch.object(sys, "stdin", io.StringIO(stdin)),
                patch.object(sys, "stdout", out),
                patch.object(sys, "stderr", err),
            ):
                main()
        except SystemExit as end:
            code = end.code
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        assert isinstance(code, int)
        return Ran(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))  # type: ignore[attr-defined]
