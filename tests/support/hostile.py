"""Makes files that were never meant to be read: bombs, loops, lies and polyglots, a few kilobytes each, the same on every run.

Each comes with the codes it may end in; "accepted" means that it is a file like any other for us.
"""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pikepdf
from PIL import Image

DAMAGED = frozenset({"file_damaged"})
ACCEPTED = frozenset({"accepted"})
EXHAUSTED = frozenset({"file_timeout", "sandbox_failed", "page_too_large", "file_damaged"})
_PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
_CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"


@dataclass(frozen=True)
class Hostile:
    """One file: what it is called, how its bytes are made, how it may end."""

    name: str
    make: Callable[[], bytes]
    ends: frozenset[str]

    @property
    def exhausts(self) -> bool:
        """Whether it is meant to use up time or memory."""
        return "file_timeout" in self.ends


def bomb(megabytes: int) -> bytes:
    """A zlib stream of so many MiB of zeros, made without compressing them: a flushed block may be repeated at will."""
    block = 1 << 20
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = squeeze.compress(bytes(block)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    end = zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    checksum = (megabytes * block % 65521) << 16 | 1
    return b"\x78\xda" + piece * megabytes + end + struct.pack(">I", checksum)


def stream(data: bytes, extra: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n" % (len(data), extra) + data + b"\nendstream"


def pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    out, offsets = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))


def page(box: bytes = b"0 0 595 842", extra: bytes = b"") -> bytes:
    return b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Resources<</XObject<</I 5 0 R>>>>/Contents 4 0 R%s>>" % (box, extra)


DRAW = stream(b"q 595 0 0 842 0 0 cm /I Do Q")
_IMAGE_KEYS = b"/Type/XObject/Subtype/Image/BitsPerComponent 8/ColorSpace/DeviceRGB/Width %d/Height %d/Filter/%s"
IMAGE = stream(zlib.compress(bytes(300)), _IMAGE_KEYS % (10, 10, b"FlateDecode"))
_FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 10 10]"


def sound_pdf() -> bytes:
    return pdf(_CATALOG, _PAGES, page(), DRAW, IMAGE)


def _nested_forms(depth: int) -> bytes:
    levels = [stream(b"/I Do " * 10, _FORM + b"/Resources<</XObject<</I %d 0 R>>>>" % (number + 1)) for number in range(5, 5 + depth)]
    return pdf(_CATALOG, _PAGES, page(), stream(b"/I Do " * 10), *levels, stream(b"0 0 1 1 re f", _FORM))


def _own_form() -> bytes:
    return pdf(_CATALOG, _PAGES, page(), stream(b"/I Do " * 10), stream(b"/I Do " * 10, _FORM + b"/Resources<</XObject<</I 5 0 R>>>>"))


def _encrypted(user: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(sound_pdf())) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="owner", user=user), deterministic_id=False)
    return out.getvalue()


def _object_stream_bomb() -> bytes:
    packed = stream(bomb(2048), b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode")
    head = b"%PDF-1.5\n"
    rows, at = [(0, 0, 65535)], len(head)
    bodies = b""
    for number, body in enumerate((_CATALOG, packed), 1):
        rows.append((1, at, 0))
        bodies += b"%d 0 obj\n" % number + body + b"\nendobj\n"
        at = len(head) + len(bodies)
    rows += [(1, at, 0), (2, 2, 0)]
    rows[1] = (1, len(head), 0)
    table = b"".join(struct.pack(">BIH", *row) for row in rows)
    catalogue = bodies.replace(b"/Pages 2 0 R", b"/Pages 4 0 R", 1)
    xref = b"3 0 obj\n" + stream(table, b"/Type/XRef/W[1 4 2]/Size 5/Root 1 0 R") + b"\nendobj\n"
    return head + catalogue + xref + b"startxref\n%d\n%%%%EOF\n" % at


def _previous_loop() -> bytes:
    data = sound_pdf()
    start = data.rindex(b"xref\n0")
    return data.replace(b"/Root 1 0 R>>", b"/Root 1 0 R/Prev %d>>" % start)


def _shadow_update() -> bytes:
    """An incremental update that puts another page over the first: what is shown depends on the reader."""
    data = sound_pdf()
    start = data.rindex(b"xref\n0")
    update = b"4 0 obj\n" + stream(b"0 0 500 500 re f") + b"\nendobj\n"
    table = b"xref\n4 1\n%010d 00000 n \ntrailer<</Size 6/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
    return data + update + table % (len(data), start, len(data) + len(update))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, pixels: bytes, *more: bytes, bits: int = 1) -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def tiff(*directories: tuple[list[tuple[int, int, int, int]], int], size: int = 400) -> bytes:
    """A little-endian TIFF of directories (entries of tag, type, count and value; offset of the next one), the first at offset 8."""
    out = b"II*\0" + struct.pack("<I", 8)
    for entries, following in directories:
        out += struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries) + struct.pack("<I", following)
    return out.ljust(size, b"\0")


