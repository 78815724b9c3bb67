"""Strings come in, codes of embedded Chinese fonts go out, and at the end the subsets of the fonts that hold just the glyphs used."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Literal

import pikepdf
from fontTools import subset
from fontTools.ttLib import TTFont, TTLibError
from pikepdf import Array, Dictionary, Name

from ocr.textlayer import to_unicode_cmap

from .model import BindError
from .shelf import Shelf

Weight = Literal["R", "B"]
# Debian's fonts-noto-cjk (OFL); the third face of each collection has the shapes used in the mainland.
FACES: dict[Weight, tuple[Path, int]] = {
    "R": (Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"), 2),
    "B": (Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"), 2),
}
LACKING = "〓"  # printers' mark for a character that the font does not have; the character itself is still what is copied and found
_KEPT_TABLES = {"CFF ", "head", "hhea", "hmtx", "maxp"}


@dataclass(frozen=True)
class Face:
    """A font of a collection: code point → CID, and the widths (thousandths of the size) that are not 1000."""

    name: str
    path: Path
    number: int
    cids: dict[int, int]
    widths: dict[int, int]
    box: tuple[int, int, int, int]
    ascent: int
    descent: int
    bold: bool

    def width(self, cid: int) -> int:
        return self.widths.get(cid, 1000)


@cache
def face(weight: Weight) -> Face:
    """The face, opened once per process. Raises BindError(font_missing)."""
    path, number = FACES[weight]
    try:
        font = TTFont(path, fontNumber=number, lazy=True)
    except (OSError, TTLibError) as error:
        raise BindError("font_missing", str(path)) from error
    with font:
        names = {name: int(name[3:]) if name.startswith("cid") else 0 for name in font.getGlyphOrder()}
        head, hhea = font["head"], font["hhea"]
        return Face(
            name=str(font["name"].getDebugName(6)),
            path=path,
            number=number,
            cids={code: names[glyph] for code, glyph in font.getBestCmap().items()},
            widths={names[glyph]: advance for glyph, (advance, _) in font["hmtx"].metrics.items() if advance != 1000},
            box=(head.xMin, head.yMin, head.xMax, head.yMax),
            ascent=hhea.ascent,
            descent=hhea.descent,
            bold=weight == "B",
        )


class Lettering:
    """Encodes text and remembers what it used. Two characters that share a glyph get fonts of their own, so that each copies as itself."""

    def __init__(self) -> None:
        self._chars: dict[Weight, dict[int, list[str]]] = {"R": {}, "B": {}}

    def width(self, text: str, size: float, weight: Weight = "R") -> float:
        """Points that the text takes at a size in points."""
        here = face(weight)
        return sum(here.width(_cid(here, char)) for char in text) * size / 1000

    def show(self, text: str, size: float, weight: Weight = "R") -> str:
        """The operators (Tf, Tj) that show the text where the text matrix stands."""
        runs = groupby((self._code(char, weight) for char in text), key=lambda code: code[0])
        return " ".join(f"/{weight}{slot} {size:g} Tf <{''.join(f'{cid:04X}' for _, cid in run)}> Tj" for slot, run in runs)

    def _code(self, char: str, weight: Weight) -> tuple[int, int]:
        cid = _cid(face(weight), char)
        sharers = self._chars[weight].setdefault(cid, [])
        if char not in sharers:
            sharers.append(char)
        return sharers.index(char), cid

    def fonts(self, pdf: pikepdf.Pdf, shelf: Shelf) -> Dictionary:
        """The font resources for everything shown so far; subsets made before are taken from the shelf."""
        resources = Dictionary()
        for weight, chars in self._chars.items():
            if chars:
                here = face(weight)
                descendant = _descendant(pdf, here, _subset(here, sorted({0, *chars}), shelf), sorted(chars))
                for slot in range(max(len(sharers) for sharers in chars.values())):
                    shown = {cid: sharers[slot] for cid, sharers in sorted(chars.items()) if slot < len(sharers)}
                    resources[f"/{weight}{slot}"] = _type0(pdf, descendant, shown)
        return resources


def _cid(here: Face, char: str) -> int:
    return here.cids.get(ord(char)) or here.cids[ord(LACKING)]


def _subset(here: Face, cids: list[int], shelf: Shelf) -> bytes:
    """The font's CFF table with just these glyphs; CIDs stay what they were."""
    name = hashlib.sha256(f"{here.name} {here.path.stat().st_size} {cids}".encode()).hexdigest() + ".cff"
    if kept := shelf.find(name):
        return shelf.read(kept)
    program = _cut(here.path, here.number, tuple(cids))
    shelf.put(name, program)
    return program


@lru_cache(maxsize=16)
def _cut(path: Path, number: int, cids: tuple[int, ...]) -> bytes:
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True, glyph_names=True, legacy_kern=False)
    with TTFont(path, fontNumber=number, lazy=True) as font:
        for table in set(font.keys()) - _KEPT_TABLES - {"GlyphOrder"}:
            del font[table]
        subsetter = subset.Subsetter(options)
        subsetter.populate(glyphs=[".notdef" if cid == 0 else f"cid{cid:05d}" for cid in cids])
        subsetter.subset(font)
        font.recalcTimestamp = False
        out = io.BytesIO()
        font.save(out)
    with TTFont(io.BytesIO(out.getvalue()), lazy=True) as small:
        return bytes(small.reader["CFF "])


def _descendant(pdf: pikepdf.Pdf, here: Face, program: bytes, cids: list[int]) -> pikepdf.Object:
    # The six letters that mark a subset; from the digest, so that equal subsets have equal names.
    tag = "".join(chr(65 + byte % 26) for byte in hashlib.sha256(program).digest()[:6])
    name = Name(f"/{tag}+{here.name}")
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=6,
        FontBBox=Array(list(here.box)),
        ItalicAngle=0,
        Ascent=here.ascent,
        Descent=here.descent,
        CapHeight=here.ascent,
        StemV=140 if here.bold else 80,
        FontFile3=pdf.make_stream(program, Subtype=Name.CIDFontType0C),
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType0,
            BaseFont=name,
            CIDSystemInfo=Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0),
            FontDescriptor=pdf.make_indirect(descriptor),
            DW=1000,
            W=Array(list(_widths(here, cids))),
        )
    )


def _widths(here: Face, cids: list[int]) -> Iterator[int | Array]:
    for cid in cids:
        if here.width(cid) != 1000:
            yield cid
            yield Array([here.width(cid)])


def _type0(pdf: pikepdf.Pdf, descendant: pikepdf.Object, shown: dict[int, str]) -> pikepdf.Object:
    entries = [f"<{cid:04X}> <{char.encode('utf-16-be').hex().upper()}>" for cid, char in shown.items()]
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=descendant.BaseFont,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([descendant]),
            ToUnicode=pdf.make_stream(to_unicode_cmap([], entries)),
        )
    )
