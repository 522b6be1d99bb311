"""Text files and workbooks become tables: what is decided, what is kept, what is rejected, what is refused."""

from __future__ import annotations

import contextlib
import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from meguro_opendata.errors import SourceError
from meguro_opendata.sources import propose_source, read_grid, read_source, structure_findings
from meguro_opendata.sources.workbook.workbook import cell_text

Save = Callable[..., Path]
TEXT = "名称,住所\r\n髙島屋①～,目黒区\r\n"


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Write bytes, text (as UTF-8), or sheets of rows (as a workbook) to a file; its path."""

    def write(content: bytes | str | dict[str, Sequence[Sequence[Any]]], name: str = "table.csv") -> Path:
        path = tmp_path / name
        data = content.encode("utf-8") if isinstance(content, str) else content
        path.write_bytes(workbook(data) if isinstance(data, dict) else data)
        return path

    return write


def workbook(sheets: dict[str, Sequence[Sequence[Any]]], change: Callable[[Workbook], None] | None = None) -> bytes:
    """The bytes of an XLSX file with these sheets; ``None`` leaves a cell out."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(rows, start=1):
            for index, value in enumerate(row, start=1):
                cell = sheet.cell(number, index, value)
                if cell.data_type == "f":
                    cell.data_type = "s"
    if change:
        change(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def packed(member: str, declared: int | None = None) -> bytes:
    """A small ZIP archive with one member, which may declare a size that it does not have."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr(member, "<x/>")
        archive.infolist()[0].file_size = declared or len("<x/>")
    return written.getvalue()


def refusal(call: Callable[[], object]) -> SourceError:
    """The error with which a call is refused."""
    with pytest.raises(SourceError) as caught:
        call()
    return caught.value


@pytest.mark.parametrize(
    ("encode", "declared", "decided"),
    [
        ("utf-8", None, "utf-8"),
        ("utf-8-sig", None, "utf-8-sig"),
        ("utf-16", None, "utf-16"),
        ("utf-16-be-marked", None, "utf-16"),
        ("cp932", None, "cp932"),
        ("utf-8-sig", "utf-8", "utf-8-sig"),
        ("cp932", "cp932", "cp932"),
        pytest.param("utf-8-sig", "UTF-8", "utf-8-sig"),
    ],
)
def test_the_encoding_is_decided(encode: str, declared: str | None, decided: str, save: Save) -> None:
    """By BOM, strict UTF-8, strict CP932, or as declared: the same text comes out, without a mark in the header."""
    raw = b"\xfe\xff" + TEXT.encode("utf-16-be") if encode == "utf-16-be-marked" else TEXT.encode(encode)
    table = read_source(save(raw), encoding=declared)
    assert table.grid.encoding == decided
    assert table.frame.columns == ["名称", "住所"]
    assert table.frame.rows() == [("髙島屋①～", "目黒区")]


@pytest.mark.parametrize(
    ("raw", "declared", "tried", "line", "shown"),
    [
        (b"a,b\nc,\x81\n", None, ["utf-8", "cp932"], 2, "81 0a"),
        ("a\n髙島屋①".encode("cp932"), "utf-8", ["utf-8"], 2, "ee e0 93 87 89 ae 87 40"),
        pytest.param(b"\xef\xbb\xbfa\n\xff", None, ["utf-8-sig"], 2, "ff"),
        (b"a\r\n\x87\x40", "shift_jis", ["shift_jis"], 2, "87 40"),
    ],
)
def test_undecidable_bytes_are_refused_and_shown(
    raw: bytes, declared: str | None, tried: list[str], line: int, shown: str, save: Save
) -> None:
    """Bytes that fit no encoding are never guessed; the error shows the first of them and their line."""
    error = refusal(lambda: read_source(save(raw), encoding=declared))
    assert error.code == "encoding-unknown"
    assert (error.params["tried"], error.params["line"], error.params["bytes"]) == (tried, line, shown)
    assert all(shown in error.text(lang) for lang in ("ja", "en"))


@pytest.mark.parametrize(
    ("text", "delimiter", "container"),
    [
        ("名称,住所\nあ,い\n", ",", "csv"),
        ("名称\t住所\nあ\tい\n", "\t", "tsv"),
        ("名称;住所\nあ;い\n", ";", "csv"),
        ("表題\n\n名称\t住所\nあ\tい\n", "\t", "tsv"),
        pytest.param('"名称;別名;通称",住所\nあ,い\n', ",", "csv"),
    ],
)
def test_the_delimiter_is_the_one_that_separates(text: str, delimiter: str, container: str, save: Save) -> None:
    """Comma, tab or semicolon, told by the first line that has any, also below a title line."""
    grid = read_grid(save(text))
    assert (grid.delimiter, grid.container) == (delimiter, container)
    assert grid.record(grid.height - 1) == ["あ", "い"]


@pytest.mark.parametrize(
    ("text", "newline", "lines"),
    [
        ("a,b\n1,2\n3,4\n", "lf", (2, 3)),
        ("a,b\r\n1,2\r\n3,4", "crlf", (2, 3)),
        ("a,b\r1,2\r3,4\r", "cr", (2, 3)),
        ("a,b\r\n1,2\n3,4\r", "mixed", (2, 3)),
        ('a,b\n"1\n\n1",2\n3,4\n', "lf", (2, 5)),
        ('a,b\r\n"1\r\n1",2\r\n3,4\r\n', "crlf", (2, 4)),
    ],
)
def test_records_are_counted_and_keep_their_lines(text: str, newline: str, lines: tuple[int, ...], save: Save) -> None:
    """A quoted line break belongs to its record: record numbers go on by one, physical lines do not."""
    table = read_source(save(text))
    assert (table.grid.newline, [*table.rows], tuple(table.lines or ())) == (newline, [2, 3], lines)
    assert table.frame.rows()[1] == ("3", "4")


def test_ragged_records_are_filled_kept_and_told(save: Save) -> None:
    """Short records are filled, cells beyond the header get a column; both are findings, a blank tail is not."""
    table = read_source(save('a,b\n1\n"1\n1",2,3\n1,2,,\n1,2\n'))
    assert table.frame.columns == ["a", "b", "C列"]
    assert table.frame.rows() == [("1", "", ""), ("1\n1", "2", "3"), ("1", "2", ""), ("1", "2", "")]
    assert (table.header_width, [*(table.widths or ())]) == (2, [1, 3, 4, 2])
    found = [(f.code, f.severity, f.row, f.line, f.params["width"]) for f in structure_findings(table)]
    assert found == [("ragged-row", "error", 2, 2, 1), ("ragged-row", "error", 3, 3, 3)]


def test_trailing_empty_columns_and_rows_are_no_part_of_the_table(save: Save) -> None:
    """What a spreadsheet writes around its table (commas to the right, blank lines below) is left out."""
    table = read_source(save("a,b,,\n1,2,,\n3, ,,\n,,,\n\n \n"))
    assert table.frame.columns == ["a", "b"]
    assert table.frame.rows() == [("1", "2"), ("3", " ")]
    assert (table.rows_in, table.rejected) == (2, ())
    assert structure_findings(table) == []


MESSY = "a,b\n1,2\n,\n※注意書き,\n3,4\n合 計,6\n備考：,7\n計,\n出典：区,\n,小計\n 小計 ,9\n5,6\n,\n"
MESSY_REASONS = [(3, "blank"), (4, "note"), (6, "total"), (9, "note"), (11, "total")]


SKIPPED = [(2, "見本"), (3, "blank"), (4, "脚注"), *MESSY_REASONS[2:]]


@pytest.mark.parametrize(
    ("options", "rows", "rejected"),
    [
        ({}, (2, 5, 7, 8, 10, 12), MESSY_REASONS),
        ({"skip": {2: "見本", 4: "脚注"}}, (5, 7, 8, 10, 12), SKIPPED),
        ({"keep_all": True}, tuple(range(2, 13)), []),
        ({"keep_all": True, "skip": {3: "空行"}}, (2, *range(4, 13)), [(3, "空行")]),
    ],
)
def test_every_record_is_a_row_or_rejected_with_its_reason(
    options: dict[str, Any], rows: tuple[int, ...], rejected: list[tuple[int, str]], save: Save
) -> None:
    """Blank records, notes, totals and those named are left out with reasons; all others stay; none is lost."""
    table = read_source(save(MESSY), **options)
    assert tuple(table.rows) == rows
    assert [(record.row, record.reason) for record in table.rejected] == rejected
    assert table.rows_in == len(rows) + len(rejected) == 11
    assert {record.text for record in table.rejected if record.row == 6} == (
        {"合 計 6"} if (6, "total") in rejected else set()
    )


def test_every_column_has_a_name_of_its_own(save: Save) -> None:
    """Repeated headers are numbered and blank ones named by letter, also where such a name is taken."""
    table = read_source(save("名称,,名称,B列,名称#2,名称,\n1,2,3,4,5,6,7\n"))
    assert table.labels == ("名称", "", "名称", "B列", "名称#2", "名称", "")
    assert table.frame.columns == ["名称", "B列", "名称#2", "B列#2", "名称#2#2", "名称#3", "G列"]
    assert table.frame.rows() == [tuple("1234567")]
    repeated, *blank = structure_findings(table)
    assert (repeated.code, repeated.value, repeated.params["places"]) == ("duplicate-header", "名称", ["A", "C", "F"])
    assert [(found.code, found.column) for found in blank] == [("blank-label", "B列"), ("blank-label", "G列")]


def test_a_merged_header_of_two_levels_becomes_one_label_a_column(save: Save) -> None:
    """A merged cell's text stands over all of its columns; the levels are joined, and cells keep their addresses."""

    def merge(book: Workbook) -> None:
        for cells in ("A1:D1", "A2:A3", "B2:C2", "D2:D3"):
            book["表"].merge_cells(cells)

    rows = [["一覧"], ["施設\n名", "所在地", None, "備考"], [None, "住所", "緯度", None], ["あ", "い", 35.5, None]]
    table = read_source(save(workbook({"表": rows}, merge), "t.xlsx"), header_row=3, header_rows=2)
    assert table.labels == ("施設名", "所在地_住所", "所在地_緯度", "備考")
    assert table.frame.rows() == [("あ", "い", "35.5", "")]
    assert table.address(4, "所在地_緯度") == "C4"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2023, 4, 1), "2023-04-01"),
        (datetime(2023, 4, 1, 9, 20), "2023-04-01 09:20:00"),  # noqa: DTZ001 (a workbook knows no zone)
        (time(9, 5), "09:05"),
        (time(9, 5, 7), "09:05:07"),
        (timedelta(hours=26, minutes=5), "26:05"),
        (65, "65"),
        (35.6565735, "35.6565735"),
        (1234567890123, "1234567890123"),
        (False, "FALSE"),
        pytest.param(1234567890123456, "1234567890123456"),
        pytest.param("#N/A", "#N/A"),
    ],
)
def test_a_cell_is_the_text_that_one_reads_in_it(value: object, text: str, save: Save) -> None:
    """True dates, times, numbers and truth values of a workbook become text as a clerk would write it."""
    table = read_source(save({"表": [["値", "次"], [value, "x"]]}, "t.xlsx"))
    assert table.frame.rows() == [(text, "x")]


