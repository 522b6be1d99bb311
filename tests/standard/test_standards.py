"""The national standard as data: every version loads, is what its definition gives, and keeps its own rules."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import frictionless
import pytest
import yaml
from locations import ROOT
from meguro_opendata.standard_schemas import generate

from meguro_opendata import messages
from meguro_opendata.cleaning import NORMALISERS
from meguro_opendata.standard.model import Standard, load_standard, standards, value_kinds

FOLDER = ROOT / "standard_schemas"
VERSIONS = [(entry.id, version) for entry in standards() for version in entry.versions]
REQUIREMENTS = {"required", "recommended", "optional", "unknown"}
WAYS = {"copy", "join", "address", "features", "unsure"}
every_version = pytest.mark.parametrize(("name", "version"), VERSIONS, ids=["@".join(pair) for pair in VERSIONS])


def data(name: str) -> Any:
    """A data file of the folder."""
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def definition(name: str, version: str) -> dict[str, Any]:
    """One version of a definition, as people write it."""
    part: dict[str, Any] = data(f"{name}/definition.yaml")["versions"][version]
    return part


def test_the_catalogue_and_the_folder_hold_the_same_versions() -> None:
    """No schema stands without an entry of the catalogue, and no entry without its schema."""
    found = {(path.parent.parent.name, path.parent.name) for path in FOLDER.glob("*/*/schema.json")}
    assert found == set(VERSIONS)
    assert len(found) >= 41


def test_every_generated_file_is_what_its_definition_gives() -> None:
    """A file that was edited by hand, or not written anew after its definition, is stale; none is left over."""
    patterns = ("*/*/schema.json", "*/*/*.csv", "*/*/*.findings.yaml", "*/README.md")
    there = {path for pattern in patterns for path in FOLDER.glob(pattern)} - {FOLDER / "templates" / "README.md"}
    there |= {ROOT / "docs" / "standards.md", *(ROOT / "docs" / "standards").iterdir()}
    expected = dict(generate.files())
    assert there == set(expected)
    stale = [path for path, text in expected.items() if path.read_bytes() != text.encode("utf-8")]
    assert stale == [], "make schemas"


def test_main_writes_what_the_generator_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``python -m …generate`` writes each file in its folder, with plain newlines."""
    written = [(tmp_path / "aed" / "2026" / "schema.json", "{\n}\n")]
    monkeypatch.setattr(generate, "files", lambda: iter(written))
    generate.main()
    assert written[0][0].read_bytes() == b"{\n}\n"


def test_a_folder_without_documents_gets_none(tmp_path: Path) -> None:
    """Where only the package is installed, the schemas and their samples are written and no documents."""
    paths = [path for path, _ in generate.files(tmp_path, tmp_path / "docs")]
    assert paths
    assert not any(path.is_relative_to(tmp_path / "docs") for path in paths)


@every_version
def test_a_schema_is_valid_for_frictionless(name: str, version: str) -> None:
    """Each schema is a plain Table Schema that Frictionless takes, constraints included."""
    described = load_standard(name, version).schema
    assert described is not None
    metadata = frictionless.Schema.from_descriptor(described)
    assert [item.name for item in metadata.fields] == [item["name"] for item in described["fields"]]
    assert (described["name"], described["version"], described["missingValues"]) == (name, version, [""])


@every_version
def test_each_field_has_a_name_and_a_meaning_of_its_own(name: str, version: str) -> None:
    """Names are unique and bare; descriptions are Japanese sentences, and no two fields share one."""
    fields = load_standard(name, version).fields
    assert fields
    assert [field for field, count in Counter(item.name for item in fields).items() if count > 1] == []
    assert [text for text, count in Counter(item.description for item in fields).items() if count > 1] == []
    assert [item.name for item in fields if item.name != "".join(item.name.split())] == []
    unlike = [item.name for item in fields if not re.search(r"[ぁ-んァ-ヶ].*。$", item.description)]
    assert unlike == []


@every_version
def test_a_field_is_what_its_kind_says(name: str, version: str) -> None:
    """Type, format and constraints of a field are those of its kind; requirement is one of the four words."""
    for item in load_standard(name, version).fields:
        kind = value_kinds()[item.kind]
        constraints = item.descriptor.get("constraints", {})
        assert item.descriptor["type"] == kind["type"], item.name
        assert item.descriptor.get("format") == kind.get("format"), item.name
        assert kind.get("constraints", {}).items() <= constraints.items(), item.name
        assert item.requirement in REQUIREMENTS


@every_version
def test_only_what_is_required_must_be_filled(name: str, version: str) -> None:
    """A field is never made mandatory by us that the standard does not require; all others must be allowed empty."""
    may_be_empty = {item["name"] for item in definition(name, version)["fields"] if item.get("may_be_empty")}
    fields = load_standard(name, version).fields
    asked = {item.name for item in fields if item.descriptor.get("constraints", {}).get("required")}
    assert asked == {item.name for item in fields if item.requirement == "required"} - may_be_empty


