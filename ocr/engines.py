"""The list of engines: a name from the settings comes in, an open engine goes out; only the chosen one is imported."""

from __future__ import annotations

from pathlib import Path

from ocr.contract import EngineMissingError, Recognizer

ENGINES = ("rapid", "tesseract", "pdftext", "replay", "none")


def open_engine(name: str) -> Recognizer:
    """Opens an engine by name.

    `rapid`, `tesseract`, `none`; `replay:FOLDER`; `pdftext` reads a page's own text layer and gives the others to rapid,
    `pdftext:NAME` gives them to another engine. Raises EngineMissingError for an unknown name and for what is not on this machine.
    """
    kind, _, rest = name.partition(":")
    if kind == "pdftext":
        from ocr.pdftext import PdfTextEngine

        return PdfTextEngine(open_engine(rest or "rapid"))
    if kind == "replay" and rest:
        from ocr.replay import ReplayEngine

        return ReplayEngine(Path(rest))
    if rest:
        raise EngineMissingError(f"没有名为 {name} 的识别引擎 / no engine is called {name}")
    return _plain(name)


def _plain(name: str) -> Recognizer:
    if name == "rapid":
        from ocr.rapid import RapidEngine

        return RapidEngine()
    if name == "tesseract":
        from ocr.tesseract import TesseractEngine

        return TesseractEngine()
    if name == "none":
        from ocr.none import NoneEngine

        return NoneEngine()
    known = "rapid, tesseract, none, pdftext, pdftext:NAME, replay:FOLDER"
    raise EngineMissingError(f"没有名为 {name} 的识别引擎，可用：{known} / no engine is called {name}; there are {known}")
