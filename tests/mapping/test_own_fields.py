"""Types and kinds that ``new`` proposes for a schema of one's own: what is there passes them, codes keep zeros."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import meguro_opendata as mo
from meguro_opendata.authoring import draft_dataset
from meguro_opendata.cleaning.table import clean
from meguro_opendata.mapping.ownfields import own_fields
from meguro_opendata.sources import Grid, Table
from meguro_opendata.sources.header import cut_table
from meguro_opendata.standard.model import schema_fields
from meguro_opendata.validation import validate_table

# A header, and the pools of values of which each column takes some; texts are coined.
POOLS: dict[str, list[str]] = {
    "施設コード": ["00123", "123", "A-1", "１２"],
    "台数": ["1", "1,200", "０", "-5", "－", "不明", "約10"],
    "面積": ["12.5", "3", "1,200.25", "12㎡"],
    "設置年": ["1998", "2024", "平成10年", "98"],
    "開設日": ["2025-04-01", "令和5年4月1日", "R5.4.1", "4月頃"],
    "緯度": ["35.641", "35.6415", "139.7", "35度"],
    "経度": ["139.698", "139.7", "35.64", ""],
    "電話": ["03-5722-1111", "（03）5722-1111", "5722-1111", "代表"],
    "郵便番号": ["153-8573", "1538573", "〒153-8573", "153"],
    "HP": ["https://www.example.com/", "www.example.com", "なし"],
    "メールアドレス": ["mihon@example.com", "mihon＠example.com", "問合せフォーム"],
    "よみがな": ["ミホン", "みほん", "ﾐﾎﾝ", "見本"],
    "開始": ["9:00", "午前9時", "24:00", "9時頃"],
    "曜日": ["月火水木金", "月～金", "毎日", "第2月曜"],
    "駐車場": ["有", "無", "○", "有（2台）"],
    "公開": ["TRUE", "FALSE", "true", "はい"],
    "法人番号": ["1000020131105", "100002013110", ""],
    "住所": ["東京都目黒区上目黒2-19-15", "上目黒二丁目", "なし"],
    "備考": ["見本", "1", ""],
}


def table(columns: dict[str, list[str]]) -> Table:
    """A table of an example."""
    records = [list(columns), *map(list, zip(*columns.values(), strict=True))]
    return cut_table(Grid.of_records(Path("見本.csv"), "csv", records, lines=list(range(1, len(records) + 1))), 1)


def found(header: str, *values: str) -> tuple[str, str]:
    """Type and kind of one column."""
    one = own_fields(table({header: list(values), "ほか": ["見本"] * len(values)}), False)[0]
    return one.type, one.kind


@pytest.mark.parametrize(
    ("header", "values", "proposed"),
    [
        ("台数", ["1", "1,200", "30"], ("integer", "integer")),
        ("台数", ["1", "－", "30"], ("integer", "integer")),
        ("割合", ["35.2", "3"], ("number", "decimal")),
        ("設置年", ["1998", "2024"], ("year", "year")),
        ("定員", ["1998", "2024"], ("integer", "integer")),
        ("開設日", ["令和5年4月1日", "2025-04-01"], ("date", "date")),
        ("公開", ["TRUE", "FALSE"], ("boolean", "text")),
        ("駐車場", ["有", "無"], ("string", "umu")),
        ("施設コード", ["123", "456"], ("string", "id")),
        ("番号", ["1", "2"], ("string", "id")),
        ("数", ["0012", "13"], ("string", "id")),
        ("数", ["1234567890123"], ("string", "id")),
        ("緯度", ["35.6415"], ("number", "decimal")),
        ("電話", ["03-5722-1111"], ("string", "phone")),
        ("電話", ["03-5722-1111", "見本係"], ("string", "text")),
        ("郵便番号", ["1538573"], ("string", "postal7")),
        ("件数", ["1538573"], ("integer", "integer")),
        ("ホームページ", ["https://www.example.com/"], ("string", "uri")),
        ("ホームページ", ["www.example.com/見本"], ("string", "text")),
        ("よみがな", ["ミホン"], ("string", "kana")),
        ("設備", ["トイレ", "エレベーター"], ("string", "text")),
        ("住所", ["上目黒2-19-15"], ("string", "address")),
        ("備考", ["", ""], ("string", "text")),
        ("備考", ["1", "2"], ("string", "text")),
        ("備考", ["－", "なし"], ("string", "text")),
        ("時刻", ["9:00", "17:30"], ("string", "time")),
        ("数", ["1e5", "３"], ("string", "text")),
    ],
)
def test_a_column_gets_type_and_kind(header: str, values: list[str], proposed: tuple[str, str]) -> None:
    """Header and all values decide; a code, or a column that fits in half, is no number."""
    assert found(header, *values) == proposed


@settings(max_examples=60)
@given(st.data())
def test_what_is_there_passes_the_schema(tmp_path_factory: Any, data: st.DataObject) -> None:
    """However a table is filled, its cleaned rows are valid by the schema that is drafted."""
    rows = data.draw(st.integers(1, 4))
    columns = {
        name: data.draw(st.lists(st.sampled_from(pool), min_size=rows, max_size=rows)) for name, pool in POOLS.items()
    }
    source = table(columns)
    made = own_fields(source, False)
    fields = [one.descriptor() for one in made]
    schema = {"fields": [*fields, {"name": "列"}], "missingValues": [""]}
    frame = source.frame.rename({one.column: one.name for one in made})
    done = clean(frame, schema_fields({"fields": fields}), {one.name: one.column for one in made}, range(frame.height))
    path = tmp_path_factory.mktemp("own") / "見本.csv"
    done.frame.with_columns(pl.lit("見本").alias("列")).write_csv(path)
    findings = [(one.code, one.field, one.value) for one in validate_table(path, schema).findings if one.check]
    assert findings == []
    codes = [value.strip() for value in columns["施設コード"]]
    assert done.frame["施設コード"].str.starts_with("0").to_list() == [code[0] == "0" for code in codes]


def test_a_draft_with_coordinates_makes_a_map(workspace_dir: Path, tmp_path: Path) -> None:
    """Latitude and longitude in a table of no standard become a GeoJSON, which the recipe says in a line of its own."""
    source = tmp_path / "桜.csv"
    source.write_text("名前,緯度,経度,本数\n見本の桜,35.641500,139.698200,12\n", encoding="utf-8")
    home = mo.open_workspace(workspace_dir)
    draft = draft_dataset("cherries", source, home)
    text = draft.recipe.read_text(encoding="utf-8").replace('department: ""', "department: 企画経営部政策企画課")
    draft.recipe.write_text(text, encoding="utf-8")
    assert yaml.safe_load(text)["formats"] == ["csv", "xlsx", "geojson"]
    release = mo.build_release("cherries", home)
    assert release.published
    (feature,) = json.loads((release.folder / "131105_cherries.geojson").read_text(encoding="utf-8"))["features"]
    assert feature["geometry"]["coordinates"] == [139.6982, 35.6415]
    assert feature["properties"]["名前"] == "見本の桜"


@pytest.mark.parametrize("word", ["crs: EPSG:4301", "axes: swapped"])
def test_what_a_schema_lacks_for_coordinates_is_said(command: Callable[..., Any], tmp_path: Path, word: str) -> None:
    """``crs`` with a schema that marks no field as a coordinate: the answer names the words to write."""
    assert command("init", "town", "--municipality", "131105").code == 0
    (tmp_path / "桜.csv").write_text("名前,緯度,経度\n見本の桜,35.6415,139.6982\n", encoding="utf-8")
    assert command("new", "cherries", "--source", "桜.csv", "--workspace", "town").code == 0
    folder = tmp_path / "town" / "cherries"
    schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    for field in schema["fields"]:
        del field["mo:kind"]
    (folder / "schema.json").write_text(json.dumps(schema, ensure_ascii=False), encoding="utf-8")
    recipe = (folder / "dataset.yaml").read_text(encoding="utf-8").replace("header_row: 1", f"header_row: 1\n  {word}")
    (folder / "dataset.yaml").write_text(recipe, encoding="utf-8")
    refused = command("build", "cherries", "--workspace", "town")
    assert refused.code == 2
    assert '"mo:kind": "latitude"' in refused.err
    assert "schema.json" in refused.err
