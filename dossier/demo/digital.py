"""Drawn sheets come in; a born-digital PDF with a real text layer in an embedded font comes out."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import pikepdf
from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from dossier.demo import fonts
from dossier.demo.draw import DPI, HEIGHT, WIDTH, Printed, Sheet

_FACE = "song"
_BASE_NAME = "/DEMOAA+ARPLUMingCN"
_PER_BLOCK = 100  # entries of one bfchar block (PDF 32000-1, 9.10.3)


def write(sheets: Sequence[Sheet], out: Path) -> None:
    """Writes one PDF page per sheet: its printed lines as text, its rules as strokes; same sheets, same bytes.

    Raises ValueError for a character that the font lacks, FontMissingError.
    """
    with _subset({char for sheet in sheets for line in sheet.printed for char in line.text}) as font, Pdf.new() as pdf:
        resources = Dictionary(Font=Dictionary(F1=pdf.make_indirect(_font_object(pdf, font))))
        for sheet in sheets:
            page = pdf.add_blank_page(page_size=(_points(WIDTH), _points(HEIGHT)))
            page.Contents = Stream(pdf, _content(sheet, font.getBestCmap(), font).encode("ascii"))
            page.Resources = resources
        pdf.docinfo["/Producer"] = "Enforcement query system"
        pdf.docinfo["/CreationDate"] = "D:20260819100533+08'00'"
        pdf.save(out, deterministic_id=True, compress_streams=True)


def _points(pixels: float) -> float:
    return round(pixels * 72 / DPI, 3)


def _subset(characters: Iterable[str]) -> TTFont:
    """The face with only the glyphs that are used; the cmap stays, so that glyph numbers can be looked up."""
    wanted = {ord(char) for char in characters}
    missing = wanted - fonts.characters(_FACE)
    if missing:
        raise ValueError(f"font {_FACE} lacks: {' '.join(sorted(map(chr, missing)))}")
    options = subset.Options(
        layout_features=[], hinting=False, drop_tables=["EBDT", "EBLC", "EBSC", "vhea", "vmtx", "GSUB", "GPOS", "GDEF", "BDF", "FFTM"]
    )
    options.font_number = fonts.FACES[_FACE][1]
    font = subset.load_font(str(fonts.path(_FACE)), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    return font


def _font_object(pdf: Pdf, font: TTFont) -> Dictionary:
    data = io.BytesIO()
    font.save(data)
    scale = 1000 / font["head"].unitsPerEm
    order = font.getGlyphOrder()
    widths = Array([Array([round(font["hmtx"][name][0] * scale) for name in order])])
    head, hhea = font["head"], font["hhea"]
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name(_BASE_NAME),
        Flags=4,
        FontBBox=Array([round(value * scale) for value in (head.xMin, head.yMin, head.xMax, head.yMax)]),
        ItalicAngle=0,
        Ascent=round(hhea.ascent * scale),
        Descent=round(hhea.descent * scale),
        CapHeight=700,
        StemV=60,
        FontFile2=pdf.make_indirect(Stream(pdf, data.getvalue(), Length1=len(data.getvalue()))),
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name(_BASE_NAME),
        CIDSystemInfo=Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=1000,
        W=Array([0, *widths]),
        CIDToGIDMap=Name.Identity,
    )
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name(_BASE_NAME),
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
        ToUnicode=pdf.make_indirect(Stream(pdf, _to_unicode(font).encode("ascii"))),
    )


def _to_unicode(font: TTFont) -> str:
    """The CMap from glyph number to Unicode; without it no reader could tell what the glyphs say."""
    pairs = sorted((font.getGlyphID(name), code) for code, name in font.getBestCmap().items())
    blocks = []
    for start in range(0, len(pairs), _PER_BLOCK):
        part = pairs[start : start + _PER_BLOCK]
        rows = "\n".join(f"<{glyph:04X}> <{chr(code).encode('utf-16-be').hex().upper()}>" for glyph, code in part)
        blocks.append(f"{len(part)} beginbfchar\n{rows}\nendbfchar")
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n" + "\n".join(blocks) + "\nendcmap\n"
        "CMapName currentdict /CMap defineresource pop\nend\nend\n"
    )


def _content(sheet: Sheet, cmap: dict[int, str], font: TTFont) -> str:
    strokes = [f"{_points(x0)} {_points(HEIGHT - y0)} m {_points(x1)} {_points(HEIGHT - y1)} l S" for x0, y0, x1, y1 in sheet.rules]
    texts = [_text(line, cmap, font) for line in sheet.printed]
    return "\n".join(["q 0.6 w", *strokes, "Q", "BT", *texts, "ET"])


def _text(line: Printed, cmap: dict[int, str], font: TTFont) -> str:
    """One line at its baseline; a bold one is filled and stroked, because only the light face is embedded."""
    glyphs = "".join(f"{font.getGlyphID(cmap[ord(char)]):04X}" for char in line.text)
    mode = f"2 Tr {_points(line.pixels) / 30:.3f} w" if line.bold else "0 Tr"
    return f"{mode} /F1 {_points(line.pixels)} Tf 1 0 0 1 {_points(line.x)} {_points(HEIGHT - line.baseline)} Tm <{glyphs}> Tj"
