"""The default engine: a straight page comes in, lines read by the PP-OCRv6 small models inside the rapidocr wheel go out."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import itertools
import logging
import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.contract import EngineMissingError, Line, PageImage, PageText, ReaderError
from ocr.leftovers import unread_ink
from ocr.order import arrange
from ocr.rulings import Rulings, find_rulings, ruled_at
from ocr.seals import black_plane, find_seals, red_ink

# The files that were measured; any other bytes are another engine and would read differently without anyone knowing.
MODELS = {
    "Det": ("PP-OCRv6_det_small.onnx", "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"),
    "Rec": ("PP-OCRv6_rec_small.onnx", "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"),
}
DETECTOR_SIDE = 1280  # px; the longest side that the detector sees
MINIMUM = 0.5  # confidence below which a line is noise
DOUBTFUL = 0.8  # confidence below which a line must also look like as much text as was read
MINIMUM_LEFTOVER = 0.75  # the same for ink the detector passed over, which is more often a speck than a letter
LINE_HEIGHT = 48  # px; what the recogniser was trained on
SQUEEZE = 0.8  # of the width of a line: a sixth less work, and of 1,872 random GB 2312 characters no more were misread
Quad = NDArray[np.float32]
Plane = NDArray[np.uint8]


class RapidEngine:
    """Reads with rapidocr's two networks, one thread, models from disk only."""

    def __init__(self, models: Path | None = None) -> None:
        """Opens the networks; raises EngineMissingError when the package or a model is missing or damaged (nothing is ever downloaded)."""
        version, folder = _package()
        self._name = f"rapid {version}"
        paths = {task: _verified(models or folder / "models", *wanted) for task, wanted in MODELS.items()}
        cv2.setNumThreads(1)
        self._detector, self._recogniser, self._line = _open(paths)

    @property
    def name(self) -> str:
        return self._name

    def read(self, page: PageImage) -> PageText:
        """Reads the black ink; boxes are in pixels of the page. Raises ReaderError when a network fails."""
        ink = red_ink(page.pixels, page.dpi)
        plane = black_plane(page.pixels, ink, find_seals(ink))
        rulings = find_rulings(plane, page.dpi)
        try:
            quads = [part for quad in self._detect(plane) for part in _cut_at_rulings(quad, rulings)]
            lines = self._recognise(plane, quads, MINIMUM)
            rest = unread_ink(plane, [_box(quad) for quad in quads], rulings)
            lines += self._recognise(plane, [_quad(box) for box in rest], MINIMUM_LEFTOVER)
        except (RuntimeError, ValueError, cv2.error) as error:
            raise ReaderError(f"{self._name}: {error}") from error
        return PageText(arrange(lines, rulings.cells), self._name)

    def _detect(self, plane: Plane) -> list[Quad]:
        height, width = plane.shape
        ratio = min(1.0, DETECTOR_SIDE / max(height, width))
        size = tuple(max(32, round(side * ratio / 32) * 32) for side in (width, height))
        small = cv2.resize(plane, size, interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(127.5) - np.float32(1)
        found = self._detector.session(np.ascontiguousarray(np.broadcast_to(small, (1, 3, size[1], size[0]))))
        quads, _ = self._detector.postprocess_op(found, (height, width))
        return [np.asarray(quad, np.float32) for quad in quads]

    def _recognise(self, plane: Plane, quads: list[Quad], minimum: float) -> list[Line]:
        if not quads:
            return []
        result = self._recogniser(self._line(img=[_strip(plane, quad) for quad in quads], return_word_box=False))
        lines = []
        for quad, text, score in zip(quads, result.txts, result.scores, strict=True):
            line = Line(text.strip(), min(1.0, float(score)), _box(quad))
            if line.text and score >= minimum and not _hollow(line):
                lines.append(line)
        return lines


def _hollow(line: Line) -> bool:
    """A doubtful character or two stretched over a long box: a smear, a masked name, the weave of the paper."""
    width, height = line.box[2] - line.box[0], line.box[3] - line.box[1]
    return line.confidence < DOUBTFUL and len(line.text) * height < 0.4 * max(width, 1)


def _package() -> tuple[str, Path]:
    spec = importlib.util.find_spec("rapidocr")
    if spec is None or spec.origin is None:
        raise EngineMissingError("rapid: the package rapidocr is not installed")
    return importlib.metadata.version("rapidocr"), Path(spec.origin).parent


def _verified(folder: Path, name: str, sha256: str) -> Path:
    path = folder / name
    if not path.is_file():
        raise EngineMissingError(f"rapid: the model {path} is not on this machine")
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise EngineMissingError(f"rapid: the model {path} is not the one that was released with rapidocr 3.10.0")
    return path


def _open(paths: dict[str, Path]) -> tuple[Any, Any, Any]:
    """The detector, the recogniser and the recogniser's input type; a model path that is given is never looked up or fetched."""
    from rapidocr import RapidOCR
    from rapidocr.ch_ppocr_det import TextDetector
    from rapidocr.ch_ppocr_rec import TextRecInput, TextRecognizer

    settings = {
        "Global.log_level": "critical",
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "EngineConfig.onnxruntime.enable_cpu_mem_arena": True,
        "Det.limit_type": "max",
        "Det.limit_side_len": DETECTOR_SIDE,
        "Det.use_dilation": False,  # joined two tight lines into one box, of which one was lost
        "Rec.rec_batch_num": 1,  # one line fits the caches of a core, six do not
    }
    config = RapidOCR(params={**settings, **{f"{task}.model_path": str(path) for task, path in paths.items()}}).cfg
    for log in ("RapidOCR", "rapidocr"):
        logging.getLogger(log).setLevel(logging.CRITICAL)
    for task in ("Det", "Rec"):
        config[task].engine_cfg = config.EngineConfig.onnxruntime
    config.Rec.font_path = None
    return TextDetector(config.Det), TextRecognizer(config.Rec), TextRecInput


def _box(quad: Quad) -> tuple[int, int, int, int]:
    (x0, y0), (x1, y1) = np.floor(quad.min(axis=0)), np.ceil(quad.max(axis=0))
    return int(x0), int(y0), int(x1), int(y1)


def _quad(box: tuple[int, int, int, int]) -> Quad:
    x0, y0, x1, y1 = box
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)


