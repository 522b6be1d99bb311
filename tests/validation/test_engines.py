"""The fast engine against frictionless itself: random schemas and tables, clean and dirty, give equal errors."""

from __future__ import annotations

import os
import re
import warnings
from typing import Any

import frictionless
import polars as pl
import pytest
import yaml
from engine_cases import CONSTRAINTS, NO_KEYS, PATTERNS, Case, cases, parts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from locations import DATA

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.sources.table import columns_of
from meguro_opendata.standard.model import load_standard, standards
from meguro_opendata.validation.engine import fast as fast_engine
from meguro_opendata.validation.engine import frictionless as frictionless_engine
from meguro_opendata.validation.engine.fast import FastCheck
from meguro_opendata.validation.engine.frictionless import TextTable
from meguro_opendata.validation.engine.patterns import whole_match
from meguro_opendata.validation.engine.proofs import proof_of

# `make differential` runs many more.
CASES = int(os.environ.get("MEGURO_OPENDATA_CASES", "500"))
KINDS: list[dict[str, Any]] = yaml.safe_load((DATA / "engine_kinds.yaml").read_text(encoding="utf-8"))
OF_A = {"fields": ["a"], "reference": {"resource": "", "fields": ["b"]}}
ERRORS = {
    *("type-error", "required", "minLength", "maxLength", "pattern", "enum", "minimum", "maximum", "unique-error"),
    *("primary-key", "foreign-key", "blank-row", "extra-cell", "missing-cell", "missing-label", "extra-label"),
    *("blank-label", "duplicate-label", "incorrect-label"),
}


def outcome(engine: Any, table: TextTable, schema: dict[str, Any], **how: Any) -> object:
    """What an engine answers: its errors, or the refusal of the schema."""
    try:
        return engine.check_table(table, schema, **how)
    except MeguroOpendataError as error:
        return error.code


def in_blocks(case: Case) -> object:
    """What the fast engine answers when the table comes in blocks."""
    try:
        check = FastCheck(case.table.header, case.schema, by_name=case.by_name, others=case.others)
        if check.needs_whole:
            return outcome(fast_engine, case.table, case.schema, by_name=case.by_name, others=case.others)
        for part in parts(case):
            check.add(part)
        return check.errors()
    except MeguroOpendataError as error:
        return error.code


@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_both_engines_give_the_same_errors(case: Case) -> None:
    """Type, record, field, column, value, constraint, order and number of all errors are equal, also in blocks."""
    fast, judge = (
        outcome(engine, case.table, case.schema, by_name=case.by_name, others=case.others)
        for engine in (fast_engine, frictionless_engine)
    )
    assert fast == judge
    assert in_blocks(case) == judge


