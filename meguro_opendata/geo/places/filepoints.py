"""The points of any file against the municipality that the file is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from meguro_opendata.geo.datum.crs import Crs
from meguro_opendata.geo.gis.words import point_names
from meguro_opendata.geo.places.misreading import Judged, judged
from meguro_opendata.geo.places.whose import Evidence, Whose, whose
from meguro_opendata.japan.folding import folded
from meguro_opendata.japan.municipalities import Municipality
from meguro_opendata.packaged import packaged_toml

__all__ = ["NOWHERE", "FilePoints", "Homes", "file_points", "in_metres"]

Homes = tuple[Municipality | None, Municipality | None]  # that of the workspace, and the one that was named
NOWHERE: Homes = (None, None)

Floats = NDArray[np.float64]
_MOST_LAT, _MOST_LON, _MOST_DEGREES = 90.0, 180.0, 360.0


@dataclass(frozen=True)
class FilePoints:
    """Whose points a file has, why, and whether they lie there.

    Attributes:
        points: How many points it has.
    """

    points: int = 0
    whose: Whose = field(default_factory=lambda: Whose(None))
    judged: Judged = field(default_factory=Judged)

    def to_dict(self, lang: str) -> dict[str, Any] | None:
        """Return it as a part of the JSON of ``inspection@1`` and ``new@1``; ``None`` for a file without points."""
        if not self.points:
            return None
        home = self.whose.home
        return {
            "points": self.points,
            "municipality": {"code": home.code, "name": home.full_name} if home else None,
            "evidence": [
                {"kind": one.kind, "count": one.count, "of": one.of, "text": one.text} for one in self.whose.evidence
            ],
            "findings": [found.to_dict(lang) for found in self.judged.findings],
            "not_checked": [demand.to_dict() for demand in self.judged.not_checked],
        }


def file_points(
    frame: pl.DataFrame,
    texts: Mapping[str, str],
    homes: Homes = NOWHERE,
    crs: Crs | None = None,
    points: tuple[Floats, Floats] | None = None,
) -> FilePoints:
    """Return whose points a table has and whether they lie there; nothing is raised where that is not clear.

    Args:
        frame: The table, all text; its points in degrees.
        texts: Title, sheet and file, as for :func:`~meguro_opendata.geo.places.whose.whose`.
        homes: The municipality of the workspace, and the one that was named.
        crs: The system that the points were read in, ``None`` if it is not declared.
        points: Their latitudes and longitudes, if the table does not have them as degrees.
    """
    lat, lon = points if points is not None else _degrees(frame)
    there = (np.abs(lat) <= _MOST_LAT) & (np.abs(lon) <= _MOST_LON)
    if not there.any():
        return FilePoints()
    near, given = homes
    owner = Whose(given, (Evidence("given", given),)) if given is not None else whose(frame, texts, near, stops=False)
    return FilePoints(int(there.sum()), owner, judged(lat[there], lon[there], owner.home, crs))


def in_metres(frame: pl.DataFrame, columns: Sequence[str]) -> bool:
    """Return whether each of the columns has numbers that can be no degrees.

    >>> in_metres(pl.DataFrame({"X": ["-42148.0"], "Y": ["-13889.7"]}), ["X", "Y"])
    True
    """
    numbers = [frame[name].cast(pl.Float64, strict=False).abs().max() for name in columns]
    return bool(numbers) and all(isinstance(most, float) and most > _MOST_DEGREES for most in numbers)


def _degrees(frame: pl.DataFrame) -> tuple[Floats, Floats]:
    """Return latitudes and longitudes of a table, nothing if it has none."""
    pair = _point_columns(frame.columns)
    if pair is None:
        return np.array([]), np.array([])
    lat, lon = (frame[name].cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy() for name in pair)
    return lat, lon


def _point_columns(columns: Sequence[str]) -> tuple[str, str] | None:
    """Return the columns of latitude and longitude: those of geometries, else those of the usual names."""
    if set(point_names()) <= set(columns):
        return point_names()
    known = packaged_toml(__package__, "whose.toml")["points"]
    here = {folded(name): name for name in reversed(columns)}
    lat, lon = (next((here[name] for name in known[axis] if name in here), None) for axis in ("lat", "lon"))
    return (lat, lon) if lat is not None and lon is not None else None
