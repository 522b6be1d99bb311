"""Boundaries of municipalities that the user imports from GeoJSON (国土数値情報 行政区域 N03, for instance)."""

from __future__ import annotations

import hashlib
import json
import math
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from meguro_opendata.addresses.places import find_place
from meguro_opendata.addresses.spelling import plain_address
from meguro_opendata.checkdigit import check_digit
from meguro_opendata.errors import SourceError
from meguro_opendata.files import write_whole
from meguro_opendata.geo.nearness import metres_per_degree
from meguro_opendata.geo.plausibility import plausibility_data
from meguro_opendata.municipality import Municipality, municipalities
from meguro_opendata.userfolders import data_folder

__all__ = ["Boundary", "boundary_of", "boundary_path", "import_boundary"]

Floats = NDArray[np.float64]
Ring = list[list[float]]
Polygon = list[Ring]
_LAT, _LON = (20.0, 46.0), (122.0, 154.0)
_FEWEST = 4
_AT_ONCE = 2_000_000
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class Boundary:
    """The area of a municipality.

    Attributes:
        code: The municipality.
        file: The name of the file that it came from.
        polygons: Rings of (lon, lat), the outer one first.
    """

    code: str
    file: str
    polygons: tuple[Polygon, ...]

    def outside(self, lat: Floats, lon: Floats) -> Floats:
        """How many metres outside of the area each point lies; 0 inside."""
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
                found[out] = _to_sides(points[out], starts, ends)
        return found

    @cached_property
    def _sides(self) -> tuple[Floats, Floats]:
        """The first and the last points of all sides."""
        rings = [np.array(ring, dtype=float) for polygon in self.polygons for ring in polygon]
        ends = [np.roll(ring, -1, axis=0) for ring in rings]
        return np.concatenate(rings), np.concatenate(ends)


def _inside(points: Floats, starts: Floats, ends: Floats) -> NDArray[np.bool_]:
    """Whether a ray from each point crosses the sides an odd number of times: inside, and in no hole."""
    x, y = points[:, :1], points[:, 1:]
    spans = (starts[:, 1] > y) != (ends[:, 1] > y)
    rise = np.where(ends[:, 1] == starts[:, 1], 1.0, ends[:, 1] - starts[:, 1])
    crossing = starts[:, 0] + (y - starts[:, 1]) * (ends[:, 0] - starts[:, 0]) / rise
    odd: NDArray[np.bool_] = (spans & (x < crossing)).sum(axis=1) % 2 == 1
    return odd


def _to_sides(points: Floats, starts: Floats, ends: Floats) -> Floats:
    """Metres from each point to the nearest side."""
    along = ends - starts
    squared = np.maximum((along**2).sum(axis=1), 1e-12)
    away = points[:, None, :] - starts
    share = np.clip((away * along).sum(axis=2) / squared, 0, 1)
    nearest: Floats = np.hypot(*np.moveaxis(away - share[..., None] * along, 2, 0)).min(axis=1)
    return nearest


def boundary_path(code: str) -> Path:
    """Where the boundary of a municipality lies; it need not be there."""
    return data_folder() / "boundaries" / f"{code}.json"


