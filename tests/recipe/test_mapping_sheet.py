"""Mapping sheets: each line of the two columns becomes a rule, and every faulty line is reported at its cell."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.errors import ConfigurationError
from meguro_opendata.recipe import MappingRule
from meguro_opendata.recipe.mapping_sheet import read_mapping_sheet

FIELDS = ["名称", "名称_カナ", "都道府県名", "ID"]


def sheet(folder: Path, *lines: str, header: str = "項目,元の列") -> Path:
    """Write a mapping sheet and return its folder."""
    (folder / "mapping.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return folder


def faults(folder: Path, *lines: str, header: str = "項目,元の列") -> list[tuple[str, str]]:
    """Place and code of each fault of a mapping sheet."""
    with pytest.raises(ConfigurationError) as error:
        read_mapping_sheet(sheet(folder, *lines, header=header), "mapping.csv", FIELDS)
    return [(fault.path, fault.code) for fault in error.value.faults]


@pytest.mark.parametrize(
    ("origin", "rule"),
    [
        ("施設名", MappingRule(column="施設名")),
        ("固定: 東京都", MappingRule(constant="東京都")),
        ("固定：東京都", MappingRule(constant="東京都")),
        ("固定:", MappingRule(constant="")),
        ("constant: a:b", MappingRule(constant="a:b")),
        ("固 定値: 東京都", MappingRule(constant="東京都")),
        ("自治体: full_name", MappingRule(city="full_name")),
        ("City: code", MappingRule(city="code")),
        ("姓 + 名", MappingRule(join=("姓", "名"))),
        ("a + b + c", MappingRule(join=("a", "b", "c"))),
        # No joint, and no word of the sheet: names of columns.
        ("a+b", MappingRule(column="a+b")),
        ("a + ", MappingRule(column="a +")),
        ("時間: 開始", MappingRule(column="時間: 開始")),
        ("固定", MappingRule(column="固定")),
    ],
)
def test_a_source_column_becomes_a_rule(tmp_path: Path, origin: str, rule: MappingRule) -> None:
    """A column, a constant, a fact of the city, or joined columns."""
    assert read_mapping_sheet(sheet(tmp_path, f"名称,{origin}"), "mapping.csv", FIELDS) == {"名称": rule}


@pytest.mark.parametrize(
    "header",
    ["項目,元の列", "元の列,項目", "説明,元の列,項目", "標準の項目,列名", "Item,Source Column", "項 目,元　の列"],
)
def test_both_columns_are_found_by_their_headers(tmp_path: Path, header: str) -> None:
    """In any order, in either language, and with other columns beside them."""
    at = {name: place for place, name in enumerate(header.split(","))}
    item = min(at[name] for name in at if name in ("項目", "標準の項目", "Item", "項 目"))
    column = next(place for name, place in at.items() if name in ("元の列", "列名", "Source Column", "元　の列"))
    cells = [""] * len(at)
    cells[item], cells[column] = "名称", "施設名"
    rules = read_mapping_sheet(sheet(tmp_path, ",".join(cells), header=header), "mapping.csv", FIELDS)
    assert rules == {"名称": MappingRule(column="施設名")}


def test_lines_without_a_source_column_map_nothing(tmp_path: Path) -> None:
    """Fields are compared after folding, and short lines are no fault."""
    rules = read_mapping_sheet(
        sheet(tmp_path, "名称,", "ＩＤ,番号", "名称_カナ", ",", "都道府県名, "), "mapping.csv", FIELDS
    )
    assert rules == {"ID": MappingRule(column="番号")}


@pytest.mark.parametrize(("above", "code"), [(9, None), (10, "mapping-sheet-header")])
def test_the_header_is_in_the_first_ten_rows(tmp_path: Path, above: int, code: str | None) -> None:
    """A title and notes may precede it."""
    lines = [*["注記,"] * (above - 1), "項目,元の列", "名称,施設名"]
    if code is None:
        rules = read_mapping_sheet(sheet(tmp_path, *lines, header="見本,"), "mapping.csv", FIELDS)
        assert rules == {"名称": MappingRule(column="施設名")}
    else:
        assert faults(tmp_path, *lines, header="見本,") == [("-", code)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], [("-", "mapping-sheet-no-line")]),
        (["名称,"], [("-", "mapping-sheet-no-line")]),
        ([",施設名"], [("A2", "mapping-sheet-no-item")]),
        (["名前,施設名"], [("A2", "field-unknown")]),
        (["名称_カ,施設名"], [("A2", "field-unknown-near")]),
        (["名称,a", "名 称,b"], [("A3", "mapping-sheet-twice")]),
        (["名称,自治体: zzz"], [("B2", "city-fact-unknown")]),
        (["名称,自治体: nam"], [("B2", "city-fact-unknown-near")]),
        ([",a", "zzz,b", "名称,c"], [("A2", "mapping-sheet-no-item"), ("A3", "field-unknown")]),
    ],
)
def test_each_faulty_line_is_reported_at_its_cell(
    tmp_path: Path, lines: list[str], expected: list[tuple[str, str]]
) -> None:
    """All of them at once."""
    assert faults(tmp_path, *lines) == expected


@pytest.mark.parametrize("name", ["mapping.txt", "mapping", "../mapping.csv", "a/mapping.xlsx", ""])
def test_a_mapping_sheet_is_a_workbook_or_csv_beside_the_recipe(tmp_path: Path, name: str) -> None:
    """Any other name is a fault of the recipe itself."""
    with pytest.raises(ConfigurationError) as error:
        read_mapping_sheet(tmp_path, name, FIELDS)
    assert [(fault.path, fault.code) for fault in error.value.faults] == [("mapping", "mapping-sheet-name")]


@given(st.permutations(FIELDS), st.integers(0, 4))
def test_the_order_of_lines_does_not_matter(names: list[str], filled: int) -> None:
    """Each field gets the column of its own line."""
    lines = [f"{name},{name}の列" if at < filled else f"{name}," for at, name in enumerate(names)]
    with tempfile.TemporaryDirectory() as folder:
        if not filled:
            assert faults(Path(folder), *lines) == [("-", "mapping-sheet-no-line")]
            return
        rules = read_mapping_sheet(sheet(Path(folder), *lines), "mapping.csv", FIELDS)
    assert rules == {name: MappingRule(column=f"{name}の列") for name in names[:filled]}