def _cut_at_rulings(quad: Quad, rulings: Rulings) -> list[Quad]:
    """A box that reaches over a vertical line of a table becomes one box per cell."""
    x0, y0, x1, y1 = box = _box(quad)
    if not rulings.cells or x1 - x0 < y1 - y0:
        return [quad]
    cuts = ruled_at(rulings, box, margin=max(2, (y1 - y0) // 3))
    edges = [x0, *cuts, x1]
    if not cuts:
        return [quad]
    return [_quad((a + 2 * bool(i), y0, b - 2 * (i + 2 < len(edges)), y1)) for i, (a, b) in enumerate(itertools.pairwise(edges))]


def _strip(plane: Plane, quad: Quad) -> NDArray[np.uint8]:
    """The picture of one line, lying flat: height × width × 3; a standing line is turned a quarter to the left."""
    width = max(np.linalg.norm(quad[0] - quad[1]), np.linalg.norm(quad[2] - quad[3]))
    height = max(np.linalg.norm(quad[0] - quad[3]), np.linalg.norm(quad[1] - quad[2]))
    w, h = max(1, int(width)), max(1, int(height))
    corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    turn = cv2.getPerspectiveTransform(quad, corners)
    strip = cv2.warpPerspective(plane, turn, (w, h), borderMode=cv2.BORDER_REPLICATE, flags=cv2.INTER_CUBIC)
    narrower = SQUEEZE
    if h >= 1.5 * w:
        strip, narrower = np.ascontiguousarray(np.rot90(strip)), 1.0
    size = (max(16, math.ceil(strip.shape[1] * LINE_HEIGHT / strip.shape[0] * narrower)), LINE_HEIGHT)
    # A plain reduction would alias thin strokes away.
    strip = cv2.resize(strip, size, interpolation=cv2.INTER_AREA if strip.shape[0] > LINE_HEIGHT else cv2.INTER_LINEAR)
    return np.asarray(cv2.merge((strip, strip, strip)), np.uint8)
