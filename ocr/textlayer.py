"""Lines with their boxes come in; an invisible text layer for a PDF page goes out: one glyphless font and one content stream per page.

The font is a Type0 font with Identity-H whose character code is the UTF-16 unit itself, so one font serves every page of a volume.
Characters beyond the BMP borrow codes of the surrogate range, which no BMP character can use, and ToUnicode gives them back.
"""

from __future__ import annotations

import io
import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import pikepdf
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._g_l_y_f import Glyph
from pikepdf import Array, Dictionary, Name

from .contract import Line

FONT_NAME = "/DossierText"
FONT_KEY = "/T0"  # the name under which page_content() expects the font among the page's resources
SPARE_CODES = range(0xD800, 0xE000)
MAX_SIDE, MIN_SIDE = 14400.0, 3.0  # points; ISO 19005-2, 6.1.13
HALF_BELOW = 0x2000  # characters below this code are taken as half as wide as a Chinese one
ASCENT, DESCENT, EM = 880, -120, 1000
LEVEL = 0.1  # degrees; a page is level below it
EPOCH = 3786912000  # 2024-01-01 in seconds since 1904, as fonts count
FILL = 0.92  # font size over the height of a line's box: detectors leave a rim around the ink


class TextLayerError(Exception):
    """A text cannot be laid: more different rare characters than spare codes, or a page without size."""


