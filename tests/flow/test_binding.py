"""A volume is bound as a court sews it: PDF/A-2b, every word found again, pictures untouched, and only what changed is built anew."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pdfplumber
import pikepdf
import pypdfium2
import pytest
import time_machine
from pikepdf import pdfa

from dossier.binding import BindDocument, BindError, BindNote, BindPage, BindVolume, bind
from dossier.binding import lettering as lettering_module
from tests.support.paper_pages import LEFT, PITCH, SIZE, TOP, draw

CASE = "（2026）豫9924执118号"
NAMES = ["立案审批表", "执行申请书", "身份证明、授权委托书", "执行通知书", "送达回证", "执行裁定书", "询问笔录", "结案审批表"]
RARE = "申请执行人：𠮷某甲、䶮某乙，一九八〇年生，住８８号，ABC 12.67元。"
FRONT = 2  # cover and one sheet of contents


def page_texts(number: int) -> list[str]:
    return [" ".join(NAMES[number % len(NAMES)]), CASE, RARE, f"这是第{number}张纸上的文字，本院依照《中华人民共和国民事诉讼法》裁定如下"]


def documents(folder: Path) -> tuple[BindDocument, ...]:
    found, number = [], 1
    for index, name in enumerate(NAMES):
        pages: list[BindPage] = []
        for _ in range(1 + index % 2):
            look = {"rotation": 90 * (index % 4), "skew": (0.0, 1.5, -1.0)[index % 3], "mode": ("RGB", "L", "CMYK")[index % 3]}
            pages.append(draw(folder, page_texts(number), number, back=index == 6, **look))
            number += 1
        if index == 2:
            pages.append(draw(folder, []))
        found.append(BindDocument(index + 1, name, tuple(pages), date(2026, 1, 5 + index), "（2025）豫9924民初9号" if index == 5 else ""))
    return tuple(found)


def volume(found: tuple[BindDocument, ...]) -> BindVolume:
    return BindVolume(
        CASE, "云川县人民法院", date(2026, 6, 30), found, of=2, cause="买卖合同纠纷", title_document="（2025）豫9924民初9号民事判决书",
        applicants=("张某甲", "𠮷某甲"), respondents=("云川县甲公司", "李测试"), handler="王测试", clerk="赵测试", filed_on=date(2026, 1, 5),
        closed_on=date(2026, 6, 20), result="终结本次执行程序", note=BindNote("赵测试", "", date(2026, 6, 30), "第五件另附光盘一张。"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="module")
def given(pictures: Path) -> BindVolume:
    return volume(documents(pictures))


@pytest.fixture(scope="module")
def book(given: BindVolume, tmp_path_factory) -> Path:
    return bind(given, tmp_path_factory.mktemp("book") / "volume.pdf").path


def by_pdfplumber(path: Path) -> list[str]:
    with pdfplumber.open(path) as pdf:
        return [page.extract_text() for page in pdf.pages]


def by_pdfium(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as pdf:
        return [page.get_textpage().get_text_bounded() for page in pdf]


def by_pdftotext(path: Path) -> list[str]:
    told = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, encoding="utf-8").stdout
    return told.split("\f")[:-1]


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def numbers_on(path: Path) -> list[tuple[str, str]]:
    """Per sheet the red number and the side on which it stands."""
    with pdfplumber.open(path) as pdf:
        red = [[char for char in page.chars if char["non_stroking_color"] == (0.8, 0.1, 0.1)] for page in pdf.pages]
        sides = [
            "" if not chars else "left" if chars[0]["x0"] < page.width / 2 else "right" for page, chars in zip(pdf.pages, red, strict=True)
        ]
        assert all(char["top"] < page.height / 20 for page, chars in zip(pdf.pages, red, strict=True) for char in chars)
    return [("".join(char["text"] for char in chars), side) for chars, side in zip(red, sides, strict=True)]


def test_is_pdfa(book: Path) -> None:
    report = pdfa.validate_written(book, "2b")
    assert report.passed, report.findings


@pytest.mark.parametrize("reader", [by_pdfplumber, by_pdfium, by_pdftotext])
def test_every_line_comes_back_through_three_readers(book: Path, given: BindVolume, reader) -> None:
    sheets = reader(book)
    assert len(sheets) == FRONT + len(given.pages) + 1
    for page, sheet in zip(given.pages, sheets[FRONT:-1], strict=True):
        found = [bare(line) for line in sheet.splitlines()]
        assert [line.text for line in page.lines if bare(line.text) not in found] == []


@pytest.mark.parametrize("reader", [by_pdfplumber, by_pdfium, by_pdftotext])
def test_cover_contents_and_note_can_be_read(book: Path, reader) -> None:
    cover, contents, *_, note = (bare(sheet) for sheet in reader(book))
    told = "云川县人民法院 执行卷宗 正卷 买卖合同纠纷 张某甲、𠮷某甲 云川县甲公司、李测试 王测试 赵测试 2026年1月5日 2026年6月20日 待鉴定 8件12页"
    assert [word for word in told.split() if word not in cover] == []
    assert bare(CASE) in cover
    assert [
        word for word in ["卷内目录", "序号", "文号", "文书名称", "页次", "备注", *NAMES, "2026.01.05", "5-6"] if word not in contents
    ] == []
    told = "卷内备考表 文书材料8件 编号12页（第1页至第12页） 未编号1页 第五件另附光盘一张。 立卷人：赵测试 检查人： 2026年6月30日"
    assert [word for word in told.split() if word not in note] == []


def test_pictures_are_passed_through_unchanged(book: Path, given: BindVolume) -> None:
    with pikepdf.open(book) as pdf:
        kept = [leaf.obj.Resources.XObject.Im0.read_raw_bytes() for leaf in pdf.pages[FRONT:-1]]
    assert kept == [page.view.read_bytes() for page in given.pages]


def test_numbers_stand_on_numbered_pages_only(book: Path, given: BindVolume) -> None:
    expected = [("", "")] * FRONT
    for page in given.pages:
        expected.append(("", "") if page.page_no is None else (str(page.page_no), "left" if page.back else "right"))
    assert numbers_on(book) == [*expected, ("", "")]


def test_bookmarks_and_labels_lead_to_the_documents(book: Path, given: BindVolume) -> None:
    at, starts = FRONT, []
    for document in given.documents:
        starts.append((f"{document.serial} {document.name}", at))
        at += len(document.pages)
    with pypdfium2.PdfDocument(book) as pdf:
        marks = [(mark.get_title(), mark.get_dest().get_index()) for mark in pdf.get_toc()]
        labels = [pdf.get_page_label(index) for index in range(len(pdf))]
    assert marks == [("卷宗封面", 0), ("卷内目录", 1), *starts, ("卷内备考表", at)]
    bare_pages = iter(range(1, 9))
    told = [str(page.page_no) if page.page_no else f"无页号{next(bare_pages)}" for page in given.pages]
    assert labels == ["封面", "目录1", *told, "备考表"]


def test_rows_of_the_contents_lead_to_their_documents(book: Path) -> None:
    with pikepdf.open(book) as pdf:
        targets = [link.Dest[0].objgen for link in pdf.pages[1].obj.Annots]
        leaves = [leaf.obj.objgen for leaf in pdf.pages]
    assert [leaves.index(target) for target in targets] == [2, 3, 5, 7, 9, 10, 12, 13]


def test_pages_are_shown_upright_and_level_with_the_text_over_the_ink(book: Path, given: BindVolume) -> None:
    with pypdfium2.PdfDocument(book) as pdf:
        for page, leaf in zip(given.pages, list(pdf)[FRONT:-1], strict=True):
            shown = leaf.render(scale=100 / 72, grayscale=True).to_numpy()
            left, top = (shown.shape[1] - page.width) // 2, (shown.shape[0] - page.height) // 2
            for index in range(len(page.lines)):
                y = top + TOP + PITCH * index
                row = shown[y : y + 30, left + LEFT : left + LEFT + 100]
                gap = shown[y + 33 : y + PITCH, left + LEFT :]
                assert (row < 128).sum() > SIZE
                assert (gap < 100).sum() == 0


@pytest.mark.parametrize("reader", ["pdfium", "poppler"])
def test_pictures_in_four_inks_keep_their_colours(tmp_path: Path, reader: str) -> None:
    red = draw(tmp_path, [], 1, mode="CMYK", paper="#c81e1e")
    made = bind(volume((BindDocument(1, "现场照片", (red,)),)), tmp_path / "v.pdf").path
    if reader == "pdfium":
        with pypdfium2.PdfDocument(made) as pdf:
            colour = pdf[FRONT].render(scale=0.2, rev_byteorder=True).to_numpy()[100, 60]
    else:
        told = subprocess.run(["pdftoppm", "-f", "3", "-l", "3", "-r", "15", made], check=True, capture_output=True).stdout
        colour = np.frombuffer(told[-3:], np.uint8)
    assert np.abs(colour.astype(int) - [200, 30, 30]).max() < 45


def test_equal_volumes_give_equal_bytes_on_any_day(given: BindVolume, book: Path, tmp_path: Path) -> None:
    with time_machine.travel("2031-02-03 04:05:06", tick=False):
        again = bind(given, tmp_path / "again.pdf").path
    assert again.read_bytes() == book.read_bytes()


def test_a_document_put_first_is_the_only_one_built(given: BindVolume, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    bind(given, tmp_path / "v.pdf", cache)
    new = BindDocument(1, "移送执行函", (draw(tmp_path, ["移送执行函"], 1),))
    moved = tuple(
        replace(
            document,
            serial=document.serial + 1,
            pages=tuple(replace(page, page_no=page.page_no and page.page_no + 1) for page in document.pages),
        )
        for document in given.documents
    )
    grown = replace(given, documents=(new, *moved))
    bound = bind(grown, tmp_path / "v.pdf", cache)
    assert (bound.built, bound.reused) == (1, len(NAMES))
    assert bound.path.read_bytes() == bind(grown, tmp_path / "scratch.pdf").path.read_bytes()


def test_what_is_damaged_is_built_again_and_what_is_not_needed_is_swept(given: BindVolume, tmp_path: Path) -> None:
    cache, out = tmp_path / "cache", tmp_path / "v.pdf"
    bind(given, out, cache)
    first = out.read_bytes()
    kept = sorted(cache.glob("*.pdf"))
    flipped = bytearray(kept[0].read_bytes())
    flipped[len(flipped) // 2] ^= 1
    kept[0].write_bytes(flipped)
    kept[1].write_bytes(b"")
    kept[2].unlink()
    (cache / ".half.new").write_bytes(b"%PDF")
    bound = bind(given, out, cache)
    assert (bound.built, bound.reused) == (3, len(NAMES) - 3)
    assert out.read_bytes() == first
    bind(replace(given, documents=given.documents[:2]), out, cache)
    assert len(list(cache.glob("*.pdf"))) == 2
    assert not list(cache.glob(".*"))


def test_a_long_contents_list_runs_over_several_sheets(pictures: Path, tmp_path: Path) -> None:
    found = tuple(
        BindDocument(number, "关于依法查封、扣押、冻结被执行人名下财产的执行裁定书及协助执行通知书" if number % 3 == 0 else "送达回证",
                     (draw(pictures, ["送达回证"], number),), remarks="复印件")
        for number in range(1, 61)
    )  # fmt: skip
    bound = bind(replace(volume(found), kind="sub", number=2), tmp_path / "v.pdf")
    sheets = [bare(sheet) for sheet in by_pdfplumber(bound.path)]
    lists = [sheet for sheet in sheets if sheet.startswith("卷内目录")]
    assert len(lists) == bound.sheets - 62 == 4
    assert "副卷第2册目录第4页共4页" in lists[-1]
    assert "副卷" in sheets[0]
    with pypdfium2.PdfDocument(bound.path) as pdf:
        assert [pdf.get_page_label(index) for index in range(6)] == ["封面", "目录1", "目录2", "目录3", "目录4", "1"]


def test_a_document_of_many_pages_is_cut_into_segments_and_equal_segments_are_built_once(pictures: Path, tmp_path: Path) -> None:
    pages = tuple(draw(pictures, ["账页"], number) for number in range(1, 71))
    bound = bind(volume((BindDocument(1, "账册", pages),)), tmp_path / "v.pdf")
    assert (bound.sheets, bound.built, bound.reused) == (73, 2, 1)
    assert [number for number, _ in numbers_on(bound.path)] == ["", "", *map(str, range(1, 71)), ""]


def test_an_empty_volume_still_has_its_sheets(tmp_path: Path) -> None:
    assert bind(BindVolume(CASE, "云川县人民法院", date(2026, 6, 30), ()), tmp_path / "v.pdf").sheets == 3


def test_names_too_many_or_too_rare_for_the_cover_still_stand_there(tmp_path: Path) -> None:
    names = tuple(f"云川县第{number}建筑安装工程有限责任公司" for number in range(1, 80))
    crowded = replace(volume(()), applicants=names, respondents=("\U000323aa某", "\U000323ab某"))
    cover = bare(by_pdfplumber(bind(crowded, tmp_path / "v.pdf").path)[0])
    assert "等79人" in cover
    assert "\U000323aa某、\U000323ab某" in cover


def test_texts_too_long_for_their_place_end_in_dots(pictures: Path, tmp_path: Path) -> None:
    long = "关于查封、扣押、冻结被执行人财产的情况说明" * 60
    found = (BindDocument(1, long, (draw(pictures, ["说明"], 1),)), BindDocument(2, "送达回证", (draw(pictures, ["送达回证"], 2),)))
    made = replace(volume(found), title_document=long, note=BindNote(remarks=long * 3))
    cover, contents, *_, note = (bare(sheet) for sheet in by_pdfplumber(bind(made, tmp_path / "v.pdf").path))
    assert all("…" in sheet for sheet in (cover, contents, note))
    assert "送达回证" in contents
    assert "立卷人" in note


def test_what_cannot_be_bound_says_why_and_leaves_the_file_as_it_was(given: BindVolume, tmp_path: Path, monkeypatch) -> None:
    good = given.documents[0]
    page = good.pages[0]
    out = tmp_path / "v.pdf"
    out.write_bytes(b"what was there before")
    broken = {
        "text": b"no picture",
        "cut": page.view.read_bytes()[:100],
        "lossless": page.view.read_bytes().replace(b"\xff\xc0", b"\xff\xc3"),
    }
    for name, data in broken.items():
        (tmp_path / name).write_bytes(data)
    wrong = [
        ("picture_missing", [replace(page, view=tmp_path / "gone.jpg")]),
        *(("picture_unsupported", [replace(page, view=tmp_path / name)]) for name in broken),
        ("picture_mismatch", [replace(page, rotation=90)]),
        ("text_unplaceable", [replace(page, dpi=0)]),
        ("document_empty", []),
        ("numbers_wrong", [page, page]),
    ]
    for code, pages in wrong:
        with pytest.raises(BindError) as caught:
            bind(replace(given, documents=(replace(good, pages=tuple(pages)),)), out)
        assert caught.value.code == code
    with pytest.raises(BindError) as caught:
        bind(given, tmp_path / "no folder" / "v.pdf")
    assert caught.value.code == "not_written"
    lettering_module.face.cache_clear()
    monkeypatch.setitem(lettering_module.FACES, "B", (tmp_path / "no font", 0))
    with pytest.raises(BindError) as caught:
        bind(given, out)
    assert caught.value.code == "font_missing"
    lettering_module.face.cache_clear()
    assert out.read_bytes() == b"what was there before"
    assert not list(tmp_path.glob(".binding*"))
