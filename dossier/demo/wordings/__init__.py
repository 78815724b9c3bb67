"""Typed wordings of papers and a seed come in; the same papers with names, numbers and days filled in come out, ready to be drawn.

A file holds papers one behind the other. `=== type_id key=value …` heads one (unknown: it is no case material); then one line each:
`^` the court, centred · `#` the title · `##` small below it · `>` on the right · `=` from the margin · `|` a row of a ruled table ·
`@` a round seal on the line above (`@oval`, `@square`, `@rect`) · `---` a new page · `!photo 200` a grey picture so many points high ·
anything else is an indented paragraph. `[…]` is written by hand, `〈…〉` is a signature, `{…}` is filled in; a line that begins with `# `
before the first head is a remark.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from dossier.demo.blocks import Block, Drawing, Grid, Hand, Paper, Run, Sign, Space, Stamp, Text, title
from dossier.demo.case import chinese_day, credit_code, id_number, plain_day
from dossier.demo.draw import HEIGHT, MARGIN, WIDTH, Sheet, px

FOLDER = Path(__file__).parent
TEST, DEVELOPMENT = "test", "development"
FOREIGN = "unknown"
_PARTS = re.compile(r"\[([^\]]*)\]|〈([^〉]*)〉")
_FIELD = re.compile(r"\{(.[^}\d]*)(\d?)\}")
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_CAUSES = ("民间借贷纠纷", "买卖合同纠纷", "建设工程施工合同纠纷", "金融借款合同纠纷", "劳务合同纠纷", "房屋租赁合同纠纷", "离婚后财产纠纷")
_TRADES = ("商贸", "建材", "置业", "物流", "机械", "食品", "纺织")


@dataclass(frozen=True)
class Wording:
    """One way of writing one kind of paper. type_id None: no case material; number: which of its kind, from 1; lines: as typed."""

    type_id: str | None
    number: int
    face: str
    numbered: bool
    lines: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.type_id or FOREIGN}-{self.number}"


def load(which: str) -> tuple[Wording, ...]:
    """Every wording of a set (TEST | DEVELOPMENT), in the order of its files."""
    found: list[Wording] = []
    counted: dict[str, int] = {}
    for path in sorted((FOLDER / which).glob("*.txt")):
        for block in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            head, _, body = block.partition("\n")
            id, *options = head.split()
            counted[id] = counted.get(id, 0) + 1
            face = next((option.removeprefix("face=") for option in options if option.startswith("face=")), "song")
            lines = tuple(line.rstrip() for line in body.rstrip("\n").split("\n"))
            found.append(Wording(None if id == FOREIGN else id, counted[id], face, "numbered" in options, lines))
    return tuple(found)


def paper(wording: Wording, seed: int, *, broken: bool = False, numbered: bool = False) -> Paper:
    """The wording as a paper; the same seed gives the same names, numbers and days.

    broken: a new page begins in the middle of the text, where that is possible; numbered: 第 x 页 共 y 页 at the foot.
    """
    lines, fields = _filled(wording, seed)
    blocks = _blocks(lines)
    return Paper(
        type_id=wording.type_id or "",
        name=f"{wording.name}-{seed}",
        blocks=tuple(_broken(blocks) if broken else blocks),
        face=wording.face,
        case_no=fields.known.get(("执号", ""), fields.known.get(("恢号", ""), "")),
        numbered=numbered or wording.numbered,
    )


def typed(wording: Wording, seed: int) -> tuple[str, str]:
    """The title ('' when it has none) and the text of the same paper, a line a line; signatures and stamps leave nothing that can be read."""
    lines, _ = _filled(wording, seed)
    title, shown = "", []
    for line in lines:
        mark, _, words = line.partition(" ")
        if mark == "#" and not title:
            title = "".join(words.split())
        if mark in ("^", "#", "##", ">", "="):
            shown.append(words)
        elif not (mark.startswith(("@", "!")) or mark == "---"):
            shown.append(" ".join(cell.strip() for cell in line.split("|")))
    return title, "\n".join(_PARTS.sub(lambda match: match[1] or "", line) for line in shown)


def _filled(wording: Wording, seed: int) -> tuple[list[str], _Fields]:
    fields = _Fields(random.Random(f"{seed}|{wording.name}"))
    return [_FIELD.sub(lambda match: fields.of(match[1], match[2]), line) for line in wording.lines], fields


def _broken(blocks: list[Block]) -> list[Block]:
    """A page break before the first paragraph behind the middle; papers of a few lines, or with a page break already, stay as they are."""
    if len(blocks) < 7 or Space(HEIGHT) in blocks:
        return blocks
    place = next((n for n, block in enumerate(blocks) if n >= len(blocks) // 2 and isinstance(block, Text) and block.align == "left"), 0)
    return [*blocks[:place], Space(HEIGHT), *blocks[place:]] if place else blocks


def _blocks(lines: list[str]) -> list[Block]:
    blocks: list[Block] = []
    rows: list[tuple[Run | tuple[Run, ...], ...]] = []
    for line in [*lines, ""]:
        if line.startswith("|"):
            rows.append(tuple(_runs(cell.strip()) for cell in line[1:].split("|")))
            continue
        if rows:
            blocks.append(_grid(rows))
            rows = []
        blocks += _block(line)
    return blocks


def _grid(rows: list[tuple[Run | tuple[Run, ...], ...]]) -> Grid:
    columns = max(len(row) for row in rows)
    widths = (1.2, 3.0) if columns == 2 else tuple(1.0 if column % 2 == 0 else 1.6 for column in range(columns))
    return Grid(tuple(rows), widths)


def _block(line: str) -> list[Block]:
    mark, _, words = line.partition(" ")
    if mark == "---":
        return [Space(HEIGHT)]
    if mark.startswith("@"):
        shape = mark[1:] or "round"
        return [Stamp(words, shape)]  # type: ignore[arg-type]  # the files name only shapes that exist
    if mark == "!photo":
        height = float(words)
        return [Drawing(height, lambda sheet, top: _photo(sheet, top, height)), Space(6)]
    if mark == "^":
        return [title(words, 20, 2)]
    if mark == "#":
        return [title(words, 23, 10)]
    if mark == "##":
        return [Text(words, size=14, align="center", gap=6)]
    if mark == ">":
        return [Text(_runs(words), align="right", gap=3)]
    if mark == "=":
        return [Text(_runs(words))]
    return [Text(_runs(line), indent=True)] if line.strip() else [Space(14)]


def _runs(words: str) -> tuple[Run, ...]:
    """Print, handwriting and signatures of one line."""
    runs: list[Run] = []
    last = 0
    for match in _PARTS.finditer(words):
        if words[last : match.start()]:
            runs.append(words[last : match.start()])
        runs.append(Hand(match[1]) if match[1] is not None else Sign(match[2]))
        last = match.end()
    if words[last:] or not runs:
        runs.append(words[last:])
    return tuple(runs)


def _photo(sheet: Sheet, top: int, height: float) -> None:
    """A photograph as a copier gives it: grey, with something darker in it."""
    left, right, bottom = MARGIN + px(20), WIDTH - MARGIN - px(20), top + px(height) - px(6)
    sheet.pen.rectangle((left, top, right, bottom), fill=(196, 198, 200), outline=(120, 120, 124), width=3)
    sheet.pen.polygon(((left, bottom), (left + px(90), top + px(20)), (right - px(120), bottom)), fill=(140, 143, 148))
    sheet.pen.rectangle((right - px(110), top + (bottom - top) // 2, right - px(30), bottom - px(4)), fill=(96, 98, 104))


class _Fields:
    """What stands for a name in braces; the same name with the same digit is the same value throughout one paper."""

    def __init__(self, source: random.Random) -> None:
        self.source = source
        self.known: dict[tuple[str, str], str] = {}

    def of(self, name: str, digit: str) -> str:
        if (name, digit) not in self.known:
            self.known[name, digit] = self._new(name)
        return self.known[name, digit]

    def _new(self, name: str) -> str:
        if name in ("申", "被", "外", "见", "官", "书", "律"):
            return self._person()
        if name in _NUMBERS:
            return f"（{2026 if name != '民号' else 2025}）豫9924{_NUMBERS[name]}{self.source.randint(2, 2400)}号"
        if name in ("日", "期"):
            day = date(2026, 1, 5) + timedelta(days=self.source.randint(0, 240))
            return chinese_day(day) if name == "日" else plain_day(day)
        if name in _FIXED:
            return self.source.choice(_FIXED[name])
        return self._made(name)

    def _person(self) -> str:
        while (name := f"{self.source.choice(_SURNAMES)}某{self.source.choice(_STEMS)}") in self.known.values():
            continue
        return name

    def _made(self, name: str) -> str:
        """KeyError for a name that no file may use."""
        pick = self.source.randint
        kinds = {
            "司": lambda: f"云川县{self.source.choice(_STEMS)}{self.source.choice(_TRADES)}有限公司",
            "所": lambda: f"云川{self.source.choice(_STEMS)}{self.source.choice(_STEMS)}律师事务所",
            "额": lambda: str(pick(30, 9000) * 100),
            "元": lambda: f"{pick(800, 90000)}.{pick(10, 99)}",
            "账": lambda: f"62009900{pick(10**10, 10**11 - 1)}",
            "电": lambda: f"199000{pick(10000, 99999)}",
            "车": lambda: f"豫Z{pick(1000, 9999)}测",
            "证": lambda: id_number("990101", f"19{pick(60, 99)}{pick(1, 12):02d}{pick(1, 28):02d}", pick(1, 999)),
            "码": lambda: credit_code(f"91990101MA{pick(0, 9999999):07d}"[:17]),
            "址": lambda: f"云川县{self.source.choice(('城关镇', '测试镇'))}{self.source.choice(('示范路', '样板街'))}{pick(1, 160)}号",
            "房": lambda: f"云川县城关镇{self.source.choice(('示范路', '样板街'))}{pick(1, 160)}号{pick(1, 20)}号楼{pick(101, 1802)}室",
        }
        return kinds[name]()


_NUMBERS = {"执号": "执", "恢号": "执恢", "保号": "执保", "异号": "执异", "财号": "财保", "民号": "民初", "惩号": "司惩"}
_FIXED = {
    "院": ("云川县人民法院",),
    "省院": ("河南省云川县人民法院",),
    "由": _CAUSES,
    "银": ("云川县农村商业银行", "云川甲银行城关支行", "云川乙银行营业部"),
}
