"""An untrusted file comes in, what it is and its decoded pages go out; everything the confined child says is checked here."""

from __future__ import annotations

import shutil
import stat
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final, cast

import numpy as np

from scanners.contract import DecodedPage, FileFacts, Kind, Pixels, UnreadableError
from scanners.kinds import HEAD_BYTES, MAX_PAGES, MAX_PIXELS, MAX_SIDE, sniff, why_unknown
from scanners.sandbox import Sandbox

_CHILD: Final = "scanners.decode_child"
COUNT_SECONDS: Final = 15.0
RENDER_SECONDS: Final = 15.0  # and as many again for every
PAGES_PER_RENDER_SECONDS: Final = 5


def kind_of(path: Path, name: str) -> Kind:
    """The kind of a file by its first bytes, which are compared here and parsed nowhere but in the child.

    name: what the sender called it; only says which error fits. Raises UnreadableError file_empty, file_unsupported, file_not_what_it_says.
    """
    with path.open("rb") as file:
        kind = sniff(file.read(HEAD_BYTES))
    if kind is None:
        raise UnreadableError(why_unknown(name, path.stat().st_size), "no known signature")
    return cast(Kind, kind)


def inspect(path: Path, name: str, sandbox: Sandbox, work: Path, timeout: float = COUNT_SECONDS) -> FileFacts:
    """Kind and page count of the file at `path`, which its sender called `name`.

    work: an existing folder for scratch; nothing stays in it. timeout: seconds. Raises UnreadableError.
    """
    kind = kind_of(path, name)
    with tempfile.TemporaryDirectory(prefix="count-", dir=work) as folder:
        told = sandbox.run(_CHILD, ["count", kind], input=path, work=Path(folder), timeout=timeout)
    match told:
        case {"pages": int(pages)} if 1 <= pages <= MAX_PAGES:
            return FileFacts(kind=kind, pages=pages)
    raise UnreadableError("sandbox_failed", "the child tells no page count")


def render(path: Path, out: Path, first: int, last: int, sandbox: Sandbox, timeout: float | None = None) -> tuple[DecodedPage, ...]:
    """Decodes pages first..last (1-based, inclusive) of the file at `path` into the existing folder `out`: NNNNN.jpg and NNNNN.rgb.

    timeout: seconds, by default a time that grows with the number of pages. Either every page of the range is there afterwards or none.
    Raises UnreadableError; ValueError for an empty range.
    """
    if not 1 <= first <= last:
        raise ValueError(f"pages {first} to {last}")
    kind = kind_of(path, path.name)
    limit = RENDER_SECONDS * (1 + (last - first) / PAGES_PER_RENDER_SECONDS) if timeout is None else timeout
    folder = Path(tempfile.mkdtemp(prefix="render-", dir=out))
    try:
        told = sandbox.run(_CHILD, ["render", kind, str(first), str(last)], input=path, work=folder, timeout=limit)
        if not isinstance(told, list) or len(told) != last - first + 1:
            raise UnreadableError("sandbox_failed", "the child tells another number of pages than it was asked for")
        pages = [_checked(fact, number, folder, path, is_jpeg=kind == "jpeg") for number, fact in enumerate(told, first)]
        return tuple(_moved(page, out) for page in pages)
    finally:
        shutil.rmtree(folder)


def load_pixels(page: DecodedPage) -> Pixels:
    """The picture of a decoded page, RGB, height × width × 3. Raises ValueError when the scratch file is not of that size."""
    return np.fromfile(page.pixels, dtype=np.uint8).reshape(page.height, page.width, 3)


def _checked(fact: object, number: int, folder: Path, source: Path, *, is_jpeg: bool) -> DecodedPage:
    match fact:
        case {"width": int(width), "height": int(height), "dpi": int(dpi), "text_page": bool(text), "original": bool(original)}:
            pass
        case _:
            raise UnreadableError("sandbox_failed", "a page of no known shape")
    if min(width, height, dpi) < 1 or max(width, height, dpi) > MAX_SIDE or width * height > MAX_PIXELS or (original and not is_jpeg):
        raise UnreadableError("sandbox_failed", f"page {number}: impossible facts")
    pixels, view = folder / f"{number:05d}.rgb", folder / f"{number:05d}.jpg"
    if _plain_size(pixels) != width * height * 3:
        raise UnreadableError("sandbox_failed", f"page {number}: not as many pixels as told")
    if original:
        view.unlink(missing_ok=True)
        shutil.copyfile(source, view)
    if _plain_size(view) < 1 or not _is_jpeg(view):
        raise UnreadableError("sandbox_failed", f"page {number}: the view is no JPEG")
    return DecodedPage(number=number, width=width, height=height, dpi=dpi, view=view, pixels=pixels, text_page=text)


def _is_jpeg(path: Path) -> bool:
    with path.open("rb") as file:
        return sniff(file.read(HEAD_BYTES)) == "jpeg"


def _plain_size(path: Path) -> int:
    """Bytes of a plain file that the child wrote; a link could point at any file of ours."""
    try:
        status = path.lstat()
    except FileNotFoundError as error:
        raise UnreadableError("sandbox_failed", f"{path.name} was not written") from error
    if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
        raise UnreadableError("sandbox_failed", f"{path.name} is no plain file")
    return status.st_size


def _moved(page: DecodedPage, out: Path) -> DecodedPage:
    return replace(page, view=page.view.replace(out / page.view.name), pixels=page.pixels.replace(out / page.pixels.name))
