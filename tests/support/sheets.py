"""Draws sheets of A4 as a scanner would see them: printed pages, tables, sparse pages and blank backs, skewed, turned and worn."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Pixels = NDArray[np.uint8]
WIDTH, HEIGHT = 1654, 2339  # A4 at 200 dpi
SONG = "/usr/share/fonts/truetype/arphic/uming.ttc"
SERIF = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"
INK = (35, 35, 38)
_TEXT = (
    "申请执行人张某甲与被执行人李测试民间借贷纠纷一案，本院作出的（2025）豫9924民初76号民事判决书已经发生法律效力。"
    "因被执行人未履行生效法律文书确定的义务，申请执行人向本院申请强制执行，请求执行借款本金人民币186500元及利息。"
    "本院于2026年3月12日立案执行，依法向被执行人送达执行通知书、报告财产令，责令其在收到之日起三日内履行义务并报告财产状况。"
    "经本院通过网络执行查控系统查询，被执行人名下有位于云川县城关镇的房产一处、银行存款若干，本院已依法查封、冻结。"
    "依照《中华人民共和国民事诉讼法》第二百五十三条、第二百五十四条之规定，裁定如下："
)


def _font(size: int, path: str = SERIF, index: int = 2) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, index=index if Path(path).name.startswith("Noto") else 0)


def _paper() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    sheet = Image.new("RGB", (WIDTH, HEIGHT), "white")
    return sheet, ImageDraw.Draw(sheet)


def _paragraphs(draw: ImageDraw.ImageDraw, top: int, lines: int, start: int, face: str) -> int:
    font, step, characters = _font(40, face), 74, 31
    stream = (_TEXT * 12)[start * 37 :]
    for row in range(lines):
        indent = 80 if row % 5 == 0 else 0
        end = 17 if row % 5 == 4 else characters - indent // 40
        draw.text((210 + indent, top + row * step), stream[:end], font=font, fill=INK)
        stream = stream[end:]
    return top + lines * step


@lru_cache
def printed(number: int = 0) -> Pixels:
    """A ruling or notice: court, title, case number to the right, text, date; `number` varies face, length and text."""
    face = (SERIF, SONG)[number % 2]
    sheet, draw = _paper()
    draw.text((WIDTH // 2, 230), "云川县人民法院", font=_font(56), fill=INK, anchor="mm")
    draw.text((WIDTH // 2, 330), ("执 行 裁 定 书", "执行通知书", "报告财产令")[number % 3], font=_font(64), fill=INK, anchor="mm")
    draw.text((WIDTH - 210, 430), f"（2026）豫9924执{118 + number}号", font=_font(38, face), fill=INK, anchor="rm")
    bottom = _paragraphs(draw, 500, 8 + number * 5 % 14, number, face)
    draw.text((WIDTH - 210, bottom + 120), "二〇二六年三月十二日", font=_font(40, face), fill=INK, anchor="rm")
    return np.array(sheet)


@lru_cache
def continued(number: int = 0) -> Pixels:
    """A page from the middle of a document: nothing but text, full from top to bottom."""
    sheet, draw = _paper()
    _paragraphs(draw, 200, 25, number, (SERIF, SONG)[number % 2])
    draw.text((WIDTH // 2, HEIGHT - 140), str(number + 2), font=_font(32), fill=INK, anchor="mm")
    return np.array(sheet)


@lru_cache
def table(number: int = 0) -> Pixels:
    """A form of ruled cells with short entries, and a red seal over it."""
    sheet, draw = _paper()
    draw.text((WIDTH // 2, 240), ("送达回证", "财产查询反馈表")[number % 2], font=_font(60), fill=INK, anchor="mm")
    labels = ("案号", "案由", "受送达人", "送达地点", "送达文书", "送达方式", "签收时间", "备注")
    for row, label in enumerate(labels):
        top = 340 + row * (150 + 10 * (number % 4))
        draw.rectangle((200, top, WIDTH - 200, top + 150 + 10 * (number % 4)), outline=INK, width=3)
        draw.line((520, top, 520, top + 150 + 10 * (number % 4)), fill=INK, width=3)
        draw.text((230, top + 55), label, font=_font(38), fill=INK)
        draw.text((560, top + 55), _TEXT[row * 9 + number : row * 9 + number + 12], font=_font(36, SONG), fill=INK)
    draw.ellipse((1050, 1250, 1380, 1580), outline=(205, 40, 45), width=9)
    draw.text((1215, 1415), "★", font=_font(90), fill=(205, 40, 45), anchor="mm")
    return np.array(sheet)


@lru_cache
def sparse(number: int = 0) -> Pixels:
    """The last page of a document: two signatures and a date, nothing else."""
    sheet, draw = _paper()
    if number % 3 == 0:
        draw.text((950, 300), "审判员", font=_font(42), fill=INK)
        draw.text((1150, 300), "二〇二六年三月", font=_font(42), fill=INK)
    elif number % 3 == 1:
        draw.text((900, 420), "2026年3月12日", font=_font(40, SONG), fill=INK)
    else:
        draw.text((250, 260), "被执行人：李测试", font=_font(44, SONG), fill=INK)
    return np.array(sheet)


def blank(kind: str) -> Pixels:
    """A back without writing: white, yellow, shadow, holes, staples, bleed (the front shines through), streak (a dirty scanner glass)."""
    page = np.full((HEIGHT, WIDTH, 3), 252, np.uint8)
    if kind == "yellow":
        page[:] = (238, 226, 190)
    if kind == "shadow":
        page = (page * np.linspace(0.72, 1.0, WIDTH)[None, :, None]).astype(np.uint8)
    if kind == "holes":
        for y in (HEIGHT // 2 - 315, HEIGHT // 2 + 315):
            cv2.circle(page, (95, y), 24, (40, 40, 40), -1)
        cv2.circle(page, (90, 260), 22, (60, 60, 60), -1)
    if kind == "staples":
        cv2.line(page, (70, 120), (120, 75), (70, 70, 75), 4)
    if kind == "streak":
        page[:, 1200:1203] = (150, 150, 150)
    if kind == "bleed":
        front = Image.fromarray(printed(4)).transpose(Image.Transpose.FLIP_LEFT_RIGHT).filter(ImageFilter.GaussianBlur(2))
        page = (252 - (255 - np.array(front, np.float32)) * 0.16).clip(0, 255).astype(np.uint8)
    return page


def skewed(page: Pixels, degrees: float) -> Pixels:
    """The sheet put on the glass at an angle: positive when the lines fall to the right; the uncovered corners stay paper white."""
    height, width = page.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    paper = tuple(int(v) for v in np.median(page[:40, :40].reshape(-1, 3), axis=0))
    return np.asarray(cv2.warpAffine(page, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=paper), np.uint8)


def turned(page: Pixels, clockwise: int) -> Pixels:
    """The sheet put on the glass sideways or upside down: turned by 0, 90, 180 or 270 degrees clockwise."""
    return np.ascontiguousarray(np.rot90(page, -clockwise // 90))


def worn(page: Pixels, seed: int, *, noise: float = 6.0, faint: float = 0.0, dirt: int = 0, jpeg: int = 75) -> Pixels:
    """What scanning does: grey noise, faint toner (0..1), specks of dirt, JPEG."""
    dice = np.random.default_rng(seed)
    out = page.astype(np.float32)
    out = 255 - (255 - out) * (1 - faint)
    tile = dice.normal(0, noise, (256, 256)).astype(np.float32)
    out += np.tile(tile, (-(-page.shape[0] // 256), -(-page.shape[1] // 256)))[: page.shape[0], : page.shape[1], None]
    picture = out.clip(0, 255).astype(np.uint8)
    for x, y in zip(dice.integers(0, page.shape[1], dirt), dice.integers(0, page.shape[0], dirt), strict=True):
        cv2.circle(picture, (int(x), int(y)), 1, (90, 90, 90), -1)
    encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, jpeg])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)
