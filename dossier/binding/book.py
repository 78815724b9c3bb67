"""A volume comes in; one PDF/A-2b file goes out: cover, contents list, the documents' pages with their numbers, bookmarks, closing note."""

from __future__ import annotations

import re
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, pdfa

from . import front
from .lettering import Lettering
from .model import BindError, BindPage, BindVolume, check
from .paper import HEIGHT, WIDTH, Paper
from .segment import segments
from .shelf import Shelf

FLAVOUR = "2b"
CREATOR = "执行卷宗管理中心"
_NUMBER_SIZE, _NUMBER_EDGE = 15.0, 28.0  # points on a page as wide as A4


@dataclass(frozen=True)
class Bound:
    """What was bound: sheets of the file, and how many segments had to be built and how many came from the shelf."""

    path: Path
    sheets: int
    built: int
    reused: int


def bind(volume: BindVolume, out: Path, cache: Path | None = None) -> Bound:
    """Writes the volume to `out`, validated as PDF/A-2b before it takes that name; equal volumes give equal bytes.

    cache: a folder of this volume alone, where unchanged documents are found again; what this binding did not need is removed from it.
    One binding at a time may use it. Raises BindError; `out` is then as it was.
    """
    check(volume)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            shelf = Shelf(cache or Path(scratch))
            bound = _Binding(volume, shelf).write(out)
            shelf.sweep()
            return bound
    except pdfa.PdfaError as error:
        told = "; ".join(str(finding) for finding in error.report.findings[:5])
        raise BindError("pdfa_refused", told) from error
    except OSError as error:
        raise BindError("not_written", str(error)) from error


class _Binding:
    def __init__(self, volume: BindVolume, shelf: Shelf) -> None:
        self._volume = volume
        self._shelf = shelf
        self._lettering = Lettering()
        self._pdf = pikepdf.new()
        self._sources = ExitStack()
        self._built: list[bool] = []
        self._contents_sheets = 0

    def write(self, out: Path) -> Bound:
        with self._pdf, self._sources:
            self._draw_front()
            self._add_pages()
            self._draw(front.note(self._volume, self._lettering))
            self._give_fonts()
            self._number_labels()
            self._bookmarks()
            self._describe()
            self._save(out)
            return Bound(out, len(self._pdf.pages), sum(self._built), len(self._built) - sum(self._built))

    def _draw_front(self) -> None:
        self._draw(front.cover(self._volume, self._lettering))
        papers = front.contents(self._volume, self._lettering)
        self._contents_sheets = len(papers)
        self._links = [(self._draw(paper), paper.links) for paper in papers]

    def _draw(self, paper: Paper) -> pikepdf.Object:
        leaf = self._pdf.add_blank_page(page_size=(WIDTH, HEIGHT)).obj
        leaf.Resources = Dictionary()
        leaf.Contents = self._pdf.make_stream(paper.content())
        return leaf

    def _add_pages(self) -> None:
        fonts: dict[str, pikepdf.Object] = {}
        for segment in segments(self._volume):
            source, built = segment.open(self._shelf)
            self._sources.enter_context(source)
            self._built.append(built)
            at = len(self._pdf.pages)
            self._pdf.pages.extend(source.pages)
            for page, leaf in zip(segment.pages, self._pdf.pages[at:], strict=True):
                leaf.obj.Resources.Font = segment.fonts(fonts, self._pdf)
                if page.page_no is not None:
                    leaf.obj.Contents = Array([leaf.obj.Contents, self._stamp(page, leaf)])
        for paper, links in self._links:
            if links:
                paper.Annots = Array([self._link(box, target) for box, target in links])

    def _link(self, box: tuple[float, float, float, float], target: int) -> Dictionary:
        sides = Array([round(side, 2) for side in box])
        goal = Array([self._pdf.pages[target].obj, Name.Fit])
        return Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=sides, Border=Array([0, 0, 0]), F=4, Dest=goal)

    def _stamp(self, page: BindPage, leaf: pikepdf.Page) -> pikepdf.Object:
        """The page number, upper right (upper left on the back of a sheet), with a thin white edge so that it shows on dark pictures."""
        width, height = float(leaf.mediabox[2]), float(leaf.mediabox[3])
        grown = min(width, height) / WIDTH
        size, edge, text = _NUMBER_SIZE * grown, _NUMBER_EDGE * grown, str(page.page_no)
        x = edge if page.back else width - edge - self._lettering.width(text, size, "B")
        shown = self._lettering.show(text, round(size, 2), "B")
        line = f"q 0 g 1 G {0.5 * grown:.2f} w BT 2 Tr 1 0 0 1 {x:.2f} {height - edge:.2f} Tm {shown} ET Q"
        return self._pdf.make_stream(line.encode("ascii"))

    def _give_fonts(self) -> None:
        fonts = self._lettering.fonts(self._pdf, self._shelf)
        for leaf in self._pdf.pages:
            given = leaf.obj.Resources.get(Name.Font, Dictionary())
            leaf.obj.Resources.Font = Dictionary({**dict(given.items()), **dict(fonts.items())})

    def _number_labels(self) -> None:
        """The labels that a viewer shows instead of 1, 2, 3: a page's label is the number stamped on it."""
        labels = [("封面", 0), *(("目录", number + 1) for number in range(self._contents_sheets))]
        bare = 0
        for page in self._volume.pages:
            bare += page.page_no is None
            labels.append(("无页号", bare) if page.page_no is None else ("", page.page_no))
        labels.append(("备考表", 0))
        starts: list[int | Dictionary] = []
        for index, (prefix, number) in enumerate(labels):
            if index and number and labels[index - 1] == (prefix, number - 1):
                continue
            entry = Dictionary()
            if prefix:
                entry.P = pikepdf.String(prefix)
            if number:
                entry.S, entry.St = Name.D, number
            starts += [index, entry]
        self._pdf.Root.PageLabels = Dictionary(Nums=Array(starts))

    def _bookmarks(self) -> None:
        at = 1 + self._contents_sheets
        items = [OutlineItem("卷宗封面", 0), OutlineItem("卷内目录", 1)]
        for document in self._volume.documents:
            items.append(OutlineItem(f"{document.serial} {document.name}", at))
            at += len(document.pages)
        items.append(OutlineItem("卷内备考表", at))
        with self._pdf.open_outline() as outline:
            outline.root.extend(items)
        self._pdf.Root.PageMode = Name.UseOutlines

    def _describe(self) -> None:
        self._pdf.Root.Lang = pikepdf.String("zh-CN")
        self._pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        moment = self._moment
        with self._pdf.open_metadata(set_pikepdf_as_editor=False) as told:
            told["dc:title"] = self._volume.title
            told["dc:creator"] = [self._volume.court]
            told["xmp:CreatorTool"] = CREATOR
            told["xmp:CreateDate"] = told["xmp:ModifyDate"] = moment

    @property
    def _moment(self) -> str:
        return f"{self._volume.bound_on.isoformat()}T00:00:00+08:00"

    def _save(self, out: Path) -> None:
        pdfa.prepare(self._pdf, FLAVOUR)
        # prepare() notes the present moment; the same volume must give the same bytes tomorrow.
        packet = self._pdf.Root.Metadata.read_bytes()
        dated = re.sub(rb"(MetadataDate[^0-9]{1,3})[0-9T:.+Z-]+", rb"\g<1>" + self._moment.encode("ascii"), packet)
        self._pdf.Root.Metadata.write(dated)
        pdfa.save(self._pdf, out, FLAVOUR, repair=False, deterministic_id=True)
