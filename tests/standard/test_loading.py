"""Standards are found, loaded and refused as they are told."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

import meguro_opendata as mo
from meguro_opendata.errors import UnknownStandardError
from meguro_opendata.standard import model
from meguro_opendata.standard.model import load_standard, schema_fields, standards


def refused(standard_id: str, version: str | None = None) -> UnknownStandardError:
    """The error of loading a standard; it can be said in both languages."""
    with pytest.raises(UnknownStandardError) as error:
        load_standard.__wrapped__(standard_id, version)
    assert error.value.text("ja") != error.value.text("en")
    assert error.value.exit_code == 2
    return error.value


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("aeds", ["aed"]),
        ("pre_school", ["preschool"]),
        ("public-toilet", ["public_toilet"]),
        ("evacuation_spaces@2026", ["evacuation_space"]),
        ("AED", ["aed"]),
        ("Aed@2026", ["aed"]),
        ("Public Toilet", ["public_toilet"]),
        ("PRESCHOOL", ["preschool"]),
    ],
)
def test_an_unknown_standard_is_told_with_the_nearest(name: str, near: list[str]) -> None:
    """A misspelled id is refused with the id that was probably meant first; capitals do not hide it."""
    error = refused(name)
    assert error.code == "unknown-standard-near"
    assert error.params["near"][: len(near)] == near  # type: ignore[index]
    assert near[0] in error.text("ja")


@pytest.mark.parametrize("name", ["zzzzzz", "", "@2026", "目黒"])
def test_a_standard_that_is_like_none_is_refused(name: str) -> None:
    """Without anything near, the error says where the list is."""
    error = refused(name)
    assert error.code == "unknown-standard"
    assert "standards list" in error.text("ja")


@pytest.mark.parametrize(("name", "version"), [("aed", "2019"), ("aed@2019", None), ("aed", "26"), ("aed@v2026", None)])
def test_an_unknown_version_is_told_with_those_that_exist(name: str, version: str | None) -> None:
    """A version that is not there is refused with those that are, newest first."""
    error = refused(name, version)
    assert (error.code, error.params["id"], error.params["versions"]) == ("unknown-version", "aed", ["2026", "2020"])
    assert "2026、2020" in error.text("ja")


@pytest.mark.parametrize("name", [entry.id for entry in standards() if entry.status == "listed"])
@pytest.mark.parametrize("version", [None, "2026"])
def test_a_standard_without_items_is_refused(name: str, version: str | None) -> None:
    """A dataset whose items are not known is in the list and cannot be loaded; the error says what to do instead."""
    error = refused(name, version)
    assert (error.code, error.params["id"]) == ("standard-without-items", name)
    assert "schema:" in error.text("ja")


def test_some_standards_are_listed_without_items() -> None:
    """The list is the whole national list, also of what cannot be checked yet."""
    without = [entry for entry in standards() if not entry.versions]
    assert "car_park" in {entry.id for entry in without}
    assert all((entry.version, entry.schema, entry.fields) == (None, None, ()) for entry in without)
    assert {entry.status for entry in without} == {"listed", "files"}


def test_the_newest_version_is_the_default() -> None:
    """An id alone is the newest version; ``id@version`` and a second argument are the same."""
    assert load_standard("aed") == load_standard("aed", "2026") == load_standard("aed@2026")
    assert load_standard("aed", "2020") == load_standard("aed@2020")
    assert load_standard("aed", "2020").version == "2020"
    assert load_standard("aed", "2020").schema != load_standard("aed").schema


def test_versions_are_years_newest_first() -> None:
    """The first version of a standard is its newest, and none stands twice."""
    for entry in standards():
        assert list(entry.versions) == sorted(set(entry.versions), reverse=True)
        assert all(re.fullmatch(r"20\d\d", version) for version in entry.versions)
        assert entry.version == (entry.versions[0] if entry.versions else None)


def test_the_catalogue_names_each_standard_once() -> None:
    """Ids and numbers are unique, each dataset has both names, and the list is in the order of its numbers."""
    entries = standards()
    ids, numbers = [entry.id for entry in entries], [entry.number for entry in entries if entry.number]
    assert len(set(ids)) == len(ids) >= 32
    assert numbers == sorted(set(numbers))
    assert all(entry.title and entry.title_en for entry in entries)
    assert all((entry.status == "schema") == bool(entry.versions) for entry in entries)


def test_a_file_is_named_after_city_and_standard() -> None:
    """The file name is the one that the standard asks for, but for the two that also ask for a date or a part."""
    differing = {
        entry.id
        for entry in standards()
        if entry.file_name.startswith("[code]")
        and entry.file_name.replace("[code]", "131105") != f"{entry.file_stem('131105')}.csv"
    }
    assert load_standard("aed").file_stem("131105") == "131105_aed"
    assert differing == {"population", "food_business"}


def test_a_field_is_found_by_its_exact_name() -> None:
    """A field is found by the standard's spelling and no other."""
    aed = load_standard("aed", "2026")
    assert [aed.field(item.name) for item in aed.fields] == list(aed.fields)
    assert aed.field("名 称") is None
    assert aed.field("") is None


