"""Boundaries of municipalities that the user imports from a GIS file (国土数値情報 行政区域 N03, for instance)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from meguro_opendata.errors import SourceError
from meguro_opendata.files.userdata import boundary_file
from meguro_opendata.files.whole import checksum, sha256, storage_guard, write_whole
from meguro_opendata.geo.datum.crs import parse_crs
from meguro_opendata.geo.gis.features import Features, moved
from meguro_opendata.geo.gis.files import read_features
from meguro_opendata.geo.gis.opening import shape_parts
from meguro_opendata.geo.gis.words import LayerWords
from meguro_opendata.geo.places.nearness import metres_per_degree
from meguro_opendata.geo.places.plausibility import plausibility_data
from meguro_opendata.japan.addresses.places import find_place
from meguro_opendata.japan.addresses.spelling import plain_address
from meguro_opendata.japan.checkdigit import check_digit
from meguro_opendata.japan.municipalities import Municipality, municipalities

__all__ = ["Boundary", "boundary_of", "boundary_path", "import_boundary", "source_checksum"]

Floats = NDArray[np.float64]
Ring = list[list[float]]
Polygon = list[Ring]
_LAT, _LON = (20.0, 46.0), (122.0, 154.0)
_AT_ONCE = 2_000_000
_KEPT = "JGD2011"


@dataclass(frozen=True)
class Boundary:
    """The area of a municipality.

    Attributes:
        code: The municipality.
        file: The name of the file that it came from.
        polygons: Rings of (lon, lat), the outer one first.
        error: Metres that an approximate operation may have moved it.
        source: The checksum of that file.
    """

    code: str
    file: str
    polygons: tuple[Polygon, ...]
    error: float = 0.0
    source: str = ""

    def outside(self, lat: Floats, lon: Floats) -> Floats:
        """Return how many metres outside of the area each point lies, less its error; 0 inside."""
        starts, ends = self._sides
        north, east = metres_per_degree(float(np.mean(starts[:, 1])))
        scale = np.array([east, north])
        points = np.column_stack((lon, lat)) * scale
        starts, ends = starts * scale, ends * scale
        low, high = np.minimum(starts[:, 1], ends[:, 1]), np.maximum(starts[:, 1], ends[:, 1])
        found = np.zeros(len(points))
        by_height = np.argsort(points[:, 1], kind="stable")
        for some in np.array_split(by_height, max(1, len(points) * len(starts) // _AT_ONCE)):
            if not len(some):
                continue
            heights = points[some, 1]
            level = (low <= heights.max()) & (high >= heights.min())
            out = some[~_inside(points[some], starts[level], ends[level])]
            if len(out):
                found[out] = np.maximum(_to_sides(points[out], starts, ends) - self.error, 0)
        return found

    @cached_property
    def _sides(self) -> tuple[Floats, Floats]:
        """Return the first and the last points of all sides."""
        rings = [np.array(ring, dtype=float) for polygon in self.polygons for ring in polygon]
        ends = [np.roll(ring, -1, axis=0) for ring in rings]
        return np.concatenate(rings), np.concatenate(ends)


def _inside(points: Floats, starts: Floats, ends: Floats) -> NDArray[np.bool_]:
    """Return whether a ray from each point crosses the sides an odd number of times: inside, and in no hole."""
    x, y = points[:, :1], points[:, 1:]
    spans = (starts[:, 1] > y) != (ends[:, 1] > y)
    rise = np.where(ends[:, 1] == starts[:, 1], 1.0, ends[:, 1] - starts[:, 1])
    crossing = starts[:, 0] + (y - starts[:, 1]) * (ends[:, 0] - starts[:, 0]) / rise
    odd: NDArray[np.bool_] = (spans & (x < crossing)).sum(axis=1) % 2 == 1
    return odd


def _to_sides(points: Floats, starts: Floats, ends: Floats) -> Floats:
    """Return metres from each point to the nearest side."""
    along = ends - starts
    squared = np.maximum((along**2).sum(axis=1), 1e-12)
    away = points[:, None, :] - starts
    share = np.clip((away * along).sum(axis=2) / squared, 0, 1)
    nearest: Floats = np.hypot(*np.moveaxis(away - share[..., None] * along, 2, 0)).min(axis=1)
    return nearest


def boundary_path(code: str) -> Path:
    """Return where the boundary of a municipality lies; it need not be there."""
    return boundary_file(code)


def boundary_of(code: str) -> Boundary | None:
    """Return the boundary of a municipality, ``None`` if none was imported.

    Raises:
        SourceError: If the file is damaged.
    """
    path = boundary_path(code)
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError):
        raise SourceError("boundary-broken", file=path) from None


@lru_cache(maxsize=16)
def _read(path: Path, changed: int) -> Boundary:
    held = json.loads(path.read_text(encoding="utf-8"))
    return Boundary(
        held["code"], held["file"], tuple(held["polygons"]), float(held.get("error", 0)), held.get("source", "")
    )


def source_checksum(path: Path) -> str:
    """Return the checksum of a file of boundaries, of a shapefile that of all its parts; ``""`` of a folder.

    Raises:
        SourceError: If it cannot be read.
    """
    if path.is_dir():
        return ""
    parts = sorted({path, *shape_parts(path).values()})
    digests = [checksum(part) for part in parts]
    return digests[0] if len(digests) == 1 else sha256(" ".join(digests).encode())


def import_boundary(
    path: Path, home: Municipality | None = None, words: LayerWords | None = None, *, allow_approximate: bool = False
) -> dict[str, int]:
    """Keep the boundaries of a file; how many polygons each municipality has, by its code.

    Args:
        path: Areas in a Shapefile, GeoPackage, FlatGeobuf, GeoJSON or KML, or in a folder or ZIP that holds one.
        home: Whose boundary it is, where the file does not say so.
        words: What is declared of the file; its system has to be where it does not say so itself.
        allow_approximate: Whether vertices without a grid may be moved by an approximate operation, whose error then
            widens the tolerance.

    Raises:
        SourceError: If it holds no areas in Japan, or those of nobody knows whom.
        UnknownCrsError: If its system is not known.
        MissingGridError: If a needed grid has not been added.
        OutsideGridError: If vertices lie outside a needed grid.
        StorageError: If it cannot be kept.
    """
    words = words or LayerWords()
    features = read_features(path, layer=words.layer, crs=words.crs, encoding=words.encoding)
    there, done = moved(features, parse_crs(_KEPT), allow_approximate=allow_approximate)
    named = _named_polygons(there, home, path)
    kept = {code: polygons for code, polygons in sorted(named.items()) if polygons}
    if not kept:
        raise SourceError("boundary-no-areas" if named else "boundary-nobodys", file=path)
    source = source_checksum(path)
    error = float(np.max(done.errors, initial=0.0)) if done.approximate.any() else 0.0
    for code, polygons in kept.items():
        _keep(Boundary(code, path.name, tuple(polygons), error, source))
    return {code: len(polygons) for code, polygons in kept.items()}


def _named_polygons(features: Features, home: Municipality | None, path: Path) -> dict[str, list[Polygon]]:
    """Return the polygons of each municipality that a feature names; of those that name none, the home's."""
    named: dict[str, list[Polygon]] = {}
    for properties, shape in zip(features.records(), features.geometries, strict=True):
        code = _code_of(properties) or (home.code if home else "")
        if code:
            named.setdefault(code, []).extend(_polygons(shape, path))
    return named


