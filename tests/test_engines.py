"""The fast engine against frictionless itself: random schemas and tables, clean and dirty, give equal errors."""

from __future__ import annotations

import os
import re
import warnings
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.sources.table import columns_of
from meguro_opendata.standard import load_standard, standards
from meguro_opendata.validation import fast_engine, frictionless_engine
from meguro_opendata.validation.frictionless_engine import TextTable
from meguro_opendata.validation.patterns import whole_match
from meguro_opendata.validation.proofs import proof_of

# `make differential` runs many more.
CASES = int(os.environ.get("MEGURO_OPENDATA_CASES", "500"))

WORDS = ["", " ", "a", "ab", "abc", "有", "無", "1", "0", "-1", "+7", "01", "1.5", "1,000", "１２", "NaN", "inf", "1e3"]
WORDS += ["true", "FALSE", "yes", "no", "2023-04-01", "2023-02-29", "0000-01-01", "2023/4/1", "09:00", "09:00:00"]
WORDS += [
    "2023-04-01T09:00:00",
    "2023-04-01T09:00:00Z",
    "2023",
    "2023-04",
    "P1Y",
    "PT1H",
    "35.6,139.7",
    "[35.6, 139.7]",
]
WORDS += [
    "[1, 2]",
    '{"a": 1}',
    "http://www.example.com/",
    "www.example.com",
    "a@example.com",
    "a@b",
    "-",
    "null",
    "None",
]
WORDS += ["a\n", "1\n", " 1", "1 ", "999999999999999999999", "0.1", "100%", "¥100", "NA", "x" * 9, "123e4567-e89b-12d3"]
CELL = st.sampled_from(WORDS)
PATTERNS = [
    "[a-z]+",
    "a|b",
    "^a$",
    "[0-9]{3}-?[0-9]{4}",
    r"\d+",
    r"[^0-9]*",
    "(?:有|無)",
    "(ab)?c",
    r"\w{2,3}",
    "a.c",
    "(?i)A",
]
FORMATS: dict[str, list[dict[str, Any]]] = {
    "string": [{}, {"format": "uri"}, {"format": "email"}, {"format": "uuid"}, {"format": "binary"}],
    "integer": [{}, {"bareNumber": False}],
    "number": [
        {},
        {"bareNumber": False},
        {"groupChar": ","},
        {"decimalChar": ",", "groupChar": "."},
        {"groupChar": ",", "bareNumber": False},
    ],
    "boolean": [{}, {"trueValues": ["yes", "1"], "falseValues": ["no"]}],
    "date": [{}, {"format": "any"}, {"format": "%Y/%m/%d"}],
    "time": [{}, {"format": "any"}, {"format": "%H:%M"}],
    "datetime": [{}, {"format": "any"}, {"format": "%Y-%m-%d %H:%M"}],
    "year": [{}],
    "yearmonth": [{}],
    "duration": [{}],
    "geopoint": [{}, {"format": "array"}],
    "array": [{}],
    "object": [{}],
    "any": [{}],
}
CONSTRAINTS: dict[str, dict[str, list[Any]]] = {
    "string": {
        "minLength": [0, 1, 2],
        "maxLength": [0, 2, 5],
        "pattern": PATTERNS,
        "enum": [["有", "無"], ["a", "ab", "1"], [""]],
    },
    "integer": {"minimum": [0, 1, "1"], "maximum": [1, 7, 100], "enum": [[1, 7], ["1"]]},
    "number": {"minimum": [0, 1, "1.5", 0.1], "maximum": [1, 2, 1000], "enum": [["1.5", "1"]]},
    "date": {"minimum": ["2000-01-01"], "maximum": ["2023-04-01"]},
    "year": {"minimum": [2000], "maximum": [2023]},
}
COMMON: dict[str, list[Any]] = {"required": [True, False], "unique": [True]}


