"""Random schemas and tables for the differential test of the engines, and what such a case holds, to count it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from hypothesis import strategies as st

from meguro_opendata.sources.table import columns_of
from meguro_opendata.validation.engine.frictionless import TextTable

# Texts that are good for a type in one of its formats; every table mixes them with those of other types.
GOOD = {
    "string": [
        *("a", "ab", "abc", "有", "無", "b\n", "http://www.example.com/", "mailto:a", "a@example.com", "x" * 9),
        *("123e4567-e89b-12d3-a456-426614174000", "YWJj", "POINT (1 2)", "03-5722-9270", "c"),
    ],
    "integer": ["1", "0", "-1", "+7", "01", " 1", "1 ", "１２", "1_0", "100%", "¥100", "999999999999999999999"],
    "number": ["1.5", "1", "1,000", "1.000,5", "-0.1", "1e3", "NaN", "inf", "sNaN", "0.1", "¥1.5", "2", "1000"],
    "boolean": ["true", "False", "1", "0", "TRUE", "yes", "no"],
    "date": [
        "2023-04-01",
        "2023/04/01",
        "2023/4/1",
        "2000-01-01",
        "0999-12-31",
        "2024-02-29",
        "Apr 1 2023",
        "2023年04月01日",
    ],
    "time": ["09:00:00", "09:00", "23:59:59", "09:00:00Z", "9:00 PM", "24:00:00"],
    "datetime": ["2023-04-01T09:00:00", "2023-04-01T09:00:00Z", "2023-04-01 09:00", "2000-01-01T00:00:00"],
    "year": ["2023", "2000", "0000", "２０２３", "1999"],
    "yearmonth": ["2023-04", "2000-01", "2023-4", "0000-12"],
    "duration": ["P1Y", "PT1H", "P1DT2H", "P1W"],
    "geopoint": ["139.7,35.6", "[139.7, 35.6]", '{"lon": 139.7, "lat": 35.6}', "180, 90"],
    "array": ["[1, 2]", "[]", '["a"]'],
    "object": ['{"a": 1}', "{}"],
    "list": ["a,b", "a", "1,2", "1;2"],
    "geojson": ['{"type": "Point", "coordinates": [139.7, 35.6]}', "{}"],
    "any": ["a", "1"],
}
NASTY = [
    *(
        "",
        " ",
        "-",
        "NA",
        "null",
        "None",
        "1\n",
        "2023-02-29",
        "0000-01-01",
        "2023-13",
        "25:00:00",
        "199,99",
        "[1",
        "{",
    ),
    *("a@b", "www.example.com", "1 2", "P", "tRUE", "20230401", "-999", "\t", "名称", "99999"),
]
ALL = [*NASTY, *(word for words in GOOD.values() for word in words)]
PATTERNS = [
    *("[a-z]+", "a|b", "^a$", "[0-9]{3}-?[0-9]{4}", r"\d+", r"[^0-9]*", "(?:有|無)", "(ab)?c", r"\w{2,3}", "a.c"),
    *("(?i)A", r"[ -~]*", "(?=a).*", r"a{,2}", r"[^\s]+", "(a|b)+?", r"\bab\b", "[一-龥]"),
]
FORMATS: dict[str, list[dict[str, Any]]] = {
    "string": [{}, {}, *({"format": form} for form in ("uri", "email", "uuid", "binary", "wkt"))],
    "integer": [{}, {}, {"bareNumber": False}, {"bareNumber": True}],
    "number": [
        *({}, {}, {"bareNumber": False}, {"groupChar": ","}, {"decimalChar": ","}, {"floatNumber": True}),
        *({"decimalChar": ",", "groupChar": "."}, {"groupChar": ",", "bareNumber": False}),
    ],
    "boolean": [{}, {"trueValues": ["yes", "1"], "falseValues": ["no"]}, {"trueValues": ["有"]}, {"falseValues": []}],
    "date": [{}, {}, {"format": "any"}, *({"format": form} for form in ("%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d"))],
    "time": [{}, {}, {"format": "any"}, {"format": "%H:%M"}],
    "datetime": [{}, {}, {"format": "any"}, {"format": "%Y-%m-%d %H:%M"}],
    "geopoint": [{}, {"format": "array"}, {"format": "object"}],
    "array": [{}, {"arrayItem": {"type": "integer"}}],
    "list": [{}, {"delimiter": ";"}, {"itemType": "integer"}],
    "geojson": [{}, {"format": "topojson"}],
    **{kind: [{}] for kind in ("year", "yearmonth", "duration", "object", "any")},
}
LENGTHS = {"minLength": [0, 1, 2], "maxLength": [0, 1, 2, 5]}
CONSTRAINTS: dict[str, dict[str, list[Any]]] = {
    "string": {**LENGTHS, "pattern": PATTERNS, "enum": [["有", "無"], ["a", "ab", "1"], [""], []]},
    "integer": {"minimum": [0, 1, "1", -(2**70)], "maximum": [1, 7, 100], "enum": [[1, 7], ["1", "x"]]},
    "number": {"minimum": [0, 1, "1.5", 0.1], "maximum": [1, 2, 1000], "enum": [["1.5", "1"], [1]]},
    "boolean": {"enum": [["true"], [True]]},
    "date": {"minimum": ["2000-01-01"], "maximum": ["2023-04-01", "2023-04-30"], "enum": [["2023-04-01"]]},
    "time": {"minimum": ["09:00:00"], "maximum": ["10:00:00"], "enum": [["09:00:00"]]},
    "datetime": {"minimum": ["2001-01-01T00:00:00"], "maximum": ["2023-04-01T08:00:00"]},
    "year": {"minimum": [2000, "2000"], "maximum": [2023], "enum": [[2023]]},
    "yearmonth": {"minimum": ["2000-02", "2000-2"], "maximum": ["2023-04"], "enum": [["2023-04"]]},
    "duration": {"enum": [["P1Y"]]},
    "geopoint": {"enum": [["139.7,35.6"]]},
    "array": {**LENGTHS, "enum": [["[1, 2]"]]},
    "object": {**LENGTHS, "enum": [['{"a": 1}']]},
    "list": LENGTHS,
    "any": {"enum": [["a"]]},
}
# Types that no key may have; frictionless, which guesses the types of the other table, breaks off there too.
NO_KEYS = ("array", "object", "list", "geojson")
COMPARABLE = [word for word in ALL if not word.startswith(("[", "{"))]
HEADERS = ["same"] * 6 + ["shuffled", "shorter", "longer", "renamed", "blank", "twice", "spaced"]


@dataclass(frozen=True)
class Case:
    """A schema, a table whose header mostly fits, further tables, and how the table is checked.

    Attributes:
        cuts: Where the table is cut when it comes in blocks.
        holds: What is in the case, by name.
    """

    schema: dict[str, Any]
    table: TextTable
    by_name: bool
    others: dict[str, TextTable]
    cuts: list[int]
    holds: set[str] = field(default_factory=set)


@st.composite
def fields(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """A field of any type, with a format and some of the constraints that its type knows."""
    kind = draw(st.sampled_from(list(FORMATS)))
    made = {"name": name, "type": kind, **draw(st.sampled_from(FORMATS[kind]))}
    own = CONSTRAINTS.get(kind, {}) if made.get("format", "default") == "default" else {}
    known = {**own, "required": [True, True, False]}
    if kind not in NO_KEYS:
        known["unique"] = [True]
    chosen = draw(st.lists(st.sampled_from(sorted(known)), min_size=draw(st.integers(0, 1)), max_size=3, unique=True))
    if chosen:
        made["constraints"] = {one: draw(st.sampled_from(known[one])) for one in chosen}
    return made


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A case of any kind."""
    names = [f"f{index}" for index in range(draw(st.integers(1, 4)))]
    schema: dict[str, Any] = {"fields": [draw(fields(name)) for name in names]}
    if draw(st.booleans()):
        schema["missingValues"] = draw(st.sampled_from([["", "-"], ["NA"], ["", "a"], []]))
    others = draw(keys(schema))
    header = draw(headers(names))
    table = draw(tables(header, [one["type"] for one in schema["fields"]]))
    cuts = sorted(draw(st.lists(st.integers(0, table.cells.height), max_size=2)))
    case = Case(schema, table, draw(st.booleans()), others, cuts)
    case.holds.update(held(case))
    return case