@every_version
def test_the_key_is_a_field(name: str, version: str) -> None:
    """The key by which rows are told apart is a field, and at most that one must be unique."""
    loaded = load_standard(name, version)
    assert loaded.schema is not None
    key = loaded.schema["mo:key"]
    unique = {item.name for item in loaded.fields if item.descriptor.get("constraints", {}).get("unique")}
    assert key is None or loaded.field(key) is not None
    assert unique <= {key}


def examples() -> Iterator[tuple[Standard, frictionless.Field, str, str]]:
    """Every example of every version, with the field that must accept it, as a cell's text and its kind."""
    for name, version in VERSIONS:
        loaded = load_standard(name, version)
        readers = frictionless.Schema.from_descriptor(loaded.schema or {})
        for item in loaded.fields:
            if "example" in item.descriptor:
                yield loaded, readers.get_field(item.name), str(item.descriptor["example"]), item.kind


def test_every_example_passes_its_own_field() -> None:
    """The standard's own examples are valid, but for those that the definition says are faulty, with the reason."""
    seen = 0
    for loaded, reader, example, _ in examples():
        seen += 1
        about = described(loaded, reader.name)
        _, notes = reader.read_cell(example)
        assert (not notes) == about.get("mo:example_passes", True), (loaded.id, loaded.version, reader.name)
        assert about.get("mo:example_passes", True) or about["mo:note"]
    assert seen > 400


def described(loaded: Standard, name: str) -> Mapping[str, Any]:
    """The descriptor of a field."""
    field = loaded.field(name)
    assert field is not None
    return field.descriptor


def test_every_example_is_clean() -> None:
    """No normaliser has anything to do on a valid example: cleaning never rewrites what is right."""
    touched = [
        (loaded.id, loaded.version, reader.name, rule, example)
        for loaded, reader, example, kind in examples()
        if described(loaded, reader.name).get("mo:example_passes", True)
        for rule in value_kinds()[kind]["clean"]
        if NORMALISERS[rule](example) != example
    ]
    assert touched == []


@every_version
def test_names_are_spelled_as_in_the_definition(name: str, version: str) -> None:
    """The items of a schema are those of its definition, to the byte and in that order."""
    names = [item.name for item in load_standard(name, version).fields]
    assert names == [item["name"] for item in definition(name, version)["fields"]]


@every_version
def test_names_are_spelled_as_in_the_evidence(name: str, version: str, shared: Path) -> None:
    """The items are those that were recovered, mixed widths of brackets included, none invented and none lost."""
    recovered = json.loads((shared / "standards" / "datasets" / f"{name}.json").read_text(encoding="utf-8"))
    items = recovered["legacy"]["items"] if version == "2020" else recovered["items"]
    assert [item.name for item in load_standard(name, version).fields] == [item["name"] for item in items]


@every_version
def test_a_version_says_the_same_everywhere(name: str, version: str) -> None:
    """Folder, schema, catalogue and definition agree on id, version and title."""
    schema = json.loads((FOLDER / name / version / "schema.json").read_text(encoding="utf-8"))
    entry = next(entry for entry in data("catalog.yaml") if entry["id"] == name)
    whole = data(f"{name}/definition.yaml")
    assert (schema["name"], schema["version"], schema["mo:standard"]) == (name, version, f"{name}@{version}")
    assert version in entry["versions"]
    assert set(whole["versions"]) == set(entry["versions"])
    assert schema["title"] == entry["title"] == whole["title"]
    assert schema["mo:title_en"] == entry["title_en"] == whole["title_en"]
    assert schema["mo:number"] == entry.get("number") == whole.get("number")


@every_version
def test_every_key_under_the_prefix_is_documented(name: str, version: str) -> None:
    """A reader of the schemas finds each ``mo:`` word in the README of the folder."""
    schema = load_standard(name, version).schema
    assert schema is not None
    used = {key for part in (schema, *schema["fields"]) for key in part if key.startswith("mo:")}
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [key for key in sorted(used) if f"| `{key}` |" not in readme] == []


@every_version
def test_a_known_requirement_has_its_basis(name: str, version: str) -> None:
    """Whoever says that an item is required says why; what nobody knows has no basis."""
    for item in load_standard(name, version).fields:
        assert (item.requirement == "unknown") == (not item.descriptor.get("mo:requirement_basis")), item.name


@every_version
def test_only_what_is_said_to_be_empty_may_be_empty(name: str, version: str) -> None:
    """Required columns whose cells may be empty are the flags of the disasters and of the shelter, and no others."""
    for item in load_standard(name, version).fields:
        flag = item.name.startswith("災害種別_") or item.name == "指定避難所との重複"
        assert bool(item.descriptor.get("mo:may_be_empty")) == flag, item.name
        assert not (flag and item.descriptor.get("constraints", {}).get("required")), item.name


