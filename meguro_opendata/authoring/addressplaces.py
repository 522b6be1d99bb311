"""The positions that the addresses of a list without coordinates would give, for the recipe's word ``geocode``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from meguro_opendata.geo.places.gazetteer.base import gazetteer_data, level_rank
from meguro_opendata.geo.places.geocoding import Geocoder
from meguro_opendata.japan.folding import folded, loose
from meguro_opendata.japan.municipalities import Municipality
from meguro_opendata.mapping.proposal import Proposal
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.sources import Table
from meguro_opendata.standard.model import Field, Standard, coordinate_fields, value_kinds

__all__ = ["POINT_FIELDS", "AddressPlaces", "address_places", "with_point_fields"]

POINT_FIELDS = {"緯度": "latitude", "経度": "longitude"}


@dataclass(frozen=True)
class AddressPlaces:
    """The positions that the addresses of a table would give.

    Attributes:
        field: The published field with the address.
        column: The source column of the field.
        extra: Whether the standard lacks such a field, so that the column has to be published as an extension.
        level: The least exact level among the positions.
        found: The number of rows that would get a position.
        rows: The number of rows with an address.
        error: The largest expected error, in metres.
    """

    field: str
    column: str
    extra: bool
    level: str
    found: int
    rows: int
    error: float


def address_places(
    table: Table, standard: Standard | None, proposals: Iterable[Proposal], home: Municipality | None
) -> AddressPlaces | None:
    """Return the positions that a table's addresses would give; ``None`` with coordinates, or with unknown addresses.

    Args:
        table: The source.
        standard: The standard of the recipe, ``None`` for an own schema.
        proposals: The mapping.
        home: The municipality of the workspace.
    """
    given = list(proposals)
    pair = coordinate_fields(standard.fields) if standard is not None else tuple(POINT_FIELDS)
    if table.grid.features is not None or pair is None or _has_coordinates(table.frame.columns, given, pair):
        return None
    column = _address_column(table.frame.columns)
    field, extra = _field_of(column, standard, given) if column is not None else ("", False)
    if column is None or not field:
        return None
    filled = [text for text in table.frame[column].to_list() if text.strip()]
    return _measured(filled, AddressPlaces(field, column, extra, "", 0, len(filled), 0.0), home)


def _field_of(column: str, standard: Standard | None, proposals: Sequence[Proposal]) -> tuple[str, bool]:
    """Return the published field of a column, and whether it is an extension; an empty name if the name is taken."""
    served = {one.columns[0]: one.field for one in proposals if one.sure and one.rule is not None and one.columns}
    name = " ".join(column.split())
    if standard is None or column in served:
        return served.get(column, name), False
    return ("", True) if name in {one.name for one in standard.fields} else (name, True)


def _has_coordinates(columns: Sequence[str], proposals: Sequence[Proposal], pair: Sequence[str]) -> bool:
    """Return whether a column can contain coordinates, by a proposal or by its name."""
    words = packaged_toml(__package__, "addressplaces.toml")["coordinates"]
    named = any(word in loose(column) for column in columns for word in words)
    return named or any(one.field in pair for one in proposals)


def _address_column(columns: Sequence[str]) -> str | None:
    """Return the column whose name is one for addresses, or ends with one."""
    usual = [folded(name) for name in gazetteer_data()["address_columns"]]
    whole = {folded(column): column for column in reversed(columns)}
    exact = next((whole[name] for name in usual if name in whole), None)
    return exact or next((column for column in columns for name in usual if folded(column).endswith(f"_{name}")), None)


def _measured(addresses: Sequence[str], places: AddressPlaces, home: Municipality | None) -> AddressPlaces | None:
    """Return the positions of the addresses; ``None`` if the gazetteer has too few of them."""
    geocoder = Geocoder(home)
    given = [point for text in addresses if (point := geocoder.find(text).point) is not None]
    if not given or len(given) < packaged_toml(__package__, "addressplaces.toml")["share"] * len(addresses):
        return None
    # The recipe must name a level at which none of them is lost: the least exact one.
    poorest = max((point.level for point in given), key=level_rank)
    return replace(places, level=poorest, found=len(given), error=max(point.error for point in given))


def with_point_fields(schema: bytes) -> bytes:
    """Return an own schema with two more fields, for the estimated positions."""
    held = json.loads(schema)
    held["fields"] += [_descriptor(Field(name, kind, "", "", {})) for name, kind in POINT_FIELDS.items()]
    return (json.dumps(held, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _descriptor(field: Field) -> dict[str, object]:
    constraints = value_kinds()[field.kind]["constraints"]
    return {
        "name": field.name,
        "title": field.name,
        "type": "number",
        "constraints": constraints,
        "mo:kind": field.kind,
    }
