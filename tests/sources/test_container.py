"""What a file is shows in its content: every container is told by it, read whole, or refused with what to do."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from old_workbooks import SECTOR, compound, record

from meguro_opendata.errors import SourceError
from meguro_opendata.inspection.profiler import inspect_file
from meguro_opendata.sources import Grid, container_at, container_of, propose_source, read_grid, read_source
from meguro_opendata.sources.workbook.compoundfile import compound_kind, workbook_sheets

Rows = Sequence[Sequence[str]]
OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns"


def zipped(members: dict[str, str | bytes]) -> bytes:
    """A ZIP archive of these members."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return written.getvalue()


def as_csv(rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """A text file."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n", delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsxwriter(rows: Rows) -> bytes:
    """A workbook as XlsxWriter writes it: strings in a table of their own."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet("表")
        for number, row in enumerate(rows):
            for index, text in enumerate(row):
                sheet.write_string(number, index, text)
    return written.getvalue()


def as_openpyxl(rows: Rows) -> bytes:
    """A workbook as openpyxl writes it."""
    book = openpyxl.Workbook()
    for number, row in enumerate(rows, start=1):
        for index, text in enumerate(row, start=1):
            cell = book.worksheets[0].cell(number, index, text or None)
            cell.data_type = "s" if text else cell.data_type
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def ods_package(content: str, manifest: str = "") -> bytes:
    """An OpenDocument spreadsheet with this inside of its body."""
    spaces = " ".join(f'xmlns:{name}="{OPEN_DOCUMENT}:{name}:1.0"' for name in ("office", "table", "text"))
    body = f"<office:body><office:spreadsheet>{content}</office:spreadsheet></office:body>"
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f"<manifest>{manifest}</manifest>",
            "content.xml": f'<?xml version="1.0"?><office:document-content {spaces}>{body}</office:document-content>',
        }
    )


def as_ods(rows: Rows) -> bytes:
    """An OpenDocument spreadsheet; lines of a cell are paragraphs, blanks in rows are elements."""

    def paragraph(line: str) -> str:
        return f"<text:p>{escape(line).replace(' ', '<text:s/>').replace(chr(9), '<text:tab/>')}</text:p>"

    def cell(text: str) -> str:
        lines = "".join(map(paragraph, text.split("\n")))
        return (
            f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'
            if text
            else "<table:table-cell/>"
        )

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    return ods_package(f'<table:table table:name="表">{body}</table:table>')


def referenced(text: str) -> str:
    """The text for XML, white space written so that it stays."""
    return "".join(f"&#{ord(sign)};" if sign in "\n\t \r" else escape(sign) for sign in text)


def as_spreadsheetml(rows: Rows, encoding: str = "utf-8", more: str = "") -> bytes:
    """XML Spreadsheet 2003."""
    cells = [[f'<Cell><Data ss:Type="String">{referenced(text)}</Data></Cell>' for text in row] for row in rows]
    table = "".join(f"<Row>{''.join(row)}</Row>" for row in cells)
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<?mso-application progid="Excel.Sheet"?>\n{more}'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
        ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="表"><Table>{table}</Table></Worksheet></Workbook>'
    )
    return text.encode("cp932" if encoding == "shift_jis" else encoding)


def as_html(rows: Rows, encoding: str = "utf-8") -> bytes:
    """A web page as many systems save it under ``.xls``."""
    cells = "".join(f"<tr>{''.join(f'<td>{referenced(text)}</td>' for text in row)}</tr>\n" for row in rows)
    head = f'<meta http-equiv="Content-Type" content="text/html; charset={encoding}">'
    return f"<html><head>{head}</head><body><table border=1>\n{cells}</table></body></html>".encode(encoding)