@every_version
def test_what_becomes_of_old_items_is_said(name: str, version: str) -> None:
    """Each item of an older version is carried in one known way to items that the current version has."""
    loaded, current = load_standard(name, version), load_standard(name)
    assert loaded.schema is not None
    carried = loaded.schema.get("mo:carry")
    if version == current.version:
        assert carried is None
        return
    assert [item["from"] for item in carried] == [item.name for item in loaded.fields]
    assert all(set(item) == {"from", "to", "how"} and item["how"] in WAYS for item in carried)
    sure = [item for item in carried if item["how"] != "unsure"]
    assert [name for item in sure for name in item["to"] if current.field(name) is None] == []
    assert all(item["to"] for item in sure)
    assert all(len(item["to"]) == 1 for item in carried if item["how"] in ("copy", "join"))


@every_version
def test_a_synonym_stands_for_one_item(name: str, version: str) -> None:
    """No other spelling is an item's own name, or stands for two items of the same version."""
    fields = load_standard(name, version).fields
    spellings = [spelling for item in fields for spelling in item.descriptor.get("mo:synonyms", ())]
    assert set(spellings) & {item.name for item in fields} == set()
    assert len(spellings) == len(set(spellings))


def test_every_synonym_is_in_a_schema() -> None:
    """A spelling that belongs to no item of any version would be dead; one that may be two items is in none."""
    known = data("synonyms.yaml")
    newest = {name: {item.name for item in load_standard(name).fields} for name, _ in VERSIONS}
    assert set(known["general"]) <= set().union(*newest.values())
    for part in (known["datasets"], known["unclear"]):
        assert [(name, item) for name, items in part.items() for item in items if name not in newest] == []
    assert [
        (name, item) for name, items in known["datasets"].items() for item in items if item not in newest[name]
    ] == []
    candidates = [(name, item) for name, items in known["unclear"].items() for pair in items.values() for item in pair]
    assert [(name, item) for name, item in candidates if item not in newest[name]] == []
    unclear = {spelling for items in known["unclear"].values() for spelling in items}
    written = {
        spelling
        for name, version in VERSIONS
        for item in load_standard(name, version).fields
        for spelling in item.descriptor.get("mo:synonyms", ())
    }
    assert unclear & written == set()
    assert {spelling for spellings in known["general"].values() for spelling in spellings} <= written


def alternatives_outside_a_group(pattern: str) -> bool:
    """Whether a pattern has ``|`` outside of every group and every set of characters."""
    depth, in_set = 0, False
    for sign in re.sub(r"\\.", "", pattern):
        if in_set:
            in_set = sign != "]"
        elif sign == "[":
            in_set = True
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == "|" and depth == 0:
            return True
    return False


@pytest.mark.parametrize(("pattern", "outside"), [("a|b", True), ("(?:a|b)", False), ("[|]", False), (r"\||a", True)])
def test_a_pattern_with_loose_alternatives_is_seen(pattern: str, outside: bool) -> None:
    """The check of the next test can fail."""
    assert alternatives_outside_a_group(pattern) is outside


def test_patterns_are_grouped_and_half_width() -> None:
    """Alternatives stand in groups, since frictionless adds none; full-width digits match no pattern for digits."""
    for kind, about in value_kinds().items():
        pattern = about.get("constraints", {}).get("pattern", "")
        assert not alternatives_outside_a_group(pattern), kind
        assert "\\d" not in pattern, kind


@every_version
def test_a_pattern_is_written_once_for_its_kind(name: str, version: str) -> None:
    """No field has a pattern of its own, and none that takes several values in a cell has an ``enum``."""
    for item in load_standard(name, version).fields:
        constraints = item.descriptor.get("constraints", {})
        assert constraints.get("pattern") == value_kinds()[item.kind].get("constraints", {}).get("pattern"), item.name
        assert not (item.kind in ("list", "height_type", "poi_code", "decimal_signed") and "enum" in constraints)


def test_every_kind_has_normalisers_and_words() -> None:
    """The normalisers of a kind exist, and both languages say how its values are written."""
    for kind, about in value_kinds().items():
        assert set(about["clean"]) <= set(NORMALISERS), kind
        assert messages.form(kind, "ja")
        assert messages.form(kind, "en")


def test_the_catalogue_says_all_of_each_entry() -> None:
    """Each entry has purpose, evidence, licences and the basis of its file name, in known words."""
    evidence, words = set(data("evidence.yaml")), data("words.yaml")
    for entry in data("catalog.yaml"):
        assert entry["purpose"].endswith("。")
        assert set(entry["evidence"]) <= evidence
        assert entry["evidence"]
        assert set(entry["licence"]) == {"definitions", "wording"}
        assert set(entry["licence"].values()) <= set(words["licence"])
        assert (entry["file_name_basis"] == "none") == ("file_name" not in entry)
        assert entry["file_name_basis"] in words["file_name_basis"]
        assert entry["status"] in words["status"]
        assert entry["confidence"] in words["confidence"]


def test_every_piece_of_evidence_is_explained() -> None:
    """An evidence id in a schema can be looked up in ``evidence.yaml``."""
    known = set(data("evidence.yaml"))
    cited = {
        evidence
        for name, version in VERSIONS
        for item in load_standard(name, version).fields
        for evidence in item.descriptor.get("mo:evidence", ())
    }
    assert cited - known == set()
