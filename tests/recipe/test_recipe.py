"""``dataset.yaml``: a right recipe is taken as it is, a wrong one is refused with every fault."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from written_recipes import EXTENSION, LACKING, MINIMAL, OWN_SCHEMA, WAIVER, opened, recipe_faults, workspace_with

import meguro_opendata as mo
from meguro_opendata.errors import ConfigurationError
from meguro_opendata.recipe import MappingRule, SourceSettings, open_recipe


def test_a_minimal_recipe_opens(tmp_path: Path) -> None:
    """What the recipe leaves out has its default; schema and key are the standard's."""
    recipe = opened(tmp_path)
    standard = mo.load_standard("aed", "2026")
    assert (recipe.slug, recipe.title, recipe.standard) == ("aed", MINIMAL["title"], standard)
    assert recipe.source == SourceSettings(file="見本.csv", kind="table", header_row=1, header_rows=1)
    assert recipe.source_path == tmp_path.resolve() / "datasets" / "aed" / "見本.csv"
    assert recipe.mapping == {"名称": MappingRule(column="施設名")}
    assert recipe.base_fields == tuple(field.name for field in standard.fields)
    assert recipe.schema == standard.schema
    assert (recipe.key, recipe.formats, recipe.schema_path) == (("ID",), ("csv", "xlsx"), None)
    assert (recipe.extensions, recipe.drop, recipe.skip_rows, recipe.waive) == ((), {}, (), ())
    assert recipe.file_stem("131105") == "131105_aed"


def test_everything_that_a_recipe_may_say_is_taken(tmp_path: Path) -> None:
    """Source settings, rules, extensions, dropped columns, skipped rows, key, waivers and metadata arrive."""
    recipe = opened(
        tmp_path,
        standard="aed@2020",
        source={"file": "見本.xlsx", "sheet": "一覧", "header_row": 5, "header_rows": 2, "encoding": "cp932"},
        mapping={
            "都道府県コード又は市区町村コード": {"city": "code"},
            "NO": {"column": "番号", "zero_fill": 10, "keep": ["trim"]},
            "名称": {"column": "施設名", "lookup": {"駅": "見本駅"}},
            "都道府県名": {"constant": "東京都"},
        },
        extensions=[EXTENSION],
        drop={"メモ": "内部の覚え"},
        skip_rows=[{"row": 7, "reason": "合計"}, {"row": 9, "reason": "注記"}],
        key=["NO", "設置階"],
        waive=[WAIVER, {**WAIVER, "field": "設置階"}],
        formats=["csv", "geojson"],
        metadata__modified=date(2025, 6, 1),
        metadata__keywords=["AED", "見本"],
    )
    assert recipe.standard == mo.load_standard("aed", "2020")
    assert (recipe.source.sheet, recipe.source.header_row, recipe.source.header_rows) == ("一覧", 5, 2)
    assert recipe.mapping["NO"] == MappingRule(column="番号", zero_fill=10, keep=("trim",))
    assert recipe.mapping["名称"].lookup == {"駅": "見本駅"}
    assert recipe.mapping["都道府県名"] == MappingRule(constant="東京都")
    assert (recipe.skipped_in(recipe.source.file, None), recipe.drop) == (
        {7: "合計", 9: "注記"},
        {"メモ": "内部の覚え"},
    )
    assert (recipe.key, recipe.formats) == (("NO", "設置階"), ("csv", "geojson"))
    assert [waiver.field for waiver in recipe.waive] == ["名称", "設置階"]
    assert (recipe.metadata.modified, recipe.metadata.keywords) == (date(2025, 6, 1), ("AED", "見本"))


