"""Machine readability: each item of the national rule, what a sheet holds besides values, and what ``inspect`` says."""

import io
import json
import re
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locations import ROOT
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from meguro_opendata.inspection.profiler import Inspection, inspect_file, judgement_text
from meguro_opendata.inspection.readability import Judgement, item_text, judge, reason_text, stage_text
from meguro_opendata.inspection.readability.judgement import cell_ranges
from meguro_opendata.sources import column_letter, read_source
from meguro_opendata.sources.facts import NO_PARTS
from meguro_opendata.sources.workbook.odsparts import ods_parts
from meguro_opendata.sources.workbook.xlsparts import biff_parts, xls_parts
from meguro_opendata.sources.workbook.xlsxparts import xlsx_parts
from meguro_opendata.standard.model import load_standard

Command = Callable[..., "Ran"]  # noqa: F821 (the fixture's own type)
ITEMS = ["1-1", "1-2", "1-3", "1-4", "1-5", "1-6", "1-7", "1-8", "1-9", "1-10", "1-11", "1-12", "1-13", "2-1", "2-2"]
Rows = Sequence[Sequence[object]]
PEOPLE = ("町名", "人口")
GOOD: Rows = [
    ("町名", "人口", "面積(平方メートル)", "調査日", "備考"),
    ("上目黒", 1200, 305.5, "2025-04-01", "川の資料館を含みます。"),
    ("中目黒", 980, 210.25, "2025-04-01", "平成3年に、区域を①と②に分けました。"),
    ("下目黒", 1105, 333.0, "2025-04-01", ""),
]
"""A table that is right in every item but 1-10, to which the remarks belong, too."""

