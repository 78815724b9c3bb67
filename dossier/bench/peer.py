"""The same pages come in as one PDF of pictures; what OCRmyPDF with tesseract needs to make them searchable goes out."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pikepdf

PROGRAMS = Path(__file__).resolve().parents[2] / ".venv-bench" / "bin"
# Internal: its own PDF/A writer, the fastest that it has. Skip: pages that were born digital keep their text and are not read.
OPTIONS = (
    "-l",
    "chi_sim",
    "--rotate-pages",
    "--deskew",
    "--clean",
    "--output-type",
    "pdfa",
    "--pdfa-backend",
    "internal",
    "--mode",
    "skip",
)


class PeerError(Exception):
    """The other program is missing or did not end well; says what it told."""


@dataclass(frozen=True)
class PeerRun:
    """Seconds: on the clock, and of CPU in all its processes."""

    wall: float
    cpu: float


def name() -> str:
    """Name and version. Raises PeerError when it is not installed."""
    try:
        told = subprocess.run([PROGRAMS / "ocrmypdf", "--version"], capture_output=True, text=True, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        raise PeerError(f"OCRmyPDF is missing; bin/bench intake makes {PROGRAMS.parent.name}: {error}") from error
    return f"OCRmyPDF {told.stdout.strip()}"


def as_pdf(files: Sequence[Path], out: Path) -> int:
    """Writes all pages as one PDF without encoding any picture anew, pages of PDFs as they are; gives their number. Raises PeerError."""
    pictures = [path for path in files if path.suffix.lower() != ".pdf"]
    sheets = out.with_name("pictures.pdf")
    told = subprocess.run([PROGRAMS / "img2pdf", *pictures, "-o", sheets], capture_output=True, text=True, check=False)
    if told.returncode != 0:
        raise PeerError(f"img2pdf: {told.stderr[-500:]}")
    with pikepdf.new() as whole:
        for path in (sheets, *(path for path in files if path not in pictures)):
            with pikepdf.open(path) as part:
                whole.pages.extend(part.pages)
        whole.save(out)
        return len(whole.pages)


def run(pdf: Path, out: Path, jobs: int) -> PeerRun:
    """One run over the whole PDF with `jobs` pages at a time. Raises PeerError."""
    with out.with_suffix(".log").open("wb") as log:
        started = time.perf_counter()
        command: list[str | Path] = [PROGRAMS / "ocrmypdf", *OPTIONS, "--jobs", str(jobs), pdf, out]
        child = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise PeerError(f"ocrmypdf ended with {child.returncode}: {out.with_suffix('.log').read_text(errors='replace')[-500:]}")
    return PeerRun(wall, used.ru_utime + used.ru_stime)
