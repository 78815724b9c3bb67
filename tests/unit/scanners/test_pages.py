"""Files of every kind become pages of the right number, size, colours, resolution and view; lies of the child are not believed."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageDraw

from scanners.contract import DecodedPage, FileFacts, Kind, UnreadableError
from scanners.pages import inspect, kind_of, load_pixels, render
from scanners.sandbox import Sandbox
from tests.support.hostile import pdf, picture, stream

RED, GREEN, WHITE = (200, 30, 30), (30, 160, 60), (255, 255, 255)


def sheet(size: tuple[int, int] = (600, 400)) -> Image.Image:
    """Red on the left, white on the right, a green square in the upper right corner: every turn looks different."""
    image = Image.new("RGB", size, WHITE)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0] // 2 - 1, size[1]), fill=RED)
    draw.rectangle((size[0] * 3 // 4, 0, size[0], size[1] // 4), fill=GREEN)
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture
def decode(tmp_path: Path, sandbox: Sandbox) -> Callable[[bytes], tuple[FileFacts, tuple[DecodedPage, ...]]]:
    def run(data: bytes) -> tuple[FileFacts, tuple[DecodedPage, ...]]:
        source = tmp_path / "source"
        source.write_bytes(data)
        facts = inspect(source, "x", sandbox, tmp_path)
        return facts, render(source, tmp_path, 1, facts.pages, sandbox)

    return run


Decode = Callable[[bytes], tuple[FileFacts, tuple[DecodedPage, ...]]]


def colour_at(page: DecodedPage, x: float, y: float) -> tuple[int, ...]:
    return tuple(int(v) for v in load_pixels(page)[int(y * page.height), int(x * page.width)])


def near(found: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return max(abs(a - b) for a, b in zip(found, wanted, strict=True)) < 16


def looks_right(page: DecodedPage) -> bool:
    wanted = ((0.2, 0.5, RED), (0.6, 0.5, WHITE), (0.9, 0.1, GREEN), (0.9, 0.9, WHITE))
    with Image.open(page.view) as view:
        assert view.format == "JPEG"
        assert view.size == (page.width, page.height)
    return all(near(colour_at(page, x, y), colour) for x, y, colour in wanted)


def _palette(image: Image.Image) -> bytes:
    return saved(image.convert("P", palette=Image.Palette.ADAPTIVE), "PNG")


def _see_through(image: Image.Image) -> bytes:
    layered = image.convert("RGBA")
    layered.putalpha(Image.fromarray(np.where(np.array(image).min(axis=2) > 250, 0, 255).astype(np.uint8)))
    return saved(layered, "PNG")


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda image: saved(image, "JPEG", quality=95), "jpeg"),
        (lambda image: saved(image, "JPEG", quality=95, progressive=True), "jpeg"),
        (lambda image: saved(image.convert("CMYK"), "JPEG", quality=95), "jpeg"),
        (lambda image: saved(image, "PNG"), "png"),
        (_palette, "png"),
        (_see_through, "png"),
        (lambda image: saved(image, "TIFF", compression="tiff_lzw"), "tiff"),
        (lambda image: saved(image, "TIFF", compression="jpeg", quality=95), "tiff"),
        (lambda image: saved(image, "TIFF", big_tiff=True), "tiff"),
        (lambda image: saved(image, "PDF", resolution=100), "pdf"),
    ],
)
def test_every_kind_shows_the_same_picture(decode: Decode, make: Callable[[Image.Image], bytes], kind: Kind) -> None:
    facts, (page,) = decode(make(sheet()))
    assert facts == FileFacts(kind, 1)
    assert (page.number, page.width, page.height, page.text_page) == (1, 600, 400, False)
    assert looks_right(page)


@pytest.mark.parametrize("mode", ["1", "L", "I;16", "LA"])
def test_pictures_without_colour(decode: Decode, mode: str) -> None:
    ramp = Image.linear_gradient("L").resize((300, 200))
    shown = Image.fromarray(np.asarray(ramp).astype(np.uint16) * 257) if mode == "I;16" else ramp.convert(mode)
    data = saved(shown, "TIFF" if mode == "1" else "PNG")
    _, (page,) = decode(data)
    pixels = load_pixels(page).astype(int)
    assert np.ptp(pixels, axis=2).max() == 0
    assert abs(pixels[:20].mean() - np.asarray(ramp)[:20].mean()) < 8
    assert abs(pixels[-20:].mean() - np.asarray(ramp)[-20:].mean()) < 8
    with Image.open(page.view) as view:
        assert view.mode == "L"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_camera_says_how_it_was_held(decode: Decode, orientation: int) -> None:
    upright = sheet()
    turns: dict[int, list[Image.Transpose]] = {
        1: [], 2: [Image.Transpose.FLIP_LEFT_RIGHT], 3: [Image.Transpose.ROTATE_180], 4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE], 6: [Image.Transpose.ROTATE_90], 7: [Image.Transpose.TRANSVERSE], 8: [Image.Transpose.ROTATE_270],
    }  # fmt: skip
    stored = upright
    for turn in turns[orientation]:
        stored = stored.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(stored, "JPEG", quality=95, exif=exif)
    _, (page,) = decode(data)
    assert (page.width, page.height) == (600, 400)
    assert looks_right(page)
    assert (page.view.read_bytes() == data) is (orientation == 1)


def test_a_plain_jpeg_is_its_own_view_and_others_are_not(decode: Decode, tmp_path: Path) -> None:
    plain = saved(sheet(), "JPEG")
    assert decode(plain)[1][0].view.read_bytes() == plain
    assert decode(plain + b"PK\x03\x04 and more")[1][0].view.read_bytes() == saved_view(plain, tmp_path)
    assert b"\xff\xc2" not in decode(saved(sheet(), "JPEG", progressive=True))[1][0].view.read_bytes()[:700]


def saved_view(plain: bytes, tmp_path: Path) -> bytes:
    """What the decoder makes of it when it has to write a view itself."""
    from scanners.raster import write_view

    write_view(Image.open(io.BytesIO(plain)), tmp_path / "expected", 200)
    return (tmp_path / "expected").read_bytes()


@pytest.mark.parametrize(
    ("size", "options", "dpi"),
    [
        ((1654, 2339), {"dpi": (300, 300)}, 300),
        ((1654, 2339), {}, 200),
        ((2480, 3508), {"dpi": (72, 72)}, 300),  # 1.2 m of paper: the camera did not know
        ((600, 400), {}, 200),
    ],
)
def test_resolution_of_pictures(decode: Decode, size: tuple[int, int], options: dict[str, object], dpi: int) -> None:
    assert decode(saved(Image.new("L", size, 255), "JPEG", **options))[1][0].dpi == dpi


def test_frames_of_a_tiff(decode: Decode) -> None:
    frames = [sheet((300, 200)), sheet((200, 300)), sheet((240, 240)).convert("L")]
    facts, pages = decode(saved(frames[0], "TIFF", save_all=True, append_images=frames[1:], dpi=(150, 150)))
    assert facts == FileFacts("tiff", 3)
    assert [(page.number, page.width, page.height) for page in pages] == [(1, 300, 200), (2, 200, 300), (3, 240, 240)]
    assert all(looks_right(page) for page in pages[:2])
    assert [page.view.name for page in pages] == ["00001.jpg", "00002.jpg", "00003.jpg"]


def test_a_range_of_a_scanned_pdf_in_its_own_resolution(tmp_path: Path, sandbox: Sandbox) -> None:
    source = tmp_path / "scan.pdf"
    scans = [sheet((1654, 2339)), sheet((827, 1170)), sheet((1654, 2339))]
    source.write_bytes(saved(scans[0], "PDF", save_all=True, append_images=scans[1:], resolution=200, quality=90))
    second, third = render(source, tmp_path, 2, 3, sandbox)
    assert (second.number, second.width, second.height, second.dpi) == (2, 827, 1170, 200)
    assert (third.number, third.width, third.height, third.dpi) == (3, 1654, 2339, 200)
    embedded = Image.open(io.BytesIO(saved(scans[2], "JPEG", quality=90)))
    assert np.abs(load_pixels(third).astype(int) - np.asarray(embedded).astype(int)).max() <= 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["00002.jpg", "00002.rgb", "00003.jpg", "00003.rgb", "scan.pdf"]


def test_a_page_with_text_says_so(decode: Decode) -> None:
    text = stream(b"BT /F 24 Tf 100 700 Td (Judgment 118) Tj ET")
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>"
    _, (decoded,) = decode(pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, text, font))
    assert (decoded.text_page, decoded.dpi, decoded.width) == (True, 200, 1653)
    assert load_pixels(decoded).min() < 60


def test_an_electronic_seal_is_seen(decode: Decode) -> None:
    seal = stream(b"0.9 0.1 0.1 rg 0 0 100 100 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 100 100]")
    field = b"<</Type/Annot/Subtype/Widget/FT/Sig/T(seal)/F 4/Rect[100 100 200 200]/AP<</N 6 0 R>>/P 3 0 R>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Annots[5 0 R]/Contents 4 0 R>>"
    catalogue = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]/SigFlags 3>>>>"
    _, (decoded,) = decode(pdf(catalogue, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, stream(b""), field, seal))
    assert near(colour_at(decoded, 0.5, 0.5), (230, 26, 26))


def test_a_turned_pdf_page_is_turned(decode: Decode) -> None:
    with pikepdf.open(io.BytesIO(saved(sheet().transpose(Image.Transpose.ROTATE_90), "PDF", resolution=100))) as document:
        document.pages[0].Rotate = 90
        out = io.BytesIO()
        document.save(out)
    assert looks_right(decode(out.getvalue())[1][0])


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.pdf", b"", "file_empty"),
        ("a.pdf", "申请执行书".encode(), "file_not_what_it_says"),
        ("A.JPG", b"PK\x03\x04", "file_not_what_it_says"),
        ("a.docx", b"PK\x03\x04", "file_unsupported"),
        ("a.txt", b"text", "file_unsupported"),
        ("a", b"GIF89a", "file_unsupported"),
    ],
)
def test_files_that_are_none_of_ours(tmp_path: Path, sandbox: Sandbox, name: str, data: bytes, code: str) -> None:
    source = tmp_path / "source"
    source.write_bytes(data)
    with pytest.raises(UnreadableError) as caught:
        inspect(source, name, sandbox, tmp_path)
    assert caught.value.code == code


def test_bytes_count_and_names_do_not(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(picture("PNG"))
    assert kind_of(source, "scan.pdf") == "png"


@pytest.mark.parametrize("size", [(1654, 2339), (2481, 3507), (4961, 7016), (1653, 1169), (1000, 50)])
def test_a_scan_in_a_pdf_keeps_its_pixels(decode: Decode, size: tuple[int, int]) -> None:
    _, (page,) = decode(saved(Image.new("L", size, 128), "PDF", resolution=300))
    assert (page.width, page.height, page.dpi) == (*size, 300)


def test_an_empty_range_is_the_callers_mistake(tmp_path: Path, sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="2 to 1"):
        render(tmp_path / "source", tmp_path, 2, 1, sandbox)


FACT: dict[str, object] = {"width": 2, "height": 2, "dpi": 200, "text_page": False, "original": False}


@dataclass(frozen=True)
class Lying(Sandbox):
    """A child that was taken over: tells `told`, writes what `write` writes."""

    told: object = None
    write: Callable[[Path], object] = lambda folder: None

    def run(self, module: str, args: Sequence[str], *, input: Path, work: Path, timeout: float = 20.0) -> object:
        (work / "00001.rgb").write_bytes(bytes(12))
        (work / "00001.jpg").write_bytes(picture("JPEG", (2, 2)))
        self.write(work)
        return self.told


def _as_link(name: str) -> Callable[[Path], object]:
    def write(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).symlink_to("/etc/passwd")

    return write


@pytest.mark.parametrize(
    ("told", "write"),
    [
        (None, None),
        ([], None),
        ([FACT, FACT], None),
        ([{**FACT, "width": 3}], None),
        ([{**FACT, "width": -2, "height": -2}], None),
        ([{**FACT, "width": "2"}], None),
        ([{**FACT, "width": 60_000, "height": 60_000}], None),
        ([{**FACT, "dpi": 0}], None),
        ([{**FACT, "original": True}], None),
        ([{"width": 2}], None),
        ([FACT], lambda folder: (folder / "00001.rgb").unlink()),
        ([FACT], lambda folder: (folder / "00001.jpg").unlink()),
        ([FACT], lambda folder: (folder / "00001.jpg").write_bytes(b"")),
        ([FACT], lambda folder: (folder / "00001.jpg").write_bytes(b"<script>")),
        ([FACT], _as_link("00001.rgb")),
        ([FACT], _as_link("00001.jpg")),
        ([FACT], lambda folder: (folder / "second").hardlink_to(folder / "00001.rgb")),
    ],
)
def test_a_lying_child_is_not_believed(tmp_path: Path, told: object, write: Callable[[Path], object] | None) -> None:
    source, out = tmp_path / "source.pdf", tmp_path / "out"
    source.write_bytes(b"%PDF-1.7")
    out.mkdir()
    with pytest.raises(UnreadableError) as caught:
        render(source, out, 1, 1, Lying(told=told, write=write or (lambda folder: None)))
    assert caught.value.code == "sandbox_failed"
    assert not list(out.iterdir())


@pytest.mark.parametrize("told", [None, {}, {"pages": 0}, {"pages": -1}, {"pages": "1"}, {"pages": 10**9}, [1]])
def test_a_lying_count_is_not_believed(tmp_path: Path, told: object) -> None:
    source = tmp_path / "source.pdf"
    source.write_bytes(b"%PDF-1.7")
    with pytest.raises(UnreadableError) as caught:
        inspect(source, "source.pdf", Lying(told=told), tmp_path)
    assert caught.value.code == "sandbox_failed"


def test_an_honest_child_is_believed(tmp_path: Path) -> None:
    source = tmp_path / "source.pdf"
    source.write_bytes(b"%PDF-1.7")
    (page,) = render(source, tmp_path, 1, 1, Lying(told=[FACT]))
    assert load_pixels(page).shape == (2, 2, 3)