# Item, the table that fails it, its cells.
FAULTS: dict[str, tuple[str, Rows, list[str]]] = {
    "categories joined": (
        "1-2",
        [("町名", "種類"), ("上目黒", "図書館、体育館"), ("中目黒", "図書館"), ("下目黒", "体育館")],
        ["B2"],
    ),
    "two phones": ("1-2", [("町名", "電話番号"), ("上目黒", "03-5722-0001/03-5722-0002")], ["B2"]),
    "two links": ("1-2", [("町名", "URL"), ("上目黒", "https://example.com/ https://example.com/2")], ["B2"]),
    "figures in one": ("1-2", [PEOPLE, ("上目黒", "120人2.5人"), *[("中目黒", n) for n in range(100, 110)]], ["B2"]),
    "both coordinates": ("1-2", [("住所", "緯度"), ("上目黒", "35.64, 139.69"), ("中目黒", 35.65)], ["B2"]),
    "units and separators": (
        "1-3",
        [PEOPLE, ("上目黒", "1,200人"), ("中目黒", 980), ("下目黒", "１１０")],
        ["B2", "B4"],
    ),
    "numbers as text": ("1-3", [PEOPLE, ("上目黒", "1200"), ("中目黒", "980"), ("下目黒", 110)], ["B2:B3"]),
    "words among numbers": ("1-3", [PEOPLE, *[("上目黒", n) for n in range(100, 109)], ("中目黒", "区域外")], ["B11"]),
    "spaced word": ("1-5", [("町　名", "種類"), ("上目黒", "合　計")], ["A1", "B2"]),
    "leading space": ("1-5", [("町名", "種類"), ("上目黒", "図書館"), ("　五本木", "図書館")], ["A3"]),
    "line break": ("1-5", [("町名", "種類\n(大)"), ("上目黒\n一丁目", "図書館")], ["B1", "A2"]),
    "no name": ("1-6", [("町名", "", "人口"), ("上目黒", "東部", 5), ("中目黒", "西部", 6)], ["B1"]),
    "ditto": ("1-6", [("町名", "種類"), ("上目黒", "図書館"), ("中目黒", "〃"), ("下目黒", "同上")], ["B3:B4"]),
    "blank below": (
        "1-6",
        [("地区", "種類", "人口"), ("東部", "男", 1), ("", "女", 2), ("西部", "男", 3), ("", "女", 4)],
        ["A3", "A5"],
    ),
    "no unit": ("1-9", [("町名", "面積"), ("上目黒", 305.5), ("中目黒", 210.25)], ["B1"]),
    "dependent": (
        "1-10",
        [("№", "施設名"), (1, "㈱見本"), (2, "見本Ⅱ号館"), (3, "髙橋ビル"), (4, "見本")],
        ["A1", "B2:B4"],
    ),
    "private use": ("1-10", [("町名", "施設名"), ("上目黒", "見本\ue021")], ["B2"]),
    "era": (
        "1-11",
        [("町名", "指定日"), ("上目黒", "平成3年4月1日"), ("中目黒", "H3.4"), ("下目黒", "1991-04-01")],
        ["B2:B3"],
    ),
    "era without stops": ("1-11", [("町名", "建築年"), ("上目黒", "R3"), ("中目黒", "H22")], ["B2:B3"]),
    "era in the header": ("1-11", [("町名", "令和5年人口"), ("上目黒", 5)], ["B1"]),
    "place left out": ("1-12", [("住所", "施設名"), ("上目黒1-1", "見本一"), ("", "見本二")], ["A3"]),
    "points alone": ("1-12", [("名前", "緯度", "経度"), ("見本", 35.64, 139.69)], ["B1:C1"]),
    "signs": ("1-13", [PEOPLE, ("上目黒", "x"), ("中目黒", 98), ("下目黒", "－"), ("東山", "…")], ["B2", "B4:B5"]),
    "blank row": ("2-1", [PEOPLE, ("上目黒", 5), ("", ""), ("中目黒", 6)], ["A3:B3"]),
    "blank column": ("2-1", [("町名", "", "人口"), ("上目黒", "", 5), ("中目黒", "", 6)], ["B1:B3"]),
    "header again": (
        "2-2",
        [("町名", "人口", "世帯数"), ("上目黒", 5, 2), ("町名", "人口", "世帯数"), ("中目黒", 6, 3)],
        ["A3:C3"],
    ),
    "other header": (
        "2-2",
        [
            ("町名", "人口", "世帯数"),
            ("上目黒", 51, 20),
            ("中目黒", 52, 30),
            *[("東山", 50, 20)] * 9,
            ("", "", ""),
            ("区分", "件数", "割合"),
            *[("見本", 5, 2)] * 3,
        ],
        ["A14:C14"],
    ),
    "side by side": ("2-2", [(*PEOPLE, "", *PEOPLE), ("上目黒", 5, "", "中目黒", 6)], ["D1:E1"]),
}
# Item and a table that is right in it, though it looks like a fault.
RIGHT: dict[str, tuple[str, Rows]] = {
    "weekdays are one value": (
        "1-2",
        [("町名", "利用可能曜日"), ("上目黒", "月火"), ("中目黒", "月、火"), ("下目黒", "月")],
    ),
    "a name may hold a point": ("1-2", [("町名", "施設名"), ("上目黒", "見本・プラザ"), ("中目黒", "見本")]),
    "codes are no numbers": ("1-3", [("市区町村コード", "電話番号", "郵便番号"), ("131105", "0357229270", "1530051")]),
    "leading zeros": ("1-3", [("町名", "区域"), ("上目黒", "001"), ("中目黒", "120")]),
    "persons have two names": ("1-5", [("町名", "代表者氏名"), ("上目黒", "見　本")]),
    "a paragraph may begin so": ("1-5", [("町名", "説明"), ("上目黒", "　川の資料館。\n広場もあります。")]),
    "an optional column": ("1-6", [("町名", "施設名", "通称"), ("上目黒", "見本一", "一"), ("中目黒", "見本二", "")]),
    "a count has its unit": ("1-9", [("町名", "世帯数"), ("上目黒", 305), ("中目黒", 210)]),
    "unit in the label": ("1-9", [("町名", "面積（㎡）", "全長_km"), ("上目黒", 305.5, 20.5)]),
    "unit in the cells": ("1-9", [("町名", "面積"), ("上目黒", "305.5㎡"), ("中目黒", "210㎡")]),
    "a year is no quantity": ("1-9", [("町名", "供用開始"), ("上目黒", 1995), ("中目黒", 2010)]),
    "categories in figures": ("1-9", [("町名", "天候"), *[("上目黒", n % 4) for n in range(20)]]),
    "letters in JIS X 0208": ("1-10", [("町名", "施設名"), ("上目黒", "見本～見本－ＡＢＣ！〒☆")]),
    "western year beside": ("1-11", [("町名", "指定日"), ("上目黒", "平成3年(1991年)4月1日")]),
    "a name with an era": ("1-11", [("町名", "施設名"), ("上目黒", "昭和62年記念館"), ("中目黒", "平成会館")]),
    "a name is a place": ("1-12", [("地区", "施設名", "緯度"), ("東部", "見本", 35.64)]),
    "a sign among words": ("1-13", [("町名", "種類"), ("上目黒", "－"), ("中目黒", "図書館")]),
    "blank above a note": ("2-1", [PEOPLE, ("上目黒", 5), ("中目黒", 6), ("", ""), ("※住民基本台帳による", "")]),
    "labels alike": ("2-2", [("町名", "人口", "面積(m)", "町名"), ("上目黒", 5, 6, "東部"), ("中目黒", 6, 7, "西部")]),
}
# Files of real cities, read by eye: the items at fault, those not judged, and the stage.
CORPUS = {
    "iida/67233.csv": ("1-2 1-3 1-10", "", 4),
    "hachioji/kosodateshisetuitiran.xlsx": ("1-10", "", 4),
    "tama/132012_cultural_property.xlsx": ("1-2 1-3 1-5 1-10 1-11", "", 4),
    "tama/130001_cultural_property.csv": ("1-2 1-3 1-5 1-10", "", 4),
    "ichikawa/122033_101_public_facility.csv": ("1-2 1-5", "", 4),
    "ichikawa/122033_102_cultural_property.csv": ("1-2 1-5 1-10", "", 4),
    "ichikawa/122033_109_care_service.csv": ("1-2 1-3", "", 4),
    "ichikawa/122033_206_kitaku_konnan.csv": ("1-10", "", 3),
    "yaizu/222127_tourism.csv": ("1-2 1-3 1-5 1-6 1-10", "", 2),
    "yaizu/222127_aed.csv": ("", "", 4),
    "yaizu/222127_park_info.csv": ("1-2 1-3 1-10", "", 3),
    "yaizu/222127_nouen.csv": ("", "", 3),
    "yaizu/222127_dono_station.csv": ("", "", 3),
    "yaizu/222127_koujouheisetsuchokubaijo.csv": ("1-5", "", 3),
    "yaizu/yohairyosya.csv": ("1-2 1-3 1-5 1-10", "", 3),
    "yaizu/vegecheck.csv": ("1-10", "", 3),
    "yaizu/小泉八雲マップ.csv": ("1-12", "", 3),
    "yaizu/小学校区.shp": ("1-1", " ".join(ITEMS[1:]), 3),
    "sabae/R3jinnkousuii.xls": ("1-4 1-6 1-7 2-1 2-2", "", 2),
    "sabae/R5jinko1.xlsx": ("1-4 1-6 1-7 2-1 2-2", "", 2),
    "tokyo/201710-2-1.xls": ("1-3 1-4 1-6 1-10", "", 2),
    "tokyo/ninsyouichiran171201.xlsx": ("1-4 1-10", "", 2),
    "takamatsu/0093.xlsx": ("1-2 1-5", "", 3),
    "takamatsu/0097.xlsx": ("1-9 1-11 1-13", "1-12", 3),
    "takamatsu/agricultural_facilities_list__data.xlsx": ("1-3 1-10", "", 3),
    "takamatsu/Takamatsu_park_and_ride__data.xlsx": ("1-3", "", 3),
    "meguro/20250601_hoikuen_utf8.csv": ("1-12", "", 3),
    "meguro/meguro-radio-speakers.csv": ("", "", 3),
    "meguro/meguro-stockpile-warehouses.csv": ("1-9 1-11", "", 3),
}