def as_xls(rows: Rows, locked: bool = False) -> bytes:
    """An Excel 97 workbook with one sheet of short texts."""
    begin = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0x306))
    begin += record(0x2F, struct.pack("<HHH", 1, 1, 1) + bytes(48)) if locked else b""
    name = "表".encode("utf-16-le")
    length = len(begin) + 4 + 6 + 2 + len(name) + 4
    begin += record(0x85, struct.pack("<IHBB", length, 0, 1, 1) + name) + record(0xA, b"")
    sheet = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0x306))
    for number, row in enumerate(rows):
        for index, text in enumerate(row):
            letters = text.encode("utf-16-le")
            place = struct.pack("<HHHHB", number, index, 0, len(letters) // 2, 1)
            sheet += record(0x204, place + letters) if text else b""
    return compound({"Workbook": begin + sheet + record(0xA, b"")})


WRITERS: dict[str, tuple[str, Callable[[Rows], bytes]]] = {
    "csv": ("csv", as_csv),
    "csv with mark": ("csv", lambda rows: as_csv(rows, "utf-8-sig")),
    "csv in CP932": ("csv", lambda rows: as_csv(rows, "cp932")),
    "csv in UTF-16": ("csv", lambda rows: as_csv(rows, "utf-16")),
    "tsv": ("tsv", lambda rows: as_csv(rows, delimiter="\t")),
    "xlsx of XlsxWriter": ("xlsx", as_xlsxwriter),
    "xlsx of openpyxl": ("xlsx", as_openpyxl),
    "xls": ("xls", as_xls),
    "ods": ("ods", as_ods),
    "XML Spreadsheet 2003": ("spreadsheetml", as_spreadsheetml),
    "XML Spreadsheet 2003 in CP932": ("spreadsheetml", lambda rows: as_spreadsheetml(rows, "shift_jis")),
    "web page": ("html", as_html),
    "web page in CP932": ("html", lambda rows: as_html(rows, "cp932")),
    "web page with mark": ("html", lambda rows: as_html(rows, "utf-8-sig")),
}
SAMPLE = [
    ["名称", "所在地"],
    ["髙島屋①㈱ﾒｸﾞﾛ", "目黒区上目黒２－１９－１５"],
    ["", "a<b>&\"c'"],
    ["一行目\n二行目", "012"],
]


@pytest.mark.parametrize("ending", ["csv", "xls", "xlsx", "txt"])
@pytest.mark.parametrize("writer", WRITERS)
def test_a_container_is_known_by_its_content(writer: str, ending: str, tmp_path: Path) -> None:
    """Whatever the file is called, it is read as what it is, every cell of it."""
    container, write = WRITERS[writer]
    path = tmp_path / f"一覧.{ending}"
    path.write_bytes(write(SAMPLE))
    grid = read_grid(path)
    assert (grid.container, grid.head(grid.height)) == (container, SAMPLE)
    assert container_at(path) == ("text" if container in ("csv", "tsv") else container)
    assert propose_source(path, ["名称", "所在地"]).labels == ("名称", "所在地")
    assert inspect_file(path).container == container


# Signs that every container and both encodings can hold; blanks stand inside, where no container takes them away.
LETTERS = st.sampled_from("あ亜ｱ髙①㈱～０A0,;\"'=+-@&<>/　（表ソ｡")
WORDS = st.text(LETTERS, max_size=6)
CELLS = st.one_of(
    WORDS, st.builds(lambda a, sign, b: f"x{a}{sign}{b}x", WORDS, st.sampled_from([" ", "\n", "\t", "  "]), WORDS)
).filter(lambda text: text.strip("　") == text)
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=6)
)


@pytest.mark.parametrize("writer", WRITERS)
@settings(max_examples=60, deadline=None)
@given(table=TABLES)
def test_no_cell_is_lost(writer: str, tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]) -> None:
    """Any table comes back cell for cell from every container."""
    rows = [["名称", *["列"] * len(table[0])], *[["x", *row] for row in table]]
    path = tmp_path_factory.getbasetemp() / "表"
    path.write_bytes(WRITERS[writer][1](rows))
    grid = read_grid(path)
    assert [padded(record, len(rows[0])) for record in grid.head(grid.height)] == rows


def padded(cells: list[str], width: int) -> list[str]:
    """The cells of a row that may lack its last empty ones."""
    return [*cells, *[""] * (width - len(cells))]


class CountingFile(io.BytesIO):
    """A file that counts how often it is read."""

    reads = 0

    def read(self, size: int | None = -1) -> bytes:
        """Read and count."""
        self.reads += 1
        return super().read(size)


@pytest.mark.parametrize(("last", "first"), [(1, 1), (9, 2), (9, 5)], ids=["directory", "stream", "part of a stream"])
def test_a_circle_of_sectors_is_followed_once(last: int, first: int) -> None:
    """The kind is told and the sheets are counted at the cost of a sound file, though the table leads back."""
    raw = bytearray(as_xls(SAMPLE))
    struct.pack_into("<I", raw, SECTOR + 4 * last, first)
    sound, circle = CountingFile(as_xls(SAMPLE)), CountingFile(raw)
    for file in (sound, circle):
        assert (compound_kind(file), workbook_sheets(file)) == ("xls", 1)
    assert circle.reads <= sound.reads + 20