def _tags(width: int, height: int, offset: int = 300, length: int = 100) -> list[tuple[int, int, int, int]]:
    return [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, offset),
        (277, 3, 1, 1),
        (278, 4, 1, height),
        (279, 4, 1, length),
    ]


def _many_frames(frames: int) -> bytes:
    tags = _tags(10, 10, 8, 100)
    step = 2 + 12 * len(tags) + 4
    return tiff(*((tags, 8 + step * (number + 1) if number + 1 < frames else 0) for number in range(frames)), size=0)


def _huge_jpeg() -> bytes:
    head = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0000b08ffdcffdc01011100ffda0008010100003f00")
    return head + bytes(1000) + b"\xff\xd9"


def picture(kind: str, size: tuple[int, int] = (80, 60), **options: object) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, kind, **options)
    return out.getvalue()


def _zipped(name: str = "../../etc/x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "x")
    return out.getvalue()


def _mpo() -> bytes:
    return picture("MPO", save_all=True, append_images=[Image.new("RGB", (80, 60))])


def _deep(inner: bytes) -> bytes:
    return pdf(_CATALOG, _PAGES, page(), stream(inner), IMAGE)


def _with_pages(pages_object: bytes) -> bytes:
    return pdf(_CATALOG, pages_object, page(), DRAW, IMAGE)


def _pdf_bombs() -> dict[str, tuple[Callable[[], bytes], frozenset[str]]]:
    flate = b"/Filter/FlateDecode"
    image_bomb = stream(bomb(600), _IMAGE_KEYS % (40_000, 25_000, b"FlateDecode"))
    jpx = stream(b"\xff\x4f\xff\x51" + bytes(200), _IMAGE_KEYS % (60_000, 60_000, b"JPXDecode"))
    jbig = stream(bytes(100), _IMAGE_KEYS % (3_000, 3_000, b"JBIG2Decode"))
    fax = stream(
        bytes(100), b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode"
    )
    return {
        "content bomb.pdf": (lambda: pdf(_CATALOG, _PAGES, page(), stream(bomb(2048), flate), IMAGE), EXHAUSTED),
        "double bomb.pdf": (
            lambda: pdf(_CATALOG, _PAGES, page(), stream(zlib.compress(bomb(2048)), b"/Filter[/FlateDecode/FlateDecode]"), IMAGE),
            EXHAUSTED,
        ),
        "object stream bomb.pdf": (_object_stream_bomb, EXHAUSTED),
        "image bomb.pdf": (lambda: pdf(_CATALOG, _PAGES, page(), DRAW, image_bomb), frozenset({"page_too_large"})),
        "jpx of 60000.pdf": (lambda: pdf(_CATALOG, _PAGES, page(), DRAW, jpx), EXHAUSTED),
        "fax of 60000.pdf": (lambda: pdf(_CATALOG, _PAGES, page(), DRAW, fax), frozenset({"page_too_large"})),
        "jbig2 of nothing.pdf": (lambda: pdf(_CATALOG, _PAGES, page(), DRAW, jbig), EXHAUSTED | ACCEPTED),
        "forms 1e8.pdf": (lambda: _nested_forms(8), EXHAUSTED),
        "form in itself.pdf": (_own_form, EXHAUSTED | ACCEPTED),
        "deep arrays.pdf": (lambda: _deep(b"[" * 200_000 + b"]" * 200_000), EXHAUSTED | ACCEPTED),
        "deep object.pdf": (
            lambda: pdf(_CATALOG[:-2] + b"/Deep " + b"[" * 100_000 + b"]" * 100_000 + b">>", _PAGES, page(), DRAW, IMAGE),
            EXHAUSTED | ACCEPTED,
        ),
    }


def _pdf_lies() -> dict[str, tuple[Callable[[], bytes], frozenset[str]]]:
    odd = frozenset({"page_count_disputed", "file_damaged", "file_no_pages"})
    return {
        "page tree loop.pdf": (lambda: _with_pages(b"<</Type/Pages/Kids[2 0 R]/Count 100000000>>"), odd),
        "count 7 of 1.pdf": (lambda: _with_pages(b"<</Type/Pages/Kids[3 0 R]/Count 7>>"), frozenset({"page_count_disputed"})),
        "count 0 of 1.pdf": (lambda: _with_pages(b"<</Type/Pages/Kids[3 0 R]/Count 0>>"), odd | ACCEPTED),
        "count below 0.pdf": (lambda: _with_pages(b"<</Type/Pages/Kids[3 0 R]/Count -5>>"), odd | ACCEPTED),
        "200000 kids.pdf": (
            lambda: _with_pages(b"<</Type/Pages/Kids[" + b"3 0 R " * 200_000 + b"]/Count 200000>>"),
            EXHAUSTED | {"file_too_many_pages"},
        ),
        "no pages.pdf": (lambda: _with_pages(b"<</Type/Pages/Kids[]/Count 0>>"), frozenset({"file_no_pages"})),
        "no page tree.pdf": (lambda: pdf(b"<</Type/Catalog>>"), odd),
        "box 14400.pdf": (lambda: pdf(_CATALOG, _PAGES, page(b"0 0 14400 14400"), DRAW, IMAGE), frozenset({"page_too_large"})),
        "box 2e9.pdf": (lambda: pdf(_CATALOG, _PAGES, page(b"0 0 2000000000 2000000000"), DRAW, IMAGE), frozenset({"page_too_large"})),
        "box turned inside out.pdf": (lambda: pdf(_CATALOG, _PAGES, page(b"595 842 0 0"), DRAW, IMAGE), ACCEPTED),
        "box of nothing.pdf": (lambda: pdf(_CATALOG, _PAGES, page(b"0 0 0 0"), DRAW, IMAGE), ACCEPTED | DAMAGED),
        "box of words.pdf": (lambda: pdf(_CATALOG, _PAGES, page(b"/A /B nan inf"), DRAW, IMAGE), ACCEPTED | DAMAGED),
        "previous loop.pdf": (_previous_loop, odd | ACCEPTED),
        "shadow update.pdf": (_shadow_update, ACCEPTED),
        "user password.pdf": (lambda: _encrypted("geheim"), frozenset({"file_encrypted"})),
        "owner password.pdf": (lambda: _encrypted(""), ACCEPTED),
        "cut off.pdf": (lambda: sound_pdf()[:300], DAMAGED),
        "header only.pdf": (lambda: b"%PDF-1.7\n", DAMAGED),
        "cut off scan.pdf": (
            lambda: pdf(
                _CATALOG, _PAGES, page(), DRAW, stream(picture("JPEG", (900, 1200))[:9000], _IMAGE_KEYS % (900, 1200, b"DCTDecode"))
            ),
            DAMAGED,
        ),
    }


def _pdf_tricks() -> dict[str, tuple[Callable[[], bytes], frozenset[str]]]:
    script = _CATALOG[:-2] + b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>/AA<</WC<</S/Launch/F(calc.exe)>>>>>>"
    embedded = _CATALOG[:-2] + b"/Names<</EmbeddedFiles<</Names[(x.exe)6 0 R]>>>>>>"
    filespec = b"<</Type/Filespec/F(x.exe)/EF<</F 7 0 R>>>>"
    link = b"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 99 99]/A<</S/URI/URI(http://127.0.0.1:9/)>>>>]"
    text = stream(b"BT /F 12 Tf (x) Tj ET")
    evil_map = page().replace(b"/XObject", b"/Font<</F<</Type/Font/Subtype/Type0/Encoding/..#2F..#2Fx>>>>/XObject")
    not_pdf = frozenset({"file_not_what_it_says"})
    return {
        "script.pdf": (lambda: pdf(script, _PAGES, page(), DRAW, IMAGE), ACCEPTED),
        "embedded program.pdf": (
            lambda: pdf(embedded, _PAGES, page(), DRAW, IMAGE, filespec, stream(b"MZ" + bytes(100), b"/Type/EmbeddedFile")),
            ACCEPTED,
        ),
        "link out.pdf": (lambda: pdf(_CATALOG, _PAGES, page(extra=link), DRAW, IMAGE), ACCEPTED),
        "character map.pdf": (lambda: pdf(_CATALOG, _PAGES, evil_map, text, IMAGE), ACCEPTED),
        "pdf and zip.pdf": (lambda: sound_pdf() + _zipped(), ACCEPTED),
        "zip and pdf.pdf": (lambda: _zipped() + sound_pdf(), not_pdf),
        "html.pdf": (lambda: b"<html><script>alert(1)</script>%PDF-1.4", not_pdf),
        "text.pdf": (lambda: "申请执行书".encode(), not_pdf),
        "empty.pdf": (lambda: b"", frozenset({"file_empty"})),
        "archive.zip": (_zipped, frozenset({"file_unsupported"})),
        "program.exe": (lambda: b"MZ" + bytes(200), frozenset({"file_unsupported"})),
        "script.svg": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", frozenset({"file_unsupported"})),
        "printer.eps": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n(x) run", frozenset({"file_unsupported"})),
    }


def _images() -> dict[str, tuple[Callable[[], bytes], frozenset[str]]]:
    too_large, whole = frozenset({"page_too_large"}), picture("JPEG", (400, 300))
    profile = _chunk(b"iCCP", b"a\0\0" + bomb(512))
    return {
        "60000 square.png": (lambda: png(60_000, 60_000, bomb(450)), too_large),
        "short of pixels.png": (lambda: png(9_000, 9_000, bomb(1)), DAMAGED),
        "more than pixels.png": (lambda: png(100, 100, bomb(512)), ACCEPTED | DAMAGED),
        "text bomb.png": (lambda: png(1, 1, zlib.compress(bytes(2)), _chunk(b"zTXt", b"a\0\0" + bomb(512))), ACCEPTED | DAMAGED),
        "profile bomb.png": (lambda: png(1, 1, zlib.compress(bytes(2)), profile), ACCEPTED | DAMAGED),
        "no size.png": (lambda: png(0, 0, zlib.compress(bytes(2))), DAMAGED),
        "bad checksum.png": (lambda: png(8, 8, zlib.compress(bytes(16))).replace(b"IDAT", b"IDAT\x01", 1), DAMAGED),
        "65500 square.jpg": (_huge_jpeg, too_large),
        "cut off.jpg": (lambda: whole[: len(whole) * 2 // 3], DAMAGED),
        "three bytes.jpg": (lambda: b"\xff\xd8\xff", DAMAGED),
        "jpeg and pdf.jpg": (lambda: whole + sound_pdf(), ACCEPTED),
        "two pictures.jpg": (_mpo, ACCEPTED),
        "thousand scans.jpg": (lambda: _scan_bomb(1000, 1200), EXHAUSTED | ACCEPTED),
        "directory loop.tif": (lambda: tiff((_tags(10, 10), 8)), DAMAGED),
        "4000 frames.tif": (lambda: _many_frames(4000), frozenset({"file_too_many_pages"})),
        "60000 square.tif": (lambda: tiff((_tags(60_000, 60_000), 0)), too_large),
        "second frame huge.tif": (
            lambda: tiff((_tags(10, 10), 8 + 2 + 12 * 9 + 4), (_tags(60_000, 60_000), 0), size=500),
            too_large,
        ),
        "strips beyond the end.tif": (lambda: tiff((_tags(10, 10, 300, 0xFFFFFF00), 0)), DAMAGED),
        "four thousand million strips.tif": (lambda: tiff(([*_tags(10, 10)[:-1], (279, 4, 0xFFFFFFFF, 16)], 0)), DAMAGED),
        "directory beyond the end.tif": (lambda: b"II*\0" + struct.pack("<I", 1 << 30), DAMAGED),
        "no directory.tif": (lambda: b"MM\0*" + bytes(4), frozenset({"file_no_pages"})),
        "big with nothing.tif": (lambda: b"II+\0\x08\0\0\0" + struct.pack("<Q", 1 << 62), DAMAGED),
    }


def _scan_bomb(scans: int, side: int) -> bytes:
    """A progressive JPEG whose last scan is repeated: each costs a pass over the whole picture."""
    whole = picture("JPEG", (side, side), progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * scans + b"\xff\xd9"


def corpus() -> list[Hostile]:
    """Every hostile file."""
    kinds = {**_pdf_bombs(), **_pdf_lies(), **_pdf_tricks(), **_images()}
    return [Hostile(name, data, ends) for name, (data, ends) in kinds.items()]


def seeds() -> dict[str, bytes]:
    """Sound files of every kind, to be mutated."""
    scan = stream(picture("JPEG", (400, 560)), _IMAGE_KEYS % (400, 560, b"DCTDecode"))
    return {
        "scan.pdf": pdf(_CATALOG, _PAGES, page(), DRAW, scan),
        "photo.jpg": picture("JPEG", (400, 300)),
        "screen.png": picture("PNG", (400, 300)),
        "fax.tif": picture("TIFF", (400, 300), compression="tiff_lzw"),
    }


def mutant(data: bytes, seed: int) -> bytes:
    """The file with a few bytes changed, a piece cut out or doubled."""
    dice = random.Random(seed)
    out = bytearray(data)
    for _ in range(dice.randint(1, 8)):
        at, length = dice.randrange(len(out)), dice.randint(1, 40)
        match dice.randrange(4):
            case 0:
                out[at] = dice.randrange(256)
            case 1:
                out[at : at + length] = dice.randbytes(length)
            case 2:
                del out[at : at + length]
            case _:
                out[at:at] = out[at : at + length]
    return bytes(out)
