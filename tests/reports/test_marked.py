"""The round trip: the user's workbook comes back marked, and whatever need not change is byte for byte as before."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marked_books import (
    RED,
    YELLOW,
    bad,
    changed,
    coloured,
    mark,
    opened,
    parts,
    rich,
    text_file,
    workbook,
)

from meguro_opendata import messages
from meguro_opendata.errors import SourceError
from meguro_opendata.findings import Finding
from meguro_opendata.reports.workbook.marked import Marked, mark_grid, mark_table, marked_lines, write_marked
from meguro_opendata.reports.workbook.opc import rules
from meguro_opendata.reports.workbook.sheetpatch import address
from meguro_opendata.sources import read_grid, read_source

MAY_CHANGE = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}


def furigana(data: bytes) -> bytes:
    """Shared strings with a reading on the first one."""
    reading = '<rPh sb="0" eb="2"><t>メイショウ</t></rPh><phoneticPr fontId="1"/></si>'.encode()
    return data.replace(b"</si>", reading, 1)


def test_every_other_part_stays_byte_for_byte(tmp_path: Path) -> None:
    """Readings, rich text, pictures, print settings and macros are as before, in their order, with their dates."""
    path = changed(
        workbook(tmp_path, rich),
        **{"sharedStrings.xml": furigana, "xl/vbaProject.bin": b"macro", "xl/printerSettings/one.bin": b"printer"},
    )
    content = mark(path, bad(), bad("C2"), bad("A9")).content
    before, after = parts(path), parts(content)
    assert list(after)[: len(before)] == list(before)
    touched = {name for name in before if before[name] != after[name]}
    assert touched == MAY_CHANGE | {
        "xl/worksheets/sheet1.xml",
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
    }
    assert set(after) - set(before) == {"xl/worksheets/sheet3.xml"}
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(io.BytesIO(content)) as new:
        heads = [(member.date_time, member.compress_type) for member in old.infolist()]
        assert heads == [(member.date_time, member.compress_type) for member in new.infolist()][: len(heads)]


def test_the_sheet_changes_by_its_marks_alone(tmp_path: Path) -> None:
    """Take our styles, cells and the drawing out again, and the sheet's part is what it was."""
    path = workbook(tmp_path)
    before = parts(path)["xl/worksheets/sheet1.xml"].decode()
    after = parts(mark(path, bad(), bad("C2")).content)["xl/worksheets/sheet1.xml"].decode()
    after = re.sub(r"<legacyDrawing [^>]*/>", "", after)
    after = re.sub(r'<c r="C2" s="\d+"/>', "", after)
    old, new = (re.sub(r'(<c r="B2") s="\d+"|(<row r="2") spans="1:3"', r"\1\2", text) for text in (before, after))
    assert new == old


def test_a_marked_cell_keeps_its_format(tmp_path: Path) -> None:
    """Only the fill differs: number format, border, font and value are the cell's own."""
    path = workbook(tmp_path)
    before, after = openpyxl.load_workbook(path)["一覧"], opened(mark(path, bad(), bad("B4", severity="warning")))
    assert coloured(after) == {"B2": RED, "B4": YELLOW}
    for place in ("A1", "B2", "B4"):
        old, new = before[place], after[place]
        assert (old.value, old.number_format) == (new.value, new.number_format)
        assert [repr(part) for part in (old.font, old.border)] == [repr(part) for part in (new.font, new.border)]


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_a_note_says_what_is_wrong_and_what_to_do(tmp_path: Path, lang: str) -> None:
    """Message, advice and suggestion, the gravest first; a waived finding gives the recipe's reason."""
    info = bad(code="column-unknown", severity="info")
    waived = bad("B4").waive("元の表にない")
    sheet = opened(mark(workbook(tmp_path), info, bad(suggestion="2023-04-01"), waived, lang=lang))
    note = sheet["B2"].comment
    assert note.author == "meguro-opendata"
    first, second = note.text.split("\n\n")
    assert first.splitlines() == [
        f"[{messages.word('error', lang)}] {bad().text('message', lang)}",
        messages.message("fix", lang, text=bad().text("advice", lang)),
        f"{messages.word('suggestion', lang)}: 2023-04-01",
    ]
    assert second.startswith(f"[{messages.word('info', lang)}]")
    assert f"{messages.word('waived', lang)}: 元の表にない" in sheet["B4"].comment.text
    assert coloured(sheet) == {"B2": RED, "B4": YELLOW}


