"""Numbers as their cells show them, text of Excel 95, times of OpenDocument."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from old_workbooks import compound, excel_95, excel_97, label, record
from openpyxl import Workbook

from meguro_opendata.errors import SourceError
from meguro_opendata.pipeline.conversion import convert_file
from meguro_opendata.sources import read_grid
from meguro_opendata.sources.workbook.numberformats import number_format
from meguro_opendata.sources.workbook.odsvalues import is_spelt_out
from meguro_opendata.validation import validate_file

# What Excel shows in a cell with this format and number; None: nothing but the digits, or an amount, date or sign.
SHOWN: list[tuple[str, float, str | None]] = [
    ("0000000000", 1, "0000000001"),
    ("000000", 11002, "011002"),
    ("0000000", 12003, "0012003"),
    ("0000", 12345, "12345"),
    ("00", 0, "00"),
    ("0000000000000", 7000020131105, "7000020131105"),
    ("000-0000", 1530001, "153-0001"),
    ("000\\-0000", 1234, "000-1234"),
    ("###-####", 1234, "-1234"),
    ("000-00-0000", 12345, "000-01-2345"),
    ("0-0-0", 7, "0-0-7"),
    ("00-000", 1234567, "1234-567"),
    ("0000000000;[Red]-0000000000", 25, "0000000025"),
    ("[<=999]000;[<=9999]000\\-00;000\\-0000", 1530001, "153-0001"),
    ("[<=999]000;[<=9999]000\\-00;000\\-0000", 1530, "015-30"),
    ("[<=999]000;[<=9999]000\\-00;000\\-0000", 153, "153"),
    ("[<=99999999]####\\-####;\\(00\\)\\ ####\\-####", 357229270, "(03) 5722-9270"),
    ("[<=99999999]####\\-####;\\(00\\)\\ ####\\-####", 57229270, "5722-9270"),
    ('"第"0"号"', 3, "第3号"),
    ("第0号", 12, "第12号"),
    ('"A"0000', 12, "A0012"),
    ("\\K000", 5, "K005"),
    ('"〒"000-0000', 1530001, "〒153-0001"),
    ('General"号"', 5, "5号"),
    ('G/標準"号"', 5, "5号"),
    ('"No."General', 5.5, "No.5.5"),
    ('0"人"', 100, "100人"),
    ("[赤]000", 5, "005"),
    ("[$-411]000", 5, "005"),
    ("000_ ", 5, "005"),
    ("* 000", 5, "005"),
    ("?00", 5, "05"),
    ('0;-0;"なし"', 0, "なし"),
    ('000;-000;"なし"', 7, "007"),
    ('"0;0"00', 7, "0;007"),
    ("(000)", 7, "(007)"),
    ("000", 1.5, None),
    ("000", -5, None),
    ("000;;", 0, None),
    ("General", 5, None),
    ("0", 5, None),
    ("#", 5, None),
    ("@", 5, None),
    ("#,##0", 1234, None),
    ('#,##0"円"', 1234, None),
    ("0,000", 1234, None),
    ("0.00", 1.1, None),
    ("000.0", 1.5, None),
    ("0%", 0.5, None),
    ("0.00E+00", 5, None),
    ("# ?/?", 0.5, None),
    ("yyyy/mm/dd", 45000, None),
    ('ggge"年"m"月"d"日"', 45000, None),
    ("[h]:mm", 1.5, None),
    ("00:00", 930, "09:30"),
    ("[DBNum3]000", 5, None),
]
FORMATS = [entry for entry in SHOWN if entry[0] not in ('G/標準"号"',)]


@pytest.mark.parametrize(("code", "value", "shown"), SHOWN)
def test_a_format_shows_what_excel_shows(code: str, value: float, shown: str | None) -> None:
    """Leading zeros, hyphens, words, conditions; never the form of an amount, a date, or a part of the digits."""
    known = number_format(code)
    assert (known.show(value) if known else None) == shown


@given(
    st.integers(0, 10**15),
    st.lists(st.sampled_from(["0", "0", "0", "-", '"号"', "\\/", "第"]), min_size=2, max_size=16),
)
def test_no_digit_is_lost_or_added(value: int, parts: list[str]) -> None:
    """Whatever the format, the digits that are shown are those of the number, with zeros before them."""
    known = number_format("".join(parts))
    shown = known.show(value) if known else None
    if shown is not None and "0" in parts:
        digits = "".join(sign for sign in shown if sign.isdigit())
        assert int(digits) == value
        assert len(digits) == max(parts.count("0"), len(str(value)) if value else 0)


@given(st.integers(0, 10**12), st.integers(2, 14))
def test_spelt_out_numbers_of_ods_are_those_of_the_other_workbooks(value: int, places: int) -> None:
    """OpenDocument has the text that is shown: it counts where the same format of Excel shows something else."""
    known = number_format("0" * places)
    assert known is not None
    shown = known.show(value)
    assert shown is not None
    assert is_spelt_out(shown, str(value)) == (shown != str(value))


def in_xlsx(path: Path, header: list[str], rows: list[list[tuple[Any, str]]]) -> Path:
    """A workbook of values with their formats."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(header)
    for number, row in enumerate(rows, start=2):
        for index, (value, code) in enumerate(row, start=1):
            cell = sheet.cell(number, index, value)
            cell.number_format = code
    book.save(path)
    return path