REFUSED: dict[str, tuple[bytes, str, str]] = {
    "a PDF": (b"%PDF-1.7\n", "pdf", "container-pdf"),
    "an encrypted xlsx": (
        compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}),
        "encrypted",
        "workbook-encrypted",
    ),
    "an encrypted xls": (as_xls(SAMPLE, locked=True), "encrypted", "workbook-encrypted"),
    "an encrypted ods": (ods_package("", "<manifest:encryption-data/>"), "encrypted", "workbook-encrypted"),
    "a Word document": (zipped({"word/document.xml": "<x/>"}), "unknown", "container-document"),
    "an old Word document": (compound({"WordDocument": b"x"}), "unknown", "container-document"),
    "slides": (zipped({"ppt/presentation.xml": "<x/>"}), "unknown", "container-document"),
    "rich text": (b"{\\rtf1 a}", "unknown", "container-document"),
    "a ZIP": (zipped({"a.csv": "a"}), "zip", "container-archive"),
    "an empty ZIP": (b"PK\x05\x06" + bytes(18), "zip", "container-archive"),
    "an LHA archive": (b"\x20\x20-lh5-" + bytes(40), "unknown", "container-archive"),
    "a photograph": (b"\xff\xd8\xff\xe0" + bytes(40), "unknown", "container-image"),
    "a shape": (b"\0\0\x27\x0a" + bytes(96), "shapefile", "container-geodata"),
    "a ZIP of shapes": (zipped({"a.shp": "", "a.dbf": ""}), "shapefile", "container-geodata"),
    "a table of shapes": (
        b"\x03\x7a\x0a\x0d" + struct.pack("<IHH", 1, 65, 12) + bytes(60),
        "shapefile",
        "container-geodata",
    ),
    "a GeoPackage": (b"SQLite format 3\0" + bytes(52) + b"GPKG" + bytes(40), "gpkg", "container-geodata"),
    "another database": (b"SQLite format 3\0" + bytes(100), "unknown", "container-refused"),
    "GeoJSON": (b'{ "type": "FeatureCollection", "features": []}', "geojson", "container-geodata"),
    "JSON": (b'[{"name": 1}]', "unknown", "container-json"),
    "KML": (b'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"/>', "unknown", "container-geodata"),
    "other XML": (b'<?xml version="1.0"?><Workbook/>', "unknown", "container-refused"),
    "a page without a table": (b"<!DOCTYPE html><html><h1>404 Not Found</h1></html>", "html", "html-without-table"),
    "a page of empty tables": (b"<table><tr><td>&nbsp;<td> </table>", "html", "html-without-table"),
}


# What inspect says of those that GDAL cannot read.
SEEN = {"a ZIP of shapes": "shapefile", "KML": "kml"}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_holds_no_table_is_named_and_refused(kind: str, tmp_path: Path) -> None:
    """Each is named by its content, and the refusal says in both languages what to do instead."""
    content, container, code = REFUSED[kind]
    path = tmp_path / "一覧.csv"
    path.write_bytes(content)
    assert container_of(content) == container_at(path) == container
    for read in (read_source, lambda path: propose_source(path, ["名称"])):
        with pytest.raises(SourceError) as refused:
            read(path)
        assert refused.value.code == code
        assert all(mark in refused.value.text(lang) for lang, mark in (("ja", "\n→ "), ("en", "\n-> ")))
    seen = inspect_file(path)
    if container == "geojson":  # what may be an empty layer
        assert (seen.container, seen.exit_code, seen.layer is not None) == (container, 0, True)
    else:
        assert (seen.container, seen.exit_code, seen.table) == (SEEN.get(kind, container), 2, None)


@pytest.mark.parametrize(
    "text",
    [
        "名称,住所\n",
        "<注>名称,住所\n",
        "{名称},[住所]\n",
        "[一覧]\n名称\n",
        "1,\n\n\n,,,,,,,,,\n" * 9,
        "Content,Type\n",
        "CREATE,A\n",
    ],
)
def test_a_text_is_a_text(text: str) -> None:
    """Signs by which other files begin do not make a table one of them."""
    assert container_of(text.encode("utf-8")) == "text"


def page(body: str, tmp_path: Path) -> Grid:
    """The table that is read of a web page."""
    path = tmp_path / "page.xls"
    path.write_text(body, encoding="utf-8")
    return read_grid(path)


LAYOUT = """<table><tr><td>メニュー<td>
  <table><caption>施設 一覧</caption><THEAD><TR><th rowspan="2">名称<th colspan=2>所在地</TR>
  <tr><th>区<!-- <td>x --><th>町<script>"<td>"</script></tr></THEAD>
  <tr><td>見本<br>会館 <td>目黒区<td>&#x4E0A;目黒 &amp; 中目黒&nbsp;</tr>
  <tr><td><p>第一</p><p>第二</p></td></tr></table>
</td></tr></table>"""


