"""Small PDFs with real text in an embedded font: lines with places come in, a file as a word processor writes it goes out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pikepdf
from fontTools import subset
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from tests.support.drawing import KAI

Text = tuple[float, float, float, str]  # x, baseline y (points from the lower left corner), size, text


def _font(pdf: Pdf, characters: str) -> tuple[Dictionary, dict[str, int]]:
    options = subset.Options(layout_features=[], hinting=False, drop_tables=["vhea", "vmtx", "GSUB", "GPOS", "GDEF", "FFTM", "BDF"])
    options.font_number = 0
    font = subset.load_font(KAI, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes={ord(character) for character in characters})
    subsetter.subset(font)
    data = io.BytesIO()
    font.save(data)
    glyphs = {character: font.getGlyphID(font.getBestCmap()[ord(character)]) for character in set(characters)}
    scale = 1000 / font["head"].unitsPerEm
    widths = Array([0, Array([round(font["hmtx"][name][0] * scale) for name in font.getGlyphOrder()])])
    font.close()
    program = pdf.make_indirect(Stream(pdf, data.getvalue()))
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=Name("/AAAAAA+Kai"), Flags=4, FontBBox=Array([0, -200, 1000, 900]), ItalicAngle=0,
        Ascent=880, Descent=-120, CapHeight=700, StemV=60, FontFile2=program,
    )  # fmt: skip
    descendant = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name("/AAAAAA+Kai"), FontDescriptor=pdf.make_indirect(descriptor), DW=1000, W=widths,
        CIDSystemInfo=Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0), CIDToGIDMap=Name.Identity,
    )  # fmt: skip
    whole = Dictionary(
        Type=Name.Font, Subtype=Name.Type0, BaseFont=Name("/AAAAAA+Kai"), Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(descendant)]),
    )  # fmt: skip
    rows = "\n".join(f"<{glyph:04X}> <{character.encode('utf-16-be').hex()}>" for character, glyph in sorted(glyphs.items()))
    cmap = f"begincmap\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{len(glyphs)} beginbfchar\n{rows}\nendbfchar\nendcmap\n"
    whole.ToUnicode = pdf.make_indirect(Stream(pdf, cmap.encode()))
    return whole, glyphs


def write_pdf(
    path: Path,
    pages: Sequence[Sequence[Text]],
    *,
    size: tuple[float, float] = (595, 842),
    crop: tuple[float, float, float, float] | None = None,
    rotate: int = 0,
    picture: bytes | None = None,
) -> Path:
    """One PDF page per list of texts. `picture` is a JPEG (8 × 8) that covers each page."""
    characters = "".join(text for page in pages for *_, text in page)
    with Pdf.new() as pdf:
        font, glyphs = _font(pdf, characters or "空")
        shared = pdf.make_indirect(font)
        for texts in pages:
            page = pdf.add_blank_page(page_size=size)
            page.Resources = Dictionary(Font=Dictionary(F1=shared))
            content = (
                "BT "
                + " ".join(f"/F1 {s} Tf 1 0 0 1 {x} {y} Tm <{''.join(f'{glyphs[c]:04X}' for c in t)}> Tj" for x, y, s, t in texts)
                + " ET"
            )
            if picture is not None:
                page.Resources.XObject = Dictionary(
                    Im=Stream(
                        pdf, picture, Type=Name.XObject, Subtype=Name.Image, Width=8, Height=8, ColorSpace=Name.DeviceGray, BitsPerComponent=8,
                        Filter=Name.DCTDecode,
                    )
                )  # fmt: skip
                content = f"q {size[0]} 0 0 {size[1]} 0 0 cm /Im Do Q " + content
            page.Contents = Stream(pdf, content.encode())
            if crop:
                page.CropBox = Array(list(crop))
            page.Rotate = rotate
        pdf.save(path)
    return path
