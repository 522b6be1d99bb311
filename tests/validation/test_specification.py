"""Checking by Data Package 2: what is right by the specification, what is withdrawn, what is named as not checked."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_args

import pytest
from engine_cases import Case, cases
from hangs import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meguro_opendata import messages
from meguro_opendata.errors import ConfigurationError, MeguroOpendataError
from meguro_opendata.findings import Report
from meguro_opendata.validation import Engine, validate_table
from meguro_opendata.validation.engine.fast import check_table
from meguro_opendata.validation.specification import judged, merged
from meguro_opendata.validation.specification.jsonschemas import _anywhere, schema_check
from meguro_opendata.validation.specification.values import specification, value_reader

ENGINES: tuple[Engine, ...] = get_args(Engine)
V2 = "https://datapackage.org/profiles/2.0/tableschema.json"
Check = Callable[..., Report]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Check rows against fields by the specification; ``more`` are other parts of the schema."""

    def checked(rows: Sequence[Sequence[str]], fields: list[dict[str, Any]], *, by: bool = True, **more: Any) -> Report:
        path = tmp_path / "table.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        reports = [
            validate_table(path, {"$schema": V2, "fields": fields, **more}, engine, specification=by)
            for engine in ENGINES
        ]
        assert reports[0] == reports[1]
        return reports[0]

    return checked


def told(report: Report) -> list[tuple[str, int | None]]:
    """Code and row of each finding."""
    return [(found.code, found.row) for found in report.findings]


