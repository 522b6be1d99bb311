"""The sample tables beside each schema: plain frictionless finds nothing in the valid ones, in the others what is said.

What is expected comes from the data, never from running frictionless.
"""

import csv
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import frictionless
import pytest
import yaml
from locations import ROOT
from meguro_opendata.standard_schemas import samples

from meguro_opendata.cleaning import NORMALISERS
from meguro_opendata.standard.model import load_standard, standards, value_kinds

FOLDER = ROOT / "standard_schemas"
VERSIONS = [(entry.id, version) for entry in standards() for version in entry.versions]
ROW_CHECKS = {"constraint-error", "type-error", "unique-error"}

every_version = pytest.mark.parametrize(("name", "version"), VERSIONS, ids=["@".join(pair) for pair in VERSIONS])


def found(folder: Path, table: str) -> list[tuple[int, str, str]]:
    """Row, field and type of each error that plain frictionless finds in a table of a folder, in its order."""
    report = frictionless.validate(table, schema="schema.json", basepath=str(folder))
    return [tuple(error) for error in report.flatten(["rowNumber", "fieldName", "type"])]


def records(path: Path) -> list[dict[str, str]]:
    """The records of a sample table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expected(folder: Path) -> list[tuple[int, str, str]]:
    """What ``invalid.findings.yaml`` says."""
    told = yaml.safe_load((folder / "invalid.findings.yaml").read_text(encoding="utf-8"))
    return [(item["row"], item["field"], item["check"]) for item in told]


def required(fields: list[Mapping[str, Any]], constraint: str) -> list[str]:
    """The names of the fields that have a constraint."""
    return [field["name"] for field in fields if field.get("constraints", {}).get(constraint)]


@every_version
def test_the_valid_table_passes(name: str, version: str) -> None:
    """Plain frictionless, in the folder of a schema, finds nothing in ``valid.csv``."""
    assert found(FOLDER / name / version, "valid.csv") == []


@every_version
def test_the_valid_table_passes_with_a_byte_order_mark(name: str, version: str, tmp_path: Path) -> None:
    """The mark with which cities publish changes nothing."""
    shutil.copy(FOLDER / name / version / "schema.json", tmp_path)
    (tmp_path / "valid.csv").write_bytes(b"\xef\xbb\xbf" + (FOLDER / name / version / "valid.csv").read_bytes())
    assert found(tmp_path, "valid.csv") == []


@every_version
def test_the_invalid_table_gives_exactly_its_findings(name: str, version: str) -> None:
    """Plain frictionless finds what ``invalid.findings.yaml`` says: the same rows, fields and checks in that order."""
    folder = FOLDER / name / version
    assert found(folder, "invalid.csv") == expected(folder)


@every_version
def test_the_tables_have_the_schemas_header(name: str, version: str) -> None:
    """Both tables have the exact names in the exact order, in UTF-8 without a mark and with plain newlines."""
    for table in ("valid.csv", "invalid.csv"):
        content = (FOLDER / name / version / table).read_bytes()
        assert next(csv.reader(content.decode("utf-8").splitlines())) == [
            item.name for item in load_standard(name, version).fields
        ]
        assert b"\r" not in content


@every_version
def test_the_valid_table_shows_every_field_and_the_bare_minimum(name: str, version: str) -> None:
    """The first record fills every field; the second only what must be filled and the key, and it is not blank."""
    schema = load_standard(name, version).schema
    assert schema is not None
    full, sparse = records(FOLDER / name / version / "valid.csv")
    assert "" not in full.values()
    must = {*required(schema["fields"], "required"), schema["mo:key"] or schema["fields"][0]["name"]}
    assert {field for field, value in sparse.items() if value} == must
    assert all(full[field] != sparse[field] for field in required(schema["fields"], "unique"))


@every_version
def test_the_full_record_takes_the_standards_own_examples(name: str, version: str) -> None:
    """Where the standard gives an example that passes, the sample shows it; the key may count on from it."""
    full, _ = records(FOLDER / name / version / "valid.csv")
    for item in load_standard(name, version).fields:
        example = item.descriptor.get("example")
        if example is not None:
            assert (full[item.name] == example) == item.descriptor.get("mo:example_passes", True), item.name


@every_version
def test_everything_that_can_be_wrong_is_wrong_once(name: str, version: str) -> None:
    """Each field that can fail fails, each mandatory one is missing once, and each unique one repeats once."""
    schema = load_standard(name, version).schema
    assert schema is not None
    fields = schema["fields"]
    can_fail = {
        field["name"]
        for field in fields
        if field["type"] != "string"
        or "format" in field
        or field.get("constraints", {}).keys() - {"required", "unique"}
    }
    told, table = expected(FOLDER / name / version), records(FOLDER / name / version / "invalid.csv")
    empty = [field for row, field, _ in told if not table[row - 2][field]]
    wrong = [field for row, field, check in told if table[row - 2][field] and check != "unique-error"]
    assert (set(wrong), len(wrong)) == (can_fail, len(can_fail))
    assert empty == required(fields, "required")
    assert [field for _, field, check in told if check == "unique-error"] == required(fields, "unique")
    assert len(told) == len(table) - 1, "one finding a record, but for the first"


@pytest.mark.parametrize("kind", sorted(value_kinds()))
def test_the_values_of_a_kind_are_what_they_are_said_to_be(kind: str) -> None:
    """A kind's sample passes and is clean already; each of its wrong values gives the one error that is said."""
    about = value_kinds()[kind]
    constraints = {**about.get("constraints", {}), **({"enum": ["語"]} if kind == "enum" else {})}
    field = {key: about[key] for key in ("type", "format") if key in about} | {
        "name": "見本",
        "constraints": constraints,
    }
    reader = frictionless.Schema.from_descriptor({"fields": [field]}).get_field("見本")
    if "sample" in about:
        assert reader.read_cell(about["sample"])[1] is None
        assert [rule for rule in about["clean"] if NORMALISERS[rule](about["sample"]) != about["sample"]] == []
    for value, check in about.get("wrong", {}).items():
        _, notes = reader.read_cell(value)
        assert notes, value
        assert check == ("type-error" if "type" in notes else "constraint-error"), value
        assert len(notes) == 1
    can_fail = about["type"] != "string" or "format" in about or bool(constraints)
    assert can_fail == bool(about.get("wrong"))


