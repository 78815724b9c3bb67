"""The bytes of a JPEG come in; what a PDF must say about it to show it unchanged goes out (ITU-T T.81 markers, Adobe's APP14)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product

import pikepdf
from pikepdf import Array, Dictionary, Name

from .model import BindError

_FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended, progressive Huffman: what a PDF's DCTDecode knows
_OTHER_FRAMES = {0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)}
_BARE = {0x01, *range(0xD0, 0xD8)}  # markers without a length


@dataclass(frozen=True)
class Jpeg:
    """A JPEG's frame: pixels, components (1 grey, 3 colour, 4 inks), and whether Adobe's marker is there (its inks are inverted)."""

    width: int
    height: int
    components: int
    adobe: bool


def parse(data: bytes, where: str) -> Jpeg:
    """The frame of a JPEG; `where` names the page in the error. Raises BindError(picture_unsupported)."""
    if data[:2] != b"\xff\xd8":
        raise BindError("picture_unsupported", f"{where}: not a JPEG")
    adobe, at = False, 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xFF or marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        body = data[at + 4 : at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")]
        if marker in _FRAMES:
            return _frame(body, adobe or _adobe_after(data, at), where)
        if marker in _OTHER_FRAMES or marker == 0xDA:
            break
        adobe = adobe or (marker == 0xEE and body[:5] == b"Adobe")
        at += 4 + len(body)
    raise BindError("picture_unsupported", f"{where}: no frame that a PDF can show")


def _adobe_after(data: bytes, frame: int) -> bool:
    """True when Adobe's marker stands between the frame and the scan, where few writers put it."""
    scan = data.find(b"\xff\xda", frame)
    return data.find(b"\xff\xee\x00\x0eAdobe", frame, scan if scan > 0 else frame) >= 0


def _frame(body: bytes, adobe: bool, where: str) -> Jpeg:
    if len(body) < 6 or body[0] != 8 or body[5] not in (1, 3, 4):
        raise BindError("picture_unsupported", f"{where}: not 8 bits of 1, 3 or 4 components")
    height, width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    if not width or not height:
        raise BindError("picture_unsupported", f"{where}: a frame without size")
    return Jpeg(width, height, body[5], adobe)


def image(pdf: pikepdf.Pdf, data: bytes, jpeg: Jpeg) -> pikepdf.Object:
    """An image object of `pdf` that holds the JPEG's very bytes."""
    stream = pdf.make_stream(data)
    entries = Dictionary(
        Type=Name.XObject, Subtype=Name.Image, Width=jpeg.width, Height=jpeg.height, BitsPerComponent=8, Filter=Name.DCTDecode
    )
    if jpeg.components == 4:
        profile = pdf.make_stream(ink_profile(), N=4)
        entries.ColorSpace = Array([Name.ICCBased, profile])
        if jpeg.adobe:
            entries.Decode = Array([1, 0] * 4)
    else:
        entries.ColorSpace = Name.DeviceGray if jpeg.components == 1 else Name.DeviceRGB
    stream.stream_dict = entries
    return stream


@cache
def ink_profile(grid: int = 9) -> bytes:
    """An ICC profile for pictures in four inks without a profile of their own: PDF/A with sRGB as its intent forbids bare DeviceCMYK.

    A look-up table (ICC.1:2001-04, lut8Type) over the plain model r = (1 - c)(1 - k); an input profile needs no way back.
    """
    steps = [step / (grid - 1) for step in range(grid)]
    cells = b"".join(_lab8((1 - c) * (1 - k), (1 - m) * (1 - k), (1 - y) * (1 - k)) for c, m, y, k in product(steps, repeat=4))
    ramp = bytes(range(256))
    unit = b"".join((0x10000 if row == column else 0).to_bytes(4, "big") for row in range(3) for column in range(3))
    table = b"mft1" + bytes(4) + bytes([4, 3, grid, 0]) + unit + ramp * 4 + cells + ramp * 3
    name = b"Plain inks\0"
    tags = {
        b"desc": b"desc" + bytes(4) + len(name).to_bytes(4, "big") + name + bytes(78),
        b"cprt": b"text" + bytes(4) + b"No rights reserved\0",
        b"wtpt": b"XYZ " + bytes(4) + _D50,
        b"A2B0": table,
    }
    return _profile(tags)


_D50 = bytes.fromhex("0000f6d6" "00010000" "0000d32d")  # fmt: skip


def _profile(tags: dict[bytes, bytes]) -> bytes:
    at, directory, bodies = 128 + 4 + 12 * len(tags), b"", b""
    for signature, body in tags.items():
        directory += signature + (at + len(bodies)).to_bytes(4, "big") + len(body).to_bytes(4, "big")
        bodies += body + bytes(-len(body) % 4)
    made = b"".join(part.to_bytes(2, "big") for part in (2024, 1, 1, 0, 0, 0))
    head = bytes(4) + bytes.fromhex("02400000") + b"scnrCMYKLab " + made + b"acsp" + bytes(28) + _D50
    size = at + len(bodies)
    return size.to_bytes(4, "big") + head.ljust(124, b"\0") + len(tags).to_bytes(4, "big") + directory + bodies


def _lab8(*rgb: float) -> bytes:
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in rgb)
    # sRGB to XYZ under D50 (Bradford), each over its white.
    x = (0.43607 * red + 0.38515 * green + 0.14307 * blue) / 0.9642
    y = 0.22249 * red + 0.71687 * green + 0.06061 * blue
    z = (0.01392 * red + 0.09708 * green + 0.71410 * blue) / 0.8249
    fx, fy, fz = (value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116 for value in (x, y, z))
    lab = ((116 * fy - 16) * 2.55, 500 * (fx - fy) + 128, 200 * (fy - fz) + 128)
    return bytes(min(255, max(0, round(value))) for value in lab)