# A field, values that are right by the specification, and values that are not.
VALUES: list[tuple[dict[str, Any], list[str], list[str]]] = [
    ({"type": "integer"}, ["1", "-1", "+7", "007"], ["1.0", "1_0", "１２", "x", "1,000", "1e3"]),
    ({"type": "integer", "groupChar": ","}, ["1,000", "1000", "12,34"], ["1.000", ",1", "1,,0", "1,"]),
    ({"type": "integer", "groupChar": " "}, ["1 000"], ["1.000"]),
    ({"type": "integer", "bareNumber": False}, ["約95%", "€ -3", "12人"], ["なし", "1.5人"]),
    ({"type": "integer", "bareNumber": False, "groupChar": ","}, ["約1,000人"], ["千人"]),
    (
        {"type": "number"},
        ["1.5", ".5", "5.", "-1e3", "NaN", "INF", "-INF"],
        ["inf", "Infinity", "nan", "1_0", "１", "sNaN"],
    ),
    ({"type": "number", "decimalChar": ",", "groupChar": "."}, ["1.000,5", "1,5"], ["1,5,0", "1,000.5"]),
    ({"type": "number", "bareNumber": False}, [".5%", "¥1.5"], ["%"]),
    ({"type": "boolean"}, ["true", "0"], ["yes", "tRue"]),
    ({"type": "boolean", "trueValues": ["有"], "falseValues": ["無"]}, ["有", "無"], ["true", "1"]),
    ({"type": "date"}, ["2024-02-29"], ["2024-2-1", "2023-02-29", "2024/02/01", "令和6年"]),
    ({"type": "date", "format": "%Y/%m/%d"}, ["2024/02/01"], ["2024-02-01"]),
    ({"type": "date", "format": "any"}, ["Apr 1 2023"], ["x"]),
    ({"type": "time"}, ["09:00:00", "09:00:00.5", "09:00:00+09:00", "24:00:00"], ["09:00", "9:00:00", "24:00:01"]),
    (
        {"type": "datetime"},
        ["2024-01-26T15:00:00", "2024-01-26T15:00:00.300-05:00"],
        ["2024-01-26 15:00:00", "2024-01-26"],
    ),
    ({"type": "year"}, ["2024", "12024", "-0044"], ["24", "２０２４", " 202"]),
    ({"type": "yearmonth"}, ["2024-01"], ["2024-1", "2024-13", "202401"]),
    ({"type": "duration"}, ["P1Y2M", "PT1.5S", "-P3D"], ["P1W", "1日", "P"]),
    ({"type": "geopoint"}, ["139.7, 35.6"], ["35.6 139.7", "200,35", "139.7,35.6,1"]),
    ({"type": "geopoint", "format": "array"}, ["[139.7, 35.6]"], ["[139.7]", "139.7,35.6"]),
    ({"type": "geopoint", "format": "object"}, ['{"lon": 139.7, "lat": 35.6}'], ['{"lon": 1}']),
    ({"type": "object"}, ['{"a": 1}'], ["[1]", '{"a": NaN}']),
    ({"type": "array"}, ["[1, 2]"], ['{"a": 1}', "1,2"]),
    ({"type": "list"}, ["a,b", "a"], []),
    ({"type": "list", "itemType": "integer", "delimiter": ";"}, ["1;2"], ["1,2", "1;x"]),
    (
        {"type": "string", "format": "uri"},
        ["https://example.com/a", "mailto:a@example.com"],
        ["https://a b", "https://例え.jp/"],
    ),
    ({"type": "string", "format": "uuid"}, ["123e4567-e89b-12d3-a456-426614174000"], ["123e4567"]),
    ({"type": "string", "format": "binary"}, ["YWJj"], ["YW J", "a"]),
    ({"type": "any"}, ["x", "1"], []),
    ({}, ["x", "1"], []),
    ({"type": "string", "constraints": {"pattern": "有|無"}}, ["有", "無"], ["有無です", "です無"]),
    ({"type": "string", "constraints": {"pattern": "^[A-Z]+$"}}, ["ABC"], ["ABCd"]),
    ({"type": "string", "categories": ["red", "blue"]}, ["red"], ["green", "Red"]),
    (
        {"type": "integer", "categories": [{"value": 0, "label": "no"}, {"value": 1, "label": "yes"}]},
        ["0", "01"],
        ["2"],
    ),
    ({"type": "string", "categories": ["S", "M"], "categoriesOrdered": True}, ["M"], ["L"]),
    (
        {"type": "integer", "constraints": {"exclusiveMinimum": 0, "exclusiveMaximum": "10"}},
        ["1", "9"],
        ["0", "10", "-1"],
    ),
    ({"type": "number", "constraints": {"exclusiveMinimum": 0.5}}, ["0.51"], ["0.5"]),
    ({"type": "date", "constraints": {"exclusiveMaximum": "2024-04-01"}}, ["2024-03-31"], ["2024-04-01"]),
    ({"type": "duration", "constraints": {"minimum": "P1M"}}, ["P32D", "P1M"], ["P27D", "P30D"]),
    ({"type": "time", "constraints": {"minimum": "09:00:00"}}, ["09:00:00"], ["08:59:59", "10:00:00Z"]),
    ({"type": "list", "constraints": {"minLength": 2, "enum": ["a,b"]}}, ["a,b"], ["a", "b,a"]),
    (
        {"type": "geojson", "constraints": {"required": True}},
        ['{"type": "Point", "coordinates": [139.7, 35.6]}'],
        ["x"],
    ),
    ({"type": "array", "constraints": {"jsonSchema": {"items": {"type": "integer"}}}}, ["[1]"], ['["a"]']),
    ({"type": "object", "constraints": {"jsonSchema": {"required": ["a"]}}}, ['{"a": 1}'], ["{}"]),
]


@pytest.mark.parametrize(("field", "good", "bad"), VALUES, ids=lambda given: json.dumps(given, ensure_ascii=False)[:60])
def test_values_are_judged_by_the_specification(
    field: dict[str, Any], good: list[str], bad: list[str], check: Check
) -> None:
    """Right values are no finding whatever frictionless says; each wrong one is an error, and nothing is left over."""
    report = check([["v", "k"], *([value, "x"] for value in (*good, *bad))], [{"name": "v", **field}, {"name": "k"}])
    assert {found.row for found in report.findings} == {len(good) + 2 + at for at in range(len(bad))}
    assert report.rows_checked == report.rows
    assert report.not_checked == ()
    assert {found.severity for found in report.findings} <= {"error"}
    for found in report.findings:
        assert (found.check is None) == found.code.startswith("spec-")
        assert found.text("message", "ja")
        assert found.text("message", "en")