@st.composite
def fields(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """A field of any type, with a format and some of the constraints that its type knows."""
    kind = draw(st.sampled_from(list(FORMATS)))
    field = {"name": name, "type": kind, **draw(st.sampled_from(FORMATS[kind]))}
    own = CONSTRAINTS.get(kind, {}) if field.get("format", "default") == "default" else {}
    known = {**own, **COMMON} if kind not in ("array", "object", "geopoint") else {"required": COMMON["required"]}
    chosen = draw(st.lists(st.sampled_from(sorted(known)), max_size=2, unique=True))
    if chosen:
        field["constraints"] = {one: draw(st.sampled_from(known[one])) for one in chosen}
    return field


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict[str, Any], TextTable, bool]:
    """A schema, a table whose header mostly fits, and whether columns match by name."""
    count = draw(st.integers(1, 4))
    names = [f"f{index}" for index in range(count)]
    schema: dict[str, Any] = {"fields": [draw(fields(name)) for name in names]}
    if draw(st.booleans()):
        schema["missingValues"] = draw(st.sampled_from([["", "-"], ["NA"], ["", "a"]]))
    plain = [f["name"] for f in schema["fields"] if f["type"] not in ("array", "object", "geopoint")]
    if plain and draw(st.integers(0, 3)) == 0:
        schema["primaryKey"] = draw(st.lists(st.sampled_from(plain), min_size=1, max_size=2, unique=True))
    if len(plain) > 1 and draw(st.integers(0, 4)) == 0:
        reference = {"resource": "", "fields": [plain[0]]}
        schema["foreignKeys"] = [{"fields": [plain[1]], "reference": reference}]
    header = list(names)
    change = draw(st.sampled_from(["same"] * 6 + ["shuffled", "shorter", "longer", "renamed", "blank", "twice"]))
    if change == "shuffled":
        header = draw(st.permutations(names))
    elif change == "shorter":
        header = names[:-1]
    elif change == "longer":
        header = [*names, "more"]
    elif change in ("renamed", "blank", "twice"):
        header[-1] = {"renamed": "other", "blank": "", "twice": names[0]}[change]
    return schema, draw(tables(header)), draw(st.booleans())


@st.composite
def tables(draw: st.DrawFn, header: list[str]) -> TextTable:
    """Some records, most of them as wide as the header."""
    width = len(header)
    even = st.lists(CELL, min_size=width, max_size=width)
    ragged = st.lists(CELL, max_size=width + 2)
    blank = st.just([""] * width)
    records = draw(st.lists(st.one_of(even, even, even, blank, ragged), max_size=8))
    if not records:
        return TextTable(
            header, pl.DataFrame({str(index): [] for index in range(width)}, schema_overrides={}).cast(pl.String)
        )
    cells = columns_of(records)
    if not cells.width:
        cells = pl.DataFrame({"0": [""] * len(records)})
    return TextTable(header, cells, [len(record) for record in records])


def outcome(engine: Any, table: TextTable, schema: dict[str, Any], **how: Any) -> object:
    """What an engine answers: its errors, or the refusal of the schema."""
    try:
        return engine.check_table(table, schema, **how)
    except MeguroOpendataError as error:
        return error.code


@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_both_engines_give_the_same_errors(case: tuple[dict[str, Any], TextTable, bool]) -> None:
    """Type, record, field, column, value, constraint, order and number of all errors are equal."""
    schema, table, by_name = case
    fast = outcome(fast_engine, table, schema, by_name=by_name)
    assert fast == outcome(frictionless_engine, table, schema, by_name=by_name)


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
        assert frictionless_engine.FieldReaders.of({"fields": [descriptor]}).accepts("0", text)


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


@pytest.mark.parametrize("name", [standard.id for standard in standards() if standard.versions])
def test_every_field_of_the_standard_has_a_test_or_a_reason(name: str) -> None:
    """Only few kinds of field are left to frictionless's reader alone."""
    fields = load_standard(name).schema["fields"]  # type: ignore[index]
    without = [field["name"] for field in fields if proof_of(field, [""], "0").test is None]
    assert len(without) * 5 <= len(fields), without
