"""What a page process does with one page: decoded pixels come in, a cleaned, read and marked page goes out as plain values."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.contract import Line, PageImage, Recognizer
from ocr.marks import find_marks
from scanners.clean import clean
from scanners.contract import Cleaned
from scanners.separator import codes

THUMB_HEIGHT, THUMB_QUALITY, UPRIGHT_QUALITY = 320, 80, 88


@dataclass(frozen=True)
class PageJob:
    """One decoded page: raw RGB pixels in a file, and the page's own text layer (JSON lines in pixels of the decoded page) if it has one.

    shown: where the pictures for people go, a path without its ending (…/0001 gives …/0001.thumb.jpg); None: none are made.
    """

    pixels: Path
    width: int
    height: int
    dpi: int
    text_layer: Path | None
    labels: tuple[str, ...]
    shown: Path | None = None


@dataclass(frozen=True)
class PageResult:
    """The page as read; boxes in pixels of the upright page before deskewing. lines and marks are plain JSON values; codes: what its QR codes say."""

    width: int
    height: int
    rotation: int
    skew: float
    blank: bool
    digest: str
    engine: str
    lines: tuple[dict[str, Any], ...]
    marks: dict[str, Any]
    codes: tuple[str, ...] = ()


def _load_layer(path: Path | None) -> tuple[Line, ...] | None:
    if path is None:
        return None
    rows = json.loads(path.read_text(encoding="utf-8"))
    return tuple(Line(row["text"], float(row.get("confidence", 1.0)), tuple(row["box"])) for row in rows)


def _line_json(line: Line, cleaned: Cleaned) -> dict[str, Any]:
    return {"text": line.text, "confidence": round(line.confidence, 4), "box": list(cleaned.to_upright(line.box))}


def show(upright: NDArray[np.uint8], rotation: int, shown: Path) -> None:
    """Writes the thumbnail of an upright RGB page and, when the page lay otherwise, the upright page itself, so that no other process decodes."""
    height, width = upright.shape[:2]
    small = (max(1, round(width * THUMB_HEIGHT / height)), THUMB_HEIGHT)
    _write_jpeg(cv2.resize(upright, small, interpolation=cv2.INTER_AREA), shown.with_name(f"{shown.name}.thumb.jpg"), THUMB_QUALITY)
    if rotation:
        _write_jpeg(upright, shown.with_name(f"{shown.name}.upright.jpg"), UPRIGHT_QUALITY)


def _write_jpeg(pixels: Any, target: Path, quality: int) -> None:
    """A rename at the end, so that nobody ever sees half a picture."""
    _, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    draft.write_bytes(data.tobytes())
    draft.replace(target)


def read_page(engine: Recognizer, job: PageJob) -> PageResult:
    """Cleans, reads and marks one page. Raises ReaderError; FileNotFoundError when the scratch pixels are gone."""
    raw = np.fromfile(job.pixels, dtype=np.uint8)
    pixels = raw.reshape(job.height, job.width, 3)
    layer = _load_layer(job.text_layer)
    cleaned = clean(pixels)
    if job.shown is not None:
        show(cleaned.upright, cleaned.rotation, job.shown)
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
            "colour": marks.colour,
            "seals": [{"box": list(cleaned.to_upright(s.box)), "shape": s.shape, "red": round(s.red, 3)} for s in marks.seals],
            "zones": [
                {"label": z.label, "box": list(cleaned.to_upright(z.box)), "ink": round(z.ink, 4), "filled": z.filled} for z in marks.zones
            ],
        },
        codes=() if cleaned.blank else codes(cleaned.straight),
    )


def read_codes(_engine: Recognizer, job: PageJob) -> tuple[str, ...]:
    """What the QR codes of a decoded page say, without reading it."""
    return codes(np.fromfile(job.pixels, dtype=np.uint8).reshape(job.height, job.width, 3))


def labels_key(labels: Sequence[str]) -> tuple[str, ...]:
    """Labels once each, longest first, so that 受送达人签名 is found before 签名."""
    return tuple(sorted(dict.fromkeys(labels), key=lambda label: (-len(label), label)))
