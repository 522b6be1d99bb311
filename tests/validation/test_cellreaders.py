"""Our own readers of plain fields against frictionless's: value and failures are the same for every text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meguro_opendata.validation.engine.cellreaders import plain_reader
from meguro_opendata.validation.engine.frictionless import field_reader

PLAIN: list[dict[str, Any]] = [
    {"type": "string"},
    {
        "type": "string",
        "constraints": {"required": True, "minLength": 2, "maxLength": 3, "pattern": "a|b", "enum": ["ab"]},
    },
    {"type": "string", "constraints": {"enum": [], "pattern": r"\d+"}},
    {"type": "string", "format": "uri"},
    {"type": "string", "format": "uri", "constraints": {"maxLength": 12, "required": True}},
    {"type": "any", "constraints": {"required": True, "enum": ["1", "a"]}},
    {"type": "number"},
    {"type": "number", "constraints": {"minimum": 0, "maximum": "1.5", "enum": ["1", "01", "x"]}},
    {"type": "integer"},
    {"type": "integer", "constraints": {"required": True, "minimum": "1", "maximum": 7, "enum": ["7", "1"]}},
    {"type": "boolean"},
    {"type": "date"},
    {"type": "date", "constraints": {"minimum": "2000-01-01", "maximum": "2023-04-01", "enum": ["2023-04-01"]}},
    {"type": "year", "constraints": {"minimum": 2000, "maximum": 2023}},
]
TEXTS = [
    *("", "-", " ", "a", "ab", "b\n", "1", " 1 ", "01", "+7", "-0", "1.50", "1e3", "1_000", "１２", "٣"),
    *("NaN", "-nan", "inf", "Infinity", "1" * 5000, "1e999999999999999999999", "true", "True", "tRUE"),
    *("2023-04-01", "2023-4-1", "２０２３-04-01", "2023-02-29", "0000-01-01", "2023", "１９９９", "-999", "+999"),
    *(" 999", "http:", "http://[::1", "http://999.1.1.1:99999", "mailto:a", "1a:b", ":", "é:x", "a\0:"),
    *("https://例.jp/あ?い#う", "http://a\nb", "http://a%zz"),
]  # fmt: skip


def same(field: dict[str, Any], text: str | None) -> None:
    """Compare both readers on one cell."""
    missing = ["", "-"]
    named = {"name": "a", **field}
    own = plain_reader(named, missing)
    assert own is not None
    value, failed = own(text)
    other, notes = field_reader({"fields": [named], "missingValues": missing})(text)
    assert (repr(value), tuple(failed or ())) == (repr(other), tuple(notes or ()))


@pytest.mark.parametrize("field", PLAIN, ids=repr)
def test_a_plain_reader_is_frictionlesss_reader(field: dict[str, Any]) -> None:
    """The value and the names of what fails are the same, in the same order, for texts of every kind."""
    for text in [None, *TEXTS]:
        same(field, text)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(PLAIN),
    st.text(max_size=8) | st.text("0123456789.-+eE_ :/aN\n", max_size=10) | st.sampled_from(TEXTS),
)
def test_a_plain_reader_agrees_on_any_text(field: dict[str, Any], text: str) -> None:
    """Also for random texts."""
    same(field, text)


@pytest.mark.parametrize(
    "field",
    [
        {"type": "time"},
        {"type": "string", "format": "email"},
        {"type": "number", "groupChar": ","},
        {"type": "boolean", "trueValues": ["yes"]},
        {"type": "date", "format": "%Y"},
        {"type": "integer", "constraints": {"minimum": 1.5}},
        {"type": "integer", "constraints": {"exclusiveMinimum": 1}},
        {"type": "string", "constraints": {"enum": [1]}},
        {"type": "string", "constraints": {"minLength": "1"}},
        {"type": "string", "missingValues": ["x"]},
    ],
    ids=repr,
)
def test_what_is_not_plain_is_frictionlesss_business(field: dict[str, Any]) -> None:
    """A field with anything of which the plain readers know nothing has none."""
    assert plain_reader({"name": "a", **field}, [""]) is None