def test_xlsx_cells_are_known_as_they_are_shown(tmp_path: Path) -> None:
    """The value of a cell stays the number; what the cell shows stands beside it, for formulas' results, too."""
    path = in_xlsx(tmp_path / "t.xlsx", ["a"], [[(value, code)] for code, value, _ in FORMATS])
    grid = read_grid(path)
    wanted = {row: shown for row, (_, _, shown) in enumerate(FORMATS, start=1) if shown is not None}
    assert {row: text for row, text in grid.facts.shown[0].items() if text != grid.cells[row, 0]} == {
        row: shown for row, shown in wanted.items() if shown != grid.cells[row, 0]
    }


def test_xls_cells_are_known_as_they_are_shown() -> None:
    """Numbers in each of the forms that an old workbook has for them, and the results of formulas."""
    from meguro_opendata.sources.workbook.xlsparts import biff_parts

    kept = [(code, value, shown) for code, value, shown in FORMATS if value >= 0 and shown]
    cells = b""
    for row, (_, value, _) in enumerate(kept):
        cells += record(0x203, struct.pack("<HHHd", row, 0, row, value))
        if value == int(value) and value < 1 << 29:
            packed = int(value) << 2 | 2
            cells += record(0x27E, struct.pack("<HHHI", row, 1, row, packed))
            cells += record(0xBD, struct.pack("<HHHIHIH", row, 2, row, packed, row, packed, 3))
        cells += record(0x6, struct.pack("<HHHdHI", row, 4, row, value, 0, 0))
    seen = biff_parts(excel_97(cells, [code for code, _, _ in kept]), "表").facts.shown
    for row, (_, value, shown) in enumerate(kept):
        columns = (0, 1, 2, 3, 4) if value == int(value) and value < 1 << 29 else (0, 4)
        assert [seen[column].get(row) for column in columns] == [shown] * len(columns)


CODES = ["全国地方公共団体コード", "ID", "名称", "緯度", "経度", "電話番号", "小児対応設備の有無", "別の番号", "人数"]


def test_codes_are_published_and_checked_as_they_are_shown(tmp_path: Path) -> None:
    """In items of codes and text; amounts and coordinates keep their number; each is a change, ``validate`` says so."""
    row: list[tuple[Any, str]] = [
        (11002, "000000"),
        (1, "0000000000"),
        (3, '"第"0"号見本"'),
        (35.5, "000.0"),
        (139, "0000"),
        (357229270, "0000000000"),
        ("有", "General"),
        (7, "000-0000"),
        (5, '0"人"'),
    ]
    path = in_xlsx(tmp_path / "t.xlsx", CODES, [row])
    release = convert_file(path, "aed", tmp_path / "out")
    data = next((tmp_path / "out").glob("*_aed.csv")).read_text(encoding="utf-8-sig")
    record_ = dict(zip(*list(csv.reader(io.StringIO(data)))[:2], strict=True))
    assert [record_[name] for name in CODES] == [
        *("011002", "0000000001", "第3号見本", "35.5", "139", "(03)5722-9270", "有", "000-0007", "5")
    ]
    changes = [(one.field, one.before, one.after) for one in release.changes if one.rule == "shown"]
    assert changes == [
        ("全国地方公共団体コード", "11002", "011002"),
        ("ID", "1", "0000000001"),
        ("名称", "3", "第3号見本"),
        ("電話番号", "357229270", "0357229270"),
        ("別の番号", "7", "000-0007"),
    ]
    found = {one.field for one in validate_file(path, "aed").findings if one.code == "shown-by-format"}
    assert found == {"全国地方公共団体コード", "ID", "名称", "電話番号"}