def test_cells_and_rows_that_do_not_exist_are_put_in(tmp_path: Path) -> None:
    """An empty cell, an empty row and one far below are coloured; all others keep their values."""
    path = changed(
        workbook(tmp_path), **{"sheet1.xml": lambda data: data.replace(b'<row r="4"', b'<row r="3"/><row r="4"')}
    )
    places = ["C2", "A3", "D4", "B9", "AA2"]
    after = opened(mark(path, *(bad(place) for place in places)))
    assert coloured(after) == dict.fromkeys(places, RED)
    before = openpyxl.load_workbook(path)["一覧"]
    assert [cell.value for row in before.iter_rows() for cell in row] == [
        cell.value for row in after.iter_rows(max_row=4, max_col=3) for cell in row
    ]


def test_a_merged_range_is_marked_at_its_first_cell(tmp_path: Path) -> None:
    """Only the top left cell of a merged range is seen."""
    assert coloured(opened(mark(workbook(tmp_path, rich), bad("B7"), bad("C6")))) == {"A6": RED, "C6": RED}


@pytest.mark.parametrize(
    ("finding", "cell"),
    [
        (bad(None, code="key-repeated", row=4, column=None, params={"first": 2, "fields": ["名称"]}), "A4"),
        (bad(None, code="missing-label", row=1, column=None, params={"name": "ID"}), "A1"),
        (bad(None, row=2), "B2"),
        (bad(None, code="column-absent", severity="info", row=1, column=None), None),
        (bad(None, code="no-rows"), None),
    ],
)
def test_a_finding_without_a_cell_goes_where_it_is_looked_for(
    tmp_path: Path, finding: Finding, cell: str | None
) -> None:
    """On a row: its first cell; on the file, or absent items: the list alone, which has every finding."""
    table = read_source(workbook(tmp_path), keep_all=True)
    marked = mark_table(table, [finding], "ja")
    assert list(coloured(opened(marked))) == ([cell] if cell else [])
    assert finding.text("message", "ja") in [row[8] for row in listed(marked)]


def listed(marked: Marked) -> list[tuple[Any, ...]]:
    """The rows of the sheet of findings below its header."""
    book = openpyxl.load_workbook(io.BytesIO(marked.content))
    rows = list(book.worksheets[-1].iter_rows(values_only=True))
    return rows[1 + next(index for index, row in enumerate(rows) if row[1] == messages.word("severity", "ja")) :]


