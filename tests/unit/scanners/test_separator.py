"""QR codes on scanned pages: tilted, upside down, grey, grainy, small and large scans; ordinary pages have none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import segno

from dossier.demo import scan
from scanners.contract import Pixels
from scanners.separator import codes
from tests.support.sheets import printed

CODE = "DOSSIER/1/cover/%EF%BC%882026%EF%BC%89%E8%B1%AB9924%E6%89%A7118%E5%8F%B7/service"


def sheet(code: str = CODE, *, mm: int = 64) -> Pixels:
    """A sheet of A4 at 200 dpi with a code of this size."""
    matrix = np.array([list(row) for row in segno.make(code, error="m", micro=False).matrix], np.uint8)
    side = round(mm / 25.4 * 200)
    page = np.full((2339, 1654, 3), 255, np.uint8)
    page[520 : 520 + side, 500 : 500 + side] = cv2.resize((1 - matrix) * 255, (side, side), interpolation=cv2.INTER_NEAREST)[..., None]
    return page


def worn(page: Pixels) -> Pixels:
    """Grey, of little contrast and with much grain, as a tired copier makes it."""
    noise = np.random.default_rng(7).normal(0, 14, page.shape[:2])
    grey = np.clip(90 + cv2.cvtColor(page, cv2.COLOR_RGB2GRAY) * 0.55 + noise, 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)


@pytest.mark.parametrize(("skew", "rotation"), [(0.0, 0), (1.7, 180), (-4.0, 90), (9.0, 270)])
@pytest.mark.parametrize("mm", [34, 64])
def test_a_code_is_read_however_the_sheet_lies(skew: float, rotation: int, mm: int) -> None:
    page = scan.scanned(sheet(mm=mm), 3, skew=skew, rotation=rotation)
    assert codes(page) == (CODE,)
    assert codes(worn(page)) == (CODE,)


def test_a_photograph_and_a_coarse_scan_are_read() -> None:
    for width in (600, 3300):
        assert codes(np.asarray(cv2.resize(sheet(), (width, width * 2339 // 1654)), np.uint8)) == (CODE,)


def test_ordinary_pages_and_endless_codes_say_nothing() -> None:
    assert codes(scan.scanned(printed(), 1)) == ()
    assert codes(sheet("x" * 600, mm=90)) == ()