def test_the_random_cases_hold_everything() -> None:
    """Among 800 cases are every type, format, constraint and kind of key, and blocks of every number."""
    seen: set[str] = set()

    @settings(max_examples=800, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(cases())
    def look(case: Case) -> None:
        found = outcome(fast_engine, case.table, case.schema, by_name=case.by_name, others=case.others)
        seen.update(case.holds, {error.type for error in found} if isinstance(found, list) else {str(found)})

    look()
    types = {kind.type: kind for name, kind in vars(frictionless.fields).items() if name.endswith("Field")}
    wanted = {*types, *(f"{name} {one}" for name, kind in types.items() for one in CONSTRAINTS.get(name, ()))}
    wanted |= {f"{name} required" for name in types} | {f"{name} unique" for name in types if name not in NO_KEYS}
    wanted |= {f"string format {form}" for form in ("uri", "email", "uuid", "binary", "wkt")}
    wanted |= {f"{name} format" for name in ("date", "time", "datetime", "geojson")}
    wanted |= {"geopoint format array", "geopoint format object", "boolean trueValues", "boolean falseValues"}
    wanted |= {f"number {one}" for one in ("bareNumber", "groupChar", "decimalChar", "floatNumber")}
    wanted |= {"integer bareNumber", "missingValues", "primaryKey of 1", "primaryKey of 2", "by name", "by position"}
    wanted |= {f"foreignKey of {count} to {where}" for count in (1, 2) for where in ("itself", "other")}
    wanted |= {"0 cuts", "1 cuts", "2 cuts"}
    assert wanted - seen == set()


def test_the_cases_know_every_constraint() -> None:
    """Whatever frictionless lets a type be constrained by is tried, but the bounds that only a newer profile has."""
    types = {kind.type: kind for name, kind in vars(frictionless.fields).items() if name.endswith("Field")}
    left = {
        f"{name} {one}"
        for name, kind in types.items()
        for one in kind.supported_constraints
        if one not in CONSTRAINTS.get(name, {}) and one != "required" and not one.startswith("exclusive")
    }
    assert left == {"datetime enum", "geojson enum"}


@pytest.mark.parametrize(
    ("field", "cells"),
    [
        ({"type": "number", "constraints": {"minimum": 0}}, ["1", "sNaN"]),
        ({"type": "number", "constraints": {"enum": ["1"]}}, ["sNaN12"]),
        ({"type": "number", "constraints": {"unique": True}}, ["1", "-snan"]),
        ({"type": "time", "constraints": {"maximum": "10:00:00"}}, ["09:00:00", "09:00:00Z"]),
        ({"type": "datetime", "constraints": {"minimum": "2023-04-01T00:00:00Z"}}, ["2023-04-01T09:00:00"]),
    ],
    ids=repr,
)
def test_a_cell_at_which_frictionless_breaks_off_is_named(field: dict[str, Any], cells: list[str]) -> None:
    """What it cannot compare, a NaN that signals or times with and without zone, is refused with field and value."""
    schema = {"fields": [{"name": "a", **field}, {"name": "b", "type": "string"}]}
    table = TextTable(["a", "b"], columns_of([[cell, "x"] for cell in cells]))
    for engine in (fast_engine, frictionless_engine):
        with pytest.raises(MeguroOpendataError, match="「a」") as refused:
            engine.check_table(table, schema, by_name=False)
        assert refused.value.code == "cell-incomparable"


@pytest.mark.parametrize("kind", NO_KEYS)
@pytest.mark.parametrize("key", ["unique", "primaryKey", "foreignKeys"])
def test_a_structure_is_no_key(kind: str, key: str) -> None:
    """Frictionless breaks off at the first such value; both engines refuse the schema, and say which field."""
    schema: dict[str, Any] = {"fields": [{"name": "a", "type": kind}, {"name": "b", "type": "string"}]}
    if key == "unique":
        schema["fields"][0]["constraints"] = {"unique": True}
    schema |= {"primaryKey": {"primaryKey": ["a"]}, "foreignKeys": {"foreignKeys": [OF_A]}}.get(key, {})
    table = TextTable(["a", "b"], columns_of([["[1]", ""]]))
    for engine in (fast_engine, frictionless_engine):
        with pytest.raises(MeguroOpendataError, match="「a」") as refused:
            engine.check_table(table, schema, by_name=False)
        assert refused.value.code == "schema-key-structure"


@pytest.mark.parametrize("given", KINDS, ids=lambda given: str(given["name"]))
def test_tables_of_every_kind_are_judged_alike(given: dict[str, Any]) -> None:
    """Small tables, each with what is wrong with it: both engines say just that."""
    others = {name: TextTable(rows[0], columns_of(rows[1:])) for name, rows in given.get("others", {}).items()}
    header, *records = given["rows"]
    table = TextTable(header, columns_of(records), [len(record) for record in records])
    answers = [
        outcome(engine, table, given["schema"], by_name=given.get("by_name", False), others=others)
        for engine in (fast_engine, frictionless_engine)
    ]
    assert answers[0] == answers[1]
    assert isinstance(answers[0], list)
    assert [told(error) for error in answers[0]] == given["errors"]


def test_the_kinds_show_every_error() -> None:
    """Among the small tables is one with each error that a table can have."""
    assert {error.split()[0] for given in KINDS for error in given["errors"]} >= ERRORS


def told(error: frictionless_engine.RawError) -> str:
    """An error in short: its type or constraint, its record counted from 1, and its field."""
    return " ".join(
        str(part) for part in (error.constraint or error.type, (error.record or 0) + 1, error.field) if part
    )


@settings(max_examples=CASES, deadline=None)
@given(
    st.sampled_from(PATTERNS) | st.from_regex(r"[ab0\\d\[\]()|?*+.^$-]{1,8}", fullmatch=True),
    st.text("ab01\n-有 ", max_size=6),
)
def test_a_translated_pattern_accepts_nothing_that_python_refuses(pattern: str, text: str) -> None:
    """What polars takes for a whole match is a match of ``^pattern$`` in Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        try:
            meant = re.compile(f"^{pattern}$")
        except re.error:
            return
        written = whole_match(pattern)
    if written is not None and pl.Series([text]).str.contains(written)[0]:
        assert meant.match(text)


FORMS = [
    {"type": "integer", "bareNumber": False},
    {"type": "number", "bareNumber": False},
    {"type": "number", "groupChar": ","},
    {"type": "number", "groupChar": ".", "decimalChar": ","},
    {"type": "number", "decimalChar": "%", "floatNumber": True},
    {"type": "number", "groupChar": ",", "bareNumber": False, "constraints": {"minimum": -5, "maximum": 1200}},
    {"type": "integer", "bareNumber": False, "constraints": {"minimum": -5, "maximum": 1200}},
    {"type": "geopoint"},
    {"type": "date", "format": "%Y/%m/%d"},
    {"type": "date", "format": "%Y%m%d"},
    {"type": "date", "format": "%Y年%m月%d日"},
    {"type": "datetime", "format": "%d.%m.%Y %H:%M:%S"},
    {"type": "time", "format": "%H%M"},
]


@settings(max_examples=CASES * 2, deadline=None)
@given(
    st.sampled_from(FORMS),
    st.from_regex(r"[+-]?[0-9]{1,4}([.,%-]?[0-9]{1,4}){0,2}", fullmatch=True)
    | st.from_regex(r"-?[0-9]{1,3}(\.[0-9]{1,3})?, ?-?[0-9]{1,2}(\.[0-9]{1,3})?", fullmatch=True)
    | st.from_regex(r"[0-9]{4}[/年]?[01][0-9][/月]?[0-3][0-9]日?", fullmatch=True)
    | st.from_regex(r"[0-3][0-9]\.[01][0-9]\.[0-9]{4} [0-2][0-9]:[0-6][0-9]:[0-6][0-9]", fullmatch=True),
)
def test_a_value_proven_in_a_form_of_its_own_is_one_to_frictionless(form: dict[str, Any], text: str) -> None:
    """Signs in numbers, points, dates in a given form: what a column test takes, frictionless's reader takes."""
    descriptor = {"name": "0", **form}
    proof = proof_of(descriptor, [""], "0")
    assert proof.test is not None
    if pl.DataFrame({"0": [text]}).select(proof.test).item():
        assert not frictionless_engine.field_reader({"fields": [descriptor]})(text)[1]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        *((form, "1199") for form in FORMS[:7]),
        (FORMS[2], "1,200.5"),
        (FORMS[3], "1.200,5"),
        (FORMS[7], "139.7,35.6"),
        (FORMS[8], "2023/04/01"),
        (FORMS[9], "20230401"),
        (FORMS[10], "2023年04月01日"),
        (FORMS[11], "01.04.2023 09:00:00"),
        (FORMS[12], "0930"),
    ],
    ids=repr,
)
def test_usual_values_in_a_form_of_their_own_are_proven(form: dict[str, Any], text: str) -> None:
    """So that a column of them is not read cell by cell."""
    proof = proof_of({"name": "0", **form}, [""], "0")
    assert proof.test is not None
    assert pl.DataFrame({"0": [text]}).select(proof.test).item()


