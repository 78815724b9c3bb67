"""A printed label on a document's pages to what stands beside it: measured ink first, read text where nobody measured."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from review.facts import Box, PageFacts
from review.normalise import Row, fold, rows
from review.numerals import DATE

_SIGNS = re.compile(r"[签章捺印]")
_WIDE_GAP = re.compile(r"\s{2,}|\u3000+")
_FORM_ONLY = re.compile(r"二〇\s*年|20\s*年|年|月|日|时|分|签名|签字|盖章|捺印|[_\-.…·,、:;\s()□|]")
_NEXT_LABEL = re.compile(r"[\u4e00-\u9fff]{2,14}:")
_MARK = "|"


@dataclass(frozen=True)
class Beside:
    """What stands beside a label: filled True | False | None (nobody could tell); text: what was read there."""

    label: str
    page: PageFacts
    filled: bool | None
    text: str = ""


def asks_for_signature(label: str) -> bool:
    """True for labels that say what they want: 签名, 签字, 盖章, 捺印. 承办人 may as well head a column."""
    return bool(_SIGNS.search(label))


def label_form(text: str) -> str:
    """A label as it is compared: folded, without brackets and blanks, 或者 as 或."""
    return re.sub(r"[()\s]", "", fold(text)).replace("或者", "或")


def beside(pages: Sequence[PageFacts], labels: Sequence[str], *, measured_only: bool = False) -> tuple[Beside, ...]:
    """Every place where one of the labels is printed, in the order of the pages.

    A page whose zones were measured is not read for the labels that were found there; with measured_only it is not read at all.
    """
    found: list[Beside] = []
    wanted = {label_form(label): label for label in sorted(labels, key=lambda label: (-len(label_form(label)), label))}
    for page in pages:
        measured = [
            Beside(wanted[label_form(zone.label)], page, zone.filled) for zone in page.zones or () if label_form(zone.label) in wanted
        ]
        known = {one.label for one in measured if one.filled is not None}
        found += [one for one in measured if one.filled is not None]
        if page.zones is None or not measured_only:
            found += [one for one in _read(page, wanted) if one.label not in known]
    return tuple(found)


def _read(page: PageFacts, wanted: dict[str, str]) -> list[Beside]:
    shown = rows(page)
    found = []
    for number, row in enumerate(shown):
        text = _MARK.join(_pieces(cell) for cell in row.cells)
        taken: set[int] = set()
        for form, label in wanted.items():
            for at in _places(text, form):
                if at in taken:  # 受送达人签名 inside 受送达人签名或盖章, which came first
                    continue
                taken |= set(range(at, at + len(form)))
                rest = _rest(text[at + len(form) :])
                if not said(rest) and (near := _near(shown, number, row, form, text.startswith(form, at))):
                    rest = near
                found.append(Beside(label, page, True if said(rest) else None, rest))
    return found


def _pieces(cell: str) -> str:
    return _MARK.join(label_form(piece) for piece in _WIDE_GAP.split(fold(cell)) if piece.strip())


def _places(text: str, form: str) -> list[int]:
    """Where the label is a label: at the start of a cell or behind a mark, and followed by a colon, the cell's end or a name."""
    places = []
    for match in re.finditer(re.escape(form), text):
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        opens = not before or not ("\u4e00" <= before <= "\u9fff")
        closes = after in ("", ":", _MARK, "_", " ") or after.isdigit() or (asks_for_signature(form) and len(text) - match.end() <= 16)
        if opens and closes:
            places.append(match.start())
    return places


def _rest(text: str) -> str:
    """The text behind a label up to the next label of the row."""
    behind = text.lstrip(":" + _MARK)
    following = _NEXT_LABEL.search(behind)
    return (behind[: following.start()] if following else behind).strip(_MARK)


def said(text: str) -> str:
    """What was filled in: without dates, rules, prompts such as 年 月 日 and （签名）."""
    return _FORM_ONLY.sub("", DATE.sub("", fold(text)))


def _near(shown: tuple[Row, ...], number: int, row: Row, form: str, leads: bool) -> str:
    """The text right of a label whose cell is higher than a row; without boxes the next line, when it is no label itself."""
    if not leads:
        return ""
    own = next((box for cell, box in zip(row.cells, row.boxes, strict=False) if form in label_form(cell)), None)
    if own is None or own[3] <= own[1]:
        following = shown[number + 1].text if number + 1 < len(shown) else ""
        return "" if re.search(r"[::]", following) or len(following) > 40 else following
    around = [other for other in shown[max(0, number - 2) : number + 3] if other is not row]
    return "".join(
        cell
        for other in around
        for cell, box in zip(other.cells, other.boxes, strict=False)
        if _right_of(own, box) and ":" not in fold(cell)
    )


def _right_of(label: Box, box: Box) -> bool:
    height = label[3] - label[1]
    middle = (box[1] + box[3]) / 2
    return box[0] >= label[2] and label[1] - height <= middle <= label[3] + height