def test_every_type_format_and_constraint_has_values() -> None:
    """The table above leaves out no type, no format and no constraint that the specification has."""
    kinds = {field.get("type", "any") for field, _, _ in VALUES}
    forms = {(field.get("type"), field["format"]) for field, _, _ in VALUES if "format" in field}
    demands = {name for field, _, _ in VALUES for name in field.get("constraints", {})}
    words = specification()
    assert kinds == set(words["engine"]["constraints"])
    assert forms >= {("geopoint", "array"), ("geopoint", "object"), ("date", "any"), ("date", "%Y/%m/%d")}
    assert demands | {"maximum", "maxLength", "unique"} >= {*words["constraints"]["of"], *words["constraints"]["every"]}


MISSING = [{"value": "-", "label": "なし"}, {"value": "", "label": "空"}]


@pytest.mark.parametrize("where", ["schema", "field"])
@pytest.mark.parametrize("given", [MISSING, ["-", ""]], ids=["objects", "words"])
def test_missing_values_have_labels_and_belong_to_fields(where: str, given: list[Any], check: Check) -> None:
    """Objects of value and label, for the schema or one field, whose own list takes the place of the schema's."""
    field: dict[str, Any] = {"name": "a", "type": "integer"}
    other = {"name": "b", "type": "integer"}
    more = {"missingValues": given} if where == "schema" else {}
    own = {"missingValues": given} if where == "field" else {}
    report = check([["a", "b"], ["-", "1"], ["1", "2"], ["x", "3"], ["2", "-"]], [{**field, **own}, other], **more)
    rows = {4} if where == "schema" else {4, 5}
    assert {found.row for found in report.findings} == rows


def test_a_record_of_missing_values_is_no_blank_row(check: Check) -> None:
    """Only a row without any text is blank."""
    fields = [{"name": "a", "type": "integer"}, {"name": "b"}]
    report = check([["a", "b"], ["-", "-"], ["", ""], ["1", "x"]], fields, missingValues=["-", ""])
    assert told(report) == [("blank-row", 3)]


def test_unique_keys_compare_values_and_pass_over_gaps(check: Check) -> None:
    """Two spellings of one number are the same value; as in SQL, a row with a gap is like no other."""
    rows = [["a", "b"], ["1", "x"], ["01", "x"], ["", "x"], ["", "x"], ["1", "y"]]
    report = check(rows, [{"name": "a", "type": "integer"}, {"name": "b"}], uniqueKeys=[["a", "b"]])
    assert told(report) == [("spec-unique-keys", 3)]
    assert "a, b" in report.findings[0].text("message", "ja")


def test_every_field_of_a_primary_key_is_required(check: Check) -> None:
    """A key with an empty part, which frictionless takes for a key like any other."""
    rows = [["a", "b"], ["1", ""], ["1", "x"], ["", ""], ["1", "x"]]
    report = check([["a", "b", "c"], *([*row, "x"] for row in rows[1:])],
                   [{"name": "a"}, {"name": "b"}, {"name": "c"}], primaryKey=["a", "b"])  # fmt: skip
    assert told(report) == [("spec-primary-key-empty", 2), ("primary-key", 4), ("primary-key", 5)]


MATCHES = {
    # How columns match: findings of a header in another order, of one with more, of one with fewer labels.
    "exact": ({"incorrect-label"}, {"extra-label"}, {"missing-label"}),
    "equal": (set(), {"extra-label"}, {"missing-label"}),
    "subset": (set(), set(), {"missing-label"}),
    "superset": (set(), {"extra-label"}, set()),
    "partial": (set(), set(), set()),
}


