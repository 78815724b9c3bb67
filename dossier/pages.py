"""Pictures on disk: a spooled file comes in, page pictures for people and pixels for the reader go out; all of it can be made again."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import structlog
from sqlalchemy import select

from dossier.office import Office
from dossier.pagework import PageJob, read_codes
from dossier.records.tables import Page
from scanners.contract import DecodedPage, UnreadableError
from scanners.pages import render
from scanners.sandbox import Sandbox
from storage.contract import NoSpaceError

log = structlog.get_logger()
# How many pages one sandboxed child decodes, and how many pages' pixels a split leaves for the reader (11 MB each at 200 dpi).
CHUNK = 8
_WORK = "work-"


@dataclass(frozen=True)
class Decoded:
    """What is known of a decoded page besides its picture."""

    number: int
    width: int
    height: int
    dpi: int
    layer: bool = False  # the PDF's own text of this page was kept beside its picture


@contextmanager
def work_folder(office: Office) -> Iterator[Path]:
    """A scratch folder of one piece of work, gone afterwards; locked while its process lives, so that clear_scratch() knows it is used.

    Raises NoSpaceError, also for what the block itself writes.
    """
    try:
        folder, handle = _locked_folder(office.scratch_dir)
        try:
            yield folder
        finally:
            # Somebody may have emptied the scratch meanwhile; what cannot be removed now is cleared by the next start.
            shutil.rmtree(folder, ignore_errors=True)
            os.close(handle)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpaceError(str(error)) from error
        raise


def _locked_folder(scratch: Path) -> tuple[Path, int]:
    while True:
        folder = scratch / f"{_WORK}{uuid.uuid4().hex}"
        folder.mkdir(parents=True)
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if folder.exists():
            return folder, handle
        os.close(handle)  # cleared between its making and its lock


def clear_scratch(office: Office) -> list[str]:
    """Removes the scratch of dead processes and of pages that wait for no reader any more; what it did, in words."""
    done = []
    with office.db.read() as session:
        waiting = {
            str(file_id) for file_id in session.execute(select(Page.file_id).where(Page.state.in_(("expected", "decoded")))).scalars()
        }
    for folder in sorted(office.scratch_dir.glob("*")):
        if folder.name.startswith(_WORK):
            gone = _remove_if_free(folder)
        elif gone := folder.name not in waiting:
            shutil.rmtree(folder, ignore_errors=True)
        if gone:
            done.append(f"{folder.name}: scratch removed")
    return done


def _remove_if_free(folder: Path) -> bool:
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(handle)


def picture(office: Office, file_id: int, number: int) -> Path:
    """Where the picture of a page for people lies."""
    return office.pages_dir / str(file_id) / f"{number:04d}.jpg"


def thumbnail(office: Office, file_id: int, number: int) -> Path:
    """Where the small picture of a page lies once it is read."""
    return picture(office, file_id, number).with_suffix(".thumb.jpg")


def upright(office: Office, file_id: int, number: int, rotation: int) -> Path:
    """The picture of a read page as people look at it: the view itself, or its upright copy when the page lay otherwise."""
    path = picture(office, file_id, number)
    return path.with_suffix(".upright.jpg") if rotation else path


def _layer(office: Office, file_id: int, number: int) -> Path:
    return office.pages_dir / str(file_id) / f"{number:04d}.text.json"


def _facts(office: Office, file_id: int, number: int) -> Path:
    return office.scratch_dir / str(file_id) / f"{number:04d}.json"


def _pixels(office: Office, file_id: int, number: int) -> Path:
    return office.scratch_dir / str(file_id) / f"{number:04d}.rgb"


def decode_file(office: Office, file_id: int, spool_key: str, kind: str, count: int) -> list[Decoded]:
    """Decodes all pages of a file; keeps the pixels of the first CHUNK only. Raises UnreadableError."""
    found: list[Decoded] = []
    for first in range(1, count + 1, CHUNK):
        found += _decode(office, file_id, spool_key, kind, first, min(first + CHUNK - 1, count), keep_pixels=first == 1)
    return found


def first_codes(office: Office, source: BinaryIO) -> tuple[str, ...]:
    """What the QR codes on the first page of a file say that lies nowhere in the house yet; nothing of it is kept.

    Raises UnreadableError, ReaderError, and what reading the source raises.
    """
    with work_folder(office) as work:
        path = work / "first"
        with path.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        (page,) = render(path, work, 1, 1, office.sandbox)
        job = PageJob(page.pixels, page.width, page.height, page.dpi, None, ())
        return office.reader().submit(read_codes, job).result()


def decode_page(office: Office, file_id: int, spool_key: str, kind: str, number: int) -> None:
    """Makes the pixels (and picture) of one page again. Raises UnreadableError."""
    _decode(office, file_id, spool_key, kind, number, number, keep_pixels=True)


def _decode(office: Office, file_id: int, spool_key: str, kind: str, first: int, last: int, *, keep_pixels: bool) -> list[Decoded]:
    with work_folder(office) as work:
        pages = render(office.spool.path(spool_key), work, first, last, office.sandbox)
        if kind == "pdf" and any(page.text_page for page in pages):
            _extract_layers(office, file_id, spool_key, pages, work)
        for page in pages:
            _keep(office, file_id, page, keep_pixels)
    return [Decoded(page.number, page.width, page.height, page.dpi) for page in pages]


def _keep(office: Office, file_id: int, page: DecodedPage, keep_pixels: bool) -> None:
    """Moves a page out of the work folder; a rename, so that nobody ever sees half a picture."""
    target = picture(office, file_id, page.number)
    target.parent.mkdir(parents=True, exist_ok=True)
    page.view.replace(target)
    if keep_pixels:
        pixels = _pixels(office, file_id, page.number)
        pixels.parent.mkdir(parents=True, exist_ok=True)
        facts = _facts(office, file_id, page.number)
        draft = facts.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text(json.dumps(asdict(Decoded(page.number, page.width, page.height, page.dpi, page.text_page))), encoding="utf-8")
        page.pixels.replace(pixels)
        draft.replace(facts)


def _extract_layers(office: Office, file_id: int, spool_key: str, pages: Sequence[DecodedPage], work: Path) -> None:
    """Keeps the PDF's own text of the pages that carry some."""
    path = office.spool.path(spool_key)
    layers = text_layers(office.sandbox, path, [page.number for page in pages], [page.dpi for page in pages], work)
    for page in pages:
        if page.text_page:
            target = _layer(office, file_id, page.number)
            target.parent.mkdir(parents=True, exist_ok=True)
            layers[page.number].replace(target)


