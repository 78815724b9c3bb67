"""Listings: what goes into a spreadsheet or onto paper comes back out of it, and a table from outside is read or refused."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pdfplumber
import pytest
from openpyxl import Workbook, load_workbook

from dossier.listings import Column, Listing, NotATableError, read_table, write_pdf, write_xlsx
from dossier.listings import reading as table_reading

MADE = datetime(2026, 9, 7, 1, 0, tzinfo=UTC)
COLUMNS = (Column("团队", 8), Column("节点", 16), Column("到期日", 7, "date"), Column("件数", 4, "number"), Column("超期率", 5, "percent"))
WANTED = frozenset(("节点", "期限"))


def listing(rows: int = 3) -> Listing:
    body = tuple((f"执行{n}团队", "案款核算发放", date(2026, 9, 1), n, n / 7 if n else None) for n in range(rows))
    heads = (("期间", "2026-08-31 至 2026-09-06"), ("制表日期", "2026-09-07"), ("法院", "云川县人民法院"))
    return Listing("汇总", "超期节点统计表", heads, COLUMNS, body, ("注：临期指三个工作日内到期。",))


def test_a_workbook_holds_what_went_in(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    write_xlsx(path, [listing(), Listing("a/b:c", "另一张", (), COLUMNS[:1], (("=1+1",),))], MADE)
    book = load_workbook(path)
    assert book.sheetnames == ["汇总", "a b c"]
    sheet = book["汇总"]
    assert sheet["A1"].value == "超期节点统计表"
    assert sheet["A2"].value == "期间：2026-08-31 至 2026-09-06　制表日期：2026-09-07　法院：云川县人民法院"
    assert [cell.value for cell in sheet[3]] == [column.title for column in COLUMNS]
    assert [cell.value for cell in sheet[5]] == ["执行1团队", "案款核算发放", datetime.fromisoformat("2026-09-01"), 1, pytest.approx(1 / 7)]
    assert (sheet["E5"].number_format, sheet["C5"].number_format) == ("0.0%", "yyyy-mm-dd")
    assert (sheet.freeze_panes, sheet.page_setup.orientation, sheet.print_title_rows) == ("A4", "landscape", "$3:$3")
    assert (book["a b c"]["A4"].value, book["a b c"]["A4"].data_type) == ("=1+1", "s")
    assert [one.name for one in tmp_path.iterdir()] == ["表.xlsx"]


def test_a_printed_table_is_across_and_its_text_can_be_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "表.pdf"
    write_pdf(path, [listing(90)], MADE)
    with pdfplumber.open(path) as pdf:
        texts = [page.extract_text() for page in pdf.pages]
        assert len(texts) > 1
        assert all(page.width > page.height for page in pdf.pages)
        rows = [row for page in pdf.pages for row in page.extract_table()]
        assert max(word["x1"] for page in pdf.pages for word in page.extract_words()) < 842 - 30
        assert max(word["bottom"] for page in pdf.pages for word in page.extract_words()) < 595
    assert all("到期日" in text and "超期节点统计表" in text and "制表日期：2026-09-07" in text for text in texts)
    assert f"第 1 页 共 {len(texts)} 页" in texts[0]
    assert "三个工作日" in texts[-1]
    body = [row for row in rows if row[0] != "团队"]
    assert [row[3] for row in body] == [str(n) for n in range(90)]
    assert body[7] == ["执行7团队", "案款核算发放", "2026-09-01", "7", "100.0%"]
    assert [one.name for one in tmp_path.iterdir()] == ["表.pdf"]


def test_an_empty_table_is_printed_with_its_head(tmp_path: Path) -> None:
    write_pdf(tmp_path / "空.pdf", [listing(0)], MADE)
    with pdfplumber.open(tmp_path / "空.pdf") as pdf:
        assert "超期率" in pdf.pages[0].extract_text()


def test_lines_of_text_have_the_same_cells() -> None:
    assert list(listing(2).lines()) == [
        "团队\t节点\t到期日\t件数\t超期率",
        "执行0团队\t案款核算发放\t2026-09-01\t0\t",
        "执行1团队\t案款核算发放\t2026-09-01\t1\t14.3%",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_csv_is_read_from_its_head_row_on(encoding: str) -> None:
    text = '本院节点目录,,\n节点,期限,备注\n送达 , 5,"两行\n备注"\n,,\n归档,90,\n'
    first, second = read_table(text.encode(encoding), WANTED)
    assert (first.number, first.cells) == (3, {"节点": "送达", "期限": "5", "备注": "两行\n备注"})
    assert (second.number, second.cells["节点"]) == (6, "归档")


def test_a_workbook_is_read_with_merged_cells_numbers_and_days() -> None:
    book = Workbook()
    sheet = book.active
    for row in (["目录"], ["节点", "阶段", "期限"], ["送达", "文书送达", 5.0], ["公告", None, date(2026, 3, 1)]):
        sheet.append(row)
    sheet.merge_cells("B3:B4")
    out = io.BytesIO()
    book.save(out)
    first, second = read_table(out.getvalue(), WANTED)
    assert (first.number, first.cells) == (3, {"节点": "送达", "阶段": "文书送达", "期限": "5"})
    assert second.cells == {"节点": "公告", "阶段": "文书送达", "期限": "2026-03-01"}


def packed(body: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", body)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a,b\n1,2\n", "没有找到表头"),
        ("节点,节点\n".encode(), "重复"),
        ('节点\n"没有结束'.encode(), "不是有效的 CSV"),
        (b"\x81\xff\xff", "文字编码"),
        (b"PK\x03\x04 and nothing", "不是有效的 XLSX"),
        (packed(b"<x/>"), "不是有效的 XLSX"),
        (packed(b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'), "XML 声明"),
        (packed(b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'), "合并的单元格过多"),
        (packed(b" " * (table_reading.MOST_UNPACKED + 1)), "展开后过大"),
        (b"," * (table_reading.MOST_BYTES + 1), "超过"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(data: bytes, said: str) -> None:
    with pytest.raises(NotATableError, match=said):
        read_table(data, WANTED)