@pytest.mark.parametrize("how", MATCHES)
@pytest.mark.parametrize("listed", [False, True])
def test_columns_match_in_five_ways(how: str, listed: bool, check: Check) -> None:
    """As the word says, which the profile 2.0 wants in a list."""
    fields = [{"name": "a", "type": "integer"}, {"name": "b"}]
    headers = [["b", "a"], ["a", "b", "c"], ["a"]]
    rows = [["x", "1"], ["1", "x", ""], ["1"]]
    for header, row, wanted in zip(headers, rows, MATCHES[how], strict=True):
        report = check([header, row], fields, fieldsMatch=[how] if listed else how)
        codes = {found.code.removeprefix("spec-") for found in report.findings}
        assert codes - {"type-integer", "type"} == wanted


@pytest.mark.parametrize(
    ("schema", "gaps"),
    [
        ({"uniqueKeys": [["a"]]}, [("uniqueKeys", None, "unchecked-engine")]),
        ({"fields": [{"name": "a", "type": "string", "categories": ["1"]}]}, [("categories", "a", "unchecked-engine")]),
        ({"fields": [{"name": "a", "type": "integer", "groupChar": ","}]}, [("groupChar", "a", "unchecked-engine")]),
        (
            {"fields": [{"name": "a", "type": "integer", "constraints": {"exclusiveMinimum": 0}}]},
            [("fields", None, "unchecked-schema"), ("exclusiveMinimum", "a", "unchecked-schema")],
        ),
        (
            {"missingValues": MISSING},
            [("fields", None, "unchecked-schema"), ("missingValues", None, "unchecked-schema")],
        ),
        ({"customChecks": [1]}, [("customChecks", None, "unchecked-unknown")]),
        ({"fields": [{"name": "a", "colour": "red"}]}, [("colour", "a", "unchecked-unknown")]),
        ({"fields": [{"name": "a", "type": "string", "decimalChar": ","}]}, [("decimalChar", "a", "unchecked-type")]),
        ({"fields": [{"name": "a", "title": "名", "mo:kind": "text"}], "title": "表"}, []),
        ({"fields": [{"name": "a", "type": "number", "floatNumber": True}]}, []),
    ],
    ids=lambda given: json.dumps(given, ensure_ascii=False)[:50],
)
def test_what_nobody_checks_is_named(schema: dict[str, Any], gaps: list[tuple[str, ...]], check: Check) -> None:
    """Without the specification the report names what frictionless passes over or refuses; every reason has a text."""
    given = {"fields": [{"name": "a"}], **schema}
    fields = given.pop("fields")
    report = check([["a"], ["1"]], fields, by=False, **given)
    assert [(one.constraint, one.field, one.reason) for one in report.not_checked] == gaps
    assert all(messages.word(one.reason, lang) for one in report.not_checked for lang in messages.LANGUAGES)