def test_a_values_text() -> None:
    """Line breaks, midnight and rounded seconds of single values."""
    texts = {
        "a\r\nb": "a\nb",
        datetime(2023, 4, 1): "2023-04-01",  # noqa: DTZ001 (as above)
        timedelta(minutes=59, seconds=59.9): "01:00",
    }
    assert {value: cell_text(value) for value in texts} == texts


def hide_first(book: Workbook) -> None:
    """Hide the first sheet."""
    book.worksheets[0].sheet_state = "hidden"


SHEETS = {"作業": [["x"], ["1"]], "一覧": [["名称"], ["あ"]], "次": [["名称"], ["い"]]}


@pytest.mark.parametrize(
    ("change", "sheet", "read"),
    [(None, None, "作業"), (hide_first, None, "一覧"), (None, "次", "次"), (hide_first, "作業", "作業")],
)
def test_the_sheet_is_the_named_or_the_first_visible_one(
    change: Callable[[Workbook], None] | None, sheet: str | None, read: str, save: Save
) -> None:
    """Hidden sheets are read only when they are asked for by name."""
    grid = read_grid(save(workbook(SHEETS, change), "t.xlsx"), sheet)
    assert (grid.sheet, grid.sheets, grid.head(grid.height)) == (read, ("作業", "一覧", "次"), SHEETS[read])


