"""The layout of a draft's source: which sheets and blocks are read, and the reasons for leaving others out."""

from pathlib import Path

import openpyxl
import pytest

from meguro_opendata.authoring.layout import Layout, propose_layout

NAMES = ("名称", "住所", "電話番号")
HEADER = ["No", "名称", "住所", "電話番号"]
FIRST = [[str(number), f"施設{number}", f"見本{number}", f"03-5722-111{number}"] for number in range(1, 6)]
SECOND = [[str(number), f"公園{number}", f"見本{number}", f"03-5722-222{number}"] for number in range(1, 6)]


def layout(folder: Path, sheets: dict[str, list[list[str]]], **words: object) -> Layout:
    """The layout of a workbook with these sheets."""
    book = openpyxl.Workbook()
    del book["Sheet"]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = folder / "見本.xlsx"
    book.save(path)
    return propose_layout(path, NAMES, "ja", **words)  # type: ignore[arg-type]


def blocks(found: Layout) -> list[dict[str, object]]:
    """The words of each block."""
    return [block.model_dump(exclude_unset=True) for block in found.blocks]


def test_a_single_table_needs_no_words(tmp_path: Path) -> None:
    """A recipe without blocks reads it."""
    found = layout(tmp_path, {"一覧": [HEADER, *FIRST]})
    assert (found.sheets, found.blocks, found.unsure) == ((), (), False)
    assert (found.table.header_row, found.table.frame.height) == (1, 5)


def test_sheets_of_one_layout_are_read_one_after_another(tmp_path: Path) -> None:
    """With the same names on the same lines; the first one is shown."""
    found = layout(tmp_path, {"施設": [HEADER, *FIRST], "公園": [HEADER, *SECOND]})
    assert found.sheets == ("施設", "公園")
    assert blocks(found) == []
    assert found.table.frame["名称"].to_list() == [row[1] for row in FIRST]


@pytest.mark.parametrize(
    ("kept", "copied"),
    [(5, True), (4, True), (3, False)],
)
def test_a_sheet_with_four_of_five_rows_of_another_is_a_copy(tmp_path: Path, kept: int, copied: bool) -> None:
    """Sorted in another way and numbered anew; it is left out with a reason."""
    rows = [*FIRST[:kept], *SECOND[kept:]][::-1]
    renumbered = [[str(number), *row[1:]] for number, row in enumerate(rows, 1)]
    found = layout(tmp_path, {"番号順": [HEADER, *FIRST], "名前順": [HEADER, *renumbered]})
    assert found.sheets == (() if copied else ("番号順", "名前順"))
    assert [block["sheet"] for block in blocks(found)] == (["名前順"] if copied else [])
    assert all(block["read"] is False and block["reason"] for block in blocks(found))


def test_other_sheets_are_left_out_with_a_reason(tmp_path: Path) -> None:
    """Blank ones need no line."""
    found = layout(tmp_path, {"一覧": [HEADER, *FIRST], "集計": [["区分", "件数"], ["施設", "5"]], "空": []})
    (other,) = blocks(found)
    assert (other["sheet"], other["read"]) == ("集計", False)
    assert other["reason"]
    assert found.sheets == ()


@pytest.mark.parametrize("name", ["記入例", "（記入例）"])
def test_a_sheet_of_examples_is_never_read_with_the_others(tmp_path: Path, name: str) -> None:
    """Its rows are no facilities."""
    found = layout(tmp_path, {"施設": [HEADER, *FIRST], name: [HEADER, *SECOND]})
    assert found.sheets == ()
    assert [block["sheet"] for block in blocks(found)] == [name]


def test_only_the_named_sheet_is_read(tmp_path: Path) -> None:
    """Another one of the same layout is left out with a reason."""
    found = layout(tmp_path, {"施設": [HEADER, *FIRST], "公園": [HEADER, *SECOND]}, sheet="公園")
    assert found.sheets == ()
    assert [(block["sheet"], block["read"]) for block in blocks(found)] == [("施設", False)]
    assert found.table.frame["名称"].to_list() == [row[1] for row in SECOND]


def test_a_second_table_below_is_left_out_by_its_lines(tmp_path: Path) -> None:
    """Open at the end, with the text by which it is found again."""
    rows = [HEADER, *FIRST, [], ["種別", "件数"], ["施設", "5"]]
    found = layout(tmp_path, {"一覧": rows})
    left = [block for block in blocks(found) if block["read"] is False]
    assert [(block["sheet"], block["rows"], block["begins"]) for block in left] == [("一覧", "8-", "種別 件数")]
    assert found.table.frame["名称"].to_list() == [row[1] for row in FIRST]


@pytest.mark.parametrize("row", [1, 2])
def test_a_named_header_row_is_taken(tmp_path: Path, row: int) -> None:
    """Whatever stands above it."""
    rows = [["見本区の施設"], HEADER, *FIRST] if row == 2 else [HEADER, *FIRST]
    found = layout(tmp_path, {"一覧": rows}, header_row=row)
    assert (found.table.header_row, found.table.labels) == (row, tuple(HEADER))


def test_a_text_file_is_read_without_sheets(tmp_path: Path) -> None:
    """It has one table."""
    path = tmp_path / "見本.csv"
    path.write_text("\n".join(",".join(row) for row in [HEADER, *FIRST]) + "\n", encoding="utf-8")
    found = propose_layout(path, NAMES, "en")
    assert (found.sheets, found.blocks, found.table.frame.height) == ((), (), 5)
