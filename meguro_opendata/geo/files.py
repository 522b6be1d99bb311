"""GIS files in: Shapefile, GeoPackage, FlatGeobuf, GeoJSON and KML → ``Features``; the only reader that calls GDAL."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from meguro_opendata.errors import SourceError, UnknownCrsError
from meguro_opendata.geo.crs import Crs, parse_crs
from meguro_opendata.geo.features import Features
from meguro_opendata.geo.filewords import file_words
from meguro_opendata.geo.opening import geo_container, opened
from meguro_opendata.geo.wkt import crs_of_wkt

__all__ = ["read_features"]

_BYTES = "ISO-8859-1"  # an encoding in which every byte is a letter: what the letters are is decided here
_ALWAYS_DEGREES = ("geojson", "kml")
_HALF = 3  # bytes of the longest letter, but one


def read_features(
    path: Path | str, *, layer: str | None = None, crs: str | int | Crs | None = None, encoding: str | None = None
) -> Features:
    """The features of a GIS file.

    Args:
        path: A Shapefile (``.shp``, or a ZIP of one), GeoPackage, FlatGeobuf, GeoJSON or KML.
        layer: The layer, or the shape in an archive, where there are several.
        crs: The system of its coordinates, for a file that does not say so; must agree with one that does.
        encoding: ``utf-8`` or ``cp932``, of a shapefile's attributes; default: as its ``.cpg`` says, else decided.

    Raises:
        SourceError: If it is no such file, is damaged or too large, or has several layers and none is named.
        UnknownCrsError: If neither the file nor ``crs`` says which system it is in, or both do and differ.
    """
    path = Path(path)
    container = _container(path)
    with opened(path, container, layer) as place:
        shape = container in ("zip", "shapefile")
        meta, shapes, fields = _read(path, place, None if shape else _layer(path, place, layer), as_bytes=shape)
        told = encoding or (_told_encoding(place) if shape else None)
    frame = _frame([str(name) for name in meta["fields"]], fields, told if shape else None, as_bytes=shape)
    declared = _declared(meta["crs"], container, path)
    if crs is not None and declared is not None and _differ(parse_crs(crs), declared):
        raise UnknownCrsError("crs-differs", file=path.name, value=declared.code, declared=parse_crs(crs).code)
    found = declared or (parse_crs(crs) if crs is not None else None)
    if found is None:
        raise UnknownCrsError("crs-missing", file=path.name)
    return Features(path.name, frame, shapes, found, declared is not None)


def _container(path: Path) -> str:
    container = geo_container(path)
    if container is None:
        raise SourceError("geo-unreadable", file=path.name)
    return container


def _layer(path: Path, place: Path, layer: str | None) -> str:
    import pyogrio

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # what GDAL thinks of the file; if it cannot, it raises
            names = [str(name) for name, _ in pyogrio.list_layers(place)]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError):
        raise SourceError("geo-unreadable", file=path.name) from None
    chosen = [name for name in names if layer is None or name == layer]
    if len(chosen) != 1:
        raise SourceError("geo-layer-unclear", file=path.name, layers=names)
    return chosen[0]


def _read(path: Path, place: Path, layer: str | None, *, as_bytes: bool) -> tuple[dict[str, Any], Any, list[Any]]:
    """What GDAL reads: a description, geometries, and one array a field."""
    import pyogrio
    import shapely

    most = file_words()["limits"]["features"]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            claimed = pyogrio.read_info(place, layer=layer)["features"]
            if claimed > min(most, path.stat().st_size if not as_bytes else most):
                raise SourceError("geo-too-large", file=path.name)
            meta, _, wkb, fields = pyogrio.raw.read(
                place, layer=layer, encoding=_BYTES if as_bytes else None, max_features=most + 1, force_2d=True
            )
        shapes = np.full(len(fields[0]) if fields else 0, None) if wkb is None else shapely.from_wkb(wkb)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.FieldError,
        pyogrio.errors.GeometryError,
        pyogrio.errors.CRSError,
        shapely.errors.ShapelyError,
        UnicodeDecodeError,
        ValueError,
    ):
        raise SourceError("geo-unreadable", file=path.name) from None
    return meta, shapes, list(fields)


def _declared(written: str | None, container: str, path: Path) -> Crs | None:
    """The system that the file says it is in; GeoJSON and KML are in longitude and latitude of WGS 84 by definition."""
    if written is None:
        return parse_crs("EPSG:4326") if container in _ALWAYS_DEGREES else None
    try:
        return crs_of_wkt(written)
    except UnknownCrsError as error:
        raise UnknownCrsError("crs-of-file-unknown", file=path.name, value=error.params["value"]) from None


def _differ(one: Crs, other: Crs) -> bool:
    return (one.datum, one.epsg) != (other.datum, other.epsg)


def _told_encoding(place: Path) -> str | None:
    """The encoding that the ``.cpg`` file beside a shape names."""
    file = place.with_suffix(".cpg")
    if not file.is_file():
        return None
    written = file.read_bytes()[:100].decode("ascii", errors="replace").strip().lower()
    found: str | None = file_words()["encodings"].get(written)
    return found


def _frame(names: Sequence[str], fields: Sequence[Any], told: str | None, *, as_bytes: bool) -> pl.DataFrame:
    """The fields as columns of text under unique names."""
    columns = [[_text(value) for value in field.tolist()] for field in map(_plain, fields)]
    if as_bytes:
        encoding = told or _decided([*names, *(text for column in columns for text in column)])
        names = [_decoded(name, encoding) for name in names]
        columns = [[_decoded(text, encoding) for text in column] for column in columns]
    made: dict[str, pl.Series] = {}
    for name, column in zip(names, columns, strict=True):
        free = next(
            one for one in (name, *(f"{name}_{number}" for number in range(2, len(names) + 2))) if one not in made
        )
        made[free] = pl.Series(free, column, dtype=pl.String)
    return pl.DataFrame(made)


def _plain(field: Any) -> Any:
    """Dates as such, whatever unit numpy keeps them in; the rest as it is."""
    if field.dtype.kind == "M":
        days = field.dtype == np.dtype("datetime64[D]")
        return field.astype("datetime64[D]" if days else "datetime64[s]").astype(object)
    return field


def _text(value: object) -> str:
    """A value of a field as text.

    >>> [_text(value) for value in (None, 3, 3.0, 3.5, float("nan"), True, "x", date(2026, 4, 1))]
    ['', '3', '3', '3.5', '', '1', 'x', '2026-04-01']
    """
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, datetime | date):
        return value.isoformat().removesuffix("T00:00:00")
    return str(value)


def _decided(texts: Sequence[str]) -> str:
    """UTF-8 if every text is strictly that, else CP932."""
    for text in dict.fromkeys(texts):
        try:
            text.encode(_BYTES, errors="replace").decode("utf-8")
        except UnicodeDecodeError:
            return "cp932"
    return "utf-8"


def _decoded(text: str, encoding: str) -> str:
    """The text of bytes that were read as letters; half a letter at the end, where a field was cut, is left out."""
    raw = text.encode(_BYTES, errors="replace")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        cut = raw[: error.start]
        return cut.decode(encoding) if len(raw) - error.start <= _HALF else raw.decode(encoding, errors="replace")
