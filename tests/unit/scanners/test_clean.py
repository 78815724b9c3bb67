"""Pages are found upright, straight and blank as they were drawn, in every turn and at every angle."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from scanners import orientation
from scanners.clean import clean, straightened, turned
from scanners.contract import Pixels
from scanners.ink import is_blank, measure
from scanners.skew import skew_of
from tests.support import sheets

DRAWN: dict[str, Callable[[int], Pixels]] = {"printed": sheets.printed, "continued": sheets.continued, "table": sheets.table}


SKEWS = (-4.4, -1.63, 0.0, 0.37, 2.71)
TURNS = (0, 90, 180, 270)
# Every turn at every angle on the pages in rotation, and every turn of every page.
CASES = [(list(DRAWN)[(i + j) % 3], skew, turn) for i, skew in enumerate(SKEWS) for j, turn in enumerate(TURNS)]
CASES += [(name, 1.04, turn) for name in DRAWN for turn in TURNS]


@pytest.mark.parametrize(("name", "skew", "clockwise"), CASES)
def test_turn_and_skew_are_found(name: str, skew: float, clockwise: int) -> None:
    number = clockwise // 90
    page = sheets.worn(sheets.skewed(DRAWN[name](number), skew), seed=number, faint=0.15 * number, dirt=20)
    cleaned = clean(sheets.turned(page, clockwise))
    assert (cleaned.rotation, cleaned.blank) == (-clockwise % 360, False)
    assert cleaned.skew == pytest.approx(skew, abs=0.15)
    assert np.abs(cleaned.upright.astype(int) - page).max() == 0
    assert cleaned.straight.shape == page.shape
    if clockwise == 0:
        assert abs(skew_of(measure(cleaned.straight))) <= 0.15


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("clockwise", [0, 90, 180, 270])
def test_a_page_of_a_few_words_is_turned_too_and_not_blank(number: int, clockwise: int) -> None:
    page = sheets.worn(sheets.skewed(sheets.sparse(number), 2.0), seed=number, faint=0.3, dirt=20)
    cleaned = clean(sheets.turned(page, clockwise))
    assert (cleaned.rotation, cleaned.blank) == (-clockwise % 360, False)
    assert cleaned.skew == pytest.approx(2.0, abs=1.0)


def test_boxes_find_their_way_back() -> None:
    page = np.full((1000, 1400, 3), 255, np.uint8)
    page[200:240, 300:1100] = page[600:640, 300:1100] = 20
    leaning = sheets.skewed(page, 3.0)
    cleaned = clean(leaning)
    assert cleaned.skew == pytest.approx(3.0, abs=0.15)
    rows, columns = np.nonzero(cleaned.straight[..., 0][:400] < 90)
    x0, y0, x1, y1 = cleaned.to_upright((columns.min(), rows.min(), columns.max(), rows.max()))
    rows, columns = np.nonzero(leaning[..., 0][:400] < 90)
    assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx(((columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2), abs=4)


@pytest.mark.parametrize("dirt", [0, 40])
@pytest.mark.parametrize("kind", ["white", "yellow", "shadow", "holes", "staples", "streak", "bleed"])
def test_backs_are_blank(kind: str, dirt: int) -> None:
    page = sheets.worn(sheets.blank(kind), seed=dirt, dirt=dirt)
    cleaned = clean(page)
    assert (cleaned.blank, cleaned.rotation, cleaned.skew) == (True, 0, 0.0)
    assert cleaned.upright is page
    assert cleaned.straight is page


def test_a_seal_a_scribble_and_a_black_copy_are_not_blank() -> None:
    import cv2

    sealed = sheets.blank("white")
    cv2.circle(sealed, (1200, 1700), 160, (215, 90, 90), 8)
    scribbled = sheets.blank("bleed")
    cv2.polylines(scribbled, [np.array([[700, 900], [760, 860], [800, 930], [860, 850], [930, 900]])], False, (40, 40, 60), 4)
    for page in (sealed, scribbled, np.full((500, 400, 3), 12, np.uint8)):
        assert not is_blank(measure(page))


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (3, 7), (40, 40), (4000, 90)])
@pytest.mark.parametrize("level", [0, 255, None])
def test_no_picture_is_too_strange(shape: tuple[int, int], level: int | None) -> None:
    page = (
        np.random.default_rng(1).integers(0, 256, (*shape, 3)).astype(np.uint8) if level is None else np.full((*shape, 3), level, np.uint8)
    )
    cleaned = clean(page)
    assert cleaned.upright.size == cleaned.straight.size == page.size


def test_a_straight_page_is_not_copied() -> None:
    page = sheets.printed()
    assert straightened(page, 0.04) is page
    assert turned(page, 0) is page


def test_a_missing_model_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert orientation.model_path().is_file()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(orientation.ModelMissingError):
        orientation.model_path()
