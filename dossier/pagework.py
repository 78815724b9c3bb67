"""What a page process does with one page: decoded pixels come in, a cleaned, read and marked page goes out as plain values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ocr.marks import find_marks
from scanners.clean import clean

from ocr.contract import Line, PageImage, Recognizer
from scanners.contract import Cleaned


@dataclass(frozen=True)
class PageJob:
    """One decoded page: raw RGB pixels in a file, and the page's own text layer (JSON lines in pixels of the decoded page) if it has one."""

    pixels: Path
    width: int
    height: int
    dpi: int
    text_layer: Path | None
    labels: tuple[str, ...]


@dataclass(frozen=True)
class PageResult:
    """The page as read; boxes in pixels of the upright page before deskewing. lines and marks are plain JSON values."""

    width: int
    height: int
    rotation: int
    skew: float
    blank: bool
    digest: str
    engine: str
    lines: tuple[dict[str, Any], ...]
    marks: dict[str, Any]


def _load_layer(path: Path | None) -> tuple[Line, ...] | None:
    if path is None:
        return None
    rows = json.loads(path.read_text(encoding="utf-8"))
    return tuple(Line(row["text"], float(row.get("confidence", 1.0)), tuple(row["box"])) for row in rows)


def _line_json(line: Line, cleaned: Cleaned) -> dict[str, Any]:
    return {"text": line.text, "confidence": round(line.confidence, 4), "box": list(cleaned.to_upright(line.box))}


def read_page(engine: Recognizer, job: PageJob) -> PageResult:
    """Cleans, reads and marks one page. Raises ReaderError; FileNotFoundError when the scratch pixels are gone."""
    raw = np.fromfile(job.pixels, dtype=np.uint8)
    pixels = raw.reshape(job.height, job.width, 3)
    layer = _load_layer(job.text_layer)
    cleaned = clean(pixels)
    turned = cleaned.rotation != 0 or abs(cleaned.skew) > 0.2
    read = engine.read(PageImage(cleaned.straight, job.dpi, None if turned else layer))
    marks = find_marks(cleaned.straight, job.dpi, read.lines, job.labels)
    height, width = cleaned.upright.shape[:2]
    return PageResult(
        width=width,
        height=height,
        rotation=cleaned.rotation,
        skew=round(float(cleaned.skew), 2),
        blank=cleaned.blank and not read.lines,
        digest=hashlib.sha256(raw.tobytes()).hexdigest(),
        engine=read.engine,
        lines=tuple(_line_json(line, cleaned) for line in read.lines),
        marks={
            "seals": [{"box": list(cleaned.to_upright(s.box)), "shape": s.shape, "red": round(s.red, 3)} for s in marks.seals],
            "zones": [
                {"label": z.label, "box": list(cleaned.to_upright(z.box)), "ink": round(z.ink, 4), "filled": z.filled} for z in marks.zones
            ],
        },
    )


def labels_key(labels: Sequence[str]) -> tuple[str, ...]:
    """Labels once each, longest first, so that 受送达人签名 is found before 签名."""
    return tuple(sorted(dict.fromkeys(labels), key=lambda label: (-len(label), label)))
