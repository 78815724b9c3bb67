"""Recorded readings: a page comes in, the lines that a real engine once read on the very same pixels go out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from ocr.contract import EngineMissingError, Line, PageImage, PageText, ReaderError, Recognizer


def page_key(page: PageImage) -> str:
    """The sha256 of the shape and the pixels; the resolution and the text layer do not count."""
    digest = hashlib.sha256(repr(page.pixels.shape).encode())
    digest.update(page.pixels.tobytes())
    return digest.hexdigest()


class ReplayEngine:
    """Plays back a folder of recordings, one JSON file per picture."""

    def __init__(self, folder: Path) -> None:
        """Raises EngineMissingError when there is no such folder."""
        if not folder.is_dir():
            raise EngineMissingError(f"replay: {folder} is not a folder")
        self._folder = folder

    @property
    def name(self) -> str:
        return "replay 1"

    def read(self, page: PageImage) -> PageText:
        """The recorded lines, under the name of the engine that read them. Raises ReaderError when this picture was never recorded."""
        path = self._folder / f"{page_key(page)}.json"
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            lines = tuple(Line(row["text"], float(row["confidence"]), _box(row["box"])) for row in record["lines"])
            return PageText(lines, str(record["engine"]))
        except FileNotFoundError:
            raise ReaderError(f"replay: no recording of this picture ({path.name})") from None
        except (ValueError, KeyError, TypeError) as error:
            raise ReaderError(f"replay: {path.name} is not a recording: {error}") from error


def _box(values: list[int]) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = (int(value) for value in values)
    return x0, y0, x1, y1


class Recording:
    """Reads with another engine and writes down what it read, for ReplayEngine."""

    def __init__(self, engine: Recognizer, folder: Path) -> None:
        """Makes the folder when it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        self._engine, self._folder = engine, folder

    @property
    def name(self) -> str:
        return self._engine.name

    def read(self, page: PageImage) -> PageText:
        """What the engine reads; raises what the engine raises, and records nothing then."""
        text = self._engine.read(page)
        rows = [{"text": line.text, "confidence": line.confidence, "box": list(line.box)} for line in text.lines]
        path = self._folder / f"{page_key(page)}.json"
        path.write_text(json.dumps({"engine": text.engine, "lines": rows}, ensure_ascii=False, indent=1), encoding="utf-8")
        return text