@pytest.mark.parametrize(
    ("kind", "described"),
    [
        ("text", {"type": "string"}),
        ("email", {"type": "string", "format": "email"}),
        ("umu", {"type": "string", "constraints": {"enum": ["有", "無"]}}),
        ("latitude", {"type": "number", "constraints": {"minimum": 20, "maximum": 46}}),
    ],
)
def test_an_extension_comes_after_the_standard(tmp_path: Path, kind: str, described: dict[str, Any]) -> None:
    """A column of the city's own stands last, with the type and the constraints of its kind; the standard stays."""
    before = len(mo.load_standard("aed", "2026").fields)
    recipe = opened(tmp_path, extensions=[{**EXTENSION, "kind": kind}])
    assert recipe.schema["fields"][-1] == {
        "name": "設置階",
        "title": "設置階",
        "description": "見本の独自の列。",
        "mo:kind": kind,
        "mo:extension": True,
        **described,
    }
    assert "設置階" not in recipe.base_fields
    assert len(recipe.schema["fields"]) == before + 1
    assert len(mo.load_standard("aed", "2026").fields) == before


def test_a_recipe_may_bring_its_own_schema(tmp_path: Path) -> None:
    """Without a national standard the schema is the dataset's own, and the file is named after the folder."""
    recipe = opened(tmp_path, standard=LACKING, schema="schema.json")
    assert (recipe.standard, recipe.schema, recipe.key) == (None, OWN_SCHEMA, ())
    assert recipe.schema_path == recipe.path.parent / "schema.json"
    assert recipe.base_fields == ("名称", "面積")
    assert recipe.file_stem("131105") == "131105_aed"


@pytest.mark.parametrize(
    "file", ["../aed/schema.json", "a/b.csv", "/etc/passwd", "C:x.csv", "C:\\x", "a\\b", "..", ".", "", "a\0b"]
)
def test_a_file_outside_its_folder_is_refused(tmp_path: Path, file: str) -> None:
    """Source and schema are file names, never paths: neither out of the folder nor into another drive."""
    assert recipe_faults(tmp_path, {"source.file": file}) == [("source.file", "path-not-inside")]
    assert recipe_faults(tmp_path, {"standard": LACKING, "schema": file}) == [("schema", "path-not-inside")]