@pytest.mark.parametrize(
    ("field", "name", "reason"),
    [
        ({"type": "string", "format": "wkt"}, "format", "unchecked-format"),
        ({"type": "string", "constraints": {"pattern": r"[a-z-[aeiou]]+"}}, "pattern", "unchecked-unreadable"),
        ({"type": "string", "constraints": {"minimum": 1}}, "minimum", "unchecked-type"),
        ({"type": "integer", "constraints": {"minimum": "x"}}, "minimum", "unchecked-unreadable"),
        ({"type": "string", "constraints": {"colour": 1}}, "colour", "unchecked-unknown"),
        (
            {"type": "array", "constraints": {"jsonSchema": {"$ref": "https://example.com/"}}},
            "jsonSchema",
            "unchecked-unreadable",
        ),
        ({"type": "number", "floatNumber": True}, "floatNumber", "unchecked-unknown"),
    ],
    ids=lambda given: str(given)[:50],
)
def test_the_specification_names_what_it_cannot_check(
    field: dict[str, Any], name: str, reason: str, check: Check
) -> None:
    """Demands that say nothing, or nothing that can be read, are named too; the rest of the field is checked."""
    report = check([["a", "b"], ["", "x"]], [{"name": "a", **field}, {"name": "b"}])
    assert [(one.constraint, one.field, one.reason) for one in report.not_checked] == [(name, "a", reason)]


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ({"fieldsMatch": "some"}, "fieldsMatch"),
        ({"uniqueKeys": [["z"]]}, "uniqueKeys.0"),
        ({"uniqueKeys": "a"}, "uniqueKeys"),
        ({"missingValues": [{"label": "x"}]}, "missingValues"),
        ({"fields": [{"name": "a", "categories": []}]}, "fields.0.categories"),
        ({"fields": [{"name": "a", "categories": ["x", "x"]}]}, "fields.0.categories"),
        ({"fields": [{"name": "a", "type": "number", "decimalChar": ""}]}, "fields.0.decimalChar"),
        ({"fields": [{"name": "a", "type": "list", "itemType": "list"}]}, "fields.0.itemType"),
        ({"foreignKeys": [{"fields": ["z"], "reference": {"resource": "", "fields": ["a"]}}]}, "foreignKeys.0.fields"),
        ({"foreignKeys": [{"fields": ["a"], "reference": {"fields": ["z"]}}]}, "foreignKeys.0.reference.fields"),
        ({"foreignKeys": [{"fields": ["a"], "reference": {"resource": "", "fields": ["a", "a"]}}]}, "foreignKeys.0"),
    ],
    ids=lambda given: json.dumps(given)[:60],
)
def test_a_fault_of_the_schema_is_no_fault_of_the_data(schema: dict[str, Any], place: str, check: Check) -> None:
    """What a schema says wrongly is refused with its place."""
    given = {"fields": [{"name": "a"}], **schema}
    fields = given.pop("fields")
    with pytest.raises(ConfigurationError) as refused:
        check([["a"], ["1"]], fields, **given)
    assert [fault.path for fault in refused.value.faults] == [place]


KEY = [{"fields": ["施設"], "reference": {"resource": "facility", "fields": ["id"]}}]


@pytest.fixture
def rooms(tmp_path: Path) -> tuple[Path, Path, dict[str, Any]]:
    """A table of rooms, one of facilities with leading zeros, and the schema of the first."""
    room, facility = tmp_path / "room.csv", tmp_path / "facility.csv"
    room.write_text("室,施設\nA,0000000001\nB,0000000002\nC,0000000009\nD,\n", encoding="utf-8")
    facility.write_text("id,名称\n0000000001,あ館\n0000000002,い館\n", encoding="utf-8")
    fields = [{"name": "室", "type": "string"}, {"name": "施設", "type": "string"}]
    return room, facility, {"fields": fields, "foreignKeys": KEY}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("by", [False, True])
@pytest.mark.parametrize(
    "own", [None, {"fields": [{"name": "id", "type": "string"}, {"name": "名称", "type": "string"}]}]
)
def test_codes_keep_their_zeros_in_the_other_table(
    engine: Engine, by: bool, own: Any, rooms: tuple[Path, Path, dict[str, Any]]
) -> None:
    """With a schema or without, the other table's codes are text where the referring field is."""
    room, facility, schema = rooms
    report = validate_table(room, schema, engine, {"facility": (facility, own) if own else facility}, by)
    assert told(report) == [("foreign-key", 4)]


def test_a_reference_to_an_unknown_field_is_a_fault_of_the_schema(rooms: tuple[Path, Path, dict[str, Any]]) -> None:
    """Not of every row; so is a table that is not given."""
    room, facility, schema = rooms
    wrong = {**schema, "foreignKeys": [{**KEY[0], "reference": {"resource": "facility", "fields": ["番号"]}}]}
    with pytest.raises(ConfigurationError, match="番号"):
        validate_table(room, wrong, tables={"facility": facility})
    with pytest.raises(MeguroOpendataError, match="--table facility="):
        validate_table(room, schema)