def test_every_check_of_a_finding_is_known() -> None:
    """The expected findings name frictionless's own error types and no other; each of them occurs."""
    told = [finding for name, version in VERSIONS for finding in expected(FOLDER / name / version)]
    assert {check for _, _, check in told} == ROW_CHECKS
    assert len(told) > 800


def test_the_command_of_the_readme_works() -> None:
    """``frictionless validate --schema schema.json valid.csv`` passes in a schema's folder, ``invalid.csv`` not."""
    folder = FOLDER / "evacuation_space" / "2026"
    command = [sys.executable, "-m", "frictionless", "validate", "--schema", "schema.json"]
    for table, code in (("valid.csv", 0), ("invalid.csv", 1)):
        done = subprocess.run([*command, table], cwd=folder, capture_output=True, check=False, timeout=120)
        assert done.returncode == code, done.stdout.decode("utf-8", "replace")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ({"mo:kind": "text", "example": "例"}, "例"),
        ({"mo:kind": "text", "example": "例", "mo:example_passes": False}, "見本"),
        ({"mo:kind": "enum_open", "mo:values": ["甲", "乙"]}, "甲"),
        ({"mo:kind": "enum_open", "mo:values": []}, "見本"),
    ],
)
def test_a_sample_is_the_example_then_the_first_word_then_the_kinds(field: Mapping[str, Any], value: str) -> None:
    """An example that does not pass is never shown as a valid value."""
    assert samples.sample(field) == value
