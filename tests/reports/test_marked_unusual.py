"""The round trip of workbooks that other programs wrote, of strict, bare and damaged ones."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marked_books import (
    PIXEL,
    RED,
    bad,
    changed,
    coloured,
    mark,
    opened,
    parts,
    rich,
    rows_of,
    workbook,
)

from meguro_opendata.errors import SourceError
from meguro_opendata.reports.workbook.marked import mark_grid
from meguro_opendata.reports.workbook.opc import rules
from meguro_opendata.reports.workbook.xmlsplice import elements
from meguro_opendata.sources import Grid

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"


def without_places(data: bytes) -> bytes:
    """A sheet whose rows and cells do not say where they are."""
    return re.sub(rb'(<(?:row|c)) r="\w+"', rb"\1", data.replace(b'<row r="4"', b"<row/><row"))


def with_prefix(data: bytes) -> bytes:
    """A sheet whose elements have a prefix."""
    tagged = re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", data)
    return tagged.replace(b'xmlns="', b'xmlns:x="', 1)


@pytest.mark.parametrize("edit", [without_places, with_prefix], ids=["without places", "with prefixes"])
def test_unusual_sheets_are_marked_all_the_same(tmp_path: Path, edit: Callable[[bytes], bytes]) -> None:
    """The schema leaves addresses and prefixes to the writer."""
    path = changed(
        workbook(tmp_path), **{"sheet1.xml": edit, "styles.xml": with_prefix if edit is with_prefix else edit}
    )
    sheet = opened(mark(path, bad(), bad("D2"), bad("A3"), bad("B4")))
    assert coloured(sheet) == dict.fromkeys(["B2", "D2", "A3", "B4"], RED)
    assert [sheet[place].value for place in ("A1", "A2", "B4")] == ["名称", "見本図書館", "=1+1"]


def test_what_is_added_stands_where_the_schema_wants_it(tmp_path: Path) -> None:
    """Excel calls a sheet broken whose parts are not in the order of the schema."""

    def fill(sheet: Any, book: Any) -> None:
        rows_of(sheet, book)
        sheet.add_table("E1:F3")
        sheet.set_background(io.BytesIO(PIXEL))
        sheet.insert_image("H5", "見本.png", {"image_data": io.BytesIO(PIXEL)})
        sheet.conditional_format("B2:B4", {"type": "data_bar", "data_bar_2010": True})

    after = parts(mark(workbook(tmp_path, fill), bad()).content)
    order = [*rules()["order"]["before_notes"], "legacyDrawing", "picture", "tableParts", "extLst"]
    for name in ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"):
        found = [part.name for part in elements(after[name], name).children]
        assert found == sorted(found, key=order.index)
    assert {"drawing", "legacyDrawing", "picture", "tableParts", "extLst"} <= {
        part.name for part in elements(after["xl/worksheets/sheet1.xml"], "").children
    }


def test_a_strict_workbook_stays_strict(tmp_path: Path) -> None:
    """What is added has the namespaces of the workbook."""

    def strict(data: bytes) -> bytes:
        kept = data.replace(b"schemas.openxmlformats.org/officeDocument/2006", b"purl.oclc.org/ooxml/officeDocument")
        return kept.replace(MAIN.encode(), STRICT.encode())

    names = ("workbook.xml", "workbook.xml.rels", "_rels/.rels", "sheet1.xml", "styles.xml", "sharedStrings.xml")
    after = parts(mark(changed(workbook(tmp_path), **dict.fromkeys(names, strict)), bad()).content)
    assert {elements(after[name], name).space for name in ("xl/comments1.xml", "xl/worksheets/sheet2.xml")} == {STRICT}
    assert b"schemas.openxmlformats.org/officeDocument" not in after["xl/worksheets/_rels/sheet1.xml.rels"]


def test_a_workbook_without_styles_gets_some(tmp_path: Path) -> None:
    """Small writers leave the styles out."""
    path = changed(
        workbook(tmp_path),
        **{
            "styles.xml": None,
            "workbook.xml.rels": lambda data: re.sub(rb"<Relationship [^>]*styles.xml\"/>", b"", data),
            "sheet1.xml": lambda data: re.sub(rb' s="\d+"', b"", data),
        },
    )
    assert coloured(opened(mark(path, bad()))) == {"B2": RED}


DOCTYPE = b'<!DOCTYPE a [<!ENTITY b "c">]>'


def after_declaration(new: bytes) -> Callable[[bytes], bytes]:
    """An edit that puts something between the XML declaration and the root."""
    return lambda data: data.replace(b"?>", b"?>" + new, 1)


@pytest.mark.parametrize(
    ("edits", "part"),
    [
        ({"sheet1.xml": lambda data: data.replace(b'r="4"', b'r="1"')}, "xl/worksheets/sheet1.xml"),
        ({"styles.xml": after_declaration(DOCTYPE)}, "xl/styles.xml"),
        ({"styles.xml": lambda data: data.decode().replace("UTF-8", "UTF-16").encode("utf-16")}, "xl/styles.xml"),
        ({"styles.xml": lambda data: data.replace(b"cellXfs", b"cellStuff")}, "xl/styles.xml"),
        ({"styles.xml": lambda data: data[:-9]}, "xl/styles.xml"),
        ({"vmlDrawing1.vml": b"<html/>"}, "xl/drawings/vmlDrawing1.vml"),
        ({"comments1.xml": after_declaration(DOCTYPE)}, "xl/comments1.xml"),
        ({"XL/STYLES.XML": b"hidden"}, "zip"),
        ({"sheet1.xml": lambda data: data.replace(b' s="1"', b' s="%s"' % (b"9" * 5000))}, "xl/worksheets/sheet1.xml"),
    ],
)
def test_what_cannot_be_changed_safely_is_refused(tmp_path: Path, edits: dict[str, Any], part: str) -> None:
    """Rather no workbook than a broken one; the message names the part."""
    path = changed(workbook(tmp_path, rich), **edits)
    grid = Grid.of_records(path, "xlsx", [], sheet="一覧")
    with pytest.raises(SourceError) as refused:
        mark_grid(grid, [bad(), bad("A2")], "ja")
    assert (refused.value.code, refused.value.params["part"]) == ("workbook-unpatchable", part)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=5))
def test_a_damaged_file_is_marked_or_refused(
    tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[float, int]]
) -> None:
    """Whatever bytes are wrong, nothing but a refusal comes of it."""
    path = workbook(tmp_path_factory.mktemp("m"), rich)
    raw = bytearray(path.read_bytes())
    for place, value in damage:
        raw[int(place * len(raw))] = value
    path.write_bytes(raw)
    grid = Grid.of_records(path, "xlsx", [], sheet="一覧")
    with suppress(SourceError):
        assert mark_grid(grid, [bad(), bad("C2")], "ja").content
