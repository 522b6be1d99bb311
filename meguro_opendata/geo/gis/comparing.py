"""Features that were written, read back and held against what they were: each difference is a finding."""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.findings import Finding
from meguro_opendata.geo.datum.crs import parse_crs
from meguro_opendata.geo.gis.features import Features, FieldWords, Geometries, moved
from meguro_opendata.geo.gis.files import Layer, read_layer
from meguro_opendata.geo.gis.remarks import FIRST_ROW, shown_rows
from meguro_opendata.geo.gis.words import GisFormat, file_words
from meguro_opendata.geo.gis.writing import geo_bytes, layer_names

__all__ = ["geojson_differences", "written_differences"]

_DEGREE, _METRE = 1e-9, 1e-4
_NEVER_IN_JSON = ("date", "time", "datetime", "binary")
_ROUND = 12  # digits of a number that have to agree


def written_differences(
    features: Features, form: GisFormat, stem: str, encoding: str, data: bytes
) -> Iterator[Finding]:
    """Yield what a file does not hold as the features have it.

    Args:
        features: What was to be written.
        form: The format.
        stem: Name of the layer.
        encoding: Of a shapefile's attributes.
        data: What was written.

    Raises:
        MeguroOpendataError: If rows are missing, which is no file to be handed out.
    """
    if form == "kml":
        features = moved(features, parse_crs("EPSG:4326"))[0]
    if form == "fgb" and len(features.geometries) > 1:
        in_order = geo_bytes(features, form, stem, encoding, indexed=False)
        if in_order != data:
            yield Finding("gis-order", "info")
        data = in_order
    with tempfile.TemporaryDirectory(prefix="meguro-opendata-") as folder:
        path = Path(folder, f"{stem}.{file_words()['formats'][form]['ending']}")
        path.write_bytes(data)
        there = read_layer(path, encoding=encoding if form == "shp" else None, ours=True)
    if len(there.geometries) != len(features.geometries):
        counts = {"before": len(features.geometries), "after": len(there.geometries)}
        raise MeguroOpendataError("gis-rows-differ", form=form, **counts)
    yield from _field_differences(features, there, layer_names(features.frame.columns, form, encoding))
    yield from _shape_differences(features, there.geometries)


def geojson_differences(features: Features) -> Iterator[Finding]:
    """Yield the kinds of values that JSON does not have; they are texts in it."""
    for name, words in features.fields.items():
        if words.kind in _NEVER_IN_JSON:
            yield _other_kind(name, words.kind, "text")


def _field_differences(features: Features, there: Layer, names: Mapping[str, str]) -> Iterator[Finding]:
    folded = {name.lower(): name for name in reversed(there.frame.columns)}
    for name, short in names.items():
        found = short if short in there.frame.columns else folded.get(short.lower())
        if found is None:
            yield Finding("gis-field-lost", "warning", column=name)
            continue
        if found != name:
            yield Finding("gis-name-changed", "info", column=name, params={"name": found})
        before = features.fields.get(name)
        if before is None:
            before = FieldWords(there.fields[found].kind, (features.frame[name] == "").to_numpy())
        yield from _value_differences(name, before, features.frame[name], there.fields[found], there.frame[found])


def _value_differences(
    name: str, before: FieldWords, old: pl.Series, after: FieldWords, new: pl.Series
) -> Iterator[Finding]:
    if before.kind != after.kind:
        yield _other_kind(name, before.kind, after.kind)
    emptied = int((before.null != after.null).sum())
    pairs = enumerate(zip(old.to_list(), new.to_list(), strict=True))
    differing = [at for at, (one, other) in pairs if one != other and not _same(one, other, before.kind)]
    if differing:
        yield Finding(
            "gis-value-changed",
            "warning",
            row=differing[0] + FIRST_ROW,
            column=name,
            value=old[differing[0]],
            params={
                "count": len(differing),
                "rows": shown_rows([at + FIRST_ROW for at in differing]),
                "after": new[differing[0]],
                "length": len(new[differing[0]]),
            },
        )
    elif emptied:
        yield Finding("gis-null-changed", "info", column=name, params={"count": emptied})


def _other_kind(name: str, before: str, after: str) -> Finding:
    return Finding("gis-type-changed", "info", column=name, params={"before": before, "after": after})


def _same(one: str, other: str, kind: str) -> bool:
    """Return whether two texts are the same value.

    >>> _same("1.50", "1.5", "number"), _same("1", "2", "integer"), _same("a", "a ", "text")
    (True, False, False)
    """
    if kind == "json":
        return "".join(one.split()) == "".join(other.split())
    if kind not in ("number", "integer"):
        return False
    try:
        return math.isclose(float(one), float(other), rel_tol=10**-_ROUND, abs_tol=0.0)
    except ValueError:
        return False


def _shape_differences(features: Features, after: Geometries) -> Iterator[Finding]:
    before = features.geometries
    pairs = Counter((kind, now) for kind, now in zip(_kinds(before), _kinds(after), strict=True) if kind != now)
    for (kind, now), count in sorted(pairs.items()):
        params = {"before": kind or "-", "after": now or "-", "count": count}
        lost = kind.removesuffix(" Z") != kind and not now.endswith(" Z")
        yield Finding("gis-geometry-changed", "warning" if lost or not now else "info", params=params)
    yield from _moved_vertices(features, after)


def _moved_vertices(features: Features, after: Geometries) -> Iterator[Finding]:
    import shapely

    before = features.geometries
    there = ~(shapely.is_missing(before) | shapely.is_missing(after))
    tolerance = _DEGREE if features.crs.geographic else _METRE
    moved_at = [at for at in np.flatnonzero(there).tolist() if not _alike(before[at], after[at], tolerance)]
    if moved_at:
        rows = [at + FIRST_ROW for at in moved_at]
        yield Finding(
            "gis-geometry-moved", "warning", row=rows[0], params={"count": len(rows), "rows": shown_rows(rows)}
        )


def _kinds(shapes: Geometries) -> Sequence[str]:
    """Return the kind of each geometry, with its heights."""
    return ["" if one is None else str(one.geom_type) + (" Z" if one.has_z else "") for one in shapes]


def _alike(one: object, other: object, tolerance: float) -> bool:
    """Return whether two geometries have equal vertices, whatever the begin of rings and the order of parts."""
    import shapely

    flat = [shapely.get_coordinates(shapely.normalize(shape)) for shape in (one, other)]
    if flat[0].shape != flat[1].shape:
        return False
    if not len(flat[0]) or bool(np.abs(flat[0] - flat[1]).max() <= tolerance):
        return True
    return bool(np.abs(np.sort(flat[0], axis=0) - np.sort(flat[1], axis=0)).max() <= tolerance)
