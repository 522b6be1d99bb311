"""A Table Schema of the city's own: every fault of the file is told with its place, and nothing in it is a crash."""

import json
from pathlib import Path
from typing import Any

import frictionless.fields
import pytest

from meguro_opendata.errors import ConfigurationError, MeguroOpendataError
from meguro_opendata.standard.schemafile import read_schema
from meguro_opendata.validation.engine.frictionless import field_reader

TYPES = [name.removesuffix("Field").lower() for name in vars(frictionless.fields) if name.endswith("Field")]


def one_field(**parts: Any) -> str:
    """A schema of one field."""
    return json.dumps({"fields": [{"name": "名称", **parts}]})


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{", [("-", "json-broken")]),
        ("[]", [("fields", "schema-without-fields")]),
        ('{"fields": {}}', [("fields", "schema-without-fields")]),
        (
            '{"fields": [{"name": "a"}, {"type": "string"}, "b", {"name": "a"}, {"name": ""}]}',
            [
                ("fields.1", "schema-field-without-name"),
                ("fields.2", "schema-field-without-name"),
                ("fields.3.name", "schema-field-twice"),
                ("fields.4", "schema-field-without-name"),
            ],
        ),
        ('{"fields": [{"name": "名"}]}'.encode("cp932"), [("-", "not-utf8")]),
        ("[" * 100_000, [("-", "too-deep")]),
        (
            '{"fields": [{"name": ["a"]}, {"name": 5}]}',
            [(f"fields.{at}", "schema-field-without-name") for at in (0, 1)],
        ),
        (one_field(type="integr"), [("fields.0.type", "schema-type-unknown-near")]),
        (one_field(type="zzz"), [("fields.0.type", "schema-type-unknown")]),
        (one_field(type=["string"]), [("fields.0.type", "schema-type-unknown-near")]),
        (one_field(**{"mo:kind": "adress"}), [("fields.0.mo:kind", "kind-unknown-near")]),
        (one_field(**{"mo:kind": "zzz"}), [("fields.0.mo:kind", "kind-unknown")]),
        (one_field(constraints=["required"]), [("fields.0.constraints", "schema-constraints")]),
        (one_field(constraints=None), [("fields.0.constraints", "schema-constraints")]),
        (one_field(format=[]), [("fields.0.format", "schema-no-text")]),
        (one_field(type="list", delimiter=""), [("fields.0.delimiter", "schema-no-text")]),
        (one_field(type="number", groupChar=1), [("fields.0.groupChar", "schema-no-text")]),
        (one_field(constraints={"enum": "北部"}), [("fields.0.constraints.enum", "schema-no-list")]),
        (one_field(constraints={"pattern": "[a"}), [("fields.0.constraints.pattern", "schema-pattern")]),
        ('{"fields": [{"name": "名称"}], "primaryKey": ["名称", "名"]}', [("primaryKey", "schema-key-unknown-near")]),
        ('{"fields": [{"name": "名称"}], "primaryKey": "zzz"}', [("primaryKey", "schema-key-unknown")]),
    ],
)
def test_a_faulty_schema_file_is_refused(tmp_path: Path, content: str | bytes, expected: list[tuple[str, str]]) -> None:
    """A schema of one's own is told every field that is none."""
    path = tmp_path / "schema.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigurationError) as error:
        read_schema(path)
    assert [(fault.path, fault.code) for fault in error.value.faults] == expected
    assert error.value.text("ja") != error.value.text("en")


def test_a_schema_file_that_cannot_be_opened(tmp_path: Path) -> None:
    """A missing schema is told, and so is a folder in its place."""
    for path, code in ((tmp_path / "ない.json", "file-missing"), (tmp_path, "file-unreadable")):
        with pytest.raises(ConfigurationError) as error:
            read_schema(path)
        assert [(fault.path, fault.code) for fault in error.value.faults] == [("-", code)]
        assert str(path) in error.value.text("ja")


def test_a_schema_file_may_have_a_byte_order_mark(tmp_path: Path) -> None:
    """Notepad's UTF-8 is UTF-8."""
    path = tmp_path / "schema.json"
    path.write_text(one_field(title="名"), encoding="utf-8-sig")
    assert read_schema(path) == {"fields": [{"name": "名称", "title": "名"}]}


@pytest.mark.parametrize(
    "content",
    [
        one_field(**{"mo:kind": ["text"]}),
        one_field(constraints={"pattern": "a{99999999999}"}),
        one_field(constraints={"pattern": "(" * 5000 + ")" * 5000}),
        f'{{"fields": [], "version": {"1" * 5000}}}',
        '{"fields": [{"name": "名称"}], "foreignKeys": 5}',
    ],
    ids=["a list as kind", "a pattern too often", "a pattern too deep", "an endless number", "a number for a list"],
)
def test_no_schema_file_is_a_crash(tmp_path: Path, content: str) -> None:
    """Whatever JSON holds is taken or is a fault."""
    (tmp_path / "schema.json").write_text(content, encoding="utf-8")
    with pytest.raises(MeguroOpendataError):
        field_reader(read_schema(tmp_path / "schema.json"))


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_of_table_schema_is_taken(tmp_path: Path, kind: str) -> None:
    """A schema may use whatever type frictionless checks."""
    (tmp_path / "schema.json").write_text(one_field(type=kind), encoding="utf-8")
    assert not field_reader(read_schema(tmp_path / "schema.json"))("")[1]


@pytest.mark.parametrize("parts", [{"constraints": {"zzz": 1}}, {"format": "zzz", "type": "string"}, {"title": 5}])
def test_a_schema_that_frictionless_refuses_is_told(parts: dict[str, Any]) -> None:
    """What only frictionless sees in a schema is an error of ours, in a sentence."""
    with pytest.raises(MeguroOpendataError) as error:
        field_reader(json.loads(one_field(**parts)))
    assert (error.value.code, error.value.exit_code) == ("schema-invalid", 2)
    assert "Table Schema" in error.value.text("ja")
