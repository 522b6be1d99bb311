"""A file of points → the mesh of each, or each mesh with the number of points in it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from meguro_opendata.errors import SourceError
from meguro_opendata.files.tables import csv_bytes
from meguro_opendata.files.whole import write_whole
from meguro_opendata.findings import Report
from meguro_opendata.geo.datum.crs import parse_crs
from meguro_opendata.geo.mesh import Level, mesh_bounds, mesh_codes
from meguro_opendata.georeferencing.column_pairs import Located, PointWords, locate
from meguro_opendata.georeferencing.files.points import point_report, read_points
from meguro_opendata.messages import word

__all__ = ["MESH_FORMAT", "MeshedFile", "mesh_file", "mesh_polygons"]

MESH_FORMAT = "meguro-opendata/mesh@1"
_DEGREES = "JGD2011"


@dataclass(frozen=True)
class MeshedFile:
    """Result of ``mesh_file``.

    Attributes:
        out: The file that was written, ``None`` if errors kept it back.
        counts: How many points each mesh has, by code.
        blank: Rows without coordinates.
    """

    file: str
    out: Path | None
    level: Level
    counts: dict[str, int]
    blank: int
    report: Report
    located: Located

    def to_dict(self, lang: str) -> dict[str, Any]:
        """Return the result as the JSON of ``mesh@1``."""
        return {
            "format": MESH_FORMAT,
            "file": self.file,
            "out": str(self.out) if self.out else None,
            "level": self.level,
            "rows": self.report.rows,
            "points": sum(self.counts.values()),
            "blank": self.blank,
            "meshes": [{"code": code, "count": count} for code, count in self.counts.items()],
            "operation": self.located.record(),
            "report": self.report.to_dict(lang),
        }


def mesh_file(
    path: Path, out: Path, columns: Sequence[str], words: PointWords, level: Level, lang: str = "ja"
) -> MeshedFile:
    """Write a table again with each row's mesh code, or, as GeoJSON, each mesh with its number of points.

    Args:
        path: A CSV or workbook.
        out: The file to write, ``.csv`` or ``.geojson``.
        columns: The column of the first axis and that of the second.
        words: Declarations about the columns; meshes are those of JGD2011.
        level: Size of the meshes.
        lang: Language of the new column's name.

    Raises:
        SourceError: If the file cannot be read, has no such column, or the ending is another one.
        MissingGridError: If a needed grid has not been added.
        StorageError: If the file cannot be written.
    """
    if out.suffix.lower() not in (".csv", ".geojson"):
        raise SourceError("mesh-ending", file=out)
    table = read_points(path, out, columns)
    first, second = (table.frame[column] for column in columns)
    located = locate(first, second, words, parse_crs(_DEGREES))
    report = point_report(located, table, columns)
    if not located.valid:
        return MeshedFile(str(path), None, level, {}, 0, report, located)
    lat, lon = (
        axis.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy() for axis in (located.first, located.second)
    )
    codes = mesh_codes(lat, lon, level).tolist()
    counts = dict(sorted(Counter(code for code in codes if code).items()))
    if out.suffix.lower() == ".csv":
        data = csv_bytes(table.frame.with_columns(pl.Series(word("mesh-code", lang), codes, dtype=pl.String)))
    else:
        data = mesh_polygons(counts.items(), lang).encode("utf-8")
    write_whole(out, data)
    return MeshedFile(str(path), out, level, counts, codes.count(""), report, located)


def mesh_polygons(counts: Iterable[tuple[str, int]], lang: str = "ja") -> str:
    """Return meshes as a FeatureCollection of polygons (RFC 7946) with code and number of points."""
    features = [json.dumps(_polygon(code, count, lang), ensure_ascii=False) for code, count in counts]
    body = "\n" + ",\n".join(features) + "\n" if features else ""
    return f'{{"type": "FeatureCollection", "features": [{body}]}}\n'


def _polygon(code: str, count: int, lang: str) -> dict[str, Any]:
    south, west, north, east = mesh_bounds(code)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {word("mesh-code", lang): code, word("mesh-count", lang): count},
    }
