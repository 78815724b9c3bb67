"""The second engine: a straight page comes in, lines read by the tesseract program with its simplified Chinese data go out."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from ocr.contract import Box, EngineMissingError, Line, PageImage, PageText, ReaderError
from ocr.order import arrange, join
from ocr.rulings import erased, find_rulings
from ocr.seals import black_plane, find_seals, red_ink

LANGUAGE = "chi_sim"
TIMEOUT = 120.0  # seconds; a dense page takes about one
GAP = 1.0  # of the height of a word: a larger gap to the next word begins a new piece


class TesseractEngine:
    """Reads with `tesseract -l chi_sim --psm 3`, one thread; weaker than rapid (it garbles 豫 and 鄢), needs no network of its own."""

    def __init__(self, timeout: float = TIMEOUT) -> None:
        """Raises EngineMissingError when the program or its Chinese data is not installed."""
        if shutil.which("tesseract") is None:
            raise EngineMissingError("tesseract: the program is not installed (Debian: tesseract-ocr)")
        import pytesseract

        os.environ["OMP_THREAD_LIMIT"] = "1"  # handed down to the program; the pool already runs one page per core
        try:
            languages = pytesseract.get_languages(config="")
            version = str(pytesseract.get_tesseract_version())
        except (pytesseract.TesseractError, OSError, SystemExit) as error:
            raise EngineMissingError(f"tesseract: the program does not start: {error}") from error
        if LANGUAGE not in languages:
            raise EngineMissingError("tesseract: the Chinese data is not installed (Debian: tesseract-ocr-chi-sim)")
        self._program, self._timeout = pytesseract, timeout
        self._name = f"tesseract {version.split()[0]}"

    @property
    def name(self) -> str:
        return self._name

    def read(self, page: PageImage) -> PageText:
        """Reads the black ink. Raises ReaderError when the program fails or takes longer than the timeout."""
        ink = red_ink(page.pixels, page.dpi)
        plane = black_plane(page.pixels, ink, find_seals(ink))
        rulings = find_rulings(plane, page.dpi)
        # Inside a ruled table tesseract skips whole cells.
        framed = cv2.copyMakeBorder(
            erased(plane, rulings), FRAME, FRAME, FRAME, FRAME, cv2.BORDER_CONSTANT, value=float(np.median(plane[::8, ::8]))
        )
        words = self._words(framed, page.dpi)
        height, width = plane.shape
        pieces = [_clipped(piece, width, height) for line in _by_line(words) for piece in _pieces(line)]
        return PageText(arrange([piece for piece in pieces if piece is not None], rulings.cells), self._name)

    def _words(self, plane: Any, dpi: int) -> Mapping[str, Sequence[Any]]:
        from PIL import Image

        try:
            data: Mapping[str, Sequence[Any]] = self._program.image_to_data(
                Image.fromarray(plane),
                lang=LANGUAGE,
                config=f"--psm 3 --dpi {dpi}",
                timeout=self._timeout,
                output_type=self._program.Output.DICT,
            )
        except (RuntimeError, OSError, SystemExit) as error:  # pytesseract's own error and its timeout are RuntimeErrors
            raise ReaderError(f"{self._name}: {error}") from error
        return data


FRAME = 10  # px of paper around the page; tesseract skips letters that touch the edge


def _by_line(data: Mapping[str, Sequence[Any]]) -> Iterator[list[Line]]:
    """The words of one printed line, as tesseract groups them."""
    lines: dict[tuple[int, ...], list[Line]] = {}
    for index, text in enumerate(data["text"]):
        if str(text).strip() and float(data["conf"][index]) >= 0:
            left, top = int(data["left"][index]) - FRAME, int(data["top"][index]) - FRAME
            box: Box = (left, top, left + int(data["width"][index]), top + int(data["height"][index]))
            key = tuple(int(data[part][index]) for part in ("block_num", "par_num", "line_num"))
            lines.setdefault(key, []).append(Line(str(text).strip(), min(1.0, float(data["conf"][index]) / 100), box))
    yield from lines.values()


def _pieces(words: list[Line]) -> list[Line]:
    """Words that stand close together, joined: tesseract parts Chinese into single characters."""
    groups: list[list[Line]] = []
    for word in words:
        if groups and word.box[0] - groups[-1][-1].box[2] <= GAP * (word.box[3] - word.box[1]):
            groups[-1].append(word)
        else:
            groups.append([word])
    return [_spelled(group) for group in groups]


def _spelled(words: list[Line]) -> Line:
    text = words[0].text
    for left, right in itertools.pairwise(words):
        western = left.text[-1].isascii() and right.text[0].isascii() and left.text[-1].isalnum() and right.text[0].isalnum()
        text += (" " if western else "") + right.text
    whole = join(words, "")
    return Line(text, whole.confidence, whole.box)


def _clipped(line: Line, width: int, height: int) -> Line | None:
    x0, y0, x1, y1 = max(0, line.box[0]), max(0, line.box[1]), min(width, line.box[2]), min(height, line.box[3])
    return Line(line.text, line.confidence, (x0, y0, x1, y1)) if x0 < x1 and y0 < y1 else None
