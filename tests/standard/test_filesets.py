"""GTFS-JP: the list of files and fields, and how it is shown."""

import json
import re
from pathlib import Path

import pytest
import yaml
from gtfs_feeds import gtfs_jp
from jsonschema import Draft202012Validator
from locations import ROOT
from meguro_opendata.cli.texts.filesets import fileset_dict, fileset_lines

import meguro_opendata as mo
from meguro_opendata import messages
from meguro_opendata.errors import UnknownStandardError
from meguro_opendata.standard import definitions
from meguro_opendata.standard.filesets import FileField, load_file_standard

REQUIREMENTS = {
    "required",
    "conditional_required",
    "recommended",
    "optional",
    "conditional_forbidden",
    "not_used",
    "unknown",
}


# The list of files


def test_the_list_holds_exactly_what_the_evidence_gives(shared: Path) -> None:
    """Every file and field of the evidence with its requirement and values, in its order, and nothing else."""
    given = json.loads((shared / "standards" / "datasets" / "gtfs_jp.json").read_text(encoding="utf-8"))
    ours = [
        (file.name, file.requirement, [(field.name, field.requirement, field.values) for field in file.fields])
        for file in gtfs_jp().files
        if file.requirement != "legacy"
    ]
    theirs = [
        (
            file["file"],
            file["requirement"],
            [(item["name"], item["requirement"], tuple(item.get("values", ()))) for item in file.get("columns", ())],
        )
        for file in given["files"]
    ]
    assert ours == theirs
    old = [
        (file.name, [field.name for field in file.fields]) for file in gtfs_jp().files if file.requirement == "legacy"
    ]
    assert old == [(file["file"], file["columns"]) for file in given["legacy"]["files"]]


def test_the_list_is_whole_and_each_meaning_its_own() -> None:
    """35 files, 237 fields; names are unique, requirements known words, meanings Japanese sentences of their own."""
    current = [file for file in gtfs_jp().files if file.requirement != "legacy"]
    assert (len(current), sum(len(file.fields) for file in current)) == (35, 237)
    assert len({file.name for file in gtfs_jp().files}) == len({file.title for file in gtfs_jp().files}) == 36
    for file in gtfs_jp().files:
        assert {field.requirement for field in file.fields} <= REQUIREMENTS
        said = [field.description for field in file.fields if field.description]
        assert len(set(said)) == len(said), file.name
        assert all(re.search(r"[ぁ-んァ-ヶ].*。$", text) for text in said), file.name
        assert len({field.name for field in file.fields}) == len(file.fields)
    assert [field.name for file in current for field in file.fields if not field.description] == ["cemv_support"] * 2


def test_the_list_says_where_it_is_from() -> None:
    """Edition, gaps and evidence stand in the file, and each piece of evidence can be looked up."""
    described = gtfs_jp().descriptor
    known = yaml.safe_load((ROOT / "standard_schemas" / "evidence.yaml").read_text(encoding="utf-8"))
    assert set(described["evidence"]) <= set(known)
    assert gtfs_jp().known_gaps
    assert "2025-10-01" in gtfs_jp().edition


def test_a_required_column_may_allow_empty_cells() -> None:
    """A field that is marked so must have its column, but not a value in every cell."""
    assert FileField("transfers", "required").must_be_filled
    assert not FileField("transfers", "required", may_be_empty=True).must_be_filled
    assert not FileField("transfers", "optional").must_be_filled


def test_only_a_standard_of_files_is_one() -> None:
    """Tables, unknown ids and mere entries of the list are none."""
    assert gtfs_jp() is load_file_standard("gtfs_jp")
    assert [load_file_standard(name) for name in ("aed", "aed@2020", "boring_log", "gtfs", "")] == [None] * 5
    assert load_file_standard("gtfs_jp@2025") == gtfs_jp()
    with pytest.raises(UnknownStandardError) as error:
        load_file_standard("gtfs_jp@2020")
    assert (error.value.code, error.value.params["versions"]) == ("unknown-version", ["2025"])


@pytest.mark.parametrize("version", [None, "2026"])
def test_loading_it_as_a_table_says_what_to_do(version: str | None) -> None:
    """There is no table of items to load; the error names the commands that do work."""
    with pytest.raises(UnknownStandardError) as error:
        mo.load_standard("gtfs_jp", version)
    assert error.value.code == "standard-of-files"
    for lang in messages.LANGUAGES:
        assert "validate FEED.zip --standard gtfs_jp" in error.value.text(lang)
        assert "standards show gtfs_jp" in error.value.text(lang)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (None, "schema-missing", None),
        ("version: '2025'\nfiles: [\n", "schema-damaged", 3),
        ("[]", "schema-damaged", 1),
        ("version: '2025'", "schema-damaged", 1),
        ("\x00", "schema-damaged", 1),
        ("version: v\nedition: e\nknown_gaps: []\nlegacy_files: []\nfiles: [{name: a}]", "schema-damaged", 1),
    ],
)
def test_a_damaged_list_is_told(monkeypatch: pytest.MonkeyPatch, text: str | None, code: str, line: int | None) -> None:
    """A list that is missing or broken is told with its file, never as a traceback."""

    def read(_: str) -> str:
        if text is None:
            raise FileNotFoundError
        return text

    monkeypatch.setattr(definitions, "definition_text", read)
    with pytest.raises(UnknownStandardError) as error:
        load_file_standard.__wrapped__("gtfs_jp")
    assert (error.value.code, error.value.params["file"]) == (code, "gtfs_jp/files.yaml")
    assert error.value.params.get("line") == line


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_show_lists_files_and_required_fields(lang: str) -> None:
    """Every file with its requirement, every required field, and the known gaps are printed."""
    shown = "\n".join(fileset_lines(gtfs_jp(), lang))
    assert all(file.name in shown and file.title in shown for file in gtfs_jp().files)
    assert all(name in shown for file in gtfs_jp().files for name in file.names("required"))
    assert all(gap in shown for gap in gtfs_jp().known_gaps)
    assert messages.word("conditional_required", lang) in shown


def test_show_as_json_fits_the_schema_of_standards() -> None:
    """The JSON is ``standard@1`` without items; files and fields stand under our own prefix."""
    schema = json.loads((ROOT / "docs" / "schemas" / "standard.schema.json").read_text(encoding="utf-8"))
    printed = json.loads(json.dumps(fileset_dict(gtfs_jp())))
    assert list(Draft202012Validator(schema).iter_errors(printed)) == []
    assert len(printed["schema"]["mo:files"]) == 35