def test_the_table_that_holds_most_is_read_of_a_page(tmp_path: Path) -> None:
    """A table in a table is one of its own; wide cells are merged ranges, comments and scripts are not there."""
    grid = page(LAYOUT, tmp_path)
    assert (grid.sheet, grid.sheets) == ("施設 一覧", ("施設 一覧", "2"))
    assert grid.head(9) == [
        ["名称", "所在地", ""],
        ["", "区", "町"],
        ["見本\n会館", "目黒区", "上目黒 & 中目黒\xa0"],
        ["第一\n第二", "", ""],
    ]
    assert grid.merged == (((0, 0), (1, 0)), ((0, 1), (0, 2)))
    table = read_source(grid.path, header_row=2, header_rows=2)
    assert (table.labels, table.address(3, "所在地_町")) == (("名称", "所在地_区", "所在地_町"), "C3")
    assert read_grid(grid.path, "2").head(1) == [["メニュー"]]
    with pytest.raises(SourceError, match="施設 一覧、2"):
        read_grid(grid.path, "3")


@pytest.mark.parametrize("charset", ["euc-jp", "iso-2022-jp", "Shift_JIS", "utf-8"])
def test_a_pages_own_charset_counts_if_it_fits(charset: str, tmp_path: Path) -> None:
    """What the page says of its encoding is taken if every byte fits, else the rule for texts decides."""
    path = tmp_path / "page.html"
    text = f'<html><head><meta charset="{charset}"></head><table><tr><td>目黒区</table>'
    path.write_bytes(text.encode(charset))
    assert read_grid(path).head(1) == [["目黒区"]]
    path.write_bytes(text.replace(charset, "euc-jp").encode("utf-8"))
    grid = read_grid(path)
    assert (grid.head(1), grid.encoding) == ([["目黒区"]], "utf-8")


SPARSE = """<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="作業"><Table><Row><Cell><Data ss:Type="String">x</Data></Cell></Row></Table>
 <x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet>
<Worksheet ss:Name="一覧"><Table><Column ss:Hidden="1" ss:Index="2" ss:Span="1"/>
 <Row ss:Index="2"><Cell ss:MergeAcross="1" ss:MergeDown="1"><Data ss:Type="String">名<B>称</B></Data></Cell>
  <Cell><Data ss:Type="Number">65.0</Data><Comment><ss:Data>注</ss:Data></Comment></Cell></Row>
 <Row ss:Index="4" ss:Hidden="1"><Cell ss:Index="3" ss:Formula="=R1C1"/>
  <Cell ss:Formula="=1"><Data ss:Type="DateTime">2023-04-01T00:00:00.000</Data></Cell>
  <Cell><Data ss:Type="Error">#N/A</Data></Cell><Cell><Data ss:Type="Boolean">0</Data></Cell></Row>
</Table></Worksheet></Workbook>"""


def test_an_xml_spreadsheet_keeps_places_and_facts(tmp_path: Path) -> None:
    """Skipped rows and cells, merged ranges, kinds of value, notes, formulas and what is hidden are all seen."""
    path = tmp_path / "list.xls"
    path.write_text(SPARSE, encoding="utf-8")
    grid = read_grid(path)
    assert (grid.sheet, grid.sheets, grid.merged) == ("一覧", ("作業", "一覧"), (((1, 0), (2, 1)),))
    assert grid.head(9) == [
        [""] * 6,
        ["名称", "", "65", "", "", ""],
        [""] * 6,
        ["", "", "=R1C1", "2023-04-01", "#N/A", "FALSE"],
    ]
    facts = grid.facts
    assert (facts.formulas, facts.uncalculated, facts.notes) == ({(3, 2), (3, 3)}, {(3, 2)}, {(1, 2)})
    assert (facts.hidden_rows, facts.hidden_columns, facts.hidden_sheets) == ((3,), (1, 2), ("作業",))
    assert read_grid(path, "作業").head(1) == [["x"]]


@pytest.mark.parametrize("broken", ['ss:Index="-1"', 'ss:Index="9999999999"', 'ss:Index="a"', "<"])
def test_a_broken_xml_spreadsheet_is_told(broken: str, tmp_path: Path) -> None:
    """Places that are no numbers and XML that is not well-formed are refused."""
    path = tmp_path / "list.xls"
    path.write_text(SPARSE.replace('ss:Index="3"', broken), encoding="utf-8")
    with pytest.raises(SourceError) as refused:
        read_grid(path)
    assert refused.value.code == "workbook-broken"


def test_old_workbooks_of_the_given_files_are_told(shared: Path) -> None:
    """Every real workbook is told by its content, and none is taken for an encrypted one."""
    paths = [path for path in (shared / "corpus").rglob("*") if path.suffix in (".xls", ".xlsx")]
    assert {path.name: container_at(path) for path in paths} == {path.name: path.suffix[1:] for path in paths}