def book(path: Path, rows: Rows, more: Callable[[Workbook, Worksheet], object] = lambda *_: None) -> Path:
    """A workbook with the rows on its first sheet; ``more`` adds what else there is."""
    with Workbook(str(path), {"strings_to_urls": False, "strings_to_formulas": False}) as made:
        sheet = made.add_worksheet("表 & <1>")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        more(made, sheet)
    return path


def judged(path: Path) -> dict[str, Judgement]:
    """The items of the table in a file whose header is its first record."""
    table = read_source(path)
    return {found.item: found for found in judge(table.grid.container, table)}


@pytest.mark.parametrize(("item", "rows", "cells"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_with_its_cells(tmp_path: Path, item: str, rows: Rows, cells: list[str]) -> None:
    """What the rule forbids is found in a workbook, and every cell of it is named."""
    found = judged(book(tmp_path / "t.xlsx", rows))[item]
    assert (found.ok, sorted(found.cells)) == (False, sorted(cells))


@pytest.mark.parametrize(("item", "rows"), RIGHT.values(), ids=RIGHT)
def test_what_only_looks_like_a_fault_is_right(tmp_path: Path, item: str, rows: Rows) -> None:
    """Ordinary values that resemble a fault raise no alarm."""
    found = judged(book(tmp_path / "t.xlsx", rows))[item]
    assert (found.ok, found.cells) == (True, ())


@pytest.mark.parametrize("item", ITEMS)
def test_a_tidy_table_is_right(tmp_path: Path, item: str) -> None:
    """A workbook that follows the rule passes every item; machine-dependent signs count in remarks, too."""
    found = judged(book(tmp_path / "t.xlsx", GOOD))[item]
    assert (found.ok, found.cells) == ((False, ("E3",)) if item == "1-10" else (True, ()))


def test_text_files_are_judged_alike(tmp_path: Path) -> None:
    """In CSV every value is text, so only what is no number is a fault; cells are named by column and record."""
    path = tmp_path / "t.csv"
    path.write_text(
        '町名,人口\n上目黒,"1,200"\n中目黒,980\n下目黒,105\n東山,=SUM(B2:B4)\n碑文谷,77\n', encoding="utf-8"
    )
    found = judged(path)
    assert (found["1-3"].cells, found["1-7"].cells) == (("B2", "B5"), ("B5",))
    assert [found[item].ok for item in ("1-1", "1-4", "1-8")] == [True, True, True]


def furnish(made: Workbook, sheet: Worksheet) -> None:
    """Give a sheet everything that is no value."""
    sheet.merge_range("A8:B8", "見本")
    sheet.write_formula("B5", "=SUM(B2:B4)", None, 3285)
    sheet.write_formula("C5", "=NA()", None, "#N/A")
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.set_column("D:E", None, None, {"hidden": True})
    sheet.write_comment("A2", "見本の注記")
    chart = made.add_chart({"type": "column"})
    chart.add_series({"values": "='表 & <1>'!$B$2:$B$4"})
    sheet.insert_chart("G2", chart)
    sheet.insert_textbox("G20", "見本")
    sheet.insert_button("A20", {})
    made.add_worksheet("控え").hide()


def test_a_sheet_tells_what_it_holds_besides_values(tmp_path: Path) -> None:
    """Formulas, hidden rows, columns and sheets, notes, charts, shapes and buttons of an xlsx sheet are seen."""
    facts = read_source(book(tmp_path / "t.xlsx", GOOD, furnish)).grid.facts
    assert facts.formulas == {(4, 1), (4, 2)}
    assert (facts.hidden_rows, facts.hidden_columns, facts.hidden_sheets) == ((2,), (3, 4), ("控え",))
    assert facts.notes == {(1, 0)}
    assert sorted(facts.objects) == [("chart", (1, 6)), ("control", (19, 0)), ("shape", (19, 6))]
    assert {column: rows.to_list() for column, rows in facts.numbers.items()} == {1: [1, 2, 3, 4], 2: [1, 2, 3]}


def test_what_a_sheet_holds_is_judged(tmp_path: Path) -> None:
    """Merged cells, formulas and objects are faults wherever in the sheet they are."""
    found = judged(book(tmp_path / "t.xlsx", GOOD, furnish))
    assert [found[item].cells for item in ("1-4", "1-7")] == [("A8:B8",), ("B5:C5",)]
    assert (found["1-8"].count, found["1-8"].cells) == (4, ("A2", "G2", "A20", "G20"))


def test_error_cells_are_read_as_excel_shows_them(tmp_path: Path) -> None:
    """A failed formula gives its error, not an empty cell."""
    path = book(tmp_path / "t.xlsx", GOOD, furnish)
    assert read_source(path, keep_all=True).frame.row(3)[2] == "#N/A"


ODS = """<office:spreadsheet><table:table table:name="控え"/><table:table table:name="表">
<table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>
<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>
<table:table-row table:visibility="collapse"><table:table-cell table:number-columns-repeated="2"/>
<table:table-cell table:formula="of:=NA()" calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>
<table:table-cell table:number-columns-spanned="2" table:number-rows-spanned="3"><office:annotation draw:x="1"/>
<draw:frame><draw:object xlink:href="x"/></draw:frame></table:table-cell></table:table-row></table:table>"""


def zipped(parts: dict[str, str]) -> bytes:
    """A package of parts."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return sink.getvalue()


def test_an_ods_sheet_tells_as_much() -> None:
    """Errors, formulas, hidden rows and columns, notes, charts and merged cells of an ods sheet are seen."""
    seen = ods_parts(zipped({"content.xml": ODS}), "表")
    assert seen.texts == {(2, 2): "#N/A"}
    assert (seen.facts.formulas, seen.facts.notes, seen.facts.objects) == ({(2, 2)}, {(2, 3)}, (("chart", (2, 3)),))
    assert (seen.facts.hidden_rows, seen.facts.hidden_columns) == ((2,), (2,))
    assert seen.merged == (((2, 3), (4, 4)),)


def record(kind: int, layout: str, *values: object) -> bytes:
    """A record of an xls workbook."""
    data = struct.pack("<" + layout, *values)
    return struct.pack("<HH", kind, len(data)) + data


def xls_stream(sheet: bytes, version: int = 0x0600) -> bytes:
    """The stream of an xls workbook whose one sheet, 表, holds some records."""
    begin = record(0x0809, "HH", version, 5)
    named = len(begin) + 4 + 10 + 4
    bound = record(0x0085, "IBBBB2s", named, 0, 0, 1, 1, "表".encode("utf-16-le"))
    return begin + bound + record(0x000A, "") + record(0x0809, "HH", version, 16) + sheet


XLS = b"".join(
    [
        record(0x007D, "HHHHHH", 3, 4, 2048, 15, 1, 0),
        record(0x007D, "HHHHHH", 5, 5, 2048, 15, 0, 0),
        record(0x0208, "HHHHHHHH", 2, 0, 5, 255, 0, 0, 0x20, 0),
        record(0x0006, "HHHd", 4, 1, 15, 3285.0),
        record(0x0006, "HHHBxBxxxH", 4, 2, 15, 2, 0x2A, 0xFFFF),
        record(0x0205, "HHHBB", 5, 1, 15, 0x17, 1),
        record(0x0205, "HHHBB", 5, 2, 15, 1, 0),
        record(0x001C, "HHHH", 1, 0, 0, 1),
        *(record(0x005D, "HHHH", 0x15, 18, kind, 1) for kind in (0x08, 0x05, 0x14, 0x19, 0x0B, 0x02)),
        record(0x0809, "HH", 0x0600, 32) + record(0x0006, "HHHd", 0, 0, 15, 1.0) + record(0x000A, ""),
    ]
)


def test_an_xls_sheet_tells_as_much() -> None:
    """Errors, formulas, hidden rows and columns, notes and objects of an xls sheet are seen; a chart has none."""
    seen = biff_parts(xls_stream(XLS + record(0x000A, "")), "表")
    assert seen.texts == {(4, 2): "#N/A", (5, 1): "#REF!"}
    assert (seen.facts.formulas, seen.facts.notes) == ({(4, 1), (4, 2)}, {(1, 0)})
    assert (seen.facts.hidden_rows, seen.facts.hidden_columns) == ((2,), (3, 4))
    assert [kind for kind, _ in seen.facts.objects] == ["picture", "chart", "control", "shape"]


@pytest.mark.parametrize(
    "stream",
    [b"", xls_stream(XLS), xls_stream(record(0x0006, "H", 1)), xls_stream(record(0x000A, ""), 0x0500)],
    ids=["empty", "no end", "short record", "older"],
)
def test_records_that_cannot_be_read_are_no_facts(stream: bytes) -> None:
    """Of a damaged xls workbook, or one of an older form, nothing but the merged cells is known."""
    assert biff_parts(stream, "表").facts.known == xls_parts(stream, "表").facts.known == {"merged"}


BOOK = '<workbook><sheets><sheet name="表" r:id="r1"/></sheets></workbook>'
RELATIONS = '<Relationships><Relationship Id="r1" Target="worksheets/s.xml"/></Relationships>'
HOSTILE = {
    "tags without an end": "<c " * 1_000_000 + 't="e"' + "<f>" * 100_000,
    "one endless tag": '<worksheet><row r="1" hidden="1" ' + 't="e" ' * 1_000_000,
    "one endless row": "<worksheet><sheetData><row>" + '<c r="A1" t="e"><f>' * 200_000,
    "entities": '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><worksheet><c r="A1"><f>&c;</f></c></worksheet>',
    "prefixed": '<x:worksheet xmlns:x="x"><x:row r="2" hidden="1"><x:c r="B2" t="e"><x:v>#REF!</x:v></x:c></x:row>',
    "no addresses": '<worksheet><row hidden="1"><c t="e"><v>#REF!</v></c><c><f>A1</f></c></row>',
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile_sheets_are_searched_in_linear_time(content: str) -> None:
    """Whatever stands in a part, it is searched without expanding or backtracking without end."""
    parts = {"xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": RELATIONS, "xl/worksheets/s.xml": content}
    seen = xlsx_parts(zipped(parts), "表")
    assert all(len(text) < 100_000 for text in seen.texts.values())
    ods_parts(zipped({"content.xml": content + ODS}), "表")


def test_prefixed_elements_are_understood() -> None:
    """Some programs write every element of a sheet with a namespace prefix."""
    parts = {"xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": RELATIONS}
    seen = xlsx_parts(zipped({**parts, "xl/worksheets/s.xml": HOSTILE["prefixed"]}), "表")
    assert (seen.texts, seen.facts.hidden_rows) == ({(1, 1): "#REF!"}, (1,))


@pytest.mark.parametrize("raw", [b"PK\x03\x04", b"", zipped({"other": ""})], ids=["cut", "empty", "other"])
def test_a_damaged_package_tells_nothing(raw: bytes) -> None:
    """Parts that cannot be read are no facts, and no error."""
    assert xlsx_parts(raw, "表").texts == {}
    assert ods_parts(raw, "表") == NO_PARTS


@pytest.mark.parametrize("drawing", ["<wsDr/>", None], ids=["empty", "missing"])
@pytest.mark.parametrize("kind", ["drawing", "vmlDrawing"])
def test_a_drawing_without_anything_is_no_object(kind: str, drawing: str | None) -> None:
    """A sheet whose pictures were deleted keeps its drawing, with nothing in it; others name one that is missing."""
    related = f'<Relationships><Relationship Id="r1" Type="x/{kind}" Target="../drawings/d.xml"/></Relationships>'
    parts = {
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": RELATIONS,
        "xl/worksheets/s.xml": '<worksheet><row r="2" hidden="1"></row></worksheet>',
        "xl/worksheets/_rels/s.xml.rels": related,
        **({"xl/drawings/d.xml": drawing} if drawing else {}),
    }
    facts = xlsx_parts(zipped(parts), "表").facts
    assert (facts.objects, facts.hidden_rows) == ((), (1,))


def test_links_are_no_drawings(tmp_path: Path) -> None:
    """A sheet's links stand among its relations, too; they are no objects."""
    path = book(tmp_path / "t.xlsx", GOOD, lambda _, sheet: sheet.write_url("A6", "https://www.example.com/"))
    assert judged(path)["1-8"].ok is True


CELLS = st.dictionaries(st.integers(0, 5), st.sets(st.integers(1, 12), min_size=1).map(sorted), max_size=4)


@given(CELLS)
def test_ranges_name_every_cell_once(cells: dict[int, list[int]]) -> None:
    """Joined to ranges, exactly the same cells are named."""
    named: list[str] = []
    for shown in cell_ranges(cells):
        first, _, last = shown.partition(":")
        (left, top), (right, bottom) = (re.fullmatch(r"([A-Z]+)(\d+)", end).groups() for end in (first, last or first))  # type: ignore[union-attr]
        columns = range(ord(left), ord(right) + 1)
        named += [f"{chr(column)}{row}" for column in columns for row in range(int(top), int(bottom) + 1)]
    assert sorted(named) == sorted(f"{column_letter(column)}{row}" for column, rows in cells.items() for row in rows)


@pytest.mark.parametrize(
    ("name", "content", "first", "stage"),
    [
        ("a.pdf", b"%PDF-1.7\n", False, 0),
        ("a.csv", "町名,人口\n上目黒,5\n".encode(), True, 3),
        ("a.csv", "題名,\n,\n町名,人口\n上目黒,5\n中目黒,6\n".encode(), True, 2),
        ("a.csv", b"\r\n", None, None),
    ],
    ids=["pdf", "tidy", "title above", "empty"],
)
def test_the_stage_is_told(tmp_path: Path, name: str, content: bytes, first: bool | None, stage: int | None) -> None:
    """A closed form is stage 0, a table that is not tidy 2, a tidy one 3; an empty file has none."""
    path = tmp_path / name
    path.write_bytes(content)
    seen = inspect_file(path)
    assert (seen.judgements[0].ok, seen.stage) == (first, stage)


def test_a_standards_header_is_stage_four() -> None:
    """A tidy table under a national standard's names has the highest stage that is described."""
    aed = load_standard("aed")
    sample = ROOT / "standard_schemas" / aed.id / aed.version / "valid.csv"
    assert inspect_file(sample).stage == 4


@pytest.fixture
def furnished(tmp_path: Path) -> Path:
    """A workbook with many faults."""
    return book(tmp_path / "t.xlsx", [("町　名", "面積"), ("上目黒", "305"), ("中目黒", 12.5)], furnish)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_inspect_prints_it_where_the_console_is_old(command: Command, furnished: Path, lang: str) -> None:
    """The text names hidden parts, the verdict, each fault with its cells and advice, and every sign is in CP932."""
    ran = command("--lang", lang, "inspect", furnished, encoding="cp932:strict")
    assert ran.code == 0
    assert ran.err == ""
    assert inspect_file(furnished).verdict(lang) in ran.out
    for judgement in inspect_file(furnished).judgements:
        if judgement.ok is False:
            assert item_text(judgement.item, "question", lang) in ran.out
            assert str(judgement_text(judgement, lang)) in ran.out
    assert "控え" in ran.out


def test_inspect_gives_it_as_json(command: Command, furnished: Path) -> None:
    """JSON has all fifteen items in order, the stage, the verdict and what is hidden."""
    shown = json.loads(command("inspect", furnished, "--format", "json").out)
    assert [entry["item"] for entry in shown["machine_readability"]] == ITEMS
    assert shown["stage"] == 2
    assert shown["hidden"] == {"sheets": ["控え"], "rows": [3], "columns": ["D", "E"]}


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_item_reason_and_stage_has_its_words(lang: str) -> None:
    """Both languages ask, advise and give reasons for all of them, in signs that every console has."""
    texts = [item_text(item, part, lang) for item in ITEMS for part in ("question", "advice")]
    texts += [reason_text(reason, lang) for reason in ("unread", "unseen", "not-places")]
    texts += [stage_text(stage, lang) for stage in range(5)]
    assert all(text.encode("cp932") for text in texts)
    assert len(set(texts)) == len(texts)


@pytest.fixture(scope="module")
def real(shared: Path) -> dict[str, Inspection]:
    """Every given real file, inspected."""
    corpus = shared / "corpus"
    files = [path for path in sorted(corpus.rglob("*")) if path.is_file() and path.parent != corpus]
    return {path.relative_to(corpus).as_posix(): inspect_file(path) for path in files}


def test_every_real_file_is_judged(real: dict[str, Inspection]) -> None:
    """Whatever a city published, all fifteen items have an answer or a reason, and faults have cells."""
    assert len(real) >= 145
    for name, seen in real.items():
        assert [judgement.item for judgement in seen.judgements] == ITEMS, name
        for found in seen.judgements:
            assert (found.ok is None) == (found.reason is not None), (name, found)
            assert (found.ok is False) == bool(found.count), (name, found)
        assert seen.verdict("ja")
        assert seen.to_dict("en")["machine_readability"]


@pytest.mark.parametrize("name", CORPUS)
def test_real_files_are_judged_as_by_eye(real: dict[str, Inspection], name: str) -> None:
    """Files that were read by eye have exactly the faults that were seen there."""
    seen = real[name]
    faulty = " ".join(found.item for found in seen.judgements if found.ok is False)
    unjudged = " ".join(found.item for found in seen.judgements if found.ok is None)
    assert (faulty, unjudged, seen.stage) == CORPUS[name]