@dataclass(frozen=True)
class Sheet:
    """A page in points, as a picture fills it: its size, points per pixel of the upright picture, and how far the picture is turned.

    The picture is turned against its skew, so that lines run level: readers of PDF take lines apart that fall or rise. The page grows
    around the turned picture, so that nothing of it is cut off.
    """

    width: float
    height: float
    scale: float
    pixels: tuple[int, int]
    turn: float  # radians, counter-clockwise

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a pixel (from the top left of the upright picture, before deskewing) lies on the page, in points from its lower left."""
        dx, dy = (x - self.pixels[0] / 2) * self.scale, (self.pixels[1] / 2 - y) * self.scale
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        return self.width / 2 + dx * cos - dy * sin, self.height / 2 + dx * sin + dy * cos

    def picture(self, rotation: int) -> str:
        """The six numbers of the matrix (cm) that lay a picture whose upright position is `rotation` degrees clockwise further."""
        width, height = self.pixels
        corners = [(0, 0), (width, 0), (width, height), (0, height)]
        shift = rotation // 90 % 4
        origin, right, up = (self.place(*corners[(index + shift) % 4]) for index in (3, 2, 0))
        numbers = (right[0] - origin[0], right[1] - origin[1], up[0] - origin[0], up[1] - origin[1], *origin)
        return " ".join(_real(number, 4) for number in numbers)


def sheet(width: int, height: int, dpi: int, skew: float = 0.0) -> Sheet:
    """The page for an upright picture of width × height pixels at dpi whose lines fall by skew degrees to the right.

    A size that PDF/A forbids is scaled to the nearest allowed one. Raises TextLayerError when a side or the resolution is not positive.
    """
    if width <= 0 or height <= 0 or dpi <= 0:
        raise TextLayerError(f"a page of {width} × {height} px at {dpi} dpi has no size")
    turn = math.radians(skew) if abs(skew) >= LEVEL else 0.0
    cos, sin = abs(math.cos(turn)), abs(math.sin(turn))
    wide, high = width * cos + height * sin, width * sin + height * cos
    scale = min(max(72 / dpi, MIN_SIDE / min(wide, high)), MAX_SIDE / max(wide, high))
    return Sheet(round(wide * scale, 2), round(high * scale, 2), scale, (width, height), turn)


def rare_characters(texts: Iterable[str]) -> str:
    """The different characters beyond the BMP in the texts, sorted: what text_font() and page_content() must agree on.

    Raises TextLayerError when there are more than the font has spare codes (2,048).
    """
    rare = sorted({char for text in texts for char in text if ord(char) > 0xFFFF})
    if len(rare) > len(SPARE_CODES):
        raise TextLayerError(f"{len(rare)} different characters beyond the BMP; the font has {len(SPARE_CODES)} spare codes")
    return "".join(rare)


def text_font(pdf: pikepdf.Pdf, rare: str = "") -> pikepdf.Object:
    """A new font object of `pdf` that shows nothing and gives every character back; rare: as rare_characters() gave it."""
    program = _program()
    file = pdf.make_stream(program, Length1=len(program))
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name(FONT_NAME),
        Flags=4,
        FontBBox=[0, DESCENT, EM, ASCENT],
        ItalicAngle=0,
        Ascent=ASCENT,
        Descent=DESCENT,
        CapHeight=ASCENT,
        StemV=80,
        FontFile2=file,
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name(FONT_NAME),
        CIDSystemInfo=Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=EM,
        W=Array([0, HALF_BELOW - 1, EM // 2]),
        CIDToGIDMap=pdf.make_stream(_glyph_map()),
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name(FONT_NAME),
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_stream(_to_unicode(rare)),
        )
    )


def page_content(lines: Iterable[Line], page: Sheet, rare: str = "") -> bytes:
    """The content stream that lays the lines invisibly over a page; b"" when there are none.

    lines: in reading order, boxes in pixels of the upright picture before deskewing (a box has the size of the straight line and the
    centre of the fallen one). rare: as text_font() was given it. A line of several characters whose box is more than twice as high
    as wide is vertical writing and laid from top to bottom. Raises TextLayerError.
    """
    codes = {char: SPARE_CODES[index] for index, char in enumerate(rare)}
    shown = [command for line in lines if (command := _show(line, page, codes))]
    return "\n".join(["BT 3 Tr", *shown, "ET"]).encode("ascii") if shown else b""


def _show(line: Line, page: Sheet, codes: dict[str, int]) -> str:
    text = _clean(line.text)
    if not text:
        return ""
    x0, y0, x1, y1 = line.box
    long, thick = max(x1 - x0, 1) * page.scale, max(y1 - y0, 1) * page.scale
    x, y = page.place((x0 + x1) / 2, (y0 + y1) / 2)
    vertical = len(text) > 1 and thick > 2 * long
    if vertical:
        long, thick = thick, long
    size = max(thick * FILL, 0.01)
    rise = (ASCENT + DESCENT) / 2 / EM * size  # from the baseline to the middle of the line
    matrix = f"0 -1 1 0 {_real(x - rise)} {_real(y + long / 2)}" if vertical else f"1 0 0 1 {_real(x - long / 2)} {_real(y - rise)}"
    natural = sum(0.5 if ord(char) < HALF_BELOW else 1.0 for char in text) * size
    return f"{FONT_KEY} {_real(size)} Tf {_real(100 * long / natural)} Tz {matrix} Tm <{_encode(text, codes)}> Tj"


def _clean(text: str) -> str:
    """The line without blanks at its ends; what is no character (controls, lone surrogates, non-characters) becomes a blank or U+FFFD."""
    if text.isprintable():
        return text.strip()
    return "".join(_printable(char) for char in text).strip()


def _printable(char: str) -> str:
    if unicodedata.category(char) in ("Cc", "Zl", "Zp"):
        return " "
    return "\ufffd" if unicodedata.category(char) == "Cs" or ord(char) & 0xFFFE == 0xFFFE else char


def _encode(text: str, codes: dict[str, int]) -> str:
    try:
        return "".join(f"{codes[char] if ord(char) > 0xFFFF else ord(char):04X}" for char in text)
    except KeyError as error:
        raise TextLayerError(f"{error.args[0]!r} is not among the rare characters of the font") from error


def _real(value: float, digits: int = 2) -> str:
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _nothing(width: int) -> Glyph:
    """A glyph without ink but with a bounding box: a contour that goes to the opposite corner and back.

    PDFium drops text whose box is empty, as that of a single character or of a vertical line would be with glyphs that have no contour.
    """
    pen = TTGlyphPen(None)
    pen.moveTo((0, DESCENT))
    pen.lineTo((width, ASCENT))
    pen.closePath()
    return pen.glyph()


@cache
def _program() -> bytes:
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder([".notdef", "half", "full"])
    builder.setupCharacterMap({0x20: "half", 0x4E00: "full"})
    widths = {".notdef": EM, "half": EM // 2, "full": EM}
    builder.setupGlyf({name: _nothing(width) for name, width in widths.items()})
    builder.setupHorizontalMetrics({name: (width, 0) for name, width in widths.items()})
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupNameTable({"familyName": FONT_NAME[1:], "styleName": "Regular", "psName": FONT_NAME[1:]})
    builder.setupOS2()
    builder.setupPost()
    # The builder stamps the hour; a volume must come out the same byte for byte.
    builder.font["head"].created = builder.font["head"].modified = EPOCH
    builder.font.recalcTimestamp = False
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


@cache
def _glyph_map() -> bytes:
    return b"\x00\x01" * HALF_BELOW + b"\x00\x02" * (0x10000 - HALF_BELOW)


def to_unicode_cmap(ranges: Sequence[str], chars: Sequence[str]) -> bytes:
    """A ToUnicode CMap over two-byte codes; ranges: '<from> <to> <unicode>' entries, chars: '<code> <unicode>' entries."""
    blocks = [
        f"{len(part)} beginbf{kind}\n" + "\n".join(part) + f"\nendbf{kind}"
        for kind, entries in (("range", ranges), ("char", chars))
        for part in (entries[at : at + 100] for at in range(0, len(entries), 100))
    ]
    head = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n1 begincodespacerange <0000> <FFFF> endcodespacerange"
    )
    tail = "endcmap CMapName currentdict /CMap defineresource pop end end"
    return "\n".join([head, *blocks, tail]).encode("ascii")


def _to_unicode(rare: str) -> bytes:
    # A bfrange may not cross a change of the high byte, so there is one per high byte.
    ranges = [f"<{high:02X}00> <{high:02X}FF> <{high:02X}00>" for high in range(256) if high << 8 not in SPARE_CODES]
    chars = [f"<{SPARE_CODES[index]:04X}> <{char.encode('utf-16-be').hex().upper()}>" for index, char in enumerate(rare)]
    return to_unicode_cmap(ranges, chars)