def test_a_missing_sheet_is_told_with_those_that_are_there(save: Save) -> None:
    """The error names the file's sheets, so that the right one can be copied."""
    path = save(SHEETS, "t.xlsx")
    error = refusal(lambda: read_source(path, sheet="一覧表"))
    assert error.code == "sheet-missing"
    assert "作業、一覧、次" in error.text("ja")
    assert "作業, 一覧, 次" in error.text("en")


def test_sheet_and_header_are_proposed_by_the_names(save: Save) -> None:
    """Without a declaration the visible sheet and record that fit the wanted names best are taken; places stay."""
    sheets = {
        "隠": [["名称", "住所", "電話"], ["1", "2", "3"]],
        "表紙": [["名称の一覧"], ["住所"]],
        "一覧": [[None], [None], [None, "名　称", "住所"], [None, "あ", "い"], [None, "※注"]],
    }
    table = propose_source(save(workbook(sheets, hide_first), "t.xlsx"), ["名称", "住所", "電話"])
    assert (table.grid.sheet, table.header_row, [*table.rows]) == ("一覧", 3, [4, 5])
    assert table.address(4, "住所") == "C4"


def test_cells_are_addressed_as_excel_shows_them(save: Save) -> None:
    """Letters go on after Z; columns that do not exist have no address, and text files have none at all."""
    names = [f"c{number}" for number in range(1, 56)]
    table = read_source(save({"表": [names, ["x"] * 55]}, "t.xlsx"))
    wanted = {"c1": "A2", "c26": "Z2", "c27": "AA2", "c52": "AZ2", "c53": "BA2", "c99": None, None: None}
    assert {name: table.address(2, name) for name in wanted} == wanted
    assert read_source(save("a\n1\n")).address(2, "a") is None


