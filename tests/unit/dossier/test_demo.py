"""The demo's generator: the same bytes for the same seed, and a truth that says what is on the paper."""

from __future__ import annotations

import hashlib
import json
import math
import random
from pathlib import Path

import numpy as np
import pdfplumber
import pytest
import yaml
from PIL import Image
from rapidfuzz.distance import Levenshtein

from dossier.app import open_rules
from dossier.bench.judging import drawn_documents
from dossier.demo import blocks, case, compose, fonts, measure, papers, scan, stack
from dossier.demo.draw import HEIGHT, WIDTH
from dossier.demo.papers import control, filing, money, records
from dossier.demo.truth import LineTruth, MarkTruth, in_reading_order
from review.classify import classify

RULES = Path(__file__).parents[3] / "review" / "rules" / "base" / "types"


def _types() -> dict[str, dict[str, list[str]]]:
    rows = [row for path in sorted(RULES.glob("*.yaml")) for row in yaml.safe_load(path.read_text(encoding="utf-8"))["types"]]
    return {row["id"]: row for row in rows}


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()
    }


# The case


def test_identity_numbers_are_right_and_nobodys() -> None:
    for person in (case.APPLICANT, case.DEBTOR, case.COMPANY_HEAD):
        weighted = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(person.id_no[:17]))
        assert person.id_no.startswith("99")
        assert person.id_no[6:14] == person.born.strftime("%Y%m%d")
        assert "10X98765432"[weighted % 11] == person.id_no[17]


def test_known_check_characters() -> None:
    assert case.id_number("110101", "19900307", 451) == "110101199003074514"
    assert case.credit_code("91350100M000100Y4") == "91350100M000100Y43"


@pytest.mark.parametrize(
    ("cents", "words"),
    [
        (5281637, "伍万贰仟捌佰壹拾陆元叁角柒分"),
        (20465000, "贰拾万肆仟陆佰伍拾元整"),
        (10000005, "壹拾万元零伍分"),
        (100500, "壹仟零伍元整"),
    ],
)
def test_amounts_in_capitals(cents: int, words: str) -> None:
    assert case.capital_amount(cents) == words


def test_days_in_words() -> None:
    assert case.chinese_day(case.FILED_ON) == "二〇二六年八月十七日"
    assert case.chinese_day(case.FILED_ON.replace(month=12, day=30)) == "二〇二六年十二月三十日"


def test_the_money_adds_up() -> None:
    assert case.PAID_CENTS + case.FEE_CENTS == case.FROZEN_CENTS


# The papers


def test_a_complete_batch_is_as_big_as_promised() -> None:
    pages = [sheet for paper in papers.COMPLETE for sheet in compose.draw(paper)]
    assert len(papers.COMPLETE) >= 25
    assert len({paper.type_id for paper in papers.COMPLETE}) >= 20
    assert len(pages) >= 40
    assert all(len(sheet.lines) >= 3 for sheet in pages)


def test_every_paper_bears_a_title_of_its_type() -> None:
    types = _types()
    for paper in (*papers.COMPLETE, *papers.INCOMPLETE):
        words = measure.normal("".join(_words(paper.blocks)))
        titles = [measure.normal(word) for word in types[paper.type_id]["title_keywords"]]
        assert any(word in words for word in titles) or paper.type_id == "identity_proof", (paper.name, titles)


def _words(parts: tuple[blocks.Block, ...]) -> list[str]:
    found: list[str] = []
    for part in parts:
        if isinstance(part, blocks.Text):
            found += [run for run in (part.runs if isinstance(part.runs, tuple) else (part.runs,)) if isinstance(run, str)]
        elif isinstance(part, blocks.Together):
            found += _words(part.blocks)
    return found


def test_every_paper_is_named_without_asking_from_what_it_says() -> None:
    lexicon = open_rules().lexicon("yanling")
    guesses = {paper.ref: (paper.type_id, classify(paper.pages, lexicon)) for paper in drawn_documents()}
    assert {ref: guess for ref, (type_id, guess) in guesses.items() if guess.type_id != type_id or not guess.confident} == {}


