"""A volume comes in; one PDF/A-2b file goes out: cover, contents list, the documents' pages with their numbers, bookmarks, closing note."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, pdfa

from . import front
from .lettering import Lettering
from .model import BindError, BindPage, BindVolume, check
from .paper import HEIGHT, WIDTH, Paper
from .segment import Segment, join, segments
from .shelf import Shelf

FLAVOUR = "2b"
CREATOR = "执行卷宗管理中心"
_NUMBER_SIZE, _NUMBER_EDGE = 15.0, 28.0  # points on a page as wide as A4
_NUMBER_INK = "0.8 0.1 0.1"


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
    One binding at a time may use it. Call it where no other thread runs: the validator turns Python's warnings into errors for the whole
    process while it reads. Raises BindError; `out` is then as it was.
    """
    check(volume)
    try:
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".binding-") as scratch:
            shelf = Shelf(cache or Path(scratch))
            runs = list(segments(volume))
            ready = [run.ready(shelf) for run in runs]
            with join([path for path, _ in ready], Path(scratch) / "pages.joined") as pdf:
                sheets = _Binding(volume, runs, pdf, shelf).write(out)
            shelf.sweep()
    except pdfa.PdfaError as error:
        told = "; ".join(str(finding) for finding in error.report.findings[:5])
        raise BindError("pdfa_refused", told) from error
    except OSError as error:
        raise BindError("not_written", str(error)) from error
    built = sum(new for _, new in ready)
    return Bound(out, sheets, built, len(ready) - built)


class _Binding:
    """One volume around the joined pages `pdf`, while it is being made."""

    def __init__(self, volume: BindVolume, runs: list[Segment], pdf: pikepdf.Pdf, shelf: Shelf) -> None:
        self._volume, self._runs, self._pdf, self._shelf = volume, runs, pdf, shelf
        self._lettering = Lettering()
        self._lists = front.contents(volume, self._lettering)

    def write(self, out: Path) -> int:
        """Writes the file and returns how many sheets it has. Raises PdfaError, OSError."""
        self._dress_pages()
        self._add_front()
        self._give_fonts()
        self._number_labels()
        self._bookmarks()
        self._describe()
        self._save(out)
        return len(self._pdf.pages)

    def _dress_pages(self) -> None:
        """Gives the joined pages their invisible font and their number."""
        fonts: dict[str, pikepdf.Object] = {}
        told = [(run, page) for run in self._runs for page in run.pages]
        for (run, page), leaf in zip(told, self._pdf.pages, strict=True):
            leaf.obj.Resources.Font = run.fonts(fonts, self._pdf)
            if page.page_no is not None:
                leaf.obj.Contents = Array([leaf.obj.Contents, self._stamp(page, leaf)])

    def _add_front(self) -> None:
        papers = [front.cover(self._volume, self._lettering), *self._lists]
        for index, paper in enumerate(papers):
            self._pdf.pages.insert(index, self._drawn(paper))
        self._pdf.pages.append(self._drawn(front.note(self._volume, self._lettering)))
        for index, paper in enumerate(papers):
            if paper.links:
                self._pdf.pages[index].obj.Annots = Array([self._link(box, target) for box, target in paper.links])

    def _drawn(self, paper: Paper) -> pikepdf.Page:
        content = self._pdf.make_stream(paper.content())
        leaf = Dictionary(Type=Name.Page, MediaBox=Array([0, 0, WIDTH, HEIGHT]), Resources=Dictionary(), Contents=content)
        return pikepdf.Page(self._pdf.make_indirect(leaf))

    def _link(self, box: tuple[float, float, float, float], target: int) -> Dictionary:
        sides = Array([round(side, 2) for side in box])
        goal = Array([self._pdf.pages[target].obj, Name.Fit])
        return Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=sides, Border=Array([0, 0, 0]), F=4, Dest=goal)

    def _stamp(self, page: BindPage, leaf: pikepdf.Page) -> pikepdf.Object:
        """The page number, upper right, or upper left on the back of a sheet; red shows on paper and on dark photographs alike."""
        width, height = float(leaf.mediabox[2]), float(leaf.mediabox[3])
        grown = min(width, height) / WIDTH
        size, edge, text = _NUMBER_SIZE * grown, _NUMBER_EDGE * grown, str(page.page_no)
        x = edge if page.back else width - edge - self._lettering.width(text, size, "B")
        shown = self._lettering.show(text, round(size, 2), "B")
        line = f"q {_NUMBER_INK} rg BT 1 0 0 1 {x:.2f} {height - edge:.2f} Tm {shown} ET Q"
        return self._pdf.make_stream(line.encode("ascii"))

    def _give_fonts(self) -> None:
        fonts = self._lettering.fonts(self._pdf, self._shelf)
        for leaf in self._pdf.pages:
            given = leaf.obj.Resources.get(Name.Font, Dictionary())
            leaf.obj.Resources.Font = Dictionary({**dict(given.items()), **dict(fonts.items())})

    def _number_labels(self) -> None:
        """The labels that a viewer shows instead of 1, 2, 3: a page's label is the number stamped on it."""
        labels = [("封面", 0), *(("目录", number + 1) for number in range(len(self._lists)))]
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
        at = 1 + len(self._lists)
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
