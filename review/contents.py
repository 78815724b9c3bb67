"""The papers of a volume to its contents list: order, serial numbers and running page numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from review.facts import DocumentFact, PageFacts
from review.rulebook import Catalogue, ContentsList, Volume

FRAME = "frame"


@dataclass(frozen=True)
class ContentsEntry:
    """One line of the list. first_page and last_page: None when no page of it is numbered; numbers: page ref → number, of numbered pages."""

    serial: int
    ref: str
    type_id: str | None
    name: str
    group: str
    dated: date | None
    first_page: int | None
    last_page: int | None
    numbers: Mapping[str, int]

    @property
    def range(self) -> str:
        """'3-5', '3', or '' when nothing is numbered."""
        if self.first_page is None:
            return ""
        return str(self.first_page) if self.first_page == self.last_page else f"{self.first_page}-{self.last_page}"


def contents(
    catalogue: Catalogue, documents: Sequence[DocumentFact], *, kind: Volume, case_kind: str, start: int = 1
) -> tuple[ContentsEntry, ...]:
    """The contents list of one volume (main | sub | pouch) of a case of this kind. Documents of other volumes, covers and lists are left out.

    Blank pages and pages whose picture was numbered before are kept but not numbered. A document of unknown type stands at the end of 正卷.
    start: the first page number.
    """
    entries: list[ContentsEntry] = []
    seen: set[str] = set()
    number = start
    for serial, document in enumerate(ordered(catalogue, documents, kind=kind, case_kind=case_kind), 1):
        numbers: dict[str, int] = {}
        for page in document.pages:
            if _counts(page, seen):
                numbers[page.ref] = number
                number += 1
        type = catalogue.types.get(document.type_id or "")
        entries.append(
            ContentsEntry(
                serial=serial,
                ref=document.ref,
                type_id=document.type_id,
                name=document.title or (type.name if type else "未定类型的材料"),
                group=_group_name(catalogue, case_kind, kind, type.group if type else ""),
                dated=document.dated,
                first_page=min(numbers.values(), default=None),
                last_page=max(numbers.values(), default=None),
                numbers=numbers,
            )
        )
    return tuple(entries)


def ordered(catalogue: Catalogue, documents: Sequence[DocumentFact], *, kind: Volume, case_kind: str) -> tuple[DocumentFact, ...]:
    """The documents of one volume in filing order: national group (switch contents_order), place in the volume, date, then as given."""
    places = _places(catalogue, case_kind, kind) if catalogue.switch("contents_order") == "national" else {}
    last = len(places)

    def key(numbered: tuple[int, DocumentFact]) -> tuple[int, int, date, int]:
        index, document = numbered
        type = catalogue.types.get(document.type_id or "")
        if type is None:
            return last + 1, 0, document.dated or date.max, index
        place = places.get(type.group, last) if places else 0
        return place, type.order or 0, document.dated or date.max, index

    mine = [(index, document) for index, document in enumerate(documents) if _belongs(catalogue, document, kind)]
    return tuple(document for _, document in sorted(mine, key=key))


def _belongs(catalogue: Catalogue, document: DocumentFact, volume: Volume) -> bool:
    type = catalogue.types.get(document.type_id or "")
    if type is None:
        return volume == "main"
    return type.volume == volume and type.group != FRAME


def _list(catalogue: Catalogue, case_kind: str, volume: Volume) -> ContentsList | None:
    return next((one for one in catalogue.contents_lists.values() if one.volume == volume and case_kind in one.kinds), None)


def _places(catalogue: Catalogue, case_kind: str, volume: Volume) -> dict[str, int]:
    listed = _list(catalogue, case_kind, volume)
    return {group: place for place, item in enumerate(listed.items) for group in item.groups} if listed else {}


def _group_name(catalogue: Catalogue, case_kind: str, volume: Volume, group: str) -> str:
    listed = _list(catalogue, case_kind, volume)
    named = next((item.name for item in listed.items if group in item.groups), None) if listed else None
    return named or (catalogue.groups[group].name if group in catalogue.groups else "")


def _counts(page: PageFacts, seen: set[str]) -> bool:
    if page.blank or (page.digest and page.digest in seen):
        return False
    if page.digest:
        seen.add(page.digest)
    return True