def _keep(boundary: Boundary) -> None:
    """Write a boundary into the user's data folder."""
    path, parts = boundary_path(boundary.code), ("code", "file", "source", "error", "polygons")
    with storage_guard(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    held = {part: getattr(boundary, part) for part in parts}
    write_whole(path, (json.dumps(held, separators=(",", ":")) + "\n").encode("utf-8"))


def _code_of(properties: Mapping[str, Any]) -> str:
    """Return the municipality that a feature's properties name, by code or by name."""
    known = plausibility_data()["boundary"]
    texts = {name: str(value).strip() for name, value in properties.items() if value is not None}
    codes = (_whole_code(texts[name]) for name in known["codes"] if name in texts)
    names = [
        *(texts[name] for name in known["names"] if name in texts),
        "".join(texts.get(p, "") for p in known["parts"]),
    ]
    named = (find_place(plain_address(name)) for name in names if name)
    found = [place.municipality.code for place in named if place.municipality is not None and not place.rest]
    return next((code for code in codes if code in _codes()), found[0] if found else "")


def _whole_code(code: str) -> str:
    """Return a code with its check digit.

    >>> _whole_code("13110"), _whole_code("131105")
    ('131105', '131105')
    """
    return code + check_digit(code) if len(code) == 5 and code.isascii() and code.isdigit() else code  # noqa: PLR2004


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(one.code for one in municipalities())


def _polygons(shape: Any, path: Path) -> list[Polygon]:
    """Return the polygons of a geometry, rounded to decimetres; none of one of another kind."""
    import shapely

    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty]
    for part in parts:
        lon, lat = shapely.get_coordinates(part).T
        if not (_within(lon, _LON) and _within(lat, _LAT)):
            raise SourceError("boundary-elsewhere", file=path)
    return [[_ring(ring) for ring in (part.exterior, *part.interiors)] for part in parts]


def _ring(ring: Any) -> Ring:
    """Return the points of a ring: longitude, latitude."""
    import shapely

    decimals = plausibility_data()["boundary"]["decimals"]
    points: Ring = np.round(shapely.get_coordinates(ring), decimals).tolist()
    return points


def _within(values: Floats, bounds: tuple[float, float]) -> bool:
    return bool(np.isfinite(values).all() and values.min() >= bounds[0] and values.max() <= bounds[1])