@st.composite
def keys(draw: st.DrawFn, schema: dict[str, Any]) -> dict[str, TextTable]:
    """Sometimes a primary key and foreign keys, put into the schema; the tables to which they refer."""
    plain = [one["name"] for one in schema["fields"] if one["type"] not in NO_KEYS]
    if plain and draw(st.integers(0, 3)) == 0:
        schema["primaryKey"] = draw(st.lists(st.sampled_from(plain), min_size=1, max_size=2, unique=True))
    if not plain or draw(st.integers(0, 3)):
        return {}
    several = draw(st.lists(st.sampled_from(plain), min_size=1, max_size=2, unique=True))
    if draw(st.booleans()) and len(plain) >= len(several):
        reference = {"resource": "", "fields": draw(st.permutations(plain))[: len(several)]}
        schema["foreignKeys"] = [{"fields": several, "reference": reference}]
        return {}
    wanted = ["id", "name"][: len(several)]
    schema["foreignKeys"] = [{"fields": several, "reference": {"resource": "other", "fields": wanted}}]
    rows = draw(st.lists(st.lists(st.sampled_from(COMPARABLE), min_size=2, max_size=2), min_size=1, max_size=4))
    return {"other": TextTable(["id", "name"], columns_of(rows))}


@st.composite
def headers(draw: st.DrawFn, names: list[str]) -> list[str]:
    """The names of the fields, or a header that differs in one way."""
    change = draw(st.sampled_from(HEADERS))
    if change == "shuffled":
        return list(draw(st.permutations(names)))
    last = {"renamed": ["other"], "blank": [""], "twice": names[:1], "spaced": [f" {names[-1]}"], "shorter": []}
    if change in last:
        return [*names[:-1], *last[change]]
    return [*names, "more"] if change == "longer" else names


