"""Pages and the words of a watermark come in; one PDF goes out that shows on every page who took it and when, its text still to be found."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name

from .lettering import Lettering
from .model import BindDocument, BindError, BindPage
from .paper import WIDTH
from .segment import MAX_PAGES, Segment, join
from .shelf import Shelf

_SIZE, _FOOT_SIZE, _EDGE = 15.0, 9.0, 14.0  # points on a page as wide as A4
_STEP = 150.0  # between two lines of the watermark
_COS, _SIN = 0.906308, 0.422618  # 25 degrees, rising


def write_copy(document: BindDocument, mark: str, title: str, out: Path) -> None:
    """Writes the pages with `mark` across and at the foot of each; whole or not at all. Raises BindError."""
    if not document.pages:
        raise BindError("document_empty", document.name)
    runs = [Segment(document, document.pages[at : at + MAX_PAGES]) for at in range(0, len(document.pages), MAX_PAGES)]
    try:
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".copy-") as scratch:
            shelf = Shelf(Path(scratch) / "shelf")
            with join([run.ready(shelf)[0] for run in runs], Path(scratch) / "pages.joined") as pdf:
                _mark(pdf, runs, mark, shelf)
                pdf.Root.Lang = pikepdf.String("zh-CN")
                with pdf.open_metadata(set_pikepdf_as_editor=False) as told:
                    told["dc:title"] = title
                    told["dc:rights"] = mark
                draft = Path(scratch) / "copy.pdf"
                pdf.save(draft)
            draft.replace(out)
    except OSError as error:
        raise BindError("not_written", str(error)) from error


def _mark(pdf: pikepdf.Pdf, runs: list[Segment], mark: str, shelf: Shelf) -> None:
    lettering = Lettering()
    hidden: dict[str, pikepdf.Object] = {}
    faint = pdf.make_indirect(Dictionary(Type=Name.ExtGState, ca=0.2))
    pages: list[tuple[Segment, BindPage]] = [(run, page) for run in runs for page in run.pages]
    for (run, _), leaf in zip(pages, pdf.pages, strict=True):
        leaf.obj.Resources.Font = run.fonts(hidden, pdf)
        leaf.obj.Resources.ExtGState = Dictionary(GsMark=faint)
        drawn = pdf.make_stream(_lines(lettering, mark, float(leaf.mediabox[2]), float(leaf.mediabox[3])).encode("ascii"))
        leaf.obj.Contents = Array([leaf.obj.Contents, drawn])
    fonts = lettering.fonts(pdf, shelf)
    for leaf in pdf.pages:
        leaf.obj.Resources.Font = Dictionary({**dict(leaf.obj.Resources.Font.items()), **dict(fonts.items())})


def _lines(lettering: Lettering, mark: str, width: float, height: float) -> str:
    """The mark in grey across the whole page, and once more at its foot, where it stands on white and is easily read."""
    grown = min(width, height) / WIDTH
    size, step = _SIZE * grown, _STEP * grown
    shown, long = lettering.show(mark, round(size, 2)), lettering.width(mark, size) + 3 * size
    across = [
        f"{_COS} {_SIN} {-_SIN} {_COS} {along * long * _COS - row * step * _SIN:.1f} {row * step + along * long * _SIN:.1f} Tm {shown}"
        for row in range(-int(width / step) - 1, int(height / step) + 2)
        for along in range(int((width + height) / long) + 2)
    ]
    foot = lettering.show(mark, round(_FOOT_SIZE * grown, 2))
    at = f"1 0 0 1 {_EDGE * grown:.2f} {_EDGE * grown:.2f} Tm"
    return f"/Artifact BMC q /GsMark gs 0 g BT {' '.join(across)} ET Q q 0.3 g BT {at} {foot} ET Q EMC"