@pytest.mark.parametrize("resource", [{"resource": ""}, {}])
def test_a_table_may_refer_to_itself(resource: dict[str, str], check: Check) -> None:
    """With an empty name, as version 1 has it, or none, as version 2 has it."""
    keys = [{"fields": ["親"], "reference": {**resource, "fields": ["番号"]}}]
    rows = [["番号", "親"], ["1", ""], ["2", "1"], ["3", "9"]]
    for by in (True, False):
        report = check(
            rows, [{"name": "番号", "type": "integer"}, {"name": "親", "type": "integer"}], by=by, foreignKeys=keys
        )
        assert told(report) == [("foreign-key", 4)]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_nothing_that_frictionless_says_is_changed(case: Case) -> None:
    """On any table: a finding with ``check`` is one of frictionless's own, and the others are ours alone."""
    schema = {**case.schema, **({"fieldsMatch": "partial"} if case.by_name else {})}
    others = case.others
    try:
        engine = check_table(case.table, case.schema, by_name=case.by_name, others=others)
    except MeguroOpendataError:
        return
    found = merged(engine, judged(case.table, schema, others))
    shared = [error for error, both in found if both]
    assert all(error in engine for error in shared)
    left = list(engine)
    for error in shared:
        left.remove(error)
    assert not [error for error, both in found if not both and error in left]


@given(st.sampled_from([field for field, _, _ in VALUES]), st.text(max_size=12))
def test_no_value_breaks_a_reader(field: dict[str, Any], text: str) -> None:
    """Any text is a value or none."""
    read = value_reader({"name": "a", "type": "any", **field})
    assert read is not None
    read(text)


def test_the_command_takes_other_tables_and_the_specification(
    command: Any, rooms: tuple[Path, Path, dict[str, Any]], tmp_path: Path
) -> None:
    """``--table NAME=FILE[:SCHEMA.json]`` and ``--specification`` reach the check, or are refused."""
    room, facility, schema = rooms
    (tmp_path / "room.json").write_text(json.dumps(schema), encoding="utf-8")
    own = {"fields": [{"name": "id", "type": "string"}, {"name": "名称", "type": "string"}]}
    (tmp_path / "facility.json").write_text(json.dumps(own), encoding="utf-8")
    asked = ("validate", room, "--schema", "room.json", "--format", "json")
    for table in (f"facility={facility}", f"facility={facility}:facility.json"):
        for more in ((), ("--specification",)):
            ran = command(*asked, "--table", table, *more)
            assert [found["row"] for found in json.loads(ran.out)["findings"]] == [4], ran.err
    for wrong in ("facility", "=x.csv", "facility=", f"facility={facility}:none.json"):
        assert command(*asked, "--table", wrong).code == 2
    assert command(*asked, "--table", f"facility={facility}", "--table", f"facility={facility}").code == 2
    assert command("validate", room, "--specification").code == 2


def test_patterns_within_a_json_schema_take_bounded_time() -> None:
    """A text's pattern is put to it in a linear engine; names of properties with such a pattern are not checked."""
    check = schema_check({"items": {"pattern": "^(a|aa)+$"}}, "列")
    assert check is not None
    with at_most(20, "the search"):
        assert (check(["a" * 200 + "!"]), check(["a" * 200])) == (False, True)
    assert schema_check({"patternProperties": {"^(a+)+$": {}}}) is None


@pytest.mark.parametrize(
    "pattern", ["^a+$", "a|b", "^a|b$", "(a|aa)+$", r"^\(a|b\)$", "^[(]a|b[)]$", "^(a|b)(c|a)*$", r"a\$"]
)
@given(text=st.text("ab(c)$\n", max_size=8))
def test_a_pattern_anywhere_is_a_search(pattern: str, text: str) -> None:
    """The pattern for whole texts accepts what a search for the pattern finds."""
    assert (re.fullmatch(_anywhere(pattern), text) is not None) == (re.search(pattern, text) is not None)