def test_a_plain_schema_has_fields_too() -> None:
    """A Table Schema that knows nothing of our prefix is text of unknown requirement, its type untouched."""
    (field,) = schema_fields({"fields": [{"name": "a", "type": "integer"}]})
    assert (field.kind, field.requirement, field.description) == ("text", "unknown", "")
    assert field.descriptor == {"name": "a", "type": "integer"}


def reading(text: str | Exception) -> Callable[[str], str]:
    """A reader of package files that gives ``text`` for every schema."""

    def read(_: str) -> str:
        if isinstance(text, Exception):
            raise text
        return text

    return read


@pytest.mark.parametrize(
    ("text", "code", "params"),
    [
        (FileNotFoundError(), "schema-missing", {"file": "aed/2026/schema.json"}),
        ("", "schema-damaged", {"file": "aed/2026/schema.json", "line": 1}),
        ('{"fields": [\n{"name": "a"},\n', "schema-damaged", {"file": "aed/2026/schema.json", "line": 3}),
        ("[]", "schema-part-damaged", {"file": "aed/2026/schema.json", "part": "-"}),
        ("{}", "schema-part-damaged", {"file": "aed/2026/schema.json", "part": "fields"}),
        ('{"fields": {}}', "schema-part-damaged", {"file": "aed/2026/schema.json", "part": "fields"}),
        ('{"fields": [{"name": "a"}, 1]}', "schema-part-damaged", {"file": "aed/2026/schema.json", "part": "fields.1"}),
        ('{"fields": [{"name": 5}]}', "schema-part-damaged", {"file": "aed/2026/schema.json", "part": "fields.0.name"}),
        ("null", "schema-part-damaged", {"file": "aed/2026/schema.json", "part": "-"}),
    ],
)
def test_a_damaged_package_is_told(
    monkeypatch: pytest.MonkeyPatch, text: str | Exception, code: str, params: dict[str, Any]
) -> None:
    """A schema that is missing or broken is told with its file and line, never as a traceback."""
    standards()
    monkeypatch.setattr(model, "definition_text", reading(text))
    error = refused("aed")
    assert (error.code, error.params) == (code, params)
    assert "aed/2026/schema.json" in error.text("ja")


def test_the_reader_of_that_test_is_the_one_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the replaced reader gives is what is loaded, so the test above tests the loading."""
    standards()
    monkeypatch.setattr(model, "definition_text", reading(json.dumps({"fields": [{"name": "見本"}]})))
    assert [item.name for item in load_standard.__wrapped__("aed").fields] == ["見本"]


def test_the_package_offers_the_standards() -> None:
    """Both functions are reached from the package itself."""
    assert mo.load_standard is load_standard
    assert mo.standards is standards
