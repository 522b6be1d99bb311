"""GeoJSON (RFC 7946) of the rows that have coordinates."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from meguro_opendata.geo.gis.features import Features

__all__ = ["feature_collection", "shape_collection"]

_MOST_LAT, _MOST_LON = 90, 180


def feature_collection(frame: pl.DataFrame, lat: str, lon: str) -> str:
    """Return a FeatureCollection with one point for each row that has both coordinates, in decimal degrees.

    Digits stay as they stand in the table; empty properties are left out. Position order is lon, lat (RFC 7946).
    Rows whose coordinates are no degrees have no point; they are errors of the report.
    """
    features = [_feature(row, lat, lon) for row in frame.iter_rows(named=True) if _on_earth(row[lat], row[lon])]
    head = '{"type": "FeatureCollection", "features": ['
    return head + ("\n" + ",\n".join(features) + "\n" if features else "") + "]}\n"


def shape_collection(features: Features) -> str:
    """Return a FeatureCollection of features in degrees, whatever their geometries are.

    The outer ring of an area runs counterclockwise, its holes clockwise (RFC 7946). Attributes whose kind a file
    has told are written as such, with ``null`` where there is none; of the others texts, without the empty ones.
    """
    import shapely

    shapes = shapely.orient_polygons(features.geometries)
    columns = {name: _json_values(features, name) for name in features.frame.columns}
    lines = ",\n".join(
        json.dumps(_shape_feature(at, columns, shape), ensure_ascii=False)
        for at, shape in enumerate(shapely.to_geojson(shapes))
    )
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'


_LEFT_OUT = object()


def _json_values(features: Features, name: str) -> list[Any]:
    """Return the values of a column as JSON has them."""
    words, texts = features.fields.get(name), features.frame[name].to_list()
    if words is None:
        return [text or _LEFT_OUT for text in texts]
    return [None if null else _json_value(text, words.kind) for text, null in zip(texts, words.null, strict=True)]


def _json_value(text: str, kind: str) -> Any:
    """Return a value as JSON has it.

    >>> _json_value("1", "boolean"), _json_value("12", "integer"), _json_value("1.5", "number"), _json_value("", "text")
    (True, 12, 1.5, '')
    >>> _json_value('["a", 1]', "json"), _json_value("inf", "number"), _json_value("007", "text")
    (['a', 1], 'inf', '007')
    """
    if kind == "boolean":
        return text == "1"
    if kind in ("integer", "number", "json"):
        try:
            return json.loads(text) if kind != "number" or "." in text or "e" in text else float(int(text))
        except (ValueError, OverflowError, RecursionError):
            return text
    return text


def _shape_feature(at: int, columns: Mapping[str, Sequence[Any]], shape: str | None) -> dict[str, Any]:
    properties = {name: values[at] for name, values in columns.items() if values[at] is not _LEFT_OUT}
    return {"type": "Feature", "geometry": None if shape is None else json.loads(shape), "properties": properties}


def _on_earth(lat: str, lon: str) -> bool:
    """Return whether both are numbers of degrees.

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
    """Return the number as JSON writes it.

    >>> _number("139.6867123"), _number("+35.0"), _number("035.5")
    ('139.6867123', '35.0', '35.5')
    """
    try:
        json.loads(text)
    except json.JSONDecodeError:
        return repr(float(text))
    return text