ODS_CELLS = {
    '<x office:value-type="time" office:time-value="PT24H00M00S"><text:p>24:00</text:p></x>': ("24:00", None),
    '<x office:value-type="time" office:time-value="PT9H5M"><text:p>9:05</text:p></x>': ("09:05", None),
    '<x office:value-type="time" office:time-value="P1DT1H30M00S"/>': ("25:30", None),
    '<x office:value-type="time" office:time-value="PT100H00M30,4S"/>': ("100:00:30", None),
    '<x office:value-type="date" office:date-value="2024-04-01"><text:p>R6.4.1</text:p></x>': ("2024-04-01", None),
    '<x office:value-type="float" office:value="1"><text:p>0000000001</text:p></x>': ("1", "0000000001"),
    '<x office:value-type="float" office:value="1530001"><text:p>153-0001</text:p></x>': ("1530001", "153-0001"),
    '<x office:value-type="float" office:value="1234"><text:p>1,234</text:p></x>': ("1234", None),
    '<x office:value-type="float" office:value="0.5"><text:p>0.50</text:p></x>': ("0.5", None),
    '<x office:value-type="percentage" office:value="0.255"><text:p>25.5%</text:p></x>': ("0.255", None),
    '<x office:value-type="currency" office:currency="JPY" office:value="500"><text:p>￥500</text:p></x>': (
        "500",
        None,
    ),
    '<x office:value-type="boolean" office:boolean-value="true"><text:p>TRUE</text:p></x>': ("TRUE", None),
    '<x office:value-type="string"><text:p>PT24H00M00S</text:p></x>': ("PT24H00M00S", None),
    '<x office:value-type="string"><text:p>0001</text:p></x>': ("0001", None),
}


@pytest.mark.parametrize("before", ["", '<x table:number-columns-repeated="3"/>'], ids=["first", "behind a gap"])
def test_the_values_of_an_ods_sheet_are_those_of_the_other_workbooks(before: str, tmp_path: Path) -> None:
    """Times of any length, dates, amounts, truth, text; numbers that are shown with zeros and hyphens."""
    rows = "".join(f"<table:table-row>{before}{cell}</table:table-row>" for cell in ODS_CELLS)
    rows = rows.replace("<x ", "<table:table-cell ").replace("</x>", "</table:table-cell>")
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="表">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "t.ods"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", "<manifest/>")
        package.writestr("content.xml", content)
    grid = read_grid(path)
    column = grid.width - 1
    shown = grid.facts.shown.get(column, {})
    assert [(grid.cells[row, column], shown.get(row)) for row in range(grid.height)] == list(ODS_CELLS.values())


def test_text_of_excel_95_is_decoded_by_its_code_page(tmp_path: Path) -> None:
    """Names of sheets and text in cells, by the record of the workbook, Japanese where it has none."""
    cells = label(0, 0, "名称".encode("cp932")) + label(1, 0, "見本館①".encode("cp932"))
    for codepage in (932, None):
        path = tmp_path / "t.xls"
        path.write_bytes(excel_95(cells, "一覧表".encode("cp932"), codepage))
        grid = read_grid(path, "一覧表")
        assert (grid.sheets, grid.cells.to_series().to_list()) == (("一覧表",), ["名称", "見本館①"])
    with pytest.raises(SourceError) as missing:
        read_grid(path, "表")
    assert (missing.value.code, missing.value.params["sheets"]) == ("sheet-missing", ["一覧表"])


@pytest.mark.parametrize(("text", "codepage"), [(b"\x81\xff", 932), (b"\x96\xbc", 9999)])
def test_text_of_excel_95_in_no_code_page_is_refused_by_name(text: bytes, codepage: int, tmp_path: Path) -> None:
    """It is never read as characters that are not in the file."""
    path = tmp_path / "t.xls"
    path.write_bytes(excel_95(label(0, 0, b"a") + label(1, 0, text), b"S", codepage))
    with pytest.raises(SourceError) as refused:
        read_grid(path)
    assert (refused.value.code, refused.value.params["codepage"]) == ("workbook-codepage", codepage)


def files(tmp_path: Path) -> dict[str, tuple[bytes, str]]:
    """Whole workbooks by their ending, and the code of the refusal when they are cut."""
    xlsx = in_xlsx(tmp_path / "whole.xlsx", ["a", "b"], [[(at, "0"), ("x" * 50, "General")] for at in range(50)])
    ods = io.BytesIO()
    with zipfile.ZipFile(ods, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        package.writestr("content.xml", "<office:document-content/>" + " " * 5000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("a.csv", "a,b\n" * 500)
    cells = b"".join(label(row, 0, b"x" * 40) for row in range(200))
    return {
        "xlsx": (xlsx.read_bytes(), "workbook-cut"),
        "ods": (ods.getvalue(), "workbook-cut-ods"),
        "zip": (packed.getvalue(), "archive-cut"),
        "xls": (compound({"Workbook": excel_97(cells)}), "workbook-cut"),
    }


@pytest.mark.parametrize("ending", ["xlsx", "ods", "zip", "xls"])
def test_a_file_that_is_cut_off_is_called_so(ending: str, tmp_path: Path) -> None:
    """Wherever the download broke off; no half of a table is read, and no library's fault ends the program."""
    whole, code = files(tmp_path)[ending]
    path = tmp_path / f"t.{ending}"
    for share in range(2, 100, 7):
        path.write_bytes(whole[: max(8, len(whole) * share // 100)])
        with pytest.raises(SourceError) as refused:
            read_grid(path)
        assert refused.value.code == code, share
