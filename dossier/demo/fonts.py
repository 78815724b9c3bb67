"""The name of a hand comes in; a Debian font of the wanted size comes out, or an error that names the missing package."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageFont

ROOT = Path("/usr/share/fonts")

# name → (file, place of the mainland-Chinese face in the collection, Debian's package)
FACES: dict[str, tuple[str, int, str]] = {
    "song": ("uming.ttc", 0, "fonts-arphic-uming"),
    "kai": ("ukai.ttc", 0, "fonts-arphic-ukai"),
    "serif": ("NotoSerifCJK-Regular.ttc", 2, "fonts-noto-cjk"),
    "black": ("NotoSerifCJK-Bold.ttc", 2, "fonts-noto-cjk"),
}
_POINTS = frozenset("，。、：；！？")


class FontMissingError(Exception):
    """A font of the demo is not on this machine; the message names Debian's package."""


@cache
def path(face: str) -> Path:
    """The file of a face ('song' | 'kai' | 'serif' | 'black'). Raises FontMissingError."""
    name, _, package = FACES[face]
    found = sorted(ROOT.rglob(name))
    if not found:
        raise FontMissingError(f"缺少字体 {name}，请安装 Debian 软件包 {package} / font {name} is missing: apt-get install {package}")
    return found[0]


@cache
def font(face: str, pixels: int) -> ImageFont.FreeTypeFont:
    """A face at a size in pixels. Raises FontMissingError."""
    return ImageFont.truetype(path(face), pixels, index=FACES[face][1], layout_engine=ImageFont.Layout.BASIC)


@cache
def characters(face: str) -> frozenset[int]:
    """Code points that a face can draw."""
    with TTFont(path(face), fontNumber=FACES[face][1], lazy=True) as opened:
        return frozenset(opened.getBestCmap())


def spans(face: str, text: str) -> list[tuple[str, str]]:
    """Text as (face, words) pieces: 'serif' steps in for characters that the face lacks, and for points.

    The Arphic faces put points into the middle of their square, as Taiwan does; a mainland court's printer does not.
    """
    pieces: list[tuple[str, str]] = []
    for char in text:
        chosen = "serif" if char in _POINTS or ord(char) not in characters(face) else face
        if pieces and pieces[-1][0] == chosen:
            pieces[-1] = (chosen, pieces[-1][1] + char)
        else:
            pieces.append((chosen, char))
    return pieces


@cache
def length(face: str, text: str, pixels: int) -> float:
    """Width of text in pixels, drawn as `spans` says."""
    return sum(font(chosen, pixels).getlength(words) for chosen, words in spans(face, text))
