"""The order of a hand-over as plain values: its documents, their pages and how they are looked at come in; the order after one act goes out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from dossier.errors import DossierError
from dossier.lifecycle import DOCUMENT

# What people read where the acts are listed.
VERBS: dict[str, str] = {
    "split": "拆分", "merge": "合并", "move": "移页", "order": "调整页序", "turn": "转动页面", "retype": "改类型",
    "set_aside": "不归档", "take_up": "恢复归档", "rescan": "重扫", "transfer": "移至他案",
}  # fmt: skip
_SIGNED = ("accepted", "placed", "kept")


@dataclass(frozen=True)
class Paper:
    """One document: page ids in its order, and what it was taken for. fresh: its pages changed, and what it is has to be asked again."""

    number: int
    pages: tuple[int, ...]
    state: str = DOCUMENT.start
    type_id: str | None = None
    name: str = ""
    title: str = ""
    score: float = 0.0
    confident: bool = False
    why: str = ""
    case_no: str | None = None
    dated: str | None = None
    typed_by: int | None = None
    aside: str | None = None
    fresh: bool = False

    @property
    def content(self) -> tuple[Any, ...]:
        """All that a judgement of it depends on."""
        return self.pages, self.type_id, self.case_no, self.dated, self.title, self.name, self.state


@dataclass(frozen=True)
class Layout:
    """A hand-over's documents in order; turns: page → degrees clockwise (0 left out); behind: page → the better scan that stands for it."""

    state: str
    papers: tuple[Paper, ...] = ()
    turns: Mapping[int, int] = field(default_factory=dict)
    behind: Mapping[int, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The layout as from_json() takes it back."""
        papers = [{key: value for key, value in asdict(paper).items() if key != "fresh"} for paper in self.papers]
        return {"state": self.state, "papers": papers, "turns": _pairs(self.turns), "behind": _pairs(self.behind)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Layout:
        """The layout that as_json() gave."""
        papers = tuple(Paper(**{**row, "pages": tuple(row["pages"])}) for row in value["papers"])
        return cls(value["state"], papers, dict(value["turns"]), dict(value["behind"]))

    def digest(self) -> str:
        """SHA-256 over what people arranged. What documents are taken for, whether they are placed yet and scans that were withdrawn do not count."""
        papers = [(one.number, one.pages, "signed" if one.state in _SIGNED else one.state) for one in self.papers]
        body = json.dumps([self.state, papers, _pairs(self.turns)])
        return hashlib.sha256(body.encode()).hexdigest()

    def paper(self, number: int) -> Paper:
        """Raises DossierError document_unknown."""
        for one in self.papers:
            if one.number == number:
                return one
        raise DossierError("document_unknown", number=number)


def _pairs(values: Mapping[int, int]) -> list[tuple[int, int]]:
    return sorted((page, value) for page, value in values.items())


def _impossible(what: str, what_en: str) -> DossierError:
    return DossierError("sort_impossible", what=what, what_en=what_en)


def _open(layout: Layout, number: int) -> Paper:
    paper = layout.paper(number)
    if paper.state != DOCUMENT.start:
        raise _impossible(f"第 {number} 份材料{DOCUMENT.names[paper.state]}", f"document {number} is {paper.state}")
    return paper


def _changed(paper: Paper, pages: Sequence[int]) -> Paper:
    return replace(paper, pages=tuple(pages), fresh=True)


def _with(layout: Layout, *changed: Paper, papers: Sequence[Paper] | None = None) -> Layout:
    """The layout with these documents instead of those of their numbers, without the empty ones, counted anew."""
    known = {one.number: one for one in changed}
    kept = [known.get(one.number, one) for one in (layout.papers if papers is None else papers)]
    return replace(layout, papers=tuple(replace(one, number=number) for number, one in enumerate((k for k in kept if k.pages), 1)))


def _after(layout: Layout, paper: Paper, new: Paper) -> list[Paper]:
    """The documents with a new one behind this one; the new one's number stands for nothing yet."""
    at = layout.papers.index(paper) + 1
    return [*layout.papers[:at], replace(new, number=0), *layout.papers[at:]]


def split(layout: Layout, number: int, at: int) -> Layout:
    """A new document begins with the at-th page (2..) of this one."""
    paper = _open(layout, number)
    if not 2 <= at <= len(paper.pages):
        raise _impossible(f"第 {number} 份材料没有可以从第 {at} 页拆开的地方", f"document {number} cannot be split before page {at}")
    second = Paper(0, paper.pages[at - 1 :], fresh=True)
    return _with(layout, _changed(paper, paper.pages[: at - 1]), papers=_after(layout, paper, second))


def merge(layout: Layout, number: int, into: int) -> Layout:
    """The pages of a document come behind those of another, which stays what a person said that it is."""
    paper, home = _open(layout, number), _open(layout, into)
    if number == into:
        raise _impossible("材料不能与自己合并", "a document cannot be merged with itself")
    return _with(layout, _changed(home, home.pages + paper.pages), replace(paper, pages=()))


def move(layout: Layout, page: int, to: int | None, at: int | None = None) -> Layout:
    """A page comes before the at-th page of document `to` (at its end without `at`); without `to` it becomes a document of its own."""
    if page in layout.behind:
        raise _impossible("该页已被重扫的页代替", "the page was scanned again")
    home = next((one for one in layout.papers if page in one.pages), None)
    if home is not None:
        home = _open(layout, home.number)
    if to is None:
        alone = Paper(0, (page,), fresh=True)
        if home is None:
            return _with(layout, papers=[*layout.papers, alone])
        return _with(layout, _changed(home, _less(home, page)), papers=_after(layout, home, alone))
    target = _open(layout, to)
    pages = _less(target, page)
    place = len(pages) if at is None else at - 1
    if not 0 <= place <= len(pages):
        raise _impossible(f"第 {to} 份材料没有第 {at} 页的位置", f"document {to} has no place {at}")
    changed = [_changed(target, (*pages[:place], page, *pages[place:]))]
    if home is not None and home.number != to:
        changed.append(_changed(home, _less(home, page)))
    return _with(layout, *changed)


def _less(paper: Paper, page: int) -> tuple[int, ...]:
    return tuple(one for one in paper.pages if one != page)


def order(layout: Layout, number: int, pages: Sequence[int]) -> Layout:
    """The pages of a document in another order; all of them, each once."""
    paper = _open(layout, number)
    if sorted(pages) != sorted(paper.pages):
        raise _impossible("新的页序须恰好包含该份材料的每一页", "the new order must name each page of the document once")
    return _with(layout, _changed(paper, pages))


def turn(layout: Layout, page: int, by: int) -> Layout:
    """The view of a page turned by 90, 180 or 270 degrees clockwise."""
    if by % 90:
        raise _impossible("只能转动 90 度的倍数", "a page is turned by multiples of 90 degrees")
    angle = (layout.turns.get(page, 0) + by) % 360
    others = {one: value for one, value in layout.turns.items() if one != page}
    return replace(layout, turns=others | ({page: angle} if angle else {}))


def retype(layout: Layout, number: int, type_id: str, name: str, who: int, why: str) -> Layout:
    """A person says what a document is."""
    paper = _open(layout, number)
    return _with(layout, replace(paper, type_id=type_id, name=name, typed_by=who, why=why, confident=True, score=1.0))


def set_aside(layout: Layout, number: int, reason: str) -> Layout:
    """A document that is kept and listed, and not filed."""
    paper = layout.paper(number)
    return _with(layout, replace(paper, state=DOCUMENT.move(paper.state, "set_aside"), aside=reason))


def take_up(layout: Layout, number: int) -> Layout:
    """A document that was set aside is to be filed after all."""
    paper = layout.paper(number)
    return _with(layout, replace(paper, state=DOCUMENT.move(paper.state, "take_up"), aside=None))


def substitute(layout: Layout, old: int, new: int) -> Layout:
    """A better scan takes the place of a page, which is kept behind it."""
    if old in layout.behind:
        raise _impossible("该页已被重扫的页代替", "the page was scanned again")
    home = next((one for one in layout.papers if old in one.pages), None)
    behind = {**layout.behind, old: new}
    if home is None:
        return replace(_with(layout, papers=[*layout.papers, Paper(0, (new,), fresh=True)]), behind=behind)
    home = _open(layout, home.number)
    return replace(_with(layout, _changed(home, [new if page == old else page for page in home.pages])), behind=behind)


def without(layout: Layout, number: int) -> Layout:
    """The layout without a document. Once a hand-over is decided the numbers of the others stand still."""
    paper = layout.paper(number)
    if layout.state == "waiting":
        return _with(layout, replace(paper, pages=()))
    return replace(layout, papers=tuple(one for one in layout.papers if one is not paper))