def test_a_record_says_its_page_and_is_signed_on_each() -> None:
    sheets = compose.draw(records.INVESTIGATION)
    assert len(sheets) == 3
    for number, sheet in enumerate(sheets, start=1):
        assert f"第 {number} 页 共 3 页" in [line.text for line in sheet.lines]
        assert any(mark.kind == "signature" for mark in sheet.marks)


def test_a_seal_is_red_and_where_the_truth_says() -> None:
    sheet = compose.draw(filing.EFFECTIVE)[0]
    (seal,) = [mark for mark in sheet.marks if mark.kind == "seal"]
    pixels = np.asarray(sheet.picture).astype(int)
    red = (pixels[..., 0] - pixels[..., 1:].max(axis=2)) > 60
    x0, y0, x1, y1 = seal.box
    assert red[y0:y1, x0:x1].mean() > 0.05
    assert red.sum() == red[y0:y1, x0:x1].sum()
    assert (seal.text, seal.shape) == (case.COURT, "round")


def test_lines_wrap_before_an_opening_and_after_a_closing_mark() -> None:
    for lines in (compose.wrap("金额（元）。" * 30, "song", 40, width) for width in range(300, 420, 20)):
        texts = [piece.text for line in lines for piece in line]
        assert all(len(line) == 1 for line in lines)
        assert not any(text[0] in "）。" or text[-1] == "（" for text in texts)


def test_a_missing_font_names_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "ROOT", tmp_path)
    fonts.path.cache_clear()
    with pytest.raises(fonts.FontMissingError, match="fonts-arphic-ukai"):
        fonts.path("kai")
    fonts.path.cache_clear()


# The scanner