def text_layers(sandbox: Sandbox, path: Path, numbers: Sequence[int], dpis: Sequence[int], work: Path) -> dict[int, Path]:
    """The own text of consecutive PDF pages, read by the sandboxed child: page number → file of JSON lines in pixels at its dpi.

    Text that cannot be had is no text: the picture is read instead, and the page's engine name says that the layer was empty.
    """
    found: dict[int, Path] = {}
    try:
        answer = sandbox.run("ocr.pdftext_child", [str(numbers[0]), str(numbers[-1]), ",".join(map(str, dpis))], input=path, work=work)
    except UnreadableError as error:
        log.warning("text layer unreadable", file=path.name, pages=list(numbers), error=str(error))
        answer = [[] for _ in numbers]
    if not isinstance(answer, list) or len(answer) != len(numbers):
        raise UnreadableError("sandbox_failed", "text layer")
    for number, lines in zip(numbers, answer, strict=True):
        target = work / f"{number:04d}.layer.json"
        target.write_text(json.dumps(lines, ensure_ascii=False), encoding="utf-8")
        found[number] = target
    return found


def page_job(office: Office, file_id: int, number: int, labels: tuple[str, ...]) -> PageJob | None:
    """What the page process needs; None when the pixels, or the text that the page brought along, are not there (any more)."""
    facts, pixels, layer = _facts(office, file_id, number), _pixels(office, file_id, number), _layer(office, file_id, number)
    try:
        known = json.loads(facts.read_text(encoding="utf-8"))
        size = pixels.stat().st_size
    except FileNotFoundError:
        return None
    if size != known["width"] * known["height"] * 3 or (known["layer"] and not layer.exists()):
        return None
    shown = picture(office, file_id, number).with_suffix("")
    return PageJob(pixels, known["width"], known["height"], known["dpi"], layer if layer.exists() else None, labels, shown)


def restore_picture(office: Office, file_id: int, spool_key: str, kind: str, number: int) -> Path:
    """The picture of a page for people; made again from the spool when it is gone. Raises UnreadableError."""
    path = picture(office, file_id, number)
    if not path.exists():
        _decode(office, file_id, spool_key, kind, number, number, keep_pixels=False)
    return path


def drop_scratch(office: Office, file_id: int, number: int) -> None:
    """Frees the pixels of a page that was read."""
    for path in (_pixels(office, file_id, number), _facts(office, file_id, number)):
        path.unlink(missing_ok=True)


def drop_scratch_of(office: Office, file_ids: Iterable[int]) -> None:
    """Frees whatever is left of files whose pages are all read."""
    for file_id in file_ids:
        shutil.rmtree(office.scratch_dir / str(file_id), ignore_errors=True)