SUBTLE = [
    ('a,b\n1,"2\n3,4\n5,6\n', {}, "text-broken"),
    (b"\xef\xbb\xbf<html><table>", {}, "html-without-table"),
    ("<table><tr><td> </td></tr></table>", {}, "html-without-table"),
    (packed("xl/workbook.bin", 2_000_000_000), {}, "workbook-too-large"),
    ("a,b\n1,2\n", {"header_row": 0}, "header-missing"),
    ("a,b\n1,2\n", {"encoding": "klingon"}, "encoding-name"),
]


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        (b"", {}, "file-empty"),
        (b"\xef\xbb\xbf\r\n \t\r\n", {}, "file-empty"),
        ("a,b\n1,2\n", {"header_row": 3}, "header-missing"),
        ("a,b\n,\n1,2\n", {"header_row": 2}, "header-missing"),
        ({"表": []}, {}, "header-missing"),
        ("a,b\n1,2\n", {"sheet": "表"}, "sheet-of-text"),
        (b"%PDF-1.7\n", {}, "container-pdf"),
        (" \n<!doctype HTML><table></table>", {}, "html-without-table"),
        ('<?xml version="1.0"?><Workbook/>', {}, "container-refused"),
        (packed("readme.txt"), {}, "container-archive"),
        (packed("xl/workbook.xml"), {}, "workbook-broken"),
        (b"PK\x03\x04 xl/workbook.xml", {}, "archive-cut"),
        (workbook({"表": [["a"]]})[:-300], {}, "workbook-cut"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, {}, "workbook-cut"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 6000, {}, "workbook-broken"),
        (packed("xl/workbook.xml", 2_000_000_000), {}, "workbook-too-large"),
        *SUBTLE,
    ],
)
def test_what_cannot_be_read_is_refused(content: Any, options: dict[str, Any], code: str, save: Save) -> None:
    """Empty, of another kind, broken, or declaring to unpack into gigabytes: refused by name, never half read."""
    path = save(content, "t.xlsx" if isinstance(content, dict) else "t.csv")
    error = refusal(lambda: read_source(path, **options))
    assert error.code == code
    assert all(str(path) in error.text(lang) for lang in ("ja", "en"))


def test_a_folder_in_place_of_a_file_and_a_missing_file_are_told(tmp_path: Path) -> None:
    """Neither ends in an error of the operating system."""
    assert refusal(lambda: read_source(tmp_path)).code == "file-is-folder"
    assert refusal(lambda: read_source(tmp_path / "none.csv")).code == "file-missing"


OTHERS = [pytest.param(name) for name in ("t.xls", "t.ods", "t.xlsb")]


@pytest.mark.parametrize("name", ["t.csv", "t.txt", "t", *OTHERS])
def test_a_workbook_is_known_by_its_content(name: str, save: Save) -> None:
    """An XLSX file stays one under any name, as files from an office are often called."""
    table = read_source(save({"表": [["名称"], ["あ"]]}, name))
    assert (table.grid.container, table.grid.sheet, table.frame.rows()) == ("xlsx", "表", [("あ",)])


LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Cn"], exclude_characters="\ufeff")
TEXTS = st.text(st.one_of(LETTERS, st.sampled_from("\n,;\t\"'=+ ０あ亜ｱ")), max_size=8)
CELLS = TEXTS.map(lambda text: text if text.strip(" \t\n") else "")  # openpyxl does not preserve a cell of spaces alone
LABELS = st.lists(st.text(st.sampled_from("名称住所abc"), min_size=1, max_size=4), min_size=2, max_size=5)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """A header of at least two filled labels and rows of any text of the same width, the last one not blank."""
    header = draw(LABELS)
    rows = draw(st.lists(st.lists(CELLS, min_size=len(header), max_size=len(header)), max_size=6))
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    return [header, *rows]


@settings(max_examples=150, deadline=None)
@given(tables())
def test_any_table_comes_back_cell_for_cell(tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]) -> None:
    """Whatever the text, CSV in UTF-8 and CP932 and XLSX give back each cell as it was written."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(table)
    files = {"utf-8": text.getvalue().encode("utf-8"), "xlsx": workbook({"表": table})}
    with contextlib.suppress(UnicodeEncodeError):
        cp932 = text.getvalue().encode("cp932")
        if cp932.decode("cp932") == text.getvalue():  # a few signs, such as ¬, come back as their full-width form
            files["cp932"] = cp932
    for name, data in files.items():
        path = tmp_path_factory.getbasetemp() / name
        path.write_bytes(data)
        back = read_source(path, keep_all=True, encoding="cp932" if name == "cp932" else None)
        assert [list(row) for row in back.frame.rows()] == table[1:]
        assert list(back.labels) == table[0]
        assert back.rows_in == len(table) - 1
