"""A folder of pictures and texts that nobody here made comes in; what reading, classifying and searching make of them goes out.

FOLDER/data/real_images holds the pictures that README.md there describes; FOLDER/seeds/*.txt are regulations, which are printed and
scanned by the demo's generator and handed over like any stack of paper.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from dossier.access import Actor
from dossier.app import open_rules
from dossier.bench import home, meter
from dossier.demo import measure, stack
from dossier.demo.truth import Truth
from dossier.desks import searching, trial, viewing
from dossier.errors import DossierError
from dossier.office import Office
from dossier.settings import Settings

PICTURES = Path("data") / "real_images"
FORM_LABEL = "盖章"  # the label of the two zones on the form with two seals; no profile asks for it by itself
TABLE_ROWS = (
    "4443 6% 4894780.79 4890063.81 4890063.81 0.00 293403.83 5183467.64",
    "108 9% 119476.19 119476.19 119476.19 0.00 10752.86 130229.05",
    "4 13% 3649.03 3649.03 3649.03 0.00 474.37 4123.40",
    "22 6% 36283.65 36283.65 36283.65 0.00 2177.02 38460.67",
    "6% 119569.40 119569.40 119569.40 0.00 7174.16 126743.56",
    "5173759.06 5169042.08 5169042.08 0.00 313982.24 5483024.32",
)
COLUMNS = ("有評是是非非之士師也", "是非不得問之人要取之", "已取之時不參一人見而")
EXIF_TEXT = "我是中国人"
MOST_ERRORS = 0.01
ASKED = 20  # substrings of each regulation
LENGTHS = (4, 12)  # characters
QUOTES = frozenset('"“”„＂「」')  # end a phrase of a query


@dataclass(frozen=True)
class Check:
    """One expectation: about what, what was expected, what was found, whether it holds."""

    about: str
    expected: str
    found: str
    good: bool


def run(folder: Path) -> bool:
    """Prints every expectation; False when one fails. Raises click.ClickException when the folder does not hold what it must."""
    pictures, texts = folder / PICTURES, sorted((folder / "seeds").glob("*.txt"))
    if not pictures.is_dir() or not texts:
        raise click.ClickException(f"{folder} must hold {PICTURES}/ and seeds/*.txt")
    meter.headline(f"real: {PICTURES} and {len(texts)} regulations, reader {Settings.read({}).reader}")
    with tempfile.TemporaryDirectory(prefix="bench-real-") as name, home.open_home(Path(name) / "home") as (office, actor):
        checks = _pictures(office, pictures)
        for number, path in enumerate(texts):
            checks += _regulation(office, actor, number, path, Path(name))
    meter.table(
        ("", "about", "expected", "found"),
        [("ok" if check.good else "FAILS", check.about, check.expected, check.found) for check in checks],
    )
    failed = sum(not check.good for check in checks)
    click.echo(f"{len(checks) - failed} of {len(checks)} expectations hold")
    return failed == 0


# Pictures


def _pictures(office: Office, folder: Path) -> list[Check]:
    table, types = _look(office, folder / "scanned_table_two_seals.jpeg")
    checks = [*_table(table), _unknown("table with two seals", types)]
    vertical, types = _look(office, folder / "vertical.png")
    places = [vertical["text"].replace("\n", "").find(column) for column in COLUMNS]
    checks.append(Check("vertical text", "3 columns, right to left", _columns(places), places == sorted(places) and places[0] >= 0))
    checks.append(_unknown("vertical text", types))
    turned, types = _look(office, folder / "exif_orientation.jpg")
    obeyed = EXIF_TEXT in turned["text"] and turned["rotation"] == 0
    checks.append(Check("EXIF orientation", f"obeyed, {EXIF_TEXT}", f"{turned['rotation']}°, {_short(turned['text'])}", obeyed))
    checks.append(_unknown("EXIF orientation", types))
    poster, types = _look(office, folder / "ch_en_num.jpg")
    return [*checks, Check("poster", "read", _short(poster["text"]), bool(poster["text"].strip())), _unknown("poster", types)]


def _look(office: Office, path: Path) -> tuple[dict[str, Any], list[str | None]]:
    """The one page of a picture as `read` prints it, and the types that `classify` names."""
    lexicon = open_rules().lexicon(office.settings.default_profile)
    labels = (*trial.labels_of(lexicon), FORM_LABEL)
    try:
        pages = list(trial.read_file(path, office.sandbox, office.reader(), labels))
    except (DossierError, FileNotFoundError) as error:
        raise click.ClickException(f"{path.name}: {error}") from error
    facts = [trial.page_facts(path.name, page) for page in pages]
    return pages[0].as_json(), [document["type"] for document in trial.classify_pages(facts, lexicon)]


def _table(page: dict[str, Any]) -> list[Check]:
    round_ones = [seal for seal in page["seals"] if seal["shape"] == "round"]
    filled = [zone for zone in page["zones"] if zone["label"] == FORM_LABEL and zone["filled"]]
    words = " ".join(page["text"].split())
    rows = [row for row in TABLE_ROWS if row in words]
    numbers = sum(len(row.split()) for row in TABLE_ROWS)
    right = sum(len(row.split()) for row in rows)
    return [
        Check("table: seals", "2 round ones", f"{len(round_ones)} of {len(page['seals'])}", len(round_ones) == len(page["seals"]) == 2),
        Check(f"table: ink zones ({FORM_LABEL})", "2 filled", str(len(filled)), len(filled) == 2),
        Check(
            "table: numbers in their rows",
            f"{len(TABLE_ROWS)} rows, {numbers} numbers",
            f"{len(rows)}, {right}",
            len(rows) == len(TABLE_ROWS),
        ),
    ]


def _columns(places: Sequence[int]) -> str:
    return f"{sum(place >= 0 for place in places)} found, {'in' if list(places) == sorted(places) else 'NOT in'} order"


def _unknown(about: str, types: Sequence[str | None]) -> Check:
    named = sorted({kind for kind in types if kind is not None})
    return Check(f"{about}: type", "unknown", "、".join(named) or "unknown", not named)


def _short(text: str) -> str:
    line = text.replace("\n", " ")
    return line if len(line) <= 20 else line[:20] + "…"


# Regulations


def _regulation(office: Office, actor: Actor, number: int, path: Path, work: Path) -> list[Check]:
    """Printed, scanned, handed over, read, judged and indexed; then asked for."""
    name = path.name.partition("_")[0]
    truth = stack.print_text(path.read_text(encoding="utf-8"), work / name, name=f"regulation_{name}")
    receipt = home.hand_over(office, actor, truth.paths)
    home.work(office)
    documents = viewing.submission_json(office, actor, receipt)["documents"]
    read = _read_texts(office, actor, receipt)
    errors, drawn = 0, 0
    for page in truth.pages:
        wrong, characters = measure.edits(page.text, read.get(page.file, ""))
        errors, drawn = errors + wrong, drawn + characters
    asked = _substrings(truth, random.Random(number))  # noqa: S311 (the same pieces every time)
    lost = [(piece, file) for piece, file in asked if not _finds(office, actor, piece, file)]
    unexplained = [piece for piece, file in lost if measure.normal(piece) in measure.normal(read.get(file, ""))]
    about = f"regulation {name} ({len(truth.pages)} pages)"
    for piece, file in lost:
        click.echo(f"   {about}: “{piece}” of {file} is not found{'' if piece in unexplained else ': a character of it was misread'}")
    return [
        Check(
            f"{about}: errors", f"at most {MOST_ERRORS:.0%}", f"{errors} of {drawn}, {errors / drawn:.3%}", errors <= MOST_ERRORS * drawn
        ),
        _unknown(about, [document["type"] for document in documents]),
        Check(f"{about}: search", f"{len(asked)} substrings", f"{len(asked) - len(lost)} found", len(lost) <= 1 and not unexplained),
    ]


def _read_texts(office: Office, actor: Actor, receipt: str) -> dict[str, str]:
    """File → text, of the pages of a hand-over; every file here has one page."""
    pages = viewing.submission_json(office, actor, receipt)
    return {page["file"]: _page_text(office, actor, page["id"]) for page in pages["pages"]}


def _page_text(office: Office, actor: Actor, page_id: int) -> str:
    return "\n".join(line["text"] for line in viewing.page_view(office, actor, page_id)["lines"])


def _substrings(truth: Truth, source: random.Random) -> list[tuple[str, str]]:
    """ASKED pieces of lines as printed, and the file each is on."""
    lines = [(line.text, page.file) for page in truth.pages for line in page.lines if len(line.text) >= LENGTHS[1]]
    pieces: list[tuple[str, str]] = []
    while len(pieces) < ASKED:
        text, file = source.choice(lines)
        length = source.randint(*LENGTHS)
        start = source.randrange(len(text) - length + 1)
        piece = text[start : start + length]
        if sum(char.isalnum() for char in piece) >= LENGTHS[0] and not QUOTES & set(piece):
            pieces.append((piece, file))
    return pieces


def _finds(office: Office, actor: Actor, piece: str, file: str) -> bool:
    hits = searching.search(office, actor, f'"{piece}"', limit=200)["hits"]
    return any(hit["file"] == file for hit in hits)
