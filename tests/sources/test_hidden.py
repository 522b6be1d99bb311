"""Hidden sheets, rows and columns are known of every kind of workbook that is read."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from old_workbooks import compound, label, record
from openpyxl import Workbook

from meguro_opendata.sources import read_grid


def in_xlsx() -> bytes:
    """Row 2 and columns B and C are hidden, and the second sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "表"
    for _ in range(3):
        sheet.append(["a", "b", "c", "d"])
    sheet.row_dimensions[2].hidden = True
    for letter in "BC":
        sheet.column_dimensions[letter].hidden = True
    book.create_sheet("裏").sheet_state = "hidden"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def in_ods() -> bytes:
    """The same in OpenDocument."""
    cell = '<table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>'
    columns = (
        '<table:table-column/><table:table-column table:number-columns-repeated="2" table:visibility="collapse"/>'
        "<table:table-column/>"
    )
    rows = "".join(
        f"<table:table-row{hidden}>{cell * 4}</table:table-row>" for hidden in ("", ' table:visibility="collapse"', "")
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    style = (
        '<style:style style:name="h" style:family="table"><style:table-properties table:display="false"/></style:style>'
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:automatic-styles>{style}'
        f"</office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="表">{columns}{rows}</table:table>'
        f'<table:table table:name="裏" table:style-name="h"><table:table-row>{cell}</table:table-row></table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", "<manifest/>")
        package.writestr("content.xml", content)
    return written.getvalue()


def in_xls(version: int) -> bytes:
    """The same in the form of Excel 95 or 97."""
    texts = b""
    for row in range(3):
        for column in range(4):
            if version == 0x500:
                texts += label(row, column, b"a")
            else:
                texts += record(0x204, struct.pack("<HHHHB", row, column, 0, 1, 0) + b"a")
    cells = record(0x7D, struct.pack("<HHHHHH", 1, 2, 2048, 15, 1, 0))
    cells += record(0x208, struct.pack("<HHHHHHHH", 1, 0, 4, 255, 0, 0, 0x20, 0)) + texts + record(0xA, b"")
    begins = record(0x809, struct.pack("<HHHH", version, 5, 0, 0)) + record(
        0x42, struct.pack("<H", 932 if version == 0x500 else 1200)
    )
    bodies = [record(0x809, struct.pack("<HHHH", version, 0x10, 0, 0)) + body for body in (cells, record(0xA, b""))]
    names = [
        bytes([2]) + name.encode("cp932") if version == 0x500 else struct.pack("<BB", 1, 1) + name.encode("utf-16-le")
        for name in ("表", "裏")
    ]
    at = len(begins) + sum(4 + 6 + len(name) for name in names) + 4
    for name, body, state in zip(names, bodies, (0, 1), strict=True):
        begins += record(0x85, struct.pack("<IH", at, state) + name)
        at += len(body)
    stream = begins + record(0xA, b"") + b"".join(bodies)
    return compound({"Book" if version == 0x500 else "Workbook": stream})


def in_xlsb() -> bytes:
    """The same in Excel's binary form."""

    def number(value: int) -> bytes:
        return bytes([value & 0x7F | 0x80, value >> 7]) if value > 0x7F else bytes([value])

    def part(kind: int, content: bytes = b"") -> bytes:
        return number(kind) + number(len(content)) + content

    def text(value: str) -> bytes:
        return struct.pack("<I", len(value)) + value.encode("utf-16-le")

    book = part(131) + part(143)
    for at, name in enumerate(("表", "裏")):
        book += part(156, struct.pack("<II", at, at + 1) + text(f"rId{at + 1}") + text(name))
    book += part(144) + part(132)
    columns = part(390) + part(60, struct.pack("<IIIIH", 1, 2, 2048, 0, 1)) + part(391)
    rows = b""
    for row in range(3):
        hidden = 0x10 if row == 1 else 0
        rows += part(0, struct.pack("<IIHBBBI", row, 0, 300, 0, hidden, 0, 0))
        rows += b"".join(part(6, struct.pack("<II", column, 0) + text("a")) for column in range(4))
    sheet = part(129) + part(148, struct.pack("<IIII", 0, 2, 0, 3)) + columns + part(145) + rows + part(146) + part(130)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    links = "".join(f'<Relationship Id="rId{at}" Type="{kind}" Target="worksheets/sheet{at}.bin"/>' for at in (1, 2))
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.bin", book)
        package.writestr("xl/_rels/workbook.bin.rels", f'<Relationships xmlns="{space}">{links}</Relationships>')
        for at in (1, 2):
            package.writestr(f"xl/worksheets/sheet{at}.bin", sheet)
    return written.getvalue()


WRITERS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "xlsx": ("xlsx", in_xlsx),
    "ods": ("ods", in_ods),
    "xls": ("xls", lambda: in_xls(0x600)),
    "xls of Excel 95": ("xls", lambda: in_xls(0x500)),
    "xlsb": ("xlsb", in_xlsb),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_what_is_hidden_is_known(kind: str, tmp_path: Path) -> None:
    """A row, two columns and a sheet; what is hidden is read all the same."""
    ending, write = WRITERS[kind]
    path = tmp_path / f"t.{ending}"
    path.write_bytes(write())
    grid = read_grid(path)
    assert (grid.container, grid.sheet, grid.sheets, grid.cells.shape) == (ending, "表", ("表", "裏"), (3, 4))
    facts = grid.facts
    assert facts.known >= {"hidden_sheets", "hidden_rows", "hidden_columns"}
    assert (facts.hidden_sheets, facts.hidden_rows, facts.hidden_columns) == (("裏",), (1,), (1, 2))
