"""The text that was drawn and the text that was read come in; the character error rate comes out."""

from __future__ import annotations

import unicodedata

import numpy as np
from rapidfuzz.distance import Levenshtein

# Stands in a truth text where a signature or a worded stamp is: any one character may be read there, or none, and neither counts.
ANY = "\ufffc"


def normal(text: str) -> str:
    """NFKC, then letters, digits and Han only (and ANY): blanks, punctuation and lines of forms are no part of the measure."""
    return "".join(char for char in unicodedata.normalize("NFKC", text) if char.isalnum() or char == ANY)


def cer(truth_text: str, read_text: str) -> float:
    """Edits (insert, delete, replace) from truth to reading, per character of the truth; both in reading order, both `normal`.

    An empty truth gives 0.0 when nothing was read and 1.0 otherwise.
    """
    errors, length = edits(truth_text, read_text)
    return errors / length if length else float(errors > 0)


def edits(truth_text: str, read_text: str) -> tuple[int, int]:
    """Number of edits, and of characters in the truth: sums of both over many pages give the rate of the whole."""
    truth, read = normal(truth_text), normal(read_text).replace(ANY, "")
    length = len(truth) - truth.count(ANY)
    if ANY not in truth:
        return Levenshtein.distance(truth, read), length
    return _edits_with_any(truth, read), length


def _edits_with_any(truth: str, read: str) -> int:
    """Levenshtein's table row by row; an ANY costs nothing, whether it is left out or stands for one read character."""
    codes = np.array([ord(char) for char in read], dtype=np.int32)
    columns = np.arange(len(read) + 1)
    row = columns.copy()
    for char in truth:
        free = char == ANY
        replaced = row[:-1] + (np.zeros(len(read), dtype=np.int64) if free else (codes != ord(char)))
        best = row + (0 if free else 1)
        best[1:] = np.minimum(best[1:], replaced)
        # An insertion may follow any earlier cell of this row: the running minimum of (cell - column) says which one is cheapest.
        row = np.minimum.accumulate(best - columns) + columns
    return int(row[-1])