def test_the_list_has_every_finding_with_a_link(tmp_path: Path) -> None:
    """The gravest first; each address leads to its cell; a value stays text whatever it begins with."""
    findings = [bad("C2", severity="info"), bad("B2", value='=cmd|"/C calc"!A0', suggestion="@x"), bad(None, "no-rows")]
    marked = mark(workbook(tmp_path, rich), *findings)
    rows = listed(marked)
    assert [(row[1], row[3], row[7], row[10]) for row in rows] == [
        ("誤り", "B2", '=cmd|"/C calc"!A0', "@x"),
        ("誤り", None, "春", None),
        ("お知らせ", "C2", "春", None),
    ]
    book = openpyxl.load_workbook(io.BytesIO(marked.content))
    assert book.sheetnames == ["一覧", "検査結果", "検査結果 (2)"]
    sheet = book["検査結果 (2)"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert [cell.hyperlink.location for cell in cells if cell.hyperlink] == ["'一覧'!B2", "'一覧'!C2"]


def test_the_departments_own_notes_stay(tmp_path: Path) -> None:
    """Ours come after what a note says; other notes, their authors and their boxes are as before."""
    path = workbook(tmp_path, rich)
    marked = mark(path, bad(), bad("A2"))
    sheet, after = opened(marked), parts(marked.content)
    assert sheet["B2"].comment.author == "見本課"
    assert sheet["B2"].comment.text.startswith("課の注記\n\n[誤り]")
    assert sheet["C4"].comment.text == "もう1つ"
    assert sheet["A2"].comment.author == "meguro-opendata"
    before, boxes = parts(path)["xl/drawings/vmlDrawing1.vml"], after["xl/drawings/vmlDrawing1.vml"]
    assert boxes.startswith(before[: before.index(b"<o:idmap")])
    ids = [
        number
        for name in after
        if name.endswith(".vml")
        for number in re.findall(rb'shape id="_x0000_s(\d+)"', after[name])
    ]
    assert len(ids) == len(set(ids)) == 4
    assert len(re.findall(b"<v:shapetype ", boxes)) == 1
    assert len(re.findall(b"<legacyDrawing ", after["xl/worksheets/sheet1.xml"])) == 1


def test_conversations_are_left_alone(tmp_path: Path) -> None:
    """A threaded comment is not written into; its cell is coloured and listed, and the user is told."""
    path = changed(
        workbook(tmp_path, rich), **{"comments1.xml": lambda data: data.replace("見本課".encode(), b"tc={1}")}
    )
    marked = mark(path, bad())
    assert parts(marked.content)["xl/comments1.xml"] == parts(path)["xl/comments1.xml"]
    assert coloured(opened(marked)) == {"B2": RED}
    said = messages.message("marked-unnoted", "ja", count=1, sheet="検査結果")
    assert said in list(marked_lines(marked, path, "ja"))


def test_notes_of_other_writers_grow_too(tmp_path: Path) -> None:
    """The parts of openpyxl look otherwise."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "一覧"
    sheet.append(["名称", "開設日"])
    sheet["B1"].comment = openpyxl.comments.Comment("課の注記", "見本課")
    book.save(tmp_path / "見本.xlsx")
    sheet = opened(mark(tmp_path / "見本.xlsx", bad("B1"), bad("A1"), bad("B5")))
    assert sheet["B1"].comment.text.startswith("課の注記\n\n[誤り]")
    assert coloured(sheet) == dict.fromkeys(["A1", "B1", "B5"], RED)
    assert sheet["A1"].comment.text == sheet["B5"].comment.text


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    """No clock, no chance."""
    for path in (workbook(tmp_path, rich), text_file(tmp_path)):
        assert mark(path, bad()).content == mark(path, bad()).content


def test_a_limit_of_notes_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All cells are coloured; the gravest get the notes; workbook and console say how many have none."""
    monkeypatch.setitem(rules()["limits"], "notes", 2)
    findings = [bad("A2", severity="info"), bad("A4"), bad("B4"), bad("B2", severity="warning")]
    for path in (workbook(tmp_path), text_file(tmp_path)):
        of_text = path.suffix == ".csv"
        own = [bad(f.cell, severity=f.severity, sheet=None if of_text else "一覧") for f in findings]
        marked = mark(path, *own)
        sheet = openpyxl.load_workbook(io.BytesIO(marked.content)).worksheets[0]
        assert sorted(coloured(sheet)) == ["A2", "A4", "B2", "B4"]
        assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment] == ["A4", "B4"]
        said = messages.message("marked-unnoted", "ja", count=2, sheet="検査結果")
        assert said in list(marked_lines(marked, path, "ja"))
        results = openpyxl.load_workbook(io.BytesIO(marked.content)).worksheets[-1]
        assert said in [row[0] for row in results.iter_rows(values_only=True)]


def test_a_note_with_too_much_says_where_the_rest_is(tmp_path: Path) -> None:
    """Five findings in a note; how many more there are, and very long texts, are told."""
    sheet = opened(
        mark(workbook(tmp_path), *(bad(value=str(number)) for number in range(7)), bad("A2", value="長" * 5000))
    )
    assert sheet["B2"].comment.text.endswith(messages.message("marked-more", "ja", count=2, sheet="検査結果"))
    assert sheet["A2"].comment.text.endswith(messages.message("marked-cut", "ja", sheet="検査結果"))


