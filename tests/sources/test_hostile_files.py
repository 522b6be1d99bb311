"""Files made to harm: each is refused by name or read safely within a gigabyte, and no CSV of ours is live."""

from __future__ import annotations

import csv
import io
import json
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from old_workbooks import compound, excel_97, record

from meguro_opendata.files.formulas import guarded, unguarded
from meguro_opendata.files.tables import csv_bytes, guarded_frame, plain_csv_bytes, read_csv_rows
from meguro_opendata.sources import read_source
from meguro_opendata.sources.table import column_letter

GIGABYTE = 1 << 30
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
OPEN = "urn:oasis:names:tc:opendocument:xmlns"
EXCEL = "urn:schemas-microsoft-com:office:spreadsheet"
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(12)
)
LAUGHS += "]>"


def packed(members: dict[str, str | bytes]) -> bytes:
    """A ZIP archive of these members."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return written.getvalue()


def xlsx(cells: str, strings: str = "", start: str = "", sheet: str = "表") -> bytes:
    """A workbook whose sheet holds a cell A1 and these."""
    first = '<row r="1"><c r="A1" t="inlineStr"><is><t>名称</t></is></c></row>'
    relations = [("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml")]
    return packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Default Extension="xml" ContentType="text/xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}">'
            f'<Relationship Id="r0" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            f'<sheet name="{sheet}" sheetId="1" r:id="r0"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
            + "".join(
                f'<Relationship Id="r{at}" Type="{OFFICE}/{kind}" Target="{name}"/>'
                for at, (kind, name) in enumerate(relations)
            )
            + "</Relationships>",
            "xl/sharedStrings.xml": strings or f'<sst xmlns="{MAIN}"/>',
            "xl/worksheets/sheet1.xml": f'{start}<worksheet xmlns="{MAIN}"><sheetData>{first}{cells}'
            "</sheetData></worksheet>",
        }
    )


def far(reference: str, row: int) -> str:
    """A filled cell whose attribute ``r`` is written so."""
    return f'<row r="{row}"><c {reference} t="inlineStr"><is><t>x</t></is></c></row>'


def ods(rows: str, start: str = "") -> bytes:
    """An OpenDocument sheet with these rows."""
    spaces = " ".join(f'xmlns:{name}="{OPEN}:{name}:1.0"' for name in ("office", "table", "text"))
    body = f'<office:body><office:spreadsheet><table:table table:name="表">{rows}</table:table></office:spreadsheet>'
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": "<manifest/>",
            "content.xml": f"{start}<office:document-content {spaces}>{body}</office:body></office:document-content>",
        }
    )


def repeated(rows: int, columns: int, text: str = "<text:p>x</text:p>") -> str:
    """A row of one cell, each repeated."""
    cell = f'<table:table-cell office:value-type="string" table:number-columns-repeated="{columns}">{text}'
    return f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-cell></table:table-row>'


def sheets(raw: bytes, count: int) -> bytes:
    """The workbook with its sheet's part so many times."""
    written = io.BytesIO(raw)
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as archive:
        part = archive.read("xl/worksheets/sheet1.xml")
        for number in range(2, count + 1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", part)
    return written.getvalue()


def nameless(raw: bytes) -> bytes:
    """The workbook with a further member that has no name."""
    written = io.BytesIO(raw)
    member = zipfile.ZipInfo("x")
    member.filename = ""
    with zipfile.ZipFile(written, "a") as archive:
        archive.writestr(member, b"x")
    return written.getvalue()


def misnamed(raw: bytes) -> bytes:
    """The workbook with a last member whose name is said to be UTF-8, and is not where its content begins."""
    local, central = raw.rindex(b"PK\x03\x04"), raw.rindex(b"PK\x01\x02")
    changed = bytearray(raw)
    changed[local + 30] = 0xFF
    for flags in (local + 6, central + 8):
        changed[flags + 1] |= 0x08
    return bytes(changed)


def lying(raw: bytes, size: int) -> bytes:
    """The workbook with another size declared for its sheet than it has."""
    at = raw.rindex(b"PK\x01\x02", 0, raw.rindex(b"xl/worksheets/sheet1.xml"))
    return raw[: at + 24] + struct.pack("<I", size) + raw[at + 28 :]


def markup(table: str, start: str = "") -> bytes:
    """XML Spreadsheet 2003 with this table."""
    head = '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    book = f'<Workbook xmlns="{EXCEL}" xmlns:ss="{EXCEL}"><Worksheet ss:Name="表"><Table>{table}</Table></Worksheet>'
    return f"{head}{start}{book}</Workbook>".encode()


def shared(text: str, cells: str) -> bytes:
    """A workbook with one shared text, and a sheet with these cells."""
    return xlsx(cells, f'<sst xmlns="{MAIN}" count="1" uniqueCount="1"><si><t>{text}</t></si></sst>')


def referring(count: int, cell: str = '<c r="{at}" t="s"><v>0</v></c>') -> str:
    """A row of cells that refer to the first shared text, a thousand a row."""
    return "".join(
        f'<row r="{row}">' + "".join(cell.replace("{at}", f"{column_letter(at)}{row}") for at in range(1000)) + "</row>"
        for row in range(2, 2 + count // 1000)
    )


def cell(attributes: str, rows: int = 1, inside: str = "") -> str:
    """A cell of an OpenDocument sheet in a row that is repeated."""
    closed = f">{inside}</table:table-cell>" if inside else "/>"
    return (
        f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell {attributes}{closed}</table:table-row>'
    )


def old_book(*changes: tuple[int, int]) -> bytes:
    """A workbook of Excel 97 with one sheet; numbers of four bytes are written over it where ``changes`` say."""
    raw = bytearray(compound({"Workbook": excel_97(b""), "Other": b""}))
    for at, number in changes:
        struct.pack_into("<I", raw, at, number)
    return bytes(raw)


LONG = "長" * 300_000
WIDE = 'table:number-columns-repeated="16384"'
TABLE_OF_SECTORS = 512  # where it is in ``old_book``
EMPTY = (
    '<table:table-row table:number-rows-repeated="1048575"><table:table-cell table:number-columns-repeated="16384"/>'
    "</table:table-row>"
)
HIDDEN = EMPTY.replace('"1048575"', '"16384" table:visibility="collapse"')
FIRST_CELL = '<Row ss:Index="1"><Cell><Data ss:Type="String">a</Data></Cell></Row>'
XML = '<?xml version="1.0"?>'
FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "a zip bomb": (lambda: xlsx(" " * 250_000_000), "workbook-too-large"),
    "a zip bomb that hides its size": (lambda: lying(xlsx(" " * 250_000_000), 5000), "workbook-too-large"),
    "a billion laughs in xlsx": (lambda: xlsx(far('r="A2"', 2).replace("x<", "&m;<"), start=XML + LAUGHS), "*"),
    "a billion laughs in ods": (lambda: ods(repeated(1, 1, "<text:p>&m;</text:p>"), XML + LAUGHS), "*"),
    "a billion laughs in XML": (lambda: markup("<Row><Cell><Data>&m;</Data></Cell></Row>", LAUGHS), "markup-entities"),
    "four billion strings declared": (
        lambda: xlsx("", f'<sst xmlns="{MAIN}" count="4000000000" uniqueCount="4000000000"><si><t>a</t></si></sst>'),
        "workbook-broken",
    ),
    "five long sheets": (lambda: sheets(xlsx(far('r="A1048576"', 1048576)), 5), "sheets-too-far"),
    "five long tables in ods": (
        lambda: ods((repeated(1_040_000, 1) + '</table:table><table:table table:name="次">') * 5),
        "sheets-too-far",
    ),
    "six long sheets in XML": (
        lambda: markup(
            ('<Row ss:Index="1000000"><Cell><Data>1</Data></Cell></Row></Table></Worksheet>' * 6).replace(
                "</Worksheet><Row", '</Worksheet><Worksheet ss:Name="次"><Table><Row'
            )
            + '<Worksheet ss:Name="末"><Table>'
        ),
        "sheets-too-far",
    ),
    "the farthest cell filled": (lambda: xlsx(far('r="XFD1048576"', 1048576)), "sheet-too-far"),
    "the farthest cell, oddly written": (lambda: xlsx(far("r =\n'xfd1048576'", 1)), "sheet-too-far"),
    "a long text that many cells refer to": (lambda: shared(LONG, referring(100_000)), "workbook-too-much-text"),
    "the same, oddly written": (
        lambda: shared(LONG, referring(100_000, "<x:c t = 's'><x:v> 0 </x:v></x:c>")),
        "workbook-too-much-text",
    ),
    "the same behind formulas": (
        lambda: shared(LONG, referring(100_000, '<c t="s" r="{at}"><f>A1</f><v>0</v></c>')),
        "workbook-too-much-text",
    ),
    "a short text that many cells refer to": (lambda: shared("短い", referring(100_000)), "read"),
    "a long text that one cell refers to": (
        lambda: xlsx(
            referring(100_000, '<c r="{at}" t="s"><v>1</v></c>'),
            f'<sst xmlns="{MAIN}"><si><t>{LONG}</t></si><si><t>短い</t></si></sst>',
        ),
        "read",
    ),
    **{
        f"a cell beyond any sheet: {name[:12]}": (lambda name=name: xlsx(far(f'r="{name}"', 2)), "sheet-too-far")
        for name in ("B9999999", "B4294967298", "B18446744073709551618", f"B{'9' * 5000}", "ZZZZZZZZZZZZZZZZ2")
    },
    "a cell beyond any sheet, oddly written": (lambda: xlsx(far("s='0' r='B99999999999'", 2)), "sheet-too-far"),
    "a row beyond any sheet": (
        lambda: xlsx('<row r="4294967297"><c t="inlineStr"><is><t>x</t></is></c></row>'),
        "sheet-too-far",
    ),
    "a name that is no UTF-8 in xlsx": (lambda: misnamed(xlsx(far('r="A2"', 2))), "read"),
    "a name that is no UTF-8 in ods": (lambda: misnamed(ods(repeated(1, 1))), "*"),
    "shared texts declared in thousands of digits": (
        lambda: xlsx("", f'<sst xmlns="{MAIN}" count="1" uniqueCount="{"9" * 5000}"><si><t>a</t></si></sst>'),
        "workbook-broken",
    ),
    "more columns than a sheet has": (lambda: xlsx(far('r="AAAA2"', 2)), "too-many-columns"),
    "more columns than an old sheet has": (
        lambda: compound(
            {"Workbook": excel_97(b"".join(record(0x203, struct.pack("<HHHd", 0, at, 0, 1.0)) for at in (0, 65535)))}
        ),
        "too-many-columns",
    ),
    "a row before the first": (lambda: xlsx(far('r="A0"', 0)), "workbook-broken"),
    "a member without a name": (lambda: nameless(xlsx(far('r="A2"', 2))), "read"),
    "rows before the first in XML": (lambda: markup('<Row ss:Index="0"><Cell><Data>1</Data></Cell></Row>'), "*"),
    "columns before the first in XML": (lambda: markup('<Column ss:Index="0" ss:Hidden="1"/>' + FIRST_CELL), "*"),
    "cells before the first in XML": (lambda: markup('<Row><Cell ss:Index="0"><Data>1</Data></Cell></Row>'), "*"),
    "cells without a name, far down": (
        lambda: xlsx('<row r="1048576">' + "<c><v>1</v></c>" * 16_384 + "</row>"),
        "sheet-too-far",
    ),
    "cells without a name behind many others": (
        lambda: xlsx('<x r="A1"/>' * 20_000 + '<row r="1048570">' + "<c t='n'><v>1</v></c>" * 16_000 + "</row>"),
        "sheet-too-far",
    ),
    "millions of merged cells": (
        lambda: xlsx("</sheetData><mergeCells>" + '<mergeCell ref="A1:B2"/>' * 2_000_000 + "</mergeCells><sheetData>"),
        "workbook-too-many-merged",
    ),
    "one merged range over everything": (
        lambda: xlsx(
            far('r="A2"', 2) + '</sheetData><mergeCells><mergeCell ref="A3:XFD1048576"/></mergeCells><sheetData>'
        ),
        "read",
    ),
    "millions of shared texts": (
        lambda: xlsx("", f'<sst xmlns="{MAIN}">' + "<si/>" * 6_000_000 + "</sst>"),
        "workbook-broken",
    ),
    "a long text repeated across": (
        lambda: ods(repeated(1, 16_384, f"<text:p>{LONG}</text:p>")),
        "workbook-too-much-text",
    ),
    "a long text repeated down": (
        lambda: ods(repeated(100_000, 1, f"<text:p><text:span>{LONG}</text:span></text:p>")),
        "workbook-too-much-text",
    ),
    "a short text repeated": (lambda: ods(repeated(10_000, 10)), "read"),
    "a long formula repeated": (
        lambda: ods(cell(f'table:formula="{LONG}" office:value="1" office:value-type="float" {WIDE}')),
        "workbook-too-much-text",
    ),
    "a long value repeated": (
        lambda: ods(cell(f'office:value-type="string" office:string-value="{LONG}"', 100_000)),
        "workbook-too-much-text",
    ),
    "closed cells with a value repeated": (
        lambda: ods(cell(f'office:value-type="float" office:value="1" {WIDE}', 1_000_000)),
        "sheet-too-far",
    ),
    "closed cells with a formula repeated": (
        lambda: ods(cell(f'table:formula="=1" {WIDE}', 1_000_000)),
        "sheet-too-far",
    ),
    "a repetition behind another sign": (
        lambda: ods(cell(f'office:value="1" x="&gt;>" y=\'>"\' {WIDE}', 1_000_000)),
        "sheet-too-far",
    ),
    "a repetition that is no plain number": (
        lambda: ods(cell('office:value="1" table:number-columns-repeated="&#49;6384"', 1_000_000)),
        "workbook-broken",
    ),
    "a repetition written twice": (
        lambda: ods(cell(f'x=\' table:number-columns-repeated="1"\' {WIDE} office:value="1"', 1_000_000)),
        "sheet-too-far",
    ),
    "spaces written as a number": (
        lambda: ods(repeated(1, 1, '<text:p>a<text:s text:c="4000000000"/></text:p>')),
        "workbook-too-much-text",
    ),
    "spaces in repeated cells": (
        lambda: ods(repeated(1000, 100, "<text:p>a<text:s text:c='1000'/></text:p>")),
        "workbook-too-much-text",
    ),
    "sectors of a workbook in a circle": (lambda: old_book((TABLE_OF_SECTORS + 4 * 5, 2)), "workbook-broken"),
    "sectors of the list of streams in a circle": (lambda: old_book((TABLE_OF_SECTORS + 4, 1)), "workbook-broken"),
    "sectors of small streams in a circle": (
        lambda: old_book((60, 3), (TABLE_OF_SECTORS + 4 * 4, 3)),
        "workbook-broken",
    ),
    "further lists of sectors in a circle": (lambda: old_book((68, 9), (512 * 11 - 4, 9)), "workbook-broken"),
    "an old sheet that says it is wide": (
        lambda: compound({"Workbook": excel_97(record(0x200, struct.pack("<IIHHH", 0, 1 << 31, 0, 65535, 0)))}),
        "*",
    ),
    "an old workbook with two milliard shared texts": (
        lambda: compound(
            {"Workbook": excel_97(b"").replace(b"\x0a\0\0\0", record(0xFC, b"\xff\xff\xff\x7f" * 2) + b"\x0a\0\0\0", 1)}
        ),
        "*",
    ),
    "the farthest cell empty": (lambda: xlsx('<row r="1048576"><c r="XFD1048576" s="1"/></row>'), "read"),
    "ten million cells declared": (lambda: xlsx("", start=f'{XML}<!-- <dimension ref="A1:J1000000"/> -->'), "read"),
    "ninety million repeated cells": (lambda: ods(repeated(1_000_000, 90)), "sheet-too-far"),
    "a repetition beyond numbers": (lambda: ods(repeated(2_000_000_000, 2_000_000_000)), "sheet-too-far"),
    "empty cells repeated to the end": (lambda: ods(repeated(1, 1) + EMPTY), "read"),
    "cells far apart in XML": (
        lambda: markup('<Row ss:Index="999999"><Cell ss:Index="99"><Data>1</Data></Cell></Row>'),
        "*",
    ),
    "hidden rows beyond the sheet in XML": (
        lambda: markup('<Row ss:Span="9999990" ss:Hidden="1"/>' * 1000 + "<Row><Cell><Data>1</Data></Cell></Row>"),
        "*",
    ),
    "the same rows hidden again and again in XML": (
        lambda: markup('<Row ss:Index="1" ss:Span="999999" ss:Hidden="1"/>' * 5000 + FIRST_CELL),
        "read",
    ),
    "columns hidden beyond the sheet in XML": (
        lambda: markup('<Column ss:Span="9999990" ss:Hidden="1"/>' * 1000 + FIRST_CELL),
        "read",
    ),
    "hidden rows beyond the sheet in ods": (lambda: ods(repeated(1, 1) + HIDDEN * 5000), "read"),
    "deep XML": (lambda: markup("<a>" * 1_000_000), "markup-too-large"),
    "deep HTML": (lambda: b"<table><tr><td>" * 1_000_000, "markup-too-large"),
    "comments that never end": (lambda: b"<table><tr><td>1" + b"<!--" * 2_000_000, "read"),
    "brackets": (lambda: b"<table><tr><td>" + b"<" * 900_000, "read"),
    "a cell of entities": (lambda: b"<table><tr><td>" + b"&amp;" * 1_000_000, "markup-too-large"),
    "cells over everything": (lambda: b"<table>" + b"<tr><td colspan=16000 rowspan=60000>a" * 10_000, "sheet-too-far"),
    "a million columns": (lambda: b"," * 1_000_000 + b"\n1\n", "too-many-columns"),
    "one long record among short ones": (lambda: b"a\n" * 1_000_000 + b"," * 16_000 + b"\n", "text-too-uneven"),
    "line breaks only": (lambda: b"a" + b"\n" * 12_000_000, "too-many-records"),
    "a line without end": (lambda: b"a,b," * 20_000_000, "record-too-long"),
    "a quotation without end": (lambda: b'a,b\n"' + b"\n" * 80_000_000, "record-too-long"),
    "NUL bytes": ("名称,住所\nあ\0い,\0\n".encode, "read"),
    "nothing but NUL bytes": (lambda: bytes(80_000_000), "record-too-long"),
}
READER = """
import json, resource, sys
from meguro_opendata.errors import SourceError
from meguro_opendata.inspection.profiler import inspect_file
resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
codes = {}
for path in sys.argv[1:]:
    seen = inspect_file(path)
    codes[path] = seen.refusal.code if seen.refusal else "read"
peak = int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
peak = max(peak, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print(json.dumps([codes, peak * 1024]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux does")
def test_files_made_to_harm_are_refused_or_read_safely(tmp_path: Path) -> None:
    """All of them in one process: each ends as it should, and the memory never exceeds a gigabyte."""
    paths = {}
    for number, (name, (make, _)) in enumerate(FILES.items()):
        path = tmp_path / f"{number}.csv"
        path.write_bytes(make())
        paths[str(path)] = name
    ran = subprocess.run([sys.executable, "-c", READER, *paths], capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr.decode()[-2000:]
    codes, peak = json.loads(ran.stdout)
    ended = {name: codes[path] for path, name in paths.items() if FILES[name][1] != "*"}
    assert ended == {name: code for name, (_, code) in FILES.items() if code != "*"}
    assert all(codes[path] != "read" for path, name in paths.items() if FILES[name][1] == "*")
    assert peak < GIGABYTE


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\x", "/etc", "C:\\x", "a/b"])
def test_a_sheets_name_is_only_a_name(name: str, tmp_path: Path) -> None:
    """A sheet whose name leads elsewhere is read under that name, and nothing else is touched."""
    path = tmp_path / "t.xlsx"
    path.write_bytes(xlsx(far('r="A2"', 2), sheet=name))
    table = read_source(path, sheet=name)
    assert (table.grid.sheet, table.frame.rows()) == (name, [("x",)])
    assert [found.name for found in tmp_path.iterdir()] == ["t.xlsx"]


LIVE = [
    "=cmd|' /C calc'!A0",
    "=1+1",
    "+A1",
    "-A1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    ' "=1',
    "＝１",
    "\u3000=1",
    "-名称",
    "\n=1",
    "--x",
]
QUIET = [
    "-5",
    "-",
    "+81-3-5722-9270",
    "-1.5e3",
    "-5%",
    "－",
    "--",
    "-1,234",
    "目黒区",
    "a=b",
    "'90年代",
    "",
    "@",
    "１－２",
    "(=1",
]


@pytest.mark.parametrize("text", LIVE)
def test_a_live_formula_is_guarded(text: str) -> None:
    """A text that Excel would calculate comes behind an apostrophe, and back without it."""
    assert guarded(text) == "'" + text
    assert guarded("'" + text) == "''" + text
    assert unguarded("'" + text) == text


@pytest.mark.parametrize("text", QUIET)
def test_what_is_no_formula_stays(text: str) -> None:
    """Numbers, telephone numbers, lone signs and other texts are written as they are."""
    assert guarded(text) == unguarded(text) == text


TEXTS = st.text(
    st.one_of(st.sampled_from("=+-@'\"\t\r\n ＝－09aA\u3000\x00\x1c\ufeff"), st.characters(exclude_categories=["Cs"]))
)


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=5))
def test_guarded_tables_come_back_and_never_begin_as_a_formula(rows: list[list[str]]) -> None:
    """Whatever the cells: reading gives the table back, and no written cell begins as something to calculate."""
    frame = pl.DataFrame(rows, schema=["=名称", "住所"], orient="row").cast(pl.String)
    for data in (csv_bytes(frame), plain_csv_bytes(frame.columns, frame.iter_rows())):
        assert read_csv_rows(data) == (["=名称", "住所"], rows)
        for line in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
            assert all(guarded(unguarded(cell)) == cell for cell in line)
            assert not any(cell[:1] in ("=", "@", "\t", "\r") and cell.strip("=@ \t\r\n-+＝－＠＋") for cell in line)
    assert guarded_frame(frame).rows() == [tuple(map(guarded, row)) for row in rows]