@st.composite
def tables(draw: st.DrawFn, header: list[str], kinds: list[str]) -> TextTable:
    """Some records, most of them as wide as the header; about half of the cells are of the field's own type."""
    width = len(header)
    own = [st.one_of(st.sampled_from(GOOD[kind]), st.sampled_from(ALL)) for kind in kinds]
    cells = [own[index] if index < len(own) else st.sampled_from(ALL) for index in range(width)]
    even = st.tuples(*cells).map(list)
    ragged = st.lists(st.sampled_from(ALL), max_size=width + 2)
    records = draw(st.lists(st.one_of(even, even, even, even, st.just([""] * width), ragged), max_size=8))
    if not records:
        return TextTable(header, pl.DataFrame(schema={str(index): pl.String for index in range(width)}))
    made = columns_of(records)
    if not made.width:
        made = pl.DataFrame({"0": [""] * len(records)})
    return TextTable(header, made, [len(record) for record in records])


def held(case: Case) -> Iterator[str]:
    """What a case holds: types with their formats and constraints, keys, kinds of header and of record."""
    for one in case.schema["fields"]:
        yield one["type"]
        for name, value in one.items():
            if name not in ("name", "type", "constraints"):
                yield f"{one['type']} {name}" + (f" {value}" if one["type"] in ("string", "geopoint") else "")
        yield from (f"{one['type']} {name}" for name in one.get("constraints", {}))
    yield from (name for name in ("missingValues", "primaryKey") if name in case.schema)
    yield f"primaryKey of {len(case.schema.get('primaryKey', ()))}"
    for key in case.schema.get("foreignKeys", ()):
        yield f"foreignKey of {len(key['fields'])} to {key['reference']['resource'] or 'itself'}"
    yield "by name" if case.by_name else "by position"
    yield f"{len(case.cuts)} cuts"


def parts(case: Case) -> Iterator[TextTable]:
    """The table in blocks."""
    widths = case.table.widths
    for begin, end in zip([0, *case.cuts], [*case.cuts, case.table.cells.height], strict=True):
        yield TextTable(case.table.header, case.table.cells[begin:end], widths[begin:end] if widths else None)
