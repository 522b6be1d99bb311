"""Fields of a dataset's own schema: type and kind of each column, found by its header and its values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import polars as pl

from meguro_opendata.cleaning.table import clean
from meguro_opendata.geo.gis.words import point_names
from meguro_opendata.japan.folding import folded, one_width_column
from meguro_opendata.mapping.valueforms import value_kinds_of
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.sources import Table
from meguro_opendata.standard.model import Field, value_kinds
from meguro_opendata.standard.recognition.headernames import role_of

__all__ = ["OwnField", "own_fields"]

_DEGREES = {"緯度": "latitude", "経度": "longitude"}  # the fields for the points of a GIS file
_TEXT = ("text", "id")


class OwnField(NamedTuple):
    """A field of a dataset's own schema: its name, its source column, the kind and the type of its values."""

    name: str
    column: str
    kind: str = "text"
    type: str = "string"

    @property
    def guessed(self) -> bool:
        """Return whether a kind or type other than text was recognised, which a person should confirm."""
        return self.kind not in _TEXT or self.type != "string"

    def descriptor(self) -> dict[str, Any]:
        """Return the field's descriptor for a Table Schema, with the pattern, bounds and words of its kind."""
        known = value_kinds()[self.kind]
        extra: dict[str, Any] = {key: known[key] for key in ("format", "constraints") if key in known}
        return {"name": self.name, "title": self.name, "type": self.type, **extra, "mo:kind": self.kind}


def own_fields(table: Table, is_geo: bool) -> tuple[OwnField, ...]:
    """Return one field for each used column, with at most one latitude and one longitude, which make the points."""
    points = dict(zip(point_names(), _DEGREES, strict=True)) if is_geo else {}
    columns = table.used
    made = []
    for column in columns:
        label = table.labels[table.places[column]]
        name = points.get(column, "")
        if name and name not in columns:
            made.append(OwnField(name, column, _DEGREES[name], "number"))
        else:
            made.append(_own_field(column, label, table.frame[column]))
    return tuple(_without_doubled_points(made))


def _without_doubled_points(fields: Sequence[OwnField]) -> Iterator[OwnField]:
    """Yield the fields; unless there is exactly one latitude and one longitude, coordinates become plain numbers."""
    kinds = [field.kind for field in fields]
    alone = all(kinds.count(kind) == 1 for kind in _DEGREES.values())
    for field in fields:
        yield field if alone or field.kind not in _DEGREES.values() else field._replace(kind="decimal")


def _own_field(column: str, label: str, values: pl.Series) -> OwnField:
    name = " ".join(column.split())
    distinct = values.str.strip_chars().unique(maintain_order=True)
    filled = distinct.filter(distinct != "")
    if not len(filled):
        return OwnField(name, column)
    if filled.is_in(_data()["values"]["boolean"]).all():
        return OwnField(name, column, "text", "boolean")
    # Placeholders (－, なし) say nothing about a column's kind.
    real = filled.filter(_cleaned("text", filled) != "")
    kind = next((kind for kind in _candidates(label, real) if _fits(kind, real)), "text") if len(real) else "text"
    return OwnField(name, column, kind, value_kinds()[kind]["type"])


def _candidates(label: str, filled: pl.Series) -> Iterator[str]:
    """Yield the possible kinds of a column, the likeliest first: by its header, then by the form of its values."""
    data, written = _data(), one_width_column(filled)
    role = role_of(label) or ""
    if role in data["texts"]["roles"]:
        return
    named = data["roles"].get(role)
    if named is not None:
        yield named
    yield from (kind for kind in value_kinds_of(filled) if kind in data["values"]["kinds"])
    yield from (kind for kind in ("umu", "kahi") if filled.is_in(data["values"][kind]).all())
    if _is_identifier(label, written):
        yield "id"
        return
    if re.search(data["years"]["headers"], folded(label)) and _all(written, data["years"]["values"]):
        yield "year"
    yield from (kind for kind in ("integer", "decimal") if _all(written, data["numbers"][kind]))


def _is_identifier(label: str, written: pl.Series) -> bool:
    """Return whether digits identify a thing: by the header, by a leading zero, or by the number of digits."""
    known = _data()["identifiers"]
    named = re.search(known["headers"], folded(label)) is not None
    zeros = written.str.contains(f"^{known['digits']}$").any()
    return named or zeros or bool((written.str.count_matches("[0-9]") > known["longest"]).any())


def _all(written: pl.Series, form: str) -> bool:
    return bool(written.str.contains(f"^(?:{form})$").all())


def _cleaned(kind: str, values: pl.Series) -> pl.Series:
    """Return values after the rules of a kind; doubtful values become empty."""
    field = Field("value", kind, "optional", "", {"name": "value", "type": value_kinds()[kind]["type"]})
    done = clean(values.alias("value").to_frame(), [field], {"value": "value"}, range(len(values)))
    doubted = {doubt.position for doubt in done.doubts}
    return pl.Series(["" if at in doubted else text for at, text in enumerate(done.frame["value"])], dtype=pl.String)


def _fits(kind: str, values: pl.Series) -> bool:
    """Return whether each value is of a kind after cleaning; no value may be lost or doubtful."""
    return all(_is_of(value_kinds()[kind], value) for value in _cleaned(kind, values))


def _is_of(known: Mapping[str, Any], value: str) -> bool:
    """Return whether a value has the type of a kind and meets its constraints."""
    forms, limits = _data()["types"], known.get("constraints", {})
    patterns = (forms.get(known["type"]), forms.get(known.get("format")), limits.get("pattern"))
    if not value or not all(re.fullmatch(pattern, value) for pattern in patterns if pattern is not None):
        return False
    if "enum" in limits and value not in limits["enum"]:
        return False
    return "minimum" not in limits or limits["minimum"] <= float(value) <= limits["maximum"]


@cache
def _data() -> dict[str, Any]:
    return packaged_toml(__package__, "ownfields.toml")