@pytest.mark.parametrize("file", ["見本.csv", "a..b.csv", "見本 (2).xlsx", ".csv", "~$見本.xlsx"])
def test_a_plain_name_is_a_source(tmp_path: Path, file: str) -> None:
    """Any name without a folder is allowed, dots and spaces in it too."""
    recipe = opened(tmp_path, source__file=file)
    assert recipe.source_path.parent == recipe.path.parent
    assert recipe.source_path.name == file


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"schema": "schema.json"}, [("-", "standard-or-schema")]),
        ({"standard": LACKING}, [("-", "standard-or-schema")]),
        ({"standard": None}, [("-", "standard-or-schema")]),
        ({"standard": "aeds"}, [("standard", "unknown-standard-near")]),
        ({"standard": "AED"}, [("standard", "unknown-standard-near")]),
        ({"standard": "zzzzzz"}, [("standard", "unknown-standard")]),
        ({"standard": "aed@2019"}, [("standard", "unknown-version")]),
        ({"standard": "car_park"}, [("standard", "standard-without-items")]),
        ({"standard": 2026}, [("standard", "wrong-string_type")]),
        ({"titel": "x"}, [("titel", "key-unknown-near")]),
        ({"title": LACKING}, [("title", "key-missing")]),
        ({"source": LACKING}, [("source", "key-missing")]),
        ({"source.fil": "x"}, [("source.fil", "key-unknown-near")]),
        ({"source.kind": "tabel"}, [("source.kind", "not-one-of")]),
        ({"source.encoding": "sjis"}, [("source.encoding", "not-one-of")]),
        ({"source.header_row": 0}, [("source.header_row", "wrong-greater_than_equal")]),
        ({"source.header_rows": 6}, [("source.header_rows", "wrong-less_than_equal")]),
        ({"mapping.名 称": "x"}, [("mapping.名 称", "field-unknown-near")]),
        ({"mapping.zzz": "x"}, [("mapping.zzz", "field-unknown")]),
        ({"mapping.名称": {}}, [("mapping.名称", "mapping-one-origin")]),
        ({"mapping.名称": {"column": "a", "constant": "b"}}, [("mapping.名称", "mapping-one-origin")]),
        ({"mapping.名称": {"city": "code", "constant": "b"}}, [("mapping.名称", "mapping-one-origin")]),
        ({"mapping.名称": {"constant": "a", "lookup": {"a": "b"}}}, [("mapping.名称", "mapping-needs-column")]),
        ({"mapping.名称": {"city": "code", "zero_fill": 6}}, [("mapping.名称", "mapping-needs-column")]),
        ({"mapping.名称": {"column": "a", "keep": ["trimm"]}}, [("mapping.名称.keep", "rule-unknown-near")]),
        ({"mapping.名称": {"column": "a", "keep": ["trim", "year"]}}, [("mapping.名称.keep", "rule-unknown")]),
        ({"mapping.名称": {"column": "a", "keep": "trim"}}, [("mapping.名称.keep", "wrong-tuple_type")]),
        ({"mapping.名称": {"colum": "a"}}, [("mapping.名称.colum", "key-unknown-near")]),
        ({"mapping.名称": {"city": "cod"}}, [("mapping.名称.city", "not-one-of")]),
        ({"mapping.名称": {"column": "a", "zero_fill": 0}}, [("mapping.名称.zero_fill", "wrong-greater_than_equal")]),
        ({"mapping.名称": {"column": "a", "lookup": {"有": 1}}}, [("mapping.名称.lookup.有", "wrong-string_type")]),
        ({"mapping.名称": 5}, [("mapping.名称", "wrong-model_type")]),
        ({"mapping": {5: "x"}}, [("mapping.5.[key]", "wrong-string_type")]),
        ({"mapping": None}, [("mapping", "wrong-dict_type")]),
        ({"extensions": [{**EXTENSION, "name": "名称"}]}, [("extensions.0.name", "extension-is-field")]),
        ({"extensions": [{**EXTENSION, "kind": "adress"}]}, [("extensions.0.kind", "kind-unknown-near")]),
        ({"extensions": [{**EXTENSION, "kind": "zzz"}]}, [("extensions.0.kind", "kind-unknown")]),
        ({"extensions": [{**EXTENSION, "keep": ["date"]}]}, [("extensions.0.keep", "rule-unknown")]),
        ({"extensions": [EXTENSION, {**EXTENSION, "column": "x"}]}, [("extensions.1.name", "extension-twice")]),
        ({"extensions": [EXTENSION, {"name": "x", "column": "y"}]}, [("extensions.1.description", "key-missing")]),
        ({"drop": {"メモ": None}}, [("drop.メモ", "wrong-string_too_short")]),
        ({"drop": ["メモ"]}, [("drop", "wrong-dict_type")]),
        ({"skip_rows": [{"row": 0, "reason": "x"}]}, [("skip_rows.0.row", "wrong-greater_than_equal")]),
        ({"skip_rows": [{"row": 3}]}, [("skip_rows.0.reason", "key-missing")]),
        ({"key": ["名称", "名前"]}, [("key.名前", "field-unknown")]),
        ({"key": ["設置階"]}, [("key.設置階", "field-unknown")]),
        ({"waive": [{**WAIVER, "code": "constraint-requird"}]}, [("waive.0.code", "code-unknown-near")]),
        ({"waive": [{**WAIVER, "code": "zzz"}]}, [("waive.0.code", "code-unknown")]),
        ({"waive": [WAIVER, {**WAIVER, "field": "名"}]}, [("waive.1.field.名", "field-unknown-near")]),
        ({"waive": [{"code": "type-date", "field": "名称"}]}, [("waive.0.reason", "key-missing")]),
        ({"formats": ["csv", "pdf"]}, [("formats.1", "not-one-of")]),
        ({"metadata.department": "見本部保育課"}, [("metadata.department", "department-unknown-near")]),
        ({"metadata.department": "zzz"}, [("metadata.department", "department-unknown")]),
        ({"metadata.frequency": LACKING}, [("metadata.frequency", "key-missing")]),
        ({"metadata.modified": "2025-06-01"}, [("metadata.modified", "wrong-date_type")]),
        ({"standard": LACKING, "schema": "ない.json"}, [("-", "file-missing")]),
        ({"standard": LACKING, "schema": "dataset.yaml"}, [("-", "json-broken")]),
    ],
)
def test_a_faulty_recipe_is_refused(tmp_path: Path, changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Each fault of a recipe has its path and its code, and nothing else is complained of."""
    assert recipe_faults(tmp_path, changes) == expected


def test_all_faults_of_the_content_are_reported_at_once(tmp_path: Path) -> None:
    """Names, kinds, codes, departments and paths that do not exist are reported together."""
    changes = {
        "mapping.zzz": "x",
        "key": ["yyy"],
        "extensions": [{**EXTENSION, "kind": "xxx", "name": "名称"}],
        "waive": [{"code": "www", "field": "vvv", "reason": "x"}],
        "metadata.department": "uuu",
        "source.file": "../x",
    }
    assert [path for path, _ in recipe_faults(tmp_path, changes)] == [
        "mapping.zzz",
        "key.yyy",
        "extensions.0.name",
        "extensions.0.kind",
        "waive.0.code",
        "waive.0.field.vvv",
        "metadata.department",
        "source.file",
    ]


def test_a_suggestion_is_given_for_each_near_name(tmp_path: Path) -> None:
    """A misspelled field, department, kind and code is reported with the right one."""
    changes = {
        "mapping.設置位": "x",
        "extensions": [{**EXTENSION, "kind": "adress"}],
        "waive": [{**WAIVER, "code": "type-dat"}],
        "metadata.department": "防災課",
    }
    with pytest.raises(ConfigurationError) as error:
        open_recipe("aed", workspace_with(tmp_path, changes))
    lines = error.value.text("ja").splitlines()[1:]
    for line, right in zip(lines, ["設置位置", "address", "type-date", "見本部防災課"], strict=True):
        assert line.partition("もしかして: ")[2].split("、")[0] == right


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({"extensions": [{**EXTENSION, "kind": "zzz"}]}, "text_halfwidth"),
        ({"mapping.内線番号": {"column": "a", "keep": ["zzz"]}}, "half_width"),
        ({"metadata.department": "zzz"}, "見本部見本課"),
        ({"waive": [{**WAIVER, "code": "zzz"}]}, ""),
        ({"mapping.zzz": "x"}, ""),
    ],
    ids=["kind", "rule", "department", "code", "field"],
)
def test_no_suggestion_is_promised_where_nothing_is_near(tmp_path: Path, changes: dict[str, Any], known: str) -> None:
    """A sentence does not end in "did you mean:" with nothing behind it; it lists what there is, unless too many."""
    with pytest.raises(ConfigurationError) as error:
        open_recipe("aed", workspace_with(tmp_path, changes))
    for lang, promise in (("ja", "もしかして"), ("en", "Did you mean")):
        text = error.value.text(lang)
        assert promise not in text
        assert known in text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"mapping.名 称": {"column": "a", "keep": ["trim"]}}, [("mapping.名 称", "field-unknown-near")]),
        ({"extensions": [{**EXTENSION, "kind": "zzz", "keep": ["trim"]}]}, [("extensions.0.kind", "kind-unknown")]),
    ],
    ids=["field", "kind"],
)
def test_a_misspelled_name_is_one_fault(
    tmp_path: Path, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """The rules of what does not exist are not complained of ("known: " and nothing behind it)."""
    assert recipe_faults(tmp_path, changes) == expected


def test_an_unknown_dataset_is_refused(tmp_path: Path) -> None:
    """A recipe is opened by the name of its folder only."""
    workspace = workspace_with(tmp_path, {})
    with pytest.raises(ConfigurationError) as error:
        open_recipe("aid", workspace)
    assert [fault.code for fault in error.value.faults] == ["dataset-unknown-near"]


@pytest.mark.parametrize("name", ["primaryKey", "mo:key"])
def test_a_key_that_is_no_name_is_a_fault(tmp_path: Path, name: str) -> None:
    """A number as the key of a schema is refused, not looped over."""
    workspace = workspace_with(tmp_path, {"standard": LACKING, "schema": "schema.json"})
    (workspace.root / "aed" / "schema.json").write_text(json.dumps({**OWN_SCHEMA, name: 5}), encoding="utf-8")
    with pytest.raises(ConfigurationError):
        open_recipe("aed", workspace)