def _lined_page() -> scan.Pixels:
    page = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    page[HEIGHT // 2 - 2 : HEIGHT // 2 + 2, 200:-200] = 0
    return page


def _height_at(page: scan.Pixels, x: int) -> float:
    return float(np.argmin(page[:, x - 4 : x + 5].astype(int).sum(axis=(1, 2))))


@pytest.mark.parametrize("skew", [1.5, -0.8])
def test_positive_skew_means_that_lines_fall_to_the_right(skew: float) -> None:
    page = scan.scanned(_lined_page(), 1, skew=skew)
    fall = _height_at(page, WIDTH - 300) - _height_at(page, 300)
    assert math.degrees(math.atan2(fall, WIDTH - 600)) == pytest.approx(skew, abs=0.15)


@pytest.mark.parametrize(("rotation", "turns"), [(90, -1), (180, 2), (270, 1)])
def test_turning_clockwise_by_the_rotation_makes_a_page_upright(rotation: int, turns: int) -> None:
    upright, turned = (scan.scanned(_lined_page(), 1, rotation=degrees) for degrees in (0, rotation))
    assert np.array_equal(np.rot90(turned, turns), upright)


def test_a_back_is_nearly_white_but_not_clean() -> None:
    back = scan.back_of(np.asarray(compose.draw(money.VOUCHER)[0].picture), 1)
    assert back.mean() > 235
    assert back.std() > 1


# The batches


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> tuple[stack.Truth, Path]:
    out = tmp_path_factory.mktemp("faulty")
    return stack.incomplete(out), out


def test_same_seed_same_bytes_in_every_kind_of_file(tmp_path: Path) -> None:
    batch = (control.QUERY, control.FREEZE, money.VOUCHER, filing.EFFECTIVE)
    plan = stack.Plan(
        holders={
            control.QUERY: ("a.pdf", "digital"),
            control.FREEZE: ("b.png", "png"),
            money.VOUCHER: ("c.tif", "tiff"),
            filing.EFFECTIVE: ("d.pdf", "pdf"),
        }
    )
    for name in ("one", "two"):
        stack.hand_over(tmp_path / name, batch, plan, "seed")
    assert len(_digests(tmp_path / "one")) == 6
    assert _digests(tmp_path / "one") == _digests(tmp_path / "two")


def test_the_incomplete_batch_has_its_three_faults(faulty: tuple[stack.Truth, Path]) -> None:
    batch, _ = faulty
    found = {fault.kind: fault for fault in batch.faults}
    assert set(found) == {"missing_signature", "other_case", "missing_page"}
    assert batch.documents[found["other_case"].document].case_no == case.OTHER_CASE_NO
    record = batch.documents[found["missing_page"].document]
    assert [batch.page(*place).page_of for place in record.pages] == [(1, 3), (3, 3)]
    receipt = batch.page(found["missing_signature"].file, found["missing_signature"].page)
    assert [mark.text for mark in receipt.marks if mark.kind == "signature"] == ["孙送达", "马外勤"]
    assert {"name": "谈话笔录", "pages": 3} in batch.declared
    assert "执行通知书" not in [row["name"] for row in batch.declared]


def test_the_truth_covers_every_page_of_every_file(faulty: tuple[stack.Truth, Path]) -> None:
    batch, out = faulty
    assert [path.name for path in batch.paths] == [page.file for page in batch.pages]
    assert all(path.is_file() for path in batch.paths)
    for page in batch.pages:
        assert page.blank == (page.document is None) == (not page.lines)
        assert page.text.count(measure.ANY) == sum(len(mark.text) for mark in page.marks if mark.kind in ("signature", "stamp"))
        assert [line.text for line in page.lines] == [part for part in page.text.split("\n") if part.strip(measure.ANY)]
    assert json.loads((out / "truth.json").read_text(encoding="utf-8")) == json.loads(json.dumps(batch.as_json()))
    assert json.loads((out / "declared.json").read_text(encoding="utf-8")) == list(batch.declared)


def test_scans_are_a4_at_200_dpi(faulty: tuple[stack.Truth, Path]) -> None:
    batch, _ = faulty
    with Image.open(batch.paths[0]) as picture:
        assert picture.size == (WIDTH, HEIGHT)
        assert picture.info["dpi"] == (200, 200)


def test_a_born_digital_file_gives_its_text_back(tmp_path: Path) -> None:
    plan = stack.Plan(holders={control.QUERY: ("query.pdf", "digital")})
    batch = stack.hand_over(tmp_path, (control.QUERY,), plan, "seed")
    with pdfplumber.open(tmp_path / stack.FOLDER / "query.pdf") as pdf:
        texts = [page.extract_text() for page in pdf.pages]
    assert [measure.cer(page.text, text) for page, text in zip(batch.pages, texts, strict=True)] == [0.0, 0.0]


def test_any_text_can_be_printed(tmp_path: Path) -> None:
    text = "第一条　为了规范卷宗管理，制定本细则。\n\n\u200b第二条　本细则自印发之日起施行。\n"
    printed = stack.print_text(text, tmp_path, name="rules", heading="卷宗管理细则")
    assert printed.files == ("rules_0001.jpg",)
    assert measure.normal(printed.pages[0].text) == "卷宗管理细则第一条为了规范卷宗管理制定本细则第二条本细则自印发之日起施行第1页共1页"
    assert printed.documents[0].type_id == ""


# The measure


def test_marks_stand_in_the_text_where_they_were_signed() -> None:
    label, day = LineTruth("签名：", (10, 100, 60, 120)), LineTruth("2026年", (150, 102, 220, 122), hand=True)
    below = LineTruth("附页", (10, 140, 60, 160))
    name = MarkTruth("signature", "张某甲", "", (70, 90, 140, 130))
    lines, text = in_reading_order([below, day, label], [name])
    assert lines == (label, day, below)
    assert text.split("\n") == ["签名：", measure.ANY * 3, "2026年", "附页"]


def test_rate_counts_letters_digits_and_han_only() -> None:
    assert measure.cer("（2026）豫 9924 执118号", "(2026)豫9924执１１８号。") == 0.0
    assert measure.cer("执行裁定书", "执行裁走书") == pytest.approx(0.2)
    assert measure.cer("", "") == 0.0
    assert measure.cer("", "字") == 1.0


def test_a_signature_may_be_read_or_not() -> None:
    truth = f"签名{measure.ANY * 3}日期"
    for read, errors in (("签名日期", 0), ("签名张某甲日期", 0), ("签名张某某甲日期", 1), ("签名张日", 1)):
        assert measure.edits(truth, read) == (errors, 4)


def test_without_signatures_it_is_levenshteins_distance() -> None:
    source = random.Random(5)
    for _ in range(200):
        one, two = ("".join(source.choices("甲乙丙丁", k=source.randint(0, 12))) for _ in range(2))
        assert measure.edits(one + measure.ANY, two)[0] <= Levenshtein.distance(one, two)
        assert measure._edits_with_any(one, two) == Levenshtein.distance(one, two)