@settings(max_examples=CASES, deadline=None)
@given(
    st.sampled_from(["uri", "email"]),
    st.from_regex(r"(https?://)?[a-z0-9._@-]{1,12}(\.(jp|com|org))?(/[a-zA-Z0-9._~-]{0,8}){0,2}/?", fullmatch=True),
)
def test_a_proven_address_is_one_to_frictionless(form: str, text: str) -> None:
    """URLs and e-mail addresses that the column test takes are accepted by frictionless's reader."""
    descriptor = {"name": "0", "type": "string", "format": form}
    proof = proof_of(descriptor, [""], "0")
    assert proof.test is not None
    if pl.DataFrame({"0": [text]}).select(proof.test).item():
        assert not frictionless_engine.field_reader({"fields": [descriptor]})(text)[1]


@pytest.mark.parametrize("how", ["text", "number"])
def test_keys_into_another_table_are_judged_alike(how: str) -> None:
    """Frictionless guesses the types of the other table; the fast engine takes the values that it reads."""
    schema = {
        "fields": [{"name": "a", "type": "string" if how == "text" else "integer"}, {"name": "b", "type": "string"}],
        "foreignKeys": [{"fields": ["a"], "reference": {"resource": "other", "fields": ["id"]}}],
    }
    other = TextTable(["id", "名称"], columns_of([["x", "い"], ["y", "ろ"]] if how == "text" else [["1", "い"]]))
    table = TextTable(["a", "b"], columns_of([["x", ""], ["1", "b"], ["01", "b"], ["2", "b"], ["", "b"], ["z", ""]]))
    fast, judge = (
        outcome(engine, table, schema, by_name=False, others={"other": other})
        for engine in (fast_engine, frictionless_engine)
    )
    assert isinstance(fast, list)
    assert fast == judge
    assert "foreign-key" in {error.type for error in fast}


def test_a_table_referred_to_at_which_frictionless_breaks_off_is_told() -> None:
    """Both engines name the other table when frictionless cannot compare its values."""
    key = {"fields": ["f"], "reference": {"resource": "other", "fields": ["id"]}}
    schema = {"fields": [{"name": "f", "type": "string"}], "foreignKeys": [key]}
    table = TextTable(["f"], pl.DataFrame({"0": ["a"]}))
    others = {"other": TextTable(["id"], pl.DataFrame({"0": ["1", "sNaN", "2"]}))}
    for engine in (fast_engine, frictionless_engine):
        assert outcome(engine, table, schema, by_name=False, others=others) == "reference-incomparable"


@pytest.mark.parametrize("name", [standard.id for standard in standards() if standard.versions])
def test_most_fields_of_the_standard_have_a_column_test(name: str) -> None:
    """Only few kinds of field are left to frictionless's reader alone."""
    fields = load_standard(name).schema["fields"]  # type: ignore[index]
    without = [field["name"] for field in fields if proof_of(field, [""], "0").test is None]
    assert len(without) * 5 <= len(fields), without
