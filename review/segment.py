"""A stack of pages to documents: where each begins and ends, what it is, which of its pages are missing, which pages are repeats or separators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from review.casenumbers import CaseNumber, same_case
from review.classify import Guess, classify
from review.facts import PageFacts
from review.fields import Fields, PageMark, extract, missing_pages, own_number, page_mark
from review.lexicon import Lexicon
from review.normalise import rows
from review.sheets import Sheet, sheet_of
from review.titles import Title, find_title

_ENOUGH_TEXT = 24  # characters below which equal texts prove nothing
_SURE_SIGN = 0.83
_BY_SHEET = 0.97  # people put a wrong separator sheet now and then


@dataclass(frozen=True)
class Piece:
    """One document of a stack.

    pages: refs in the order of the document. title: as printed, '' when it has none. case_no: of the case whose number it bears.
    missing: page numbers that its 第k页共n页 promise and the stack lacks. why: why it begins here.
    """

    pages: tuple[str, ...]
    guess: Guess
    title: str
    case_no: str | None
    dated: date | None
    addressee: str
    missing: tuple[int, ...]
    why: str


@dataclass(frozen=True)
class Stack:
    """The documents of a stack in order; blank pages, repeats (ref → ref of the first) and separator or cover sheets belong to none."""

    pieces: tuple[Piece, ...]
    duplicates: Mapping[str, str]
    blank: tuple[str, ...]
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Seen:
    """What is known of one page before it is put anywhere."""

    page: PageFacts
    mark: PageMark | None
    title: Title | None
    own: CaseNumber | None


@dataclass
class _Open:
    """A document that still grows. sheet: the separator or cover right before it, which makes its beginning certain."""

    pages: list[_Seen]
    why: str
    guess: Guess | None = field(default=None)
    sheet: Sheet | None = None

    @property
    def first(self) -> _Seen:
        return self.pages[0]

    @property
    def own(self) -> CaseNumber | None:
        return next((seen.own for seen in self.pages if seen.own), None)

    @property
    def promised(self) -> int | None:
        return next((seen.mark.n for seen in self.pages if seen.mark and seen.mark.n), None)

    @property
    def borne(self) -> set[int]:
        return {seen.mark.k for seen in self.pages if seen.mark}

    @property
    def complete(self) -> bool:
        return self.promised is not None and len(self.pages) >= self.promised


def segment(pages: Sequence[PageFacts], lexicon: Lexicon) -> Stack:
    """The documents of a stack, in the order in which they begin. Every page is in one piece, a repeat, blank, or a sheet."""
    duplicates = find_duplicates(pages)
    blank = tuple(page.ref for page in pages if page.blank)
    found: list[_Open] = []
    sheets: list[str] = []
    sheet: Sheet | None = None
    for page in pages:
        if (now := sheet_of(page)) is not None:
            sheets.append(page.ref)
            sheet = now
            continue
        if page.blank or page.ref in duplicates:
            continue
        seen = _Seen(page, page_mark(page), find_title(page, lexicon), own_number(page))
        why = f"前面有{sheet.name}" if sheet else _begins(seen, found[-1] if found else None, lexicon)
        if why:
            found.append(_Open([seen], why, sheet=sheet))
        else:
            _home(seen, found).pages.append(seen)
        sheet = None
    return Stack(tuple(_piece(one, lexicon) for one in _reunite(found)), duplicates, blank, tuple(sheets))


def as_one(pages: Sequence[PageFacts], lexicon: Lexicon, why: str, sheet: Sheet | None = None) -> Piece:
    """The pages that a person put together, in the person's order, as one document; sheet: that lies right before it. ValueError without pages."""
    if not pages:
        raise ValueError("a document without pages")
    title, fields = find_title(pages[0], lexicon), extract(pages)
    return _made(pages, named(classify(pages, lexicon), sheet, lexicon), title, fields, why)


def named(guess: Guess, sheet: Sheet | None, lexicon: Lexicon) -> Guess:
    """What a document is behind a separator that names its type: that type; not without asking when the content clearly is another."""
    if sheet is None or sheet.type_id is None or sheet.type_id not in lexicon.catalogue.types:
        return guess
    kind = lexicon.type(sheet.type_id)
    nodes = tuple(node.id for node in lexicon.catalogue.nodes_of(kind.id))
    if guess.type_id == kind.id:
        return replace(guess, confident=True, score=max(guess.score, _BY_SHEET), why=f"分隔页注明；{guess.why}")
    if guess.type_id is not None and guess.confident:
        why = f"分隔页注明“{kind.name}”，但内容像“{guess.name}”：{guess.why}"
        return replace(guess, type_id=kind.id, name=kind.name, score=1 - guess.score, confident=False, why=why, nodes=nodes)
    return replace(guess, type_id=kind.id, name=kind.name, score=_BY_SHEET, confident=True, why=f"分隔页注明“{kind.name}”", nodes=nodes)


def _home(seen: _Seen, found: list[_Open]) -> _Open:
    """The current document; behind a stray page of another case the one that the stray interrupted, when it lacks just this page."""
    if len(found) > 1 and _orphan(found[-1]) and found[-1].promised and _lacks(found[-2], _Open([seen], "")):
        return found[-2]
    return found[-1]