def boundary_of(code: str) -> Boundary | None:
    """The boundary of a municipality, ``None`` if none was imported.

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
    return Boundary(held["code"], held["file"], tuple(held["polygons"]))


def import_boundary(path: Path, home: Municipality | None = None) -> dict[str, int]:
    """Keep the boundaries of a file; how many polygons each municipality has, by its code.

    Args:
        path: GeoJSON, or a ZIP that holds one.
        home: Whose boundary it is, where the file does not say so.

    Raises:
        SourceError: If it is no GeoJSON of areas in Japan, or of nobody knows whom.
        StorageError: If it cannot be kept.
    """
    raw = _content(path)
    found: dict[str, list[Polygon]] = {}
    for feature in _features(raw, path):
        code = _code_of(feature.get("properties") or {}) or (home.code if home else "")
        if code:
            found.setdefault(code, []).extend(_polygons(feature.get("geometry"), path))
    kept = {code: polygons for code, polygons in found.items() if polygons}
    if not kept:
        raise SourceError("boundary-nobodys", file=path)
    digest = hashlib.sha256(raw).hexdigest()
    for code, polygons in sorted(kept.items()):
        held = {"code": code, "file": path.name, "sha256": digest, "polygons": polygons}
        target = boundary_path(code)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, (json.dumps(held, separators=(",", ":")) + "\n").encode("utf-8"))
    return {code: len(polygons) for code, polygons in sorted(kept.items())}


def _content(path: Path) -> bytes:
    most = plausibility_data()["boundary"]["most_bytes"]
    try:
        if zipfile.is_zipfile(path):
            return _from_zip(path, most)
        if path.stat().st_size > most:
            raise SourceError("boundary-too-large", file=path, limit=most)
        return path.read_bytes()
    except FileNotFoundError:
        raise SourceError("file-missing", file=path) from None
    except IsADirectoryError:
        raise SourceError("file-is-folder", file=path) from None
    except OSError as error:
        raise SourceError("file-unreadable", file=path, reason=error.strerror) from None


def _from_zip(path: Path, most: int) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if one.filename.lower().endswith((".geojson", ".json"))]
            if len(members) != 1:
                raise SourceError("boundary-zip", file=path, count=len(members))
            if members[0].file_size > most:
                raise SourceError("boundary-too-large", file=path, limit=most)
            return archive.read(members[0])
    except _BROKEN:
        raise SourceError("boundary-not-geojson", file=path) from None


def _features(raw: bytes, path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        held = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise SourceError("boundary-not-geojson", file=path) from None
    if not isinstance(held, dict) or held.get("type") not in ("FeatureCollection", "Feature"):
        raise SourceError("boundary-not-geojson", file=path)
    _refuse_other_datums(held.get("crs"), path)
    features = held.get("features", [held])
    yield from (one for one in features if isinstance(one, dict)) if isinstance(features, list) else ()


def _refuse_other_datums(crs: object, path: Path) -> None:
    """GeoJSON is in WGS 84 or, in Japan, JGD; a file that names another datum would lie elsewhere."""
    named = json.dumps(crs) if crs is not None else ""
    if named and not any(word in named for word in plausibility_data()["boundary"]["datums"]):
        raise SourceError("boundary-datum", file=path, value=named[:200])


def _code_of(properties: Mapping[str, Any]) -> str:
    """The municipality that a feature's properties name, by code or by name."""
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
    """A code with its check digit.

    >>> _whole_code("13110"), _whole_code("131105")
    ('131105', '131105')
    """
    return code + check_digit(code) if len(code) == 5 and code.isascii() and code.isdigit() else code  # noqa: PLR2004


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(one.code for one in municipalities())


def _polygons(geometry: object, path: Path) -> list[Polygon]:
    """The polygons of a geometry, rounded to decimetres."""
    try:
        found = [[_ring(ring) for ring in polygon] for polygon in _rings_of(geometry)]
    except (TypeError, ValueError, IndexError):
        raise SourceError("boundary-not-geojson", file=path) from None
    if not all(_is_sound(ring) for polygon in found for ring in polygon):
        raise SourceError("boundary-elsewhere", file=path)
    return found


def _rings_of(geometry: object) -> list[Any]:
    """The polygons of a geometry as they stand; none of a geometry of another kind."""
    shape: Mapping[str, Any] = geometry if isinstance(geometry, dict) else {}
    places: list[Any] = shape.get("coordinates") or []
    return {"Polygon": [places], "MultiPolygon": places}.get(str(shape.get("type")), [])


def _is_sound(ring: Ring) -> bool:
    """Whether a ring encloses something, in Japan."""
    return len(ring) >= _FEWEST and all(_in_japan(lon, lat) for lon, lat in ring)


def _ring(ring: Sequence[Sequence[float]]) -> Ring:
    decimals = plausibility_data()["boundary"]["decimals"]
    return [[round(float(point[0]), decimals), round(float(point[1]), decimals)] for point in ring]


def _in_japan(lon: float, lat: float) -> bool:
    return math.isfinite(lon + lat) and _LON[0] <= lon <= _LON[1] and _LAT[0] <= lat <= _LAT[1]
