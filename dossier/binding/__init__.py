"""A volume's documents and pages come in; one PDF/A-2b goes out, as a court sews it: cover, contents list, numbered pages, closing note."""

from .book import Bound, bind
from .model import BIND_CODES, KIND_NAMES, BindDocument, BindError, BindNote, BindPage, BindVolume, VolumeKind

__all__ = [
    "BIND_CODES",
    "KIND_NAMES",
    "BindDocument",
    "BindError",
    "BindNote",
    "BindPage",
    "BindVolume",
    "Bound",
    "VolumeKind",
    "bind",
]