def find_duplicates(pages: Sequence[PageFacts]) -> dict[str, str]:
    """ref → ref of the first page that is the same picture, or says the same with the same seals and filled zones."""
    first: dict[object, str] = {}
    repeats: dict[str, str] = {}
    for page in pages:
        if page.blank or sheet_of(page) is not None:
            continue
        for key in _keys(page):
            if key in first:
                repeats[page.ref] = first[key]
        for key in _keys(page):
            first.setdefault(key, page.ref)
    return repeats


def _keys(page: PageFacts) -> list[object]:
    keys: list[object] = [page.digest] if page.digest else []
    text = "".join(sorted(row.compact for row in rows(page)))
    if len(text) >= _ENOUGH_TEXT:
        zones = tuple(sorted((zone.label, zone.filled) for zone in page.zones or () if zone.filled is not None))
        keys.append((text, len(page.seals or ()), zones))
    return keys


def _begins(seen: _Seen, current: _Open | None, lexicon: Lexicon) -> str:
    """Why a new document begins with this page; '' when it continues the current one."""
    if current is None:
        return "第一页"
    if _another_case(seen.own, current.own):
        return "案号与前一页不同"
    if seen.mark is not None and (seen.mark.n is not None or seen.mark.k > 1):
        return _begins_by_mark(seen, seen.mark, current)
    if seen.title is not None:
        if seen.title.continued and current.first.title and seen.title.names[-1] == current.first.title.names[-1]:
            return ""
        return f"页首有题名“{seen.title.text}”"
    if current.complete:
        return "前一份材料的页数已齐"
    if current.sheet is not None:
        # Who separates papers puts together what lies between two sheets: only a title, a page mark or another case parts it.
        return ""
    return _begins_by_sign(seen, current, lexicon) or ("前一份材料已经落款" if _ended(current) else "")


def _ended(current: _Open) -> bool:
    """True when the document is signed and dated at its end; a record is signed at the foot of every page, so nothing follows from that."""
    title = current.first.title
    return not (title and title.names[-1].endswith(("笔录", "记录"))) and not current.promised and _closed(current)


def _begins_by_mark(seen: _Seen, mark: PageMark, current: _Open) -> str:
    if mark.k == 1:
        return "标有第1页"
    other_title = seen.title is not None and (current.first.title is None or seen.title.names[-1] != current.first.title.names[-1])
    if mark.n is None:
        follows = mark.k == max(current.borne, default=len(current.pages)) + 1
        return f"页首有题名“{seen.title.text}”" if seen.title and other_title and not follows else ""
    if current.promised is None:
        unfinished = mark.k == len(current.pages) + 1 and not other_title and not _closed(current)
        return "" if unfinished else f"标有第{mark.k}页，而前一份材料没有页码"
    if mark.n != current.promised:
        return f"标有共{mark.n}页，前一份材料共{current.promised}页"
    if mark.k in current.borne:
        return f"第{mark.k}页已有"
    return f"页首有题名“{seen.title.text}”" if seen.title and other_title and mark.k != max(current.borne) + 1 else ""


def _closed(current: _Open) -> bool:
    """True when the document has come to its signature: nothing is expected behind it."""
    return extract([seen.page for seen in current.pages[-1:]]).dated_by == "signature"


def _begins_by_sign(seen: _Seen, current: _Open, lexicon: Lexicon) -> str:
    """A paper without a title that gives itself away (an identity card, a bank slip), unless the current one is of that type."""
    guess = classify([seen.page], lexicon)
    if guess.type_id is None or guess.score < _SURE_SIGN:
        return ""
    if current.guess is None:
        current.guess = classify([one.page for one in current.pages], lexicon)
    return "" if current.guess.type_id == guess.type_id else f"没有题名，但像是{guess.name}"


def _another_case(one: CaseNumber | None, two: CaseNumber | None) -> bool:
    return one is not None and two is not None and one.enforcement and two.enforcement and not same_case(one, two)


def _reunite(found: list[_Open]) -> list[_Open]:
    """A page that lies elsewhere in the stack goes back to the one document that lacks just it."""
    kept: list[_Open] = []
    for one in found:
        homes = [other for other in found if other is not one and _lacks(other, one)] if _orphan(one) else []
        if len(homes) == 1:
            homes[0].pages += one.pages
        else:
            kept.append(one)
    return kept


def _orphan(one: _Open) -> bool:
    return one.sheet is None and one.first.title is None and one.first.mark is not None and one.first.mark.k > 1


def _lacks(other: _Open, orphan: _Open) -> bool:
    if other.promised is None or other.promised != orphan.promised or _another_case(other.own, orphan.own) or _orphan(other):
        return False
    return not other.borne & orphan.borne and len(other.pages) + len(orphan.pages) <= other.promised


def _piece(one: _Open, lexicon: Lexicon) -> Piece:
    ordered = one.pages
    if all(seen.mark is not None for seen in ordered) and len(one.borne) == len(ordered):
        ordered = sorted(ordered, key=lambda seen: seen.mark.k if seen.mark else 0)
    pages = [seen.page for seen in ordered]
    return _made(pages, named(classify(pages, lexicon), one.sheet, lexicon), ordered[0].title, extract(pages), one.why)


def _made(pages: Sequence[PageFacts], guess: Guess, title: Title | None, fields: Fields, why: str) -> Piece:
    return Piece(
        pages=tuple(page.ref for page in pages),
        guess=guess,
        title=title.text if title else "",
        case_no=fields.own.base if fields.own else None,
        dated=fields.dated,
        addressee=fields.addressee,
        missing=missing_pages(fields.marks),
        why=why,
    )
