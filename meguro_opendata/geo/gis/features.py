"""``Features``: what a GIS file holds, as columns of text and geometries in a known reference system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from meguro_opendata.findings import Finding
from meguro_opendata.geo.datum.crs import Crs
from meguro_opendata.geo.datum.projections import to_degrees
from meguro_opendata.geo.datum.transformation import transform_points
from meguro_opendata.geo.gis.words import file_words

if TYPE_CHECKING:
    from meguro_opendata.geo.datum.grids import Grids
    from meguro_opendata.geo.datum.transformation import Transformed

__all__ = [
    "Features",
    "FieldWords",
    "Geometries",
    "moved",
    "point_columns",
    "point_features",
    "with_errors",
    "with_texts",
]

_MOST_LAT, _MOST_LON = 90, 180
Geometries = npt.NDArray[Any]  # of shapely geometries or None


@dataclass(frozen=True, eq=False)
class FieldWords:
    """Properties of a field in a file besides the texts of its values.

    Attributes:
        kind: ``text``, ``integer``, ``number``, ``boolean``, ``date``, ``time``, ``datetime``, ``json`` or ``binary``.
        null: The rows that have no value, rather than an empty text.
    """

    kind: str
    null: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Features:
    """Features of one layer.

    Attributes:
        name: The file.
        frame: Attributes as text, in the order of the file; ``""`` where there is none.
        geometries: One a row, ``None`` where there is none; x goes east, y goes north.
        crs: Their system.
        declared: Whether the file itself says so.
        fields: The kind of a column's values, where the file has told it.
        findings: Findings from reading the file.
    """

    name: str
    frame: pl.DataFrame
    geometries: Geometries
    crs: Crs
    declared: bool = True
    fields: Mapping[str, FieldWords] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def records(self) -> Iterator[dict[str, str]]:
        """Yield the attributes of each feature; a layer may have none at all."""
        if self.frame.width:
            return self.frame.iter_rows(named=True)
        return ({} for _ in self.geometries)

    def located(self) -> Features:
        """Return only those that have a geometry."""
        import shapely

        there = ~shapely.is_missing(self.geometries)
        frame = self.frame.filter(pl.Series(there)) if self.frame.width else self.frame
        fields = {name: replace(words, null=words.null[there]) for name, words in self.fields.items()}
        return replace(self, frame=frame, geometries=self.geometries[there], fields=fields)


def point_features(frame: pl.DataFrame, lat: str, lon: str, name: str, crs: Crs) -> Features:
    """Return the rows of a table as points, without the two columns; ``None`` where a row has no degrees.

    Args:
        frame: Columns of text.
        lat: The column of latitudes, in decimal degrees of the system's datum.
        lon: That of longitudes.
        name: Names of the features.
        crs: A system of degrees.
    """
    import shapely

    north, east = (frame[column].cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy() for column in (lat, lon))
    there = (np.abs(north) <= _MOST_LAT) & (np.abs(east) <= _MOST_LON)
    shapes = np.full(len(north), None, dtype=object)
    shapes[there] = shapely.points(east[there], north[there])
    return Features(name, frame.drop(lat, lon), shapes, crs)


def moved(
    features: Features,
    target: Crs,
    grids: Grids = None,
    *,
    allow_approximate: bool = False,
) -> tuple[Features, Transformed]:
    """Return the features in another system, vertex by vertex, and what was done; heights stay as they are.

    Raises:
        MissingGridError: If a needed grid has not been added.
        OutsideGridError: If vertices lie outside a needed grid.
    """
    import shapely

    flat = shapely.get_coordinates(features.geometries)
    first, second = _axes(flat[:, 0], flat[:, 1], features.crs)
    done = transform_points(first, second, features.crs, target, grids, allow_approximate=allow_approximate)
    east, north = _axes(done.first, done.second, target)
    after = _with_axes(features.geometries, np.column_stack([east, north]))
    return replace(features, geometries=after, crs=target), done


def _with_axes(shapes: Geometries, flat: npt.NDArray[np.float64]) -> Geometries:
    """Return the geometries with other values east and north, and the same heights."""
    import shapely

    owner = shapely.get_coordinates(shapes, return_index=True)[1]
    tall = shapely.has_z(shapes)
    after = shapes.copy()
    for is_tall in (False, True):
        some = (tall == is_tall) & ~shapely.is_missing(shapes)
        mine = flat[some[owner]]
        if is_tall:
            heights = shapely.get_coordinates(shapes[some], include_z=True)[:, 2]
            mine = np.column_stack([mine, heights])
        after[some] = shapely.set_coordinates(shapes[some], mine)
    return after


def with_errors(features: Features, done: Transformed, name: str) -> Features:
    """Return the features with the expected error (m) of each one's least certain vertex, if a datum step moved any.

    Args:
        features: Record of the transformation.
        done: How.
        name: Of the new attribute.
    """
    import shapely

    if not done.approximate.any():
        return features
    owner = shapely.get_coordinates(features.geometries, return_index=True)[1]
    worst = np.zeros(len(features.geometries))
    np.maximum.at(worst, owner, done.errors)
    words = FieldWords("number", shapely.is_missing(features.geometries))
    frame = with_texts(
        features.frame,
        {name: ["" if null else f"{value:g}" for value, null in zip(worst.tolist(), words.null, strict=True)]},
    )
    return replace(features, frame=frame, fields={**features.fields, name: words})


def _axes(
    one: npt.NDArray[np.float64], other: npt.NDArray[np.float64], crs: Crs
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return east and north as first and second axis of a system, or the other way round."""
    return (one, other) if crs.east_first else (other, one)


def point_columns(features: Features) -> pl.DataFrame:
    """Return the attributes and, for each feature, the degrees of a point in it and the kind of its geometry.

    The degrees are those of the file's own datum. The point of a line or an area is one that lies on it.
    """
    import shapely

    shapes = features.geometries
    points = _points_on(shapely.force_2d(shapes))
    there = ~(shapely.is_missing(points) | shapely.is_empty(points))
    first, second = _axes(shapely.get_x(points[there]), shapely.get_y(points[there]), features.crs)
    lat, lon = to_degrees(first, second, features.crs)
    names = file_words()["columns"]
    kinds = ["" if shape is None else shape.geom_type for shape in shapes]
    return with_texts(
        features.frame, {names["lat"]: _texts(lat, there), names["lon"]: _texts(lon, there), names["kind"]: kinds}
    )


def with_texts(frame: pl.DataFrame, columns: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Return the frame with more columns of text; one without any column has no height of its own."""
    made = [pl.Series(name, values, dtype=pl.String) for name, values in columns.items()]
    return frame.with_columns(made) if frame.width else pl.DataFrame(made)


def _points_on(shapes: Geometries) -> Geometries:
    """Return a point on each geometry; of one that is too broken for that, its first vertex."""
    import shapely

    try:
        return np.asarray(shapely.point_on_surface(shapes), dtype=object)
    except shapely.errors.GEOSException:
        return np.array([_point_on(shape) for shape in shapes], dtype=object)


def _point_on(shape: Any) -> Any:
    import shapely

    try:
        return shapely.point_on_surface(shape)
    except shapely.errors.GEOSException:
        return shapely.points(shapely.get_coordinates(shape)[0])


def _texts(values: npt.NDArray[np.float64], there: npt.NDArray[np.bool_]) -> list[str]:
    """Return degrees with ten decimals at most, so that nothing is lost, at the rows that have some."""
    written = iter(f"{value:.10f}".rstrip("0").rstrip(".") for value in values.tolist())
    return [next(written) if has_some else "" for has_some in there.tolist()]
