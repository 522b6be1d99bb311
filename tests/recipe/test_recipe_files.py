"""The files, columns and rows of a recipe: which belong to it, and for which file and sheet."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from written_recipes import EXTENSION, LACKING, opened

from meguro_opendata.recipe import Extension, MappingRule, one_shot_recipe
from meguro_opendata.recipe.blockwords import SkippedRow
from meguro_opendata.recipe.sourcewords import FileSettings
from meguro_opendata.standard.model import load_standard

REASON = {"reason": "見本"}


def test_a_series_has_every_file_of_its_pattern_but_those_left_out(tmp_path: Path) -> None:
    """The recipe's own files never belong to it, whatever the pattern."""
    source = {"series": "*", "leave_out": {"旧.csv": "旧い版"}}
    recipe = opened(tmp_path, source=source, expect={"earlier": "前回.csv"})
    for name in ("2024-01.csv", "2024-02.csv", "旧.csv", "前回.csv", "ids.csv"):
        (recipe.path.parent / name).write_text("名称\n", encoding="utf-8")
    assert sorted(path.name for path in recipe.source_files()) == ["2024-01.csv", "2024-02.csv", "schema.json"]
    assert recipe.left_out_of_series() == ["旧.csv", "dataset.yaml", "前回.csv", "ids.csv"]
    assert recipe.earlier_path == recipe.path.parent / "前回.csv"


def test_a_single_source_is_the_only_file(tmp_path: Path) -> None:
    """Whether it exists or not; without an earlier state and with the register beside it."""
    recipe = opened(tmp_path)
    assert recipe.source_files() == [recipe.path.parent / "見本.csv"]
    assert recipe.earlier_path is None


def test_the_recipe_of_one_of_several_files_keeps_all_other_words(tmp_path: Path) -> None:
    """Its settings are those of the file; without any, those of the source."""
    recipe = opened(tmp_path, source={"file": "a.xlsx", "header_row": 3}, extensions=[EXTENSION])
    same = recipe.for_file("b.xlsx")
    assert (same.source.file, same.source.header_row) == ("b.xlsx", 3)
    other = recipe.for_file("c.csv", FileSettings(header_row=2, encoding="cp932"))
    assert (other.source.file, other.source.header_row, other.source.encoding) == ("c.csv", 2, "cp932")
    assert other.extensions == recipe.extensions


@pytest.mark.parametrize(
    ("file", "sheet", "skipped"),
    [
        ("a.csv", None, {5: "甲", 6: "乙"}),
        ("b.xlsx", "一", {5: "甲", 7: "丙"}),
        ("b.xlsx", "二", {5: "甲"}),
        ("c.csv", None, {5: "甲"}),
    ],
)
def test_skipped_rows_belong_to_their_file_and_sheet(
    tmp_path: Path, file: str, sheet: str | None, skipped: dict[int, str]
) -> None:
    """A row without file and sheet belongs to each."""
    recipe = opened(tmp_path)
    rows = (
        SkippedRow(row=5, reason="甲"),
        SkippedRow(row=6, reason="乙", file="a.csv"),
        SkippedRow(row=7, reason="丙", file="b.xlsx", sheet="一"),
    )
    assert replace(recipe, skip_rows=rows).skipped_in(file, sheet) == skipped


@pytest.mark.parametrize(
    ("changes", "columns"),
    [
        ({"mapping": {"名称": "施設名", "ID": {"join": ["甲", "乙"]}}}, {"施設名", "甲", "乙"}),
        (
            {"mapping": {"名称": "施設名"}, "extensions": [EXTENSION], "drop": {"メモ": "不要"}},
            {"施設名", "階", "メモ"},
        ),
        ({"mapping": {"名称": {"constant": "見本"}}}, set()),
        # A column that the program adds is in no source.
        (
            {
                "source": {"file": "a.xlsx", "sheets": "*", "sheet_column": "月"},
                "mapping": {"名称": "月", "備考": "注"},
            },
            {"注"},
        ),
    ],
)
def test_the_columns_that_a_recipe_names(tmp_path: Path, changes: dict[str, Any], columns: set[str]) -> None:
    """By its mapping, its extensions and the columns that it drops."""
    assert opened(tmp_path, **changes).named_columns == columns


def test_without_a_mapping_the_names_of_all_fields_are_columns(tmp_path: Path) -> None:
    """A column fills the field of its name."""
    recipe = opened(tmp_path, mapping=LACKING)
    assert recipe.same_names
    assert recipe.named_columns == {field["name"] for field in recipe.schema["fields"]}


@pytest.mark.parametrize(
    ("changes", "municipality", "stem"),
    [
        ({}, "131105", "131105_aed"),
        ({}, "", "aed"),
        ({"standard": LACKING, "schema": "schema.json", "mapping": {"名称": "a"}}, "131105", "131105_aed"),
        ({"standard": LACKING, "schema": "schema.json", "mapping": {"名称": "a"}}, "", "aed"),
    ],
)
def test_the_name_of_published_files(tmp_path: Path, changes: dict[str, Any], municipality: str, stem: str) -> None:
    """The standard's, with the municipality's code in front where it is known."""
    assert opened(tmp_path, **changes).file_stem(municipality) == stem


def test_blocks_belong_to_their_sheet(tmp_path: Path) -> None:
    """Others of the file are not read with them."""
    blocks = [{"sheet": "一", "rows": "9-", "read": False, **REASON}, {"rows": "20-", "read": False, **REASON}]
    recipe = opened(tmp_path, blocks=blocks)
    assert [block.rows for block in recipe.blocks_of("見本.csv", "一")] == ["9-", "20-"]
    assert [block.rows for block in recipe.blocks_of("見本.csv", "二")] == ["20-"]


def test_flags_of_estimates_are_fields_once_the_estimate_is_confirmed(tmp_path: Path) -> None:
    """A recipe whose question is open publishes no flags."""
    confirmed = opened(tmp_path, geocode={"address": "所在地_連結表記"})
    asked = opened(tmp_path, geocode={"address": "所在地_連結表記", "confirm": "推定してよいか"})
    added = [field["name"] for field in confirmed.schema["fields"]][len(confirmed.base_fields) :]
    assert len(added) >= 2
    assert len(asked.schema["fields"]) == len(asked.base_fields)


def test_a_conversion_has_every_field_and_the_kept_columns() -> None:
    """And neither mapping nor rules of its own."""
    standard = load_standard("aed", "2026")
    kept = (Extension(name="設置階", column="階", description="階"),)
    recipe = one_shot_recipe(Path("/x/見本.csv"), standard, FileSettings(header_row=2), kept)
    assert (recipe.slug, recipe.source.file, recipe.source.header_row) == ("aed", "見本.csv", 2)
    assert [field["name"] for field in recipe.schema["fields"]] == [field.name for field in standard.fields] + [
        "設置階"
    ]
    assert (recipe.mapping, recipe.key, recipe.key_is_own) == ({}, ("ID",), False)
    assert recipe.formats == ("csv", "xlsx", "geojson")


@pytest.mark.parametrize(
    ("rule", "columns"),
    [
        (MappingRule(column="a"), ("a",)),
        (MappingRule(join=("a", "b")), ("a", "b")),
        (MappingRule(constant="x"), ()),
        (MappingRule(city="code"), ()),
    ],
)
def test_the_columns_that_a_rule_reads(rule: MappingRule, columns: tuple[str, ...]) -> None:
    """A constant and a fact of the city read no column."""
    assert rule.columns == columns
