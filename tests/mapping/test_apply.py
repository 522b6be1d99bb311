"""Mapping: the words of a recipe make exactly the values that they say, and a file that no longer fits is refused."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from locations import DATA, ROOT

import meguro_opendata as mo
from meguro_opendata.authoring.mapping_sheet import mapping_sheet
from meguro_opendata.errors import ConfigurationError
from meguro_opendata.findings import Change
from meguro_opendata.mapping import Mapped, apply_mapping
from meguro_opendata.mapping.proposal import Proposal
from meguro_opendata.mapping.values import make_values
from meguro_opendata.recipe import MappingRule, open_recipe
from meguro_opendata.sources import Grid, Table, read_source
from meguro_opendata.sources.header import cut_table
from meguro_opendata.workspace.city import City, Workspace

# An example city profile and example data, not the ward's own.
PROFILE = (DATA / "example_city.toml").read_text(encoding="utf-8")
NAMED = Proposal("名称", ("施設名",), "known", 0.96)
RECIPE: dict[str, Any] = {
    "title": "公共施設一覧（見本）",
    "standard": "public_facility@2026",
    "source": {"file": "見本.csv"},
    "mapping": {"名称": "施設名"},
    "metadata": {"description": "見本。", "department": "見本部見本課", "frequency": "随時"},
}
COLUMNS = "施設名,住所,緯度経度,区,町,電話"
ROWS = [
    '見本館,東京都目黒区上目黒二丁目19番15号,"35.6415, 139.6982",目黒区,上目黒,03-5722-1111',
    "見本の家,目黒区目黒1-2-3 見本ビル,不明,,目黒,",
]


def workspace(folder: Path, mapping: object, lines: list[str] | None = None) -> Workspace:
    """An example workspace with one dataset and its source."""
    home = folder / "datasets" / "sample"
    home.mkdir(parents=True, exist_ok=True)
    (home.parent / "opendata.toml").write_text(PROFILE, encoding="utf-8")
    recipe = {**copy.deepcopy(RECIPE), "mapping": mapping}
    (home / "dataset.yaml").write_text(yaml.safe_dump(recipe, allow_unicode=True, sort_keys=False), encoding="utf-8")
    (home / "見本.csv").write_text("\n".join(lines or [COLUMNS, *ROWS]) + "\n", encoding="utf-8")
    return mo.open_workspace(home.parent)


def mapped(folder: Path, mapping: object, lines: list[str] | None = None) -> Mapped:
    """The example's rows under its recipe's fields."""
    home = workspace(folder, mapping, lines)
    recipe = open_recipe("sample", home)
    return apply_mapping(read_source(recipe.source_path), recipe, home.city)


def refused(folder: Path, mapping: object, lines: list[str] | None = None) -> list[tuple[str, str, object]]:
    """Path, code and suggestion of each fault; both languages can say it."""
    with pytest.raises(ConfigurationError) as error:
        mapped(folder, mapping, lines)
    assert error.value.text("ja") != error.value.text("en")
    return [(fault.path, fault.code, fault.params.get("near")) for fault in error.value.faults]


@pytest.mark.parametrize(
    ("rule", "values", "rules"),
    [
        ("施設名", ["見本館", "見本の家"], []),
        ({"join": ["区", "町"]}, ["目黒区上目黒", "目黒"], ["join"]),
        ({"join": ["区", "町"], "separator": " "}, ["目黒区 上目黒", "目黒"], ["join"]),
        ({"column": "緯度経度", "split": {"by": ",", "part": 2}}, ["139.6982", ""], ["split"]),
        ({"column": "緯度経度", "split": {"pattern": "^([0-9.]+)"}}, ["35.6415", ""], ["split"]),
        ({"column": "住所", "split": {"address": "town"}}, ["上目黒二丁目", ""], ["split"]),
        ({"column": "住所", "split": {"address": "lot"}}, ["19-15", ""], ["split"]),
        ({"column": "住所", "split": {"address": "town_id"}}, ["0024002", ""], ["split"]),
        ({"column": "住所", "split": {"address": "building"}}, ["", "見本ビル"], ["split"]),
        ({"column": "電話", "default": "03-5722-0000"}, ["03-5722-1111", "03-5722-0000"], ["default"]),
        ({"column": "施設名", "lookup": {"見本館": "甲", "見本の家": "乙"}}, ["甲", "乙"], ["lookup"]),
        ({"column": "町", "zero_fill": 4}, ["0上目黒", "00目黒"], ["zero_fill"]),
        ({"constant": "見本"}, ["見本", "見本"], []),
        ({"city": "full_name"}, ["東京都目黒区", "東京都目黒区"], []),
    ],
)
def test_each_word_makes_its_values(tmp_path: Path, rule: object, values: list[str], rules: list[str]) -> None:
    """Every word does what it says, and each value that it rewrites is a change under its own rule."""
    made = mapped(tmp_path, {"名称": rule})
    assert made.frame["名称"].to_list() == values
    assert sorted({change.rule for change in made.changes}) == rules


def test_a_change_says_what_was_and_what_is(tmp_path: Path) -> None:
    """Joined cells are shown with a slash between; row, column and field are the source's and the recipe's."""
    made = mapped(tmp_path, {"名称": {"join": ["区", "町"]}})
    assert made.changes == (Change(2, "区", "名称", "join", "目黒区 / 上目黒", "目黒区上目黒"),)


@pytest.mark.parametrize(
    "split", [{"by": ",", "part": 3}, {"pattern": "([a-z]+)"}, {"address": "town"}], ids=["by", "pattern", "address"]
)
def test_a_value_that_cannot_be_split_is_reported(tmp_path: Path, split: dict[str, object]) -> None:
    """A part that is not there gives an empty value and a warning with its cell, never another part."""
    made = mapped(tmp_path, {"名称": {"column": "緯度経度", "split": split}})
    told = [(found.row, found.severity, found.value) for found in made.findings if found.code == "split-no-part"]
    assert (3, "warning", "不明") in told
    assert made.frame["名称"].to_list() == ["", ""]


def test_a_building_is_split_off_where_a_field_takes_it(tmp_path: Path) -> None:
    """An address with a building is split if some field takes that; else it stays whole and is reported."""
    lines = ["住所", "目黒区大橋２－１１－１　見本ビル３階", "目黒区どこか1-1", "目黒区大橋2-11-1先"]
    parts = {"所在地_町字": "town", "所在地_番地以下": "lot"}
    rules = {name: {"column": "住所", "split": {"address": part}} for name, part in parts.items()}
    without = mapped(tmp_path, rules, lines)
    assert without.frame["所在地_町字"].to_list() == ["", "", ""]
    assert [found.row for found in without.findings if found.code == "split-no-part"] == [2, 3, 4] * 2
    rules["建物名等(方書)"] = {"column": "住所", "split": {"address": "building"}}
    made = mapped(tmp_path, rules, lines)
    assert [made.frame[name][0] for name in rules] == ["大橋二丁目", "11-1", "見本ビル3階"]
    assert [made.frame[name][1] for name in rules] == ["", "", ""]


def test_a_joined_address_names_its_place_once(tmp_path: Path) -> None:
    """A join of prefecture, municipality and address leaves whole addresses as they are, and tells the others."""
    lines = [
        "県,区,住所",
        *(
            "東京都,目黒区,目黒区目黒1-2-3",
            "東京都,目黒区,目黒1-2-3",
            "東京都,目黒区,大田区中央1-2",
            "東京都,0004,目黒1-2",
        ),
        *("東京都,目黒区,未定", "東京都,目黒区,", ",,目黒区目黒1-2-3"),
    ]
    made = mapped(tmp_path, {"所在地_連結表記": {"join": ["県", "区", "住所"]}}, lines)
    right = [
        "目黒区目黒1-2-3",
        "東京都目黒区目黒1-2-3",
        "大田区中央1-2",
        "目黒1-2",
        "未定",
        "東京都目黒区",
        "目黒区目黒1-2-3",
    ]
    assert made.frame["所在地_連結表記"].to_list() == right
    told = [(found.row, found.code) for found in made.findings if found.severity == "warning"]
    assert told == [(4, "address-elsewhere"), (5, "address-place-unknown"), (6, "address-none")]


@pytest.mark.parametrize("address", ["東京都世田谷区三宿1-2", "世田谷区三宿1-2", "神奈川県川崎市中原区1-2"])
def test_an_address_elsewhere_is_not_split(tmp_path: Path, address: str) -> None:
    """An address in another municipality has no town of this one."""
    made = mapped(tmp_path, {"所在地_町字": {"column": "住所", "split": {"address": "town"}}}, ["住所", address])
    assert made.frame["所在地_町字"].to_list() == [""]


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ({"名称": {"column": "施設名", "join": ["区", "町"]}}, [("mapping.名称", "mapping-one-origin")]),
        ({"名称": {"join": ["区"]}}, [("mapping.名称.join", "wrong-too_short")]),
        ({"名称": {"join": ["区", "町"], "lookup": {"a": "b"}}}, [("mapping.名称", "mapping-needs-column")]),
        ({"名称": {"constant": "見本", "split": {"by": ","}}}, [("mapping.名称", "mapping-needs-column")]),
        ({"名称": {"constant": "見本", "default": "x"}}, [("mapping.名称", "default-needs-column")]),
        ({"名称": {"column": "施設名", "separator": " "}}, [("mapping.名称", "separator-needs-join")]),
        ({"名称": {"column": "住所", "split": {}}}, [("mapping.名称.split", "split-one-way")]),
        ({"名称": {"column": "住所", "split": {"by": ",", "pattern": "a"}}}, [("mapping.名称.split", "split-one-way")]),
        (
            {"名称": {"column": "住所", "split": {"address": "lot", "part": 2}}},
            [("mapping.名称.split", "split-address-part")],
        ),
        ({"名称": {"column": "住所", "split": {"address": "ku"}}}, [("mapping.名称.split.address", "not-one-of")]),
        (
            {"名称": {"column": "住所", "split": {"by": ",", "part": 0}}},
            [("mapping.名称.split.part", "wrong-greater_than_equal")],
        ),
        ({"名称": {"column": "住所", "split": {"pattern": "("}}}, [("mapping.名称.split.pattern", "split-pattern")]),
        ({"名称": {"column": "住所", "split": {"pattern": "a"}}}, [("mapping.名称.split.part", "split-no-group")]),
        ({"名称": {"colum": "住所"}}, [("mapping.名称.colum", "key-unknown-near")]),
        (
            {"名前": "施設名", "名称": {"column": "住所", "split": {"pattern": "("}}},
            [("mapping.名前", "field-unknown"), ("mapping.名称.split.pattern", "split-pattern")],
        ),
    ],
)
def test_wrong_words_are_refused(tmp_path: Path, mapping: object, expected: list[tuple[str, str]]) -> None:
    """Each fault of a mapping has its path and code; all are reported at once."""
    assert [(path, code) for path, code, _ in refused(tmp_path, mapping)] == expected


@pytest.mark.parametrize(
    ("rules", "header", "told"),
    [
        ({"名称": "施設名"}, "施設 名,住所", [("mapping.名称", "column-gone-near", ["施設 名"])]),
        ({"名称": "施設名"}, "施設名称,住所", [("mapping.名称", "column-gone-near", ["施設名称"])]),
        ({"名称": {"join": ["区", "施設名"]}}, "施設名,町", [("mapping.名称", "column-gone", [])]),
        ({"電話番号": "電話"}, "施設名,連絡", [("mapping.電話番号", "column-gone-values", ["連絡"])]),
        (
            {"緯度": "緯度", "経度": "経度"},
            "北,東",
            [("mapping.緯度", "column-gone-values", ["北"]), ("mapping.経度", "column-gone-values", ["東"])],
        ),
        ({"URL": "HP"}, "施設名,連絡", [("mapping.URL", "column-gone", [])]),
    ],
)
def test_a_file_that_no_longer_fits_is_refused(
    tmp_path: Path, rules: dict[str, object], header: str, told: list[tuple[str, str, list[str]]]
) -> None:
    """A lost column is named with what it probably is now: by its name, else by what its values look like."""
    row = "35.6415,139.6982" if header == "北,東" else "見本館,03-5722-1111"
    assert refused(tmp_path, rules, [header, row]) == told


def test_a_moved_column_is_found_by_its_name(tmp_path: Path) -> None:
    """Columns may change places without harm."""
    made = mapped(tmp_path, {"名称": "施設名"}, ["住所,施設名", "上目黒,見本館"])
    assert made.frame["名称"].to_list() == ["見本館"]


def test_joined_columns_are_used_columns(tmp_path: Path) -> None:
    """A column that is part of a join is neither left over nor allowed under drop."""
    made = mapped(tmp_path, {"名称": {"join": ["区", "町"]}})
    assert made.unmapped == ("施設名", "住所", "緯度経度", "電話")
    assert (made.origins["名称"], made.reasons["名称"]) == ("区", "join")


def table_of(records: list[list[str]]) -> Table:
    """A table from records, the first being the header."""
    return cut_table(Grid.of_records(Path("見本.csv"), "csv", records, lines=list(range(1, len(records) + 1))), 1)


@given(st.lists(st.tuples(*[st.text("あ1 -", max_size=4)] * 2), min_size=1, max_size=6))
def test_joining_and_splitting_give_the_parts_back(pairs: list[tuple[str, str]]) -> None:
    """Parts joined by a sign that none holds can be split again, whatever they are; the count of rows never changes."""
    joined = [[f"{first.strip()}/{second.strip()}", "x"] for first, second in pairs]
    table = table_of([["両方", "番"], *joined])
    for part in (1, 2):
        rule = MappingRule.model_validate({"column": "両方", "split": {"by": "/", "part": part}})
        assert make_values("名称", rule, table, None).values.to_list() == [pair[part - 1].strip() for pair in pairs]


@given(st.lists(st.text("0123456789", max_size=6), min_size=1, max_size=6))
def test_zeros_and_defaults_touch_only_what_they_say(values: list[str]) -> None:
    """Filled cells get their zeros, empty ones the default, and each that differs is one change."""
    table = table_of([["番号", "x"], *[[value, "x"] for value in values]])
    made = make_values("ID", MappingRule(column="番号", zero_fill=4, default="なし"), table, None)
    assert made.values.to_list() == [value.zfill(4) if value else "なし" for value in values]
    assert len(made.changes) == sum(len(value) < 4 for value in values)
    assert isinstance(made.values, pl.Series)


def test_a_city_without_a_profile_has_no_facts() -> None:
    """Outside a workspace a fact of the city is empty, not invented."""
    made = make_values("名称", MappingRule(city="name"), table_of([["a", "b"], ["1", "2"]]), None)
    assert made.values.to_list() == [""]
    assert City.model_fields.keys() >= {"code", "name", "prefecture"}


EXAMPLES = re.findall("```yaml\n(.*?)```", (ROOT / "docs" / "mapping.md").read_text("utf-8"), re.S)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_documents_examples_are_right(tmp_path: Path, example: str) -> None:
    """What docs/mapping.md shows is a mapping that opens."""
    home = workspace(tmp_path, {})
    path = home.recipe_path("sample")
    (path.parent / "mapping.xlsx").write_bytes(mapping_sheet(mo.load_standard("public_facility"), [NAMED], "ja"))
    path.write_text(yaml.safe_dump({**RECIPE, **yaml.safe_load(example)}, allow_unicode=True), encoding="utf-8")
    assert open_recipe("sample", home).title == RECIPE["title"]


@pytest.mark.parametrize("number", ["0001", "１２", "232301"])
def test_a_number_in_the_place_of_a_municipality_is_composed_into_nothing(number: str, tmp_path: Path) -> None:
    """A row number under 市区町村名 makes neither a name of an organisation nor an address; it is reported."""
    source = tmp_path / "見本.csv"
    rows = ["都道府県名,市区町村名,名称,住所", f"愛知県,{number},見本,春木1", "愛知県,東郷町,見本二,春木2"]
    source.write_text("\n".join(rows), encoding="utf-8")
    join = MappingRule(join=("都道府県名", "市区町村名"))
    made = make_values("地方公共団体名", join, read_source(source), None)
    assert made.values.to_list() == ["", "愛知県東郷町"]
    assert [(found.code, found.params["first"]) for found in made.findings] == [("not-carried", 2)]
