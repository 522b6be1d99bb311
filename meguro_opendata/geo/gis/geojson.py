"""GeoJSON (RFC 7946) of the rows that have coordinates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from meguro_opendata.geo.gis.features import Features

__all__ = ["feature_collection", "shape_collection"]

_MOST_LAT, _MOST_LON = 90, 180


def feature_collection(frame: pl.DataFrame, lat: str, lon: str) -> str:
    """A FeatureCollection with one point for each row that has both coordinates, in decimal degrees.

    Digits stay as they stand in the table; empty properties are left out. Position order is lon, lat (RFC 7946).
    Rows whose coordinates are no degrees have no point; they are errors of the report.
    """
    features = [_feature(row, lat, lon) for row in frame.iter_rows(named=True) if _on_earth(row[lat], row[lon])]
    head = '{"type": "FeatureCollection", "features": ['
    return head + ("\n" + ",\n".join(features) + "\n" if features else "") + "]}\n"


def shape_collection(features: Features) -> str:
    """A FeatureCollection of features in degrees, whatever their geometries are; empty attributes are left out.

    The outer ring of an area runs counterclockwise, its holes clockwise (RFC 7946).
    """
    import shapely

    shapes = shapely.orient_polygons(features.geometries)
    lines = ",\n".join(
        json.dumps(_shape_feature(row, shape), ensure_ascii=False)
        for row, shape in zip(features.records(), shapely.to_geojson(shapes), strict=True)
    )
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'


def _shape_feature(row: Mapping[str, str], shape: str | None) -> dict[str, Any]:
    properties = {name: value for name, value in row.items() if value}
    return {"type": "Feature", "geometry": None if shape is None else json.loads(shape), "properties": properties}


def _on_earth(lat: str, lon: str) -> bool:
    """Whether both are numbers of degrees.

    >>> _on_earth("35.6", "139.6"), _on_earth("", "139.6"), _on_earth("北緯35度", "139.6"), _on_earth("139.6", "35.6")
    (True, False, False, False)
    """
    try:
        return -_MOST_LAT <= float(lat) <= _MOST_LAT and -_MOST_LON <= float(lon) <= _MOST_LON
    except ValueError:
        return False


def _feature(row: dict[str, str], lat: str, lon: str) -> str:
    properties = {name: value for name, value in row.items() if value and name not in (lat, lon)}
    written = json.dumps(properties, ensure_ascii=False)
    position = f"[{_number(row[lon])}, {_number(row[lat])}]"
    return f'{{"type": "Feature", "geometry": {{"type": "Point", "coordinates": {position}}}, "properties": {written}}}'


def _number(text: str) -> str:
    """The number as JSON writes it.

    >>> _number("139.6867123"), _number("+35.0"), _number("035.5")
    ('139.6867123', '35.0', '35.5')
    """
    try:
        json.loads(text)
    except json.JSONDecodeError:
        return repr(float(text))
    return text