def test_from_a_text_file_a_new_workbook_is_made(tmp_path: Path) -> None:
    """Every cell as text at its address, marks by the name of the column, and the user is told."""
    path = text_file(tmp_path)
    table = read_source(path, keep_all=True)
    marked = mark_table(table, [bad(None, sheet=None, row=3), bad(None, sheet=None, row=4)], "ja")
    sheet = openpyxl.load_workbook(io.BytesIO(marked.content)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows == [["名称", "開設日"], ["見本図書館", "=1+1"], ["001", None], ["見本公園", "春"]]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert coloured(sheet) == {"B3": RED, "B4": RED}
    assert (marked.patched, marked.suffix) == (False, ".xlsx")
    assert messages.message("marked-new", "ja", container="csv") in list(marked_lines(marked, path, "ja"))


def test_a_table_that_excel_cannot_hold_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Better a word than a workbook with half of the rows."""
    monkeypatch.setitem(rules()["limits"], "cells", 5)
    with pytest.raises(SourceError) as refused:
        mark(text_file(tmp_path), bad())
    assert refused.value.code == "marked-too-large"


def with_macros(data: bytes) -> bytes:
    """The content types of a workbook with macros."""
    usual = b"openxmlformats-officedocument.spreadsheetml.sheet.main"
    return data.replace(usual, b"ms-excel.sheet.macroEnabled.main")


def test_names_that_excel_or_the_user_would_regret_are_refused(tmp_path: Path) -> None:
    """A workbook with macros keeps their ending; the source is never written over."""
    path = changed(workbook(tmp_path, name="見本.xlsm"), **{"[Content_Types].xml": with_macros})
    marked = mark(path, bad())
    for out, code in ((path, "marked-over-source"), (tmp_path / "出力.xlsx", "marked-suffix")):
        with pytest.raises(SourceError) as refused:
            write_marked(marked, out, path)
        assert refused.value.code == code
    write_marked(marked, tmp_path / "出力.xlsm", path)
    assert (tmp_path / "出力.xlsm").read_bytes() == marked.content


PLACES = st.tuples(st.integers(0, 12), st.integers(0, 30))


@settings(deadline=None, max_examples=40)
@given(st.dictionaries(PLACES, st.sampled_from(["x", "=y", " "]), min_size=1), st.sets(PLACES, min_size=1))
def test_marks_stand_where_they_should_and_nothing_else_changes(
    tmp_path_factory: pytest.TempPathFactory, cells: dict[tuple[int, int], str], marks: set[tuple[int, int]]
) -> None:
    """For any cells and any marks: the coloured cells and the notes are the marks, the values are as before."""

    def fill(sheet: Any, _: Any) -> None:
        for (row, column), text in cells.items():
            sheet.write_string(row, column, text)

    marked = mark(workbook(tmp_path_factory.mktemp("m"), fill), *(bad(address(place)) for place in marks))
    sheet = opened(marked)
    filled = [cell for row in sheet.iter_rows() for cell in row]
    assert set(coloured(sheet)) == {address(place) for place in marks}
    assert {cell.coordinate for cell in filled if cell.comment} == {address(place) for place in marks}
    values = {cell.coordinate: cell.value for cell in filled if cell.value is not None}
    assert values == {address(place): text for place, text in cells.items()}
    boxes = re.findall(rb"<x:Row>(\d+)</x:Row><x:Column>(\d+)<", parts(marked.content)["xl/drawings/vmlDrawing1.vml"])
    assert {(int(row), int(column)) for row, column in boxes} == marks


def corpus_workbooks(shared: Path) -> Iterator[Path]:
    """The real xlsx files."""
    yield from sorted((shared / "corpus").rglob("*.xlsx"))


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_real_workbooks_come_back_whole(shared: Path) -> None:
    """Each real workbook: only the named parts change, the marks are there, every cell has its value and its look."""
    count = 0
    for path in corpus_workbooks(shared):
        grid = read_grid(path)
        below = f"Z{grid.height + 3}"
        marked = mark_grid(grid, [bad("B3", sheet=grid.sheet), bad(below, sheet=grid.sheet)], "ja")
        before, after = parts(path), parts(marked.content)
        touched = {name for name in before if before[name] != after[name]}
        assert {name for name in touched - MAY_CHANGE if not name.startswith("xl/worksheets/")} == set(), path.name
        assert len(touched - MAY_CHANGE) <= 2, path.name
        old, new = openpyxl.load_workbook(path)[grid.sheet], opened(marked, grid.sheet)
        assert {below} < set(coloured(new)), path.name
        assert new[below].comment is not None
        for cell in [cell for row in old.iter_rows() for cell in row if cell.has_style or cell.value is not None]:
            other = new[cell.coordinate]
            assert (cell.value, cell.number_format) == (other.value, other.number_format)
            assert (repr(cell.font), repr(cell.border)) == (repr(other.font), repr(other.border))
        count += 1
    assert count == 34


def test_the_commands_write_it(command: Any, tmp_path: Path) -> None:
    """``--xlsx`` of validate and convert: the file is there, JSON stays alone on stdout, the source is safe."""
    path = workbook(tmp_path)
    out = tmp_path / "結果" / "印.xlsx"
    ran = command("validate", path, "--standard", "preschool", "--xlsx", out, "--format", "json")
    assert ran.code == 1
    assert json.loads(ran.out)["valid"] is False
    assert str(out) in ran.err
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["一覧", "検査結果"]
    ran = command(
        "convert",
        text_file(tmp_path),
        "--standard",
        "preschool",
        "--header-row",
        "1",
        "--out",
        "出力",
        "--xlsx",
        "印2.xlsx",
    )
    assert ran.code == 1
    assert openpyxl.load_workbook(tmp_path / "印2.xlsx").worksheets[0]["B4"].value == "春"
    ran = command("validate", path, "--standard", "preschool", "--xlsx", path)
    assert (ran.code, "Traceback" in ran.text) == (2, False)
    ran = command("validate", path, "--standard", "gtfs_jp", "--xlsx", out)
    assert (ran.code, "Traceback" in ran.text) == (2, False)
