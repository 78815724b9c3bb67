"""Runs in the confined child only: a file and its kind come in, its page count or its decoded pages go out; bad files end in a Refusal.

Orders: ["count", KIND] gives {"pages": n}; ["render", KIND, FIRST, LAST] writes NNNNN.rgb and NNNNN.jpg into the job folder and gives
one {"width", "height", "dpi", "text_page", "original"} per page; `original` means that the file itself serves as the view.
Parsers are imported when their kind comes up: a JPEG must not wait for two PDF libraries.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def main(source: Path, work: Path, args: Sequence[str]) -> object:
    """Obeys one order (see above). Raises scanners.kinds.Refusal."""
    match list(args):
        case ["count", "pdf"]:
            from scanners import decode_pdf

            return {"pages": decode_pdf.count(source)}
        case ["count", kind]:
            from scanners import decode_image

            return {"pages": decode_image.count(source, kind)}
        case ["render", "pdf", first, last]:
            from scanners import decode_pdf

            return decode_pdf.render(source, work, int(first), int(last))
        case ["render", kind, first, last]:
            from scanners import decode_image

            return decode_image.render(source, kind, work, int(first), int(last))
    raise ValueError(args)
